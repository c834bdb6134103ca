//! `watch`: rounds on each source's own schedule, until stopped.
//!
//! The archive is locked while a round writes and at no other time. What was taken in when the program is stopped is kept,
//! and what is due is worked out from the archive: it can be stopped and started at any time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
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
/// Shortest sleep between two rounds.
const SHORTEST_SLEEP: Duration = Duration::from_millis(500);
/// Longest interval that is counted with; a settings file can say more than a clock can count.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::days(3650);

/// Runs the command.
pub fn run(common: &Common, args: &Watch, out: &mut Out) -> Outcome {
    let runtime = fetch::runtime()?;
    let stopped = runtime.block_on(async { listen() })?;
    let hosts = Arc::new(Hosts::default());
    let mut asked: HashMap<SourceId, Instant> = HashMap::new();
    let started = System.now();
    loop {
        let now = System.now();
        // what a person changed in the file holds from the next round on; a mistake in it stops nothing
        let next = match place::set_up(common).and_then(|setup| Ok((fetch::chosen(&setup, &args.sources)?, setup))) {
            Ok((sources, setup)) => {
                let times = due_times(&setup, sources, &asked, started, now)?;
                let (due, later): (Vec<_>, Vec<_>) = times.into_iter().partition(|(_, time)| *time <= now);
                let due: Vec<Source> = due.into_iter().map(|(source, _)| source).collect();
                if due.is_empty() {
                    later.into_iter().map(|(_, time)| time).min()
                } else {
                    asked.extend(due.iter().map(|source| (source.id.clone(), now)));
                    one_round(&setup, &due, &hosts, stopped.clone(), out)?;
                    // others may have become due in the meantime
                    Some(now)
                }
            }
            Err(Refused::Wrong(error)) if !asked.is_empty() => {
                out.warn(&format!("{error:#}"))?;
                None
            }
            Err(refused) => return Err(refused),
        };
        let sleep = next.and_then(|next| (next - now).to_std().ok()).unwrap_or(LONGEST_SLEEP);
        let mut ear = stopped.clone();
        let over = runtime.block_on(async {
            tokio::select! {
                _ = ear.wait_for(|stopped| *stopped) => true,
                () = tokio::time::sleep(sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)) => *stopped.borrow(),
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

/// When each source's time comes: from its last round on, here or by another process; at once where there was none.
fn due_times(
    setup: &Setup,
    sources: Vec<Source>,
    asked: &HashMap<SourceId, Instant>,
    started: Instant,
    now: Instant,
) -> Result<Vec<(Source, Instant)>, Refused> {
    let archive = setup.open_if_there()?;
    let mut times = Vec::new();
    for source in sources {
        let told = match &archive {
            Some(archive) => archive.index().health(&source.id, 1)?.first().map(|(_, ended, _)| *ended),
            None => None,
        };
        let last = told.max(asked.get(&source.id).copied());
        let time = last.map_or(now, |last| due_at(&source, last, started));
        times.push((source, time));
    }
    Ok(times)
}

/// When a source is asked next that was last asked at `last`, by a watch that runs since `started`.
///
/// Each has a minute of its own in its interval, by its name: those of one interval are spread over it, also when all of them are
/// overdue because nothing ran for a while. One that was asked by hand a moment ago waits for the next. Intervals of less than two
/// minutes simply pass.
fn due_at(source: &Source, last: Instant, started: Instant) -> Instant {
    const MINUTE: u64 = 60;
    let every = TimeDelta::from_std(source.every).unwrap_or(LONGEST_INTERVAL).min(LONGEST_INTERVAL);
    let minutes = every.num_seconds().unsigned_abs() / MINUTE;
    if minutes < 2 {
        return last + every;
    }
    let [a, b, c, d, ..] = *Digest::of(source.id.as_str().as_bytes()).as_bytes();
    let own = i64::try_from(u64::from(u32::from_be_bytes([a, b, c, d])) % minutes * MINUTE).unwrap_or(0);
    let earliest = started.max(last + every / 2);
    let until_own = (own - earliest.timestamp()).rem_euclid(every.num_seconds());
    earliest + TimeDelta::seconds(until_own)
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
        let start = chrono::DateTime::from_timestamp(1_789_999_980, 0).expect("a time");
        let all = sources(300, "15m");
        // all are overdue, as after a stop of a day
        let mut last = vec![start - TimeDelta::days(1); all.len()];
        let mut counts = vec![0; all.len()];
        for minute in 0..60 {
            let now = start + TimeDelta::minutes(minute);
            let due: Vec<usize> = (0..all.len()).filter(|at| due_at(&all[*at], last[*at], start) <= now).collect();
            assert!(due.len() <= 60, "{} at once in minute {minute}", due.len());
            for at in due {
                // a round takes its time
                (last[at], counts[at]) = (now + TimeDelta::seconds(40), counts[at] + 1);
            }
        }
        assert!(counts.iter().all(|count| *count == 4), "{counts:?}");
        let [brief] = &sources(1, "10s")[..] else { panic!("one source") };
        assert_eq!(due_at(brief, start, start), start + TimeDelta::seconds(10));
    }
}
