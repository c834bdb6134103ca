//! Dates that a page counts back from the moment it is looked at: `1 день назад`, `yesterday at 16:40`.
//!
//! What is counted in minutes or hours is given as a day: nothing more exact was stated.

use chrono::{Months, TimeDelta, Utc};
use chrono_tz::Tz;

use super::Moment;
use super::grammar::Grammar;
use super::scan::Token;
use super::tables::{AGO, NEAR, SINCE, UNITS, Unit};
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
    let (end, unit) = unit(grammar, unit_at)?;
    let before = at.checked_sub(1).and_then(|place| grammar.word(place));
    let since = before.is_some_and(|word| SINCE.contains(&word)) && (before != Some("a") || il_y(grammar, at));
    if !since && !one_or_two(grammar, end).any(|word| AGO.contains(&word.as_str())) {
        return None;
    }
    let then = match unit {
        Unit::Minutes(minutes) => now - TimeDelta::minutes(i64::from(minutes * count)),
        Unit::Days(days) => now - TimeDelta::days(i64::from(days * count)),
        Unit::Months(months) => now.checked_sub_months(Months::new(months * count))?,
    };
    Some(Moment { day: day_in(then, zone), time: None, offset: None })
}

/// The unit at a place; Han characters are words of their own, so that two of them may be one.
fn unit(grammar: &Grammar<'_>, at: usize) -> Option<(usize, Unit)> {
    let mut words = one_or_two(grammar, at);
    let (one, two) = (words.next()?, words.next());
    let named = |word: &str| UNITS.iter().find(|(stem, _)| word.starts_with(stem)).map(|(_, unit)| *unit);
    let whole = two.and_then(|two| UNITS.iter().find(|(stem, _)| *stem == two));
    whole.map(|(_, unit)| (at + 2, *unit)).or_else(|| named(&one).map(|unit| (at + 1, unit)))
}

/// The word at a place, then that word with the next one.
fn one_or_two(grammar: &Grammar<'_>, at: usize) -> impl Iterator<Item = String> {
    let one = grammar.word(at).map(str::to_owned);
    let two = one.as_ref().zip(grammar.word(at + 1)).map(|(one, two)| format!("{one}{two}"));
    one.into_iter().chain(two)
}

/// The French `il y a` before a number.
fn il_y(grammar: &Grammar<'_>, at: usize) -> bool {
    at >= 3 && grammar.is(at - 3, &["il"]) && grammar.is(at - 2, &["y"])
}

/// `today`, `вчера в 16:40`.
fn near(grammar: &Grammar<'_>, at: usize, now: Instant, zone: Option<Tz>) -> Option<Moment> {
    let (_, back) = one_or_two(grammar, at).find_map(|word| NEAR.iter().find(|(name, _)| *name == word))?;
    let day = day_in(now - TimeDelta::days(i64::from(*back)), zone);
    let timed = (at + 1..=at + 3).find_map(|place| grammar.time(place));
    Some(Moment { day, time: timed.map(|(_, time, _)| time), offset: timed.and_then(|(_, _, offset)| offset) })
}

fn day_in(instant: Instant, zone: Option<Tz>) -> chrono::NaiveDate {
    zone.map_or_else(|| instant.with_timezone(&Utc).date_naive(), |zone| instant.with_timezone(&zone).date_naive())
}
