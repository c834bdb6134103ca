//! A second archive: brought up to date, compared, and put back from, as a person types it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::{Desk, audit, copy_folder};
use crate::refusals::{overwrite, walk};
use crate::site::Site;

/// An archive with a history, and a folder for a copy of it.
fn archive() -> (Site, Desk, String) {
    let site = Site::with(4);
    let desk = Desk::watching(&site);
    desk.round();
    let copy = desk.path("copy").display().to_string();
    (site, desk, copy)
}

fn summary(lines: &[Value]) -> &Value {
    lines.last().expect("a summary")
}

/// The files of an archive that matter: no index, nothing hidden.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let name = |path: &Path| path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
    let is_kept = |path: &str| !path.starts_with("index.") && !path.contains("/.");
    let all = walk(folder).into_iter().map(|path| (name(&path), fs::read(&path).expect("a file")));
    all.filter(|(name, _)| is_kept(name)).collect()
}

#[test]
fn a_copy_grows_with_the_archive_and_is_one_that_others_can_check() {
    let (site, desk, copy) = archive();
    let first = desk.json(&["copy", &copy]);
    assert!(summary(&first)["files"].as_u64() > Some(5), "{first:?}");
    site.edit("1", |page| page.paragraphs[0].push_str(" A word more."));
    desk.round();
    let ran = desk.run(&["verify", "--against", &copy]).ok();
    assert!(ran.text().contains("the copy lacks the last"), "{ran:?}");
    let before = files(&desk.path("copy"));
    let second = desk.json(&["copy", &copy]);
    assert!(summary(&second)["files"].as_u64() < summary(&first)["files"].as_u64(), "{second:?}");
    assert_eq!(summary(&second)["logs"][0]["from"], summary(&first)["logs"][0]["to"]);
    let after = files(&desk.path("copy"));
    assert!(before.iter().all(|(name, _)| after.iter().any(|(other, _)| other == name)), "a copy only adds");
    assert_eq!(summary(&desk.json(&["copy", &copy]))["files"], 0);
    let compared = desk.json(&["verify", "--against", &copy]);
    assert_eq!(summary(&compared)["unsound"], 0, "{compared:?}");
    assert!(summary(&compared)["against"]["files"].as_u64() > Some(5));
    if let Some(told) = audit(&desk.path("copy"), &[desk.key()]) {
        assert_eq!(told.len(), 4);
    }
    // what the copy has besides is left alone
    fs::write(desk.path("copy/mine.txt"), "a shopping list").expect("written");
    let ran = desk.run(&["copy", &copy]).ok();
    assert!(ran.text().contains("mine.txt") && ran.text().contains("left alone"), "{ran:?}");
    assert_eq!(fs::read_to_string(desk.path("copy/mine.txt")).expect("it is there"), "a shopping list");
    desk.check();
}

#[test]
fn a_copy_can_be_made_while_a_round_runs() {
    let site = Site::with(40);
    let desk = Desk::watching(&site);
    desk.round();
    let copy = desk.path("copy").display().to_string();
    for number in 1..=40 {
        site.edit(&number.to_string(), |page| page.paragraphs[0].push_str(" It was changed."));
    }
    let mut round = desk.start(&["fetch", "--recheck", "all", "--quiet"]);
    let mut copies = 0;
    while round.try_wait().expect("to wait").is_none() {
        let _ = desk.run(&["copy", &copy]).ok();
        let _ = audit(&desk.path("copy"), &[desk.key()]);
        copies += 1;
    }
    assert!(copies > 0);
    let _ = desk.run(&["copy", &copy]).ok();
    let compared = desk.json(&["verify", "--against", &copy]);
    assert_eq!(summary(&compared)["unsound"], 0, "{compared:?}");
    desk.check();
}

#[test]
fn what_is_no_place_for_a_copy_is_refused() {
    let (_site, desk, copy) = archive();
    for place in ["archive", "archive/copy", "."] {
        let _ = desk.run(&["copy", place]).status(2).says(&["not apart", "hint: "]);
    }
    let _ = desk.run(&["copy", "nowhere/copy"]).status(2).says(&["mount the disk"]);
    let _ = desk.run(&["verify", "--against", "nowhere"]).status(2).says(&["no archive"]);
    let _ = desk.run(&["repair", "--from", "nowhere"]).status(2).says(&["no archive"]);
    // a disk that is not mounted is not begun anew
    let _ = desk.run(&["copy", &copy]).ok();
    fs::rename(desk.path("copy"), desk.path("elsewhere")).expect("to move it");
    fs::create_dir(desk.path("copy")).expect("a mount point");
    let _ = desk.run(&["copy", &copy]).status(3).says(&["stood at", "mount its disk"]);
    assert!(walk(&desk.path("copy")).is_empty());
    let _ = desk.run(&["copy", "--new", &copy]).ok();
    desk.check();
}

#[test]
fn a_copy_of_another_log_is_refused_and_said_where_they_part() {
    let (site, desk, copy) = archive();
    copy_folder(&desk.archive(), &desk.path("older"));
    copy_folder(&desk.keys(), &desk.path("keys-then"));
    desk.round();
    let _ = desk.run(&["copy", &copy]).ok();
    // as if the disk and the keys had been put back to an earlier state, and another round was made
    for (from, to) in [("older", desk.archive()), ("keys-then", desk.keys())] {
        fs::remove_dir_all(&to).expect("to remove it");
        copy_folder(&desk.path(from), &to);
    }
    site.edit("2", |page| page.paragraphs[0].push_str(" Otherwise."));
    desk.round();
    let before = files(&desk.path("copy"));
    let _ = desk.run(&["copy", &copy]).status(3).says(&["is another one", "entries in common", "nothing was written"]);
    assert!(files(&desk.path("copy")) == before);
    let ran = desk.run(&["verify", "--against", &copy]).status(1);
    assert!(ran.text().contains("another log under the same name"), "{ran:?}");
    desk.check();
}

#[test]
fn what_is_damaged_here_is_put_back_from_the_copy() {
    let (_site, desk, copy) = archive();
    desk.round();
    let _ = desk.run(&["copy", &copy]).ok();
    let whole = files(&desk.archive());
    let (mut damaged, mut removed) = (0, 0);
    for (at, (name, bytes)) in whole.iter().enumerate().filter(|(_, (name, _))| name != "README.md") {
        let path = desk.archive().join(name);
        if at % 3 == 0 {
            fs::remove_file(&path).expect("to remove it");
            removed += 1;
        } else {
            let mut bytes = bytes.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 4;
            overwrite(&path, &bytes);
            damaged += 1;
        }
    }
    assert!(damaged > 3 && removed > 2);
    let _ = desk.run(&["verify"]).status(1);
    let bad = files(&desk.archive());
    let told = desk.json(&["repair", "--from", &copy, "--dry-run"]);
    assert!(files(&desk.archive()) == bad, "a dry run writes nothing");
    let done = desk.json(&["repair", "--from", &copy]);
    assert_eq!(summary(&told)["files"], summary(&done)["files"]);
    assert_eq!(summary(&done)["lost"], 0);
    let now = files(&desk.archive());
    let is_there = |bytes: &Vec<u8>| now.iter().any(|(_, other)| other == bytes);
    assert!(bad.iter().all(|(_, bytes)| is_there(bytes)), "what stood there is kept");
    let ran = desk.run(&["verify"]).ok();
    assert!(ran.text().contains("kept when `repair` put a good one in its place"), "{ran:?}");
    let again = desk.json(&["repair", "--from", &copy]);
    assert_eq!(summary(&again)["files"], 0, "{again:?}");
    desk.check();
}

#[test]
fn what_is_damaged_in_both_is_told_and_ends_with_one() {
    let (_site, desk, copy) = archive();
    let _ = desk.run(&["copy", &copy]).ok();
    let (name, bytes) = files(&desk.archive()).into_iter().find(|(name, _)| name.ends_with(".gz")).expect("a segment");
    overwrite(&desk.archive().join(&name), &bytes[..bytes.len() - 1]);
    overwrite(&desk.path("copy").join(&name), b"x");
    let ran = desk.run(&["verify", "--against", &copy]).status(1);
    assert_eq!(ran.text().matches("is not the one that was written").count(), 2, "{ran:?}");
    let ran = desk.run(&["copy", &copy]).status(1);
    assert!(ran.text().contains("left alone"), "{ran:?}");
    let ran = desk.run(&["repair", "--from", &copy]).status(1);
    assert!(ran.text().contains("the copy does not have it whole either"), "{ran:?}");
    desk.leave_damaged();
}

#[test]
fn an_archive_that_is_gone_comes_back_from_its_copy() {
    let (site, desk, copy) = archive();
    let _ = desk.run(&["copy", &copy]).ok();
    fs::remove_dir_all(desk.archive()).expect("to lose it");
    let _ = desk.run(&["repair", "--from", &copy]).status(3).says(&["no archive stands", "--whole"]);
    let _ = desk.run(&["repair", "--whole", "--from", &copy]).ok();
    site.edit("3", |page| page.paragraphs[0].push_str(" And so it went on."));
    let events = desk.round();
    assert!(events.iter().any(|event| event["event"] == "revised"), "{events:?}");
    desk.check();
}

#[test]
fn archives_of_several_vantages_are_copied_into_one() {
    let site = Site::with(2);
    let (one, other) = (Desk::watching(&site), Desk::watching(&site));
    one.round();
    other.round();
    let together = one.path("together").display().to_string();
    let _ = one.run(&["copy", &together]).ok();
    let _ = other.run(&["copy", &together]).ok();
    if audit(&one.path("together"), &[one.key(), other.key()]).is_some() {
        let ran = one.run(&["verify", "--against", &together]).ok();
        assert!(ran.text().contains("a log that is not in this archive"), "{ran:?}");
    }
    let ran = one.run(&["copy", &together]).ok();
    assert!(ran.text().contains("which is not here"), "{ran:?}");
    one.check();
    other.check();
}
