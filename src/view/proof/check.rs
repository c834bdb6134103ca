//! Checking a bundle with no archive at hand: pure, and nothing in it is believed that the caller's key does not vouch for.
//!
//! Three answers: what is wrong is [`Level::Unsound`]; what could not be checked for want of a key or of roots is
//! [`Level::NotChecked`]; the rest was checked and holds. All findings are told, not the first alone.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{self, Part};
use super::{Files, SCRIPT, bundle};
use crate::archive::checkpoint::{Checkpoint, VerifierKey};
use crate::archive::log::said;
use crate::archive::proof::{Growth, Inclusion, open};
use crate::archive::stamps::Roots;
use crate::archive::succession::Succession;
use crate::model::digest::Digest;
use crate::model::entry::{Entry, Fact, Keeping, MAX_ENTRY};
use crate::model::finding::{Finding, Level};
use crate::model::time::Instant;

/// Most findings of one level that are told.
const MOST_FINDINGS: usize = 100;

/// Longest path that is looked at: no file of a proof has one of half of that.
const LONGEST_PATH: usize = 300;

/// What the one who checks brings along, for none of it may come from the bundle.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The log's public key.
    pub key: Option<VerifierKey>,
    /// The roots of time authorities.
    pub roots: Roots,
}

/// An entry that is proved.
#[derive(Clone, Debug)]
pub struct Proved {
    /// Its number.
    pub number: u64,
    /// What it says.
    pub entry: Entry,
}

/// What a check came to.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What is wrong, odd, or could not be checked.
    pub findings: Vec<Finding>,
    /// The log that the bundle is of, and how many entries its newest checkpoint covers.
    pub log: Option<(String, u64)>,
    /// The entries, by their numbers.
    pub entries: Vec<Proved>,
    /// The times by which an authority saw a checkpoint over all of them.
    pub times: Vec<Time>,
}

/// A time that an authority vouches for, under a root that was given.
#[derive(Clone, Debug)]
pub struct Time {
    /// When it saw the checkpoint.
    pub by: Instant,
    /// How many entries that covers.
    pub size: u64,
    /// Who signed, as its certificate has it.
    pub signer: String,
}

/// Checks a bundle.
pub fn check(files: &Files, trust: &Trust) -> Checked {
    let changes = Succession::default();
    let mut checking =
        Checking { files, trust, changes, told: Checked::default(), stamped: BTreeMap::new(), newest: None };
    checking.sums();
    checking.changes_of_keys();
    checking.checkpoints();
    checking.entries();
    checking.links();
    checking.records();
    checking.stamps();
    checking.told
}

pub(super) struct Checking<'a> {
    pub(super) files: &'a Files,
    pub(super) trust: &'a Trust,
    /// The changes of keys that the entries here tell.
    pub(super) changes: Succession,
    pub(super) told: Checked,
    /// The stamped checkpoints that hold, by their size.
    stamped: BTreeMap<u64, Checkpoint>,
    /// The newest checkpoint, where it holds.
    newest: Option<Checkpoint>,
}

impl<'a> Checking<'a> {
    pub(super) fn tell(&mut self, level: Level, place: impl Into<String>, what: impl Into<String>) {
        self.finding(Finding::new(level, place, what));
    }

    /// Notes a finding, of each level no more than anybody reads: a bundle can be made of nothing but faults.
    pub(super) fn finding(&mut self, finding: Finding) {
        if self.told.findings.iter().filter(|told| told.level == finding.level).count() < MOST_FINDINGS {
            self.told.findings.push(finding);
        }
    }

    pub(super) fn unsound(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.tell(Level::Unsound, place, what);
    }

    pub(super) fn get(&self, part: &Part) -> Option<&'a [u8]> {
        self.files.get(&part.to_string()).map(Vec::as_slice)
    }

    pub(super) fn text(&self, part: &Part) -> Option<&'a str> {
        self.get(part).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The parts that are there, in order.
    pub(super) fn parts(&self) -> Vec<Part> {
        self.files.keys().filter_map(|path| Part::of(path)).collect()
    }

    /// Every file against `SHA256SUMS`. That is no evidence, but it tells of a bundle that came to harm.
    fn sums(&mut self) {
        let Some(sums) = self.text(&Part::Top(name::SUMS)) else {
            return self.unsound(name::SUMS, "the file is missing, or is no text");
        };
        let mut summed = BTreeMap::new();
        for line in sums.split_inclusive('\n') {
            let parsed = line.strip_suffix('\n').and_then(|line| line.split_once("  ")).and_then(|(hex, path)| {
                let digest = Digest::from_hex(hex).filter(|digest| digest.hex() == hex)?;
                (path.len() <= LONGEST_PATH).then_some((path, digest))
            });
            match parsed {
                Some((path, digest)) => drop(summed.insert(path, digest)),
                None => {
                    let begun: String = line.trim_end().chars().take(LONGEST_PATH).collect();
                    self.unsound(name::SUMS, format!("{begun:?} is no line of a sum"));
                }
            }
        }
        for (path, digest) in &summed {
            match self.files.get(*path) {
                None => self.unsound(*path, "the file is missing"),
                Some(bytes) if Digest::of(bytes) != *digest => {
                    let what = "the file is not as it was made";
                    let finding = Finding::new(Level::Unsound, *path, what).values(digest, Digest::of(bytes));
                    self.finding(finding);
                }
                Some(_) => {}
            }
        }
        for path in self.files.keys().filter(|path| *path != name::SUMS) {
            if Part::of(path).is_none() {
                self.tell(Level::Warning, path, "this file is no part of a proof: nothing here vouches for it");
            } else if !summed.contains_key(path.as_str()) {
                self.unsound(path, "the file is not among the sums");
            }
        }
        if self.get(&Part::Top(name::SCRIPT)).is_some_and(|script| script != SCRIPT.as_bytes()) {
            self.tell(Level::Warning, name::SCRIPT, "this is not the script that this version of onrecord writes");
        }
    }

    /// The newest checkpoint, and those that were stamped: signed, and of one log that has only grown.
    fn checkpoints(&mut self) {
        if self.trust.key.is_none() {
            let what = "signer not checked: who signed the checkpoints is not known without the log's public key";
            let finding = Finding::new(Level::NotChecked, name::CHECKPOINT, what);
            self.finding(finding.hint("give it with --key, as its operator's `onrecord key show` prints it"));
        }
        self.newest = self.checkpoint(&Part::Top(name::CHECKPOINT));
        self.told.log = self.newest.as_ref().map(|newest| (newest.origin.clone(), newest.size));
        for part in self.parts() {
            let Part::Stamped(size) = part else { continue };
            let Some(checkpoint) = self.checkpoint(&part) else { continue };
            let is_ours = self.newest.as_ref().is_none_or(|newest| newest.origin == checkpoint.origin);
            if checkpoint.size != size || !is_ours {
                self.unsound(part.to_string(), "it is the checkpoint of another log or of another size");
                continue;
            }
            self.growth(size, &checkpoint);
            self.stamped.insert(size, checkpoint);
        }
    }

    fn checkpoint(&mut self, part: &Part) -> Option<Checkpoint> {
        let Some(note) = self.text(part) else {
            self.unsound(part.to_string(), "the checkpoint is missing, or is no text");
            return None;
        };
        match open(note, self.signer(note).as_ref()) {
            Ok(checkpoint) => Some(checkpoint),
            Err(error) => {
                self.unsound(part.to_string(), said(&error));
                None
            }
        }
    }

    fn growth(&mut self, size: u64, stamped: &Checkpoint) {
        let part = Part::Growth(size);
        let Some(newest) = self.newest.clone() else { return };
        if *stamped == newest {
            return;
        }
        let Some(bytes) = self.get(&part) else {
            return self.unsound(part.to_string(), "the proof that the log has only grown since is missing");
        };
        match Growth::parse(bytes).and_then(|proof| proof.verify(stamped, self.signer(&proof.note).as_ref())) {
            Ok(newer) if newer == newest => {}
            Ok(_) => self.unsound(part.to_string(), "it leads to another checkpoint than the newest one"),
            Err(error) => self.unsound(part.to_string(), said(&error)),
        }
    }

    /// Each entry: what it sums, and that it is in the log.
    fn entries(&mut self) {
        let parts = self.parts();
        for part in &parts {
            let Part::Entry(number) = *part else { continue };
            let Some(leaf) = self.get(part) else { continue };
            let proofs: Vec<u64> = parts
                .iter()
                .filter_map(|part| match part {
                    Part::Inclusion(of, size) if *of == number => Some(*size),
                    _ => None,
                })
                .collect();
            if proofs.is_empty() {
                self.unsound(part.to_string(), "there is no proof that it is in the log");
            }
            for size in proofs {
                self.inclusion(number, size, leaf);
            }
            match Entry::parse(leaf) {
                _ if leaf.len() > MAX_ENTRY => self.unsound(part.to_string(), "it is longer than any entry"),
                Err(error) => self.unsound(part.to_string(), error.to_string()),
                Ok(entry) => {
                    self.summed(number, &entry);
                    self.told.entries.push(Proved { number, entry });
                }
            }
        }
        self.strays(&parts);
        let is_capture = |proved: &Proved| matches!(Fact::read(&proved.entry), Ok(Fact::Capture(_)));
        if !self.told.entries.iter().any(is_capture) {
            self.unsound("entries", "there is no capture in it: it proves nothing of a statement");
        }
    }

    fn inclusion(&mut self, number: u64, size: u64, leaf: &[u8]) {
        let part = Part::Inclusion(number, size);
        let Some(bytes) = self.get(&part) else { return };
        let proof = Inclusion::parse(bytes);
        match proof.and_then(|proof| Ok((proof.verify(leaf, self.signer(&proof.note).as_ref())?, proof.index))) {
            Err(error) => self.unsound(part.to_string(), said(&error)),
            Ok((checkpoint, index)) => {
                let stands = [self.newest.as_ref(), self.stamped.get(&size)].contains(&Some(&checkpoint));
                if index != number || checkpoint.size != size || !stands {
                    self.unsound(
                        part.to_string(),
                        "it proves another entry, or by a checkpoint that is not in the bundle",
                    );
                }
            }
        }
    }

    /// What an entry sums is here and is that.
    fn summed(&mut self, number: u64, entry: &Entry) {
        for (digest, name) in &entry.sums {
            let place = format!("entries/{number}/{name}");
            match Part::summed(number, name).map(|part| self.get(&part)) {
                None => self.unsound(place, "no file of a proof can have this name"),
                Some(None) => self.unsound(place, "the entry sums it, and it is missing"),
                Some(Some(bytes)) if Digest::of(bytes) != *digest => {
                    let finding = Finding::new(Level::Unsound, place, "it is not what the entry sums");
                    self.finding(finding.values(digest, Digest::of(bytes)));
                }
                Some(Some(_)) => {}
            }
        }
    }

    /// Files that stand where evidence does and that no entry vouches for.
    fn strays(&mut self, parts: &[Part]) {
        let entries = std::mem::take(&mut self.told.entries);
        let named: BTreeSet<Digest> = entries.iter().flat_map(|proved| bundle::named(&proved.entry)).collect();
        let of = |number: u64| entries.iter().find(|proved| proved.number == number);
        for part in parts {
            let vouched = match part {
                Part::Summed(number, name) => of(*number).is_some_and(|proved| proved.entry.sum(name).is_some()),
                Part::Named(digest) => named.contains(digest),
                Part::Inclusion(number, _) => of(*number).is_some(),
                Part::Top(_) | Part::Entry(_) | Part::Stamped(_) | Part::Stamp(..) | Part::Growth(_) => true,
            };
            if !vouched {
                self.unsound(part.to_string(), "no entry here sums or names it");
            }
            if let Part::Named(digest) = part
                && self.get(part).is_some_and(|bytes| Digest::of(bytes) != *digest)
            {
                self.unsound(part.to_string(), "it does not have the digest that is its name");
            }
        }
        self.told.entries = entries;
    }

    /// That the entries belong together: readings to a capture that is here, and to its body.
    fn links(&mut self) {
        let facts: Vec<(u64, Fact)> =
            self.told.entries.iter().filter_map(|one| Some((one.number, Fact::read(&one.entry).ok()?))).collect();
        let body_of = |number: u64| {
            facts.iter().find_map(|(at, fact)| match fact {
                Fact::Capture(capture) if *at == number => Some(capture.answer.body.map(|(body, _)| body)),
                _ => None,
            })
        };
        let bodies: BTreeSet<Digest> = self.told.entries.iter().filter_map(|one| one.entry.sum("body")).collect();
        let mut findings = Vec::new();
        for (number, fact) in &facts {
            let place = Part::Entry(*number).to_string();
            match fact {
                Fact::Reading(reading) => match body_of(reading.capture) {
                    None => findings.push(Finding::new(Level::Unsound, place, "it reads a capture that is not here")),
                    Some(body) if body != Some(reading.body) => {
                        findings.push(Finding::new(
                            Level::Unsound,
                            place,
                            "it reads another body than that of its capture",
                        ));
                    }
                    Some(_) => {}
                },
                Fact::Capture(capture) => {
                    let Some((body, keeping)) = capture.answer.body else { continue };
                    if !bodies.contains(&body) {
                        let what = match keeping {
                            Keeping::Kept | Keeping::Same => "its body is not in this bundle",
                            Keeping::Dropped => "its body was not kept",
                        };
                        findings.push(Finding::new(Level::Warning, place, what).values(body, "nothing"));
                    }
                }
                Fact::Archive(_)
                | Fact::Round(_)
                | Fact::Poll(_)
                | Fact::Segment(_)
                | Fact::Rules(_)
                | Fact::Alias(_)
                | Fact::Note(_)
                | Fact::Key(_)
                | Fact::Stamp(_)
                | Fact::Unknown(_) => {}
            }
        }
        findings.into_iter().for_each(|finding| self.finding(finding));
    }
}
