//! A channel's part of a round: its posts all stand on the pages that list them.
//!
//! A page shows every post between its first and its last, so that one that is known, lies between them by its number and
//! is not there has been taken down. What a page shows for nothing makes an entry only when it is new, changed or due: a
//! channel is asked every few minutes, and would else fill the log with looks that say nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use super::looks::Looked;
use super::reading::read_answer;
use super::settle::Pending;
use super::source::Standing;
use super::{Context, lock};
use crate::archive::history::State;
use crate::archive::index::Known;
use crate::archive::reader::ArchiveError;
use crate::collect::discover::{self, How, Item};
use crate::collect::fetch::Client;
use crate::model::capture::{Judgement, Verdict, Visit};
use crate::model::digest::Digest;
use crate::model::entry::Tally;
use crate::model::source::Source;
use crate::model::statement::StatementId;

/// Most pages that are asked for in one round for posts that are due.
const MOST_PAGES: usize = 20;
/// So many numbers above a post that is due its page may begin: it must show a post after it.
const ABOVE: u64 = 8;

/// The posts of a channel in a round.
struct Posts<'k> {
    /// Those that were known before, by their numbers.
    known: BTreeMap<u64, &'k Known>,
    /// Those that a page showed, or should have shown.
    seen: BTreeSet<u64>,
    /// Those that are gone from between their neighbours.
    held: Vec<Looked>,
    standing: Standing,
}

impl Context<'_> {
    /// Takes in the posts on the pages that were asked for news, then on those of posts that are due.
    pub(super) async fn channel(
        &self,
        source: &Source,
        client: &Client,
        known: &[Known],
        news: &discover::Round,
        mut tally: Tally,
    ) -> Result<Tally, ArchiveError> {
        let numbered = known.iter().filter_map(|known| Some((number(&Url::parse(&known.url).ok()?)?, known)));
        let mut posts =
            Posts { known: numbered.collect(), seen: BTreeSet::new(), held: Vec::new(), standing: Standing::default() };
        for poll in news.polls.iter().filter(|poll| poll.how == Some(How::Telegram)) {
            if let Ok(visit) = &poll.visit {
                self.posts(source, visit, &poll.items, &mut posts, &mut tally).await?;
            }
        }
        let mut asked = BTreeSet::new();
        while asked.len() < MOST_PAGES {
            let due = posts.known.iter().rev().find(|(number, known)| {
                let wanted = self.plan.recheck.wants(known, &source.limits.recheck, self.clock.now());
                known.has_text && wanted && !posts.seen.contains(*number) && !asked.contains(*number)
            });
            let Some(number) = due.map(|(number, _)| *number) else { break };
            asked.insert(number);
            let mut url = source.url.clone();
            url.set_query(Some(&format!("before={}", number.saturating_add(ABOVE))));
            let poll = discover::look_at(client, source, url).await;
            self.poll(source, &poll, &mut tally).await?;
            match &poll.visit {
                Ok(visit) if poll.how == Some(How::Telegram) && !poll.items.is_empty() => {
                    self.posts(source, visit, &poll.items, &mut posts, &mut tally).await?;
                }
                Ok(_) | Err(_) => break,
            }
        }
        let unwell = posts.standing.unwell();
        let mut pending = Pending::default();
        for mut looked in posts.held {
            if let Some(why) = unwell {
                looked.judgement.verdict = Verdict::Unwell;
                looked.judgement.evidence.push(why.to_owned());
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked, &Arc::default(), &mut pending, &mut tally).await?;
        }
        self.settle(source, &mut pending, &mut tally).await?;
        Ok(tally)
    }

    /// Takes in the posts of one page, and holds those that should stand on it and do not.
    async fn posts(
        &self,
        source: &Source,
        visit: &Visit,
        items: &[Item],
        posts: &mut Posts<'_>,
        tally: &mut Tally,
    ) -> Result<(), ArchiveError> {
        let mut pending = Pending::default();
        let shown: BTreeSet<u64> = items.iter().filter_map(|item| number(&item.url)).collect();
        for item in items {
            let known = number(&item.url).and_then(|number| posts.known.get(&number).copied());
            let again = number(&item.url).is_some_and(|number| !posts.seen.insert(number));
            if again {
                continue;
            }
            let statement = self.statement(source, &item.url).await?;
            let looked = looked(statement, item.url.clone(), known, visit, Verdict::Statement, vec![]);
            posts.standing.count(&looked, false);
            if let Some(known) = known
                && !self.plan.recheck.wants(known, &source.limits.recheck, self.clock.now())
                && self.stands_as_it_did(source, known, &looked, visit).await?
            {
                continue;
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked, &Arc::default(), &mut pending, tally).await?;
        }
        let neighbours = shown.first().zip(shown.last()).filter(|(first, last)| first < last);
        for (number, known) in neighbours.into_iter().flat_map(|(first, last)| posts.known.range(first + 1..*last)) {
            if shown.contains(number) || !known.has_text || known.state == State::Withdrawn {
                continue;
            }
            let Ok(url) = Url::parse(&known.url) else { continue };
            if !posts.seen.insert(*number) {
                continue;
            }
            let (before, after) = (shown.range(..number).next_back(), shown.range(number..).next());
            let between = before.zip(after).map(|(before, after)| format!("gone from between {before} and {after}"));
            let evidence = between.into_iter().collect();
            let looked = looked(known.statement.clone(), url, Some(*known), visit, Verdict::Gone, evidence);
            posts.standing.count(&looked, false);
            posts.held.push(looked);
        }
        self.settle(source, &mut pending, tally).await
    }

    /// Whether a post that stood reads as it did: then the page that shows it says nothing new.
    async fn stands_as_it_did(
        &self,
        source: &Source,
        known: &Known,
        looked: &Looked,
        visit: &Visit,
    ) -> Result<bool, ArchiveError> {
        match (known.state, known.has_text) {
            (State::Missing | State::Withdrawn, _) => return Ok(false),
            // one without a text is looked at when it is due
            (State::Up, false) => return Ok(true),
            (State::Up, true) => {}
        }
        let (writer, url, settings) = (Arc::clone(self.writer), looked.url.clone(), source.reading.clone());
        let (statement, answer) = (looked.statement.clone(), visit.answer.clone());
        let read = tokio::task::spawn_blocking(move || {
            let fresh = read_answer(&answer, &url, &settings);
            let standing = lock(&writer).standing(&statement)?;
            let read = standing.readings.iter().rev().find(|read| read.reader == fresh.reader);
            let digest = Digest::of(fresh.text.canonical().as_bytes());
            Ok(read.and_then(|read| read.text.as_ref()).is_some_and(|text| text.digest == digest))
        });
        read.await.unwrap_or(Err(ArchiveError::Broken))
    }
}

fn looked(
    statement: StatementId,
    url: Url,
    known: Option<&Known>,
    visit: &Visit,
    verdict: Verdict,
    evidence: Vec<String>,
) -> Looked {
    Looked {
        statement,
        url,
        known: known.cloned(),
        guid: None,
        stood: known.is_some_and(|known| known.state == State::Up && known.has_text),
        answer: Ok(visit.clone()),
        judgement: Judgement { verdict, evidence, final_at_once: false },
        marks: Vec::new(),
        at: visit.answer.at,
    }
}

/// The number of a post in its channel.
fn number(url: &Url) -> Option<u64> {
    url.path_segments()?.rfind(|part| !part.is_empty())?.parse().ok()
}
