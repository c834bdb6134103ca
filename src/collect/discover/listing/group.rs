//! Links in one place of the tree, and what speaks for their being statements.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node};
use url::Url;

use crate::collect::discover::{Item, Page, Pattern, weight_of};
use crate::model::time::Stated;

use super::place::{Link, MOST_NODES, Margin, names_one_thing, words};

/// How far up the container of one item can reach.
const HIGHEST: usize = 8;
/// Longest text that is looked at for a date, in bytes.
const LONGEST: usize = 600;
/// Longest text that is a date and little else, in characters.
const DATE_LINE: usize = 60;

/// Links in one place, one entry an address.
pub(super) struct Group {
    members: Vec<Member>,
    titled: f64,
    at_length: f64,
    dated: f64,
    named: f64,
    below: f64,
    margin: Margin,
    path: String,
    shape: String,
}

struct Member {
    number: usize,
    item: Item,
    /// Letters that stand beside the link in its container.
    beside: usize,
}

/// All groups of a page.
pub(super) fn all(page: &Page<'_>, links: &[Link<'_>]) -> Vec<Group> {
    let mut places: HashMap<&str, Vec<&Link<'_>>> = HashMap::new();
    for link in links {
        places.entry(&link.path).or_default().push(link);
    }
    let whole = Containers::of(links.iter());
    let mut groups: Vec<Group> = places.into_values().map(|links| Group::of(page, links, Some(&whole))).collect();
    // A hash table has no order; ours must not depend on it.
    groups.sort_by_key(|group| group.members.first().map(|member| member.number));
    groups
}

impl Group {
    /// Gathers what speaks for `links`, which stand in one place. A lone one is parted from all others of the page, which
    /// `whole` knows; several are parted from each other.
    pub(super) fn of(page: &Page<'_>, links: Vec<&Link<'_>>, whole: Option<&Containers>) -> Self {
        let among_themselves = Containers::of(links.iter().copied());
        let containers = match whole {
            Some(whole) if among_themselves.addresses.len() == 1 => whole,
            Some(_) | None => &among_themselves,
        };
        let mut by_address: HashMap<&str, usize> = HashMap::new();
        let mut members: Vec<Member> = Vec::new();
        for link in &links {
            let container = containers.around(link);
            let title = title(page, link, container);
            if let Some(&at) = by_address.get(link.key.as_str()) {
                // A picture and a title often lead to one page; the title is the longer.
                let longer = |new: &String| members[at].item.title.as_ref().is_none_or(|old| old.len() < new.len());
                if title.as_ref().is_some_and(longer) {
                    members[at].item.title = title;
                }
                continue;
            }
            by_address.insert(&link.key, members.len());
            let (published, beside) = date(page, link, container, containers);
            let item = Item { url: link.url.clone(), title, published, guid: None };
            members.push(Member { number: link.number, item, beside });
        }
        let share = |is: &dyn Fn(&Item) -> bool| {
            let count = members.iter().filter(|member| is(&member.item)).count();
            if members.is_empty() { 0.0 } else { count as f64 / members.len() as f64 }
        };
        let below = format!("{}/", page.exchange.url.path().trim_end_matches('/'));
        let titled =
            share(&|item| item.title.as_deref().is_some_and(|title| is_titled(title) && !is_date(page, title)));
        let at_length = share(&|item| item.title.as_deref().is_some_and(|title| weight_of(title) >= 25));
        let dated = share(&|item| item.published.is_some());
        let named = share(&|item| names_one_thing(&item.url));
        let below = if below == "/" { 0.0 } else { share(&|item| item.url.path().starts_with(&below)) };
        let margin = links.iter().map(|link| link.margin).min().unwrap_or(Margin::None);
        let path = links.first().map(|link| link.path.clone()).unwrap_or_default();
        Self { titled, at_length, dated, named, below, margin, path, shape: commonest_shape(&links), members }
    }

    /// The items in the order of the page.
    pub(super) fn items(&self) -> Vec<Item> {
        self.members.iter().map(|member| member.item.clone()).collect()
    }

    /// The places of the items in the order of the page.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.members.iter().map(|member| member.number)
    }

    /// Where the items stand, and how they are addressed.
    pub(super) fn pattern(&self) -> Pattern {
        Pattern { path: self.path.clone(), shape: self.shape.clone() }
    }

    /// The share of items with a date.
    pub(super) fn dated(&self) -> f64 {
        self.dated
    }

    /// Whether this is a list of statements by itself: titled, and dated; where dates are wanting, titled at length and
    /// addressed as statements are.
    pub(super) fn lists_statements(&self) -> bool {
        let addressed = self.margin == Margin::None
            && self.named >= 0.7
            && self.at_length >= 0.5
            && (self.below >= 0.5 || self.members.len() >= 5);
        match self.members.as_slice() {
            [] => false,
            // The last page of a list may hold one. It is a title with its date and nothing else.
            [only] => {
                let whole = self.titled == 1.0 && self.dated == 1.0 && self.named == 1.0;
                whole && self.margin == Margin::None && only.beside <= DATE_LINE
            }
            [_, _, ..] => self.titled >= 0.5 && (self.dated >= 0.5 || addressed),
        }
    }

    /// How many of its items are known.
    pub(super) fn known(&self, known: &dyn Fn(&Url) -> bool) -> usize {
        self.members.iter().filter(|member| known(&member.item.url)).count()
    }

    /// Whether so many of its items are most of a list, outside menus and margins.
    pub(super) fn is_mostly(&self, items: usize) -> bool {
        items >= 3 && items * 2 >= self.members.len() && self.margin == Margin::None
    }

    /// How much speaks for it against other lists on the page.
    pub(super) fn weight(&self) -> f64 {
        let each = self.titled + 1.2 * self.dated + 0.6 * self.named + 0.5 * self.below;
        let trust = match self.margin {
            Margin::None => 1.0,
            Margin::Named => 0.5,
            Margin::Marked => 0.15,
        };
        each * trust * (1.0 + self.members.len() as f64).ln()
    }

    /// Whether it is a part of `best` that only stands elsewhere: the first item set large, a second column.
    pub(super) fn belongs_to(&self, best: &Self) -> bool {
        self.shape == best.shape
            && self.margin <= best.margin
            && self.titled >= 0.5
            && (self.dated >= 0.5 || best.dated < 0.5)
    }
}

/// At least 15 characters, or four words.
fn is_titled(title: &str) -> bool {
    weight_of(title) >= 15 || title.split_whitespace().count() > 3
}

fn commonest_shape(links: &[&Link<'_>]) -> String {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for link in links {
        *counts.entry(&link.shape).or_default() += 1;
    }
    let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    most.map(|(shape, _)| shape.to_owned()).unwrap_or_default()
}

/// Which elements hold one address of a group, and which several.
pub(super) struct Containers {
    holds: HashMap<NodeId, Option<usize>>,
    addresses: HashMap<String, usize>,
}

impl Containers {
    fn of<'a, 'b: 'a>(links: impl Iterator<Item = &'a Link<'b>>) -> Self {
        let mut out = Self { holds: HashMap::new(), addresses: HashMap::new() };
        for link in links {
            let count = out.addresses.len();
            let address = *out.addresses.entry(link.key.clone()).or_insert(count);
            for element in std::iter::once(*link.element).chain(link.element.ancestors()).take(HIGHEST + 1) {
                let holds = out.holds.entry(element.id()).or_insert(Some(address));
                if *holds != Some(address) {
                    *holds = None;
                }
            }
        }
        out
    }

    /// The highest element that holds no other address of the group: one item.
    fn around<'a>(&self, link: &Link<'a>) -> ElementRef<'a> {
        let mut container = link.element;
        for element in link.element.ancestors().take(HIGHEST).filter_map(ElementRef::wrap) {
            let whole_page = matches!(element.value().name(), "body" | "html" | "main");
            if whole_page || !matches!(self.holds.get(&element.id()), Some(Some(_))) {
                break;
            }
            container = element;
        }
        container
    }

    fn holds_any(&self, node: NodeRef<'_, Node>) -> bool {
        self.holds.contains_key(&node.id())
    }
}

/// The title: a heading in the link, the link's own words, else the container's heading.
fn title(page: &Page<'_>, link: &Link<'_>, container: ElementRef<'_>) -> Option<String> {
    let own = heading(link.element).or_else(|| undated_words(page, link.element));
    match own {
        Some(own) if is_titled(&own) => Some(own),
        // "More" and an arrow lead to what the heading beside them names.
        own => {
            let beside = heading(container).filter(|heading| is_titled(heading));
            let described = link.element.attr("title").and_then(super::super::one_line).filter(|text| is_titled(text));
            beside.or(described).or(own)
        }
    }
}

fn heading(element: ElementRef<'_>) -> Option<String> {
    let mut elements = element.descendants().take(MOST_NODES).filter_map(ElementRef::wrap);
    let found = elements.find(|element| matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"));
    match found {
        Some(found) => words(found),
        None => element
            .descendants()
            .take(MOST_NODES)
            .filter_map(ElementRef::wrap)
            .filter(|element| matches!(element.value().name(), "strong" | "b"))
            .filter(|bold| bold.id() != element.id())
            .find_map(words)
            .filter(|bold| is_titled(bold)),
    }
}

/// The words of a link without those pieces that are a date.
fn undated_words(page: &Page<'_>, element: ElementRef<'_>) -> Option<String> {
    let pieces: Vec<&str> = element.text().map(str::trim).filter(|piece| !piece.is_empty()).take(50).collect();
    if pieces.len() > 1 {
        let rest: Vec<&str> = pieces.iter().filter(|piece| !is_date(page, piece)).copied().collect();
        if !rest.is_empty() {
            return super::super::one_line(&rest.join(" "));
        }
    }
    words(element)
}

/// Whether a short text is a date: the links of a calendar are no titles.
fn is_date(page: &Page<'_>, text: &str) -> bool {
    text.chars().count() <= 30 && page.printed(text).is_some()
}

/// The date of an item, and how many letters stand beside its link. The date is marked up, printed beside the title,
/// printed in the link, or stands before the item.
fn date(
    page: &Page<'_>,
    link: &Link<'_>,
    container: ElementRef<'_>,
    containers: &Containers,
) -> (Option<Stated>, usize) {
    let inside: HashSet<NodeId> = link.element.descendants().take(MOST_NODES).map(|node| node.id()).collect();
    let (mut beside, mut within): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut length = 0;
    for node in container.descendants().take(MOST_NODES) {
        let Some(text) = node.value().as_text().map(|text| text.trim()).filter(|text| !text.is_empty()) else {
            continue;
        };
        length += text.len();
        if length > 4 * LONGEST {
            break;
        }
        if inside.contains(&node.id()) { within.push(text) } else { beside.push(text) }
    }
    let times = container.descendants().take(MOST_NODES).filter_map(ElementRef::wrap);
    let mut times = times.filter(|element| element.value().name() == "time");
    let date = times
        .find_map(|time| page.machine(time.attr("datetime")?))
        .or_else(|| in_pieces(page, &beside))
        .or_else(|| in_pieces(page, &within))
        .or_else(|| before(page, container, containers));
    (date, beside.iter().map(|piece| piece.chars().count()).sum())
}

/// A date in one short piece of text, else one that several pieces make up (`25` `March` `2023` in boxes).
fn in_pieces(page: &Page<'_>, pieces: &[&str]) -> Option<Stated> {
    let short = |piece: &&&str| piece.chars().count() <= DATE_LINE;
    if let Some(date) = pieces.iter().filter(short).find_map(|piece| page.printed(piece)) {
        return Some(date);
    }
    let mut joined = String::new();
    for piece in pieces.iter().take(6) {
        if joined.len() > LONGEST {
            break;
        }
        joined.push_str(piece);
        joined.push(' ');
    }
    page.printed(&joined)
}

/// A date in what stands just before the item: a `dt` before its `dd`, a heading over the statements of a day.
fn before(page: &Page<'_>, container: ElementRef<'_>, containers: &Containers) -> Option<Stated> {
    let mut at = *container;
    for _ in 0..3 {
        let mut pieces = at.prev_siblings().filter(|node| node.value().is_element() || node.value().is_text());
        for node in pieces.by_ref().take(4) {
            if containers.holds_any(node) {
                break;
            }
            let text: String = match ElementRef::wrap(node) {
                Some(element) => words(element).unwrap_or_default(),
                None => node.value().as_text().map(|text| text.trim().to_owned()).unwrap_or_default(),
            };
            if (4..=DATE_LINE).contains(&text.chars().count())
                && let Some(date) = page.printed(&text)
            {
                return Some(date);
            }
        }
        at = at.parent()?;
    }
    None
}
