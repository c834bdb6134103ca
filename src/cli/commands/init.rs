//! `init`: an archive, a key, and a commented `sources.toml`.
#![allow(clippy::disallowed_methods)] // the file for a person to edit is no object of an archive

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;

use onrecord::collect::clock::{Clock, System};
use onrecord::collect::sources::STARTER;

use crate::cli::args::{Common, Init};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::Out;
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, args: &Init, out: &mut Out) -> Outcome {
    let folder = args.folder.clone().unwrap_or_else(|| ".".into());
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let file = common.config.clone().unwrap_or_else(|| folder.join("sources.toml"));
    if write_starter(&file)? {
        out.line(&format!("wrote {}: add your sources there", file.display()))?;
    }
    let common = crate::cli::args::Common { config: Some(file), archive: common.archive.clone(), ..*common };
    let setup = place::set_up(&common)?;
    if args.new_log {
        let key = place::begin(&setup)?;
        out.line(&format!("made the key {}", setup.keyring.folder().join(format!("{}.key", key.name())).display()))?;
        let vantage = key.name().to_owned();
        let writer = place::open_writer_with(&setup, key, System.now())?;
        drop(writer);
        if let Some(named) = setup.config.archive.vantage.as_ref().filter(|named| **named != vantage) {
            out.warn(&format!("sources.toml names the log {named}: write [archive] vantage = \"{vantage}\" there"))?;
        }
    } else {
        drop(place::open_writer(&setup, System.now(), place::A_MOMENT)?);
    }
    let archive = setup.open()?;
    place::write_format(&setup)?;
    out.line(&format!("the archive is at {}", setup.archive.display()))?;
    for log in archive.logs() {
        if setup.keyring.key(log.vantage())?.is_some() {
            let path = setup.keyring.folder().join(format!("{}.key", log.vantage()));
            out.line(&format!("its log is {}, signed by the key in {}", log.vantage(), path.display()))?;
        }
    }
    out.talk("Keep a copy of the key elsewhere: without it nothing more can be added to the log.")?;
    Ok(Status::Done)
}

/// Writes the commented file for a newcomer, unless one stands there.
fn write_starter(path: &Path) -> Result<bool, crate::cli::edge::Refused> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(STARTER.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(anyhow::Error::new(error).context(format!("cannot write {}", path.display())).into()),
    }
}
