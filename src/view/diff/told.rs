//! A summary in one line: the facts first, then sentences and paragraphs, words, signs.

use super::summary::{Summary, date_changed};
use super::{Changed, Difference, TextDifference};

/// The line of a summary; a revert is called one.
pub fn told(line: &str, reverted: Option<u32>) -> String {
    match reverted {
        Some(number) => format!("reverted to revision {number}: {line}"),
        None => line.to_owned(),
    }
}

/// All of it in one line, with what comes out of the texts as `show` gives it.
pub(super) fn line(difference: &TextDifference, summary: &Summary, show: &dyn Fn(&str) -> String) -> String {
    let mut parts = Vec::new();
    if difference.title.as_ref().is_some_and(|title| !title.is_empty()) {
        parts.push("title changed".to_owned());
    }
    if let Some(date) = difference.published.as_ref().filter(|_| date_changed(difference)) {
        let stated = |date: Option<crate::model::time::Stated>| date.map_or("none".to_owned(), |date| date.to_string());
        parts.push(format!("stated date changed ({} → {})", stated(date.old), stated(date.new)));
    }
    let Summary { sentences, paragraphs, words, .. } = summary;
    let kinds = [
        (&summary.numbers, "number"),
        (&summary.dates, "date"),
        (&summary.names, "name"),
        (&summary.negations, "negation"),
        (&summary.modality, "modal word"),
        (&summary.attribution, "attribution"),
    ];
    parts.extend(kinds.iter().filter(|(found, _)| !found.is_empty()).map(|(found, what)| listed(found, what, show)));
    let links = summary.addresses.max(difference.links.count());
    let counts = [
        (sentences.inserted, "sentence", "added"),
        (sentences.deleted, "sentence", "removed"),
        (sentences.moved, "sentence", "moved"),
        (paragraphs.inserted, "paragraph", "added"),
        (paragraphs.deleted, "paragraph", "removed"),
        (paragraphs.moved, "paragraph", "moved"),
        (words.replaced, "word", "replaced"),
        (words.inserted, "word", "added"),
        (words.deleted, "word", "removed"),
        (links, "link target", "changed"),
        (difference.attachments.count(), "attachment", "changed"),
        (paragraphs.split, "paragraph", "split"),
        (paragraphs.merged, "paragraph", "merged"),
    ];
    parts.extend(
        counts
            .iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, what, how)| format!("{} {how}", several(*count, what))),
    );
    let only = if parts.is_empty() { "only " } else { "" };
    let title = usize::from(difference.title.as_ref().is_some_and(Difference::is_empty));
    match (summary.case, summary.punctuation) {
        (0, 0) if parts.is_empty() && summary.noise + title > 0 => {
            parts.push(format!("only typography in {}", several(summary.noise + title, "place")));
        }
        (0, 0) => {}
        (case, 0) => parts.push(format!("{only}capitals in {}", several(case, "place"))),
        (0, signs) => parts.push(format!("{only}punctuation in {}", several(signs, "place"))),
        (case, signs) => parts.push(format!("{only}capitals and punctuation in {}", several(case + signs, "place"))),
    }
    if parts.is_empty() {
        let same = difference.body.pieces().all(|piece| piece.old == piece.new);
        return if same { "no change" } else { "only white space" }.to_owned();
    }
    let title = if difference.titled && difference.title.is_none() { "; title unchanged" } else { "" };
    parts.join(", ") + title
}

fn several(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `2 numbers (3 → 5, +10)`, the first three of them.
fn listed(found: &[Changed<String>], what: &str, show: &dyn Fn(&str) -> String) -> String {
    const SHOWN: usize = 3;
    const LONG: usize = 40;
    let cut = |text: &String| -> String {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(LONG) {
            Some((at, _)) => show(&format!("{}…", &text[..at])),
            None => show(&text),
        }
    };
    let became = |changed: &Changed<String>| match (&changed.old, &changed.new) {
        (Some(old), Some(new)) => format!("{} → {}", cut(old), cut(new)),
        (Some(old), None) => format!("−{}", cut(old)),
        (None, Some(new)) => format!("+{}", cut(new)),
        (None, None) => String::new(),
    };
    let first: Vec<String> = found.iter().take(SHOWN).map(became).collect();
    let more = if found.len() > SHOWN { ", ..." } else { "" };
    format!("{} ({}{more})", several(found.len(), what), first.join(", "))
}
