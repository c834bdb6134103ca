//! How an office is asked: what is found in its lists, how its pages come over the wire, and with which manners.

use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, counted, events};
use crate::rounds::only;
use crate::site::{Charset, Feed, Mishap, Page, Site, Wire, path_of};

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
    site.mishap(
        "/press/moved-statement-2.html",
        Mishap::Body("text/html; charset=utf-8", crate::pages::statement(&Page::numbered(2), None).into_bytes()),
    );
    site.mishap(&path_of("2"), Mishap::Redirect(301, "/press/moved-statement-2.html".to_owned()));
    site.mishap(&path_of("5"), Mishap::Redirect(302, "/news/".to_owned()));
    let told = desk.round();
    assert_eq!(counted(&told), "missing 1, new 1, unchanged 3", "{told:#?}");
    assert_eq!(only(&told, "missing")["url"], site.page("5"));
    desk.check();
}

#[test]
fn an_address_whose_words_change_is_the_same_statement_though_others_have_its_title() {
    let site = Site::with(4);
    let same = Page { title: Page::numbered(1).title, ..Page::numbered(2) };
    site.publish("a-visit-to-the-front-205", same.clone());
    site.publish("a-visit-to-the-rear-206", Page { paragraphs: Page::numbered(9).paragraphs, ..same });
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 6");
    site.set(|office| {
        for (name, _) in &mut office.places {
            *name = name.replace("a-visit-to-the-front-205", "inspection-of-the-front-205");
        }
    });
    let led_on = Mishap::Redirect(301, path_of("inspection-of-the-front-205"));
    site.mishap(&path_of("a-visit-to-the-front-205"), led_on);
    assert_eq!(counted(&desk.round()), "unchanged 6", "one that moved is no news");
    let named = |name: &str| desk.run(&["show", "--json", &site.page(name)]).ok().stdout;
    assert_eq!(named("inspection-of-the-front-205"), named("a-visit-to-the-front-205"));
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
        desk.watch_feed(&site);
        assert_eq!(counted(&desk.round()), "new 4", "{form:?}");
        site.publish("8", Page::numbered(8));
        site.edit("4", |page| page.paragraphs.truncate(2));
        assert_eq!(
            counted(&desk.round()),
            "new 1, revised 1, unchanged 3",
            "what left the feed is looked at all the same"
        );
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
    let mut newest: Vec<String> =
        (8..=12).map(|number| Value::from(site.page(&number.to_string())).to_string()).collect();
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
    site.set(|office| office.feed = Some((Feed::Rss, 9)));
    let desk = Desk::empty();
    desk.watch_feed(&site);
    // statement 6 is of 7 January; the feed says so to the second, where the listing says a day in no zone
    assert_eq!(counted(&events(desk.json(&["fetch", "--since", "2026-01-07"]))), "new 4");
    desk.check();
}
