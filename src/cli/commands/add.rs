//! `add`: a new source, tried before it is written down.
#![allow(clippy::disallowed_methods)] // the file that a person writes is no object of an archive

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde_json::json;
use url::Url;

use onrecord::collect::clock::{Clock, System};
use onrecord::collect::host::Hosts;
use onrecord::collect::sample::{Sample, common_feed, sample};
use onrecord::collect::sources::{self, STARTER, on_loopback};
use onrecord::model::source::Source;

use super::fetch;
use super::sources::lesson::Lesson;
use crate::cli::args::{Add, Common};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Out, clean};
use crate::cli::place::{self, Setup};

/// How many statements a sample shows.
pub const SHOWN: usize = 3;
/// How much of a text a sample shows, in characters.
const FIRST_WORDS: usize = 200;
/// Parts of a host's name that say nothing of the office.
const SILENT: [&str; 10] = ["www", "gov", "gouv", "gob", "govt", "mil", "com", "org", "net", "go"];

/// Runs the command.
pub fn run(common: &Common, args: &Add, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let url = address(&args.url)?;
    if let Some(known) = setup.config.sources.iter().find(|source| source.url == url) {
        return Err(Refused::wrong(format!("{} is asked already, as {}", clean(url.as_str()), known.id)));
    }
    let contact = fetch::contact(&setup, !on_loopback(&url))?;
    let id = match &args.id {
        Some(id) => id.clone(),
        None => free_id(&setup, &url),
    };
    let mut source = read_back(&setup, &block(&id, args.name.as_deref(), &url))?;
    let (clock, hosts): (Arc<dyn Clock>, _) = (Arc::new(System), Arc::new(Hosts::default()));
    let runtime = fetch::runtime()?;
    let mut found = runtime.block_on(sample(&source, &contact, &clock, &hosts, SHOWN));
    if found.items.is_empty()
        && let Some(feed) = runtime.block_on(common_feed(&source, &contact, &clock, &hosts))
    {
        source = read_back(&setup, &block(&id, args.name.as_deref(), &feed))?;
        found = runtime.block_on(sample(&source, &contact, &clock, &hosts, SHOWN));
    }
    show(out, &source, &found, None)?;
    if found.items.is_empty() {
        out.warn("Nothing was added: no list of statements was found. Try the address of the list or feed itself.")?;
        return Ok(Status::Found);
    }
    let text = block(&id, args.name.as_deref(), &source.url);
    if args.dry_run {
        out.talk(&format!("This would be added:\n\n{}", text.trim()))?;
        return Ok(Status::Done);
    }
    let file = setup.file.clone().unwrap_or_else(|| PathBuf::from("sources.toml"));
    append(&file, &text)?;
    out.talk(&format!("Added {id} to {}. `onrecord fetch {id}` takes its first statements.", file.display()))?;
    Ok(Status::Done)
}

/// Shows what a source offers and how it would be read.
pub fn show(out: &mut Out, source: &Source, found: &Sample, lesson: Option<&Lesson>) -> std::io::Result<()> {
    if out.json {
        let lists = found
            .lists
            .iter()
            .map(|(url, how, count)| json!({ "url": url.as_str(), "how": how.as_str(), "items": count }));
        let statements = found.statements.iter().map(|sampled| {
            let reading = sampled.outcome.as_ref().ok();
            json!({
                "url": sampled.item.url.as_str(),
                "title": reading.and_then(|reading| reading.text.title()),
                "published": reading.and_then(|reading| reading.text.published()).map(|date| date.to_string()),
                "language": reading.and_then(|reading| reading.text.language()),
                "text": reading.map(|reading| reading.text.body()),
                "error": sampled.outcome.as_ref().err(),
            })
        });
        return out.object(&json!({
            "source": source.id.as_str(),
            "url": source.url.as_str(),
            "lists": lists.collect::<Vec<_>>(),
            "statements": statements.collect::<Vec<_>>(),
            "problems": found.problems,
            "learnt": lesson.map(Lesson::object),
        }));
    }
    out.line(&format!("{}  {}", source.id, clean(source.url.as_str())))?;
    for (url, how, count) in &found.lists {
        out.line(&format!("  {:<8} {count} addresses  {}", how.as_str(), clean(url.as_str())))?;
    }
    for sampled in &found.statements {
        out.line(&format!("\n  {}", clean(sampled.item.url.as_str())))?;
        let Ok(reading) = &sampled.outcome else { continue };
        let known = |value: Option<String>| value.map_or("not found".to_owned(), |value| clean(&value));
        let text = &reading.text;
        out.line(&format!("    title     {}", known(text.title().map(str::to_owned))))?;
        out.line(&format!("    published {}", known(text.published().map(|date| date.to_string()))))?;
        out.line(&format!("    language  {}", known(text.language().map(str::to_owned))))?;
        let words: String = text.body().replace('\n', " ").chars().take(FIRST_WORDS).collect();
        out.line(&format!("    text      {}", clean(&words)))?;
    }
    for problem in &found.problems {
        out.line(&format!("  problem: {}", clean(problem)))?;
    }
    if let Some(lesson) = lesson {
        lesson.show(out)?;
    }
    out.line("")
}

/// An address as a person types it: without a scheme it is https.
pub fn address(typed: &str) -> Result<Url, Refused> {
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    match Url::parse(&whole) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Ok(url),
        Ok(_) | Err(_) => Err(Refused::wrong(format!("not an address of the web: {}", clean(typed)))),
    }
}

/// The lines of a source.
fn block(id: &str, name: Option<&str>, url: &Url) -> String {
    let quoted = |text: &str| serde_json::Value::from(text.replace(char::is_control, " ")).to_string();
    let name = name.map(|name| format!("name = {}\n", quoted(name))).unwrap_or_default();
    format!("\n[[source]]\nid = {}\n{name}url = {}\n", quoted(id), quoted(url.as_str()))
}

/// The source that the lines mean behind those that stand in the file.
fn read_back(setup: &Setup, block: &str) -> Result<Source, Refused> {
    let (before, folder) = match &setup.file {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            (text, file.parent().unwrap_or(Path::new(".")).to_owned())
        }
        None => (String::new(), PathBuf::from(".")),
    };
    let config = sources::parse(&format!("{before}\n{block}"), &place::absolute(&folder)?, &|settings| {
        onrecord::read::check(settings)
    });
    let config = config.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
        Refused::wrong(format!("the source cannot be added: {}", lines.join("; ")))
    })?;
    config.sources.into_iter().last().ok_or_else(|| Refused::wrong("the source cannot be added"))
}

/// Adds lines at the end of the file, so that all that stands in it stays as it was written. The file is replaced at once:
/// whoever reads it meanwhile sees the old one or the new one.
fn append(file: &Path, block: &str) -> Result<(), Refused> {
    let before = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => STARTER.to_owned(),
        Err(error) => return Err(anyhow::Error::new(error).context(format!("cannot read {}", file.display())).into()),
    };
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let written = std::fs::write(&beside, format!("{before}{gap}{block}"))
        .and_then(|()| match std::fs::metadata(file) {
            Ok(old) => std::fs::set_permissions(&beside, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&beside, file));
    Ok(written.with_context(|| format!("cannot write {}", file.display()))?)
}

/// A short name made from the host that no source has: `mod-az` of `www.mod.gov.az`.
fn free_id(setup: &Setup, url: &Url) -> String {
    let host = url.host_str().unwrap_or("source").to_ascii_lowercase();
    let telling: Vec<&str> = host.split('.').filter(|part| !SILENT.contains(part) && !part.is_empty()).collect();
    let fits = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let name: String = telling.join("-").chars().map(fits).collect();
    let name: String = name.trim_matches('-').chars().take(40).collect();
    let name = if name.is_empty() { "source".to_owned() } else { name };
    let taken = |name: &str| setup.config.sources.iter().any(|source| source.id.as_str() == name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}
