//! `list`: the statements, newest first.

use serde_json::{Value, json};

use onrecord::archive::history::State;
use onrecord::archive::index::{Filter, Summary};
use onrecord::model::time::rfc3339;

use crate::cli::args::{Common, List, StateWord};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::{names, place, report};

/// Runs the command.
pub fn run(common: &Common, args: &List, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let filter = Filter {
        sources: source_ids(&args.source)?,
        since: args.since.as_deref().map(names::start_of).transpose()?,
        until: args.until.as_deref().map(names::end_of).transpose()?,
        state: args.state.map(|word| match word {
            StateWord::Up => State::Up,
            StateWord::Missing => State::Missing,
            StateWord::Withdrawn => State::Withdrawn,
        }),
        language: args.language.clone(),
        changed: args.changed,
        flag: args.flag.clone(),
    };
    let mut rows = archive.index().statements(&filter)?;
    if let Some(limit) = args.limit {
        rows.truncate(limit);
    }
    if out.json {
        for row in &rows {
            out.object(&object(row, None))?;
        }
        return Ok(Status::Done);
    }
    let id_width = rows.iter().map(|row| row.statement.short().len()).max().unwrap_or(0);
    for row in &rows {
        report::summary(out, row, id_width)?;
    }
    if rows.is_empty() {
        let kept = archive.index().count()?;
        out.talk(&match kept {
            0 => "The archive holds no statement yet: `onrecord fetch` asks the sources.".to_owned(),
            kept => format!("None of the {kept} statements fits."),
        })?;
    }
    Ok(Status::Done)
}

/// Source ids as they were typed.
pub fn source_ids(typed: &[String]) -> Result<Vec<onrecord::model::statement::SourceId>, Refused> {
    typed.iter().map(|id| id.parse().map_err(|error| Refused::Wrong(anyhow::Error::new(error)))).collect()
}

/// A statement's line of the contract; with `text`, that of `export`.
pub fn object(row: &Summary, text: Option<&str>) -> Value {
    let mut object = json!({
        "statement": row.statement.short(),
        "source": row.source.to_string(),
        "url": row.url,
        "title": row.title,
        "published": row.published.map(|date| date.to_string()),
        "language": row.language,
    });
    let rest = json!({
        "text_sha256": row.text.map(|digest| digest.hex()),
        "body_sha256": row.body.map(|digest| digest.hex()),
        "first_seen": rfc3339(row.first_seen),
        "last_seen": row.last_seen.map(rfc3339),
        "revision": row.revisions,
        "revisions": row.revisions,
        "state": row.state.as_str(),
        "flags": row.flags,
    });
    if let (Value::Object(object), Value::Object(rest)) = (&mut object, rest) {
        if let Some(text) = text {
            object.insert("text".into(), text.into());
        }
        object.extend(rest);
    }
    object
}
