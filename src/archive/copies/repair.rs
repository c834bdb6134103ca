//! Mending an archive from a copy: what is damaged or missing here is put back, after the log has vouched for it.
//!
//! What is trusted is a checkpoint that our key has signed, the newest of those beside the key, here and in the copy; all
//! else follows from its root. Nothing is lost: a damaged file is kept under [`ASIDE`](super::ASIDE) before another takes its
//! place, and what is whole here is not touched. Files come before tiles, and the checkpoint last; to be cut short is no
//! harm, for the next run goes on where this one stopped.

mod putting;
mod stamped;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Named, in_log, is_bundle};
use crate::archive::audit::sum_of;
use crate::archive::checkpoint::{Checkpoint, VerifierKey};
use crate::archive::log;
use crate::archive::merkle;
use crate::archive::reader::{self, ArchiveError, Places};
use crate::archive::storage::Storage;
use crate::archive::tiles::{self, Get, Hashes, Origin, Tile};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Level};

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// What would be done is told.
    Telling,
    /// It is done.
    Mending,
}

/// What was done to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Its key.
    pub key: String,
    /// What was wrong with it.
    pub why: String,
    /// How many bytes were put in its place; `None` where nobody needs it and it was only put aside.
    pub bytes: Option<u64>,
    /// Where what stood there is kept.
    pub aside: Option<String>,
}

/// What a repair came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Files that were put back.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What remains wrong: the copy does not have it whole either.
    pub lost: u64,
}

/// Puts back what is wrong here and whole in the copy; tells each file, and what cannot be put back.
///
/// `holder` is what others are told who would write meanwhile.
///
/// # Errors
/// Where a storage cannot be read or written at all.
pub fn repair(
    places: &Places,
    copy: &Arc<dyn Storage>,
    doing: Doing,
    holder: &str,
    mended: &mut dyn FnMut(Mended),
    tell: &mut dyn FnMut(Finding),
) -> Result<Repaired, ArchiveError> {
    let mut names: BTreeSet<String> = reader::vantages(&*places.storage)?.into_iter().collect();
    // a log that is gone from here altogether is put back where its key is known
    let is_known = |name: &String| places.keys.iter().any(|key| key.name() == name);
    names.extend(reader::vantages(&**copy)?.into_iter().filter(is_known));
    let mut repaired = Repaired::default();
    for vantage in &names {
        let _lock = match doing {
            Doing::Mending => Some(places.storage.lock(&in_log(vantage, "lock"), holder)?),
            Doing::Telling => None,
        };
        let key = places.keys.iter().find(|key| key.name() == vantage);
        let trusted = trusted(places, copy, vantage, key)?;
        let (here, there) = (&*places.storage, &**copy);
        let mut mending =
            Mending { here, there, vantage, key, doing, repaired, mended: &mut *mended, tell: &mut *tell };
        mending.log(&trusted)?;
        repaired = mending.repaired;
    }
    Ok(repaired)
}

/// A checkpoint that is believed, and its signed note.
type Trusted = (Checkpoint, Vec<u8>);

/// The checkpoints of a log that are believed, the newest first, each size once: with a key those that it signed; without
/// one, that of the archive itself.
fn trusted(
    places: &Places,
    copy: &Arc<dyn Storage>,
    vantage: &str,
    key: Option<&VerifierKey>,
) -> Result<Vec<Trusted>, ArchiveError> {
    let mut notes = vec![places.storage.get(&in_log(vantage, "checkpoint"))?];
    if key.is_some() {
        if let Some(desk) = &places.desk {
            notes.push(desk.get(&log::beside(vantage))?);
        }
        notes.push(copy.get(&in_log(vantage, "checkpoint"))?);
    }
    let read = |note: Vec<u8>| Some((log::read_checkpoint(&note, vantage, key).ok()?, note));
    let mut trusted: Vec<Trusted> = notes.into_iter().flatten().filter_map(read).collect();
    trusted.sort_by_key(|(checkpoint, _)| std::cmp::Reverse(checkpoint.size));
    trusted.dedup_by(|(a, _), (b, _)| a == b);
    Ok(trusted)
}

struct Mending<'a> {
    here: &'a dyn Storage,
    there: &'a dyn Storage,
    vantage: &'a str,
    key: Option<&'a VerifierKey>,
    doing: Doing,
    repaired: Repaired,
    mended: &'a mut dyn FnMut(Mended),
    tell: &'a mut dyn FnMut(Finding),
}

/// What the tiles of a log under one root are, in both archives together.
#[derive(Default)]
struct Seen {
    /// Where each tile stands whole.
    whole: BTreeMap<Tile, Origin>,
    /// Those that stand nowhere, and what is wrong with the one here.
    lost: BTreeMap<Tile, String>,
    named: Named,
}

impl Mending<'_> {
    fn log(&mut self, trusted: &[Trusted]) -> Result<(), ArchiveError> {
        let Some(((newest, note), older)) = trusted.split_first() else {
            let what = "no checkpoint of this log can be believed: nothing of it was put back";
            let hint = "give the log's public key with --key";
            self.unmended(Finding::new(Level::NotChecked, in_log(self.vantage, "checkpoint"), what).hint(hint));
            return Ok(());
        };
        let mut seen = self.look(newest);
        for (other, _) in older {
            if self.root_at(newest.size, &seen, other.size).is_some_and(|root| root != other.root) {
                let what = format!(
                    "the checkpoints at the sizes {} and {} are both signed, and no one log has both: nothing was put back",
                    other.size, newest.size
                );
                self.unmended(Finding::new(Level::Unsound, in_log(self.vantage, "checkpoint"), what));
                return Ok(());
            }
        }
        // what the newest root does not lead to any more, an older one may
        let passes: Vec<(&Checkpoint, Seen)> = if seen.lost.is_empty() {
            Vec::new()
        } else {
            older.iter().map(|(older, _)| (older, self.look(older))).collect()
        };
        for (_, other) in &passes {
            seen.named.files.extend(other.named.files.iter().map(|(key, sum)| (key.clone(), *sum)));
        }
        seen.named.findings.drain(..).for_each(|finding| (self.tell)(finding));
        for (key, sum) in &seen.named.files {
            self.file(key, sum)?;
        }
        let mut put = self.tiles(newest, &|tile| seen.whole.contains_key(tile))?;
        for (older, other) in &passes {
            let is_wanted =
                |tile: &Tile| tile.is_full() && other.whole.contains_key(tile) && seen.lost.contains_key(tile);
            put.append(&mut self.tiles(older, &is_wanted)?);
        }
        for (tile, fault) in seen.lost.iter().filter(|(tile, _)| !put.contains(tile)) {
            let what = format!("{fault}; the copy does not have it whole either");
            self.unmended(Finding::new(Level::Unsound, in_log(self.vantage, &tile.to_string()), what));
        }
        self.stamps(newest, &seen)?;
        if seen.lost.is_empty() {
            self.narrower(newest)?;
            self.checkpoint(trusted, note)?;
        }
        Ok(())
    }

    fn unmended(&mut self, finding: Finding) {
        self.repaired.lost += 1;
        (self.tell)(finding);
    }

    /// Goes through the tiles of a root in both archives.
    fn look(&self, checkpoint: &Checkpoint) -> Seen {
        let mut seen = Seen::default();
        let Ok(()) = walk((self.here, self.there, self.vantage), checkpoint, &mut |found| {
            match found.bytes {
                Some((origin, bytes)) => {
                    if is_bundle(&found.tile) {
                        seen.named.take(self.vantage, &found.tile, &bytes);
                    }
                    seen.whole.insert(found.tile, origin);
                }
                None => {
                    let fault = found.faults.first().map(ToString::to_string).unwrap_or_default();
                    seen.lost.insert(found.tile, fault);
                }
            }
            Ok::<_, std::convert::Infallible>(())
        });
        seen
    }

    /// The root that a log had at an earlier size; `None` where that cannot be worked out.
    fn root_at(&self, size: u64, seen: &Seen, earlier: u64) -> Option<Digest> {
        let from = |tile: &Tile| match seen.whole.range(tile..=&tile.full()).next().map(|(_, origin)| *origin) {
            Some(Origin::Place(0)) => Some(self.here),
            Some(Origin::Place(_)) => Some(self.there),
            Some(Origin::Entries) | None => None,
        };
        let mut hashes = Hashes::new(size, |path: &str| match Tile::parse(path).as_ref().and_then(from) {
            Some(place) => place.get(&in_log(self.vantage, path)),
            None => Ok(None),
        });
        merkle::root(earlier, |level, index| hashes.node(level, index)).ok()
    }

    /// A file that an entry sums.
    fn file(&mut self, key: &str, sum: &Digest) -> Result<(), ArchiveError> {
        let why = match sum_of(self.here, key) {
            Ok(Some((digest, _))) if digest == *sum => return Ok(()),
            Ok(Some(_)) => "the file is not the one that was written",
            Ok(None) => "the file is missing",
            Err(error) => {
                self.unreadable(key, &error);
                return Ok(());
            }
        };
        let there = self.there.get(key).ok().flatten().filter(|bytes| Digest::of(bytes) == *sum);
        match there {
            Some(bytes) => self.put(key, &bytes, why.to_owned()),
            None => {
                let what = format!("{why}; the copy does not have it whole either");
                self.unmended(Finding::new(Level::Unsound, key, what));
                Ok(())
            }
        }
    }

    /// Puts back the tiles that are wanted and do not stand here; gives them.
    fn tiles(
        &mut self,
        checkpoint: &Checkpoint,
        is_wanted: &dyn Fn(&Tile) -> bool,
    ) -> Result<BTreeSet<Tile>, ArchiveError> {
        let mut put = BTreeSet::new();
        walk((self.here, self.there, self.vantage), checkpoint, &mut |found| match found.bytes {
            Some((origin, bytes)) if origin != Origin::Place(0) && is_wanted(&found.tile) => {
                let fault = found.faults.first().map(ToString::to_string).unwrap_or_default();
                put.insert(found.tile);
                self.put(&in_log(self.vantage, &found.tile.to_string()), &bytes, fault)
            }
            Some(_) | None => Ok(()),
        })?;
        Ok(put)
    }
}

/// Goes through the tiles of a log under a root: those here first, then those of the copy.
fn walk<E>(
    (here, there, vantage): (&dyn Storage, &dyn Storage, &str),
    checkpoint: &Checkpoint,
    visit: &mut dyn FnMut(tiles::Found) -> Result<(), E>,
) -> Result<(), E> {
    let here = |path: &str| here.get(&in_log(vantage, path));
    let there = |path: &str| there.get(&in_log(vantage, path));
    tiles::walk(checkpoint.size, &checkpoint.root, &[&here as Get<'_>, &there], visit)
}
