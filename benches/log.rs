//! A log of a million entries: appending in batches, and what is asked of it once it is long.
//!
//! `cargo bench --bench log`. `ENTRIES=N` makes another number of them, in batches of a thousand, as rounds do; `KEEP_LOG=FOLDER`
//! leaves the log there, for other programs to audit, and prints its key. Memory is the process's greatest so far.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onrecord::archive::checkpoint::SigningKey;
use onrecord::archive::log::{Log, LogWriter};
use onrecord::archive::merkle::{leaf_hash, verify_consistency, verify_inclusion};
use onrecord::archive::storage::{Disk, Storage};
use onrecord::model::digest::Digest;

/// Entries that are committed at once.
const BATCH: u64 = 1000;

/// Questions of each kind.
const ASKED: u64 = 1000;

/// An entry as long as that of a look at a statement.
fn entry(number: u64) -> String {
    let digest = Digest::of(&number.to_be_bytes()).hex();
    format!(
        "onrecord/1 capture\nround 2026-11-26T08:00:00.000Z\ntime 2026-11-26T08:00:01.000Z\nsource office\n\
         statement office/{digest}\nurl https://www.office.example/news/{number}.html\nstatus 200\nverdict statement\n\
         body sha256:{digest} kept\ntook 212\n\n{digest}  request\n{digest}  response\n{digest}  body\n"
    )
}

fn main() {
    let entries = std::env::var("ENTRIES").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let place = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("KEEP_LOG").map(PathBuf::from);
    let folder = kept.clone().unwrap_or_else(|| place.path().to_owned());
    let storage: Arc<dyn Storage> = Arc::new(Disk::open(folder.join("archive")));
    let desk: Arc<dyn Storage> = Arc::new(Disk::open(folder.join("desk")));
    let key = SigningKey::generate("bench-0").unwrap();
    let public = key.verifier();
    if kept.is_some() {
        println!("{public}");
    }
    let open = || Log::open(storage.clone(), "bench-0", None, Some(&public)).unwrap();
    let mut writer = LogWriter::open(open(), key, desk).unwrap();
    let mut sizes: Vec<(u64, Digest)> = Vec::new();
    let slices = (entries / BATCH / 10).max(1);
    let (begun, mut slice) = (Instant::now(), Instant::now());
    while writer.log().size() < entries {
        let size = writer.log().size();
        for number in size..entries.min(size + BATCH) {
            writer.push(entry(number));
        }
        writer.commit().unwrap();
        sizes.push((writer.log().size(), writer.log().root()));
        if (sizes.len() as u64).is_multiple_of(slices) {
            println!(
                "{:>9} entries: {:>6.2} ms a batch, {}",
                writer.log().size(),
                ms(slice.elapsed() / slices as u32),
                memory()
            );
            slice = Instant::now();
        }
    }
    println!("appended in {:.1} s", begun.elapsed().as_secs_f64());
    drop(writer);
    if kept.is_some() {
        return;
    }
    let log = open();
    let (size, root) = (log.size(), log.root());
    let random = Cell::new(1u64);
    let next = |bound: u64| {
        random.set(random.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        (random.get() >> 16) % bound
    };
    ask("opening, with the root", || drop(open()));
    ask("the root of an earlier size", || {
        let (size, root) = sizes[next(sizes.len() as u64) as usize];
        assert_eq!(log.root_at(size).unwrap(), root);
    });
    ask("a proof of inclusion, verified", || {
        let index = next(size);
        let proof = log.inclusion(index, size).unwrap().unwrap();
        assert!(verify_inclusion(index, size, &leaf_hash(entry(index).as_bytes()), &proof, &root));
    });
    ask("a proof of consistency, verified", || {
        let (old, old_root) = sizes[next(sizes.len() as u64) as usize];
        let proof = log.consistency(old, size).unwrap().unwrap();
        assert!(verify_consistency(old, size, &old_root, &root, &proof));
    });
    ask("an entry", || {
        let index = next(size);
        assert_eq!(log.entry(index).unwrap().unwrap(), entry(index).as_bytes());
    });
    println!("{}", memory());
}

fn ask(what: &str, mut question: impl FnMut()) {
    let mut times: Vec<Duration> = (0..ASKED)
        .map(|_| {
            let begun = Instant::now();
            question();
            begun.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| ms(times[(times.len() - 1) * share / 100]);
    println!("{what:<36} {:>7.3} ms, 99 of 100 in {:.3} ms, all in {:.3} ms", at(50), at(99), at(100));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The most memory that this process has had, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    format!("memory at most {peak}")
}
