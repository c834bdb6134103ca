//! Single bits, changed at random: none of a proof is accepted, none of an archive goes unreported.
//!
//! `ONRECORD_MUTATIONS=1000` makes so many changes of each (100 otherwise), `ONRECORD_SEED=N` other ones. What may be
//! another without being noticed is said in `docs/threats.md`, and nothing else is let through here.

use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use onrecord::archive::audit::audit;
use onrecord::archive::checkpoint::VerifierKey;
use onrecord::archive::index::IndexPlace;
use onrecord::archive::reader::Places;
use onrecord::archive::stamps::Roots;
use onrecord::archive::storage::Disk;
use onrecord::model::finding::{Finding, Level};
use onrecord::view::proof::Files;
use onrecord::view::proof::check::{Checked, Trust, check};

use crate::authority::{Authority, file};
use crate::desk::Desk;
use crate::proved::{files, proved, summed};
use crate::refusals::{overwrite, walk};
use crate::site::Site;
use crate::stamped;

fn set(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |value| value.parse().expect("a number"))
}

fn mutations() -> u64 {
    set("ONRECORD_MUTATIONS", 100)
}

/// Numbers that look like chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        Self(set("ONRECORD_SEED", 0x9e37_79b9))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    /// Changes a bit of some bytes, and gives its place.
    fn flip(&mut self, bytes: &mut [u8]) -> String {
        let (at, bit) = (self.below(bytes.len()), self.below(8));
        bytes[at] ^= 1 << bit;
        format!("bit {bit} of byte {at} of {}", bytes.len())
    }
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut out).ok().map(|_| out)
}

#[test]
fn no_bit_of_a_proof_can_be_another() {
    let (_site, desk, _) = proved();
    let key: VerifierKey = desk.key().parse().expect("a key");
    changes_bits_of_the_proof(&desk, &Trust { key: Some(key), ..Trust::default() });
}

#[test]
fn no_bit_of_a_proof_with_stamps_can_be_another() {
    let (_office, desk, trust) = stamped_proof();
    changes_bits_of_the_proof(&desk, &trust);
}

/// A place whose rounds an authority stamps, with the proof of a statement, and what its stamps are checked under.
fn stamped_proof() -> ((Site, Authority), Desk, Trust) {
    let (site, tsa) = (Site::with(3), Authority::open());
    let desk = stamped::desk(&site, &[tsa.url(""), tsa.url("second")], &stamped::root());
    desk.round();
    site.edit("1", |page| page.paragraphs[1].push_str(" No date is given."));
    desk.round();
    let _ = desk.run(&["stamp"]).ok();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let _ = desk.run(&["prove", &format!("{id}@2"), "-o", "proof"]).ok();
    let mut roots = Roots::none();
    roots.add_pem(&fs::read(file("root.pem")).expect("a root")).expect("a root");
    let key = Some(desk.key().parse().expect("a key"));
    ((site, tsa), desk, Trust { key, roots })
}

/// Changes bits of the proof at a desk, with sums that do not fit and with sums that do.
fn changes_bits_of_the_proof(desk: &Desk, trust: &Trust) {
    let mut sound = Files::new();
    files(&desk.path("proof"), "", &mut sound);
    let unsound = |told: &Checked| told.findings.iter().any(|finding| finding.level == Level::Unsound);
    let times = |told: &Checked| -> Vec<_> {
        told.times.iter().map(|time| (time.by, time.size, time.signer.clone())).collect()
    };
    let told = check(&sound, trust);
    assert!(!unsound(&told), "{:?}", told.findings);
    let names: Vec<&String> = sound.keys().collect();
    let mut chance = Chance::new();
    let (mut changed, mut packing) = (0, 0);
    for _ in 0..mutations() {
        // every file as often as any other, and so the small ones, where every bit counts
        let name = names[chance.below(names.len())];
        let mut files = sound.clone();
        let place = chance.flip(files.get_mut(name).expect("it is there"));
        assert!(unsound(&check(&files, trust)), "{place} of {name} can be another");
        // whoever changes a file on purpose makes the sums fit; what explains a proof is not what proves
        if matches!(name.as_str(), "README.txt" | "verify.sh" | "SHA256SUMS") {
            continue;
        }
        // a bit that only says how the records are packed changes nothing that comes out
        if name.ends_with(".gz") && unpacked(&files[name]) == unpacked(&sound[name]) {
            packing += 1;
            continue;
        }
        changed += 1;
        let after = check(&summed(files), trust);
        // an authority signs the time and the digest, and not all that it wraps around them; a certificate of its chain
        // that is another leads to no root, and then the time is not checked
        let not_checked = after.findings.iter().any(|finding| finding.level == Level::NotChecked);
        let no_other_time = name.ends_with(".tsr") && (not_checked || times(&after) == times(&told));
        assert!(unsound(&after) || no_other_time, "{place} of {name} can be another, with sums that fit");
    }
    assert!(changed > mutations() / 2 && packing <= changed / 20, "{changed} changed, {packing} in packing alone");
    desk.check();
}

/// What lies in a .zip, by its names; `None` where it cannot be read.
fn zipped(bytes: &[u8]) -> Option<Files> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        files.insert(file.name().ok()?.into_owned(), bytes);
    }
    Some(files)
}

#[test]
fn no_bit_of_a_proof_in_a_zip_can_be_another() {
    let (_site, desk, id) = proved();
    let _ = desk.run(&["prove", &format!("{id}@1"), "-o", "sound.zip"]).ok();
    let sound = fs::read(desk.path("sound.zip")).expect("a zip");
    let (inside, key) = (zipped(&sound).expect("a zip"), desk.key());
    let mut chance = Chance::new();
    let mut accepted = 0;
    for _ in 0..mutations() {
        let mut bytes = sound.clone();
        let place = chance.flip(&mut bytes);
        fs::write(desk.path("changed.zip"), &bytes).expect("written");
        let ran = desk.run(&["verify", "changed.zip", "--key", &key]);
        match ran.status {
            1 | 2 => {}
            3 => {
                accepted += 1;
                // a date or a right in the .zip's own headers, which nobody asks for: what comes out is the same
                assert_eq!(zipped(&bytes).as_ref(), Some(&inside), "{place} can be another: {ran:?}");
            }
            other => panic!("{other}: {ran:?}"),
        }
    }
    assert!(accepted <= mutations() / 4, "{accepted} of {} accepted", mutations());
    desk.check();
}

/// An archive with all kinds of history, stamps among them.
fn archive() -> (Site, Desk) {
    let (site, tsa) = (Site::with(4), Authority::open());
    let desk = stamped::desk(&site, &[tsa.url("")], &stamped::root());
    desk.round();
    site.edit("1", |page| page.paragraphs[1].push_str(" No date is given."));
    site.withdraw("2", 410);
    desk.round();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let _ = desk.run(&["note", &id, "a remark"]).ok();
    let _ = desk.run(&["stamp"]).ok();
    desk.check();
    (site, desk)
}

#[test]
fn every_bit_of_an_archive_outside_the_index_is_reported() {
    let (_site, desk) = archive();
    let mut roots = Roots::none();
    roots.add_pem(&fs::read(file("root.pem")).expect("a root")).expect("a root");
    let places = Places {
        storage: Arc::new(Disk::open(desk.archive())),
        index: IndexPlace::Memory,
        desk: None,
        keys: vec![desk.key().parse().expect("a key")],
        roots,
    };
    let found = || {
        let mut findings: Vec<Finding> = Vec::new();
        audit(&places, &mut |finding| findings.push(finding), &|_, _| ()).expect("it can be read");
        findings
    };
    assert_eq!(found(), [], "before anything is changed");
    let is_evidence = |path: &PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        // the lock, while somebody writes, and the cache
        !name.starts_with('.') && !name.starts_with("index.")
    };
    let all: Vec<PathBuf> = walk(&desk.archive()).into_iter().filter(is_evidence).collect();
    assert!(all.len() > 10, "{all:?}");
    let mut chance = Chance::new();
    for _ in 0..mutations() {
        let path = &all[chance.below(all.len())];
        let key = path.strip_prefix(desk.archive()).expect("inside").to_string_lossy().replace('\\', "/");
        let whole = fs::read(path).expect("a file");
        let mut bytes = whole.clone();
        let place = chance.flip(&mut bytes);
        overwrite(path, &bytes);
        let findings = found();
        // the page that explains the format is no evidence: another one is told, and is no fault
        let least = if key == "README.md" { Level::Note } else { Level::Unsound };
        let named = findings.iter().any(|finding| finding.level == least && finding.place.contains(&key));
        assert!(named, "{place} of {key} is not reported: {findings:?}");
        overwrite(path, &whole);
    }
    assert_eq!(found(), [], "after all is as it was");
    desk.check();
}
