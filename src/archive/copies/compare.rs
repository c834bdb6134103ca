//! Comparing an archive with a copy of it: the logs by their roots, the files of the copy by the sums in its log.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Named, common, in_log, is_bundle, stamp_fault, stamps_of};
use crate::archive::audit::sum_of;
use crate::archive::checkpoint::VerifierKey;
use crate::archive::log::{self, Log, said};
use crate::archive::reader::{self, ArchiveError, Places};
use crate::archive::storage::Storage;
use crate::archive::succession::Succession;
use crate::archive::tiles::{self, Get};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Level};

/// What was gone through of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Logs that are in both.
    pub logs: u64,
    /// Files of the copy that were read and summed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Compares a copy with this archive, and reads all that it holds; tells each finding, with `name` before the keys of the copy.
///
/// What is damaged in the copy, or missing though its own log names it, is unsound; what it does not have yet is a note.
/// Whether this archive itself is whole is for [`audit`](crate::archive::audit::audit()) to say.
///
/// # Errors
/// Where a storage cannot be read at all.
pub fn compare(
    places: &Places,
    copy: &Arc<dyn Storage>,
    name: &str,
    tell: &mut dyn FnMut(Finding),
    progress: &dyn Fn(u64, u64),
) -> Result<Compared, ArchiveError> {
    let total = copy.list("segments")?.iter().map(|(_, size)| size).sum();
    let (ours, theirs) = (reader::vantages(&*places.storage)?, reader::vantages(&**copy)?);
    let mut comparing = Comparing { copy, name, compared: Compared::default(), tell };
    let all: BTreeSet<&String> = ours.iter().chain(&theirs).collect();
    for vantage in all {
        let key = places.keys.iter().find(|key| key.name() == vantage);
        if !theirs.contains(vantage) {
            comparing.say(Level::Warning, &in_log(vantage, "checkpoint"), "the copy does not have this log");
            continue;
        }
        let is_ours = ours.contains(vantage);
        let here = Log::open(places.storage.clone(), vantage, places.desk.as_deref(), key).ok().filter(|_| is_ours);
        // an older copy may be signed by an older key, and know nothing of the change
        let key = key.map(|key| signer(copy, key, here.as_ref()));
        let there = match Log::open(copy.clone(), vantage, None, key.as_ref()) {
            Ok(there) => there,
            Err(error) => {
                comparing.say(Level::Unsound, &in_log(vantage, "checkpoint"), said(&error));
                continue;
            }
        };
        match here {
            Some(here) => comparing.logs(&here, &there),
            None if is_ours => {
                let what = "not compared: the log of this archive does not open";
                comparing.say(Level::NotChecked, &in_log(vantage, "checkpoint"), what);
            }
            None => comparing.say(Level::Note, &in_log(vantage, "checkpoint"), "a log that is not in this archive"),
        }
        let named = comparing.files(&there, &|done| progress(done, total));
        comparing.stamps(&*places.storage, &there, &|note| named.has_signed(key.as_ref(), note))?;
    }
    Ok(comparing.compared)
}

/// The key that signed the log at the size of the copy, as the changes of keys in our log tell it.
fn signer(copy: &Arc<dyn Storage>, key: &VerifierKey, here: Option<&Log>) -> VerifierKey {
    let note = copy.get(&in_log(key.name(), "checkpoint")).ok().flatten();
    let claimed = note.and_then(|note| log::read_checkpoint(&note, key.name(), None).ok());
    match (claimed, here.map(Succession::of)) {
        (Some(claimed), Some(Ok(changes))) => changes.signer(key, claimed.size),
        (_, _) => key.clone(),
    }
}

struct Comparing<'a> {
    copy: &'a Arc<dyn Storage>,
    name: &'a str,
    compared: Compared,
    tell: &'a mut dyn FnMut(Finding),
}

impl Comparing<'_> {
    fn place(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }

    fn say(&mut self, level: Level, key: &str, what: impl Into<String>) {
        let place = self.place(key);
        (self.tell)(Finding::new(level, place, what));
    }

    /// Whether one log is the beginning of the other.
    fn logs(&mut self, here: &Log, there: &Log) {
        self.compared.logs += 1;
        let key = in_log(here.vantage(), "checkpoint");
        let place = self.place(&key);
        let shorter = here.size().min(there.size());
        match common(here, there) {
            Err(error) => self.say(Level::Unsound, &key, format!("cannot be compared: {}", said(&error))),
            Ok(agreed) if agreed < shorter => {
                let what = format!(
                    "it is another log under the same name: the first {agreed} entries are the same, entry {agreed} is not"
                );
                let size = agreed + 1;
                let (Ok(ours), Ok(theirs)) = (here.root_at(size), there.root_at(size)) else {
                    return self.say(Level::Unsound, &key, what);
                };
                let root = |root: Digest| format!("the root {root} at size {size}");
                (self.tell)(Finding::new(Level::Unsound, place, what).values(root(ours), root(theirs)));
            }
            Ok(_) if here.size() > there.size() => {
                let what = format!("the copy lacks the last {} entries", here.size() - there.size());
                (self.tell)(Finding::new(Level::Note, place, what).hint("`onrecord copy` brings it up to date"));
            }
            Ok(_) if here.size() < there.size() => {
                let what = format!("the copy is ahead of this archive by {} entries", there.size() - here.size());
                self.say(Level::Note, &key, what);
            }
            Ok(_) => {}
        }
    }

    /// Every tile of the copy's log by its root, and every file by the sum in its entry.
    fn files(&mut self, there: &Log, progress: &dyn Fn(u64)) -> Named {
        let (copy, vantage) = (self.copy, there.vantage());
        let get = |path: &str| copy.get(&in_log(vantage, path));
        let mut named = Named::default();
        let walked = tiles::walk(there.size(), &there.root(), &[&get as Get<'_>], &mut |found| {
            match &found.bytes {
                Some((_, bytes)) if is_bundle(&found.tile) => named.take(vantage, &found.tile, bytes),
                Some(_) | None => {}
            }
            for fault in &found.faults {
                self.say(Level::Unsound, &in_log(vantage, &found.tile.to_string()), fault.to_string());
            }
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok(()) = walked;
        named.findings.drain(..).for_each(|finding| (self.tell)(finding));
        for (key, sum) in &named.files {
            let place = self.place(key);
            match sum_of(&**copy, key) {
                Ok(Some((digest, bytes))) => {
                    self.compared.files += 1;
                    self.compared.bytes += bytes;
                    progress(self.compared.bytes);
                    if digest != *sum {
                        let what = "the file is not the one that was written";
                        (self.tell)(Finding::new(Level::Unsound, place, what).values(sum, digest));
                    }
                }
                Ok(None) => (self.tell)(
                    Finding::new(Level::Unsound, place, "the file is missing").hint("`onrecord copy` adds it"),
                ),
                Err(error) => {
                    (self.tell)(Finding::new(Level::Unsound, place, format!("the file cannot be read: {error}")));
                }
            }
        }
        named
    }

    /// The stamps of the copy, each over a checkpoint of its log; and those that it does not have yet.
    fn stamps(
        &mut self,
        here: &dyn Storage,
        there: &Log,
        is_signed: &dyn Fn(&[u8]) -> bool,
    ) -> Result<(), ArchiveError> {
        let copy = self.copy;
        let root_at = |size| (size <= there.size()).then(|| there.root_at(size).ok()).flatten();
        let note_of = |key: &str| copy.get(key).ok().flatten();
        let theirs = stamps_of(&**copy, there.vantage())?;
        for key in &theirs {
            let fault = match copy.get(key) {
                Ok(Some(bytes)) => stamp_fault(key, &bytes, there.vantage(), &note_of, &root_at, is_signed),
                Ok(None) => None,
                Err(error) => Some(format!("the file cannot be read: {error}")),
            };
            if let Some(fault) = fault {
                self.say(Level::Unsound, key, fault);
            }
        }
        for key in stamps_of(here, there.vantage())?.iter().filter(|key| !theirs.contains(key)) {
            self.say(Level::Note, key, "a stamp that the copy does not have yet");
        }
        Ok(())
    }
}
