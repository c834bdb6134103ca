//! One object a host, with manners: its turn, its pace, when it asked us to come back, and when we gave it up.
//!
//! A host is asked by one request at a time, never sooner after the last than the interval says, not at all before the
//! time that it named in `Retry-After`, and not again in this round once it failed three times in a row as a host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;
use url::Url;

use super::fetch::FailureKind;
use super::reach::host_key;
use super::robots::Cache;

/// Failures in a row after which a host is left alone for the rest of the round.
const GIVES_UP_AFTER: u32 = 3;
/// Longest wait that `Retry-After` can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// All hosts that were ever asked, by `host:port`.
#[derive(Debug, Default)]
pub struct Hosts {
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

impl Hosts {
    /// The host of `url`.
    pub fn of(&self, url: &Url) -> Arc<Host> {
        let key = host_key(url);
        Arc::clone(lock(&self.hosts).entry(key).or_default())
    }

    /// Begins a round: hosts that were given up in the last one are asked again, those that are busy are not.
    pub fn new_round(&self) {
        for host in lock(&self.hosts).values() {
            lock(&host.state).failures = 0;
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
    last: Option<Tick>,
    busy_until: Option<Tick>,
    failures: u32,
    crawl_delay: Duration,
}

/// Why a host is not asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// It asked us to wait; this much is left.
    Busy(Duration),
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
    /// Waits for its turn, at least `interval` (or the host's own crawl delay, if longer) after the last request.
    ///
    /// # Errors
    /// Says why the host is not asked now; then nothing was waited for.
    pub async fn turn(&self, interval: Duration) -> Result<Turn<'_>, Away> {
        self.check()?;
        let turn = self.turn.lock().await;
        // Others were before us, and may have learnt that the host is unwell.
        self.check()?;
        let due = {
            let state = lock(&self.state);
            state.last.map(|last| last + interval.max(state.crawl_delay))
        };
        if let Some(due) = due {
            tokio::time::sleep_until(due).await;
        }
        lock(&self.state).last = Some(Tick::now());
        Ok(Turn { host: self, _turn: turn })
    }

    /// Raises the interval to what robots.txt asks for.
    pub fn set_crawl_delay(&self, delay: Duration) {
        lock(&self.state).crawl_delay = delay;
    }

    fn check(&self) -> Result<(), Away> {
        let state = lock(&self.state);
        if let Some(until) = state.busy_until
            && let Some(left) = until.checked_duration_since(Tick::now()).filter(|left| !left.is_zero())
        {
            return Err(Away::Busy(left));
        }
        if state.failures >= GIVES_UP_AFTER { Err(Away::GivenUp) } else { Ok(()) }
    }
}

impl Turn<'_> {
    /// Notes an answer: 429 and 5xx count against the host, anything else shows that it is well.
    ///
    /// `retry_after` is what it asked for, if it did; it is obeyed with 429 and 503, up to an hour.
    pub fn answered(self, status: u16, retry_after: Option<Duration>) {
        let mut state = lock(&self.host.state);
        if status == 429 || status >= 500 {
            state.failures += 1;
        } else {
            state.failures = 0;
        }
        if let (429 | 503, Some(wait)) = (status, retry_after) {
            state.busy_until = Some(Tick::now() + wait.min(LONGEST_WAIT));
        }
    }

    /// Notes a failure; only those that are the host's, not the page's, count against it.
    pub fn failed(self, kind: FailureKind) {
        if kind.is_the_hosts() {
            lock(&self.host.state).failures += 1;
        }
    }
}

/// A lock that outlives a panic elsewhere: the state is plain numbers, whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn host(text: &str, hosts: &Hosts) -> Arc<Host> {
        hosts.of(&Url::parse(text).expect("an address"))
    }

    #[test]
    fn a_host_is_one_whatever_its_scheme_case_and_path() {
        let hosts = Hosts::default();
        let a = host("http://Ministry.example:443/x", &hosts);
        assert!(Arc::ptr_eq(&a, &host("https://ministry.example/y", &hosts)));
        assert!(!Arc::ptr_eq(&a, &host("http://ministry.example/y", &hosts)));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance() {
        let host = Host::default();
        let start = Tick::now();
        for _ in 0..3 {
            host.turn(SECOND).await.expect("a turn").answered(200, None);
        }
        assert_eq!(start.elapsed(), 2 * SECOND);
        host.set_crawl_delay(10 * SECOND);
        host.turn(SECOND).await.expect("a turn").answered(200, None);
        assert_eq!(start.elapsed(), 12 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn two_never_ask_at_once() {
        let host = Host::default();
        let first = host.turn(Duration::ZERO).await.expect("a turn");
        let second = tokio::time::timeout(SECOND, host.turn(Duration::ZERO)).await;
        assert!(second.is_err(), "waits while the first is out");
        first.answered(200, None);
        assert!(host.turn(Duration::ZERO).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_obeyed_and_capped() {
        let host = Host::default();
        host.turn(SECOND).await.expect("a turn").answered(429, Some(Duration::from_secs(999_999)));
        assert_eq!(host.turn(SECOND).await.map(|_| ()), Err(Away::Busy(LONGEST_WAIT)));
        tokio::time::advance(LONGEST_WAIT).await;
        assert!(host.turn(SECOND).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn three_failures_in_a_row_give_a_host_up_for_the_round() {
        let hosts = Hosts::default();
        let host = host("http://ministry.example/", &hosts);
        for kind in [FailureKind::Reset, FailureKind::CutShort, FailureKind::Timeout] {
            host.turn(SECOND).await.expect("a turn").failed(kind);
        }
        host.turn(SECOND).await.expect("only two were the host's").answered(500, None);
        assert_eq!(host.turn(SECOND).await.map(|_| ()), Err(Away::GivenUp));
        hosts.new_round();
        host.turn(SECOND).await.expect("a turn").failed(FailureKind::Connect);
        host.turn(SECOND).await.expect("a turn").answered(200, None);
        host.turn(SECOND).await.expect("a turn").failed(FailureKind::Connect);
        host.turn(SECOND).await.expect("a turn").failed(FailureKind::Connect);
        assert!(host.turn(SECOND).await.is_ok(), "an answer between them begins the count anew");
    }
}
