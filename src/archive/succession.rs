//! Which key signs a log at which size: what the `key` entries in it show.
//!
//! A change is two entries. The old key signs the size and root at which it gives the log over, and to which key; the new key
//! signs the same when it takes it. From that second entry on, a checkpoint counts with the new key's signature alone. So
//! whoever holds any of the keys is led to all others, as far as the log that is shown goes: one who has stolen an old key can
//! sign another way on, and only a holder of a newer key, or of a later checkpoint, sees that.

use super::checkpoint::{Checkpoint, CheckpointError, KeyError, Note, NoteError, SigningKey, VerifierKey};
use super::log::{Log, LogError, said};
use crate::model::digest::Digest;
use crate::model::entry::{Entry, Fact, KeyFact, Side};
use crate::model::time::Instant;

/// Why a `key` entry changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    /// It names something that is no key.
    #[error("it names no key of the log")]
    Key(#[from] KeyError),
    /// It names a key of another log.
    #[error("it names a key of {name}")]
    OtherLog {
        /// The key's name.
        name: String,
    },
    /// Its signature does not hold.
    #[error("its signature does not hold")]
    Signature(#[from] NoteError),
    /// It does not follow from what came before it in the log.
    #[error("it does not follow from what came before it: {what}")]
    Order {
        /// What is wrong.
        what: &'static str,
    },
}

/// The two keys of a change, and where it happened.
#[derive(Clone, Debug)]
struct Change {
    /// The entry in which the new key took the log.
    entry: u64,
    old: VerifierKey,
    new: VerifierKey,
}

/// The changes of keys of one log.
#[derive(Clone, Debug, Default)]
pub struct Succession {
    changes: Vec<Change>,
    /// Given over, and not taken yet.
    given: Vec<(u64, Digest, VerifierKey, VerifierKey)>,
    /// The entries that were taken in.
    entries: Vec<u64>,
    /// Entries that change nothing, and why.
    faults: Vec<(u64, String)>,
}

/// What each side signs: a checkpoint (C2SP tlog-checkpoint) with one line more.
fn signed_text(log: &str, fact: (u64, Digest), old: &str, new: &str) -> String {
    let (size, root) = fact;
    format!("{}onrecord-key {old} {new}\n", Checkpoint { origin: log.to_owned(), size, root })
}

/// One side of a change, signed.
pub fn side(
    side: Side,
    at: (u64, Digest),
    (old, new): (&VerifierKey, &VerifierKey),
    key: &SigningKey,
    time: Instant,
) -> Result<KeyFact, NoteError> {
    let (old, new) = (old.to_string(), new.to_string());
    let note = Note::sign(&signed_text(key.name(), at, &old, &new), key)?;
    let line = note.signatures().first().map(ToString::to_string).unwrap_or_default();
    let signature = line.rsplit(' ').next().unwrap_or_default().to_owned();
    Ok(KeyFact { time, side, size: at.0, root: at.1, old, new, signature })
}

/// Reads one side of a change in a log, and believes it only with the signature of its key.
fn check(fact: &KeyFact, log: &str) -> Result<(VerifierKey, VerifierKey), SuccessionError> {
    let (old, new): (VerifierKey, VerifierKey) = (fact.old.parse()?, fact.new.parse()?);
    if let Some(other) = [&old, &new].into_iter().find(|key| key.name() != log) {
        return Err(SuccessionError::OtherLog { name: other.name().to_owned() });
    }
    let text = signed_text(log, (fact.size, fact.root), &fact.old, &fact.new);
    let note = Note::parse(format!("{text}\n\u{2014} {log} {}\n", fact.signature).as_bytes())?;
    note.verify(match fact.side {
        Side::Old => &old,
        Side::New => &new,
    })?;
    Ok((old, new))
}

impl Succession {
    /// The changes in a log, out of all its entries.
    pub fn of(log: &Log) -> Result<Self, LogError> {
        let mut all = Self::default();
        for entry in log.entries(0, log.size()) {
            let (number, leaf) = entry?;
            // most entries are of other kinds, and a kind is told by how an entry begins
            if leaf.starts_with(b"onrecord/1 key\n")
                && let Ok(Ok(Fact::Key(fact))) = Entry::parse(&leaf).map(|entry| Fact::read(&entry))
                && let Err(fault) = all.take(number, &fact, log.vantage())
            {
                all.faults.push((number, said(&fault)));
            }
        }
        Ok(all)
    }

    /// Takes in the next `key` entry.
    pub fn take(&mut self, number: u64, fact: &KeyFact, log: &str) -> Result<(), SuccessionError> {
        let (old, new) = check(fact, log)?;
        if self.changes.last().is_some_and(|last| last.new != old) {
            return Err(SuccessionError::Order { what: "the key that it calls the old one did not sign the log then" });
        }
        if fact.size > number {
            return Err(SuccessionError::Order { what: "the log was shorter than it says" });
        }
        let given = (fact.size, fact.root, old, new);
        match fact.side {
            Side::Old => self.given.push(given),
            Side::New if self.given.contains(&given) => {
                let (_, _, old, new) = given;
                self.changes.push(Change { entry: number, old, new });
                self.given.clear();
            }
            Side::New => return Err(SuccessionError::Order { what: "no earlier entry gives the log over" }),
        }
        self.entries.push(number);
        Ok(())
    }

    /// The entries that tell of the changes.
    pub fn entries(&self) -> &[u64] {
        &self.entries
    }

    /// The entries that change nothing, and why.
    pub fn faults(&self) -> &[(u64, String)] {
        &self.faults
    }

    /// The key that signs the log at a size, for somebody who trusts one of its keys.
    ///
    /// One that the changes do not lead to or from leads nowhere, and is given back: nothing else is known to be trusted.
    pub fn signer(&self, trusted: &VerifierKey, size: u64) -> VerifierKey {
        let is_known = self.changes.iter().any(|change| change.old == *trusted || change.new == *trusted);
        let last = self.changes.iter().rev().find(|change| change.entry < size).map(|change| &change.new);
        let signer = last.or_else(|| self.changes.first().map(|change| &change.old));
        signer.filter(|_| is_known).unwrap_or(trusted).clone()
    }

    /// Reads a signed checkpoint, and believes it with the signature of the key that signed the log at its size.
    pub fn open(&self, note: &[u8], trusted: &VerifierKey) -> Result<Checkpoint, CheckpointError> {
        let claimed: Checkpoint = Note::parse(note)?.text().parse()?;
        Checkpoint::open(note, &self.signer(trusted, claimed.size), trusted.name())
    }
}

#[cfg(test)]
#[path = "succession_tests.rs"]
mod tests;
