//! The forms of a printed date, tried at each token from left to right.

use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, TimeDelta};
use hashbrown::HashSet;

use super::calendars::{Calendar, civil, of_year};
use super::months::month_named;
use super::scan::{Placed, Token, fold};
use super::tables::{BESIDE, COUNTS, ERAS, FILLERS, HALVES, UNSURE_ZONES, YEAR_WORDS, ZONES};
use super::{Moment, in_range};
use crate::model::time::Instant;

/// Tokens that may stand between a date and its time.
const BETWEEN: usize = 6;
/// Tokens of a place or a label before a date whose year has two digits.
const ENCLOSED: usize = 5;

/// Where the words after a year end, and whether there are any.
struct YearWords {
    end: usize,
    named: bool,
}

/// The tokens of a text, with what is needed to choose between readings.
pub(super) struct Grammar<'a> {
    pub(super) tokens: &'a [Placed],
    month_first: bool,
    language: Option<&'a str>,
    captured_at: Option<Instant>,
}

impl<'a> Grammar<'a> {
    pub(super) fn new(tokens: &'a [Placed], language: Option<&'a str>, captured_at: Option<Instant>) -> Self {
        let month_first =
            language.is_some_and(|tag| tag.eq_ignore_ascii_case("en-us") || tag.eq_ignore_ascii_case("en_us"));
        Self { tokens, month_first, language, captured_at }
    }

    /// The first date with its time: where it begins, where it ends, and what it says.
    ///
    /// An Islamic date beside the civil one of the same day gives way to it: its month may have begun a day later.
    pub(super) fn first(&self) -> Option<(usize, usize, Moment)> {
        let mut all = self.moments(0);
        let first = all.next()?;
        if !self.is_hijri(first.0) {
            return Some(first);
        }
        let near = |(_, _, other): &(usize, usize, Moment)| (other.day - first.2.day).num_days().abs() <= 2;
        Some(all.find(near).unwrap_or(first))
    }

    /// All dates from a token on, left to right, but for those on which a time only begins that goes on: `seit 08.10.2014`,
    /// `(08.06.2015 - )`.
    pub(super) fn moments(&self, from: usize) -> impl Iterator<Item = (usize, usize, Moment)> + '_ {
        let mut next = from;
        std::iter::from_fn(move || {
            loop {
                let found =
                    (next..self.tokens.len()).find_map(|at| self.moment(at).map(|(end, moment)| (at, end, moment)));
                next = found.as_ref().map_or(self.tokens.len(), |(_, end, _)| *end);
                if !found.as_ref().is_some_and(|(at, end, _)| self.goes_on(*at, *end)) {
                    return found;
                }
            }
        })
    }

    fn is_hijri(&self, at: usize) -> bool {
        (at..at + 4).any(|place| self.month(place).is_some_and(|(_, calendar, _)| calendar == Calendar::Hijri))
    }

    /// Whether the month stands first in a date of numbers, where one of them can be no month: `3/25/2023`.
    pub(super) fn order(&self) -> Option<bool> {
        (0..self.tokens.len()).find_map(|at| {
            let (first, _) = self.number(at).filter(|n| n.1 <= 2)?;
            let sign = self.sign(at + 1).filter(|sign| matches!(sign, '/' | '-'))?;
            let (second, _) = self.number(at + 2).filter(|n| n.1 <= 2)?;
            (self.sign(at + 3) == Some(sign) && self.number(at + 4).is_some_and(|n| n.1 == 4)).then_some(())?;
            match (first, second) {
                (1..=12, 13..=31) => Some(true),
                (13..=31, 1..=12) => Some(false),
                _ => None,
            }
        })
    }

    /// The number of words that no date, clock, number or companion of such accounts for.
    pub(super) fn unexplained(&self) -> usize {
        static EXPLAINED: OnceLock<HashSet<String>> = OnceLock::new();
        let known = EXPLAINED.get_or_init(|| {
            let words = FILLERS.iter().chain(BESIDE.iter()).chain(COUNTS.iter()).map(|word| fold(word));
            words
                .chain(ZONES.iter().map(|zone| fold(zone.0)))
                .chain(UNSURE_ZONES.iter().map(|zone| fold(zone)))
                .chain(HALVES.iter().map(|half| fold(half.0)))
                .collect()
        });
        let (mut at, mut count) = (0, 0);
        while at < self.tokens.len() {
            if let Some((end, _)) = self.moment(at) {
                at = end;
                continue;
            }
            if let Token::Word(word) = &self.tokens[at].token {
                count += usize::from(!known.contains(word));
            }
            at += 1;
        }
        count
    }

    /// A date at `at`, its time after or before it.
    fn moment(&self, at: usize) -> Option<(usize, Moment)> {
        if let Some((end, day)) = self.day(at) {
            let timed = self.skips(end).find_map(|place| self.time(place));
            let (end, time, offset) = match timed {
                Some((end, time, offset)) => (end, Some(time), offset),
                None => (end, None, None),
            };
            return Some((end, Moment { day, time, offset }));
        }
        if let Some(found) = self.year_last(at) {
            return Some(found);
        }
        let (end, time, offset) = self.time(at)?;
        let (end, day) = self.skips(end).find_map(|place| self.day(place))?;
        Some((end, Moment { day, time: Some(time), offset }))
    }

    /// Places after `from` that only signs, fillers and one other word separate from it.
    fn skips(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        let mut strangers = 0;
        let mut open = true;
        (from..=from + BETWEEN).take_while(move |place| {
            let now = open;
            match self.token(*place) {
                Some(Token::Sign(sign)) => open &= !matches!(sign, ';' | '?' | '!'),
                Some(Token::Word(word)) if FILLERS.contains(&word.as_str()) => {}
                Some(Token::Word(_)) => {
                    strangers += 1;
                    open &= strangers < 2;
                }
                Some(Token::Number(..)) | None => open = false,
            }
            now
        })
    }

    pub(super) fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at).map(|placed| &placed.token)
    }

    pub(super) fn number(&self, at: usize) -> Option<(u32, usize)> {
        match self.token(at)? {
            Token::Number(value, digits) => Some((*value, *digits)),
            Token::Word(_) | Token::Sign(_) => None,
        }
    }

    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        match self.token(at)? {
            Token::Word(word) => Some(word),
            Token::Number(..) | Token::Sign(_) => None,
        }
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        match self.token(at)? {
            Token::Sign(sign) => Some(*sign),
            Token::Number(..) | Token::Word(_) => None,
        }
    }

    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        self.word(at).is_some_and(|word| words.contains(&word))
    }

    /// The place after what may stand between day, month and year.
    fn filler(&self, mut at: usize) -> usize {
        for _ in 0..4 {
            let fills = match self.token(at) {
                Some(Token::Sign(sign)) => {
                    matches!(sign, '.' | ',' | '-' | '/' | '،' | '\'' | '’' | '–' | 'º' | 'ª' | '°')
                }
                Some(Token::Word(word)) => FILLERS.contains(&word.as_str()),
                Some(Token::Number(..)) | None => false,
            };
            if !fills {
                break;
            }
            at += 1;
        }
        at
    }

    fn day(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let (end, day) = match self.token(at)? {
            Token::Number(_, 4) => self.year_first(at),
            Token::Number(_, 1 | 2) => {
                self.numeric(at).or_else(|| self.day_month_year(at)).or_else(|| self.named_parts(at))
            }
            Token::Word(_) => self.month_day_year(at).or_else(|| self.era(at)),
            Token::Number(..) | Token::Sign(_) => None,
        }?;
        in_range(day).then_some((end, day))
    }

    /// `2023-03-25`, `2023/3/25`, `2026年8月4日`, `2026년 8월 4일`, `2023 March 25`.
    fn year_first(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let year = i32::try_from(self.number(at)?.0).ok()?;
        self.after_year(at + 1, year, of_year(year, self.language))
    }

    fn after_year(&self, at: usize, year: i32, calendar: Calendar) -> Option<(usize, NaiveDate)> {
        if self.is(at, &["年", "년"]) {
            let (month, _) = self.number(at + 1)?;
            let (day, _) = self.is(at + 2, &["月", "월"]).then(|| self.number(at + 3))??;
            let end = at + 4 + usize::from(self.is(at + 4, &["日", "일", "号"]));
            return Some((end, NaiveDate::from_ymd_opt(year, month, day)?));
        }
        if let Some(sign @ ('-' | '/' | '.')) = self.sign(at) {
            let (month, digits) = self.number(at + 1).unwrap_or_default();
            if (1..=2).contains(&digits) && self.sign(at + 2) == Some(sign) {
                let (day, _) = self.number(at + 3).filter(|n| n.1 <= 2)?;
                return Some((at + 4, civil(calendar, year, month, day)?));
            }
        }
        let at = self.year_words(at);
        let day_of = |place: usize| self.number(place).filter(|n| n.1 <= 2).map(|n| n.0);
        // `2023 წლის 25 მარტი`, `2023-cü il 25 mart`; only a word parts them: `2023 25 March` is a number and another
        if let Some(day) = at.named.then(|| day_of(at.end)).flatten() {
            let (end, calendar, month) = self.month(self.filler(at.end + 1))?;
            return Some((end, civil(calendar, year, month, day)?));
        }
        let (place, calendar, month) = self.month(self.filler(at.end))?;
        let place = self.filler(place);
        Some((place + 1, civil(calendar, year, month, day_of(place)?)?))
    }

    /// The place after the words that call the number before them a year, if there are such.
    fn year_words(&self, at: usize) -> YearWords {
        let mut out = YearWords { end: at, named: false };
        for place in at..at + 4 {
            match self.token(place) {
                Some(Token::Word(word)) if YEAR_WORDS.contains(&word.as_str()) => {
                    out = YearWords { end: place + 1, named: true };
                }
                Some(Token::Sign('-' | '.' | ',' | '\'' | '’')) => {
                    if out.named {
                        out.end = place + 1;
                    }
                }
                _ => break,
            }
        }
        out
    }

    /// `25.03.2023`, `25/3/2023`, `3/25/2023`, `04.29.15`.
    fn numeric(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let sign = self.sign(at + 1).filter(|sign| matches!(sign, '.' | '/' | '-'))?;
        let (first, first_digits) = self.number(at)?;
        let (second, second_digits) = self.number(at + 2).filter(|n| n.1 <= 2)?;
        let (year, digits) = (self.sign(at + 3) == Some(sign)).then(|| self.number(at + 4))??;
        let longer = |place: usize| self.sign(place) == Some(sign) && !self.tokens[place].apart;
        let after = longer(at + 5) && self.number(at + 6).is_some() && !self.tokens[at + 6].apart;
        let before = at >= 2 && longer(at - 1) && self.number(at - 2).is_some() && !self.tokens[at].apart;
        if after || before {
            return None; // an address of a computer, a version, a telephone
        }
        let year = match digits {
            4 => i32::try_from(year).ok()?,
            2 if first_digits == 2 && second_digits == 2 => self.short_year(year)?,
            _ => return None,
        };
        let calendar = of_year(year, self.language);
        let day_first = civil(calendar, year, second, first);
        let month_first = civil(calendar, year, first, second);
        let past = |day: &NaiveDate| self.captured_at.is_none_or(|now| *day <= now.date_naive() + TimeDelta::days(2));
        let (liked, other) = if self.month_first { (month_first, day_first) } else { (day_first, month_first) };
        let day = liked.filter(past).or_else(|| other.filter(past)).or(liked).or(other)?;
        Some((at + 5, day))
    }

    /// A year of two digits: not later than the year after the capture, else of the century before.
    fn short_year(&self, year: u32) -> Option<i32> {
        let newest = self.captured_at.map_or(2069, |now| now.year() + 1);
        let year = 2000 + i32::try_from(year).ok()?;
        Some(if year > newest { year - 100 } else { year })
    }

    /// `25 марта 2023`, `1st of May, 2023`, `22 /Sep/ 2026`, `22-Sep-26`, `22 Sep 26`, `viernes 22, abril 2022`.
    fn day_month_year(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let (day, _) = self.number(at)?;
        let (place, calendar, month) = self.month(self.filler(at + 1))?;
        let year_at = self.filler(place);
        let (year, digits) = self.number(year_at)?;
        let year = match digits {
            4 => i32::try_from(year).ok()?,
            2 if matches!(self.sign(year_at - 1), Some('-' | '\'' | '’')) => self.short_year(year)?,
            2 if year_at == place && self.is_enclosed(at, place + 1) => self.short_year(year)?,
            _ => return None,
        };
        Some((year_at + 1, civil(calendar, year, month, day)?))
    }

    /// Whether nothing but a clock follows and only a place or a label comes before, so that the last number of
    /// `(Kyiv, 25 March 23)` or `25 Mar 23, 16:05` is a year and neither an hour nor a count.
    fn is_enclosed(&self, at: usize, end: usize) -> bool {
        let opens = (0..at.min(ENCLOSED + 1)).all(|place| match self.token(place) {
            Some(Token::Sign(sign)) => !matches!(sign, '.' | '!' | '?' | ';'),
            Some(Token::Word(_)) => true,
            Some(Token::Number(..)) | None => false,
        });
        let closes = matches!(self.token(end), None | Some(Token::Sign(')' | ']' | '|')));
        let clock = end + usize::from(self.sign(end) == Some(','));
        let timed = self.number(clock).is_some() && self.sign(clock + 1) == Some(':') && self.time(clock).is_some();
        at <= ENCLOSED && opens && (closes || timed)
    }

    /// `25 tháng 3 năm 2023`: months by number, as in Vietnamese.
    fn named_parts(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let (day, _) = self.number(at)?;
        let (month, _) = self.is(at + 1, &["thang"]).then(|| self.number(at + 2))??;
        let (year, _) = self.is(at + 3, &["nam"]).then(|| self.number(at + 4))??;
        Some((at + 5, NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?))
    }

    /// `January 27, 2022`, `Sept. 15, 2026`.
    fn month_day_year(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let (place, calendar, month) = self.month(at)?;
        let day_at = self.filler(place);
        let (day, _) = self.number(day_at).filter(|n| n.1 <= 2)?;
        let year_at = self.filler(day_at + 1);
        let (year, _) = self.number(year_at).filter(|n| n.1 == 4)?;
        Some((year_at + 1, civil(calendar, i32::try_from(year).ok()?, month, day)?))
    }

    /// `Mar 25 12:45:00 EDT 2023`, as programs print it.
    fn year_last(&self, at: usize) -> Option<(usize, Moment)> {
        let (place, calendar, month) = self.month(at)?;
        let (day, _) = self.number(place).filter(|n| n.1 <= 2)?;
        let (end, time, offset) = self.time(place + 1)?;
        let (year, _) = self.number(end).filter(|n| n.1 == 4)?;
        let day = civil(calendar, i32::try_from(year).ok()?, month, day).filter(|day| in_range(*day))?;
        Some((end + 1, Moment { day, time: Some(time), offset }))
    }

    /// `令和8年8月4日`.
    fn era(&self, at: usize) -> Option<(usize, NaiveDate)> {
        let (first, second) = (self.word(at)?, self.word(at + 1)?);
        let (_, before) = ERAS.iter().find(|(era, _)| era.strip_prefix(first) == Some(second))?;
        let (year, place) = match self.number(at + 2) {
            Some((year, _)) => (i32::try_from(year).ok()?, at + 3),
            None if self.is(at + 2, &["元"]) => (1, at + 3),
            None => return None,
        };
        self.after_year(place, before.checked_add(year)?, Calendar::Civil)
    }

    fn month(&self, at: usize) -> Option<(usize, Calendar, u32)> {
        let word = self.word(at)?;
        if let Some(second) = self.word(at + 1)
            && let Some((calendar, month)) = month_named(&format!("{word} {second}"))
        {
            return Some((at + 2, calendar, month));
        }
        // Hebrew and Arabic write "in" to the word; Azerbaijani and Georgian put case endings after a hyphen.
        let bare = word.strip_prefix('ב').or_else(|| word.strip_prefix('ل'));
        let (calendar, month) = month_named(word).or_else(|| bare.and_then(month_named))?;
        Some((at + 1, calendar, month))
    }
}
