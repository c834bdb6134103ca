//! Which known statements are looked at again.
//!
//! Pure. The schedule counts from when a statement was first seen, so that a missed round is made up for in the next
//! one and a statement is never looked at twice for one point of it.

use chrono::TimeDelta;
use std::time::Duration;

use crate::archive::history::State;
use crate::archive::index::Known;
use crate::model::statement::StatementId;
use crate::model::time::Instant;

/// Most thousandths of an age by which a look is late.
const MOST_LATE: u32 = 100;

/// Which statements a round looks at again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recheck {
    /// Those whose time has come, and those that are missing.
    #[default]
    Due,
    /// All.
    All,
    /// None.
    None,
}

impl Recheck {
    /// Whether this one is looked at again at `now`.
    pub fn wants(self, known: &Known, schedule: &[Duration], now: Instant) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Due => {
                known.state == State::Missing
                    || is_due(known.first_seen, known.last_look, schedule, now, lateness(&known.statement))
            }
        }
    }
}

/// How late a statement is looked at, in thousandths of each age: the same at every point, another for each statement, so
/// that what was found in one round is not all looked at again in one.
fn lateness(statement: &StatementId) -> u32 {
    let digest = statement.digest();
    let [a, b, ..] = digest.as_bytes();
    u32::from(u16::from_be_bytes([*a, *b])) * MOST_LATE / u32::from(u16::MAX)
}

/// Whether a point of the schedule lies between the last look and now; after the last point, its last interval counts
/// from the last look, for ever.
fn is_due(first_seen: Instant, last_look: Instant, schedule: &[Duration], now: Instant, late: u32) -> bool {
    let late = |age: Duration| age.saturating_add((age / 1000).saturating_mul(late));
    let delta = |age: &Duration| TimeDelta::from_std(late(*age)).unwrap_or(TimeDelta::MAX);
    let points = schedule.iter().filter_map(|age| first_seen.checked_add_signed(delta(age)));
    let mut last_point = None;
    for point in points {
        if last_look < point && point <= now {
            return true;
        }
        last_point = last_point.max(Some(point));
    }
    let interval = match schedule {
        [.., before, last] => last.saturating_sub(*before),
        [only] => *only,
        [] => return false,
    };
    last_point.is_some_and(|point| now >= point)
        && last_look.checked_add_signed(delta(&interval)).is_some_and(|next| next <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn at(hours: i64) -> Instant {
        chrono::DateTime::from_timestamp(hours * 3600, 0).expect("a time")
    }

    #[test]
    fn each_point_is_looked_at_once_and_a_missed_one_is_made_up_for() {
        let schedule = [1, 6, 24].map(|h| Duration::from_secs(h * HOUR));
        let due = |last, now| is_due(at(0), at(last), &schedule, at(now), 0);
        assert!(!due(0, 0), "just seen");
        assert!(due(0, 1) && !due(1, 2) && due(1, 6) && !due(6, 7));
        assert!(due(1, 20), "the point at 6 h was missed");
        assert!(!due(20, 23) && due(20, 24));
        assert!(!due(24, 41) && due(24, 42), "then every 18 h, the last interval, from the last look");
        assert!(!is_due(at(0), at(0), &[], at(1000), 0));
    }
}
