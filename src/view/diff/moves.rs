//! Pairs what is left over in both texts: a paragraph that stands elsewhere now, with whatever was edited in it.

use super::candidates::pairs;
use super::likeness::Paragraph;

/// A paragraph that is less like what stands elsewhere did not come from there.
const ALIKE: f64 = 0.45;
/// A shorter paragraph stands in many places by chance,
const WORDS: usize = 5;
/// and one that reads the same if it is shorter than this.
const SAME_WORDS: usize = 3;

/// The paragraphs that moved, as pairs, none of them twice; the likest and longest are paired first.
pub(super) fn moves(
    old: &[Paragraph<'_>],
    new: &[Paragraph<'_>],
    left: &(Vec<usize>, Vec<usize>),
) -> Vec<(usize, usize)> {
    let long = |paragraphs: &[Paragraph<'_>], left: &[usize]| -> Vec<usize> {
        left.iter().copied().filter(|&i| paragraphs[i].weight >= SAME_WORDS).collect()
    };
    let among = (long(old, &left.0), long(new, &left.1));
    let mut found = pairs(old, new, (&among.0, &among.1), ALIKE);
    found.retain(|pair| {
        let words = old[pair.old].weight.min(new[pair.new].weight);
        pair.likeness >= 1.0 || (pair.likeness >= ALIKE && words >= WORDS)
    });
    let worth = |pair: &super::candidates::Pair| pair.likeness * (old[pair.old].weight + new[pair.new].weight) as f64;
    found.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then((a.old, a.new).cmp(&(b.old, b.new))));
    let (mut gone, mut come) = (vec![false; old.len()], vec![false; new.len()]);
    let mut moved = Vec::new();
    for pair in found {
        if !gone[pair.old] && !come[pair.new] {
            (gone[pair.old], come[pair.new]) = (true, true);
            moved.push((pair.old, pair.new));
        }
    }
    moved.sort_unstable();
    moved
}
