//! An archive to measure by: an office of so many statements, read and kept as a round would.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use onrecord::archive::index::IndexPlace;
use onrecord::archive::keyring::Keyring;
use onrecord::archive::reader::Places;
use onrecord::archive::sight::{ListingSight, Readings, Sight};
use onrecord::archive::stamps::Roots;
use onrecord::archive::storage::{Disk, Storage};
use onrecord::archive::writer::Writer;
use onrecord::model::capture::{Exchange, Judgement, Verdict, Visit};
use onrecord::model::entry::Tally;
use onrecord::model::source::{Keep, ReadSettings};
use onrecord::model::statement::{SourceId, StatementId};
use onrecord::read::{self, Page};

/// Statements that a round finds.
const ROUND: usize = 500;

/// Words that a press office uses, for texts that compress as texts do.
const WORDS: &str = "the ministry of defence informs that units took part in exercise which was concluded on schedule and \
    movement columns public roads ended at border checkpoint representatives both sides held consultations regarding \
    delimitation commission agreed next meeting will take place capital according to press service servicemen wounded \
    ceasefire regime observed along line contact since morning no incidents were registered minister stated during \
    briefing president signed decree humanitarian cargo passed through corridor under supervision observers mission \
    reported additional measures security infrastructure reconstruction programme settlement district region villages \
    residents returned demining operations hectares cleared mines anti-tank unexploded ordnance neutralized annually";

/// A page of about `size` bytes, 12 KB at the least: frame as press offices have it, and the rest paragraphs.
pub fn page(n: usize, size: usize) -> String {
    let menu: String =
        (0..40).map(|i| format!("<li><a href=\"/section/{i}\">Section number {i} of the site</a></li>")).collect();
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = n as u64 + 1;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize
    };
    let mut paragraphs = String::new();
    let frame = 2 * menu.len() + 400;
    for i in 0.. {
        if i >= 8 && paragraphs.len() + frame >= size {
            break;
        }
        paragraphs.push_str(&format!("<p>Statement {n}, paragraph {i}:"));
        for _ in 0..40 + next() % 40 {
            paragraphs.push(' ');
            match next() % 24 {
                0 => paragraphs.push_str(&(next() % 10_000).to_string()),
                _ => paragraphs.push_str(words[next() % words.len()]),
            }
        }
        paragraphs.push_str(".</p>\n");
    }
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Statement {n} | Ministry</title><meta property=\"article:published_time\" \
         content=\"2026-11-20T10:00:00+00:00\"></head><body><nav><ul>{menu}</ul></nav><main><article><h1>Statement {n} on the exercise</h1>\
         {paragraphs}</article></main><aside><ul>{menu}</ul></aside><footer>Visitors: {n}</footer></body></html>"
    )
}

/// When it begins.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// Fills an archive with so many statements on pages of this size; gives the bytes of their pages, and where it lies.
pub fn fill(folder: &Path, count: usize, size: usize) -> (usize, Places) {
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
    let address = |n: usize| Url::parse(&format!("http://127.0.0.1:9/news/{n}.html")).unwrap();
    let mut bytes = 0;
    for first in (0..count).step_by(ROUND) {
        let all = first..count.min(first + ROUND);
        let links: BTreeSet<String> = all.clone().map(|n| address(n).to_string()).collect();
        let listing = ListingSight { how: "listing", links };
        // most rounds find nothing new: the listing is looked at, and holds what it held
        let mut round = start();
        for quiet in 0..10 {
            round = start() + TimeDelta::seconds((first * 10 + quiet) as i64);
            let visit = answer(&Url::parse("http://127.0.0.1:9/news").unwrap(), round, b"a listing".to_vec());
            writer.poll(&Sight::of(round, &source, &visit, &judged(Verdict::Listing)), Some(&listing)).unwrap();
        }
        let mut tally = Tally::new(&source);
        for n in all {
            let (url, body) = (address(n), page(n, size).into_bytes());
            bytes += body.len();
            let reading = read::read(&read_as(&body, &url), &ReadSettings::default());
            let visit = answer(&url, round + TimeDelta::seconds((n - first) as i64), body);
            let readings = Readings { fresh: Some(reading), again: None };
            let (statement, judgement) = (StatementId::mint(&source, url.as_str()), judged(Verdict::Statement));
            let sight = Sight::of(round, &source, &visit, &judgement);
            writer.capture(&statement, &sight, readings, Keep::Changed, Duration::ZERO).unwrap();
            tally.count(Verdict::Statement);
        }
        let ended = round + TimeDelta::seconds(ROUND as i64);
        writer.round(round, ended, &[tally]).unwrap();
        writer.publish(ended).unwrap();
    }
    (bytes, places)
}

fn judged(verdict: Verdict) -> Judgement {
    Judgement { verdict, evidence: vec![], final_at_once: false }
}

/// What an office answers at an address.
fn answer(url: &Url, at: DateTime<Utc>, body: Vec<u8>) -> Visit {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len());
    let answer = Exchange {
        url: url.clone(),
        at,
        request: format!("GET {} HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n", url.path()).into_bytes(),
        head: head.into_bytes(),
        status: 200,
        headers: vec![("content-type".into(), "text/html".into())],
        body,
        protocols: vec!["http/1.1".into()],
        tls: None,
        ip: None,
        elapsed: Duration::ZERO,
    };
    Visit { hops: vec![], answer }
}

/// A page as the reader takes it.
pub fn read_as<'a>(body: &'a [u8], url: &'a Url) -> Page<'a> {
    Page { body, content_type: Some("text/html; charset=utf-8"), url: Some(url), captured_at: None }
}
