//! Sitemaps (sitemaps.org 0.9, Google's news extension): addresses that look like statements, newest first.

use crate::model::time::Stated;

use super::{Found, How, Item, MOST_ITEMS, Page, identity, newest_first, xml};

/// Most addresses that one file may hold (sitemaps.org).
const MOST_ADDRESSES: usize = 50_000;
/// Parts of paths that lead to lists of statements, not to statements.
const LISTS: [&str; 12] = [
    "tag",
    "tags",
    "category",
    "categories",
    "author",
    "authors",
    "page",
    "search",
    "feed",
    "rss",
    "archive",
    "topics",
];

#[derive(Default)]
struct Address {
    place: Option<String>,
    changed: Option<Stated>,
    published: Option<Stated>,
    title: Option<String>,
}

/// Reads a sitemap; an index gives its files as `further`, the last changed first.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    // A file that was compressed for the disk, not for the way, comes as gzip still.
    if page.exchange.body.starts_with(&[0x1f, 0x8b]) {
        return match inflate(page) {
            Some(text) => from_text(page, &text),
            None => Found::unreadable(How::Sitemap, "the sitemap is no whole gzip, or too large"),
        };
    }
    from_text(page, text)
}

fn inflate(page: &Page<'_>) -> Option<String> {
    use std::io::Read as _;
    let most = u64::try_from(page.source.limits.max_body).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(page.exchange.body.as_slice())
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= page.source.limits.max_body).then(|| crate::read::charset::decode(&bytes, None).text)
}

fn from_text(page: &Page<'_>, text: &str) -> Found {
    if xml::declares_entities(text) {
        return Found::unreadable(How::Sitemap, "the sitemap declares entities, which are not expanded");
    }
    let (mut addresses, mut files): (Vec<Address>, Vec<Address>) = (Vec::new(), Vec::new());
    let mut one = Address::default();
    xml::walk(text, |element| {
        match (element.parent, element.name) {
            ("url" | "sitemap", "loc") => one.place = Some(element.text.trim().to_owned()),
            ("url" | "sitemap", "lastmod") => one.changed = page.machine(element.text),
            (_, "publication_date") => one.published = page.machine(element.text),
            ("news", "title") => one.title = xml::plain(element.text),
            (_, "url") => addresses.push(std::mem::take(&mut one)),
            (_, "sitemap") => files.push(std::mem::take(&mut one)),
            _ => {}
        }
        addresses.len() + files.len() < MOST_ADDRESSES
    });
    let mut found = Found::new(How::Sitemap, statements(page, addresses));
    sort_by_change(&mut files);
    let further = files.iter().filter_map(|file| page.join(&page.exchange.url, file.place.as_deref()?));
    found.further = further.collect();
    if found.items.is_empty() && found.further.is_empty() {
        found.problem = Some("the sitemap names no address that looks like a statement".into());
    }
    found
}

fn statements(page: &Page<'_>, mut addresses: Vec<Address>) -> Vec<Item> {
    sort_by_change(&mut addresses);
    let mut seen = std::collections::HashSet::new();
    let mut items: Vec<Item> = addresses
        .into_iter()
        .filter_map(|address| {
            let url = page.join(&page.exchange.url, address.place.as_deref()?)?;
            let like = address.published.is_some() || is_like_a_statement(url.path(), url.query());
            let item = Item { url, title: address.title, published: address.published, guid: None };
            (like && seen.insert(identity::canonical(&item.url))).then_some(item)
        })
        .collect();
    // Where the source's own address names a part of the site, what stands below it is meant.
    let below = format!("{}/", page.source.url.path().trim_end_matches('/'));
    if below != "/" && items.iter().filter(|item| item.url.path().starts_with(&below)).count() >= 2 {
        items.retain(|item| item.url.path().starts_with(&below));
    }
    newest_first(&mut items);
    items.truncate(MOST_ITEMS);
    items
}

/// A statement's address has a number or a whole title in it; `/about` and `/news/page/3` have not.
fn is_like_a_statement(path: &str, query: Option<&str>) -> bool {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| LISTS.contains(&part.to_ascii_lowercase().as_str())) {
        return false;
    }
    let last = parts.pop().unwrap_or("");
    let in_query = query.is_some_and(|query| query.bytes().any(|byte| byte.is_ascii_digit()));
    let slug = last.split(['-', '_']).filter(|word| !word.is_empty()).count() >= 3;
    in_query || slug || last.bytes().any(|byte| byte.is_ascii_digit())
}

/// Puts the last changed first. Files without any such date that count upwards are turned round.
fn sort_by_change(addresses: &mut [Address]) {
    if addresses.iter().all(|address| address.changed.is_some()) {
        addresses.sort_by_key(|address| std::cmp::Reverse(address.changed.and_then(|stated| stated.latest())));
        return;
    }
    let steps = addresses.windows(2).map(|pair| number(&pair[0]).cmp(&number(&pair[1])));
    let rises: isize = steps.map(|order| order as isize).sum();
    if rises < 0 {
        addresses.reverse();
    }
}

/// The last number in an address, which counts on most sites.
fn number(address: &Address) -> u64 {
    let place = address.place.as_deref().unwrap_or("");
    let digits = place.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_by_their_addresses() {
        for good in ["/news/509.html", "/en/press-releases/2023/7", "/2023/05/a", "/statement-on-the-situation"] {
            let last_digit_or_slug = is_like_a_statement(good, None);
            assert_eq!(last_digit_or_slug, good != "/2023/05/a", "{good}");
        }
        assert!(is_like_a_statement("/more.htm", Some("id=12000@egNews")));
        for bad in ["/", "/about", "/news/", "/news/page/3", "/tag/the-situation-today", "/press-office"] {
            assert!(!is_like_a_statement(bad, None), "{bad}");
        }
    }
}
