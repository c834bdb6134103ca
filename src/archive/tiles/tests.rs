//! The specification's own examples, and logs of many sizes grown in many steps, each checked whole.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::archive::merkle::{self, leaf_hash};

type Kept = BTreeMap<String, Vec<u8>>;

fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(|i| format!("entry {i}").into_bytes()).collect()
}

fn get(kept: &Kept) -> impl Fn(&str) -> Result<Option<Vec<u8>>, StorageError> {
    |path| Ok(kept.get(path).cloned())
}

/// Grows a log to each of `sizes` in turn, as a writer does.
fn grown(sizes: &[u64]) -> (RightEdge, Kept) {
    let (mut edge, mut kept) = (RightEdge::default(), Kept::new());
    for size in sizes {
        for (path, bytes) in edge.append(&entries(edge.size(), *size)).unwrap() {
            assert_eq!(kept.insert(path.clone(), bytes), None, "{path} is written once");
        }
    }
    (edge, kept)
}

#[test]
fn paths_are_those_of_the_specification() {
    let tile = Tile { kind: Kind::Hashes(2), index: 1_234_067, width: FULL };
    assert_eq!(tile.to_string(), "tile/2/x001/x234/067");
    let partial = Tile { kind: Kind::Entries, index: 5, width: 7 };
    assert_eq!(partial.to_string(), "tile/entries/005.p/7");
    assert_eq!(partial.partial_folder(), "tile/entries/005.p");
    assert_eq!(Tile { index: 1000, ..tile }.to_string(), "tile/2/x001/000");
    assert_eq!(Tile { index: u64::MAX, ..tile }.to_string(), "tile/2/x018/x446/x744/x073/x709/x551/615");
    for tile in [tile, partial, Tile { index: 0, ..tile }, Tile { index: u64::MAX, ..partial }] {
        assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
    }
}

#[test]
fn paths_that_are_written_in_another_way_are_refused() {
    for path in [
        "tile/0/0",
        "tile/0/x000/000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/05",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/data/000",
        "tile/-1/000",
        "tile/0/+01",
        "tile//000",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/xx01/000",
        "tile/0/999999999999999999999999",
        "",
    ] {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
    let mut counts = BTreeMap::<_, (usize, Vec<u16>)>::new();
    for tile in all(70_000) {
        let count = counts.entry(tile.kind()).or_default();
        if tile.is_full() { count.0 += 1 } else { count.1.push(tile.width()) }
    }
    let expected = [
        (Kind::Entries, (273, vec![112])),
        (Kind::Hashes(0), (273, vec![112])),
        (Kind::Hashes(1), (1, vec![17])),
        (Kind::Hashes(2), (0, vec![1])),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
    let paths: Vec<String> = all(256).map(|tile| tile.to_string()).collect();
    assert_eq!(paths, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(all(0).count() + partial(0).count(), 0);
    assert_eq!(partial(u64::MAX).count(), 9);
    assert_eq!(RightEdge::read(0, |_| Ok(None)).unwrap(), RightEdge::default());
}

#[test]
fn a_grown_log_is_the_tree_of_its_entries() {
    for sizes in [&[1][..], &[255], &[256], &[257], &[1, 2, 3], &[5, 256, 256, 511], &[300, 512, 70_000, 70_001]] {
        let (edge, kept) = grown(sizes);
        let size = edge.size();
        let leaves: Vec<Digest> = entries(0, size).iter().map(|entry| leaf_hash(entry)).collect();
        assert_eq!(edge.root(), merkle::root_of(&leaves));
        assert_eq!(RightEdge::read(size, get(&kept)).unwrap(), edge);
        for tile in all(size) {
            assert!(kept.contains_key(&tile.to_string()), "{tile} of {size}");
        }
        let mut read = entries(0, 0);
        for bundle in all(size).filter(|tile| tile.kind() == Kind::Entries) {
            read.extend(read_entries(&bundle, get(&kept)).unwrap());
        }
        assert!(read == entries(0, size));
        let mut hashes = Hashes::new(size, get(&kept));
        let index = size / 3;
        let proof = merkle::inclusion_proof(index, size, |level, index| hashes.node(level, index)).unwrap().unwrap();
        assert!(merkle::verify_inclusion(index, size, &leaves[index as usize], &proof, &edge.root()));
        for old in sizes {
            let proof =
                merkle::consistency_proof(*old, size, |level, index| hashes.node(level, index)).unwrap().unwrap();
            let old_root = merkle::root_of(&leaves[..*old as usize]);
            assert!(merkle::verify_consistency(*old, size, &old_root, &edge.root(), &proof), "{old} {size}");
        }
    }
}

#[test]
fn superseded_tiles_can_go_and_older_sizes_still_read() {
    let (_, mut kept) = grown(&[3, 200, 300]);
    let gone: BTreeSet<String> = [superseded(3, 200), superseded(200, 300)].concat().into_iter().collect();
    assert_eq!(gone.iter().collect::<Vec<_>>(), ["tile/0/000.p", "tile/entries/000.p"]);
    kept.retain(|path, _| !gone.iter().any(|folder| path.starts_with(&format!("{folder}/"))));
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
    );
    let (old, _) = grown(&[200]);
    assert_eq!(RightEdge::read(200, get(&kept)).unwrap(), old, "the full tiles hold what was partial");
}

#[test]
fn what_is_missing_or_damaged_is_said_with_its_path() {
    let (_, kept) = grown(&[300]);
    let read = |kept: &Kept| RightEdge::read(300, get(kept)).map(|_| ()).unwrap_err().to_string();
    for path in ["tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"] {
        let mut without = kept.clone();
        without.remove(path);
        assert_eq!(read(&without), format!("{path} is missing"));
        let mut shorter = kept.clone();
        shorter.get_mut(path).unwrap().pop();
        assert!(read(&shorter).starts_with(&format!("{path} is damaged: it does not hold the")));
        let mut longer = kept.clone();
        longer.get_mut(path).unwrap().push(0);
        assert!(read(&longer).contains("damaged"));
    }
    let mut changed = kept.clone();
    *changed.get_mut("tile/entries/001.p/44").unwrap().last_mut().unwrap() ^= 1;
    assert_eq!(read(&changed), "tile/entries/001.p/44 is damaged: its entries are not those that the tree has hashed");
    let mut hashes = Hashes::new(300, get(&kept));
    assert!(hashes.node(0, 299).is_ok() && hashes.node(8, 0).is_ok());
    for (level, index) in [(0, 300), (8, 1), (2, 75), (64, 0), (255, u64::MAX), (7, u64::MAX), (4, 1 << 60)] {
        assert!(matches!(hashes.node(level, index), Err(TileError::Missing { .. })), "{level} {index}");
    }
}

#[test]
fn an_entry_of_65535_bytes_fits_and_one_more_does_not() {
    let mut edge = RightEdge::default();
    let before = edge.clone();
    assert_eq!(edge.append(&[vec![b'x'; 65_536]]).unwrap_err().length, 65_536);
    assert_eq!(edge, before, "nothing has grown");
    let written = edge.append(&[vec![b'x'; 65_535], Vec::new()]).unwrap();
    let parsed = parse_bundle(&written[0].1, 2).unwrap();
    assert_eq!((parsed[0].len(), parsed[1].len()), (65_535, 0));
    assert!(edge.append::<&[u8]>(&[]).unwrap().is_empty(), "nothing new, nothing to write");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_same_entries_make_the_same_tree_whatever_the_steps(steps in prop::collection::vec(0u64..400, 1..6)) {
        let sizes: Vec<u64> = steps.iter().scan(0, |size, step| { *size += step; Some(*size) }).collect();
        let (edge, kept) = grown(&sizes);
        let (at_once, needed) = grown(&sizes[sizes.len() - 1..]);
        prop_assert_eq!(&edge, &at_once);
        for (path, bytes) in needed {
            prop_assert_eq!(kept.get(&path), Some(&bytes));
        }
    }

    #[test]
    fn foreign_bytes_are_no_bundle_or_one_that_is_written_alike(bytes in prop::collection::vec(0u8..4, 0..40), width in 0u16..6) {
        if let Some(entries) = parse_bundle(&bytes, width) {
            let again: Vec<u8> = entries.iter().flat_map(|entry| [&(entry.len() as u16).to_be_bytes()[..], entry].concat()).collect();
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn foreign_paths_are_no_tile_or_one_that_is_written_alike(path in "(tile/)?([0-9]{1,3}|entries)/(x[0-9]{3}/){0,3}[0-9]{2,3}(\\.p/[0-9]{1,3})?") {
        if let Some(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.to_string(), path);
        }
    }
}
