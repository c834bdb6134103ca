//! Which kept text is nearest to one that is not kept: for whoever asks whether something was said, and almost has it.
//!
//! Every kept text is read once, on all cores, and only the words that it has in common with the one that is asked for are
//! counted; nothing is compared word by word here. So time is linear in what is kept, some seconds for a hundred thousand
//! texts, and memory follows the text that is asked for. No index is needed for what is rarely asked.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use crate::archive::index::{Place, TextsIn};
use crate::archive::reader::{Archive, ArchiveError, text_at};
use crate::archive::storage::Storage;
use crate::model::digest::Digest;
use crate::model::text::Text;

/// Words that stand in a row are counted together: single ones are common to all texts of a language.
const IN_A_ROW: usize = 3;

/// Least part of the shorter of two texts that stands in the other, in hundredths, and least number of rows: below it, they
/// share phrases and no more.
const LEAST: usize = 25;
const LEAST_ROWS: usize = 4;

/// A kept text that is near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its digest.
    pub text: Digest,
    /// How much of the text that was asked for stands in it, from 0 to 1.
    pub of_asked: f64,
    /// How much of it stands in the text that was asked for.
    pub of_kept: f64,
}

/// The kept text that has most in common with another; `None` where none has much. One that cannot be read is passed over:
/// `verify` is who complains.
pub fn nearest(archive: &Archive, asked: &Text) -> Result<Option<Near>, ArchiveError> {
    let rows = Rows::of(asked);
    if rows.numbers.len() < LEAST_ROWS {
        return Ok(None);
    }
    let storage = archive.storage_handle();
    let files = archive.index().texts()?;
    let best = files.par_iter().filter_map(|file| best_in(&*storage, file, &rows)).max_by_key(Counted::rank);
    Ok(best.map(|best| best.near(&rows)))
}

/// How much a kept text has in common with the one that is asked for.
struct Counted {
    text: Digest,
    shared: usize,
    rows: usize,
}

impl Counted {
    /// The most in common; of two that have as much, the shorter, and then always the same one.
    fn rank(&self) -> (usize, std::cmp::Reverse<usize>, [u8; 32]) {
        (self.shared, std::cmp::Reverse(self.rows), *self.text.as_bytes())
    }

    fn near(&self, asked: &Rows) -> Near {
        #[allow(clippy::cast_precision_loss)] // counts of words
        let part = |all: usize| self.shared as f64 / all.max(1) as f64;
        Near { text: self.text, of_asked: part(asked.numbers.len()), of_kept: part(self.rows) }
    }
}

fn best_in(storage: &dyn Storage, file: &TextsIn, asked: &Rows) -> Option<Counted> {
    let count = |(text, offset, length): &(Digest, u64, u64)| {
        let place = Place { key: file.key.clone(), offset: *offset, length: *length, is_body: false };
        let kept = text_at(storage, &place, text).ok().flatten()?;
        let (shared, rows) = asked.shared(&kept);
        let is_near = shared >= LEAST_ROWS && shared * 100 >= rows.min(asked.numbers.len()) * LEAST;
        is_near.then_some(Counted { text: *text, shared, rows })
    };
    file.texts.iter().filter_map(count).max_by_key(Counted::rank)
}

/// The rows of words of a text, each numbered.
struct Rows {
    numbers: HashMap<u64, usize>,
}

impl Rows {
    fn of(text: &Text) -> Self {
        let mut numbers = HashMap::new();
        for row in rows(text) {
            let next = numbers.len();
            numbers.entry(row).or_insert(next);
        }
        Self { numbers }
    }

    /// How many different rows another text has in common with this one, and how many it has.
    fn shared(&self, other: &Text) -> (usize, usize) {
        let (mut seen, mut count) = (vec![false; self.numbers.len()], 0);
        let mut shared = 0;
        for row in rows(other) {
            count += 1;
            if let Some(number) = self.numbers.get(&row)
                && !std::mem::replace(&mut seen[*number], true)
            {
                shared += 1;
            }
        }
        (shared, count)
    }
}

/// A number for each row of words of a text, title and paragraphs: of letters alone, small ones, so that typography is nothing.
fn rows(text: &Text) -> Vec<u64> {
    let mut words: Vec<u64> = Vec::new();
    for part in text.title().into_iter().chain(text.paragraphs().iter().map(String::as_str)) {
        let mut hasher: Option<DefaultHasher> = None;
        for c in part.chars().flat_map(char::to_lowercase) {
            if is_word_of_its_own(c) {
                words.extend(hasher.take().map(|hasher| hasher.finish()));
                words.push(u64::from(u32::from(c)));
            } else if c.is_alphanumeric() {
                c.hash(hasher.get_or_insert_default());
            } else {
                words.extend(hasher.take().map(|hasher| hasher.finish()));
            }
        }
        words.extend(hasher.take().map(|hasher| hasher.finish()));
    }
    words
        .windows(IN_A_ROW)
        .map(|row| {
            let mut hasher = DefaultHasher::new();
            row.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

/// Whether a letter is written without spaces to the next word: Han, kana.
fn is_word_of_its_own(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, paragraphs: &[&str]) -> Text {
        Text::new(Some(title), None, None, paragraphs)
    }

    #[test]
    fn an_edit_takes_few_rows_and_typography_none() {
        let old = text("On the exchange of prisoners", &["The sides met on Friday, and 107 people came home."]);
        let rows = Rows::of(&old);
        assert_eq!(rows.shared(&old), (13, 13));
        let typed = text("ON THE EXCHANGE — of prisoners", &["The sides met on Friday: and 107 people came home"]);
        assert_eq!(rows.shared(&typed), (13, 13));
        let edited = text("On the exchange of prisoners", &["The sides met on Friday, and 90 people came home."]);
        assert_eq!(rows.shared(&edited), (10, 13));
        let other = text("On the harvest", &["The weather was kind to farmers in the north this year."]);
        assert_eq!(rows.shared(&other).0, 0);
    }

    #[test]
    fn a_row_that_is_repeated_counts_once_and_scripts_without_spaces_have_rows_too() {
        let rows = Rows::of(&text("a b c", &["a b c"]));
        assert_eq!(rows.shared(&text("a b c", &["a b c", "a b c"])).0, 3);
        let japanese = Rows::of(&text("声明の全文", &["両国は合意した。"]));
        assert!(japanese.shared(&text("声明の全文", &["両国は合意しなかった。"])).0 > 6);
    }
}
