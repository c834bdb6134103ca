//! One source's part of a round: its listings, then its statements, then what all its looks say together.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::looks::{Looked, Target, unanswered};
use super::redesign::SEVERAL;
use super::settle::Pending;
use super::targets::Targets;
use super::verdicts::{judge_poll, was_asked};
use super::{Context, Told, Waiting, depth, lock, robots_reason};
use crate::archive::history::State;
use crate::archive::index::Known;
use crate::archive::reader::ArchiveError;
use crate::archive::sight::{ListingSight, Sight};
use crate::collect::discover::{self, Depth, How};
use crate::collect::fetch::Client;
use crate::model::capture::{Judgement, Verdict};
use crate::model::entry::Tally;
use crate::model::source::Source;
use crate::model::statement::StatementId;

/// A source, and the addresses that are wanted of it; all that is due where there are none named.
pub(super) type Wanted<'a> = (&'a Source, Option<&'a [Url]>);

/// From so many on, statements that vanish together may mean that their source is unwell.
const VANISHING_TOGETHER: usize = 3;

/// What of a source stood at the last looks, and what of that has vanished in this round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    stood: usize,
    vanished: usize,
    /// The part of them that the source's listing still shows.
    listed: Listed,
}

#[derive(Clone, Copy, Debug, Default)]
struct Listed {
    stood: usize,
    vanished: usize,
}

impl Standing {
    /// Counts a look; `listed` where the source's listing still shows the statement.
    pub(super) fn count(&mut self, looked: &Looked, listed: bool) {
        if !looked.stood {
            return;
        }
        let gone = looked.judgement.verdict == Verdict::Gone;
        let vanished = usize::from(gone && !looked.judgement.final_at_once);
        let listed = usize::from(listed);
        self.stood += 1;
        self.vanished += vanished;
        self.listed.stood += listed;
        self.listed.vanished += vanished * listed;
    }

    /// Why what vanished says nothing about the statements, if so.
    ///
    /// An office that takes several down at once takes them out of its listing as well: where a quarter of what is looked at
    /// is gone, and a quarter of what is still listed, pages fail.
    pub(super) fn unwell(&self) -> Option<&'static str> {
        let Self { stood, vanished, listed } = *self;
        if vanished < VANISHING_TOGETHER {
            None
        } else if vanished * 2 >= stood {
            Some("most of the source vanished at once")
        } else if vanished * 4 >= stood && listed.vanished >= 2 && listed.vanished * 4 >= listed.stood {
            Some("several vanished at once, and the listing still shows some of them")
        } else {
            None
        }
    }
}

impl Context<'_> {
    /// Asks one source, and counts what came of it; tells where its host is not to be asked, or not any more.
    pub(super) async fn source(&self, wanted: Wanted<'_>) -> Result<Tally, ArchiveError> {
        let (source, _) = wanted;
        if self.is_waiting(source) {
            return Ok(Tally::new(&source.id));
        }
        let tally = self.ask(wanted).await?;
        self.is_waiting(source);
        Ok(tally)
    }

    /// Whether a source's host has asked us to wait, or is left alone for its failures; tells it.
    fn is_waiting(&self, source: &Source) -> bool {
        let Some((until, why)) = self.hosts.waiting(&source.url, self.clock.now()) else { return false };
        (self.tell)(Told::Waiting(Waiting { source: source.id.clone(), until, why }));
        true
    }

    async fn ask(&self, (source, urls): Wanted<'_>) -> Result<Tally, ArchiveError> {
        let mut tally = Tally::new(&source.id);
        let source = &match self.taught(source).await {
            Ok(source) => source,
            // read without what its pages taught, every box that changed would be told as the office's doing
            Err(error @ ArchiveError::Record { .. }) => {
                let why = format!("what its pages taught cannot be read ({error}); onrecord verify tells more");
                return self.left_alone(source, why).await;
            }
            Err(error) => return Err(error),
        };
        let client = match Client::new(source, &self.plan.contact, Arc::clone(self.clock), Arc::clone(self.hosts)) {
            Ok(client) => client,
            Err(error) => return self.left_alone(source, error.to_string()).await,
        };
        let id = source.id.clone();
        let known = self.write(move |writer| Ok(writer.index().known(&id)?)).await?;
        if let Some(urls) = urls {
            let targets = self.named(source, &known, urls).await?;
            return self.looks(source, &client, &known, targets, true, tally).await;
        }
        // what a round that was cut short has taken does not end the search: what it left lies behind
        let id = source.id.clone();
        let round = self.round;
        let (cut, depth) = self
            .write(move |writer| {
                let cut = writer.index().unfinished_since(&id)?;
                Ok((cut, depth::of_round(writer.index(), &id, cut.unwrap_or(round), round)?))
            })
            .await?;
        let settled: HashSet<StatementId> = known
            .iter()
            .filter(|known| cut.is_none_or(|cut| known.first_seen < cut))
            .map(|known| known.statement.clone())
            .collect();
        let taken = known.len() - settled.len();
        let first = if settled.is_empty() { source.limits.first_fetch.saturating_sub(taken) } else { usize::MAX };
        let limit = self.plan.limit.unwrap_or(first);
        // who names a bound wants what lies behind the pages that are known
        let bounded = self.plan.limit.is_some() || self.plan.since.is_some();
        let wanted = limit.saturating_add(if bounded { known.len() } else { taken });
        let depth = if bounded || settled.is_empty() { Depth::News } else { depth };
        let news = {
            let is_known = |url: &Url| {
                let at = lock(self.writer).index().known_at(&source.id, url.as_str());
                !bounded && at.is_ok_and(|id| id.is_some_and(|id| settled.contains(&id)))
            };
            discover::look_for_news(&client, source, &is_known, wanted.saturating_add(1), depth).await
        };
        let gone = self.delisted(source, &client, &news).await?;
        for poll in news.polls.iter().filter(|poll| was_asked(poll)) {
            self.poll(source, poll, &mut tally).await?;
        }
        if news.polls.iter().any(|poll| poll.how == Some(How::Telegram)) {
            return self.channel(source, &client, &known, &news, tally).await;
        }
        let targets = self.targets(source, &known, &news, &gone, limit).await?;
        self.looks(source, &client, &known, targets, news.answered(), tally).await
    }

    /// Keeps why a source could not be asked.
    async fn left_alone(&self, source: &Source, why: String) -> Result<Tally, ArchiveError> {
        let mut tally = Tally::new(&source.id);
        let failed = Judgement { verdict: Verdict::Failed, evidence: vec![why], final_at_once: false };
        tally.count(failed.verdict);
        let (id, url, at, round) = (source.id.clone(), source.url.clone(), self.clock.now(), self.round);
        self.write(move |writer| writer.poll(&unanswered(round, at, &id, &url, &[], &failed), None)).await?;
        Ok(tally)
    }

    /// Looks at the statements, and decides together what one look alone does not say.
    async fn looks(
        &self,
        source: &Source,
        client: &Client,
        known: &[Known],
        targets: Targets,
        answered: bool,
        mut tally: Tally,
    ) -> Result<Tally, ArchiveError> {
        (self.tell)(Told::Planned(targets.looks.len() as u64));
        let mut seen: HashSet<StatementId> = HashSet::new();
        let mut held: Vec<Looked> = Vec::new();
        let mut pending = Pending::default();
        let mut standing = Standing::default();
        for target in targets.looks {
            let looked = self.look(source, client, target, &targets.delisted).await?;
            (self.tell)(Told::Looked);
            let Some(looked) = looked else { continue };
            seen.insert(looked.statement.clone());
            standing.count(&looked, targets.names.lists(&looked.url));
            if looked.judgement.verdict == Verdict::Gone && !looked.judgement.final_at_once && looked.stood {
                held.push(looked);
                continue;
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked, &targets.names, &mut pending, &mut tally).await?;
        }
        if pending.wants_more() {
            let others = known.iter().filter(|known| known.has_text && known.state == State::Up);
            for other in others.filter(|known| !seen.contains(&known.statement)).take(SEVERAL) {
                let Ok(url) = Url::parse(&other.url) else { continue };
                let (statement, known) = (other.statement.clone(), Some(other.clone()));
                let target = Target { statement, url, known, guid: None, whole: true };
                let Some(looked) = self.look(source, client, target, &targets.delisted).await? else { continue };
                if looked.judgement.verdict == Verdict::Gone {
                    held.push(looked);
                    continue;
                }
                tally.count(looked.judgement.verdict);
                self.keep(source, looked, &targets.names, &mut pending, &mut tally).await?;
            }
        }
        self.settle(source, &mut pending, &mut tally).await?;
        let unwell = if answered { standing.unwell() } else { Some("the source's own listing does not answer") };
        for mut looked in held {
            if let Some(why) = unwell {
                looked.judgement.verdict = Verdict::Unwell;
                looked.judgement.evidence.push(why.to_owned());
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked, &targets.names, &mut pending, &mut tally).await?;
        }
        Ok(tally)
    }

    /// Takes in a look at a listing.
    pub(super) async fn poll(
        &self,
        source: &Source,
        poll: &discover::Poll,
        tally: &mut Tally,
    ) -> Result<(), ArchiveError> {
        let judgement = judge_poll(source, poll);
        // that no list stands at an address teaches nothing
        tally.count(if judgement.verdict == Verdict::Gone { Verdict::Failed } else { judgement.verdict });
        let listing = (judgement.verdict == Verdict::Listing).then(|| ListingSight {
            how: poll.how.map_or("listing", How::as_str),
            links: poll.items.iter().map(|item| item.url.to_string()).collect(),
        });
        let (id, url, round, at) = (source.id.clone(), poll.url.clone(), self.round, self.clock.now());
        let (visit, robots) = (poll.visit.clone(), robots_reason(source));
        self.write(move |writer| match &visit {
            Ok(visit) => {
                let sight = Sight { robots: robots.as_deref(), ..Sight::of(round, &id, visit, &judgement) };
                writer.poll(&sight, listing.as_ref())
            }
            Err(failure) => writer.poll(&unanswered(round, at, &id, &url, &failure.hops, &judgement), None),
        })
        .await
    }
}
