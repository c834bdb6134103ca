//! Bringing an index up to its logs: taking in what it lacks, or building it anew where it does not fit.

use std::sync::Arc;

use super::draft::{self, Located};
use super::history::Seq;
use super::index::{Index, IndexError, IndexPlace, Kept, Reached};
use super::log::Log;
use super::reader::{self, ArchiveError};
use super::storage::Storage;
use crate::model::digest::Digest;
use crate::model::entry::{Entry, Fact};

/// Opens the index and takes in what it lacks; builds it anew where it does not fit the logs.
///
/// Where another process writes, or nothing can be written, what stands is used if it fits, however far it reaches;
/// else an index is built in memory.
pub(super) fn open_index(place: &IndexPlace, logs: &[Log], storage: &Arc<dyn Storage>) -> Result<Index, ArchiveError> {
    match Index::open(place) {
        Ok(index) => match fits(&index, logs)? {
            Fit::Current => Ok(index),
            Fit::Behind => match catch_up(&index, logs, storage) {
                Ok(()) => Ok(index),
                Err(ArchiveError::Index(IndexError::Busy(_))) => {
                    if index.is_writable() {
                        Ok(index)
                    } else {
                        build(&IndexPlace::Memory, logs, storage)
                    }
                }
                Err(other) => Err(other),
            },
            Fit::No => {
                drop(index);
                match build(place, logs, storage) {
                    Err(ArchiveError::Index(IndexError::Busy(_))) => build(&IndexPlace::Memory, logs, storage),
                    other => other,
                }
            }
        },
        Err(IndexError::Damaged(_)) => match build(place, logs, storage) {
            Err(ArchiveError::Index(IndexError::Busy(_))) => build(&IndexPlace::Memory, logs, storage),
            other => other,
        },
        Err(IndexError::Busy(_)) => build(&IndexPlace::Memory, logs, storage),
        Err(other) => Err(other.into()),
    }
}

enum Fit {
    Current,
    Behind,
    No,
}

fn fits(index: &Index, logs: &[Log]) -> Result<Fit, ArchiveError> {
    let reached = match index.reached() {
        Ok(reached) => reached,
        Err(IndexError::Damaged(_)) => return Ok(Fit::No),
        Err(other) => return Err(other.into()),
    };
    let mut fit = Fit::Current;
    for (id, log) in (0..).zip(logs) {
        match reached.iter().find(|reached| reached.id == id) {
            Some(there) if there.vantage != log.vantage() || there.size > log.size() => return Ok(Fit::No),
            Some(there) if there.size == log.size() && there.root == log.root() => {}
            Some(there) if there.size < log.size() && log.root_at(there.size)? == there.root => fit = Fit::Behind,
            Some(_) => return Ok(Fit::No),
            None if reached.is_empty() || id > reached.iter().map(|reached| reached.id).max().unwrap_or(0) => {
                fit = Fit::Behind;
            }
            None => return Ok(Fit::No),
        }
    }
    Ok(if reached.len() > logs.len() { Fit::No } else { fit })
}

/// Builds an index from nothing but the logs and the segments.
pub(super) fn build(place: &IndexPlace, logs: &[Log], storage: &Arc<dyn Storage>) -> Result<Index, ArchiveError> {
    let index = Index::anew(place)?;
    catch_up(&index, logs, storage)?;
    index.settle()?;
    Ok(index)
}

/// Takes into the index what the logs have beyond it.
fn catch_up(index: &Index, logs: &[Log], storage: &Arc<dyn Storage>) -> Result<(), ArchiveError> {
    index.begin()?;
    let caught = catch_up_inside(index, logs, storage);
    match caught {
        Ok(()) => Ok(index.commit()?),
        Err(error) => {
            index.roll_back()?;
            Err(error)
        }
    }
}

fn catch_up_inside(index: &Index, logs: &[Log], storage: &Arc<dyn Storage>) -> Result<(), ArchiveError> {
    let reached = index.reached()?;
    for (id, log) in (0..).zip(logs) {
        let from = reached.iter().find(|there| there.id == id).map_or(0, |there| there.size);
        // where bytes lie must be known before what is read from them is taken in
        for (seq, fact) in facts(log, id, from) {
            if let Ok(Fact::Segment(segment)) = fact {
                for (position, (_, key)) in segment.files.iter().enumerate() {
                    index.add_file(seq, position, key, &members(&**storage, key)?)?;
                }
            }
        }
        // an entry that is not in our grammar is for `verify` to report: what stands around it can be read
        let readable = facts(log, id, from).filter_map(|(seq, fact)| match fact {
            Ok(fact) => Some(Ok((seq, fact))),
            Err(ArchiveError::Entry { .. }) => None,
            Err(error) => Some(Err(error)),
        });
        take_in(index, log, id, readable, storage)?;
    }
    Ok(())
}

/// Takes facts of a log, in order, into the index, which knows already where bytes lie.
fn take_in(
    index: &Index,
    log: &Log,
    id: i64,
    facts: impl Iterator<Item = Result<(Seq, Fact), ArchiveError>>,
    storage: &Arc<dyn Storage>,
) -> Result<(), ArchiveError> {
    let kept = FromStorage { index, storage };
    let mut touched = std::collections::BTreeSet::new();
    for fact in facts {
        let (seq, fact) = fact?;
        if let Some(statement) = index.apply(seq, &fact, &kept)? {
            touched.insert(statement.digest());
        }
    }
    for statement in touched {
        index.refold(&statement)?;
    }
    let vantage = log.vantage().to_owned();
    Ok(index.set_reached(&Reached { id, vantage, size: log.size(), root: log.root() })?)
}

/// The facts of a log from one entry on.
fn facts(log: &Log, id: i64, from: u64) -> impl Iterator<Item = (Seq, Result<Fact, ArchiveError>)> + '_ {
    log.entries(from, log.size()).map(move |found| match found {
        Ok((number, bytes)) => {
            let fact = Entry::parse(&bytes).and_then(|entry| Fact::read(&entry));
            let vantage = || log.vantage().to_owned();
            let fact = fact.map_err(|source| ArchiveError::Entry { number, vantage: vantage(), source });
            (Seq::new(id, number), fact)
        }
        Err(error) => (Seq::new(id, from), Err(error.into())),
    })
}

/// Where the members of a segment file lie, from the CDXJ beside it.
fn members(storage: &dyn Storage, key: &str) -> Result<Vec<Located>, ArchiveError> {
    if !key.ends_with(".gz") {
        return Ok(Vec::new());
    }
    // one that is not there is for `verify` to report: what else is kept can be read all the same
    let cdxj = storage.get(&draft::cdxj_of(key))?.unwrap_or_default();
    Ok(draft::located(&String::from_utf8_lossy(&cdxj)))
}

/// What is kept, read from the segments where the index says that it lies.
pub(super) struct FromStorage<'a> {
    pub(super) index: &'a Index,
    pub(super) storage: &'a Arc<dyn Storage>,
}

impl Kept for FromStorage<'_> {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        let place = self.index.find(digest).ok().flatten()?;
        reader::read_place(&**self.storage, &place, digest).ok()
    }
}
