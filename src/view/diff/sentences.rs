//! Sentences that went from one paragraph to another: what is deleted here and inserted there, with or without an edit.
//!
//! The ops stay what they are; the two get one number (`twin`) and are summed up as one move. Where the sentence was edited
//! too, what changed in it is told with what was inserted.

use std::ops::Range;

use super::candidates::{Pair, pairs};
use super::likeness::Paragraph;
use super::plan::Plan;
use super::tags::{Hunk, Tag, Tagger};
use super::tidy::tidy;
use super::tokens::{Kind as Token, Tokens};
use super::words::{Edit, Words};
use super::{Difference, Kind, Op};

/// A shorter sentence stands in many places by chance.
const WORDS: usize = 5;
/// One that is less like another was written anew.
const ALIKE: f64 = 0.6;

/// Pairs the sentences that moved, and tags them; `edits` are the tokens of the hunks.
pub(super) fn pair(difference: &mut Difference, plan: &Plan<'_>, edits: &[Edit], tagger: &Tagger<'_>) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for (at, hunk) in difference.hunks.iter().enumerate() {
        let Some(piece) = difference.ops.get(hunk.op).and_then(Op::piece) else { continue };
        match piece.kind {
            Kind::Delete if plan.old.words(edits[at].old.clone()) >= WORDS => gone.push(at),
            Kind::Insert if plan.new.words(edits[at].new.clone()) >= WORDS => come.push(at),
            Kind::Insert | Kind::Delete | Kind::Equal | Kind::Replace => {}
        }
    }
    if gone.is_empty() || come.is_empty() {
        return;
    }
    gone.sort_by_key(|&at| edits[at].old.start);
    let olds: Vec<Paragraph<'_>> = gone.iter().map(|&at| Paragraph::of(&plan.old, edits[at].old.clone())).collect();
    let news: Vec<Paragraph<'_>> = come.iter().map(|&at| Paragraph::of(&plan.new, edits[at].new.clone())).collect();
    let (mut number, mut words) = (0, Words::default());
    for Pair { old, new, likeness, .. } in likest(&olds, &news) {
        let (deleted, inserted) = (gone[old], come[new]);
        let run = Edit { old: edits[deleted].old.clone(), new: edits[inserted].new.clone() };
        if likeness < 1.0 && !(ends(&plan.old, &run.old) && ends(&plan.new, &run.new)) {
            continue;
        }
        number += 1;
        let inner = if likeness < 1.0 { within(plan, &run, &mut words, tagger) } else { Hunk::default() };
        for (at, told) in [(deleted, Hunk::default()), (inserted, inner)] {
            let hunk = &mut difference.hunks[at];
            *hunk = Hunk { op: hunk.op, ..told };
            hunk.tags.push(Tag::Moved);
            if let Some(Op::Piece(piece)) = difference.ops.get_mut(hunk.op) {
                piece.twin = Some(number);
            }
        }
    }
}

/// The pairs that are most alike, none twice, in the order of the new text; whichever is the older text.
fn likest(olds: &[Paragraph<'_>], news: &[Paragraph<'_>]) -> Vec<Pair> {
    let all = |count: usize| (0..count).collect::<Vec<_>>();
    let mut found = pairs(olds, news, (&all(olds.len()), &all(news.len())), ALIKE);
    found.retain(|pair| pair.likeness >= ALIKE);
    let worth = |pair: &Pair| pair.likeness * (olds[pair.old].weight + news[pair.new].weight) as f64;
    let place = |pair: &Pair| (pair.old + pair.new, pair.old.abs_diff(pair.new), pair.old);
    found.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then_with(|| place(a).cmp(&place(b))));
    let (mut gone, mut come) = (vec![false; olds.len()], vec![false; news.len()]);
    found.retain(|pair| {
        let free = !gone[pair.old] && !come[pair.new];
        gone[pair.old] |= free;
        come[pair.new] |= free;
        free
    });
    found.sort_by_key(|pair| pair.new);
    found
}

/// Whether a sentence ends with a run of tokens, whatever closes behind it.
fn ends(tokens: &Tokens<'_>, run: &Range<usize>) -> bool {
    let signs = tokens.kinds[run.clone()].iter().rev().take_while(|kind| !kind.is_word());
    signs.into_iter().any(|&kind| kind == Token::End)
}

/// What changed inside of a sentence that moved.
fn within(plan: &Plan<'_>, run: &Edit, words: &mut Words, tagger: &Tagger<'_>) -> Hunk {
    let (old, new): (Tokens<'_>, Tokens<'_>) = (plan.old.part(run.old.clone()), plan.new.part(run.new.clone()));
    let whole = Edit { old: 0..old.len(), new: 0..new.len() };
    let edits = words.edits(&old.keys, &new.keys);
    let edits = tidy(edits, &old, &new, &whole);
    let mut all = Hunk::default();
    for hunk in tagger.hunks((&old, &new), &whole, &edits) {
        all.tags.extend(hunk.tags);
        all.found.extend(hunk.found);
        all.words = (all.words.0 + hunk.words.0, all.words.1 + hunk.words.1);
    }
    all.tags.sort_unstable();
    all.tags.dedup();
    all
}
