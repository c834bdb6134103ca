//! One vantage's log: entries in order, committed to by a signed checkpoint.
//!
//! A log is read as far as its newest checkpoint reaches, wherever that lies: in the archive, or beside the key. A log
//! that does not reach its checkpoint, or that disagrees with it, does not open: never a fork, never a new log in
//! silence. [`LogWriter::commit`] is the protocol by which it grows.

use std::sync::Arc;

use super::checkpoint::{Checkpoint, CheckpointError, Note, SigningKey, VerifierKey};
use super::merkle;
use super::storage::{Storage, StorageError};
use super::tiles::{self, EntryTooLong, Hashes, Kind, RightEdge, Tile, TileError};
use crate::model::digest::Digest;

/// Why a log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The storage failed.
    #[error("cannot read or write the log")]
    Storage(#[from] StorageError),
    /// A tile is missing or damaged.
    #[error("the log {vantage} is damaged")]
    Tile {
        /// Whose log.
        vantage: String,
        /// What is wrong.
        #[source]
        source: TileError,
    },
    /// The log ends before the checkpoint that was signed for it.
    #[error(
        "the log {vantage} ends before entry {size}, up to which it was signed: the archive is an older copy, or part of it is missing"
    )]
    Behind {
        /// Whose log.
        vantage: String,
        /// The size that was signed.
        size: u64,
    },
    /// The log is not the one that was signed.
    #[error("the log {vantage} is not the one whose checkpoint was signed: {what}")]
    Disagrees {
        /// Whose log.
        vantage: String,
        /// What differs.
        what: String,
    },
    /// The checkpoint could not be signed.
    #[error("cannot sign the checkpoint")]
    Sign(#[from] CheckpointError),
    /// An entry is too long.
    #[error("cannot append to the log")]
    TooLong(#[from] EntryTooLong),
}

/// Where the checkpoint of a log lies beside its key.
fn beside(vantage: &str) -> String {
    format!("{vantage}.checkpoint")
}

/// The folder of a log.
pub fn folder(vantage: &str) -> String {
    format!("logs/{vantage}")
}

/// A log as far as its newest checkpoint reaches.
#[derive(Clone)]
pub struct Log {
    storage: Arc<dyn Storage>,
    vantage: String,
    size: u64,
    root: Digest,
    /// The signed note of the newest checkpoint; `None` for a log that has none yet.
    note: Option<Vec<u8>>,
    /// What was odd about the checkpoints, but does no harm.
    warnings: Vec<String>,
}

impl Log {
    /// Opens the log of a vantage.
    ///
    /// `desk` is where checkpoints lie beside the key, `key` the log's public key where it is known: then signatures
    /// are checked. A log without any checkpoint is empty.
    pub fn open(
        storage: Arc<dyn Storage>,
        vantage: &str,
        desk: Option<&dyn Storage>,
        key: Option<&VerifierKey>,
    ) -> Result<Self, LogError> {
        let mut warnings = Vec::new();
        let here = storage.get(&format!("{}/checkpoint", folder(vantage)))?;
        let there = match desk {
            Some(desk) => desk.get(&beside(vantage))?,
            None => None,
        };
        let disagrees = |what: String| LogError::Disagrees { vantage: vantage.to_owned(), what };
        let mut read = |note: &Option<Vec<u8>>, place: &str| {
            let note = note.as_deref()?;
            match open_note(note, vantage, key) {
                Ok(checkpoint) => Some((checkpoint, note.to_vec())),
                Err(error) => {
                    warnings.push(format!("the checkpoint {place} cannot be used: {}", said(&error)));
                    None
                }
            }
        };
        let (in_archive, at_desk) = (read(&here, "in the archive"), read(&there, "beside the key"));
        let (older, newer) = match (in_archive, at_desk) {
            (None, None) => match (&here, &there) {
                (None, None) => (None, None),
                _ => return Err(disagrees(warnings.join("; "))),
            },
            (Some(one), None) | (None, Some(one)) => (None, Some(one)),
            (Some(a), Some(b)) if a.0.size > b.0.size => (Some(b), Some(a)),
            (Some(a), Some(b)) => (Some(a), Some(b)),
        };
        let Some((checkpoint, note)) = newer else {
            let root = merkle::empty_root();
            return Ok(Self { storage, vantage: vantage.to_owned(), size: 0, root, note: None, warnings });
        };
        let mut log = Self {
            storage,
            vantage: vantage.to_owned(),
            size: checkpoint.size,
            root: checkpoint.root,
            note: Some(note),
            warnings,
        };
        let root = match log.root_at(checkpoint.size) {
            Ok(root) => root,
            Err(LogError::Tile { source: TileError::Missing { .. }, .. }) => {
                return Err(LogError::Behind { vantage: log.vantage, size: checkpoint.size });
            }
            Err(other) => return Err(other),
        };
        if root != checkpoint.root {
            let what = format!("its root at size {} is {root}, and {} was signed", checkpoint.size, checkpoint.root);
            return Err(disagrees(what));
        }
        if let Some((older, _)) = older {
            if older.size < checkpoint.size {
                log.warnings.push(format!(
                    "one of the two checkpoints is at size {}, the other at {}: the newer one counts",
                    older.size, checkpoint.size
                ));
            }
            if log.root_at(older.size)? != older.root {
                return Err(disagrees(format!("another root was signed for size {}", older.size)));
            }
        }
        Ok(log)
    }

    /// Opens a log at its newest checkpoint without asking whether it reaches that far or agrees with it: for an audit,
    /// which finds out what is wrong.
    pub(super) fn open_unchecked(
        storage: Arc<dyn Storage>,
        vantage: &str,
        desk: Option<&dyn Storage>,
        key: Option<&VerifierKey>,
    ) -> Option<Self> {
        let here = storage.get(&format!("{}/checkpoint", folder(vantage))).ok().flatten();
        let there = desk.and_then(|desk| desk.get(&beside(vantage)).ok().flatten());
        let read = |note: Vec<u8>| Some((open_note(&note, vantage, key).ok()?, note));
        let newest = [here, there].into_iter().flatten().filter_map(read).max_by_key(|(checkpoint, _)| checkpoint.size);
        let (checkpoint, note) = newest?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        Some(Self { storage, vantage: vantage.to_owned(), size, root, note: Some(note), warnings: Vec::new() })
    }

    /// The vantage: the log's name.
    pub fn vantage(&self) -> &str {
        &self.vantage
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of its tree.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// The signed note of its newest checkpoint.
    pub fn note(&self) -> Option<&[u8]> {
        self.note.as_deref()
    }

    /// What was odd about the checkpoints, but does no harm.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The root that the log had at an earlier size.
    pub fn root_at(&self, size: u64) -> Result<Digest, LogError> {
        let mut hashes = Hashes::new(self.size.max(size), |path: &str| self.get(path));
        merkle::root(size, |level, index| hashes.node(level, index)).map_err(|source| self.tile(source))
    }

    /// The proof that an entry is in the log as it was at a size; `None` where it had no such entry.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Digest>>, LogError> {
        let mut hashes = Hashes::new(self.size.max(size), |path: &str| self.get(path));
        merkle::inclusion_proof(index, size, |level, index| hashes.node(level, index))
            .map_err(|source| self.tile(source))
    }

    /// The proof that the log has only grown from one size to another; `None` where that is smaller.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Digest>>, LogError> {
        let mut hashes = Hashes::new(self.size.max(new), |path: &str| self.get(path));
        merkle::consistency_proof(old, new, |level, index| hashes.node(level, index))
            .map_err(|source| self.tile(source))
    }

    /// The entries from one number on, up to another, in order, a bundle at a time.
    pub fn entries(&self, from: u64, to: u64) -> impl Iterator<Item = Result<(u64, Vec<u8>), LogError>> + '_ {
        let full = u64::from(tiles::FULL);
        let to = to.min(self.size);
        let bundles = if from < to { from / full..to.div_ceil(full) } else { 0..0 };
        bundles.flat_map(move |bundle| {
            let read = match Tile::of(Kind::Entries, bundle, self.size) {
                Some(tile) => tiles::read_entries(&tile, |path| self.get(path)).map_err(|source| self.tile(source)),
                None => Ok(Vec::new()),
            };
            let (error, entries) = match read {
                Ok(entries) => (None, entries),
                Err(error) => (Some(Err(error)), Vec::new()),
            };
            let numbered = (bundle * full..).zip(entries);
            error.into_iter().chain(numbered.filter(move |(number, _)| (from..to).contains(number)).map(Ok))
        })
    }

    /// One entry.
    pub fn entry(&self, number: u64) -> Result<Option<Vec<u8>>, LogError> {
        self.entries(number, number.saturating_add(1)).next().map(|found| found.map(|(_, entry)| entry)).transpose()
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.storage.get(&format!("{}/{path}", folder(&self.vantage)))
    }

    fn tile(&self, source: TileError) -> LogError {
        LogError::Tile { vantage: self.vantage.clone(), source }
    }
}

/// Reads a note: with a key, checks who signed; without one, only what it says.
fn open_note(note: &[u8], vantage: &str, key: Option<&VerifierKey>) -> Result<Checkpoint, CheckpointError> {
    match key {
        Some(key) => Checkpoint::open(note, key, vantage),
        None => {
            let checkpoint: Checkpoint = Note::parse(note)?.text().parse()?;
            if checkpoint.origin != vantage {
                let expected = vantage.to_owned();
                return Err(CheckpointError::OtherLog { expected, found: checkpoint.origin });
            }
            Ok(checkpoint)
        }
    }
}

/// An error and its causes on one line.
pub(crate) fn said(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

/// The one that lets a log grow. Whoever has it holds the archive's lock.
pub struct LogWriter {
    log: Log,
    edge: RightEdge,
    key: SigningKey,
    desk: Arc<dyn Storage>,
    /// What stands in the archive as `checkpoint` now.
    published: Option<Vec<u8>>,
    /// What stands beside the key now.
    signed: Option<Vec<u8>>,
    pending: Vec<String>,
}

impl LogWriter {
    /// Makes a log ready to grow: takes away what an interrupted commit left beyond the checkpoint, and puts the newer
    /// of the two checkpoints into the place of the older.
    pub fn open(log: Log, key: SigningKey, desk: Arc<dyn Storage>) -> Result<Self, LogError> {
        let folder = folder(&log.vantage);
        log.storage.sweep(&folder)?;
        for (path, _) in log.storage.list(&format!("{folder}/tile"))? {
            let tile = path.strip_prefix(&format!("{folder}/")).and_then(Tile::parse);
            if tile.is_some_and(|tile| {
                Tile::of(tile.kind(), tile.index(), log.size).is_none_or(|there| there.width() < tile.width())
            }) {
                log.storage.remove(&path)?;
            }
        }
        let edge = RightEdge::read(log.size, |path| log.get(path)).map_err(|source| log.tile(source))?;
        let published = log.storage.get(&format!("{folder}/checkpoint"))?;
        let signed = desk.get(&beside(&log.vantage))?;
        let mut writer = Self { log, edge, key, desk, published, signed, pending: Vec::new() };
        if let Some(note) = writer.log.note.clone() {
            writer.put_checkpoints(&note)?;
        }
        Ok(writer)
    }

    /// The log as it was last committed.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The key by which its checkpoints are checked.
    pub fn verifier(&self) -> VerifierKey {
        self.key.verifier()
    }

    /// Takes an entry for the next commit, and gives the number that it will have.
    pub fn push(&mut self, entry: String) -> u64 {
        self.pending.push(entry);
        self.log.size + self.pending.len() as u64 - 1
    }

    /// The number that the next entry will have.
    pub fn next_number(&self) -> u64 {
        self.log.size + self.pending.len() as u64
    }

    /// The commit. What the entries name must be durable before; when this returns, so are they.
    ///
    /// 1. the entries, and the tiles over them: nothing refers to them yet;
    /// 2. the signed checkpoint beside the key: **this is the commit**, for from here on the log must reach that far;
    /// 3. the checkpoint in the archive, for everybody else;
    /// 4. partial tiles whose full tile stands may go.
    ///
    /// A crash before 2 leaves tiles that nobody signed, and opening takes them away; a crash after it leaves an archive
    /// whose checkpoint is behind, and opening puts it right. Both are the ordinary way in: there is no other recovery.
    pub fn commit(&mut self) -> Result<(), LogError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let old = self.log.size;
        let folder = folder(&self.log.vantage);
        for (path, bytes) in self.edge.append(&self.pending)? {
            self.log.storage.put_new(&format!("{folder}/{path}"), &bytes)?;
        }
        let checkpoint =
            Checkpoint { origin: self.log.vantage.clone(), size: self.edge.size(), root: self.edge.root() };
        let note = checkpoint.sign(&self.key)?.to_string().into_bytes();
        self.put_checkpoints(&note)?;
        (self.log.size, self.log.root, self.log.note) = (checkpoint.size, checkpoint.root, Some(note));
        self.pending.clear();
        for partial in tiles::superseded(old, self.log.size) {
            for (path, _) in self.log.storage.list(&format!("{folder}/{partial}"))? {
                self.log.storage.remove(&path)?;
            }
        }
        Ok(())
    }

    /// Steps 2 and 3 of the commit. Each swap expects what this writer last saw: another writer would be noticed.
    fn put_checkpoints(&mut self, note: &[u8]) -> Result<(), LogError> {
        if self.signed.as_deref() != Some(note) {
            self.desk.swap(&beside(&self.log.vantage), self.signed.as_deref(), note)?;
            self.signed = Some(note.to_vec());
        }
        if self.published.as_deref() != Some(note) {
            let key = format!("{}/checkpoint", folder(&self.log.vantage));
            self.log.storage.swap(&key, self.published.as_deref(), note)?;
            self.published = Some(note.to_vec());
        }
        Ok(())
    }
}
