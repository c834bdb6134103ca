//! `key`: what a sceptic needs from the operator, and another key in the place of the one that signs.

use serde_json::json;

use onrecord::collect::clock::{Clock, System};

use crate::cli::args::{Common, Key, KeyCommand};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, args: &Key, out: &mut Out) -> Outcome {
    match args.command {
        KeyCommand::Show => show(common, out),
        KeyCommand::Rotate => rotate(common, out),
    }
}

fn show(common: &Common, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let mut shown = false;
    for log in archive.logs() {
        let Some(key) = setup.keyring.key(log.vantage())? else { continue };
        let key = key.verifier();
        shown = true;
        if out.json {
            out.object(&json!({ "vantage": log.vantage(), "key": key.to_string(), "pem": key.to_pem() }))?;
        } else {
            out.line(&key.to_string())?;
            out.bytes(key.to_pem().as_bytes())?;
        }
    }
    if shown {
        Ok(Status::Done)
    } else {
        Err(Refused::failed_with(
            "no log in this archive is signed by a key of yours",
            format!("put the key into {}", setup.keyring.folder().display()),
        ))
    }
}

fn rotate(common: &Common, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let now = System.now();
    drop(setup.open()?);
    let mut writer = place::open_writer(&setup, now, place::A_MOMENT)?;
    let Some(old) = setup.own_key()? else {
        return Err(Refused::failed_with(
            "no log in this archive is signed by a key of yours",
            "`onrecord init` begins one",
        ));
    };
    let vantage = old.name().to_owned();
    // on disk before anything names it: from the moment when it has signed, nothing can be added without it
    let new = setup.keyring.next(&vantage)?;
    let key = new.verifier();
    writer.rotate(new, now)?;
    let retired = setup.keyring.settle(&vantage)?;
    let entry = writer.log(&vantage).map_or(0, |log| log.size().saturating_sub(1));
    if out.json {
        let (old, retired) = (old.verifier().to_string(), retired.map(|path| path.display().to_string()));
        out.object(&json!({
            "event": "key", "vantage": vantage, "old": old, "new": key.to_string(), "entry": entry, "retired": retired,
        }))?;
        return Ok(Status::Done);
    }
    out.line(&format!("{vantage} is signed by a new key from entry {entry} on:"))?;
    out.line(&key.to_string())?;
    out.talk("Give it to those who hold the old one, and keep a copy of the new file elsewhere: without it nothing more can be added.")?;
    if let Some(path) = retired {
        out.talk(&format!(
            "The old key lies in {}. It signs nothing any more that a holder of the new one believes.",
            path.display()
        ))?;
    }
    Ok(Status::Done)
}
