//! `key`: what a sceptic needs from the operator.

use serde_json::json;

use crate::cli::args::{Common, Key, KeyCommand};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, args: &Key, out: &mut Out) -> Outcome {
    let KeyCommand::Show = args.command;
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
