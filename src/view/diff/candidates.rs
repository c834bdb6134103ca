//! Which paragraphs of two texts may belong together: every pair where there are few, else pairs that share rare words.
//!
//! The number of pairs grows with the length of the texts, not with its square.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use super::likeness::{Paragraph, dice, shared};
use super::work;

/// Up to so many pairs each is looked at.
const ALL_PAIRS: usize = 4096;
/// A feature that stands in more paragraphs than this tells nothing about which belong together.
const RARE: usize = 8;
/// So many partners are looked at for a paragraph.
const PARTNERS: usize = 8;

/// Two paragraphs that may belong together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// The paragraph of the first text.
    pub(super) old: usize,
    /// The paragraph of the second text.
    pub(super) new: usize,
    /// How alike they are; 1 only where they are identical.
    pub(super) likeness: f64,
    /// Which share of the lighter one stands in the other.
    pub(super) contained: f64,
}

/// The pairs among some paragraphs of two texts that are alike, or of which one is part of the other, at least `floor`.
pub(super) fn pairs(
    old: &[Paragraph<'_>],
    new: &[Paragraph<'_>],
    among: (&[usize], &[usize]),
    floor: f64,
) -> Vec<Pair> {
    let mut places: Vec<(usize, usize)> = if among.0.len().saturating_mul(among.1.len()) <= ALL_PAIRS {
        among.0.iter().flat_map(|&i| among.1.iter().map(move |&j| (i, j))).collect()
    } else {
        let mut places = same(old, new, among);
        places.extend(related(old, new, among));
        places
    };
    places.sort_unstable();
    places.dedup();
    work::did(places.len());
    places.into_iter().filter_map(|(i, j)| compare((i, &old[i]), (j, &new[j]), floor)).collect()
}

fn compare((old, a): (usize, &Paragraph<'_>), (new, b): (usize, &Paragraph<'_>), floor: f64) -> Option<Pair> {
    if a.keys == b.keys {
        return Some(Pair { old, new, likeness: 1.0, contained: 1.0 });
    }
    let (less, more) = (a.features().len().min(b.features().len()), a.features().len().max(b.features().len()));
    if less == 0 {
        return None;
    }
    let common = shared(a.features(), b.features());
    let contained = common as f64 / less as f64;
    let likeness = dice(common, less, more).min(0.99);
    (likeness.max(contained) >= floor).then_some(Pair { old, new, likeness, contained })
}

/// Identical paragraphs: the first with the first of the same wording, the last with the last, and so on.
fn same(old: &[Paragraph<'_>], new: &[Paragraph<'_>], among: (&[usize], &[usize])) -> Vec<(usize, usize)> {
    let mut wordings: HashMap<&[u32], (Vec<usize>, Vec<usize>)> = HashMap::new();
    for &i in among.0 {
        wordings.entry(old[i].keys).or_default().0.push(i);
    }
    for &j in among.1 {
        if let Some((_, places)) = wordings.get_mut(new[j].keys) {
            places.push(j);
        }
    }
    let mut found = Vec::new();
    for (left, right) in wordings.values() {
        found.extend(left.iter().copied().zip(right.iter().copied()));
        found.extend(left.iter().rev().copied().zip(right.iter().rev().copied()));
    }
    found
}

/// For each paragraph of the first text those of the second with which it shares most that is rare.
fn related(old: &[Paragraph<'_>], new: &[Paragraph<'_>], among: (&[usize], &[usize])) -> Vec<(usize, usize)> {
    let (left, right) = (standing(old, among.0), standing(new, among.1));
    let (mut left, mut right) = (groups(&left).peekable(), groups(&right).peekable());
    let mut meetings: Vec<(usize, usize)> = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a[0].0.cmp(&b[0].0) {
            Ordering::Less => left.next(),
            Ordering::Greater => right.next(),
            Ordering::Equal => {
                if a.len() <= RARE && b.len() <= RARE {
                    meetings.extend(a.iter().flat_map(|&(_, i)| b.iter().map(move |&(_, j)| (i, j))));
                }
                left.next();
                right.next()
            }
        };
    }
    meetings.sort_unstable();
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut partners: Vec<(usize, usize)> = Vec::new();
    for of_one in meetings.chunk_by(|a, b| a.0 == b.0) {
        let i = of_one[0].0;
        partners.clear();
        partners.extend(of_one.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0].1)));
        partners.sort_unstable_by_key(|&(count, j)| (Reverse(count), j.abs_diff(i), j));
        found.extend(partners.iter().take(PARTNERS).map(|&(_, j)| (i, j)));
    }
    found
}

/// Each feature with each paragraph that it stands in, sorted.
fn standing(paragraphs: &[Paragraph<'_>], among: &[usize]) -> Vec<(u64, usize)> {
    let mut standing: Vec<(u64, usize)> = Vec::new();
    for &i in among {
        standing.extend(paragraphs[i].features().chunk_by(|a, b| a == b).map(|same| (same[0], i)));
    }
    standing.sort_unstable();
    standing
}

fn groups(standing: &[(u64, usize)]) -> impl Iterator<Item = &[(u64, usize)]> {
    standing.chunk_by(|a, b| a.0 == b.0)
}
