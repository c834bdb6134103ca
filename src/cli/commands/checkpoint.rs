//! `checkpoint`: what pins the log down to this moment, to be kept elsewhere.

use serde_json::json;

use onrecord::archive::checkpoint::{Note, to_line};

use crate::cli::args::{Checkpoint, Common};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::Out;
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, args: &Checkpoint, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    for log in archive.logs() {
        let Some(note) = log.note() else { continue };
        let line = to_line(&Note::parse(note)?)?;
        if out.json {
            let (vantage, size, root) = (log.vantage(), log.size(), log.root().hex());
            let note = String::from_utf8_lossy(note);
            out.object(&json!({ "vantage": vantage, "size": size, "root": root, "note": note, "line": line }))?;
        } else if args.note {
            out.bytes(note)?;
        } else {
            out.line(&line)?;
        }
    }
    Ok(Status::Done)
}
