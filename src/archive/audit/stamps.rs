//! The stamps of a log: each file that an entry names, over a checkpoint that the log had, and believed under the roots that
//! whoever asks brought along.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audit, RESTORE};
use crate::archive::index::Stamped;
use crate::archive::log::Log;
use crate::archive::reader::ArchiveError;
use crate::archive::stamps::{self, Fault, StampError};
use crate::model::finding::{Finding, Level};

impl Audit<'_> {
    /// Checks each stamp that an entry names, and notes what lies beside them.
    pub(super) fn stamps(&mut self, log: &Log, stamps: &[Stamped]) -> Result<(), ArchiveError> {
        let storage = self.places.storage.clone();
        let mut named = BTreeSet::new();
        // told once for each authority, however many there are
        let mut unchecked: BTreeMap<&str, (u64, StampError)> = BTreeMap::new();
        for stamp in stamps {
            let (number, fact) = (stamp.seq.number(), &stamp.fact);
            named.extend([fact.note.1.as_str(), fact.response.1.as_str()]);
            let place = format!("{} entry {number}", log.vantage());
            let folder = format!("{}/{}/", stamps::folder(log.vantage()), fact.size);
            let is_home = [&fact.note.1, &fact.response.1].into_iter().all(|key| key.starts_with(&folder));
            if !is_home || fact.size > number {
                self.unsound(place.clone(), "it names a stamp of another log, or over what came after it");
            }
            let fault = match stamps::judged(&*storage, log, fact, &self.places.roots) {
                Ok(Ok(_)) => {
                    self.audited.stamps += 1;
                    continue;
                }
                Ok(Err(fault)) => fault,
                // a tile that cannot be read was told of with the others
                Err(ArchiveError::Log(_)) => continue,
                Err(other) => return Err(other),
            };
            let finding = match fault {
                Fault::Missing(key) => Finding::new(Level::Unsound, key, "the file is missing").hint(RESTORE),
                Fault::Differs(key) => {
                    Finding::new(Level::Unsound, key, format!("it is not the file that {place} sums")).hint(RESTORE)
                }
                Fault::Note(what) => Finding::new(Level::Unsound, place, what),
                Fault::Stamp(error) if error.unchecked_time().is_some() => {
                    let many = unchecked.get(fact.authority.as_str()).map_or(0, |(many, _)| *many) + 1;
                    unchecked.insert(&fact.authority, (many, error));
                    continue;
                }
                // the log is none the worse for it, but it shows no time
                Fault::Stamp(error @ StampError::Validity { .. }) => {
                    Finding::new(Level::Warning, fact.response.1.clone(), error.to_string())
                }
                Fault::Stamp(error) => Finding::new(Level::Unsound, fact.response.1.clone(), error.to_string()),
            };
            self.tell(finding);
        }
        let folder = stamps::folder(log.vantage());
        for (authority, (many, newest)) in unchecked {
            let stamps = if many == 1 { "a stamp".to_owned() } else { format!("{many} stamps, the newest") };
            let what = format!("{stamps} of {authority}: {newest}");
            let hint = "give the authority's root, which you have from itself, with --roots";
            self.tell(Finding::new(Level::NotChecked, folder.clone(), what).hint(hint));
        }
        for (key, _) in storage.list(&folder)?.iter().filter(|(key, _)| !named.contains(key.as_str())) {
            let what = "no entry names this file: a run was cut short, or somebody put it here";
            self.tell(Finding::new(Level::Note, key.clone(), what));
        }
        Ok(())
    }
}
