//! What a source has, how its listings were last seen, and how it fares.

use rusqlite::{OptionalExtension, params};

use super::{bad, instant, optional_digest, source_id, statement_id};
use crate::archive::history::{Seq, State};
use crate::archive::index::{Index, IndexError};
use crate::model::address;
use crate::model::capture::Verdict;
use crate::model::digest::Digest;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::{Instant, Stated};

/// Asked once a statement, so it must not go through all of a listing: crossed, it begins with the statement's few addresses.
const FIRST_LISTED: &str =
    "SELECT min(round) FROM address CROSS JOIN listed ON listed.key = address.key WHERE source = ?1 AND statement = ?2";

/// As often: it goes back from a round to the first answer, and not through all of them.
const LAST_LISTING: &str =
    "SELECT time FROM poll WHERE source = ?1 AND round < ?2 AND verdict IN ('listing', 'not-modified')
    ORDER BY round DESC, time DESC LIMIT 1";

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
    /// When a look last showed how it stands: that it does, or, withdrawn, that it is still gone.
    pub last_learnt: Instant,
    /// Whether it stands.
    pub state: State,
    /// Whether any text of it is kept.
    pub has_text: bool,
    /// Its title.
    pub title: Option<String>,
    /// Its date as stated.
    pub published: Option<Stated>,
}

/// A look at a listing, as far as it is told.
#[derive(Clone, Debug)]
pub struct Polled {
    /// The entry.
    pub seq: Seq,
    /// The source.
    pub source: SourceId,
    /// When.
    pub time: Instant,
    /// Its address.
    pub url: String,
    /// What was seen.
    pub verdict: Verdict,
    /// The evidence, on one line.
    pub reason: Option<String>,
}

/// How a source fared in a round.
#[derive(Clone, Debug)]
pub struct Health {
    /// The entry.
    pub seq: Seq,
    /// The source.
    pub source: SourceId,
    /// The round.
    pub round: Instant,
    /// When that ended.
    pub ended: Instant,
    /// Whether the source as a whole failed.
    pub unwell: bool,
    /// How many of its pages were seen in a new shape.
    pub reshaped: u64,
}

/// What the pages of a source taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// The digest of the rules.
    pub rules: Digest,
    /// Since when they have been these.
    pub since: Instant,
    /// When they were last learnt.
    pub time: Instant,
    /// From how many pages.
    pub pages: usize,
}

/// ETag and Last-Modified of the last answer that was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The entity tag.
    pub etag: Option<String>,
    /// The date of the last change.
    pub modified: Option<String>,
}

impl Index {
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
            "SELECT minted, id, url, first_seen, last_look, state, revisions, title, published, last_seen FROM statement
             WHERE source = ?1 ORDER BY first_seen DESC, entry",
        )?;
        let rows = select.query_map([source.as_str()], |row| {
            let (first_seen, last_look) = (instant(row.get(3)?), instant(row.get(4)?));
            let state = State::from_word(&row.get::<_, String>(5)?).ok_or_else(|| bad(5, "not a state"))?;
            let last_learnt = match state {
                State::Up => row.get::<_, Option<i64>>(9)?.map_or(first_seen, instant),
                State::Missing | State::Withdrawn => last_look,
            };
            Ok(Known {
                statement: statement_id(row, 0, 1)?,
                url: row.get(2)?,
                first_seen,
                last_look,
                last_learnt,
                state,
                has_text: row.get::<_, i64>(6)? > 0,
                title: row.get(7)?,
                published: row.get::<_, Option<String>>(8)?.and_then(|date| date.parse().ok()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the pages of a source taught when it was last learnt.
    pub fn learnt(&self, source: &SourceId) -> Result<Option<Learnt>, IndexError> {
        // of several logs the last in time; `since` is when the run of learnings that came to the same began
        let mut select = self
            .connection
            .prepare_cached("SELECT rules, time, pages FROM rules WHERE source = ?1 ORDER BY time, seq")?;
        let rows = select.query_map([source.as_str()], |row| {
            Ok((optional_digest(row, 0)?.ok_or_else(|| bad(0, "no digest"))?, instant(row.get(1)?), row.get(2)?))
        })?;
        let mut last: Option<Learnt> = None;
        for row in rows {
            let (rules, time, pages) = row?;
            let since = last.filter(|last| last.rules == rules).map_or(time, |last| last.since);
            last = Some(Learnt { rules, since, time, pages });
        }
        Ok(last)
    }

    /// The round in which a source was first asked for its list.
    pub fn first_polled(&self, source: &SourceId) -> Result<Option<Instant>, IndexError> {
        let mut select =
            self.connection.prepare_cached("SELECT round FROM poll WHERE source = ?1 ORDER BY round LIMIT 1")?;
        Ok(select.query_row([source.as_str()], |row| row.get(0)).optional()?.map(instant))
    }

    /// When a source's listing was last answered in a round before this one.
    pub fn last_listing_before(&self, source: &SourceId, round: Instant) -> Result<Option<Instant>, IndexError> {
        let mut select = self.connection.prepare_cached(LAST_LISTING)?;
        let found = select.query_row(params![source.as_str(), round.timestamp_millis()], |row| row.get(0));
        Ok(found.optional()?.map(instant))
    }

    /// The round in which a source's listing first held an address of a statement.
    pub fn first_listed(&self, source: &SourceId, statement: &Digest) -> Result<Option<Instant>, IndexError> {
        let mut select = self.connection.prepare_cached(FIRST_LISTED)?;
        let round: Option<i64> = select.query_row(params![source.as_str(), statement.as_bytes()], |row| row.get(0))?;
        Ok(round.map(instant))
    }

    /// The first round in which a source was asked and that never ended: a run was cut short in it, and none has ended since.
    pub fn unfinished_since(&self, source: &SourceId) -> Result<Option<Instant>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT min(round) FROM poll WHERE source = ?1
             AND round > coalesce((SELECT max(round) FROM tally WHERE source = ?1), -1)",
        )?;
        let round: Option<i64> = select.query_row([source.as_str()], |row| row.get(0))?;
        Ok(round.map(instant))
    }

    /// Digest of the set of links that a listing had at its last answer.
    pub fn last_links(&self, source: &SourceId, url: &str) -> Result<Option<Digest>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT links FROM poll WHERE source = ?1 AND url = ?2 AND links IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )?;
        let found = select.query_row(params![source.as_str(), url], |row| optional_digest(row, 0));
        Ok(found.optional()?.flatten())
    }

    /// The last body of a listing that is kept.
    pub fn last_kept_poll(&self, source: &SourceId, url: &str) -> Result<Option<Digest>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT body FROM poll WHERE source = ?1 AND url = ?2 AND links IS NOT NULL AND keeping = 0
             ORDER BY seq DESC LIMIT 1",
        )?;
        Ok(select.query_row(params![source.as_str(), url], |row| optional_digest(row, 0)).optional()?.flatten())
    }

    /// Verdict of the last poll of an address.
    pub fn last_poll_verdict(&self, source: &SourceId, url: &str) -> Result<Option<Verdict>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT verdict FROM poll WHERE source = ?1 AND url = ?2 ORDER BY seq DESC LIMIT 1")?;
        let found = select.query_row(params![source.as_str(), url], |row| row.get::<_, String>(0));
        Ok(found.optional()?.and_then(|word| Verdict::from_word(&word)))
    }

    /// Why a source did not answer in a round: what its last look that taught nothing rests on.
    pub fn why_unwell(&self, source: &SourceId, round: Instant) -> Result<Option<String>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT reason FROM (
                 SELECT seq, reason FROM poll WHERE source = ?1 AND round = ?2 AND verdict NOT IN ('listing', 'not-modified')
                 UNION ALL SELECT seq, reason FROM capture WHERE source = ?1 AND round = ?2 AND verdict = 'unwell'
             ) WHERE reason IS NOT NULL ORDER BY seq LIMIT 1",
        )?;
        let found = select.query_row(params![source.as_str(), round.timestamp_millis()], |row| row.get(0));
        Ok(found.optional()?)
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

    /// Looks at listings in entries after this one, oldest first.
    pub fn polls_after(&self, seq: Seq) -> Result<Vec<Polled>, IndexError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT seq, source, time, url, verdict, reason FROM poll WHERE seq > ?1 ORDER BY seq")?;
        let rows = select.query_map([seq.0], |row| {
            Ok(Polled {
                seq: Seq(row.get(0)?),
                source: source_id(row, 1)?,
                time: instant(row.get(2)?),
                url: row.get(3)?,
                verdict: Verdict::from_word(&row.get::<_, String>(4)?).ok_or_else(|| bad(4, "not a verdict"))?,
                reason: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How sources fared in rounds after this entry, oldest first.
    pub fn tallies_after(&self, seq: Seq) -> Result<Vec<Health>, IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT seq, source, round, ended, unwell, reshaped FROM tally WHERE seq > ?1 ORDER BY seq, source",
        )?;
        let rows = select.query_map([seq.0], |row| {
            Ok(Health {
                seq: Seq(row.get(0)?),
                source: source_id(row, 1)?,
                round: instant(row.get(2)?),
                ended: instant(row.get(3)?),
                unwell: row.get(4)?,
                reshaped: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the next request for an address may be made conditional on.
    pub fn validators(&self, url: &str) -> Result<Answer, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT etag, modified FROM validator WHERE url = ?1")?;
        let found = select.query_row([url], |row| Ok(Answer { etag: row.get(0)?, modified: row.get(1)? }));
        Ok(found.optional()?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::index::IndexPlace;

    #[test]
    fn what_is_asked_once_a_statement_goes_through_no_table() {
        let index = Index::open(&IndexPlace::Memory).unwrap();
        for (select, expected) in [
            (
                FIRST_LISTED,
                "address USING COVERING INDEX address_statement (statement=?), listed USING PRIMARY KEY (source=? AND key=?)",
            ),
            (LAST_LISTING, "poll USING INDEX poll_round (source=? AND round<?)"),
        ] {
            let mut explain = index.connection.prepare(&format!("EXPLAIN QUERY PLAN {select}")).unwrap();
            let steps = explain.query_map(params!["", 0], |row| row.get::<_, String>("detail")).unwrap();
            let plan: Vec<String> = steps.map(|step| step.unwrap().replace("SEARCH ", "")).collect();
            assert_eq!(plan.join(", "), expected, "and sorts nothing");
        }
    }
}
