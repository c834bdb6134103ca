//! `repair`: what is damaged or missing here, put back from a copy.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use onrecord::archive::copies::{self, Doing, Mended};
use onrecord::archive::index::{Index, IndexPlace};
use onrecord::archive::reader::vantages;
use onrecord::archive::storage::{Disk, Storage};
use onrecord::archive::writer::holder;
use onrecord::collect::clock::{Clock, System};
use onrecord::model::finding::Finding;

use super::copy::apart;
use super::verify::{Counts, print};
use crate::cli::args::{Common, Repair};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean};
use crate::cli::{place, trust};

/// Runs the command.
pub fn run(common: &Common, args: &Repair, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let from = apart(&setup, &args.from)?;
    let copy: Arc<dyn Storage> = Arc::new(Disk::open(from.clone()));
    let there = vantages(&*copy)?;
    if there.is_empty() {
        return Err(Refused::wrong_with(
            format!("there is no archive at {}", from.display()),
            "name the folder that `onrecord copy` was given; its disk may have to be mounted",
        ));
    }
    if !args.whole && vantages(&Disk::open(setup.archive.clone()))?.is_empty() {
        return Err(Refused::failed_with(
            format!("no archive stands at {}", setup.archive.display()),
            "mount its disk; `onrecord repair --whole --from COPY` puts all of it back there",
        ));
    }
    let mut places = setup.places()?;
    // a log that is gone from here is known by its key
    for vantage in &there {
        if !places.keys.iter().any(|key| key.name() == vantage)
            && let Some(key) = setup.keyring.key(vantage)?
        {
            places.keys.push(key.verifier());
        }
    }
    if let Some(given) = &args.key {
        trust::replace(&mut places.keys, trust::key(given, None)?);
    }
    let doing = if args.dry_run { Doing::Telling } else { Doing::Mending };
    let mut counts = Counts::default();
    let mut lines: Vec<Line> = Vec::new();
    let told = std::cell::RefCell::new(&mut lines);
    let repaired = copies::repair(
        &places,
        &copy,
        doing,
        &holder(std::process::id(), System.now()),
        &mut |mended| told.borrow_mut().push(Line::Mended(mended)),
        &mut |finding| {
            counts.count(&finding);
            told.borrow_mut().push(Line::Found(finding));
        },
    );
    for line in &lines {
        match line {
            Line::Mended(mended) => say(mended, doing, out)?,
            Line::Found(finding) => print(out, finding)?,
        }
    }
    let is_changed = lines.iter().any(|line| matches!(line, Line::Mended(_)));
    if let (Doing::Mending, true, IndexPlace::File(index)) = (doing, is_changed, &places.index) {
        // it was made of what could be read before
        Index::remove(index)?;
    }
    let repaired = repaired.with_context(|| format!("cannot repair the archive at {}", setup.archive.display()))?;
    if out.json {
        let mut object = json!({
            "event": "summary", "files": repaired.files, "bytes": repaired.bytes, "lost": repaired.lost, "dry_run": args.dry_run,
        });
        counts.put(&mut object);
        out.object(&object)?;
    } else {
        let done = if args.dry_run { "would be put back" } else { "put back" };
        out.line(&format!("{} files, {} bytes {done} from {}", repaired.files, repaired.bytes, from.display()))?;
        if repaired.lost > 0 {
            out.line(&out.paint(Color::Bad, &format!("{} are wrong here and not whole there", repaired.lost)))?;
        }
        if repaired.files > 0 && !args.dry_run {
            out.talk("`onrecord verify` reads it all again")?;
        }
    }
    Ok(if repaired.lost > 0 { Status::Found } else { Status::Done })
}

/// What is told, in the order in which it came.
enum Line {
    Mended(Mended),
    Found(Finding),
}

fn say(mended: &Mended, doing: Doing, out: &mut Out) -> Result<(), Refused> {
    let Mended { key, why, bytes, aside } = mended;
    let event = match (bytes, doing) {
        (Some(_), _) => "put-back",
        (None, _) => "put-aside",
    };
    if out.json {
        let object = json!({ "event": event, "where": key, "why": why, "bytes": bytes, "aside": aside });
        return Ok(out.object(&object)?);
    }
    let word = match doing {
        Doing::Mending => out.paint(Color::Good, &format!("{event:<11}")),
        Doing::Telling => out.paint(Color::Changed, &format!("{:<11}", "would")),
    };
    out.line(&format!("{word} {}: {}", clean(key), clean(why)))?;
    if let Some(aside) = aside {
        out.line(&format!("            what stood there: {}", clean(aside)))?;
    }
    Ok(())
}
