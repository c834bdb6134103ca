//! The open archive: every question that can be asked of it.
//!
//! Reading takes no lock and works on media that cannot be written and while another process appends. Before anything
//! is answered, each log is checked against its checkpoint, and the index against each log.

use std::sync::Arc;

use super::catchup;
use super::checkpoint::VerifierKey;
use super::history::{History, Seq};
use super::index::{Index, IndexError, IndexPlace, Kept, KeptResponse, Place, Summary};
use super::log::{Log, LogError};
use super::stamps::{Roots, StampError};
use super::storage::{Storage, StorageError};
use super::warc;
use crate::model::digest::Digest;
use crate::model::entry::{Entry, EntryError, Fact, Peer};
use crate::model::rules::Rules;
use crate::model::statement::{SourceId, StatementId};
use crate::model::text::Text;

/// Where everything that belongs to an archive lies.
#[derive(Clone)]
pub struct Places {
    /// The archive itself.
    pub storage: Arc<dyn Storage>,
    /// Its index.
    pub index: IndexPlace,
    /// Checkpoints beside our own keys.
    pub desk: Option<Arc<dyn Storage>>,
    /// Public keys that the person who asks trusts; logs of other vantages are opened without checking who signed.
    pub keys: Vec<VerifierKey>,
    /// Roots of time authorities that the person who asks trusts, for an audit; without them no time is checked.
    pub roots: Roots,
}

/// Why an archive cannot be read or appended to.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no log in it.
    #[error("there is no archive")]
    NoArchive,
    /// The vantage's log is not in it.
    #[error("the archive has no log {vantage}")]
    NoLog {
        /// Whose log was looked for.
        vantage: String,
    },
    /// It was written by a newer program.
    #[error("the archive has format {format}, which is newer than this program")]
    Newer {
        /// The format.
        format: u32,
    },
    /// A log cannot be read or written, or is not what was signed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The storage failed.
    #[error("cannot read or write the archive")]
    Storage(#[from] StorageError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// An entry is not in our grammar.
    #[error("entry {number} of the log {vantage} cannot be read")]
    Entry {
        /// Its number.
        number: u64,
        /// Whose log.
        vantage: String,
        /// What is wrong with it.
        #[source]
        source: EntryError,
    },
    /// A record of a segment is not what the log says.
    #[error("a record in {key} is damaged: {what}")]
    Record {
        /// The file.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// A body that must be read before it is taken in was not.
    #[error("the body of {url} was not read before it was taken in")]
    NotRead {
        /// Its address.
        url: String,
    },
    /// A stamp does not hold over the checkpoint that it is given for.
    #[error("a time stamp that does not hold is not taken in")]
    Stamp(#[from] StampError),
    /// An earlier error left the writer in the middle of something.
    #[error("the archive must be opened anew after an error")]
    Broken,
}

/// A body that a capture kept, and the head of the response that brought it.
#[derive(Clone, Debug)]
pub struct KeptExchange {
    /// Status line and headers; empty where they were not kept.
    pub head: Vec<u8>,
    /// The body.
    pub body: Vec<u8>,
}

/// An open archive.
pub struct Archive {
    storage: Arc<dyn Storage>,
    logs: Vec<Log>,
    index: Index,
}

/// Folder names below `logs/`: the vantages that have a log here.
pub fn vantages(storage: &dyn Storage) -> Result<Vec<String>, StorageError> {
    let mut names: Vec<String> = Vec::new();
    for (key, _) in storage.list("logs")? {
        let name = key.strip_prefix("logs/").and_then(|rest| rest.split_once('/')).map(|(name, _)| name);
        if let Some(name) = name
            && names.last().is_none_or(|last| last != name)
        {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

impl Archive {
    /// Opens an archive for reading.
    pub fn open(places: &Places) -> Result<Self, ArchiveError> {
        let names = vantages(&*places.storage)?;
        if names.is_empty() {
            return Err(ArchiveError::NoArchive);
        }
        Self::open_logs(places, &names)
    }

    /// Opens an archive in which `vantage` is about to write, whether or not it has a log yet.
    pub(super) fn open_for(places: &Places, vantage: &str) -> Result<Self, ArchiveError> {
        let mut names = vantages(&*places.storage)?;
        if let Err(at) = names.binary_search_by(|name| name.as_str().cmp(vantage)) {
            names.insert(at, vantage.to_owned());
        }
        Self::open_logs(places, &names)
    }

    fn open_logs(places: &Places, names: &[String]) -> Result<Self, ArchiveError> {
        let mut logs = Vec::new();
        for name in names {
            let key = places.keys.iter().find(|key| key.name() == name);
            let log = Log::open(places.storage.clone(), name, places.desk.as_deref(), key)?;
            if let Some(entry) = log.entry(0)?
                && let Err(EntryError::Newer(format)) = Entry::parse(&entry)
            {
                return Err(ArchiveError::Newer { format });
            }
            logs.push(log);
        }
        let index = catchup::open_index(&places.index, &logs, &places.storage)?;
        Ok(Self { storage: places.storage.clone(), logs, index })
    }

    /// The logs, by the name of the vantage.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The log of a vantage.
    pub fn log(&self, vantage: &str) -> Option<&Log> {
        self.logs.iter().find(|log| log.vantage() == vantage)
    }

    /// The number that the log of a vantage has in this archive's index.
    pub fn log_id(&self, vantage: &str) -> Option<i64> {
        let position = self.logs.iter().position(|log| log.vantage() == vantage)?;
        i64::try_from(position).ok()
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The storage.
    pub fn storage_handle(&self) -> Arc<dyn Storage> {
        self.storage.clone()
    }

    pub(super) fn set_log(&mut self, log: Log) {
        if let Some(old) = self.logs.iter_mut().find(|old| old.vantage() == log.vantage()) {
            *old = log;
        }
    }

    /// The bytes under a digest: a body, a text, a request, a response, whatever was kept; checked before they are given.
    pub fn bytes(&self, digest: &Digest) -> Result<Option<Vec<u8>>, ArchiveError> {
        match self.index.find(digest)? {
            Some(place) => read_place(&*self.storage, &place, digest).map(Some),
            None => Ok(None),
        }
    }

    /// Whether bytes with this digest are kept.
    pub fn holds(&self, digest: &Digest) -> bool {
        matches!(self.index.find(digest), Ok(Some(_)))
    }

    /// A text by its digest.
    pub fn text(&self, digest: &Digest) -> Result<Option<Text>, ArchiveError> {
        let Some(bytes) = self.bytes(digest)? else { return Ok(None) };
        Ok(std::str::from_utf8(&bytes).ok().and_then(Text::parse))
    }

    /// What the pages of a source taught when it was last learnt; nothing where it never was.
    pub fn rules(&self, source: &SourceId) -> Result<Rules, ArchiveError> {
        let Some(learnt) = self.index.learnt(source)? else { return Ok(Rules::default()) };
        Ok(self.bytes(&learnt.rules)?.and_then(|bytes| Rules::parse(&bytes)).unwrap_or_default())
    }

    /// The history of a statement.
    pub fn history(&self, statement: &StatementId) -> Result<History, ArchiveError> {
        Ok(self.index.history(&statement.digest())?)
    }

    /// One statement's summary.
    pub fn summary(&self, statement: &StatementId) -> Result<Option<Summary>, ArchiveError> {
        Ok(self.index.summary(&statement.digest())?)
    }

    /// The entry with this number among all logs.
    pub fn entry(&self, seq: Seq) -> Result<Option<Entry>, ArchiveError> {
        let Some(log) = usize::try_from(seq.log()).ok().and_then(|id| self.logs.get(id)) else { return Ok(None) };
        let Some(bytes) = log.entry(seq.number())? else { return Ok(None) };
        let vantage = log.vantage().to_owned();
        Entry::parse(&bytes).map(Some).map_err(|source| ArchiveError::Entry { number: seq.number(), vantage, source })
    }

    /// Who answered a capture, or a look at a listing: the address, the connection, and how long it took.
    pub fn peer(&self, capture: Seq) -> Result<Peer, ArchiveError> {
        let Some(entry) = self.entry(capture)? else { return Ok(Peer::default()) };
        Ok(match Fact::read(&entry) {
            Ok(Fact::Capture(fact)) => fact.answer.peer,
            Ok(Fact::Poll(fact)) => fact.answer.peer,
            Ok(_) | Err(_) => Peer::default(),
        })
    }

    /// The body that a capture kept, with the head of the response that brought it.
    pub fn exchange(&self, capture: Seq) -> Result<Option<KeptExchange>, ArchiveError> {
        let Some(KeptResponse { response, body }) = self.index.kept_response(capture)? else { return Ok(None) };
        let head = match response {
            Some(response) => self.bytes(&response)?.map(|block| warc::split_http(&block).0.to_vec()),
            None => None,
        };
        let body = match body {
            Some(body) => self.bytes(&body)?,
            None => None,
        };
        Ok(body.map(|body| KeptExchange { head: head.unwrap_or_default(), body }))
    }
}

impl Kept for Archive {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        Self::bytes(self, digest).ok().flatten()
    }
}

/// Reads a text where it is said to lie; `None` where its bytes are no text.
pub fn text_at(storage: &dyn Storage, place: &Place, digest: &Digest) -> Result<Option<Text>, ArchiveError> {
    let bytes = read_place(storage, place, digest)?;
    Ok(std::str::from_utf8(&bytes).ok().and_then(Text::parse))
}

/// Reads one record, and gives the block or the body in it if it has the digest that it should have.
pub(super) fn read_place(storage: &dyn Storage, place: &Place, digest: &Digest) -> Result<Vec<u8>, ArchiveError> {
    let damaged = |what: &str| ArchiveError::Record { key: place.key.clone(), what: what.to_owned() };
    let member = storage.get_range(&place.key, place.offset, place.length)?;
    let record = match warc::Reader::new(&member[..]).read(u64::MAX) {
        Ok(Some(warc::Item::Record(seen))) => seen.record,
        Ok(Some(warc::Item::Junk(_)) | None) => return Err(damaged("it is no record")),
        Err(error) => return Err(damaged(&error.to_string())),
    };
    let bytes = if place.is_body { warc::split_http(&record.block).1.to_vec() } else { record.block };
    if Digest::of(&bytes) != *digest {
        return Err(damaged(&format!("it does not have the digest {digest}")));
    }
    Ok(bytes)
}
