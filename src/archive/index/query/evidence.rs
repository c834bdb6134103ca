//! What one statement's proof is made of: the entries that belong together, and every record that holds the same bytes.

use rusqlite::{OptionalExtension, params};

use super::{Place, digest};
use crate::archive::history::Seq;
use crate::archive::index::{Index, IndexError};
use crate::model::digest::Digest;

impl Index {
    /// The readings of a capture, in the order of the log.
    pub fn readings_of(&self, capture: Seq) -> Result<Vec<Seq>, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT seq FROM reading WHERE capture = ?1 ORDER BY seq")?;
        let rows = select.query_map([capture.0], |row| Ok(Seq(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The look of one log that first kept a body.
    pub fn keeper_of(&self, log: i64, body: &Digest) -> Result<Option<Seq>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq FROM (SELECT seq FROM capture WHERE body = ?1 AND keeping = 0
             UNION ALL SELECT seq FROM poll WHERE body = ?1 AND keeping = 0)
             WHERE seq >= ?2 AND seq < ?3 ORDER BY seq LIMIT 1",
        )?;
        let (from, to) = (Seq::new(log, 0).0, Seq::new(log + 1, 0).0);
        Ok(select.query_row(params![body.as_bytes(), from, to], |row| Ok(Seq(row.get(0)?))).optional()?)
    }

    /// The records that hold bytes with this digest, at most 64: first those of the segments that were written after an
    /// entry, the next one first.
    pub fn places(&self, digest: &Digest, after: Seq) -> Result<Vec<Place>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT key, offset, length, part FROM record JOIN file ON file.id = record.file WHERE digest = ?1
             ORDER BY file < ?2, file, part, offset LIMIT 64",
        )?;
        let rows = select.query_map(params![digest.as_bytes(), after.0 * 8], |row| {
            let is_body = row.get::<_, i64>(3)? == 1;
            Ok(Place { key: row.get(0)?, offset: row.get(1)?, length: row.get(2)?, is_body })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where every text that is kept lies, file by file in the order of the files.
    pub fn texts(&self) -> Result<Vec<TextsIn>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT text.digest, key, offset, length FROM text JOIN record ON record.digest = text.digest AND part = 0
             JOIN file ON file.id = record.file ORDER BY file, offset",
        )?;
        let mut rows = select.query([])?;
        let mut files: Vec<TextsIn> = Vec::new();
        while let Some(row) = rows.next()? {
            let (key, text) = (row.get_ref(1)?, (digest(row.get(0)?), row.get(2)?, row.get(3)?));
            match files.last_mut().filter(|last| key.as_str().is_ok_and(|key| key == last.key)) {
                Some(last) => last.texts.push(text),
                None => files.push(TextsIn { key: row.get(1)?, texts: vec![text] }),
            }
        }
        Ok(files)
    }
}

/// The texts in one file.
#[derive(Clone, Debug)]
pub struct TextsIn {
    /// The file's key.
    pub key: String,
    /// Digest, offset and length of each.
    pub texts: Vec<(Digest, u64, u64)>,
}
