//! Feeds: well-formed, broken and hostile.

use super::*;

#[test]
fn atom_and_json_feeds_are_read() {
    let atom = "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>O</title><id>x</id>\
        <updated>2026-11-21T10:00:00Z</updated><link rel='next' href='/feed?page=2'/>\
        <entry><id>a</id><title>First of two</title><link href='/news/a'/><updated>2026-11-20T10:00:00Z</updated></entry>\
        <entry><id>b</id><title>Second of two</title><link rel='alternate' href='/news/b'/>\
        <published>2026-11-21T10:00:00+04:00</published><updated>2026-11-22T10:00:00Z</updated></entry></feed>";
    let atom = found("application/xml", atom);
    assert_eq!(paths(&atom), ["/news/b", "/news/a"]);
    assert_eq!(dates(&atom).len(), 1, "what is called updated is no date of publication");
    assert_eq!(atom.next.map(|next| next.path().to_owned()).as_deref(), Some("/feed"));
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"O","items":[
        {"id":"1","url":"https://ministry.example/news/1","title":"One","date_published":"2026-11-21T10:00:00Z","content_text":"x"}]}"#;
    let json = found("application/feed+json", json);
    assert_eq!((json.how, paths(&json)), (How::Feed, vec!["/news/1".to_owned()]));
}

#[test]
fn a_feed_that_is_not_well_formed_gives_what_it_has() {
    let body = "<?xml version='1.0'?><rss version='2.0'><channel><title>Office & sons</title>\
        <item><title>One & the other</title><link>/news/1.html</link><pubDate>Fri, 20 Nov 2026 10:00:00 +0400</pubDate></item>\
        <item><title>Two<br></title><link>/news/2.html</link></item>\
        <item><title>Three";
    let found = found("text/xml", body);
    assert_eq!(paths(&found), ["/news/1.html", "/news/2.html"]);
    assert_eq!(titles(&found)[0], "One & the other");
    assert_eq!(dates(&found), ["2026-11-20T10:00:00+04:00"]);
}

#[test]
fn a_second_declaration_is_survived_and_a_style_sheet_is_none() {
    let feed = |odd: &str| {
        let body = format!(
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Office</title>{odd}\
             <item><title>One<![CDATA[ & the other]]></title><link>/news/1.html</link></item></channel></rss>"
        );
        let found = found("application/rss+xml", &body);
        (paths(&found), titles(&found)[0].to_owned())
    };
    let (paths, _) = feed(" \u{3}<?xml version='1.0' encoding='euc-kr'?>");
    assert_eq!(paths, ["/news/1.html"]);
    let (paths, title) = feed("<?xml-stylesheet href='a.xsl'?>");
    assert_eq!((paths.as_slice(), title.as_str()), (&["/news/1.html".to_owned()][..], "One & the other"));
}

#[test]
fn a_feed_with_entities_is_refused() {
    let body = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'>]>\
        <rss version='2.0'><channel><title>&b;</title><item><title>&b;</title><link>/news/1.html</link></item></channel></rss>";
    let found = found("application/rss+xml", body);
    assert!(found.items.is_empty() && found.problem.is_some());
}

#[test]
fn announced_feeds_are_named_without_those_of_comments() {
    let body = "<html><head><link rel='alternate' type='application/rss+xml' href='/feed.xml'>\
        <link rel='alternate' type='application/rss+xml' title='Comments' href='/c.xml'>\
        <link rel='alternate' hreflang='ru' href='/ru'></head><body></body></html>";
    let further: Vec<String> = found("text/html", body).further.iter().map(|url| url.path().to_owned()).collect();
    assert_eq!(further, ["/feed.xml"]);
}
