//! How a log lies in files: C2SP tlog-tiles 0.1, names and contents, pure.
//!
//! A tile holds up to 256 hashes of the tree, one level in eight; a bundle holds the entries under a tile of level 0.
//! A tile that is not full is another object at each width, so nothing is ever overwritten. Paths begin with `tile/`;
//! whoever reads or writes puts the log's own folder before them.

mod edge;
mod hashes;
mod proven;

use std::fmt;

use super::storage::StorageError;
use crate::model::digest::Digest;

pub use edge::{EntryTooLong, RightEdge};
pub use hashes::{Hashes, read_entries, read_hashes};
pub use proven::{Found, Get, Origin, count, walk};

/// Hashes in a full tile, and entries in a full bundle.
pub const FULL: u16 = 256;

/// The longest entry that a bundle can hold, in bytes: its length stands in 16 bits.
pub const LONGEST_ENTRY: usize = u16::MAX as usize;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Entries, each after its length.
    Entries,
    /// Hashes of this level: of leaves at 0, of full tiles of the level below above that.
    Hashes(u8),
}

/// The name of a tile or a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: Kind,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile of this kind and index as it is in a tree of `size` leaves; `None` where it would be empty.
    pub fn of(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let filled = hashes_at(kind, size).checked_sub(index.checked_mul(FULL.into())?)?;
        let width = u16::try_from(filled).unwrap_or(FULL).min(FULL);
        (width > 0).then_some(Self { kind, index, width })
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its place among its kind, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it will never grow.
    pub fn is_full(&self) -> bool {
        self.width == FULL
    }

    /// The same tile once it is full.
    pub fn full(self) -> Self {
        Self { width: FULL, ..self }
    }

    /// The folder that holds this tile as it was while it was not full.
    pub fn partial_folder(&self) -> String {
        format!("{}.p", self.full())
    }

    /// Reads a path, which must be written exactly as [`Display`](fmt::Display) does.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => Kind::Entries,
            level => Kind::Hashes(level.parse().ok().filter(|level| *level < 64)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL),
            Some((index, width)) => (index, width.parse().ok().filter(|width| (1..FULL).contains(width))?),
        };
        let digits = index.split('/').map(|group| group.strip_prefix('x').unwrap_or(group));
        let index = digits.map(|group| group.parse().ok()).try_fold(0u64, |index, group: Option<u64>| {
            index.checked_mul(1000)?.checked_add(group.filter(|group| *group < 1000)?)
        })?;
        let tile = Self { kind, index, width };
        (tile.to_string() == path).then_some(tile)
    }
}

/// The path, as `tile/0/x001/x234/067` or `tile/entries/000.p/5`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Entries => f.write_str("tile/entries/")?,
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let groups = self.index.checked_ilog(1000).unwrap_or(0);
        for group in (1..=groups).rev() {
            write!(f, "x{:03}/", self.index / 1000u64.pow(group) % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if !self.is_full() {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// Every bundle and tile that must be there for a tree of `size` leaves, in order.
pub fn all(size: u64) -> impl Iterator<Item = Tile> {
    kinds(size).flat_map(move |kind| {
        let count = hashes_at(kind, size).div_ceil(FULL.into());
        (0..count).filter_map(move |index| Tile::of(kind, index, size))
    })
}

/// The bundle and the tiles at the right end of a tree of `size` leaves that are not full yet.
pub fn partial(size: u64) -> impl Iterator<Item = Tile> {
    kinds(size).filter_map(move |kind| {
        let index = hashes_at(kind, size) / u64::from(FULL);
        Tile::of(kind, index, size)
    })
}

/// The folders of partial tiles that may go once a tree of `old` leaves has grown to `new`: their full tiles stand.
pub fn superseded(old: u64, new: u64) -> Vec<String> {
    let full = |tile: &Tile| Tile::of(tile.kind, tile.index, new).is_some_and(|tile| tile.is_full());
    partial(old).filter(full).map(|tile| tile.partial_folder()).collect()
}

/// Why a part of the tree could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// It is not there.
    #[error("{path} is missing")]
    Missing {
        /// The path, without the log's folder.
        path: String,
    },
    /// What is there cannot be it.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The path, without the log's folder.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The storage failed.
    #[error("cannot read a tile of the log")]
    Storage(#[from] StorageError),
}

impl TileError {
    /// The path that it is about, without the log's folder; empty where the storage failed.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path } | Self::Damaged { path, .. } => path,
            Self::Storage(_) => "",
        }
    }
}

/// Takes a bundle apart into exactly `width` entries; `None` where it is anything else.
pub fn parse_bundle(bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(width.into());
    for _ in 0..width {
        let (length, after) = rest.split_first_chunk()?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry);
        rest = after;
    }
    rest.is_empty().then_some(entries)
}

/// Takes a tile apart into exactly `width` hashes; `None` where it is anything else.
pub fn parse_hashes(bytes: &[u8], width: u16) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks();
    let exact = rest.is_empty() && hashes.len() == usize::from(width);
    exact.then(|| hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// How many hashes or entries of a kind a tree of `size` leaves has.
fn hashes_at(kind: Kind, size: u64) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
    }
}

/// The kinds that a tree of `size` leaves has: first what the others are made from.
fn kinds(size: u64) -> impl Iterator<Item = Kind> {
    let levels = (0..8).map(Kind::Hashes);
    std::iter::once(Kind::Entries).chain(levels).take_while(move |kind| hashes_at(*kind, size) > 0)
}

#[cfg(test)]
mod tests;
