//! What keeping costs: appending captures to a disk, and verifying what is there.
//!
//! `cargo bench --bench archive`. With `KEEP_ARCHIVE=FOLDER` it makes an archive of 10,000 statements there (with its key and
//! a sources.toml) and ends, so that whole commands can be timed: `time onrecord --config FOLDER/sources.toml list`.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

mod filled;

use std::path::Path;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use url::Url;

use filled::{fill, page, read_as};
use onrecord::archive::audit::audit;
use onrecord::model::source::ReadSettings;
use onrecord::read;

/// Bytes of a page.
const SIZE: usize = 12 * 1024;

fn main() {
    if let Some(folder) = std::env::var_os("KEEP_ARCHIVE") {
        let folder = Path::new(&folder);
        let (bytes, _) = fill(folder, 10_000, SIZE);
        println!("10,000 statements of {bytes} bytes in {}", folder.display());
        return;
    }
    divan::main();
}

#[divan::bench]
fn read_a_page(bencher: Bencher) {
    let body = page(4711, SIZE).into_bytes();
    let url = Url::parse("http://127.0.0.1:9/news/4711.html").unwrap();
    bencher.counter(BytesCount::new(body.len())).bench(|| read::read(&read_as(&body, &url), &ReadSettings::default()));
}

#[divan::bench(args = [200, 1000], sample_count = 5)]
fn read_and_append_captures(bencher: Bencher, count: usize) {
    let bytes: usize = (0..count).map(|n| page(n, SIZE).len()).sum();
    bencher
        .counter(ItemsCount::new(count))
        .counter(BytesCount::new(bytes))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|folder| {
            fill(folder.path(), count, SIZE);
            folder
        });
}

#[divan::bench(args = [1000], sample_count = 5)]
fn verify(bencher: Bencher, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, places) = fill(folder.path(), count, SIZE);
    bencher.counter(ItemsCount::new(count)).counter(BytesCount::new(bytes)).bench(|| {
        let mut findings = 0;
        audit(&places, &mut |_| findings += 1, &|_, _| ()).unwrap();
        assert_eq!(findings, 0);
    });
}
