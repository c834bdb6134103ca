//! Makes edits read as a person would mark them: short islands between two edits go under, borders follow sentences.
//!
//! What an edit script says stays true: only words that both texts share change sides. Time is linear.

use super::tokens::{Kind, Tokens};
use super::words::Edit;
use super::work;

/// Up to so many common words between two edits are chance, where neither edit is shorter.
const ISLAND: usize = 2;

/// Tidies the edits between a run of `old` and a run of `new`, both as whole tokens with positions in the whole texts.
pub(super) fn tidy(edits: Vec<Edit>, old: &Tokens<'_>, new: &Tokens<'_>, run: &Edit) -> Vec<Edit> {
    let mut edits = absorb(edits, old, new);
    for edit in &mut edits {
        trim(edit, old, new);
    }
    edits.retain(|edit| !edit.old.is_empty() || !edit.new.is_empty());
    slide(&mut edits, old, new, run);
    edits
}

/// An edit with the words on its heavier side.
struct Weighed {
    edit: Edit,
    old_words: usize,
    new_words: usize,
}

impl Weighed {
    fn words(&self) -> usize {
        self.old_words.max(self.new_words)
    }
}

fn absorb(edits: Vec<Edit>, old: &Tokens<'_>, new: &Tokens<'_>) -> Vec<Edit> {
    let mut done: Vec<Weighed> = Vec::with_capacity(edits.len());
    for edit in edits {
        let (old_words, new_words) = (old.words(edit.old.clone()), new.words(edit.new.clone()));
        let mut right = Weighed { edit, old_words, new_words };
        while let Some(left) = done.pop_if(|left| drowns(left, &right, old, new)) {
            let island = old.words(left.edit.old.end..right.edit.old.start);
            right = Weighed {
                edit: Edit {
                    old: left.edit.old.start..right.edit.old.end,
                    new: left.edit.new.start..right.edit.new.end,
                },
                old_words: left.old_words + island + right.old_words,
                new_words: left.new_words + island + right.new_words,
            };
        }
        done.push(right);
    }
    done.into_iter().map(|weighed| weighed.edit).collect()
}

/// Whether what stands between two edits is too little to be read as unchanged.
fn drowns(left: &Weighed, right: &Weighed, old: &Tokens<'_>, new: &Tokens<'_>) -> bool {
    let island = left.edit.old.end..right.edit.old.start;
    let least = left.words().min(right.words());
    // An island that is longer than this stands whatever is in it, and need not be counted.
    if island.len() > 2 * (least + ISLAND) {
        return false;
    }
    if one_number(&left.edit, old, new) && one_number(&right.edit, old, new) {
        return false;
    }
    if is_shifted(left, right, old, new) {
        return true;
    }
    work::did(island.len());
    let words = old.words(island.clone());
    if words == 0 {
        let ends = old.kinds[island.clone()].contains(&Kind::End);
        return island.len() <= 1 && least > 0 && !ends;
    }
    words <= least && (words <= ISLAND || words * 3 <= least)
}

/// Whether a figure between two edits is one part of a clock or date here and another there: the `17` of `04:17` and of `17:46`.
fn is_shifted(left: &Weighed, right: &Weighed, old: &Tokens<'_>, new: &Tokens<'_>) -> bool {
    let joint = |tokens: &Tokens<'_>, at: usize| matches!(tokens.text(at..at + 1).trim_end(), ":" | "." | "/" | "-");
    let (a, b) = (&left.edit, &right.edit);
    let figure = old.kinds[a.old.end..b.old.start] == [Kind::Number];
    let led = |tokens: &Tokens<'_>, run: &std::ops::Range<usize>| run.len() > 1 && joint(tokens, run.end - 1);
    let followed = |tokens: &Tokens<'_>, run: &std::ops::Range<usize>| run.len() > 1 && joint(tokens, run.start);
    figure && (led(old, &a.old) && followed(new, &b.new) || led(new, &a.new) && followed(old, &b.old))
}

/// Whether an edit is a figure that became another: it stands by itself whatever is near.
fn one_number(edit: &Edit, old: &Tokens<'_>, new: &Tokens<'_>) -> bool {
    old.kinds[edit.old.clone()] == [Kind::Number] && new.kinds[edit.new.clone()] == [Kind::Number]
}

/// Takes out of an edit what is the same at both ends of it.
fn trim(edit: &mut Edit, old: &Tokens<'_>, new: &Tokens<'_>) {
    let (a, b) = (&old.keys[edit.old.clone()], &new.keys[edit.new.clone()]);
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    edit.old = edit.old.start + head..edit.old.end - tail;
    edit.new = edit.new.start + head..edit.new.end - tail;
}

/// Slides what was only inserted or deleted along equal text, to where a sentence or a clause begins or ends.
fn slide(edits: &mut [Edit], old: &Tokens<'_>, new: &Tokens<'_>, run: &Edit) {
    for at in 0..edits.len() {
        let edit = &edits[at];
        let inserted = edit.old.is_empty();
        if !inserted && !edit.new.is_empty() {
            continue;
        }
        let (tokens, span, place) =
            if inserted { (new, edit.new.clone(), edit.old.start) } else { (old, edit.old.clone(), edit.new.start) };
        // The borders of what is equal before and after, on the other side; one token of it stays where an edit follows.
        let other = |edit: &Edit| if inserted { edit.old.clone() } else { edit.new.clone() };
        let whole = other(run);
        let low = at.checked_sub(1).map_or(whole.start, |i| other(&edits[i]).end + 1);
        let high = edits.get(at + 1).map_or(whole.end, |next| other(next).start.saturating_sub(1));
        let start = if inserted { run.new.start } else { run.old.start };

        let mut best = (score(tokens, start, span.start, span.end), 0_isize);
        let mut consider = |shift: isize| {
            let (from, to) = (span.start.strict_add_signed(shift), span.end.strict_add_signed(shift));
            let score = score(tokens, start, from, to);
            if score > best.0 || (score == best.0 && shift.abs() < best.1.abs()) {
                best = (score, shift);
            }
        };
        let keys = &tokens.keys;
        let mut back = 0;
        while place > low + back && keys[span.start - back - 1] == keys[span.end - back - 1] {
            back += 1;
            work::did(1);
            consider(-back.cast_signed());
        }
        let mut on = 0;
        while place + on < high && keys[span.start + on] == keys[span.end + on] {
            on += 1;
            work::did(1);
            consider(on.cast_signed());
        }
        let shift = best.1;
        let shifted =
            |run: &std::ops::Range<usize>| run.start.strict_add_signed(shift)..run.end.strict_add_signed(shift);
        edits[at] = Edit { old: shifted(&edit.old), new: shifted(&edit.new) };
    }
}

/// How well an inserted or deleted run reads from `from` to `to`, in a paragraph that begins at `start`.
fn score(tokens: &Tokens<'_>, start: usize, from: usize, to: usize) -> u32 {
    let border = |before: usize| match tokens.kinds[before] {
        Kind::End => 2,
        Kind::Pause => 1,
        // Where words stand without spaces, a space is a sign.
        Kind::Glyph => u32::from(tokens.text(before..before + 1).ends_with(char::is_whitespace)),
        Kind::Word | Kind::Number | Kind::Sign | Kind::Whole => 0,
    };
    let begins = if from == start { 2 } else { border(from - 1) };
    2 * begins + border(to - 1)
}
