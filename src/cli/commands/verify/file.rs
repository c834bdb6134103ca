//! `verify FILE`: whether a text or a saved page is in the archive, where, and since when.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use anyhow::Context;
use serde_json::json;

use onrecord::archive::history::Seq;
use onrecord::archive::index::Resolved;
use onrecord::archive::reader::Archive;
use onrecord::model::digest::Digest;
use onrecord::model::statement::StatementId;
use onrecord::model::time::rfc3339;

use crate::cli::commands::diff;
use crate::cli::edge::Refused;
use crate::cli::names;
use crate::cli::out::{Out, clean};

/// Says whether a text or a saved page is in the archive, where, and since when.
pub(super) fn run(archive: &Archive, path: &str, out: &mut Out) -> Result<bool, Refused> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let mut found = archive.index().showing(&Digest::of(&bytes))?;
    if found.is_empty() {
        found = archive.index().showing(&diff::open(path)?.digest())?;
    }
    let wording = diff::open(path)?.wording();
    if found.is_empty() {
        found = archive.index().wording(&wording)?;
    }
    for resolved in &found {
        let (Resolved::Statement(statement) | Resolved::Capture(statement, _)) = resolved;
        let capture = match resolved {
            Resolved::Capture(_, capture) => Some(*capture),
            Resolved::Statement(_) => None,
        };
        stood(archive, path, statement, capture, out)?;
    }
    if found.is_empty() {
        if out.json {
            out.object(&json!({ "file": path, "found": false }))?;
        } else {
            out.line(&format!("{}: not in the archive, neither its bytes nor its text", clean(path)))?;
        }
    }
    Ok(!found.is_empty())
}

/// Says where and since when a text stands in this log.
fn stood(
    archive: &Archive,
    path: &str,
    statement: &StatementId,
    capture: Option<Seq>,
    out: &mut Out,
) -> Result<(), Refused> {
    let history = archive.history(statement)?;
    let at = match capture {
        Some(capture) => names::picked(&history, names::Pick::Capture(capture)).ok(),
        None => history.revisions.len().checked_sub(1),
    };
    let Some(revision) = at.map(|at| &history.revisions[at]) else { return Ok(()) };
    if out.json {
        return Ok(out.object(&json!({
            "file": path,
            "found": true,
            "statement": statement.short(),
            "revision": revision.number,
            "entry": revision.capture.number(),
            "text_sha256": revision.text.digest.hex(),
            "first_seen": rfc3339(revision.first_seen),
            "last_seen": rfc3339(revision.last_seen),
        }))?);
    }
    Ok(out.line(&format!(
        "{}: {} revision {}, in this log from {} to {}, entry {}",
        clean(path),
        statement.short(),
        revision.number,
        rfc3339(revision.first_seen),
        rfc3339(revision.last_seen),
        revision.capture.number()
    ))?)
}
