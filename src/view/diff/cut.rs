//! The cutter of [`Tokens`]: where one token ends and the next begins.
//!
//! Words are those of UAX 29. What is plain is cut by its rules (`plain`); the rest is folded, a stretch without white space
//! at a time, and left to the segmenter, or to graphemes where words have no spaces. Both ways give the same.

use std::ops::Range;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{GraphemeClusterSegmenter, WordSegmenter};
use unicode_normalization::char::is_combining_mark;

use super::keys::{ELLIPSIS, Keys, fold, is_end, is_pause, is_unspaced};
use super::plain::{self, Class};
use super::tokens::{Kind, Tokens};

/// What has more digits is a list of numbers, not groups of one.
const LONGEST_NUMBER: usize = 15;

/// A text in the cutting.
pub(super) struct Cutter<'a, 'k> {
    tokens: Tokens<'a>,
    names: &'k mut Keys,
    /// How many characters of white space stand behind the last token,
    gap: usize,
    /// how many lines they end,
    breaks: usize,
    /// and whether the last of them was a carriage return.
    returned: bool,
    /// The last token, where it is a number that a further group of three digits may continue; else empty.
    group: String,
}

impl<'a, 'k> Cutter<'a, 'k> {
    /// With nothing cut yet.
    pub(super) fn new(tokens: Tokens<'a>, names: &'k mut Keys) -> Self {
        Self { tokens, names, gap: 0, breaks: 0, returned: false, group: String::new() }
    }

    /// What was cut.
    pub(super) fn tokens(self) -> Tokens<'a> {
        self.tokens
    }

    /// Cuts a run of bytes, which ends where a token does.
    pub(super) fn run(&mut self, run: Range<usize>) {
        let text = &self.tokens.raw()[..run.end];
        let mut at = run.start;
        while let Some((class, next)) = Class::at(text, at) {
            if let Class::White(c) = class {
                self.white(c);
                at = next;
                continue;
            }
            if let Some(end) = plain::letters(text, at) {
                self.begin();
                let key = self.names.id_of_letters(&text[at..end]);
                self.take(at, key, Kind::Word);
                at = end;
                continue;
            }
            let (end, is_plain) = plain::stretch(text, at);
            if is_plain {
                self.plain(&text[..end], at);
            } else {
                self.odd(at, &text[at..end]);
            }
            at = end;
        }
    }

    /// Takes a paragraph as one token.
    pub(super) fn whole(&mut self, start: usize, key: u32) {
        self.begin();
        self.take(start, key, Kind::Whole);
    }

    fn white(&mut self, c: char) {
        self.gap += 1;
        self.breaks += match c {
            '\n' if self.returned => 0,
            '\n' | '\r' => 1,
            '\u{2029}' => 2,
            _ => 0,
        };
        self.returned = c == '\r';
    }

    /// Cuts what stands in a plain text from a byte on, by the rules.
    fn plain(&mut self, text: &str, from: usize) {
        let (mut at, mut before) = (from, None);
        while let Some((class, next)) = Class::at(text, at) {
            if let Class::Sign(sign) = class {
                self.sign(at, sign.encode_utf8(&mut [0; 4]), (before, text[next..].chars().next()));
                (at, before) = (next, Some(sign));
                continue;
            }
            let (end, as_it_stands) = plain::word(text, at);
            let part = &text[at..end];
            if part.bytes().all(|byte| byte == b'_') {
                self.sign(at, part, (before, text[end..].chars().next()));
            } else if as_it_stands {
                self.word(at, part);
            } else {
                self.word(at, &plain::folded(part));
            }
            (at, before) = (end, part.chars().next_back());
        }
    }

    /// Cuts a text that begins at a byte of the real one, with the segmenter's help.
    fn odd(&mut self, start: usize, raw: &str) {
        // What is written without spaces is kept from the segmenter, which has no model of it here.
        let mut folded = Folded::of(start, raw);
        let text = std::mem::take(&mut folded.text);
        let (mut from, mut unspaced) = (0, false);
        for (at, c) in text.char_indices() {
            let now = is_unspaced(c) || (unspaced && is_combining_mark(c));
            if now != unspaced {
                self.parts(&mut folded, &text, from..at, unspaced);
                (from, unspaced) = (at, now);
            }
        }
        self.parts(&mut folded, &text, from..text.len(), unspaced);
    }

    /// Cuts a run of a folded text, all of which is unspaced or none.
    fn parts(&mut self, folded: &mut Folded, text: &str, run: Range<usize>, unspaced: bool) {
        let mut from = run.start;
        let mut part = |this: &mut Self, to: usize| {
            let begin = std::mem::replace(&mut from, run.start + to);
            this.part(folded, text, begin..run.start + to, unspaced);
        };
        if unspaced {
            GraphemeClusterSegmenter::new().segment_str(&text[run.clone()]).for_each(|to| part(self, to));
        } else {
            let segmenter = WordSegmenter::new_for_non_complex_scripts(WordBreakInvariantOptions::default());
            segmenter.segment_str(&text[run.clone()]).for_each(|to| part(self, to));
        }
    }

    /// Takes what stands between two breaks, without the white space that a mark may cling to.
    fn part(&mut self, folded: &mut Folded, text: &str, run: Range<usize>, unspaced: bool) {
        let part = text[run.clone()].trim_start();
        let start = run.end - part.len();
        text[run.start..start].chars().for_each(|c| self.white(c));
        if part.is_empty() {
            return;
        }
        if unspaced {
            self.begin();
            return self.push(folded.real(start), part, Kind::Glyph);
        }
        if !part.chars().any(char::is_alphanumeric) {
            return self.sign(folded.real(start), part, around(text, start..run.end));
        }
        // Cut at a colon, and at a full stop that is not between digits: UAX 29 keeps `end.Next` and `Next:Health`
        // together, where a space was lost.
        let digit = |at: Option<usize>| at.and_then(|at| part.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let mut from = 0;
        for (at, sign) in part.match_indices([':', '.']) {
            if digit(at.checked_sub(1)) && digit(Some(at + 1)) {
                continue;
            }
            if from < at {
                self.word(folded.real(start + from), &part[from..at]);
            }
            from = at + 1;
            self.sign(folded.real(start + at), sign, around(text, start + at..start + from));
        }
        if from < part.len() {
            self.word(folded.real(start + from), &part[from..]);
        }
    }

    /// Begins a token, and the paragraph that it may be the first of.
    fn begin(&mut self) {
        if self.breaks > 1 || self.tokens.len() == 0 {
            self.tokens.paragraphs.push(self.tokens.len());
            self.group.clear();
        }
    }

    fn word(&mut self, start: usize, part: &str) {
        self.begin();
        if !part.chars().any(char::is_numeric) {
            return self.push(start, part, Kind::Word);
        }
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        // `12 345` is one number, however wide the space is; `2023 100` is two.
        if !self.group.is_empty()
            && digits == 3
            && (self.gap, self.breaks) == (1, 0)
            && let (Some(key), Some(kind)) = (self.tokens.keys.last_mut(), self.tokens.kinds.last_mut())
        {
            self.group.push_str(part);
            (*key, *kind) = (self.names.id(&self.group), Kind::Number);
            if part.len() > 3 || self.group.len() >= LONGEST_NUMBER {
                self.group.clear();
            }
            return self.joined();
        }
        self.push(start, part, Kind::Number);
        if digits == part.len() && (1..=3).contains(&digits) && !part.starts_with('0') {
            self.group.push_str(part);
        }
    }

    /// Takes a sign that stands between two characters, as they are folded.
    fn sign(&mut self, start: usize, part: &str, (before, after): (Option<char>, Option<char>)) {
        self.begin();
        let mut chars = part.chars();
        let (first, alone) = (chars.next().unwrap_or(' '), chars.next().is_none());
        // `...` is an ellipsis, `''` a quotation mark, `--` a dash.
        let folds = alone
            && self.gap == 0
            && match (before, first) {
                (Some('.' | ELLIPSIS), '.' | ELLIPSIS) => true,
                (Some(before), '\'' | '-') => before == first,
                (Some(_) | None, _) => false,
            };
        if folds
            && self.tokens.kinds.last().is_some_and(|kind| !kind.is_word())
            && let Some(key) = self.tokens.keys.last_mut()
        {
            if first == '.' {
                *key = self.names.id(ELLIPSIS.encode_utf8(&mut [0; 4]));
            }
            return self.joined();
        }
        match first {
            // A full stop inside of an address or a number ends no sentence.
            '.' | '!' | '?' if after.is_some_and(char::is_alphanumeric) => self.push(start, part, Kind::Sign),
            c if is_end(c) => self.push(start, part, Kind::End),
            c if is_pause(c) => self.push(start, part, Kind::Pause),
            // Single and double quotation marks are one where they are no apostrophe.
            '\'' if alone => self.push(start, "\"", Kind::Sign),
            _ => self.push(start, part, Kind::Sign),
        }
    }

    fn push(&mut self, start: usize, key: &str, kind: Kind) {
        let key = self.names.id(key);
        self.take(start, key, kind);
    }

    fn take(&mut self, start: usize, key: u32, kind: Kind) {
        self.tokens.push(start, key, kind);
        self.group.clear();
        self.joined();
    }

    /// What was behind the last token is behind this one no more.
    fn joined(&mut self) {
        (self.gap, self.breaks, self.returned) = (0, 0, false);
    }
}

/// The characters before and behind a run of a folded text.
fn around(text: &str, run: Range<usize>) -> (Option<char>, Option<char>) {
    (text[..run.start].chars().next_back(), text[run.end..].chars().next())
}

/// A text as it is compared, and where each of its parts stands in the real one.
struct Folded {
    text: String,
    /// From this byte of the folded text on, bytes stand in the real one from that byte on.
    shifts: Vec<(usize, usize)>,
    /// The shift that held where it was last asked.
    shift: usize,
}

impl Folded {
    /// Folds a text that begins at a byte of the real one.
    fn of(start: usize, raw: &str) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut shifts = vec![(0, start)];
        let mut distance = 0_isize;
        let mut before = None;
        for (at, c) in raw.char_indices() {
            let Some(c) = fold(c, before) else { continue };
            let now = at.cast_signed() - text.len().cast_signed();
            if now != distance {
                distance = now;
                shifts.push((text.len(), start + at));
            }
            text.push(c);
            before = Some(c);
        }
        Self { text, shifts, shift: 0 }
    }

    /// Where a byte of the folded text stands in the real one; asked in order.
    fn real(&mut self, at: usize) -> usize {
        while self.shifts.get(self.shift + 1).is_some_and(|&(from, _)| from <= at) {
            self.shift += 1;
        }
        let (from, real) = self.shifts[self.shift];
        real + (at - from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What is cut by the rules of plain text is cut as the segmenter cuts the whole of it.
        #[test]
        fn plain_words_are_those_of_the_segmenter(
            text in "(?s)([a-cZé1-9жԱბم_.,:;'`’‚«»—–…․!/()\u{a0}\t ]|[\n\r\u{ad}\u{200b}\u{200d}\u{301}\u{2029}\u{2028}]|[会ก👩א·،։؟%°İı²٥]| ){0,30}|(?s).{0,20}|([0-9]{1,4} ){0,4}",
        ) {
            let mut keys = Keys::default();
            let mut segmented = Cutter::new(Tokens::none(&text), &mut keys);
            segmented.odd(0, &text);
            let segmented = segmented.tokens();
            prop_assert_eq!(Tokens::of(&text, &mut keys), segmented);
        }
    }
}
