//! `prove`: one statement's proof, for people who have neither this program nor this archive.

pub mod files;

use anyhow::Context;
use serde_json::json;

use onrecord::view::proof::bundle::{self, ProveError};

use crate::cli::args::{Common, Prove};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::{names, place};

/// Runs the command.
pub fn run(common: &Common, args: &Prove, out: &mut Out) -> Outcome {
    let target = files::Target::of(&args.output)?;
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let (statement, history, at) = names::find_revision(&archive, &args.statement)?;
    let revision = &history.revisions[at];
    let called = format!("{}@{}", statement.short(), revision.number);
    let made = bundle::bundle(&archive, &statement, revision, &place::software()).map_err(|error| match error {
        ProveError::NotHeld { .. } => Refused::failed_with(
            format!("cannot prove {called}: {error}"),
            "`onrecord verify` lists everything that is damaged; a copy of the archive can put it right",
        ),
        ProveError::Archive(_) | ProveError::Name { .. } | ProveError::Log { .. } => {
            Refused::from(error).about(format!("cannot prove {called}"))
        }
    })?;
    target.write(&made.files).with_context(|| format!("cannot write the proof to {}", args.output.display()))?;
    let place = args.output.display().to_string();
    if out.json {
        let stamps: Vec<_> = made.stamps.iter().map(|(size, names)| json!({ "size": size, "names": names })).collect();
        out.object(&json!({
            "statement": statement.short(),
            "revision": revision.number,
            "log": made.vantage,
            "entry": made.capture,
            "readings": made.readings,
            "size": made.size,
            "body": made.has_body,
            "stamps": stamps,
            "files": made.files.len(),
            "to": place,
        }))?;
        return Ok(Status::Done);
    }
    out.line(&format!(
        "{called}: entry {} of {}, proved against its checkpoint of {} entries: {} files in {place}",
        made.capture,
        made.vantage,
        made.size,
        made.files.len()
    ))?;
    if let Some(original) = made.original {
        out.line(&format!("its body is the same bytes as an earlier answer's: entry {original} is in the proof too"))?;
    } else if !made.has_body {
        out.line("its body was not kept: the proof has its digest alone")?;
    }
    for (size, names) in &made.stamps {
        out.line(&format!("time stamps over the checkpoint of {size} entries: {}", names.join(", ")))?;
    }
    if made.stamps.is_empty() {
        out.line("no independent time: the operator's word")?;
    }
    out.talk(
        "send it with the log's public key on another way (`onrecord key show`): a proof proves nothing by itself",
    )?;
    Ok(Status::Done)
}
