//! `sources`: what is watched, and how it fares.

pub mod lesson;
pub mod usual;

use std::sync::Arc;

use serde_json::json;

use onrecord::collect::clock::{Clock, System};
use onrecord::collect::host::Asking;
use onrecord::collect::learning;
use onrecord::collect::sample::sample;
use onrecord::collect::sources::on_loopback;
use onrecord::model::statement::SourceId;
use onrecord::model::time::rfc3339;

use self::lesson::Lesson;
use super::{add, fetch};
use crate::cli::args::{Common, Sources, SourcesCommand};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::place::{self, Setup};

/// Runs the command.
pub fn run(common: &Common, args: &Sources, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    if let Some(SourcesCommand::Check { sources }) = &args.command {
        return check(&setup, sources, out);
    }
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
    if let Some(unknown) = args.sources.iter().find(|id| rows.iter().all(|(known, _)| known.as_str() != *id)) {
        return Err(Refused::wrong_with(
            format!("no source is called {:?}, in sources.toml or in the archive", clean(unknown)),
            "see `onrecord sources` for all of them",
        ));
    }
    rows.retain(|(id, _)| args.sources.is_empty() || args.sources.iter().any(|wanted| wanted == id.as_str()));
    let now = System.now();
    let hosts = fetch::hosts(archive.as_ref(), Asking::OnSchedule, now)?;
    let width = rows.iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0);
    for (id, source) in rows {
        let (statements, health, learnt) = match &archive {
            Some(archive) => {
                let known = archive.index().known(&id)?;
                let statements = known.iter().filter(|known| known.has_text).count();
                (statements, archive.index().health(&id, 1)?, lesson::in_use(archive, &id)?)
            }
            None => (0, Vec::new(), None),
        };
        let open = source.filter(|source| source.closed.is_none());
        let alone = open.and_then(|source| hosts.waiting(&source.url, now));
        let offers = archive.as_ref().map(|archive| archive.index().offers(&id)).transpose()?.unwrap_or_default();
        // an office that is closed or not asked any more owes us nothing
        let (silent, failing) = match archive.as_ref().filter(|_| open.is_some()) {
            Some(archive) => (archive.index().silence(&id)?, archive.index().failing(&id)?),
            None => (None, None),
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
                "learnt": learnt.as_ref().map(lesson::object),
                "offers": offers.iter().map(usual::offer_object).collect::<Vec<_>>(),
                "silent": silent.as_ref().map(usual::silence_object),
                "failing": failing.as_ref().map(usual::failing_object),
                "waiting": alone.as_ref().map(|(until, why)| json!({ "until": rfc3339(*until), "reason": why })),
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
        let further = [
            silent.as_ref().map(usual::silence_line),
            failing.as_ref().map(usual::failing_line),
            alone.as_ref().map(|(_, why)| clean(why)),
            usual::offers_line(&offers),
            learnt.as_ref().map(lesson::line),
        ];
        for line in further.into_iter().flatten() {
            out.line(&format!("{:<width$}  {line}", ""))?;
        }
    }
    Ok(Status::Done)
}

/// Tries sources one after the other; nothing is kept.
fn check(setup: &Setup, ids: &[String], out: &mut Out) -> Outcome {
    let sources = fetch::chosen(setup, ids)?;
    let contact = fetch::contact(setup, sources.iter().any(|source| !on_loopback(&source.url)))?;
    let clock: Arc<dyn Clock> = Arc::new(System);
    let runtime = fetch::runtime()?;
    let mut wrong = false;
    let archive = setup.open_if_there()?;
    let hosts = fetch::hosts(archive.as_ref(), Asking::ByHand, clock.now())?;
    for source in &sources {
        let (source, lesson) = match &archive {
            Some(archive) => (&learning::taught(archive, source)?, Lesson::of(archive, source)?),
            None => (source, None),
        };
        let found = runtime.block_on(sample(source, &contact, &clock, &hosts, add::SHOWN));
        wrong |= !found.problems.is_empty() || found.items.is_empty();
        add::show(out, source, &found, lesson.as_ref())?;
    }
    Ok(if wrong { Status::Found } else { Status::Done })
}
