//! One round: every chosen source is asked for its news, and its known statements are looked at again when due.
//!
//! A source that fails never stops another, nor does a statement. Nothing is told before it is on disk: events come from
//! the writer's `publish` alone, every few seconds and at the end. Whether a statement is gone is decided when all of its
//! source's looks are in, for a source that loses most of what it had at once is unwell.

mod preview;
mod reading;
mod verdicts;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use url::Url;

pub use preview::{Preview, preview};
use reading::read_exchange;
pub use reading::read_kept;
use verdicts::{judge_failure, judge_poll};

use super::clock::Clock;
use super::discover::{self, How, Item};
use super::due::Recheck;
use super::fetch::{Client, Failure, Validators};
use super::host::Hosts;
use super::judge;
use crate::archive::history::State;
use crate::archive::index::Known;
use crate::archive::reader::ArchiveError;
use crate::archive::sight::{ListingSight, Readings, Sight};
use crate::archive::writer::Writer;
use crate::model::capture::{Exchange, Judgement, Verdict, Visit};
use crate::model::entry::Tally;
use crate::model::event::Event;
use crate::model::source::{Keep, Robots, Source};
use crate::model::statement::StatementId;
use crate::model::time::Instant;

/// How often what was seen is made durable and told, at the latest; the first time sooner, so that somebody who watches
/// sees soon that it works.
const PUBLISH_EVERY: Duration = Duration::from_secs(3);
const FIRST_PUBLISH: Duration = Duration::from_millis(300);
/// What may wait to be published, compressed, before it is.
const MOST_WAITING: usize = 16 * 1024 * 1024;
/// From so many on, statements that vanish together may mean that their source is unwell.
const VANISHING_TOGETHER: usize = 3;

/// What a round is asked to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which known statements are looked at again.
    pub recheck: Recheck,
    /// Statements that say they are older than this are not taken.
    pub since: Option<Instant>,
    /// At most this many new statements a source.
    pub limit: Option<usize>,
    /// Which bodies are kept.
    pub keep: Keep,
    /// How many sources are asked at one time.
    pub hosts: usize,
    /// Whom an office can write to.
    pub contact: String,
}

/// What a round tells while it runs.
#[derive(Clone, Debug)]
pub enum Told {
    /// Something happened, and is on disk.
    Event(Box<Event>),
    /// So many statements of a source are going to be looked at.
    Planned(u64),
    /// One of them was.
    Looked,
    /// A source took fewer statements than it offered: how many were left, and of which source.
    Left(String, usize),
}

/// What a round came to.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// How each source fared.
    pub tallies: Vec<Tally>,
}

type Shared = Arc<Mutex<Writer>>;

/// Runs a round over these sources.
///
/// # Errors
/// Only what keeps the archive from being written ends a round early; then what was told stands.
pub async fn run(
    sources: &[Source],
    plan: &Plan,
    writer: Writer,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
    tell: &dyn Fn(Told),
) -> Result<Ended, ArchiveError> {
    let round = clock.now();
    hosts.new_round();
    let writer: Shared = Arc::new(Mutex::new(writer));
    let context = Context { plan, round, writer: &writer, clock: &clock, hosts: &hosts, tell };
    let open: Vec<&Source> = sources.iter().filter(|source| source.closed.is_none()).collect();
    let asked = async {
        let mut looks = futures_util::stream::iter(open.into_iter().map(|source| context.source(source)))
            .buffer_unordered(plan.hosts.max(1));
        let mut tallies = Vec::new();
        while let Some(tally) = looks.next().await {
            tallies.push(tally?);
        }
        Ok::<_, ArchiveError>(tallies)
    };
    tokio::pin!(asked);
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + FIRST_PUBLISH, PUBLISH_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tallies = loop {
        tokio::select! {
            tallies = &mut asked => break tallies?,
            _ = ticks.tick() => context.publish().await?,
        }
    };
    tallies.sort_by(|a, b| a.source.cmp(&b.source));
    let ended = clock.now();
    let counted = tallies.clone();
    context.write(move |writer| writer.round(round, ended, &counted)).await?;
    context.publish().await?;
    Ok(Ended { tallies })
}

fn lock(writer: &Shared) -> MutexGuard<'_, Writer> {
    // a panic while the writer was held leaves it marked as broken: the next call says so
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that a source's part of the round needs.
struct Context<'a> {
    plan: &'a Plan,
    round: Instant,
    writer: &'a Shared,
    clock: &'a Arc<dyn Clock>,
    hosts: &'a Arc<Hosts>,
    tell: &'a dyn Fn(Told),
}

/// A statement that is going to be looked at.
struct Target {
    statement: StatementId,
    url: Url,
    /// What stood before; `None` for one that is new.
    known: Option<Known>,
}

/// A look that was made.
struct Looked {
    statement: StatementId,
    url: Url,
    /// Whether the statement stood at the last look.
    stood: bool,
    answer: Result<Visit, Failure>,
    judgement: Judgement,
    at: Instant,
}

impl Context<'_> {
    /// Runs something against the writer where waiting for a disk holds nobody up.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let writer = Arc::clone(self.writer);
        let done = tokio::task::spawn_blocking(move || work(&mut lock(&writer))).await;
        done.unwrap_or(Err(ArchiveError::Broken))
    }

    async fn publish(&self) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        for event in self.write(move |writer| writer.publish(now)).await? {
            (self.tell)(Told::Event(Box::new(event)));
        }
        Ok(())
    }

    async fn source(&self, source: &Source) -> Result<Tally, ArchiveError> {
        let mut tally = Tally::new(&source.id);
        let client = match Client::new(source, &self.plan.contact, Arc::clone(self.clock), Arc::clone(self.hosts)) {
            Ok(client) => client,
            Err(error) => {
                let failed =
                    Judgement { verdict: Verdict::Failed, evidence: vec![error.to_string()], final_at_once: false };
                tally.count(failed.verdict);
                let (id, url, at, round) = (source.id.clone(), source.url.clone(), self.clock.now(), self.round);
                self.write(move |writer| writer.poll(&unanswered(round, at, &id, &url, &[], &failed), None)).await?;
                return Ok(tally);
            }
        };
        let id = source.id.clone();
        let known = self.write(move |writer| Ok(writer.index().known(&id)?)).await?;
        let first = if known.is_empty() { source.limits.first_fetch } else { usize::MAX };
        let limit = self.plan.limit.unwrap_or(first);
        // who names a bound wants what lies behind the pages that are known
        let deep = self.plan.limit.is_some() || self.plan.since.is_some();
        let wanted = if deep { limit.saturating_add(known.len()) } else { limit };
        let news = {
            let is_known = |url: &Url| {
                !deep && matches!(lock(self.writer).index().known_at(&source.id, url.as_str()), Ok(Some(_)))
            };
            discover::look_for_news(&client, source, &is_known, wanted.saturating_add(1)).await
        };
        let answered = news.answered();
        let mut held: Vec<Looked> = Vec::new();
        for poll in &news.polls {
            self.poll(source, poll, &mut tally).await?;
            if poll.how == Some(How::Telegram)
                && let Ok(visit) = &poll.visit
            {
                self.posts(source, visit, &poll.items, &mut tally).await?;
            }
        }
        let targets = self.targets(source, known, &news, limit).await?;
        (self.tell)(Told::Planned(targets.len() as u64));
        let mut stood = 0;
        for target in targets {
            let looked = self.look(source, &client, target).await?;
            (self.tell)(Told::Looked);
            let Some(looked) = looked else { continue };
            stood += usize::from(looked.stood);
            if looked.judgement.verdict == Verdict::Gone && !looked.judgement.final_at_once && looked.stood {
                held.push(looked);
                continue;
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked).await?;
        }
        let together = held.len() >= VANISHING_TOGETHER && held.len() * 2 > stood;
        for mut looked in held {
            if together || !answered {
                looked.judgement.verdict = Verdict::Unwell;
                let why = if answered {
                    "most of the source vanished at once"
                } else {
                    "the source's own listing does not answer"
                };
                looked.judgement.evidence.push(why.to_owned());
            }
            tally.count(looked.judgement.verdict);
            self.keep(source, looked).await?;
        }
        Ok(tally)
    }

    /// Takes in a look at a listing.
    async fn poll(&self, source: &Source, poll: &discover::Poll, tally: &mut Tally) -> Result<(), ArchiveError> {
        let judgement = judge_poll(source, poll);
        tally.count(judgement.verdict);
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

    /// Takes in the posts of a channel, which all stand on the page that lists them.
    async fn posts(
        &self,
        source: &Source,
        visit: &Visit,
        items: &[Item],
        tally: &mut Tally,
    ) -> Result<(), ArchiveError> {
        for item in items {
            let statement = self.statement(source, &item.url).await?;
            let judgement = Judgement { verdict: Verdict::Statement, evidence: vec![], final_at_once: false };
            tally.count(judgement.verdict);
            let at = visit.answer.at;
            let looked =
                Looked { statement, url: item.url.clone(), stood: true, answer: Ok(visit.clone()), judgement, at };
            self.keep(source, looked).await?;
        }
        Ok(())
    }

    /// The statement that a source has at an address: the one that it had, or a new one.
    async fn statement(&self, source: &Source, url: &Url) -> Result<StatementId, ArchiveError> {
        let (id, url) = (source.id.clone(), url.clone());
        self.write(move |writer| {
            let known = writer.index().known_at(&id, url.as_str())?;
            Ok(known.unwrap_or_else(|| StatementId::mint(&id, url.as_str())))
        })
        .await
    }

    /// What is looked at: what is new, from the newest back, then what is due.
    async fn targets(
        &self,
        source: &Source,
        known: Vec<Known>,
        news: &discover::Round,
        limit: usize,
    ) -> Result<Vec<Target>, ArchiveError> {
        let channel = news.polls.iter().any(|poll| poll.how == Some(How::Telegram));
        let mut targets = Vec::new();
        if channel {
            return Ok(targets);
        }
        let mut by_id: HashMap<StatementId, Known> =
            known.iter().map(|known| (known.statement.clone(), known.clone())).collect();
        let mut left = 0;
        for item in &news.items {
            let too_old =
                |since: Instant| item.published.and_then(|date| date.latest()).is_some_and(|date| date < since);
            if self.plan.since.is_some_and(too_old) {
                continue;
            }
            let statement = self.statement(source, &item.url).await?;
            match by_id.get(&statement) {
                // one that could never be read is news still, as long as it is listed
                Some(known) if known.has_text => {}
                unread => {
                    if targets.len() >= limit {
                        left += 1;
                        continue;
                    }
                    let known = unread.cloned();
                    by_id.remove(&statement);
                    targets.push(Target { statement, url: item.url.clone(), known });
                }
            }
        }
        if left > 0 {
            (self.tell)(Told::Left(source.id.to_string(), left));
        }
        let now = self.clock.now();
        for known in known {
            let wanted = known.has_text && self.plan.recheck.wants(&known, &source.limits.recheck, now);
            if wanted
                && by_id.contains_key(&known.statement)
                && let Ok(url) = Url::parse(&known.url)
            {
                targets.push(Target { statement: known.statement.clone(), url, known: Some(known) });
            }
        }
        Ok(targets)
    }

    /// Makes one look; `None` where the host is not asked any more in this round.
    async fn look(&self, source: &Source, client: &Client, target: Target) -> Result<Option<Looked>, ArchiveError> {
        let address = target.url.to_string();
        let has_text = target.known.as_ref().is_some_and(|known| known.has_text);
        let validators = if has_text {
            let found = self.write(move |writer| Ok(writer.index().validators(&address)?)).await?;
            Validators { etag: found.etag, last_modified: found.modified, of: Some(target.url.clone()) }
        } else {
            Validators::default()
        };
        let at = self.clock.now();
        let answer = client.look(&target.url, &validators).await;
        let judgement = match &answer {
            Ok(visit) => judge::judge(source, visit),
            Err(failure) => match judge_failure(failure) {
                Some(judgement) => judgement,
                None => return Ok(None),
            },
        };
        let stood = target.known.is_some_and(|known| known.state == State::Up && known.has_text);
        Ok(Some(Looked { statement: target.statement, url: target.url, stood, answer, judgement, at }))
    }

    /// Reads what a look brought, and takes it in.
    async fn keep(&self, source: &Source, looked: Looked) -> Result<(), ArchiveError> {
        let (round, keep, writer) = (self.round, self.plan.keep, Arc::clone(self.writer));
        let (id, settings, confirm) = (source.id.clone(), source.reading.clone(), source.limits.confirm);
        let robots = robots_reason(source);
        let kept = tokio::task::spawn_blocking(move || {
            let Looked { statement, url, answer, judgement, at, .. } = looked;
            let visit = match &answer {
                Ok(visit) => visit,
                Err(failure) => {
                    let sight = unanswered(round, at, &id, &url, &failure.hops, &judgement);
                    return lock(&writer).capture(&statement, &sight, Readings::default(), keep, confirm);
                }
            };
            let mut readings = Readings::default();
            if judgement.verdict == Verdict::Statement {
                let standing = lock(&writer).standing(&statement)?;
                if standing.current.is_none() || standing.body != Some(visit.answer.body_digest()) {
                    let fresh = read_exchange(&visit.answer, &url, &settings);
                    let read_before = standing.readings.iter().any(|read| read.reader == fresh.reader);
                    if let (Some(current), false) = (standing.current, read_before) {
                        let kept = lock(&writer).exchange(current)?;
                        readings.again = kept.map(|kept| read_kept(&kept.head, &kept.body, &url, at, &settings));
                    }
                    readings.fresh = Some(fresh);
                }
            }
            let sight = Sight { robots: robots.as_deref(), url: &url, ..Sight::of(round, &id, visit, &judgement) };
            lock(&writer).capture(&statement, &sight, readings, keep, confirm)
        });
        kept.await.unwrap_or(Err(ArchiveError::Broken))?;
        let waiting = lock(self.writer).waiting();
        if waiting > MOST_WAITING { self.publish().await } else { Ok(()) }
    }
}

/// A look that was not answered.
fn unanswered<'a>(
    round: Instant,
    time: Instant,
    source: &'a crate::model::statement::SourceId,
    url: &'a Url,
    hops: &'a [Exchange],
    judgement: &'a Judgement,
) -> Sight<'a> {
    Sight { round, time, source, url, hops, answer: None, judgement, robots: None }
}

fn robots_reason(source: &Source) -> Option<String> {
    match &source.robots {
        Robots::Obey => None,
        Robots::Ignore(reason) => Some(reason.clone()),
    }
}
