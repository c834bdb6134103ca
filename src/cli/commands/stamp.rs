//! `stamp`: authorities put a time on the log. The same happens at the end of a round, when it is due.
//!
//! The archive is not locked while an authority is asked: nobody who writes waits for it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use url::Url;

use onrecord::archive::index::Stamped;
use onrecord::archive::stamps::Roots;
use onrecord::collect::clock::{Clock, System};
use onrecord::collect::host::Hosts;
use onrecord::collect::sources::Contact;
use onrecord::collect::stamp::{self, Answer, Manner, NoStamp};
use onrecord::model::time::rfc3339;

use super::{add, fetch};
use crate::cli::args::{Common, Stamp};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::place::{self, Setup};
use crate::cli::trust;

/// How long another writer is waited for before answers are given up: they can be had again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the command.
pub fn run(common: &Common, args: &Stamp, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let typed = args.servers.iter().map(|server| add::address(server)).collect::<Result<Vec<Url>, _>>()?;
    let servers = if typed.is_empty() { &setup.config.stamp.servers } else { &typed };
    if servers.is_empty() {
        return Err(Refused::wrong_with(
            "there is no authority to ask: sources.toml names none",
            "set servers = [\"https://...\"] under [stamp], or name one: onrecord stamp URL",
        ));
    }
    let roots = trust::roots_or(args.roots.as_ref(), &setup)?;
    let asked = ask_when_due(&setup, servers, &roots, Duration::ZERO, out)?;
    if asked.stamped + asked.failed == 0 {
        out.talk(
            "No authority is due: the log has not grown since its last stamps, or they are younger than min_interval.",
        )?;
    }
    Ok(if asked.failed > 0 { Status::Found } else { Status::Done })
}

/// Asks the authorities of the configuration whose time has come. What goes wrong is told, and stops nothing.
pub fn at_end_of_round(setup: &Setup, out: &mut Out) -> std::io::Result<()> {
    let settings = &setup.config.stamp;
    if settings.servers.is_empty() {
        return Ok(());
    }
    let asked = trust::roots_or(None, setup)
        .and_then(|roots| ask_when_due(setup, &settings.servers, &roots, settings.every, out));
    match asked {
        Ok(_) => Ok(()),
        Err(Refused::Wrong(error) | Refused::Failed(error)) => {
            out.warn(&format!("the log was not stamped: {}", clean(&format!("{error:#}"))))
        }
    }
}

/// How many authorities gave a stamp, and how many did not.
struct Asked {
    stamped: usize,
    failed: usize,
}

fn ask_when_due(
    setup: &Setup,
    servers: &[Url],
    roots: &Roots,
    every: Duration,
    out: &mut Out,
) -> Result<Asked, Refused> {
    let Some(Newest { note, size, stamps }) = newest(setup)? else { return Ok(Asked { stamped: 0, failed: 0 }) };
    let min_interval = setup.config.stamp.min_interval;
    // the pause holds between two runs too, as far as the log knows of the last one
    let due = stamp::due(servers, &stamps, size, every.max(min_interval), System.now());
    let contact = match &setup.config.fetch.contact {
        Some(Contact::At(address)) => address.as_str(),
        Some(Contact::Nobody) | None => "",
    };
    let timeout = setup.config.fetch.limits.timeout;
    let manner = Manner { roots, policies: &setup.config.stamp.policies, min_interval, timeout, contact };
    let (clock, hosts) = (Arc::new(System), Arc::new(Hosts::default()));
    let answers = fetch::runtime()?.block_on(join_all(due.iter().map(async |server| {
        let answer = stamp::ask(server, &note, &manner, clock.clone(), Arc::clone(&hosts)).await;
        ((*server).clone(), answer)
    })));
    let (mut held, mut failed) = (Vec::new(), 0);
    for (server, answer) in answers {
        match answer {
            Ok(answer) => held.push(answer),
            Err(error) => {
                failed += 1;
                refused(out, &server, &error)?;
            }
        }
    }
    let stamped = held.len();
    if !held.is_empty() {
        keep(setup, &note, size, &held, out)?;
    }
    Ok(Asked { stamped, failed })
}

/// What there is to put a time on.
struct Newest {
    /// The signed checkpoint.
    note: Vec<u8>,
    /// How many entries it covers.
    size: u64,
    /// The stamps that the log names.
    stamps: Vec<Stamped>,
}

/// The newest checkpoint of our log; nothing where there is no log of ours.
fn newest(setup: &Setup) -> Result<Option<Newest>, Refused> {
    let (archive, Some(key)) = (setup.open()?, setup.own_key()?) else { return Ok(None) };
    let name = key.name();
    let (Some(log), Some(id)) = (archive.log(name), archive.log_id(name)) else { return Ok(None) };
    let stamps = archive.index().stamps(id)?;
    Ok(log.note().map(|note| Newest { note: note.to_vec(), size: log.size(), stamps }))
}

/// Writes the stamps into the archive, and tells of each once it is safely kept.
fn keep(setup: &Setup, note: &[u8], size: u64, answers: &[Answer], out: &mut Out) -> Result<(), Refused> {
    let now = System.now();
    let mut writer = place::open_writer(setup, now, PATIENCE)?;
    let mut entries = Vec::new();
    for answer in answers {
        entries.push(writer.stamp(&answer.server, note, &answer.response, now)?);
    }
    writer.publish(now)?;
    drop(writer);
    for (answer, entry) in answers.iter().zip(entries) {
        let by = rfc3339(answer.response.gen_time());
        if out.json {
            out.object(&json!({
                "event": "stamp",
                "authority": answer.server.as_str(),
                "size": size,
                "by": by,
                "signer": answer.signer,
                "entry": entry,
            }))?;
        } else if !out.quiet {
            let word = out.paint(Color::Good, &format!("{:<10}", "stamped"));
            let signer = match &answer.signer {
                Some(signer) => clean(signer),
                None => format!("{}, time not checked: no roots are given", clean(answer.server.as_str())),
            };
            out.line(&format!("{word} the first {size} entries, in this log by {by} ({signer})"))?;
        }
    }
    Ok(out.flush()?)
}

fn refused(out: &mut Out, server: &Url, error: &NoStamp) -> std::io::Result<()> {
    let reason = error.to_string();
    if out.json {
        out.object(&json!({ "event": "stamp-failed", "authority": server.as_str(), "reason": reason }))?;
    }
    out.talk(&format!("no stamp from {}: {}; it is asked again next time", clean(server.as_str()), clean(&reason)))
}
