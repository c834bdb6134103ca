//! Learning on synthetic sites of several shapes: what the reader gets wrong by itself, and right once it was taught.

use proptest::prelude::*;
use url::Url;

use super::super::{Page, read};
use super::*;

/// Words to make sentences of, so that no two statements say the same.
const WORDS: [&str; 24] = [
    "bridge", "river", "convoy", "harbour", "station", "ferry", "council", "village", "road", "depot", "signal",
    "market", "quarry", "valley", "tunnel", "border", "summit", "garden", "mill", "school", "archive", "tower",
    "canal", "field",
];

/// A sentence that only this number gives.
pub(super) fn sentence(number: usize) -> String {
    let word = |step: usize| WORDS[(number * step + step * step + number / 7) % WORDS.len()];
    format!(
        "On day {number} the {} near the {} was inspected by the {} commission, which found the {} in good order.",
        word(3),
        word(5),
        word(7),
        word(11)
    )
}

/// A statement: its title, its paragraphs.
fn statement(number: usize) -> (String, Vec<String>) {
    let paragraphs = (0..2 + number % 3).map(|at| sentence(number * 10 + at)).collect();
    (format!("Inspection {} of the {}", number, WORDS[number % WORDS.len()]), paragraphs)
}

/// How three other statements begin.
fn beginning(number: usize, step: usize) -> Vec<String> {
    (0..3).map(|at| statement((number + step * at + 1) % 12 + 1).1[0].clone()).collect()
}

/// A page of a site: its number, and the frame around what `inner` makes of the statement.
fn page(number: usize, inner: &dyn Fn(usize, &str, &[String]) -> String) -> String {
    let (title, paragraphs) = statement(number);
    format!(
        "<!DOCTYPE html><html lang=en><head><title>{title} | Office of Bridges</title></head><body>\
         <div class=top><a href=/>Home</a> <a href=/about>About the office</a></div>{}\
         <footer><p>Office of Bridges, all rights reserved.</p></footer></body></html>",
        inner(number, &title, &paragraphs)
    )
}

fn paragraphs(paragraphs: &[String]) -> String {
    paragraphs.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect()
}

fn as_pages<'a>(bodies: &'a [String], url: &'a Url) -> Vec<Page<'a>> {
    let at = "2026-11-23T02:10:00Z".parse().ok();
    bodies
        .iter()
        .map(|body| Page { body: body.as_bytes(), content_type: Some("text/html"), url: Some(url), captured_at: at })
        .collect()
}

fn url() -> Url {
    Url::parse("https://office.example/news").expect("an address")
}

fn learnt(bodies: &[String]) -> ReadSettings {
    let url = url();
    let plain = ReadSettings::default();
    with(&plain, &learn(&as_pages(bodies, &url), &plain))
}

fn text(body: &str, settings: &ReadSettings) -> Vec<String> {
    let url = url();
    read(&as_pages(&[body.to_owned()], &url)[0], settings).text.paragraphs().to_vec()
}

/// Learns from twelve pages and reads these and three later ones; all must be exact, and some must be wrong without.
#[track_caller]
fn taught(inner: &dyn Fn(usize, &str, &[String]) -> String) -> ReadSettings {
    let seen: Vec<String> = (1..=12).map(|number| page(number, inner)).collect();
    let settings = learnt(&seen);
    let mut wrong = 0;
    for number in 1..=15 {
        let body = page(number, inner);
        wrong += usize::from(text(&body, &ReadSettings::default()) != statement(number).1);
        assert_eq!(text(&body, &settings), statement(number).1, "page {number} by {:#?}", settings.learnt);
    }
    assert!(wrong > 0, "the reader gets this right by itself: the case shows nothing");
    settings
}

/// Three teasers of other statements, with their first sentences.
fn teasers(number: usize, class: &str) -> String {
    (1..=3)
        .map(|step| {
            let (title, paragraphs) = statement((number + step * 4) % 12 + 1);
            format!("<div class={class}><p><a href=/n>{title}</a></p><p>{}</p></div>", paragraphs.join(" "))
        })
        .collect()
}

#[test]
fn a_box_with_the_class_of_the_text() {
    taught(&|number, title, text| {
        let other = beginning(number, 3);
        format!(
            "<div class=wrap><h1>{title}</h1><div class=txt>{}</div><div class=txt>{}</div></div>",
            paragraphs(text),
            paragraphs(&other)
        )
    });
}

#[test]
fn a_banner_inside_the_text_and_a_line_at_its_end() {
    let settings = taught(&|number, title, text| {
        let (first, rest) = text.split_at(1);
        format!(
            "<h1>{title}</h1><div class=txt>{}<p class=call>Subscribe to our channel for the news of the day, every day.</p>{}\
             <p>Press service of the Office of Bridges, telephone 555-0101, in the old mill.</p></div><i>{number}</i>",
            paragraphs(first),
            paragraphs(rest)
        )
    });
    let template = &settings.learnt.expect("rules").templates[0];
    assert_eq!(template.lines.len(), 2, "{template:#?}");
}

#[test]
fn a_soup_of_elements_without_classes() {
    taught(&|number, title, text| {
        let other = beginning(number, 5);
        format!(
            "<div><div><div><b>{title}</b></div><div>{}</div><div>{}</div></div></div>",
            text.join("<br><br>"),
            other.join("<br><br>")
        )
    });
}

#[test]
fn tables() {
    taught(&|number, title, text| {
        let other = beginning(number, 2);
        format!(
            "<table><tr><td><table><tr><td>{}</td></tr></table></td><td><b>{title}</b><br>{}</td></tr></table>",
            other.join("<br><br>"),
            paragraphs(text),
        )
    });
}

#[test]
fn two_templates_in_one_source() {
    let inner = |number: usize, title: &str, text: &[String]| {
        let other = paragraphs(&beginning(number, 3));
        let own = paragraphs(text);
        if number.is_multiple_of(2) {
            format!("<h1>{title}</h1><div class=news>{own}</div><div class=news>{other}</div>")
        } else {
            format!(
                "<section class=speech><section class=said>{own}</section><h1>{title}</h1><section class=said>{other}</section></section>"
            )
        }
    };
    let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
    let settings = learnt(&seen);
    assert_eq!(settings.learnt.as_ref().map(|rules| rules.templates.len()), Some(2), "{:#?}", settings.learnt);
    for number in 1..=14 {
        assert_eq!(text(&page(number, &inner), &settings), statement(number).1);
    }
    // a page of a third kind is read as if nothing had been learnt
    let (_, own) = statement(30);
    let third = format!("<html><body><article><h1>T</h1>{}</article></body></html>", paragraphs(&own));
    assert_eq!(text(&third, &settings), own);
}

#[test]
fn counters_and_what_changes_with_them() {
    taught(&|number, title, text| {
        format!(
            "<h1>{title}</h1><div class=txt>{}<div class=box>Seen {} times. {}</div></div>",
            paragraphs(text),
            number * 37,
            "This page is a service of the Office of Bridges and of nobody else."
        )
        .replace(&format!("Seen {} times. ", number * 37), &format!("<p>{}</p>", number * 37))
            + &teasers(number, "txt")
    });
}

#[test]
fn a_saying_of_the_day_that_turns_round_is_not_brought_in() {
    // one of them stands on most pages, the others on one each: they might be the text of those
    let saying = |number: usize| match number {
        2 => "The river is patient, and so are those who build across it, the clerk said.",
        5 => "Every bridge counts, every ferry too, and nobody stays on the other bank.",
        _ => "The law is one for all, and we keep it.",
    };
    let site = |number: usize, title: &str, lines: &[String]| {
        let spans: String =
            lines.iter().map(|line| format!("<span><span lang=x>{line}</span></span><br><br>")).collect();
        format!(
            "<div class=cnt><div class=hl>{title}</div><div class=tx>{spans}</div></div>\
             <div class=others><ul></ul></div><blockquote class=quote-of-day><p>{}</p></blockquote>",
            saying(number)
        )
    };
    let bodies: Vec<String> = (1..=9).map(|number| page(number, &site)).collect();
    let url = url();
    assert_eq!(
        propose(&as_pages(&bodies, &url), &ReadSettings::default()).templates[0].text,
        "body > div.cnt > div.tx"
    );
    let settings = learnt(&bodies);
    for (number, body) in (1..).zip(&bodies) {
        assert_eq!(text(body, &settings), statement(number).1);
    }
}

#[test]
fn statements_that_say_again_what_others_said_do_not_hide_where_they_stand() {
    let site = |number: usize, title: &str, lines: &[String]| {
        // every third statement is one that was published before, with another title
        let lines = if number.is_multiple_of(3) { statement(number + 1).1 } else { lines.to_vec() };
        format!(
            "<div class=hl>{title}</div><div class=tx>{}</div><div class=bar><p>{}</p></div>",
            paragraphs(&lines),
            "Write to the office about any bridge, and it will answer within a day."
        )
    };
    let bodies: Vec<String> = (1..=12).map(|number| page(number, &site)).collect();
    let url = url();
    let rules = propose(&as_pages(&bodies, &url), &ReadSettings::default());
    assert_eq!(rules.templates.len(), 1);
    assert_eq!(rules.templates[0].text, "body > div.tx");
}

#[test]
fn a_redesign_is_learnt_beside_what_stood_before() {
    let old =
        |_: usize, title: &str, text: &[String]| format!("<h1>{title}</h1><div class=txt>{}</div>", paragraphs(text));
    let new = |number: usize, title: &str, text: &[String]| {
        let other = paragraphs(&beginning(number, 3));
        format!(
            "<main><h2>{title}</h2><section class=story>{}</section><section class=story>{other}</section></main>",
            paragraphs(text)
        )
    };
    let mut seen: Vec<String> = (1..=12).map(|number| page(number, &old)).collect();
    let before = learnt(&seen);
    assert_eq!(before.learnt, None, "the reader needs no rules for the old design");
    seen.extend((1..=6).map(|number| page(number, &new)));
    let url = url();
    let after = with(&before, &learn(&as_pages(&seen, &url), &before));
    for number in 1..=14 {
        assert_eq!(text(&page(number, &old), &after), statement(number).1);
        assert_eq!(text(&page(number, &new), &after), statement(number).1, "{:#?}", after.learnt);
    }
}

#[test]
fn a_list_of_numbers_that_is_alike_every_day_stays() {
    let inner = |number: usize, title: &str, text: &[String]| {
        format!(
            "<h1>{title}</h1><div class=txt>{}<ul><li>Bridges: {}</li><li>Roads: {}</li></ul></div>{}",
            paragraphs(text),
            number * 3,
            number * 5,
            teasers(number, "txt")
        )
    };
    let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
    let settings = learnt(&seen);
    let mut expected = statement(14).1;
    expected.extend(["- Bridges: 42".to_owned(), "- Roads: 70".to_owned()]);
    assert_eq!(text(&page(14, &inner), &settings), expected, "{:#?}", settings.learnt);
}

#[test]
fn a_lead_in_an_element_of_its_own_stays() {
    let inner = |number: usize, title: &str, text: &[String]| {
        let (first, rest) = text.split_at(1);
        let other = paragraphs(&beginning(number, 3));
        format!(
            "<div class=page><h1>{title}</h1><div class=lead>{}</div><div class=rest>{}</div></div><div class=page>{other}</div>",
            first[0],
            paragraphs(rest)
        )
    };
    let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
    let settings = learnt(&seen);
    assert_eq!(text(&page(14, &inner), &settings), statement(14).1, "{:#?}", settings.learnt);
}

#[test]
fn a_clause_that_only_some_statements_share_stays() {
    let inner = |number: usize, title: &str, text: &[String]| {
        let mut text = text.to_vec();
        if !number.is_multiple_of(4) {
            text.push("The office asks all drivers to be patient and to follow the signs.".to_owned());
        }
        format!("<h1>{title}</h1><div class=txt>{}</div>{}", paragraphs(&text), teasers(number, "txt"))
    };
    let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
    let read = text(&page(13, &inner), &learnt(&seen));
    assert_eq!(
        read.last().map(String::as_str),
        Some("The office asks all drivers to be patient and to follow the signs.")
    );
}

#[test]
fn rules_stay_where_others_would_read_no_better() {
    let inner = |number: usize, title: &str, text: &[String]| {
        let other = paragraphs(&beginning(number, 3));
        format!("<h1>{title}</h1><div class=txt>{}</div><div class=txt>{other}</div>", paragraphs(text))
    };
    let seen: Vec<String> = (1..=20).map(|number| page(number, &inner)).collect();
    let first = learnt(&seen[..12]);
    let url = url();
    let again = learn(&as_pages(&seen, &url), &first);
    assert!(!again.is_empty());
    assert_eq!(Some(&again), first.learnt.as_deref());
}

#[test]
fn what_a_person_can_pin() {
    let inner = |number: usize, title: &str, text: &[String]| {
        let other = paragraphs(&beginning(number, 3));
        format!(
            "<h1 class=ttl>{title}</h1><span class=when>{}.11.2026</span><div class=txt>{}<div class=call>Subscribe to our channel and \
             <a href=/s>follow us</a> everywhere.</div></div><div class=txt>{other}</div>",
            number % 20 + 1,
            paragraphs(text)
        )
    };
    let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
    let url = url();
    let pages = as_pages(&seen, &url);
    let rules = propose(&pages, &ReadSettings::default());
    let pins = pins(&rules, &pages[3], &ReadSettings::default()).expect("pins");
    assert_eq!(pins.body.as_deref(), Some("div.txt:nth-of-type(2)"), "{rules:#?}");
    assert_eq!(pins.title.as_deref(), Some("h1.ttl"));
    assert_eq!(pins.ignore, ["div.call"]);
    let pinned = ReadSettings { body: pins.body, title: pins.title, ignore: pins.ignore, ..ReadSettings::default() };
    assert_eq!(text(&seen[3], &pinned), statement(4).1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_pages_does_not_matter(order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let inner = |number: usize, title: &str, text: &[String]| {
            format!("<h1>{title}</h1><div class=txt>{}</div>{}", paragraphs(text), teasers(number, "txt"))
        };
        let seen: Vec<String> = (1..=12).map(|number| page(number, &inner)).collect();
        let shuffled: Vec<String> = order.into_iter().map(|at| seen[at].clone()).collect();
        let (one, other) = (learnt(&seen).learnt, learnt(&shuffled).learnt);
        prop_assert_eq!(one.map(|rules| rules.canonical()), other.map(|rules| rules.canonical()));
    }

    #[test]
    fn any_pages_can_be_learnt_from(bodies in proptest::collection::vec("(<(p|div|div class=a|div id=b|li|table|tr|td|h1|a href=x|br|/p|/div|/td|/table|/a)>|[a-z]{1,8} |[A-Z][a-z ]{30,60}\\. |25\\.03\\.2023|\\PC){0,40}", 0..10)) {
        let settings = learnt(&bodies);
        for body in &bodies {
            text(body, &settings);
        }
    }

    #[test]
    fn any_bytes_are_no_rules_or_rules_that_read_any_page(written in "\\PC{0,40}", path in "[a-z.:>#0-9 -]{0,20}", body in "(<div class=a>|<p>|[A-Z][a-z ]{40}\\. ){0,12}") {
        prop_assert!(Rules::parse(written.as_bytes()).is_none_or(|rules| rules.canonical().len() < 1_000));
        let template = Template { text: format!("body > {path}"), frame: vec![path], ..Template::default() };
        let settings = with(&ReadSettings::default(), &Rules { templates: vec![template] });
        text(&body, &settings);
    }
}
