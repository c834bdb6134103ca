//! Events as they are told: made of the log's histories, the same in a round and years later.

use super::history::{History, Seen};
use super::index::{Health, Polled};
use crate::model::capture::Verdict;
use crate::model::event::{Event, EventKind};
use crate::model::statement::{SourceId, StatementId};
use crate::model::time::{Instant, rfc3339};

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
pub fn health_event(was_unwell: bool, now: &Health, why: Option<String>) -> Option<Event> {
    let kind = match (was_unwell, now.unwell) {
        (false, true) => EventKind::Unwell,
        (true, false) => EventKind::Well,
        (true, true) | (false, false) => return None,
    };
    let reason = why.filter(|_| now.unwell);
    let (captured_at, entry) = (Some(now.ended), Some(now.seq.number()));
    Some(Event { captured_at, entry, reason, ..Event::about(kind, &now.source) })
}

/// The event that a listing taught nothing, if it did not.
pub fn poll_event(polled: &Polled) -> Option<Event> {
    let kind = match polled.verdict {
        Verdict::Listing | Verdict::NotModified => return None,
        Verdict::Blocked => EventKind::Blocked,
        Verdict::Disallowed => EventKind::Disallowed,
        Verdict::Statement | Verdict::Gone | Verdict::Unwell | Verdict::Failed => EventKind::Failed,
    };
    Some(Event {
        url: Some(polled.url.clone()),
        captured_at: Some(polled.time),
        entry: Some(polled.seq.number()),
        reason: polled.reason.clone(),
        ..Event::about(kind, &polled.source)
    })
}

/// The event that a source's pages changed shape at once, if they did.
pub fn redesigned_event(now: &Health) -> Option<Event> {
    let reason = (now.reshaped > 0).then(|| format!("{} pages were seen in a new shape", now.reshaped))?;
    let event = Event::about(EventKind::Redesigned, &now.source);
    Some(Event { captured_at: Some(now.ended), entry: Some(now.seq.number()), reason: Some(reason), ..event })
}

/// What the lock file tells others: who holds it, and since when.
pub fn holder(process: u32, now: Instant) -> String {
    format!("process {process}, since {}", rfc3339(now))
}
