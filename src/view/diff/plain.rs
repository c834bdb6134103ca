//! What most text is made of: letters, digits, a few signs and white space, whose words are told without tables.
//!
//! The rules are those of UAX 29 for the characters that have a class here, and give what the segmenter gives; a stretch
//! between white spaces in which another character stands is left to the segmenter.

use super::keys::{fold, is_simple_letter};

/// What a character is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// White space, as it is folded.
    White(char),
    /// A letter.
    Letter,
    /// An ASCII digit.
    Digit,
    /// `_`, which joins what it stands between.
    Joiner,
    /// A sign, as it is folded.
    Sign(char),
    /// What the segmenter must be asked about.
    Odd,
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Odd; 128];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        table[at] = match byte {
            b'\n' | b'\r' => Class::White(byte as char),
            b' ' | b'\t' | 0x0b | 0x0c => Class::White(' '),
            b'_' => Class::Joiner,
            b'`' => Class::Sign('\''),
            b'0'..=b'9' => Class::Digit,
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'!'..=b'~' => Class::Sign(byte as char),
            _ => Class::Odd,
        };
        at += 1;
    }
    table
};

impl Class {
    fn of(c: char) -> Self {
        if let Some(class) = ASCII.get(c as usize) {
            return *class;
        }
        if is_simple_letter(c) {
            return Self::Letter;
        }
        match fold(c, Some('a')) {
            Some(white @ (' ' | '\u{2029}')) => Self::White(white),
            Some(sign @ ('\'' | '"' | '-' | '.' | '…')) => Self::Sign(sign),
            Some(_) | None => Self::Odd,
        }
    }

    /// The class of the character that begins at a byte of a text, and where the next one does; `None` at its end.
    #[inline]
    pub(super) fn at(text: &str, byte: usize) -> Option<(Self, usize)> {
        match text.as_bytes().get(byte) {
            Some(&ascii @ 0..128) => Some((ASCII[usize::from(ascii)], byte + 1)),
            Some(_) => text[byte..].chars().next().map(|c| (Self::of(c), byte + c.len_utf8())),
            None => None,
        }
    }
}

/// Where the stretch without white space ends that begins at a byte of a text, and whether nothing odd is in it.
pub(super) fn stretch(text: &str, from: usize) -> (usize, bool) {
    let (mut at, mut plain) = (from, true);
    while let Some((class, next)) = Class::at(text, at) {
        match class {
            Class::White(_) => break,
            Class::Odd => plain = false,
            Class::Letter | Class::Digit | Class::Joiner | Class::Sign(_) => {}
        }
        at = next;
    }
    (at, plain)
}

/// Where the letters end that begin at a byte of a text, where nothing but white space follows them.
pub(super) fn letters(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some((class, next)) = Class::at(text, at) {
        match class {
            Class::Letter => at = next,
            Class::White(_) => return Some(at),
            Class::Digit | Class::Joiner | Class::Sign(_) | Class::Odd => return None,
        }
    }
    Some(at)
}

/// Where the word ends that begins at a byte of a plain text, and whether it is compared as it stands.
///
/// Full stops and commas stand inside of numbers alone: those inside of words are cut out of them anyway.
pub(super) fn word(text: &str, from: usize) -> (usize, bool) {
    let (mut at, mut last, mut folded) = (from, Class::Joiner, false);
    while let Some((class, next)) = Class::at(text, at) {
        match (class, last) {
            (Class::Letter | Class::Digit | Class::Joiner, _) => (at, last) = (next, class),
            (Class::Sign(sign @ '\''), Class::Letter | Class::Digit)
            | (Class::Sign(sign @ ('.' | ',' | ';')), Class::Digit) => match Class::at(text, next) {
                Some((after, end)) if after == last => {
                    folded |= !text[at..].starts_with(sign);
                    at = end;
                }
                Some(_) | None => break,
            },
            (Class::Sign(_) | Class::White(_) | Class::Odd, _) => break,
        }
    }
    (at, !folded)
}

/// A plain word as it is compared.
pub(super) fn folded(word: &str) -> String {
    let each = word.chars().map(|c| match Class::of(c) {
        Class::White(folded) | Class::Sign(folded) => folded,
        Class::Letter | Class::Digit | Class::Joiner | Class::Odd => c,
    });
    each.collect()
}
