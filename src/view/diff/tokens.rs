//! Cuts a text into tokens: words, numbers, signs, and graphemes of scripts without spaces.
//!
//! Every byte belongs to exactly one token: white space and format characters go with the token before them, those at
//! the start of the text with the first. So any run of tokens is a slice of the real text, and joining all of them
//! gives it back. Words are those of UAX 29; time is linear.

use std::ops::Range;

use super::cut::Cutter;
use super::keys::Keys;

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
    /// A paragraph that was not cut.
    Whole,
}

impl Kind {
    /// Whether it counts as a word.
    pub(super) fn is_word(self) -> bool {
        match self {
            Self::Word | Self::Number | Self::Glyph | Self::Whole => true,
            Self::End | Self::Pause | Self::Sign => false,
        }
    }
}

/// A text in tokens.
#[cfg_attr(test, derive(Debug, PartialEq))]
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
        Self::around(raw, [], keys)
    }

    /// Cuts `raw` but for some paragraphs in it, which are one token each, with the key that stands beside them.
    pub(super) fn around(raw: &'a str, whole: impl IntoIterator<Item = (Range<usize>, u32)>, keys: &mut Keys) -> Self {
        let mut cutter = Cutter::new(Self::none(raw), keys);
        let mut at = 0;
        for (paragraph, key) in whole {
            cutter.run(at..paragraph.start);
            cutter.whole(paragraph.start, key);
            at = paragraph.end;
        }
        cutter.run(at..raw.len());
        cutter.tokens()
    }

    /// A text of which nothing is cut yet.
    pub(super) fn none(raw: &'a str) -> Self {
        Self { raw, starts: vec![], keys: vec![], kinds: vec![], paragraphs: vec![] }
    }

    /// Adds a token that begins at a byte.
    pub(super) fn push(&mut self, start: usize, key: u32, kind: Kind) {
        self.starts.push(start);
        self.keys.push(key);
        self.kinds.push(kind);
    }

    /// The text that is cut.
    pub(super) fn raw(&self) -> &'a str {
        self.raw
    }

    /// A run of tokens as a text of its own.
    pub(super) fn part(&self, run: Range<usize>) -> Tokens<'a> {
        if run.is_empty() {
            return Self::none("");
        }
        let base = self.start(run.start);
        Self {
            raw: self.text(run.clone()),
            starts: self.starts[run.clone()].iter().map(|start| start.saturating_sub(base)).collect(),
            keys: self.keys[run.clone()].to_vec(),
            kinds: self.kinds[run].to_vec(),
            paragraphs: vec![0],
        }
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

    /// Where a token begins.
    pub(super) fn start(&self, token: usize) -> usize {
        match token {
            0 => 0,
            token => self.starts.get(token).copied().unwrap_or(self.raw.len()),
        }
    }
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
