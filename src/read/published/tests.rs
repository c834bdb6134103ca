//! Dates that markup gives: which are the statement's own, and which are those of its neighbours.

use std::time::{Duration, Instant as Stopwatch};

use crate::model::source::ReadSettings;
use crate::read::{Page, read};

const TEXT: &str = "<p>The command reports that the ceasefire was kept along the whole of the line during the past day.</p>\
    <p>Observers of both parties visited the northern posts, and no shots were heard while they were there.</p>";

/// The date of a page whose address is known.
fn date(body: &str) -> Option<String> {
    let url = "https://office.example/news/quiet-day".parse().ok();
    let page = Page {
        body: body.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: url.as_ref(),
        captured_at: "2026-11-23T02:10:00Z".parse().ok(),
    };
    read(&page, &ReadSettings::default()).text.published().map(|date| date.to_string())
}

#[test]
fn a_marked_date_of_another_statement_is_passed_over() {
    let list = "<div class=related><h3>Related</h3><a href=/news/other>Other <time class=published datetime=2020-01-02>2 January 2020</time></a></div>";
    let own = "<p><span itemprop=datePublished content=2023-03-25>25 March 2023</span></p>";
    let page = format!("<body>{list}<article><h1>A quiet day</h1>{TEXT}{own}</article>");
    assert_eq!(date(&page).as_deref(), Some("2023-03-25"));
    let page = format!("<body><article><h1>A quiet day</h1>{TEXT}</article>{list}");
    assert_eq!(date(&page), None);
}

#[test]
fn only_a_short_aside_holds_the_statements_own_facts() {
    let aside = |rest: &str| format!("<aside><time datetime=2023-03-25>25 March 2023</time>{rest}</aside>");
    let page = |aside: &str| format!("<body><main><h1>A quiet day</h1>{aside}{TEXT}</main>");
    assert_eq!(date(&page(&aside(" Press office"))).as_deref(), Some("2023-03-25"));
    // A long one tells of something else: its date does not come before the statement's own.
    let long = format!("<p>{}</p>", "An older statement of the office about something else entirely. ".repeat(8));
    let own = "<p><time datetime=2023-03-20>20 March 2023</time></p>";
    let beside = format!("<body>{}<main><h1>A quiet day</h1>{own}{}</main>", aside(&long), TEXT.repeat(6));
    assert_eq!(date(&beside).as_deref(), Some("2023-03-20"));
}

#[test]
fn a_link_that_says_a_date_alone_or_leads_to_the_page_itself_is_believed() {
    let page = |link: &str| format!("<body><main><h1>A quiet day</h1>{link}{TEXT}</main>");
    let archive = page("<a href=/news/2023/03><time datetime=2023-03-25>25 March 2023</time></a>");
    assert_eq!(date(&archive).as_deref(), Some("2023-03-25"));
    let own = page("<a href=/news/quiet-day>Permanent address <time datetime=2023-03-25>of that day</time></a>");
    assert_eq!(date(&own).as_deref(), Some("2023-03-25"));
}

#[test]
fn a_post_that_the_text_shows_has_a_time_of_its_own() {
    let post = "<blockquote class=twitter-tweet><p>Shots were heard.</p><time datetime=2023-03-20>20 March</time></blockquote>";
    let own = "<p><time datetime=2023-03-25>25 March 2023</time></p>";
    let page = format!("<body><main><h1>A quiet day</h1>{post}{own}{TEXT}</main>");
    assert_eq!(date(&page).as_deref(), Some("2023-03-25"));
}

#[test]
fn a_page_of_dates_takes_linear_time() {
    let dates = "<span class=date><time pubdate>so</time></span>";
    for around in ["aside", "a href=/x", "blockquote"] {
        let tag = around.split(' ').next().unwrap_or(around);
        let page = |count: usize| format!("<body><h1>A quiet day</h1>{TEXT}<{around}>{}</{tag}>", dates.repeat(count));
        let (small, large) = (page(3_000), page(24_000));
        let time = |page: &str| {
            let start = Stopwatch::now();
            date(page);
            start.elapsed()
        };
        let (first, second) = (time(&small), time(&large));
        assert!(
            second < first * 24 + Duration::from_millis(300),
            "{around}: {first:?}, then {second:?} for eight times as much"
        );
    }
}

#[test]
fn a_page_made_anew_keeps_the_day_that_it_shows() {
    let page = |published: &str, modified: &str| {
        format!(
            "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"datePublished\":\"{published}\",\"dateModified\":\"{modified}\"}}</script>\
             <body><main><h1>A quiet day</h1><p>Published <time pubdate datetime=2023-03-25>25 March 2023</time></p>{TEXT}</main>"
        )
    };
    let (anew, before) = ("2024-06-02T10:00:07+00:00", "2024-05-01T09:00:00+00:00");
    assert_eq!(date(&page(anew, anew)).as_deref(), Some("2023-03-25"));
    assert_eq!(date(&page(before, anew)).as_deref(), Some(before));
}

#[test]
fn a_moment_in_utc_is_of_the_day_that_the_office_had() {
    let page = |body: &str| {
        format!(
            "<meta property=article:published_time content=2023-11-09T05:30:59Z><body><main><h1>A quiet day</h1>{body}{TEXT}</main>"
        )
    };
    let of = |address: &str, body: &str| {
        let url = address.parse().ok();
        let html = page(body);
        let page =
            Page { body: html.as_bytes(), content_type: Some("text/html"), url: url.as_ref(), captured_at: None };
        read(&page, &ReadSettings::default()).text.published().map(|date| date.to_string())
    };
    let marked = "<time datetime='2023-11-08 23:30:59'>last night</time>";
    assert_eq!(of("https://office.example/1", marked).as_deref(), Some("2023-11-08T23:30:59-06:00"));
    assert_eq!(of("https://office.example/2023/11/08/quiet", "").as_deref(), Some("2023-11-08"));
    assert_eq!(of("https://office.example/2023/11/07/quiet", "").as_deref(), Some("2023-11-09T05:30:59+00:00"));
}
