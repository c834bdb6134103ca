//! A stretch of a log: its entries, and all that the segments which they name hold of what they speak of.
//!
//! A stretch ends with an entry that names segments, for that entry comes after those whose bytes it sums. It is made
//! ready on all cores and knows no index; taking it into one is another matter, so that the next can be made ready
//! meanwhile. Memory follows the stretch, not the log.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::RESTORE;
use super::segments::{self, Scan};
use crate::archive::catchup::FromStorage;
use crate::archive::history::Seq;
use crate::archive::index::{Index, IndexError, Kept, TextRow};
use crate::archive::log::Log;
use crate::archive::storage::Storage;
use crate::archive::tiles;
use crate::model::digest::Digest;
use crate::model::entry::{Capture, Entry, Fact, Poll, SegmentFact};
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
}

/// What is known of a stretch.
pub(super) struct Stretch {
    told: Vec<Told>,
    /// Each file that is named, where the log names it, and what it held.
    pub(super) files: Vec<(Seq, usize, String, Scan)>,
}

/// An entry, and what it says.
struct Told {
    seq: Seq,
    sums: Vec<(Digest, String)>,
    fact: Result<Fact, Finding>,
}

impl<'a> Stretches<'a> {
    pub(super) fn of(log: &'a Log, id: i64, storage: Arc<dyn Storage>) -> Self {
        Self { log, id, storage, next: 0, waiting: Vec::new() }
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

    /// Reads the files that the entries name.
    fn files(&self, told: &[Told]) -> Vec<(Seq, usize, String, Scan)> {
        let named = |told: &Told| match &told.fact {
            Ok(Fact::Segment(SegmentFact { files, .. })) => {
                files.iter().enumerate().map(|(at, file)| (told.seq, at, file.clone())).collect()
            }
            Ok(_) | Err(_) => Vec::new(),
        };
        let named: Vec<(Seq, usize, (Digest, String))> = told.iter().flat_map(named).collect();
        let scan = |(seq, at, (digest, key)): (Seq, usize, (Digest, String))| {
            let scan = segments::scan(&*self.storage, &key, &digest);
            (seq, at, key, scan)
        };
        // one by one: the few large files among them are what the time goes into
        named.into_par_iter().with_max_len(1).map(scan).collect()
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
        for (seq, at, key, scan) in &self.files {
            index.add_file(*seq, *at, key, &scan.members)?;
        }
        let here: HashSet<Digest> =
            self.files.iter().flat_map(|(.., scan)| scan.members.iter().map(|member| member.digest)).collect();
        let scans = || self.files.iter().map(|(.., scan)| scan);
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
                    let what = format!("its {name} ({digest}) is not in the segments");
                    findings.push(Finding::new(Level::Unsound, place(), what).hint(RESTORE));
                }
            }
        }
        Ok(findings)
    }
}

/// What an entry names that must lie in the segments, and what it is to it.
fn must_be_held<'a>(fact: &Fact, sums: &'a [(Digest, String)]) -> Vec<(Digest, &'a str)> {
    let summed = || sums.iter().map(|(digest, name)| (*digest, name.as_str()));
    match fact {
        Fact::Capture(Capture { answer, .. }) | Fact::Poll(Poll { answer, .. }) => {
            let peers = answer.hop_peers.iter().chain([&answer.peer]);
            summed().chain(peers.filter_map(|peer| Some((peer.tls.as_ref()?.chain, "chain")))).collect()
        }
        Fact::Reading(_) | Fact::Rules(_) => summed().collect(),
        // the sums of a segment or a stamp are those of whole files
        Fact::Archive(_)
        | Fact::Segment(_)
        | Fact::Stamp(_)
        | Fact::Round(_)
        | Fact::Alias(_)
        | Fact::Note(_)
        | Fact::Unknown(_) => Vec::new(),
    }
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
