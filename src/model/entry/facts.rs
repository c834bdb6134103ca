//! What the entries of each known kind say.
//!
//! Types alone; how each is written as an entry and read back stands in `forms`.

use std::time::Duration;

use super::{Entry, KeyFact, Peer, StampFact};
use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::Instant;

/// What an entry says.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The log begins.
    Archive(ArchiveFact),
    /// A round has ended.
    Round(Round),
    /// A look at a listing.
    Poll(Poll),
    /// A look at a statement.
    Capture(Capture),
    /// What our reader made of a body.
    Reading(ReadingFact),
    /// What the pages of a source taught.
    Rules(RulesFact),
    /// Files were written.
    Segment(SegmentFact),
    /// A further address.
    Alias(Alias),
    /// A person's remark.
    Note(Note),
    /// One side of a change of keys.
    Key(KeyFact),
    /// An authority put a time on the log.
    Stamp(StampFact),
    /// Of a kind that this program does not know.
    Unknown(Entry),
}

impl Fact {
    /// What a look brought back; `None` where it tells of none.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Capture(Capture { answer, .. }) | Self::Poll(Poll { answer, .. }) => Some(answer),
            Self::Archive(_)
            | Self::Round(_)
            | Self::Reading(_)
            | Self::Rules(_)
            | Self::Segment(_)
            | Self::Alias(_)
            | Self::Note(_)
            | Self::Key(_)
            | Self::Stamp(_)
            | Self::Unknown(_) => None,
        }
    }
}

/// `archive`: the log begins.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchiveFact {
    /// When.
    pub time: Instant,
    /// Who looks.
    pub vantage: String,
    /// The log's public key in the form of a signed note's verifier key.
    pub key: String,
    /// Program and version.
    pub software: String,
    /// The last checkpoints of the logs that stood in the archive then, a line each: a log whose key was lost goes on so.
    pub after: Vec<String>,
}

/// `round`: a round has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// When it began: its name.
    pub round: Instant,
    /// When it ended.
    pub ended: Instant,
    /// Program and version.
    pub software: String,
    /// What was counted, a line a source.
    pub tallies: Vec<Tally>,
}

/// How a source fared in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The source.
    pub source: SourceId,
    /// Looks.
    pub asked: u64,
    /// Looks that taught something.
    pub answered: u64,
    /// Looks that found a statement gone.
    pub gone: u64,
    /// Looks that found it gone like most of its source.
    pub vanished: u64,
    /// Looks that taught nothing.
    pub failed: u64,
    /// Looks that showed a page in a new shape, where the source's pages changed shape at once.
    pub reshaped: u64,
}

impl Tally {
    /// A tally in which nothing was asked yet.
    pub fn new(source: &SourceId) -> Self {
        Self { source: source.clone(), asked: 0, answered: 0, gone: 0, vanished: 0, failed: 0, reshaped: 0 }
    }

    /// Counts a look.
    pub fn count(&mut self, verdict: Verdict) {
        self.asked += 1;
        match verdict {
            Verdict::Statement | Verdict::Listing | Verdict::NotModified => self.answered += 1,
            Verdict::Gone => {
                self.answered += 1;
                self.gone += 1;
            }
            Verdict::Unwell => self.vanished += 1,
            Verdict::Blocked | Verdict::Disallowed | Verdict::Failed => self.failed += 1,
        }
    }

    /// Whether the source as a whole failed in this round; `None` where it was not asked.
    pub fn unwell(&self) -> Option<bool> {
        (self.asked > 0).then_some(self.answered == 0 || self.vanished > 0)
    }
}

/// What became of a body's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Written for this look.
    Kept,
    /// Held already.
    Same,
    /// Not kept.
    Dropped,
}

/// What a look brought back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Status and address of each redirect that was followed.
    pub hops: Vec<(u16, String)>,
    /// The address that answered, where it is not the one that was asked.
    pub final_url: Option<String>,
    /// The status code; `None` where there was no answer.
    pub status: Option<u16>,
    /// What the look was judged to show.
    pub verdict: Verdict,
    /// What that rests on.
    pub evidence: Vec<String>,
    /// The body's digest and what became of its bytes.
    pub body: Option<(Digest, Keeping)>,
    /// Response headers, `name: value`, where the exchange itself was not kept.
    pub headers: Vec<String>,
    /// Why robots.txt was not obeyed.
    pub robots: Option<String>,
    /// Who answered.
    pub peer: Peer,
    /// Who answered each redirect.
    pub hop_peers: Vec<Peer>,
}

impl Answer {
    /// An answer of which nothing but the verdict is known.
    pub fn only(verdict: Verdict, evidence: Vec<String>) -> Self {
        Self {
            hops: vec![],
            final_url: None,
            status: None,
            verdict,
            evidence,
            body: None,
            headers: vec![],
            robots: None,
            peer: Peer::default(),
            hop_peers: vec![],
        }
    }

    /// The digests of the chains of certificates that were presented: by those who redirected, then by who answered.
    pub fn chains(&self) -> impl Iterator<Item = Digest> + '_ {
        self.hop_peers.iter().chain([&self.peer]).filter_map(|peer| Some(peer.tls.as_ref()?.chain))
    }
}

/// `poll`: a look at a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// The round.
    pub round: Instant,
    /// When.
    pub time: Instant,
    /// Whose listing.
    pub source: SourceId,
    /// Its address.
    pub url: String,
    /// What came back.
    pub answer: Answer,
    /// What kind of listing it was read as.
    pub how: Option<String>,
    /// How many addresses it held.
    pub items: Option<u64>,
    /// Digest of their set.
    pub links: Option<Digest>,
    /// Sums of what was kept.
    pub sums: Vec<(Digest, String)>,
}

/// `capture`: a look at a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// The round.
    pub round: Instant,
    /// When.
    pub time: Instant,
    /// Which source asked.
    pub source: SourceId,
    /// The statement.
    pub statement: StatementId,
    /// The address that was asked.
    pub url: String,
    /// What came back.
    pub answer: Answer,
    /// The entry of the capture that this one shows the same as.
    pub equals: Option<u64>,
    /// The entry of the capture that this one was judged to be the same revision as, though its text is another, and why.
    pub same_as: Option<(u64, Sameness)>,
    /// What the look showed besides.
    pub marks: Vec<Mark>,
    /// With `gone`: the least time between the two looks that make a withdrawal.
    pub confirm: Option<Duration>,
    /// With `gone`: one look is enough.
    pub final_at_once: bool,
    /// Sums of what was kept.
    pub sums: Vec<(Digest, String)>,
}

/// Why two texts that differ are the same revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sameness {
    /// The source's pages changed shape at once, and the texts differ by no more than that.
    Redesigned,
    /// The text has changed in this one place at each of the last looks.
    Unstable,
}

impl Sameness {
    /// The word that stands in an entry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redesigned => "redesigned",
            Self::Unstable => "unstable",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Redesigned, Self::Unstable].into_iter().find(|why| why.as_str() == word)
    }
}

/// What a look at a statement that stands can show besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// The page says itself that it is withdrawn.
    MarkedWithdrawn,
    /// The source's listing has its neighbours, and not it.
    Delisted,
}

impl Mark {
    /// The word that stands in an entry, and the flag of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MarkedWithdrawn => "marked-withdrawn",
            Self::Delisted => "delisted",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::MarkedWithdrawn, Self::Delisted].into_iter().find(|mark| mark.as_str() == word)
    }
}

/// `reading`: what our reader made of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingFact {
    /// When it was read.
    pub time: Instant,
    /// The entry of the capture.
    pub capture: u64,
    /// The body's digest.
    pub body: Digest,
    /// Who read.
    pub reader: ReaderId,
    /// The sums of the text and of what stands beside it, or why there is no text.
    pub outcome: Result<(Digest, Digest), String>,
}

/// `rules`: what the pages of a source taught of how they are built.
#[derive(Clone, Debug, PartialEq)]
pub struct RulesFact {
    /// When it was learnt.
    pub time: Instant,
    /// Whose pages.
    pub source: SourceId,
    /// Why it was learnt anew.
    pub reason: String,
    /// The entries of the captures whose bodies it was learnt from.
    pub captures: Vec<u64>,
    /// The sum of what was learnt.
    pub rules: Digest,
}

/// `segment`: files were written.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentFact {
    /// When.
    pub time: Instant,
    /// Their sums and keys.
    pub files: Vec<(Digest, String)>,
}

/// `alias`: a further address of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// When.
    pub time: Instant,
    /// The statement.
    pub statement: StatementId,
    /// The address.
    pub url: String,
    /// Why it is taken for the same.
    pub reason: String,
}

/// `note`: a person's remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When.
    pub time: Instant,
    /// The statement.
    pub statement: StatementId,
    /// The remark, a line each.
    pub text: Vec<String>,
}
