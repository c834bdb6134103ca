//! What a name may mean: digests and their beginnings, ids, addresses, texts.

use rusqlite::{OptionalExtension, params};

use super::{digest, instant, statement_id};
use crate::archive::history::Seq;
use crate::archive::index::{Index, IndexError};
use crate::model::address;
use crate::model::digest::Digest;
use crate::model::statement::StatementId;
use crate::model::time::Instant;

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

/// What a name that a person gave may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A statement.
    Statement(StatementId),
    /// A statement at the capture that the digest belongs to.
    Capture(StatementId, Seq),
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

    /// Whether the vantage of one log holds bytes with this digest: each must be whole without the others.
    pub fn held_by(&self, log: i64, digest: &Digest) -> Result<bool, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT 1 FROM record WHERE digest = ?1 AND file >= ?2 AND file < ?3 LIMIT 1")?;
        let (from, to) = (Seq::new(log, 0).0 * 8, Seq::new(log + 1, 0).0 * 8);
        Ok(select.query_row(params![digest.as_bytes(), from, to], |_| Ok(())).optional()?.is_some())
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

    /// The address and time of the look of one log that first kept a body.
    pub fn original_of(&self, log: i64, body: &Digest) -> Result<Option<(String, Instant)>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT url, time FROM (SELECT seq, url, time FROM capture WHERE body = ?1 AND keeping = 0
             UNION ALL SELECT seq, url, time FROM poll WHERE body = ?1 AND keeping = 0)
             WHERE seq >= ?2 AND seq < ?3 ORDER BY seq LIMIT 1",
        )?;
        let (from, to) = (Seq::new(log, 0).0, Seq::new(log + 1, 0).0);
        let found = select.query_row(params![body.as_bytes(), from, to], |row| Ok((row.get(0)?, instant(row.get(1)?))));
        Ok(found.optional()?)
    }

    /// All addresses of a statement.
    pub fn addresses(&self, statement: &Digest) -> Result<Vec<String>, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT url FROM address WHERE statement = ?1 ORDER BY url")?;
        let rows = select.query_map([statement.as_bytes()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
