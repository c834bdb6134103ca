//! Which known statements are looked at again.
//!
//! Pure. The schedule counts from when a statement was first seen, so that a missed round is made up for in the next
//! one and a statement is never looked at twice for one point of it, unless a look came to nothing.

use chrono::TimeDelta;
use std::time::Duration;

use crate::archive::history::State;
use crate::archive::index::Known;
use crate::model::statement::StatementId;
use crate::model::time::Instant;

/// Most thousandths of an age by which a look is late.
const MOST_LATE: u32 = 100;

/// Soonest that a look which showed nothing is made again.
const TRIED_AGAIN: TimeDelta = TimeDelta::hours(1);

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
                known.state == State::Missing || {
                    let looks = Looks { first: known.first_seen, learnt: known.last_learnt, last: known.last_look };
                    is_due(looks, schedule, now, lateness(&known.statement))
                }
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

/// The looks at a statement, as far as the schedule goes by them.
#[derive(Clone, Copy)]
struct Looks {
    first: Instant,
    /// The last one that showed how the statement stands.
    learnt: Instant,
    /// The last one, whatever came of it.
    last: Instant,
}

/// Whether a point of the schedule lies between the last look that showed anything and now.
///
/// A look that shows nothing serves for no point, and is made again: an hour later, and then ever more seldom, each time
/// after as long as it is late by now, so that an office that blocks us is not asked at every round.
fn is_due(looks: Looks, schedule: &[Duration], now: Instant, late: u32) -> bool {
    let passed = Points { first: looks.first, schedule, late }.after(looks.learnt).take_while(|point| *point <= now);
    // the last of several serves for all
    let Some(point) = passed.last() else { return false };
    looks.last < point || now - looks.last >= (looks.last - point).max(TRIED_AGAIN)
}

/// When a statement is looked at next, after a look at `at`; `None` where the schedule is empty.
pub fn next_look(known: &Known, schedule: &[Duration], at: Instant) -> Option<Instant> {
    Points { first: known.first_seen, schedule, late: lateness(&known.statement) }.after(at).next()
}

/// The points in time at which a statement is looked at again.
#[derive(Clone, Copy)]
struct Points<'a> {
    first: Instant,
    schedule: &'a [Duration],
    late: u32,
}

impl<'a> Points<'a> {
    /// Those after a look, in order: of the schedule, and after its last one the point that is its last interval after that
    /// look.
    fn after(self, look: Instant) -> impl Iterator<Item = Instant> + 'a {
        let Self { first, schedule, .. } = self;
        let own = schedule.iter().filter_map(move |age| first.checked_add_signed(self.late(*age)));
        let end = own.clone().max();
        let interval = match schedule {
            [.., before, last] => Some(last.saturating_sub(*before)),
            [only] => Some(*only),
            [] => None,
        };
        let beyond = interval.and_then(|interval| look.checked_add_signed(self.late(interval)));
        let beyond = beyond.filter(|_| end.is_some_and(|end| end <= look));
        own.filter(move |point| *point > look).chain(beyond)
    }

    fn late(self, age: Duration) -> TimeDelta {
        let late = age.saturating_add((age / 1000).saturating_mul(self.late));
        TimeDelta::from_std(late).unwrap_or(TimeDelta::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn at(hours: i64) -> Instant {
        chrono::DateTime::from_timestamp(hours * 3600, 0).expect("a time")
    }

    /// All that were made showed something.
    fn looks(last: Instant) -> Looks {
        Looks { first: at(0), learnt: last, last }
    }

    #[test]
    fn a_look_that_shows_nothing_is_made_again_ever_more_seldom() {
        let schedule = [1, 6, 24, 72].map(|h| Duration::from_secs(h * HOUR));
        // an office that blocks every look from the second hour on
        let (mut tried, mut last) = (Vec::new(), at(1));
        for hour in 2..=72 {
            if is_due(Looks { first: at(0), learnt: at(1), last }, &schedule, at(hour), 0) {
                last = at(hour);
                tried.push(hour);
            }
        }
        assert_eq!(tried, [6, 7, 8, 10, 14, 22, 24, 25, 26, 28, 32, 40, 56, 72]);
        let back = Looks { first: at(0), learnt: at(73), last: at(73) };
        assert!(
            (74..100).all(|hour| !is_due(back, &schedule, at(hour), 0)),
            "one look serves for all that were missed"
        );
    }

    #[test]
    fn each_point_is_looked_at_once_and_a_missed_one_is_made_up_for() {
        let schedule = [1, 6, 24].map(|h| Duration::from_secs(h * HOUR));
        let due = |last, now| is_due(looks(at(last)), &schedule, at(now), 0);
        assert!(!due(0, 0), "just seen");
        assert!(due(0, 1) && !due(1, 2) && due(1, 6) && !due(6, 7));
        assert!(due(1, 20), "the point at 6 h was missed");
        assert!(!due(20, 23) && due(20, 24));
        assert!(!due(24, 41) && due(24, 42), "then every 18 h, the last interval, from the last look");
        assert!(!is_due(looks(at(0)), &[], at(1000), 0));
    }

    /// The hours at which a statement first seen at 0 is looked at again, with a round at each of `rounds` (in hours).
    fn looked_at(schedule: &[Duration], late: u32, rounds: impl Iterator<Item = f64>) -> Vec<f64> {
        let moment = |hours: f64| at(0) + TimeDelta::seconds((hours * 3600.0) as i64);
        let mut last = at(0);
        rounds
            .filter(|hours| {
                let due = is_due(looks(last), schedule, moment(*hours), late);
                last = if due { moment(*hours) } else { last };
                due
            })
            .collect()
    }

    fn quarters(days: u32) -> impl Iterator<Item = f64> {
        (0..days * 96).map(|quarter| f64::from(quarter) / 4.0)
    }

    #[test]
    fn three_days_of_quarter_hours_look_once_for_each_point_however_late_a_statement_is() {
        let schedule = [1, 6, 24, 72].map(|h| Duration::from_secs(h * HOUR));
        assert_eq!(looked_at(&schedule, 0, quarters(4)), [1.0, 6.0, 24.0, 72.0]);
        for late in 0..=MOST_LATE {
            let looks = looked_at(&schedule, late, quarters(4));
            assert_eq!(looks.len(), 4, "{late}: {looks:?}");
            for (look, point) in looks.iter().zip([1.0, 6.0, 24.0, 72.0]) {
                let most = point * 1.1 + 0.25;
                assert!(*look >= point && *look <= most, "{late}: {look} h for the point at {point} h");
            }
        }
    }

    #[test]
    fn a_day_without_rounds_is_made_up_for_once() {
        let schedule = [1, 6, 24, 72].map(|h| Duration::from_secs(h * HOUR));
        let gap = |hours: &f64| !(2.0..30.0).contains(hours);
        for late in [0, 50, MOST_LATE] {
            let looks = looked_at(&schedule, late, quarters(4).filter(gap));
            assert_eq!(looks.len(), 3, "{late}: {looks:?}");
            assert_eq!(looks[1], 30.0, "{late}: two points were missed, and one look serves for both");
        }
    }

    #[test]
    fn a_round_a_day_keeps_the_schedule_for_months() {
        let schedule = [1, 7, 30, 90].map(|days| Duration::from_secs(days * 24 * HOUR));
        let days = |late| -> Vec<f64> {
            let rounds = (0..400).map(|day| f64::from(day) * 24.0);
            looked_at(&schedule, late, rounds).into_iter().map(|hours| hours / 24.0).collect()
        };
        assert_eq!(days(0), [1.0, 7.0, 30.0, 90.0, 150.0, 210.0, 270.0, 330.0, 390.0]);
        assert_eq!(days(MOST_LATE), [2.0, 8.0, 33.0, 99.0, 165.0, 231.0, 297.0, 363.0]);
    }
}
