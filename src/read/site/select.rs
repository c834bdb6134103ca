//! What was learnt of a source, as CSS selectors that a person can pin in `sources.toml`.

use scraper::{Html, Selector};

use super::super::blocks::{self, Block};
use super::super::meta::Metadata;
use super::super::outline::Outline;
use super::super::plain::{self, Form};
use super::super::settings::Selectors;
use super::super::{Page, charset, clean, dates, html, main_text};
use super::{apply, path};
use crate::model::rules::Rules;
use crate::model::source::ReadSettings;

/// Most elements from one up that a selector names.
const MOST_STEPS: usize = 8;

/// Selectors that come to what the rules find on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// Of the text.
    pub body: Option<String>,
    /// Of the title.
    pub title: Option<String>,
    /// Of the printed date.
    pub published: Option<String>,
    /// Of what is no text.
    pub ignore: Vec<String>,
}

/// The selectors that find on this page what the rules find; `None` where these find nothing.
///
/// Each was tried on the page: it selects exactly those elements.
pub fn pins(rules: &Rules, page: &Page<'_>, settings: &ReadSettings) -> Option<Pins> {
    if plain::form(page.body, page.content_type) != Form::Html {
        return None;
    }
    let decoded = charset::decode(page.body, page.content_type);
    let doc = html::parse(&decoded.text);
    let outline = Outline::new(&doc, &Selectors::of(settings).ignored(&doc));
    let blocks = blocks::blocks(&outline);
    let found = apply::find(rules, &outline, &blocks)?;
    let css = |places: &[usize]| selector(&doc, &outline, places);
    let title = found.title(&outline).or_else(|| title(&doc, &outline, &blocks, page));
    let day = super::super::read(page, settings).text.published().map(|date| date.day());
    let published = found.published(&outline).or_else(|| {
        let is_it = |block: &&Block| {
            let printed = || dates::printed(&block.text, None, settings.timezone.as_deref(), page.captured_at);
            dates::is_date_line(&block.text) && printed().map(|date| date.day()) == day && day.is_some()
        };
        blocks.iter().take(2_000).find(is_it).map(|block| block.place)
    });
    let inside = |place: &usize| found.containers.iter().any(|of| outline.subtree(*of).contains(place));
    let framed = found.frame_paths().map(|path| path::places(&outline, path));
    let mut ignore: Vec<String> =
        framed.filter(|places| places.iter().all(inside)).filter_map(|places| css(&places)).collect();
    ignore.sort();
    ignore.dedup();
    let one = |place: Option<usize>| place.and_then(|place| css(&[place]));
    Some(Pins { body: css(&found.containers), title: one(title), published: one(published), ignore })
}

/// Where the reader finds the title by itself.
fn title(doc: &Html, outline: &Outline<'_>, blocks: &[Block], page: &Page<'_>) -> Option<usize> {
    let chrome = main_text::chrome(outline, blocks, &[]);
    let shown: Vec<usize> = (0..blocks.len()).filter(|index| !chrome[blocks[*index].place]).collect();
    let meta = Metadata::of(doc, page.url);
    let title = super::super::page::found_title(&meta, outline, blocks, &chrome, clean::text_range(blocks, &shown));
    title.block.map(|index| blocks[index].place)
}

/// The shortest selector that selects exactly these elements.
fn selector(doc: &Html, outline: &Outline<'_>, places: &[usize]) -> Option<String> {
    let first = *places.first()?;
    let selects = |css: &str| {
        let selector = Selector::parse(css).ok()?;
        let mut found: Vec<usize> = doc.select(&selector).filter_map(|of| outline.place(of.id())).collect();
        found.sort_unstable();
        Some(found == places)
    };
    let up = std::iter::successors(Some(first), |place| (*place != 0).then(|| outline.items[*place].parent));
    let up: Vec<usize> = up.take_while(|place| *place != 0).take(MOST_STEPS).collect();
    let several = places.len() > 1;
    let mut css = String::new();
    for place in up {
        let name = outline.element(place).map(path::name)?;
        for step in [name.clone(), format!("{name}:nth-of-type({})", of_type(outline, place))] {
            let longer = if css.is_empty() { step.clone() } else { format!("{step} > {css}") };
            if selects(&longer) == Some(true) {
                return Some(longer);
            }
        }
        let numbered = !several && !path::is_telling(&name) && name != "body";
        let step = if numbered { format!("{name}:nth-of-type({})", of_type(outline, place)) } else { name };
        css = if css.is_empty() { step } else { format!("{step} > {css}") };
    }
    None
}

/// Which of its siblings of that tag an element is, from 1.
fn of_type(outline: &Outline<'_>, place: usize) -> usize {
    let siblings = outline.children(outline.items[place].parent);
    siblings.take_while(|other| *other <= place).filter(|other| outline.tag(*other) == outline.tag(place)).count()
}
