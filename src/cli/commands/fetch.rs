//! `fetch`: one round.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Arc;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use onrecord::archive::reader::{Archive, ArchiveError};
use onrecord::archive::writer::Writer;
use onrecord::collect::clock::{Clock, System};
use onrecord::collect::due;
use onrecord::collect::host::{Asking, Hosts};
use onrecord::collect::round::{self, Ended, Plan, Told, Waiting};
use onrecord::collect::sources::Contact;
use onrecord::model::entry::Tally;
use onrecord::model::event::EventKind;
use onrecord::model::source::Source;
use onrecord::model::statement::SourceId;
use onrecord::model::time::{Instant, rfc3339};

use super::sources::usual;
use super::stamp;
use crate::cli::args::{Common, Fetch, Recheck};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::place::{self, Setup};
use crate::cli::{names, report};

/// Runs the command.
pub fn run(common: &Common, args: &Fetch, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    if setup.file.is_none() {
        return Err(Refused::wrong_with(
            "there is no sources.toml here or in your configuration folder",
            "`onrecord init` writes one; --config PATH names another",
        ));
    }
    let sources = chosen(&setup, &args.sources)?;
    if sources.is_empty() {
        out.warn("No source to fetch: sources.toml names none, or all are closed.")?;
    }
    let recheck = match args.recheck {
        Recheck::Due => due::Recheck::Due,
        Recheck::All => due::Recheck::All,
        Recheck::None => due::Recheck::None,
    };
    let since = args.since.as_deref().map(names::start_of).transpose()?;
    // who names a source wants it asked, and who wants all looked at again wants it now
    let asking = match (recheck, args.sources.as_slice()) {
        (due::Recheck::All, _) => Asking::Now,
        (due::Recheck::Due | due::Recheck::None, []) => Asking::OnSchedule,
        (due::Recheck::Due | due::Recheck::None, _) => Asking::ByHand,
    };
    let plan = Plan { since, limit: args.limit, asking, ..plan(&setup, recheck)? };
    if args.dry_run {
        return dry_run(&setup, &sources, &plan, out);
    }
    let wait = args.wait.as_deref().map(names::span).transpose()?.unwrap_or_default();
    let report = fetch(&setup, &sources, &plan, wait, out)?;
    let failed = report.tallies.iter().any(|tally| tally.failed > 0);
    let found = report.newly_unwell || args.strict && failed;
    Ok(if found { Status::Found } else { Status::Done })
}

/// A round as the configuration wants it.
pub fn plan(setup: &Setup, recheck: due::Recheck) -> Result<Plan, Refused> {
    let contact = contact(setup, setup.config.contact_needed())?;
    let (keep, hosts) = (setup.config.archive.keep, setup.config.fetch.hosts);
    Ok(Plan { recheck, since: None, limit: None, keep, hosts, contact, asking: Asking::OnSchedule })
}

/// Whom an office can write to; refused where that must be said and is not.
pub fn contact(setup: &Setup, needed: bool) -> Result<String, Refused> {
    Ok(match (&setup.config.fetch.contact, needed) {
        (Some(Contact::At(address)), _) => address.clone(),
        (Some(Contact::Nobody), _) | (None, false) => String::new(),
        (None, true) => {
            return Err(Refused::wrong_with(
                "sources.toml does not say whom an office can write to about our requests",
                "set contact = \"mailto:you@example.org\" (or \"none\") under [fetch]",
            ));
        }
    })
}

/// What a round came to, for the exit status and for who runs rounds of their own.
pub struct Report {
    /// How each source fared.
    pub tallies: Vec<Tally>,
    /// Whether a source has newly become unwell.
    pub newly_unwell: bool,
    /// The sources whose hosts are not to be asked for some time.
    pub waiting: Vec<Waiting>,
}

/// The hosts as an archive remembers them, for what asks without keeping.
pub fn hosts(archive: Option<&Archive>, asking: Asking, now: Instant) -> Result<Arc<Hosts>, Refused> {
    let hosts = Hosts::default();
    if let Some(archive) = archive {
        hosts.remember(archive.index().manners().map_err(ArchiveError::from)?, now);
    }
    hosts.new_round(asking, now);
    Ok(Arc::new(hosts))
}

/// Runs a round, printing each event as soon as it is on disk, and the summary.
pub fn fetch(
    setup: &Setup,
    sources: &[Source],
    plan: &Plan,
    wait: std::time::Duration,
    out: &mut Out,
) -> Result<Report, Refused> {
    let hosts = Arc::new(Hosts::default());
    round(setup, wait, out, async |writer, clock, tell| round::run(sources, plan, writer, clock, hosts, tell).await)
}

/// Runs what asks, printing each event as soon as it is on disk, and the summary.
pub fn round(
    setup: &Setup,
    wait: std::time::Duration,
    out: &mut Out,
    asks: impl AsyncFnOnce(Writer, Arc<dyn Clock>, &dyn Fn(Told)) -> Result<Ended, ArchiveError>,
) -> Result<Report, Refused> {
    let clock: Arc<dyn Clock> = Arc::new(System);
    let writer = place::open_writer(setup, clock.now(), wait)?;
    let bar = progress(out);
    let (counts, left) = (RefCell::new(BTreeMap::<EventKind, u64>::new()), RefCell::new(Vec::new()));
    let waiting = RefCell::new(Vec::new());
    let failure = RefCell::new(None);
    let ended = {
        let printer = RefCell::new(&mut *out);
        let tell = |told: Told| match told {
            Told::Event(event) => {
                *counts.borrow_mut().entry(event.kind).or_default() += 1;
                let printed = bar.suspend(|| report::event(&mut printer.borrow_mut(), &event));
                if let Err(error) = printed {
                    failure.borrow_mut().get_or_insert(error);
                }
            }
            Told::Planned(more) => bar.inc_length(more),
            Told::Looked => bar.inc(1),
            Told::Left(source, count) => left.borrow_mut().push((source, count)),
            Told::Waiting(source) => waiting.borrow_mut().push(source),
        };
        runtime()?.block_on(asks(writer, clock, &tell))
    };
    bar.finish_and_clear();
    let ended = ended
        .with_context(|| format!("the round ended early; what was told is kept in {}", setup.archive.display()))?;
    if let Some(error) = failure.into_inner() {
        return Err(error.into());
    }
    for (source, count) in left.into_inner() {
        out.talk(&format!(
            "{source}: {count} or more older statements were not taken; `onrecord fetch {source} --limit 1000` takes more of them"
        ))?;
    }
    stamp::at_end_of_round(setup, out)?;
    let (counts, waiting) = (counts.into_inner(), waiting.into_inner());
    for Waiting { source, why, .. } in &waiting {
        out.talk(&format!("{source}: {}", clean(why)))?;
    }
    unusual(out, &ended)?;
    summary(out, &ended, &counts, &waiting)?;
    // `watch` goes on, and whoever listens waits for it
    out.flush()?;
    Ok(Report { newly_unwell: counts.contains_key(&EventKind::Unwell), tallies: ended.tallies, waiting })
}

/// The runtime that a command goes out with.
pub fn runtime() -> Result<tokio::runtime::Runtime, Refused> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Ok(runtime.context("cannot start the network's threads")?)
}

/// The sources with these ids; all that are open where none is given.
pub fn chosen(setup: &Setup, ids: &[String]) -> Result<Vec<Source>, Refused> {
    let all = &setup.config.sources;
    if ids.is_empty() {
        return Ok(all.iter().filter(|source| source.closed.is_none()).cloned().collect());
    }
    let find = |id: &String| {
        let found = all.iter().find(|source| source.id.as_str() == id).cloned();
        found.ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|source| source.id.as_str()).collect();
            Refused::wrong_with(
                format!("no source is called {:?}", clean(id)),
                if known.is_empty() {
                    "sources.toml names no source yet".to_owned()
                } else {
                    format!("sources.toml names {}", known.join(", "))
                },
            )
        })
    };
    ids.iter().map(find).collect()
}

fn progress(out: &Out) -> ProgressBar {
    if out.quiet || out.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos}/{len} statements looked at, {elapsed}");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

fn summary(
    out: &mut Out,
    ended: &Ended,
    counts: &BTreeMap<EventKind, u64>,
    waiting: &[Waiting],
) -> std::io::Result<()> {
    let tallies = &ended.tallies;
    let count = |kind: EventKind| counts.get(&kind).copied().unwrap_or(0);
    let failed = tallies.iter().filter(|tally| tally.unwell() == Some(true)).count();
    if out.json {
        let mut object = json!({ "event": "summary", "url": null, "sources": tallies.len(), "failed": failed });
        let kinds = [
            EventKind::New,
            EventKind::Revised,
            EventKind::Missing,
            EventKind::Withdrawn,
            EventKind::Restored,
            EventKind::Unchanged,
            EventKind::Blocked,
            EventKind::Disallowed,
            EventKind::Unwell,
            EventKind::Well,
        ];
        for kind in kinds {
            object[kind.as_str()] = count(kind).into();
        }
        object["failures"] = count(EventKind::Failed).into();
        object["waiting"] = waiting.iter().map(waiting_object).collect();
        let of = |source: &SourceId, mut what: serde_json::Value| {
            what["source"] = source.as_str().into();
            what
        };
        object["silent"] = ended.silent.iter().map(|(id, silence)| of(id, usual::silence_object(silence))).collect();
        object["failing"] = ended.failing.iter().map(|(id, spell)| of(id, usual::failing_object(spell))).collect();
        return out.object(&object);
    }
    if out.quiet {
        return Ok(());
    }
    let mut parts = vec![format!("{} new", count(EventKind::New)), format!("{} revised", count(EventKind::Revised))];
    for (kind, word) in [
        (EventKind::Missing, "missing"),
        (EventKind::Withdrawn, "withdrawn"),
        (EventKind::Restored, "restored"),
        (EventKind::Blocked, "blocked"),
        (EventKind::Disallowed, "disallowed"),
        (EventKind::Failed, "failed"),
    ] {
        if count(kind) > 0 {
            parts.push(format!("{} {word}", count(kind)));
        }
    }
    parts.push(format!("{} unchanged", count(EventKind::Unchanged)));
    let unwell = if failed > 0 { format!(", {failed} unwell") } else { String::new() };
    let asked = match tallies.iter().filter(|tally| tally.asked > 0).count() {
        1 => "1 source".to_owned(),
        asked => format!("{asked} sources"),
    };
    let alone = if waiting.is_empty() { String::new() } else { format!(", {} waiting", waiting.len()) };
    out.line(&format!("{asked} asked{unwell}{alone}: {}.", parts.join(", ")))
}

/// Says which sources are silent or failing for longer than is usual; where it should be quiet, only when that begins.
fn unusual(out: &mut Out, ended: &Ended) -> std::io::Result<()> {
    if out.json {
        return Ok(());
    }
    let silent = ended.silent.iter().map(|(id, silence)| (silence.begun, "silent", id, usual::silence_line(silence)));
    let failing = ended.failing.iter().map(|(id, spell)| (spell.begun, "failing", id, usual::failing_line(spell)));
    for (begun, word, id, line) in silent.chain(failing) {
        if begun || !out.quiet {
            let word = out.paint(Color::Bad, &format!("{word:<10}"));
            out.line(&format!("{word} {id}  {line}"))?;
        }
    }
    Ok(())
}

/// A source that is not to be asked for some time, for a program.
fn waiting_object(waiting: &Waiting) -> serde_json::Value {
    json!({ "source": waiting.source.as_str(), "until": rfc3339(waiting.until), "reason": waiting.why })
}

/// Asks the sources and says what would be looked at.
fn dry_run(setup: &Setup, sources: &[Source], plan: &Plan, out: &mut Out) -> Outcome {
    let archive = setup.open_if_there()?;
    let clock: Arc<dyn Clock> = Arc::new(System);
    let hosts = hosts(archive.as_ref(), plan.asking, clock.now())?;
    let previews = runtime()?.block_on(async {
        let mut previews = Vec::new();
        for source in sources {
            previews.push((source, round::preview(source, plan, archive.as_ref(), &clock, &hosts).await));
        }
        previews
    });
    for (source, preview) in previews {
        let preview = preview?;
        for item in &preview.new {
            if out.json {
                let published = item.published.map(|stated| stated.to_string());
                out.object(&json!({
                    "would": "take", "source": source.id.as_str(), "url": item.url.as_str(), "title": item.title,
                    "published": published,
                }))?;
            } else {
                let title = item.title.as_deref().unwrap_or_default();
                out.line(&format!("take       {}  {}  {}", source.id, clean(item.url.as_str()), clean(title)))?;
            }
        }
        if out.json {
            out.object(&json!({ "would": "look again", "source": source.id.as_str(), "count": preview.due, "failed": preview.problem }))?;
        } else {
            let problem = preview.problem.map(|problem| format!("  ({})", clean(&problem))).unwrap_or_default();
            out.line(&format!("look again {}  {} statements{problem}", source.id, preview.due))?;
        }
    }
    Ok(Status::Done)
}
