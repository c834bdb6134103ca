//! Checking everything that is kept: every byte of every segment, every leaf, every node, every name.
//!
//! An audit trusts nothing that it can work out again, and stops at nothing that it finds. It reads each file once, as a
//! stream, some files side by side; memory does not grow with the archive. It writes nothing but the index, which it
//! builds anew from what it read where the one that stands says otherwise.

mod beginnings;
mod late;
mod logs;
mod segments;
mod stamps;
mod stretch;

use std::collections::BTreeSet;
use std::path::PathBuf;

use late::Late;
use segments::Scan;
use stretch::Stretches;

use super::README;
use super::copies;
use super::index::{self, Index, IndexError, IndexPlace, Reached};
use super::log::{self, Log};
use super::reader::{self, ArchiveError, Places};
use super::storage::{Storage, StorageError};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Level};

/// What an audit went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// Entries of all logs.
    pub entries: u64,
    /// Records of all segments.
    pub records: u64,
    /// Texts among them.
    pub texts: u64,
    /// Bytes of the files, as they are stored.
    pub bytes: u64,
    /// Time stamps that hold under a root.
    pub stamps: u64,
}

/// Checks an archive; tells each finding as it is made, and how far it got as bytes of how many.
///
/// # Errors
/// Only where the storage cannot be read at all; whatever is wrong with what it holds is a finding.
pub fn audit(
    places: &Places,
    tell: &mut dyn FnMut(Finding),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Audited, ArchiveError> {
    let storage = &places.storage;
    let files = storage.list("")?;
    let names = reader::vantages(&**storage)?;
    if names.is_empty() {
        return Err(ArchiveError::NoArchive);
    }
    let total = files.iter().filter(|(key, _)| key.starts_with("segments/")).map(|(_, size)| size).sum();
    let (audited, named, late) = (Audited::default(), BTreeSet::new(), Late::of(total));
    let mut audit = Audit { places, tell, audited, total, named, late, sound: true };
    let mut logs = Vec::new();
    for name in &names {
        let key = places.keys.iter().find(|key| key.name() == name);
        if let Some(log) = audit.open_log(name, key) {
            logs.push(log);
        }
    }
    audit.beginnings(&logs);
    let whole = logs.len() == names.len();
    let scratch = Scratch::beside(&places.index);
    let mut rebuilt = Index::scratch(&scratch.place)?;
    rebuilt.begin()?;
    let mut touched = BTreeSet::new();
    for (id, log) in (0..).zip(&logs) {
        touched.append(&mut audit.log(log, id, &mut rebuilt, progress)?);
        audit.stamps(log, &rebuilt.stamps(id)?)?;
    }
    let (late, done) = (std::mem::take(&mut audit.late.files), (audit.audited.bytes, total));
    // an index can move to another core, but not be shared by two: hence the exclusive reference
    let (ours, fold, beside, all) = (&mut rebuilt, &touched, &scratch, &logs);
    let finish = move || {
        ours.complete()?;
        fold.iter().try_for_each(|statement| ours.refold(statement).map(drop))?;
        ours.commit()?;
        if whole { differing(places, ours, beside, all) } else { Ok(Vec::new()) }
    };
    let (differing, read) = rayon::join(finish, || late::read(late, &**storage, done, progress));
    let differing = differing?;
    for late in &read {
        audit.count(&late.scan);
        late.scan.findings.iter().cloned().chain(late.disagreement()).for_each(|finding| audit.tell(finding));
    }
    late::without(&rebuilt, &logs, &read)?.into_iter().for_each(|finding| audit.tell(finding));
    audit.others(&files);
    audit.index(&rebuilt, &scratch, &differing)?;
    Ok(audit.audited)
}

struct Audit<'a> {
    places: &'a Places,
    tell: &'a mut dyn FnMut(Finding),
    audited: Audited,
    total: u64,
    /// Keys that the log names.
    named: BTreeSet<String>,
    late: Late,
    sound: bool,
}

/// An index in the making, in a file that is gone when the audit is over, or in memory.
struct Scratch {
    place: IndexPlace,
    file: Option<PathBuf>,
}

impl Scratch {
    fn beside(index: &IndexPlace) -> Self {
        match index {
            IndexPlace::Memory => Self { place: IndexPlace::Memory, file: None },
            IndexPlace::File(path) => {
                let file = path.with_file_name("index.audit.sqlite");
                match Index::scratch(&IndexPlace::File(file.clone())) {
                    Ok(_) => Self { place: IndexPlace::File(file.clone()), file: Some(file) },
                    Err(_) => Self { place: IndexPlace::Memory, file: None },
                }
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // what stays behind is a cache like any other, and the next audit begins with removing it
            let _ = Index::remove(file);
        }
    }
}

impl Audit<'_> {
    fn tell(&mut self, finding: Finding) {
        self.sound &= finding.level != Level::Unsound;
        (self.tell)(finding);
    }

    fn unsound(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.tell(Finding::new(Level::Unsound, place, what));
    }

    /// Goes through a log: tiles and root, entries, the segments that they name, and what they say is kept.
    ///
    /// While one stretch is taken into the index, the next is read on the other cores.
    fn log(
        &mut self,
        log: &Log,
        id: i64,
        rebuilt: &mut Index,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<BTreeSet<Digest>, ArchiveError> {
        let storage = self.places.storage.clone();
        let mut stretches = Stretches::of(log, id, storage.clone(), std::mem::take(&mut self.late));
        let mut touched = BTreeSet::new();
        let (findings, mut ready) = rayon::join(|| logs::check_tiles(log, &storage), || stretches.ready());
        findings.into_iter().for_each(|finding| self.tell(finding));
        while let Some(mut stretch) = ready {
            for (file, scan) in &mut stretch.files {
                self.named.insert(file.key.clone());
                self.count(scan);
                scan.findings.drain(..).for_each(|finding| self.tell(finding));
            }
            self.audited.entries += stretch.entries();
            progress(self.audited.bytes, self.total);
            let taken;
            (ready, taken) =
                rayon::join(|| stretches.ready(), || stretch.take_into(rebuilt, log, &storage, &mut touched));
            taken?.into_iter().for_each(|finding| self.tell(finding));
        }
        self.late = stretches.late;
        let vantage = log.vantage().to_owned();
        rebuilt.set_reached(&Reached { id, vantage, size: log.size(), root: log.root() })?;
        Ok(touched)
    }

    fn count(&mut self, scan: &Scan) {
        self.audited.records += scan.records;
        self.audited.texts += scan.texts;
        self.audited.bytes += scan.bytes;
    }

    /// Looks for files that no entry names.
    fn others(&mut self, files: &[(String, u64)]) {
        for (key, size) in files {
            let known = key.starts_with("logs/") || self.named.contains(key);
            if known || key.starts_with("index.") || key == "README.md" && self.is_readme(key, *size) {
                continue;
            }
            let what = if key == "README.md" {
                "not the page that this version of onrecord writes: another version's, or changed; nothing vouches for it"
            } else if key.starts_with(&format!("{}/", copies::ASIDE)) {
                "a damaged file, kept when `repair` put a good one in its place"
            } else if key.starts_with("segments/") {
                "no entry names this file: it was being written when a run was cut short, or does not belong here"
            } else {
                "this file does not belong to the archive"
            };
            self.tell(Finding::new(Level::Note, key.clone(), what));
        }
    }

    fn is_readme(&self, key: &str, size: u64) -> bool {
        let read = || self.places.storage.get(key).ok().flatten();
        size == README.len() as u64 && read().is_some_and(|bytes| bytes == README.as_bytes())
    }

    /// Puts the new index into the place of the one that stands where they differ.
    fn index(&mut self, rebuilt: &Index, scratch: &Scratch, differing: &[String]) -> Result<(), ArchiveError> {
        let (IndexPlace::File(path), Some(file)) = (&self.places.index, &scratch.file) else { return Ok(()) };
        if differing.is_empty() || !self.sound {
            return Ok(());
        }
        rebuilt.settle()?;
        let what = format!("the index did not agree with the log ({}); it was built anew", differing.join("; "));
        match Index::replace(path, file) {
            Ok(()) => self.tell(Finding::new(Level::Note, "index.sqlite", what)),
            Err(error) => {
                let finding = Finding::new(Level::Warning, "index.sqlite", "the index does not agree with the log");
                self.tell(finding.hint(format!("delete it: it is built anew ({error})")));
            }
        }
        Ok(())
    }
}

/// How the index that stands differs from the new one; in nothing where another process has it, or is ahead of us.
fn differing(places: &Places, rebuilt: &Index, scratch: &Scratch, logs: &[Log]) -> Result<Vec<String>, ArchiveError> {
    let (IndexPlace::File(path), Some(_)) = (&places.index, &scratch.file) else { return Ok(Vec::new()) };
    let compared = match Index::open(&places.index) {
        Ok(_) if has_grown(places, logs) => return Ok(Vec::new()),
        Ok(_) => index::differences(rebuilt, path),
        Err(error) => Err(error),
    };
    match compared {
        Ok(lines) => Ok(lines),
        Err(IndexError::Damaged(_)) => Ok(vec!["the file is damaged".to_owned()]),
        Err(IndexError::Busy(_)) => Ok(Vec::new()),
        Err(other) => Err(other.into()),
    }
}

/// Whether somebody has written since the audit began: then the index is ahead of what was audited.
fn has_grown(places: &Places, logs: &[Log]) -> bool {
    let now = |log: &Log| Log::open(places.storage.clone(), log.vantage(), places.desk.as_deref(), None);
    logs.iter().any(|log| now(log).is_ok_and(|now| now.size() > log.size()))
}

const RESTORE: &str = "put the file back from a copy of the archive";

/// The digest and the length of what lies under a key; `None` where there is no such key.
pub(super) fn sum_of(storage: &dyn Storage, key: &str) -> Result<Option<(Digest, u64)>, StorageError> {
    let Some(mut file) = storage.open(key)? else { return Ok(None) };
    let mut hasher = crate::model::digest::Hasher::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut length = 0;
    loop {
        match std::io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Ok(Some((hasher.finish(), length))),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(StorageError::from_io("read", key, error)),
        }
    }
}

/// The key that a log's checkpoint must be signed with, or why that cannot be checked.
fn unsigned(vantage: &str) -> Finding {
    let what = "who signed the checkpoint was not checked: the public key is not known here";
    Finding::new(Level::NotChecked, format!("{}/checkpoint", log::folder(vantage)), what)
        .hint("give it with --key, as its operator's `onrecord key show` prints it")
}

/// The key of something in a log's folder.
fn in_folder(vantage: &str, path: &str) -> String {
    format!("{}/{path}", log::folder(vantage))
}
