//! A page of links: which of them are statements, worked out from repeated structure, and where the next page is.
//!
//! Links that stand in the same place of the tree form a group. A listing is the group whose links are titled like
//! statements, dated, and addressed alike, outside menus and margins; a page without such a group lists nothing.

mod group;
mod next;
mod place;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::{Found, How, Item, MOST_ITEMS, Page, Pattern, distinct, feed, identity};

use group::Group;
use place::Link;

/// Most links of a page that are looked at.
const MOST_LINKS: usize = 20_000;

/// Reads a listing.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    let tree = crate::read::html::parse(text);
    let base = base(&tree, &page.exchange.url);
    let links = place::links(page, &tree, &base);
    let (mut items, sure, pattern) = match &page.source.links {
        Some(css) => (chosen(page, &tree, &links, css), true, None),
        None => worked_out(page, &links),
    };
    // The office's own order stands: it is the newest first, and dates like 05/12/15 can mislead.
    distinct(&mut items);
    items.truncate(MOST_ITEMS);
    let mut found = Found::new(How::Listing, items);
    found.sure = sure;
    found.pattern = pattern;
    let next = next::page_after(page, &tree, &base);
    found.next = next.filter(|next| !found.items.iter().any(|item| identity::same(&item.url, next)));
    found.further = feed::announced(page, &tree, &base);
    if found.items.is_empty() {
        found.problem = Some("the page lists nothing that looks like statements; `links` can name them".into());
    }
    found
}

/// `<base href>`, which links are relative to.
fn base(tree: &Html, url: &Url) -> Url {
    let selector = Selector::parse("base[href]").expect("a fixed selector");
    let href = tree.select(&selector).next().and_then(|base| base.attr("href"));
    href.and_then(|href| url.join(href.trim()).ok()).filter(|base| base.has_host()).unwrap_or_else(|| url.clone())
}

/// The links that the source's own selector names: the elements themselves, or the first link in each.
fn chosen(page: &Page<'_>, tree: &Html, links: &[Link<'_>], css: &str) -> Vec<Item> {
    // The selector was checked when sources.toml was read; one that is wrong all the same selects nothing.
    let Ok(selector) = Selector::parse(css) else { return Vec::new() };
    let anchor = Selector::parse("a[href]").expect("a fixed selector");
    let named: Vec<ElementRef<'_>> = tree
        .select(&selector)
        .take(MOST_LINKS)
        .filter_map(
            |element| if element.attr("href").is_some() { Some(element) } else { element.select(&anchor).next() },
        )
        .collect();
    let ids: std::collections::HashSet<_> = named.iter().map(|element| element.id()).collect();
    let members: Vec<&Link<'_>> = links.iter().filter(|link| ids.contains(&link.element.id())).collect();
    Group::of(page, members, None).items()
}

/// The best group and those that belong to it; `true` where most of its items carry a date. On a further page of a listing
/// the group that stands where the items of the others stood is the best; where no group looks like a listing, the one of
/// statements that are known is.
fn worked_out(page: &Page<'_>, links: &[Link<'_>]) -> (Vec<Item>, bool, Option<Pattern>) {
    let groups = group::all(page, links);
    let continues = |group: &&Group| page.hints.pattern.is_some_and(|pattern| group.pattern() == *pattern);
    let listing = || {
        let listing = groups.iter().filter(|group| group.lists_statements());
        listing.max_by(|a, b| a.weight().total_cmp(&b.weight()))
    };
    let recognised = || {
        let known = |group: &&Group| page.hints.known.map_or(0, |known| group.known(known));
        groups.iter().filter(|group| group.is_mostly(known(group))).max_by_key(known)
    };
    let best = groups.iter().find(continues).or_else(listing).or_else(recognised);
    let Some(best) = best else { return (Vec::new(), false, None) };
    let mut members: Vec<(usize, Item)> = Vec::new();
    for group in groups.iter().filter(|group| std::ptr::eq(*group, best) || group.belongs_to(best)) {
        members.extend(group.places().zip(group.items()));
    }
    members.sort_by_key(|(place, _)| *place);
    (members.into_iter().map(|(_, item)| item).collect(), best.dated() >= 0.5, Some(best.pattern()))
}
