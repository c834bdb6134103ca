//! The Merkle tree of RFC 6962 and RFC 9162, section 2.1, over SHA-256: roots and proofs, pure.
//!
//! A node is named by its level and its index there: node (l, i) is the hash over the leaves i·2^l to (i+1)·2^l − 1
//! and exists once all of them do. All else, roots and the hashes in proofs, is folded from such nodes, which a closure
//! reads. Verifying takes no node, and never more than 64 steps.

use crate::model::digest::Digest;

/// The hash of an entry as a leaf: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], entry])
}

/// The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// The full subtrees that make up a tree, largest first: all that must be remembered to grow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    subtrees: Vec<Digest>,
}

impl Edge {
    /// Reads the edge of a tree of `size` leaves.
    pub fn read<E>(size: u64, mut read: impl FnMut(u8, u64) -> Result<Digest, E>) -> Result<Self, E> {
        let subtrees = subtrees(0, size).map(|(level, index)| read(level, index)).collect::<Result<_, E>>()?;
        Ok(Self { size, subtrees })
    }

    /// Adds a leaf by its [`leaf_hash`].
    pub fn push(&mut self, leaf: Digest) {
        let mut subtree = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.subtrees.pop().expect("there is one full subtree for each bit of the size");
            subtree = node_hash(&left, &subtree);
        }
        self.subtrees.push(subtree);
        self.size += 1;
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        fold(&self.subtrees).unwrap_or_else(empty_root)
    }
}

/// The root of the tree's first `size` leaves.
pub fn root<E>(size: u64, read: impl FnMut(u8, u64) -> Result<Digest, E>) -> Result<Digest, E> {
    Edge::read(size, read).map(|edge| edge.root())
}

/// The root over all of `leaves`, given by their hashes.
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut edge = Edge::default();
    for leaf in leaves {
        edge.push(*leaf);
    }
    edge.root()
}

/// The proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1); `None` where there is no such leaf.
pub fn inclusion_proof<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(u8, u64) -> Result<Digest, E>,
) -> Result<Option<Vec<Digest>>, E> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_hash(middle, end, &mut read)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, &mut read)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// Whether a proof shows that the leaf of this hash is leaf `index` of the tree of this size and root (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: &Digest, proof: &[Digest], root: &Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // The node has no sibling at these levels: it is the last, and moves up as it is.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162, 2.1.4.1); `None` where it is not smaller or equal.
///
/// It is empty for an `old` of 0, as everything grows from nothing, and for equal sizes.
pub fn consistency_proof<E>(
    old: u64,
    new: u64,
    mut read: impl FnMut(u8, u64) -> Result<Digest, E>,
) -> Result<Option<Vec<Digest>>, E> {
    if old > new {
        return Ok(None);
    }
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, new);
    if old == 0 {
        return Ok(Some(proof));
    }
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_hash(middle, end, &mut read)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, &mut read)?);
            start = middle;
        }
    }
    // The old tree's own root is what the verifier has already, unless it is only a part of what is shared.
    if start != 0 {
        proof.push(range_hash(start, end, &mut read)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// Whether a proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2).
pub fn verify_consistency(old: u64, new: u64, old_root: &Digest, new_root: &Digest, proof: &[Digest]) -> bool {
    if old > new {
        return false;
    }
    if old == new || old == 0 {
        return proof.is_empty() && if old == new { old_root == new_root } else { *old_root == empty_root() };
    }
    // Where the old tree is one full subtree its root begins the path, and stands in no proof.
    let (first, path) = match proof.split_first() {
        _ if old.is_power_of_two() => (*old_root, proof),
        Some((first, path)) => (*first, path),
        None => return false,
    };
    let shared = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> shared, (new - 1) >> shared);
    let (mut from_old, mut from_new) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            from_old = node_hash(sibling, &from_old);
            from_new = node_hash(sibling, &from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The full subtrees that make up the leaves from `start` to before `end`, largest first, as (level, index).
///
/// `start` must be a multiple of the largest: so it is in every range that a proof names.
fn subtrees(start: u64, end: u64) -> impl Iterator<Item = (u8, u64)> {
    let mut start = start;
    std::iter::from_fn(move || {
        let level = (end - start).checked_ilog2()?;
        let index = start >> level;
        start += 1 << level;
        Some((level as u8, index))
    })
}

fn range_hash<E>(start: u64, end: u64, read: &mut impl FnMut(u8, u64) -> Result<Digest, E>) -> Result<Digest, E> {
    let hashes = subtrees(start, end).map(|(level, index)| read(level, index)).collect::<Result<Vec<_>, E>>()?;
    Ok(fold(&hashes).unwrap_or_else(empty_root))
}

/// The hash over subtrees, largest first.
fn fold(subtrees: &[Digest]) -> Option<Digest> {
    let (last, left) = subtrees.split_last()?;
    Some(left.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
