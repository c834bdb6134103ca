//! What verifying costs beside what it cannot do without: the same bytes through SHA-256 once, and through inflate once.
//!
//! `cargo bench --bench verify`. For each archive, all in one run and in the page cache, the fastest of some runs: `openssl dgst
//! -sha256` over everything that its segments hold uncompressed, decompression alone (`gzip -dc`, and the library that we use,
//! in memory), and `audit`, on one core and on two. The pace is what the first two take together, of what the audit takes.
//! Needs openssl and gzip. `STATEMENTS=N` sets how many pages of 12 KB there are (a fifth of that of 60 KB); `KEEP_ARCHIVE=FOLDER` makes the
//! archives there, so that whole commands can be timed and profiled.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

mod filled;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;

use onrecord::archive::audit::audit;
use onrecord::archive::reader::Places;

/// Of so many runs, the fastest counts: what disturbs a run only ever slows it.
const RUNS: usize = 5;

fn main() {
    let statements = std::env::var("STATEMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let kept = std::env::var_os("KEEP_ARCHIVE").map(PathBuf::from);
    for (size, count) in [(12, statements), (60, statements / 5)] {
        let place = tempfile::tempdir().unwrap();
        let folder = kept.as_ref().map_or_else(|| place.path().to_owned(), |kept| kept.join(format!("{size}k")));
        fs::create_dir_all(&folder).unwrap();
        let (_, places) = filled::fill(&folder, count, size * 1024);
        if kept.is_none() {
            println!("\n{count} statements on pages of {size} KB");
            measure(&folder, &places);
        }
    }
}

fn measure(folder: &Path, places: &Places) {
    let mut segments = Vec::new();
    files(&folder.join("archive/segments"), &mut segments);
    let whole = folder.join("uncompressed");
    let bytes = decompress(&segments, &mut File::create(&whole).unwrap());
    let report = |what: &str, time: Duration| {
        let pace = bytes as f64 / 1e6 / time.as_secs_f64();
        println!("  {what:<36} {:>8.1} ms {pace:>8.0} MB/s", time.as_secs_f64() * 1e3);
        time
    };
    println!("  {:.1} MB in {} segment files", bytes as f64 / 1e6, segments.len());
    let hashing =
        report("openssl dgst -sha256", fastest(|| run(Command::new("openssl").args(["dgst", "-sha256"]).arg(&whole))));
    let gzip = report("gzip -dc", fastest(|| run(Command::new("gzip").arg("-dc").args(&segments))));
    let inflate =
        report("the library's decompression", fastest(|| assert_eq!(decompress(&segments, &mut io::sink()), bytes)));
    let on = |cores: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap();
        let audit = || {
            let mut findings = Vec::new();
            pool.install(|| audit(places, &mut |finding| findings.push(finding), &|_, _| ())).unwrap();
            assert!(findings.is_empty(), "{findings:?}");
        };
        report(&format!("verify on {cores} core(s)"), fastest(audit))
    };
    let (one, two) = (on(1), on(2));
    let pace = |decompression: Duration| (hashing + decompression).as_secs_f64() / one.as_secs_f64();
    println!(
        "  pace on one core: {:.2} of openssl and gzip, {:.2} of openssl and the library",
        pace(gzip),
        pace(inflate)
    );
    println!("  two cores: {:.2} times one", one.as_secs_f64() / two.as_secs_f64());
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let time = |()| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    [(); RUNS].map(time).into_iter().min().unwrap()
}

fn run(command: &mut Command) {
    assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{command:?}");
}

fn decompress(segments: &[PathBuf], out: &mut impl io::Write) -> u64 {
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    for segment in segments {
        let mut from = MultiGzDecoder::new(File::open(segment).unwrap());
        loop {
            let count = from.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            out.write_all(&buffer[..count]).unwrap();
            total += count as u64;
        }
    }
    total
}

/// The segment files below a folder, in order.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "gz") {
            into.push(path);
        }
    }
}
