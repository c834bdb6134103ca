//! Which statements have gone from between their neighbours in a listing.
//!
//! A listing forgets its oldest: that one is not listed any more says nothing. That it is not, while several that stood
//! below it still are, says that the office took it out.

use std::collections::HashSet;

use url::Url;

use super::{Context, lock};
use crate::archive::reader::ArchiveError;
use crate::collect::discover::{self, How, Item, NEIGHBOURS, identity};
use crate::collect::fetch::Client;
use crate::model::capture::Exchange;
use crate::model::source::Source;

impl Context<'_> {
    /// The addresses that a listing had when it was last kept, from between others that it still has.
    pub(super) async fn delisted(
        &self,
        source: &Source,
        client: &Client,
        news: &discover::Round,
    ) -> Result<Vec<Url>, ArchiveError> {
        let listed: HashSet<String> = news.items.iter().map(|item| identity::canonical(&item.url)).collect();
        let mut gone = Vec::new();
        for poll in &news.polls {
            let Ok(visit) = &poll.visit else { continue };
            let Some(how) = poll.how.filter(|how| is_kept_in_order(*how) && !poll.items.is_empty()) else { continue };
            let (id, url, body) = (source.id.clone(), poll.url.clone(), visit.answer.body_digest());
            let last = self
                .write(move |writer| match writer.index().last_kept_poll(&id, url.as_str())? {
                    Some(last) if last != body => Ok(writer.bytes(&last).ok().flatten()),
                    Some(_) | None => Ok(None),
                })
                .await?;
            let Some(body) = last else { continue };
            let before = Exchange { body, ..visit.answer.clone() };
            let items = discover::read_items(&before, source, client.reach()).items;
            gone.extend(match how {
                How::Sitemap => gone_from_all(items, &listed),
                How::Listing | How::Feed | How::Json | How::Telegram | How::Urls => {
                    gone_from_between(&before.body, items, &listed)
                }
            });
        }
        let known = |url: &Url| lock(self.writer).index().known_at(&source.id, url.as_str());
        gone.retain(|url| matches!(known(url), Ok(Some(_))));
        Ok(gone)
    }
}

/// Whether what is missing from such a list says something. A channel's own rule stands with its posts.
fn is_kept_in_order(how: How) -> bool {
    match how {
        How::Listing | How::Feed | How::Json | How::Sitemap => true,
        How::Telegram | How::Urls => false,
    }
}

/// Items that are not listed now: a sitemap holds all that there is, in whatever order.
fn gone_from_all(items: Vec<Item>, listed: &HashSet<String>) -> Vec<Url> {
    let (stay, gone): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| listed.contains(&identity::canonical(&item.url)));
    if stay.len() < NEIGHBOURS { Vec::new() } else { gone.into_iter().map(|item| item.url).collect() }
}

/// Items that are not listed now, though at least three are that stood below them on the page.
fn gone_from_between(page: &[u8], items: Vec<Item>, listed: &HashSet<String>) -> Vec<Url> {
    let page = String::from_utf8_lossy(page);
    let mut placed: Vec<(usize, Url)> = items
        .into_iter()
        .filter_map(|item| Some((page.find(last_part(&item.url)).filter(|at| *at > 0)?, item.url)))
        .collect();
    placed.sort_by_key(|(at, _)| *at);
    let (mut below, mut gone) = (0, Vec::new());
    for (_, url) in placed.into_iter().rev() {
        if listed.contains(&identity::canonical(&url)) {
            below += 1;
        } else if below >= NEIGHBOURS {
            gone.push(url);
        }
    }
    gone
}

/// What a page that lists an address writes of it at least: its last part with the query.
fn last_part(url: &Url) -> &str {
    let path = &url[url::Position::BeforePath..];
    let end = path.find('?').unwrap_or(path.len());
    let from = path[..end].trim_end_matches('/').rfind('/').unwrap_or(0);
    &path[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(names: &[&str]) -> Vec<Item> {
        let url = |name: &&str| Url::parse(&format!("https://ministry.example/news/{name}")).expect("an address");
        names.iter().map(|name| Item { url: url(name), title: None, published: None, guid: None }).collect()
    }

    fn gone(page: &[&str], now: &[&str]) -> Vec<String> {
        let markup: String = page.iter().map(|name| format!("<a href=\"/news/{name}\">x</a>")).collect();
        let listed = items(now).iter().map(|item| identity::canonical(&item.url)).collect();
        let gone = gone_from_between(markup.as_bytes(), items(page), &listed);
        gone.iter().map(|url| url.path().trim_start_matches("/news/").to_owned()).collect()
    }

    #[test]
    fn the_end_of_a_listing_is_forgotten_and_its_middle_is_not() {
        let page = ["a1", "b2", "c3", "d4", "e5", "f6"];
        assert_eq!(gone(&page, &["a1", "c3", "d4", "e5", "f6"]), ["b2"]);
        assert!(gone(&page, &["z9", "y8", "a1", "b2", "c3", "d4"]).is_empty(), "pushed off by news");
        assert!(gone(&page, &["a1", "b2", "c3", "e5", "f6"]).is_empty(), "two below are too few to tell");
        assert!(gone(&page, &page).is_empty());
    }
}
