//! Which tokens of one text became which of the other: the difference before it is put into words.
//!
//! The two texts are always compared in one order, whichever is the older, so that the way back is exactly the way
//! there, turned round.

use std::ops::Range;

use super::align::{Alignment, align};
use super::keys::Keys;
use super::likeness::Paragraph;
use super::still::{Still, still};
use super::tidy::tidy;
use super::tokens::Tokens;
use super::words::{Edit, Words};

/// Paragraphs that belong together, with the edits between them.
#[derive(Clone, Debug)]
pub(super) struct Match {
    /// The paragraphs.
    pub(super) paragraphs: Edit,
    /// Whether they stand elsewhere now.
    pub(super) moved: bool,
    /// The edits, in tokens of the whole texts.
    pub(super) edits: Vec<Edit>,
}

/// Two texts in tokens, and what became of each paragraph; what no match names stands in one text only.
pub(super) struct Plan<'a> {
    /// The old text.
    pub(super) old: Tokens<'a>,
    /// The new text.
    pub(super) new: Tokens<'a>,
    /// In the order of the new text, those in place before those that moved.
    pub(super) matches: Vec<Match>,
}

/// Compares two texts.
pub(super) fn plan<'a>(old: &'a str, new: &'a str) -> Plan<'a> {
    in_order(old, new, |first, second| {
        let still = still(first, second);
        let quick = if still.is_empty() { None } else { compare(first, second, &still) };
        quick.unwrap_or_else(|| compare_all(first, second))
    })
}

/// Compares two texts as if every paragraph had changed.
#[cfg(test)]
pub(super) fn plan_uncut<'a>(old: &'a str, new: &'a str) -> Plan<'a> {
    in_order(old, new, compare_all)
}

/// Compares the one that comes first by length and letters with the other, and turns that round where it is the new one.
fn in_order<'a>(old: &'a str, new: &'a str, compare: impl Fn(&'a str, &'a str) -> Plan<'a>) -> Plan<'a> {
    if (old.len(), old) <= (new.len(), new) {
        return compare(old, new);
    }
    let Plan { old: new, new: old, mut matches } = compare(new, old);
    let turn = |edit: &mut Edit| std::mem::swap(&mut edit.old, &mut edit.new);
    for found in &mut matches {
        turn(&mut found.paragraphs);
        found.edits.iter_mut().for_each(turn);
    }
    matches.sort_by_key(|found| (found.moved, found.paragraphs.new.start));
    Plan { old, new, matches }
}

fn compare_all<'a>(first: &'a str, second: &'a str) -> Plan<'a> {
    compare(first, second, &[]).expect("nothing is in doubt where nothing was taken for still")
}

/// Compares all but what is taken for still; `None` where that is in doubt, since heavier paragraphs moved over it.
fn compare<'a>(first: &'a str, second: &'a str, still: &[Still]) -> Option<Plan<'a>> {
    let mut keys = Keys::default();
    let numbers = keys.reserve(still.len())..;
    let old = Tokens::around(first, still.iter().map(|still| still.old.clone()).zip(numbers.clone()), &mut keys);
    let new = Tokens::around(second, still.iter().map(|still| still.new.clone()).zip(numbers), &mut keys);
    let (olds, news) = (Paragraph::all(&old), Paragraph::all(&new));
    let Alignment { in_place, moved } = align(&olds, &news);
    if is_doubtful(&moved, (&olds, &old), (&news, &new)) {
        return None;
    }
    let mut words = Words::default();
    let mut matches: Vec<Match> = Vec::with_capacity(in_place.len() + moved.len());
    let stayed = in_place.into_iter().map(|together| (together, false));
    let moved = moved.into_iter().map(|(i, j)| ((i..i + 1, j..j + 1), true));
    for ((old_run, new_run), moved) in stayed.chain(moved) {
        let run = Edit { old: tokens_of(&olds, &old_run), new: tokens_of(&news, &new_run) };
        let mut edits = words.edits(&old.keys[run.old.clone()], &new.keys[run.new.clone()]);
        for edit in &mut edits {
            edit.old = edit.old.start + run.old.start..edit.old.end + run.old.start;
            edit.new = edit.new.start + run.new.start..edit.new.end + run.new.start;
        }
        let edits = if edits.is_empty() { edits } else { tidy(edits, &old, &new, &run) };
        matches.push(Match { paragraphs: Edit { old: old_run, new: new_run }, moved, edits });
    }
    matches.sort_by_key(|found| (found.moved, found.paragraphs.new.start));
    Some(Plan { old, new, matches })
}

/// Whether what moved over still paragraphs comes near to their weight, so that these may be what moved.
fn is_doubtful(
    moved: &[(usize, usize)],
    (olds, old): (&[Paragraph<'_>], &Tokens<'_>),
    (news, new): (&[Paragraph<'_>], &Tokens<'_>),
) -> bool {
    /// Bytes are not words: what weighs half as much may weigh more.
    const NEAR: usize = 2;
    let size = |tokens: &Tokens<'_>, paragraph: &Paragraph<'_>| tokens.text(paragraph.run.clone()).trim().len();
    let still_before = |paragraphs: &[Paragraph<'_>], tokens: &Tokens<'_>| -> Vec<usize> {
        let sizes = paragraphs.iter().map(|paragraph| if paragraph.whole { size(tokens, paragraph) } else { 0 });
        sizes.scan(0, |before, size| Some(std::mem::replace(before, *before + size))).collect()
    };
    let (before_old, before_new) = (still_before(olds, old), still_before(news, new));
    let mut weight = 0;
    let mut least = usize::MAX;
    for &(i, j) in moved {
        let crossed = before_old[i].abs_diff(before_new[j]);
        if crossed > 0 {
            weight += size(old, &olds[i]).max(size(new, &news[j]));
            least = least.min(crossed);
        }
    }
    least < weight.saturating_mul(NEAR)
}

fn tokens_of(paragraphs: &[Paragraph<'_>], run: &Range<usize>) -> Range<usize> {
    paragraphs[run.start].run.start..paragraphs[run.end - 1].run.end
}
