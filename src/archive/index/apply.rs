//! Taking entries into the index, in the order of the log.
//!
//! Deterministic: the same entries and texts give the same rows, whether they come one by one in a round or all at
//! once in a rebuild.

use rusqlite::{OptionalExtension, params};

use super::{Index, IndexError};
use crate::archive::draft::Located;
use crate::archive::history::{self, History, Seq, TextHead};
use crate::model::address;
use crate::model::digest::Digest;
use crate::model::entry::{Answer, Capture, Fact, Keeping, Poll, ReadingFact};
use crate::model::statement::{SourceId, StatementId};
use crate::model::text::Text;
use crate::model::time::Instant;

/// Gives what is kept of texts, of what stands beside them and of listings, wherever it lies, by digest.
pub trait Kept {
    /// The bytes under a digest; `None` where they are not there or not whole.
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>>;

    /// What is compared and listed of a text.
    fn text(&self, digest: &Digest) -> Option<TextRow> {
        let bytes = String::from_utf8(self.bytes(digest)?).ok()?;
        Text::parse(&bytes).map(|text| TextRow::of(&text))
    }

    /// The digest of what a visitor sees, as it stands beside a text.
    fn visible(&self, beside: &Digest) -> Option<Digest> {
        visible_of(&self.bytes(beside)?)
    }
}

/// What is compared and listed of a text.
#[derive(Clone, Debug)]
pub struct TextRow {
    title: Option<String>,
    published: Option<String>,
    language: Option<String>,
    wording: Digest,
}

impl TextRow {
    /// That of this text.
    pub fn of(text: &Text) -> Self {
        Self {
            title: text.title().map(str::to_owned),
            published: text.published().map(|date| date.to_string()),
            language: text.language().map(str::to_owned),
            wording: text.wording(),
        }
    }
}

impl Index {
    /// Takes in one entry; the statement that it touches, if any, still has its old summary until [`Index::refold`].
    pub fn apply(&self, seq: Seq, fact: &Fact, kept: &dyn Kept) -> Result<Option<StatementId>, IndexError> {
        match fact {
            Fact::Capture(capture) => {
                self.apply_capture(seq, capture)?;
                Ok(Some(capture.statement.clone()))
            }
            Fact::Reading(reading) => self.apply_reading(seq, reading, kept),
            Fact::Poll(poll) => {
                self.apply_poll(seq, poll, kept)?;
                Ok(None)
            }
            Fact::Round(round) => {
                for tally in &round.tallies {
                    let Some(unwell) = tally.unwell() else { continue };
                    self.connection
                        .prepare_cached("INSERT OR REPLACE INTO tally VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
                        .execute(params![
                            seq.0,
                            tally.source.as_str(),
                            round.round.timestamp_millis(),
                            round.ended.timestamp_millis(),
                            tally.asked,
                            tally.answered,
                            tally.failed,
                            unwell,
                            tally.reshaped
                        ])?;
                }
                Ok(None)
            }
            Fact::Alias(alias) => {
                self.add_address(&alias.statement, &alias.url)?;
                Ok(Some(alias.statement.clone()))
            }
            Fact::Note(note) => {
                self.connection.prepare_cached("INSERT OR REPLACE INTO note VALUES (?1, ?2, ?3, ?4)")?.execute(
                    params![
                        seq.0,
                        note.statement.digest().as_bytes(),
                        note.time.timestamp_millis(),
                        note.text.join("\n")
                    ],
                )?;
                Ok(None)
            }
            Fact::Rules(rules) => {
                let insert = "INSERT OR REPLACE INTO rules VALUES (?1, ?2, ?3, ?4, ?5)";
                self.connection.prepare_cached(insert)?.execute(params![
                    seq.0,
                    rules.source.as_str(),
                    rules.time.timestamp_millis(),
                    rules.captures.len(),
                    rules.rules.as_bytes()
                ])?;
                Ok(None)
            }
            Fact::Stamp(stamp) => {
                self.apply_stamp(seq, stamp)?;
                Ok(None)
            }
            Fact::Archive(_) | Fact::Segment(_) | Fact::Key(_) | Fact::Unknown(_) => Ok(None),
        }
    }

    /// Notes where the members of a file lie; `file` is the key below the archive's root.
    pub fn add_file(&self, seq: Seq, position: usize, key: &str, members: &[Located]) -> Result<(), IndexError> {
        let id = file_id(seq, position);
        self.connection.prepare_cached("INSERT OR REPLACE INTO file VALUES (?1, ?2)")?.execute(params![id, key])?;
        let mut insert = self.connection.prepare_cached("INSERT OR IGNORE INTO record VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for member in members {
            let part = i64::from(member.is_body);
            insert.execute(params![member.digest.as_bytes(), part, id, member.member.offset, member.member.length])?;
        }
        Ok(())
    }

    /// Takes back that members of a file lie there.
    pub fn remove_members(&self, seq: Seq, position: usize, members: &[Located]) -> Result<(), IndexError> {
        let delete = "DELETE FROM record WHERE digest = ?1 AND part = ?2 AND file = ?3 AND offset = ?4";
        let mut delete = self.connection.prepare_cached(delete)?;
        for member in members {
            let part = i64::from(member.is_body);
            delete.execute(params![member.digest.as_bytes(), part, file_id(seq, position), member.member.offset])?;
        }
        Ok(())
    }

    fn apply_capture(&self, seq: Seq, capture: &Capture) -> Result<(), IndexError> {
        let id = capture.statement.digest();
        let Answer { status, verdict, evidence, body, .. } = &capture.answer;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO capture VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)",
            )?
            .execute(params![
                seq.0,
                id.as_bytes(),
                capture.source.as_str(),
                capture.round.timestamp_millis(),
                capture.time.timestamp_millis(),
                capture.url,
                status,
                verdict.as_str(),
                body.map(|(digest, _)| *digest.as_bytes()),
                body.map(|(_, keeping)| keeping_number(keeping)),
                sum(&capture.sums, "response").or_else(|| sum(&capture.sums, "head")).map(|digest| *digest.as_bytes()),
                capture.equals.map(|number| Seq::new(seq.log(), number).0),
                capture.confirm.map(|confirm| confirm.as_secs()),
                capture.final_at_once,
                joined(evidence),
                capture.same_as.map(|(number, _)| Seq::new(seq.log(), number).0),
                capture.same_as.map(|(_, why)| why.as_str()),
                (!capture.marks.is_empty()).then(|| {
                    capture.marks.iter().map(|mark| mark.as_str()).collect::<Vec<_>>().join(" ")
                }),
            ])?;
        self.add_address(&capture.statement, &capture.url)?;
        let minted = self
            .connection
            .prepare_cached("SELECT 1 FROM statement WHERE id = ?1")?
            .query_row([id.as_bytes()], |_| Ok(()))
            .optional()?;
        if minted.is_none() {
            let time = capture.time.timestamp_millis();
            self.connection
                .prepare_cached(
                    "INSERT INTO statement VALUES (?1, ?2, ?3, ?4, NULL, NULL, NULL, NULL, NULL, ?5, NULL, ?5, ?6, 0, 'up', '')",
                )?
                .execute(params![
                    id.as_bytes(),
                    capture.source.as_str(),
                    capture.statement.source().as_str(),
                    capture.url,
                    time,
                    seq.0
                ])?;
        }
        Ok(())
    }

    fn apply_reading(
        &self,
        seq: Seq,
        reading: &ReadingFact,
        kept: &dyn Kept,
    ) -> Result<Option<StatementId>, IndexError> {
        let capture = Seq::new(seq.log(), reading.capture);
        let (text, visible, failed) = match &reading.outcome {
            // a text that cannot be had is for `verify` to report: the rest of the archive can be read all the same
            Ok((text, _)) if !self.add_text(text, kept)? => (None, None, Some("the text cannot be read")),
            Ok((text, beside)) => (Some(*text), kept.visible(beside), None),
            Err(why) => (None, None, Some(why.as_str())),
        };
        self.connection.prepare_cached("INSERT OR REPLACE INTO reading VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
            params![
                seq.0,
                capture.0,
                reading.reader.0,
                text.map(|digest| *digest.as_bytes()),
                visible.map(|digest| *digest.as_bytes()),
                failed
            ],
        )?;
        self.statement_of(capture)
    }

    /// Takes in what is compared and listed of a text; says whether it could be had.
    fn add_text(&self, digest: &Digest, kept: &dyn Kept) -> Result<bool, IndexError> {
        let mut select = self.connection.prepare_cached("SELECT 1 FROM text WHERE digest = ?1")?;
        if select.query_row([digest.as_bytes()], |_| Ok(())).optional()?.is_some() {
            return Ok(true);
        }
        let Some(TextRow { title, published, language, wording }) = kept.text(digest) else { return Ok(false) };
        self.connection.prepare_cached("INSERT OR REPLACE INTO text VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            digest.as_bytes(),
            title,
            published,
            language,
            wording.as_bytes()
        ])?;
        Ok(true)
    }

    /// Takes in a look at a listing, and which addresses it was the first to hold.
    fn apply_poll(&self, seq: Seq, poll: &Poll, kept: &dyn Kept) -> Result<(), IndexError> {
        if let Some(links) = sum(&poll.sums, "links").and_then(|links| kept.bytes(&links)) {
            let mut insert = self.connection.prepare_cached(
                "INSERT INTO listed VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET round = min(round, excluded.round)",
            )?;
            for link in String::from_utf8_lossy(&links).lines() {
                insert.execute(params![poll.source.as_str(), address::key(link), poll.round.timestamp_millis()])?;
            }
        }
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO poll VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?
            .execute(params![
                seq.0,
                poll.source.as_str(),
                poll.round.timestamp_millis(),
                poll.time.timestamp_millis(),
                poll.url,
                poll.answer.verdict.as_str(),
                poll.links.map(|digest| *digest.as_bytes()),
                poll.answer.body.map(|(digest, _)| *digest.as_bytes()),
                poll.answer.body.map(|(_, keeping)| keeping_number(keeping)),
                joined(&poll.answer.evidence),
                poll.how,
                poll.items,
            ])?;
        Ok(())
    }

    fn add_address(&self, statement: &StatementId, url: &str) -> Result<(), IndexError> {
        let key = address::key(url);
        self.connection.prepare_cached("INSERT OR IGNORE INTO address VALUES (?1, ?2, ?3)")?.execute(params![
            key,
            statement.digest().as_bytes(),
            url
        ])?;
        Ok(())
    }

    /// Works out a statement's history anew and writes its summary.
    pub fn refold(&self, statement: &Digest) -> Result<History, IndexError> {
        let (source, history) = self.fold(statement)?;
        let latest = history.latest();
        let head: Option<&TextHead> = latest.map(|revision| &revision.text);
        let mut flags: Vec<&str> = Vec::new();
        for flag in history.revisions.iter().flat_map(|revision| &revision.flags) {
            if !flags.contains(flag) {
                flags.push(flag);
            }
        }
        let millis = |time: Option<Instant>| time.map(|time| time.timestamp_millis());
        self.connection
            .prepare_cached(
                "UPDATE statement SET title = ?2, published = ?3, language = ?4, text = ?5, body = ?6, first_seen = coalesce(?7, first_seen),
                 last_seen = ?8, last_look = coalesce(?9, last_look), entry = ?10, revisions = ?11, state = ?12, flags = ?13,
                 url = coalesce(?14, url), source = coalesce(?15, source) WHERE id = ?1",
            )?
            .execute(params![
                statement.as_bytes(),
                head.and_then(|head| head.title.as_deref()),
                head.and_then(|head| head.published).map(|date| date.to_string()),
                head.and_then(|head| head.language.as_deref()),
                head.map(|head| *head.digest.as_bytes()),
                latest.map(|revision| *revision.body.as_bytes()),
                millis(history.first_seen),
                millis(history.last_seen),
                millis(history.last_look),
                latest.map_or_else(|| history.seen.first().map_or(0, |seen| seen.seq.0), |revision| revision.capture.0),
                history.revisions.len(),
                history.state.as_str(),
                flags.join(" "),
                history.seen.last().map(|seen| seen.url.as_str()),
                source.as_ref().map(SourceId::as_str),
            ])?;
        Ok(history)
    }

    /// The history of a statement.
    pub fn history(&self, statement: &Digest) -> Result<History, IndexError> {
        Ok(self.fold(statement)?.1)
    }

    /// The history of a statement, and the source that asked for it last.
    fn fold(&self, statement: &Digest) -> Result<(Option<SourceId>, History), IndexError> {
        let (looks, readings) = self.looks(statement)?;
        let without = match looks.first() {
            Some((source, first)) => {
                // one that was listed, and left for a later round, was not unseen until then
                let listed = self.first_listed(source, statement)?.unwrap_or(first.round);
                self.last_listing_before(source, listed.min(first.round))?
            }
            None => None,
        };
        let source = looks.last().map(|(source, _)| source.clone());
        let looks: Vec<history::Look> = looks.into_iter().map(|(_, look)| look).collect();
        let mut history = history::fold(&looks, &readings, without);
        if let Some(source) = &source {
            self.flag_twins(statement, source, &mut history)?;
        }
        Ok((source, history))
    }

    /// Flags the revisions whose title and paragraphs another statement of the source showed before.
    fn flag_twins(&self, statement: &Digest, source: &SourceId, history: &mut History) -> Result<(), IndexError> {
        let mut select = self.connection.prepare_cached(
            "SELECT 1 FROM text JOIN reading ON reading.text = text.digest JOIN capture ON capture.seq = reading.capture
             WHERE wording = ?1 AND capture.source = ?2 AND capture.statement <> ?3 AND reading.seq < ?4
             AND reading.seq >> 40 = ?4 >> 40 LIMIT 1",
        )?;
        for revision in &mut history.revisions {
            let wording = revision.text.wording;
            let values = params![wording.as_bytes(), source.as_str(), statement.as_bytes(), revision.capture.0];
            if select.exists(values)? {
                revision.flags.push("same-text");
                let told = history.seen.iter_mut().find(|seen| seen.revision == revision.number);
                told.into_iter().for_each(|seen| seen.flags.push("same-text"));
            }
        }
        Ok(())
    }

    /// Notes what the next request for an address may be made conditional on.
    pub fn set_validators(&self, url: &str, etag: Option<&str>, modified: Option<&str>) -> Result<(), IndexError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO validator VALUES (?1, ?2, ?3)")?
            .execute(params![url, etag, modified])?;
        Ok(())
    }
}

/// The number of a file, out of the entry that names it and which of its files it is.
fn file_id(seq: Seq, position: usize) -> i64 {
    seq.0 * 8 + i64::try_from(position).unwrap_or(0)
}

/// Evidence on one line.
fn joined(evidence: &[String]) -> Option<String> {
    (!evidence.is_empty()).then(|| evidence.join("; "))
}

fn keeping_number(keeping: Keeping) -> i64 {
    match keeping {
        Keeping::Kept => 0,
        Keeping::Same => 1,
        Keeping::Dropped => 2,
    }
}

fn sum(sums: &[(Digest, String)], name: &str) -> Option<Digest> {
    sums.iter().find(|(_, n)| n == name).map(|(digest, _)| *digest)
}

/// The digest of what a visitor sees, out of the bytes that stand beside a text (`reading.json`).
pub fn visible_of(beside: &[u8]) -> Option<Digest> {
    #[derive(serde::Deserialize)]
    struct Beside {
        visible: String,
    }
    serde_json::from_slice::<Beside>(beside).ok()?.visible.parse().ok()
}
