//! Bodies that list statements, in all their forms.

mod asking;
mod feeds;

use super::*;
use crate::collect::stage::{exchange, gzip, source};
use crate::model::source::Source;

const HOME: &str = "https://ministry.example/news";

fn found_as(source: &Source, url: &str, content_type: &str, body: &str) -> Found {
    let exchange = exchange(url, 200, content_type, body);
    read_items(&exchange, source, &Reach::of(source))
}

fn found(content_type: &str, body: &str) -> Found {
    found_as(&source(HOME), HOME, content_type, body)
}

fn page(body: &str) -> Found {
    found(
        "text/html; charset=utf-8",
        &format!("<!DOCTYPE html><html><head><title>News</title></head><body>{body}</body></html>"),
    )
}

fn paths(found: &Found) -> Vec<String> {
    found.items.iter().map(|item| item.url[url::Position::BeforePath..].to_owned()).collect()
}

fn titles(found: &Found) -> Vec<&str> {
    found.items.iter().filter_map(|item| item.title.as_deref()).collect()
}

fn dates(found: &Found) -> Vec<String> {
    found.items.iter().filter_map(|item| item.published).map(|stated| stated.to_string()).collect()
}

const MENU: &str = "<header><nav><ul><li><a href='/about'>About the ministry and its history</a></li>\
    <li><a href='/leadership'>Leadership of the ministry</a></li><li><a href='/news'>News</a></li></ul></nav></header>";
const FOOT: &str = "<footer><p><a href='/privacy'>Privacy policy of this office</a></p>\
    <p><a href='/contacts'>Contacts for the press and the public</a></p></footer>";

#[test]
fn rss_is_read_newest_first() {
    let body = "<?xml version='1.0' encoding='windows-1251'?><rss version='2.0'><channel><title>Office</title>\
        <link>https://ministry.example/</link><description>news</description>\
        <item><title>Older &amp;amp; calmer</title><link>/news/1.html?utm_source=rss</link><guid isPermaLink='false'>n1</guid>\
        <pubDate>Fri, 20 Nov 2026 10:00:00 +0400</pubDate></item>\
        <item><title>Заявление</title><link>https://www.ministry.example/news/2.html</link>\
        <pubDate>Sat, 21 Nov 2026 10:00:00 +0400</pubDate></item>\
        <item><title>Elsewhere</title><link>https://other.example/3</link></item></channel></rss>";
    let found = found("application/rss+xml; charset=utf-8", body);
    assert_eq!(found.how, How::Feed);
    assert_eq!(titles(&found), ["Заявление", "Older & calmer"]);
    assert_eq!(paths(&found), ["/news/2.html", "/news/1.html?utm_source=rss"]);
    assert_eq!(found.items[1].guid.as_deref(), Some("n1"));
    assert_eq!(
        found.items[0].published.and_then(|stated| stated.latest()).map(crate::model::time::rfc3339).as_deref(),
        Some("2026-11-21T06:00:00.000Z")
    );
}

#[test]
fn a_list_of_other_hosts_says_so() {
    let body = "<rss version='2.0'><channel><title>O</title><item><title>A</title><link>https://www2.office.example/1</link></item></channel></rss>";
    let found = found("application/rss+xml", body);
    assert!(found.problem.is_some_and(|problem| problem.contains("www2.office.example")));
}

#[test]
fn sitemaps_give_what_looks_like_statements() {
    let body = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\
        <url><loc>https://ministry.example/about</loc></url><url><loc>https://ministry.example/en/press/2026/41</loc></url>\
        <url><loc> https://ministry.example/en/press/2026/42 </loc></url>\
        <url><loc>https://ministry.example/tag/a-b-c-d</loc></url><url><loc>https://other.example/en/press/2026/43</loc></url></urlset>";
    let plain = found("application/xml", body);
    assert_eq!(plain.how, How::Sitemap);
    assert_eq!(paths(&plain), ["/en/press/2026/42", "/en/press/2026/41"]);
    let mut exchange = exchange("https://ministry.example/sitemap.xml.gz", 200, "application/gzip", "");
    exchange.body = gzip(body.as_bytes());
    let mut source = source(HOME);
    source.kind = Kind::Sitemap;
    let packed = read_items(&exchange, &source, &Reach::of(&source));
    assert_eq!(paths(&packed), paths(&plain));
}

#[test]
fn news_sitemaps_carry_titles_and_an_index_names_files() {
    let body = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='x'><url><loc>https://ministry.example/press/one</loc>\
        <n:news><n:publication><n:name>O</n:name></n:publication><n:publication_date>2026-11-20</n:publication_date>\
        <n:title>One statement</n:title></n:news></url></urlset>";
    let news = found("text/xml", body);
    assert_eq!((titles(&news), dates(&news)), (vec!["One statement"], vec!["2026-11-20".to_owned()]));
    let index = "<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2026-01-01</lastmod></sitemap>\
        <sitemap><loc>/b.xml</loc><lastmod>2026-02-01</lastmod></sitemap></sitemapindex>";
    let further: Vec<String> = found("text/xml", index).further.iter().map(|url| url.path().to_owned()).collect();
    assert_eq!(further, ["/b.xml", "/a.xml"]);
}

#[test]
fn a_listing_gives_all_and_only_its_statements() {
    let rows: String = (1..=4)
        .map(|i| format!("<li class='item'><span class='d'>2{i} November 2026, 10:00</span> <a href='/news/{i}.html'>Comment on event {i}</a></li>"))
        .collect();
    let list = page(&format!(
        "{MENU}<div class='list'><ul>{rows}</ul><div class='pager'><a href='/news?page=1'>1</a> <a href='/news?page=2'>2</a>\
         <a rel='next' href='/news?page=2'>›</a></div></div>{FOOT}"
    ));
    assert_eq!(paths(&list), ["/news/1.html", "/news/2.html", "/news/3.html", "/news/4.html"]);
    assert_eq!(titles(&list)[0], "Comment on event 1");
    assert_eq!(dates(&list)[0], "2026-11-21T10:00:00");
    assert_eq!(list.next.and_then(|next| next.query().map(str::to_owned)).as_deref(), Some("page=2"));
    assert!(list.sure);
}

#[test]
fn cards_with_pictures_and_more_links_are_one_item_each() {
    let card = |i: u8, class: &str, title: &str| {
        format!(
            "<div class='card {class}'><a href='/p/{i}'><img src='/i/{i}.jpg'></a><div><time datetime='2026-11-0{i}T08:00:00+04:00'>x</time>\
             <h3><a href='/p/{i}'>{title}</a></h3><p>Some words of the text.</p><a class='more' href='/p/{i}'>More »</a></div></div>"
        )
    };
    let cards = [
        card(3, "first", "The minister received a guest"),
        card(2, "odd", "Telephone talk of the ministers"),
        card(1, "last", "Նախարարի ուղերձը"),
    ];
    let list = page(&format!("{MENU}<main>{}</main>{FOOT}", cards.join("")));
    assert_eq!(paths(&list), ["/p/3", "/p/2", "/p/1"]);
    assert_eq!(titles(&list)[2], "Նախարարի ուղերձը");
    assert_eq!(dates(&list)[0], "2026-11-03T08:00:00+04:00");
}

#[test]
fn titles_can_stand_beside_links_that_only_say_more() {
    let rows: String = ["First statement of the day", "Second statement of the day"]
        .iter()
        .enumerate()
        .map(|(i, title)| format!("<div class='news'><strong>{title}</strong><p class='date'>Friday, 2{i} November 2026</p><a href='item/{i}7/'>more »</a></div>"))
        .collect();
    let list = page(&format!("{MENU}<div id='content'>{rows}</div>"));
    assert_eq!(titles(&list), ["First statement of the day", "Second statement of the day"]);
    assert_eq!(dates(&list).len(), 2);
}

#[test]
fn dates_can_stand_before_the_items() {
    let list = page(
        "<dl><dt>28.09.2026</dt><dd><a href='/k/353/1/a-long-slug-here'>Speech at the opening of the session</a></dd>\
         <dt>27.09.2026</dt><dd><a href='/k/353/2/another-long-slug'>Speech at the closing of the session</a></dd></dl>",
    );
    assert_eq!(dates(&list), ["2026-09-28", "2026-09-27"]);
}

#[test]
fn titles_without_dates_are_weighed_by_what_a_letter_says() {
    for title in ["경계 지역 정세에 관한 성명 발표", "关于边境地区局势的声明", "国境地帯の情勢に関する声明"]
    {
        let rows: String = (1..=6).map(|i| format!("<p><a href='/sub.mfa?3{i}c'>{title} {i}</a></p>")).collect();
        let list = page(&format!("{MENU}<div class='list'>{rows}</div>{FOOT}"));
        assert_eq!(paths(&list).len(), 6, "{title}");
        assert!(!list.sure);
    }
}

#[test]
fn a_page_of_nothing_lists_nothing() {
    for body in [
        "<h1>404</h1><p>Page not found.</p>",
        "<p>Nothing here.</p><a href='/a'>One short</a>",
        "<ul><li><a href='?offset=1'>Saturday, April 20</a></li><li><a href='?offset=2'>Friday, April 19</a></li></ul>",
        "",
    ] {
        assert_eq!(paths(&page(&format!("{MENU}{body}{FOOT}"))), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn a_sources_own_selector_decides() {
    let mut source = source(HOME);
    source.links = Some(".doc".into());
    let body = "<p class=doc><a href='/x/1'>A</a></p><a class=doc href='/x/2'>B</a><ul><li><a href='/y/1'>A statement on events 20.11.2026</a></li>\
        <li><a href='/y/2'>A statement on further events 21.11.2026</a></li></ul>";
    assert_eq!(paths(&found_as(&source, HOME, "text/html", body)), ["/x/1", "/x/2"]);
}

#[test]
fn odd_links_are_left_alone() {
    let rows: String = [
        "/news/../../../../etc/passwd-1",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user:pass@ministry.example/news/1.html",
        "/news/%00.html",
        "http://10.0.0.1/news/2.html",
        "/news/2.html",
        "#top",
        "/report-2026.pdf",
    ]
    .iter()
    .map(|href| {
        format!("<li><span>20 November 2026</span> <a href='{href}'>Official statement on the situation</a></li>")
    })
    .collect();
    assert_eq!(paths(&page(&format!("<ul>{rows}</ul>"))), ["/etc/passwd-1", "/news/2.html"]);
}

#[test]
fn the_next_page_is_found_by_number_and_by_word() {
    let next = |pager: &str| page(pager).next.map(|url| url[url::Position::BeforePath..].to_owned());
    assert_eq!(next("<p><b>1</b> <a href='?p=2'>2</a> <a href='?p=3'>3</a></p>").as_deref(), Some("/news?p=2"));
    assert_eq!(next("<p><a href='?p=1'>1</a> <span>2</span> <a href='?p=3'>3</a></p>").as_deref(), Some("/news?p=3"));
    assert_eq!(next("<p><a href='/news'>1</a> <a href='/news/page/2'>2</a></p>").as_deref(), Some("/news/page/2"));
    for word in
        ["Next »", "Older posts", "следующая", "Հաջորդ", "Növbəti", "Наступна", "Suivant ›", "weiter", "التالي", "次へ"]
    {
        assert_eq!(next(&format!("<a href='/news/2'>{word}</a>")).as_deref(), Some("/news/2"), "{word}");
    }
    assert_eq!(next("<a href='/x/2024'>2024</a><a href='/x/2025'>2025</a>"), None);
    assert_eq!(next("<a href='#'>Next</a><a href='/news'>Next</a><a href='https://other.example/'>Next</a>"), None);
}

#[test]
fn a_channel_gives_posts_and_the_older_page() {
    let post = |n: u32| {
        format!(
            "<div class='tgme_widget_message_wrap'><div class='tgme_widget_message' data-post='office/{n}'>\
             <div class='tgme_widget_message_text'><b>Title {n}</b><br/><br/>Text.</div>\
             <a class='tgme_widget_message_date' href='https://t.me/office/{n}'><time datetime='2026-11-2{n}T07:00:00+00:00'>07:00</time></a></div></div>"
        )
    };
    let source = source("https://t.me/s/office");
    let body = format!("<html><body>{}{}</body></html>", post(4), post(5));
    let found = found_as(&source, "https://t.me/s/office", "text/html", &body);
    assert_eq!(found.how, How::Telegram);
    assert_eq!(paths(&found), ["/office/5", "/office/4"]);
    assert_eq!(titles(&found), ["Title 5", "Title 4"]);
    assert_eq!(dates(&found)[0], "2026-11-25T07:00:00+00:00");
    assert_eq!(found.next.map(String::from).as_deref(), Some("https://t.me/s/office?before=4"));
}

#[test]
fn json_and_lists_of_addresses_are_read() {
    let body = r#"{"results":[{"title":"A <b>visit</b>","link":"/news/1","public_timestamp":"2026-11-20T10:00:00Z"},
        {"title":{"rendered":"A talk"},"link":"/news/2"},{"name":"no address"}]}"#;
    let json = found("application/json", body);
    assert_eq!((json.how, titles(&json)), (How::Json, vec!["A visit", "A talk"]));
    let list = found(
        "text/plain",
        "# remark\nhttps://ministry.example/1\nhttps://ministry.example/2 rest\nhttps://other.example/3",
    );
    assert_eq!((list.how, paths(&list)), (How::Urls, vec!["/1".to_owned(), "/2".to_owned()]));
}

#[test]
fn the_digest_of_a_set_knows_no_order() {
    let item = |path: &str, title: &str| Item {
        url: Url::parse("https://ministry.example/").and_then(|base| base.join(path)).expect("an address"),
        title: Some(title.into()),
        published: None,
        guid: None,
    };
    let a = set_digest(&[item("/1", "a"), item("/2", "b")]);
    assert_eq!(a, set_digest(&[item("/2/", "c"), item("/1", "a"), item("/1?utm_source=x", "a")]));
    assert_ne!(a, set_digest(&[item("/1", "a")]));
}

/// Pieces that break parsers, in any order.
const PIECES: [&str; 24] = [
    "<a href='/news/1.html'>Statement on the situation</a>",
    "<li>",
    "</li>",
    "<ul>",
    "</ul>",
    "<td>",
    "20 November 2026",
    "<nav>",
    "<rss>",
    "<channel>",
    "<item>",
    "</item>",
    "<title>",
    "<link>",
    "<![CDATA[",
    "]]>",
    "&#0;",
    "&amp",
    "<!--",
    "<urlset>",
    "<loc>",
    "{\"url\":",
    "<?xml",
    "\u{feff}\u{0}",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_order_of_pieces_breaks_anything(order in proptest::collection::vec(0..PIECES.len(), 0..60), kind in 0..4_u8) {
        let mut source = source(HOME);
        source.kind = [Kind::Auto, Kind::Feed, Kind::Sitemap, Kind::Json][usize::from(kind)];
        let body: String = order.into_iter().map(|piece| PIECES[piece]).collect();
        for item in found_as(&source, HOME, "text/html", &body).items {
            proptest::prop_assert_eq!(item.url.host_str(), Some("ministry.example"));
        }
    }
}

#[test]
fn a_hostile_listing_takes_linear_time() {
    let page = |links: usize| {
        // One address in ever new places of one container, and a sibling of many nodes before it.
        let rows: String = (0..links)
            .map(|i| format!("<i class='c{}'><a href='/news/1.html'>x</a> </i>", "x".repeat(i % 50)))
            .collect();
        format!("<html><body><div>{}</div><div><p>{rows}</p></div></body></html>", "<b></b>".repeat(20_000))
    };
    let started = std::time::Instant::now();
    let _ = found("text/html", &page(10_000));
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn foreign_bytes_never_break_anything() {
    let source = source(HOME);
    let bodies: [&[u8]; 6] =
        [b"", b"\xff\xfe\x00", b"<rss><channel><item>", b"{\"a\":[[[[", b"<urlset><url><loc>", &[0x1f, 0x8b, 0]];
    for kind in [Kind::Auto, Kind::Feed, Kind::Sitemap, Kind::Listing, Kind::Telegram, Kind::Json, Kind::Urls] {
        for body in bodies {
            let mut exchange = exchange(HOME, 200, "text/html", "");
            exchange.body = body.to_vec();
            let mut source = source.clone();
            source.kind = kind;
            assert!(read_items(&exchange, &source, &Reach::of(&source)).items.is_empty());
        }
    }
}
