//! The robots.txt of one host: the copy that is known, how long it holds, and what holds where there is none.
//!
//! A copy holds for a day, and on while no new one can be had (RFC 9309, section 2.4). It outlives the process: what changes is
//! given away to be remembered, and what was remembered is read only once it is needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use url::Url;

use super::Rules;
use crate::archive::index::{KeptRobots, RobotsCopy};
use crate::collect::clock::Clock;
use crate::collect::fetch::{Failure, FailureKind};
use crate::model::capture::Visit;
use crate::model::time::Instant;

/// How long a file is taken to hold (RFC 9309, section 2.4).
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How soon a file that could not be had is asked for again within one round.
const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// After so long a host without a reachable file counts as one that has none (RFC 9309, section 2.3.1.4).
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(30);

/// The rules of one host, while they hold.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Mutex<Kept>,
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The last file that was had.
    copy: Option<Copy>,
    /// What holds now, and until when.
    holding: Option<(Arc<Rules>, Instant)>,
    unreachable_since: Option<Instant>,
    /// What is to be remembered.
    news: Option<KeptRobots>,
}

/// A file that was had: as it was remembered, or as it was read.
#[derive(Clone, Debug)]
enum Copy {
    Remembered(RobotsCopy),
    Read(Arc<Rules>),
}

/// What a look at a robots.txt means (RFC 9309, section 2.3.1).
enum Meaning {
    /// The file, or that there is none.
    Had(Option<Vec<u8>>),
    /// It could not be had.
    Unreachable(FailureKind, String),
    /// The host was not even asked.
    NotAsked(FailureKind, String),
}

impl Cache {
    /// The rules for the host of `url`, through `fetch` when none hold. Many may ask at once; one fetches.
    pub async fn rules(
        &self,
        url: &Url,
        clock: &dyn Clock,
        fetch: impl AsyncFnOnce(Url) -> Result<Visit, Failure>,
    ) -> Arc<Rules> {
        if let Some(rules) = self.lock().fresh(clock.now()) {
            return rules;
        }
        let _asking = self.asking.lock().await;
        if let Some(rules) = self.lock().fresh(clock.now()) {
            return rules;
        }
        let mut address = url.clone();
        address.set_path("/robots.txt");
        address.set_query(None);
        address.set_fragment(None);
        let found = meaning(fetch(address).await);
        self.lock().take_in(found, clock.now())
    }

    /// Takes over what was remembered of the host, where nothing newer is known.
    pub fn remember(&self, robots: KeptRobots) {
        let mut kept = self.lock();
        if kept.copy.is_none() {
            kept.copy = robots.copy.map(Copy::Remembered);
            kept.unreachable_since = robots.unreachable_since;
        }
    }

    /// What is to be remembered since this was last asked; the name of the host is left open.
    pub fn news(&self) -> Option<KeptRobots> {
        self.lock().news.take()
    }

    /// Begins a round: a file that could not be had is asked for again.
    pub fn new_round(&self) {
        let mut kept = self.lock();
        if kept.unreachable_since.is_some() {
            kept.holding = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn fresh(&mut self, now: Instant) -> Option<Arc<Rules>> {
        if let Some(Copy::Remembered(copy)) = &self.copy
            && self.unreachable_since.is_none()
            // one of the future was noted by a clock that has been set back since: there is no telling how old it is
            && copy.fetched <= now
            && now < copy.fetched + KEPT_FOR
        {
            let until = copy.fetched + KEPT_FOR;
            let rules = self.last()?;
            self.holding = Some((rules, until));
        }
        self.holding.as_ref().filter(|(_, until)| now < *until).map(|(rules, _)| Arc::clone(rules))
    }

    /// The rules of the last file that was had, however old.
    fn last(&mut self) -> Option<Arc<Rules>> {
        let rules = match self.copy.as_ref()? {
            Copy::Read(rules) => Arc::clone(rules),
            Copy::Remembered(copy) => Arc::new(Rules::of(copy.body.as_deref())),
        };
        self.copy = Some(Copy::Read(Arc::clone(&rules)));
        Some(rules)
    }

    fn take_in(&mut self, found: Meaning, now: Instant) -> Arc<Rules> {
        match found {
            Meaning::Had(body) => {
                let rules = Arc::new(Rules::of(body.as_deref()));
                self.copy = Some(Copy::Read(Arc::clone(&rules)));
                self.holding = Some((Arc::clone(&rules), now + KEPT_FOR));
                self.unreachable_since = None;
                let copy = Some(RobotsCopy { fetched: now, body });
                self.news = Some(KeptRobots { copy, ..KeptRobots::default() });
                rules
            }
            Meaning::Unreachable(kind, why) => {
                let since = match self.unreachable_since {
                    Some(since) => since,
                    None => {
                        let news = self.news.get_or_insert_default();
                        news.unreachable_since = Some(now);
                        *self.unreachable_since.insert(now)
                    }
                };
                // what is known of old holds on until there is something new
                let rules = self.last().unwrap_or_else(|| {
                    let long = now - since >= GIVEN_UP_AFTER;
                    Arc::new(if long { Rules::allow_all() } else { Rules::unavailable(kind, &why) })
                });
                self.holding = Some((Arc::clone(&rules), now + ASKED_AGAIN));
                rules
            }
            // not worth remembering
            Meaning::NotAsked(kind, why) => self.last().unwrap_or_else(|| Arc::new(Rules::unavailable(kind, &why))),
        }
    }
}

fn meaning(look: Result<Visit, Failure>) -> Meaning {
    let failure = match look {
        Ok(visit) => {
            return match visit.answer.status {
                200..=299 => Meaning::Had(Some(visit.answer.body)),
                // a host that is too busy for its rules has not said that there are none
                429 | 500.. => {
                    let why = format!("the server answers {}", visit.answer.status);
                    Meaning::Unreachable(FailureKind::RobotsUnavailable, why)
                }
                _ => Meaning::Had(None),
            };
        }
        Err(failure) => failure,
    };
    match failure.kind {
        // It leads nowhere, or away from the host: there is none here.
        FailureKind::Redirects | FailureKind::OffSite | FailureKind::Forbidden => Meaning::Had(None),
        FailureKind::Busy | FailureKind::LeftAlone | FailureKind::GivenUp => {
            Meaning::NotAsked(failure.kind, failure.reason)
        }
        FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::ConnectTimeout
        | FailureKind::Tls
        | FailureKind::Reset
        | FailureKind::Timeout
        | FailureKind::TooSlow
        | FailureKind::TooLarge
        | FailureKind::CutShort
        | FailureKind::Protocol
        | FailureKind::Robots
        | FailureKind::RobotsUnavailable => Meaning::Unreachable(FailureKind::RobotsUnavailable, failure.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::clock::Stepped;
    use crate::collect::stage::{clock, exchange};

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn answer(status: u16, body: &str) -> Result<Visit, Failure> {
        Ok(Visit { hops: vec![], answer: exchange("http://ministry.example/robots.txt", status, "text/plain", body) })
    }

    fn taken(look: Result<Visit, Failure>) -> Arc<Rules> {
        Kept::default().take_in(meaning(look), clock().now())
    }

    async fn ask(cache: &Cache, clock: &Stepped, status: u16, body: &str) -> Arc<Rules> {
        cache.rules(&url("http://ministry.example/search"), clock, async |_| answer(status, body)).await
    }

    async fn kept(cache: &Cache, clock: &Stepped) -> Arc<Rules> {
        let page = url("http://ministry.example/search");
        cache.rules(&page, clock, async |_| unreachable!("what is known still holds")).await
    }

    fn allows(rules: &Rules) -> bool {
        rules.check(&url("http://ministry.example/search")).is_ok()
    }

    #[test]
    fn absent_allows_and_unavailable_forbids() {
        assert!(allows(&taken(answer(404, ""))));
        assert!(allows(&taken(answer(403, ""))));
        assert!(!allows(&taken(answer(503, ""))));
        assert!(!allows(&taken(answer(429, ""))));
        let unreachable = taken(Err(Failure::new(FailureKind::Timeout, "no answer")));
        let failure = unreachable.check(&url("http://ministry.example/x")).expect_err("forbidden");
        assert_eq!(failure.kind, FailureKind::RobotsUnavailable);
        assert!(allows(&taken(Err(Failure::new(FailureKind::OffSite, "elsewhere")))));
        assert!(allows(&taken(answer(200, "<html><body>Just a moment...</body></html>"))));
    }

    #[tokio::test]
    async fn a_file_holds_for_a_day_and_then_on_while_there_is_no_new_one() {
        let (cache, clock) = (Cache::default(), clock());
        let rules = ask(&cache, &clock, 200, "User-agent: *\nDisallow: /search").await;
        assert!(!allows(&rules));
        assert!(Arc::ptr_eq(&rules, &kept(&cache, &clock).await));
        clock.advance(KEPT_FOR);
        let old = ask(&cache, &clock, 500, "").await;
        assert!(Arc::ptr_eq(&rules, &old));
        clock.advance(ASKED_AGAIN);
        assert!(allows(&*ask(&cache, &clock, 404, "").await));
    }

    #[tokio::test]
    async fn what_could_not_be_had_is_asked_for_in_the_next_round() {
        let (cache, clock) = (Cache::default(), clock());
        assert!(!allows(&*ask(&cache, &clock, 500, "").await));
        assert!(!allows(&*kept(&cache, &clock).await));
        cache.new_round();
        assert!(allows(&*ask(&cache, &clock, 200, "").await));
    }

    #[tokio::test]
    async fn another_process_goes_on_with_what_was_remembered() {
        let (first, clock) = (Cache::default(), clock());
        assert!(!allows(&*ask(&first, &clock, 200, "User-agent: *\nDisallow: /search").await));
        let copy = first.news().expect("a file to remember");
        assert_eq!(first.news(), None, "it is given once");
        clock.advance(KEPT_FOR - TimeDelta::minutes(1));
        let second = Cache::default();
        second.remember(copy.clone());
        assert!(!allows(&*kept(&second, &clock).await));
        clock.advance(TimeDelta::minutes(1));
        assert!(!allows(&*ask(&second, &clock, 503, "").await), "the old one holds on");
        let gone = second.news().expect("that it cannot be had");
        assert_eq!((gone.copy, gone.unreachable_since), (None, Some(clock.now())));
        let third = Cache::default();
        third.remember(KeptRobots { unreachable_since: gone.unreachable_since, ..copy });
        assert!(allows(&*ask(&third, &clock, 404, "").await), "it is asked for, not taken to hold");
    }

    #[tokio::test]
    async fn a_month_without_a_reachable_file_is_a_host_without_one() {
        let clock = clock();
        let mut remembered = KeptRobots::default();
        for (days, allowed) in [(0, false), (29, false), (1, true)] {
            clock.advance(TimeDelta::days(days));
            let cache = Cache::default();
            cache.remember(remembered.clone());
            assert_eq!(allows(&*ask(&cache, &clock, 500, "").await), allowed, "{days} days on");
            remembered.unreachable_since =
                cache.news().map_or(remembered.unreachable_since, |news| news.unreachable_since);
        }
    }
}
