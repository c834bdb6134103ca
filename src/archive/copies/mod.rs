//! Several archives of the same logs: one brought up to date, two compared, one mended from the other.
//!
//! Nothing that another archive holds is believed: a tile counts where a signed root leads to it, a file where a `segment`
//! entry of such a tile sums it, a stamp where it is over a checkpoint of the log. Nothing that stands is written over; a
//! damaged file that another takes the place of is kept under [`ASIDE`].

mod bring;
mod compare;
mod repair;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use bring::{Carried, Copied, CopyError, copy};
pub use compare::{Compared, compare};
pub use repair::{Doing, Mended, Repaired, repair};

use super::checkpoint::{Checkpoint, Note, VerifierKey};
use super::log::{self, Log, LogError};
use super::stamps::{self, Response, Roots, Wanted};
use super::storage::{Storage, StorageError};
use super::succession::Succession;
use super::tiles::{Kind, Tile, parse_bundle};
use crate::model::digest::Digest;
use crate::model::entry::{Entry, Fact, SegmentFact};
use crate::model::finding::{Finding, Level};

/// The folder in which damaged files are kept, under their own keys and the beginning of their digest.
pub const ASIDE: &str = "aside";

/// The files that entries of a log sum, and entries that sum what no log of this vantage may.
#[derive(Default)]
struct Named {
    files: BTreeMap<String, Digest>,
    /// The changes of the log's key, which say who signed a stamped checkpoint.
    changes: Succession,
    findings: Vec<Finding>,
}

impl Named {
    /// Whether a stamped checkpoint is signed, where the log's key is known.
    fn has_signed(&self, key: Option<&VerifierKey>, note: &[u8]) -> bool {
        key.is_none_or(|key| self.changes.open(note, key).is_ok())
    }

    /// Takes in a bundle of entries.
    fn take(&mut self, vantage: &str, tile: &Tile, bytes: &[u8]) {
        let home = format!("segments/{vantage}/");
        let first = tile.index() * u64::from(super::tiles::FULL);
        for (number, leaf) in (first..).zip(parse_bundle(bytes, tile.width()).unwrap_or_default()) {
            // most entries are of other kinds, and a kind is told by how an entry begins
            if ![&b"onrecord/1 segment\n"[..], b"onrecord/1 key\n"].iter().any(|kind| leaf.starts_with(kind)) {
                continue;
            }
            let files = match Entry::parse(leaf).map(|entry| Fact::read(&entry)) {
                Ok(Ok(Fact::Segment(SegmentFact { files, .. }))) => files,
                Ok(Ok(Fact::Key(fact))) => {
                    // one that does not hold changes nothing, and is for `verify` to report
                    let _ = self.changes.take(number, &fact, vantage);
                    continue;
                }
                Ok(Ok(_)) | Ok(Err(_)) | Err(_) => continue,
            };
            for (digest, key) in files {
                if key.starts_with(&home) {
                    self.files.insert(key, digest);
                } else {
                    let what = format!("it sums a file outside of {home}, which is left alone: {key:?}");
                    self.findings.push(Finding::new(Level::Unsound, format!("{vantage} entry {number}"), what));
                }
            }
        }
    }
}

/// Whether a tile is a bundle of entries.
fn is_bundle(tile: &Tile) -> bool {
    match tile.kind() {
        Kind::Entries => true,
        Kind::Hashes(_) => false,
    }
}

/// How many of their first entries two logs have in common.
///
/// A root commits to all before it, so the sizes at which two logs agree are those up to one: it is searched by halves.
fn common(one: &Log, other: &Log) -> Result<u64, LogError> {
    let (mut agree, mut differ) = (0, one.size().min(other.size()) + 1);
    while differ - agree > 1 {
        let middle = agree + (differ - agree) / 2;
        if one.root_at(middle)? == other.root_at(middle)? {
            agree = middle;
        } else {
            differ = middle;
        }
    }
    Ok(agree)
}

/// The files of a log's stamps, as key and size.
fn stamps_of(storage: &dyn Storage, vantage: &str) -> Result<Vec<String>, StorageError> {
    Ok(storage.list(&stamps::folder(vantage))?.into_iter().map(|(key, _)| key).collect())
}

/// What is wrong with a file of a stamp; `None` where it is a signed checkpoint of this log, or an answer over one.
///
/// `note_of` gives the stamped note of a size, `root_at` the root that the log had, `is_signed` whether the log's key has signed
/// a note. Whether the authority is one to believe is for `verify` to say.
fn stamp_fault(
    key: &str,
    bytes: &[u8],
    vantage: &str,
    note_of: &dyn Fn(&str) -> Option<Vec<u8>>,
    root_at: &dyn Fn(u64) -> Option<Digest>,
    is_signed: &dyn Fn(&[u8]) -> bool,
) -> Option<String> {
    let path = key.strip_prefix(&format!("{}/", stamps::folder(vantage)))?;
    let Some((size, name)) = path.split_once('/') else { return Some("it lies where no stamp does".to_owned()) };
    let note_key = format!("{}/{size}/{}", stamps::folder(vantage), stamps::NOTE);
    let is_over = |note: &[u8]| match Note::parse(note).ok().and_then(|note| note.text().parse::<Checkpoint>().ok()) {
        Some(checkpoint) => {
            checkpoint.origin == vantage
                && checkpoint.size.to_string() == size
                && root_at(checkpoint.size) == Some(checkpoint.root)
                && is_signed(note)
        }
        None => false,
    };
    if name == stamps::NOTE {
        return (!is_over(bytes)).then(|| "it is no signed checkpoint of this log at this size".to_owned());
    }
    // its name ends with the beginning of its digest: without roots, not every bit of it is held by a signature
    let told = name.strip_suffix(".tsr").and_then(|stem| stem.rsplit_once('-')).map(|(_, told)| told);
    let is_digest = |told: &&str| told.len() == 8 && told.bytes().all(|byte| byte.is_ascii_hexdigit());
    if told.filter(is_digest).is_some_and(|told| !Digest::of(bytes).hex().starts_with(told)) {
        return Some("it does not have the digest that its name tells".to_owned());
    }
    let Some(note) = note_of(&note_key).filter(|note| is_over(note)) else {
        return Some("the checkpoint that it is over is not there".to_owned());
    };
    let response = match Response::parse(bytes) {
        Ok(response) => response,
        Err(error) => return Some(error.to_string()),
    };
    match stamps::check(&response, &note, &Roots::none(), &Wanted::default()) {
        Ok(_) => None,
        Err(error) if error.unchecked_time().is_some() => None,
        Err(error) => Some(error.to_string()),
    }
}

/// The key of something in a log's folder.
fn in_log(vantage: &str, path: &str) -> String {
    format!("{}/{path}", log::folder(vantage))
}
