//! Stamps, put back where they are over a checkpoint that the log had.

use std::collections::BTreeSet;

use super::{Mending, Seen};
use crate::archive::checkpoint::Checkpoint;
use crate::archive::copies::{stamp_fault, stamps_of};
use crate::archive::reader::ArchiveError;
use crate::archive::stamps;
use crate::archive::storage::Storage;
use crate::model::finding::{Finding, Level};

impl Mending<'_> {
    pub(super) fn stamps(&mut self, newest: &Checkpoint, seen: &Seen) -> Result<(), ArchiveError> {
        let (here, there, vantage, key) = (self.here, self.there, self.vantage, self.key);
        let is_signed = |note: &[u8]| seen.named.has_signed(key, note);
        let root_of =
            |size| if size == newest.size { Some(newest.root) } else { self.root_at(newest.size, seen, size) };
        let fault = |storage: &dyn Storage, key: &str| match storage.get(key) {
            Ok(Some(bytes)) => {
                // a note is put back before the answers over it, and counts from either side
                let note_of = |key: &str| {
                    let good = |storage: &dyn Storage| {
                        let bytes = storage.get(key).ok().flatten()?;
                        stamp_fault(key, &bytes, vantage, &|_| None, &root_of, &is_signed).is_none().then_some(bytes)
                    };
                    good(storage).or_else(|| good(here)).or_else(|| good(there))
                };
                let fault = stamp_fault(key, &bytes, vantage, &note_of, &root_of, &is_signed);
                fault.map_or(Ok(bytes), Err)
            }
            Ok(None) => Err("the file is missing".to_owned()),
            Err(error) => Err(format!("the file cannot be read: {error}")),
        };
        let mut keys: BTreeSet<String> = stamps_of(here, vantage)?.into_iter().collect();
        keys.extend(stamps_of(there, vantage)?);
        let mut keys: Vec<String> = keys.into_iter().collect();
        keys.sort_by_key(|key| !key.ends_with(stamps::NOTE));
        let mut wrong = Vec::new();
        for key in keys {
            if let Err(why) = fault(here, &key) {
                wrong.push((fault(there, &key).ok(), key, why));
            }
        }
        for (good, key, why) in wrong {
            match good {
                Some(bytes) => self.put(&key, &bytes, why)?,
                None => {
                    let what = format!("{why}; the copy does not have it whole either");
                    self.unmended(Finding::new(Level::Unsound, key, what));
                }
            }
        }
        Ok(())
    }
}
