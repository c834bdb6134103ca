//! RSS, Atom and JSON Feed: read by feed-rs where they are well-formed, scanned for the little we need where not.

use scraper::{Html, Selector};
use url::Url;

use crate::model::time::Stated;

use super::{Found, How, Item, MOST_ITEMS, Page, distinct, newest_first, one_line, xml};

/// Largest feed that is read as a whole, in bytes of text; larger ones are scanned.
const LARGEST: usize = 8_000_000;
/// Most announced feeds that are named.
const MOST_FEEDS: usize = 5;

/// Reads a feed. A page that stands in its place gives the feeds that it announces.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    if xml::declares_entities(text) {
        return Found::unreadable(How::Feed, "the feed declares entities, which are not expanded");
    }
    let mut found = match whole(page, text) {
        Some(found) => found,
        None => Found::new(How::Feed, scan(page, text)),
    };
    distinct(&mut found.items);
    newest_first(&mut found.items);
    found.items.truncate(MOST_ITEMS);
    if found.items.is_empty() && xml::root(text.trim_start()).is_none_or(|root| root.eq_ignore_ascii_case("html")) {
        found.further = announced(page, &crate::read::html::parse(text), &page.exchange.url);
        found.problem = Some("a page stands where a feed should".into());
    }
    found
}

/// The feeds that a page announces (`<link rel=alternate>`), comments left out.
pub(super) fn announced(page: &Page<'_>, tree: &Html, base: &Url) -> Vec<Url> {
    let selector = Selector::parse("link[rel~=alternate i][type][href]").expect("a fixed selector");
    let mut out: Vec<Url> = Vec::new();
    for link in tree.select(&selector) {
        let kind = link.attr("type").unwrap_or("").to_ascii_lowercase();
        let is_feed = ["application/rss+xml", "application/atom+xml", "application/feed+json"]
            .iter()
            .any(|feed| kind.starts_with(feed));
        let about = format!("{} {}", link.attr("title").unwrap_or(""), link.attr("href").unwrap_or(""));
        if is_feed
            && !about.to_lowercase().contains("comment")
            && let Some(url) = link.attr("href").and_then(|href| page.join(base, href))
            && !out.contains(&url)
        {
            out.push(url);
            if out.len() == MOST_FEEDS {
                break;
            }
        }
    }
    out
}

fn whole(page: &Page<'_>, text: &str) -> Option<Found> {
    // A service that counts clicks writes its own links, and the office's beside them; feed-rs passes those over.
    if text.len() > LARGEST || text.contains(":origLink>") {
        return None;
    }
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    // The text is decoded already; a declared charset would be undone a second time.
    let text = match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    };
    // Another one makes it no XML, and quick-xml 0.42 panics where that names another charset.
    if text.split("<?xml").skip(1).any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "-_:.".contains(c))) {
        return None;
    }
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .base_uri(Some(page.exchange.url.as_str()))
        .id_generator(|_, _, _| String::new())
        .build();
    let feed = parser.parse(text.as_bytes()).ok()?;
    let mut dated: Vec<(Option<Stated>, Item)> = Vec::new();
    for entry in feed.entries.into_iter().take(MOST_ITEMS) {
        let stated = |time: chrono::DateTime<chrono::Utc>| Stated::Zoned(time.fixed_offset());
        let published = entry.published.map(stated);
        let guid = (!entry.id.is_empty()).then_some(entry.id);
        let link = entry
            .links
            .iter()
            .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate") && !link.href.is_empty())
            .or_else(|| entry.links.iter().find(|link| link.rel.as_deref() != Some("enclosure")));
        let href = link.map(|link| link.href.as_str()).or(guid.as_deref());
        let Some(url) = href.and_then(|href| page.join(&page.exchange.url, href)) else { continue };
        let title = entry.title.and_then(|title| xml::plain(&title.content));
        let order = published.or(entry.updated.map(stated));
        dated.push((order, Item { url, title, published, guid: guid.and_then(|guid| one_line(&guid)) }));
    }
    // What a feed calls updated orders its entries and is no date of publication.
    if dated.iter().all(|(order, _)| order.is_some()) {
        dated.sort_by_key(|(order, _)| std::cmp::Reverse(order.and_then(|order| order.latest())));
    }
    let mut found = Found::new(How::Feed, dated.into_iter().map(|(_, item)| item).collect());
    let next = feed.links.iter().find(|link| link.rel.as_deref() == Some("next"));
    found.next = next.and_then(|link| page.join(&page.exchange.url, &link.href));
    Some(found)
}

/// What can be had from a feed that is not well-formed.
fn scan(page: &Page<'_>, text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut entry = Scanned::default();
    xml::walk(text, |element| {
        match (element.parent, element.name) {
            ("item" | "entry", "link") => {
                let attribute = |name: &str| element.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value);
                let usable = attribute("rel").is_none_or(|rel| rel == "alternate");
                let text = element.text.trim();
                let link = if text.is_empty() { attribute("href").map(String::as_str) } else { Some(text) };
                if usable && entry.link.is_none() {
                    entry.link = link.map(str::to_owned);
                }
            }
            ("item" | "entry", "origLink") => entry.link = Some(element.text.trim().to_owned()),
            ("item" | "entry", "guid" | "id") => entry.guid = one_line(element.text),
            ("item" | "entry", "title") => entry.title = xml::plain(element.text),
            ("item" | "entry", "pubDate" | "published" | "date") => entry.published = page.machine(element.text),
            (_, "item" | "entry") => items.extend(std::mem::take(&mut entry).item(page)),
            _ => {}
        }
        items.len() < MOST_ITEMS
    });
    items
}

#[derive(Default)]
struct Scanned {
    link: Option<String>,
    guid: Option<String>,
    title: Option<String>,
    published: Option<Stated>,
}

impl Scanned {
    fn item(self, page: &Page<'_>) -> Option<Item> {
        let link = self.link.as_ref().or(self.guid.as_ref())?;
        let url = page.join(&page.exchange.url, link)?;
        Some(Item { url, title: self.title, published: self.published, guid: self.guid })
    }
}
