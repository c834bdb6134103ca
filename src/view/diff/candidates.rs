//! Which paragraphs of two texts may belong together: every pair where there are few, else pairs that share rare words.
//!
//! The number of pairs grows with the length of the texts, not with its square.

use std::collections::HashMap;

use super::likeness::{Paragraph, dice, shared};

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
    places.into_iter().filter_map(|(i, j)| compare((i, &old[i]), (j, &new[j]), floor)).collect()
}

fn compare((old, a): (usize, &Paragraph<'_>), (new, b): (usize, &Paragraph<'_>), floor: f64) -> Option<Pair> {
    if a.keys == b.keys {
        return Some(Pair { old, new, likeness: 1.0, contained: 1.0 });
    }
    let (less, more) = (a.features.len().min(b.features.len()), a.features.len().max(b.features.len()));
    if less == 0 {
        return None;
    }
    let common = shared(&a.features, &b.features);
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
    let mut standing: HashMap<u64, Vec<usize>> = HashMap::new();
    for &j in among.1 {
        let mut last = None;
        for &feature in &new[j].features {
            if last.replace(feature) != Some(feature) {
                let places = standing.entry(feature).or_default();
                if places.len() <= RARE {
                    places.push(j);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut common: HashMap<usize, usize> = HashMap::new();
    for &i in among.0 {
        common.clear();
        for feature in &old[i].features {
            for &j in standing.get(feature).into_iter().filter(|places| places.len() <= RARE).flatten() {
                *common.entry(j).or_default() += 1;
            }
        }
        let mut partners: Vec<(usize, usize)> = common.iter().map(|(&j, &count)| (count, j)).collect();
        partners.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.abs_diff(i).cmp(&b.1.abs_diff(i))).then(a.1.cmp(&b.1)));
        found.extend(partners.into_iter().take(PARTNERS).map(|(_, j)| (i, j)));
    }
    found
}
