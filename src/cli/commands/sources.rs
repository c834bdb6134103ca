//! `sources`: what is watched, and how it fares.

use serde_json::json;

use onrecord::model::statement::SourceId;
use onrecord::model::time::rfc3339;

use crate::cli::args::{Common, Sources};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::place;

/// Runs the command.
pub fn run(common: &Common, _args: &Sources, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open_if_there()?;
    let mut rows: Vec<(SourceId, Option<&onrecord::model::source::Source>)> =
        setup.config.sources.iter().map(|source| (source.id.clone(), Some(source))).collect();
    if let Some(archive) = &archive {
        for id in archive.index().sources()? {
            if !rows.iter().any(|(known, _)| *known == id) {
                rows.push((id, None));
            }
        }
    }
    let width = rows.iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0);
    for (id, source) in rows {
        let (statements, health) = match &archive {
            Some(archive) => {
                let known = archive.index().known(&id)?;
                (known.iter().filter(|known| known.has_text).count(), archive.index().health(&id, 1)?)
            }
            None => (0, Vec::new()),
        };
        let last = health.first();
        let state = match (source, last) {
            (None, _) => "retired",
            (Some(source), _) if source.closed.is_some() => "closed",
            (Some(_), None) => "never asked",
            (Some(_), Some((.., true))) => "unwell",
            (Some(_), Some((.., false))) => "well",
        };
        if out.json {
            out.object(&json!({
                "source": id.as_str(),
                "name": source.map(|source| source.name.as_str()),
                "url": source.map(|source| source.url.as_str()),
                "state": state,
                "statements": statements,
                "last_round": last.map(|(_, ended, _)| rfc3339(*ended)),
            }))?;
            continue;
        }
        let color = if state == "unwell" { Color::Bad } else { Color::Dim };
        let asked = last.map_or("-".to_owned(), |(_, ended, _)| ended.format("%Y-%m-%d %H:%M").to_string());
        let name = source.map_or("", |source| source.name.as_str());
        let state = out.paint(color, &format!("{state:<11}"));
        out.line(&format!(
            "{:<width$}  {state}  {statements:>6} statements  {asked:<16}  {}",
            id.as_str(),
            clean(name)
        ))?;
    }
    Ok(Status::Done)
}
