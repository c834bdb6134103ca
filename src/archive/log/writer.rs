//! Letting a log grow: the commit, and what puts a log right that was left in the middle of one.

use std::sync::Arc;

use super::{Log, LogError, beside, folder, read_checkpoint};
use crate::archive::checkpoint::{Checkpoint, SigningKey, VerifierKey};
use crate::archive::storage::Storage;
use crate::archive::tiles::{self, RightEdge, Tile};

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
        if log.note.as_deref().is_some_and(|note| read_checkpoint(note, &log.vantage, Some(&key.verifier())).is_err()) {
            return Err(LogError::Superseded { vantage: log.vantage });
        }
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

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Lets another key sign from the next commit on, which must hold the entry by which it takes the log.
    pub fn succeed(&mut self, key: SigningKey) {
        self.key = key;
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
