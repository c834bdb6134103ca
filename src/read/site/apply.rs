//! Reading one page by what was learnt from others.

use std::collections::HashSet;

use super::super::blocks::{self, Block, Kind};
use super::super::outline::Outline;
use super::super::plain::{self, Form};
use super::super::settings::Selectors;
use super::super::title::essence;
use super::super::{Page, charset, html};
use super::path;
use crate::model::rules::{Rules, Template};
use crate::model::source::ReadSettings;

/// The least running text that is taken for a statement.
const LEAST: usize = 40;

/// Where rules found the parts of a page.
pub(in crate::read) struct Found<'r> {
    template: &'r Template,
    /// The elements that hold the text.
    pub containers: Vec<usize>,
    /// For each block, whether it is frame.
    frame: Vec<bool>,
    /// For each block, whether it stands beside the text where what stands is surely no text.
    beside: Vec<bool>,
}

/// Which of the templates fits a page best; `None` where none finds a text on it.
pub fn fitting(page: &Page<'_>, settings: &ReadSettings) -> Option<Template> {
    let rules = settings.learnt.as_deref().filter(|_| plain::form(page.body, page.content_type) == Form::Html)?;
    let doc = html::parse(&charset::decode(page.body, page.content_type).text);
    let outline = Outline::new(&doc, &Selectors::of(settings).ignored(&doc));
    find(rules, &outline, &blocks::blocks(&outline)).map(|found| found.template.clone())
}

/// The parts of a page by the template that fits it best; `None` where none finds a text.
pub(in crate::read) fn find<'r>(rules: &'r Rules, outline: &Outline<'_>, blocks: &[Block]) -> Option<Found<'r>> {
    let found = rules.templates.iter().filter_map(|template| {
        let found = Found::of(template, outline, blocks);
        let inside = within(outline, &found.containers);
        let chosen: Vec<usize> =
            (0..blocks.len()).filter(|index| inside[blocks[*index].place] && !found.frame[*index]).collect();
        let mass = mass(blocks, &chosen, |_| true);
        (mass >= LEAST).then_some((mass, found))
    });
    // of two that find as much, the first in their order
    found
        .fold(None, |best: Option<(usize, Found<'r>)>, one| match best {
            Some(best) if best.0 >= one.0 => Some(best),
            Some(_) | None => Some(one),
        })
        .map(|(_, found)| found)
}

impl<'r> Found<'r> {
    fn of(template: &'r Template, outline: &Outline<'_>, blocks: &[Block]) -> Self {
        let containers = path::places(outline, &template.text);
        let inside = within(outline, &containers);
        let mut frame = vec![false; blocks.len()];
        let mut beside = vec![false; blocks.len()];
        for path in &template.frame {
            let places = path::places(outline, path);
            let held = within(outline, &places);
            let of: Vec<usize> = (0..blocks.len()).filter(|index| held[blocks[*index].place]).collect();
            let sure = of.iter().any(|index| blocks[*index].linked > 0) || template.is_whole(outline, path);
            for index in of {
                frame[index] |= inside[blocks[index].place];
                beside[index] |= sure;
            }
        }
        for line in &template.lines {
            let Some(path) = &line.path else { continue };
            let places: HashSet<usize> = path::places(outline, path).into_iter().collect();
            let said = essence(&line.text);
            let stands = |block: &Block| places.contains(&block.place) && essence(&block.text) == said;
            blocks.iter().zip(&mut frame).for_each(|(block, frame)| *frame |= stands(block));
        }
        Self { template, containers, frame, beside }
    }

    /// Whether a block is frame.
    pub(in crate::read) fn is_frame(&self, index: usize) -> bool {
        self.frame[index]
    }

    /// Whether what these rules choose is enough beside what the reader chooses by itself: they may take frame away, and
    /// no more.
    pub(in crate::read) fn suffices(&self, blocks: &[Block], chosen: &[usize], by_itself: &[usize]) -> bool {
        let rest = mass(blocks, by_itself, |index| !self.frame[index] && !self.beside[index]);
        mass(blocks, chosen, |_| true) * 2 >= rest
    }

    /// The place of the title.
    pub(in crate::read) fn title(&self, outline: &Outline<'_>) -> Option<usize> {
        let places = path::places(outline, self.template.title.as_deref()?);
        <[usize; 1]>::try_from(places).ok().map(|[place]| place)
    }

    /// The place of the printed date.
    pub(in crate::read) fn published(&self, outline: &Outline<'_>) -> Option<usize> {
        let places = path::places(outline, self.template.published.as_deref()?);
        <[usize; 1]>::try_from(places).ok().map(|[place]| place)
    }

    /// Where what is no text stands.
    pub(super) fn frame_paths(&self) -> impl Iterator<Item = &'r str> {
        let lines = self.template.lines.iter().filter_map(|line| line.path.as_deref());
        self.template.frame.iter().map(String::as_str).chain(lines)
    }

    /// Lines that are frame at the beginning and the end of the text.
    pub(in crate::read) fn lines(&self) -> impl Iterator<Item = &'r str> {
        self.template.lines.iter().filter(|line| line.path.is_none()).map(|line| line.text.as_str())
    }
}

impl Template {
    /// Whether a page has as many siblings at the end of a numbered path as were seen: then the number names the same one.
    fn is_whole(&self, outline: &Outline<'_>, path: &str) -> bool {
        let Some((any, _)) = path.rsplit_once(':').filter(|(_, nth)| nth.parse::<usize>().is_ok()) else { return true };
        let numbers = self.frame.iter().chain([&self.text]).filter_map(|other| {
            let rest = other.strip_prefix(any)?.strip_prefix(':')?;
            rest.split(' ').next()?.parse::<usize>().ok()
        });
        numbers.max() == Some(path::places(outline, any).len())
    }
}

/// The paragraphs without lines of the frame at their beginning and end; as they are where nothing else would stay.
pub(in crate::read) fn without_lines<'l>(paragraphs: Vec<String>, lines: impl Iterator<Item = &'l str>) -> Vec<String> {
    let lines: HashSet<String> = lines.map(essence).collect();
    let is_frame = |paragraph: &&String| lines.contains(&essence(paragraph));
    let first = paragraphs.iter().take_while(is_frame).count();
    let last = paragraphs[first..].iter().rev().take_while(is_frame).count();
    if lines.is_empty() || first + last == paragraphs.len() {
        return paragraphs;
    }
    let end = paragraphs.len() - last;
    paragraphs.into_iter().take(end).skip(first).collect()
}

/// The running text of these blocks.
fn mass(blocks: &[Block], chosen: &[usize], counts: impl Fn(usize) -> bool) -> usize {
    let running = |block: &Block| {
        block.link_share() <= 0.5 && block.kind != Kind::Heading && (block.is_long() || block.is_sentence())
    };
    chosen.iter().filter(|index| counts(**index) && running(&blocks[**index])).map(|index| blocks[*index].size).sum()
}

/// For each place, whether it stands in one of these.
fn within(outline: &Outline<'_>, places: &[usize]) -> Vec<bool> {
    let mut within = vec![false; outline.items.len()];
    for place in places {
        within[outline.subtree(*place)].fill(true);
    }
    within
}
