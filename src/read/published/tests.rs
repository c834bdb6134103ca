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
             <body><main><h1>A quiet day</h1>{TEXT}<div class=x>{}</div><p>On the day itself, <time pubdate datetime=2023-03-25>25 March 2023</time>, all was quiet there.</p></main>",
            "<p>Box</p>".repeat(9)
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

#[test]
fn a_list_of_dated_parts_has_no_date_of_the_statement() {
    let part =
        |day: u32| format!("<li><div class=date>{day} March 2023</div><h3><a href=/e/{day}>Open day</a></h3></li>");
    let list = |days: std::ops::Range<u32>| format!("<ul class=events>{}</ul>", days.map(part).collect::<String>());
    let page = |days| {
        format!("<body><main><h1>A quiet day</h1><p>All that happens this month.</p>{}{TEXT}</main>", list(days))
    };
    assert_eq!(date(&page(3..9)), None);
    assert_eq!(date(&page(3..4)).as_deref(), Some("2023-03-03"), "one alone is the statement's own");
}

#[test]
fn dates_of_teasers_below_the_text_are_those_of_other_statements() {
    let teaser = |day: u32| {
        format!(
            "<div class=box><div class=inner><a href=/news/{day}>Another statement of the office, number {day}</a></div>\
                 <div class=article-date-time>{day}.08.2020 u 10:52</div></div>"
        )
    };
    let page = format!(
        "<body><div class=one><h1>A quiet day</h1>{}</div>{}",
        TEXT.repeat(3),
        (3..9).map(teaser).collect::<String>()
    );
    assert_eq!(date(&page), None);
}

#[test]
fn data_of_scripts_is_believed_where_it_names_one_day() {
    let page = |script: &str| format!("<body><script>{script}</script><main><h1>A quiet day</h1>{TEXT}</main>");
    for script in [
        "var a = {\"datePublished\":\"2023-03-25T16:05:00\"}",
        "let state = '{\\\"published_at\\\":\\\"2023-03-25T16:05:00\\\"}'",
        "ga('set', 'publishDate', '2023-03-25T16:05:00');",
        "x = {publishedTime: '2023-03-25T16:05:00', also: {pubDate: '2023-03-25'}}",
    ] {
        assert_eq!(date(&page(script)).as_deref(), Some("2023-03-25T16:05:00"), "{script}");
    }
    assert_eq!(date(&page("a = {firstPublished: 1679749500000, b: 1}")).as_deref(), Some("2023-03-25T13:05:00+00:00"));
    for script in [
        "a = [{publishDate: '2023-03-25'}, {publishDate: '2023-03-20'}]",
        "a = {publisher: '2023-03-25', lastPublished: '2023-03-25', unpublishDate: '2023-03-25'}",
        "a = {publishDate: '0001-01-01', published: true, publishedBy: 'office', pubdate: '1970-01-01'}",
        "a = {publishDate: 'soon'}, publishDate",
        "a = {publishDate: '2027-03-25'}",
    ] {
        assert_eq!(date(&page(script)), None, "{script}");
    }
}

#[test]
fn the_date_of_two_stated_is_the_one_that_is_shown() {
    let page = |shown: &str| {
        format!(
            "<meta property=article:published_time content=2023-11-06T14:25:00+00:00>\
             <script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"datePublished\":\"2023-11-02T10:25:56+00:00\"}}</script>\
             <body><main><h1>A quiet day</h1><p>{shown}</p>{TEXT}</main>"
        )
    };
    assert_eq!(date(&page("6 November 2023")).as_deref(), Some("2023-11-06T14:25:00+00:00"));
    for shown in ["2 November 2023", "9 November 2023", "Office"] {
        assert_eq!(date(&page(shown)).as_deref(), Some("2023-11-02T10:25:56+00:00"), "{shown}");
    }
}

#[test]
fn an_older_date_that_is_printed_alone_does_not_outdo_metadata() {
    let page = |shown: &str| {
        format!(
            "<meta property=article:published_time content=2022-10-24T12:40:59+00:00><body><main><h1>A quiet day</h1>{shown}{TEXT}</main>"
        )
    };
    assert_eq!(date(&page("<p><time>8 October 2022</time></p>")).as_deref(), Some("2022-10-08"));
    assert_eq!(date(&page("<p>8 October 2022</p>")).as_deref(), Some("2022-10-24T12:40:59+00:00"));
    assert_eq!(date(&page("<p><time>26 October 2022</time></p>")).as_deref(), Some("2022-10-24T12:40:59+00:00"));
}

#[test]
fn only_one_day_stands_alone() {
    let far = "<div class=x><p>Box of the site</p></div>".repeat(8);
    let page =
        |below: &str| format!("<body><div class=one><h1>A quiet day</h1>{TEXT}</div>{far}<div class=sub>{below}</div>");
    assert_eq!(date(&page("<p>25 March 2023</p>")).as_deref(), Some("2023-03-25"));
    assert_eq!(date(&page("<p>25 March 2023</p><p>26 March 2023</p>")), None);
    assert_eq!(date(&page("<p>Last modified: 25 March 2023</p>")), None);
    assert_eq!(date(&page("<p>Our office was founded on 25 March 2003 in Zenda by decree</p>")), None);
}

#[test]
fn days_inside_a_text_are_those_of_what_it_tells() {
    let first =
        "<p>The office invites to its open days, which are held again after a long while in all of its houses.</p>";
    let page = |days: &[u32]| {
        let lines: String = days.iter().map(|day| format!("<p>{day}.02.2020, 19:00, Great hall</p>")).collect();
        format!("<body><main><h1>Open days</h1>{first}{lines}{TEXT}</main>")
    };
    assert_eq!(date(&page(&[21, 28])), None);
    assert_eq!(date(&page(&[21])).as_deref(), Some("2020-02-21T19:00:00"));
}

#[test]
fn the_footer_of_an_article_has_its_date() {
    let page = "<body><article><h1>A quiet day</h1><div>".to_owned()
        + &TEXT.repeat(2)
        + "</div><footer><p class=byline><span class=date>8. November 2021</span></p></footer></article>\
           <footer><p class=date>1 January 2020</p></footer>";
    assert_eq!(date(&page).as_deref(), Some("2021-11-08"));
    let site = format!("<body><div><h1>A quiet day</h1>{TEXT}</div><footer><p class=date>1 January 2020</p></footer>");
    assert_eq!(date(&site), None);
}

#[test]
fn metas_by_many_names_are_known() {
    for name in ["published-date", "dc.date.publication", "og:pubdate", "date_published", "created"] {
        let page = format!("<meta name={name} content=2023-03-25><body><main><h1>A quiet day</h1>{TEXT}</main>");
        assert_eq!(date(&page).as_deref(), Some("2023-03-25"), "{name}");
    }
    // One that the site calls so itself comes after those that all sites know.
    let page = "<meta name=our-publish-time content=2026-03-09><meta name=published-date content=2021-02-16>";
    assert_eq!(date(&format!("{page}<body><main><h1>A quiet day</h1>{TEXT}</main>")).as_deref(), Some("2021-02-16"));
}

#[test]
fn hostile_dates_take_linear_time() {
    // Elements named for a date, each alone among many; keys without end; links and dates that touch.
    let named =
        |count: usize| (0..count).map(|n| format!("<div class='d{n} date'><i>no</i></div>")).collect::<String>();
    let keys = |count: usize| format!("<script>{}</script>", "pubpubpubpubub".repeat(count * 4));
    let alone =
        |count: usize| "<p>1.1.2020 31.12</p>".repeat(count) + &"<div>9.9.2019<a href=x>5</a></div>".repeat(count);
    let makers: [&dyn Fn(usize) -> String; 3] = [&named, &keys, &alone];
    for (which, make) in makers.iter().enumerate() {
        let time = |count: usize| {
            let page = format!("<body><h1>A quiet day</h1>{TEXT}{}", make(count));
            let start = Stopwatch::now();
            date(&page);
            start.elapsed()
        };
        let (first, second) = (time(2_000), time(16_000));
        assert!(
            second < first * 24 + Duration::from_millis(300),
            "{which}: {first:?}, then {second:?} for eight times as much"
        );
    }
}

#[test]
fn the_label_before_a_date_may_call_it_that_of_a_change() {
    let page = |facts: &str| format!("<body><main><h1>A quiet day</h1>{facts}{TEXT}</main>");
    let (late, early) =
        ("<time datetime=2023-03-28>28 March 2023</time>", "<time datetime=2023-03-25>25 March 2023</time>");
    for facts in [
        format!("<dl><dt>Last updated</dt><dd>{late}</dd><dt>First published</dt><dd>{early}</dd></dl>"),
        format!("<div>Updated:</div><div><b>{late}</b></div><div>Original:</div><div>{early}</div>"),
        format!("<p>Updated: {late} Published: {early}</p>"),
        format!("<p>Published: {early} Updated: {late}</p>"),
        format!("<p><time datetime=2023-03-28>Last updated on 28 March 2023</time><br>{early}</p>"),
        "<p>Updated: 28 March 2023<br>Published: 25 March 2023</p>".to_owned(),
        "<p class=date>Updated: 28 March 2023<br>25 March 2023</p>".to_owned(),
        "<p>Updated</p><p>Published 25 March 2023</p>".to_owned(),
        "<dl><dt>Updated</dt><dd>28 March 2023</dd><dt>Published</dt><dd>25 March 2023</dd></dl>".to_owned(),
        "<p>Updated</p><p class=date>28 March 2023</p><p>Published</p><p class=date>25 March 2023</p>".to_owned(),
    ] {
        assert_eq!(date(&page(&facts)).as_deref(), Some("2023-03-25"), "{facts}");
    }
    // It does not come before the day in the address either.
    let url = "https://office.example/news/2023/03/25/quiet-day".parse().ok();
    let changed = page("<p>Updated</p><p class=date>28 March 2023</p>");
    let body = changed.as_bytes();
    let addressed = Page { body, content_type: Some("text/html; charset=utf-8"), url: url.as_ref(), captured_at: None };
    let said = read(&addressed, &ReadSettings::default()).text.published().map(|date| date.to_string());
    assert_eq!(said.as_deref(), Some("2023-03-25"));
    // Neither a link nor a heading nor the title is a label, and a page with no other date has that of its change.
    for facts in [
        format!("<p><a href=/news/updates>All updated pages</a></p><p>{early}</p>"),
        format!("<h2>Updated rules</h2><p>{early}</p>"),
        format!(
            "<p>The rules that were updated at the beginning of this month and have been in force from its middle on.</p><p>{early}</p>"
        ),
        format!("<p>Last updated: {early}</p>"),
    ] {
        assert_eq!(date(&page(&facts)).as_deref(), Some("2023-03-25"), "{facts}");
    }
}

#[test]
fn an_element_that_a_script_fills_has_its_date_in_an_attribute() {
    let page = |facts: &str| format!("<body><main><h1>A quiet day</h1>{facts}{TEXT}</main>");
    let filled = "<span class=smart-date data-origindate='2023-03-25 14:27:02'></span>";
    assert_eq!(date(&page(filled)).as_deref(), Some("2023-03-25T14:27:02"));
    assert_eq!(date(&page("<time data-timestamp=1679733900></time>")).as_deref(), Some("2023-03-25T08:45:00+00:00"));
    for other in [
        "<span class=date data-updated-time=1679733900></span>",
        "<span class=date data-id=1679733900></span>",
        "<span class=date data-date=2023-03-25>our press service</span>",
    ] {
        assert_eq!(date(&page(other)), None, "{other}");
    }
}

#[test]
fn labels_before_many_dates_take_linear_time() {
    let long = "updated ".repeat(200_000);
    let page = format!("<body><main><h1>A quiet day</h1>{TEXT}<p>{long}{}</main>", "<time>x</time>".repeat(50_000));
    let clock = Stopwatch::now();
    assert_eq!(date(&page), None);
    assert!(clock.elapsed() < Duration::from_secs(60), "{:?}", clock.elapsed());
}
