//! Lays two texts side by side, paragraph by paragraph: what stayed, was edited, was split in two or three, was merged.
//!
//! Identical paragraphs at both ends are set aside. Among the rest the heaviest chain of alike paragraphs stays in
//! place; in its gaps, which are small, all pairs are tried. What is left over stands in one text only, or has moved.

use std::ops::Range;

use super::candidates::{Pair, pairs};
use super::chain::{Fragment, heaviest};
use super::likeness::{Paragraph, dice, shared};

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

/// Paragraphs of the first text that became paragraphs of the second: 1:1, 1:2, 2:1, 1:3 or 3:1, in order.
pub(super) fn align(old: &[Paragraph<'_>], new: &[Paragraph<'_>]) -> Vec<(Range<usize>, Range<usize>)> {
    let (head, tail) = common_ends(old, new);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut blocks: Vec<_> = (0..head).map(|i| (i..i + 1, i..i + 1)).collect();
    let outer = stay(old, new, (head..old_end, head..new_end), ALIKE);
    let (mut i, mut j) = (head, head);
    let end = (old_end..old_end, new_end..new_end);
    for (next_old, next_new) in outer.into_iter().chain([end]) {
        blocks.extend(stay(old, new, (i..next_old.start, j..next_new.start), ALIKE_BETWEEN));
        (i, j) = (next_old.end, next_new.end);
        if !next_old.is_empty() {
            blocks.push((next_old, next_new));
        }
    }
    blocks.extend((0..tail).map(|k| (old_end + k..old_end + k + 1, new_end + k..new_end + k + 1)));
    blocks
}

/// How many paragraphs are identical at the start and, apart from these, at the end.
pub(super) fn common_ends(old: &[Paragraph<'_>], new: &[Paragraph<'_>]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(a, b)| a.keys == b.keys).count();
    let rest = old[head..].iter().rev().zip(new[head..].iter().rev());
    (head, rest.take_while(|(a, b)| a.keys == b.keys).count())
}

/// What stays in place between two runs of paragraphs.
fn stay(
    old: &[Paragraph<'_>],
    new: &[Paragraph<'_>],
    (old_run, new_run): (Range<usize>, Range<usize>),
    alike: f64,
) -> Vec<(Range<usize>, Range<usize>)> {
    if old_run.is_empty() || new_run.is_empty() {
        return vec![];
    }
    let among: (Vec<usize>, Vec<usize>) = (old_run.collect(), new_run.collect());
    let pairs = pairs(old, new, (&among.0, &among.1), alike);
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
    heaviest(fragments, (old.len(), new.len())).into_iter().map(|f| (f.old, f.new)).collect()
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
        let mut features = part[first].features.clone();
        let mut words = part[first].weight;
        for (count, &next) in (1..PARTS).zip(&contained[at + 1..]) {
            if next != (w, first + count) {
                break;
            }
            features.extend_from_slice(&part[first + count].features);
            features.sort_unstable();
            words += part[first + count].weight;
            let common = shared(&whole[w].features, &features);
            let likeness = dice(common, whole[w].features.len(), features.len());
            if likeness >= WHOLE {
                found.push((w, first..first + count + 1, weight(likeness, whole[w].weight + words)));
            }
        }
    }
    found
}
