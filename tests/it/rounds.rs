//! Rounds of asking: what is told of what an office did, and how the office was treated.

use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, counted, events, normal};
use crate::site::{Charset, Feed, Mishap, Page, Site, Validators, Wire, path_of};

/// The events of a kind.
fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

/// The only event of a kind.
#[track_caller]
fn only<'a>(events: &'a [Value], kind: &str) -> &'a Value {
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
    insta::assert_snapshot!(normal(ran.text(), &desk, &site), @r#""#);
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
    insta::assert_snapshot!(normal(&seen, &desk, &site), @r#""#);
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
fn an_address_that_moved_is_followed_and_a_redirect_to_the_front_page_is_no_statement() {
    let site = Site::with(5);
    let desk = Desk::watching(&site);
    let moved = crate::pages::statement(&Page::numbered(2), None);
    site.mishap("/press/moved-statement-2.html", Mishap::Body("text/html; charset=utf-8", moved.into_bytes()));
    site.mishap(&path_of("2"), Mishap::Redirect(301, "/press/moved-statement-2.html".to_owned()));
    site.mishap(&path_of("3"), Mishap::Redirect(302, path_of("3")));
    let told = desk.round();
    assert_eq!(counted(&told), "failed 1, new 4", "{told:#?}");
    assert_eq!(only(&told, "failed")["url"], site.page("3"), "it leads round in a ring");
    let statement = desk.statement_at(&site.page("2"));
    assert_eq!(statement["title"], Page::numbered(2).title);

    site.recover();
    site.mishap("/press/moved-statement-2.html", Mishap::Body("text/html; charset=utf-8", crate::pages::statement(&Page::numbered(2), None).into_bytes()));
    site.mishap(&path_of("2"), Mishap::Redirect(301, "/press/moved-statement-2.html".to_owned()));
    site.mishap(&path_of("5"), Mishap::Redirect(302, "/news/".to_owned()));
    let told = desk.round();
    assert_eq!(counted(&told), "missing 1, new 1, unchanged 3", "{told:#?}");
    assert_eq!(only(&told, "missing")["url"], site.page("5"));
    desk.check();
}

#[test]
fn redirects_never_leave_the_source() {
    let (site, other) = (Site::with(3), Site::with(3));
    let desk = Desk::watching(&site);
    site.mishap(&path_of("2"), Mishap::Redirect(302, other.page("2")));
    let told = desk.round();
    assert_eq!(counted(&told), "failed 1, new 2");
    assert!(other.take_requests().is_empty(), "another host was asked");
    desk.check();
}

#[test]
fn bodies_are_read_whatever_they_are_packed_and_written_in() {
    let russian = Page::new(
        "О работе контрольно-пропускного пункта «Стрельсау»",
        "2026-03-25T11:30:00+03:00",
        "ru",
        &[
            "Министерство обороны сообщает, что контрольно-пропускной пункт «Стрельсау» вновь работает по обычному графику.",
            "За минувшие сутки через пункт проследовали 312 транспортных средств. Досмотр проводится на основании действующего порядка.",
        ],
    );
    let french = Page::new(
        "Déclaration à l'issue de la réunion à Strelsau",
        "2026-03-26T11:30:00+03:00",
        "fr",
        &[
            "Le ministère a précisé que les travaux engagés à la frontière seront achevés avant la fin de l'été prochain.",
            "Les élèves de l'école militaire ont été reçus au siège ; la cérémonie s'est déroulée sans incident particulier.",
        ],
    );
    let armenian = Page::new(
        "Կամրջի վերանորոգման մասին",
        "2026-03-27T11:30:00+03:00",
        "hy",
        &[
            "Պաշտպանության նախարարությունը տեղեկացնում է, որ կամրջի վերանորոգման աշխատանքները կավարտվեն մինչև ամսվա վերջ։",
            "Աշխատանքներին մասնակցում է ինժեներական զորքերի 140 զինծառայող։ Երթևեկությունը կազմակերպված է շրջանցիկ ճանապարհով։",
        ],
    );
    for (wire, [one, two, three]) in [
        (Wire::Gzip, [Charset::Windows1251, Charset::Latin1, Charset::Utf8]),
        (Wire::Chunked, [Charset::Utf16, Charset::Latin1, Charset::Utf16]),
        (Wire::GzipChunked, [Charset::Utf8, Charset::Utf16, Charset::Utf8]),
    ] {
        let site = Site::open();
        site.set(|office| office.wire = wire);
        let pages = [("ru", &russian, one), ("fr", &french, two), ("hy", &armenian, three)];
        for (name, page, charset) in pages {
            site.publish(name, Page { charset, ..page.clone() });
        }
        let desk = Desk::watching(&site);
        assert_eq!(counted(&desk.round()), "new 3");
        for (name, page, charset) in pages {
            let shown = desk.run(&["show", &site.page(name)]).ok();
            let expected = format!(
                "Title: {}\nPublished: {}\nLanguage: {name}\n\n{}\n",
                page.title,
                page.published,
                page.paragraphs.join("\n\n")
            );
            assert_eq!(shown.text(), expected, "{wire:?} {charset:?}");
            let raw = desk.run(&["show", "--raw", &site.page(name)]).ok();
            assert_eq!(raw.stdout, charset.encode(&crate::pages::statement(&Page { charset, ..page.clone() }, None)));
        }
        desk.check();
    }
}

#[test]
fn a_listing_of_several_pages_is_followed_to_its_end_though_the_feed_is_short() {
    for feed in [None, Some((Feed::Rss, 3)), Some((Feed::Atom, 3)), Some((Feed::Json, 3))] {
        let site = Site::with(23);
        site.set(|office| (office.feed, office.per_page) = (feed, 6));
        let desk = Desk::watching(&site);
        assert_eq!(counted(&desk.round()), "new 23", "{feed:?}");
        site.publish("24", Page::numbered(24));
        site.take_requests();
        assert_eq!(counted(&events(desk.json(&["fetch", "--recheck", "none"]))), "new 1");
        let paths = site.take_paths();
        assert!(!paths.iter().any(|path| path.contains("page=3")), "what is known ends the search: {paths:?}");
        desk.check();
    }
}

#[test]
fn a_feed_is_a_source_by_itself() {
    for form in [Feed::Rss, Feed::Atom, Feed::Json] {
        let site = Site::with(7);
        site.set(|office| office.feed = Some((form, 4)));
        let desk = Desk::empty();
        desk.write("sources.toml", &format!("[fetch]\nmin_interval = \"0s\"\n[[source]]\nid = \"press\"\nurl = \"{}\"\n", site.url("/feed")));
        assert_eq!(counted(&desk.round()), "new 4", "{form:?}");
        site.publish("8", Page::numbered(8));
        site.edit("4", |page| page.paragraphs.truncate(2));
        assert_eq!(counted(&desk.round()), "new 1, revised 1, unchanged 3", "what left the feed is looked at all the same");
        desk.check();
    }
}

#[test]
fn a_first_round_takes_the_newest_and_says_what_it_left() {
    let site = Site::with(12);
    let desk = Desk::with_sources(&[("press", &site, "first_fetch = 5")]);
    let ran = desk.run(&["fetch", "--json"]).ok();
    let told = events(ran.lines());
    assert_eq!(counted(&told), "new 5");
    let mut taken: Vec<String> = told.iter().map(|event| event["url"].to_string()).collect();
    taken.sort();
    let mut newest: Vec<String> = (8..=12).map(|number| Value::from(site.page(&number.to_string())).to_string()).collect();
    newest.sort();
    assert_eq!(taken, newest);
    assert!(ran.stderr.contains("press"), "it says that something was left: {ran:?}");
    desk.check();

    let desk = Desk::watching(&site);
    assert_eq!(counted(&events(desk.json(&["fetch", "--limit", "2"]))), "new 2");
    assert_eq!(counted(&events(desk.json(&["fetch", "--limit", "3", "--recheck", "none"]))), "new 3");
    desk.check();
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

#[test]
fn an_office_is_asked_with_manners() {
    let site = Site::with(4);
    site.set(|office| office.robots = Some(format!("User-agent: *\nDisallow: {}\n", path_of("3"))));
    let desk = Desk::with_sources(&[("press", &site, "min_interval = \"200ms\"")]);
    let told = desk.round();
    assert_eq!(counted(&told), "disallowed 1, new 3");
    assert_eq!(only(&told, "disallowed")["url"], site.page("3"));
    let requests = site.take_requests();
    assert_eq!(requests[0].path, "/robots.txt", "it is asked first");
    assert!(!requests.iter().any(|request| request.path == path_of("3")), "what is forbidden is not asked");
    for pair in requests.windows(2) {
        let answered = pair[0].answered.expect("an answer");
        assert!(answered <= pair[1].at, "one request at a time");
        let pause = pair[1].at - pair[0].at;
        assert!(pause >= Duration::from_millis(190), "{pause:?} between {} and {}", pair[0].path, pair[1].path);
    }
    for request in &requests {
        let agent = request.header("user-agent").expect("a name");
        assert!(agent.starts_with("onrecord/"), "{agent}");
        assert!(request.header("cookie").is_none() && request.header("referer").is_none());
    }
    desk.check();
}

#[test]
fn a_dry_run_keeps_nothing() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    let _ = desk.run(&["fetch", "--dry-run"]).ok();
    assert!(!desk.archive().join("logs").exists(), "nothing was kept");
    assert!(!site.take_paths().iter().any(|path| path.contains("statement")), "no statement was asked for");
    assert_eq!(counted(&desk.round()), "new 3");
    desk.check();
}

#[test]
fn statements_before_a_date_are_left_out() {
    let site = Site::with(9);
    let desk = Desk::watching(&site);
    // statement 6 is of 7 January
    assert_eq!(counted(&events(desk.json(&["fetch", "--since", "2026-01-07"]))), "new 4");
    desk.check();
}
