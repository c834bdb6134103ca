//! Which words of a side are part of a date or a time.

use std::ops::Range;

use super::lexicon::Sense;
use super::side::Side;
use super::tags::Tag;
use super::tokens::Kind;

/// A date has at most so many words.
const DATE_WORDS: usize = 8;

impl Side<'_> {
    /// A number as a figure: `5th` is one, a long identifier is none.
    pub(super) fn is_figure(&self, word: usize) -> bool {
        let form = self.form(word);
        self.kind(word) == Kind::Number
            && !self.words[word].linked
            && form.starts_with(char::is_numeric)
            && form.chars().filter(|c| c.is_alphabetic()).count() <= 2
    }

    /// The sign between two neighbouring words where they stand together: `12:30`, `2024-05-01`, and `04 : 17`.
    fn joint(&self, word: usize) -> Option<char> {
        let (a, b) = (self.words.get(word)?, self.words.get(word + 1)?);
        if b.token != a.token + 2 {
            return None;
        }
        let sign = self.tokens.text(a.token + 1..b.token);
        let mut chars = sign.chars();
        let first = chars.next()?;
        let glued = chars.next().is_none() && !self.tokens.text(a.token..a.token + 1).ends_with(char::is_whitespace);
        let clock = first == ':' && [word, word + 1].iter().all(|&at| self.form(at).len() == 2);
        (glued || clock).then_some(first)
    }

    /// Whether a sentence or a clause ends between a word and the next: a date does not reach over it.
    fn parted(&self, word: usize) -> bool {
        let (Some(a), Some(b)) = (self.words.get(word), self.words.get(word + 1)) else { return true };
        let between = &self.tokens.kinds[a.token + 1..b.token];
        between.len() > 1 || self.tokens.text(a.token..b.token).contains(['\n', ';', '(', ')', '!', '?'])
    }

    /// Whether a figure is part of a date or a time.
    pub(super) fn is_date(&self, word: usize) -> bool {
        if !self.is_figure(word) {
            return false;
        }
        let form = self.form(word);
        let groups: Vec<&str> = form.split('.').collect();
        if let [day, month, year] = groups[..]
            && number(day).is_some_and(|day| day <= 31)
            && number(month).is_some_and(|month| month <= 12)
            && matches!(year.len(), 2 | 4)
        {
            return true;
        }
        self.is_joined_date(word) || self.is_by_month(word) || self.is_by_word(word)
    }

    /// `12:30`, `2024-05-01`, `01/05/2024`.
    fn is_joined_date(&self, word: usize) -> bool {
        let (mut first, mut last) = (word, word);
        let joins = |sign: Option<char>| matches!(sign, Some('-' | '/' | ':' | '.' | '‑'));
        while first > 0 && word - first < 2 && joins(self.joint(first - 1)) && self.kind(first - 1) == Kind::Number {
            first -= 1;
        }
        while last - word < 2 && joins(self.joint(last)) && self.kind(last + 1) == Kind::Number {
            last += 1;
        }
        let two_digits = |at: usize| self.form(at).len() <= 2 && number(self.form(at)).is_some_and(|n| n < 60);
        match last - first {
            1 | 2 if self.joint(first) == Some(':') => (first..=last).all(two_digits),
            2 => (first..=last).any(|at| is_year(self.form(at))),
            _ => false,
        }
    }

    /// `12 May 2024`, `May 12th, 2024`, `12–14 мая`: figures lead to the name of a month.
    fn is_by_month(&self, word: usize) -> bool {
        const FAR: usize = 3;
        let plain = |at: usize| self.kind(at) == Kind::Number || self.form(at).chars().count() <= 2;
        let on = |at: usize| (!self.parted(at)).then_some(at + 1).filter(|&at| at < self.words.len());
        let back = |at: usize| at.checked_sub(1).filter(|&at| !self.parted(at));
        // Only a day, or a year, stands beside a month.
        let form = self.form(word);
        let figures = form.trim_end_matches(char::is_alphabetic);
        if !(number(figures).is_some_and(|day| (1..=31).contains(&day)) || is_year(form)) {
            return false;
        }
        let leads = |step: &dyn Fn(usize) -> Option<usize>| {
            let mut at = word;
            for _ in 0..FAR {
                let Some(next) = step(at) else { return false };
                if self.has_sense(next, Sense::Month) {
                    return true;
                }
                if !plain(next) {
                    return false;
                }
                at = next;
            }
            false
        };
        leads(&on) || leads(&back)
    }

    /// `в 2024 году`, `10 am`, `5月`, and a bare year after the words that years follow.
    fn is_by_word(&self, word: usize) -> bool {
        let near = word + 1 < self.words.len() && !self.parted(word);
        let form = self.form(word);
        let small = form.len() <= 2 || is_year(form);
        (small && near && self.has_sense_from(word + 1, Sense::AfterDate))
            || (is_year(form) && word > 0 && self.has_sense_before(word, Sense::BeforeDate))
            || (word > 0 && form.len() <= 2 && self.has_sense_before(word, Sense::Tagged(Tag::Date)))
    }

    /// Whether a word is part of a date: a figure, a month, a day's name.
    pub(super) fn is_dated(&self, word: usize) -> bool {
        if self.words[word].linked {
            return false;
        }
        match self.kind(word) {
            Kind::Number => self.is_date(word),
            Kind::Word | Kind::Glyph => {
                self.has_sense_from(word, Sense::Tagged(Tag::Date))
                    || self.is_month(word)
                    || self.is_glyph_of_date(word)
            }
            Kind::End | Kind::Pause | Kind::Sign | Kind::Whole => false,
        }
    }

    /// A month's name; one that has another sense too (`may`) has a figure beside it.
    fn is_month(&self, word: usize) -> bool {
        let (mut month, mut other) = (false, false);
        self.senses(word, |sense, _| if sense == Sense::Month { month = true } else { other = true });
        let figure =
            |at: Option<usize>| at.filter(|&at| at < self.words.len()).is_some_and(|at| self.kind(at) == Kind::Number);
        month && (!other || figure(word.checked_sub(1)) || figure(Some(word + 1)))
    }

    /// `5月` is a date with both its signs.
    fn is_glyph_of_date(&self, word: usize) -> bool {
        self.kind(word) == Kind::Glyph
            && word > 0
            && self.kind(word - 1) == Kind::Number
            && self.has_sense_from(word, Sense::AfterDate)
    }

    /// The words of the date that a word is part of.
    pub(super) fn date_around(&self, word: usize) -> Range<usize> {
        let (mut first, mut last) = (word, word);
        while first > 0 && last - first < DATE_WORDS && !self.parted(first - 1) && self.is_dated(first - 1) {
            first -= 1;
        }
        while last + 1 < self.words.len() && last - first < DATE_WORDS && !self.parted(last) && self.is_dated(last + 1)
        {
            last += 1;
        }
        first..last + 1
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Whether figures may be a year of our time.
fn is_year(form: &str) -> bool {
    form.len() == 4 && number(form).is_some_and(|year| (1900..2100).contains(&year))
}

#[cfg(test)]
#[path = "dated_tests.rs"]
mod tests;
