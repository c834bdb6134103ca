//! The fold itself: one look after the other, each told as what it showed.
//!
//! Whoever changes a rule here changes it in the archive's README too, and in the independent audit.

use super::{History, Look, Read, Readings, Revision, Seen, Seq, State, TextHead};
use crate::model::capture::Verdict;
use crate::model::event::EventKind;
use crate::model::text::dates_agree;
use crate::model::time::Instant;

/// The flag of a statement whose text does not stand still.
const UNSTABLE: &str = "unstable";
/// How often an earlier text comes back before the statement counts as unstable: it has flipped once more than that.
const REVERSIONS: usize = 2;

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
        reverted: 0,
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
    /// How often a revision brought back an earlier text.
    reverted: usize,
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
        let mut steady = None;
        let same = match self.history.current {
            None => false,
            Some(current) if current == shown || same_revision(self.readings, current, shown) => true,
            Some(current) => match look.same_as {
                Some((of, why)) if of == current || same_revision(self.readings, current, of) => {
                    steady = Some(why.as_str());
                    true
                }
                // a text that comes and goes was told of often enough
                Some(_) | None => {
                    let known = self.reverted >= REVERSIONS
                        && self.history.revisions.iter().any(|revision| revision.text.same_revision(text));
                    steady = known.then_some(UNSTABLE);
                    known
                }
            },
        };
        let mut flags = Vec::new();
        if !same {
            flags = self.flags_of(text);
            if flags.contains(&"reverted") {
                self.reverted += 1;
                if self.reverted == REVERSIONS {
                    flags.push(UNSTABLE);
                }
            }
            flags.extend(look.marks.iter().map(|mark| mark.as_str()));
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
            let marks = look.marks.iter().map(|mark| mark.as_str());
            for flag in marks.chain(steady.filter(|why| *why == UNSTABLE)) {
                if !revision.flags.contains(&flag) {
                    revision.flags.push(flag);
                    flags.push(flag);
                }
            }
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
                (_, _) if steady.is_some() => steady,
                (Verdict::NotModified, _) => Some("not-modified"),
                _ => None,
            };
            self.tell(look, EventKind::Unchanged, how, None, flags);
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
