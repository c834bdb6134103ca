//! `changes`: what happened, told again from the log.

use onrecord::archive::history::Seq;
use onrecord::archive::telling::{event_of, health_event, poll_event, redesigned_event};
use onrecord::model::event::Event;

use crate::cli::args::{Changes, Common};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::Out;
use crate::cli::{place, report};

/// Runs the command.
pub fn run(common: &Common, args: &Changes, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let mut events: Vec<(Seq, Event)> = Vec::new();
    let is_after = |seq: Seq| args.after.is_none_or(|after| seq.number() > after);
    let index = archive.index();
    let from = match (archive.logs().len(), args.after) {
        (1, Some(after)) => Seq::new(0, after),
        _ => Seq(-1),
    };
    for statement in index.touched_after(from)? {
        let Some(row) = index.summary(&statement.digest())? else { continue };
        let history = archive.history(&statement)?;
        for seen in history.seen.iter().filter(|seen| is_after(seen.seq)) {
            events.push((seen.seq, event_of(&statement, &row.source, &history, seen)));
        }
    }
    for polled in index.polls_after(from)?.iter().filter(|polled| is_after(polled.seq)) {
        events.extend(poll_event(polled).map(|event| (polled.seq, event)));
    }
    let mut unwell = std::collections::HashMap::new();
    for health in index.tallies_after(Seq(-1))? {
        let was = unwell.insert(health.source.clone(), health.unwell).unwrap_or(false);
        if is_after(health.seq) {
            let why = index.why_unwell(&health.source, health.round)?;
            let told = redesigned_event(&health).into_iter().chain(health_event(was, &health, why));
            events.extend(told.map(|event| (health.seq, event)));
        }
    }
    events.sort_by_key(|(seq, event)| (event.captured_at, *seq));
    if archive.logs().len() == 1 {
        events.sort_by_key(|(seq, _)| *seq);
    }
    for (_, event) in &events {
        report::event(out, event)?;
    }
    Ok(Status::Done)
}
