//! The records of an exchange, out of the archive's segments and into a small WARC of their own.
//!
//! A record is taken as the gzip member that it is, so that its header says what it said in the archive. Several records may
//! hold the same bytes (a request is the same at each look): the one that was written for this entry is meant.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::archive::history::Seq;
use crate::archive::index::Place;
use crate::archive::reader::{Archive, ArchiveError};
use crate::archive::storage::Storage;
use crate::archive::warc::{self, Item, Kind, Record, Seen};
use crate::model::digest::Digest;
use crate::model::entry::Entry;
use crate::model::time::{Instant, parse_rfc3339};

/// Longest block that is held in memory: no body that is kept is longer.
const KEEP: u64 = 1 << 30;

/// Most bytes that the records of a proof unpack to.
const MOST_BYTES: u64 = 1 << 30;

/// What is held of a record's block where it is only checked: the head of an HTTP message.
const KEEP_HEAD: u64 = 64 * 1024;

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
        for place in archive.index().places(block, seq)?.into_iter().filter(is_of_exchange) {
            let member = storage.get_range(&place.key, place.offset, place.length)?;
            let Some(record) = only(&member) else { continue };
            if !belongs(&record, entry) || Digest::of(&record.block) != *block {
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
fn addresses(entry: &Entry) -> Vec<&str> {
    let hops = entry.all("hop").filter_map(|hop| hop.split_once(' ').map(|(_, address)| address));
    entry.all("url").chain(entry.all("final-url")).chain(hops).collect()
}

/// Whether a record can be of the look that an entry tells of: of its address, and of its time. What is said of a record
/// has an address of its own, and may be held since an earlier look.
pub(super) fn belongs(record: &Record, entry: &Entry) -> bool {
    match record.kind {
        Kind::Request | Kind::Response | Kind::Revisit | Kind::Resource | Kind::Conversion | Kind::Other(_) => {
            record.target().is_some_and(|target| addresses(entry).contains(&target)) && is_of_its_time(record, entry)
        }
        Kind::Metadata | Kind::Warcinfo => true,
    }
}

/// An entry states the time of its first request; what it was led on to was asked after that.
fn is_of_its_time(record: &Record, entry: &Entry) -> bool {
    let looked = entry.get("time").and_then(parse_rfc3339);
    let (Some(looked), Some(date)) = (looked, record.header("WARC-Date").and_then(parse_rfc3339)) else { return false };
    if entry.get("hop").is_some() { looked <= date } else { looked == date }
}

/// Reads a WARC to its end, each record without most of its block; gives what is wrong with the file, if anything is.
///
/// It must be what we write, but for how it is packed: what two programs could read in two ways (because a field stands
/// twice, say) is no record. No more is unpacked than any proof holds.
pub(super) fn read(bytes: &[u8], mut take: impl FnMut(Seen)) -> Option<String> {
    let mut reader = warc::Reader::new(MultiGzDecoder::new(bytes).take(MOST_BYTES));
    // the same bytes once more, beside what is made of them
    let mut plain = MultiGzDecoder::new(bytes).take(MOST_BYTES);
    loop {
        let seen = match reader.read(KEEP_HEAD) {
            Ok(Some(Item::Record(seen))) => *seen,
            Ok(Some(Item::Junk(junk))) => return Some(format!("there are bytes at {} that are no record", junk.offset)),
            Ok(None) if plain.limit() == 0 => return Some("it is larger than any proof".to_owned()),
            Ok(None) if plain.read(&mut [0]).is_ok_and(|count| count == 0) => return None,
            Ok(None) => return Some("it does not end with its last record".to_owned()),
            Err(error) => return Some(format!("it cannot be read: {error}")),
        };
        if !passes(&mut plain, &seen).is_ok_and(|same| same) {
            let id = seen.record.id().unwrap_or("without an id");
            return Some(format!("the record {id} is not whole, or not as onrecord writes it"));
        }
        take(seen);
    }
}

/// Whether the next bytes are those that we write for such a record.
fn passes(plain: &mut impl Read, seen: &Seen) -> io::Result<bool> {
    let head = seen.record.head(seen.length).into_bytes();
    let (mut found, mut end) = (vec![0; head.len()], [0; 4]);
    plain.read_exact(&mut found)?;
    let block = io::copy(&mut plain.take(seen.length), &mut io::sink())?;
    plain.read_exact(&mut end)?;
    Ok(found == head && block == seen.length && end == *b"\r\n\r\n")
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
        let at = |target: &str, seconds: i64| {
            let date = Instant::from_timestamp(seconds, 0).unwrap();
            Record::new(Kind::Response, "urn:x", date).with("WARC-Target-URI", target)
        };
        entry.push("time", "1970-01-01T00:00:07Z");
        let belongs = |target: &str, seconds: i64| super::belongs(&at(target, seconds), &entry);
        assert!(belongs("https://a.example/2", 7) && belongs("https://a.example/2", 8), "a redirect takes its time");
        assert!(!belongs("https://a.example/2", 6) && !belongs("https://a.example/4", 7));
        entry.fields.retain(|(name, _)| name != "hop");
        let belongs = |seconds: i64| super::belongs(&at("https://a.example/1", seconds), &entry);
        assert!(belongs(7) && !belongs(8) && !belongs(6));
    }
}
