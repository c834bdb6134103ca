//! `watch`: rounds on each source's schedule, the lock held while one writes and at no other time, and an orderly end.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, Ran, events, finish};
use crate::site::{Mishap, Page, Site};

/// Longest that is waited for a line.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `watch`, and the lines that it says.
struct Watching {
    child: Child,
    lines: Receiver<Value>,
}

impl Watching {
    fn begin(desk: &Desk) -> Self {
        let mut child = desk.start(&["watch", "--json"]);
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The lines up to the first that is like this, with it.
    fn until(&self, is: impl Fn(&Value) -> bool) -> Vec<Value> {
        let (began, mut seen) = (Instant::now(), Vec::new());
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("nothing more was said: {seen:#?}"));
            seen.push(line);
            if seen.last().is_some_and(&is) {
                return seen;
            }
        }
    }

    /// Sends a signal, and gives how it ended and what it had still said.
    fn end(self, signal: &str) -> (Ran, Vec<Value>) {
        let killed = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status();
        assert!(killed.expect("to run kill").success());
        let ran = finish(self.child, "onrecord watch");
        (ran, self.lines.iter().collect())
    }
}

fn is_summary(line: &Value) -> bool {
    line["event"] == "summary"
}

#[test]
fn rounds_follow_each_sources_schedule_until_it_is_told_to_stop() {
    let (often, seldom) = (Site::with(3), Site::with(2));
    let desk = Desk::with_sources(&[("often", &often, "every = \"1s\""), ("seldom", &seldom, "every = \"1h\"")]);
    let watch = Watching::begin(&desk);
    let first = watch.until(is_summary);
    assert_eq!((first.len(), first[5]["sources"].as_u64()), (6, Some(2)), "{first:#?}");
    often.publish("4", Page::numbered(4));
    seldom.publish("3", Page::numbered(3));
    let told = watch.until(|line| line["event"] == "new");
    assert_eq!(told.last().expect("a line")["url"], often.page("4"));
    watch.until(is_summary);
    watch.until(is_summary);
    let (ran, _) = watch.end("TERM");
    let _ = ran.status(0).says(&["Stopped; what was told is kept."]);

    let asked: Vec<Instant> =
        often.take_requests().iter().filter(|request| request.path == "/news/").map(|request| request.at).collect();
    assert!(asked.len() >= 3, "{} rounds", asked.len());
    for pair in asked.windows(2) {
        let pause = pair[1] - pair[0];
        assert!(pause >= Duration::from_millis(950), "{pause:?} between two rounds of a source of every second");
    }
    let paths = seldom.take_paths();
    assert_eq!(paths.iter().filter(|path| *path == "/news/").count(), 1, "its hour is not over: {paths:?}");

    // begun anew, it goes by what the archive says: the hour counts on
    let watch = Watching::begin(&desk);
    let first = watch.until(is_summary);
    assert_eq!(first.last().expect("a line")["sources"], 1, "{first:#?}");
    let _ = watch.end("INT").0.status(0).says(&["Stopped"]);
    assert!(seldom.take_paths().is_empty());
    desk.check();
}

#[test]
fn others_can_write_between_its_rounds_and_not_in_one() {
    let site = Site::with(3);
    let desk = Desk::with_sources(&[("press", &site, "every = \"3s\"")]);
    let watch = Watching::begin(&desk);
    watch.until(is_summary);
    // it sleeps now, and has the archive open or not: a remark is taken at once
    let noted = desk.run(&["note", &site.page("1"), "seen beside a running watch"]);
    let _ = noted.ok();
    site.mishap("/news/", Mishap::Slow(Duration::from_secs(4)));
    let began = Instant::now();
    // its next round waits for the listing, with the lock
    loop {
        let other = desk.run(&["note", &site.page("2"), "another"]);
        if other.status == 3 {
            let _ = other.says(&["writ"]);
            break;
        }
        assert_eq!(other.status, 0, "{other:?}");
        assert!(began.elapsed() < PATIENCE, "a round never took the lock");
        thread::sleep(Duration::from_millis(100));
    }
    watch.until(is_summary);
    let _ = watch.end("TERM").0.status(0);
    desk.check();
}

#[test]
fn what_was_told_before_it_was_stopped_in_a_round_is_kept() {
    for signal in ["TERM", "INT"] {
        let site = Site::with(40);
        let desk = Desk::watching(&site);
        site.mishap("/news/statement*", Mishap::Slow(Duration::from_millis(150)));
        let watch = Watching::begin(&desk);
        let mut told = watch.until(|line| line["event"] == "new");
        let stopped = Instant::now();
        let (ran, rest) = watch.end(signal);
        let _ = ran.status(0).says(&["Stopped; what was told is kept."]);
        assert!(stopped.elapsed() < Duration::from_secs(10), "{:?} until it had stopped", stopped.elapsed());
        told.extend(rest);
        let told = events(told);
        assert!(told.len() < 40, "it was stopped in the round");
        let kept = events(desk.json(&["changes"]));
        for event in &told {
            assert!(kept.contains(event), "told, and not kept: {event}");
        }
        // the next round takes what this one left
        site.recover();
        desk.round();
        assert_eq!(desk.listed().len(), 40);
        desk.check();
    }
}
