//! What the bounds of a page let through, and how long that takes.

use std::time::{Duration, Instant};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::TreeSink;
use proptest::prelude::*;
use scraper::Html;

use super::bound::Bounded;
use super::{feed, parse};

fn words(text: &str) -> String {
    parse(text).root_element().text().collect()
}

/// A bound on what took minutes or hours before it was mended; far from what it takes, as the machine may be busy.
const HOURS: Duration = Duration::from_secs(60);

#[test]
fn an_ordinary_page_passes_untouched() {
    let items = "<li>one <b>bold</b>".repeat(2_000);
    let paragraphs = "<p>text<p>more<br>text".repeat(2_000);
    let rows = "<tr><td>a<td>b".repeat(2_000);
    let links = "<a href=x>one<a href=y>two".repeat(2_000);
    let page = format!(
        "<!DOCTYPE html><!-- <div> --><title>a <b> b</title><script>if (a<b) '<div>'</script>\
         <ul>{items}</ul>{paragraphs}<table>{rows}</table>{links}<p title='a>b' data-x=\"<i>\">end"
    );
    assert!(parse(&page) == Html::parse_document(&page));
}

#[test]
fn deep_nesting_is_read_in_linear_time_and_keeps_its_text() {
    for name in ["div", "span", "b", "a href=x", "font size=1", "table", "p", "svg", "x-y", "ul"] {
        let start = Instant::now();
        let count = if name == "div" { 200_000 } else { 50_000 };
        let close = format!("</{}>", name.split(' ').next().expect("a name"));
        let page = format!("<body>{}before{}<p>after", format!("<{name}>").repeat(count), close.repeat(count));
        let text = words(&page);
        assert!(start.elapsed() < HOURS, "{name}: {:?}", start.elapsed());
        assert!(text.contains("before") && text.contains("after"), "{name}");
    }
}

#[test]
fn names_that_begin_alike_close_nothing_of_one_another() {
    let start = Instant::now();
    let name = "x".repeat(40);
    let text = words(&format!("<body>before{}<p>after", format!("<{name}1></{name}2>").repeat(50_000)));
    assert!(start.elapsed() < HOURS, "{:?}", start.elapsed());
    assert!(text.contains("before") && text.contains("after"));
}

#[test]
fn alternating_nesting_is_read_in_linear_time() {
    for unit in
        ["<b><p>", "<a><div>", "<i><b><div>x", "<p><b id=1>", "<li><div>", "<table><tr><td>", "</p>", "<div></b>"]
    {
        let start = Instant::now();
        words(&unit.repeat(40_000));
        assert!(start.elapsed() < HOURS, "{unit}: {:?}", start.elapsed());
    }
    // Formatting elements that differ are all made anew in each block that follows.
    let open: String = (0..60).map(|i| format!("<font size={i}>")).collect();
    let start = Instant::now();
    let tree = parse(&format!("{open}{}", "<p>x".repeat(50_000)));
    assert!(tree.tree.nodes().count() < 1_500_000);
    assert!(start.elapsed() < HOURS, "{:?}", start.elapsed());
}

#[test]
fn many_attributes_are_cut_and_the_first_are_kept() {
    let many: String = (0..300_000).map(|i| format!("a{i}=1 ")).collect();
    let start = Instant::now();
    let tree = parse(&format!("<body><div id=first {many}><p>text</p></div>"));
    assert!(start.elapsed() < HOURS, "{:?}", start.elapsed());
    let div = tree.root_element().descendent_elements().find(|e| e.value().name() == "div").expect("the div");
    assert_eq!(div.attr("id"), Some("first"));
    assert_eq!(div.value().attrs().count(), 256);
    assert_eq!(div.text().collect::<String>(), "text");
}

#[test]
fn a_page_of_tags_alone_stays_in_bounds() {
    let tree = parse(&"<p>x".repeat(600_000));
    assert!(tree.tree.nodes().count() < 1_100_000);
}

#[test]
fn a_tag_that_never_ends_and_one_in_quotes_are_read_in_linear_time() {
    let many: String = (0..300_000).map(|i| format!("a{i}=\">\" ")).collect();
    for before in
        ["<p>x<div ", "<p>x</div ", "<svg><title><div ", "<script><!--<script></script></script><p ", "<!-- --!><p "]
    {
        let tree = parse(&format!("<body>{before}{many}"));
        assert!(tree.tree.nodes().count() < 20, "{before}");
        let text = words(&format!("<body>{before}{many}><p>after"));
        assert!(text.ends_with("after"), "{before}");
    }
}

#[test]
fn long_tags_that_are_none_keep_every_letter() {
    let words_of_it = "a ".repeat(20_000);
    for (before, after) in [("<script>i<n ", "</script>"), ("<textarea><x ", "</textarea>"), ("<plaintext>a <b ", "")] {
        let page = format!("<p>{}{before}{words_of_it}{after}", "x".repeat(200_000));
        assert!(parse(&page) == Html::parse_document(&page), "{before}");
    }
    let page = format!("<p>{}<!-- <p {words_of_it} --><img alt='{words_of_it}' src=x><p>y", "x".repeat(200_000));
    assert!(parse(&page) == Html::parse_document(&page));
}

#[test]
fn roots_add_no_attributes_without_end() {
    let page: String = (0..200_000).map(|i| format!("<body a{i}>")).collect();
    assert!(words(&format!("{page}text")).contains("text"));
}

#[test]
fn what_is_made_anew_stays_in_bounds() {
    let many: String = (0..250).map(|i| format!(" a{i}")).collect();
    // A list of formatting elements that grows though each is closed: the end tag is not heard inside the object.
    let unheard: String = (0..200).map(|i| format!("<b a{i}><object></b></object>")).collect();
    for open in [format!("<b{many}>").repeat(60), unheard] {
        let tree = parse(&format!("<body>{open}{}", "<p>x".repeat(200_000)));
        assert!(tree.tree.values().len() < 2_500_000);
    }
}

/// How many elements stand inside one another, at most.
fn depth(tree: &Html) -> usize {
    let mut depths = std::collections::HashMap::new();
    for node in tree.tree.root().descendants() {
        let above = node.parent().and_then(|parent| depths.get(&parent.id()).copied()).unwrap_or(0);
        depths.insert(node.id(), above + 1);
    }
    depths.into_values().max().unwrap_or(0)
}

const NAMES: &str = "a|b|i|font|p|div|span|table|tr|td|th|tbody|caption|ul|li|dd|dt|dl|form|select|option|optgroup|button|svg|\
math|mi|g|foreignObject|desc|title|template|noscript|frameset|h1|h2|section|fieldset|pre|textarea|style|script|iframe|object|\
applet|ruby|rt|rp|x-y|body|html|head|colgroup|summary|nobr";

fn units() -> impl Strategy<Value = String> {
    let one = format!("(</?({NAMES})( a|/)?>|x|<!--|-->|]]>|<!\\[CDATA\\[){{1,7}}");
    proptest::string::string_regex(&one).expect("a pattern")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_passed_on_as_it_is(text in "(<[/!]?[a-dp]{1,2}[ =\"'>/-]?|[^<]|<!--|-->|<script>|</script>){0,60}") {
        // The parser takes a mark of byte order off whatever comes after a script.
        let text = text.replace('\u{feff}', "");
        let expected = Html::parse_document(&text);
        prop_assert!(parse(&text) == expected);
        for size in [1, 2, 3, 7] {
            let queue = BufferQueue::default();
            let tokenizer = Tokenizer::new(Bounded::new(&queue), TokenizerOpts::default());
            feed::in_pieces(&tokenizer, &queue, &text, [size, size]);
            tokenizer.end();
            prop_assert!(tokenizer.sink.builder.sink.finish() == expected, "{size}");
        }
    }

    #[test]
    fn no_row_of_tags_however_often_goes_deeper_than_the_bound(unit in units()) {
        let tree = parse(&unit.repeat(3_000));
        prop_assert!(depth(&tree) < 1_200, "{}", depth(&tree));
    }
}
