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
use onrecord::view::near;

use crate::cli::commands::diff;
use crate::cli::edge::Refused;
use crate::cli::names;
use crate::cli::out::{Out, clean};
use crate::cli::place::Setup;

/// Says whether a text or a saved page is in the archive, where, and since when.
pub(super) fn run(setup: &Setup, archive: &Archive, path: &str, out: &mut Out) -> Result<bool, Refused> {
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
        missed(setup, archive, path, out)?;
    }
    Ok(!found.is_empty())
}

/// Says that a file is not in the archive, and shows how the nearest revision differs from it.
fn missed(setup: &Setup, archive: &Archive, path: &str, out: &mut Out) -> Result<(), Refused> {
    let near = near::nearest(archive, &diff::open(path)?)?;
    let shown = near.map(|near| archive.index().showing(&near.text)).transpose()?.unwrap_or_default();
    let shown = shown.into_iter().find_map(|resolved| match resolved {
        Resolved::Capture(statement, capture) => Some((statement, capture)),
        Resolved::Statement(_) => None,
    });
    let (Some(near), Some((statement, capture))) = (near, shown) else {
        if out.json {
            out.object(&json!({ "file": path, "found": false }))?;
        } else {
            out.line(&format!("{}: not in the archive, neither its bytes nor its text", clean(path)))?;
        }
        return Ok(());
    };
    let history = archive.history(&statement)?;
    let revision = &history.revisions[names::picked(&history, names::Pick::Capture(capture))?];
    let compared = diff::NearMiss::of(setup, archive, (&statement, revision), path)?;
    let entry = revision.capture.number();
    if out.json {
        return Ok(out.object(&json!({
            "file": path,
            "found": false,
            "near": {
                "statement": statement.short(),
                "revision": revision.number,
                "entry": entry,
                "text_sha256": revision.text.digest.hex(),
                "of_file": near.of_asked,
                "of_text": near.of_kept,
                "difference": compared.object()?,
            },
        }))?);
    }
    let percent = near.of_asked * 100.0;
    out.line(&format!(
        "{}: not in the archive. Nearest is {} revision {}, entry {entry}, with {percent:.0} of 100 of its phrases:",
        clean(path),
        statement.short(),
        revision.number
    ))?;
    compared.show(out)?;
    Ok(out.line("")?)
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
