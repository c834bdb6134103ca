//! What keeping costs: appending captures to a disk, and verifying what is there.
//!
//! `cargo bench --bench archive`. With `KEEP_ARCHIVE=FOLDER` it makes an archive of 10,000 statements there (with its key and
//! a sources.toml) and ends, so that whole commands can be timed: `time onrecord --config FOLDER/sources.toml list`.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use url::Url;

use onrecord::archive::audit::audit;
use onrecord::archive::index::IndexPlace;
use onrecord::archive::keyring::Keyring;
use onrecord::archive::reader::Places;
use onrecord::archive::sight::{Readings, Sight};
use onrecord::archive::stamps::Roots;
use onrecord::archive::storage::{Disk, Storage};
use onrecord::archive::writer::Writer;
use onrecord::model::capture::{Exchange, Judgement, Verdict, Visit};
use onrecord::model::source::{Keep, ReadSettings};
use onrecord::model::statement::{SourceId, StatementId};
use onrecord::read::{self, Page};

fn main() {
    if let Some(folder) = std::env::var_os("KEEP_ARCHIVE") {
        let folder = Path::new(&folder);
        let (bytes, _) = fill(folder, 10_000);
        println!("10,000 statements of {bytes} bytes in {}", folder.display());
        return;
    }
    divan::main();
}

/// A page of about 12 KB, as press offices have them.
fn page(n: usize) -> String {
    let menu: String =
        (0..40).map(|i| format!("<li><a href=\"/section/{i}\">Section number {i} of the site</a></li>")).collect();
    let paragraphs: String = (0..8)
        .map(|i| {
            format!(
                "<p>Statement {n}, paragraph {i}: the Ministry informs that {} units took part in the exercise, which was \
                 concluded on schedule, and that the movement of columns on public roads ended at {:02}:{:02}.</p>",
                n * 7 + i,
                n % 24,
                (n * 13 + i) % 60
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Statement {n} | Ministry</title><meta property=\"article:published_time\" \
         content=\"2026-11-20T10:00:00+00:00\"></head><body><nav><ul>{menu}</ul></nav><main><article><h1>Statement {n} on the exercise</h1>\
         {paragraphs}</article></main><aside><ul>{menu}</ul></aside><footer>Visitors: {n}</footer></body></html>"
    )
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// Fills an archive with so many statements; gives the bytes of their pages, and where it lies.
fn fill(folder: &Path, count: usize) -> (usize, Places) {
    let ring = Keyring::new(&folder.join("keys"));
    let key = ring.generate("bench").unwrap();
    ring.set_place(key.name(), &folder.join("archive")).unwrap();
    let source: SourceId = "office".parse().unwrap();
    let config = "[archive]\nkey = \"keys/\"\n[[source]]\nid = \"office\"\nname = \"Office\"\nurl = \"http://127.0.0.1:9/news\"\n";
    std::fs::write(folder.join("sources.toml"), config).unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Disk::open(folder.join("archive")));
    let places = Places {
        storage,
        index: IndexPlace::File(folder.join("archive/index.sqlite")),
        desk: Some(ring.store()),
        keys: vec![key.verifier()],
        roots: Roots::none(),
    };
    let mut writer = Writer::open(places.clone(), key, ring.store(), "a benchmark", "onrecord/bench", start()).unwrap();
    let judgement = Judgement { verdict: Verdict::Statement, evidence: vec![], final_at_once: false };
    let mut bytes = 0;
    for n in 0..count {
        let body = page(n).into_bytes();
        bytes += body.len();
        let url = Url::parse(&format!("http://127.0.0.1:9/news/{n}.html")).unwrap();
        let now = start() + TimeDelta::seconds(n as i64);
        let reading = read::read(&read_as(&body, &url), &ReadSettings::default());
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len());
        let answer = Exchange {
            url: url.clone(),
            at: now,
            request: format!("GET /news/{n}.html HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n").into_bytes(),
            head: head.into_bytes(),
            status: 200,
            headers: vec![("content-type".into(), "text/html".into())],
            body,
            protocols: vec!["http/1.1".into()],
            tls: None,
            ip: None,
            elapsed: Duration::ZERO,
        };
        let visit = Visit { hops: vec![], answer };
        let sight = Sight::of(start(), &source, &visit, &judgement);
        let readings = Readings { fresh: Some(reading), again: None };
        writer
            .capture(&StatementId::mint(&source, url.as_str()), &sight, readings, Keep::Changed, Duration::ZERO)
            .unwrap();
        if n % 500 == 499 {
            writer.publish(now).unwrap();
        }
    }
    writer.publish(start()).unwrap();
    (bytes, places)
}

fn read_as<'a>(body: &'a [u8], url: &'a Url) -> Page<'a> {
    Page { body, content_type: Some("text/html; charset=utf-8"), url: Some(url), captured_at: None }
}

#[divan::bench]
fn read_a_page(bencher: Bencher) {
    let body = page(4711).into_bytes();
    let url = Url::parse("http://127.0.0.1:9/news/4711.html").unwrap();
    bencher.counter(BytesCount::new(body.len())).bench(|| read::read(&read_as(&body, &url), &ReadSettings::default()));
}

#[divan::bench(args = [200, 1000], sample_count = 5)]
fn read_and_append_captures(bencher: Bencher, count: usize) {
    let bytes: usize = (0..count).map(|n| page(n).len()).sum();
    bencher
        .counter(ItemsCount::new(count))
        .counter(BytesCount::new(bytes))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_values(|folder| {
            fill(folder.path(), count);
            folder
        });
}

#[divan::bench(args = [1000], sample_count = 5)]
fn verify(bencher: Bencher, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, places) = fill(folder.path(), count);
    bencher.counter(ItemsCount::new(count)).counter(BytesCount::new(bytes)).bench(|| {
        let mut findings = 0;
        audit(&places, &mut |_| findings += 1, &|_, _| ()).unwrap();
        assert_eq!(findings, 0);
    });
}
