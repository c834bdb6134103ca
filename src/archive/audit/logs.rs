//! A log, checked from its leaves up: signatures, tiles, root, and what lies beside them.

use super::{Audit, in_folder, unsigned};
use crate::archive::checkpoint::{Checkpoint, VerifierKey};
use crate::archive::log::{Log, LogError};
use crate::archive::storage::Storage;
use crate::archive::tiles::{RightEdge, Tile};
use crate::model::finding::{Finding, Level};

impl Audit<'_> {
    /// Opens a log against its checkpoints; every way in which it does not open is a finding.
    pub(super) fn open_log(&mut self, vantage: &str, key: Option<&VerifierKey>) -> Option<Log> {
        let storage = self.places.storage.clone();
        let opened = match Log::open(storage.clone(), vantage, self.places.desk.as_deref(), key) {
            Ok(log) => log,
            Err(error) => {
                self.refused(vantage, &error);
                // what the checkpoint in the archive reaches can be checked all the same
                Log::open(storage, vantage, None, key).ok()?
            }
        };
        match key {
            None => self.tell(unsigned(vantage)),
            Some(key) => self.checkpoint(&opened, key),
        }
        Some(opened)
    }

    fn refused(&mut self, vantage: &str, error: &LogError) {
        let mut what = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            what = format!("{what}: {error}");
            cause = error.source();
        }
        let place = match error {
            LogError::Tile { source, .. } => in_folder(vantage, source.path()),
            LogError::Storage(_)
            | LogError::Behind { .. }
            | LogError::Disagrees { .. }
            | LogError::Sign(_)
            | LogError::TooLong(_) => in_folder(vantage, "checkpoint"),
        };
        let hint = "mount the disk or restore the newest copy that the archive stood on";
        self.tell(Finding::new(Level::Unsound, place, what).hint(hint));
    }

    /// The checkpoint in the archive: there, signed, and not older than what was signed beside the key.
    fn checkpoint(&mut self, log: &Log, key: &VerifierKey) {
        let place = in_folder(log.vantage(), "checkpoint");
        let hint = "the next `onrecord fetch` puts the one beside the key in its place";
        let found = match self.places.storage.get(&place) {
            Ok(found) => found,
            Err(error) => return self.unsound(place, format!("the checkpoint cannot be read: {error}")),
        };
        let Some(note) = found else {
            // the first commit signs beside the key before it writes here: a crash in between leaves a log of one entry
            let level = if log.size() <= 1 { Level::Warning } else { Level::Unsound };
            return self.tell(Finding::new(level, place, "the checkpoint is missing").hint(hint));
        };
        match Checkpoint::open(&note, key, log.vantage()) {
            Err(error) => {
                let mut what = error.to_string();
                if let Some(cause) = std::error::Error::source(&error) {
                    what = format!("{what}: {cause}");
                }
                self.tell(Finding::new(Level::Unsound, place, what).hint(hint));
            }
            Ok(checkpoint) if checkpoint.size < log.size() => {
                let what = "the checkpoint is older than the one beside the key: a run was cut short";
                self.tell(Finding::new(Level::Warning, place, what).values(log.size(), checkpoint.size).hint(hint));
            }
            Ok(_) => {}
        }
    }

    /// Grows the tree anew from the entries, and compares every tile with the one that stands.
    pub(super) fn tiles(&mut self, log: &Log) {
        let storage = self.places.storage.clone();
        let mut edge = RightEdge::default();
        let mut bundle: Vec<Vec<u8>> = Vec::new();
        let mut whole = true;
        for found in log.entries(0, log.size()) {
            match found {
                Ok((_, entry)) => bundle.push(entry),
                Err(LogError::Tile { source, .. }) => {
                    whole = false;
                    let place = in_folder(log.vantage(), source.path());
                    self.tell(Finding::new(Level::Unsound, place, source.to_string()).hint(super::RESTORE));
                }
                Err(error) => {
                    whole = false;
                    self.unsound(in_folder(log.vantage(), "tile"), error.to_string());
                }
            }
            if whole && bundle.len() == usize::from(crate::archive::tiles::FULL) {
                self.grow(log, &*storage, &mut edge, &std::mem::take(&mut bundle));
            }
        }
        if whole {
            self.grow(log, &*storage, &mut edge, &bundle);
            if edge.root() != log.root() {
                let finding = Finding::new(
                    Level::Unsound,
                    in_folder(log.vantage(), "checkpoint"),
                    "the entries do not have the root that was signed",
                );
                self.tell(finding.values(log.root(), edge.root()));
            }
        }
        self.beside_the_tree(log, &*storage);
    }

    fn grow(&mut self, log: &Log, storage: &dyn Storage, edge: &mut RightEdge, entries: &[Vec<u8>]) {
        let Ok(tiles) = edge.append(entries) else {
            return self.unsound(in_folder(log.vantage(), "tile"), "an entry is longer than a log can hold");
        };
        for (path, expected) in tiles {
            // on the way to the whole, tiles are passed through that nobody needs any more
            let last =
                Tile::parse(&path).is_some_and(|tile| Tile::of(tile.kind(), tile.index(), log.size()) == Some(tile));
            if !last {
                continue;
            }
            let place = in_folder(log.vantage(), &path);
            match storage.get(&place) {
                Ok(Some(found)) if found == expected => {}
                Ok(Some(_)) => {
                    let what = "the tile does not hold what the entries below it make";
                    self.tell(Finding::new(Level::Unsound, place, what).hint(super::RESTORE));
                }
                Ok(None) => self.tell(Finding::new(Level::Unsound, place, "the tile is missing").hint(super::RESTORE)),
                Err(error) => self.unsound(place, error.to_string()),
            }
        }
    }

    /// Looks at what lies among the tiles besides those of the whole tree: older partial tiles, which must agree with it,
    /// and what nobody signed.
    fn beside_the_tree(&mut self, log: &Log, storage: &dyn Storage) {
        let folder = in_folder(log.vantage(), "");
        let Ok(files) = storage.list(folder.trim_end_matches('/')) else { return };
        for (key, _) in files {
            let path = key.strip_prefix(&folder).unwrap_or(&key);
            if path == "checkpoint" {
                continue;
            }
            let Some(tile) = Tile::parse(path) else {
                self.tell(Finding::new(Level::Note, key.clone(), "this file does not belong to the log"));
                continue;
            };
            match Tile::of(tile.kind(), tile.index(), log.size()) {
                Some(last) if last == tile => {}
                Some(last) if last.width() > tile.width() => {
                    let whole = storage.get(&in_folder(log.vantage(), &last.to_string()));
                    let part = storage.get(&key);
                    if let (Ok(Some(whole)), Ok(Some(part))) = (whole, part)
                        && !whole.starts_with(&part)
                    {
                        let what = "an older part of the tile does not agree with it";
                        self.tell(Finding::new(Level::Unsound, key.clone(), what).hint("remove it: nobody needs it"));
                    }
                }
                Some(_) | None => {
                    let what = "a tile beyond the checkpoint, which nobody signed: a run was cut short";
                    self.tell(Finding::new(Level::Note, key.clone(), what));
                }
            }
        }
    }
}
