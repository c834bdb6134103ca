//! The keys of a bundle's log: whoever checks may hold an older one than that which signed, or a newer one.

use super::check::Checking;
use super::name::{self, Part};
use crate::archive::checkpoint::{Checkpoint, VerifierKey};
use crate::archive::log::said;
use crate::archive::proof::open;
use crate::model::entry::{Entry, Fact};
use crate::model::finding::Level;

impl Checking<'_> {
    /// The key that a checkpoint must be signed with: the one that was given, or one to which it leads or from which it came.
    pub(super) fn signer(&self, note: &str) -> Option<VerifierKey> {
        let size = open(note, None).map_or(0, |checkpoint| checkpoint.size);
        self.trust.key.as_ref().map(|key| self.changes.signer(key, size))
    }

    /// Reads the changes of keys; that their entries are in the log is checked with all others.
    pub(super) fn changes_of_keys(&mut self) {
        let newest = self.text(&Part::Top(name::CHECKPOINT)).and_then(|note| open(note, None).ok());
        let Some(Checkpoint { origin, size, .. }) = newest else { return };
        let number = |part: &Part| if let Part::Entry(number) = part { Some(*number) } else { None };
        let mut numbers: Vec<u64> = self.parts().iter().filter_map(number).collect();
        numbers.sort_unstable();
        for number in numbers {
            let part = Part::Entry(number);
            let entry = self.get(&part).and_then(|leaf| Entry::parse(leaf).ok());
            let Some(Ok(Fact::Key(fact))) = entry.as_ref().map(Fact::read) else { continue };
            if let Err(error) = self.changes.take(number, &fact, &origin) {
                self.unsound(part.to_string(), format!("a change of keys that does not hold: {}", said(&error)));
            }
        }
        if let Some(given) = &self.trust.key {
            let signer = self.changes.signer(given, size);
            if signer != *given {
                let what = format!(
                    "the key that was given did not sign it: {signer} did, and the `key` entries here lead from the one to the other"
                );
                self.tell(Level::Note, name::CHECKPOINT, what);
            }
        }
    }
}
