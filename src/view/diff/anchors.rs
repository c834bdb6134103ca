//! Where two long runs of tokens surely belong together: short runs that stand once in both, in the same order.
//!
//! Patience, in linear space and n log n time.

use std::collections::HashMap;

use super::work;

/// A run that stands in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Where it begins in the first.
    pub(super) old: usize,
    /// Where it begins in the second.
    pub(super) new: usize,
    /// How many tokens it has.
    pub(super) length: usize,
}

/// The most anchors of `length` tokens or more that keep the order of both, none of which overlap.
pub(super) fn anchors(old: &[u32], new: &[u32], length: usize) -> Vec<Anchor> {
    let mut places: HashMap<&[u32], Place> = HashMap::new();
    for (i, run) in old.windows(length).enumerate() {
        places.entry(run).and_modify(|place| *place = Place::Many).or_insert(Place::Old(i));
    }
    for (j, run) in new.windows(length).enumerate() {
        if let Some(place) = places.get_mut(run) {
            *place = match *place {
                Place::Old(i) => Place::Both(i, j),
                Place::Both(..) | Place::Many => Place::Many,
            };
        }
    }
    work::did((old.len() + new.len()) * length);
    let mut common: Vec<(usize, usize)> = places
        .into_values()
        .filter_map(|place| match place {
            Place::Both(i, j) => Some((i, j)),
            Place::Old(_) | Place::Many => None,
        })
        .collect();
    common.sort_unstable();
    let mut found: Vec<Anchor> = Vec::new();
    for (i, j) in longest_increasing(&common) {
        match found.last_mut() {
            Some(last) if i <= last.old + last.length && i - last.old == j - last.new => {
                last.length = i + length - last.old;
            }
            Some(last) if i < last.old + last.length || j < last.new + last.length => {}
            Some(_) | None => found.push(Anchor { old: i, new: j, length }),
        }
    }
    found
}

/// Where a run of tokens stands.
enum Place {
    /// Once in the first, so far.
    Old(usize),
    /// Once in both.
    Both(usize, usize),
    /// More often.
    Many,
}

/// The longest chain of `pairs`, which are sorted by their first and have no second twice, that rises in both.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best chain of each length, and what stands before each pair in its chain.
    let mut last: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, &(_, j)) in pairs.iter().enumerate() {
        let length = last.partition_point(|&other| pairs[other].1 < j);
        before.push(length.checked_sub(1).map(|shorter| last[shorter]));
        match last.get_mut(length) {
            Some(slot) => *slot = at,
            None => last.push(at),
        }
    }
    let mut chain = Vec::with_capacity(last.len());
    let mut at = last.last().copied();
    while let Some(i) = at {
        chain.push(pairs[i]);
        at = before[i];
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn joins_runs_and_passes_over_what_repeats() {
        let (old, new) = ([1, 2, 3, 4, 9, 9, 5, 6], [7, 1, 2, 3, 4, 9, 9, 9, 5, 6]);
        let expected = [Anchor { old: 0, new: 1, length: 5 }, Anchor { old: 5, new: 7, length: 3 }];
        assert_eq!(anchors(&old, &new, 2), expected);
        assert_eq!(anchors(&[1, 1, 1], &[1, 1, 1], 1), []);
        assert_eq!(anchors(&[1], &[1, 2], 3), []);
    }

    proptest! {
        #[test]
        fn anchors_are_the_same_in_both_and_in_order(
            old in prop::collection::vec(0..12_u32, 0..60),
            new in prop::collection::vec(0..12_u32, 0..60),
            length in 1..4_usize,
        ) {
            let (mut i, mut j) = (0, 0);
            for anchor in anchors(&old, &new, length) {
                prop_assert!(anchor.old >= i && anchor.new >= j && anchor.length >= length);
                (i, j) = (anchor.old + anchor.length, anchor.new + anchor.length);
                prop_assert_eq!(&old[anchor.old..i], &new[anchor.new..j]);
            }
        }
    }
}
