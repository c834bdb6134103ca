//! Between which times an entry came into its log: not before one stamp, and by another.
//!
//! A stamp over a checkpoint that covers an entry shows that the entry was *in this log* by its time. An entry that names a stamp
//! cannot have been written before the stamp was; so nothing behind it came into the log before that time. Neither says
//! anything of when the office published.

use super::{Response, Roots, StampError, Wanted, check};
use crate::archive::history::Seq;
use crate::archive::index::Stamped;
use crate::archive::log::Log;
use crate::archive::proof;
use crate::archive::reader::{Archive, ArchiveError};
use crate::archive::storage::{Storage, StorageError};
use crate::model::digest::Digest;
use crate::model::entry::StampFact;
use crate::model::time::Instant;

/// What the stamps of a log show of one of its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The earliest time by which the entry was in the log; `None` where no stamp covers it.
    pub by: Option<Shown>,
    /// The latest time before which it was not; `None` where it stands before the first stamp.
    pub not_before: Option<Shown>,
}

/// A time that a stamp shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The time that the authority states.
    pub at: Instant,
    /// How many entries the stamped checkpoint covers.
    pub size: u64,
    /// The address that was asked.
    pub authority: String,
    /// The entry that names the stamp.
    pub entry: u64,
    /// Who signed, under one of the roots; or why the time was not checked, and is a claim.
    pub signer: Result<String, StampError>,
}

/// Works out the bounds of an entry. What a root vouches for goes before what none does.
pub fn bounds(archive: &Archive, entry: Seq, roots: &Roots) -> Result<Bounds, ArchiveError> {
    let log = usize::try_from(entry.log()).ok().and_then(|id| archive.logs().get(id));
    let Some(log) = log else { return Ok(Bounds::default()) };
    let stamps = archive.index().stamps(entry.log())?;
    let covers = |stamp: &&Stamped| stamp.fact.size > entry.number() && stamp.fact.size <= log.size();
    let mut after: Vec<&Stamped> = stamps.iter().filter(covers).collect();
    after.sort_by_key(|stamp| stamp.fact.gen_time);
    let mut before: Vec<&Stamped> = stamps.iter().filter(|stamp| stamp.seq < entry).collect();
    before.sort_by_key(|stamp| std::cmp::Reverse(stamp.fact.gen_time));
    let storage = archive.storage_handle();
    Ok(Bounds { by: first(&*storage, log, &after, roots)?, not_before: first(&*storage, log, &before, roots)? })
}

/// The first of these stamps that holds under a root; else the first that holds but for that.
fn first(storage: &dyn Storage, log: &Log, stamps: &[&Stamped], roots: &Roots) -> Result<Option<Shown>, ArchiveError> {
    let mut claimed = None;
    for stamp in stamps {
        let StampFact { size, authority, .. } = &stamp.fact;
        let shown =
            |at, signer| Shown { at, size: *size, authority: authority.clone(), entry: stamp.seq.number(), signer };
        match judged(storage, log, &stamp.fact, roots)? {
            Ok(checked) => return Ok(Some(shown(checked.gen_time, Ok(checked.signer)))),
            Err(Fault::Stamp(error)) => {
                let Some(at) = error.unchecked_time() else { continue };
                claimed = claimed.or(Some(shown(at, Err(error))));
                if roots.is_empty() {
                    break;
                }
            }
            Err(Fault::Missing(_) | Fault::Differs(_) | Fault::Note(_)) => {}
        }
    }
    Ok(claimed)
}

/// Why a stamp that an entry names shows no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file under this key is not there.
    Missing(String),
    /// The file under this key is not the one that the entry sums.
    Differs(String),
    /// The stamped note is no checkpoint of this log, or the entry says other than its files do.
    Note(String),
    /// The stamp itself does not hold, or was not checked.
    Stamp(StampError),
}

/// Judges one stamp by what lies in the archive: the files that the entry sums, over a checkpoint that this log had.
pub fn judged(
    storage: &dyn Storage,
    log: &Log,
    stamp: &StampFact,
    roots: &Roots,
) -> Result<Result<super::Checked, Fault>, ArchiveError> {
    let (note, response) = match (read(storage, &stamp.note)?, read(storage, &stamp.response)?) {
        (Ok(note), Ok(response)) => (note, response),
        (Err(fault), _) | (_, Err(fault)) => return Ok(Err(fault)),
    };
    if let Err(what) = is_of(log, stamp, &note)? {
        return Ok(Err(Fault::Note(what)));
    }
    // the nonce was compared when the answer came; the request is not kept
    let checked = Response::parse(&response)
        .map(|response| (check(&response, &note, roots, &Wanted::default()), response.gen_time()));
    Ok(match checked {
        Ok((_, at)) if at.timestamp_millis() != stamp.gen_time.timestamp_millis() => {
            Err(Fault::Note("the entry states another time than the stamp".to_owned()))
        }
        Ok((checked, _)) => checked.map_err(Fault::Stamp),
        Err(error) => Err(Fault::Stamp(error)),
    })
}

/// Reads a file that an entry sums; a stamp is small, and what is not small is none.
fn read(storage: &dyn Storage, (digest, key): &(Digest, String)) -> Result<Result<Vec<u8>, Fault>, StorageError> {
    let bytes = match storage.size(key) {
        Ok(Some(size)) if size <= super::LONGEST_RESPONSE as u64 => storage.get(key)?,
        Ok(Some(_)) => return Ok(Err(Fault::Differs(key.clone()))),
        Ok(None) => None,
        // a key that no archive has, in a stranger's entry
        Err(StorageError::BadKey { .. }) => None,
        Err(other) => return Err(other),
    };
    Ok(match bytes {
        None => Err(Fault::Missing(key.clone())),
        Some(bytes) if Digest::of(&bytes) != *digest => Err(Fault::Differs(key.clone())),
        Some(bytes) => Ok(bytes),
    })
}

/// Whether the stamped note is a checkpoint that this log had. Who signed it does not matter here: its root is the log's own.
fn is_of(log: &Log, stamp: &StampFact, note: &[u8]) -> Result<Result<(), String>, ArchiveError> {
    let text = String::from_utf8_lossy(note);
    let checkpoint = match proof::open(&text, None) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Ok(Err(format!("what was stamped is no checkpoint: {error}"))),
    };
    if checkpoint.origin != log.vantage() || checkpoint.size != stamp.size {
        return Ok(Err("what was stamped is the checkpoint of another log, or of another size".to_owned()));
    }
    if checkpoint.size > log.size() || log.root_at(checkpoint.size)? != checkpoint.root {
        return Ok(Err("what was stamped is a checkpoint that this log never had".to_owned()));
    }
    Ok(Ok(()))
}
