//! What a character and a word are compared as: typography is folded away, so that only wording is left.
//!
//! Folded are quotation marks and apostrophes, dashes, ellipses, white space and normal form; format characters are
//! dropped. Case, digits and all other signs are wording. What is shown is never the key, always the real text.

use hashbrown::HashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::work;

/// What `c` is compared as after `before`; `None` where it is dropped.
///
/// White space becomes a space, but a line feed stays, since borders of paragraphs are told by it.
pub(super) fn fold(c: char, before: Option<char>) -> Option<char> {
    if c.is_ascii() {
        return Some(match c {
            '\n' | '\r' => c,
            '`' => '\'',
            c if c.is_whitespace() => ' ',
            c => c,
        });
    }
    match c {
        // Holds an emoji together; between letters it only shapes them.
        '\u{200d}' => before.filter(|b| !b.is_alphanumeric() && !b.is_whitespace()).map(|_| c),
        '‘' | '’' | '‚' | '‛' | '´' | '′' | 'ʼ' | 'ʹ' | 'ʻ' | 'ʾ' | 'ʿ' | '՚' | '＇' | '‹' | '›' => {
            Some('\'')
        }
        '«' | '»' | '„' | '“' | '”' | '‟' | '″' | '＂' | '「' | '」' | '『' | '』' | '〝' | '〞' | '〟' | '״' => {
            Some('"')
        }
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⸺' | '⸻' | '﹘' | '﹣' | '－' => Some('-'),
        '․' => Some('.'),
        '‥' => Some(ELLIPSIS),
        // Two line feeds: the one character that is a border of paragraphs by itself.
        '\u{2029}' => Some(c),
        c if is_format(c) => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

/// What a run of full stops is compared as.
pub(super) const ELLIPSIS: char = '…';

/// Whether `c` is invisible and only guides layout: soft hyphens, joiners, marks of direction, variation selectors.
///
/// General category Cf without the visible signs in it (Arabic number signs and the like), and variation selectors.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` belongs to a script that is written without spaces, where a word is not to be had for nothing.
pub(super) fn is_unspaced(c: char) -> bool {
    if c < '\u{e00}' || (c.is_numeric() && c != '〇') {
        return false;
    }
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{19ff}'
        | '\u{1a20}'..='\u{1aaf}' | '\u{1b00}'..='\u{1b7f}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a980}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aadf}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether `c` ends a sentence, in the scripts that have a sign for it.
pub(super) fn is_end(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | ELLIPSIS
            | '‥'
            | '。'
            | '！'
            | '？'
            | '．'
            | '։'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '።'
            | '။'
            | '។'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
    )
}

/// Whether `c` ends a clause.
pub(super) fn is_pause(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '،' | '؛' | '、' | '，' | '；' | '：' | '·' | '՝')
}

/// Whether `c` is a letter of a script with spaces that folds to itself, is its own normal form, and makes one word with
/// the letters beside it whatever they are: what most text is made of, and needs no tables.
pub(super) fn is_simple_letter(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z'
        // Latin, Greek, Cyrillic
        | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{24f}' | 'Α'..='Ρ' | 'Σ'..='ώ' | '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}'
        // Armenian, Arabic, Georgian
        | 'Ա'..='Ֆ' | 'ա'..='և' | 'ؠ'..='ي' | 'ٱ'..='ۓ' | 'ა'..='ჺ' | 'Ა'..='Ჺ')
}

/// Numbers for keys, shared by the two sides of one difference: equal keys, equal numbers.
#[derive(Default)]
pub(super) struct Keys {
    ids: HashMap<String, u32>,
    /// How many were given.
    given: u32,
}

impl Keys {
    /// The number of `text`, which is folded already, in NFC.
    pub(super) fn id(&mut self, text: &str) -> u32 {
        let normal = |c: char| c.is_ascii() || is_simple_letter(c);
        if text.chars().all(normal) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return self.id_of_letters(text);
        }
        let text: String = text.nfc().collect();
        self.id_of_letters(&text)
    }

    /// The number of simple letters, or of whatever is its own normal form.
    pub(super) fn id_of_letters(&mut self, text: &str) -> u32 {
        work::did(text.len());
        let given = &mut self.given;
        *self.ids.entry_ref(text).or_insert_with(|| {
            let id = *given;
            *given = id.saturating_add(1);
            id
        })
    }

    /// Numbers that no text has: the first of so many.
    pub(super) fn reserve(&mut self, count: usize) -> u32 {
        let first = self.given;
        self.given = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        first
    }
}

#[cfg(test)]
mod tests {
    use icu_segmenter::WordSegmenter;
    use icu_segmenter::options::WordBreakInvariantOptions;

    use super::*;

    #[test]
    fn simple_letters_are_what_the_tables_say_of_them() {
        let segmenter = WordSegmenter::new_for_non_complex_scripts(WordBreakInvariantOptions::default());
        for c in ('\0'..=char::MAX).filter(|&c| is_simple_letter(c)) {
            assert!(c.is_alphabetic() && !c.is_numeric() && !is_unspaced(c), "{c:?}");
            assert_eq!(fold(c, Some('a')), Some(c), "{c:?}");
            assert!(is_nfc_quick([c].into_iter()) == IsNormalized::Yes, "{c:?}");
            let text = format!("{c}{c}a{c}1{c}_{c}'{c} {c}.1");
            let breaks: Vec<usize> = segmenter.segment_str(&text).collect();
            let word = text.find(' ').expect("a space");
            assert_eq!(breaks, [0, word, word + 1, text.len() - 2, text.len() - 1, text.len()], "{c:?}");
        }
    }
}
