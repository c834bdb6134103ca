//! The records of an exchange, out of the archive's segments and into a small WARC of their own.
//!
//! A record is taken as the gzip member that it is, so that its header says what it said in the archive. Several records may
//! hold the same bytes (a request is the same at each look): the one that was written for this entry is meant.

use crate::archive::history::Seq;
use crate::archive::index::Place;
use crate::archive::reader::{Archive, ArchiveError};
use crate::archive::storage::Storage;
use crate::archive::warc::{self, Item, Kind, Record, Seen};
use crate::model::digest::Digest;
use crate::model::entry::Entry;
use crate::model::time::Instant;

/// Longest block that is held in memory: no body that is kept is longer.
const KEEP: u64 = 1 << 30;

/// A WARC in the making.
pub(super) struct Records {
    bytes: Vec<u8>,
    taken: Vec<(String, u64)>,
}

impl Records {
    /// One that says what it is.
    pub(super) fn begin(software: &str, vantage: &str, statement: &str, at: Instant) -> Self {
        let described = format!("Part of a proof of {statement}");
        let fields = [("software", software), ("isPartOf", vantage), ("description", described.as_str())];
        let mut bytes = Vec::new();
        warc::warcinfo(at, &fields).write_member(&mut bytes);
        Self { bytes, taken: Vec::new() }
    }

    /// Takes in the record of an exchange that has this block, where the entry's own can be made out.
    pub(super) fn take(
        &mut self,
        archive: &Archive,
        (seq, entry): (Seq, &Entry),
        block: &Digest,
    ) -> Result<(), ArchiveError> {
        let storage = archive.storage_handle();
        let addresses = addresses(entry);
        for place in archive.index().places(block, seq)?.into_iter().filter(is_of_exchange) {
            let member = storage.get_range(&place.key, place.offset, place.length)?;
            let Some(record) = only(&member) else { continue };
            if !belongs(&record, &addresses) || Digest::of(&record.block) != *block {
                continue;
            }
            let at = (place.key, place.offset);
            if !self.taken.contains(&at) {
                self.taken.push(at);
                self.bytes.extend_from_slice(&member);
            }
            break;
        }
        Ok(())
    }

    /// The file.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Whether a place is a whole block in a segment of exchanges: texts are in files of their own.
fn is_of_exchange(place: &Place) -> bool {
    !place.is_body && place.key.ends_with(".warc.gz")
}

/// The record that a gzip member is.
fn only(member: &[u8]) -> Option<Record> {
    match warc::Reader::new(member).read(KEEP) {
        Ok(Some(Item::Record(seen))) => Some(seen.record),
        Ok(Some(Item::Junk(_)) | None) | Err(_) => None,
    }
}

/// The addresses at which an entry says that something was asked.
pub(super) fn addresses(entry: &Entry) -> Vec<&str> {
    let hops = entry.all("hop").filter_map(|hop| hop.split_once(' ').map(|(_, address)| address));
    entry.all("url").chain(entry.all("final-url")).chain(hops).collect()
}

/// Whether a record is of one of these addresses. What is said of a record has an address of its own.
pub(super) fn belongs(record: &Record, addresses: &[&str]) -> bool {
    match record.kind {
        Kind::Request | Kind::Response | Kind::Revisit | Kind::Resource | Kind::Conversion | Kind::Other(_) => {
            record.target().is_some_and(|target| addresses.contains(&target))
        }
        Kind::Metadata | Kind::Warcinfo => true,
    }
}

/// Reads a WARC to its end; gives its records, and what is wrong with the file.
pub(super) fn read(bytes: &[u8]) -> (Vec<Seen>, Vec<String>) {
    let (mut records, mut faults) = (Vec::new(), Vec::new());
    let mut reader = warc::Reader::new(bytes);
    loop {
        match reader.read(KEEP) {
            Ok(Some(Item::Record(seen))) => records.push(*seen),
            Ok(Some(Item::Junk(junk))) => faults.push(format!("there are bytes at {} that are no record", junk.offset)),
            Ok(None) => return (records, faults),
            Err(error) => {
                faults.push(format!("it cannot be read: {error}"));
                return (records, faults);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_all_at_which_something_was_asked() {
        let mut entry = Entry::new("capture");
        entry.push("url", "https://a.example/1");
        entry.push("hop", "302 https://a.example/2");
        entry.push("final-url", "https://a.example/3");
        let all = addresses(&entry);
        assert_eq!(all, ["https://a.example/1", "https://a.example/3", "https://a.example/2"]);
        let at =
            |target: &str| Record::new(Kind::Response, "urn:x", Instant::default()).with("WARC-Target-URI", target);
        assert!(belongs(&at("https://a.example/2"), &all) && !belongs(&at("https://a.example/4"), &all));
    }
}
