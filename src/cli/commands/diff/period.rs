//! Many changes at once: those of a period, and those between two archives.

use std::collections::HashSet;
use std::path::Path;

use onrecord::archive::index::{Filter, Summary};
use onrecord::archive::reader::Archive;
use onrecord::model::statement::SourceId;

use super::texts::{elsewhere, named, reverted};
use super::{Named, Pair, Pairs};
use crate::cli::args::{Common, Diff};
use crate::cli::edge::Refused;
use crate::cli::out::Out;
use crate::cli::{names, place};

/// Every revision that was first seen in a period, with the one before it.
pub(super) fn changes(common: &Common, args: &Diff, since: &str) -> Result<Pairs, Refused> {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let since = names::start_of(since)?;
    let until = args.until.as_deref().map(names::end_of).transpose()?;
    let mut only = HashSet::new();
    for name in &args.what {
        only.insert(names::find(&archive, name)?.statement);
    }
    let filter = Filter { changed: true, sources: sources(&archive, args)?, ..Filter::default() };
    let mut pairs = Vec::new();
    for row in archive.index().statements(&filter)? {
        if row.last_look < since || !only.is_empty() && !only.contains(&row.statement) {
            continue;
        }
        let history = archive.history(&row.statement)?;
        for (at, revision) in history.revisions.iter().enumerate().skip(1) {
            if revision.first_seen >= since && until.is_none_or(|until| revision.first_seen <= until) {
                pairs.push(Pair {
                    statement: Some(row.statement.clone()),
                    old: named(&setup, &archive, &row.statement, &history.revisions[at - 1])?,
                    new: named(&setup, &archive, &row.statement, revision)?,
                    reverted: reverted(&history, at),
                });
            }
        }
    }
    Ok(Pairs { pairs, archive: Some(archive) })
}

/// Every statement whose latest text is another one in another archive; what stands in one alone is told beside.
pub(super) fn against(common: &Common, args: &Diff, other: &Path, out: &mut Out) -> Result<Pairs, Refused> {
    let (setup, (there, others)) = (place::set_up(common)?, elsewhere(common, other)?);
    let archive = setup.open()?;
    let filter = Filter { sources: sources(&archive, args)?, ..Filter::default() };
    let (ours, mut theirs) = (archive.index().statements(&filter)?, HashSet::new());
    theirs.extend(others.index().statements(&filter)?.into_iter().map(|row| row.statement));
    let (mut pairs, mut alone) = (Vec::new(), 0);
    for row in ours {
        if !theirs.remove(&row.statement) {
            alone += 1;
            continue;
        }
        let latest = |archive: &Archive, setup: &place::Setup| -> Result<Option<Named>, Refused> {
            let history = archive.history(&row.statement)?;
            history.latest().map(|revision| named(setup, archive, &row.statement, revision)).transpose()
        };
        if others.summary(&row.statement)?.is_some_and(|same: Summary| same.text == row.text) {
            continue;
        }
        if let (Some(mut old), Some(new)) = (latest(&others, &there)?, latest(&archive, &setup)?) {
            old.name = format!("{} in {}", old.name, other.display());
            pairs.push(Pair { statement: Some(row.statement.clone()), old, new, reverted: None });
        }
    }
    let only =
        |count: usize, place: &str| format!("{count} statement{} {place} only", if count == 1 { "" } else { "s" });
    if alone > 0 {
        out.talk(&only(alone, "here"))?;
    }
    if !theirs.is_empty() {
        out.talk(&only(theirs.len(), "there"))?;
    }
    Ok(Pairs { pairs, archive: Some(archive) })
}

/// The sources that were asked for, each of which the archive must know.
fn sources(archive: &Archive, args: &Diff) -> Result<Vec<SourceId>, Refused> {
    let known = archive.index().sources()?;
    let find = |name: &String| {
        known.iter().find(|id| id.as_str() == name).cloned().ok_or_else(|| {
            Refused::wrong_with(format!("the archive knows no source {name:?}"), "`onrecord sources` lists them")
        })
    };
    args.source.iter().map(find).collect()
}
