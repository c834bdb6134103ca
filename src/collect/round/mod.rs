//! One round: every chosen source is asked for its news, and its known statements are looked at again when due.
//!
//! A source that fails never stops another, nor does a statement. Nothing is told before it is on disk: events come from
//! the writer's `publish` alone, every few seconds and at the end. Whether a statement is gone is decided when all of its
//! source's looks are in, for a source that loses most of what it had at once is unwell.

mod channel;
mod delisted;
mod depth;
mod identity;
mod lessons;
mod looks;
mod noise;
mod preview;
mod reading;
mod redesign;
#[cfg(test)]
mod rehearsal;
mod settle;
mod source;
mod targets;
#[cfg(test)]
mod three_days;
mod verdicts;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;

pub use preview::{Preview, preview};
pub(super) use reading::content_type;
pub use reading::{read_answer, read_kept};

use super::clock::Clock;
use super::due::Recheck;
use super::host::{Asking, Hosts};
use super::retry::chance;
use crate::archive::reader::ArchiveError;
use crate::archive::usual::{Failing, Silence};
use crate::archive::writer::Writer;
use crate::model::entry::Tally;
use crate::model::event::Event;
use crate::model::source::{Keep, Robots, Source};
use crate::model::statement::SourceId;
use crate::model::time::Instant;
use source::Wanted;

/// How often what was seen is made durable and told, at the latest; the first time sooner, so that somebody who watches
/// sees soon that it works.
const PUBLISH_EVERY: Duration = Duration::from_secs(3);
const FIRST_PUBLISH: Duration = Duration::from_millis(300);
/// What may wait to be published, compressed, before it is.
const MOST_WAITING: usize = 16 * 1024 * 1024;

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
    /// On whose wish the hosts are asked.
    pub asking: Asking,
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
    /// A source's host is not asked (any more) in this round.
    Waiting(Waiting),
}

/// Why a source is not asked for some time. It is no failure, and says nothing about the source's health.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The source.
    pub source: SourceId,
    /// Until when.
    pub until: Instant,
    /// The host's own word, or what it did, for a person.
    pub why: String,
}

/// What a round came to.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// How each source fared.
    pub tallies: Vec<Tally>,
    /// Those of them that have published nothing for longer than is usual for them.
    pub silent: Vec<(SourceId, Silence)>,
    /// Those of them that have been failing for longer than is usual for them.
    pub failing: Vec<(SourceId, Failing)>,
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
    run_until(std::future::pending(), sources, plan, writer, clock, hosts, tell).await
}

/// Runs a round over these sources until it ends or is told to stop.
///
/// A round that is stopped keeps what it has taken in, and has no entry of its own: that it was cut off is seen by that.
///
/// # Errors
/// As with [`run`].
pub async fn run_until(
    stop: impl Future<Output = ()>,
    sources: &[Source],
    plan: &Plan,
    writer: Writer,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
    tell: &dyn Fn(Told),
) -> Result<Ended, ArchiveError> {
    let open: Vec<Wanted<'_>> =
        sources.iter().filter(|source| source.closed.is_none()).map(|source| (source, None)).collect();
    go(stop, open, plan, writer, clock, hosts, tell).await
}

/// Looks at these addresses and at nothing else, each as a statement of its source.
///
/// # Errors
/// As with [`run`].
pub async fn save(
    addresses: &[(Source, Vec<url::Url>)],
    plan: &Plan,
    writer: Writer,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
    tell: &dyn Fn(Told),
) -> Result<Ended, ArchiveError> {
    let wanted = addresses.iter().map(|(source, urls)| (source, Some(&urls[..]))).collect();
    go(std::future::pending(), wanted, plan, writer, clock, hosts, tell).await
}

async fn go(
    stop: impl Future<Output = ()>,
    wanted: Vec<Wanted<'_>>,
    plan: &Plan,
    writer: Writer,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
    tell: &dyn Fn(Told),
) -> Result<Ended, ArchiveError> {
    let round = clock.now();
    // addresses that a person named may lie anywhere: nothing is learnt from them
    let learning: Vec<Source> =
        wanted.iter().filter(|(_, urls)| urls.is_none()).map(|(source, _)| (*source).clone()).collect();
    hosts.remember(writer.index().manners()?, round);
    hosts.new_round(plan.asking, round);
    let writer: Shared = Arc::new(Mutex::new(writer));
    let context = Context { plan, round, writer: &writer, clock: &clock, hosts: &hosts, tell };
    let asked = async {
        let window = spread(wanted.len());
        let context = &context;
        let begin = |wanted| async move {
            tokio::time::sleep(Duration::from_millis(chance(window))).await;
            context.source(wanted).await
        };
        let mut looks = futures_util::stream::iter(wanted.into_iter().map(begin)).buffer_unordered(plan.hosts.max(1));
        let mut tallies = Vec::new();
        while let Some(tally) = looks.next().await {
            tallies.push(tally?);
        }
        Ok::<_, ArchiveError>(tallies)
    };
    tokio::pin!(asked, stop);
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + FIRST_PUBLISH, PUBLISH_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tallies = loop {
        tokio::select! {
            tallies = &mut asked => break tallies?,
            () = &mut stop => {
                context.publish().await?;
                return Ok(Ended::default());
            }
            _ = ticks.tick() => context.publish().await?,
        }
    };
    tallies.sort_by(|a, b| a.source.cmp(&b.source));
    context.learn(&learning, &tallies).await?;
    let ended = clock.now();
    let counted = tallies.clone();
    context.write(move |writer| writer.round(round, ended, &counted)).await?;
    context.publish().await?;
    context.ended(&learning, tallies).await
}

/// The milliseconds over which so many sources begin: no more than one a millisecond until half a second is reached, so that
/// neither this machine nor the network has all names to resolve and all connections to make at once.
fn spread(sources: usize) -> u64 {
    u64::try_from(sources).unwrap_or(u64::MAX).clamp(1, 500)
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

    /// What a round over these sources came to; of one whose host was not asked nothing new is known.
    async fn ended(&self, sources: &[Source], tallies: Vec<Tally>) -> Result<Ended, ArchiveError> {
        let was_asked = |id: &SourceId| tallies.iter().any(|tally| tally.asked > 0 && tally.source == *id);
        let asked: Vec<SourceId> = sources.iter().map(|source| source.id.clone()).filter(was_asked).collect();
        let unusual = self.write(move |writer| {
            let (mut silent, mut failing) = (Vec::new(), Vec::new());
            for id in asked {
                silent.extend(writer.index().silence(&id)?.map(|silence| (id.clone(), silence)));
                failing.extend(writer.index().failing(&id)?.map(|spell| (id, spell)));
            }
            Ok((silent, failing))
        });
        let (silent, failing) = unusual.await?;
        Ok(Ended { tallies, silent, failing })
    }

    async fn publish(&self) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        let manners = self.hosts.news(now);
        let published = self.write(move |writer| {
            writer.index().set_manners(&manners)?;
            writer.publish(now)
        });
        for event in published.await? {
            (self.tell)(Told::Event(Box::new(event)));
        }
        Ok(())
    }
}

fn robots_reason(source: &Source) -> Option<String> {
    match &source.robots {
        Robots::Obey => None,
        Robots::Ignore(reason) => Some(reason.clone()),
    }
}
