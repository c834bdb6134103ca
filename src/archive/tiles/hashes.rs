//! Reading a log's tiles: the nodes of its tree, and its entries.
//!
//! What is read is taken as it is: it is the root of a signed checkpoint, or a proof, that shows whether it is true.

use super::{FULL, Kind, Tile, TileError, parse_bundle, parse_hashes};
use crate::archive::merkle;
use crate::archive::storage::StorageError;
use crate::model::digest::Digest;

/// The nodes of a tree of a given size, read from its tiles.
///
/// Remembers the last tile of each level: a proof reads few tiles more than once, and an audit goes from left to right.
pub struct Hashes<F> {
    size: u64,
    get: F,
    last: [Option<(Tile, Vec<Digest>)>; 8],
}

impl<F: FnMut(&str) -> Result<Option<Vec<u8>>, StorageError>> Hashes<F> {
    /// Reads the tree of `size` leaves by `get`, which gives the bytes at a path.
    pub fn new(size: u64, get: F) -> Self {
        Self { size, get, last: [const { None }; 8] }
    }

    /// The hash of a node, as the functions of [`merkle`] ask for it.
    ///
    /// One that the tree does not have is [`TileError::Missing`].
    pub fn node(&mut self, level: u8, index: u64) -> Result<Digest, TileError> {
        let missing = || TileError::Missing { path: format!("node {index} of level {level}") };
        let within = level % 8;
        let first = index.checked_mul(1 << within).ok_or_else(missing)?;
        let tile = Tile::of(Kind::Hashes(level / 8), first / u64::from(FULL), self.size);
        let first = usize::try_from(first % u64::from(FULL)).unwrap_or(0);
        let tile = tile.filter(|tile| first + (1 << within) <= usize::from(tile.width())).ok_or_else(missing)?;
        let slot = self.last.get_mut(usize::from(level / 8)).ok_or_else(missing)?;
        if slot.as_ref().is_none_or(|(last, _)| *last != tile) {
            *slot = Some((tile, read_hashes(&tile, &mut self.get)?));
        }
        let hashes = slot.as_ref().map_or(&[][..], |(_, hashes)| hashes);
        Ok(subtree(hashes, first, within))
    }
}

/// Reads the hashes of a tile. Where a partial tile is gone, the full one that took its place has them.
pub fn read_hashes(
    tile: &Tile,
    mut get: impl FnMut(&str) -> Result<Option<Vec<u8>>, StorageError>,
) -> Result<Vec<Digest>, TileError> {
    let (there, bytes) = read(tile, &mut get)?;
    let mut hashes = parse_hashes(&bytes, there.width()).ok_or_else(|| TileError::Damaged {
        path: there.to_string(),
        what: "it does not hold the hashes of its width",
    })?;
    hashes.truncate(tile.width().into());
    Ok(hashes)
}

/// Reads the entries of a bundle. Where a partial bundle is gone, the full one that took its place has them.
pub fn read_entries(
    bundle: &Tile,
    mut get: impl FnMut(&str) -> Result<Option<Vec<u8>>, StorageError>,
) -> Result<Vec<Vec<u8>>, TileError> {
    let (there, bytes) = read(bundle, &mut get)?;
    let entries = parse_bundle(&bytes, there.width()).ok_or_else(|| TileError::Damaged {
        path: there.to_string(),
        what: "it does not hold the entries of its width",
    })?;
    Ok(entries.into_iter().take(bundle.width().into()).map(<[u8]>::to_vec).collect())
}

fn read(
    tile: &Tile,
    get: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, StorageError>,
) -> Result<(Tile, Vec<u8>), TileError> {
    let path = tile.to_string();
    if let Some(bytes) = get(&path)? {
        return Ok((*tile, bytes));
    }
    if !tile.is_full()
        && let Some(bytes) = get(&tile.full().to_string())?
    {
        return Ok((tile.full(), bytes));
    }
    Err(TileError::Missing { path })
}

/// The node that lies `levels` above the hashes of a tile, over those from `first` on, which must be there.
pub(super) fn subtree(hashes: &[Digest], first: usize, levels: u8) -> Digest {
    merkle::root_of(&hashes[first..first + (1 << levels)])
}
