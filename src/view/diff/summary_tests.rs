//! Tests of `summary`.

use super::super::diff_texts;
use super::*;
use crate::model::text::Text;

fn sum(old: &str, new: &str) -> Summary {
    let text = |body: &str| Text::new(None, None, None, body.split("\n\n"));
    summary(&diff_texts(&text(old), &text(new)))
}

fn line(old: &str, new: &str) -> String {
    sum(old, new).line
}

#[test]
fn says_what_kind_of_change_it_is() {
    assert_eq!(line("Some 3 men came.", "Some 3 men came."), "no change");
    assert_eq!(line("Some 3 men came.", "Some 5 men came."), "1 number (3 → 5)");
    assert_eq!(line("on 1.5 km, 2 km, 3 km and 4 km", "on 1.6 km, 20 km, 30 km and 40 km"), {
        "4 numbers (1.5 → 1.6, 2 → 20, 3 → 30, ...)"
    });
    assert_eq!(line("3 people were killed near it", "5 men died near it"), "1 number (3 → 5), 3 words replaced");
    assert_eq!(line("He came. He saw. He won.", "He came. He won."), "1 sentence removed");
    assert_eq!(line("He came.", "He came. He saw it! They all left."), "2 sentences added");
    assert_eq!(line("He came", "He really came"), "1 word added");
    assert_eq!(line("He came, he saw", "He came; he saw"), "only punctuation in 1 place");
    assert_eq!(line("He said “no”", "He said \"no\""), "only typography in 2 places");
    assert_eq!(line("the file 12ab34cd56 is", "the file 98ab34cd00 is"), "1 word replaced");
}

#[test]
fn counts_paragraphs_apart() {
    let (first, second) = ("One two three four five six.", "Seven eight nine ten eleven twelve thirteen.");
    assert_eq!(line(first, &format!("{first}\n\n{second}")), "1 paragraph added");
    assert_eq!(line(&format!("{first}\n\n{second}"), &format!("{second}\n\n{first}")), "1 paragraph moved");
    assert_eq!(line(&format!("{first} {second}"), &format!("{first}\n\n{second}")), "1 paragraph split");
    assert_eq!(line(&format!("{first}\n\n{second}"), &format!("{first} {second}")), "1 paragraph merged");
}

#[test]
fn title_and_date_are_told_by_themselves() {
    let text = |title: &str, date: &str, body: &str| Text::new(Some(title), date.parse().ok(), None, [body]);
    let of = |old: &Text, new: &Text| summary(&diff_texts(old, new)).line;
    let old = text("A day", "2024-05-01", "It rained.");
    assert_eq!(of(&old, &text("A day", "2024-05-01", "It poured.")), "1 word replaced; title unchanged");
    assert_eq!(of(&old, &text("A night", "2024-05-01", "It rained.")), "title changed");
    assert_eq!(of(&old, &text("A day", "2024-05-02", "It rained.")), {
        "stated date changed (2024-05-01 → 2024-05-02); title unchanged"
    });
    assert_eq!(of(&old, &text("A day", "2024-05-01T10:00:00", "It rained.")), "no change", "a time was gained");
}
