//! Asking the index.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::{Index, IndexError};
use crate::archive::history::{Look, Read, Readings, Seq, State, TextHead};
use crate::model::address;
use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::{Instant, Stated};

/// Where bytes lie.
#[derive(Clone, Debug)]
pub struct Place {
    /// The segment file's key.
    pub key: String,
    /// Where the member begins.
    pub offset: u64,
    /// How long it is, compressed.
    pub length: u64,
    /// Whether the body in the record's block is meant, not the block.
    pub is_body: bool,
}

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

/// What a name that a person gave may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A statement.
    Statement(StatementId),
    /// A statement at the capture that the digest belongs to.
    Capture(StatementId, Seq),
}

/// A statement's standing before the next look at it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The capture whose body stands for what was last seen.
    pub current: Option<Seq>,
    /// Its body.
    pub body: Option<Digest>,
    /// Its readings, in the order of the log.
    pub readings: Vec<Read>,
    /// What the last look was: its verdict and status.
    pub last: Option<(Verdict, Option<u16>)>,
}

/// A statement that a source has, as far as a round needs it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id.
    pub statement: StatementId,
    /// Its address.
    pub url: String,
    /// When it was first looked at.
    pub first_seen: Instant,
    /// When it was last looked at.
    pub last_look: Instant,
    /// Whether it stands.
    pub state: State,
    /// Whether any text of it is kept.
    pub has_text: bool,
}

/// A capture that a reader has not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Whose.
    pub statement: StatementId,
    /// The capture.
    pub capture: Seq,
    /// Its address.
    pub url: String,
    /// When it was made.
    pub time: Instant,
    /// The text that its last reading found.
    pub text: Option<Digest>,
}

/// ETag and Last-Modified of the last answer that was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The entity tag.
    pub etag: Option<String>,
    /// The date of the last change.
    pub modified: Option<String>,
}

pub(super) fn digest(bytes: Vec<u8>) -> Digest {
    // a blob of another length can only come from damage; it then equals no digest that is asked for
    Digest::from_bytes(bytes.try_into().unwrap_or([0; 32]))
}

fn instant(millis: i64) -> Instant {
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
    /// Where bytes with this digest lie.
    pub fn find(&self, digest: &Digest) -> Result<Option<Place>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT key, offset, length, part FROM record JOIN file ON file.id = record.file WHERE digest = ?1
             ORDER BY part, file, offset LIMIT 1",
        )?;
        let found = select.query_row([digest.as_bytes()], |row| {
            let is_body = row.get::<_, i64>(3)? == 1;
            Ok(Place { key: row.get(0)?, offset: row.get(1)?, length: row.get(2)?, is_body })
        });
        Ok(found.optional()?)
    }

    /// Digests of kept bytes that begin with these hex digits, at most ten.
    pub fn digests_beginning(&self, hex: &str) -> Result<Vec<Digest>, IndexError> {
        let Some((low, high)) = prefix_range(hex) else { return Ok(Vec::new()) };
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT digest FROM record WHERE digest BETWEEN ?1 AND ?2 ORDER BY digest LIMIT 10",
        )?;
        let rows = select.query_map(params![low, high], |row| Ok(digest(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

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

    /// Statements whose id begins with these hex digits, of one source or of any; at most ten.
    pub fn ids_beginning(&self, source: Option<&str>, hex: &str) -> Result<Vec<StatementId>, IndexError> {
        let Some((low, high)) = prefix_range(hex) else { return Ok(Vec::new()) };
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id FROM statement WHERE id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR minted = ?3 OR source = ?3)
             ORDER BY id LIMIT 10",
        )?;
        let rows = select.query_map(params![low, high, source], |row| statement_id(row, 0, 1))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Statements that stand, or stood, at an address.
    pub fn at_address(&self, url: &str) -> Result<Vec<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id FROM address JOIN statement ON statement.id = address.statement WHERE key = ?1
             ORDER BY statement.first_seen LIMIT 10",
        )?;
        let rows = select.query_map([address::key(url)], |row| statement_id(row, 0, 1))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Statements, and the captures of them, that show a text or a body with this digest.
    pub fn showing(&self, digest: &Digest) -> Result<Vec<Resolved>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id, min(seq) FROM (
                 SELECT statement, capture.seq AS seq FROM capture JOIN reading ON reading.capture = capture.seq WHERE reading.text = ?1
                 UNION ALL SELECT statement, seq FROM capture WHERE body = ?1
             ) JOIN statement ON statement.id = statement GROUP BY id ORDER BY min(seq) LIMIT 10",
        )?;
        let rows = select
            .query_map([digest.as_bytes()], |row| Ok(Resolved::Capture(statement_id(row, 0, 1)?, Seq(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Statements, and the captures of them, whose title and paragraphs have this digest.
    pub fn wording(&self, wording: &Digest) -> Result<Vec<Resolved>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id, min(capture.seq) FROM text JOIN reading ON reading.text = text.digest
             JOIN capture ON capture.seq = reading.capture JOIN statement ON statement.id = capture.statement
             WHERE wording = ?1 GROUP BY id ORDER BY min(capture.seq) LIMIT 10",
        )?;
        let rows = select
            .query_map([wording.as_bytes()], |row| Ok(Resolved::Capture(statement_id(row, 0, 1)?, Seq(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The statement that a source has at an address.
    pub fn known_at(&self, source: &SourceId, url: &str) -> Result<Option<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id FROM address JOIN statement ON statement.id = address.statement
             WHERE key = ?1 AND source = ?2 ORDER BY first_seen LIMIT 1",
        )?;
        let found = select.query_row(params![address::key(url), source.as_str()], |row| statement_id(row, 0, 1));
        Ok(found.optional()?)
    }

    /// All statements of a source, newest first.
    pub fn known(&self, source: &SourceId) -> Result<Vec<Known>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id, url, first_seen, last_look, state, revisions FROM statement WHERE source = ?1
             ORDER BY first_seen DESC, entry",
        )?;
        let rows = select.query_map([source.as_str()], |row| {
            Ok(Known {
                statement: statement_id(row, 0, 1)?,
                url: row.get(2)?,
                first_seen: instant(row.get(3)?),
                last_look: instant(row.get(4)?),
                state: State::from_word(&row.get::<_, String>(5)?).ok_or_else(|| bad(5, "not a state"))?,
                has_text: row.get::<_, i64>(6)? > 0,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A statement's standing before the next look at it; all empty for one that is not known.
    pub fn standing(&self, statement: &Digest) -> Result<Standing, IndexError> {
        let (looks, mut readings) = self.looks(statement)?;
        let current = looks.iter().rev().find_map(|(_, look)| {
            let stands = match look.verdict {
                Verdict::Statement | Verdict::NotModified | Verdict::Listing => true,
                Verdict::Gone | Verdict::Unwell | Verdict::Blocked | Verdict::Disallowed | Verdict::Failed => false,
            };
            stands.then_some(look.equals.unwrap_or(look.seq))
        });
        let body = looks.iter().find(|(_, look)| Some(look.seq) == current).and_then(|(_, look)| look.body);
        let readings = current.and_then(|current| readings.remove(&current)).unwrap_or_default();
        let last = looks.last().map(|(_, look)| (look.verdict, look.status));
        Ok(Standing { current, body, readings, last })
    }

    /// The looks at a statement, in the order of the log (of several logs: by time), each with the source that asked,
    /// and the readings of its captures.
    pub(super) fn looks(&self, statement: &Digest) -> Result<(Vec<(SourceId, Look)>, Readings), IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, round, time, url, status, verdict, body, response, equals, confirm, final, reason, source FROM capture
             WHERE statement = ?1 ORDER BY seq",
        )?;
        let rows = select.query_map([statement.as_bytes()], |row| {
            let look = Look {
                seq: Seq(row.get(0)?),
                round: instant(row.get(1)?),
                time: instant(row.get(2)?),
                url: row.get(3)?,
                status: row.get(4)?,
                verdict: Verdict::from_word(&row.get::<_, String>(5)?).ok_or_else(|| bad(5, "not a verdict"))?,
                body: optional_digest(row, 6)?,
                response: optional_digest(row, 7)?,
                equals: row.get::<_, Option<i64>>(8)?.map(Seq),
                confirm: row.get(9)?,
                final_at_once: row.get(10)?,
                reason: row.get(11)?,
            };
            Ok((source_id(row, 12)?, look))
        })?;
        let mut looks: Vec<(SourceId, Look)> = rows.collect::<Result<_, _>>()?;
        if looks.first().map(|(_, look)| look.seq.log()) != looks.last().map(|(_, look)| look.seq.log()) {
            looks.sort_by_key(|(_, look)| (look.time, look.seq));
        }
        let mut select = self.connection.prepare_cached(
            "SELECT reading.capture, reading.seq, reader, visible, text.digest, title, published, language, wording
             FROM capture JOIN reading ON reading.capture = capture.seq LEFT JOIN text ON text.digest = reading.text
             WHERE statement = ?1 ORDER BY reading.seq",
        )?;
        let rows = select.query_map([statement.as_bytes()], |row| {
            let text = match optional_digest(row, 4)? {
                None => None,
                Some(digest) => Some(TextHead {
                    digest,
                    title: row.get(5)?,
                    published: row.get::<_, Option<String>>(6)?.and_then(|date| date.parse().ok()),
                    language: row.get(7)?,
                    wording: optional_digest(row, 8)?.unwrap_or(digest),
                }),
            };
            let read =
                Read { seq: Seq(row.get(1)?), reader: ReaderId(row.get(2)?), text, visible: optional_digest(row, 3)? };
            Ok((Seq(row.get(0)?), read))
        })?;
        let mut readings: Readings = HashMap::new();
        for row in rows {
            let (capture, read) = row?;
            readings.entry(capture).or_default().push(read);
        }
        Ok((looks, readings))
    }

    /// When a source's listing was last answered in a round before this one.
    pub fn last_listing_before(&self, source: &SourceId, round: Instant) -> Result<Option<Instant>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT max(time) FROM poll WHERE source = ?1 AND round < ?2 AND verdict IN ('listing', 'not-modified')",
        )?;
        let time: Option<i64> =
            select.query_row(params![source.as_str(), round.timestamp_millis()], |row| row.get(0))?;
        Ok(time.map(instant))
    }

    /// Digests of the body and of the set of links that a listing had at its last answer.
    pub fn last_poll(
        &self,
        source: &SourceId,
        url: &str,
    ) -> Result<Option<(Option<Digest>, Option<Digest>)>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT body, links FROM poll WHERE source = ?1 AND url = ?2 AND links IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )?;
        let found = select
            .query_row(params![source.as_str(), url], |row| Ok((optional_digest(row, 0)?, optional_digest(row, 1)?)));
        Ok(found.optional()?)
    }

    /// Verdict of the last poll of an address.
    pub fn last_poll_verdict(&self, source: &SourceId, url: &str) -> Result<Option<Verdict>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT verdict FROM poll WHERE source = ?1 AND url = ?2 ORDER BY seq DESC LIMIT 1")?;
        let found = select.query_row(params![source.as_str(), url], |row| row.get::<_, String>(0));
        Ok(found.optional()?.and_then(|word| Verdict::from_word(&word)))
    }

    /// Whether a source was unwell in each of its rounds, newest first: round, its end, and the answer.
    pub fn health(&self, source: &SourceId, most: u32) -> Result<Vec<(Seq, Instant, bool)>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT seq, ended, unwell FROM tally WHERE source = ?1 ORDER BY seq DESC LIMIT ?2")?;
        let rows = select.query_map(params![source.as_str(), most], |row| {
            Ok((Seq(row.get(0)?), instant(row.get(1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every source that the log knows: those that were asked and those that have statements.
    pub fn sources(&self) -> Result<Vec<SourceId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT source FROM statement UNION SELECT source FROM poll UNION SELECT source FROM tally",
        )?;
        let rows = select.query_map([], |row| source_id(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Statements that were looked at in entries after this one.
    pub fn touched_after(&self, seq: Seq) -> Result<Vec<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT minted, id FROM capture JOIN statement ON statement.id = capture.statement WHERE capture.seq > ?1",
        )?;
        let rows = select.query_map([seq.0], |row| statement_id(row, 0, 1))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tallies of sources in entries after this one, oldest first: entry, source, whether it was unwell.
    pub fn tallies_after(&self, seq: Seq) -> Result<Vec<(Seq, SourceId, bool, Instant)>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT seq, source, unwell, ended FROM tally WHERE seq > ?1 ORDER BY seq, source")?;
        let rows = select
            .query_map([seq.0], |row| Ok((Seq(row.get(0)?), source_id(row, 1)?, row.get(2)?, instant(row.get(3)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remarks beside a statement, oldest first.
    pub fn notes(&self, statement: &Digest) -> Result<Vec<(Seq, Instant, String)>, IndexError> {
        let mut select =
            self.connection.prepare_cached("SELECT seq, time, text FROM note WHERE statement = ?1 ORDER BY seq")?;
        let rows = select
            .query_map([statement.as_bytes()], |row| Ok((Seq(row.get(0)?), instant(row.get(1)?), row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The address and time of the look that first kept a body.
    pub fn original_of(&self, body: &Digest) -> Result<Option<(String, Instant)>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT url, time FROM (SELECT seq, url, time FROM capture WHERE body = ?1 AND keeping = 0
             UNION ALL SELECT seq, url, time FROM poll WHERE body = ?1 AND keeping = 0) ORDER BY seq LIMIT 1",
        )?;
        let found = select.query_row([body.as_bytes()], |row| Ok((row.get(0)?, instant(row.get(1)?))));
        Ok(found.optional()?)
    }

    /// All addresses of a statement.
    pub fn addresses(&self, statement: &Digest) -> Result<Vec<String>, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT url FROM address WHERE statement = ?1 ORDER BY url")?;
        let rows = select.query_map([statement.as_bytes()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the next request for an address may be made conditional on.
    pub fn validators(&self, url: &str) -> Result<Answer, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT etag, modified FROM validator WHERE url = ?1")?;
        let found = select.query_row([url], |row| Ok(Answer { etag: row.get(0)?, modified: row.get(1)? }));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Captures of a source's statements that have readings, but none by this reader; oldest first.
    pub fn unread(&self, source: &SourceId, reader: &ReaderId) -> Result<Vec<Unread>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id, capture.seq, capture.url, capture.time,
                 (SELECT reading.text FROM reading WHERE reading.capture = capture.seq ORDER BY reading.seq DESC LIMIT 1)
             FROM capture JOIN statement ON statement.id = capture.statement
             WHERE statement.source = ?1 AND EXISTS (SELECT 1 FROM reading WHERE reading.capture = capture.seq)
                 AND NOT EXISTS (SELECT 1 FROM reading WHERE reading.capture = capture.seq AND reading.reader = ?2)
             ORDER BY capture.seq",
        )?;
        let rows = select.query_map(params![source.as_str(), reader.0], |row| {
            Ok(Unread {
                statement: statement_id(row, 0, 1)?,
                capture: Seq(row.get(2)?),
                url: row.get(3)?,
                time: instant(row.get(4)?),
                text: optional_digest(row, 5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The statement that a capture is of.
    pub(super) fn statement_of(&self, capture: Seq) -> Result<Option<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id FROM capture JOIN statement ON statement.id = capture.statement WHERE capture.seq = ?1",
        )?;
        Ok(select.query_row([capture.0], |row| statement_id(row, 0, 1)).optional()?)
    }

    /// The response that a capture kept, and the body in it.
    pub fn kept_response(&self, capture: Seq) -> Result<Option<(Option<Digest>, Option<Digest>)>, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT response, body FROM capture WHERE seq = ?1")?;
        let found = select.query_row([capture.0], |row| Ok((optional_digest(row, 0)?, optional_digest(row, 1)?)));
        Ok(found.optional()?)
    }
}

/// The lowest and highest digest that begin with these hex digits.
fn prefix_range(hex: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if hex.is_empty() || hex.len() > 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let fill = |digit: &str| {
        let whole = format!("{hex}{}", digit.repeat(64 - hex.len()));
        Digest::from_hex(&whole).map(|digest| digest.as_bytes().to_vec())
    };
    Some((fill("0")?, fill("f")?))
}
