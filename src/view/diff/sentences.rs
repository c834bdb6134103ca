//! Sentences that went from one paragraph to another: what is deleted here and inserted there word for word.
//!
//! The ops stay what they are; the two get one number (`twin`), and are summed up as one move. Only whole edits are looked
//! at: a sentence that moved and was edited too is told as removed and added.

use std::collections::HashMap;

use super::keys::Keys;
use super::tokens::Tokens;
use super::{Difference, Kind, Op, Tag};

/// A shorter sentence stands in many places by chance.
const WORDS: usize = 5;

/// Pairs the sentences that moved, and tags them.
pub(super) fn pair(difference: &mut Difference) {
    let mut keys = Keys::default();
    let mut gone: HashMap<Vec<u32>, Vec<usize>> = HashMap::new();
    let mut come: Vec<(Vec<u32>, usize)> = Vec::new();
    for (at, hunk) in difference.hunks.iter().enumerate() {
        let Some(piece) = difference.ops.get(hunk.op).and_then(Op::piece) else { continue };
        let text = match piece.kind {
            Kind::Insert => &piece.new,
            Kind::Delete => &piece.old,
            Kind::Equal | Kind::Replace => continue,
        };
        if hunk.words.0.max(hunk.words.1) == 0 && hunk.found.is_empty() && hunk.tags.is_empty() {
            continue;
        }
        let tokens = Tokens::of(text, &mut keys);
        if tokens.words(0..tokens.len()) < WORDS {
            continue;
        }
        if piece.kind == Kind::Delete {
            gone.entry(tokens.keys).or_default().push(at);
        } else {
            come.push((tokens.keys, at));
        }
    }
    let mut number = 0;
    for (wording, inserted) in come {
        let Some(places) = gone.get_mut(&wording).filter(|places| !places.is_empty()) else { continue };
        let deleted = places.remove(0);
        number += 1;
        for at in [deleted, inserted] {
            let hunk = &mut difference.hunks[at];
            hunk.found.clear();
            hunk.tags = vec![Tag::Moved];
            if let Some(Op::Piece(piece)) = difference.ops.get_mut(hunk.op) {
                piece.twin = Some(number);
                piece.tags.clone_from(&hunk.tags);
            }
        }
    }
}
