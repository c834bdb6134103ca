//! A proof apart from its archive: what a sceptic accepts, and what not.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use onrecord::archive::checkpoint::VerifierKey;
use onrecord::model::digest::Digest;
use onrecord::model::finding::Level;
use onrecord::view::proof::Files;
use onrecord::view::proof::check::{Trust, check};

use crate::desk::Desk;
use crate::site::Site;

/// An office whose statement was revised once, and the proof of its first revision.
fn proved() -> (Site, Desk, String) {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    desk.round();
    site.edit("1", |page| page.paragraphs[1] = page.paragraphs[1].replace("107 servicemen", "90 servicemen"));
    desk.round();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let made = desk.run(&["prove", &format!("{id}@1"), "-o", "proof"]).ok();
    assert!(made.text().contains("no independent time: the operator's word"), "{}", made.text());
    (site, desk, id)
}

fn files(folder: &Path, below: &str, into: &mut Files) {
    for entry in std::fs::read_dir(folder.join(below)).expect("a folder") {
        let entry = entry.expect("a name");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(folder, &format!("{name}/"), into);
        } else {
            into.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn a_proof_is_checked_without_the_archive_and_never_clean_without_key_and_time() {
    let (_site, desk, id) = proved();
    let key = desk.key();
    let _ = desk.run(&["prove", &format!("{id}@1"), "-o", "proof.zip"]).ok();
    std::fs::rename(desk.archive(), desk.path("elsewhere")).expect("the archive can be taken away");
    for name in ["proof", "proof.zip"] {
        let bare = desk.run(&["verify", name]).status(3);
        assert!(
            ["signer", "time"].iter().all(|what| bare.text().contains(&format!("{what} not checked"))),
            "{}",
            bare.text()
        );
        let known = desk.run(&["verify", name, "--key", &key]).status(3);
        assert!(!known.text().contains("signer not checked"), "{}", known.text());
    }
    let other = "vantage+01234567+AaaqpN8UXlKF0sYSPJHyzgXSQxXBpJ1OSbBhgbKgcNsE";
    let _ = desk.run(&["verify", "proof", "--key", other]).status(2);
    std::fs::rename(desk.path("elsewhere"), desk.archive()).expect("and put back");
    desk.check();
}

#[test]
fn the_script_in_a_proof_says_the_same() {
    let (_site, desk, _) = proved();
    let has = |program: &str| Command::new(program).arg("version").output().is_ok_and(|ran| ran.status.success());
    if !has("openssl") {
        eprintln!("left out: openssl is not here");
        return;
    }
    let folder = desk.path("proof");
    let run = |key: &[&str]| {
        let ran = Command::new("sh").arg("verify.sh").args(key).current_dir(&folder).output().expect("sh runs");
        (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned())
    };
    assert_eq!(run(&[]).0, Some(3));
    let (status, said) = run(&[&desk.key()]);
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("time not checked") && !said.contains("signer not checked"), "{said}");
    let mut all = Files::new();
    files(&folder, "", &mut all);
    let entry = all.keys().find(|name| name.ends_with("/entry")).expect("an entry");
    let mut bytes = all[entry].clone();
    *bytes.last_mut().expect("not empty") ^= 1;
    std::fs::write(folder.join(entry), bytes).expect("written");
    assert_eq!(run(&[&desk.key()]).0, Some(1));
    desk.check();
}

#[test]
fn no_single_bit_of_the_evidence_can_be_another() {
    let (_site, desk, _) = proved();
    let mut sound = Files::new();
    files(&desk.path("proof"), "", &mut sound);
    let key: VerifierKey = desk.key().parse().expect("a key");
    let trust = Trust { key: Some(key), ..Trust::default() };
    let is_unsound =
        |files: &Files| check(files, &trust).findings.iter().any(|finding| finding.level == Level::Unsound);
    assert!(!is_unsound(&sound));
    let mut random = 0x9e37_79b9_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).expect("31 bits") % below
    };
    let evidence: Vec<&String> =
        sound.keys().filter(|name| !matches!(name.as_str(), "README.txt" | "verify.sh" | "SHA256SUMS")).collect();
    for name in evidence {
        for _ in 0..60 {
            let mut changed = sound.clone();
            let bytes = changed.get_mut(name).expect("it is there");
            let (at, bit) = (next(bytes.len()), next(8));
            bytes[at] ^= 1 << bit;
            // bits that fill up the last byte of a compressed stream are no part of what it holds
            if name.ends_with(".gz") && inflated(bytes) == inflated(&sound[name]) {
                continue;
            }
            // whoever changes a file makes the sums fit
            let sums: String = changed
                .iter()
                .filter(|(name, _)| *name != "SHA256SUMS")
                .map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes).hex()))
                .collect();
            changed.insert("SHA256SUMS".to_owned(), sums.into_bytes());
            assert!(is_unsound(&changed), "bit {bit} of byte {at} of {name} can be another");
        }
    }
    desk.check();
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).ok().map(|_| out)
}

#[test]
fn a_log_has_grown_from_the_checkpoint_that_was_kept_or_it_has_not() {
    let (site, desk, _) = proved();
    let line = desk.run(&["checkpoint"]).ok().text().trim().to_owned();
    assert_eq!(line.lines().count(), 1);
    site.edit("2", |page| page.paragraphs[1].push_str(" More was said."));
    desk.round();
    let _ = desk.run(&["verify", "--grown-from", &line]).ok();
    let other = Desk::watching(&site);
    other.round();
    let _ = other.run(&["verify", "--grown-from", &line]).status(2).says(&["not in this archive"]);
    desk.check();
    other.check();
}
