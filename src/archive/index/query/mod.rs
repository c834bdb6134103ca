//! Asking the index.

mod evidence;
mod looks;
mod names;
mod sources;
mod stamps;
mod usual;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params_from_iter};

use crate::archive::history::{Seq, State};
use crate::archive::index::{Index, IndexError};
use crate::model::digest::Digest;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::{Instant, Stated};

pub use evidence::TextsIn;
pub use looks::{KeptResponse, Standing, Unread};
pub use names::{Place, Resolved};
pub use sources::{Answer, Health, Known, Learnt, Polled};
pub use stamps::Stamped;
pub use usual::Offer;

/// A statement as a list shows it.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Its id.
    pub statement: StatementId,
    /// The source that it belongs to now.
    pub source: SourceId,
    /// The address that was asked last.
    pub url: String,
    /// Its title.
    pub title: Option<String>,
    /// Its date as stated.
    pub published: Option<Stated>,
    /// Its language.
    pub language: Option<String>,
    /// The hash of the statement as it was last seen.
    pub text: Option<Digest>,
    /// The body that it was read from.
    pub body: Option<Digest>,
    /// When it was first looked at.
    pub first_seen: Instant,
    /// When it was last seen standing.
    pub last_seen: Option<Instant>,
    /// When it was last looked at.
    pub last_look: Instant,
    /// The capture of the revision that stands.
    pub entry: Seq,
    /// How many revisions there are.
    pub revisions: u32,
    /// Whether it stands.
    pub state: State,
    /// What is remarkable.
    pub flags: Vec<String>,
}

/// Which statements are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of these sources; all where empty.
    pub sources: Vec<SourceId>,
    /// Published, or else first seen, at or after.
    pub since: Option<Instant>,
    /// Published, or else first seen, before.
    pub until: Option<Instant>,
    /// In this state.
    pub state: Option<State>,
    /// In this language.
    pub language: Option<String>,
    /// With more than one revision.
    pub changed: bool,
    /// With this flag.
    pub flag: Option<String>,
}

pub(in crate::archive::index) fn digest(bytes: Vec<u8>) -> Digest {
    // a blob of another length can only come from damage; it then equals no digest that is asked for
    Digest::from_bytes(bytes.try_into().unwrap_or([0; 32]))
}

pub(in crate::archive::index) fn instant(millis: i64) -> Instant {
    chrono::DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

fn optional_digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Digest>> {
    Ok(row.get::<_, Option<Vec<u8>>>(column)?.map(digest))
}

fn bad(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, what.into())
}

fn source_id(row: &Row<'_>, column: usize) -> rusqlite::Result<SourceId> {
    row.get::<_, String>(column)?.parse().map_err(|_| bad(column, "not a source id"))
}

fn statement_id(row: &Row<'_>, minted: usize, id: usize) -> rusqlite::Result<StatementId> {
    let text = format!("{}/{}", row.get::<_, String>(minted)?, digest(row.get(id)?).hex());
    text.parse().map_err(|_| bad(minted, "not a statement id"))
}

const SUMMARY: &str =
    "SELECT id, minted, source, url, title, published, language, text, body, first_seen, last_seen, last_look, entry,
    revisions, state, flags FROM statement";

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        statement: statement_id(row, 1, 0)?,
        source: source_id(row, 2)?,
        url: row.get(3)?,
        title: row.get(4)?,
        published: row.get::<_, Option<String>>(5)?.and_then(|date| date.parse().ok()),
        language: row.get(6)?,
        text: optional_digest(row, 7)?,
        body: optional_digest(row, 8)?,
        first_seen: instant(row.get(9)?),
        last_seen: row.get::<_, Option<i64>>(10)?.map(instant),
        last_look: instant(row.get(11)?),
        entry: Seq(row.get(12)?),
        revisions: row.get(13)?,
        state: State::from_word(&row.get::<_, String>(14)?).ok_or_else(|| bad(14, "not a state"))?,
        flags: row.get::<_, String>(15)?.split_whitespace().map(str::to_owned).collect(),
    })
}

impl Index {
    /// The statements that have a text, newest first: by stated date, else by when they were first seen.
    pub fn statements(&self, filter: &Filter) -> Result<Vec<Summary>, IndexError> {
        let mut sql = format!("{SUMMARY} WHERE revisions > 0");
        let mut values: Vec<Value> = Vec::new();
        if !filter.sources.is_empty() {
            sql.push_str(&format!(" AND source IN ({})", vec!["?"; filter.sources.len()].join(",")));
            values.extend(filter.sources.iter().map(|id| Value::from(id.as_str().to_owned())));
        }
        if let Some(state) = filter.state {
            sql.push_str(" AND state = ?");
            values.push(Value::from(state.as_str().to_owned()));
        }
        if let Some(language) = &filter.language {
            sql.push_str(" AND (language = ? OR language LIKE ? || '-%')");
            values.extend([Value::from(language.clone()), Value::from(language.clone())]);
        }
        if filter.changed {
            sql.push_str(" AND revisions > 1");
        }
        if let Some(flag) = &filter.flag {
            sql.push_str(" AND ' ' || flags || ' ' LIKE '% ' || ? || ' %'");
            values.push(Value::from(flag.clone()));
        }
        let mut select = self.connection.prepare(&sql)?;
        let rows = select.query_map(params_from_iter(values), summary)?;
        let mut found: Vec<Summary> = rows.collect::<Result<_, _>>()?;
        // a stated date may be a day, a local time or a time with offset: no order of their texts is right
        let when = |row: &Summary| row.published.and_then(|date| date.latest()).unwrap_or(row.first_seen);
        found.retain(|row| {
            filter.since.is_none_or(|since| when(row) >= since)
                && filter.until.is_none_or(|until| {
                    let begins = row.published.and_then(|date| date.day().and_hms_opt(0, 0, 0));
                    begins.map_or(row.first_seen, |day| day.and_utc()) < until
                })
        });
        found.sort_by_cached_key(|row| (std::cmp::Reverse(when(row)), std::cmp::Reverse(row.first_seen), row.entry));
        Ok(found)
    }

    /// One statement's summary.
    pub fn summary(&self, statement: &Digest) -> Result<Option<Summary>, IndexError> {
        let mut select = self.connection.prepare_cached(&format!("{SUMMARY} WHERE id = ?1"))?;
        Ok(select.query_row([statement.as_bytes()], summary).optional()?)
    }

    /// How many statements have a text.
    pub fn count(&self) -> Result<u64, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT count(*) FROM statement WHERE revisions > 0")?;
        Ok(select.query_row([], |row| row.get(0))?)
    }
}
