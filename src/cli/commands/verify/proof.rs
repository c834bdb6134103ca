//! `verify PROOF`: a bundle that somebody has sent, checked with no archive at hand.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::path::Path;

use serde_json::json;

use onrecord::archive::proof;
use onrecord::model::entry::Entry;
use onrecord::model::time::rfc3339;
use onrecord::view::proof::Files;
use onrecord::view::proof::check::{self, Time, Trust};

use super::Counts;
use crate::cli::args::Verify;
use crate::cli::commands::prove::files;
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::trust;

/// Whether a name that was given is that of a proof.
pub(super) fn is_proof(name: &str) -> bool {
    let path = Path::new(name);
    path.is_dir() || path.is_file() && files::is_zip_name(path)
}

/// Checks a proof.
pub(super) fn run(args: &Verify, name: &str, out: &mut Out) -> Outcome {
    let files = files::read(Path::new(name))?;
    let checked = check::check(&files, &trusted(args, &files)?);
    let mut counts = Counts::default();
    for finding in &checked.findings {
        counts.count(finding);
        super::print(out, finding)?;
    }
    let (log, size) = checked.log.clone().unwrap_or_default();
    if out.json {
        for proved in &checked.entries {
            let fields = ["statement", "url", "final-url", "time"].map(|field| (field, proved.entry.get(field)));
            let mut object = json!({ "event": "entry", "log": log, "entry": proved.number, "kind": proved.entry.kind });
            for (field, value) in fields {
                object[field.replace('-', "_")] = value.into();
            }
            out.object(&object)?;
        }
        for Time { by, size, signer } in &checked.times {
            out.object(&json!({ "event": "time", "log": log, "size": size, "by": rfc3339(*by), "authority": signer }))?;
        }
        let mut object = json!({ "event": "summary", "proof": name, "log": log, "size": size });
        counts.put(&mut object);
        out.object(&object)?;
    } else {
        if counts.unsound == 0 {
            for proved in &checked.entries {
                out.line(&format!("            entry {} of {}: {}", proved.number, clean(&log), said(&proved.entry)))?;
            }
        }
        for Time { by, size, signer } in &checked.times {
            let what = format!("the first {size} entries were in this log by {} ({})", rfc3339(*by), clean(signer));
            out.line(&format!("            {what}"))?;
        }
        let verdict = counts.verdict(out);
        out.line(&format!("{verdict}: {}, {} files", clean(name), files.len()))?;
        if counts.unsound == 0 {
            let what =
                "what it shows, and what it does not, is in its README.txt; it does not show that the office said it";
            out.line(&out.paint(Color::Dim, what))?;
        }
    }
    Ok(match (counts.unsound, counts.not_checked) {
        (0, 0) => Status::Done,
        (0, _) => Status::NotChecked,
        (_, _) => Status::Found,
    })
}

/// What the person brings along; nothing of it is taken from the proof but the name that a PEM file lacks.
fn trusted(args: &Verify, files: &Files) -> Result<Trust, Refused> {
    let named = files.get("checkpoint").and_then(|note| std::str::from_utf8(note).ok());
    let origin = named.and_then(|note| proof::open(note, None).ok()).map(|checkpoint| checkpoint.origin);
    let key = args.key.as_deref().map(|given| trust::key(given, origin.as_deref().or(Some("unknown")))).transpose()?;
    let roots = trust::roots(&args.roots)?;
    Ok(Trust { key, roots })
}

fn said(entry: &Entry) -> String {
    let fields = ["url", "final-url", "time", "capture"].map(|field| entry.get(field).map(clean));
    let mut line = clean(&entry.kind);
    for value in fields.into_iter().flatten() {
        line.push(' ');
        line.push_str(&value);
    }
    line
}
