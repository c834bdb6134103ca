//! Proofs that somebody made to do harm: each is refused or unsound, in bounded time and memory, and nothing is written.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use onrecord::model::digest::Digest;
use onrecord::view::proof::Files;

use crate::desk::Desk;
use crate::proved::{files, proved, summed};

/// Longest that any of them may take, and most memory, in KiB.
const PATIENCE: Duration = Duration::from_secs(60);
const MEMORY: u64 = 2 * 1024 * 1024;

/// A sound proof, as its files, and somebody who has the log's key.
fn sound() -> (Sceptic, Files) {
    let (_site, desk, _) = proved();
    let mut sound = Files::new();
    files(&desk.path("proof"), "", &mut sound);
    let key = desk.key();
    desk.check();
    (Sceptic { desk, key }, sound)
}

struct Sceptic {
    desk: Desk,
    key: String,
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a name");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

impl Sceptic {
    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.desk.path(name), bytes).expect("written");
    }

    fn pack(&self, name: &str, files: &Files) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        self.write(name, &zip(&files));
    }

    /// Checks a proof with bounded memory: it is refused or unsound, soon, shortly, and nothing is left behind.
    #[track_caller]
    fn refuses(&self, name: &str) {
        let (before, began) = (self.listing(), Instant::now());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -v {MEMORY} 2>/dev/null; exec \"$@\""), "sh"]);
        command.args([env!("CARGO_BIN_EXE_onrecord"), "verify", name, "--key", &self.key]);
        let ran = command.current_dir(self.desk.folder()).output().expect("to run");
        let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(matches!(ran.status.code(), Some(1 | 2)), "{name}: {:?}\n{said}", ran.status);
        assert!(!said.contains("sound as far") && !said.contains("\nsound"), "{name}: {said}");
        assert!(said.len() < 200_000, "{name} is told in {} bytes", said.len());
        assert!(began.elapsed() < PATIENCE, "{name} takes {:?}", began.elapsed());
        assert_eq!(self.listing(), before, "{name} leaves something behind");
    }

    /// What lies in the desk's folders.
    fn listing(&self) -> Vec<PathBuf> {
        let here = self.desk.folder();
        let above = here.parent().expect("a folder").to_owned();
        let names =
            |folder: PathBuf| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a name").path());
        let mut all: Vec<PathBuf> = names(above).chain(names(here)).collect();
        all.sort();
        all
    }
}

fn gzip(mut bytes: impl Read) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut bytes, &mut gzip).expect("to memory");
    gzip.finish().expect("to memory")
}

#[test]
fn a_zip_that_unpacks_to_more_than_a_proof_is_refused() {
    let (sceptic, sound) = sound();
    let mut bomb = ZipWriter::new(File::create(sceptic.desk.path("bomb.zip")).expect("a file"));
    bomb.start_file("proof/records.warc.gz", SimpleFileOptions::default().large_file(true)).expect("a name");
    std::io::copy(&mut std::io::repeat(0).take(600 << 20), &mut bomb).expect("written");
    bomb.finish().expect("a zip");
    sceptic.refuses("bomb.zip");
    // the bomb inside the records: zeros without end, records without end
    let huge = gzip(std::io::repeat(0).take(100 << 20));
    let head = "WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 2000000000\r\n\r\n";
    let long = gzip(head.as_bytes().chain(std::io::repeat(b' ').take(100 << 20)));
    let small = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n".repeat(300_000);
    for (at, records) in [huge, long, gzip(&small[..])].into_iter().enumerate() {
        let mut files = sound.clone();
        files.insert("records.warc.gz".to_owned(), records);
        let name = format!("records{at}.zip");
        sceptic.pack(&name, &summed(files));
        sceptic.refuses(&name);
    }
}

#[test]
fn names_that_lead_elsewhere_or_stand_twice_are_refused() {
    let (sceptic, sound) = sound();
    let whole: Vec<(&str, &[u8])> = sound.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let mut at = 0;
    let mut check = |bytes: Vec<u8>| {
        at += 1;
        let name = format!("{at}.zip");
        sceptic.write(&name, &bytes);
        sceptic.refuses(&name);
    };
    for name in [
        "../evil",
        "/etc/evil",
        "entries/../../evil",
        "a\\..\\evil",
        "C:evil",
        "a//b",
        "./evil",
        "CHECKPOINT",
        "e\u{7}",
    ] {
        check(zip(&[&whole[..], &[(name, b"evil")]].concat()));
    }
    // a name that stands twice: the writer refuses it, so another of the same length is made the same
    let twice = zip(&[&whole[..], &[("checkpoinx", b"another checkpoint")]].concat());
    check(replaced(&twice, b"checkpoinx", b"checkpoint"));
    // one name here and another there: some programs go by the one, some by the other
    let local = zip(&whole);
    let first = local.windows(10).position(|part| part == b"checkpoint").expect("its own header");
    check([&local[..first], b"checkpoinx", &local[first + 10..]].concat());
    let mut links = ZipWriter::new(Cursor::new(zip(&whole)));
    links = ZipWriter::new_append(links.finish().expect("a zip"))
        .unwrap_or_else(|_| ZipWriter::new(Cursor::new(Vec::new())));
    links.add_symlink("entries/9999/entry", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
    check(links.finish().expect("a zip").into_inner());
    for broken in [&b"PK\x05\x06"[..], b"", &zip(&whole)[..2000], &[b'x'; 5000]] {
        check(broken.to_vec());
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, part)| part == &from).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn files_of_another_kind_and_too_many_are_refused() {
    let (sceptic, _) = sound();
    let proof = sceptic.desk.path("proof");
    let within = |change: &dyn Fn()| {
        change();
        sceptic.refuses("proof");
    };
    #[cfg(unix)]
    {
        let link = proof.join("named");
        within(&|| std::os::unix::fs::symlink("/etc", &link).expect("a link"));
        fs::remove_file(&link).expect("to remove it");
        let fifo = proof.join("entries/pipe");
        within(&|| assert!(Command::new("mkfifo").arg(&fifo).status().expect("to run").success()));
        fs::remove_file(&fifo).expect("to remove it");
    }
    let deep = proof.join("entries/1/2/3/4");
    within(&|| fs::create_dir_all(&deep).expect("folders"));
    fs::remove_dir_all(proof.join("entries/1/2")).expect("to remove them");
    // a file that has no bytes, and says that it has many
    let sparse = proof.join("sparse");
    within(&|| File::create(&sparse).and_then(|file| file.set_len(1 << 40)).expect("a sparse file"));
    fs::remove_file(&sparse).expect("to remove it");
    let checkpoint = fs::read(proof.join("checkpoint")).expect("there");
    within(&|| {
        fs::remove_file(proof.join("checkpoint")).expect("to remove it");
        fs::create_dir(proof.join("checkpoint")).expect("a folder");
    });
    fs::remove_dir(proof.join("checkpoint")).expect("to remove it");
    fs::write(proof.join("checkpoint"), checkpoint).expect("written");
    within(&|| (0..10_001).for_each(|at| fs::write(proof.join(format!("{at}")), "").expect("written")));
}

#[test]
fn a_proof_made_of_nothing_but_faults_is_told_shortly() {
    let (sceptic, sound) = sound();
    let mut files = sound.clone();
    files.insert("SHA256SUMS".to_owned(), b"no sum\n".repeat(2_000_000));
    let mut entry = b"onrecord/1 capture\n\n".to_vec();
    for at in 0..200_000 {
        entry.extend_from_slice(format!("{}  f{at}\n", Digest::of(b"").hex()).as_bytes());
    }
    files.insert("entries/7777/entry".to_owned(), entry);
    for at in 0..5_000 {
        files.insert(format!("entries/{at}/nothing"), b"x".to_vec());
    }
    sceptic.pack("faults.zip", &files);
    sceptic.refuses("faults.zip");
    let long =
        [&b"x".repeat(5_000_000)[..], b"\n", Digest::of(b"").hex().as_bytes(), b"  ", &b"y".repeat(5_000_000)].concat();
    sceptic.pack("long.zip", &[("SHA256SUMS".to_owned(), long)].into());
    sceptic.refuses("long.zip");
    sceptic.write("name.zip", &zip(&[("z".repeat(60_000).as_str(), b"")]));
    sceptic.refuses("name.zip");
    let mut files = sound;
    files.insert("y".repeat(200), b"a stranger".to_vec());
    files.insert("checkpoint".to_owned(), b"\n".repeat(5_000_000));
    sceptic.pack("faults.zip", &files);
    sceptic.refuses("faults.zip");
}
