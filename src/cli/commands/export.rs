//! `export`: the statements for other programs.

use serde_json::{Value, json};

use onrecord::archive::index::Filter;
use onrecord::model::time::rfc3339;

use super::list;
use crate::cli::args::{Common, Export, ExportFormat};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::Out;
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, args: &Export, out: &mut Out) -> Outcome {
    let ExportFormat::Jsonl = args.format;
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let filter = Filter { sources: list::source_ids(&args.source)?, ..Filter::default() };
    for row in archive.index().statements(&filter)? {
        if !args.all_revisions {
            let text = match row.text {
                Some(digest) => archive.text(&digest)?,
                None => None,
            };
            out.object(&list::object(&row, Some(&text.map(|text| text.body()).unwrap_or_default())))?;
            continue;
        }
        let history = archive.history(&row.statement)?;
        for revision in &history.revisions {
            let text = archive.text(&revision.text.digest)?;
            let body = text.as_ref().map(|text| text.body()).unwrap_or_default();
            let mut object = list::object(&row, Some(&body));
            let own = json!({
                "title": revision.text.title,
                "published": revision.text.published.map(|date| date.to_string()),
                "language": revision.text.language,
                "text_sha256": revision.text.digest.hex(),
                "body_sha256": revision.body.hex(),
                "first_seen": rfc3339(revision.first_seen),
                "last_seen": rfc3339(revision.last_seen),
                "revision": revision.number,
                "flags": revision.flags,
            });
            if let (Value::Object(object), Value::Object(own)) = (&mut object, own) {
                object.extend(own);
            }
            out.object(&object)?;
        }
    }
    Ok(Status::Done)
}
