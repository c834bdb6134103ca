//! What stands in a run of words: dates, and phrases of a kind.

use std::ops::Range;

use super::hunk::Tag;
use super::lexicon::Sense;
use super::side::Side;

/// Where something was found, and as what.
pub(super) type Finds = Vec<(String, Range<usize>)>;

/// Runs of words in an edit that are parts of dates, each as the whole date that it is part of; marks what they cover.
pub(super) fn dates_in(side: &Side<'_>, run: &Range<usize>, covered: &mut [bool]) -> Finds {
    let mut found: Finds = Vec::new();
    for at in run.clone().filter(|&at| side.is_dated(at)) {
        covered[at - run.start] = true;
        let date = side.date_around(at);
        if found.last().is_none_or(|(_, last)| *last != date) {
            found.push((side.forms(date.clone()), date));
        }
    }
    found
}

/// Phrases of a kind that touch an edit, the longest at each place.
pub(super) fn phrases(side: &Side<'_>, run: &Range<usize>, tag: Tag) -> Finds {
    let reach = side.longest();
    let (from, to) = (run.start.saturating_sub(reach), (run.end + 1).min(side.words.len()));
    let mut found: Finds = Vec::new();
    let mut at = from;
    while at < to {
        let mut length = 0;
        if !side.words[at].linked && !side.is_dated(at) {
            side.senses(at, |sense, words| {
                if sense == Sense::Tagged(tag) {
                    length = length.max(words);
                }
            });
        }
        let touches = at <= run.end && at + length >= run.start && length > 0;
        if touches {
            let words = at..at + length;
            found.push((side.forms(words.clone()), words));
        }
        at += length.max(1);
    }
    found
}

pub(super) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
