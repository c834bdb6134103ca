//! One segment file, read whole: its own sum, every gzip member, every record's digests, every text's form.

use std::io::{self, Read};

use super::{RESTORE, sum_of};
use crate::archive::draft::Located;
use crate::archive::index::{TextRow, visible_of};
use crate::archive::storage::Storage;
use crate::archive::warc::{Check, Item, Kind, Reader};
use crate::model::digest::{Digest, Hasher};
use crate::model::finding::{Finding, Level};
use crate::model::text::Text;

/// What a file held.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) members: Vec<Located>,
    /// What is compared and listed of each text, by its digest.
    pub(super) text_rows: Vec<(Digest, TextRow)>,
    /// The digest of what a visitor sees, by that of what says so beside a text.
    pub(super) visible: Vec<(Digest, Digest)>,
    pub(super) records: u64,
    pub(super) texts: u64,
    pub(super) bytes: u64,
    pub(super) findings: Vec<Finding>,
}

impl Scan {
    fn unsound(&mut self, key: &str, what: impl Into<String>) {
        self.findings.push(Finding::new(Level::Unsound, key, what).hint(RESTORE));
    }
}

/// Reads the file under `key`, which should have the digest `expected`.
pub(super) fn scan(storage: &dyn Storage, key: &str, expected: &Digest) -> Scan {
    let mut scan = Scan::default();
    if !key.ends_with(".gz") {
        match sum_of(storage, key) {
            Ok(Some((digest, bytes))) => {
                scan.bytes = bytes;
                scan.compare(key, expected, digest);
            }
            Ok(None) => scan.unsound(key, "the file is missing"),
            Err(error) => scan.unsound(key, format!("the file cannot be read: {error}")),
        }
        return scan;
    }
    let file = match storage.open(key) {
        Ok(Some(file)) => file,
        Ok(None) => {
            scan.unsound(key, "the file is missing");
            return scan;
        }
        Err(error) => {
            scan.unsound(key, format!("the file cannot be read: {error}"));
            return scan;
        }
    };
    let mut summing = Summing { inner: file, sum: Hasher::default(), bytes: 0 };
    scan.records(key, &mut Reader::new(&mut summing));
    // what comes after a record that cannot be made out is summed all the same
    if let Err(error) = io::copy(&mut summing, &mut io::sink()) {
        scan.unsound(key, format!("the file cannot be read: {error}"));
    }
    scan.bytes = summing.bytes;
    scan.compare(key, expected, summing.sum.finish());
    scan
}

impl Scan {
    fn records<R: Read>(&mut self, key: &str, reader: &mut Reader<R>) {
        let scan = self;
        loop {
            // texts and what stands beside them are looked into; of the rest only the head of the message is kept
            match reader.read_by(&kept) {
                Ok(Some(Item::Record(seen))) => {
                    scan.records += 1;
                    for fault in &seen.faults {
                        let at = seen.member.map_or(String::new(), |member| format!(" at byte {}", member.offset));
                        scan.unsound(key, format!("a record{at} is damaged: {fault}"));
                    }
                    let id = seen.record.id().unwrap_or("without an id").to_owned();
                    match seen.check_block() {
                        Check::Passed => {}
                        Check::Failed => {
                            scan.unsound(key, format!("the block of the record {id} does not have its digest"))
                        }
                        Check::NotChecked => scan.unsound(key, format!("the record {id} has no digest of its block")),
                    }
                    if seen.check_payload() == Check::Failed {
                        scan.unsound(key, format!("the body in the record {id} does not have its digest"));
                    }
                    let Some(member) = seen.member else { continue };
                    let block = Located { digest: seen.block_digest, is_body: false, member };
                    match seen.record.kind {
                        Kind::Response => {
                            let body = Located { digest: seen.payload_digest, is_body: true, member };
                            scan.members.extend([block, body]);
                        }
                        Kind::Conversion => {
                            scan.texts += 1;
                            let text = (seen.length <= KEEP).then(|| std::str::from_utf8(&seen.record.block).ok());
                            match text.map(|text| text.and_then(Text::parse)) {
                                Some(Some(text)) => scan.text_rows.push((seen.block_digest, TextRow::of(&text))),
                                Some(None) => {
                                    let what = format!("the text in the record {id} is not in its canonical form");
                                    scan.unsound(key, what);
                                }
                                None => {}
                            }
                            scan.members.push(block);
                        }
                        Kind::Metadata => {
                            let visible = visible_of(&seen.record.block);
                            scan.visible.extend(visible.map(|visible| (seen.block_digest, visible)));
                            scan.members.push(block);
                        }
                        Kind::Request | Kind::Revisit => scan.members.push(block),
                        Kind::Warcinfo | Kind::Resource | Kind::Other(_) => {}
                    }
                }
                Ok(Some(Item::Junk(junk))) => {
                    scan.unsound(key, format!("there are bytes at {} that are no record", junk.offset))
                }
                Ok(None) => break,
                Err(error) => return scan.unsound(key, format!("the file cannot be read: {error}")),
            }
        }
    }

    fn compare(&mut self, key: &str, expected: &Digest, found: Digest) {
        if found != *expected {
            let what = "the file is not the one that was written";
            self.findings.push(Finding::new(Level::Unsound, key, what).values(expected, found).hint(RESTORE));
        }
    }
}

/// Longest block that is held in memory: texts are far shorter.
const KEEP: u64 = 32 * 1024 * 1024;

/// How much of a message is: most of its head, in which the headers that matter stand.
const KEEP_HEAD: u64 = 4 * 1024;

fn kept(kind: &Kind) -> u64 {
    match kind {
        Kind::Request | Kind::Response | Kind::Revisit => KEEP_HEAD,
        Kind::Warcinfo | Kind::Metadata | Kind::Conversion | Kind::Resource | Kind::Other(_) => KEEP,
    }
}

/// A file that is summed as it is read.
struct Summing<R> {
    inner: R,
    sum: Hasher,
    bytes: u64,
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sum.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}
