//! One look at a statement, and what its reading shows beside the one before.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::identity::{Names, note_aliases};
use super::reading::{is_reshaped, read_answer, read_kept};
use super::redesign::Difference;
use super::settle::{Changed, Pending};
use super::verdicts::judge_failure;
use super::{Context, MOST_WAITING, lock, noise, robots_reason};
use crate::archive::history::{Seq, State};
use crate::archive::index::{Known, Standing};
use crate::archive::reader::{Archive, ArchiveError, KeptExchange};
use crate::archive::sight::{Readings, Sight};
use crate::archive::writer::Writer;
use crate::collect::fetch::{Client, Failure, Validators};
use crate::collect::{due, judge};
use crate::model::capture::{Exchange, Judgement, Verdict, Visit};
use crate::model::entry::{Mark, Sameness, Tally};
use crate::model::source::{ReadSettings, Source};
use crate::model::statement::{SourceId, StatementId};
use crate::model::text::Text;
use crate::model::time::Instant;

/// A body is asked for whole at least this often, whatever the server says of "unchanged": some say so of all.
const WHOLE_EVERY: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// A statement that is going to be looked at.
pub(super) struct Target {
    pub(super) statement: StatementId,
    pub(super) url: Url,
    /// What stood before; `None` for one that is new.
    pub(super) known: Option<Known>,
    /// The feed's own name for it.
    pub(super) guid: Option<String>,
    /// Whether the body is wanted, changed or not.
    pub(super) whole: bool,
}

/// A look that was made.
pub(super) struct Looked {
    pub(super) statement: StatementId,
    pub(super) url: Url,
    pub(super) known: Option<Known>,
    pub(super) guid: Option<String>,
    /// Whether the statement stood at the last look.
    pub(super) stood: bool,
    pub(super) answer: Result<Visit, Failure>,
    pub(super) judgement: Judgement,
    pub(super) marks: Vec<Mark>,
    pub(super) at: Instant,
}

/// The capture that stood before a look.
pub(super) struct Before {
    pub(super) seq: Seq,
    /// How the text differs.
    pub(super) difference: Difference,
    /// Whether the page has another shape.
    pub(super) reshaped: bool,
    /// The paragraph that changes at every look.
    pub(super) restless: Option<usize>,
}

impl Context<'_> {
    /// Makes one look; `None` where the host is not asked any more in this round, or the address has become another
    /// statement's since the look was planned.
    pub(super) async fn look(
        &self,
        source: &Source,
        client: &Client,
        target: Target,
        delisted: &HashSet<StatementId>,
    ) -> Result<Option<Looked>, ArchiveError> {
        let (id, address, statement) = (source.id.clone(), target.url.to_string(), target.statement.clone());
        let (has_text, whole) = (target.known.as_ref().is_some_and(|known| known.has_text), target.whole);
        let at = self.clock.now();
        let next =
            target.known.as_ref().and_then(|known| due::next_look(known, &source.limits.recheck, at)).unwrap_or(at);
        let (validators, taken) = self
            .write(move |writer| {
                let index = writer.index();
                let taken = index.known_at(&id, &address)?.is_some_and(|other| other != statement);
                let last = index.last_body(&statement.digest())?;
                // where the next look comes too late for it, it is this one
                let asked = has_text && !whole && last.is_some_and(|last| next - last < WHOLE_EVERY);
                let found = if asked { index.validators(&address)? } else { Default::default() };
                Ok((found, taken))
            })
            .await?;
        if taken {
            return Ok(None);
        }
        let (etag, last_modified) = (validators.etag, validators.modified);
        let asked = source.asked_at(&target.url);
        let answer = client.look(&asked, &Validators { etag, last_modified, of: Some(asked.clone()) }).await;
        let judgement = match &answer {
            Ok(visit) => judge::judge_statement(source, visit),
            Err(failure) => match judge_failure(failure) {
                Some(judgement) => judgement,
                None => return Ok(None),
            },
        };
        let stood = target.known.as_ref().is_some_and(|known| known.state == State::Up && known.has_text);
        let stands = matches!(judgement.verdict, Verdict::Statement | Verdict::NotModified);
        let marks = if stands && delisted.contains(&target.statement) { vec![Mark::Delisted] } else { vec![] };
        let Target { statement, url, known, guid, whole: _ } = target;
        Ok(Some(Looked { statement, url, known, guid, stood, answer, judgement, marks, at }))
    }

    /// Reads what a look brought, and takes it in, or holds it until the source's other pages are seen.
    pub(super) async fn keep(
        &self,
        source: &Source,
        looked: Looked,
        names: &Arc<Names>,
        pending: &mut Pending,
        tally: &mut Tally,
    ) -> Result<(), ArchiveError> {
        let (writer, id, settings) = (Arc::clone(self.writer), source.id.clone(), source.reading.clone());
        let round_names = Arc::clone(names);
        let read = tokio::task::spawn_blocking(move || {
            let mut looked = looked;
            let (mut readings, mut before) = (Readings::default(), None);
            if let (Ok(visit), Verdict::Statement) = (&looked.answer, looked.judgement.verdict) {
                let standing = lock(&writer).standing(&looked.statement)?;
                if standing.current.is_none() || standing.body != Some(visit.answer.body_digest()) {
                    let fresh = read_answer(&visit.answer, &looked.url, &settings);
                    let read_before = standing.readings.iter().any(|read| read.reader == fresh.reader);
                    let kept = match standing.current {
                        Some(current) => lock(&writer).exchange(current)?,
                        None => None,
                    };
                    if let (Some(kept), false) = (&kept, read_before) {
                        let again = read_kept(&kept.head, &kept.body, &looked.url, looked.at, &settings);
                        readings.again = Some(again);
                    }
                    if let Some(line) = judge::says_withdrawn(&visit.answer, &settings) {
                        looked.marks.push(Mark::MarkedWithdrawn);
                        looked.judgement.evidence.push(line);
                    }
                    readings.fresh = Some(fresh);
                    before = stood_before(&lock(&writer), &standing, &readings, kept.as_ref(), &looked, &settings)?;
                }
                if looked.known.is_some() {
                    let (fresh, json) = (readings.fresh.as_ref(), settings.json.as_ref());
                    note_aliases(&mut lock(&writer), &id, &looked, fresh, json, &round_names)?;
                }
            }
            Ok((looked, readings, before))
        });
        let (looked, readings, before) = read.await.unwrap_or(Err(ArchiveError::Broken))?;
        match before {
            Some(before) => {
                pending.hold(Changed { looked, readings, before });
                if pending.is_full() { self.settle(source, pending, tally).await } else { Ok(()) }
            }
            None => {
                let is_new = looked.known.is_none();
                self.take(source, looked, readings, None, is_new.then(|| Arc::clone(names))).await
            }
        }
    }

    /// Takes a look in; with the names of the round, its further addresses too.
    pub(super) async fn take(
        &self,
        source: &Source,
        looked: Looked,
        readings: Readings,
        same_as: Option<(Seq, Sameness)>,
        names: Option<Arc<Names>>,
    ) -> Result<(), ArchiveError> {
        let (round, keep) = (self.round, self.plan.keep);
        let (id, confirm, robots) = (source.id.clone(), source.limits.confirm, robots_reason(source));
        let json = source.reading.json.clone();
        self.write(move |writer| {
            let Looked { statement, url, answer, judgement, marks, at, .. } = &looked;
            let visit = match answer {
                Ok(visit) => visit,
                Err(failure) => {
                    let sight = unanswered(round, *at, &id, url, &failure.hops, judgement);
                    return writer.capture(statement, &sight, readings, keep, confirm);
                }
            };
            let canonical = readings.fresh.clone();
            let plain = Sight::of(round, &id, visit, judgement);
            let sight = Sight { robots: robots.as_deref(), url, same_as, marks, ..plain };
            writer.capture(statement, &sight, readings, keep, confirm)?;
            match names.filter(|_| judgement.verdict == Verdict::Statement) {
                Some(names) => note_aliases(writer, &id, &looked, canonical.as_ref(), json.as_ref(), &names),
                None => Ok(()),
            }
        })
        .await?;
        let waiting = lock(self.writer).waiting();
        if waiting > MOST_WAITING { self.publish().await } else { Ok(()) }
    }
}

/// What stood before, where a look shows another text, or a page that a visitor sees otherwise.
fn stood_before(
    writer: &Writer,
    standing: &Standing,
    readings: &Readings,
    kept: Option<&KeptExchange>,
    looked: &Looked,
    settings: &ReadSettings,
) -> Result<Option<Before>, ArchiveError> {
    let (Some(seq), Some(fresh), Ok(visit)) = (standing.current, &readings.fresh, &looked.answer) else {
        return Ok(None);
    };
    let (old, visible) = match &readings.again {
        Some(again) => (Some(again.text.clone()), Some(again.visible)),
        None => match standing.readings.iter().rev().find(|read| read.reader == fresh.reader) {
            Some(read) => (text_of(writer, read.text.as_ref().map(|text| text.digest))?, read.visible),
            None => (None, None),
        },
    };
    let Some(old) = old.filter(|old| !old.is_empty() && !fresh.text.is_empty()) else { return Ok(None) };
    if old == fresh.text && visible == Some(fresh.visible) {
        return Ok(None);
    }
    let reshaped = kept.is_some_and(|kept| is_reshaped(kept, &visit.answer, settings));
    let restless =
        if old.same_revision(&fresh.text) { None } else { restless(writer, &looked.statement, &fresh.text)? };
    Ok(Some(Before { seq, difference: Difference::between(&old, &fresh.text), reshaped, restless }))
}

/// The paragraph that was another one at each of the last looks and is again.
fn restless(archive: &Archive, statement: &StatementId, fresh: &Text) -> Result<Option<usize>, ArchiveError> {
    let mut texts = Vec::new();
    for digest in archive.index().last_texts(&statement.digest(), noise::LOOKS - 1)? {
        match text_of(archive, digest)? {
            Some(text) => texts.push(text),
            None => return Ok(None),
        }
    }
    texts.push(fresh.clone());
    Ok(noise::restless_paragraph(&texts))
}

fn text_of(archive: &Archive, digest: Option<crate::model::digest::Digest>) -> Result<Option<Text>, ArchiveError> {
    match digest {
        Some(digest) => archive.text(&digest),
        None => Ok(None),
    }
}

/// A look that was not answered.
pub(super) fn unanswered<'a>(
    round: Instant,
    time: Instant,
    source: &'a SourceId,
    url: &'a Url,
    hops: &'a [Exchange],
    judgement: &'a Judgement,
) -> Sight<'a> {
    Sight { round, time, source, url, hops, answer: None, judgement, robots: None, same_as: None, marks: &[] }
}
