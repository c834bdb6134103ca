//! The stamps that a log's entries name.

use rusqlite::params;

use super::{digest, instant};
use crate::archive::history::Seq;
use crate::archive::index::{Index, IndexError};
use crate::model::entry::StampFact;

/// An entry that names a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// The entry.
    pub seq: Seq,
    /// What it says.
    pub fact: StampFact,
}

impl Index {
    /// The stamps of a log, in the order of its entries.
    pub fn stamps(&self, log: i64) -> Result<Vec<Stamped>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, time, authority, size, gen_time, note, note_key, response, response_key FROM stamp
             WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
        )?;
        let rows = select.query_map(params![Seq::new(log, 0).0, Seq::new(log + 1, 0).0], |row| {
            let fact = StampFact {
                time: instant(row.get(1)?),
                authority: row.get(2)?,
                size: row.get(3)?,
                gen_time: instant(row.get(4)?),
                note: (digest(row.get(5)?), row.get(6)?),
                response: (digest(row.get(7)?), row.get(8)?),
            };
            Ok(Stamped { seq: Seq(row.get(0)?), fact })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes in what an entry says of a stamp.
    pub(in crate::archive::index) fn apply_stamp(&self, seq: Seq, stamp: &StampFact) -> Result<(), IndexError> {
        let insert = "INSERT OR REPLACE INTO stamp VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.connection.prepare_cached(insert)?.execute(params![
            seq.0,
            stamp.time.timestamp_millis(),
            stamp.authority,
            // a number that SQLite cannot hold is one that no log has: the audit says so
            i64::try_from(stamp.size).unwrap_or(i64::MAX),
            stamp.gen_time.timestamp_millis(),
            stamp.note.0.as_bytes(),
            stamp.note.1,
            stamp.response.0.as_bytes(),
            stamp.response.1
        ])?;
        Ok(())
    }
}
