//! The heaviest chain: out of weighted boxes over two sequences, those that keep the order of both and weigh most.
//!
//! This is what stays in place; by weight and not by number, so that of two parts that changed places the lighter one
//! has moved. Boxes are sparse, time is n log n in them, and linear in the stretch that they cover.

use std::ops::Range;

use super::work;

/// A run of one sequence that belongs to a run of the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fragment {
    /// The run in the first.
    pub(super) old: Range<usize>,
    /// The run in the second.
    pub(super) new: Range<usize>,
    /// What it is worth to keep the two together; more than 0.
    pub(super) weight: f64,
}

/// The heaviest chain of `fragments`, in order.
pub(super) fn heaviest(mut fragments: Vec<Fragment>) -> Vec<Fragment> {
    fragments.sort_by(|a, b| {
        (a.old.start, a.new.start, a.old.end, a.new.end).cmp(&(b.old.start, b.new.start, b.old.end, b.new.end))
    });
    let mut by_end: Vec<usize> = (0..fragments.len()).collect();
    by_end.sort_by_key(|&i| (fragments[i].old.end, i));
    let mut ended = by_end.into_iter().peekable();

    let first = fragments.iter().map(|fragment| fragment.new.start).min().unwrap_or(0);
    let last = fragments.iter().map(|fragment| fragment.new.end).max().unwrap_or(0);
    work::did(last - first + fragments.len());
    let mut best = Best { first, tree: vec![None; last - first + 1] };
    let mut totals: Vec<(f64, Option<usize>)> = Vec::with_capacity(fragments.len());
    for fragment in &fragments {
        // What ended before this one starts in the first sequence may stand before it in the chain.
        while let Some(i) = ended.next_if(|&i| fragments[i].old.end <= fragment.old.start) {
            best.raise(fragments[i].new.end, totals[i].0, i);
        }
        let before = best.below(fragment.new.start);
        totals.push((fragment.weight + before.map_or(0.0, |(total, _)| total), before.map(|(_, i)| i)));
    }
    let mut at = (0..totals.len()).rev().max_by(|&a, &b| totals[a].0.total_cmp(&totals[b].0));
    let mut chain = Vec::new();
    while let Some(i) = at {
        chain.push(fragments[i].clone());
        at = totals[i].1;
    }
    chain.reverse();
    chain
}

/// A Fenwick tree of maxima: the heaviest chain that ends at or before a position.
struct Best {
    /// The first position that may be asked for.
    first: usize,
    tree: Vec<Option<(f64, usize)>>,
}

impl Best {
    fn raise(&mut self, position: usize, total: f64, fragment: usize) {
        let mut i = position - self.first + 1;
        while let Some(slot) = self.tree.get_mut(i - 1) {
            if slot.is_none_or(|(known, _)| known < total) {
                *slot = Some((total, fragment));
            }
            i += i & i.wrapping_neg();
        }
    }

    fn below(&self, position: usize) -> Option<(f64, usize)> {
        let mut i = position - self.first + 1;
        let mut best: Option<(f64, usize)> = None;
        while i > 0 {
            if let Some((total, fragment)) = self.tree[i - 1]
                && best.is_none_or(|(known, _)| known < total)
            {
                best = Some((total, fragment));
            }
            i -= i & i.wrapping_neg();
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn follows(a: &Fragment, b: &Fragment) -> bool {
        a.old.end <= b.old.start && a.new.end <= b.new.start
    }

    /// The best total that starts with `fragments[at]`, by trying everything.
    fn best_from(fragments: &[Fragment], at: usize) -> f64 {
        let next = (0..fragments.len()).filter(|&i| follows(&fragments[at], &fragments[i]));
        fragments[at].weight + next.map(|i| best_from(fragments, i)).fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn no_chain_is_heavier(boxes in prop::collection::vec((0..8_usize, 1..3_usize, 0..8_usize, 1..3_usize, 1..9_u8), 0..9)) {
            let fragments: Vec<Fragment> = boxes
                .iter()
                .map(|&(i, n, j, m, weight)| Fragment { old: i..i + n, new: j..j + m, weight: f64::from(weight) })
                .collect();
            let chain = heaviest(fragments.clone());
            prop_assert!(chain.windows(2).all(|pair| follows(&pair[0], &pair[1])));
            let total: f64 = chain.iter().map(|fragment| fragment.weight).sum();
            let best = (0..fragments.len()).map(|at| best_from(&fragments, at)).fold(0.0, f64::max);
            prop_assert!((total - best).abs() < 1e-9, "{total} of {best}");
        }
    }
}
