//! How events and lists look to a person.

use std::io;

use onrecord::archive::index::Summary;
use onrecord::model::event::{Event, EventKind};

use super::out::{Color, Out, clean, fit};

/// Prints an event: an object, or a line for a person. Unremarkable ones are shown to a person only on request.
pub fn event(out: &mut Out, event: &Event) -> io::Result<()> {
    if out.json {
        out.object(event)?;
        return out.flush();
    }
    if !event.is_news() && out.verbose == 0 {
        return Ok(());
    }
    let color = match event.kind {
        EventKind::New | EventKind::Restored | EventKind::Well => Color::Good,
        EventKind::Revised | EventKind::Redesigned | EventKind::Missing => Color::Changed,
        EventKind::Withdrawn | EventKind::Unwell | EventKind::Failed | EventKind::Blocked | EventKind::Disallowed => {
            Color::Bad
        }
        EventKind::Unchanged | EventKind::Reread => Color::Dim,
    };
    let word = out.paint(color, &format!("{:<10}", event.kind.as_str()));
    let what = match &event.statement {
        Some(statement) => statement.short(),
        None => event.source.to_string(),
    };
    let mut line = format!("{word} {what}");
    if let Some(revision) = event.revision.filter(|_| event.kind == EventKind::Revised) {
        line.push_str(&format!("  revision {revision}"));
    }
    if let Some(published) = event.published {
        line.push_str(&format!("  {}", published.day()));
    }
    if let Some(title) = &event.title {
        line.push_str("  ");
        line.push_str(&clean(title));
    } else if let Some(url) = &event.url {
        line.push_str("  ");
        line.push_str(&clean(url));
    }
    if let Some(reason) = &event.reason {
        line.push_str("  (");
        line.push_str(&clean(reason));
        line.push(')');
    }
    if !event.flags.is_empty() {
        line.push_str("  [");
        line.push_str(&event.flags.join(", "));
        line.push(']');
    }
    out.line(&line)?;
    out.flush()
}

/// Prints one line of a list of statements.
pub fn summary(out: &mut Out, row: &Summary, id_width: usize) -> io::Result<()> {
    let date = match row.published {
        Some(published) => published.day().to_string(),
        None => format!("~{}", row.first_seen.format("%Y-%m-%d")),
    };
    let mut marks = Vec::new();
    if row.state.as_str() != "up" {
        marks.push(row.state.as_str().to_owned());
    }
    if row.revisions > 1 {
        marks.push(format!("{} revisions", row.revisions));
    }
    marks.extend(row.flags.iter().cloned());
    let marks = if marks.is_empty() { String::new() } else { format!("  [{}]", marks.join(", ")) };
    let head = format!("{:<id_width$}  {date:>11}  ", row.statement.short());
    let title = clean(row.title.as_deref().unwrap_or(&row.url));
    let title = match out.width() {
        Some(width) => fit(&title, width.saturating_sub(head.chars().count() + marks.chars().count()).max(20)),
        None => title,
    };
    let marks = if marks.is_empty() { marks } else { out.paint(Color::Changed, &marks) };
    out.line(&format!("{head}{title}{marks}"))
}
