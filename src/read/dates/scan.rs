//! A short text cut into numbers, words and signs, all of them folded.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a text that are looked at: a date stands at the beginning or nowhere.
const LOOKED_AT: usize = 400;

/// One piece of a text; white space is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A run of digits: its value (of up to nine digits) and their number.
    Number(u32, usize),
    /// A run of letters, folded. Han characters are words of their own.
    Word(String),
    /// Anything else.
    Sign(char),
}

/// A token, and whether white space stands before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub token: Token,
    pub apart: bool,
}

/// Folds what does not matter in a word of a date: case, accents and points, width, tatweel, the dotless i.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && *c != '\u{640}');
    // Persian and Arabic keyboards give the same two letters different characters.
    let lower = plain.flat_map(char::to_lowercase).map(|c| match c {
        'ı' => 'i',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        other => other,
    });
    // Composed again, so that Hangul compares with itself.
    lower.filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Placed> {
    let short = text.char_indices().nth(LOOKED_AT).map_or(text, |(end, _)| &text[..end]);
    let mut out: Vec<Placed> = Vec::new();
    let mut apart = false;
    for c in fold(short).chars() {
        let before = if apart { None } else { out.last_mut().map(|placed| &mut placed.token) };
        let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}');
        let token = if c.is_whitespace() {
            apart = true;
            continue;
        } else if invisible {
            continue;
        } else if let Some(digit) = digit(c) {
            if let Some(Token::Number(value, digits)) = before {
                *digits += 1;
                if *digits <= 9 {
                    *value = *value * 10 + digit;
                }
                continue;
            }
            Token::Number(digit, 1)
        } else if is_han(c) {
            Token::Word(c.to_string())
        } else if c.is_alphabetic() {
            if let Some(Token::Word(word)) = before
                && !word.starts_with(is_han)
            {
                word.push(c);
                continue;
            }
            Token::Word(c.to_string())
        } else {
            Token::Sign(c)
        };
        out.push(Placed { token, apart });
        apart = false;
    }
    part(&mut out);
    out
}

/// Parts a year from an hour that only a style sheet keeps from it: `28.09.1912:44` is of 2019, `28.09.201912:44` as well.
fn part(tokens: &mut Vec<Placed>) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some((year, hour)) = touching(tokens, at) {
            tokens[at].token = year;
            tokens.insert(at + 1, Placed { token: hour, apart: true });
        }
        at += 1;
    }
}

/// The year and the hour that a number is made of, if it is.
fn touching(tokens: &[Placed], at: usize) -> Option<(Token, Token)> {
    let (value, digits) = match tokens[at].token {
        Token::Number(value, digits @ (4 | 6)) => (value, digits),
        Token::Number(..) | Token::Word(_) | Token::Sign(_) => return None,
    };
    let number = |at: usize, most: usize| match tokens.get(at)?.token {
        Token::Number(value, digits) if digits <= most => Some(value),
        Token::Number(..) | Token::Word(_) | Token::Sign(_) => None,
    };
    let sign = |at: usize| match tokens.get(at)? {
        Placed { token: Token::Sign(sign), apart: false } => Some(*sign),
        Placed { .. } => None,
    };
    let clock = sign(at + 1) == Some(':') && number(at + 2, 2).is_some_and(|minute| minute < 60);
    // Day and month before it, with one sign between them.
    let dated = || {
        let before = at.checked_sub(4)?;
        let between = sign(at - 1).filter(|sign| matches!(sign, '.' | '/'))?;
        (sign(at - 3) == Some(between) && number(at - 2, 2).is_some() && number(before, 2).is_some()).then_some(())
    };
    let (year, hour) = (value / 100, value % 100);
    let fits = clock && hour < 24 && if digits == 4 { dated().is_some() } else { (1900..2100).contains(&year) };
    fits.then_some((Token::Number(year, digits - 2), Token::Number(hour, 2)))
}

/// The value of a decimal digit of the scripts that offices write.
fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '০'..='৯' => '০',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(zero))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}
