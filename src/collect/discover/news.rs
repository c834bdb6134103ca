//! Asks one source what it has, page after page, until all is known.

use std::collections::HashSet;

use url::Url;

use crate::collect::fetch::{Client, Failure, Validators};
use crate::collect::judge::judge;
use crate::model::capture::{Verdict, Visit};
use crate::model::source::{Kind, Source};

use super::{Found, Hints, How, Item, NEIGHBOURS, Pattern, identity, read_with};

/// Most bodies that one round asks a source for.
const MOST_POLLS: usize = 60;
/// Most files of sitemaps, and how deep an index may lie in another.
const MOST_SITEMAPS: usize = 50;
const DEEPEST_SITEMAP: usize = 3;
/// Sitemaps in a row that name no statement, after which no more are asked.
const BARREN_SITEMAPS: usize = 12;
/// Pages in a row on which nothing is known, after which a walk through all of them ends: what it looks for stands between
/// known statements.
const STRANGE_PAGES: usize = 3;

/// How far a search for news goes over the pages of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// To the first page on which all is known.
    News,
    /// Through all pages, for what was slipped in below.
    Pages,
}

/// One look at a body that lists statements.
#[derive(Clone, Debug)]
pub struct Poll {
    /// The address asked.
    pub url: Url,
    /// What was seen.
    pub visit: Result<Visit, Failure>,
    /// As what the body was read; `None` where there was none to read.
    pub how: Option<How>,
    /// What it lists, newest first.
    pub items: Vec<Item>,
    /// Why it lists nothing, where it should.
    pub problem: Option<String>,
}

/// All that one source was asked for its news.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Every look, in order.
    pub polls: Vec<Poll>,
    /// What is listed, each address once, newest first.
    pub items: Vec<Item>,
}

impl Round {
    /// Whether the source answered with a list at all. Where it did not, nothing is known of what is listed.
    pub fn answered(&self) -> bool {
        self.polls.iter().any(|poll| poll.how.is_some() && (poll.problem.is_none() || !poll.items.is_empty()))
    }
}

/// Asks `source` for its statements, newest first.
///
/// Goes on to further pages while a page holds an address that `known` does not know, and until `limit` unknown ones are
/// found; as deep as [`Depth::Pages`], on past the pages that are known, for statements between others that are. What stands
/// below all that is known was left by the first round, and stays left. A page that lists nothing leads to the feeds that it announces, and only without those to the sitemaps that
/// robots.txt names or `/sitemap.xml`.
pub async fn look_for_news(
    client: &Client,
    source: &Source,
    known: &dyn Fn(&Url) -> bool,
    limit: usize,
    depth: Depth,
) -> Round {
    let mut search = Search::new(client, source, known, limit, depth);
    search.run().await;
    search.leave_the_rest();
    search.round
}

/// Asks for one page of a channel.
pub async fn look_at(client: &Client, source: &Source, url: Url) -> Poll {
    let mut search = Search::new(client, source, &|_| false, usize::MAX, Depth::News);
    search.poll(url, Some(How::Telegram)).await;
    search.round.polls.pop().expect("a first address is asked")
}

struct Search<'a> {
    client: &'a Client,
    source: &'a Source,
    known: &'a dyn Fn(&Url) -> bool,
    limit: usize,
    depth: Depth,
    seen: HashSet<String>,
    fresh: usize,
    /// How many items were found before the first page on which all was known, where the search went on behind it.
    above: Option<usize>,
    round: Round,
}

/// What a page added.
struct Step {
    found: Found,
    unknown: usize,
    known: usize,
}

impl<'a> Search<'a> {
    fn new(
        client: &'a Client,
        source: &'a Source,
        known: &'a dyn Fn(&Url) -> bool,
        limit: usize,
        depth: Depth,
    ) -> Self {
        let (seen, round) = (HashSet::new(), Round::default());
        Self { client, source, known, limit, depth, seen, fresh: 0, above: None, round }
    }

    async fn run(&mut self) {
        let start = self.source.url.clone();
        let Some(first) = self.poll(start, None).await else { return };
        match first.found.how {
            How::Sitemap => self.sitemaps(first.found.further, 1).await,
            How::Feed | How::Telegram | How::Json | How::Urls => {
                let lists = !first.found.items.is_empty();
                let announced = first.found.further.clone();
                self.pages(first).await;
                if !lists && let Some(feed) = announced.into_iter().next() {
                    self.feed(feed).await;
                }
            }
            How::Listing => self.listing(first).await,
        }
    }

    /// A listing goes on by its own pages. A feed is asked for where the page lists nothing for certain, or where its one
    /// page holds news: then older statements can stand in the feed alone.
    async fn listing(&mut self, first: Step) {
        let (sure, unknown) = (first.found.sure && !first.found.items.is_empty(), first.unknown);
        let (feed, lists) = (first.found.further.first().cloned(), !first.found.items.is_empty());
        let one_page = first.found.next.is_none();
        self.pages(first).await;
        if self.source.kind == Kind::Listing && lists {
            return;
        }
        if let Some(feed) = feed
            && (!sure || (one_page && unknown > 0))
        {
            self.feed(feed).await;
        }
        if self.round.items.is_empty() && self.source.kind == Kind::Auto {
            let named = self.client.robots(&self.source.url).await;
            let mut sitemaps: Vec<Url> = named.sitemaps().to_vec();
            if sitemaps.is_empty() {
                sitemaps.extend(self.source.url.join("/sitemap.xml"));
            }
            self.sitemaps(sitemaps, 0).await;
        }
    }

    async fn pages(&mut self, first: Step) {
        let (mut step, mut strange) = (first, 0);
        while self.fresh < self.limit {
            if step.unknown == 0 || self.above.is_some() {
                // a channel numbers its posts: nothing comes between
                if self.depth == Depth::News || step.found.how == How::Telegram {
                    return;
                }
                self.above.get_or_insert(self.round.items.len());
                strange = if step.known == 0 { strange + 1 } else { 0 };
                if strange == STRANGE_PAGES {
                    return;
                }
            }
            let Some(next) = step.found.next.take() else { return };
            let (how, pattern) = (step.found.how, step.found.pattern.take());
            step = match self.poll_further(next, Some(how), pattern.as_ref()).await {
                Some(step) => step,
                None => return,
            };
        }
    }

    /// Drops what was found behind the pages that are known and has hardly anything known below it.
    fn leave_the_rest(&mut self) {
        let Some(above) = self.above else { return };
        let mut below = 0;
        let mut kept = Vec::new();
        for item in self.round.items.drain(above..).rev() {
            let known = (self.known)(&item.url);
            below += usize::from(known);
            if known || below >= NEIGHBOURS {
                kept.push(item);
            }
        }
        self.round.items.extend(kept.into_iter().rev());
    }

    async fn feed(&mut self, url: Url) {
        if let Some(step) = self.poll(url, Some(How::Feed)).await {
            self.pages(step).await;
        }
    }

    /// Reads sitemaps and those that they name, to a bounded depth and number, while they bring news.
    async fn sitemaps(&mut self, files: Vec<Url>, depth: usize) {
        let mut waiting: Vec<(Url, usize)> = files.into_iter().rev().map(|url| (url, depth)).collect();
        let (mut asked, mut barren) = (0, 0);
        while let Some((url, depth)) = waiting.pop() {
            if asked == MOST_SITEMAPS || barren == BARREN_SITEMAPS || self.fresh >= self.limit {
                return;
            }
            asked += 1;
            barren += 1;
            let Some(step) = self.poll(url, Some(How::Sitemap)).await else { continue };
            if !step.found.items.is_empty() {
                barren = 0;
            }
            // Files come with the last changed first: one that holds nothing new ends the search.
            if !step.found.items.is_empty() && step.unknown == 0 {
                return;
            }
            if depth < DEEPEST_SITEMAP {
                waiting.extend(step.found.further.into_iter().rev().map(|url| (url, depth + 1)));
            }
        }
    }

    /// Asks one address; `None` where it was asked before, gave no list, or another kind of list than `wanted`.
    async fn poll(&mut self, url: Url, wanted: Option<How>) -> Option<Step> {
        self.poll_further(url, wanted, None).await
    }

    /// Asks one address that goes on with a listing whose items stood as `pattern` says.
    async fn poll_further(&mut self, url: Url, wanted: Option<How>, pattern: Option<&Pattern>) -> Option<Step> {
        if self.round.polls.len() >= MOST_POLLS || !self.seen.insert(format!("asked {}", identity::canonical(&url))) {
            return None;
        }
        let visit = self.client.look(&url, &Validators::default()).await;
        let found = match &visit {
            Ok(visit) if (200..300).contains(&visit.answer.status) => self.read(visit, wanted, pattern),
            Ok(_) | Err(_) => Err(None),
        };
        let found = match found {
            Ok(found) => found,
            Err(problem) => {
                self.round.polls.push(Poll { url, visit, how: None, items: Vec::new(), problem });
                return None;
            }
        };
        let (mut unknown, mut known) = (0, 0);
        for item in &found.items {
            if self.seen.insert(identity::canonical(&item.url)) {
                match (self.known)(&item.url) {
                    true => known += 1,
                    false => unknown += 1,
                }
                self.round.items.push(item.clone());
            }
        }
        self.fresh += unknown;
        let (how, items, problem) = (Some(found.how), found.items.clone(), found.problem.clone());
        self.round.polls.push(Poll { url, visit, how, items, problem });
        Some(Step { found, unknown, known })
    }

    /// Reads a list; where there is none of the kind `wanted`, says why, if that is not plain from the look.
    fn read(&self, visit: &Visit, wanted: Option<How>, pattern: Option<&Pattern>) -> Result<Found, Option<String>> {
        let judgement = judge(self.source, visit);
        // A gate lists nothing, and its links are no news.
        if judgement.verdict == Verdict::Blocked {
            return Err(Some(format!("blocked: {}", judgement.evidence.join(", "))));
        }
        let hints = Hints { pattern, known: Some(self.known) };
        let found = read_with(hints, &visit.answer, self.source, self.client.reach());
        match wanted {
            // Many sites answer any address with their front page.
            Some(wanted) if found.how != wanted => Err(Some(format!("no {} stands here", wanted.as_str()))),
            Some(_) | None => Ok(found),
        }
    }
}
