//! Why each block of a page is in its text, or not, and where its date was found: one rule each, in words for a person.
//!
//! The rules are what the reader decides by, not an account made up afterwards: a block is kept exactly when the rule
//! that [`super::clean`] gave it keeps.

use super::blocks::Block;
use super::outline::{Outline, attribute};

/// The rule that decided about a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Long enough, and in sentences.
    Running,
    /// Short, and beside running text.
    Beside,
    /// A heading with text under it.
    Heading,
    /// What the source's own settings point at.
    Selected,
    /// Not in the element that holds the statement.
    Outside,
    /// By the names of the elements around it: a menu, a footer, share buttons.
    Chrome,
    /// In an element that is not shown.
    Hidden,
    /// What readers wrote below.
    Comments,
    /// One of several alike that each name another page.
    Teaser,
    /// In a form to fill in.
    Form,
    /// In the header of the site.
    SiteHeader,
    /// Mostly links.
    Links,
    /// A line that leads away: "Read also", "Print".
    LeadsAway,
    /// A date alone, before or after the text.
    DateLine,
    /// Says the title once more.
    Title,
    /// Short, and away from running text.
    Apart,
    /// A heading under which nothing is left.
    Orphan,
    /// Stands in a figure.
    Caption,
}

impl Rule {
    /// Whether a block under this rule is part of the text.
    pub fn keeps(self) -> bool {
        match self {
            Self::Running | Self::Beside | Self::Heading | Self::Selected => true,
            Self::Outside
            | Self::Chrome
            | Self::Hidden
            | Self::Comments
            | Self::Teaser
            | Self::Form
            | Self::SiteHeader
            | Self::Links
            | Self::LeadsAway
            | Self::DateLine
            | Self::Title
            | Self::Apart
            | Self::Orphan
            | Self::Caption => false,
        }
    }

    /// The rule's short name, as JSON has it.
    pub fn name(self) -> &'static str {
        self.said().0
    }

    /// The rule in words.
    pub fn words(self) -> &'static str {
        self.said().1
    }

    fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Running => ("running-text", "running text"),
            Self::Beside => ("beside-text", "short, and stands beside running text"),
            Self::Heading => ("heading", "a heading with text under it"),
            Self::Selected => ("selected", "the source's own settings point at it"),
            Self::Outside => ("outside", "outside the element that holds the statement"),
            Self::Chrome => ("chrome", "the names around it say menu, footer, share buttons or the like"),
            Self::Hidden => ("hidden", "its element is not shown"),
            Self::Comments => ("comments", "what readers wrote"),
            Self::Teaser => ("teaser", "one of several alike that each name another page"),
            Self::Form => ("form", "in a form to fill in"),
            Self::SiteHeader => ("site-header", "the header of the site"),
            Self::Links => ("links", "mostly links"),
            Self::LeadsAway => ("leads-away", "a line that leads away from the text"),
            Self::DateLine => ("date-line", "a date alone before or after the text"),
            Self::Title => ("title", "says the title once more"),
            Self::Apart => ("apart", "short, and away from running text"),
            Self::Orphan => ("orphan", "a heading with nothing left under it"),
            Self::Caption => ("caption", "said of a picture"),
        }
    }
}

/// Why a reading is as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The blocks of the page in their order. What is read without being taken apart (plain text, a post of a channel)
    /// has none.
    pub passages: Vec<Passage>,
    /// The rule that the date of publication was found by, in words for a person.
    pub published: Option<&'static str>,
}

/// One block of a page, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What decided.
    pub rule: Rule,
    /// The elements around it, innermost last, in the form of a selector: `main > div.text > p`.
    pub path: String,
    /// What a visitor reads there.
    pub text: String,
}

/// Elements named in a path.
const STEPS: usize = 4;

pub(super) fn passages(outline: &Outline<'_>, blocks: &[Block], rules: &[Rule]) -> Vec<Passage> {
    let passage = |(block, rule): (&Block, &Rule)| Passage {
        rule: *rule,
        path: path(outline, block.place),
        text: block.text.clone(),
    };
    blocks.iter().zip(rules).map(passage).collect()
}

fn path(outline: &Outline<'_>, place: usize) -> String {
    let up = |place: &usize| (*place != 0).then(|| outline.items[*place].parent);
    let above = std::iter::successors(Some(place), up);
    let mut steps: Vec<String> = above.take(STEPS).map(|place| step(outline, place)).collect();
    steps.reverse();
    steps.join(" > ")
}

fn step(outline: &Outline<'_>, place: usize) -> String {
    let of = |name| outline.element(place).and_then(|element| attribute(element, name)).unwrap_or_default();
    let mut step = outline.tag(place).to_owned();
    let mut add = |mark: char, name: &str| {
        step.push(mark);
        step.extend(name.chars().take(40));
    };
    of("id").split_ascii_whitespace().take(1).for_each(|id| add('#', id));
    of("class").split_ascii_whitespace().take(2).for_each(|class| add('.', class));
    step
}
