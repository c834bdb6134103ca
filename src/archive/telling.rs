//! Events as they are told: made of the log's histories, the same in a round and years later.

use super::history::{History, Seen, Seq};
use crate::model::event::{Event, EventKind};
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::Instant;

/// The event that a look told.
pub fn event_of(statement: &StatementId, source: &SourceId, history: &History, seen: &Seen) -> Event {
    let revision = history.revisions.iter().find(|revision| revision.number == seen.revision);
    Event {
        statement: Some(statement.clone()),
        url: Some(seen.url.clone()),
        revision: revision.map(|revision| revision.number),
        title: revision.and_then(|revision| revision.text.title.clone()),
        published: revision.and_then(|revision| revision.text.published),
        text: revision.map(|revision| revision.text.digest),
        body: revision.map(|revision| revision.body),
        captured_at: Some(seen.time),
        entry: Some(seen.seq.number()),
        how: seen.how.map(str::to_owned),
        reason: seen.reason.clone(),
        flags: seen.flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..Event::about(seen.kind, source)
    }
}

/// The event that a source's health changed, if it did.
pub fn health_event(source: &SourceId, was_unwell: bool, unwell: bool, seq: Seq, ended: Instant) -> Option<Event> {
    let kind = match (was_unwell, unwell) {
        (false, true) => EventKind::Unwell,
        (true, false) => EventKind::Well,
        (true, true) | (false, false) => return None,
    };
    Some(Event { captured_at: Some(ended), entry: Some(seq.number()), ..Event::about(kind, source) })
}

/// The event that a source's pages changed shape at once, if they did.
pub fn redesigned_event(source: &SourceId, reshaped: u64, seq: Seq, ended: Instant) -> Option<Event> {
    let reason = (reshaped > 0).then(|| format!("{reshaped} pages were seen in a new shape"))?;
    let event = Event::about(EventKind::Redesigned, source);
    Some(Event { captured_at: Some(ended), entry: Some(seq.number()), reason: Some(reason), ..event })
}
