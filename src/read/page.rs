//! One HTML page to one reading: the order in which the parts of the reader are asked.

use scraper::Html;

use super::article_body::ArticleBody;
use super::blocks::{self, Block, Kind};
use super::charset::Decoded;
use super::clean::Edges;
use super::main_text::{Chrome, Headline};
use super::meta::Metadata;
use super::outline::Outline;
use super::published::Search;
use super::settings::{Selectors, reader};
use super::title::{self, Title};
use super::why::{Account, Rule};
use super::{Page, beside, clean, dates, language, main_text, posts, site, visible, why};
use crate::model::capture::Reading;
use crate::model::source::ReadSettings;
use crate::model::text::Text;
use crate::model::time::Stated;

/// Reads a page that is HTML. `account` is given what decided about each block and about the date.
pub(super) fn read(
    page: &Page<'_>,
    doc: &Html,
    decoded: Decoded,
    settings: &ReadSettings,
    account: Option<&mut Account>,
) -> Reading {
    let selectors = Selectors::of(settings);
    let meta = Metadata::of(doc, page.url);
    let outline = Outline::new(doc, &selectors.ignored(doc));
    let mut warnings = decoded.warnings;
    if outline.items.is_empty() {
        warnings.push("the page has no body".to_owned());
        return super::wordless(decoded.charset, warnings, settings);
    }
    let blocks = blocks::blocks(&outline);

    let selected: Vec<usize> = match &selectors.body {
        Some(selector) => {
            outermost(&outline, doc.select(selector).filter_map(|element| outline.place(element.id())).collect())
        }
        None => Vec::new(),
    };
    if settings.body.is_some() && selected.is_empty() {
        warnings.push("the body selector selects nothing".to_owned());
    }
    let edges = if selected.is_empty() { Edges::Doubted } else { Edges::Trusted };
    let named = posts::named(&outline, &meta, page.url.or(meta.canonical.as_ref()));
    let named = named.filter(|_| selected.is_empty());
    let mut choice = if selected.is_empty() {
        Choice::by_itself(&meta, &outline, &blocks, named)
    } else {
        Choice::within(selected, &outline, &blocks)
    };
    // What the source's other pages taught comes in here, and has its say where nothing is pinned.
    let rules = settings.learnt.as_deref().filter(|_| edges == Edges::Doubted);
    let mut learnt = rules.and_then(|rules| site::find(rules, &outline, &blocks));
    if let Some(found) = &learnt {
        let mut taught = Choice::within(found.containers.clone(), &outline, &blocks);
        taught.chosen.retain(|index| !found.is_frame(*index));
        if found.suffices(&blocks, &taught.chosen, &choice.chosen) {
            choice = taught;
        } else {
            learnt = None;
        }
    }
    let Choice { containers, chrome, mut chosen } = choice;
    let stated = meta.ld.body.as_deref().filter(|_| edges == Edges::Doubted).and_then(ArticleBody::of);
    if let Some(stated) = stated.as_ref().filter(|_| learnt.is_none()) {
        chosen = stated.completed(&blocks, chosen);
    }
    let mut range = clean::text_range(&blocks, &chosen);

    let mut title = found_title(&meta, &outline, &blocks, &chrome, range);
    if edges == Edges::Doubted && learnt.is_none() && without_lists_above(&blocks, &title, &mut chosen) {
        range = clean::text_range(&blocks, &chosen);
    }
    let of_post = |named| posts::heading_in(&outline, &containers, named);
    if let Some(place) = named.filter(|_| learnt.is_none()).and_then(of_post) {
        title = taught_title(&outline, &blocks, place).unwrap_or(title);
    }
    if let Some(place) = learnt.as_ref().and_then(|found| found.title(&outline)) {
        title = taught_title(&outline, &blocks, place).unwrap_or(title);
    }
    if let Some(selector) = &selectors.title {
        match doc.select(selector).find_map(|element| outline.place(element.id())).map(|place| outline.text(place)) {
            Some(text) => title = Title { text: Some(text), block: title.block },
            None => warnings.push("the title selector selects nothing".to_owned()),
        }
    }
    let declared = [
        meta.html_lang.as_deref(),
        meta.meta(&["content-language", "language", "dc.language", "dcterms.language"]),
        meta.ld.language.as_deref(),
        meta.meta(&["og:locale"]),
    ];
    let search = Search {
        doc,
        outline: &outline,
        chrome: &chrome,
        blocks: &blocks,
        title: title.block,
        text: range.unwrap_or_default(),
        language: dialect(&declared),
        timezone: settings.timezone.as_deref(),
        captured_at: page.captured_at,
        url: page.url.or(meta.canonical.as_ref()).or(meta.og_url.as_ref()),
        month_first: std::cell::OnceCell::new(),
        printed_near: std::cell::OnceCell::new(),
        asked: std::cell::Cell::new(0),
    };
    let selected = selected_date(doc, &selectors, settings, &outline, &mut warnings);
    let published = selected.map(|date| (date, "where the source's own settings point")).or_else(|| {
        let found = search.find(&meta);
        let place = learnt.as_ref().and_then(|learnt| learnt.published(&outline));
        let printed = place.and_then(|place| search.printed(&outline.text(place)));
        // where both name one day, the reader may know the time as well
        let printed = printed.filter(|date| found.is_none_or(|(found, _)| found.day() != date.day()));
        printed.map(|date| (date, "where the source's other pages have theirs")).or(found)
    });

    let mut rules: Vec<Rule> = blocks.iter().map(|block| chrome.rule(block.place).unwrap_or(Rule::Outside)).collect();
    let mut paragraphs = clean::paragraphs(&outline, &blocks, &chosen, title.text.as_deref(), edges, &mut rules);
    if let Some(account) = account {
        account.passages = why::passages(&outline, &blocks, &rules);
        account.published = published.map(|(_, rule)| rule);
    }
    let published = published.map(|(date, _)| date);
    if let Some(fuller) = stated.and_then(|stated| stated.instead(&paragraphs)) {
        warnings.push("the text stands in the page's JSON-LD alone".to_owned());
        paragraphs = fuller;
        chosen.clear();
    }
    if let Some(found) = &learnt {
        paragraphs = site::without_lines(paragraphs, found.lines());
    }
    if paragraphs.is_empty() {
        warnings.push("no text was found on the page".to_owned());
    }
    let sample = format!("{} {}", title.text.as_deref().unwrap_or_default(), paragraphs.join(" "));
    let language = language::language(&sample, &declared, &settings.languages);
    let mut beside = beside::beside(&meta, &outline, &containers, &chrome);
    beside.charset = decoded.charset.to_owned();
    beside.warnings = warnings;
    Reading {
        reader: reader(settings),
        text: Text::new(title.text.as_deref(), published, language.as_deref(), &paragraphs),
        visible: visible::visible(&outline, &blocks, &chosen),
        beside,
    }
}

/// The declared language, as its most exact declaration has it: `en` beside `en_US` is the latter.
fn dialect<'m>(declared: &[Option<&'m str>]) -> Option<&'m str> {
    let tongue = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let first = declared.iter().flatten().next().copied()?;
    let of_region = |tag: &&str| tag.len() > first.len() && tag.contains(['-', '_']) && tongue(tag) == tongue(first);
    Some(declared.iter().flatten().copied().find(of_region).filter(|_| !first.contains('-')).unwrap_or(first))
}

/// Places without those that stand inside others, in document order.
fn outermost(outline: &Outline<'_>, mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    let mut end = 0;
    places.retain(|place| {
        let outside = *place >= end;
        if outside {
            end = outline.items[*place].end;
        }
        outside
    });
    places
}

/// Which part of a page is taken for the statement.
struct Choice {
    containers: Vec<usize>,
    /// What stands in chrome.
    chrome: Chrome,
    /// The blocks of the containers that are not chrome.
    chosen: Vec<usize>,
}

impl Choice {
    /// The reader's own.
    fn by_itself(meta: &Metadata, outline: &Outline<'_>, blocks: &[Block], named: Option<usize>) -> Self {
        let chrome = main_text::chrome(outline, blocks, &[]);
        let shown: Vec<usize> = (0..blocks.len()).filter(|index| !chrome[blocks[*index].place]).collect();
        let guess = found_title(meta, outline, blocks, &chrome, clean::text_range(blocks, &shown));
        let titled = guess.block.map(|index| Headline::Titled(blocks[index].place));
        let headline = named.map(Headline::Named).or(titled);
        Self::of(vec![main_text::container(outline, blocks, &chrome, headline)], chrome, outline, blocks)
    }

    /// That of elements which were pointed at.
    fn within(containers: Vec<usize>, outline: &Outline<'_>, blocks: &[Block]) -> Self {
        let chrome = main_text::chrome(outline, blocks, &containers);
        Self::of(containers, chrome, outline, blocks)
    }

    fn of(containers: Vec<usize>, chrome: Chrome, outline: &Outline<'_>, blocks: &[Block]) -> Self {
        let inside = |place: usize| containers.iter().any(|container| outline.subtree(*container).contains(&place));
        let of_text = |index: &usize| inside(blocks[*index].place) && !chrome[blocks[*index].place];
        let mut chosen: Vec<usize> = (0..blocks.len()).filter(of_text).collect();
        if chosen.is_empty() {
            // Names misled: a page all of whose text is in what is called a banner.
            let running = |index: &usize| blocks[*index].is_long() && blocks[*index].link_share() < 0.5;
            chosen = (0..blocks.len()).filter(running).collect();
        }
        Self { containers, chrome, chosen }
    }
}

/// Takes the lists that stand above a title out of `chosen`: they tell of other statements. Whether there were any.
fn without_lists_above(blocks: &[Block], title: &Title, chosen: &mut Vec<usize>) -> bool {
    let heading = title.block.filter(|index| blocks[*index].kind == Kind::Heading);
    let Some(heading) = heading.filter(|at| chosen.iter().any(|index| index > at && blocks[*index].is_long())) else {
        return false;
    };
    let before = chosen.len();
    chosen.retain(|index| *index > heading || blocks[*index].kind != Kind::Bullet);
    chosen.len() < before
}

/// The title at a place, if a title can stand there.
fn taught_title(outline: &Outline<'_>, blocks: &[Block], place: usize) -> Option<Title> {
    let block = blocks.iter().position(|block| outline.subtree(place).contains(&block.place))?;
    let text = blocks[block].text.replace('\n', " ");
    (3..=title::LONGEST).contains(&text.chars().count()).then_some(Title { text: Some(text), block: Some(block) })
}

pub(super) fn found_title(
    meta: &Metadata,
    outline: &Outline<'_>,
    blocks: &[Block],
    chrome: &Chrome,
    range: Option<(usize, usize)>,
) -> Title {
    let start = range.map_or(blocks.len(), |(first, _)| first);
    let level_one = |place: usize| {
        std::iter::successors(Some(place), |place| Some(outline.items[*place].parent))
            .take(4)
            .any(|place| outline.tag(place) == "h1")
    };
    let level_one: Vec<usize> = blocks
        .iter()
        .filter(|block| block.kind == Kind::Heading && level_one(block.place))
        .map(|block| block.place)
        .collect();
    title::find(meta, blocks, &level_one, chrome, start)
}

/// The date that the source's own selector points at.
fn selected_date(
    doc: &Html,
    selectors: &Selectors,
    settings: &ReadSettings,
    outline: &Outline<'_>,
    warnings: &mut Vec<String>,
) -> Option<Stated> {
    let selector = selectors.published.as_ref()?;
    let timezone = settings.timezone.as_deref();
    let mut seen = false;
    for element in doc.select(selector) {
        seen = true;
        let given = ["datetime", "content"].into_iter().filter_map(|name| element.attr(name));
        let text = outline.place(element.id()).map_or_else(|| element.text().collect(), |place| outline.text(place));
        for text in given.chain([text.as_str()]) {
            let date = match &settings.date_format {
                Some(form) => dates::formatted(text, form, timezone),
                None => dates::machine(text, settings.languages.first().map(String::as_str), timezone),
            };
            if date.is_some() {
                return date;
            }
        }
    }
    warnings.push(
        if seen { "what the published selector selects is no date" } else { "the published selector selects nothing" }
            .to_owned(),
    );
    None
}
