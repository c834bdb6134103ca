//! Lays two texts side by side, paragraph by paragraph: what stayed, was edited, was split in two or three, was merged.
//!
//! Identical paragraphs at both ends are set aside. Among the rest the heaviest chain of alike paragraphs stays in
//! place. What is left over has moved, was written anew in its place, or stands in one text only.

use std::ops::Range;

use super::candidates::{Pair, pairs};
use super::chain::{Fragment, heaviest};
use super::likeness::{Paragraph, dice, shared};
use super::moves::moves;

/// Two paragraphs that are less alike are not the same one edited.
const ALIKE: f64 = 0.34;
/// Where neighbours stay in place, what stands between them is taken for the same sooner.
const ALIKE_BETWEEN: f64 = 0.2;
/// A paragraph of which less stands in another one is not a part of it.
const PART: f64 = 0.6;
/// A paragraph of which that much stands in another one became it, whatever was added.
const KEPT: f64 = 0.8;
/// A shorter paragraph stands in another one by chance, unless it is whole there.
const KEPT_WORDS: usize = 3;
/// Parts that are, joined, less alike to the whole did not come of it.
const WHOLE: f64 = 0.7;
/// A paragraph is split into at most so many.
const PARTS: usize = 3;

/// Runs of paragraphs of the two texts that belong together: 1:1, 1:2, 2:1, 1:3 or 3:1.
pub(super) type Together = (Range<usize>, Range<usize>);

/// What became of the paragraphs; those in neither list stand in one text only.
pub(super) struct Alignment {
    /// What stayed in place, in order.
    pub(super) in_place: Vec<Together>,
    /// What stands elsewhere now, paragraph by paragraph, in the order of the first text.
    pub(super) moved: Vec<(usize, usize)>,
}

/// Aligns the paragraphs of two texts.
pub(super) fn align(old: &[Paragraph<'_>], new: &[Paragraph<'_>]) -> Alignment {
    let (head, tail) = common_ends(old, new);
    let mut in_place: Vec<Together> = (0..head).map(|i| (i..i + 1, i..i + 1)).collect();
    // What was not cut is the same in both, in the same order.
    let whole = |all: &[Paragraph<'_>]| (head..all.len() - tail).filter(|&i| all[i].whole).collect::<Vec<_>>();
    in_place.extend(whole(old).into_iter().zip(whole(new)).map(|(i, j)| (i..i + 1, j..j + 1)));
    in_place.extend((0..tail).rev().map(|k| (old.len() - k - 1..old.len() - k, new.len() - k - 1..new.len() - k)));
    let mut free = (vec![true; old.len()], vec![true; new.len()]);
    // First over all, then in the gaps, where pairs are few enough to try them all. Only what did not move may be
    // taken for a paragraph that was written anew.
    if fill(old, new, &mut in_place, &free, ALIKE) {
        fill(old, new, &mut in_place, &free, ALIKE);
    }
    let moved = moves(old, new, &left_over(&in_place, old.len(), new.len()));
    for &(i, j) in &moved {
        (free.0[i], free.1[j]) = (false, false);
    }
    fill(old, new, &mut in_place, &free, ALIKE_BETWEEN);
    Alignment { in_place, moved }
}

/// Finds what stays in each gap of `in_place`, among what is free; whether anything does.
fn fill(
    old: &[Paragraph<'_>],
    new: &[Paragraph<'_>],
    in_place: &mut Vec<Together>,
    free: &(Vec<bool>, Vec<bool>),
    alike: f64,
) -> bool {
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = (old.len()..old.len(), new.len()..new.len());
    for next in in_place.iter().chain([&end]) {
        let olds: Vec<usize> = (i..next.0.start).filter(|&i| free.0[i]).collect();
        let news: Vec<usize> = (j..next.1.start).filter(|&j| free.1[j]).collect();
        found.extend(stay(old, new, (&olds, &news), alike));
        (i, j) = (next.0.end, next.1.end);
    }
    let any = !found.is_empty();
    in_place.append(&mut found);
    in_place.sort_unstable_by_key(|(old, _)| old.start);
    any
}

/// The paragraphs of either text that `in_place` leaves over.
fn left_over(in_place: &[Together], olds: usize, news: usize) -> (Vec<usize>, Vec<usize>) {
    let (mut left, mut right) = (vec![true; olds], vec![true; news]);
    for (old, new) in in_place {
        left[old.clone()].fill(false);
        right[new.clone()].fill(false);
    }
    ((0..olds).filter(|&i| left[i]).collect(), (0..news).filter(|&j| right[j]).collect())
}

/// How many paragraphs are identical at the start and, apart from these, at the end.
fn common_ends(old: &[Paragraph<'_>], new: &[Paragraph<'_>]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(a, b)| a.keys == b.keys).count();
    let rest = old[head..].iter().rev().zip(new[head..].iter().rev());
    (head, rest.take_while(|(a, b)| a.keys == b.keys).count())
}

/// What stays in place among some paragraphs.
fn stay(old: &[Paragraph<'_>], new: &[Paragraph<'_>], among: (&[usize], &[usize]), alike: f64) -> Vec<Together> {
    if among.0.is_empty() || among.1.is_empty() {
        return vec![];
    }
    if let (&[i], &[j]) = among
        && old[i].are_surely_alike(&new[j], alike)
    {
        return vec![(i..i + 1, j..j + 1)];
    }
    let pairs = pairs(old, new, among, alike);
    let mut fragments: Vec<Fragment> = pairs
        .iter()
        .filter(|pair| {
            let least = old[pair.old].weight.min(new[pair.new].weight);
            let kept = if least >= KEPT_WORDS { pair.contained >= KEPT } else { least > 1 && pair.contained >= 1.0 };
            pair.likeness >= alike || kept
        })
        .map(|pair| Fragment {
            old: pair.old..pair.old + 1,
            new: pair.new..pair.new + 1,
            weight: weight(pair.likeness, old[pair.old].weight + new[pair.new].weight),
        })
        .collect();
    let splits = wholes(old, new, pairs.iter().map(|pair| (pair.old, pair.new, pair)));
    fragments.extend(splits.into_iter().map(|(whole, parts, weight)| Fragment {
        old: whole..whole + 1,
        new: parts,
        weight,
    }));
    let merges = wholes(new, old, pairs.iter().map(|pair| (pair.new, pair.old, pair)));
    fragments.extend(merges.into_iter().map(|(whole, parts, weight)| Fragment {
        old: parts,
        new: whole..whole + 1,
        weight,
    }));
    heaviest(fragments).into_iter().map(|f| (f.old, f.new)).collect()
}

/// What it is worth to keep paragraphs together: a close likeness counts more than two vague ones.
fn weight(likeness: f64, words: usize) -> f64 {
    likeness * likeness * words as f64
}

/// Paragraphs of one text whose parts stand as paragraphs of their own, next to each other, in the other.
fn wholes<'p>(
    whole: &[Paragraph<'_>],
    part: &[Paragraph<'_>],
    pairs: impl Iterator<Item = (usize, usize, &'p Pair)>,
) -> Vec<(usize, Range<usize>, f64)> {
    let mut contained: Vec<(usize, usize)> = pairs
        .filter(|(w, p, pair)| pair.likeness < 1.0 && pair.contained >= PART && whole[*w].weight > part[*p].weight)
        .map(|(w, p, _)| (w, p))
        .collect();
    contained.sort_unstable();
    let mut found = Vec::new();
    for (at, &(w, first)) in contained.iter().enumerate() {
        let mut features = part[first].features().to_vec();
        let mut words = part[first].weight;
        for (count, &next) in (1..PARTS).zip(&contained[at + 1..]) {
            if next != (w, first + count) {
                break;
            }
            features.extend_from_slice(part[first + count].features());
            features.sort_unstable();
            words += part[first + count].weight;
            let common = shared(whole[w].features(), &features);
            let likeness = dice(common, whole[w].features().len(), features.len());
            if likeness >= WHOLE {
                found.push((w, first..first + count + 1, weight(likeness, whole[w].weight + words)));
            }
        }
    }
    found
}
