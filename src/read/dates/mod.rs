//! Dates as offices state them: for machines in metadata, for people in print.
//!
//! A date keeps the precision and the zone that it is stated with; a source's own `timezone` makes a local time a
//! zoned one, and leaves a day a day. The month names are data ([`tables`]). Islamic and Solar Hijri dates become civil.
//! Knows no clock: relative dates count from the moment of capture that is handed in.

mod ago;
mod calendars;
mod clock;
mod grammar;
mod labels;
mod months;
mod relative;
mod scan;
mod tables;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::model::time::{Instant, Stated};
use grammar::Grammar;
use scan::{Token, tokens};

/// Longest text that may be a date line.
const LINE: usize = 120;
/// How far the sentence is read in which a page tells when it was published: author and headings may be named first, and
/// what can be done with comments after it.
const SENTENCE: usize = 300;

/// The first date in a short text as printed on a page.
///
/// `language` (BCP 47) decides between `04/05` of the United States and of elsewhere, `timezone` (an IANA name) is the
/// zone of a time without one, and `captured_at` is what relative dates (`1 день назад`) count from. Only the first
/// 400 characters are looked at.
pub fn printed(
    text: &str,
    language: Option<&str>,
    timezone: Option<&str>,
    captured_at: Option<Instant>,
) -> Option<Stated> {
    let tokens = tokens(text);
    let grammar = Grammar::new(&tokens, language, captured_at);
    let relative = captured_at.and_then(|now| relative::relative(&grammar, now, zone(timezone)));
    let absolute = grammar.first();
    match (absolute, relative) {
        (Some((at, _, moment)), Some((relative_at, _))) if at < relative_at => moment.stated(timezone),
        (_, Some((_, stated))) => Some(stated.stated(timezone)?),
        (Some((_, _, moment)), None) => moment.stated(timezone),
        (None, None) => None,
    }
}

/// The first date in a short text that is not called the date of a change, and no relative one.
///
/// Its second part says whether a word of the text calls it the date of publication.
pub fn published(
    text: &str,
    language: Option<&str>,
    timezone: Option<&str>,
    captured_at: Option<Instant>,
) -> Option<(Stated, bool)> {
    let tokens = tokens(text);
    let grammar = Grammar::new(&tokens, language, captured_at);
    let (_, _, moment) = grammar.first_published()?;
    Some((moment.stated(timezone)?, grammar.is_labelled()))
}

/// The date of a text that begins as press statements do: `Baku, 25 March 2023 –`, `25.03.2023.`, `Karlsruhe (12.11.2021).`
pub fn dateline(
    text: &str,
    language: Option<&str>,
    timezone: Option<&str>,
    captured_at: Option<Instant>,
) -> Option<Stated> {
    /// Words of a place, signs among them.
    const PLACE: usize = 5;
    let tokens = tokens(text);
    let grammar = Grammar::new(&tokens, language, captured_at);
    let (at, end, moment) = grammar.first()?;
    let place = at <= PLACE && (0..at).all(|place| !matches!(grammar.sign(place), Some('.' | '!' | '?')));
    let closed = end >= tokens.len()
        || matches!(grammar.sign(end), Some(')' | ']' | '.' | ',' | ':' | '/' | '-' | '–' | '—' | '|'))
        // somebody is quoted right after it
        || (at == 0 && matches!(grammar.sign(end), Some('„' | '«' | '“')));
    if place && closed { moment.stated(timezone) } else { None }
}

/// Whether a sentence is one in which a page tells when it was published, as WordPress ends its own.
pub fn tells_of_publication(text: &str) -> bool {
    let beginning: String = text.chars().take(SENTENCE).collect();
    Grammar::new(&tokens(&beginning), None, None).tells_of_publication()
}

/// Whether a short text is the label of a date of publication: `Datum`, `Дата публикации`.
pub fn is_label(text: &str) -> bool {
    Grammar::new(&tokens(text), None, None).is_labelled()
}

/// Whether a text, short or the end of a longer one, is a label that makes the date after it that of a change: `Last updated:`.
pub fn is_label_of_change(text: &str) -> bool {
    Grammar::new(&tokens(text), None, None).ends_with_label_of_change()
}

/// Whether a text holds a date of numbers that only one order makes a day, and which: month first or day first.
pub fn order(text: &str) -> Option<bool> {
    if text.chars().nth(LINE).is_some() || !text.contains(['/', '-']) {
        return None;
    }
    Grammar::new(&tokens(text), None, None).order()
}

/// A date as metadata states it: ISO 8601 and RFC 3339 in their looser spellings, RFC 2822, seconds or milliseconds since
/// 1970, else as printed.
pub fn machine(text: &str, language: Option<&str>, timezone: Option<&str>) -> Option<Stated> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)) {
        return in_range(time.date_naive()).then_some(Stated::Zoned(time));
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok().filter(|day| in_range(*day)).map(Stated::Day);
    }
    if matches!(text.len(), 10 | 13) && text.bytes().all(|b| b.is_ascii_digit()) {
        let time = DateTime::from_timestamp(text[..10].parse().ok()?, 0)?.fixed_offset();
        // A zero of a clock that was never set is no date of the web.
        return (time.year() >= 1995 && in_range(time.date_naive())).then_some(Stated::Zoned(time));
    }
    for form in ["%Y%m%dT%H%M%S%#z", "%Y%m%dT%H%M%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, form) {
            return in_range(time.date_naive()).then_some(Stated::Zoned(time));
        }
    }
    for form in ["%Y%m%dT%H%M%S", "%Y%m%d%H%M%S"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, form) {
            return in_range(time.date()).then(|| local(time, zone(timezone)));
        }
    }
    printed(text, language, timezone, None)
}

/// A date in the `strftime` form that a source's settings give; month names of any known language stand for English.
pub fn formatted(text: &str, form: &str, timezone: Option<&str>) -> Option<Stated> {
    let spaced: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let text = months::with_english_months(&spaced.join(" "));
    if let Ok((time, _)) = DateTime::parse_and_remainder(&text, form) {
        return Some(Stated::Zoned(time));
    }
    if let Ok((time, _)) = NaiveDateTime::parse_and_remainder(&text, form) {
        return Some(local(time, zone(timezone)));
    }
    NaiveDate::parse_and_remainder(&text, form).ok().map(|(day, _)| Stated::Day(day))
}

/// Whether a text is a date, a clock or a number and nothing else that says anything: `25.03.2023 (16:05)`,
/// `Posted on 1 May 2023`, `1234`, `1234 views`.
pub fn is_date_line(text: &str) -> bool {
    unexplained(text).is_some_and(|words| words == 0)
}

/// How many words of a short line are neither date, clock, number nor a word that stands beside such; `None` where
/// there is no date, clock or number at all, or the line is long.
pub fn unexplained(text: &str) -> Option<usize> {
    if text.chars().nth(LINE).is_some() || !text.contains(char::is_numeric) {
        return None;
    }
    let tokens = tokens(text);
    let grammar = Grammar::new(&tokens, None, None);
    tokens.iter().any(|placed| matches!(placed.token, Token::Number(..))).then(|| grammar.unexplained())
}

/// A day and perhaps a time, with the distance from UTC in minutes where it is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    day: NaiveDate,
    time: Option<NaiveTime>,
    offset: Option<i32>,
}

impl Moment {
    fn stated(self, timezone: Option<&str>) -> Option<Stated> {
        let Some(time) = self.time else { return Some(Stated::Day(self.day)) };
        let time = self.day.and_time(time);
        let Some(minutes) = self.offset else { return Some(local(time, zone(timezone))) };
        let offset = chrono::FixedOffset::east_opt(minutes * 60)?;
        offset.from_local_datetime(&time).single().map(Stated::Zoned)
    }
}

/// Years that a page can state: no statement is older than the telegraph, none comes from the next century.
fn in_range(day: NaiveDate) -> bool {
    (1900..2100).contains(&day.year())
}

fn zone(timezone: Option<&str>) -> Option<Tz> {
    timezone.and_then(|name| name.parse().ok())
}

/// A local time in the source's zone: the earlier of two where clocks went back, still local where it never was.
fn local(time: NaiveDateTime, zone: Option<Tz>) -> Stated {
    match zone.map(|zone| zone.from_local_datetime(&time)) {
        Some(MappedLocalTime::Single(zoned) | MappedLocalTime::Ambiguous(zoned, _)) => {
            Stated::Zoned(zoned.fixed_offset())
        }
        Some(MappedLocalTime::None) | None => Stated::Local(time),
    }
}
