//! The digest of what a visitor sees on a page, outside links and outside what changes by itself.
//!
//! Wider than the text on purpose: where the reader wrongly leaves a clause out, an edit of that clause still changes
//! this. Nonces, counters, clocks and rotating lists of other statements do not.

use super::blocks::Block;
use super::dates;
use super::outline::Outline;
use crate::model::digest::{Digest, Hasher};

/// Words up to which a block is taken for a label, in which digits are a counter's.
const LABEL: usize = 6;

/// Digests the visible blocks of a page; those that are `chosen` for the text are seen whatever their markup says.
pub(super) fn visible(outline: &Outline<'_>, blocks: &[Block], chosen: &[usize]) -> Digest {
    let mut restless = vec![false; outline.items.len()];
    for place in 0..outline.items.len() {
        let named = outline.named(place);
        restless[place] = named.restless || named.hidden || (place > 0 && restless[outline.items[place].parent]);
    }
    let mut hasher = Hasher::default();
    let seen = |index: usize, block: &Block| !restless[block.place] || chosen.binary_search(&index).is_ok();
    for (_, block) in blocks.iter().enumerate().filter(|(index, block)| seen(*index, block)) {
        let text = block.outside.trim_matches(|c: char| !c.is_alphanumeric());
        if text.is_empty() || dates::is_date_line(text) {
            continue;
        }
        let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        let folded = if words <= LABEL && block.size <= 60 { without_numbers(text) } else { text.to_owned() };
        hasher.update(folded.as_bytes());
        hasher.update(b"\n\n");
    }
    hasher.finish()
}

/// The text with each run of digits, and what groups them, made one `0`.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_number = false;
    for (at, c) in text.char_indices() {
        let next_is_digit = || text[at + c.len_utf8()..].starts_with(|next: char| next.is_numeric());
        if c.is_numeric() {
            if !in_number {
                out.push('0');
            }
            in_number = true;
        } else if !(in_number && matches!(c, ' ' | '.' | ',' | '\'' | '\u{a0}' | '\u{202f}') && next_is_digit()) {
            in_number = false;
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_labels_are_folded() {
        assert_eq!(without_numbers("Visitors today: 4 711, all: 12.345"), "Visitors today: 0, all: 0");
        assert_eq!(without_numbers("Visitors today: 12"), without_numbers("Visitors today: 1 234 567"));
    }
}
