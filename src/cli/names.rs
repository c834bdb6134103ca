//! What a person calls a statement, a revision, a date, a time span.

use chrono::{NaiveDate, NaiveDateTime};

use onrecord::archive::history::{History, Revision, Seq};
use onrecord::archive::index::Resolved;
use onrecord::archive::reader::Archive;
use onrecord::model::digest::Digest;
use onrecord::model::statement::StatementId;
use onrecord::model::time::{Instant, parse_rfc3339};

use super::edge::Refused;
use super::out::clean;

/// A statement, and which of its revisions is meant.
#[derive(Clone, Debug)]
pub struct Named {
    /// The statement.
    pub statement: StatementId,
    /// The revision, where one was picked.
    pub pick: Option<Pick>,
}

/// How a revision was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// By its number, from 1.
    Number(u32),
    /// What stood then.
    At(Instant),
    /// The one that this capture shows.
    Capture(Seq),
}

/// Finds the statement that a name means: an id or its beginning, an address, a digest or its beginning; with `@` and a
/// revision or a date behind it.
pub fn find(archive: &Archive, name: &str) -> Result<Named, Refused> {
    // an address may hold an @ of its own: the whole is tried first
    if let Some(resolved) = find_whole(archive, name)? {
        return Ok(match resolved {
            Resolved::Statement(statement) => Named { statement, pick: None },
            Resolved::Capture(statement, capture) => Named { statement, pick: Some(Pick::Capture(capture)) },
        });
    }
    if let Some((name, behind)) = name.rsplit_once('@')
        && let Ok(pick) = pick(behind)
        && let Some(Resolved::Statement(statement) | Resolved::Capture(statement, _)) = find_whole(archive, name)?
    {
        return Ok(Named { statement, pick: Some(pick) });
    }
    Err(Refused::wrong_with(
        format!("no statement is called {:?}", clean(name)),
        "`onrecord list` shows ids; an address or sha256:... is taken too",
    ))
}

/// Finds a statement and the revision of it that a name means; the latest where none was picked.
pub fn find_revision(archive: &Archive, name: &str) -> Result<(StatementId, History, usize), Refused> {
    let named = find(archive, name)?;
    let history = archive.history(&named.statement)?;
    let at = match named.pick {
        Some(pick) => picked(&history, pick)?,
        None => history.revisions.len().checked_sub(1).ok_or_else(|| unread(&named.statement))?,
    };
    Ok((named.statement, history, at))
}

fn unread(statement: &StatementId) -> Refused {
    Refused::wrong_with(
        format!("no text of {} is kept: it was never found readable", statement.short()),
        "`onrecord history` shows what was seen",
    )
}

/// The place of the picked revision in a history.
pub fn picked(history: &History, pick: Pick) -> Result<usize, Refused> {
    let count = history.revisions.len();
    let found = match pick {
        Pick::Number(number) => history.revisions.iter().position(|revision| revision.number == number),
        Pick::At(time) => history.revisions.iter().rposition(|revision| revision.first_seen <= time),
        Pick::Capture(capture) => {
            let seen = history.seen.iter().find(|seen| seen.seq == capture).map(|seen| seen.revision);
            history.revisions.iter().position(|revision| revision.capture == capture || Some(revision.number) == seen)
        }
    };
    found.ok_or_else(|| match pick {
        Pick::Number(number) => Refused::wrong(format!("there is no revision {number}: the statement has {count}")),
        Pick::At(time) => Refused::wrong(format!("nothing was seen of the statement up to {time}")),
        Pick::Capture(_) => Refused::wrong("no revision shows those bytes"),
    })
}

/// Reads what stands behind an `@`, or as an argument of its own: a revision's number, a day, a time.
pub fn pick(text: &str) -> Result<Pick, Refused> {
    if let Ok(number) = text.parse() {
        return Ok(Pick::Number(number));
    }
    end_of(text).map(Pick::At)
}

/// A day's last instant, or the time that was given.
pub fn end_of(text: &str) -> Result<Instant, Refused> {
    moment(text, (23, 59, 59))
}

/// A day's first instant, or the time that was given.
pub fn start_of(text: &str) -> Result<Instant, Refused> {
    moment(text, (0, 0, 0))
}

fn moment(text: &str, (hour, minute, second): (u32, u32, u32)) -> Result<Instant, Refused> {
    if let Some(time) = parse_rfc3339(text) {
        return Ok(time);
    }
    let forms = ["%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    if let Some(time) = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        return Ok(time.and_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(hour, minute, second));
    day.map(|time| time.and_utc()).ok_or_else(|| {
        Refused::wrong_with(
            format!("{:?} is no date", clean(text)),
            "write 2023-03-25 (UTC), 2023-03-25T10:00Z, or a revision's number",
        )
    })
}

/// A span of time: `90s`, `5m`, `2h`, `1d`.
pub fn span(text: &str) -> Result<std::time::Duration, Refused> {
    let bad = || Refused::wrong_with(format!("{:?} is no span of time", clean(text)), "write 90s, 5m, 2h or 1d");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| bad())?;
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(bad()),
    };
    number.checked_mul(seconds).map(std::time::Duration::from_secs).ok_or_else(bad)
}

/// The whole digest that a person means by `sha256:` and at least 8 hex digits, among those that are kept.
pub fn digest(archive: &Archive, name: &str) -> Result<Digest, Refused> {
    let hex = name.strip_prefix("sha256:").unwrap_or(name).to_ascii_lowercase();
    if let Some(digest) = Digest::from_hex(&hex) {
        return Ok(digest);
    }
    if hex.len() < 8 || hex.len() > 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Refused::wrong_with(
            format!("{:?} is no digest", clean(name)),
            "write sha256: and at least 8 of its 64 hex digits",
        ));
    }
    let found = archive.index().digests_beginning(&hex)?;
    match &found[..] {
        [one] => Ok(*one),
        [] => Err(Refused::wrong(format!("nothing is kept whose digest begins with {hex}"))),
        many => Err(ambiguous(name, many.iter().map(Digest::to_string))),
    }
}

fn find_whole(archive: &Archive, name: &str) -> Result<Option<Resolved>, Refused> {
    let one = |found: Vec<StatementId>| match &found[..] {
        [] => Ok(None),
        [one] => Ok(Some(Resolved::Statement(one.clone()))),
        many => Err(ambiguous(name, many.iter().map(|id| format!("{}/{}", id.source(), &id.digest().hex()[..16])))),
    };
    if name.contains("://") {
        return one(archive.index().at_address(name)?);
    }
    if name.starts_with("sha256:") {
        let digest = match digest(archive, name) {
            Ok(digest) => digest,
            Err(refused) if name.contains('@') => {
                drop(refused);
                return Ok(None);
            }
            Err(refused) => return Err(refused),
        };
        let mut showing = archive.index().showing(&digest)?;
        return match showing.len() {
            0 => Ok(None),
            1 => Ok(showing.pop()),
            _ => {
                let ids = showing.iter().map(|resolved| match resolved {
                    Resolved::Statement(id) | Resolved::Capture(id, _) => id.short(),
                });
                Err(ambiguous(name, ids))
            }
        };
    }
    match name.split_once('/') {
        Some((source, hex)) => one(archive.index().ids_beginning(Some(source), hex)?),
        None if name.len() >= 4 => one(archive.index().ids_beginning(None, name)?),
        None => Ok(None),
    }
}

fn ambiguous(name: &str, candidates: impl Iterator<Item = String>) -> Refused {
    let list: Vec<String> = candidates.collect();
    Refused::wrong_with(
        format!("{:?} can mean more than one:\n  {}", clean(name), list.join("\n  ")),
        "write more of it",
    )
}

/// A revision as people speak of it: its number, and when it was first seen.
pub fn call(revision: &Revision) -> String {
    format!("revision {} (first seen {})", revision.number, revision.first_seen.format("%Y-%m-%d %H:%M UTC"))
}
