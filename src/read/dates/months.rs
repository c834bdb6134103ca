//! Names of months in any known language.

use std::sync::OnceLock;

use hashbrown::HashMap;

use super::calendars::Calendar;
use super::scan::{Token, fold, tokens};
use super::tables::{MONTHS, OTHER_MONTHS};

fn month_names() -> &'static HashMap<String, (Calendar, u32)> {
    static NAMES: OnceLock<HashMap<String, (Calendar, u32)>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let civil = MONTHS.iter().map(|(_, months)| (Calendar::Civil, *months));
        let all = civil.chain(OTHER_MONTHS).flat_map(|(calendar, months)| {
            (1..).zip(months.split(';')).map(move |(number, forms)| (calendar, number, forms))
        });
        all.flat_map(|(calendar, number, forms)| {
            forms.split('|').map(move |form| (fold(form.trim()), (calendar, number)))
        })
        .collect()
    })
}

/// The calendar and the number of a month by its folded name.
pub(super) fn month_named(folded: &str) -> Option<(Calendar, u32)> {
    month_names().get(folded).copied()
}

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The text with the month names of all known languages put into English, as `%B` reads them.
pub(super) fn with_english_months(text: &str) -> String {
    let is_letter = |c: char| c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if is_letter(first) {
            rest.find(|c| !is_letter(c)).unwrap_or(rest.len())
        } else {
            rest.find(is_letter).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(length);
        let english = match month_named(&fold(piece)) {
            Some((Calendar::Civil, month)) => Some(ENGLISH[month as usize - 1]),
            Some((Calendar::Hijri | Calendar::Solar, _)) | None => None,
        };
        out.push_str(english.unwrap_or(piece));
        rest = after;
    }
    // Digits of other scripts read as the same numbers.
    match tokens(&out).iter().any(|placed| matches!(placed.token, Token::Number(..))) {
        true => out.chars().map(ascii_digit).collect(),
        false => out,
    }
}

fn ascii_digit(c: char) -> char {
    match c {
        '٠'..='٩' => char::from_digit(u32::from(c) - u32::from('٠'), 10).unwrap_or(c),
        '۰'..='۹' => char::from_digit(u32::from(c) - u32::from('۰'), 10).unwrap_or(c),
        _ => c,
    }
}
