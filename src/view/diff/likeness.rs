//! How alike two paragraphs are: the share of words and pairs of words that they have in common, from 0 to 1.
//!
//! Words alone would make any two long paragraphs of a language alike, pairs alone would make a heavily edited one a
//! stranger. In scripts without spaces, where two texts share most characters, pairs and triples stand for these.
//! Numbers count as one word when alone: a changed figure leaves a paragraph what it was.

use std::cell::OnceCell;
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
    kinds: &'t [Kind],
    /// How much it weighs: its words, at least 1.
    pub(super) weight: usize,
    /// Whether it was not cut, since it stands in the other text in the same order.
    pub(super) whole: bool,
    features: OnceCell<Vec<u64>>,
}

impl<'t> Paragraph<'t> {
    /// The paragraphs of a text.
    pub(super) fn all(tokens: &'t Tokens<'_>) -> Vec<Self> {
        tokens.paragraph_runs().map(|run| Self::of(tokens, run)).collect()
    }

    /// A run of tokens as if it were a paragraph.
    pub(super) fn of(tokens: &'t Tokens<'_>, run: Range<usize>) -> Self {
        let (keys, kinds) = (&tokens.keys[run.clone()], &tokens.kinds[run.clone()]);
        let weight = tokens.words(run.clone()).max(1);
        let whole = kinds.first() == Some(&Kind::Whole);
        Self { run, keys, kinds, weight, whole, features: OnceCell::new() }
    }

    /// Its words and pairs of words, sorted, each as often as it occurs; worked out when they are first asked for.
    pub(super) fn features(&self) -> &[u64] {
        self.features.get_or_init(|| {
            let mut features = Vec::with_capacity(2 * self.weight);
            self.each_feature(self.keys.iter().zip(self.kinds), |feature| features.push(feature));
            features.sort_unstable();
            features
        })
    }

    fn is_wordless(&self) -> bool {
        self.weight == 1 && !self.kinds.iter().any(|kind| kind.is_word())
    }

    fn each_feature<'k>(&self, tokens: impl Iterator<Item = (&'k u32, &'k Kind)>, mut give: impl FnMut(u64)) {
        const NUMBER: u32 = u32::MAX;
        const NONE: u32 = u32::MAX - 1;
        let wordless = self.is_wordless();
        let (mut before, mut earlier) = (NONE, NONE);
        for (&key, &kind) in tokens {
            match kind {
                Kind::Word | Kind::Whole => give(single(key)),
                Kind::Number => give(single(NUMBER)),
                Kind::Glyph => give(triple(earlier, before, key)),
                Kind::End | Kind::Pause | Kind::Sign if wordless => give(single(key)),
                Kind::End | Kind::Pause | Kind::Sign => continue,
            }
            if before != NONE {
                give(pair(before, key));
            }
            (earlier, before) = (before, key);
        }
    }

    /// Whether two paragraphs are at least so much alike by what they begin and end with alone; tells no more if not.
    pub(super) fn are_surely_alike(&self, other: &Self, alike: f64) -> bool {
        let head = self.keys.iter().zip(other.keys).take_while(|(a, b)| a == b).count();
        let rest = self.keys[head..].iter().rev().zip(other.keys[head..].iter().rev());
        let tail = rest.take_while(|(a, b)| a == b).count();
        let count = |paragraph: &Self, run: Range<usize>| {
            let mut count = 0_usize;
            paragraph.each_feature(paragraph.keys[run.clone()].iter().zip(&paragraph.kinds[run]), |_| count += 1);
            count
        };
        let length = self.keys.len();
        if self.is_wordless() != other.is_wordless() {
            return false;
        }
        // A triple at the start of the tail may have begun before it: two of them are not counted.
        let shared = count(self, 0..head) + count(self, length - tail..length).saturating_sub(2);
        dice(shared, count(self, 0..length), count(other, 0..other.keys.len())) >= alike
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::keys::Keys;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn what_is_surely_alike_is_alike(
            old in "([ab] |[.,] |[会ก]|12 ){0,9}", new in "([ab] |[.,] |[会ก]|12 ){0,9}", both in "([a-e] |[会กข談]|[.] ){0,9}", alike in 0.1..0.9_f64,
        ) {
            let mut keys = Keys::default();
            let (old, new) = (format!("{both}{old}{both}"), format!("{both}{new}{both}"));
            let (old, new) = (Tokens::of(&old, &mut keys), Tokens::of(&new, &mut keys));
            let (a, b) = (Paragraph::of(&old, 0..old.len()), Paragraph::of(&new, 0..new.len()));
            let likeness = dice(shared(a.features(), b.features()), a.features().len(), b.features().len());
            prop_assert!(!a.are_surely_alike(&b, alike) || likeness >= alike, "{likeness} < {alike}");
        }
    }
}
