//! The one who may append: looks go in, events come out once what they say is on disk.
//!
//! A [`Writer`] holds the archive's lock. What it takes in is visible to its own questions at once, and durable, signed
//! and visible to others after [`Writer::publish`]. After an error nothing more can be appended: open anew.

mod beside;
mod keeping;
mod stamping;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::checkpoint::{Note, SigningKey, to_line};
use super::draft::Draft;
use super::history::{History, Seq};
use super::index::{Health, Kept, Polled, Reached, Standing};
use super::log::{Log, LogWriter};
use super::plan::Plan;
use super::reader::{Archive, ArchiveError, Places};
use super::sight::{ListingSight, Readings, Sight};
use super::storage::{Lock, Storage};
pub use super::telling::holder;
use super::telling::{event_of, health_event, poll_event, redesigned_event};
use crate::model::capture::{Exchange, ReaderId, Reading, Verdict};
use crate::model::digest::Digest;
use crate::model::entry::{ArchiveFact, Capture, Fact, Poll, ReadingFact, Round, SegmentFact, Tally};
use crate::model::event::Event;
use crate::model::source::Keep;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::Instant;

/// The open archive, to be appended to.
pub struct Writer {
    archive: Archive,
    log: LogWriter,
    log_id: i64,
    draft: Draft,
    software: String,
    events: Vec<Event>,
    broken: bool,
    _lock: Lock,
}

impl Deref for Writer {
    type Target = Archive;

    fn deref(&self) -> &Archive {
        &self.archive
    }
}

impl Writer {
    /// Opens the archive for appending; begins the log if it has no entry yet.
    ///
    /// `holder` is what others are told while this writer lives, `software` what the log says of who wrote.
    pub fn open(
        places: Places,
        key: SigningKey,
        desk: Arc<dyn Storage>,
        holder: &str,
        software: &str,
        now: Instant,
    ) -> Result<Self, ArchiveError> {
        let vantage = key.verifier().name().to_owned();
        let lock = places.storage.lock(&format!("{}/lock", super::log::folder(&vantage)), holder)?;
        let archive = Archive::open_for(&places, &vantage)?;
        let own = archive.log(&vantage).cloned().ok_or(ArchiveError::NoLog { vantage: vantage.clone() })?;
        let log_id = archive.log_id(&vantage).unwrap_or(0);
        places.storage.sweep(&format!("segments/{vantage}"))?;
        let public = key.verifier().to_string();
        let log = LogWriter::open(own, key, desk)?;
        let mut writer = Self {
            archive,
            log,
            log_id,
            draft: Draft::new(&vantage, software),
            software: software.to_owned(),
            events: Vec::new(),
            broken: false,
            _lock: lock,
        };
        writer.archive.index().begin()?;
        if writer.log.next_number() == 0 {
            let others = writer.archive.logs().iter().filter(|log| log.vantage() != vantage).filter_map(Log::note);
            let after = others.filter_map(|note| to_line(&Note::parse(note).ok()?).ok()).collect();
            let fact = ArchiveFact { time: now, vantage, key: public, software: software.to_owned(), after };
            writer.push(&Fact::Archive(fact))?;
            writer.publish(now)?;
        }
        Ok(writer)
    }

    /// What stands of a statement in our own log before the next look at it.
    pub fn standing(&self, statement: &StatementId) -> Result<Standing, ArchiveError> {
        Ok(self.archive.index().standing(&statement.digest(), self.log_id)?)
    }

    /// Whether our own vantage holds bytes with this digest.
    fn holds(&self, digest: &Digest) -> bool {
        matches!(self.archive.index().held_by(self.log_id, digest), Ok(true))
    }

    /// How many bytes wait to be published, compressed.
    pub fn waiting(&self) -> usize {
        self.draft.size()
    }

    /// Takes in a look at a statement.
    ///
    /// What is kept follows `keep` and the archive's own history; `confirm` is the source's least time between the two
    /// looks that make a withdrawal. [`Readings`] are needed where the body is another than the one that stands.
    pub fn capture(
        &mut self,
        statement: &StatementId,
        sight: &Sight<'_>,
        readings: Readings,
        keep: Keep,
        confirm: Duration,
    ) -> Result<(), ArchiveError> {
        self.usable()?;
        let standing = self.standing(statement)?;
        let plan = Plan::of(sight, &standing, &readings, keep)?;
        if let (Some(current), Some(again)) = (standing.current, &readings.again)
            && let Some(body) = standing.body
        {
            self.push_reading(current, sight.url.as_str(), body, again, sight.time)?;
        }
        let mut answer = sight.plain_answer();
        let sums = self.keep_exchange(sight, &mut answer, plan.keeps)?;
        let gone = sight.judgement.verdict == Verdict::Gone;
        let fact = Capture {
            round: sight.round,
            time: sight.time,
            source: sight.source.clone(),
            statement: statement.clone(),
            url: sight.url.to_string(),
            answer,
            equals: plan.equals.map(Seq::number),
            same_as: sight.same_as.filter(|_| plan.equals.is_none()).map(|(seq, why)| (seq.number(), why)),
            marks: sight.marks.to_vec(),
            confirm: gone.then_some(confirm),
            final_at_once: gone && sight.judgement.final_at_once,
            sums,
        };
        let seq = self.push(&Fact::Capture(fact))?;
        if plan.equals.is_none()
            && sight.judgement.verdict == Verdict::Statement
            && let (Some(fresh), Some(answer)) = (&readings.fresh, sight.answer)
        {
            self.push_reading(seq, sight.url.as_str(), answer.body_digest(), fresh, sight.time)?;
        }
        if let Some(answer) = sight.answer
            && sight.judgement.verdict == Verdict::Statement
        {
            self.note_validators(sight.url, answer)?;
        }
        let history = self.archive.index().refold(&statement.digest())?;
        self.tell(statement, sight.source, &history, seq)?;
        Ok(())
    }

    /// Takes in a look at a listing.
    pub fn poll(&mut self, sight: &Sight<'_>, listing: Option<&ListingSight>) -> Result<(), ArchiveError> {
        self.usable()?;
        let links = listing.map(ListingSight::digest);
        let before = self.archive.index().last_links(sight.source, sight.url.as_str())?;
        let keeps = match sight.judgement.verdict {
            Verdict::Listing => before != links,
            Verdict::Statement | Verdict::Blocked | Verdict::Gone => {
                let last = self.archive.index().last_poll_verdict(sight.source, sight.url.as_str())?;
                last != Some(sight.judgement.verdict)
            }
            Verdict::NotModified | Verdict::Unwell | Verdict::Disallowed | Verdict::Failed => false,
        };
        let mut answer = sight.plain_answer();
        let mut sums = self.keep_exchange(sight, &mut answer, keeps)?;
        if let Some(listing) = listing.filter(|_| keeps) {
            let (index, log) = (self.archive.index(), self.log_id);
            let held = |digest: &Digest| matches!(index.held_by(log, digest), Ok(true));
            let digest = self.draft.links(sight.url.as_str(), listing.bytes().as_bytes(), sight.time, held);
            sums.push((digest, "links".to_owned()));
        }
        let fact = Poll {
            round: sight.round,
            time: sight.time,
            source: sight.source.clone(),
            url: sight.url.to_string(),
            answer,
            how: listing.map(|listing| listing.how.to_owned()),
            items: listing.map(|listing| listing.links.len() as u64),
            links,
            sums,
        };
        let seq = self.push(&Fact::Poll(fact))?;
        let polled = Polled {
            seq,
            source: sight.source.clone(),
            time: sight.time,
            url: sight.url.to_string(),
            verdict: sight.judgement.verdict,
            reason: Some(sight.judgement.evidence.join("; ")).filter(|reason| !reason.is_empty()),
        };
        self.events.extend(poll_event(&polled));
        if let Some(answer) = sight.answer
            && sight.judgement.verdict == Verdict::Listing
        {
            self.note_validators(sight.url, answer)?;
        }
        Ok(())
    }

    /// Takes in that a round has ended. Many sources make several entries, for one entry has its bound.
    pub fn round(&mut self, round: Instant, ended: Instant, tallies: &[Tally]) -> Result<(), ArchiveError> {
        const TALLIES_AN_ENTRY: usize = 256;
        self.usable()?;
        for chunk in tallies.chunks(TALLIES_AN_ENTRY) {
            let fact = Round { round, ended, software: self.software.clone(), tallies: chunk.to_vec() };
            let seq = self.push(&Fact::Round(fact))?;
            for tally in chunk {
                let Some(unwell) = tally.unwell() else { continue };
                let before = self.archive.index().health(&tally.source, 2)?;
                let was = before.iter().find(|(entry, ..)| *entry != seq).is_some_and(|(.., unwell)| *unwell);
                let why = self.archive.index().why_unwell(&tally.source, round)?;
                let now = Health { seq, source: tally.source.clone(), round, ended, unwell, reshaped: tally.reshaped };
                self.events.extend(redesigned_event(&now));
                self.events.extend(health_event(was, &now, why));
            }
        }
        Ok(())
    }

    /// Takes in another reading of a capture whose body is kept.
    pub fn reread(
        &mut self,
        statement: &StatementId,
        capture: Seq,
        url: &str,
        body: Digest,
        reading: &Reading,
        now: Instant,
    ) -> Result<(), ArchiveError> {
        self.usable()?;
        self.push_reading(capture, url, body, reading, now)?;
        self.archive.index().refold(&statement.digest())?;
        Ok(())
    }

    /// Makes all that was taken in durable, signed and visible, and gives the events that may now be told.
    ///
    /// First the segments, then the entry that sums them, then the log's own commit, then the index.
    pub fn publish(&mut self, now: Instant) -> Result<Vec<Event>, ArchiveError> {
        self.usable()?;
        self.broken = true;
        let vantage = self.log.log().vantage().to_owned();
        let draft = std::mem::replace(&mut self.draft, Draft::new(&vantage, &self.software));
        let sealed = draft.seal(&*self.archive.storage_handle())?;
        if !sealed.is_empty() {
            let files = sealed.iter().map(|file| (file.digest, file.key.clone())).collect();
            let seq = self.append(&Fact::Segment(SegmentFact { time: now, files }))?;
            for (position, file) in sealed.iter().enumerate() {
                self.archive.index().add_file(seq, position, &file.key, &file.members)?;
            }
        }
        self.log.commit()?;
        let log = self.log.log().clone();
        let reached = Reached { id: self.log_id, vantage, size: log.size(), root: log.root() };
        self.archive.index().set_reached(&reached)?;
        self.archive.index().commit()?;
        self.archive.index().begin()?;
        self.archive.set_log(log);
        self.broken = false;
        Ok(std::mem::take(&mut self.events))
    }

    fn usable(&self) -> Result<(), ArchiveError> {
        if self.broken { Err(ArchiveError::Broken) } else { Ok(()) }
    }

    fn push(&mut self, fact: &Fact) -> Result<Seq, ArchiveError> {
        let was = std::mem::replace(&mut self.broken, true);
        let seq = self.append(fact)?;
        self.broken = was;
        Ok(seq)
    }

    fn append(&mut self, fact: &Fact) -> Result<Seq, ArchiveError> {
        let rendered = fact.entry().render();
        let seq = Seq::new(self.log_id, self.log.push(rendered));
        let kept = DraftFirst { draft: &self.draft, archive: &self.archive };
        self.archive.index().apply(seq, fact, &kept)?;
        Ok(seq)
    }

    fn push_reading(
        &mut self,
        capture: Seq,
        url: &str,
        body: Digest,
        reading: &Reading,
        now: Instant,
    ) -> Result<(), ArchiveError> {
        let outcome = if reading.text.is_empty() {
            let why = reading.beside.warnings.first().map_or("no text was found", String::as_str);
            Err(why.to_owned())
        } else {
            let (index, log) = (self.archive.index(), self.log_id);
            let held = |digest: &Digest| matches!(index.held_by(log, digest), Ok(true));
            Ok(self.draft.reading(url, body, reading, now, held))
        };
        let reader: ReaderId = reading.reader.clone();
        self.push(&Fact::Reading(ReadingFact { time: now, capture: capture.number(), body, reader, outcome }))?;
        Ok(())
    }

    fn note_validators(&self, url: &Url, answer: &Exchange) -> Result<(), ArchiveError> {
        if answer.status == 200 {
            self.archive.index().set_validators(url.as_str(), answer.header("etag"), answer.header("last-modified"))?;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        statement: &StatementId,
        source: &SourceId,
        history: &History,
        seq: Seq,
    ) -> Result<(), ArchiveError> {
        for seen in history.seen.iter().rev().take_while(|seen| seen.seq >= seq).collect::<Vec<_>>().into_iter().rev() {
            if seen.seq == seq {
                self.events.push(event_of(statement, source, history, seen));
            }
        }
        Ok(())
    }
}

/// Bytes that wait in the draft, else those of the archive.
struct DraftFirst<'a> {
    draft: &'a Draft,
    archive: &'a Archive,
}

impl Kept for DraftFirst<'_> {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.draft.text_bytes(digest).map(<[u8]>::to_vec).or_else(|| self.archive.bytes(digest).ok().flatten())
    }
}
