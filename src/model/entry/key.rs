//! `key`: one side of a change of the key that signs the log.

use super::{Entry, EntryError};
use crate::model::digest::Digest;
use crate::model::time::{Instant, parse_rfc3339, rfc3339};

/// `key`: one side of a change of keys. The old key gives the log over, and in a later entry the new one takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyFact {
    /// When.
    pub time: Instant,
    /// Who signs this entry.
    pub side: Side,
    /// How many entries the log had when it was given over.
    pub size: u64,
    /// The root that it had then.
    pub root: Digest,
    /// The old key in the form of a signed note's verifier key.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The signature of this side's key as it stands in a signed note, over the text that the archive's README tells.
    pub signature: String,
}

/// A side of a change of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The old key gives the log over.
    Old,
    /// The new key takes it: what is signed from here on is signed by it.
    New,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

impl KeyFact {
    pub(super) fn entry(&self) -> Entry {
        let mut entry = Entry::new("key");
        entry.push("time", &rfc3339(self.time));
        entry.push("side", self.side.as_str());
        entry.push("size", &self.size.to_string());
        entry.push("root", &self.root.to_string());
        entry.push("old", &self.old);
        entry.push("new", &self.new);
        entry.push("signature", &self.signature);
        entry
    }

    pub(super) fn read(entry: &Entry) -> Result<Self, EntryError> {
        let bad = |field| EntryError::Field { kind: "key", field };
        let text = |field| entry.get(field).ok_or(bad(field));
        let side = text("side")?;
        Ok(Self {
            time: parse_rfc3339(text("time")?).ok_or(bad("time"))?,
            side: [Side::Old, Side::New].into_iter().find(|one| one.as_str() == side).ok_or(bad("side"))?,
            size: text("size")?.parse().map_err(|_| bad("size"))?,
            root: text("root")?.parse().map_err(|_| bad("root"))?,
            old: text("old")?.to_owned(),
            new: text("new")?.to_owned(),
            signature: text("signature")?.to_owned(),
        })
    }
}
