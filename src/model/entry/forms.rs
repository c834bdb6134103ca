//! How each fact is written as an entry, and read back.
//!
//! Fields that a fact does not know are dropped on the way to a fact, never from the entry itself, which is what is
//! kept and hashed.

use std::time::Duration;

use super::facts::{
    Alias, Answer, ArchiveFact, Capture, Fact, Keeping, Mark, Note, Poll, ReadingFact, Round, RulesFact, Sameness,
    SegmentFact, Tally,
};
use super::{Entry, EntryError, KeyFact, Peer, StampFact};
use crate::model::capture::{ReaderId, Verdict};
use crate::model::time::{Instant, parse_rfc3339, rfc3339};

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
                fact.after.iter().for_each(|line| entry.push("after", line));
                entry
            }
            Self::Round(fact) => {
                let mut entry = Entry::new("round");
                entry.push("round", &rfc3339(fact.round));
                entry.push("ended", &rfc3339(fact.ended));
                entry.push("software", &fact.software);
                for t in &fact.tallies {
                    let Tally { source, asked, answered, gone, vanished, failed, reshaped } = t;
                    let mut line = format!(
                        "{source} asked {asked} answered {answered} gone {gone} vanished {vanished} failed {failed}"
                    );
                    if *reshaped > 0 {
                        line.push_str(&format!(" reshaped {reshaped}"));
                    }
                    entry.push("source", &line);
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
                if let Some((number, why)) = fact.same_as {
                    entry.push("same-as", &format!("{number} {}", why.as_str()));
                }
                for mark in &fact.marks {
                    entry.push("mark", mark.as_str());
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
            Self::Rules(fact) => {
                let mut entry = Entry::new("rules");
                entry.push("time", &rfc3339(fact.time));
                entry.push("source", fact.source.as_str());
                entry.push("reason", &fact.reason);
                entry.push("pages", &fact.captures.len().to_string());
                for capture in &fact.captures {
                    entry.push("capture", &capture.to_string());
                }
                entry.sums = vec![(fact.rules, "rules".to_owned())];
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
            Self::Key(fact) => fact.entry(),
            Self::Stamp(fact) => fact.entry(),
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
                    after: entry.all("after").map(str::to_owned).collect(),
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
                    same_as: from.get_same_as()?,
                    marks: entry.all("mark").filter_map(Mark::from_word).collect(), // one of a later version is passed over
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
            "rules" => {
                let from = Fields { entry, kind: "rules" };
                let captures = entry.all("capture").map(|number| number.parse().ok()).collect::<Option<_>>();
                Ok(Self::Rules(RulesFact {
                    time: from.instant("time")?,
                    source: from.parsed("source")?,
                    reason: entry.get("reason").unwrap_or_default().to_owned(),
                    captures: captures.ok_or(EntryError::Field { kind: "rules", field: "capture" })?,
                    rules: entry.sum("rules").ok_or(EntryError::Field { kind: "rules", field: "rules" })?,
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
            "key" => KeyFact::read(entry).map(Self::Key),
            "stamp" => StampFact::read(entry).map(Self::Stamp),
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
            "reshaped" => tally.reshaped = count,
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

    fn get_same_as(&self) -> Result<Option<(u64, Sameness)>, EntryError> {
        let read = self.entry.get("same-as").map(|value| {
            let (number, why) = value.split_once(' ')?;
            Some((number.parse().ok()?, Sameness::from_word(why)?))
        });
        match read {
            None => Ok(None),
            Some(Some(same)) => Ok(Some(same)),
            Some(None) => Err(EntryError::Field { kind: self.kind, field: "same-as" }),
        }
    }

    fn optional<T: std::str::FromStr>(&self, field: &'static str) -> Result<Option<T>, EntryError> {
        let read = self.entry.get(field).map(str::parse).transpose();
        read.map_err(|_| EntryError::Field { kind: self.kind, field })
    }
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

impl Answer {
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
        self.peer.write(entry, "");
        for (number, peer) in (1..).zip(&self.hop_peers) {
            peer.write(entry, &format!("-{number}"));
        }
    }

    fn read(entry: &Entry, kind: &'static str) -> Result<Self, EntryError> {
        let bad = |field| EntryError::Field { kind, field };
        let hops = entry.all("hop").map(|hop| {
            let (status, url) = hop.split_once(' ')?;
            Some((status.parse().ok()?, url.to_owned()))
        });
        let hops: Vec<(u16, String)> = hops.collect::<Option<_>>().ok_or(bad("hop"))?;
        let hop_peers = (1..=hops.len()).map(|number| Peer::read(entry, &format!("-{number}"))).collect();
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
            hops,
            final_url: entry.get("final-url").map(str::to_owned),
            status: entry.get("status").map(|s| s.parse().map_err(|_| bad("status"))).transpose()?,
            verdict: entry.get("verdict").and_then(Verdict::from_word).ok_or(bad("verdict"))?,
            evidence: entry.all("evidence").map(str::to_owned).collect(),
            body,
            headers: entry.all("header").map(str::to_owned).collect(),
            robots: entry.get("robots").map(str::to_owned),
            peer: Peer::read(entry, ""),
            hop_peers,
        })
    }
}
