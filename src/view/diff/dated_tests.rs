//! Tests of `dated`.

use super::*;
use crate::view::diff::keys::Keys;
use crate::view::diff::lexicon::Lexicon;
use crate::view::diff::tokens::Tokens;

fn dates(language: &str, text: &str) -> Vec<String> {
    let side = Side::of(Tokens::of(text, &mut Keys::default()), Lexicon::of(Some(language)));
    let mut found = Vec::new();
    let mut at = 0;
    while at < side.words.len() {
        if side.is_dated(at) {
            let run = side.date_around(at);
            found.push(side.shown(&run).to_owned());
            at = run.end;
        } else {
            at += 1;
        }
    }
    found
}

#[test]
fn dates_are_told_from_other_figures() {
    assert_eq!(dates("en", "On 12 May 2024 at 12:30 some 300 people may come"), ["12 May 2024", "12:30"]);
    assert_eq!(dates("en", "5 men, May 3rd, 2024; 2024-05-01 or 01/05/2024, since 1998 3-4 times"), {
        ["May 3rd, 2024", "2024-05-01", "01/05/2024", "1998"]
    });
    assert_eq!(
        dates("ru", "с 12 по 14 мая 2024 года погибли 14 человек, 25.03.2023"),
        ["12", "14 мая 2024", "25.03.2023"]
    );
    assert_eq!(dates("ja", "3月5日に会談し、20人が参加した"), ["3月5日"]);
    assert_eq!(dates("xx", "on 2024-05-01 at 12:30 or 1.5 km"), ["2024-05-01", "12:30"]);
}
