//! Rounds of asking: what is told of what an office did, and how the office was treated.

use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, counted, events, normal};
use crate::site::{Mishap, Site, Validators, path_of};

/// The events of a kind.
pub fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

/// The only event of a kind.
#[track_caller]
pub fn only<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let found = of(events, kind);
    assert_eq!(found.len(), 1, "{kind} in {events:#?}");
    found[0]
}

#[test]
fn news_an_edit_a_withdrawal_and_a_return_are_told_once_each() {
    let site = Site::with(5);
    let desk = Desk::watching(&site);
    let first = desk.round();
    assert_eq!(counted(&first), "new 5");
    assert_eq!(counted(&desk.round()), "unchanged 5");

    site.edit("2", |page| page.paragraphs[1] = page.paragraphs[1].replace("12 vehicles", "9 vehicles"));
    let told = desk.round();
    assert_eq!(counted(&told), "revised 1, unchanged 4");
    let revised = only(&told, "revised");
    assert_eq!((&revised["url"], &revised["revision"]), (&site.page("2").into(), &2.into()));
    assert_eq!(revised["flags"], serde_json::json!([]));
    let before = of(&first, "new").into_iter().find(|event| event["url"] == revised["url"]).expect("the first look");
    assert_ne!(before["text_sha256"], revised["text_sha256"]);

    site.withdraw("4", 410);
    let told = desk.round();
    assert_eq!(counted(&told), "unchanged 4, withdrawn 1");
    assert_eq!(only(&told, "withdrawn")["url"], site.page("4"));
    let again = desk.round();
    assert!(of(&again, "withdrawn").is_empty(), "told once: {again:#?}");
    assert_eq!(desk.statement_at(&site.page("4"))["state"], "withdrawn");

    site.restore("4");
    let told = desk.round();
    assert_eq!(only(&told, "restored")["url"], site.page("4"));
    assert_eq!(desk.statement_at(&site.page("4"))["state"], "up");
    assert_eq!(desk.statement_at(&site.page("4"))["revisions"], 1, "it came back as it was");
    desk.check();
}

#[test]
fn an_event_has_the_fields_of_the_contract() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    let ran = desk.run(&["fetch", "--json"]).ok();
    insta::assert_snapshot!(normal(ran.text(), &desk, &site), @r#"
    {"event":"new","source":"press","statement":"press/ID","url":"http://SITE/news/statement-1.html","revision":1,"title":"On the works at the Strelsau crossing, report 1","published":"2026-01-02T16:05:00+04:00","text_sha256":"DIGEST","body_sha256":"DIGEST","captured_at":"TIME","entry":2,"flags":[]}
    {"event":"summary","url":null,"sources":1,"failed":0,"new":1,"revised":0,"missing":0,"withdrawn":0,"restored":0,"unchanged":0,"blocked":0,"disallowed":0,"unwell":0,"well":0,"failures":0,"waiting":[],"silent":[],"failing":[]}
    "#);
    desk.check();
}

#[test]
fn a_round_as_a_person_sees_it() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    let first = desk.run(&["fetch"]).ok();
    site.edit("1", |page| page.title.push_str(", corrected"));
    site.withdraw("3", 410);
    let second = desk.run(&["fetch", "--recheck", "all"]).ok();
    let list = desk.run(&["list"]).ok();
    let seen = format!("{}---\n{}---\n{}", first.text(), second.text(), list.text());
    insta::assert_snapshot!(normal(&seen, &desk, &site), @r#"
    new        press/ID  2026-01-04  On the works at the Tarlenheim crossing, report 3
    new        press/ID  2026-01-03  On the works at the Hentzau crossing, report 2
    new        press/ID  2026-01-02  On the works at the Strelsau crossing, report 1
    1 source asked: 3 new, 0 revised, 0 unchanged.
    ---
    withdrawn  press/ID  2026-01-04  On the works at the Tarlenheim crossing, report 3  (status 410; title "Page not found")
    revised    press/ID  revision 2  2026-01-02  On the works at the Strelsau crossing, report 1, corrected  [title-changed]
    1 source asked: 0 new, 1 revised, 1 withdrawn, 1 unchanged.
    ---
    press/ID   2026-01-04  On the works at the Tarlenheim crossing, report 3  [withdrawn]
    press/ID   2026-01-03  On the works at the Hentzau crossing, report 2
    press/ID   2026-01-02  On the works at the Strelsau crossing, report 1, corrected  [2 revisions, title-changed]
    "#);
    desk.check();
}

#[test]
fn a_404_needs_a_second_look_in_a_later_round() {
    let site = Site::with(5);
    let desk = Desk::watching(&site);
    desk.round();
    site.withdraw("3", 404);
    let told = desk.round();
    assert_eq!(counted(&told), "missing 1, unchanged 4");
    assert_eq!(desk.statement_at(&site.page("3"))["state"], "missing");
    // what is missing is due in every round
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "withdrawn 1");
    assert_eq!(desk.statement_at(&site.page("3"))["state"], "withdrawn");
    site.restore("3");
    assert_eq!(only(&desk.round(), "restored")["url"], site.page("3"));
    site.withdraw("3", 404);
    assert_eq!(counted(&desk.round()), "missing 1, unchanged 4");
    site.restore("3");
    let told = desk.round();
    assert_eq!(counted(&told), "unchanged 5", "it was never confirmed, so it was not restored: {told:#?}");
    desk.check();
}

#[test]
fn a_statement_that_says_it_is_older_than_we_saw_is_flagged() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    let first = desk.round();
    assert!(first.iter().all(|event| event["flags"] == serde_json::json!([])), "nobody had looked before: {first:#?}");
    site.publish("20", crate::site::Page::numbered(20));
    let told = desk.round();
    assert_eq!(only(&told, "new")["flags"], serde_json::json!(["stated-earlier"]));
    assert_eq!(desk.json(&["list", "--flag", "stated-earlier"]).len(), 1);
    desk.check();
}

#[test]
fn what_was_listed_and_left_for_a_later_round_is_not_stated_earlier() {
    let site = Site::with(6);
    let desk = Desk::empty();
    desk.write_sources("", &[("press", &site, "first_fetch = 2")]);
    assert_eq!(of(&desk.round(), "new").len(), 2);
    let later = events(desk.run(&["fetch", "--limit", "10", "--json"]).status(0).lines());
    let new = of(&later, "new");
    assert_eq!(new.len(), 4, "{later:#?}");
    assert!(new.iter().all(|event| event["flags"] == serde_json::json!([])), "{new:#?}");
    desk.check();
}

#[test]
fn two_looks_that_are_close_together_make_no_withdrawal() {
    let site = Site::with(5);
    let desk = Desk::empty();
    desk.write_sources("", &[("press", &site, "confirm = \"1d\"")]);
    desk.round();
    site.withdraw("3", 404);
    for _ in 0..3 {
        assert_eq!(counted(&desk.round()), "missing 1, unchanged 4");
    }
    desk.check();
}

#[test]
fn most_of_a_source_gone_at_once_is_the_source_unwell_not_its_statements_missing() {
    let site = Site::with(6);
    let desk = Desk::watching(&site);
    desk.round();
    site.set(|office| office.delists = false);
    for name in ["1", "2", "3", "4", "5"] {
        site.withdraw(name, 404);
    }
    let ran = desk.run(&["fetch", "--recheck", "all", "--json"]).status(1);
    let told = events(ran.lines());
    assert_eq!(only(&told, "unwell")["source"], "press");
    assert!(of(&told, "missing").is_empty(), "{told:#?}");
    assert!(desk.listed().iter().all(|line| line["state"] == "up"));
    for name in ["1", "2", "3", "4", "5"] {
        site.restore(name);
    }
    let told = desk.round();
    assert_eq!(counted(&told), "unchanged 6, well 1");
    desk.check();
}

#[test]
fn several_gone_at_once_that_are_still_listed_are_not_missing_and_those_taken_off_are() {
    for (delists, told) in [(false, "failed 3, unchanged 7, unwell 1"), (true, "missing 3, unchanged 7")] {
        let site = Site::with(10);
        let desk = Desk::watching(&site);
        desk.round();
        site.set(|office| office.delists = delists);
        for name in ["2", "5", "8"] {
            site.withdraw(name, 404);
        }
        let ran = desk.run(&["fetch", "--recheck", "all", "--json"]);
        assert_eq!(counted(&events(ran.lines())), told);
        desk.check();
    }
}

#[test]
fn statements_that_vanish_while_the_listing_is_down_are_not_missing() {
    let site = Site::with(6);
    let desk = Desk::watching(&site);
    desk.round();
    site.withdraw("2", 404);
    site.mishap("/news/", Mishap::Status(503));
    let told = desk.round();
    assert!(of(&told, "missing").is_empty(), "{told:#?}");
    site.recover();
    assert_eq!(of(&desk.round(), "missing").len(), 1);
    desk.check();
}

#[test]
fn a_version_that_the_server_calls_unmodified_is_not_fetched_again() {
    for validators in [Validators::Etag, Validators::LastModified] {
        let site = Site::with(3);
        site.set(|office| office.validators = validators);
        let desk = Desk::watching(&site);
        desk.round();
        site.take_requests();
        let told = desk.round();
        assert_eq!(counted(&told), "unchanged 3");
        assert!(told.iter().all(|event| event["how"] == "not-modified"), "{told:#?}");
        let header = if validators == Validators::Etag { "if-none-match" } else { "if-modified-since" };
        let requests = site.take_requests();
        let looks: Vec<_> = requests.iter().filter(|request| request.path.contains("statement")).collect();
        assert_eq!(looks.len(), 3);
        assert!(looks.iter().all(|request| request.header(header).is_some()), "{looks:#?}");
        site.edit("2", |page| page.paragraphs[2] = "Further information will not be given at all.".to_owned());
        assert_eq!(counted(&desk.round()), "revised 1, unchanged 2");
        desk.check();
    }
}

#[test]
fn a_broken_source_stops_no_other_and_is_told_when_it_breaks_and_when_it_is_back() {
    let (well, broken) = (Site::with(3), Site::with(2));
    let desk = Desk::with_sources(&[("alpha", &broken, ""), ("beta", &well, "")]);
    broken.mishap("/*", Mishap::Status(500));
    let ran = desk.run(&["fetch", "--json"]).status(1);
    let told = events(ran.lines());
    assert_eq!(of(&told, "new").len(), 3, "{told:#?}");
    assert!(of(&told, "new").iter().all(|event| event["source"] == "beta"));
    assert_eq!(only(&told, "unwell")["source"], "alpha");
    let summary = ran.lines().pop().expect("a summary");
    assert_eq!((&summary["sources"], &summary["failed"], &summary["new"]), (&2.into(), &1.into(), &3.into()));

    // still broken: no news, so cron writes no mail, unless somebody wants to know
    let ran = desk.run(&["fetch", "--json"]).ok();
    assert!(of(&ran.lines(), "unwell").is_empty());
    let _ = desk.run(&["fetch", "--strict"]).status(1);

    broken.recover();
    let ran = desk.run(&["fetch", "--json"]).ok();
    let told = events(ran.lines());
    assert_eq!(only(&told, "well")["source"], "alpha");
    assert_eq!(of(&told, "new").len(), 2);
    desk.check();
}

#[test]
fn only_the_chosen_sources_are_asked() {
    let (one, other) = (Site::with(2), Site::with(2));
    let desk = Desk::with_sources(&[("alpha", &one, ""), ("beta", &other, "")]);
    let told = events(desk.json(&["fetch", "beta"]));
    assert!(told.iter().all(|event| event["source"] == "beta"), "{told:#?}");
    assert_eq!(counted(&told), "new 2");
    assert!(one.take_requests().is_empty());
    let closed = Desk::with_sources(&[("alpha", &one, "closed = \"2023-09\""), ("beta", &other, "")]);
    assert_eq!(counted(&closed.round()), "new 2");
    assert!(one.take_requests().is_empty(), "a closed source is not asked");
    desk.check();
    closed.check();
}

#[test]
fn what_changes_tells_is_what_was_told() {
    let (site, other) = (Site::with(5), Site::with(2));
    let desk = Desk::with_sources(&[("press", &site, ""), ("second", &other, "")]);
    let mut told = desk.round();
    site.edit("1", |page| page.title.push_str(" (corrected)"));
    site.edit("2", |page| page.published = "2026-02-03T10:00:00+04:00".to_owned());
    site.withdraw("3", 404);
    site.mishap(&path_of("4"), Mishap::CutShort);
    other.mishap("/*", Mishap::Reset);
    told.extend(desk.round());
    site.recover();
    other.recover();
    site.edit("1", |page| page.title = page.title.replace(" (corrected)", ""));
    site.withdraw("5", 410);
    told.extend(desk.round());
    site.restore("3");
    site.restore("5");
    told.extend(desk.round());
    let kinds = counted(&told);
    for kind in ["new", "revised", "missing", "withdrawn", "restored", "failed", "unwell", "well"] {
        assert!(kinds.contains(kind), "{kind} in {kinds}");
    }
    let flags: Vec<&Value> = of(&told, "revised").into_iter().map(|event| &event["flags"]).collect();
    for flag in ["title-changed", "date-changed", "reverted"] {
        let found = flags.iter().any(|flags| flags.as_array().is_some_and(|flags| flags.contains(&flag.into())));
        assert!(found, "{flag} in {flags:?}");
    }
    let again = events(desk.json(&["changes"]));
    assert_eq!(sorted(&again), sorted(&told), "all that was told, from the log");
    let entry = |event: &Value| event["entry"].as_u64().expect("an entry");
    let middle = entry(&told[told.len() / 2]);
    let after = events(desk.json(&["changes", "--after", &middle.to_string()]));
    let expected: Vec<Value> = told.into_iter().filter(|event| entry(event) > middle).collect();
    assert_eq!(sorted(&after), sorted(&expected));
    desk.check();
}

/// Events as text, in the order of the log.
fn sorted(events: &[Value]) -> Vec<String> {
    let mut events: Vec<(u64, String)> =
        events.iter().map(|event| (event["entry"].as_u64().unwrap_or(0), event.to_string())).collect();
    events.sort();
    events.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn what_was_not_learned_is_failed_and_news_when_it_is() {
    let site = Site::with(4);
    let desk = Desk::with_sources(&[("press", &site, "timeout = \"1s\"\nmax_body = \"50KB\"")]);
    site.mishap(&path_of("1"), Mishap::CutShort);
    site.mishap(&path_of("2"), Mishap::Slow(Duration::from_secs(3)));
    site.mishap(&path_of("3"), Mishap::Body("text/html", vec![b'x'; 200_000]));
    let told = desk.round();
    assert_eq!(counted(&told), "failed 3, new 1");
    for event in of(&told, "failed") {
        assert!(event["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{event}");
        assert!(event["text_sha256"].is_null(), "{event}");
    }
    site.recover();
    assert_eq!(counted(&desk.round()), "new 3, unchanged 1");
    desk.check();
}

#[test]
fn a_refusal_or_a_broken_answer_says_nothing_about_a_statement() {
    let site = Site::with(6);
    let desk = Desk::watching(&site);
    desk.round();
    site.mishap(&path_of("1"), Mishap::Status(403));
    site.mishap(&path_of("2"), Mishap::Status(500));
    site.mishap(&path_of("3"), Mishap::Raw(b"this is no HTTP at all\r\n\r\n".to_vec()));
    site.mishap(&path_of("4"), Mishap::Body("text/html", Vec::new()));
    let told = desk.round();
    assert_eq!(of(&told, "unchanged").len(), 2, "{told:#?}");
    assert_eq!(of(&told, "failed").len() + of(&told, "blocked").len(), 4, "{told:#?}");
    assert!(desk.listed().iter().all(|line| line["state"] == "up" && line["revisions"] == 1));
    site.recover();
    assert_eq!(counted(&desk.round()), "unchanged 6");
    desk.check();
}
