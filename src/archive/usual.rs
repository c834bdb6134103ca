//! What is usual for a source: how long it is silent between two statements, and how long it fails before it is back.
//!
//! Judged from what the log holds, and as of the last look: that nobody looked says nothing about an office.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use crate::model::time::{Instant, Stated};

/// So many gaps must be known before a silence can be called unusual, and so many of the last are counted.
const FEWEST_GAPS: usize = 10;
const MOST_GAPS: usize = 50;
/// A silence is unusual that is longer than each of those gaps, and so many times as long as the longest but a tenth of them.
///
/// For an office that publishes at random (the worst case) that is a false alarm at one gap in seventy where ten are known,
/// and at one in four hundred where fifty are. A first long holiday is told as well: it is longer than usual.
const TIMES: i64 = 3;

/// Failing is unusual from so many rounds in a row on, over so long a time: what is shorter happens to everybody.
const FEWEST_ROUNDS: usize = 3;
const SHORTEST_SPELL: TimeDelta = TimeDelta::hours(6);

/// A statement, as a sign that its source speaks.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// When it was first looked at.
    pub first_seen: Instant,
    /// Its date as stated.
    pub published: Option<Stated>,
}

/// When a source's list was looked at, as far as its silence is judged by it.
#[derive(Clone, Copy, Debug)]
pub struct Listened {
    /// When the first round ended: what it took says nothing about when it was published but by its own dates.
    pub first: Instant,
    /// The last answer.
    pub last: Instant,
    /// The last answer in a round before that.
    pub before: Option<Instant>,
}

/// A source that has published nothing for longer than is usual for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Its last sign.
    pub since: Instant,
    /// The longest that is usual.
    pub usual: TimeDelta,
    /// Whether it was not yet so at the answer before.
    pub begun: bool,
}

/// How a source fared in a round.
#[derive(Clone, Copy, Debug)]
pub struct Fared {
    /// When the round began.
    pub round: Instant,
    /// When it ended.
    pub ended: Instant,
    /// Whether the source as a whole failed.
    pub unwell: bool,
}

/// A source that has been failing for longer than is usual for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// The first of the rounds in a row that failed.
    pub since: Instant,
    /// How many they are.
    pub rounds: usize,
    /// The longest that is usual.
    pub usual: TimeDelta,
    /// Whether it was not yet so in the round before.
    pub begun: bool,
}

/// Whether a source's silence is longer than is usual for it.
///
/// Days are counted, in UTC: several statements of a day are one sign, and a date without a time is as good as one with it.
/// A source with too few gaps has nothing that is usual.
pub fn silence(signs: &[Sign], listened: Listened) -> Option<Silence> {
    let seen_since = |sign: &Sign| (sign.first_seen > listened.first).then_some(sign.first_seen);
    // nothing is published after it was seen, whatever it says
    let spoken = |sign: &Sign| match sign.published.and_then(|stated| stated.latest()) {
        Some(stated) => Some(stated.min(sign.first_seen)),
        None => seen_since(sign),
    };
    let days: BTreeSet<NaiveDate> = signs.iter().filter_map(spoken).map(|moment| moment.date_naive()).collect();
    let days: Vec<NaiveDate> = days.into_iter().rev().take(MOST_GAPS + 1).collect();
    let mut gaps: Vec<i64> = days.windows(2).map(|pair| (pair[0] - pair[1]).num_days()).collect();
    if gaps.len() < FEWEST_GAPS {
        return None;
    }
    gaps.sort_unstable();
    let (longest, most) = (*gaps.last()?, *gaps.get(gaps.len() * 9 / 10 - 1)?);
    let usual = longest.max(most * TIMES);
    // a date that is misread or backdated does not hide that something new was there to see
    let since = signs.iter().flat_map(|sign| [spoken(sign), seen_since(sign)]).flatten().max()?;
    let unusual = |at: Instant| (at.date_naive() - since.date_naive()).num_days() > usual;
    unusual(listened.last).then(|| Silence {
        since,
        usual: TimeDelta::days(usual),
        begun: !listened.before.is_some_and(unusual),
    })
}

/// The least that a source must have been silent for [`silence`] to find it so; what is shorter need not be judged.
pub fn shortest_silence() -> TimeDelta {
    TimeDelta::days(TIMES)
}

/// Whether a source has been failing for longer than is usual for it; its rounds come newest first.
pub fn failing(rounds: &[Fared]) -> Option<Failing> {
    let spell = rounds.iter().take_while(|fared| fared.unwell).count();
    let (spell, earlier) = rounds.split_at(spell);
    let since = spell.last()?.round;
    let usual = longest_spell(earlier).max(SHORTEST_SPELL);
    let unusual =
        |spell: &[Fared]| spell.len() >= FEWEST_ROUNDS && spell.first().is_some_and(|last| last.ended - since > usual);
    unusual(spell).then(|| Failing { since, rounds: spell.len(), usual, begun: !unusual(&spell[1..]) })
}

/// The longest time from a round that failed to the next that did not.
fn longest_spell(rounds: &[Fared]) -> TimeDelta {
    let mut longest = TimeDelta::zero();
    let mut back = None;
    for fared in rounds {
        match (fared.unwell, back) {
            (true, Some(back)) => longest = longest.max(back - fared.round),
            (true, None) => {}
            (false, _) => back = Some(fared.round),
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::parse_rfc3339;

    fn day(number: i64) -> Instant {
        parse_rfc3339("2026-01-05T09:00:00Z").expect("a Monday") + TimeDelta::days(number)
    }

    /// Statements seen on these days, with no date of their own.
    fn seen(days: impl IntoIterator<Item = i64>) -> Vec<Sign> {
        days.into_iter().map(|number| Sign { first_seen: day(number), published: None }).collect()
    }

    fn looked(last: i64) -> Listened {
        Listened { first: day(-1), last: day(last), before: Some(day(last - 1)) }
    }

    fn weekdays(until: i64) -> impl Iterator<Item = i64> {
        (0..=until).filter(|number| number % 7 < 5)
    }

    #[test]
    fn an_office_that_publishes_on_weekdays_is_silent_after_the_third_weekend() {
        // the last is a Friday; a weekend is three days, and every fifth gap is one
        let signs = seen(weekdays(39));
        assert_eq!(silence(&signs, looked(39 + 3)), None, "a weekend");
        assert_eq!(silence(&signs, looked(39 + 9)), None);
        let found = Silence { since: day(39), usual: TimeDelta::days(9), begun: true };
        assert_eq!(silence(&signs, looked(39 + 10)), Some(found));
        assert_eq!(silence(&signs, looked(39 + 11)), Some(Silence { begun: false, ..found }), "it is told once");
    }

    #[test]
    fn one_that_publishes_in_bursts_may_be_silent_between_them() {
        // three days in a row every five weeks: of eleven gaps three are long, so one more is no surprise
        let signs = seen([0, 1, 2, 35, 36, 37, 70, 71, 72, 105, 106, 107]);
        assert_eq!(silence(&signs, looked(107 + 40)), None);
        assert_eq!(silence(&signs, looked(107 + 99)), None);
        assert!(silence(&signs, looked(107 + 100)).is_some());
    }

    #[test]
    fn many_statements_of_a_day_are_one_sign_and_one_long_holiday_is_waited_for() {
        let mut signs = seen((0..30).flat_map(|number| [number, number, number]));
        assert_eq!(silence(&signs, looked(29 + 3)), None);
        assert!(silence(&signs, looked(29 + 4)).is_some(), "daily, so after three days");
        signs.extend(seen(50..60));
        assert_eq!(silence(&signs, looked(59 + 21)), None, "as long as the holiday");
        assert!(silence(&signs, looked(59 + 22)).is_some());
    }

    #[test]
    fn with_few_gaps_nothing_is_usual() {
        assert_eq!(silence(&[], looked(1000)), None);
        assert_eq!(silence(&seen(0..10), looked(1000)), None, "nine gaps");
        assert!(silence(&seen(0..11), looked(1000)).is_some(), "ten");
    }

    #[test]
    fn what_the_first_round_took_counts_by_its_dates_alone() {
        let listened = Listened { first: day(100), last: day(111), before: Some(day(110)) };
        let dated = |number: i64| Sign { first_seen: day(100), published: Some(Stated::Day(day(number).date_naive())) };
        let signs: Vec<Sign> = (80..=100).map(dated).collect();
        let found = silence(&signs, listened).expect("its dates show a rhythm");
        assert_eq!((found.since, found.usual), (day(100), TimeDelta::days(3)), "not after it was seen");
        let undated: Vec<Sign> = signs.iter().map(|sign| Sign { published: None, ..*sign }).collect();
        assert_eq!(silence(&undated, listened), None);
        // what was slipped in with an old date is a sign all the same
        let slipped = Sign { first_seen: day(110), ..dated(3) };
        assert_eq!(silence(&[signs, vec![slipped]].concat(), listened), None);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_silent_and_nothing_fail_longer() {
        assert_eq!(silence(&seen(0..20), looked(-500)), None);
        let spell = |hours: &[i64]| hours.iter().map(|hour| fared(*hour, true)).collect::<Vec<_>>();
        assert_eq!(failing(&spell(&[-900, -901, 2, 1, 0])), None);
    }

    fn fared(hour: i64, unwell: bool) -> Fared {
        let round = day(0) + TimeDelta::hours(hour);
        Fared { round, ended: round + TimeDelta::minutes(1), unwell }
    }

    /// Rounds an hour apart, oldest first: `x` failed.
    fn rounds(fates: &str) -> Vec<Fared> {
        let rounds = fates.chars().enumerate();
        let mut rounds: Vec<Fared> =
            rounds.map(|(hour, fate)| fared(i64::try_from(hour).expect("an hour"), fate == 'x')).collect();
        rounds.reverse();
        rounds
    }

    #[test]
    fn failing_is_unusual_after_some_hours_and_is_told_once() {
        assert_eq!(failing(&[]), None);
        assert_eq!(failing(&rounds("...")), None);
        assert_eq!(failing(&rounds("..xxxxxx")), None, "five hours and a minute");
        let found = failing(&rounds("..xxxxxxx")).expect("six hours and a minute");
        assert_eq!(
            found,
            Failing { since: day(0) + TimeDelta::hours(2), rounds: 7, usual: SHORTEST_SPELL, begun: true }
        );
        assert!(!failing(&rounds("..xxxxxxxx")).expect("it goes on").begun);
        assert_eq!(failing(&rounds("..xxxxxxxx.")), None, "it is back");
    }

    #[test]
    fn what_has_failed_as_long_before_is_usual() {
        // a night of ten hours, from the first failing round to the first that did not
        let before = "..xxxxxxxxxx...xx..";
        assert_eq!(failing(&rounds(&format!("{before}xxxxxxxxxx"))), None, "nine hours and a minute");
        let found = failing(&rounds(&format!("{before}xxxxxxxxxxx"))).expect("ten hours and a minute");
        assert_eq!((found.usual, found.begun), (TimeDelta::hours(10), true));
    }

    #[test]
    fn two_rounds_are_no_spell_however_far_apart() {
        assert_eq!(failing(&[fared(900, true), fared(0, true)]), None);
        assert!(failing(&[fared(901, true), fared(900, true), fared(0, true)]).expect("three").begun);
    }
}
