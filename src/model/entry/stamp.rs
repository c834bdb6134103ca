//! An authority put a time on the log: the fact, and its form as an entry.

use super::{Entry, EntryError};
use crate::model::digest::Digest;
use crate::model::time::{Instant, parse_rfc3339, rfc3339};

/// `stamp`: an authority put a time on a checkpoint of this log.
///
/// What follows the entry came into the log after the authority's answer, which nobody could have known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampFact {
    /// When it was taken in.
    pub time: Instant,
    /// The address that was asked.
    pub authority: String,
    /// How many entries the stamped checkpoint covers.
    pub size: u64,
    /// The time in the stamp, as the authority states it.
    pub gen_time: Instant,
    /// Sum and key of the signed checkpoint.
    pub note: (Digest, String),
    /// Sum and key of the authority's whole answer.
    pub response: (Digest, String),
}

impl StampFact {
    pub(super) fn entry(&self) -> Entry {
        let mut entry = Entry::new("stamp");
        entry.push("time", &rfc3339(self.time));
        entry.push("authority", &self.authority);
        entry.push("size", &self.size.to_string());
        entry.push("gen-time", &rfc3339(self.gen_time));
        entry.sums = vec![self.note.clone(), self.response.clone()];
        entry
    }

    pub(super) fn read(entry: &Entry) -> Result<Self, EntryError> {
        let bad = |field| EntryError::Field { kind: "stamp", field };
        let instant = |field| entry.get(field).and_then(parse_rfc3339).ok_or(bad(field));
        let [note, response] = &entry.sums[..] else { return Err(bad("checkpoint")) };
        Ok(Self {
            time: instant("time")?,
            authority: entry.get("authority").ok_or(bad("authority"))?.to_owned(),
            size: entry.get("size").and_then(|size| size.parse().ok()).ok_or(bad("size"))?,
            gen_time: instant("gen-time")?,
            note: note.clone(),
            response: response.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fact;
    use super::*;

    #[test]
    fn comes_back_from_its_entry() {
        let time = parse_rfc3339("2026-11-26T07:00:00.125Z").expect("a time");
        let sum = |name: &str| (Digest::of(name.as_bytes()), format!("logs/desk/stamps/9/{name}"));
        let (note, response) = (sum("checkpoint"), sum("tsa.example-0123abcd.tsr"));
        let authority = "https://tsa.example/".to_owned();
        let fact = Fact::Stamp(StampFact { time, authority, size: 9, gen_time: time, note, response });
        let entry = fact.entry();
        assert_eq!(Fact::read(&entry), Ok(fact));
        for field in 0..entry.fields.len() {
            let mut less = entry.clone();
            less.fields.remove(field);
            assert!(matches!(Fact::read(&less), Err(EntryError::Field { kind: "stamp", .. })), "{less:?}");
        }
        let mut less = entry;
        less.sums.pop();
        assert_eq!(Fact::read(&less), Err(EntryError::Field { kind: "stamp", field: "checkpoint" }));
    }
}
