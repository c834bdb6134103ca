//! `verify --grown-from`: that a log has only grown since a checkpoint that somebody kept.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::path::Path;

use anyhow::Context;

use onrecord::archive::checkpoint::{Checkpoint, VerifierKey, from_line};
use onrecord::archive::log::Log;
use onrecord::archive::merkle;
use onrecord::archive::proof::open;
use onrecord::archive::reader::Places;
use onrecord::archive::succession::Succession;
use onrecord::model::finding::{Finding, Level};

use crate::cli::edge::Refused;
use crate::cli::out::clean;

/// A checkpoint that was kept elsewhere, of a log that is here.
pub(super) struct Kept {
    checkpoint: Checkpoint,
    note: String,
    signer: Option<VerifierKey>,
}

/// Reads the checkpoint that was given: a file, or the line itself. One of another log, or that the log's key has not
/// signed, is refused: it says nothing of this archive.
pub(super) fn read(given: &str, places: &Places, vantages: &[String]) -> Result<Kept, Refused> {
    let text = match Path::new(given).is_file() {
        true => {
            let text = std::fs::read_to_string(given).with_context(|| format!("cannot read {}", clean(given)));
            text.map_err(Refused::Wrong)?
        }
        false => given.to_owned(),
    };
    let note = from_line(&text).unwrap_or(text);
    let refused =
        |error| Refused::Wrong(anyhow::Error::new(error).context("the checkpoint that was given cannot be used"));
    let checkpoint = open(&note, None).map_err(refused)?;
    if !vantages.contains(&checkpoint.origin) {
        return Err(Refused::wrong_with(
            format!("the checkpoint is one of the log {:?}, which is not in this archive", clean(&checkpoint.origin)),
            format!("the logs here: {}", vantages.join(", ")),
        ));
    }
    let signer = places.keys.iter().find(|key| key.name() == checkpoint.origin).cloned();
    Ok(Kept { checkpoint, note, signer })
}

/// Proves the growth by the consistency of the two trees; gives what was found, and how many entries have come since.
pub(super) fn check(kept: &Kept, places: &Places) -> Result<(Vec<Finding>, Option<u64>), Refused> {
    let Checkpoint { origin, size, root } = &kept.checkpoint;
    let place = format!("logs/{origin}/checkpoint");
    let mut findings = Vec::new();
    if kept.signer.is_none() {
        let what = "signer not checked: who signed the checkpoint that was given is not known without the log's key";
        findings.push(Finding::new(Level::NotChecked, place.clone(), what).hint("give it with --key"));
    }
    let log = match Log::open(places.storage.clone(), origin, places.desk.as_deref(), kept.signer.as_ref()) {
        Ok(log) => log,
        Err(error) => {
            findings.push(Finding::new(Level::Unsound, place, format!("cannot tell whether it has grown: {error}")));
            return Ok((findings, None));
        }
    };
    if let Some(key) = &kept.signer {
        // it may be older than a change of keys: then the key of that time has signed it
        let signed = Succession::of(&log)?.open(kept.note.as_bytes(), key);
        signed.map_err(|error| {
            Refused::Wrong(anyhow::Error::new(error).context("the checkpoint that was given cannot be used"))
        })?;
    }
    if log.size() < *size {
        let what = "the log is shorter than the checkpoint that was given: entries were taken away";
        findings.push(Finding::new(Level::Unsound, place, what).values(size, log.size()));
        return Ok((findings, None));
    }
    let proof = log.consistency(*size, log.size())?.unwrap_or_default();
    if !merkle::verify_consistency(*size, log.size(), root, &log.root(), &proof) {
        let what = "the log has not only grown since the checkpoint that was given: what came before it is another";
        findings.push(Finding::new(Level::Unsound, place, what).values(root, log.root_at(*size)?));
        return Ok((findings, None));
    }
    Ok((findings, Some(log.size() - size)))
}

impl Kept {
    /// What was proved, in words.
    pub(super) fn told(&self, since: u64) -> String {
        let Checkpoint { origin, size, .. } = &self.checkpoint;
        format!(
            "{origin} has only grown: its first {size} entries are those of the checkpoint that was given, {since} have come since"
        )
    }

    /// How many entries it covers.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }
}
