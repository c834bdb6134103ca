//! Which tokens of two runs differ: a histogram difference, as raw as the algorithm leaves it.
//!
//! Time is bounded by the algorithm, which falls back to heuristics where tokens repeat too often.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, NoSliderHeuristic, Token};

/// A run of the first text that became a run of the second; not both are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The tokens of the first text.
    pub(super) old: Range<usize>,
    /// The tokens of the second text.
    pub(super) new: Range<usize>,
}

/// Compares runs of keys; kept between runs, so that a short one costs no more than its length.
pub(super) struct Words {
    /// The number of a key in the current pair of runs, with the pair that it was given in.
    local: Vec<(u32, u32)>,
    round: u32,
}

impl Words {
    /// For keys below `keys`.
    pub(super) fn new(keys: usize) -> Self {
        Self { local: vec![(0, 0); keys], round: 0 }
    }

    /// The edits that make `new` of `old`, in order, positions counted from the start of the runs.
    pub(super) fn edits(&mut self, old: &[u32], new: &[u32]) -> Vec<Edit> {
        // The algorithm keeps a list for each key there is: numbers are given anew, from 0, for each pair.
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
        let slot = &mut self.local[key as usize];
        if slot.0 != self.round {
            *slot = (self.round, *count);
            *count += 1;
        }
        Token(slot.1)
    }
}
