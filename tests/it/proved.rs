//! A proof apart from its archive: what a sceptic accepts, and what not.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use onrecord::model::digest::Digest;
use onrecord::view::proof::Files;

use crate::desk::Desk;
use crate::site::{Mishap, Site, path_of};

/// An office whose statement was revised once, and the proof of its first revision.
pub fn proved() -> (Site, Desk, String) {
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

/// Reads the files below a folder.
pub fn files(folder: &Path, below: &str, into: &mut Files) {
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
    let run = |shell: &str, key: &[&str]| {
        let ran = Command::new(shell).arg("verify.sh").args(key).current_dir(&folder).output().expect("a shell runs");
        (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
    };
    let mut all = Files::new();
    files(&folder, "", &mut all);
    let key = desk.key();
    let is_here = |shell: &&str| Command::new(shell).args(["-c", "exit 0"]).output().is_ok();
    for shell in ["sh", "dash", "bash"].iter().filter(|shell| is_here(shell)) {
        assert_eq!(run(shell, &[]).0, Some(3));
        let (status, said) = run(shell, &[&key]);
        assert_eq!(status, Some(3), "{shell}: {said}");
        assert!(said.contains("time not checked") && !said.contains("signer not checked"), "{shell}: {said}");
        for (name, bytes) in tampered(&all) {
            for (name, bytes) in
                &summed([all.clone(), [(name.to_owned(), bytes)].into()].into_iter().flatten().collect())
            {
                std::fs::write(folder.join(name), bytes).expect("written");
            }
            let (status, said) = run(shell, &[&key]);
            assert_eq!(status, Some(1), "{shell} takes another {name}: {said}");
            assert!(said.contains("UNSOUND"), "{said}");
            let _ = desk.run(&["verify", "proof", "--key", &key]).status(1);
        }
        for (name, bytes) in &all {
            std::fs::write(folder.join(name), bytes).expect("written");
        }
    }
    desk.check();
}

/// Proves a statement, and checks that this holds, by us and by its script; gives the kinds of its records, in order.
pub fn records_of(desk: &Desk, statement: &str) -> Vec<String> {
    let _ = desk.run(&["prove", statement, "-o", "whole"]).ok();
    let key = desk.key();
    let _ = desk.run(&["verify", "whole", "--key", &key]).status(3);
    let folder = desk.path("whole");
    if Command::new("openssl").arg("version").output().is_ok() {
        let ran = Command::new("sh").args(["verify.sh", &key]).current_dir(&folder).output().expect("sh runs");
        assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    }
    let packed = std::fs::read(folder.join("records.warc.gz")).expect("the records");
    let mut bytes = Vec::new();
    MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("gzip");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.lines().filter_map(|line| line.strip_prefix("WARC-Type: ")).map(str::to_owned).collect()
}

#[test]
fn a_redirect_is_in_a_proof_with_all_its_records() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    let moved = crate::pages::statement(&crate::pages::Page::numbered(2), None);
    site.mishap("/press/moved-statement-2.html", Mishap::Body("text/html; charset=utf-8", moved.into_bytes()));
    site.mishap(&path_of("2"), Mishap::Redirect(301, "/press/moved-statement-2.html".to_owned()));
    desk.round();
    let id = desk.statement_at(&site.page("2"))["statement"].as_str().expect("an id").to_owned();
    let mut kinds = records_of(&desk, &id);
    kinds.sort();
    assert_eq!(kinds, ["request", "request", "response", "response", "warcinfo"]);
    desk.check();
}

/// Changes of a proof, each of one file, whose sums are made to fit.
fn tampered(all: &Files) -> Vec<(&str, Vec<u8>)> {
    let flipped = |end: &str| {
        let (name, bytes) = all.iter().find(|(name, _)| name.ends_with(end)).expect("it is there");
        let mut bytes = bytes.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        (name.as_str(), bytes)
    };
    let mut changed: Vec<_> = ["/entry", "/body", "/text", "/request", ".tlog-proof", "checkpoint"].map(flipped).into();
    let mut records = String::new();
    MultiGzDecoder::new(&all["records.warc.gz"][..]).read_to_string(&mut records).expect("text");
    let mut record = |from: &str, to: &str| {
        assert!(records.contains(from), "{from:?} is not in {records}");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(records.replace(from, to).as_bytes()).expect("to memory");
        changed.push(("records.warc.gz", gzip.finish().expect("to memory")));
    };
    record("107 servicemen", "906 servicemen");
    record("Content-Length: ", "content-length: ");
    record("Content-Length: ", "Content-Length: 9\r\nContent-Length: ");
    record("\r\n\r\n", "\r\n\r\nx");
    changed
}

/// The files with `SHA256SUMS` made to fit, as whoever changes a file does.
pub fn summed(mut files: Files) -> Files {
    files.remove("SHA256SUMS");
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes).hex())).collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    files
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
