//! `note`: a remark beside a statement, for ever.

use serde_json::json;

use onrecord::collect::clock::{Clock, System};

use crate::cli::args::{Common, Note};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::{names, place};

/// Longest remark, in bytes: an entry of the log has its bound.
const LONGEST: usize = 20_000;

/// Runs the command.
pub fn run(common: &Common, args: &Note, out: &mut Out) -> Outcome {
    if args.text.trim().is_empty() || args.text.len() > LONGEST {
        return Err(Refused::wrong(format!("a remark has between 1 and {LONGEST} bytes")));
    }
    let setup = place::set_up(common)?;
    let statement = names::find(&setup.open()?, &args.statement)?.statement;
    let now = System.now();
    let mut writer = place::open_writer(&setup, now, place::A_MOMENT)?;
    let entry = writer.note(&statement, &args.text, now)?;
    writer.publish(now)?;
    if out.json {
        out.object(&json!({ "event": "note", "statement": statement.short(), "entry": entry }))?;
    } else {
        out.talk(&format!("noted beside {} in entry {entry}", statement.short()))?;
    }
    Ok(Status::Done)
}
