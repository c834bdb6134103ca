//! The forms of a printed time of day, with its zone.

use chrono::NaiveTime;

use super::grammar::Grammar;
use super::tables::{HALVES, UNSURE_ZONES, ZONES};

impl Grammar<'_> {
    /// `16:05`, `16:05:30`, `4:05 pm`, `16h05`, `16.05 Uhr`, `午後3時5分`, each with its zone.
    pub(super) fn time(&self, at: usize) -> Option<(usize, NaiveTime, Option<i32>)> {
        let (at, half_before) = self.half(at).map_or((at, None), |(end, half)| (end, Some(half)));
        let (hour, _) = self.number(at).filter(|n| n.1 <= 2)?;
        let minute_after = |place: usize| self.number(place).filter(|n| n.1 == 2 && n.0 < 60).map(|n| n.0);
        let (mut end, minute, mut second) = if self.sign(at + 1) == Some(':') {
            (at + 3, minute_after(at + 2)?, 0)
        } else if self.is(at + 1, &["h"]) {
            minute_after(at + 2).map_or((at + 2, 0, 0), |minute| (at + 3, minute, 0))
        } else if self.is(at + 1, &["時", "时", "点", "시"]) {
            let (minute, _) = self.number(at + 2).filter(|_| self.is(at + 3, &["分", "분"])).unwrap_or_default();
            (if self.is(at + 3, &["分", "분"]) { at + 4 } else { at + 2 }, minute, 0)
        } else if self.sign(at + 1) == Some('.') && self.is(at + 3, &["uhr"]) {
            (at + 4, minute_after(at + 2)?, 0)
        } else if self.sign(at + 1) == Some('.') && self.is_dotted_clock(at) {
            (at + 3, minute_after(at + 2)?, 0)
        } else if self.is(at + 1, &["am", "pm"]) || self.is(at + 1, &["uhr"]) {
            (at + 1, 0, 0)
        } else {
            return None;
        };
        if self.sign(end) == Some(':')
            && let Some(seconds) = minute_after(end + 1)
        {
            second = seconds;
            end += 2;
            if self.sign(end) == Some('.') && self.number(end + 1).is_some() && !self.tokens[end + 1].apart {
                end += 2;
            }
        }
        let half = self.half(end).map(|(place, half)| {
            end = place;
            half
        });
        let hour = match half.or(half_before) {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            Some(_) | None => hour,
        };
        let time = NaiveTime::from_hms_opt(hour, minute, second)?;
        let (end, offset) = self.offset(end);
        Some((end, time, offset))
    }

    /// Whether a word beside two numbers makes them a clock: `klo 16.05`, `16.05 GMT`.
    fn is_dotted_clock(&self, at: usize) -> bool {
        let named = at.checked_sub(1).is_some_and(|before| self.is(before, &["klo", "kl"]));
        let zone = self.word(at + 3).is_some_and(|word| ZONES.iter().any(|(name, _)| *name == word && word != "z"));
        named || (zone && self.sign(at + 4) != Some('.'))
    }

    fn half(&self, at: usize) -> Option<(usize, bool)> {
        let word = self.word(at)?;
        let find = |name: &str| HALVES.iter().find(|(half, _)| *half == name).map(|(_, afternoon)| *afternoon);
        if let Some(second) = self.word(at + 1)
            && let Some(afternoon) = find(&format!("{word}{second}"))
        {
            return Some((at + 2, afternoon));
        }
        if let Some(afternoon) = find(word) {
            return Some((at + 1, afternoon));
        }
        // a.m., p.m.
        let spelt = self.sign(at + 1) == Some('.') && self.is(at + 2, &["m"]);
        match word {
            "a" | "p" if spelt => Some((at + 3 + usize::from(self.sign(at + 3) == Some('.')), word == "p")),
            _ => None,
        }
    }

    /// The zone that is written at `at`, in minutes from UTC.
    fn offset(&self, at: usize) -> (usize, Option<i32>) {
        if self.is(at, UNSURE_ZONES) {
            return (at + 1, None);
        }
        let place = at + usize::from(self.sign(at) == Some('('));
        let named = self.word(place).and_then(|word| ZONES.iter().find(|(name, _)| *name == word)).map(|zone| zone.1);
        let after = if named.is_some() { place + 1 } else { place };
        let plus = match self.sign(after) {
            Some('+') => Some(1),
            // A minus beside a time is a zone only where it touches: `16:05 - 18:00` is a span.
            Some('-' | '−') if named.is_some() || self.tokens.get(after).is_some_and(|p| !p.apart) => Some(-1),
            Some(_) | None => None,
        };
        let Some(plus) = plus else { return (if named.is_some() { after } else { at }, named) };
        if named.is_some_and(|minutes| minutes != 0) {
            return (after, named);
        }
        let minutes = |n: u32| i32::try_from(n).ok().filter(|m| *m <= 14 * 60).map(|m| plus * m);
        match (self.number(after + 1), self.sign(after + 2), self.number(after + 3)) {
            (Some((hours, 1 | 2)), Some(':'), Some((rest, 2))) => (after + 4, minutes(hours * 60 + rest)),
            (Some((both, 4)), _, _) => (after + 2, minutes(both / 100 * 60 + both % 100)),
            (Some((hours, 1 | 2)), _, _) => (after + 2, minutes(hours * 60)),
            _ => (after, named),
        }
    }
}
