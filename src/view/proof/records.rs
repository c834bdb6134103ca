//! The records of an exchange, out of the archive's segments and into a small WARC of their own; and such a WARC, checked.
//!
//! A record is taken as the gzip member that it is, so that its header says what it said in the archive. Several records may
//! hold the same bytes (a request is the same at each look): the one that was written for this entry is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::bundle;
use super::check::{Checking, Proved};
use super::name::{self, Part};
use crate::archive::history::Seq;
use crate::archive::index::Place;
use crate::archive::reader::{Archive, ArchiveError};
use crate::archive::storage::Storage;
use crate::archive::warc::{self, Check, Item, Kind, Record, Seen};
use crate::model::digest::Digest;
use crate::model::entry::Entry;
use crate::model::time::{Instant, parse_rfc3339};

/// Longest block that is held in memory: no body that is kept is longer.
const KEEP: u64 = 1 << 30;

/// Most bytes that the heads of a proof's records have: their blocks are files of the proof, too.
const MOST_HEADS: u64 = 16 << 20;

/// Most records that a proof has: those of two exchanges with all that redirected them.
const MOST_RECORDS: usize = 1000;

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
        let look = Look::of(entry);
        for place in archive.index().places(block, seq)?.into_iter().filter(is_of_exchange) {
            let member = storage.get_range(&place.key, place.offset, place.length)?;
            let Some(record) = only(&member) else { continue };
            if !look.has(&record) || Digest::of(&record.block) != *block {
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

/// What an entry says of its look that a record of it must agree with.
struct Look {
    /// All addresses at which something was asked.
    addresses: BTreeSet<String>,
    /// When the first was.
    time: Option<Instant>,
    /// Whether that led elsewhere.
    led: bool,
}

impl Look {
    fn of(entry: &Entry) -> Self {
        let hops = entry.all("hop").filter_map(|hop| hop.split_once(' ').map(|(_, address)| address));
        let addresses = entry.all("url").chain(entry.all("final-url")).chain(hops).map(str::to_owned).collect();
        Self { addresses, time: entry.get("time").and_then(parse_rfc3339), led: entry.get("hop").is_some() }
    }

    /// Whether a record can be of this look: of its address, and of its time. What is said of a record has an address of its
    /// own, and may be held since an earlier look.
    fn has(&self, record: &Record) -> bool {
        match record.kind {
            Kind::Request | Kind::Response | Kind::Revisit | Kind::Resource | Kind::Conversion | Kind::Other(_) => {
                record.target().is_some_and(|target| self.addresses.contains(target)) && self.is_at(record)
            }
            Kind::Metadata | Kind::Warcinfo => true,
        }
    }

    /// An entry states the time of its first request; what that led to was asked after it.
    fn is_at(&self, record: &Record) -> bool {
        let date = record.header("WARC-Date").and_then(parse_rfc3339);
        let (Some(time), Some(date)) = (self.time, date) else { return false };
        if self.led { time <= date } else { time == date }
    }
}

impl Checking<'_> {
    /// Checks the records: whole, and each of an exchange that an entry here sums.
    pub(super) fn records(&mut self) {
        let Some(bytes) = self.get(&Part::Top(name::RECORDS)) else {
            return self.unsound(name::RECORDS, "the file is missing");
        };
        let entries = std::mem::take(&mut self.told.entries);
        let looks: Vec<Look> = entries.iter().map(|proved| Look::of(&proved.entry)).collect();
        let mut vouching: BTreeMap<Digest, Vec<&Look>> = BTreeMap::new();
        for (Proved { entry, .. }, look) in entries.iter().zip(&looks) {
            let summed = entry.sums.iter().map(|(digest, _)| *digest);
            summed.chain(bundle::named(entry)).for_each(|block| vouching.entry(block).or_default().push(look));
        }
        let mut count = 0;
        let beside: usize = self.files.values().map(Vec::len).sum();
        let fault = read(bytes, beside as u64 + MOST_HEADS, |seen| {
            count += 1;
            if count <= MOST_RECORDS {
                self.record(&seen, vouching.get(&seen.block_digest).map_or(&[], Vec::as_slice));
            }
        });
        self.told.entries = entries;
        if let Some(fault) = fault {
            self.unsound(name::RECORDS, fault);
        } else if count > MOST_RECORDS {
            self.unsound(name::RECORDS, "it has more records than any proof");
        }
    }

    /// A record: whole, and of one of the looks whose entries sum or name its block.
    fn record(&mut self, seen: &Seen, vouching: &[&Look]) {
        let id = || seen.record.id().unwrap_or("without an id");
        if seen.check_block() != Check::Passed || seen.check_payload() == Check::Failed {
            self.unsound(name::RECORDS, format!("the record {} does not have its digest", id()));
        }
        if seen.record.kind != Kind::Warcinfo && !vouching.iter().any(|look| look.has(&seen.record)) {
            self.unsound(name::RECORDS, format!("the record {} is of no exchange that an entry here sums", id()));
        }
    }
}

/// Reads a WARC to its end, each record without most of its block; gives what is wrong with the file, if anything is.
///
/// It must be what we write, but for how it is packed: what two programs could read in two ways (because a field stands
/// twice, say) is no record. No more than `most` bytes are unpacked.
fn read(bytes: &[u8], most: u64, mut take: impl FnMut(Seen)) -> Option<String> {
    let mut reader = warc::Reader::new(MultiGzDecoder::new(bytes).take(most));
    // the same bytes once more, beside what is made of them
    let mut plain = MultiGzDecoder::new(bytes).take(most);
    loop {
        let seen = match reader.read(KEEP_HEAD) {
            Ok(Some(Item::Record(seen))) => *seen,
            Ok(Some(Item::Junk(junk))) => {
                return Some(format!("there are bytes at {} that are no record", junk.offset));
            }
            Ok(None) if plain.limit() == 0 => return Some("it unpacks to more than the files beside it".to_owned()),
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
    fn a_record_is_of_a_look_by_its_address_and_its_time() {
        let mut entry = Entry::new("capture");
        entry.push("time", "1970-01-01T00:00:07Z");
        entry.push("url", "https://a.example/1");
        entry.push("final-url", "https://a.example/3");
        let at = |target: &str, seconds: i64| {
            let date = Instant::from_timestamp(seconds, 0).unwrap();
            Record::new(Kind::Response, "urn:x", date).with("WARC-Target-URI", target)
        };
        let look = Look::of(&entry);
        assert!(look.has(&at("https://a.example/1", 7)) && look.has(&at("https://a.example/3", 7)));
        assert!(!look.has(&at("https://a.example/1", 8)) && !look.has(&at("https://a.example/2", 7)));
        entry.push("hop", "302 https://a.example/2");
        let led = Look::of(&entry);
        assert!(led.has(&at("https://a.example/2", 7)) && led.has(&at("https://a.example/3", 8)), "it takes its time");
        assert!(!led.has(&at("https://a.example/2", 6)));
    }

    #[test]
    fn a_file_that_can_be_read_in_two_ways_is_refused() {
        let record = Record::new(Kind::Request, "urn:x", Instant::default()).with_block("text/plain", b"block".into());
        let gz = |text: &str| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        };
        let good = format!("{}block\r\n\r\n", record.head(5));
        let read = |bytes: &[u8]| read(bytes, 10_000, |_| ());
        let faults = |text: &str| read(&gz(text));
        assert_eq!((faults(&good), faults(&format!("{good}{good}")), faults("")), (None, None, None));
        let length = "Content-Length: 5\r\n";
        for bad in [
            good.replace(length, &format!("{length}{length}")),
            good.replace(length, &format!("{length}content-length: 4\r\n")),
            good.replace(length, "Content-Length: 05\r\n"),
            good.replace(length, "Content-Length: 4\r\n"),
            good.replace(length, "Content-Length: 6\r\n"),
            good.replace("WARC-Date: ", "WARC-Date:  "),
            good.replace("\r\nWARC-Date", "\r\n X\r\nWARC-Date"),
            good.replace("\r\n", "\n"),
            good.replace("WARC/1.1", "WARC/1.0"),
            format!("{good}junk"),
            good.repeat(100),
            format!("{good}\r\n"),
            format!("\r\n{good}"),
            good[..good.len() - 1].to_owned(),
        ] {
            assert!(faults(&bad).is_some(), "{bad:?}");
        }
        let (whole, twice) = (gz(&good), [gz(&good), gz(&good)].concat());
        assert_eq!(read(&twice), None);
        assert!(read(&whole[..whole.len() - 1]).is_some());
        assert!(read(&[&whole[..], b"x"].concat()).is_some());
    }
}
