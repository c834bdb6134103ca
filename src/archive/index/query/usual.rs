//! Whether a source is silent or failing for longer than is usual for it, and what answers when it is asked.

use rusqlite::{OptionalExtension, params};

use super::{bad, instant};
use crate::archive::index::{Index, IndexError};
use crate::archive::usual::{self, Failing, Fared, Listened, Sign, Silence};
use crate::model::statement::SourceId;

/// Asked for every source in every round: of a source that was heard of lately it reads one row.
const SIGNS: &str = "SELECT first_seen, published FROM statement WHERE source = ?1 ORDER BY first_seen DESC LIMIT 2000";

/// The last answer of its list, and the last in a round before.
const ANSWERS: &str = "SELECT round, time FROM poll WHERE source = ?1 AND verdict IN ('listing', 'not-modified')
    ORDER BY round DESC, time DESC";

/// Of a source that is well it reads one row.
const ROUNDS: &str = "SELECT round, ended, unwell FROM tally WHERE source = ?1 ORDER BY seq DESC";

/// How far back before a failing spell others are looked for, in rounds: at one a quarter of an hour, a month.
const EARLIER_ROUNDS: usize = 3000;

impl Index {
    /// Whether a source has published nothing for longer than is usual for it, as of the last answer of its list.
    pub fn silence(&self, source: &SourceId) -> Result<Option<Silence>, IndexError> {
        let Some(listened) = self.listened(source)? else { return Ok(None) };
        let mut select = self.connection.prepare_cached(SIGNS)?;
        let mut rows = select.query([source.as_str()])?;
        let mut signs = Vec::new();
        while let Some(row) = rows.next()? {
            let published = row.get::<_, Option<String>>(1)?.and_then(|date| date.parse().ok());
            let sign = Sign { first_seen: instant(row.get(0)?), published };
            if sign.first_seen > listened.first && listened.last - sign.first_seen < usual::shortest_silence() {
                return Ok(None);
            }
            signs.push(sign);
        }
        Ok(usual::silence(&signs, listened))
    }

    /// When a source's list answered; `None` where it never did, or no round of it has ended.
    fn listened(&self, source: &SourceId) -> Result<Option<Listened>, IndexError> {
        let mut select =
            self.connection.prepare_cached("SELECT ended FROM tally WHERE source = ?1 ORDER BY seq LIMIT 1")?;
        let first = select.query_row([source.as_str()], |row| row.get(0)).optional()?;
        let mut select = self.connection.prepare_cached(ANSWERS)?;
        let mut rows = select.query([source.as_str()])?;
        let (Some(first), Some(row)) = (first, rows.next()?) else { return Ok(None) };
        let (round, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        let mut before = None;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != round {
                before = Some(instant(row.get(1)?));
                break;
            }
        }
        Ok(Some(Listened { first: instant(first), last: instant(last), before }))
    }

    /// Whether a source has been failing for longer than is usual for it, as of its last round.
    pub fn failing(&self, source: &SourceId) -> Result<Option<Failing>, IndexError> {
        let mut select = self.connection.prepare_cached(ROUNDS)?;
        let mut rows = select.query([source.as_str()])?;
        let (mut fared, mut spell) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let round = Fared { round: instant(row.get(0)?), ended: instant(row.get(1)?), unwell: row.get(2)? };
            if round.unwell && spell == fared.len() {
                spell += 1;
            }
            fared.push(round);
            if spell == 0 || fared.len() - spell > EARLIER_ROUNDS {
                break;
            }
        }
        Ok(usual::failing(&fared))
    }

    /// What held statements in the last round in which a source answered with a list, in the order of asking.
    pub fn offers(&self, source: &SourceId) -> Result<Vec<Offer>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT how, url, items FROM poll WHERE source = ?1 AND verdict = 'listing' AND items > 0 AND round =
                 (SELECT round FROM poll WHERE source = ?1 AND verdict = 'listing' ORDER BY round DESC LIMIT 1)
             ORDER BY seq",
        )?;
        let rows = select.query_map(params![source.as_str()], |row| {
            let how: Option<String> = row.get(0)?;
            Ok(Offer { how: how.ok_or_else(|| bad(0, "no kind"))?, url: row.get(1)?, items: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// An address at which a source lists its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// As what it was read: `feed`, `sitemap`, `listing`, `telegram`, `json` or `urls`.
    pub how: String,
    /// The address.
    pub url: String,
    /// How many addresses of statements it held.
    pub items: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::index::IndexPlace;

    #[test]
    fn what_is_asked_of_every_source_in_every_round_goes_through_no_table() {
        let index = Index::open(&IndexPlace::Memory).unwrap();
        for (select, expected) in [
            (SIGNS, "SEARCH statement USING INDEX statement_source (source=?)"),
            (ANSWERS, "SEARCH poll USING INDEX poll_round (source=?)"),
            (ROUNDS, "SEARCH tally USING PRIMARY KEY (source=?)"),
        ] {
            let mut explain = index.connection.prepare(&format!("EXPLAIN QUERY PLAN {select}")).unwrap();
            let steps = explain.query_map([""], |row| row.get::<_, String>("detail")).unwrap();
            let plan: Vec<String> = steps.map(Result::unwrap).collect();
            assert_eq!(plan.join(", "), expected, "and sorts nothing");
        }
    }
}
