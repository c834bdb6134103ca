//! Which tokens of two runs differ: a histogram difference, as raw as the algorithm leaves it.
//!
//! The algorithm is near linear on prose and quadratic on long runs of few different tokens. So a long pair of runs is
//! cut first, at what stands once in both (`anchors`); a stretch that is long still has no words in common
//! that a person would see, and counts as replaced.

use std::ops::Range;

use super::anchors::{Anchor, anchors};
use super::work;
use imara_diff::{Algorithm, Diff, NoSliderHeuristic, Token};

/// Two runs are long where the product of their lengths is greater.
const LONG: usize = 16_000_000;
/// Long runs are cut at what stands once in both: first runs of so many tokens, then shorter ones.
const ANCHORS: [usize; 3] = [6, 3, 1];

/// A run of the first text that became a run of the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Edit {
    /// The tokens of the first text.
    pub(super) old: Range<usize>,
    /// The tokens of the second text.
    pub(super) new: Range<usize>,
}

/// Compares runs of keys; kept between runs, so that a short one costs no more than its length.
#[derive(Default)]
pub(super) struct Words {
    /// The number of a key in the current pair of runs, with the pair that it was given in.
    local: Vec<(u32, u32)>,
    round: u32,
}

impl Words {
    /// The edits that make `new` of `old`, in order, positions counted from the start of the runs.
    pub(super) fn edits(&mut self, old: &[u32], new: &[u32]) -> Vec<Edit> {
        let mut found = Vec::new();
        self.stretch(old, new, (0, 0), &ANCHORS, &mut found);
        found
    }

    /// Finds the edits of a stretch that begins at `at`, with anchors of the given lengths where it is long.
    fn stretch(&mut self, old: &[u32], new: &[u32], at: (usize, usize), lengths: &[usize], found: &mut Vec<Edit>) {
        let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let (old, new, at) = (&old[head..], &new[head..], (at.0 + head, at.1 + head));
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        if old.is_empty() && new.is_empty() {
            return;
        }
        let whole = Edit { old: at.0..at.0 + old.len(), new: at.1..at.1 + new.len() };
        if old.is_empty() || new.is_empty() {
            found.push(whole);
        } else if old.len().saturating_mul(new.len()) <= LONG {
            let edits = self.histogram(old, new).into_iter();
            found.extend(edits.map(|edit| Edit {
                old: edit.old.start + at.0..edit.old.end + at.0,
                new: edit.new.start + at.1..edit.new.end + at.1,
            }));
        } else if let Some((&length, shorter)) = lengths.split_first() {
            let (mut i, mut j) = (0, 0);
            let end = Anchor { old: old.len(), new: new.len(), length: 0 };
            for anchor in anchors(old, new, length).into_iter().chain([end]) {
                self.stretch(&old[i..anchor.old], &new[j..anchor.new], (at.0 + i, at.1 + j), shorter, found);
                (i, j) = (anchor.old + anchor.length, anchor.new + anchor.length);
            }
        } else {
            found.push(whole);
        }
    }

    fn histogram(&mut self, old: &[u32], new: &[u32]) -> Vec<Edit> {
        // The algorithm keeps a list for each key there is: numbers are given anew, from 0, for each pair.
        work::did(old.len() + new.len());
        self.round += 1;
        let mut count = 0;
        let before: Vec<Token> = old.iter().map(|&key| self.number(key, &mut count)).collect();
        let after: Vec<Token> = new.iter().map(|&key| self.number(key, &mut count)).collect();
        let mut diff = Diff::default();
        diff.compute_with(Algorithm::Histogram, &before, &after, count);
        diff.postprocess_with(&before, &after, NoSliderHeuristic);
        let wide = |run: Range<u32>| run.start as usize..run.end as usize;
        diff.hunks().map(|hunk| Edit { old: wide(hunk.before), new: wide(hunk.after) }).collect()
    }

    fn number(&mut self, key: u32, count: &mut u32) -> Token {
        if self.local.len() <= key as usize {
            self.local.resize(key as usize + 1, (0, 0));
        }
        let slot = &mut self.local[key as usize];
        if slot.0 != self.round {
            *slot = (self.round, *count);
            *count += 1;
        }
        Token(slot.1)
    }
}
