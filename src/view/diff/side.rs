//! One side of a changed paragraph, word by word: how each is compared, whether it may be a name, a date, an address.
//!
//! Words are what is looked at; signs between them count only where they join figures to a date.

use std::ops::Range;

use super::keys::Keys;
use super::lexicon::{Capitals, Lexicon, Sense};
use super::tags::Tag;
use super::tokens::{Kind, Tokens};

/// A date has at most so many words.
const DATE_WORDS: usize = 8;
/// A paragraph in which more words than one in two have a capital is a headline.
const HEADLINE: (usize, usize) = (4, 2);

/// One side of a paragraph.
pub(super) struct Side<'a> {
    /// Its tokens.
    pub(super) tokens: Tokens<'a>,
    /// Its words.
    pub(super) words: Vec<Word>,
    lexicon: &'static Lexicon,
}

/// A word as it is looked at.
pub(super) struct Word {
    /// Which token it is.
    pub(super) token: usize,
    /// How it is compared.
    pub(super) form: String,
    /// Begins with a capital.
    pub(super) capital: bool,
    /// A sentence begins with it, so that its capital tells nothing.
    pub(super) opens: bool,
    /// Stands inside an address.
    pub(super) linked: bool,
    /// What the words from this one on are: each sense with its number of words.
    senses: Vec<(Sense, usize)>,
}

impl Word {
    /// A single capital letter: the stop behind it ends no sentence.
    fn is_initial(&self) -> bool {
        self.capital && self.form.chars().count() == 1
    }
}

impl<'a> Side<'a> {
    /// Cuts a paragraph.
    pub(super) fn of(text: &'a str, lexicon: &'static Lexicon) -> Self {
        let tokens = Tokens::of(text, &mut Keys::default());
        let addresses = addresses(text);
        let mut words: Vec<Word> = Vec::with_capacity(tokens.len() / 2);
        let (mut opens, mut address) = (true, 0);
        for token in 0..tokens.len() {
            let shown = tokens.text(token..token + 1);
            let start = tokens.start(token);
            while addresses.get(address).is_some_and(|run| run.end <= start) {
                address += 1;
            }
            match tokens.kinds[token] {
                Kind::Word | Kind::Number | Kind::Glyph => {
                    let form = lexicon.form(shown);
                    let capital = shown.trim_start().starts_with(char::is_uppercase);
                    let linked = addresses.get(address).is_some_and(|run| run.contains(&start));
                    words.push(Word { token, form, capital, opens, linked, senses: Vec::new() });
                    opens = false;
                }
                Kind::End => opens |= !(shown.starts_with('.') && words.last().is_some_and(Word::is_initial)),
                Kind::Pause => opens |= shown.starts_with(':'),
                Kind::Sign | Kind::Whole => {}
            }
            opens |= shown.contains('\n');
        }
        let mut forms: Vec<&str> = Vec::with_capacity(lexicon.longest);
        let mut senses = Vec::with_capacity(words.len());
        for at in 0..words.len() {
            forms.clear();
            forms.extend(words[at..].iter().take(lexicon.longest).map(|word| word.form.as_str()));
            let mut found = Vec::new();
            lexicon.senses(&forms, |sense, length| found.push((sense, length)));
            senses.push(found);
        }
        for (word, senses) in words.iter_mut().zip(senses) {
            word.senses = senses;
        }
        let mut side = Self { tokens, words, lexicon };
        side.spare_names();
        side
    }

    /// A word with a capital inside a sentence, beside another such, says nothing: `the United States` states nothing.
    fn spare_names(&mut self) {
        if self.lexicon.capitals != Capitals::Names || self.is_headline() {
            return;
        }
        let capital = |at: Option<usize>| at.and_then(|at| self.words.get(at)).is_some_and(|word| word.capital);
        let is_part = |&at: &usize| {
            let before = at > 0 && capital(at.checked_sub(1)) && self.is_one_name(at - 1);
            let after = capital(Some(at + 1)) && self.is_one_name(at);
            capital(Some(at)) && !self.words[at].opens && (before || after)
        };
        let parts: Vec<usize> = (0..self.words.len()).filter(is_part).collect();
        for at in parts {
            let says = |sense: &Sense| matches!(sense, Sense::Tagged(Tag::Modality | Tag::Attribution));
            self.words[at].senses.retain(|(sense, _)| !says(sense));
        }
    }

    /// Whether it is written with capitals throughout, so that they tell nothing.
    pub(super) fn is_headline(&self) -> bool {
        let capitals = self.words.iter().filter(|word| word.capital).count();
        self.words.len() >= HEADLINE.0 && capitals * HEADLINE.1 > self.words.len()
    }

    /// The words among some tokens.
    pub(super) fn words_of(&self, tokens: &Range<usize>) -> Range<usize> {
        let at = |token: usize| self.words.partition_point(|word| word.token < token);
        at(tokens.start)..at(tokens.end)
    }

    /// The tokens from one byte of the paragraph to another.
    pub(super) fn tokens_of(&self, bytes: &Range<usize>) -> Range<usize> {
        let tokens = &self.tokens;
        if bytes.is_empty() {
            let at = tokens.first_from(bytes.start);
            return at..at;
        }
        tokens.first_from(bytes.start)..tokens.first_from(bytes.end)
    }

    /// A run of words as it stands.
    pub(super) fn shown(&self, words: &Range<usize>) -> &'a str {
        match (self.words.get(words.start), words.end.checked_sub(1).and_then(|last| self.words.get(last))) {
            (Some(first), Some(last)) if !words.is_empty() => self.tokens.text(first.token..last.token + 1).trim(),
            _ => "",
        }
    }

    /// The kind of a word's token.
    pub(super) fn kind(&self, word: usize) -> Kind {
        self.tokens.kinds[self.words[word].token]
    }

    /// How many words the longest phrase of the language has.
    pub(super) fn longest(&self) -> usize {
        self.lexicon.longest
    }

    /// What the words from this one on are: each sense with its number of words.
    pub(super) fn senses(&self, word: usize, mut found: impl FnMut(Sense, usize)) {
        for &(sense, length) in &self.words[word].senses {
            found(sense, length);
        }
    }

    fn has_sense(&self, word: usize, sense: Sense) -> bool {
        let mut has = false;
        self.senses(word, |found, length| has |= found == sense && length == 1);
        has
    }

    /// Whether words that end right before this one have a sense.
    pub(super) fn has_sense_before(&self, word: usize, sense: Sense) -> bool {
        let start = word.saturating_sub(self.lexicon.longest);
        (start..word).any(|at| {
            let mut has = false;
            self.senses(at, |found, length| has |= found == sense && at + length == word);
            has
        })
    }

    /// Whether the words from this one on begin with some that have a sense.
    pub(super) fn has_sense_from(&self, word: usize, sense: Sense) -> bool {
        let mut has = false;
        if word < self.words.len() {
            self.senses(word, |found, _| has |= found == sense);
        }
        has
    }

    /// A number as a figure: `5th` is one, a long identifier is none.
    pub(super) fn is_figure(&self, word: usize) -> bool {
        let form = &self.words[word].form;
        self.kind(word) == Kind::Number
            && !self.words[word].linked
            && form.starts_with(char::is_numeric)
            && form.chars().filter(|c| c.is_alphabetic()).count() <= 2
    }

    /// Whether a word and the next may be one name: nothing but a space, a hyphen or the stop of an initial between them.
    pub(super) fn is_one_name(&self, word: usize) -> bool {
        let (Some(a), Some(b)) = (self.words.get(word), self.words.get(word + 1)) else { return false };
        match self.tokens.text(a.token + 1..b.token).trim_end() {
            "" => b.token == a.token + 1,
            "." => a.is_initial(),
            sign => matches!(sign, "-" | "‑" | "–" | "'" | "’"),
        }
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
        let clock = first == ':' && [a, b].iter().all(|word| word.form.len() == 2);
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
        let form = self.words[word].form.as_str();
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
        let two_digits =
            |at: usize| self.words[at].form.len() <= 2 && number(&self.words[at].form).is_some_and(|n| n < 60);
        match last - first {
            1 | 2 if self.joint(first) == Some(':') => (first..=last).all(two_digits),
            2 => (first..=last).any(|at| is_year(&self.words[at].form)),
            _ => false,
        }
    }

    /// `12 May 2024`, `May 12th, 2024`, `12–14 мая`: figures lead to the name of a month.
    fn is_by_month(&self, word: usize) -> bool {
        const FAR: usize = 3;
        let plain = |at: usize| self.kind(at) == Kind::Number || self.words[at].form.chars().count() <= 2;
        let on = |at: usize| (!self.parted(at)).then_some(at + 1).filter(|&at| at < self.words.len());
        let back = |at: usize| at.checked_sub(1).filter(|&at| !self.parted(at));
        // Only a day, or a year, stands beside a month.
        let form = &self.words[word].form;
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
        let form = &self.words[word].form;
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

/// Where addresses stand in a text, in order: `https://...`, `www....`, and the target of a link in Markdown.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut marks: Vec<(usize, bool)> = Vec::new();
    marks.extend(text.match_indices("](").map(|(at, _)| (at + 2, true)));
    for begin in ["https://", "http://", "www.", "mailto:", "ftp://"] {
        marks.extend(text.match_indices(begin).map(|(at, _)| (at, false)));
    }
    marks.sort_unstable();
    for (start, bracketed) in marks {
        if found.last().is_some_and(|run| start < run.end) {
            continue;
        }
        let mut depth = 0_usize;
        let mut end = text.len();
        for (at, c) in text[start..].char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => end = start + at,
                ')' => depth -= 1,
                '\n' => end = start + at,
                '"' | '<' | '>' | '»' | '”' if !bracketed => end = start + at,
                c if !bracketed && c.is_whitespace() => end = start + at,
                _ => continue,
            }
            if end < text.len() {
                break;
            }
        }
        found.push(start..end);
    }
    found
}

#[cfg(test)]
#[path = "side_tests.rs"]
mod tests;
