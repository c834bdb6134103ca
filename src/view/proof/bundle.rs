//! Making a bundle: what one revision rests on, out of the archive, with the proofs that it is in the log.
//!
//! Everything is checked before it is handed out: bytes against the entry that sums them, each proof against the checkpoint
//! that it leads to. A bundle is the same bytes whenever it is made of the same log.

use std::collections::BTreeMap;

use super::name::{self, Part};
use super::records::Records;
use super::{Files, SCRIPT, readme};
use crate::archive::history::{Revision, Seq};
use crate::archive::log::{Log, LogError};
use crate::archive::proof::{Growth, Inclusion, ProofError, open};
use crate::archive::reader::{Archive, ArchiveError};
use crate::archive::stamps::{self, Response, Roots, Wanted};
use crate::archive::storage::StorageError;
use crate::archive::succession::Succession;
use crate::model::digest::Digest;
use crate::model::entry::{Capture, Entry, EntryError, Fact, Keeping};
use crate::model::statement::StatementId;

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What an entry sums is not there.
    #[error("the {name} that entry {entry} sums ({digest}) is not in the archive")]
    NotHeld {
        /// The entry.
        entry: u64,
        /// Under which name.
        name: String,
        /// The sum.
        digest: Digest,
    },
    /// An entry sums something under a name that no file can have.
    #[error("entry {entry} sums something under the name {name:?}, which no file of a proof can have")]
    Name {
        /// The entry.
        entry: u64,
        /// The name.
        name: String,
    },
    /// The log has no checkpoint that reaches the entry, or its parts do not fit together.
    #[error("the log {vantage} does not prove its entry {entry}")]
    Log {
        /// Whose log.
        vantage: String,
        /// The entry.
        entry: u64,
        /// What is wrong.
        #[source]
        source: Option<ProofError>,
    },
}

impl From<LogError> for ProveError {
    fn from(error: LogError) -> Self {
        ArchiveError::from(error).into()
    }
}

impl From<StorageError> for ProveError {
    fn from(error: StorageError) -> Self {
        ArchiveError::from(error).into()
    }
}

/// A bundle, and what stands in it.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Its files.
    pub files: Files,
    /// The log.
    pub vantage: String,
    /// The capture.
    pub capture: u64,
    /// Its readings.
    pub readings: Vec<u64>,
    /// The capture that kept the body, where the statement's own did not.
    pub original: Option<u64>,
    /// Whether the body is in it.
    pub has_body: bool,
    /// How many entries the newest checkpoint covers.
    pub size: u64,
    /// The stamps over checkpoints that cover the entries: size, and the authorities' names.
    pub stamps: BTreeMap<u64, Vec<String>>,
}

/// Makes the bundle of a revision.
pub fn bundle(
    archive: &Archive,
    statement: &StatementId,
    revision: &Revision,
    software: &str,
) -> Result<Bundle, ProveError> {
    let seq = revision.capture;
    let log = usize::try_from(seq.log()).ok().and_then(|id| archive.logs().get(id));
    let log = log.ok_or(ArchiveError::NoArchive)?;
    let mut making = Making { archive, log, files: Files::new(), leaves: BTreeMap::new() };
    let (entry, capture) = making.capture(seq)?;
    let readings = archive.index().readings_of(seq).map_err(ArchiveError::from)?;
    for reading in &readings {
        making.entry(*reading)?;
    }
    let mut records = Records::begin(software, log.vantage(), &statement.short(), capture.time);
    making.records(&mut records, seq, &entry)?;
    let mut original = None;
    if let Some((body, Keeping::Same)) = capture.answer.body {
        original = archive.index().keeper_of(seq.log(), &body).map_err(ArchiveError::from)?;
    }
    if let Some(original) = original {
        let (_, entry) = making.entry(original)?;
        making.records(&mut records, original, &entry)?;
    }
    let body = capture.answer.body.map(|(body, _)| body);
    // whoever checks may hold an older key than the one that signed, or a newer one
    for number in Succession::of(log)?.entries() {
        making.entry(Seq::new(seq.log(), *number))?;
    }
    let mut bundle = Bundle {
        has_body: body.is_some_and(|body| making.files.values().any(|bytes| Digest::of(bytes) == body)),
        files: Files::new(),
        vantage: log.vantage().to_owned(),
        capture: seq.number(),
        readings: readings.iter().map(|reading| reading.number()).collect(),
        original: original.map(|original| original.number()),
        size: log.size(),
        stamps: BTreeMap::new(),
    };
    making.prove(&mut bundle.stamps)?;
    let Making { mut files, .. } = making;
    files.insert(name::RECORDS.to_owned(), records.into_bytes());
    files.insert(name::SCRIPT.to_owned(), SCRIPT.as_bytes().to_vec());
    let about = readme::About { statement, revision: revision.number, capture: &capture, bundle: &bundle, software };
    files.insert(name::README.to_owned(), readme::text(&about).into_bytes());
    let sums: String = files.iter().map(|(path, bytes)| format!("{}  {path}\n", Digest::of(bytes).hex())).collect();
    files.insert(name::SUMS.to_owned(), sums.into_bytes());
    bundle.files = files;
    Ok(bundle)
}

/// A checkpoint that was stamped, and the authorities' answers over it, by their names.
struct Stamped {
    note: Vec<u8>,
    answers: Vec<(String, Vec<u8>)>,
}

struct Making<'a> {
    archive: &'a Archive,
    log: &'a Log,
    files: Files,
    /// The leaves that are proved, by their numbers.
    leaves: BTreeMap<u64, Vec<u8>>,
}

impl Making<'_> {
    fn put(&mut self, part: &Part, bytes: Vec<u8>) {
        self.files.insert(part.to_string(), bytes);
    }

    /// Takes in an entry with everything that it sums or names.
    fn entry(&mut self, seq: Seq) -> Result<(u64, Entry), ProveError> {
        let number = seq.number();
        let unread = |source| ArchiveError::Entry { number, vantage: self.log.vantage().to_owned(), source };
        let leaf = self.log.entry(number)?.ok_or_else(|| unread(EntryError::Grammar("there is no such entry")))?;
        let entry = Entry::parse(&leaf).map_err(unread)?;
        for (digest, name) in &entry.sums {
            let part = Part::summed(number, name);
            let part = part.ok_or_else(|| ProveError::Name { entry: number, name: name.clone() })?;
            let held = self.archive.bytes(digest)?;
            let not_held = || ProveError::NotHeld { entry: number, name: name.clone(), digest: *digest };
            self.put(&part, held.ok_or_else(not_held)?);
        }
        for digest in named(&entry) {
            let is_summed = self.files.values().any(|bytes| Digest::of(bytes) == digest);
            if !is_summed && let Some(bytes) = self.archive.bytes(&digest)? {
                self.put(&Part::Named(digest), bytes);
            }
        }
        self.put(&Part::Entry(number), leaf.clone());
        self.leaves.insert(number, leaf);
        Ok((number, entry))
    }

    /// Takes in the entry of a capture.
    fn capture(&mut self, seq: Seq) -> Result<(Entry, Capture), ProveError> {
        let (number, entry) = self.entry(seq)?;
        let vantage = || self.log.vantage().to_owned();
        match Fact::read(&entry) {
            Ok(Fact::Capture(capture)) => Ok((entry, capture)),
            Ok(_) => {
                let source = EntryError::Grammar("it is no capture");
                Err(ArchiveError::Entry { number, vantage: vantage(), source }.into())
            }
            Err(source) => Err(ArchiveError::Entry { number, vantage: vantage(), source }.into()),
        }
    }

    fn records(&self, records: &mut Records, seq: Seq, entry: &Entry) -> Result<(), ProveError> {
        let blocks = entry.sums.iter().map(|(digest, _)| *digest).chain(named(entry));
        for block in blocks {
            records.take(self.archive, (seq, entry), &block)?;
        }
        Ok(())
    }

    /// Adds the checkpoints, the proofs of all leaves, and the stamps that cover them.
    fn prove(&mut self, told: &mut BTreeMap<u64, Vec<String>>) -> Result<(), ProveError> {
        let newest = self.log.note().map(|note| String::from_utf8_lossy(note).into_owned()).unwrap_or_default();
        self.prove_at(&newest, self.log.size())?;
        self.files.insert(name::CHECKPOINT.to_owned(), newest.clone().into_bytes());
        for (size, Stamped { note, answers }) in self.stamped()? {
            let text = String::from_utf8_lossy(&note).into_owned();
            if size < self.log.size() {
                let path = self.log.consistency(size, self.log.size())?.unwrap_or_default();
                let growth = Growth { old: size, path, note: newest.clone() };
                let older = open(&text, None).map_err(|error| self.unproved(size, Some(error.into())))?;
                growth.verify(&older, None).map_err(|error| self.unproved(size, Some(error)))?;
                self.put(&Part::Growth(size), growth.to_string().into_bytes());
            }
            self.prove_at(&text, size)?;
            self.put(&Part::Stamped(size), note);
            for (name, answer) in answers {
                let part =
                    Part::stamp(size, &name).ok_or_else(|| ProveError::Name { entry: size, name: name.clone() })?;
                self.put(&part, answer);
                told.entry(size).or_default().push(name);
            }
        }
        Ok(())
    }

    /// The stamped checkpoints that go with it: for each leaf the first that covers it, which says the most of when, and the
    /// last of all, which is verified the longest.
    fn stamped(&self) -> Result<BTreeMap<u64, Stamped>, ProveError> {
        let mut sizes: Vec<u64> =
            stamps::held(&*self.archive.storage_handle(), self.log.vantage())?.into_keys().collect();
        sizes.retain(|size| (1..=self.log.size()).contains(size));
        let firsts = self.leaves.keys().map(|leaf| sizes.iter().filter(|size| *size > leaf).copied().collect());
        let covers = |size: &&u64| self.leaves.keys().any(|leaf| leaf < *size);
        let last = sizes.iter().rev().filter(covers).copied().collect();
        let mut chosen = BTreeMap::new();
        for candidates in firsts.chain([last]).collect::<Vec<Vec<u64>>>() {
            for size in candidates {
                if chosen.contains_key(&size) {
                    break;
                }
                if let Some(stamped) = self.stamped_at(size)? {
                    chosen.insert(size, stamped);
                    break;
                }
            }
        }
        Ok(chosen)
    }

    /// A stamped checkpoint with the answers over it that hold, but for their chains; `None` where there is no such answer.
    fn stamped_at(&self, size: u64) -> Result<Option<Stamped>, ProveError> {
        let (storage, vantage) = (self.archive.storage_handle(), self.log.vantage());
        let Some(note) = storage.get(&stamps::note_key(vantage, size))? else { return Ok(None) };
        let holds = |answer: &[u8]| {
            let checked = Response::parse(answer)
                .and_then(|answer| stamps::check(&answer, &note, &Roots::none(), &Wanted::default()));
            checked.err().is_some_and(|error| error.unchecked_time().is_some())
        };
        let mut answers = Vec::new();
        for name in stamps::held(&*storage, vantage)?.remove(&size).unwrap_or_default() {
            let answer = storage.get(&stamps::response_key(vantage, size, &name))?;
            answers.extend(answer.filter(|answer| holds(answer)).map(|answer| (name, answer)));
        }
        Ok((!answers.is_empty()).then_some(Stamped { note, answers }))
    }

    /// Adds the proofs that the leaves below a size are in the log of this checkpoint.
    fn prove_at(&mut self, note: &str, size: u64) -> Result<(), ProveError> {
        let mut proofs = Vec::new();
        for (number, leaf) in self.leaves.range(..size) {
            let path = self.log.inclusion(*number, size)?.ok_or_else(|| self.unproved(*number, None))?;
            let proof = Inclusion::new(*number, path, note.to_owned());
            let checkpoint = proof.verify(leaf, None).map_err(|error| self.unproved(*number, Some(error)))?;
            if checkpoint.size != size || checkpoint.origin != self.log.vantage() {
                return Err(self.unproved(*number, Some(ProofError::NotIncluded)));
            }
            proofs.push((Part::Inclusion(*number, size), proof.to_string().into_bytes()));
        }
        for (part, proof) in proofs {
            self.put(&part, proof);
        }
        Ok(())
    }

    fn unproved(&self, entry: u64, source: Option<ProofError>) -> ProveError {
        ProveError::Log { vantage: self.log.vantage().to_owned(), entry, source }
    }
}

/// What an entry names by its digest without summing it: the certificates that the peers presented.
pub(super) fn named(entry: &Entry) -> Vec<Digest> {
    Fact::read(entry).ok().and_then(|fact| Some(fact.answer()?.chains().collect())).unwrap_or_default()
}
