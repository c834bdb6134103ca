//! What the entries of each known kind say.
//!
//! A fact turns into an [`Entry`] and back. Fields that a fact does not know are dropped on the way to a fact, never from the
//! entry itself, which is what is kept and hashed.

use std::time::Duration;

use super::{Entry, EntryError};
use crate::model::capture::{ReaderId, Verdict};
use crate::model::digest::Digest;
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::{Instant, parse_rfc3339, rfc3339};

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
    /// Files were written.
    Segment(SegmentFact),
    /// A further address.
    Alias(Alias),
    /// A person's remark.
    Note(Note),
    /// Of a kind that this program does not know.
    Unknown(Entry),
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
}

impl Tally {
    /// A tally in which nothing was asked yet.
    pub fn new(source: &SourceId) -> Self {
        Self { source: source.clone(), asked: 0, answered: 0, gone: 0, vanished: 0, failed: 0 }
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

impl Keeping {
    fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Same => "same",
            Self::Dropped => "dropped",
        }
    }
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
        }
    }

    fn write(&self, entry: &mut Entry) {
        for (status, url) in &self.hops {
            entry.push("hop", &format!("{status} {url}"));
        }
        if let Some(url) = &self.final_url {
            entry.push("final-url", url);
        }
        if let Some(status) = self.status {
            entry.push("status", &status.to_string());
        }
        entry.push("verdict", self.verdict.as_str());
        for line in &self.evidence {
            entry.push("evidence", line);
        }
        if let Some((digest, keeping)) = self.body {
            entry.push("body", &format!("{digest} {}", keeping.as_str()));
        }
        for header in &self.headers {
            entry.push("header", header);
        }
        if let Some(reason) = &self.robots {
            entry.push("robots", reason);
        }
    }

    fn read(entry: &Entry, kind: &'static str) -> Result<Self, EntryError> {
        let bad = |field| EntryError::Field { kind, field };
        let hops = entry.all("hop").map(|hop| {
            let (status, url) = hop.split_once(' ')?;
            Some((status.parse().ok()?, url.to_owned()))
        });
        let body = match entry.get("body") {
            None => None,
            Some(value) => {
                let (digest, keeping) = value.split_once(' ').ok_or(bad("body"))?;
                let keeping = match keeping {
                    "kept" => Keeping::Kept,
                    "same" => Keeping::Same,
                    "dropped" => Keeping::Dropped,
                    _ => return Err(bad("body")),
                };
                Some((digest.parse().map_err(|_| bad("body"))?, keeping))
            }
        };
        Ok(Self {
            hops: hops.collect::<Option<_>>().ok_or(bad("hop"))?,
            final_url: entry.get("final-url").map(str::to_owned),
            status: entry.get("status").map(|s| s.parse().map_err(|_| bad("status"))).transpose()?,
            verdict: entry.get("verdict").and_then(Verdict::from_word).ok_or(bad("verdict"))?,
            evidence: entry.all("evidence").map(str::to_owned).collect(),
            body,
            headers: entry.all("header").map(str::to_owned).collect(),
            robots: entry.get("robots").map(str::to_owned),
        })
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
    /// With `gone`: the least time between the two looks that make a withdrawal.
    pub confirm: Option<Duration>,
    /// With `gone`: one look is enough.
    pub final_at_once: bool,
    /// Sums of what was kept.
    pub sums: Vec<(Digest, String)>,
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

impl Fact {
    /// The entry that says this.
    pub fn entry(&self) -> Entry {
        match self {
            Self::Archive(fact) => {
                let mut entry = Entry::new("archive");
                entry.push("time", &rfc3339(fact.time));
                entry.push("vantage", &fact.vantage);
                entry.push("key", &fact.key);
                entry.push("software", &fact.software);
                entry
            }
            Self::Round(fact) => {
                let mut entry = Entry::new("round");
                entry.push("round", &rfc3339(fact.round));
                entry.push("ended", &rfc3339(fact.ended));
                entry.push("software", &fact.software);
                for t in &fact.tallies {
                    let Tally { source, asked, answered, gone, vanished, failed } = t;
                    entry.push(
                        "source",
                        &format!(
                            "{source} asked {asked} answered {answered} gone {gone} vanished {vanished} failed {failed}"
                        ),
                    );
                }
                entry
            }
            Self::Poll(fact) => {
                let mut entry = Entry::new("poll");
                entry.push("round", &rfc3339(fact.round));
                entry.push("time", &rfc3339(fact.time));
                entry.push("source", fact.source.as_str());
                entry.push("url", &fact.url);
                fact.answer.write(&mut entry);
                if let Some(how) = &fact.how {
                    entry.push("how", how);
                }
                if let Some(items) = fact.items {
                    entry.push("items", &items.to_string());
                }
                if let Some(links) = fact.links {
                    entry.push("links", &links.to_string());
                }
                entry.sums.clone_from(&fact.sums);
                entry
            }
            Self::Capture(fact) => {
                let mut entry = Entry::new("capture");
                entry.push("round", &rfc3339(fact.round));
                entry.push("time", &rfc3339(fact.time));
                entry.push("source", fact.source.as_str());
                entry.push("statement", &fact.statement.to_string());
                entry.push("url", &fact.url);
                fact.answer.write(&mut entry);
                if let Some(equals) = fact.equals {
                    entry.push("equals", &equals.to_string());
                }
                if let Some(confirm) = fact.confirm {
                    entry.push("confirm", &confirm.as_secs().to_string());
                }
                if fact.final_at_once {
                    entry.push("final", "yes");
                }
                entry.sums.clone_from(&fact.sums);
                entry
            }
            Self::Reading(fact) => {
                let mut entry = Entry::new("reading");
                entry.push("time", &rfc3339(fact.time));
                entry.push("capture", &fact.capture.to_string());
                entry.push("body", &fact.body.to_string());
                entry.push("reader", &fact.reader.0);
                match &fact.outcome {
                    Ok((text, beside)) => {
                        entry.sums = vec![(*text, "text".to_owned()), (*beside, "reading.json".to_owned())];
                    }
                    Err(why) => entry.push("failed", why),
                }
                entry
            }
            Self::Segment(fact) => {
                let mut entry = Entry::new("segment");
                entry.push("time", &rfc3339(fact.time));
                entry.sums.clone_from(&fact.files);
                entry
            }
            Self::Alias(fact) => {
                let mut entry = Entry::new("alias");
                entry.push("time", &rfc3339(fact.time));
                entry.push("statement", &fact.statement.to_string());
                entry.push("url", &fact.url);
                entry.push("reason", &fact.reason);
                entry
            }
            Self::Note(fact) => {
                let mut entry = Entry::new("note");
                entry.push("time", &rfc3339(fact.time));
                entry.push("statement", &fact.statement.to_string());
                for line in &fact.text {
                    entry.push("text", line);
                }
                entry
            }
            Self::Unknown(entry) => entry.clone(),
        }
    }

    /// What an entry says; an unknown kind is no error.
    pub fn read(entry: &Entry) -> Result<Self, EntryError> {
        match entry.kind.as_str() {
            "archive" => {
                let from = Fields { entry, kind: "archive" };
                Ok(Self::Archive(ArchiveFact {
                    time: from.instant("time")?,
                    vantage: from.text("vantage")?,
                    key: from.text("key")?,
                    software: from.text("software")?,
                }))
            }
            "round" => {
                let from = Fields { entry, kind: "round" };
                let tallies = entry.all("source").map(read_tally).collect::<Option<_>>();
                Ok(Self::Round(Round {
                    round: from.instant("round")?,
                    ended: from.instant("ended")?,
                    software: from.text("software")?,
                    tallies: tallies.ok_or(EntryError::Field { kind: "round", field: "source" })?,
                }))
            }
            "poll" => {
                let from = Fields { entry, kind: "poll" };
                Ok(Self::Poll(Poll {
                    round: from.instant("round")?,
                    time: from.instant("time")?,
                    source: from.parsed("source")?,
                    url: from.text("url")?,
                    answer: Answer::read(entry, "poll")?,
                    how: entry.get("how").map(str::to_owned),
                    items: from.optional("items")?,
                    links: from.optional("links")?,
                    sums: entry.sums.clone(),
                }))
            }
            "capture" => {
                let from = Fields { entry, kind: "capture" };
                Ok(Self::Capture(Capture {
                    round: from.instant("round")?,
                    time: from.instant("time")?,
                    source: from.parsed("source")?,
                    statement: from.parsed("statement")?,
                    url: from.text("url")?,
                    answer: Answer::read(entry, "capture")?,
                    equals: from.optional("equals")?,
                    confirm: from.optional("confirm")?.map(Duration::from_secs),
                    final_at_once: entry.get("final") == Some("yes"),
                    sums: entry.sums.clone(),
                }))
            }
            "reading" => {
                let from = Fields { entry, kind: "reading" };
                let outcome = match (entry.sum("text"), entry.sum("reading.json"), entry.get("failed")) {
                    (Some(text), Some(beside), None) => Ok((text, beside)),
                    (None, None, Some(why)) => Err(why.to_owned()),
                    _ => return Err(EntryError::Field { kind: "reading", field: "text" }),
                };
                Ok(Self::Reading(ReadingFact {
                    time: from.instant("time")?,
                    capture: from.parsed("capture")?,
                    body: from.parsed("body")?,
                    reader: ReaderId(from.text("reader")?),
                    outcome,
                }))
            }
            "segment" => {
                let from = Fields { entry, kind: "segment" };
                Ok(Self::Segment(SegmentFact { time: from.instant("time")?, files: entry.sums.clone() }))
            }
            "alias" => {
                let from = Fields { entry, kind: "alias" };
                Ok(Self::Alias(Alias {
                    time: from.instant("time")?,
                    statement: from.parsed("statement")?,
                    url: from.text("url")?,
                    reason: entry.get("reason").unwrap_or_default().to_owned(),
                }))
            }
            "note" => {
                let from = Fields { entry, kind: "note" };
                Ok(Self::Note(Note {
                    time: from.instant("time")?,
                    statement: from.parsed("statement")?,
                    text: entry.all("text").map(str::to_owned).collect(),
                }))
            }
            _ => Ok(Self::Unknown(entry.clone())),
        }
    }
}

fn read_tally(line: &str) -> Option<Tally> {
    let mut words = line.split(' ');
    let mut tally = Tally::new(&words.next()?.parse().ok()?);
    while let Some(name) = words.next() {
        let count = words.next()?.parse().ok()?;
        match name {
            "asked" => tally.asked = count,
            "answered" => tally.answered = count,
            "gone" => tally.gone = count,
            "vanished" => tally.vanished = count,
            "failed" => tally.failed = count,
            _ => {} // a count of a later version
        }
    }
    Some(tally)
}

/// The fields of an entry of a known kind, for errors that name both.
struct Fields<'a> {
    entry: &'a Entry,
    kind: &'static str,
}

impl Fields<'_> {
    fn text(&self, field: &'static str) -> Result<String, EntryError> {
        self.entry.get(field).map(str::to_owned).ok_or(EntryError::Field { kind: self.kind, field })
    }

    fn instant(&self, field: &'static str) -> Result<Instant, EntryError> {
        let found = self.entry.get(field).and_then(parse_rfc3339);
        found.ok_or(EntryError::Field { kind: self.kind, field })
    }

    fn parsed<T: std::str::FromStr>(&self, field: &'static str) -> Result<T, EntryError> {
        self.optional(field)?.ok_or(EntryError::Field { kind: self.kind, field })
    }

    fn optional<T: std::str::FromStr>(&self, field: &'static str) -> Result<Option<T>, EntryError> {
        let read = self.entry.get(field).map(str::parse).transpose();
        read.map_err(|_| EntryError::Field { kind: self.kind, field })
    }
}
