//! `watch`: rounds on each source's own schedule, until stopped.
//!
//! The archive is locked while a round writes and at no other time. What was taken in when the program is stopped is kept,
//! and what is due is worked out from the archive: it can be stopped and started at any time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch::Receiver;

use onrecord::collect::clock::{Clock, System};
use onrecord::collect::due::Recheck;
use onrecord::collect::host::Hosts;
use onrecord::collect::round;
use onrecord::model::digest::Digest;
use onrecord::model::source::Source;
use onrecord::model::statement::SourceId;
use onrecord::model::time::Instant;

use super::fetch;
use crate::cli::args::{Common, Watch};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::place::{self, Setup};

/// How long another writer is waited for before the round is put off.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest sleep before the configuration is read again.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Runs the command.
pub fn run(common: &Common, args: &Watch, out: &mut Out) -> Outcome {
    let runtime = fetch::runtime()?;
    let stopped = runtime.block_on(async { listen() })?;
    let hosts = Arc::new(Hosts::default());
    let mut asked: HashMap<SourceId, Instant> = HashMap::new();
    let started = System.now();
    loop {
        // what a person changed in the file holds from the next round on; a mistake in it stops nothing
        match place::set_up(common).and_then(|setup| Ok((fetch::chosen(&setup, &args.sources)?, setup))) {
            Ok((sources, setup)) => {
                let now = System.now();
                let due = due(&setup, sources, &asked, started, now)?;
                if !due.is_empty() {
                    asked.extend(due.iter().map(|source| (source.id.clone(), now)));
                    one_round(&setup, &due, &hosts, stopped.clone(), out)?;
                }
            }
            Err(Refused::Wrong(error)) if !asked.is_empty() => out.warn(&format!("{error:#}"))?,
            Err(refused) => return Err(refused),
        }
        let mut ear = stopped.clone();
        let over = runtime.block_on(async {
            let next = next(common, args, &asked);
            tokio::select! {
                _ = ear.wait_for(|stopped| *stopped) => true,
                () = tokio::time::sleep(next) => *stopped.borrow(),
            }
        });
        if over {
            out.talk("Stopped; what was told is kept.")?;
            return Ok(Status::Done);
        }
    }
}

fn one_round(
    setup: &Setup,
    due: &[Source],
    hosts: &Arc<Hosts>,
    mut stopped: Receiver<bool>,
    out: &mut Out,
) -> Result<(), Refused> {
    let plan = fetch::plan(setup, Recheck::Due)?;
    let hosts = Arc::clone(hosts);
    let done = fetch::round(setup, PATIENCE, out, async |writer, clock, tell| {
        let stop = async {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        round::run_until(stop, due, &plan, writer, clock, hosts, tell).await
    });
    match done {
        Ok(_) => Ok(()),
        // somebody else writes: this round is left out
        Err(Refused::Failed(error)) if place::is_locked(&error) => {
            Ok(out.warn("Another process writes to the archive; this round was left out.")?)
        }
        Err(refused) => Err(refused),
    }
}

/// The sources whose time has come: `every` after their last round, here or by another process.
fn due(
    setup: &Setup,
    sources: Vec<Source>,
    asked: &HashMap<SourceId, Instant>,
    started: Instant,
    now: Instant,
) -> Result<Vec<Source>, Refused> {
    let archive = setup.open_if_there()?;
    let mut due = Vec::new();
    for source in sources {
        let told = match &archive {
            Some(archive) => archive.index().health(&source.id, 1)?.first().map(|(_, ended, _)| *ended),
            None => None,
        };
        let last = told.max(asked.get(&source.id).copied());
        if last.is_none_or(|last| is_due(&source, last, started, now)) {
            due.push(source);
        }
    }
    Ok(due)
}

/// Whether a source's moment lies between its last round, or the start of this watch, and now.
///
/// Each has a minute of its own in its interval, by its name: those of one interval are spread over it, also when all of them are
/// overdue because nothing ran for a while. Intervals of less than two minutes simply pass.
fn is_due(source: &Source, last: Instant, started: Instant, now: Instant) -> bool {
    const MINUTE: u64 = 60;
    let Ok(since) = (now - last).to_std() else { return false };
    let minutes = source.every.as_secs() / MINUTE;
    if minutes < 2 {
        return since >= source.every;
    }
    let [a, b, c, d, ..] = *Digest::of(source.id.as_str().as_bytes()).as_bytes();
    let own = i64::try_from(u64::from(u32::from_be_bytes([a, b, c, d])) % minutes * MINUTE).unwrap_or(0);
    let every = i64::try_from(source.every.as_secs()).unwrap_or(i64::MAX);
    let passed = |time: Instant| (time.timestamp() - own).div_euclid(every);
    // one that was asked by hand a moment ago waits for the next
    passed(last.max(started)) < passed(now) && since >= source.every / 2
}

/// How long to sleep: until a source that was asked here is due again, or the file may have changed.
fn next(common: &Common, args: &Watch, asked: &HashMap<SourceId, Instant>) -> Duration {
    let now = System.now();
    let left = |source: &Source| {
        let since = asked.get(&source.id).and_then(|last| (now - *last).to_std().ok()).unwrap_or_default();
        source.every.saturating_sub(since)
    };
    let sources = place::set_up(common).and_then(|setup| fetch::chosen(&setup, &args.sources)).unwrap_or_default();
    // one that is overdue waits for its own minute
    let soonest = sources.iter().map(left).filter(|left| !left.is_zero()).min().unwrap_or(LONGEST_SLEEP);
    soonest.clamp(Duration::from_millis(500), LONGEST_SLEEP)
}

/// Hears the signals that end a process, from now on.
fn listen() -> Result<Receiver<bool>, Refused> {
    let (tell, stopped) = tokio::sync::watch::channel(false);
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("cannot listen for the signal to end")?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        let _ = tell.send(true);
        // the first is a wish, the second an order
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
    Ok(stopped)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn sources(count: usize, every: &str) -> Vec<Source> {
        let text: String = (0..count)
            .map(|i| format!("[[source]]\nid = \"s{i}\"\nurl = \"http://ministry.example/{i}\"\nevery = \"{every}\"\n"))
            .collect();
        let config = onrecord::collect::sources::parse(&text, std::path::Path::new("."), &|_| Vec::new());
        config.expect("a configuration").sources
    }

    #[test]
    fn sources_of_one_interval_are_spread_over_it_and_each_is_asked_once_in_it() {
        let start = chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
        let all = sources(300, "15m");
        // all are overdue, as after a stop of a day
        let mut last = vec![start - TimeDelta::days(1); all.len()];
        let mut counts = vec![0; all.len()];
        for minute in 0..60 {
            let now = start + TimeDelta::minutes(minute);
            let due: Vec<usize> = (0..all.len()).filter(|at| is_due(&all[*at], last[*at], start, now)).collect();
            assert!(due.len() <= 60, "{} at once in minute {minute}", due.len());
            for at in due {
                (last[at], counts[at]) = (now, counts[at] + 1);
            }
        }
        assert!(counts.iter().all(|count| (3..=5).contains(count)), "{counts:?}");
        let [brief] = &sources(1, "10s")[..] else { panic!("one source") };
        assert!(
            !is_due(brief, start, start, start + TimeDelta::seconds(9))
                && is_due(brief, start, start, start + TimeDelta::seconds(10))
        );
    }
}
