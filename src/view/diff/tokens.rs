//! Cuts a text into tokens: words, numbers, signs, and graphemes of scripts without spaces.
//!
//! Every byte belongs to exactly one token: white space and format characters go with the token before them, those at
//! the start of the text with the first. So any run of tokens is a slice of the real text, and joining all of them
//! gives it back. Words are those of UAX 29; time is linear.

use std::ops::Range;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{GraphemeClusterSegmenter, WordSegmenter};
use unicode_normalization::char::is_combining_mark;

use super::keys::{ELLIPSIS, Keys, fold, is_end, is_pause, is_unspaced};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word of a script with spaces.
    Word,
    /// A word with a digit in it; `12 345` is one.
    Number,
    /// A grapheme of a script without spaces.
    Glyph,
    /// A sign that ends a sentence.
    End,
    /// A sign that ends a clause.
    Pause,
    /// Any other sign.
    Sign,
}

impl Kind {
    /// Whether it counts as a word.
    pub(super) fn is_word(self) -> bool {
        match self {
            Self::Word | Self::Number | Self::Glyph => true,
            Self::End | Self::Pause | Self::Sign => false,
        }
    }
}

/// What has more digits is a list of numbers, not groups of one.
const LONGEST_NUMBER: usize = 15;

/// A text in tokens.
pub(super) struct Tokens<'a> {
    raw: &'a str,
    starts: Vec<usize>,
    /// The key of each token.
    pub(super) keys: Vec<u32>,
    /// The kind of each token.
    pub(super) kinds: Vec<Kind>,
    /// The first token of each paragraph.
    pub(super) paragraphs: Vec<usize>,
}

impl<'a> Tokens<'a> {
    /// Cuts `raw`, with numbers for its keys out of `keys`.
    pub(super) fn of(raw: &'a str, keys: &mut Keys) -> Self {
        let folded = Folded::of(raw);
        let mut cutter = Cutter {
            tokens: Self { raw, starts: vec![], keys: vec![], kinds: vec![], paragraphs: vec![] },
            names: keys,
            folded: &folded,
            shift: 0,
            end: 0,
            breaks: 0,
            group: None,
        };
        cutter.run();
        cutter.tokens
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The real text of a run of tokens; all of it where there are none.
    pub(super) fn text(&self, run: Range<usize>) -> &'a str {
        if self.keys.is_empty() {
            return self.raw;
        }
        &self.raw[self.start(run.start)..self.start(run.end)]
    }

    /// How many of a run of tokens are words.
    pub(super) fn words(&self, run: Range<usize>) -> usize {
        self.kinds[run].iter().filter(|kind| kind.is_word()).count()
    }

    /// The tokens of each paragraph.
    pub(super) fn paragraph_runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let ends = self.paragraphs.iter().skip(1).copied().chain([self.len()]);
        self.paragraphs.iter().copied().zip(ends).map(|(start, end)| start..end)
    }

    /// The first token that begins at a byte of the text or behind it.
    pub(super) fn first_from(&self, byte: usize) -> usize {
        if byte == 0 { 0 } else { self.starts.partition_point(|&start| start < byte) }
    }

    /// Where a token begins.
    pub(super) fn start(&self, token: usize) -> usize {
        match token {
            0 => 0,
            token => self.starts.get(token).copied().unwrap_or(self.raw.len()),
        }
    }
}

/// A text as it is compared, and where each of its parts stands in the real one.
struct Folded {
    text: String,
    /// From this byte of the folded text on, bytes stand that far along in the real one.
    shifts: Vec<(usize, usize)>,
}

impl Folded {
    fn of(raw: &str) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut shifts = vec![(0, 0)];
        let mut distance = 0_isize;
        for (at, c) in raw.char_indices() {
            let Some(c) = fold(c, text.chars().next_back()) else { continue };
            let now = at.cast_signed() - text.len().cast_signed();
            if now != distance {
                distance = now;
                shifts.push((text.len(), at));
            }
            text.push(c);
        }
        Self { text, shifts }
    }
}

struct Cutter<'a, 'k> {
    tokens: Tokens<'a>,
    names: &'k mut Keys,
    folded: &'k Folded,
    /// The shift that holds where the cutter stands.
    shift: usize,
    /// Where the last token ended in the folded text.
    end: usize,
    /// How many lines ended since.
    breaks: usize,
    /// The last token, where it is a number that a further group of three digits may continue.
    group: Option<String>,
}

impl Cutter<'_, '_> {
    fn run(&mut self) {
        // What is written without spaces is kept from the segmenter, which has no model of it here.
        let text = &self.folded.text;
        let (mut from, mut unspaced) = (0, false);
        for (at, c) in text.char_indices() {
            let now = is_unspaced(c) || (unspaced && is_combining_mark(c));
            if now != unspaced {
                self.stretch(from, &text[from..at], unspaced);
                (from, unspaced) = (at, now);
            }
        }
        self.stretch(from, &text[from..], unspaced);
    }

    fn stretch(&mut self, start: usize, text: &str, unspaced: bool) {
        let mut from = 0;
        let mut part = |this: &mut Self, to: usize| {
            let begin = std::mem::replace(&mut from, to);
            if begin < to {
                this.part(start + begin, &text[begin..to], unspaced);
            }
        };
        if unspaced {
            GraphemeClusterSegmenter::new().segment_str(text).for_each(|to| part(self, to));
        } else {
            let segmenter = WordSegmenter::new_for_non_complex_scripts(WordBreakInvariantOptions::default());
            segmenter.segment_str(text).for_each(|to| part(self, to));
        }
    }

    /// Takes what stands between two breaks, without the white space that a mark may cling to.
    fn part(&mut self, start: usize, text: &str, unspaced: bool) {
        let part = text.trim_start();
        let space = &text[..text.len() - part.len()];
        self.breaks += line_breaks(space);
        if part.is_empty() {
            return;
        }
        if std::mem::take(&mut self.breaks) > 1 || self.tokens.starts.is_empty() {
            self.tokens.paragraphs.push(self.tokens.len());
            self.group = None;
        }
        let start = start + space.len();
        if unspaced {
            self.push(start, part, Kind::Glyph);
        } else if part.chars().any(char::is_alphanumeric) {
            self.words(start, part);
        } else {
            self.sign(start, part);
        }
    }

    /// Cuts at a colon, and at a full stop that is not between digits: UAX 29 keeps `end.Next` and `Next:Health`
    /// together, where a space was lost.
    fn words(&mut self, start: usize, part: &str) {
        let digit = |at: Option<usize>| at.and_then(|at| part.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let mut from = 0;
        for (at, sign) in part.match_indices([':', '.']) {
            if digit(at.checked_sub(1)) && digit(Some(at + 1)) {
                continue;
            }
            if from < at {
                self.word(start + from, &part[from..at]);
            }
            self.sign(start + at, sign);
            from = at + 1;
        }
        if from < part.len() {
            self.word(start + from, &part[from..]);
        }
    }

    fn word(&mut self, start: usize, part: &str) {
        if !part.chars().any(char::is_numeric) {
            return self.push(start, part, Kind::Word);
        }
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        // `12 345` is one number, however wide the space is; `2023 100` is two.
        if let Some(mut group) = self.group.take()
            && digits == 3
            && start == self.end + 1
            && self.folded.text.as_bytes()[self.end] == b' '
            && let (Some(key), Some(kind)) = (self.tokens.keys.last_mut(), self.tokens.kinds.last_mut())
        {
            group.push_str(part);
            (*key, *kind) = (self.names.id(&group), Kind::Number);
            self.end = start + part.len();
            self.group = (part.len() == 3 && group.len() < LONGEST_NUMBER).then_some(group);
            return;
        }
        self.push(start, part, Kind::Number);
        if digits == part.len() && (1..=3).contains(&digits) && !part.starts_with('0') {
            self.group = Some(part.to_owned());
        }
    }

    fn sign(&mut self, start: usize, part: &str) {
        let mut chars = part.chars();
        let (first, alone) = (chars.next().unwrap_or(' '), chars.next().is_none());
        // `...` is an ellipsis, `''` a quotation mark, `--` a dash.
        if alone && matches!(first, '.' | ELLIPSIS | '\'' | '-') && start == self.end && start > 0 {
            let folds = match self.folded.text[..start].chars().next_back() {
                Some('.' | ELLIPSIS) => matches!(first, '.' | ELLIPSIS),
                Some(before) => before == first,
                None => false,
            };
            if folds
                && self.tokens.kinds.last().is_some_and(|kind| !kind.is_word())
                && let Some(key) = self.tokens.keys.last_mut()
            {
                if first == '.' {
                    *key = self.names.id(ELLIPSIS.encode_utf8(&mut [0; 4]));
                }
                self.end = start + part.len();
                return;
            }
        }
        match first {
            // A full stop inside of an address or a number ends no sentence.
            '.' | '!' | '?' if self.folded.text[start + part.len()..].starts_with(char::is_alphanumeric) => {
                self.push(start, part, Kind::Sign)
            }
            c if is_end(c) => self.push(start, part, Kind::End),
            c if is_pause(c) => self.push(start, part, Kind::Pause),
            // Single and double quotation marks are one where they are no apostrophe.
            '\'' if alone => self.push(start, "\"", Kind::Sign),
            _ => self.push(start, part, Kind::Sign),
        }
    }

    fn push(&mut self, start: usize, key: &str, kind: Kind) {
        let shifts = &self.folded.shifts;
        while shifts.get(self.shift + 1).is_some_and(|&(from, _)| from <= start) {
            self.shift += 1;
        }
        let (from, real) = shifts[self.shift];
        self.tokens.starts.push(real + (start - from));
        self.tokens.keys.push(self.names.id(key));
        self.tokens.kinds.push(kind);
        // A quotation mark may have another length as key than in the text; both are one byte.
        self.end = start + key.len();
        self.group = None;
    }
}

/// How many lines a run of white space ends.
fn line_breaks(space: &str) -> usize {
    let feeds = space.chars().map(|c| match c {
        '\n' => 1,
        '\u{2029}' => 2,
        _ => 0,
    });
    let lone_returns = space.bytes().filter(|&b| b == b'\r').count() - space.matches("\r\n").count();
    feeds.sum::<usize>() + lone_returns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(raw: &str) -> Vec<&str> {
        let tokens = Tokens::of(raw, &mut Keys::default());
        (0..tokens.len()).map(|i| tokens.text(i..i + 1)).collect()
    }

    #[test]
    fn cuts_words_numbers_signs_and_graphemes() {
        assert_eq!(cut(" Don't go,  now...\n"), [" Don't ", "go", ",  ", "now", "...\n"]);
        assert_eq!(cut("3.5 km at 12:30"), ["3.5 ", "km ", "at ", "12", ":", "30"]);
        assert_eq!(cut("1 234 567 and 2023 100"), ["1 234 567 ", "and ", "2023 ", "100"]);
        assert_eq!(cut("www.gov.example"), ["www", ".", "gov", ".", "example"]);
        assert_eq!(cut("3月に会う"), ["3", "月", "に", "会", "う"]);
        assert_eq!(cut("so\u{ad}ft \u{200b}👩\u{200d}👧!"), ["so\u{ad}ft \u{200b}", "👩\u{200d}👧", "!"]);
    }

    #[test]
    fn an_empty_line_is_a_border() {
        for (raw, count) in
            [("a\nb", 1), ("a\n\nb", 2), ("a\r\n \r\nb", 2), ("a\rb", 1), ("a\u{2029}b", 2), ("\n\na\n\n", 1)]
        {
            assert_eq!(Tokens::of(raw, &mut Keys::default()).paragraphs.len(), count, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn tokens_are_all_of_the_text(raw in "(?s).{0,40}|[a-z0-9 .:'\u{301}\u{ad}会ก\n-]{0,60}") {
            let tokens = Tokens::of(&raw, &mut Keys::default());
            prop_assert_eq!(tokens.text(0..tokens.len()), raw.as_str());
            if tokens.len() > 0 {
                prop_assert_eq!(cut(&raw).concat(), raw.clone());
                prop_assert!(cut(&raw).iter().all(|token| !token.is_empty()));
            }
        }
    }
}
