//! The reader as a whole: the cases in `tests/pages`, noise, edits, and pages that mean harm.
#![allow(clippy::disallowed_methods)] // cases are files

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use proptest::prelude::*;

use super::*;
use crate::model::time::Stated;

fn page<'a>(body: &'a [u8], content_type: Option<&'a str>) -> Page<'a> {
    Page { body, content_type, url: None, captured_at: "2026-11-23T02:10:00Z".parse().ok() }
}

/// The settings of a case: `name = value` lines, `ignore` as often as wanted.
fn settings(case: &Path) -> ReadSettings {
    let mut settings = ReadSettings::default();
    let lines = fs::read_to_string(case.join("settings.txt")).unwrap_or_default();
    for (name, value) in lines.lines().filter_map(|line| line.split_once(" = ")) {
        let value = value.to_owned();
        match name {
            "title" => settings.title = Some(value),
            "body" => settings.body = Some(value),
            "published" => settings.published = Some(value),
            "date_format" => settings.date_format = Some(value),
            "timezone" => settings.timezone = Some(value),
            "ignore" => settings.ignore.push(value),
            "url" => {} // the page's address, see `reading`
            other => panic!("no setting {other}"),
        }
    }
    settings
}

/// The cases, in the order of their names.
pub(super) fn cases() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    assert!(cases.len() >= 15);
    cases
}

/// Reads a case with its settings, as if it stood at its address.
pub(super) fn reading(case: &Path) -> Reading {
    let body = fs::read(case.join("page.html")).expect("a page");
    let lines = fs::read_to_string(case.join("settings.txt")).unwrap_or_default();
    let url = lines.lines().find_map(|line| line.strip_prefix("url = ")).and_then(|url| Url::parse(url).ok());
    let settings = settings(case);
    assert_eq!(check(&settings), Vec::<String>::new());
    read(&Page { url: url.as_ref(), ..page(&body, Some("text/html")) }, &settings)
}

#[test]
fn every_case_reads_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let expected = fs::read_to_string(case.join("expected.txt")).expect("what is expected");
        let found = reading(&case).text.canonical();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// `tests/readings.txt` holds a digest of what each case reads as, after the version of the reader.
///
/// It is what a reader promises: the same bytes give the same reading for ever under one version.
#[test]
fn no_reading_changes_within_one_version() {
    let digest = |case: &Path| {
        let reading = reading(case);
        let beside = serde_json::to_string(&reading.beside).expect("JSON");
        Digest::of(format!("{}\n{}\n{beside}", reading.text.canonical(), reading.visible.hex()).as_bytes()).hex()
    };
    let line = |case: &PathBuf| {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        format!("{}  {name}\n", digest(case))
    };
    let found = format!("reader {VERSION}\n{}", cases().iter().map(line).collect::<String>());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readings.txt");
    let locked = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == locked,
        "pages read otherwise than tests/readings.txt says. Where a line of an old case changed, raise read::VERSION (unless \
         that version was never released); then the file is to be:\n{found}"
    );
}

fn html(body: &str) -> Reading {
    read(&page(body.as_bytes(), Some("text/html; charset=utf-8")), &ReadSettings::default())
}

/// A page as sites make them, with all that changes from look to look.
fn noisy(clause: &str, notice: &str, noise: u32) -> String {
    let related: String = (0..3)
        .map(|i| {
            let n = i + noise;
            format!(
                "<li><a href=\"/{n}\">Statement number {n} on another matter</a><span>{} May 2023</span></li>",
                n % 28 + 1
            )
        })
        .collect();
    format!(
        "<html lang=en><head><meta name=csrf content={noise}><title>On the repairs | Office</title></head><body>\
         <form><input type=hidden value={noise}></form><div class=clock>12:{:02}</div>\
         <div class=main><h1>On the repairs</h1><div class=meta><span class=date>2 May 2023</span><span class=views>{noise}</span></div>\
         <p>The repairs of the northern bridge will be finished by the end of the month, {clause}.</p>\
         <p>Drivers are asked to use the southern bridge until then.</p></div>\
         <div class=side><h3>More</h3><ul>{related}</ul></div><div class=note>{notice}</div>\
         <footer><p>Visitors today: {noise}</p><p>Page generated in 0.{noise} s</p></footer></body></html>",
        noise % 60
    )
}

#[test]
fn noise_changes_neither_text_nor_what_is_visible() {
    let first = html(&noisy("the office says", "Lifts are closed", 7));
    let second = html(&noisy("the office says", "Lifts are closed", 4711));
    assert_eq!(first.text, second.text);
    assert_eq!(first.visible, second.visible);
    assert_eq!(first.text.paragraphs().len(), 2);
}

#[test]
fn an_edit_of_what_the_reader_drops_is_still_visible() {
    let first = html(&noisy("the office says", "Lifts are closed", 7));
    let edited = html(&noisy("the office hopes", "Lifts are closed", 7));
    assert_ne!(first.text, edited.text);
    assert_ne!(first.visible, edited.visible);
    let noticed = html(&noisy("the office says", "Lifts are open", 7));
    assert_eq!(first.text, noticed.text, "the notice is no part of the statement");
    assert_ne!(first.visible, noticed.visible);
}

#[test]
fn what_stands_beside_the_text_is_kept_absolute() {
    let url = Url::parse("https://office.example/news/1.html").expect("an address");
    let body = "<html><head><base href='/en/'><link rel=canonical href='news/one'><meta name=author content='Press office'>\
        <meta property='article:modified_time' content='2023-05-03T10:00:00Z'></head><body><main><h1>On the repairs</h1>\
        <p>The repairs will be finished by the end of the month, as the <a href='plan'>plan</a> says; see \
        <a href='/files/plan.PDF?v=2'>its text</a> and <a href='javascript:alert(1)'>nothing</a> and <a href='#top'>above</a>.</p>\
        </main><footer><a href='/imprint'>Imprint</a></footer></body></html>";
    let reading = read(&Page { url: Some(&url), ..page(body.as_bytes(), None) }, &ReadSettings::default());
    let beside = reading.beside;
    assert_eq!(beside.canonical.as_deref(), Some("https://office.example/en/news/one"));
    assert_eq!(beside.links, ["https://office.example/en/plan"]);
    assert_eq!(beside.attachments, ["https://office.example/files/plan.PDF?v=2"]);
    assert_eq!(beside.author.as_deref(), Some("Press office"));
    assert_eq!(beside.modified.as_deref(), Some("2023-05-03T10:00:00Z"));
    assert_eq!(beside.charset, "UTF-8");
}

#[test]
fn dates_count_from_the_capture_and_never_lie_after_it() {
    let page = |date: &str| {
        html(&format!("<h1>On the repairs</h1><p class=date>{date}</p><p>The repairs of the northern bridge will be finished by the end of the month.</p>"))
            .text
            .published()
    };
    assert_eq!(page("2 days ago"), "2026-11-21".parse().ok());
    assert_eq!(page("30 December 2026"), None::<Stated>);
}

#[test]
fn settings_that_select_nothing_are_told() {
    let settings = ReadSettings {
        title: Some(".none".to_owned()),
        body: Some(".none".to_owned()),
        published: Some("h1".to_owned()),
        ..ReadSettings::default()
    };
    let body =
        b"<h1>On the repairs</h1><p>The repairs of the northern bridge will be finished by the end of the month.</p>";
    let reading = read(&page(body, None), &settings);
    assert_eq!(
        reading.beside.warnings,
        [
            "the body selector selects nothing",
            "the title selector selects nothing",
            "what the published selector selects is no date"
        ]
    );
    assert_eq!(reading.text.title(), Some("On the repairs"), "then the page is read as if nothing were set");
    assert_ne!(reading.reader.0, super::VERSION.to_string());
}

#[test]
fn plain_text_stands_as_it_is_and_other_bodies_give_no_text() {
    let plain =
        read(&page(b"First line\r\nsecond line\r\n\r\n\r\nNext <p>", Some("text/plain")), &ReadSettings::default());
    assert_eq!(plain.text.paragraphs(), ["First line\nsecond line", "Next <p>"]);
    let feed = b"<?xml version='1.0'?><!-- x --><rss version='2.0'><channel><title>T</title></channel></rss>";
    let noise: Vec<u8> = (0..40_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: [(&[u8], Option<&str>, &str); 7] = [
        (br#"{"a": 1}"#, Some("application/json"), "JSON"),
        (br#"[{"a": 1}]"#, None, "JSON"),
        (feed, Some("application/xml"), "a feed or sitemap"),
        (feed, Some("text/html"), "a feed or sitemap"),
        (b"%PDF-1.7 ...", Some("text/html"), "a PDF"),
        (&noise, Some("text/html; charset=utf-8"), "bytes that are no text"),
        (b"body {}", Some("text/css"), "a type that is not read"),
    ];
    for (body, content_type, what) in cases {
        let reading = read(&page(body, content_type), &ReadSettings::default());
        assert!(reading.text.is_empty());
        let [warning] = &reading.beside.warnings[..] else { panic!("{:?}", reading.beside.warnings) };
        assert!(warning.starts_with(&format!("{what}: no page that can be read")), "{warning}");
    }
    assert!(html("").text.is_empty());
}

#[test]
fn control_characters_of_a_page_reach_no_text() {
    let reading = html(
        "<title>A\u{1b}]0;owned\u{7}</title><h1>A \u{1b}]0;owned\u{7}\u{9b}31m line</h1><p>The ministry states that the situation \u{1b}[31mhas been stable.</p>",
    );
    assert!(!reading.text.canonical().chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    let sentence = "The ministry states that the situation has been stable since the morning. ";
    let pages = [
        format!("<body>{}{sentence}{}", "<div>".repeat(200_000), "</div>".repeat(200_000)),
        format!("<body><div {}><p>{sentence}</p></div>", (0..300_000).map(|i| format!("a{i}=1 ")).collect::<String>()),
        format!("<body>{}", format!("<li><a href=x>{sentence}</a>").repeat(8_000)),
        format!("<body><table>{}</table>", format!("<tr><td>{sentence}<td>1").repeat(8_000)),
        format!("<body>{}<p>{sentence}", "<table><tr><td>".repeat(30_000)),
        format!("<body>{}", "<h1>On the repairs of the bridge</h1>".repeat(8_000)),
        format!("<body><p>{}</p>", "a<br>".repeat(30_000)),
        format!("<title>{0}</title><h1>{0}</h1>", "word ".repeat(100_000)),
    ];
    // Far from what they take, as the machine may be busy: only work that grows with the square of a page comes near it.
    for (number, body) in pages.iter().enumerate() {
        let start = Stopwatch::now();
        html(body);
        assert!(start.elapsed().as_secs() < 120, "page {number}: {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_the_same_twice(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        for content_type in [None, Some("text/html"), Some("text/plain; charset=utf-16")] {
            let (first, second) = (read(&page(&body, content_type), &ReadSettings::default()), read(&page(&body, content_type), &ReadSettings::default()));
            prop_assert_eq!(first.text, second.text);
            prop_assert_eq!(first.visible, second.visible);
        }
    }

    #[test]
    fn any_markup_gives_a_canonical_text(body in "(<(p|div|li|table|tr|td|h1|b|a href=x|article|br|ul|main|footer|/p|/div|/td|/table|/a)>|[a-z]{1,8} |[A-Z][a-z ]{30,60}\\. |25\\.03\\.2023|\\PC){0,60}") {
        let reading = html(&body);
        let canonical = reading.text.canonical();
        prop_assert_eq!(Text::parse(&canonical), Some(reading.text));
    }
}
