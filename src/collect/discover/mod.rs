//! What a source has: the addresses of its statements, from feeds, sitemaps, listings and channels.
//!
//! What reads a body is pure over its bytes; only [`look_for_news`] asks. Bodies are hostile: sizes, counts and depths are
//! bounded, entities are never expanded, and no address leaves the source's reach.

mod addresses;
mod channel;
mod feed;
mod json;
mod listing;
mod news;
mod sitemap;
mod xml;

use std::cell::RefCell;

use url::Url;

use crate::model::capture::Exchange;
use crate::model::digest::Digest;
use crate::model::source::{Kind, Source};
use crate::model::time::Stated;
use crate::read;

use super::reach::{Reach, Refusal};

pub use crate::model::address as identity;
pub use news::{Depth, Poll, Round, look_at, look_for_news};

/// Most items that one body can give.
const MOST_ITEMS: usize = 5_000;
/// So many of a list's statements that stand below a place in it show that what the archive knows reaches beyond that place.
pub const NEIGHBOURS: usize = 3;
/// Longest title that is kept, in characters.
const LONGEST_TITLE: usize = 500;

/// An address that a source lists as a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it stands.
    pub url: Url,
    /// What it is called there.
    pub title: Option<String>,
    /// The date that stands beside it.
    pub published: Option<Stated>,
    /// The feed's own name for it.
    pub guid: Option<String>,
}

/// How items were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap or an index of sitemaps.
    Sitemap,
    /// A page of links.
    Listing,
    /// A Telegram channel's preview.
    Telegram,
    /// A JSON interface.
    Json,
    /// A plain list of addresses.
    Urls,
}

impl How {
    /// The word that stands in an entry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
            Self::Listing => "listing",
            Self::Telegram => "telegram",
            Self::Json => "json",
            Self::Urls => "urls",
        }
    }
}

/// What one body lists.
#[derive(Clone, Debug)]
pub struct Found {
    /// The statements, newest first.
    pub items: Vec<Item>,
    /// The page after this one.
    pub next: Option<Url>,
    /// How they were found.
    pub how: How,
    /// Feeds that the page announces, or the further sitemaps of an index.
    pub further: Vec<Url>,
    /// Whether the items are known to be statements, not only likely: they carry dates, or the form leaves no doubt.
    pub sure: bool,
    /// Why a body that should have listed something could not be read.
    pub problem: Option<String>,
    /// Where the items of a listing stand, and how they are addressed.
    pub pattern: Option<Pattern>,
}

/// Where on its pages a listing has its items: a page that goes on with one has them in the same place, be it only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    path: String,
    shape: String,
}

impl Found {
    fn new(how: How, items: Vec<Item>) -> Self {
        Self { items, next: None, how, further: Vec::new(), sure: true, problem: None, pattern: None }
    }

    fn unreadable(how: How, problem: impl Into<String>) -> Self {
        Self { problem: Some(problem.into()), ..Self::new(how, Vec::new()) }
    }
}

/// An answer of a source, as what looks for items sees it.
struct Page<'a> {
    exchange: &'a Exchange,
    source: &'a Source,
    reach: &'a Reach,
    /// Hosts that links led to and that the source does not allow, the first few.
    elsewhere: RefCell<Vec<String>>,
    hints: Hints<'a>,
}

/// What is known before a list is read.
#[derive(Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Where the pages before this one had their items.
    pub pattern: Option<&'a Pattern>,
    /// Which addresses are statements of the source already.
    pub known: Option<&'a dyn Fn(&Url) -> bool>,
}

impl Page<'_> {
    fn text(&self) -> String {
        read::charset::decode(&self.exchange.body, self.exchange.header("content-type")).text
    }

    /// A link as an address of the source, without fragment; `None` where it leads elsewhere or nowhere.
    fn join(&self, base: &Url, link: &str) -> Option<Url> {
        let link = link.trim();
        if link.is_empty() || link.starts_with('#') || link.len() > super::reach::LONGEST_ADDRESS {
            return None;
        }
        let mut url = base.join(link).ok()?;
        url.set_fragment(None);
        match self.reach.check(&url) {
            Ok(()) => Some(url),
            Err(Refusal::OffSite) => {
                self.note_elsewhere(&url);
                None
            }
            Err(Refusal::Odd | Refusal::Inner) => None,
        }
    }

    fn note_elsewhere(&self, url: &Url) {
        let mut hosts = self.elsewhere.borrow_mut();
        if let Some(host) = url.host_str()
            && hosts.len() < 3
            && !hosts.iter().any(|known| known == host)
        {
            hosts.push(host.to_owned());
        }
    }

    fn language(&self) -> Option<&str> {
        self.source.reading.languages.first().map(String::as_str)
    }

    /// A date as a person reads it.
    fn printed(&self, text: &str) -> Option<Stated> {
        let zone = self.source.reading.timezone.as_deref();
        read::dates::printed(text, self.language(), zone, Some(self.exchange.at))
    }

    /// A date as a program writes it.
    fn machine(&self, text: &str) -> Option<Stated> {
        read::dates::machine(text, self.language(), self.source.reading.timezone.as_deref())
    }
}

/// Reads what an answer lists, as the source's `kind` says, or as the body looks where that is `auto`.
pub fn read_items(exchange: &Exchange, source: &Source, reach: &Reach) -> Found {
    read_with(Hints::default(), exchange, source, reach)
}

/// Reads what an answer lists, with what is known before.
pub fn read_with(hints: Hints<'_>, exchange: &Exchange, source: &Source, reach: &Reach) -> Found {
    let page = Page { exchange, source, reach, elsewhere: RefCell::default(), hints };
    let text = page.text();
    let mut found = match detect(&page, &text) {
        Kind::Feed => feed::read(&page, &text),
        Kind::Sitemap => sitemap::read(&page, &text),
        Kind::Telegram => channel::read(&page, &text),
        Kind::Json => json::read(&page, &text),
        Kind::Urls => addresses::read(&page, &text),
        Kind::Listing | Kind::Auto => listing::read(&page, &text),
    };
    if !found.items.is_empty() || !found.further.is_empty() {
        return found;
    }
    // Every page links to somewhere else; what is nothing but a list says something by it.
    let elsewhere = page.elsewhere.into_inner();
    if found.how != How::Listing && !elsewhere.is_empty() {
        let hosts = elsewhere.join(", ");
        found.problem =
            Some(format!("all links lead to other hosts ({hosts}); if they are the office's, add them to allow_hosts"));
    }
    // An office does not take all back at once; an empty list is taken for a fault.
    found.problem.get_or_insert_with(|| "it lists nothing".into());
    found
}

/// What a body is. A configured kind holds, except that a page can stand where a feed or sitemap was expected (it may
/// announce one) and a feed where a listing was.
fn detect(page: &Page<'_>, text: &str) -> Kind {
    let configured = page.source.kind;
    let looks = looks_like(page, text);
    match configured {
        Kind::Telegram | Kind::Json | Kind::Urls => configured,
        Kind::Feed | Kind::Sitemap | Kind::Listing | Kind::Auto => match looks {
            Kind::Telegram if configured != Kind::Auto => Kind::Listing,
            Kind::Json | Kind::Urls if configured == Kind::Feed => Kind::Feed,
            looks => looks,
        },
    }
}

fn looks_like(page: &Page<'_>, text: &str) -> Kind {
    // Nothing else comes compressed for the disk.
    if page.exchange.body.starts_with(&[0x1f, 0x8b]) {
        return Kind::Sitemap;
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.starts_with(['{', '[']) {
        return if start.get(..start.floor_char_boundary(2000)).is_some_and(|head| head.contains("jsonfeed.org")) {
            Kind::Feed
        } else {
            Kind::Json
        };
    }
    match xml::root(start) {
        Some("rss" | "feed" | "RDF" | "channel") => return Kind::Feed,
        Some("urlset" | "sitemapindex") => return Kind::Sitemap,
        Some(_) | None => {}
    }
    let content_type = page.exchange.header("content-type").unwrap_or("").to_ascii_lowercase();
    if content_type.contains("rss+xml") || content_type.contains("atom+xml") {
        return Kind::Feed;
    }
    if text.contains("tgme_widget_message") && text.contains("data-post=") {
        return Kind::Telegram;
    }
    if content_type.starts_with("text/plain") && addresses::is_list(start) {
        return Kind::Urls;
    }
    Kind::Listing
}

/// The digest of a set of items: the same for the same addresses in any order, whatever stands beside them.
pub fn set_digest(items: &[Item]) -> Digest {
    let mut addresses: Vec<String> = items.iter().map(|item| identity::canonical(&item.url)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    Digest::of(addresses.join("\n").as_bytes())
}

/// One line of text: white space folded, bounded.
fn one_line(text: &str) -> Option<String> {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > LONGEST_TITLE * 4 {
            break;
        }
    }
    let out: String = out.chars().take(LONGEST_TITLE).collect();
    (!out.is_empty()).then_some(out)
}

/// The length of a title in letters; one of Chinese or Japanese says as much as three of others, a Korean syllable as two.
pub fn weight_of(title: &str) -> usize {
    let weight = |c| match c {
        '\u{3040}'..='\u{9fff}' => 3,
        '\u{ac00}'..='\u{d7a3}' => 2,
        _ => 1,
    };
    title.chars().map(weight).sum()
}

/// Drops items whose address was seen before in the list.
fn distinct(items: &mut Vec<Item>) {
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(identity::canonical(&item.url)));
}

/// Puts the newest first where every item has a date; otherwise the office's own order stands.
fn newest_first(items: &mut [Item]) {
    let mut moments = Vec::with_capacity(items.len());
    for item in items.iter() {
        match item.published.and_then(|stated| stated.latest()) {
            Some(moment) => moments.push(moment),
            None => return,
        }
    }
    // Days without a time lie half a day apart from times: a list that is in order by days alone stays as it is.
    let days_fall = items.windows(2).all(|pair| match (pair[0].published, pair[1].published) {
        (Some(a), Some(b)) => a.day() >= b.day(),
        _ => false,
    });
    if !days_fall {
        items.sort_by_key(|item| std::cmp::Reverse(item.published.and_then(|stated| stated.latest())));
    }
}

#[cfg(test)]
mod tests;
