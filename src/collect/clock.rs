//! The only place that reads the clock.
//!
//! Everything else is told what time it is, so that tests can step it. Waiting is not done here: it is tokio's, which
//! tests can pause.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::model::time::Instant;

/// What tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> Instant {
        chrono::Utc::now()
    }
}

/// A clock for tests: begins at an instant, and goes on by a fixed step at each look and as far as it is told.
#[derive(Debug)]
pub struct Stepped {
    next: Mutex<Instant>,
    step: TimeDelta,
}

impl Stepped {
    /// Shows `start` at the first look, and `step` more at each further one.
    pub fn new(start: Instant, step: TimeDelta) -> Self {
        Self { next: Mutex::new(start), step }
    }

    /// Goes on by so much.
    pub fn advance(&self, by: TimeDelta) {
        self.go_on(by);
    }

    /// Goes on, and says what it showed before. A clock that cannot go on stands still, which no test will miss.
    fn go_on(&self, by: TimeDelta) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = *next;
        *next = now.checked_add_signed(by).unwrap_or(now);
        now
    }
}

impl Clock for Stepped {
    fn now(&self) -> Instant {
        self.go_on(self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{parse_rfc3339, rfc3339};

    #[test]
    fn a_stepped_clock_goes_on_by_its_step() {
        let start = parse_rfc3339("2026-11-23T02:10:00Z").expect("an instant");
        let clock = Stepped::new(start, TimeDelta::seconds(2));
        assert_eq!(rfc3339(clock.now()), "2026-11-23T02:10:00.000Z");
        assert_eq!(rfc3339(clock.now()), "2026-11-23T02:10:02.000Z");
        clock.advance(TimeDelta::days(1));
        assert_eq!(rfc3339(clock.now()), "2026-11-24T02:10:04.000Z");
    }
}
