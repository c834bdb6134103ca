//! Tiles out of several places, of which none is believed: what a root that was signed leads to, and nothing else.
//!
//! From the top down: the right edge must make the root, and each full tile the hash that stands for it in the level above.
//! So a tile is judged by itself, and one that is lost takes along only what lies below it. Memory follows the leaf tiles,
//! of which one in 256 entries is remembered as a hash.

use super::edge::{push_entry, tile_bytes};
use super::hashes::{read_entries, read_hashes, subtree};
use super::{FULL, Kind, Tile, TileError, hashes_at, kinds, partial};
use crate::archive::merkle::{self, leaf_hash};
use crate::archive::storage::StorageError;
use crate::model::digest::Digest;

/// A place that may hold the tiles of a log: gives the bytes at a path below the log's folder.
pub type Get<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, StorageError>;

/// A tile that must be there, and where it was found.
#[derive(Debug)]
pub struct Found {
    /// Which it is.
    pub tile: Tile,
    /// Its bytes at its width, and in which of the places they stood; `None` where no place has them.
    pub bytes: Option<(Origin, Vec<u8>)>,
    /// Why those places that were asked before do not have it.
    pub faults: Vec<TileError>,
}

/// Where the bytes of a tile come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From one of the places, by its number.
    Place(usize),
    /// No place has it whole, but one has the entries below it, which make it.
    Entries,
}

/// Goes through every tile and bundle of the tree of this size and root, level by level from the top, each bundle after
/// the hashes of its entries; each is taken from the first place that has it whole.
pub fn walk<E>(
    size: u64,
    root: &Digest,
    places: &[Get<'_>],
    visit: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let levels = kinds(size).filter_map(|kind| match kind {
        Kind::Hashes(level) => Some(level),
        Kind::Entries => None,
    });
    let mut walk = Walk { size, places, above: Vec::new(), visit };
    let mut edge = right_edge(size, root, places);
    for level in levels.collect::<Vec<_>>().into_iter().rev() {
        let last =
            edge.iter().position(|found| found.tile.kind() == Kind::Hashes(level)).map(|at| edge.swap_remove(at));
        walk.level(level, last)?;
    }
    Ok(())
}

/// What one place holds of a tile.
type Read<T> = Result<Vec<T>, TileError>;

struct Walk<'a, E> {
    size: u64,
    places: &'a [Get<'a>],
    /// The hashes of the level above, in order; `None` where they are lost.
    above: Vec<Option<Digest>>,
    visit: &'a mut dyn FnMut(Found) -> Result<(), E>,
}

impl<E> Walk<'_, E> {
    fn level(&mut self, level: u8, last: Option<Found>) -> Result<(), E> {
        let mut hashes = Vec::new();
        let above = std::mem::take(&mut self.above);
        for (index, expected) in (0..).zip(above) {
            let Some(tile) = Tile::of(Kind::Hashes(level), index, self.size) else { break };
            let found = self.full(tile, expected);
            self.pass(level, found, &mut hashes)?;
        }
        if let Some(found) = last {
            self.pass(level, found, &mut hashes)?;
        }
        self.above = hashes;
        Ok(())
    }

    /// Hands a tile of hashes on, and the bundle below it where it has one; remembers its hashes for the level below.
    fn pass(&mut self, level: u8, found: Found, hashes: &mut Vec<Option<Digest>>) -> Result<(), E> {
        let (tile, width) = (found.tile, found.tile.width());
        let parsed = found.bytes.as_ref().and_then(|(_, bytes)| super::parse_hashes(bytes, width));
        let bundle = Tile::of(Kind::Entries, tile.index(), self.size).filter(|_| level == 0);
        if bundle.is_none() {
            match &parsed {
                Some(known) => hashes.extend(known.iter().copied().map(Some)),
                None => hashes.extend((0..width).map(|_| None)),
            }
        }
        (self.visit)(found)?;
        match bundle {
            Some(bundle) => {
                let found = self.bundle(bundle, parsed.as_deref());
                (self.visit)(found)
            }
            None => Ok(()),
        }
    }

    /// A full tile, by the hash over it.
    fn full(&self, tile: Tile, expected: Option<Digest>) -> Found {
        let fits = |hashes: &[Digest]| expected.is_some_and(|expected| merkle::root_of(hashes) == expected);
        let mut faults = Vec::new();
        for (place, get) in self.places.iter().enumerate() {
            match self.judged(&tile, read_hashes(&tile, get), expected.is_some(), fits) {
                Ok(hashes) => {
                    return Found { tile, bytes: Some((Origin::Place(place), tile_bytes(&hashes))), faults };
                }
                Err(fault) => faults.push(fault),
            }
        }
        let leaves = self.leaves(&tile).into_iter().find(|hashes| fits(hashes));
        Found { tile, bytes: leaves.map(|hashes| (Origin::Entries, tile_bytes(&hashes))), faults }
    }

    /// The hashes of the entries under a tile, in each place that has some.
    fn leaves(&self, tile: &Tile) -> Vec<Vec<Digest>> {
        let bundle = match tile.kind() {
            Kind::Hashes(0) => Tile::of(Kind::Entries, tile.index(), self.size),
            Kind::Hashes(_) | Kind::Entries => None,
        };
        let Some(bundle) = bundle else { return Vec::new() };
        let read = self.places.iter().filter_map(|get| read_entries(&bundle, get).ok());
        read.map(|entries| entries.iter().map(|entry| leaf_hash(entry)).collect()).collect()
    }

    /// A bundle, by the hashes of its entries.
    fn bundle(&self, tile: Tile, hashes: Option<&[Digest]>) -> Found {
        let fits = |entries: &[Vec<u8>]| {
            hashes.is_some_and(|hashes| entries.iter().map(|entry| leaf_hash(entry)).eq(hashes.iter().copied()))
        };
        let mut faults = Vec::new();
        for (place, get) in self.places.iter().enumerate() {
            match self.judged(&tile, read_entries(&tile, get), hashes.is_some(), fits) {
                Ok(entries) => {
                    let mut bytes = Vec::new();
                    entries.iter().for_each(|entry| push_entry(&mut bytes, entry));
                    return Found { tile, bytes: Some((Origin::Place(place), bytes)), faults };
                }
                Err(fault) => faults.push(fault),
            }
        }
        Found { tile, bytes: None, faults }
    }

    fn judged<T>(&self, tile: &Tile, read: Read<T>, known: bool, fits: impl Fn(&[T]) -> bool) -> Read<T> {
        let damaged = |what| TileError::Damaged { path: tile.to_string(), what };
        match read {
            Ok(there) if fits(&there) => Ok(there),
            Ok(_) if known => Err(damaged("it is not what was hashed and signed")),
            Ok(_) => Err(damaged("what vouches for it is lost")),
            Err(error) => Err(error),
        }
    }
}

/// The tiles of hashes at the right end, of each level from any place, so that together they make the root.
///
/// There are at most eight, and few places: all ways to choose are tried.
fn right_edge(size: u64, root: &Digest, places: &[Get<'_>]) -> Vec<Found> {
    let tiles: Vec<Tile> = partial(size).filter(|tile| tile.kind() != Kind::Entries).collect();
    let read: Vec<Vec<Read<Digest>>> =
        tiles.iter().map(|tile| places.iter().map(|get| read_hashes(tile, get)).collect()).collect();
    let mut choice = vec![0; tiles.len()];
    let chosen = loop {
        if makes(size, root, &tiles, &read, &choice) {
            break Some(choice);
        }
        // counts up, the first place of each level first
        let Some(at) = choice.iter().position(|place| place + 1 < places.len()) else { break None };
        choice[at] += 1;
        choice[..at].fill(0);
    };
    let found = |(at, (tile, read)): (usize, (Tile, Vec<Read<Digest>>))| {
        let place = chosen.as_ref().map(|choice| choice[at]);
        let (mut bytes, mut faults) = (None, Vec::new());
        for (number, read) in read.into_iter().enumerate() {
            match read {
                Ok(hashes) if place == Some(number) => {
                    bytes = Some((Origin::Place(number), tile_bytes(&hashes)));
                    break;
                }
                Ok(_) => {
                    let what = "with the others at the right end it does not make the root that was signed";
                    faults.push(TileError::Damaged { path: tile.to_string(), what });
                }
                Err(fault) => faults.push(fault),
            }
        }
        Found { tile, bytes, faults }
    };
    tiles.into_iter().zip(read).enumerate().map(found).collect()
}

/// Whether these tiles at the right end make the root.
fn makes(size: u64, root: &Digest, tiles: &[Tile], read: &[Vec<Read<Digest>>], choice: &[usize]) -> bool {
    let node = |level: u8, index: u64| {
        let at = tiles.iter().position(|tile| tile.kind() == Kind::Hashes(level / 8)).ok_or(())?;
        let hashes = read[at].get(choice[at]).ok_or(())?.as_ref().map_err(|_| ())?;
        let first = usize::try_from((index << (level % 8)) % u64::from(FULL)).map_err(|_| ())?;
        Ok::<_, ()>(subtree(hashes, first, level % 8))
    };
    merkle::root(size, node).is_ok_and(|made| made == *root)
}

/// How many tiles and bundles a tree of `size` leaves has.
pub fn count(size: u64) -> u64 {
    kinds(size).map(|kind| hashes_at(kind, size).div_ceil(FULL.into())).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::super::{RightEdge, all};
    use super::*;

    type Files = BTreeMap<String, Vec<u8>>;

    /// The tiles of a log of so many entries, grown in batches, and its root.
    fn log(size: u64) -> (Files, Digest) {
        let entries: Vec<Vec<u8>> = (0..size).map(|number| format!("entry {number}").into_bytes()).collect();
        let (mut edge, mut files) = (RightEdge::default(), Files::new());
        for batch in entries.chunks(300) {
            files.extend(edge.append(batch).unwrap());
        }
        (files, edge.root())
    }

    fn walked(size: u64, root: &Digest, places: &[&Files]) -> Vec<Found> {
        let gets: Vec<_> = places.iter().map(|files| |path: &str| Ok(files.get(path).cloned())).collect();
        let gets: Vec<Get<'_>> = gets.iter().map(|get| get as Get<'_>).collect();
        let mut all = Vec::new();
        let Ok(()) = walk(size, root, &gets, &mut |found| {
            all.push(found);
            Ok::<_, Infallible>(())
        });
        all
    }

    #[test]
    fn every_tile_of_a_whole_log_is_found_and_no_other() {
        for size in [0, 1, 5, 255, 256, 257, 600, 65_800] {
            let (files, root) = log(size);
            let found = walked(size, &root, &[&files]);
            let mut tiles: Vec<Tile> = found.iter().map(|found| found.tile).collect();
            tiles.sort();
            assert_eq!(tiles, all(size).collect::<Vec<_>>(), "{size}");
            assert_eq!(count(size), tiles.len() as u64);
            for Found { tile, bytes, faults } in found {
                let there = files.get(&tile.to_string()).cloned();
                assert_eq!(bytes, there.map(|bytes| (Origin::Place(0), bytes)), "{size}: {tile}");
                assert!(faults.is_empty());
            }
        }
    }

    #[test]
    fn what_one_place_lacks_comes_from_another_and_what_is_wrong_in_both_from_none() {
        for size in [900, 65_800] {
            let (whole, root) = log(size);
            let is_tried = |tile: &Tile| size < 1000 || tile.kind() > Kind::Hashes(0);
            for tile in all(size).filter(is_tried) {
                let path = tile.to_string();
                for damage in [None, Some(b"x".to_vec()), Some(vec![7; 32 * usize::from(tile.width())])] {
                    let mut here = whole.clone();
                    match &damage {
                        None => here.remove(&path),
                        Some(bytes) => here.insert(path.clone(), bytes.clone()),
                    };
                    let found = walked(size, &root, &[&here, &whole]);
                    let of_here = |found: &&Found| matches!(found.bytes, Some((Origin::Place(0), _)));
                    let others: Vec<&Found> = found.iter().filter(|found| !of_here(found)).collect();
                    assert_eq!(others.len(), 1, "{path}");
                    assert_eq!(others[0].tile, tile);
                    assert!(found.iter().all(|one| one.bytes.as_ref().unwrap().1 == whole[&one.tile.to_string()]));
                    let found = walked(size, &root, &[&here, &here]);
                    let remade = tile.kind() == Kind::Hashes(0) && tile.is_full();
                    assert_eq!(found.iter().any(|found| found.bytes.is_none()), !remade, "{path}");
                    let is_true = |one: &Found| match &one.bytes {
                        Some((_, bytes)) => *bytes == whole[&one.tile.to_string()],
                        None => !one.faults.is_empty(),
                    };
                    assert!(found.iter().all(is_true), "{path}");
                }
            }
        }
    }

    #[test]
    fn a_log_that_went_on_still_holds_what_it_was() {
        let (mut files, _) = log(1024);
        for size in [300, 600, 900] {
            let (older, root) = log(size);
            // what the writer takes away once the full tile stands
            files.retain(|path, _| {
                !path.starts_with("tile/0/") && !path.starts_with("tile/entries/") || !path.contains(".p/")
            });
            for Found { tile, bytes, .. } in walked(size, &root, &[&files]) {
                assert_eq!(bytes.map(|(_, bytes)| bytes), older.get(&tile.to_string()).cloned(), "{size}: {tile}");
            }
        }
    }
}
