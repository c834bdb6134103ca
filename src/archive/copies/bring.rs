//! Bringing a copy up to date: adding what it lacks, replacing nothing but its checkpoint.
//!
//! In the order of the commit: files that entries name, stamps, tiles, and the checkpoint last. So a copy that was cut short
//! is an older copy with more files in it, and the next one goes on where it stopped. What the copy has already is compared
//! by its length; to read it is for [`compare`](super::compare()).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Named, common, in_log, is_bundle, stamp_fault, stamps_of};
use crate::archive::checkpoint::VerifierKey;
use crate::archive::log::{self, Log, LogError};
use crate::archive::reader::{self, ArchiveError, Places};
use crate::archive::storage::{Lock, Storage, StorageError};
use crate::archive::tiles::{self, Get};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Level};

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How far each log of the copy reached, and reaches now.
    pub logs: Vec<Carried>,
    /// How many files were written.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

/// How far a log was carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The log.
    pub vantage: String,
    /// The size at which the copy stood.
    pub from: u64,
    /// The size at which it stands.
    pub to: u64,
}

/// Why nothing was copied, or no more.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The archive itself cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The copy cannot be read or written.
    #[error("cannot read or write the copy")]
    Storage(#[source] StorageError),
    /// The copy is of another log under the same name.
    #[error(
        "the log {vantage} of the copy is another one: it has {agreed} entries in common with this archive's, and {there} in all"
    )]
    Forked {
        /// Whose log.
        vantage: String,
        /// How many entries they have in common.
        agreed: u64,
        /// How many entries the copy has.
        there: u64,
    },
    /// What the copy holds of a log cannot be compared.
    #[error("the log {vantage} of the copy cannot be compared with this archive's")]
    Unreadable {
        /// Whose log.
        vantage: String,
        /// Why not.
        #[source]
        source: Box<LogError>,
    },
}

impl From<LogError> for CopyError {
    fn from(error: LogError) -> Self {
        ArchiveError::from(error).into()
    }
}

/// A log, and how far the copy has it.
struct Pair {
    here: Log,
    /// The checkpoint of the copy, and its size.
    there: Option<(Vec<u8>, u64)>,
    _lock: Lock,
}

/// Brings the copy up to date; tells what could not be copied, and what the copy has besides.
///
/// Every log is compared before anything is written: one that the copy has otherwise is [`CopyError::Forked`], and nothing is
/// touched. `holder` is what others are told who would write to the copy meanwhile. Works while the archive grows: what is
/// copied is what its checkpoints cover now.
pub fn copy(
    places: &Places,
    copy: &Arc<dyn Storage>,
    holder: &str,
    tell: &mut dyn FnMut(Finding),
    progress: &dyn Fn(u64, u64),
) -> Result<Copied, CopyError> {
    let names = reader::vantages(&*places.storage).map_err(ArchiveError::from)?;
    if names.is_empty() {
        return Err(ArchiveError::NoArchive.into());
    }
    let mut pairs = Vec::new();
    for name in &names {
        let key = places.keys.iter().find(|key| key.name() == name);
        let here = Log::open(places.storage.clone(), name, places.desk.as_deref(), key)?;
        let lock = copy.lock(&in_log(name, "lock"), holder).map_err(CopyError::Storage)?;
        let there = standing(&here, copy, key)?;
        pairs.push(Pair { here, there, _lock: lock });
    }
    let lengths = copy.list("").map_err(CopyError::Storage)?.into_iter().collect();
    let total = places.storage.list("segments").map_err(ArchiveError::from)?.iter().map(|(_, size)| size).sum();
    let from = &*places.storage;
    let mut carrying =
        Carrying { from, to: &**copy, lengths, known: BTreeSet::new(), copied: Copied::default(), passed: 0, tell };
    for Pair { here, there, .. } in &pairs {
        let key = places.keys.iter().find(|key| key.name() == here.vantage());
        carrying.log(here, there.as_ref(), key, &|passed| progress(passed, total))?;
    }
    carrying.format()?;
    carrying.besides(&pairs);
    Ok(carrying.copied)
}

/// How far the copy has a log; refuses one that is not the beginning of ours, or of which ours is not the beginning.
fn standing(
    here: &Log,
    copy: &Arc<dyn Storage>,
    key: Option<&VerifierKey>,
) -> Result<Option<(Vec<u8>, u64)>, CopyError> {
    let vantage = || here.vantage().to_owned();
    let note = copy.get(&in_log(here.vantage(), "checkpoint")).map_err(CopyError::Storage)?;
    let Some(note) = note else { return Ok(None) };
    let unreadable = |source| CopyError::Unreadable { vantage: vantage(), source: Box::new(source) };
    // whoever signed it: where our log had this root at this size, it is a checkpoint of our log
    let there = log::read_checkpoint(&note, here.vantage(), None).map_err(|error| unreadable(error.into()))?;
    let agrees = if there.size <= here.size() {
        here.root_at(there.size)? == there.root
    } else {
        let there = Log::open(copy.clone(), here.vantage(), None, key).map_err(unreadable)?;
        there.root_at(here.size()).map_err(unreadable)? == here.root()
    };
    if agrees {
        return Ok(Some((note, there.size)));
    }
    let log = Log::open(copy.clone(), here.vantage(), None, key).map_err(unreadable)?;
    let agreed = common(here, &log).map_err(unreadable)?;
    Err(CopyError::Forked { vantage: vantage(), agreed, there: there.size })
}

struct Carrying<'a> {
    from: &'a dyn Storage,
    to: &'a dyn Storage,
    /// What lies in the copy, and how long it is.
    lengths: BTreeMap<String, u64>,
    /// Keys of the copy that belong to what is here.
    known: BTreeSet<String>,
    copied: Copied,
    /// How many bytes of segments were gone through.
    passed: u64,
    tell: &'a mut dyn FnMut(Finding),
}

impl Carrying<'_> {
    fn log(
        &mut self,
        here: &Log,
        there: Option<&(Vec<u8>, u64)>,
        key: Option<&VerifierKey>,
        progress: &dyn Fn(u64),
    ) -> Result<(), CopyError> {
        let vantage = here.vantage();
        let size_there = there.map_or(0, |(_, size)| *size);
        for folder in [log::folder(vantage), format!("segments/{vantage}")] {
            self.to.sweep(&folder).map_err(CopyError::Storage)?;
        }
        let get = |path: &str| self.from.get(&in_log(vantage, path));
        let (mut named, mut lost) = (Named::default(), Vec::new());
        tiles::walk(here.size(), &here.root(), &[&get as Get<'_>], &mut |found| {
            match &found.bytes {
                Some((_, bytes)) if is_bundle(&found.tile) => named.take(vantage, &found.tile, bytes),
                Some(_) => {}
                None => {
                    let fault = found.faults.first().map(ToString::to_string).unwrap_or_default();
                    let finding = Finding::new(Level::Unsound, in_log(vantage, &found.tile.to_string()), fault);
                    lost.push(finding.hint("`onrecord repair --from` puts it back from a copy"));
                }
            }
            Ok::<_, CopyError>(())
        })?;
        named.findings.drain(..).chain(lost.drain(..)).for_each(|finding| (self.tell)(finding));
        for (key, sum) in &named.files {
            self.file(key, sum)?;
            progress(self.passed);
        }
        self.stamps(here, &|note| named.has_signed(key, note))?;
        let mut to = size_there;
        if here.size() > size_there || here.size() == size_there && there.map(|(note, _)| &note[..]) != here.note() {
            self.tiles(here)?;
            let is_whole =
                tiles::all(here.size()).all(|tile| self.lengths.contains_key(&in_log(vantage, &tile.to_string())));
            if let (true, Some(note)) = (is_whole, here.note()) {
                let key = in_log(vantage, "checkpoint");
                self.to.swap(&key, there.map(|(note, _)| &note[..]), note).map_err(CopyError::Storage)?;
                to = here.size();
            }
        } else if size_there > here.size() {
            let what = format!(
                "the copy is ahead of this archive by {} entries: they were left alone",
                size_there - here.size()
            );
            (self.tell)(Finding::new(Level::Note, in_log(vantage, "checkpoint"), what));
        }
        self.copied.logs.push(Carried { vantage: vantage.to_owned(), from: size_there, to });
        Ok(())
    }

    /// A file that an entry sums: copied where it is what that says, told where it is not.
    fn file(&mut self, key: &str, sum: &Digest) -> Result<(), CopyError> {
        self.known.insert(key.to_owned());
        let length = self.from.size(key);
        self.passed += length.as_ref().ok().copied().flatten().unwrap_or(0);
        if let (Some(there), Ok(Some(here))) = (self.lengths.get(key), &length) {
            if there != here {
                self.other(key);
            }
            return Ok(());
        }
        let found = match self.from.get(key) {
            Ok(Some(bytes)) => match Digest::of(&bytes) {
                digest if digest == *sum => return self.put(key, &bytes),
                digest => {
                    Finding::new(Level::Unsound, key, "the file is not the one that was written: it was not copied")
                        .values(sum, digest)
                }
            },
            Ok(None) => Finding::new(Level::Unsound, key, "the file is missing here"),
            Err(error) => Finding::new(Level::Unsound, key, format!("the file cannot be read: {error}")),
        };
        (self.tell)(found.hint("`onrecord repair --from` puts it back from a copy that has it"));
        Ok(())
    }

    /// Stamps over checkpoints that are copied, the stamped notes before the answers over them.
    fn stamps(&mut self, here: &Log, is_signed: &dyn Fn(&[u8]) -> bool) -> Result<(), CopyError> {
        let from = self.from;
        let mut keys = stamps_of(from, here.vantage()).map_err(ArchiveError::from)?;
        keys.sort_by_key(|key| !key.ends_with(crate::archive::stamps::NOTE));
        let root_at = |size| (size <= here.size()).then(|| here.root_at(size).ok()).flatten();
        for key in keys {
            let bytes = match from.get(&key) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    (self.tell)(Finding::new(Level::Unsound, key, format!("the file cannot be read: {error}")));
                    continue;
                }
            };
            let note_of = |key: &str| from.get(key).ok().flatten();
            match stamp_fault(&key, &bytes, here.vantage(), &note_of, &root_at, is_signed) {
                None => self.put(&key, &bytes)?,
                // a run beside this one has stamped what it wrote since: that is for the next time
                Some(_) if beyond(&key, here) => {}
                Some(fault) => (self.tell)(Finding::new(Level::Unsound, key, format!("it was not copied: {fault}"))),
            }
        }
        Ok(())
    }

    fn tiles(&mut self, here: &Log) -> Result<(), CopyError> {
        let (from, vantage) = (self.from, here.vantage());
        let get = |path: &str| from.get(&in_log(vantage, path));
        tiles::walk(here.size(), &here.root(), &[&get as Get<'_>], &mut |found| match &found.bytes {
            Some((_, bytes)) => self.put(&in_log(vantage, &found.tile.to_string()), bytes),
            None => Ok(()),
        })
    }

    /// Writes what the copy does not have; tells where it has something else.
    fn put(&mut self, key: &str, bytes: &[u8]) -> Result<(), CopyError> {
        self.known.insert(key.to_owned());
        match self.lengths.get(key) {
            Some(length) if *length == bytes.len() as u64 => return Ok(()),
            Some(_) => {
                self.other(key);
                return Ok(());
            }
            None => {}
        }
        match self.to.put_new(key, bytes) {
            Ok(_) => {}
            Err(StorageError::Differs { .. }) => {
                self.other(key);
                return Ok(());
            }
            Err(error) => return Err(CopyError::Storage(error)),
        }
        self.lengths.insert(key.to_owned(), bytes.len() as u64);
        self.copied.files += 1;
        self.copied.bytes += bytes.len() as u64;
        Ok(())
    }

    fn other(&mut self, key: &str) {
        let finding =
            Finding::new(Level::Unsound, key, "in the copy stands something else under this name: it was left alone");
        (self.tell)(finding.hint("`onrecord verify --against` says which of the two is damaged"));
    }

    /// The description of the format; an older one in the copy stays.
    fn format(&mut self) -> Result<(), CopyError> {
        const FORMAT: &str = "README.md";
        let bytes = self.from.get(FORMAT).map_err(ArchiveError::from)?;
        match bytes {
            Some(bytes) if !self.lengths.contains_key(FORMAT) => self.put(FORMAT, &bytes),
            Some(_) | None => Ok(()),
        }
    }

    /// Tells what the copy has and this archive does not.
    fn besides(&mut self, pairs: &[Pair]) {
        let is_ours = |vantage: &str| pairs.iter().any(|pair| pair.here.vantage() == vantage);
        let is_ahead = |pair: &&Pair| pair.there.as_ref().is_some_and(|(_, size)| *size > pair.here.size());
        let ahead: Vec<&str> = pairs.iter().filter(is_ahead).map(|pair| pair.here.vantage()).collect();
        let mut others: BTreeMap<String, (u64, String)> = BTreeMap::new();
        for key in self.lengths.keys().filter(|key| !self.known.contains(*key)) {
            let group = match key.split('/').collect::<Vec<_>>()[..] {
                ["logs", vantage, ..] if is_ours(vantage) => continue,
                ["segments", vantage, ..] if ahead.contains(&vantage) => continue,
                ["segments", vantage, ..] if is_ours(vantage) => "that no entry here names".to_owned(),
                ["logs" | "segments", vantage, ..] => format!("of the log {vantage}, which is not here"),
                ["README.md"] | [super::ASIDE, ..] => continue,
                [name] if name.starts_with("index.") => continue,
                _ => "that belong to no archive".to_owned(),
            };
            others.entry(group).or_insert_with(|| (0, key.clone())).0 += 1;
        }
        for (group, (count, first)) in others {
            let what = format!("the copy has {count} files {group}, this the first of them: they were left alone");
            (self.tell)(Finding::new(Level::Note, first, what));
        }
    }
}

/// Whether a stamp is over a checkpoint that came after the one at which the log was opened.
fn beyond(key: &str, here: &Log) -> bool {
    let size = key.rsplit('/').nth(1).and_then(|size| size.parse::<u64>().ok());
    size.is_some_and(|size| size > here.size())
}
