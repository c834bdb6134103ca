//! `verify`: is what is kept what was written?
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use onrecord::archive::audit;
use onrecord::archive::checkpoint::VerifierKey;
use onrecord::archive::history::Seq;
use onrecord::archive::index::Resolved;
use onrecord::archive::reader::{Archive, ArchiveError};
use onrecord::model::digest::Digest;
use onrecord::model::finding::{Finding, Level};
use onrecord::model::statement::StatementId;
use onrecord::model::time::rfc3339;

use crate::cli::args::{Common, Verify};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::{names, place};

/// Runs the command.
pub fn run(common: &Common, args: &Verify, out: &mut Out) -> Outcome {
    if args.what.is_empty() {
        return everything(common, args, out);
    }
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let mut status = Status::Done;
    for what in &args.what {
        let sound = match Path::new(what).is_file() {
            true => file(&archive, what, out)?,
            false => named(&archive, what, out)?,
        };
        if !sound {
            status = Status::Found;
        }
    }
    Ok(status)
}

/// Checks the whole archive.
fn everything(common: &Common, args: &Verify, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let mut places = setup.places()?;
    if let Some(key) = &args.key {
        let key: VerifierKey = key.parse().map_err(|error| Refused::Wrong(anyhow::Error::new(error)))?;
        places.keys.retain(|known| known.name() != key.name());
        places.keys.push(key);
    }
    let bar = progress(out);
    let (mut unsound, mut warnings, mut not_checked) = (0_u64, 0_u64, 0_u64);
    let mut printed = Ok(());
    let audited = {
        let mut tell = |finding: Finding| {
            match finding.level {
                Level::Unsound => unsound += 1,
                Level::Warning => warnings += 1,
                Level::NotChecked => not_checked += 1,
                Level::Note => {}
            }
            let line = bar.suspend(|| print(out, &finding));
            if printed.is_ok() {
                printed = line;
            }
        };
        let progress = |done: u64, total: u64| {
            bar.set_length(total);
            bar.set_position(done);
        };
        audit::audit(&places, &mut tell, &progress)
    };
    bar.finish_and_clear();
    let audited = match audited {
        Err(ArchiveError::NoArchive) => return setup.open().map(|_| Status::Done),
        other => other.with_context(|| format!("cannot verify the archive at {}", setup.archive.display()))?,
    };
    printed?;
    if out.json {
        out.object(&json!({
            "event": "summary",
            "entries": audited.entries,
            "records": audited.records,
            "texts": audited.texts,
            "bytes": audited.bytes,
            "unsound": unsound,
            "warnings": warnings,
            "not_checked": not_checked,
        }))?;
    } else {
        let counted = format!(
            "{} entries, {} records, {} texts, {} bytes",
            audited.entries, audited.records, audited.texts, audited.bytes
        );
        let beside = match (warnings, not_checked) {
            (0, 0) => String::new(),
            (warnings, not_checked) => format!(" ({warnings} warnings, {not_checked} not checked)"),
        };
        let verdict = match unsound {
            0 if not_checked == 0 => out.paint(Color::Good, "sound"),
            0 => out.paint(Color::Changed, "sound as far as it was checked"),
            1 => out.paint(Color::Bad, "UNSOUND: 1 finding"),
            many => out.paint(Color::Bad, &format!("UNSOUND: {many} findings")),
        };
        out.line(&format!("{verdict}{beside}: {counted}"))?;
    }
    Ok(if unsound > 0 { Status::Found } else { Status::Done })
}

fn print(out: &mut Out, finding: &Finding) -> std::io::Result<()> {
    if out.json {
        return out.object(finding);
    }
    let color = match finding.level {
        Level::Unsound => Color::Bad,
        Level::Warning | Level::NotChecked => Color::Changed,
        Level::Note => Color::Dim,
    };
    let word = out.paint(color, &format!("{:<11}", finding.level.as_str()));
    out.line(&format!("{word} {}: {}", clean(&finding.place), clean(&finding.what)))?;
    if let (Some(expected), Some(found)) = (&finding.expected, &finding.found) {
        out.line(&format!("            expected {}", clean(expected)))?;
        out.line(&format!("            found    {}", clean(found)))?;
    }
    match &finding.hint {
        Some(hint) => out.line(&format!("            hint: {hint}")),
        None => Ok(()),
    }
}

fn progress(out: &Out) -> ProgressBar {
    if out.quiet || out.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} checked, {eta} to go") {
        bar.set_style(style);
    }
    bar
}

/// Says whether a text or a saved page is in the archive, where, and since when.
fn file(archive: &Archive, path: &str, out: &mut Out) -> Result<bool, Refused> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let mut found = archive.index().showing(&Digest::of(&bytes))?;
    if found.is_empty() {
        found = archive.index().showing(&super::diff::open(path)?.digest())?;
    }
    let wording = super::diff::open(path)?.wording();
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

/// Checks what is kept under a digest, or of a statement.
fn named(archive: &Archive, name: &str, out: &mut Out) -> Result<bool, Refused> {
    let mut wanted: Vec<(String, Digest)> = Vec::new();
    match names::find(archive, name) {
        Ok(named) => {
            for revision in &archive.history(&named.statement)?.revisions {
                let call = format!("{}@{}", named.statement.short(), revision.number);
                wanted.push((format!("the text of {call}"), revision.text.digest));
                wanted.push((format!("the body of {call}"), revision.body));
            }
        }
        Err(refused) if name.starts_with("sha256:") => {
            drop(refused);
            wanted.push(("the bytes".to_owned(), names::digest(archive, name)?));
        }
        Err(refused) => return Err(refused),
    }
    let mut sound = true;
    for (what, digest) in wanted {
        let finding = match archive.bytes(&digest) {
            Ok(Some(bytes)) => {
                if out.json {
                    out.object(&json!({ "what": what, "sha256": digest.hex(), "bytes": bytes.len(), "sound": true }))?;
                } else {
                    out.line(&format!("sound       {what}: {digest}, {} bytes", bytes.len()))?;
                }
                continue;
            }
            Ok(None) => Finding::new(Level::Unsound, digest.to_string(), format!("{what}: not in the archive")),
            Err(error) => Finding::new(Level::Unsound, digest.to_string(), format!("{what}: {error}")),
        };
        sound = false;
        print(out, &finding)?;
    }
    Ok(sound)
}
