//! `extract`: the reader by itself, over saved pages and addresses, on all cores. Nothing is kept.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};
use url::Url;

use onrecord::collect::clock::{Clock, System};
use onrecord::collect::host::Hosts;
use onrecord::collect::learning;
use onrecord::collect::sample::visits;
use onrecord::collect::sources::on_loopback;
use onrecord::model::capture::{Reading, Visit};
use onrecord::model::source::{ReadSettings, Source};
use onrecord::read::{self, Account, Page, Passage};

use super::{fetch, save};
use crate::cli::args::{Common, Extract};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Color, Out, clean, clean_lines};
use crate::cli::place::{self, Setup};

/// Largest file that is read: more than any page, less than a machine's memory.
const LARGEST: u64 = 100_000_000;

/// Runs the command.
pub fn run(common: &Common, args: &Extract, out: &mut Out) -> Outcome {
    // some at a time, so that the first lines come soon and memory stays flat
    let mut failed = false;
    let source = match &args.source {
        Some(id) => {
            let setup = place::set_up(common)?;
            let chosen = fetch::chosen(&setup, std::slice::from_ref(id))?;
            chosen.into_iter().next().map(|source| taught(&setup, source)).transpose()?
        }
        None => None,
    };
    let settings = source.as_ref().map(|source| source.reading.clone()).unwrap_or_default();
    let mut road = Road { source, hosts: Arc::default() };
    for chunk in args.targets.chunks(256) {
        let brought = road.bring(common, chunk)?;
        let lines: Vec<Value> = chunk.par_iter().map(|target| extract(target, &brought, &settings, args)).collect();
        for line in lines {
            failed |= line.get("error").is_some();
            print(out, &line)?;
        }
    }
    Ok(if failed { Status::Found } else { Status::Done })
}

/// An address, where a target is one: a file's name has no `://`.
fn address(target: &Path) -> Option<Url> {
    let url = Url::parse(target.to_str().filter(|typed| typed.contains("://"))?).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

/// A source as its pages are read in a round.
fn taught(setup: &Setup, source: Source) -> Result<Source, Refused> {
    Ok(match setup.open_if_there()? {
        Some(archive) => learning::taught(&archive, &source)?,
        None => source,
    })
}

/// The way to pages on the web; it remembers each host's pace.
struct Road {
    /// The source that all addresses are read as, where one is named; else each goes to its own.
    source: Option<Source>,
    hosts: Arc<Hosts>,
}

/// What an address gave, and how its source is read.
type Brought = HashMap<Url, (ReadSettings, Result<Visit, String>)>;

impl Road {
    /// Asks the addresses among the targets. Settings and network are looked for only where there are any.
    fn bring(&mut self, common: &Common, targets: &[PathBuf]) -> Result<Brought, Refused> {
        let mut urls: Vec<Url> = targets.iter().filter_map(|target| address(target)).collect();
        urls.sort();
        urls.dedup();
        if urls.is_empty() {
            return Ok(Brought::new());
        }
        let setup = place::set_up(common)?;
        let contact = fetch::contact(&setup, urls.iter().any(|url| !on_loopback(url)))?;
        let wanted = match &self.source {
            Some(source) => vec![(source.clone(), urls)],
            None => {
                let homes = save::homes(&setup, urls)?.into_iter();
                homes.map(|(source, urls)| Ok((taught(&setup, source)?, urls))).collect::<Result<_, Refused>>()?
            }
        };
        let clock: Arc<dyn Clock> = Arc::new(System);
        let looks = visits(&wanted, &contact, &clock, &self.hosts, setup.config.fetch.hosts);
        let mut seen = fetch::runtime()?.block_on(looks);
        let homes = wanted.iter().flat_map(|(source, urls)| urls.iter().map(|url| (url, &source.reading)));
        let brought = homes.filter_map(|(url, settings)| Some((url.clone(), (settings.clone(), seen.remove(url)?))));
        Ok(brought.collect())
    }
}

/// Reads a target: an address as its source is read, a file by `settings`.
fn extract(target: &Path, brought: &Brought, settings: &ReadSettings, args: &Extract) -> Value {
    let name = target.display().to_string();
    let url = address(target);
    let found = url.as_ref().and_then(|url| Some((url, brought.get(url)?)));
    let (reading, account) = match found {
        Some((_, (_, Err(error)))) => return json!({ "file": name, "error": error }),
        Some((url, (settings, Ok(visit)))) => {
            let answer = &visit.answer;
            let content_type = answer.header("content-type");
            let page = Page { body: &answer.body, content_type, url: Some(url), captured_at: Some(answer.at) };
            reading(&page, settings, args)
        }
        None => match bounded(target) {
            Err(error) => return json!({ "file": name, "error": error }),
            Ok(bytes) => {
                let page = Page { body: &bytes, content_type: None, url: None, captured_at: None };
                reading(&page, settings, args)
            }
        },
    };
    let mut line = json!({
        "file": name,
        "title": reading.text.title(),
        "published": reading.text.published().map(|date| date.to_string()),
        "language": reading.text.language(),
        "text": reading.text.body(),
    });
    if let Some(account) = account {
        line["warnings"] = json!(reading.beside.warnings);
        line["published_by"] = json!(account.published);
        line["why"] = account.passages.iter().map(told).collect();
    }
    line
}

fn reading(page: &Page<'_>, settings: &ReadSettings, args: &Extract) -> (Reading, Option<Account>) {
    if !args.why {
        return (read::read(page, settings), None);
    }
    let (reading, account) = read::explain(page, settings);
    (reading, Some(account))
}

fn told(passage: &Passage) -> Value {
    let rule = passage.rule;
    json!({ "kept": rule.keeps(), "rule": rule.name(), "because": rule.words(), "path": passage.path, "text": passage.text })
}

fn bounded(file: &Path) -> Result<Vec<u8>, String> {
    let length = std::fs::metadata(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?.len();
    if length > LARGEST {
        return Err(format!("{} has {length} bytes, more than the {LARGEST} that are read", file.display()));
    }
    std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn print(out: &mut Out, line: &Value) -> std::io::Result<()> {
    if out.json {
        return out.object(line);
    }
    let field = |name: &str| text(line, name);
    if let Some(error) = line.get("error").and_then(Value::as_str) {
        // a file's error names the file by itself
        let named = if error.contains(field("file")) { String::new() } else { format!("{}: ", field("file")) };
        return out.warn(&clean(&format!("{named}{error}")));
    }
    out.line(&format!("== {}", clean(field("file"))))?;
    for (name, key) in [("Title", "title"), ("Published", "published"), ("Language", "language")] {
        if !field(key).is_empty() {
            out.line(&format!("{name}: {}", clean(field(key))))?;
        }
    }
    match line.get("why").and_then(Value::as_array) {
        None => out.line(&format!("\n{}\n", clean_lines(field("text")))),
        Some(why) => print_why(out, line, why),
    }
}

/// Each block of a page in its order: what became of it and why, where it stands, what it says.
fn print_why(out: &mut Out, line: &Value, why: &[Value]) -> std::io::Result<()> {
    let warnings = line.get("warnings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for warning in warnings {
        out.line(&format!("Warning: {}", clean(warning)))?;
    }
    let found = text(line, "published_by");
    if !found.is_empty() {
        out.line(&format!("Date found: {found}"))?;
    }
    for passage in why {
        let kept = passage.get("kept").and_then(Value::as_bool).unwrap_or_default();
        let (mark, color) = if kept { ("+", Color::Good) } else { ("-", Color::Bad) };
        let place = out.paint(Color::Dim, &clean(text(passage, "path")));
        let because = out.paint(color, &format!("{mark} {}", text(passage, "because")));
        out.line(&format!("\n{because}  {place}"))?;
        for words in text(passage, "text").lines() {
            out.line(&format!("    {}", clean(words)))?;
        }
    }
    out.line("")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
