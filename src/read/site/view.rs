//! One page as learning sees it: its elements by name, and how much of which kind of text stands in each.

use std::collections::{BTreeMap, HashSet};

use scraper::Html;

use super::super::blocks::{self, Block, Kind};
use super::super::clean;
use super::super::meta::Metadata;
use super::super::outline::Outline;
use super::super::plain::{self, Form};
use super::super::settings::Selectors;
use super::super::shape::Shape;
use super::super::title::essence;
use super::super::{Page, charset, dates, html, inert, main_text, read, telegram};
use super::path;
use crate::model::digest::Digest;
use crate::model::source::ReadSettings;
use crate::model::text::Text;
use crate::model::time::Stated;

/// Pages with more elements or blocks than this teach nothing.
const MOST_ELEMENTS: usize = 20_000;
const MOST_BLOCKS: usize = 4_000;
/// Blocks that begin with the same so many letters say the same: the shorter one was cut.
const BEGINNING: usize = 120;

/// An element of a page.
pub(super) struct Element {
    pub parent: usize,
    pub name: String,
    /// Which of its siblings of that name it is, from 1; 0 for a line of a text.
    pub nth: usize,
}

/// What a block of a page is to learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Running text.
    Running,
    /// Running text in what is called a part of the frame.
    Chrome,
    /// Most of it is links.
    Links,
    /// A short line that is no sentence, a heading, the title, a comment.
    Other,
}

/// A block of a page.
pub(super) struct Line {
    /// The element that it stands in.
    pub element: usize,
    pub text: String,
    pub size: usize,
    pub role: Role,
    /// What it says, and how it begins where it is long.
    pub keys: [u64; 2],
    /// Whether it is a date, and which.
    pub date: Option<Stated>,
    /// Whether the reader takes it by itself.
    pub taken: bool,
}

/// A page.
pub(super) struct View<'p> {
    pub page: Page<'p>,
    pub shape: Shape,
    pub elements: Vec<Element>,
    pub lines: Vec<Line>,
    /// What the reader makes of it by itself.
    pub text: Text,
    /// The line that its title is, by itself.
    pub title: Option<usize>,
}

/// A page that was looked at.
pub(super) struct Seen<'p> {
    /// What the reader makes of it by itself.
    pub text: Text,
    /// `None` where it teaches nothing.
    pub view: Option<View<'p>>,
}

impl<'p> Seen<'p> {
    /// Looks at a page; `settings` are without rules.
    pub(super) fn of(page: &Page<'p>, settings: &ReadSettings) -> Self {
        if plain::form(page.body, page.content_type) != Form::Html {
            return Self { text: read(page, settings).text, view: None };
        }
        let decoded = charset::decode(page.body, page.content_type);
        // parsing is most of the work, and the tree is the same for both
        let doc = html::parse(&decoded.text);
        if let Some(post) = telegram::named_post(page, &doc, &decoded, settings) {
            return Self { text: post.reading.text, view: None };
        }
        let shape = Shape::of_text(&decoded.text);
        let text = inert::read(page, &doc, decoded, settings, None).text;
        let view = View::of(page, &doc, shape, &text, settings);
        Self { text, view }
    }
}

impl<'p> View<'p> {
    fn of(page: &Page<'p>, doc: &Html, shape: Shape, text: &Text, settings: &ReadSettings) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let outline = Outline::new(doc, &Selectors::of(settings).ignored(doc));
        let blocks = blocks::blocks(&outline);
        if outline.items.is_empty() || outline.items.len() > MOST_ELEMENTS || blocks.len() > MOST_BLOCKS {
            return None;
        }
        let chrome = main_text::chrome(&outline, &blocks, &[]);
        let shown: Vec<usize> = (0..blocks.len()).filter(|index| !chrome[blocks[*index].place]).collect();
        let meta = Metadata::of(doc, page.url);
        let range = clean::text_range(&blocks, &shown);
        let title = super::super::page::found_title(&meta, &outline, &blocks, &chrome, range).block;
        let elements = elements(&outline);
        let titled = title.map(|index| essence(&blocks[index].text));
        let comments = inside(&outline, |place| outline.named(place).comments);
        let taken: HashSet<u64> = text.paragraphs().iter().flat_map(|line| keys(&essence(line))).collect();
        let lines = blocks.iter().map(|block| {
            let said = essence(&block.text);
            let role = if comments[block.place] || Some(&said) == titled.as_ref() {
                Role::Other
            } else {
                role(block, chrome[block.place])
            };
            let date = (block.size <= 120 && dates::is_date_line(&block.text))
                .then(|| dates::printed(&block.text, None, settings.timezone.as_deref(), page.captured_at))
                .flatten();
            let keys = keys(&said);
            let taken = keys.iter().any(|key| taken.contains(key));
            Line { element: block.place, text: block.text.clone(), size: block.size, role, keys, date, taken }
        });
        let lines = lines.collect();
        Some(Self { page: *page, shape, elements, lines, text: text.clone(), title })
    }
}

/// On how many pages each line stands, by what it says and by how it begins.
pub(super) fn counted(views: &[View<'_>]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for view in views {
        let keys: HashSet<u64> = view.lines.iter().flat_map(|line| line.keys).collect();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}

/// What a line says, and how it begins.
fn keys(said: &str) -> [u64; 2] {
    [key(said), key(said.get(..said.floor_char_boundary(BEGINNING)).unwrap_or(said))]
}

/// A part of the digest: enough to tell lines of some pages apart, and the same on every machine.
fn key(said: &str) -> u64 {
    Digest::of(said.as_bytes()).as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

fn role(block: &Block, chrome: bool) -> Role {
    let running = block.is_long() || block.is_sentence();
    match block.kind {
        _ if block.link_share() > 0.5 => Role::Links,
        Kind::Heading => Role::Other,
        Kind::Paragraph | Kind::Bullet | Kind::Row if running && chrome => Role::Chrome,
        Kind::Paragraph | Kind::Bullet | Kind::Row if running => Role::Running,
        Kind::Paragraph | Kind::Bullet | Kind::Row => Role::Other,
    }
}

/// For each place, whether it stands in an element of which this holds.
fn inside(outline: &Outline<'_>, holds: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut inside = vec![false; outline.items.len()];
    for place in 0..outline.items.len() {
        inside[place] = holds(place) || (place > 0 && inside[outline.items[place].parent]);
    }
    inside
}

/// The elements of a page by name; texts have an empty one.
fn elements(outline: &Outline<'_>) -> Vec<Element> {
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut elements: Vec<Element> = Vec::with_capacity(outline.items.len());
    for (place, item) in outline.items.iter().enumerate() {
        let name = outline.element(place).map(path::name).unwrap_or_default();
        let nth = match name.is_empty() || path::is_line(&name) {
            true => 0,
            false => {
                let count = counts.entry((item.parent, name.clone())).or_default();
                *count += 1;
                *count
            }
        };
        elements.push(Element { parent: item.parent, name, nth });
    }
    elements
}
