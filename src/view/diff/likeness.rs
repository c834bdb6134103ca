//! How alike two paragraphs are: the share of words and pairs of words that they have in common, from 0 to 1.
//!
//! Words alone would make any two long paragraphs of a language alike, pairs alone would make a heavily edited one a
//! stranger. In scripts without spaces, where two texts share most characters, pairs and triples stand for these.
//! Numbers count as one word when alone: a changed figure leaves a paragraph what it was.

use std::cmp::Ordering;
use std::ops::Range;

use super::tokens::{Kind, Tokens};
use super::work;

/// A paragraph as it is compared with others.
pub(super) struct Paragraph<'t> {
    /// Its tokens.
    pub(super) run: Range<usize>,
    /// Their keys.
    pub(super) keys: &'t [u32],
    /// How much it weighs: its words, at least 1.
    pub(super) weight: usize,
    /// Whether it was not cut, since it stands in the other text in the same order.
    pub(super) whole: bool,
    /// Its words and pairs of words, sorted, each as often as it occurs.
    pub(super) features: Vec<u64>,
}

impl<'t> Paragraph<'t> {
    /// The paragraphs of a text.
    pub(super) fn all(tokens: &'t Tokens<'_>) -> Vec<Self> {
        tokens.paragraph_runs().map(|run| Self::new(tokens, run)).collect()
    }

    /// A run of tokens as if it were a paragraph, described.
    pub(super) fn of(tokens: &'t Tokens<'_>, run: Range<usize>) -> Self {
        let mut paragraph = Self::new(tokens, run);
        paragraph.describe(tokens);
        paragraph
    }

    fn new(tokens: &'t Tokens<'_>, run: Range<usize>) -> Self {
        let keys = &tokens.keys[run.clone()];
        let weight = tokens.words(run.clone()).max(1);
        let whole = tokens.kinds[run.start] == Kind::Whole;
        Self { run, keys, weight, whole, features: vec![] }
    }

    /// Works out the features, which identical paragraphs can do without.
    pub(super) fn describe(&mut self, tokens: &Tokens<'_>) {
        if self.whole {
            return;
        }
        const NUMBER: u32 = u32::MAX;
        const NONE: u32 = u32::MAX - 1;
        let kinds = &tokens.kinds[self.run.clone()];
        let wordless = !kinds.iter().any(|kind| kind.is_word());
        let mut features = Vec::with_capacity(2 * self.weight);
        let (mut before, mut earlier) = (NONE, NONE);
        for (&key, &kind) in self.keys.iter().zip(kinds) {
            match kind {
                Kind::Word | Kind::Whole => features.push(single(key)),
                Kind::Number => features.push(single(NUMBER)),
                Kind::Glyph => features.push(triple(earlier, before, key)),
                Kind::End | Kind::Pause | Kind::Sign if wordless => features.push(single(key)),
                Kind::End | Kind::Pause | Kind::Sign => continue,
            }
            if before != NONE {
                features.push(pair(before, key));
            }
            (earlier, before) = (before, key);
        }
        features.sort_unstable();
        self.features = features;
    }
}

fn single(key: u32) -> u64 {
    u64::from(key)
}

fn pair(first: u32, second: u32) -> u64 {
    (u64::from(first) + 1) << 32 | u64::from(second)
}

/// Mixed rather than exact: two triples that fall together cost nothing but a shade of likeness.
fn triple(first: u32, second: u32, third: u32) -> u64 {
    let mixed = pair(first, second).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(third);
    mixed.wrapping_mul(0xd6e8_feb8_6659_fd93) | 1 << 63
}

/// How many features two sorted lists share, each as often as it occurs in both.
pub(super) fn shared(a: &[u64], b: &[u64]) -> usize {
    work::did(a.len() + b.len());
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, count) = (i + 1, j + 1, count + 1),
        }
    }
    count
}

/// The likeness of two lists of features of which `shared` are common: Dice's coefficient.
pub(super) fn dice(shared: usize, a: usize, b: usize) -> f64 {
    if a + b == 0 { 0.0 } else { 2.0 * shared as f64 / (a + b) as f64 }
}
