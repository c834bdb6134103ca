//! `diff`: what changed between two revisions, or between two files.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::path::Path;

use anyhow::Context;
use serde_json::json;

use onrecord::model::source::ReadSettings;
use onrecord::model::text::Text;
use onrecord::read::{self, Page};
use onrecord::view::diff::{self, inline, unified};

use crate::cli::args::{Common, Diff, DiffFormat};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::names;
use crate::cli::out::{Color, Out, clean, clean_lines};
use crate::cli::place;

/// Two texts and what they are called.
struct Pair {
    statement: Option<String>,
    old: (String, Text),
    new: (String, Text),
}

/// Runs the command.
pub fn run(common: &Common, args: &Diff, out: &mut Out) -> Outcome {
    let pair = match &args.what[..] {
        [old, new] if Path::new(old).is_file() && Path::new(new).is_file() => {
            Pair { statement: None, old: (old.clone(), open(old)?), new: (new.clone(), open(new)?) }
        }
        [statement, rest @ ..] => revisions(common, statement, rest)?,
        [] => return Err(Refused::wrong("diff takes a statement or two files")),
    };
    let difference = diff::diff_texts(&pair.old.1, &pair.new.1);
    let same = pair.old.1.canonical() == pair.new.1.canonical();
    let format = if out.json { DiffFormat::Json } else { args.format };
    match format {
        DiffFormat::Json => {
            let json = serde_json::to_value(diff::json::json(&difference))?;
            let mut object = json!({ "statement": pair.statement, "old": pair.old.0, "new": pair.new.0 });
            object["ops"] = json["ops"].clone();
            object["summary"] = json["summary"].clone();
            out.object(&object)?;
        }
        DiffFormat::Unified => {
            let text = unified::render(&pair.old.1, &pair.new.1, (&pair.old.0, &pair.new.0));
            let text = if out.terminal { clean_lines(&text) } else { text };
            out.bytes(text.as_bytes())?;
        }
        DiffFormat::Inline => {
            let head = format!("{} -> {}", clean(&pair.old.0), clean(&pair.new.0));
            let head = out.paint(Color::Dim, &head);
            out.line(&head)?;
            let line = clean(&diff::summary(&difference).line);
            let line = out.paint(Color::Strong, &line);
            out.line(&line)?;
            if !same {
                out.line("")?;
                let style = inline::Style { color: out.color, width: out.width().unwrap_or(0) };
                out.bytes(inline::render(&difference, style).as_bytes())?;
            }
        }
    }
    Ok(if args.exit_code && !same { Status::Found } else { Status::Done })
}

/// Two revisions of a statement: the last change, from A to the latest, or from A to B.
fn revisions(common: &Common, statement: &str, rest: &[String]) -> Result<Pair, Refused> {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let (id, history, at) = names::find_revision(&archive, statement)?;
    let (old, new) = match rest {
        [] if history.revisions.len() < 2 => {
            return Err(Refused::wrong(format!("{} has one revision: nothing has changed yet", id.short())));
        }
        [] => (at.max(1) - 1, at.max(1)),
        [a] => (names::picked(&history, names::pick(a)?)?, history.revisions.len() - 1),
        [a, b, ..] => (names::picked(&history, names::pick(a)?)?, names::picked(&history, names::pick(b)?)?),
    };
    let text = |at: usize| -> Result<(String, Text), Refused> {
        let revision = &history.revisions[at];
        let text = archive.text(&revision.text.digest)?.ok_or_else(|| {
            Refused::failed_with(
                format!("the text {} cannot be read", revision.text.digest),
                "`onrecord verify` lists everything that is damaged",
            )
        })?;
        Ok((format!("{}@{}", id.short(), revision.number), text))
    };
    Ok(Pair { statement: Some(id.short()), old: text(old)?, new: text(new)? })
}

/// A file as a text: our canonical form, a saved page, or plain paragraphs.
pub fn open(path: &str) -> Result<Text, Refused> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
    if let Some(text) = std::str::from_utf8(&bytes).ok().and_then(Text::parse) {
        return Ok(text);
    }
    let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).trim_start().to_lowercase();
    let page = start.starts_with('<')
        && ["<html", "<!doctype", "<body", "<head", "<?xml"].iter().any(|tag| start.contains(tag));
    if page {
        let page = Page { body: &bytes, content_type: None, url: None, captured_at: None };
        return Ok(read::read(&page, &ReadSettings::default()).text);
    }
    let text = read::charset::decode(&bytes, Some("text/plain")).text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").map(str::to_owned);
    Ok(Text::new(None, None, None, paragraphs))
}
