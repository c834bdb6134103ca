//! A log, checked from its leaves up: signatures, tiles, root, and what lies beside them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Audit, in_folder, unsigned};
use crate::archive::checkpoint::VerifierKey;
use crate::archive::log::{Log, LogError};
use crate::archive::storage::{Storage, StorageError};
use crate::archive::succession::Succession;
use crate::archive::tiles::{self, Kind, RightEdge, Tile};
use crate::model::finding::{Finding, Level};

impl Audit<'_> {
    /// Opens a log against its checkpoints; every way in which it does not open is a finding.
    pub(super) fn open_log(&mut self, vantage: &str, key: Option<&VerifierKey>) -> Option<Log> {
        let storage = self.places.storage.clone();
        let opened = match Log::open(storage.clone(), vantage, self.places.desk.as_deref(), key) {
            Ok(log) => log,
            Err(error) => {
                self.refused(vantage, &error);
                // what the checkpoint says must be there is gone through all the same, to name what is not
                Log::open_unchecked(storage, vantage, self.places.desk.as_deref(), key)?
            }
        };
        let changes = Succession::of(&opened).unwrap_or_default();
        self.changes_of_keys(&opened, &changes);
        match key {
            None => self.tell(unsigned(vantage)),
            Some(key) => self.checkpoint(&opened, key, &changes),
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
            | LogError::Superseded { .. }
            | LogError::TooLong(_) => in_folder(vantage, "checkpoint"),
        };
        let hint = "mount the disk or restore the newest copy that the archive stood on";
        self.tell(Finding::new(Level::Unsound, place, what).hint(hint));
    }

    /// The checkpoint in the archive: there, signed, and not older than what was signed beside the key.
    fn checkpoint(&mut self, log: &Log, key: &VerifierKey, changes: &Succession) {
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
        match changes.open(&note, key) {
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
}

/// Grows the tree anew from the entries, and compares every tile with the one that stands; gives what is wrong.
pub(super) fn check_tiles(log: &Log, storage: &Arc<dyn Storage>) -> Vec<Finding> {
    let mut check = TileCheck {
        log,
        storage,
        // where the hashes alone make the root that was signed, it is the entries that are not what they were
        hashes_are_right: log.root_at(log.size()).is_ok_and(|root| root == log.root()),
        edge: RightEdge::default(),
        blamed: BTreeSet::new(),
        findings: Vec::new(),
    };
    check.tree();
    check.beside_the_tree();
    check.findings
}

/// What is known while the tiles of a log are compared.
struct TileCheck<'a> {
    log: &'a Log,
    storage: &'a Arc<dyn Storage>,
    hashes_are_right: bool,
    edge: RightEdge,
    /// Paths that were told to be wrong.
    blamed: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl TileCheck<'_> {
    fn tree(&mut self) {
        let log = self.log;
        let full = u64::from(tiles::FULL);
        let mut whole = true;
        for bundle in 0..log.size().div_ceil(full) {
            let found: Result<Vec<_>, _> = log.entries(bundle * full, (bundle + 1) * full).collect();
            match found {
                Ok(entries) if whole => {
                    let entries: Vec<Vec<u8>> = entries.into_iter().map(|(_, entry)| entry).collect();
                    self.grow(&entries);
                }
                Ok(_) => {}
                Err(error) => {
                    whole = false;
                    let path = match &error {
                        LogError::Tile { source, .. } => source.path().to_owned(),
                        _ => "tile".to_owned(),
                    };
                    let what = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                    self.blame(&path, what);
                }
            }
        }
        if whole && self.edge.root() != log.root() && self.blamed.is_empty() {
            let what = "the entries do not have the root that was signed";
            let finding = Finding::new(Level::Unsound, self.place("checkpoint"), what);
            self.findings.push(finding.values(log.root(), self.edge.root()));
        }
        if !whole {
            self.hash_tiles();
        }
    }

    fn place(&self, path: &str) -> String {
        in_folder(self.log.vantage(), path)
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.storage.get(&self.place(path))
    }

    fn blame(&mut self, path: &str, what: impl Into<String>) {
        if self.blamed.insert(path.to_owned()) {
            let place = self.place(path);
            self.findings.push(Finding::new(Level::Unsound, place, what).hint(super::RESTORE));
        }
    }

    fn grow(&mut self, entries: &[Vec<u8>]) {
        let size = self.log.size();
        let Ok(tiles) = self.edge.append(entries) else {
            let what = "an entry is longer than a log can hold";
            return self.findings.push(Finding::new(Level::Unsound, self.place("tile"), what));
        };
        for (path, expected) in tiles {
            let Some(tile) = Tile::parse(&path) else { continue };
            // on the way to the whole, tiles are passed through that nobody needs any more
            if Tile::of(tile.kind(), tile.index(), size) != Some(tile) {
                continue;
            }
            match self.get(&path) {
                Ok(Some(found)) if found == expected => {}
                Ok(Some(_)) if self.hashes_are_right && tile.kind() != Kind::Entries => {
                    // the bundle below this leaf tile, and nothing else, can be what was changed
                    let bundle = Tile::of(Kind::Entries, tile.index(), size);
                    if let (Kind::Hashes(0), Some(bundle)) = (tile.kind(), bundle) {
                        self.blame(&bundle.to_string(), "its entries are not those that were hashed and signed");
                    }
                }
                Ok(Some(_)) => self.blame(&path, "the tile does not hold what the entries make"),
                Ok(None) => self.blame(&path, "the tile is missing"),
                Err(error) => self.blame(&path, error.to_string()),
            }
        }
    }

    /// Where entries are lost, the tiles over them are looked at for themselves: each must be there and whole.
    fn hash_tiles(&mut self) {
        for tile in tiles::all(self.log.size()).filter(|tile| tile.kind() != Kind::Entries) {
            if let Err(error) = tiles::read_hashes(&tile, |path| self.get(path)) {
                self.blame(&tile.to_string(), error.to_string());
            }
        }
    }

    /// Looks at what lies among the tiles besides those of the whole tree: older partial tiles, which must agree with it,
    /// and what nobody signed.
    fn beside_the_tree(&mut self) {
        let folder = self.place("");
        let Ok(files) = self.storage.list(folder.trim_end_matches('/')) else { return };
        for (key, _) in files {
            let path = key.strip_prefix(&folder).unwrap_or(&key);
            if path == "checkpoint" || path.starts_with("stamps/") {
                continue;
            }
            let Some(tile) = Tile::parse(path) else {
                self.findings.push(Finding::new(Level::Note, key.clone(), "this file does not belong to the log"));
                continue;
            };
            match Tile::of(tile.kind(), tile.index(), self.log.size()) {
                Some(last) if last == tile => {}
                Some(last) if last.width() > tile.width() => {
                    if !self.blamed.contains(&last.to_string()) && !self.agrees(&tile, &last) {
                        let what = "an older part of the tile does not agree with it";
                        let finding = Finding::new(Level::Unsound, key.clone(), what);
                        self.findings.push(finding.hint("remove it: nobody needs it"));
                    }
                }
                Some(_) | None => {
                    let what = "a tile beyond the checkpoint, which nobody signed: a run was cut short";
                    self.findings.push(Finding::new(Level::Note, key.clone(), what));
                }
            }
        }
    }

    /// Whether an older, narrower tile is the beginning of the one that took its place, and whole.
    fn agrees(&self, part: &Tile, last: &Tile) -> bool {
        let read = |tile: &Tile| self.get(&tile.to_string()).ok().flatten();
        let (Some(whole), Some(found)) = (read(last), read(part)) else { return true };
        let complete = match part.kind() {
            Kind::Hashes(_) => found.len() == usize::from(part.width()) * 32,
            Kind::Entries => tiles::parse_bundle(&found, part.width()).is_some(),
        };
        complete && whole.starts_with(&found)
    }
}
