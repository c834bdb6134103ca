//! How an office is treated by one run after another: what it asked for holds for the next process too.

use std::time::{Duration, SystemTime};

use crate::desk::{Desk, counted, events};
use crate::site::{Mishap, Site};

/// A request that the office is too busy for.
const BUSY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Changes what is remembered of the office's host.
fn note(desk: &Desk, values: &str) {
    let index = rusqlite::Connection::open(desk.archive().join("index.sqlite")).expect("the index");
    let changed = index.execute(&format!("UPDATE host SET {values}"), []).expect("a row to change");
    assert_eq!(changed, 1, "one host was asked");
}

fn in_an_hour() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    i64::try_from((now + Duration::from_secs(3600)).as_millis()).expect("a time")
}

#[test]
fn retry_after_holds_for_the_next_run_and_is_no_failure_of_it() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    site.mishap("/*", Mishap::Raw(BUSY.to_vec()));
    let ran = desk.run(&["fetch", "--json"]).status(1);
    assert_eq!(counted(&events(ran.lines())), "blocked 1, unwell 1");
    site.take_requests();
    for command in [&["fetch"][..], &["fetch", "press"], &["fetch", "--dry-run"], &["fetch", "--strict"]] {
        let ran = desk.run(command).status(0);
        let said = format!("{}{}", ran.text(), ran.stderr);
        assert!(said.contains("asked us to wait until "), "{said}");
        assert!(site.take_requests().is_empty(), "`{}` asks all the same", command.join(" "));
    }
    let summary = desk.json(&["fetch"]).pop().expect("a summary");
    assert_eq!(summary["waiting"][0]["source"], "press");
    assert!(summary["waiting"][0]["until"].is_string(), "{summary}");
    let shown = desk.json(&["sources"]);
    assert_eq!(shown[0]["waiting"]["until"], summary["waiting"][0]["until"]);
    let _ = desk.run(&["save", &site.news()]).status(1).says(&["asked us to wait until "]);
    assert!(site.take_requests().is_empty());
    // who wants all looked at now has it asked once more: it says the same, and nothing else is sent
    let _ = desk.run(&["fetch", "--recheck", "all"]);
    assert_eq!(site.take_requests().len(), 1);
    let _ = desk.run(&["fetch"]).status(0);
    assert!(site.take_requests().is_empty(), "the new time holds for the next run on schedule");
    // once its time has passed, it is asked, and its first answer tells that it is back
    note(&desk, "busy_until = 0");
    site.recover();
    assert_eq!(counted(&desk.round()), "unchanged 2, well 1");
    desk.check();
}

#[test]
fn a_host_that_has_been_failing_is_left_alone_but_not_when_a_person_asks() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    desk.round();
    note(&desk, &format!("failing_since = 1, failed_rounds = 7, left_until = {}", in_an_hour()));
    site.take_requests();
    let ran = desk.run(&["fetch"]).ok();
    let _ = ran.says(&["failed in 7 rounds in a row and is left alone until "]);
    assert!(desk.run(&["sources"]).ok().text().contains("is left alone until "));
    assert!(site.take_requests().is_empty());
    let _ = desk.run(&["fetch", "press"]).ok();
    assert!(!site.take_requests().is_empty());
    let _ = desk.run(&["fetch"]).ok();
    assert!(!site.take_requests().is_empty(), "its answer has ended it");
    desk.check();
}

#[test]
fn robots_txt_is_asked_once_a_day_however_many_runs_there_are_and_again_without_the_index() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    let asked = |desk: &Desk| {
        site.take_requests();
        desk.round();
        site.take_requests().iter().filter(|request| request.path == "/robots.txt").count()
    };
    assert_eq!([asked(&desk), asked(&desk), asked(&desk)], [1, 0, 0]);
    std::fs::remove_file(desk.archive().join("index.sqlite")).expect("to delete it");
    assert_eq!(asked(&desk), 1, "manners begin anew");
    desk.check();
}

#[test]
fn two_runs_right_after_each_other_keep_the_pause_between_them() {
    let site = Site::with(1);
    let desk = Desk::empty();
    let pause = Duration::from_millis(700);
    desk.write(
        "sources.toml",
        &format!("[fetch]\nmin_interval = \"700ms\"\n[[source]]\nid = \"press\"\nurl = \"{}\"\n", site.news()),
    );
    desk.round();
    desk.round();
    let requests = site.take_requests();
    assert!(requests.len() >= 5, "{requests:?}");
    for pair in requests.windows(2) {
        let gap = pair[1].at.duration_since(pair[0].at);
        // the office notes a request when it has read it, which may be late for the first of two
        assert!(gap + Duration::from_millis(50) >= pause, "{gap:?} between {} and {}", pair[0].path, pair[1].path);
    }
    desk.check();
}
