//! Times: the archive's own instants, and dates as an office stated them.
//!
//! Nothing here reads a clock. Our own times are UTC to the millisecond; a stated date keeps the precision and the
//! zone that it was stated with and is never converted.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound, Timelike, Utc};

/// A moment as our own clock said it, in UTC.
pub type Instant = DateTime<Utc>;

/// An instant as the archive writes it: RFC 3339 in UTC with milliseconds, `2026-11-23T02:10:00.123Z`.
pub fn rfc3339(instant: Instant) -> String {
    instant.trunc_subsecs(3).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads an RFC 3339 time with any offset.
pub fn parse_rfc3339(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

/// An instant as file names and CDXJ have it: `20261123T021000Z`.
pub fn compact(instant: Instant) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A publication date, exactly as precise as it was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// A day alone.
    Day(NaiveDate),
    /// A local time whose zone is not known.
    Local(NaiveDateTime),
    /// A time with its offset.
    Zoned(DateTime<FixedOffset>),
}

impl Stated {
    /// The day, in the office's own reckoning.
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::Local(time) => time.date(),
            Self::Zoned(time) => time.date_naive(),
        }
    }

    /// Whether two dates say the same at the coarser of their two precisions.
    ///
    /// A time or a zone gained is no other date: `2023-03-25` agrees with `2023-03-25T16:05:00+03:00`. Two zoned
    /// times are compared as instants, so that the same moment in another zone agrees. A time whose seconds are zero
    /// was stated to the minute, as pages print it, and agrees with every second of that minute.
    pub fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Zoned(a), Self::Zoned(b)) => same_time(a.naive_utc(), b.naive_utc()),
            (Self::Day(_), _) | (_, Self::Day(_)) => self.day() == other.day(),
            (Self::Local(a), Self::Local(b)) => same_time(*a, *b),
            (Self::Local(a), Self::Zoned(b)) | (Self::Zoned(b), Self::Local(a)) => same_time(*a, b.naive_local()),
        }
    }

    /// The latest instant that the date can mean: the last second of a day that ends last on earth.
    pub fn latest(&self) -> Option<Instant> {
        match self {
            Self::Zoned(time) => Some(time.with_timezone(&Utc)),
            Self::Local(time) => Some(time.and_utc() + chrono::TimeDelta::hours(12)),
            Self::Day(day) => Some(day.and_hms_opt(23, 59, 59)?.and_utc() + chrono::TimeDelta::hours(12)),
        }
    }
}

/// Whether two times are one, at the minute where one of them knows no seconds.
fn same_time(a: NaiveDateTime, b: NaiveDateTime) -> bool {
    let whole = |time: NaiveDateTime| time.with_second(0).unwrap_or(time);
    if a.second() == 0 || b.second() == 0 { whole(a) == whole(b) } else { a == b }
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Local(time) => write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S")),
            Self::Zoned(time) => write!(f, "{}", time.to_rfc3339_opts(SecondsFormat::Secs, false)),
        }
    }
}

/// The text was no stated date in the archive's form.
#[derive(Debug, thiserror::Error)]
#[error("not a date: expected YYYY-MM-DD, a local time, or a time with offset")]
pub struct NotADate;

impl FromStr for Stated {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Zoned(time));
        }
        if let Ok(time) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S") {
            return Ok(Self::Local(time));
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self::Day).map_err(|_| NotADate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(text: &str) -> Stated {
        text.parse().expect("a date")
    }

    #[test]
    fn reads_back_what_it_prints() {
        for text in ["2023-03-25", "2023-03-25T16:05:00", "2023-03-25T16:05:00+03:00", "2023-03-25T13:05:00+00:00"] {
            assert_eq!(stated(text).to_string(), text);
        }
        assert!("25.03.2023".parse::<Stated>().is_err());
    }

    #[test]
    fn a_gained_time_or_zone_is_no_other_date() {
        let (day, local, zoned) =
            (stated("2023-03-25"), stated("2023-03-25T16:05:00"), stated("2023-03-25T16:05:00+03:00"));
        assert!(day.agrees(&local) && local.agrees(&zoned) && zoned.agrees(&day));
        assert!(zoned.agrees(&stated("2023-03-25T13:05:00+00:00")), "the same moment in another zone");
        assert!(!day.agrees(&stated("2023-03-26")));
        assert!(!local.agrees(&stated("2023-03-25T16:06:00+03:00")));
        assert!(local.agrees(&stated("2023-03-25T16:05:41+03:00")), "a minute knows no seconds");
        assert!(!stated("2023-03-25T16:05:40").agrees(&stated("2023-03-25T16:05:41+03:00")));
    }
}
