//! `show`: the text of a statement, its body, or all that is known of it.

use serde_json::{Value, json};

use onrecord::archive::stamps;
use onrecord::model::entry::Peer;
use onrecord::model::time::rfc3339;

use super::list;
use super::verify::times;
use crate::cli::args::{Common, Show};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean, clean_lines};
use crate::cli::{names, place, trust};

/// Runs the command.
pub fn run(common: &Common, args: &Show, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let (statement, history, at) = names::find_revision(&archive, &args.statement)?;
    let revision = &history.revisions[at];
    if args.raw {
        let body = archive.bytes(&revision.body)?.ok_or_else(|| {
            Refused::failed_with(
                format!("the body {} is not kept", revision.body),
                "`onrecord verify` tells whether it should be",
            )
        })?;
        return super::cat::print(out, &body);
    }
    let text = archive.text(&revision.text.digest)?.ok_or_else(|| {
        Refused::failed_with(
            format!("the text {} cannot be read", revision.text.digest),
            "`onrecord verify` lists everything that is damaged",
        )
    })?;
    if out.json {
        let mut object = match archive.summary(&statement)? {
            Some(row) => list::object(&row, Some(&text.body())),
            None => json!({}),
        };
        object["revision"] = revision.number.into();
        object["title"] = text.title().into();
        object["published"] = text.published().map(|date| date.to_string()).into();
        object["language"] = text.language().into();
        object["text_sha256"] = revision.text.digest.hex().into();
        object["body_sha256"] = revision.body.hex().into();
        object["entry"] = revision.capture.number().into();
        object["reader"] = revision.reader.0.clone().into();
        object["statement_sha256"] = statement.digest().hex().into();
        object["addresses"] = archive.index().addresses(&statement.digest())?.into();
        // a file of roots that is not there makes a time a claim, and keeps nobody from reading
        let roots = trust::roots_or(None, &setup).unwrap_or_default();
        let bounds = stamps::bounds(&archive, revision.capture, &roots)?;
        object["in_log_by"] = bounds.by.as_ref().map(times::shown).into();
        object["not_before"] = bounds.not_before.as_ref().map(times::shown).into();
        object["peer"] = peer(&archive.peer(revision.capture)?);
        let notes = archive.index().notes(&statement.digest())?;
        object["notes"] = notes
            .iter()
            .map(|(seq, time, text)| json!({ "entry": seq.number(), "time": rfc3339(*time), "text": text }))
            .collect();
        out.object(&object)?;
        return Ok(Status::Done);
    }
    if !out.terminal {
        // byte for byte what was hashed: `onrecord show X | sha256sum` gives the hash of the statement
        out.bytes(text.canonical().as_bytes())?;
        return Ok(Status::Done);
    }
    if let Some(title) = text.title() {
        let title = out.paint(Color::Strong, &clean(title));
        out.line(&title)?;
    }
    let published = text.published().map_or("no date stated".to_owned(), |date| date.to_string());
    let about = format!(
        "{}  {published}  {}  {} of {}",
        statement.short(),
        text.language().unwrap_or("language unknown"),
        names::call(revision),
        history.revisions.len()
    );
    let about = out.paint(Color::Dim, &clean(&about));
    out.line(&about)?;
    for (_, time, note) in archive.index().notes(&statement.digest())? {
        let note = clean_lines(&note);
        out.line(&format!("note of {}: {note}", time.format("%Y-%m-%d")))?;
    }
    out.line("")?;
    out.line(&clean_lines(&text.body()))?;
    Ok(Status::Done)
}

/// Who answered, as JSON.
fn peer(peer: &Peer) -> Value {
    json!({
        "ip": peer.ip.map(|ip| ip.to_string()),
        "took_ms": peer.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "tls": peer.tls.as_ref().map(|tls| json!({
            "version": tls.version,
            "cipher": tls.cipher,
            "chain_sha256": tls.chain.hex(),
        })),
    })
}
