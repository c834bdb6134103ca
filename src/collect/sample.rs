//! A sample of a source: what it offers, and how its newest statements would be read; or single addresses. Nothing is
//! kept.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use url::Url;

use super::clock::Clock;
use super::discover::{self, How, Item};
use super::fetch::{Client, Validators};
use super::host::Hosts;
use super::judge;
use super::round::read_answer;
use crate::model::capture::{Reading, Verdict, Visit};
use crate::model::source::Source;

/// Where feeds often stand when no page announces them.
const COMMON_FEEDS: [&str; 8] =
    ["/feed/", "/rss.xml", "/feed.xml", "/rss", "/atom.xml", "/index.xml", "/rss/news", "/news/feed"];

/// What a source offers.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The addresses that list statements, how, and how many.
    pub lists: Vec<(Url, How, usize)>,
    /// What is listed, newest first.
    pub items: Vec<Item>,
    /// The newest statements, as they would be read.
    pub statements: Vec<Sampled>,
    /// What is wrong, a line each.
    pub problems: Vec<String>,
}

/// A statement of a sample.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// What the list says of it.
    pub item: Item,
    /// What the reader made of it, or why there is nothing.
    pub outcome: Result<Reading, String>,
}

/// Asks a source for its list and for its newest `count` statements.
pub async fn sample(
    source: &Source,
    contact: &str,
    clock: &Arc<dyn Clock>,
    hosts: &Arc<Hosts>,
    count: usize,
) -> Sample {
    let mut sample = Sample::default();
    let client = match Client::new(source, contact, Arc::clone(clock), Arc::clone(hosts)) {
        Ok(client) => client,
        Err(error) => {
            sample.problems.push(error.to_string());
            return sample;
        }
    };
    let news = discover::look_for_news(&client, source, &|_| false, count.max(1), discover::Depth::News).await;
    for poll in &news.polls {
        match (&poll.visit, poll.how, &poll.problem) {
            (Ok(_), Some(how), _) if !poll.items.is_empty() => {
                sample.lists.push((poll.url.clone(), how, poll.items.len()));
            }
            (Err(failure), ..) => sample.problems.push(format!("{}: {}", poll.url, failure.reason)),
            (Ok(_), _, Some(problem)) => sample.problems.push(format!("{}: {problem}", poll.url)),
            (Ok(visit), _, None) => {
                let evidence = judge::judge(source, visit).evidence.join(", ");
                sample.problems.push(format!("{}: {evidence}", poll.url));
            }
        }
    }
    for item in news.items.iter().take(count) {
        let statement = look(source, &client, item).await;
        match &statement.outcome {
            Err(why) => sample.problems.push(format!("{}: {why}", item.url)),
            // a path is a person's own word: what it does not lead to is wrong, not only unknown
            Ok(reading) if source.reading.json.is_some() => {
                let warnings = reading.beside.warnings.iter();
                sample.problems.extend(warnings.map(|warning| format!("{}: {warning}", item.url)));
            }
            Ok(_) => {}
        }
        sample.statements.push(statement);
    }
    let read: Vec<&Reading> = sample.statements.iter().filter_map(|sampled| sampled.outcome.as_ref().ok()).collect();
    if !read.is_empty() && read.iter().all(|reading| reading.text.published().is_none()) {
        sample.problems.push("no date was found on any page; `published` can name where it stands".to_owned());
    }
    sample.items = news.items;
    sample
}

/// Tries where feeds often stand; the first address of the source's host that lists statements.
pub async fn common_feed(source: &Source, contact: &str, clock: &Arc<dyn Clock>, hosts: &Arc<Hosts>) -> Option<Url> {
    let client = Client::new(source, contact, Arc::clone(clock), Arc::clone(hosts)).ok()?;
    for path in COMMON_FEEDS {
        let Ok(url) = source.url.join(path) else { continue };
        let Ok(visit) = client.look(&url, &Validators::default()).await else { continue };
        if (200..300).contains(&visit.answer.status) {
            let found = discover::read_items(&visit.answer, source, client.reach());
            if found.how == How::Feed && !found.items.is_empty() {
                return Some(url);
            }
        }
    }
    None
}

/// Looks at addresses, each as one of its source's, `at_once` at a time.
pub async fn visits(
    wanted: &[(Source, Vec<Url>)],
    contact: &str,
    clock: &Arc<dyn Clock>,
    hosts: &Arc<Hosts>,
    at_once: usize,
) -> HashMap<Url, Result<Visit, String>> {
    let clients: Vec<_> = wanted
        .iter()
        .map(|(source, urls)| (source, urls, Client::new(source, contact, Arc::clone(clock), Arc::clone(hosts))))
        .collect();
    let looks = clients.iter().flat_map(|(source, urls, client)| {
        urls.iter().map(async move |url| match client {
            Ok(client) => (url.clone(), visit(source, client, url).await),
            Err(error) => (url.clone(), Err(error.to_string())),
        })
    });
    futures_util::stream::iter(looks).buffer_unordered(at_once.max(1)).collect().await
}

/// One look; an error in words where it does not show a statement.
async fn visit(source: &Source, client: &Client, url: &Url) -> Result<Visit, String> {
    let visit = client.look(&source.asked_at(url), &Validators::default()).await.map_err(|failure| failure.reason)?;
    let judgement = judge::judge_statement(source, &visit);
    match judgement.verdict {
        Verdict::Statement => Ok(visit),
        Verdict::Listing
        | Verdict::NotModified
        | Verdict::Gone
        | Verdict::Unwell
        | Verdict::Blocked
        | Verdict::Disallowed
        | Verdict::Failed => Err(format!("{}: {}", judgement.verdict.as_str(), judgement.evidence.join(", "))),
    }
}

async fn look(source: &Source, client: &Client, item: &Item) -> Sampled {
    let read = |visit: Visit| {
        let reading = read_answer(&visit.answer, &item.url, &source.reading);
        match reading.text.is_empty() {
            true => Err(reading.beside.warnings.first().cloned().unwrap_or_else(|| "no text was found".to_owned())),
            false => Ok(reading),
        }
    };
    Sampled { item: item.clone(), outcome: visit(source, client, &item.url).await.and_then(read) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::clock::System;
    use crate::collect::stage::{Server, reply, source};

    #[tokio::test]
    async fn shows_how_the_newest_would_be_read_and_what_is_wrong() {
        let html = |stream: &mut std::net::TcpStream, status: &str, body: &str| {
            reply(stream, status, &["Content-Type: text/html"], body.as_bytes())
        };
        let server = Server::start(move |path, stream| match path {
            "/news" => html(
                stream,
                "200 OK",
                "<ul><li><a href=/n/3>Statement on the bridge at Zenda</a> 3.1.2026</li><li><a href=/n/2>Statement on the road to Hentzau</a> 2.1.2026</li>\
                 <li><a href=/n/1>Statement on the ferry at Strelsau</a> 1.1.2026</li></ul>",
            ),
            "/rss.xml" => html(
                stream,
                "200 OK",
                "<rss version=\"2.0\"><channel><item><title>A</title><link>/n/1</link></item></channel></rss>",
            ),
            "/feed/" | "/n/2" => html(stream, "404 Not Found", "<h1>Not found</h1>"),
            _ => html(
                stream,
                "200 OK",
                "<h1>A statement of the ministry</h1><article><p>The ministry states that the road is open again, and \
                 that those who wish to travel can do so from tomorrow on.</p></article>",
            ),
        });
        let source = source(server.url("/news").as_str());
        let (clock, hosts): (Arc<dyn Clock>, _) = (Arc::new(System), Arc::new(Hosts::default()));
        let sample = sample(&source, "", &clock, &hosts, 2).await;
        assert_eq!(sample.lists.len(), 1, "{sample:?}");
        assert_eq!(sample.statements.len(), 2);
        let title =
            |at: usize| sample.statements[at].outcome.as_ref().map(|reading| reading.text.title().map(str::to_owned));
        assert_eq!(title(0), Ok(Some("A statement of the ministry".to_owned())));
        assert!(title(1).is_err());
        assert_eq!(sample.problems.len(), 2, "{:?}", sample.problems);
        let feed = common_feed(&source, "", &clock, &hosts).await;
        assert_eq!(feed.map(|url| url.path().to_owned()), Some("/rss.xml".to_owned()));
    }
}
