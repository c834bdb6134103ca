//! Looks and readings of one statement, and what stands before the next look.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::{bad, instant, optional_digest, source_id, statement_id};
use crate::archive::history::{Look, Read, Readings, Seq, TextHead};
use crate::archive::index::{Index, IndexError};
use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::entry::{Mark, Sameness};
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::Instant;

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

/// What a capture kept of its answer.
#[derive(Clone, Copy, Debug)]
pub struct KeptResponse {
    /// The block of the response, or of the head alone.
    pub response: Option<Digest>,
    /// The body.
    pub body: Option<Digest>,
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

impl Index {
    /// A statement's standing before the next look at it from the vantage of one log: entries refer to those of their own
    /// log alone. All empty for one that is not known there.
    pub fn standing(&self, statement: &Digest, log: i64) -> Result<Standing, IndexError> {
        let (mut looks, mut readings) = self.looks(statement)?;
        looks.retain(|(_, look)| look.seq.log() == log);
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
    pub(in crate::archive::index) fn looks(
        &self,
        statement: &Digest,
    ) -> Result<(Vec<(SourceId, Look)>, Readings), IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, round, time, url, status, verdict, body, response, equals, confirm, final, reason, source, same_as, sameness, marks FROM capture
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
                same_as: same_as(row)?,
                marks: row
                    .get::<_, Option<String>>(15)?
                    .map(|marks| marks.split(' ').filter_map(Mark::from_word).collect())
                    .unwrap_or_default(),
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

    /// When a statement's body was last seen whole.
    pub fn last_body(&self, statement: &Digest) -> Result<Option<Instant>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT max(time) FROM capture WHERE statement = ?1 AND verdict = 'statement'")?;
        let time: Option<i64> = select.query_row([statement.as_bytes()], |row| row.get(0))?;
        Ok(time.map(instant))
    }

    /// The texts that the last looks with a body showed, oldest first; `None` for one that showed the text before it.
    pub fn last_texts(&self, statement: &Digest, most: usize) -> Result<Vec<Option<Digest>>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT (SELECT text FROM reading WHERE reading.capture = capture.seq ORDER BY reading.seq DESC LIMIT 1)
             FROM capture WHERE statement = ?1 AND verdict = 'statement' ORDER BY seq DESC LIMIT ?2",
        )?;
        let rows = select.query_map(params![statement.as_bytes(), most], |row| optional_digest(row, 0))?;
        let mut texts: Vec<Option<Digest>> = rows.collect::<Result<_, _>>()?;
        texts.reverse();
        Ok(texts)
    }

    /// Statements that were looked at in entries after this one.
    pub fn touched_after(&self, seq: Seq) -> Result<Vec<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT minted, id FROM capture JOIN statement ON statement.id = capture.statement WHERE capture.seq > ?1",
        )?;
        let rows = select.query_map([seq.0], |row| statement_id(row, 0, 1))?;
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
    pub(in crate::archive::index) fn statement_of(&self, capture: Seq) -> Result<Option<StatementId>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT minted, id FROM capture JOIN statement ON statement.id = capture.statement WHERE capture.seq = ?1",
        )?;
        Ok(select.query_row([capture.0], |row| statement_id(row, 0, 1)).optional()?)
    }

    /// The response that a capture kept, and the body in it.
    pub fn kept_response(&self, capture: Seq) -> Result<Option<KeptResponse>, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT response, body FROM capture WHERE seq = ?1")?;
        let found = select.query_row([capture.0], |row| {
            Ok(KeptResponse { response: optional_digest(row, 0)?, body: optional_digest(row, 1)? })
        });
        Ok(found.optional()?)
    }
}

fn same_as(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<(Seq, Sameness)>> {
    let (of, why) = (row.get::<_, Option<i64>>(13)?, row.get::<_, Option<String>>(14)?);
    Ok(of.zip(why.as_deref().and_then(Sameness::from_word)).map(|(of, why)| (Seq(of), why)))
}
