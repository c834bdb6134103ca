//! What became of a statement, folded from the looks at it.
//!
//! Pure: looks and readings in, history out. The same fold tells the events of a round and those of years ago, so the
//! two can never disagree. The rules are those of the archive's README, section *Histories*.

use std::collections::HashMap;

use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::event::EventKind;
use crate::model::text::dates_agree;
use crate::model::time::{Instant, Stated};

/// The number of an entry among all logs of an archive: the log's number shifted left by 40 bits, plus the entry's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seq(pub i64);

impl Seq {
    /// Entry `number` of log `log`.
    pub fn new(log: i64, number: u64) -> Self {
        Self(log << 40 | i64::try_from(number).unwrap_or(i64::MAX) & ((1 << 40) - 1))
    }

    /// The log's number.
    pub fn log(self) -> i64 {
        self.0 >> 40
    }

    /// The entry's number in its log.
    pub fn number(self) -> u64 {
        (self.0 & ((1 << 40) - 1)).unsigned_abs()
    }
}

/// A look at a statement, as the log has it.
#[derive(Clone, Debug)]
pub struct Look {
    /// The entry.
    pub seq: Seq,
    /// The round, named by its beginning.
    pub round: Instant,
    /// When.
    pub time: Instant,
    /// The address that was asked.
    pub url: String,
    /// The status code.
    pub status: Option<u16>,
    /// What was seen.
    pub verdict: Verdict,
    /// The body's digest.
    pub body: Option<Digest>,
    /// The block that the response is kept in.
    pub response: Option<Digest>,
    /// The capture that it shows the same as.
    pub equals: Option<Seq>,
    /// Least time, in seconds, between the two looks that make a withdrawal.
    pub confirm: Option<i64>,
    /// One look is enough.
    pub final_at_once: bool,
    /// The evidence, on one line.
    pub reason: Option<String>,
}

/// What one reader made of one capture.
#[derive(Clone, Debug)]
pub struct Read {
    /// The entry.
    pub seq: Seq,
    /// Who read.
    pub reader: ReaderId,
    /// What is compared of the text; `None` where none was found.
    pub text: Option<TextHead>,
    /// Digest of what a visitor sees.
    pub visible: Option<Digest>,
}

/// A text as far as it is compared and listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextHead {
    /// The hash of the statement.
    pub digest: Digest,
    /// The title.
    pub title: Option<String>,
    /// The date as stated.
    pub published: Option<Stated>,
    /// The language.
    pub language: Option<String>,
    /// Digest of title and paragraphs.
    pub wording: Digest,
}

impl TextHead {
    fn same_revision(&self, other: &Self) -> bool {
        self.wording == other.wording && dates_agree(self.published, other.published)
    }
}

/// Whether a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Up,
    /// Gone at the last look.
    Missing,
    /// Gone at two looks, or for good at one.
    Withdrawn,
}

impl State {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Missing => "missing",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Up, Self::Missing, Self::Withdrawn].into_iter().find(|state| state.as_str() == word)
    }
}

/// A run of captures that read the same.
#[derive(Clone, Debug)]
pub struct Revision {
    /// From 1.
    pub number: u32,
    /// The capture that first showed it.
    pub capture: Seq,
    /// Its text, by the last reader that read it.
    pub text: TextHead,
    /// Who read it.
    pub reader: ReaderId,
    /// The body that it was read from.
    pub body: Digest,
    /// When it was first seen.
    pub first_seen: Instant,
    /// When it was last seen.
    pub last_seen: Instant,
    /// At how many looks.
    pub looks: u32,
    /// What is remarkable.
    pub flags: Vec<&'static str>,
}

/// What a look told.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The entry.
    pub seq: Seq,
    /// When.
    pub time: Instant,
    /// The address that was asked.
    pub url: String,
    /// What happened.
    pub kind: EventKind,
    /// The revision that stood, from 1; 0 for none.
    pub revision: u32,
    /// How it was seen.
    pub how: Option<&'static str>,
    /// In words.
    pub reason: Option<String>,
    /// What is remarkable.
    pub flags: Vec<&'static str>,
}

/// All that became of a statement.
#[derive(Clone, Debug)]
pub struct History {
    /// Its revisions, oldest first; empty where nothing could be read yet.
    pub revisions: Vec<Revision>,
    /// What each look told, oldest first.
    pub seen: Vec<Seen>,
    /// Whether it stands.
    pub state: State,
    /// The capture whose body stands for what was last seen.
    pub current: Option<Seq>,
    /// When it was first looked at.
    pub first_seen: Option<Instant>,
    /// When it was last seen standing.
    pub last_seen: Option<Instant>,
    /// When it was last looked at.
    pub last_look: Option<Instant>,
}

impl History {
    /// The revision that was seen last.
    pub fn latest(&self) -> Option<&Revision> {
        self.revisions.last()
    }
}

/// What is known of the readings of a statement's captures.
pub type Readings = HashMap<Seq, Vec<Read>>;

/// Folds the looks at one statement, which are in order, to its history.
///
/// `last_without` is when the source's listing was last seen before the round in which the statement was first seen; a
/// statement whose date lies a day or more before that is flagged `stated-earlier`.
pub fn fold(looks: &[Look], readings: &Readings, last_without: Option<Instant>) -> History {
    let mut fold = Fold {
        history: History {
            revisions: Vec::new(),
            seen: Vec::new(),
            state: State::Up,
            current: None,
            first_seen: looks.first().map(|look| look.time),
            last_seen: None,
            last_look: looks.last().map(|look| look.time),
        },
        missing: None,
        readings,
        last_without,
    };
    for look in looks {
        match look.verdict {
            Verdict::Statement | Verdict::NotModified | Verdict::Listing => fold.stands(look),
            Verdict::Gone => fold.gone(look),
            Verdict::Blocked => fold.nothing(look, EventKind::Blocked),
            Verdict::Disallowed => fold.nothing(look, EventKind::Disallowed),
            Verdict::Failed | Verdict::Unwell => fold.nothing(look, EventKind::Failed),
        }
    }
    for revision in &mut fold.history.revisions {
        if let Some((read, text)) = last_text(readings, revision.capture) {
            revision.text = text.clone();
            revision.reader = read.reader.clone();
        }
    }
    fold.history
}

struct Fold<'a> {
    history: History,
    /// Round and time of the look that found it missing.
    missing: Option<(Instant, Instant)>,
    readings: &'a Readings,
    last_without: Option<Instant>,
}

impl Fold<'_> {
    fn stands(&mut self, look: &Look) {
        let shown = look.equals.unwrap_or(look.seq);
        let Some((read, text)) = last_text(self.readings, shown) else {
            let reason = self.readings.get(&shown).map(|_| "no text was found on the page".to_owned());
            self.tell(look, EventKind::Failed, None, reason.or_else(|| look.reason.clone()), vec![]);
            return;
        };
        self.history.last_seen = Some(look.time);
        let was = std::mem::replace(&mut self.history.state, State::Up);
        self.missing = None;
        let same = match self.history.current {
            None => false,
            Some(current) => current == shown || same_revision(self.readings, current, shown),
        };
        let mut flags = Vec::new();
        if !same {
            flags = self.flags_of(text);
            self.history.revisions.push(Revision {
                number: u32::try_from(self.history.revisions.len() + 1).unwrap_or(u32::MAX),
                capture: shown,
                text: text.clone(),
                reader: read.reader.clone(),
                body: look.body.unwrap_or(text.digest),
                first_seen: look.time,
                last_seen: look.time,
                looks: 0,
                flags: flags.clone(),
            });
        }
        self.history.current = Some(shown);
        if let Some(revision) = self.history.revisions.last_mut() {
            revision.last_seen = look.time;
            revision.looks += 1;
        }
        if was == State::Withdrawn {
            self.tell(look, EventKind::Restored, None, None, vec![]);
        }
        if !same {
            let kind = if self.history.revisions.len() == 1 { EventKind::New } else { EventKind::Revised };
            self.tell(look, kind, None, None, flags);
        } else if was != State::Withdrawn {
            let how = match (look.verdict, was) {
                (_, State::Missing) => Some("back"),
                (Verdict::NotModified, _) => Some("not-modified"),
                _ => None,
            };
            self.tell(look, EventKind::Unchanged, how, None, vec![]);
        }
    }

    fn flags_of(&self, text: &TextHead) -> Vec<&'static str> {
        let mut flags = Vec::new();
        match self.history.revisions.last() {
            None => {
                let stated = text.published.and_then(|published| published.latest());
                if let (Some(without), Some(stated)) = (self.last_without, stated)
                    && stated + chrono::TimeDelta::days(1) <= without
                {
                    flags.push("stated-earlier");
                }
            }
            Some(before) => {
                if before.text.title != text.title {
                    flags.push("title-changed");
                }
                if !dates_agree(before.text.published, text.published) {
                    flags.push("date-changed");
                }
                let earlier = &self.history.revisions[..self.history.revisions.len() - 1];
                if earlier.iter().any(|revision| revision.text.same_revision(text)) {
                    flags.push("reverted");
                }
            }
        }
        flags
    }

    fn gone(&mut self, look: &Look) {
        if self.history.revisions.is_empty() {
            self.nothing(look, EventKind::Failed);
            return;
        }
        let kind = match self.history.state {
            State::Withdrawn => EventKind::Unchanged,
            _ if look.final_at_once => EventKind::Withdrawn,
            State::Up => EventKind::Missing,
            State::Missing => {
                let confirm = chrono::TimeDelta::seconds(look.confirm.unwrap_or(0));
                match self.missing {
                    Some((round, time)) if round != look.round && look.time - time >= confirm => EventKind::Withdrawn,
                    Some(_) | None => EventKind::Missing,
                }
            }
        };
        if self.history.state == State::Up {
            self.missing = Some((look.round, look.time));
        }
        let how = match kind {
            EventKind::Withdrawn => {
                self.history.state = State::Withdrawn;
                None
            }
            EventKind::Unchanged => Some("withdrawn"),
            _ => {
                let how = (self.history.state == State::Missing).then_some("still");
                self.history.state = State::Missing;
                how
            }
        };
        self.tell(look, kind, how, look.reason.clone(), vec![]);
    }

    fn nothing(&mut self, look: &Look, kind: EventKind) {
        let how = (look.verdict == Verdict::Unwell).then_some("unwell");
        self.tell(look, kind, how, look.reason.clone(), vec![]);
    }

    fn tell(
        &mut self,
        look: &Look,
        kind: EventKind,
        how: Option<&'static str>,
        reason: Option<String>,
        flags: Vec<&'static str>,
    ) {
        let revision = self.history.latest().map_or(0, |revision| revision.number);
        let url = look.url.clone();
        self.history.seen.push(Seen { seq: look.seq, time: look.time, url, kind, revision, how, reason, flags });
    }
}

/// The last reading of a capture that found a text.
fn last_text(readings: &Readings, capture: Seq) -> Option<(&Read, &TextHead)> {
    readings.get(&capture)?.iter().rev().find_map(|read| Some((read, read.text.as_ref()?)))
}

/// Whether two captures read the same under the last reader that read both; where none did, their wording decides.
fn same_revision(readings: &Readings, a: Seq, b: Seq) -> bool {
    let (Some(of_a), Some(of_b)) = (readings.get(&a), readings.get(&b)) else {
        return false;
    };
    for read in of_a.iter().rev() {
        if let Some(other) = of_b.iter().rev().find(|other| other.reader == read.reader) {
            return match (&read.text, &other.text) {
                (Some(a), Some(b)) => a.same_revision(b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
        }
    }
    match (last_text(readings, a), last_text(readings, b)) {
        (Some((_, a)), Some((_, b))) => a.wording == b.wording,
        (None, _) | (_, None) => false,
    }
}
