//! What the bounds of a page let through, and how long that takes.

use std::borrow::Cow;
use std::time::Instant;

use proptest::prelude::*;

use super::bound::bounded;
use super::parse;

fn words(text: &str) -> String {
    parse(text).root_element().text().collect()
}

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
    assert!(matches!(bounded(&page), Cow::Borrowed(_)));
}

#[test]
fn deep_nesting_is_read_in_linear_time_and_keeps_its_text() {
    for name in ["div", "span", "b", "a href=x", "font size=1", "table", "p", "svg", "x-y", "ul"] {
        let start = Instant::now();
        let count = if name == "div" { 200_000 } else { 50_000 };
        let close = format!("</{}>", name.split(' ').next().expect("a name"));
        let page = format!("<body>{}before{}<p>after", format!("<{name}>").repeat(count), close.repeat(count));
        let text = words(&page);
        assert!(start.elapsed().as_secs() < 10, "{name}: {:?}", start.elapsed());
        assert!(text.contains("before") && text.contains("after"), "{name}");
    }
}

#[test]
fn names_that_begin_alike_close_nothing_of_one_another() {
    let start = Instant::now();
    let name = "x".repeat(40);
    let text = words(&format!("<body>before{}<p>after", format!("<{name}1></{name}2>").repeat(50_000)));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    assert!(text.contains("before") && text.contains("after"));
}

#[test]
fn alternating_nesting_is_read_in_linear_time() {
    for unit in
        ["<b><p>", "<a><div>", "<i><b><div>x", "<p><b id=1>", "<li><div>", "<table><tr><td>", "</p>", "<div></b>"]
    {
        let start = Instant::now();
        words(&unit.repeat(40_000));
        assert!(start.elapsed().as_secs() < 10, "{unit}: {:?}", start.elapsed());
    }
    // Formatting elements that differ are all made anew in each block that follows.
    let open: String = (0..60).map(|i| format!("<font size={i}>")).collect();
    let start = Instant::now();
    let tree = parse(&format!("{open}{}", "<p>x".repeat(50_000)));
    assert!(tree.tree.nodes().count() < 1_500_000);
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
}

#[test]
fn many_attributes_are_cut_and_the_first_are_kept() {
    let many: String = (0..300_000).map(|i| format!("a{i}=1 ")).collect();
    let start = Instant::now();
    let tree = parse(&format!("<body><div id=first {many}><p>text</p></div>"));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
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

proptest! {
    #[test]
    fn any_text_is_passed_on_without_panic(text in "(<[/!]?[a-dp]{1,2}[ =\"'>/-]?|[^<]|<!--|-->|<script>|</script>){0,60}") {
        let passed = bounded(&text);
        prop_assert_eq!(passed.as_ref(), text.as_str());
    }
}
