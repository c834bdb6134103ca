//! One object a host, with manners: its turn, its pace, when it asked us to come back, and when we gave it up.
//!
//! A host is asked by one request at a time, never sooner after the last was sent than the interval says, not at all before the
//! time that it named in `Retry-After`, and not again in this round once it failed three times in a row as a host. One that
//! fails round after round is left alone for a time that grows with how long it has been failing. All of that but the turn
//! itself outlives the process: see [`Hosts::remember`] and [`Hosts::news`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;
use url::Url;

use super::clock::Clock;
use super::fetch::{self, FailureKind};
use super::reach::host_key;
use super::retry::chance;
use super::robots::Cache;
use crate::archive::index::{HostManners, KeptRobots, Manners};
use crate::model::time::Instant;

/// Failures in a row after which a host is left alone for the rest of the round.
const GIVES_UP_AFTER: u32 = 3;
/// Longest wait that `Retry-After` can ask for: what is longer is a mistake, or meant to be rid of us.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);
/// A host that failed in so many rounds in a row, over at least so long, is left alone for some of the next.
const FAILED_ROUNDS: u32 = 3;
const FAILED_FOR: TimeDelta = TimeDelta::minutes(5);
/// Longest that a failing host is left alone: with a round each quarter of an hour, its return is seen within the hour.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(45);

/// On whose wish hosts are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// Because it is time: a failing host may be left alone.
    #[default]
    OnSchedule,
    /// Because a person named what to ask: only a host's own `Retry-After` is in the way.
    ByHand,
    /// Because a person wants all of it looked at now: what a host said to an earlier run is tried once more, and holds for
    /// this run when it says it again.
    Now,
}

/// All hosts that were ever asked, by `host:port`.
#[derive(Debug, Default)]
pub struct Hosts {
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

impl Hosts {
    /// The host of `url`.
    pub fn of(&self, url: &Url) -> Arc<Host> {
        self.named(&host_key(url))
    }

    /// Until when the host of `url` is not to be asked, and why, for a person; `None` where it may be, and where it was only given
    /// up for the round.
    pub fn waiting(&self, url: &Url, now: Instant) -> Option<(Instant, String)> {
        let away = self.of(url).may_be_asked(now).err()?;
        match away {
            Away::Busy(until) | Away::LeftAlone(_, until) => Some((until, fetch::away(away, url).reason)),
            Away::GivenUp => None,
        }
    }

    fn named(&self, key: &str) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if let Some(host) = hosts.get(key) {
            return Arc::clone(host);
        }
        let host = Arc::new(Host::default());
        lock(&host.state).manners.host = key.to_owned();
        hosts.insert(key.to_owned(), Arc::clone(&host));
        host
    }

    /// Takes over what was noted of hosts by whoever asked them last, here or in another process.
    pub fn remember(&self, manners: Manners, now: Instant) {
        for noted in manners.hosts {
            lock(&self.named(&noted.host).state).remember(noted, now);
        }
        for robots in manners.robots {
            self.named(&robots.host).robots.remember(robots);
        }
    }

    /// What there is to note since this was last asked.
    pub fn news(&self, now: Instant) -> Manners {
        let mut news = Manners::default();
        for (name, host) in lock(&self.hosts).iter() {
            let mut state = lock(&host.state);
            if std::mem::take(&mut state.changed) {
                news.hosts.push(HostManners { last: state.last_at(now), ..state.manners.clone() });
            }
            news.robots.extend(host.robots.news().map(|robots| KeptRobots { host: name.clone(), ..robots }));
        }
        news
    }

    /// Begins a round: hosts that were given up in the last one are asked again; those that are busy are not, nor, unless a
    /// person wants it, those that have been failing.
    pub fn new_round(&self, asking: Asking, now: Instant) {
        for host in lock(&self.hosts).values() {
            let mut state = lock(&host.state);
            (state.failures, state.failed) = (0, false);
            state.left_alone = match asking {
                Asking::OnSchedule => state.manners.left_until.filter(|until| now < *until),
                Asking::ByHand | Asking::Now => None,
            };
            if asking == Asking::Now {
                state.manners.busy_until = None;
            }
            host.robots.new_round();
        }
    }
}

/// One host.
#[derive(Debug, Default)]
pub struct Host {
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// What its robots.txt says.
    pub robots: Cache,
}

#[derive(Debug, Default)]
struct State {
    /// When the last request was sent.
    last: Option<Tick>,
    crawl_delay: Duration,
    /// Failures in a row, and whether this round counts as failed.
    failures: u32,
    failed: bool,
    /// Until when it is left alone in this round.
    left_alone: Option<Instant>,
    /// What outlives the process; its `last` is worked out when it is noted.
    manners: HostManners,
    /// Whether there is something to note.
    changed: bool,
}

/// Why a host is not asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// It asked us to wait until then.
    Busy(Instant),
    /// It has failed in so many rounds in a row, and is left alone until then.
    LeftAlone(u32, Instant),
    /// It failed too often in this round.
    GivenUp,
}

/// The right to send one request; the next one waits until it is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    host: &'a Host,
    _turn: tokio::sync::MutexGuard<'a, ()>,
}

impl Host {
    /// Waits for its turn, at least `interval` (or the host's own crawl delay, if longer) after the last request was sent.
    ///
    /// # Errors
    /// Says why the host is not asked now; then nothing was waited for.
    pub async fn turn(&self, interval: Duration, clock: &dyn Clock) -> Result<Turn<'_>, Away> {
        self.may_be_asked(clock.now())?;
        let turn = self.turn.lock().await;
        // Others were before us, and may have learnt that the host is unwell.
        self.may_be_asked(clock.now())?;
        let due = {
            let state = lock(&self.state);
            state.last.map(|last| last + interval.max(state.crawl_delay))
        };
        if let Some(due) = due {
            tokio::time::sleep_until(due).await;
        }
        self.sent();
        Ok(Turn { host: self, _turn: turn })
    }

    /// Notes that a request goes out at this moment: the pace counts from here, and not from when the turn was given.
    pub fn sent(&self) {
        let mut state = lock(&self.state);
        state.last = Some(Tick::now());
        state.changed = true;
    }

    /// Raises the interval to what robots.txt asks for.
    pub fn set_crawl_delay(&self, delay: Duration) {
        lock(&self.state).crawl_delay = delay;
    }

    /// Whether it may be asked at `now`.
    ///
    /// # Errors
    /// Says why not.
    pub fn may_be_asked(&self, now: Instant) -> Result<(), Away> {
        let state = lock(&self.state);
        if let Some(until) = state.manners.busy_until.filter(|until| now < *until) {
            return Err(Away::Busy(until));
        }
        if let Some(until) = state.left_alone {
            return Err(Away::LeftAlone(state.manners.failed_rounds, until));
        }
        if state.failures >= GIVES_UP_AFTER { Err(Away::GivenUp) } else { Ok(()) }
    }
}

impl Turn<'_> {
    /// Notes an answer: 429 and 5xx count against the host, anything else shows that it is well.
    ///
    /// `retry_after` is what it asked for, if it did; it is obeyed with 429 and 503, up to a day.
    pub fn answered(self, status: u16, retry_after: Option<Duration>, now: Instant) {
        let mut state = lock(&self.host.state);
        if status == 429 || status >= 500 {
            state.fail(now);
        } else {
            let HostManners { host, busy_until, .. } = std::mem::take(&mut state.manners);
            state.manners = HostManners { host, busy_until, ..HostManners::default() };
            (state.failures, state.failed) = (0, false);
        }
        if let (429 | 503, Some(wait)) = (status, retry_after) {
            let wait = TimeDelta::from_std(wait).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
            state.manners.busy_until = Some(now + wait);
        }
        state.changed = true;
    }

    /// Notes a failure; only those that are the host's, not the page's, count against it.
    pub fn failed(self, kind: FailureKind, now: Instant) {
        // when it came to nothing, or what of it arrived, is not known: the pace counts from here
        self.host.sent();
        if kind.is_the_hosts() {
            lock(&self.host.state).fail(now);
        }
    }
}

impl State {
    /// Counts a failure against the host, and its first of a round against that round.
    fn fail(&mut self, now: Instant) {
        self.failures += 1;
        self.changed = true;
        if std::mem::replace(&mut self.failed, true) {
            return;
        }
        let manners = &mut self.manners;
        manners.failed_rounds = manners.failed_rounds.saturating_add(1);
        let failing_for = now - *manners.failing_since.get_or_insert(now);
        if manners.failed_rounds >= FAILED_ROUNDS && failing_for >= FAILED_FOR {
            manners.left_until = Some(now + pause(failing_for));
        }
    }

    /// Takes over what was noted, where it is newer than what is known here.
    fn remember(&mut self, noted: HostManners, now: Instant) {
        if self.last_at(now) > noted.last {
            return;
        }
        // a time yet to come was noted by a clock that has been set back since
        let ago = noted.last.map(|last| (now - last).to_std().unwrap_or_default());
        self.last = ago.and_then(|ago| Tick::now().checked_sub(ago)).or(self.last);
        let within = |most: TimeDelta| move |until: Instant| until.min(now + most);
        self.manners = HostManners {
            busy_until: noted.busy_until.map(within(LONGEST_WAIT)),
            left_until: noted.left_until.map(within(LONGEST_PAUSE)),
            failing_since: noted.failing_since.map(|since| since.min(now)),
            ..noted
        };
    }

    /// When the last request was sent, by the clock.
    fn last_at(&self, now: Instant) -> Option<Instant> {
        let ago = self.last.map(|last| TimeDelta::from_std(last.elapsed()).unwrap_or_default());
        // noted in whole milliseconds, never too early
        ago.map(|ago| now - ago + TimeDelta::milliseconds(1))
    }
}

/// How long a host is left alone that has been failing for so long: between half as long and as long again, by chance, so
/// that the pauses grow as the failing goes on, and hosts that failed together do not return together.
fn pause(failing_for: TimeDelta) -> TimeDelta {
    let half = failing_for.min(LONGEST_PAUSE) / 2;
    let more = u64::try_from(half.num_milliseconds()).map_or(0, |half| chance(half.max(1)));
    half + TimeDelta::milliseconds(i64::try_from(more).unwrap_or(0))
}

/// A lock that outlives a panic elsewhere: the state is plain numbers, whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
