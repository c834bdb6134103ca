//! The right edge of a log: what must be in memory to let it grow.
//!
//! At most 255 hashes a level and 255 entries. Growing gives the objects to write and knows no storage: a caller whose
//! write fails throws the grown edge away and keeps the one before.

use super::hashes::{read_entries, read_hashes, subtree};
use super::{FULL, Kind, LONGEST_ENTRY, Tile, TileError, partial};
use crate::archive::merkle::{self, leaf_hash};
use crate::archive::storage::StorageError;
use crate::model::digest::Digest;

/// The tiles and the bundle at the right end that are not full yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightEdge {
    size: u64,
    /// For each level the hashes that no full tile holds: fewer than 256.
    levels: Vec<Vec<Digest>>,
    /// The entries under `levels[0]`, each after its length.
    bundle: Vec<u8>,
}

/// An entry is longer than the format can hold.
#[derive(Debug, thiserror::Error)]
#[error("an entry of {length} bytes is too long for the log, which takes {LONGEST_ENTRY}")]
pub struct EntryTooLong {
    /// Its length in bytes.
    pub length: usize,
}

impl RightEdge {
    /// Reads the edge of a log of `size` entries, and checks that its last entries are those that it hashes.
    ///
    /// `get` gives the bytes at a path. Whether the whole is the tree of a checkpoint is for the caller to see, by
    /// [`root`](Self::root).
    pub fn read(
        size: u64,
        mut get: impl FnMut(&str) -> Result<Option<Vec<u8>>, StorageError>,
    ) -> Result<Self, TileError> {
        let mut edge = Self { size, ..Self::default() };
        for tile in partial(size) {
            match tile.kind() {
                Kind::Entries => {
                    for entry in read_entries(&tile, &mut get)? {
                        push_entry(&mut edge.bundle, &entry);
                    }
                }
                Kind::Hashes(level) => *edge.level(level.into()) = read_hashes(&tile, &mut get)?,
            }
        }
        let width = u16::try_from(size % u64::from(FULL)).unwrap_or(0);
        let entries = super::parse_bundle(&edge.bundle, width).unwrap_or_default();
        let leaves: Vec<Digest> = entries.into_iter().map(leaf_hash).collect();
        if leaves != edge.levels.first().map_or(&[][..], Vec::as_slice) {
            let path =
                Tile::of(Kind::Entries, size / u64::from(FULL), size).map_or_else(String::new, |t| t.to_string());
            return Err(TileError::Damaged { path, what: "its entries are not those that the tree has hashed" });
        }
        Ok(edge)
    }

    /// The number of entries of the log.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        let node = |level: u8, index: u64| {
            let hashes = &self.levels[usize::from(level / 8)];
            let first = usize::try_from((index << (level % 8)) % u64::from(FULL)).unwrap_or(0);
            Ok::<_, std::convert::Infallible>(subtree(hashes, first, level % 8))
        };
        let Ok(root) = merkle::root(self.size, node);
        root
    }

    /// Grows by `entries`, and gives the path and bytes of each object to write, bundles first.
    ///
    /// None of them exists yet, unless an earlier attempt to write these same entries was cut short.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Vec<(String, Vec<u8>)>, EntryTooLong> {
        if let Some(entry) = entries.iter().map(AsRef::as_ref).find(|entry| entry.len() > LONGEST_ENTRY) {
            return Err(EntryTooLong { length: entry.len() });
        }
        let before = self.size;
        let mut written = Vec::new();
        for entry in entries.iter().map(AsRef::as_ref) {
            push_entry(&mut self.bundle, entry);
            self.push_hash(leaf_hash(entry), &mut written);
        }
        for tile in partial(self.size).filter(|tile| Tile::of(tile.kind(), tile.index(), before) != Some(*tile)) {
            let bytes = match tile.kind() {
                Kind::Entries => self.bundle.clone(),
                Kind::Hashes(level) => tile_bytes(self.level(level.into())),
            };
            written.push((tile, bytes));
        }
        written.sort_by_key(|(tile, _)| *tile);
        Ok(written.into_iter().map(|(tile, bytes)| (tile.to_string(), bytes)).collect())
    }

    /// Adds the hash of the next leaf, and all that becomes full by it to `written`.
    fn push_hash(&mut self, leaf: Digest, written: &mut Vec<(Tile, Vec<u8>)>) {
        self.size += 1;
        self.level(0).push(leaf);
        let mut full = |kind, size, bytes| {
            // The last of its kind at this size, as it has just become full.
            let index = super::hashes_at(kind, size) / u64::from(FULL) - 1;
            written.push((Tile { kind, index, width: FULL }, bytes));
        };
        if self.levels[0].len() == usize::from(FULL) {
            full(Kind::Entries, self.size, std::mem::take(&mut self.bundle));
        }
        for level in 0u8.. {
            if self.level(level.into()).len() < usize::from(FULL) {
                break;
            }
            let hashes = std::mem::take(self.level(level.into()));
            full(Kind::Hashes(level), self.size, tile_bytes(&hashes));
            self.level(usize::from(level) + 1).push(merkle::root_of(&hashes));
        }
    }

    fn level(&mut self, level: usize) -> &mut Vec<Digest> {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        &mut self.levels[level]
    }
}

/// The bytes of a tile of these hashes.
pub(super) fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Adds an entry that is known to be short enough.
pub(super) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).expect("its length was checked, or came out of 16 bits");
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
}
