//! What became of a statement, folded from the looks at it.
//!
//! Pure: looks and readings in, history out. The same fold tells the events of a round and those of years ago, so the
//! two can never disagree. The rules are those of the archive's README, section *Histories*.

mod fold;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::entry::{Mark, Sameness};
pub use fold::fold;

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
    /// The capture that it was judged to be the same revision as, and why.
    pub same_as: Option<(Seq, Sameness)>,
    /// What it showed besides.
    pub marks: Vec<Mark>,
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
