//! `reread`: the kept bodies, read again with today's reader and settings.

use serde_json::json;

use onrecord::archive::history::Seq;
use onrecord::archive::reader::Archive;
use onrecord::archive::writer::Writer;
use onrecord::collect::clock::{Clock, System};
use onrecord::collect::learning;
use onrecord::collect::reread::rereadings;
use onrecord::model::source::Source;
use onrecord::read::site;
use onrecord::view::diff;

use crate::cli::args::{Common, Reread};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Out, clean};
use crate::cli::place;

/// Readings after which what was done is made durable.
const A_BATCH: usize = 200;

/// Runs the command.
pub fn run(common: &Common, args: &Reread, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    for id in &args.sources {
        if !setup.config.sources.iter().any(|source| source.id.as_str() == id) {
            return Err(Refused::wrong(format!("no source is called {:?}", clean(id))));
        }
    }
    let chosen = setup
        .config
        .sources
        .iter()
        .filter(|source| args.sources.is_empty() || args.sources.iter().any(|id| id == source.id.as_str()));
    let archive = setup.open()?;
    let mut writer = match args.apply {
        true => Some(place::open_writer(&setup, System.now(), place::A_MOMENT)?),
        false => None,
    };
    let (mut read, mut differing) = (0, 0);
    for source in chosen {
        let source = &learning::taught(&archive, source)?;
        let anew = if args.learn { Some(learn(&archive, source, &mut writer)?) } else { None };
        let source = anew.as_ref().unwrap_or(source);
        for found in rereadings(&archive, source)? {
            let found = found?;
            read += 1;
            if found.differs() {
                differing += 1;
                let old = found.old.clone().unwrap_or_default();
                let summary = diff::summary(&diff::diff_texts(&old, &found.new.text)).line;
                if out.json {
                    out.object(&json!({
                        "event": "reread",
                        "source": source.id.as_str(),
                        "statement": found.statement.short(),
                        "entry": found.capture.number(),
                        "old": found.old.as_ref().map(|text| text.digest().hex()),
                        "new": found.new.text.digest().hex(),
                        "summary": summary,
                        "kept": args.apply,
                    }))?;
                } else {
                    out.line(&format!("reread     {}  {}", found.statement.short(), clean(&summary)))?;
                }
            }
            if let Some(writer) = &mut writer {
                let now = System.now();
                writer.reread(&found.statement, found.capture, &found.url, found.body, &found.new, now)?;
                if read % A_BATCH == 0 {
                    writer.publish(now)?;
                }
            }
        }
    }
    if let Some(writer) = &mut writer {
        writer.publish(System.now())?;
    }
    let ending = if args.apply { "their new readings are kept" } else { "nothing was kept: --apply does that" };
    out.talk(&format!("{read} bodies read again, {differing} read otherwise; {ending}"))?;
    Ok(Status::Done)
}

/// The source with what its kept pages teach now; that is kept where anything is.
fn learn(archive: &Archive, source: &Source, writer: &mut Option<Writer>) -> Result<Source, Refused> {
    let pages = learning::kept_pages(archive, source)?;
    let rules = learning::learn(&pages, &source.reading);
    if let Some(writer) = writer {
        let captures: Vec<Seq> = pages.iter().map(|page| page.capture).collect();
        writer.rules(source, &rules, &captures, "asked for", System.now())?;
    }
    Ok(Source { reading: site::with(&source.reading, &rules), ..source.clone() })
}
