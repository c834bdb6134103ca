//! `copy`: a second archive, brought up to date.
#![allow(clippy::disallowed_methods)] // whether a path that a person names is there is no question to an archive

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use onrecord::archive::copies::{self, Carried, Copied, CopyError};
use onrecord::archive::reader::vantages;
use onrecord::archive::storage::{Disk, Storage};
use onrecord::archive::writer::holder;
use onrecord::collect::clock::{Clock, System};

use super::verify::{Counts, telling};
use crate::cli::args::{Common, Copy};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Out, clean};
use crate::cli::place::{self, Setup};

/// Runs the command.
pub fn run(common: &Common, args: &Copy, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let to = apart(&setup, &args.to)?;
    drop(setup.open()?);
    let places = setup.places()?;
    let copy: Arc<dyn Storage> = Arc::new(Disk::open(to.clone()));
    if !args.new {
        missed(&setup, &to, &*copy)?;
    }
    if !to.exists() && to.parent().is_some_and(|parent| !parent.is_dir()) {
        return Err(Refused::wrong_with(
            format!("the folder in which {} would be made is not there", to.display()),
            "mount the disk, or make the folder",
        ));
    }
    let mut counts = Counts::default();
    let holder = holder(std::process::id(), System.now());
    let copied = telling(out, &mut counts, |tell, progress| copies::copy(&places, &copy, &holder, tell, progress))?;
    let copied = copied.map_err(|error| refused(error, &to))?;
    for Carried { vantage, .. } in &copied.logs {
        if setup.keyring.key(vantage)?.is_some() {
            setup.keyring.add_copy(vantage, &to)?;
        }
    }
    report(&copied, counts, &to, out)?;
    Ok(if counts.unsound > 0 { Status::Found } else { Status::Done })
}

fn report(copied: &Copied, counts: Counts, to: &Path, out: &mut Out) -> Result<(), Refused> {
    if out.json {
        let log = |log: &Carried| json!({ "log": log.vantage, "from": log.from, "to": log.to });
        let logs: Vec<_> = copied.logs.iter().map(log).collect();
        let mut object =
            json!({ "event": "summary", "files": copied.files, "bytes": copied.bytes, "logs": logs, "copy": to });
        counts.put(&mut object);
        return Ok(out.object(&object)?);
    }
    for Carried { vantage, from, to } in &copied.logs {
        let line = match (from, to) {
            (from, to) if from >= to => format!("{vantage}: up to date, {from} entries"),
            (from, to) => format!("{vantage}: from {from} to {to} entries"),
        };
        out.line(&line)?;
    }
    Ok(out.line(&format!(
        "{} files, {} bytes copied to {}",
        copied.files,
        copied.bytes,
        clean(&to.to_string_lossy())
    ))?)
}

fn refused(error: CopyError, to: &Path) -> Refused {
    let hint = match &error {
        CopyError::Forked { .. } => {
            "nothing was written. `onrecord verify --against` shows where they part; copy to another folder, and keep both"
        }
        CopyError::Unreadable { .. } => {
            "nothing was written. `onrecord verify --against` shows what is damaged there; copy to another folder"
        }
        CopyError::Archive(_) | CopyError::Storage(_) => {
            return Refused::from(error).about(format!("cannot copy to {}", to.display()));
        }
    };
    let mut message = format!("cannot copy to {}: {error}", to.display());
    if let Some(cause) = std::error::Error::source(&error) {
        message = format!("{message}: {cause}");
    }
    Refused::failed_with(message, hint)
}

/// The folder of the other archive, absolute; refuses one that is this archive, in it, or around it.
pub(super) fn apart(setup: &Setup, other: &Path) -> Result<PathBuf, Refused> {
    let other = place::absolute(other)?;
    // as far as they are there, without links: the same folder may have two names
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (here, there) = (real(&setup.archive), real(&other));
    if here.starts_with(&there) || there.starts_with(&here) {
        return Err(Refused::wrong_with(
            format!("{} and the archive at {} are not apart", other.display(), setup.archive.display()),
            "name another folder, best on another disk",
        ));
    }
    Ok(other)
}

/// Refuses to begin a copy anew where one stood: a disk may have to be mounted there.
fn missed(setup: &Setup, to: &Path, copy: &dyn Storage) -> Result<(), Refused> {
    let here = Disk::open(setup.archive.clone());
    for vantage in vantages(&here)? {
        let is_there = copy.size(&format!("logs/{vantage}/checkpoint"))?.is_some();
        if !is_there && setup.keyring.copies(&vantage)?.iter().any(|known| known == to) {
            return Err(Refused::failed_with(
                format!("a copy of the log {vantage} stood at {}, and it is not there", to.display()),
                "mount its disk; `onrecord copy --new` begins a new copy in its place",
            ));
        }
    }
    Ok(())
}
