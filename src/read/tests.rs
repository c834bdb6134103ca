use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use proptest::prelude::*;

use super::*;
use crate::model::time::Stated;

fn page<'a>(body: &'a [u8], content_type: Option<&'a str>) -> Page<'a> {
    Page { body, content_type, url: None, captured_at: "2026-11-23T02:10:00Z".parse().ok() }
}

fn html(body: &str) -> Reading {
    read(&page(body.as_bytes(), Some("text/html; charset=utf-8")), &ReadSettings::default())
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
            other => panic!("no setting {other}"),
        }
    }
    settings
}

#[test]
fn every_case_reads_as_expected() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    assert!(cases.len() >= 15);
    let mut wrong = Vec::new();
    for case in cases {
        let body = fs::read(case.join("page.html")).expect("a page");
        let expected = fs::read_to_string(case.join("expected.txt")).expect("what is expected");
        let settings = settings(&case);
        assert_eq!(check(&settings), Vec::<String>::new());
        let found = read(&page(&body, Some("text/html")), &settings).text.canonical();
        if found != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}
