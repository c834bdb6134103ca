//! A source that is silent or fails for longer than is usual for it, and what it is read from.

use crate::desk::{Desk, events};
use crate::site::{Feed, Mishap, Page, Site};

/// Runs a round and gives its summary.
fn summary(desk: &Desk) -> serde_json::Value {
    desk.run(&["fetch", "--json"]).lines().pop().expect("a summary")
}

#[test]
fn a_silence_that_is_unusual_is_told_and_ends_with_news() {
    // one statement a day until the middle of January 2026, and none since
    let site = Site::with(14);
    let desk = Desk::watching(&site);
    let ran = desk.run(&["fetch", "--quiet"]).ok();
    let line = "silent     press  nothing new since 2026-01-15: 3 days are usual for it at most\n";
    assert!(ran.text().ends_with(line), "it begins with the first look: {ran:?}");
    assert_eq!(desk.run(&["fetch", "--quiet"]).ok().text(), "", "and is told once");
    assert!(desk.run(&["fetch"]).ok().text().starts_with(line), "but in every summary");
    let silent = summary(&desk)["silent"].clone();
    assert_eq!(silent.as_array().map(Vec::len), Some(1));
    assert_eq!((&silent[0]["source"], &silent[0]["begun"]), (&"press".into(), &false.into()));
    assert_eq!(silent[0]["usual_seconds"], 3 * 24 * 3600);
    let shown = desk.json(&["sources"]).remove(0);
    assert_eq!(shown["silent"]["since"], silent[0]["since"]);
    assert!(shown["failing"].is_null(), "{shown}");
    assert!(desk.run(&["sources"]).ok().text().contains("nothing new since 2026-01-15"));

    // its date is an old one: that it is there to be seen is news all the same
    site.publish("20", Page::numbered(20));
    assert_eq!(summary(&desk)["silent"], serde_json::json!([]));
    assert!(desk.json(&["sources"]).remove(0)["silent"].is_null());
    desk.check();
}

#[test]
fn one_that_is_closed_is_never_called_silent() {
    let site = Site::with(14);
    let desk = Desk::watching(&site);
    desk.round();
    assert!(!desk.json(&["sources"]).remove(0)["silent"].is_null());
    desk.write_sources("", &[("press", &site, "closed = \"2026-01\"")]);
    assert!(desk.json(&["sources"]).remove(0)["silent"].is_null());
    desk.check();
}

#[test]
fn failing_for_longer_than_usual_is_told_when_it_begins() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    site.mishap("/*", Mishap::Status(500));
    for _ in 0..2 {
        assert_eq!(summary(&desk)["failing"], serde_json::json!([]), "some rounds, and no time at all");
    }
    // as if the first of them had been seven hours ago
    let file = desk.archive().join("index.sqlite");
    let index = rusqlite::Connection::open(&file).expect("the index");
    let back =
        "UPDATE tally SET round = round - 25200000 WHERE unwell AND seq = (SELECT min(seq) FROM tally WHERE unwell)";
    assert_eq!(index.execute(back, []).expect("to set it back"), 1);
    drop(index);
    let quiet = || desk.run(&["fetch", "press", "--quiet"]).text().lines().any(|line| line.starts_with("failing "));
    assert!(quiet(), "the third round crosses both bounds");
    assert!(!quiet(), "and is told once");
    let ran = desk.run(&["fetch", "press"]);
    assert!(ran.text().contains("failing    press  failing since "), "{ran:?}");
    assert!(ran.text().contains(" rounds in a row: 6 hours are usual for it at most\n"), "{ran:?}");
    let shown = desk.json(&["sources"]).remove(0);
    assert_eq!((&shown["state"], &shown["failing"]["rounds"]), (&"unwell".into(), &5.into()));
    site.recover();
    let told = desk.run(&["fetch", "press", "--json"]).ok().lines();
    assert_eq!(told.last().expect("a summary")["failing"], serde_json::json!([]));
    assert!(!events(told).is_empty());
    assert!(desk.json(&["sources"]).remove(0)["failing"].is_null());
    std::fs::remove_file(&file).expect("to delete what is not as the log has it");
    desk.check();
}

#[test]
fn what_was_worked_out_is_shown_and_follows_from_the_log() {
    let site = Site::with(3);
    site.set(|office| office.feed = Some((Feed::Rss, 3)));
    let desk = Desk::empty();
    desk.watch_feed(&site);
    assert_eq!(desk.run(&["sources", "--json"]).ok().lines()[0]["offers"], serde_json::json!([]), "nothing was asked");
    desk.round();
    let offers = desk.json(&["sources"]).remove(0)["offers"].clone();
    assert_eq!(offers, serde_json::json!([{ "kind": "feed", "url": site.url("/feed"), "items": 3 }]));
    site.mishap("/*", Mishap::Status(500));
    let _ = desk.run(&["fetch"]).status(1);
    assert_eq!(desk.json(&["sources"]).remove(0)["offers"], offers, "what answered last stands while nothing does");
    std::fs::remove_file(desk.archive().join("index.sqlite")).expect("to delete it");
    assert_eq!(desk.json(&["sources"]).remove(0)["offers"], offers);
    let said = desk.run(&["sources"]).ok();
    assert!(said.text().contains(&format!("read from feed with 3: {}", site.url("/feed"))), "{said:?}");
    desk.check();
}
