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
fn white_space_alone_is_told_as_that() {
    let between = |old: &str, new: &str| {
        let plain = |text| super::super::Version::plain(text, None);
        summary(&super::super::compare(&plain(old), &plain(new), &|_| false))
    };
    for (old, new) in [("One two.\n", "One two."), ("One two.", "One\u{a0}two."), ("One.\n\nTwo.", "One.\n\n\nTwo.")] {
        let summary = between(old, new);
        assert!(summary.line.starts_with("only ") && summary.weight == Weight::Typography, "{old:?}: {summary:?}");
    }
    assert_eq!(between("One two.\n", "One two.").line, "only white space");
    assert_eq!(between("One two.", "One two.").line, "no change");
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

/// The line between two bodies in a language.
fn between(language: &str, old: &str, new: &str) -> String {
    let text = |body: &str| Text::new(None, None, Some(language), [body]);
    summary(&diff_texts(&text(old), &text(new))).line
}

#[test]
fn a_page_clock_is_one_date() {
    for (old, new) in [("04:17", "17:46"), ("03 : 34", "17 : 03"), ("17:46", "04:17")] {
        let [old, new] = [old, new].map(|clock| format!("Все новости. Сегодня, {clock}, обновлено."));
        let line = between("ru", &old, &new);
        assert!(line.starts_with("1 date (") && !line.contains("number"), "{line}");
    }
    let line = between("ru", "Обновлено 17 сентября 2017 , 04 : 17", "Обновлено 18 сентября 2017 , 17 : 46");
    assert_eq!(line, "1 date (17 сентября 2017 , 04 : 17 → 18 сентября 2017 , 17 : 46)");
}

#[test]
fn names_end_where_a_list_goes_on_and_say_nothing() {
    assert_eq!(
        between(
            "en",
            "The ships that came in from Zenda left.",
            "The ships that came in from Hentzau, Tarlenheim and R. Osra left."
        ),
        "4 names (−Zenda, +Hentzau, +Tarlenheim, ...), 1 word added"
    );
    let line = between("en", "He thanked the Grand Duchy for it.", "He thanked the United States for it.");
    assert_eq!(line, "1 name (Grand Duchy → United States)");
    assert_eq!(between("en", "The report states this.", "The report denies this."), "1 attribution (states → denies)");
}

#[test]
fn words_that_begin_like_a_month_are_none() {
    assert_eq!(between("uk", "Діагноз: перелом.", "Діагноз: травма."), "1 word replaced");
    assert_eq!(between("uk", "Зустріч у квітні.", "Зустріч у травні."), "1 date (квітні → травні)");
    assert_eq!(between("ru", "Нет сил для ремонта.", "Нет средств для ремонта."), "1 word replaced");
    assert_eq!(between("ru", "Встреча во вторник.", "Встреча в среду."), "1 date (вторник → среду), 1 word replaced");
}
