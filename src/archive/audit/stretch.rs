//! A stretch of a log: its entries, and all that the segments which they name hold of what they speak of.
//!
//! A stretch ends with an entry that names segments, for that entry comes after those whose bytes it sums. It is made
//! ready on all cores and knows no index; taking it into one is another matter, so that the next can be made ready
//! meanwhile. Memory follows the stretch, not the log.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::RESTORE;
use super::late::{self, Late};
use super::segments::{self, Scan};
use crate::archive::catchup::FromStorage;
use crate::archive::history::Seq;
use crate::archive::index::{Index, IndexError, Kept, TextRow};
use crate::archive::log::Log;
use crate::archive::storage::Storage;
use crate::archive::tiles;
use crate::model::digest::Digest;
use crate::model::entry::{Answer, Entry, Fact, SegmentFact};
use crate::model::finding::{Finding, Level};

/// How many bundles of entries are read at once; a stretch goes on until an entry that names segments.
const BUNDLES: u64 = 16;

/// Goes through a log, a stretch at a time.
pub(super) struct Stretches<'a> {
    log: &'a Log,
    id: i64,
    storage: Arc<dyn Storage>,
    next: u64,
    /// Entries that were read, and wait for the one that names their segments.
    waiting: Vec<Told>,
    /// Segments that are read when all else is done.
    pub(super) late: Late,
}

/// What is known of a stretch.
pub(super) struct Stretch {
    told: Vec<Told>,
    /// Each file that is named, and what it held.
    pub(super) files: Vec<(Named, Scan)>,
}

/// A file as an entry names it.
#[derive(Clone)]
pub(super) struct Named {
    /// The entry, and which of its files it is.
    pub(super) seq: Seq,
    pub(super) position: usize,
    pub(super) key: String,
    pub(super) sum: Digest,
}

/// An entry, and what it says.
struct Told {
    seq: Seq,
    sums: Vec<(Digest, String)>,
    fact: Result<Fact, Finding>,
}

impl<'a> Stretches<'a> {
    pub(super) fn of(log: &'a Log, id: i64, storage: Arc<dyn Storage>, late: Late) -> Self {
        Self { log, id, storage, next: 0, waiting: Vec::new(), late }
    }

    /// Makes the next stretch ready; `None` behind the last.
    pub(super) fn ready(&mut self) -> Option<Stretch> {
        let bundle = u64::from(tiles::FULL);
        let mut told = std::mem::take(&mut self.waiting);
        while self.next < self.log.size() {
            let bundles: Vec<u64> = (self.next..self.log.size()).step_by(tiles::FULL.into()).collect();
            let bundles = &bundles[..bundles.len().min(BUNDLES as usize)];
            let read: Vec<Vec<Told>> = bundles.par_iter().map(|from| self.bundle(*from, from + bundle)).collect();
            self.next += bundle * bundles.len() as u64;
            told.extend(read.into_iter().flatten());
            if let Some(last) = told.iter().rposition(|told| matches!(told.fact, Ok(Fact::Segment(_)))) {
                self.waiting = told.split_off(last + 1);
                break;
            }
        }
        (!told.is_empty()).then(|| Stretch { files: self.files(&told), told })
    }

    /// Reads entries. A bundle that cannot be read is left out: that it cannot is told where the tiles are checked.
    fn bundle(&self, from: u64, to: u64) -> Vec<Told> {
        let read = self.log.entries(from, to).filter_map(Result::ok);
        read.map(|(number, bytes)| {
            let place = || format!("{} entry {number}", self.log.vantage());
            let parsed = Entry::parse(&bytes).and_then(|entry| Fact::read(&entry).map(|fact| (entry.sums, fact)));
            let (sums, fact) = match parsed {
                Ok((sums, fact)) => (sums, Ok(fact)),
                Err(error) => (Vec::new(), Err(Finding::new(Level::Unsound, place(), error.to_string()))),
            };
            Told { seq: Seq::new(self.id, number), sums, fact }
        })
        .collect()
    }

    /// Reads the files that the entries name, but for those that are put off.
    fn files(&mut self, told: &[Told]) -> Vec<(Named, Scan)> {
        let named = |told: &Told| match &told.fact {
            Ok(Fact::Segment(SegmentFact { files, .. })) => {
                let named = files.iter().enumerate();
                named
                    .map(|(position, (sum, key))| Named { seq: told.seq, position, key: key.clone(), sum: *sum })
                    .collect()
            }
            Ok(_) | Err(_) => Vec::new(),
        };
        let named: Vec<Named> = told.iter().flat_map(named).collect();
        let sums: HashMap<&str, Digest> = named.iter().map(|file| (file.key.as_str(), file.sum)).collect();
        let put_off: Vec<bool> = named.iter().map(|file| self.late.has_room_for(&*self.storage, file)).collect();
        let scan = |(file, put_off): (&Named, bool)| {
            let said = if put_off { late::said(&*self.storage, file, &sums) } else { None };
            let is_late = said.is_some();
            (is_late, said.unwrap_or_else(|| segments::scan(&*self.storage, &file.key, &file.sum)))
        };
        // one by one: the few large files among them are what the time goes into
        let scans: Vec<(bool, Scan)> = named.par_iter().zip(put_off).with_max_len(1).map(scan).collect();
        let late = named.iter().zip(&scans).filter(|(_, (is_late, _))| *is_late);
        self.late.files.extend(late.map(|(file, _)| file.clone()));
        named.into_iter().zip(scans.into_iter().map(|(_, scan)| scan)).collect()
    }
}

impl Stretch {
    /// How many entries it has.
    pub(super) fn entries(&self) -> u64 {
        self.told.len() as u64
    }

    /// Takes it into the index, with the statements that it touches; gives what is wrong with its entries.
    ///
    /// An index can move to another core, but not be shared by two: hence the exclusive reference.
    pub(super) fn take_into(
        &self,
        index: &mut Index,
        log: &Log,
        storage: &Arc<dyn Storage>,
        touched: &mut BTreeSet<Digest>,
    ) -> Result<Vec<Finding>, IndexError> {
        for (Named { seq, position, key, .. }, scan) in &self.files {
            index.add_file(*seq, *position, key, &scan.members)?;
        }
        let here: HashSet<Digest> =
            self.files.iter().flat_map(|(_, scan)| scan.members.iter().map(|member| member.digest)).collect();
        let scans = || self.files.iter().map(|(_, scan)| scan);
        let kept = ScannedFirst {
            texts: scans().flat_map(|scan| &scan.text_rows).map(|(digest, row)| (*digest, row)).collect(),
            visible: scans().flat_map(|scan| &scan.visible).copied().collect(),
            elsewhere: FromStorage { index, storage },
        };
        let mut findings = Vec::new();
        for Told { seq, sums, fact } in &self.told {
            let place = || format!("{} entry {}", log.vantage(), seq.number());
            let fact = match fact {
                Ok(fact) => fact,
                Err(finding) => {
                    findings.push(finding.clone());
                    continue;
                }
            };
            if let Some(statement) = index.apply(*seq, fact, &kept)? {
                touched.insert(statement.digest());
            }
            if let Fact::Unknown(entry) = fact {
                let what = format!("an entry of the kind {:?}, which this program does not know", entry.kind);
                findings.push(Finding::new(Level::Note, place(), what));
            }
            for (digest, name) in must_be_held(fact, sums) {
                if !here.contains(&digest) && index.find(&digest)?.is_none() {
                    findings.push(not_held(place(), name, &digest));
                }
            }
        }
        Ok(findings)
    }
}

/// That what an entry names is not there.
pub(super) fn not_held(place: String, name: &str, digest: &Digest) -> Finding {
    Finding::new(Level::Unsound, place, format!("its {name} ({digest}) is not in the segments")).hint(RESTORE)
}

/// What an entry names that must lie in the segments, and what it is to it.
pub(super) fn must_be_held<'a>(
    fact: &'a Fact,
    sums: &'a [(Digest, String)],
) -> impl Iterator<Item = (Digest, &'a str)> {
    let summed = match fact {
        Fact::Capture(_) | Fact::Poll(_) | Fact::Reading(_) | Fact::Rules(_) => sums,
        // the sums of a segment or a stamp are those of whole files
        Fact::Archive(_)
        | Fact::Segment(_)
        | Fact::Round(_)
        | Fact::Alias(_)
        | Fact::Note(_)
        | Fact::Key(_)
        | Fact::Stamp(_)
        | Fact::Unknown(_) => &[],
    };
    let chains = fact.answer().into_iter().flat_map(Answer::chains);
    summed.iter().map(|(digest, name)| (*digest, name.as_str())).chain(chains.map(|chain| (chain, "chain")))
}

/// What was seen when the segments of a stretch were read, else what lies in those before it.
struct ScannedFirst<'a> {
    texts: HashMap<Digest, &'a TextRow>,
    visible: HashMap<Digest, Digest>,
    elsewhere: FromStorage<'a>,
}

impl Kept for ScannedFirst<'_> {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.elsewhere.bytes(digest)
    }

    fn text(&self, digest: &Digest) -> Option<TextRow> {
        self.texts.get(digest).map(|row| (*row).clone()).or_else(|| self.elsewhere.text(digest))
    }

    fn visible(&self, beside: &Digest) -> Option<Digest> {
        self.visible.get(beside).copied().or_else(|| self.elsewhere.visible(beside))
    }
}
