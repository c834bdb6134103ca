//! The page: read by a parser as a browser would read it.

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

use super::super::tests::two_texts;
use super::super::{diff_texts, summary};
use super::*;
use crate::model::text::Text;

fn of(old: &Text, new: &Text) -> String {
    let difference = diff_texts(old, new);
    let change = Change {
        heading: new.title().unwrap_or_default(),
        names: ("a@1", "a@2"),
        language: new.language(),
        difference: &difference,
        summary: &summary(&difference),
        reverted: None,
    };
    page("Changes", &[change], false)
}

#[test]
fn nothing_from_outside_is_markup() {
    let hostile = "</p><script>alert(1)</script><img src=x onerror=\"y\"> \u{202e}'&amp;";
    let text = |body: &str| Text::new(Some(hostile), None, Some("\"><script>"), [body, hostile, "x", "y", "z"]);
    let shown = of(&text("one 3"), &text("one <b>5</b>"));
    assert!(
        !shown.contains("<script") && !shown.contains("<img") && !shown.contains("<b>") && !shown.contains('\u{202e}')
    );
    assert!(shown.contains("&lt;script&gt;") && shown.contains("&amp;amp;"));
}

#[test]
fn moves_are_linked_and_both_layouts_are_there() {
    let paragraphs = |first: &str, second: &str| Text::new(Some("T"), None, Some("ar"), [first, second, "same"]);
    let (a, b) =
        ("The bridge is closed for repair until May.", "The road over the pass is open to all who want to go, again.");
    let shown = of(&paragraphs(a, b), &paragraphs(b, a));
    for anchor in ["id=\"c1-m1\"", "href=\"#c1-m1\"", "id=\"c1-m1-from\"", "href=\"#c1-m1-from\""] {
        assert_eq!(shown.matches(anchor).count(), 1, "{anchor}");
    }
    for part in [
        "class=\"both\" dir=\"auto\"",
        "class=\"old\" dir=\"auto\"",
        "@media print",
        "prefers-color-scheme: dark",
        "lang=\"ar\"",
    ] {
        assert!(shown.contains(part), "{part}");
    }
    assert!(!shown.contains("<script") && !shown.contains("http://") && !shown.contains("https://"));
}

/// The page as a browser understands it, which finds no fault with it.
fn parsed(page: &str) -> Html {
    let html = Html::parse_document(page);
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    html
}

fn all<'h>(html: &'h Html, selector: &str) -> Vec<ElementRef<'h>> {
    html.select(&Selector::parse(selector).expect("a selector")).collect()
}

/// The text of elements, without that in some elements inside them and without white space.
fn text_of(elements: &[ElementRef<'_>], without: &[&str]) -> String {
    fn walk(element: ElementRef<'_>, without: &[&str], out: &mut String) {
        for child in element.children() {
            if let Some(text) = child.value().as_text() {
                out.extend(text.chars().filter(|c| !c.is_whitespace()));
            } else if let Some(inner) = ElementRef::wrap(child)
                && !without.contains(&inner.value().name())
            {
                walk(inner, without, out);
            }
        }
    }
    let mut out = String::new();
    elements.iter().for_each(|element| walk(*element, without, &mut out));
    out
}

/// A text as a page may show it: without white space and what turns the direction, controls replaced.
fn seen(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text.chars().filter(|c| !c.is_whitespace() && !turns(c));
    shown.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn both_layouts_hold_both_texts_and_every_link_leads_somewhere((old, new) in two_texts(), every: bool) {
        let text = |body: &str| Text::new(Some("On \"it\" & <all>"), "2024-05-01".parse().ok(), Some("ar"), body.split("\n\n"));
        let (old, new) = (text(&old), text(&new));
        let difference = diff_texts(&old, &new);
        let change = Change {
            heading: "On it",
            names: ("a@1", "a@2"),
            language: Some("ar"),
            difference: &difference,
            summary: &summary(&difference),
            reverted: None,
        };
        let page = page("Changes", &[change, change], every);
        let html = parsed(&page);
        let articles = all(&html, "article");
        prop_assert_eq!(articles.len(), 2);
        let within = |selector: &str| -> Vec<ElementRef<'_>> {
            articles[0].select(&Selector::parse(selector).expect("a selector")).collect()
        };
        if !every {
            prop_assert_eq!(text_of(&within(".row > .new"), &[]), seen(&new.body()));
            prop_assert_eq!(text_of(&within(".row > .old"), &[]), seen(&old.body()));
            prop_assert_eq!(text_of(&within(".row > .both"), &["del"]).replace('¶', ""), seen(&new.body()).replace('¶', ""));
        }
        let ids: Vec<&str> = all(&html, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        let known: HashSet<&str> = ids.iter().copied().collect();
        prop_assert_eq!(ids.len(), known.len(), "no id stands twice");
        for link in all(&html, "[href], [for]") {
            let target = link.attr("href").map_or_else(|| link.attr("for"), |href| href.strip_prefix('#'));
            prop_assert!(target.is_some_and(|target| known.contains(target)), "{:?}", link.html());
        }
        prop_assert!(within(".row > .both, .row > .old, .row > .new").iter().all(|cell| cell.attr("dir") == Some("auto")));
        for mark in within(".row del, .row ins") {
            let inner: Vec<_> = mark.children().filter_map(ElementRef::wrap).map(|element| element.value().name()).collect();
            prop_assert_eq!(inner, ["bdi"], "{}", mark.html());
        }
        prop_assert!(all(&html, "[src], [style], [onclick], script, link, img, iframe, base, form").is_empty());
    }
}

#[test]
fn a_sentence_that_moved_is_linked_with_its_old_place() {
    let sentence = "The minister left the hall without a word to anybody.";
    let text = |first: &str, second: &str| {
        let (first, second) =
            (format!("It began at noon. {first}It ended late."), format!("They meet again on Monday. {second}"));
        Text::new(Some("T"), None, Some("en"), [first, second])
    };
    let page = of(&text(&format!("{sentence} "), ""), &text("", &sentence.replace("anybody", "nobody")));
    let html = parsed(&page);
    for (id, target) in [("c1-s1", "#c1-s1-from"), ("c1-s1-from", "#c1-s1")] {
        let links = all(&html, &format!(".tags a#{id}"));
        assert_eq!(links.iter().map(|link| link.attr("href")).collect::<Vec<_>>(), [Some(target)]);
    }
}

#[test]
fn what_is_written_from_right_to_left_keeps_to_itself() {
    let text = |body: &str| Text::new(Some("בית הספר"), None, Some("he"), [body, "הדלת נשארה סגורה כל היום."]);
    let page = of(&text("נפגעו 3 אנשים ב-Zenda."), &text("נפגעו 5 אנשים ב-Zenda."));
    let html = parsed(&page);
    let isolated: Vec<String> = all(&html, ".summary bdi, .tags bdi").iter().map(|bdi| bdi.text().collect()).collect();
    assert_eq!(isolated, ["3", "5", "3", "5"]);
    assert_eq!(all(&html, "h1 > bdi[lang=he]").len(), 1);
    assert_eq!(all(&html, "div[lang=he] .row.edited > p[dir=auto]").len(), 3);
    assert_eq!(text_of(&all(&html, ".row.edited > .both"), &[]), "נפגעו35אנשיםב-Zenda.");
}

/// The parts of a colour, from 0 to 1, by what the eye makes of them (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').unwrap_or_else(|| panic!("no colour: {colour}"));
    let size = digits.len() / 3;
    let parts = [0, 1, 2].map(|at| {
        let part = &digits[at * size..(at + 1) * size];
        let value = u8::from_str_radix(&part.repeat(2 / size), 16).expect("hexadecimal");
        let share = f64::from(value) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
}

#[test]
fn everything_can_be_read_in_light_in_dark_and_on_paper() {
    let mut schemes = 0;
    for scheme in STYLE.split(":root {").skip(1) {
        let rules = &scheme[..scheme.find('}').expect("an end")];
        let colour = |name: &str| {
            let value = rules.split_once(&format!("--{name}:")).unwrap_or_else(|| panic!("no {name} in {rules}")).1;
            value[..value.find(';').expect("an end")].trim()
        };
        let on = |paper: &str| if colour(paper) == "transparent" { colour("paper") } else { colour(paper) };
        for (ink, paper) in [
            ("ink", "paper"),
            ("faint", "paper"),
            ("del", "del-paper"),
            ("ins", "ins-paper"),
            ("move", "paper"),
            ("ink", "move-paper"),
        ] {
            let (a, b) = (luminance(colour(ink)), luminance(on(paper)));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{ink} on {paper}: {contrast:.2} in {rules}");
        }
        schemes += 1;
    }
    assert_eq!(schemes, 3, "light, dark and print");
    let (_, print) = STYLE.split_once("@media print").expect("rules for paper");
    assert!(print.contains(".choice { display: none; }") && print.contains("break-inside: avoid"));
    assert!(
        STYLE.contains("del {") && STYLE.contains("line-through") && STYLE.contains("underline"),
        "colour is not all"
    );
}
