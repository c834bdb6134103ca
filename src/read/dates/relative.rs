//! Dates that a page counts back from the moment it is looked at: `1 день назад`, `yesterday at 16:40`.
//!
//! What is counted in minutes or hours is given as a day: nothing more exact was stated.

use chrono::{Months, TimeDelta, Utc};
use chrono_tz::Tz;

use super::Moment;
use super::grammar::Grammar;
use super::scan::Token;
use super::tables::{AGO, NEAR, UNITS, Unit};
use crate::model::time::Instant;

/// Longest way back that is believed, in units.
const FARTHEST: u32 = 1000;

/// The first relative date, and the token at which it begins.
pub(super) fn relative(grammar: &Grammar<'_>, now: Instant, zone: Option<Tz>) -> Option<(usize, Moment)> {
    let mut at = 0;
    while let Some(token) = grammar.token(at) {
        let found = match token {
            Token::Number(..) | Token::Word(_) => ago(grammar, at, now, zone).or_else(|| near(grammar, at, now, zone)),
            Token::Sign(_) => None,
        };
        if let Some(moment) = found {
            return Some((at, moment));
        }
        at += 1;
    }
    None
}

/// `3 hours ago`, `день назад`.
fn ago(grammar: &Grammar<'_>, at: usize, now: Instant, zone: Option<Tz>) -> Option<Moment> {
    let (count, unit_at) = match grammar.number(at) {
        Some((count, digits)) if digits <= 3 && count <= FARTHEST => (count, at + 1),
        Some(_) => return None,
        None if matches!(grammar.word(at), Some("a" | "an" | "one")) => (1, at + 1),
        None => (1, at),
    };
    let word = grammar.word(unit_at)?;
    let (_, unit) = UNITS.iter().find(|(stem, _)| word.starts_with(stem))?;
    if !AGO.contains(&grammar.word(unit_at + 1)?) {
        return None;
    }
    let then = match *unit {
        Unit::Minutes(minutes) => now - TimeDelta::minutes(i64::from(minutes * count)),
        Unit::Days(days) => now - TimeDelta::days(i64::from(days * count)),
        Unit::Months(months) => now.checked_sub_months(Months::new(months * count))?,
    };
    Some(Moment { day: day_in(then, zone), time: None, offset: None })
}

/// `today`, `вчера в 16:40`.
fn near(grammar: &Grammar<'_>, at: usize, now: Instant, zone: Option<Tz>) -> Option<Moment> {
    let word = grammar.word(at)?;
    let (_, back) = NEAR.iter().find(|(name, _)| *name == word)?;
    let day = day_in(now - TimeDelta::days(i64::from(*back)), zone);
    let timed = (at + 1..=at + 3).find_map(|place| grammar.time(place));
    Some(Moment { day, time: timed.map(|(_, time, _)| time), offset: timed.and_then(|(_, _, offset)| offset) })
}

fn day_in(instant: Instant, zone: Option<Tz>) -> chrono::NaiveDate {
    zone.map_or_else(|| instant.with_timezone(&Utc).date_naive(), |zone| instant.with_timezone(&zone).date_naive())
}
