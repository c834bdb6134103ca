//! What the other pages of a source teach about one of them.
//!
//! Lines that stand word for word on most of a source's pages are its frame; where the text of its other statements
//! stood is where this one's stands. [`learn`] works that out from pages, and the reader is given what it came to as a
//! part of its settings, so that the reader's name covers it.
//!
//! Pure, bounded in time and memory, total on any bytes; the order of the pages does not matter. Doubt is settled in
//! favour of what the reader finds by itself: a page whose text is not where it was learnt is read without any rules.

mod apply;
mod home;
mod path;
mod select;
#[cfg(test)]
mod tests;
mod tree;
mod view;

use std::collections::{BTreeMap, HashSet};

use super::Page;
use super::title::essence;
use crate::model::digest::Digest;
use crate::model::rules::{Line, Rules, Template};
use crate::model::source::ReadSettings;
use crate::model::text::Text;
pub use apply::fitting;
pub(super) use apply::{find, without_lines};
pub use select::{Pins, pins};
use tree::Tree;
use view::{Seen, View};

/// Most pages that are learnt from: more teach nothing more.
pub const MOST_PAGES: usize = 24;
/// Most bytes of one page, and of all.
const MOST_BYTES: usize = 1_000_000;
const MOST_BYTES_IN_ALL: usize = 8_000_000;
/// So many pages that are built alike teach how.
const ENOUGH: usize = 5;
/// So many teach which lines at the beginning and the end of a text are frame, and what share of them must have a line.
const ENOUGH_FOR_LINES: usize = 8;
const MOST_OF_TEN: usize = 9;
/// Most lines at one end of a text that are frame, and the most of their letters.
const MOST_LINES: usize = 5;
const LONGEST_LINE: usize = 600;
/// Most templates of a source.
const MOST_TEMPLATES: usize = 6;
/// Most paths and lines of a template.
const MOST_RULES: usize = 60;

/// What these pages of one source teach.
///
/// `settings` are those that the pages are read with; the rules in them are kept where those that would be learnt read
/// these pages no otherwise, so that rules change only for a reason.
pub fn learn(pages: &[Page<'_>], settings: &ReadSettings) -> Rules {
    let present = settings.learnt.as_deref().cloned().unwrap_or_default();
    let pages = sample(pages);
    let seen = seen(&pages, settings);
    let untaught: Vec<Text> = seen.iter().map(|seen| seen.text.clone()).collect();
    let mut rules = propose_from(seen, settings);
    if rules == present {
        return present;
    }
    let reads = |rules: &Rules| -> Vec<Text> {
        if rules.is_empty() {
            return untaught.clone();
        }
        let settings = with(settings, rules);
        pages.iter().map(|page| super::read(page, &settings).text).collect()
    };
    let texts = reads(&rules);
    if reads(&present) == texts {
        return present;
    }
    // bodies of before a redesign are read as they were, by a template that none of these pages has any more
    for template in present.templates {
        let mut with_it = rules.clone();
        with_it.templates.push(template.clone());
        with_it.templates.sort();
        let is_new = rules.templates.iter().all(|other| other.text != template.text);
        if is_new && rules.templates.len() < MOST_TEMPLATES && reads(&with_it) == texts {
            rules = with_it;
        }
    }
    rules
}

/// How these pages are built, whether or not the reader needs to be told.
pub fn propose(pages: &[Page<'_>], settings: &ReadSettings) -> Rules {
    propose_from(seen(&sample(pages), settings), settings)
}

/// Settings with these rules and no others.
pub fn with(settings: &ReadSettings, rules: &Rules) -> ReadSettings {
    ReadSettings { learnt: (!rules.is_empty()).then(|| rules.clone().into()), ..settings.clone() }
}

/// The name under which rules stand in that of a reader.
pub(super) fn rules_name(rules: &Rules) -> String {
    format!("rules-{}", &rules.digest().hex()[..16])
}

/// The pages that are learnt from: in an order of their own, each body once, no more than is bearable.
fn sample<'p>(pages: &[Page<'p>]) -> Vec<Page<'p>> {
    let mut by_digest: Vec<(Digest, Page<'p>)> =
        pages.iter().filter(|page| page.body.len() <= MOST_BYTES).map(|page| (Digest::of(page.body), *page)).collect();
    by_digest.sort_by_key(|(digest, page)| (digest.hex(), page.url.map(url::Url::as_str), page.captured_at));
    by_digest.dedup_by_key(|(digest, _)| *digest);
    let mut bytes = 0;
    let bearable = by_digest.into_iter().map(|(_, page)| page).take_while(|page| {
        bytes += page.body.len();
        bytes <= MOST_BYTES_IN_ALL
    });
    bearable.take(MOST_PAGES).collect()
}

fn seen<'p>(pages: &[Page<'p>], settings: &ReadSettings) -> Vec<Seen<'p>> {
    let plain = with(settings, &Rules::default());
    pages.iter().map(|page| Seen::of(page, &plain)).collect()
}

fn propose_from(seen: Vec<Seen<'_>>, settings: &ReadSettings) -> Rules {
    let plain = with(settings, &Rules::default());
    let mut views: Vec<View<'_>> = seen.into_iter().filter_map(|seen| seen.view).collect();
    // one statement under two addresses says nothing twice
    let mut texts = HashSet::new();
    views.retain(|view| texts.insert(view.text.wording()));
    let counts = view::counted(&views);
    let mut templates: Vec<Template> =
        alike(&views).into_iter().flat_map(|group| templates(&group, &counts, &plain)).collect();
    templates.sort();
    Rules { templates }
}

/// Groups of pages that are built alike, as sets: whoever is like one of a group belongs to it.
fn alike<'v, 'p>(views: &'v [View<'p>]) -> Vec<Vec<&'v View<'p>>> {
    let mut group: Vec<usize> = (0..views.len()).collect();
    for a in 0..views.len() {
        for b in 0..a {
            if group[a] != group[b] && !views[a].shape.differs(&views[b].shape) {
                let (from, to) = (group[a], group[b]);
                group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&View<'p>>> = BTreeMap::new();
    for (view, of) in views.iter().zip(&group) {
        groups.entry(*of).or_default().push(view);
    }
    groups.into_values().filter(|group| group.len() >= ENOUGH).collect()
}

/// What pages that are built alike teach: a template for each place where the text of enough of them stands.
fn templates(views: &[&View<'_>], counts: &BTreeMap<u64, usize>, settings: &ReadSettings) -> Vec<Template> {
    let tree = Tree::of(views, counts);
    let texts = tree.texts((0..views.len()).collect(), ENOUGH);
    texts.into_iter().map(|(text, pages)| template(&tree, views, text, &pages, settings)).collect()
}

fn template(tree: &Tree, views: &[&View<'_>], text: usize, pages: &[usize], settings: &ReadSettings) -> Template {
    let standing = tree.standing(views, text, pages).into_iter();
    let mut template = Template {
        text: tree.path(text),
        title: title(tree, views, text, pages),
        published: published(tree, views, pages),
        frame: tree.frame(text, pages, ENOUGH - 1),
        lines: standing
            .filter(|(_, text)| text.chars().count() <= LONGEST_LINE)
            .map(|(path, text)| Line { path: Some(path), text })
            .collect(),
    };
    template.frame.sort();
    template.frame.truncate(MOST_RULES);
    let alone = Rules { templates: vec![template.clone()] };
    let read_with = with(settings, &alone);
    let texts: Vec<Text> = pages.iter().map(|page| super::read(&views[*page].page, &read_with).text).collect();
    template.lines.extend(border_lines(&texts));
    template.lines.sort();
    template.lines.truncate(MOST_RULES);
    template
}

/// Lines that nearly all texts begin or end with, while what stands between differs.
fn border_lines(texts: &[Text]) -> Vec<Line> {
    if texts.len() < ENOUGH_FOR_LINES {
        return Vec::new();
    }
    let enough = |pages: usize| pages * 10 >= texts.len() * MOST_OF_TEN;
    let mut on: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        let lines: HashSet<&str> = text.paragraphs().iter().map(String::as_str).collect();
        lines.into_iter().for_each(|line| *on.entry(line).or_default() += 1);
    }
    let standing: HashSet<&str> = on
        .iter()
        .filter(|(line, pages)| enough(**pages) && line.chars().count() <= LONGEST_LINE)
        .map(|(line, _)| *line)
        .collect();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        let is_standing = |line: &&str| standing.contains(line);
        let lines: Vec<&str> = text.paragraphs().iter().map(String::as_str).collect();
        let first = lines.iter().take(MOST_LINES).take_while(|line| is_standing(line)).count();
        let last = lines[first..].iter().rev().take(MOST_LINES).take_while(|line| is_standing(line)).count();
        if first + last < lines.len() {
            let border = lines[..first].iter().chain(&lines[lines.len() - last..]);
            border.collect::<HashSet<_>>().into_iter().for_each(|line| *ends.entry(line).or_default() += 1);
        }
    }
    let ends = ends.into_iter().filter(|(_, pages)| enough(*pages));
    ends.map(|(text, _)| Line { path: None, text: text.to_owned() }).collect()
}

/// Where the title stands, if the reader finds it there on most pages and not on all, or takes the site's name for it.
fn title(tree: &Tree, views: &[&View<'_>], text: usize, pages: &[usize]) -> Option<String> {
    let said: Vec<Option<String>> = pages.iter().map(|page| views[*page].text.title().map(essence)).collect();
    let same = |one: &Option<String>| said.iter().filter(|other| *other == one).count();
    let misled = said.iter().any(|one| one.is_none() || same(one) * 2 > pages.len());
    let of_page = |page: usize| {
        let lines = &views[page].lines;
        if !misled {
            return tree.node_of(page, views[page].title?);
        }
        // the last short line before the text that is this page's alone
        let start = (0..lines.len()).find(|at| {
            lines[*at].role == view::Role::Running
                && tree.node_of(page, *at).is_some_and(|node| tree.is_within(node, text))
        })?;
        let own = |line: &view::Line| {
            let others = pages.iter().filter(|other| **other != page);
            !others.into_iter().any(|other| views[*other].lines.iter().any(|there| there.keys[0] == line.keys[0]))
        };
        let titled = |at: &usize| {
            let line = &lines[*at];
            line.role == view::Role::Other && line.date.is_none() && (12..=400).contains(&line.size) && own(line)
        };
        (0..start).rev().take(6).find(titled).and_then(|at| tree.node_of(page, at))
    };
    let mut nodes: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    pages.iter().for_each(|page| *nodes.entry(of_page(*page)).or_default() += 1);
    let (node, count) = nodes.into_iter().max_by_key(|(node, count)| (*count, std::cmp::Reverse(*node)))?;
    let most = count * 5 >= pages.len() * 4 && (misled || count < pages.len());
    node.filter(|_| most).map(|node| tree.path(node))
}

/// Where the date is printed, if it is on nearly all pages and the reader finds another one, or none, on some.
fn published(tree: &Tree, views: &[&View<'_>], pages: &[usize]) -> Option<String> {
    let mut agreeing: BTreeMap<usize, HashSet<usize>> = BTreeMap::new();
    let mut dated: BTreeMap<usize, Vec<(usize, chrono::NaiveDate)>> = BTreeMap::new();
    for page in pages {
        for (at, line) in views[*page].lines.iter().enumerate() {
            let (Some(date), Some(node)) = (line.date, tree.node_of(*page, at)) else { continue };
            dated.entry(node).or_default().push((*page, date.day()));
            if views[*page].text.published().is_some_and(|found| found.day() == date.day()) {
                agreeing.entry(node).or_default().insert(*page);
            }
        }
    }
    let mut best: Option<(usize, usize)> = None;
    for (node, dates) in dated {
        let of_pages: HashSet<usize> = dates.iter().map(|(page, _)| *page).collect();
        let days: HashSet<chrono::NaiveDate> = dates.iter().map(|(_, day)| *day).collect();
        let agree = agreeing.get(&node).map_or(0, HashSet::len);
        let once = of_pages.len() == dates.len() && of_pages.len() * 10 >= pages.len() * MOST_OF_TEN;
        if once && days.len() > 1 && agree * 5 >= pages.len() * 3 && best.is_none_or(|(_, before)| agree > before) {
            best = Some((node, agree));
        }
    }
    best.filter(|(_, agree)| *agree < pages.len()).map(|(node, _)| tree.path(node))
}
