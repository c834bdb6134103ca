//! Every file of an archive, damaged in turn: what was changed is found and named, and what is a cache is made anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::{Desk, audit, copy_folder};
use crate::refusals::{overwrite, walk};
use crate::site::Site;

/// A small archive with all kinds of history.
fn archive() -> (Site, Desk) {
    let site = Site::with(4);
    let desk = Desk::watching(&site);
    desk.round();
    site.edit("1", |page| page.paragraphs[1].push_str(" No date is given."));
    site.withdraw("2", 410);
    desk.round();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let _ = desk.run(&["note", &id, "a remark"]).ok();
    desk.check();
    (site, desk)
}

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    Flip,
    Truncate,
    Lengthen,
    Empty,
    Delete,
}

const ALL: [Damage; 5] = [Damage::Flip, Damage::Truncate, Damage::Lengthen, Damage::Empty, Damage::Delete];

fn damage(path: &Path, how: Damage) {
    let mut bytes = fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    match how {
        Damage::Flip => bytes[middle] ^= 1,
        Damage::Truncate => bytes.truncate(bytes.len() - 1),
        Damage::Lengthen => bytes.push(b'\n'),
        Damage::Empty => bytes.clear(),
        Damage::Delete => return fs::remove_file(path).expect("to delete it"),
    }
    overwrite(path, &bytes);
}

/// Whether this file is a partial tile beside a wider one of the same place: it may be missing.
fn is_superseded(path: &Path, files: &[PathBuf]) -> bool {
    let width = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let is_partial = path.parent().and_then(Path::extension).is_some_and(|kind| kind == "p");
    is_partial && files.iter().any(|other| other.parent() == path.parent() && width(other) > width(path))
}

/// Damages each file below these folders in each way, and gives what `verify` did not find, or did not name.
fn unfound(desk: &Desk, folder: &str) -> Vec<String> {
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let files: Vec<PathBuf> = walk(&desk.archive().join(folder)).into_iter().filter(|path| !is_hidden(path)).collect();
    assert!(files.len() >= 4, "{files:#?}");
    let mut wrong = Vec::new();
    for path in &files {
        let key = path.strip_prefix(desk.archive()).expect("inside").to_string_lossy().replace('\\', "/");
        let whole = fs::read(path).expect("a file");
        for how in ALL {
            damage(path, how);
            let ran = desk.run(&["verify", "--json"]);
            let names = |line: &Value| {
                line["level"] == "unsound" && line["where"].as_str().is_some_and(|place| place.contains(&key))
            };
            let found = ran.status == 1 && ran.lines().iter().any(names);
            if how == Damage::Delete && is_superseded(path, &files) {
                assert_eq!(ran.status, 0, "nobody needs {key}");
            } else if !found {
                wrong.push(format!("{how:?} of {key}: {ran:?}"));
            }
            overwrite(path, &whole);
        }
    }
    desk.check();
    wrong
}

#[test]
fn whatever_is_damaged_in_a_segment_is_found_and_named() {
    let (_site, desk) = archive();
    let wrong = unfound(&desk, "segments");
    assert!(wrong.is_empty(), "{} not found:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn entries_whose_bytes_are_lost_are_named_whenever_their_segment_is_read() {
    let site = Site::with(4);
    let desk = Desk::watching(&site);
    for round in 0..8 {
        desk.round();
        site.edit("1", |page| page.paragraphs[1].push_str(&format!(" This is addition {round}.")));
    }
    desk.check();
    let is_exchanges = |path: &PathBuf| path.to_string_lossy().ends_with(".warc.gz");
    let segments: Vec<PathBuf> = walk(&desk.archive().join("segments")).into_iter().filter(is_exchanges).collect();
    assert!(segments.len() >= 8, "{segments:?}");
    for path in segments {
        let whole = fs::read(&path).expect("a segment");
        for how in [Damage::Delete, Damage::Empty] {
            damage(&path, how);
            let found = desk.run(&["verify", "--json"]).status(1).lines();
            let says = |line: &Value, place: &str, what: &str| {
                let has = |field: &str, part: &str| line[field].as_str().is_some_and(|text| text.contains(part));
                has("where", place) && has("what", what)
            };
            assert!(found.iter().any(|line| says(line, " entry ", "(sha256:")), "{how:?} of {path:?}: {found:#?}");
            overwrite(&path, &whole);
        }
    }
    desk.check();
}

#[test]
fn whatever_is_damaged_in_the_log_is_found_and_named() {
    let (_site, desk) = archive();
    let wrong = unfound(&desk, "logs");
    assert!(wrong.is_empty(), "{} not found:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_auditor_finds_the_same_without_us() {
    let (_site, desk) = archive();
    let copy = desk.path("copy");
    copy_folder(&desk.archive(), &copy);
    if audit(&copy, &[desk.key()]).is_some() {
        let segment = walk(&copy.join("segments")).pop().expect("a segment");
        damage(&segment, Damage::Flip);
        let audited = std::process::Command::new("python3")
            .arg("-B")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit.py"))
            .arg(&copy)
            .output()
            .expect("to run python3");
        assert_eq!(audited.status.code(), Some(1));
    }
    desk.check();
}

/// Everything that the index answers.
fn answers(desk: &Desk) -> Vec<Value> {
    let mut all = desk.json(&["list"]);
    let ids: Vec<String> = all.iter().map(|line| line["statement"].as_str().expect("an id").to_owned()).collect();
    for id in &ids {
        all.extend(desk.json(&["history", id]));
        all.extend(desk.json(&["show", id]));
    }
    all.extend(desk.json(&["changes"]));
    all.extend(desk.json(&["sources"]));
    all
}

#[test]
fn a_damaged_index_is_built_anew_with_the_same_answers() {
    let (site, desk) = archive();
    let before = answers(&desk);
    let index = desk.archive().join("index.sqlite");
    let whole = fs::read(&index).expect("an index");
    for how in ["deleted", "empty", "no database", "half of it", "a torn page", "an older one"] {
        for beside in ["index.sqlite-wal", "index.sqlite-shm"] {
            let _ = fs::remove_file(desk.archive().join(beside));
        }
        match how {
            "deleted" => fs::remove_file(&index).expect("to delete it"),
            "empty" => overwrite(&index, b""),
            "no database" => overwrite(&index, &[b'x'; 10_000]),
            "half of it" => overwrite(&index, &whole[..whole.len() / 2]),
            "a torn page" => {
                let mut bytes = whole.clone();
                bytes[4096..8192].fill(0xa5);
                overwrite(&index, &bytes);
            }
            _ => overwrite(&index, &whole),
        }
        assert_eq!(answers(&desk), before, "{how}");
        desk.check();
    }
    // one that is behind takes in what it lacks
    site.edit("3", |page| page.paragraphs[0].push_str(" More follows."));
    desk.round();
    let now = answers(&desk);
    overwrite(&index, &whole);
    for beside in ["index.sqlite-wal", "index.sqlite-shm"] {
        let _ = fs::remove_file(desk.archive().join(beside));
    }
    assert_eq!(answers(&desk), now);
    desk.check();
}

#[test]
fn flipped_bits_in_the_index_are_found_by_verify() {
    let (_site, desk) = archive();
    let before = answers(&desk);
    let index = desk.archive().join("index.sqlite");
    let whole = fs::read(&index).expect("an index");
    let title = b"report 3";
    let places: Vec<usize> =
        whole.windows(title.len()).enumerate().filter(|(_, part)| part == title).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the index holds titles");
    let mut bytes = whole;
    for at in places {
        bytes[at + 7] = b'8';
    }
    overwrite(&index, &bytes);
    let ran = desk.run(&["verify", "--json"]);
    let found =
        ran.lines().iter().any(|line| line["where"].as_str().is_some_and(|place| place.contains("index.sqlite")));
    assert!(found, "{ran:?}");
    fs::remove_file(&index).expect("to delete it, as is always allowed");
    assert_eq!(answers(&desk), before);
    desk.check();
}
