//! A fetch that is killed at any moment: what it had reported is there, nothing is damaged, and the next one goes on.

use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, events};
use crate::site::{Mishap, Page, Site};

/// A moment within the next `most` milliseconds.
fn moment(most: u64) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(0) % most)
}

#[test]
fn what_was_reported_before_a_kill_is_there_after_it() {
    // several at a time, for they mostly wait
    let runs: Vec<_> = (0..4).map(|_| thread::spawn(|| killed_three_times(moment))).collect();
    for run in runs {
        run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
}

fn killed_three_times(moment: impl Fn(u64) -> Duration) {
    let site = Site::with(30);
    let desk = Desk::watching(&site);
    // the writer publishes every three seconds: a round takes longer than that
    site.mishap("/news/statement*", Mishap::Slow(Duration::from_millis(150)));
    let mut reported: Vec<Value> = Vec::new();
    for kill in 0..3 {
        let after = moment(6000);
        let mut child = desk.start(&["fetch", "--recheck", "all", "--json"]);
        thread::sleep(after);
        let _ = child.kill();
        let mut said = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("to read a pipe");
        let _ = child.wait();
        // a line that was cut off was not said
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        let lines = whole.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        reported.extend(events(lines.collect()));
        eprintln!("kill {kill} after {after:?}: {} reported so far", reported.len());
        if !desk.archive().join("logs").exists() || !has_checkpoint(&desk) {
            assert!(reported.is_empty());
            continue;
        }
        let kept = events(desk.json(&["changes"]));
        for event in &reported {
            assert!(kept.contains(event), "reported before the kill after {after:?}, and not kept: {event}");
            if let Some(digest) = event["text_sha256"].as_str() {
                let _ = desk.run(&["cat", digest]).ok();
            }
        }
        desk.check();
    }
    site.recover();
    site.publish("31", Page::numbered(31));
    let told = events(desk.run(&["fetch", "--json"]).ok().lines());
    assert!(told.iter().any(|event| event["url"] == site.page("31")), "{told:#?}");
    assert_eq!(desk.listed().len(), 31, "all of it is there in the end");
    desk.check();
}

/// Whether the log was ever signed: a kill before that leaves an archive that is not begun yet.
fn has_checkpoint(desk: &Desk) -> bool {
    desk.archive().join("logs").join(desk.vantage()).join("checkpoint").exists()
}
