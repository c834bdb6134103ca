//! The published vectors, and the definition of RFC 6962 as it stands there, against what folds and proves.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

/// MTH of RFC 6962, 2.1, word for word.
fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&mth(left), &mth(right))
        }
    }
}

fn reader(leaves: &[Digest]) -> impl FnMut(u8, u64) -> Result<Digest, Infallible> {
    move |level, index| {
        let width = 1usize << level;
        let start = index as usize * width;
        Ok(mth(leaves.get(start..start + width).expect("only full subtrees are read")))
    }
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// The eight leaves that the reference implementations of Certificate Transparency are tested with.
fn published_leaves() -> Vec<Digest> {
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    entries.into_iter().map(leaf_hash).collect()
}

#[test]
fn has_the_published_roots() {
    let expected = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut edge = Edge::default();
    assert_eq!(edge.root().hex(), expected[0]);
    for (leaf, expected) in published_leaves().into_iter().zip(&expected[1..]) {
        edge.push(leaf);
        assert_eq!(edge.root().hex(), *expected, "of {}", edge.size());
    }
}

#[test]
fn has_the_published_proofs() {
    let leaves = published_leaves();
    let hex = |proof: Result<Option<Vec<Digest>>, Infallible>| -> Vec<String> {
        let Ok(proof) = proof;
        proof.expect("in range").iter().map(|hash| hash.hex()[..16].to_owned()).collect()
    };
    assert_eq!(
        hex(inclusion_proof(0, 8, reader(&leaves))),
        ["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]
    );
    assert_eq!(
        hex(inclusion_proof(5, 8, reader(&leaves))),
        ["bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957"]
    );
    assert_eq!(hex(inclusion_proof(2, 3, reader(&leaves))), ["fac54203e7cc696c"]);
    assert_eq!(
        hex(consistency_proof(6, 8, reader(&leaves))),
        ["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]
    );
    assert_eq!(hex(consistency_proof(2, 5, reader(&leaves))), ["5f083f0a1a33ca07", "bc1a0643b12e4d2d"]);
    assert!(hex(consistency_proof(1, 1, reader(&leaves))).is_empty());
}

#[test]
fn every_small_tree_proves_every_leaf_and_every_beginning_and_nothing_else() {
    let all = leaves(40);
    let stranger = leaf_hash(b"not in the tree");
    for size in 0..=all.len() as u64 {
        let root = mth(&all[..size as usize]);
        assert_eq!(super::root(size, reader(&all)), Ok(root));
        for index in 0..size {
            let Ok(proof) = inclusion_proof(index, size, reader(&all));
            let proof = proof.expect("in range");
            assert!(verify_inclusion(index, size, &all[index as usize], &proof, &root), "{index} of {size}");
            assert!(!verify_inclusion(index, size, &stranger, &proof, &root));
            assert!(!verify_inclusion(index, size + 1, &all[index as usize], &proof, &stranger));
            for wrong in (0..size).filter(|wrong| *wrong != index) {
                assert!(!verify_inclusion(wrong, size, &all[index as usize], &proof, &root), "{index} {wrong} {size}");
            }
        }
        for old in 0..=size {
            let old_root = mth(&all[..old as usize]);
            let Ok(proof) = consistency_proof(old, size, reader(&all));
            let proof = proof.expect("in range");
            assert!(verify_consistency(old, size, &old_root, &root, &proof), "{old} {size}");
            assert!(!verify_consistency(old, size, &stranger, &root, &proof), "{old} {size}");
            if old > 0 {
                assert!(!verify_consistency(old, size, &old_root, &stranger, &proof), "{old} {size}");
            }
        }
    }
}

#[test]
fn there_is_no_proof_of_what_is_not_there() {
    let all = leaves(8);
    assert_eq!(inclusion_proof(8, 8, reader(&all)), Ok(None));
    assert_eq!(inclusion_proof(0, 0, reader(&all)), Ok(None));
    assert_eq!(consistency_proof(8, 7, reader(&all)), Ok(None));
    let root = mth(&all);
    assert!(!verify_inclusion(8, 8, &all[7], &[], &root) && !verify_inclusion(0, 0, &all[0], &[], &root));
    assert!(!verify_consistency(9, 8, &root, &root, &[]) && !verify_consistency(3, 8, &root, &root, &[]));
    assert!(!verify_consistency(0, 8, &root, &root, &[]), "the root of nothing is known");
}

#[test]
fn the_largest_sizes_neither_overflow_nor_loop() {
    let mut read = |_, _| Ok::<_, Infallible>(empty_root());
    for size in [u64::MAX, u64::MAX - 1, (1 << 63) + 1, 1 << 63] {
        let Ok(root) = super::root(size, &mut read);
        let Ok(edge) = Edge::read(size, &mut read);
        assert_eq!(edge.root(), root);
        for index in [0, size / 2, size - 1] {
            let Ok(proof) = inclusion_proof(index, size, &mut read);
            let stranger = leaf_hash(b"not in the tree");
            assert!(!verify_inclusion(index, size, &stranger, &proof.expect("in range"), &root));
        }
        let Ok(proof) = consistency_proof(size - 1, size, &mut read);
        assert!(proof.expect("in range").len() <= 65);
        assert!(!verify_consistency(size - 1, size, &root, &root, &vec![root; 1000]));
    }
}

proptest! {
    #[test]
    fn grows_as_it_is_defined(size in 0u64..700, more in 0u64..700) {
        let all = leaves(size + more);
        let Ok(mut edge) = Edge::read(size, reader(&all));
        prop_assert_eq!(edge.root(), mth(&all[..size as usize]));
        for leaf in &all[size as usize..] {
            edge.push(*leaf);
        }
        prop_assert_eq!(edge.size(), size + more);
        prop_assert_eq!(edge.root(), mth(&all));
    }

    #[test]
    fn a_proof_with_one_hash_changed_added_or_taken_away_proves_nothing(
        size in 2u64..500, at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), old in any::<prop::sample::Index>(),
    ) {
        let all = leaves(size);
        let root = mth(&all);
        let index = at.index(size as usize) as u64;
        let old = 1 + old.index(size as usize - 1) as u64;
        let old_root = mth(&all[..old as usize]);
        let Ok(inclusion) = inclusion_proof(index, size, reader(&all));
        let Ok(consistency) = consistency_proof(old, size, reader(&all));
        let includes = |proof: &[Digest]| verify_inclusion(index, size, &all[index as usize], proof, &root);
        let grows = |proof: &[Digest]| verify_consistency(old, size, &old_root, &root, proof);
        let (inclusion, consistency) = (inclusion.expect("in range"), consistency.expect("in range"));
        prop_assert!(includes(&inclusion) && grows(&consistency));
        for bad in spoilt(&inclusion, which) {
            prop_assert!(!includes(&bad));
        }
        for bad in spoilt(&consistency, which) {
            prop_assert!(!grows(&bad));
        }
    }
}

fn spoilt(proof: &[Digest], which: prop::sample::Index) -> [Vec<Digest>; 4] {
    let at = which.index(proof.len());
    let mut changed = proof.to_vec();
    changed[at] = leaf_hash(b"another");
    let mut shorter = proof.to_vec();
    shorter.remove(at);
    let mut longer = proof.to_vec();
    longer.insert(at, proof[at]);
    let appended = [proof, &[empty_root()]].concat();
    [changed, shorter, longer, appended]
}
