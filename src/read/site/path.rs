//! Names of elements and paths of them, and where on a page a path leads.
//!
//! A path matches names whole, so that it leads where it was learnt or nowhere. Following one is linear in the page.

use scraper::node::Element;

use super::super::outline::{Outline, attribute};

/// Longest class or id that tells elements apart, and most of them.
const LONGEST_WORD: usize = 40;
const MOST_WORDS: usize = 4;
/// Classes of one post or state, by their beginning: what they name is not how the page is built.
const OF_ONE_POST: [&str; 9] =
    ["category-", "tag-", "author-", "term-", "topic-", "status-", "format-", "lang-", "wp-image-"];
/// Words that say how something looks, not what it is.
const LOOKS: [&str; 14] = [
    "left", "right", "center", "centre", "centered", "justify", "bold", "italic", "indent", "first", "last", "odd",
    "even", "normal",
];

/// One step of a path: the name of an element, and which of its siblings of that name it is, from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub name: String,
    pub nth: Option<usize>,
}

impl Step {
    fn parse(written: &str) -> Self {
        let numbered = written.rsplit_once(':').and_then(|(name, nth)| Some((name, nth.parse().ok()?)));
        match numbered {
            Some((name, nth)) => Self { name: name.to_owned(), nth: Some(nth) },
            None => Self { name: written.to_owned(), nth: None },
        }
    }
}

/// The written form of a path.
pub(super) fn written(steps: &[Step]) -> String {
    let step = |step: &Step| match step.nth {
        Some(nth) => format!("{}:{nth}", step.name),
        None => step.name.clone(),
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" > ")
}

/// The name of an element: its tag, its id and its classes, without those that hold digits or are one post's.
pub(super) fn name(element: &Element) -> String {
    let plain = |word: &&str| {
        let fits = |c: char| c.is_alphabetic() || matches!(c, '-' | '_');
        word.len() <= LONGEST_WORD && word.chars().all(fits) && !OF_ONE_POST.iter().any(|of| word.starts_with(of))
    };
    let mut name: String =
        element.name().chars().take(LONGEST_WORD).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    if name == "body" {
        return name;
    }
    if let Some(id) = attribute(element, "id").filter(|id| !id.is_empty()).filter(plain) {
        name.push('#');
        name.push_str(id);
    }
    let classes = attribute(element, "class").unwrap_or_default();
    let mut classes: Vec<&str> = classes.split_ascii_whitespace().take(20).filter(plain).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in classes.into_iter().take(MOST_WORDS) {
        name.push('.');
        name.push_str(class);
    }
    name
}

/// Whether a name says what an element is, and not only how it looks.
pub(super) fn is_telling(name: &str) -> bool {
    let looks = |word: &str| word.split(['-', '_']).any(|part| LOOKS.contains(&part));
    name.contains('#') || name.split('.').skip(1).any(|class| !looks(class))
}

/// Whether an element is a line of a text, of which there may be any number.
pub(super) fn is_line(name: &str) -> bool {
    let tag = name.split(['#', '.']).next().unwrap_or_default();
    matches!(
        tag,
        "p" | "li" | "dt" | "dd" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "ul" | "ol" | "dl"
    )
}

/// Where on a page a path leads, in document order; nowhere for what is no path.
pub(super) fn places(outline: &Outline<'_>, path: &str) -> Vec<usize> {
    if outline.items.is_empty() {
        return Vec::new();
    }
    let mut found = vec![0];
    for step in path.split(" > ").map(Step::parse) {
        let tag = step.name.split(['#', '.']).next().unwrap_or_default();
        let mut next = Vec::new();
        for place in found {
            let named = |child: &usize| {
                outline
                    .element(*child)
                    .is_some_and(|element| (element.name() == tag || tag.contains('-')) && name(element) == step.name)
            };
            let mut of_name = outline.children(place).filter(named);
            match step.nth {
                Some(nth) => next.extend(of_name.nth(nth.saturating_sub(1))),
                None => next.extend(of_name),
            }
        }
        found = next;
    }
    found
}
