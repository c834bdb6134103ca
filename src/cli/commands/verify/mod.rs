//! `verify`: is what is kept what was written, is this text in the archive, and does this proof hold?

mod against;
mod file;
mod grown;
mod proof;
pub(in crate::cli::commands) mod times;

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use onrecord::archive::audit;
use onrecord::archive::reader::{self, Archive, ArchiveError};
use onrecord::archive::stamps::{self, Roots};
use onrecord::model::digest::Digest;
use onrecord::model::finding::{Finding, Level};

use crate::cli::args::{Common, Verify};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::{names, place, trust};

/// Runs the command.
pub fn run(common: &Common, args: &Verify, out: &mut Out) -> Outcome {
    if args.what.is_empty() {
        return everything(common, args, out);
    }
    let (proofs, others): (Vec<&String>, Vec<&String>) = args.what.iter().partition(|what| proof::is_proof(what));
    let mut worst = Status::Done;
    for what in proofs {
        worst = worst.max(proof::run(args, what, out)?);
    }
    if others.is_empty() {
        return Ok(worst);
    }
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let roots = trust::roots_or(args.roots.as_ref(), &setup)?;
    for what in others {
        let sound = match Path::new(what).is_file() {
            true => file::run(&setup, &archive, what, out)?,
            false => named(&archive, what, &roots, out)?,
        };
        if !sound {
            worst = worst.max(Status::Found);
        }
    }
    Ok(worst)
}

/// How many findings there were of each level that counts.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) unsound: u64,
    warnings: u64,
    not_checked: u64,
}

impl Counts {
    pub(super) fn count(&mut self, finding: &Finding) {
        match finding.level {
            Level::Unsound => self.unsound += 1,
            Level::Warning => self.warnings += 1,
            Level::NotChecked => self.not_checked += 1,
            Level::Note => {}
        }
    }

    pub(super) fn put(self, object: &mut serde_json::Value) {
        object["unsound"] = self.unsound.into();
        object["warnings"] = self.warnings.into();
        object["not_checked"] = self.not_checked.into();
    }

    /// The answer in words; never "sound" alone where something was not checked.
    fn verdict(self, out: &Out) -> String {
        let verdict = match self.unsound {
            0 if self.not_checked == 0 => out.paint(Color::Good, "sound"),
            0 => out.paint(Color::Changed, "sound as far as it was checked"),
            1 => out.paint(Color::Bad, "UNSOUND: 1 finding"),
            many => out.paint(Color::Bad, &format!("UNSOUND: {many} findings")),
        };
        match (self.warnings, self.not_checked) {
            (0, 0) => verdict,
            (warnings, not_checked) => format!("{verdict} ({warnings} warnings, {not_checked} not checked)"),
        }
    }
}

/// Checks the whole archive.
fn everything(common: &Common, args: &Verify, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let mut places = setup.places()?;
    if let Some(given) = &args.key {
        trust::replace(&mut places.keys, trust::key(given, None)?);
    }
    places.roots = trust::roots_or(args.roots.as_ref(), &setup)?;
    let kept = match &args.grown_from {
        Some(given) => Some(grown::read(given, &places, &reader::vantages(&*places.storage)?)?),
        None => None,
    };
    let copy = match &args.against {
        Some(other) => Some(against::find(&setup, other)?),
        None => None,
    };
    let mut counts = Counts::default();
    let audited = telling(out, &mut counts, |tell, progress| audit::audit(&places, tell, progress))?;
    let audited = match audited {
        Err(ArchiveError::NoArchive) => return setup.open().map(|_| Status::Done),
        other => other.with_context(|| format!("cannot verify the archive at {}", setup.archive.display()))?,
    };
    let compared = match &copy {
        Some(copy) => Some(against::run(copy, &places, &mut counts, out)?),
        None => None,
    };
    let mut since = None;
    if let Some(kept) = &kept {
        let (findings, grown) = grown::check(kept, &places)?;
        for finding in &findings {
            counts.count(finding);
            print(out, finding)?;
        }
        since = grown;
    }
    if out.json {
        let mut object = json!({
            "event": "summary",
            "entries": audited.entries,
            "records": audited.records,
            "texts": audited.texts,
            "bytes": audited.bytes,
            "stamps": audited.stamps,
        });
        counts.put(&mut object);
        if let (Some(kept), Some(since)) = (&kept, since) {
            object["grown_from"] = kept.size().into();
            object["since"] = since.into();
        }
        if let Some(compared) = &compared {
            object["against"] = json!({ "files": compared.files, "bytes": compared.bytes });
        }
        out.object(&object)?;
    } else {
        if let Some(compared) = &compared {
            out.line(&format!("compared    {} files, {} bytes of the copy were read", compared.files, compared.bytes))?;
        }
        if let (Some(kept), Some(since)) = (&kept, since) {
            out.line(&format!("grown       {}", kept.told(since)))?;
        }
        let verdict = counts.verdict(out);
        let stamps = if audited.stamps > 0 { format!(", {} time stamps", audited.stamps) } else { String::new() };
        out.line(&format!(
            "{verdict}: {} entries, {} records, {} texts, {} bytes{stamps}",
            audited.entries, audited.records, audited.texts, audited.bytes
        ))?;
    }
    Ok(if counts.unsound > 0 { Status::Found } else { Status::Done })
}

/// Runs something that tells findings and how far it is; prints and counts them.
pub(super) fn telling<T>(
    out: &mut Out,
    counts: &mut Counts,
    run: impl FnOnce(&mut dyn FnMut(Finding), &(dyn Fn(u64, u64) + Sync)) -> T,
) -> std::io::Result<T> {
    let bar = progress(out);
    let mut printed = Ok(());
    let mut tell = |finding: Finding| {
        counts.count(&finding);
        let line = bar.suspend(|| print(out, &finding));
        if printed.is_ok() {
            printed = line;
        }
    };
    let progress = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let ran = run(&mut tell, &progress);
    bar.finish_and_clear();
    printed.map(|()| ran)
}

/// Prints a finding.
pub(super) fn print(out: &mut Out, finding: &Finding) -> std::io::Result<()> {
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

/// Checks what is kept under a digest, or of a statement.
fn named(archive: &Archive, name: &str, roots: &Roots, out: &mut Out) -> Result<bool, Refused> {
    let mut wanted: Vec<(String, Digest)> = Vec::new();
    let mut captures = Vec::new();
    match names::find(archive, name) {
        Ok(named) => {
            for revision in &archive.history(&named.statement)?.revisions {
                let call = format!("{}@{}", named.statement.short(), revision.number);
                wanted.push((format!("the text of {call}"), revision.text.digest));
                wanted.push((format!("the body of {call}"), revision.body));
                captures.push((call, revision.capture));
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
    for (call, capture) in captures {
        times::print(&call, capture, &stamps::bounds(archive, capture, roots)?, out)?;
    }
    Ok(sound)
}
