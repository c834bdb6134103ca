//! `history`: a statement's revisions, and what was seen when.

use serde::Serialize;
use serde_json::json;

use onrecord::archive::history::{History as Seen, Revision};
use onrecord::archive::telling::event_of;
use onrecord::model::capture::ReaderId;
use onrecord::model::event::{Event, EventKind};
use onrecord::model::time::rfc3339;
use onrecord::view::diff::{self, Version};

use super::diff::Elsewhere;
use crate::cli::args::{Common, History};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::{names, place};

/// An event, and who read the revision that stood then.
#[derive(Serialize)]
struct Told<'h> {
    #[serde(flatten)]
    event: Event,
    reader: Option<&'h ReaderId>,
}

/// Runs the command.
pub fn run(common: &Common, args: &History, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let named = names::find(&archive, &args.statement)?;
    let history = archive.history(&named.statement)?;
    let notes = archive.index().notes(&named.statement.digest())?;
    let source = archive.summary(&named.statement)?.map_or_else(|| named.statement.source().clone(), |row| row.source);
    if out.json {
        for seen in &history.seen {
            let event = event_of(&named.statement, &source, &history, seen);
            let revision = history.revisions.iter().find(|revision| revision.number == seen.revision);
            let reader = revision.map(|revision| &revision.reader);
            out.object(&Told { event, reader })?;
        }
        for (seq, time, text) in notes {
            out.object(&json!({ "event": "note", "statement": named.statement.short(), "entry": seq.number(), "captured_at": rfc3339(time), "text": text }))?;
        }
        return Ok(Status::Done);
    }
    let title = history.latest().and_then(|revision| revision.text.title.as_deref()).unwrap_or("(no title)");
    let title = out.paint(Color::Strong, &clean(title));
    out.line(&title)?;
    out.line(&format!("{}  {}", named.statement.short(), history.state.as_str()))?;
    for url in archive.index().addresses(&named.statement.digest())? {
        out.line(&clean(&url))?;
    }
    out.line("")?;
    let elsewhere = Elsewhere::of(&archive);
    let mut before: Option<&Revision> = None;
    for (at, revision) in history.revisions.iter().enumerate() {
        revision_lines(out, &history, revision)?;
        if let Some(before) = before {
            let old = archive.text(&before.text.digest)?;
            let new = archive.text(&revision.text.digest)?;
            if let (Some(old), Some(new)) = (old, new) {
                let is_name = |word: &str| elsewhere.is_name(&named.statement, word);
                let change = diff::compare(&Version::from(&old), &Version::from(&new), &is_name);
                let line = diff::told(&diff::summary(&change).line, super::diff::reverted(&history, at));
                out.line(&format!("     {}", clean(&line)))?;
            }
        }
        before = Some(revision);
    }
    let all = out.verbose > 0;
    let others = history
        .seen
        .iter()
        .filter(|seen| !matches!(seen.kind, EventKind::New | EventKind::Revised | EventKind::Unchanged) || all);
    let mut heading = false;
    for seen in others {
        if !heading {
            out.line("")?;
            heading = true;
        }
        let reason = seen.reason.as_ref().map(|reason| format!("  ({})", clean(reason))).unwrap_or_default();
        let how = seen.how.map(|how| format!("  {how}")).unwrap_or_default();
        let time = seen.time.format("%Y-%m-%d %H:%M");
        out.line(&format!("{time}  {:<10} entry {}{how}{reason}", seen.kind.as_str(), seen.seq.number()))?;
    }
    for (seq, time, text) in notes {
        out.line(&format!("{}  note       entry {}  {}", time.format("%Y-%m-%d %H:%M"), seq.number(), clean(&text)))?;
    }
    Ok(Status::Done)
}

fn revision_lines(out: &mut Out, history: &Seen, revision: &Revision) -> std::io::Result<()> {
    let last = match history.revisions.get(revision.number as usize) {
        Some(next) => format!("to {}", next.first_seen.format("%Y-%m-%d %H:%M")),
        None => match history.last_seen {
            Some(seen) => format!("last seen {}", seen.format("%Y-%m-%d %H:%M")),
            None => String::new(),
        },
    };
    let flags = if revision.flags.is_empty() { String::new() } else { format!("  [{}]", revision.flags.join(", ")) };
    let first = revision.first_seen.format("%Y-%m-%d %H:%M");
    let number = out.paint(Color::Strong, &format!("{:>3}", revision.number));
    let looks = if revision.looks == 1 { "1 look".to_owned() } else { format!("{} looks", revision.looks) };
    out.line(&format!("{number}  {first} {last}, {looks}{flags}"))?;
    let published = revision.text.published.map_or("none".to_owned(), |date| date.to_string());
    let (entry, digest, reader) = (revision.capture.number(), revision.text.digest, &revision.reader.0);
    let detail = format!("     stated date {published}  entry {entry}  {digest}  reader {}", clean(reader));
    let detail = out.paint(Color::Dim, &detail);
    out.line(&detail)
}
