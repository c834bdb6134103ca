//! Which two texts a person means.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::cell::OnceCell;
use std::path::Path;

use anyhow::Context;
use url::Url;

use onrecord::archive::history::{History, Revision};
use onrecord::archive::reader::{Archive, KeptExchange, Places};
use onrecord::collect::round::read_kept;
use onrecord::model::capture::Beside;
use onrecord::model::source::ReadSettings;
use onrecord::model::statement::StatementId;
use onrecord::model::text::{Text, dates_agree};
use onrecord::read::site;
use onrecord::read::{self, Page};

use super::{Content, Named, Pair, Pairs};
use crate::cli::args::{Common, Diff};
use crate::cli::edge::Refused;
use crate::cli::names;
use crate::cli::out::clean;
use crate::cli::place::{self, Setup};

/// The pair that the arguments name.
pub(super) fn pair(common: &Common, args: &Diff) -> Result<Pairs, Refused> {
    let is_file = |name: &String| Path::new(name).is_file();
    if let Some(other) = &args.against {
        let [statement] = &args.what[..] else {
            return Err(Refused::wrong("diff --against takes one statement, or none for all"));
        };
        return against(common, statement, other);
    }
    match &args.what[..] {
        [old, new] if is_file(old) && is_file(new) => {
            let pair = Pair { statement: None, old: file(old)?, new: file(new)?, reverted: None };
            Ok(Pairs { pairs: vec![pair], archive: None })
        }
        [statement, name] if is_file(name) || is_file(statement) => {
            let setup = place::set_up(common)?;
            let archive = setup.open()?;
            let (statement, name, turned) =
                if is_file(name) { (statement, name, false) } else { (name, statement, true) };
            let (id, revision) = picked(&archive, statement)?;
            let (kept, file) = (named(&setup, &archive, &id, &revision)?, file(name)?);
            let (old, new) = if turned { (file, kept) } else { (kept, file) };
            let pair = Pair { statement: Some(id), old, new, reverted: None };
            Ok(Pairs { pairs: vec![pair], archive: Some(archive) })
        }
        [old, new] if names::pick(new).is_err() => {
            let setup = place::set_up(common)?;
            let archive = setup.open()?;
            let ((old, before), (new, after)) = (picked(&archive, old)?, picked(&archive, new)?);
            let pair = Pair {
                old: named(&setup, &archive, &old, &before)?,
                new: named(&setup, &archive, &new, &after)?,
                statement: Some(new),
                reverted: None,
            };
            Ok(Pairs { pairs: vec![pair], archive: Some(archive) })
        }
        [statement, rest @ ..] => revisions(common, statement, rest),
        [] => Err(Refused::wrong("diff takes a statement or two files")),
    }
}

/// Two revisions of a statement: the last change, from A to the latest, or from A to B.
fn revisions(common: &Common, statement: &str, rest: &[String]) -> Result<Pairs, Refused> {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let (id, history, at) = names::find_revision(&archive, statement)?;
    let (old, new) = match rest {
        [] if history.revisions.len() < 2 => {
            return Err(Refused::wrong(format!("{} has one revision: nothing has changed yet", id.short())));
        }
        [] => (at.max(1) - 1, at.max(1)),
        [a] => (names::picked(&history, names::pick(a)?)?, history.revisions.len() - 1),
        [a, b, ..] => (names::picked(&history, names::pick(a)?)?, names::picked(&history, names::pick(b)?)?),
    };
    let reverted = if old < new { reverted(&history, new) } else { None };
    let pair = Pair {
        old: named(&setup, &archive, &id, &history.revisions[old])?,
        new: named(&setup, &archive, &id, &history.revisions[new])?,
        statement: Some(id),
        reverted,
    };
    Ok(Pairs { pairs: vec![pair], archive: Some(archive) })
}

/// A statement as it stands in another archive, and as it stands in ours.
fn against(common: &Common, statement: &str, other: &Path) -> Result<Pairs, Refused> {
    let (setup, (there, others)) = (place::set_up(common)?, elsewhere(common, other)?);
    let archive = setup.open()?;
    let (id, revision) = picked(&archive, statement)?;
    let history = others.history(&id)?;
    let Some(latest) = history.latest() else {
        return Err(Refused::wrong(format!("{} has no text in the archive at {}", id.short(), other.display())));
    };
    let mut old = named(&there, &others, &id, latest)?;
    old.name = format!("{} in {}", old.name, other.display());
    let new = named(&setup, &archive, &id, &revision)?;
    let pair = Pair { statement: Some(id), old, new, reverted: None };
    Ok(Pairs { pairs: vec![pair], archive: Some(archive) })
}

/// The same configuration with another archive, which may be an older copy of ours: no newer state of it is asked for.
pub(super) fn elsewhere(common: &Common, archive: &Path) -> Result<(Setup, Archive), Refused> {
    let setup = place::set_up(&Common { config: common.config.clone(), archive: Some(archive.to_owned()), ..*common })?;
    let opened = Archive::open(&Places { desk: None, ..setup.places()? });
    let opened = opened.with_context(|| format!("cannot open the archive at {}", archive.display()))?;
    Ok((setup, opened))
}

/// The earlier revision, not the one before, that a revision reads the same as.
pub fn reverted(history: &History, at: usize) -> Option<u32> {
    let (now, earlier) = (&history.revisions.get(at)?.text, history.revisions.get(..at.checked_sub(1)?)?);
    let same = |revision: &&Revision| {
        revision.text.wording == now.wording && dates_agree(revision.text.published, now.published)
    };
    earlier.iter().rev().find(same).map(|revision| revision.number)
}

fn picked(archive: &Archive, name: &str) -> Result<(StatementId, Revision), Refused> {
    let (id, mut history, at) = names::find_revision(archive, name)?;
    Ok((id, history.revisions.swap_remove(at)))
}

/// A revision with its text, and with what stands beside that where its body is kept.
pub(super) fn named(setup: &Setup, archive: &Archive, id: &StatementId, revision: &Revision) -> Result<Named, Refused> {
    let text = archive.text(&revision.text.digest)?.ok_or_else(|| {
        Refused::failed_with(
            format!("the text {} cannot be read", revision.text.digest),
            "`onrecord verify` lists everything that is damaged",
        )
    })?;
    let name = format!("{}@{}", id.short(), revision.number);
    Ok(Named { name, content: Content::Statement(text), beside: beside(setup, archive, id, revision)? })
}

/// What stands beside a revision's text; `None` where its body was not kept.
fn beside(setup: &Setup, archive: &Archive, id: &StatementId, revision: &Revision) -> Result<Option<Beside>, Refused> {
    let Some(row) = archive.summary(id)? else { return Ok(None) };
    let (Ok(url), Ok(Some(KeptExchange { head, body }))) = (Url::parse(&row.url), archive.exchange(revision.capture))
    else {
        return Ok(None);
    };
    let settings = setup.config.sources.iter().find(|source| source.id == row.source).map(|source| &source.reading);
    let settings = site::with(&settings.cloned().unwrap_or_default(), &archive.rules(&row.source)?);
    let reading = read_kept(&head, &body, &url, revision.first_seen, &settings);
    Ok(Some(reading.beside))
}

pub(super) fn file(path: &str) -> Result<Named, Refused> {
    let (content, beside) = read_file(path)?;
    Ok(Named { name: path.to_owned(), content, beside })
}

/// A file as a text of a statement: our canonical form, a saved page, or plain paragraphs.
pub fn open(path: &str) -> Result<Text, Refused> {
    let content = read_file(path)?.0;
    let language = content.language();
    Ok(match &content {
        Content::Plain(text, _) => Text::new(None, None, language, text.replace("\r\n", "\n").split("\n\n")),
        Content::Statement(text) => text.clone(),
    })
}

fn read_file(path: &str) -> Result<(Content, Option<Beside>), Refused> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", clean(path)))?;
    // Without a field it is any text that happens to begin with an empty line.
    let is_statement = |text: &Text| text.title().is_some() || text.published().is_some() || text.language().is_some();
    if let Some(text) = std::str::from_utf8(&bytes).ok().and_then(Text::parse).filter(is_statement) {
        return Ok((Content::Statement(text), None));
    }
    let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).trim_start().to_lowercase();
    if start.starts_with('<') && ["<html", "<!doctype", "<body", "<head", "<?xml"].iter().any(|tag| start.contains(tag))
    {
        let page = Page { body: &bytes, content_type: None, url: None, captured_at: None };
        let reading = read::read(&page, &ReadSettings::default());
        return Ok((Content::Statement(reading.text), Some(reading.beside)));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => read::charset::decode(error.as_bytes(), Some("text/plain")).text,
    };
    Ok((Content::Plain(text, OnceCell::new()), None))
}
