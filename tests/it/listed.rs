//! What it says that a list does not name a statement any more, and that many of a source's statements vanish.

use serde_json::{Value, json};

use crate::desk::{Desk, counted, events};
use crate::pages::statement;
use crate::rounds::{of, only};
use crate::site::{Mishap, Page, Site, path_of};

/// Takes a statement out of the list and leaves its page where it stands.
fn unlist(site: &Site, name: &str, number: usize) {
    site.set(|office| office.places.retain(|(known, _)| known != name));
    let page = statement(&Page::numbered(number), None);
    site.mishap(&path_of(name), Mishap::Body("text/html; charset=utf-8", page.into_bytes()));
}

/// A sitemap of these statements, the last the newest.
fn sitemap(site: &Site, names: &[&str]) {
    let addresses = names.iter().enumerate().map(|(day, name)| {
        format!("<url><loc>{}</loc><lastmod>2026-03-{:02}</lastmod></url>", site.page(name), day + 1)
    });
    let body = format!(
        "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{}</urlset>",
        addresses.collect::<String>()
    );
    site.mishap("/sitemap.xml", Mishap::Body("application/xml", body.into_bytes()));
}

#[test]
fn what_leaves_the_listing_from_between_its_neighbours_is_asked_first_and_flagged() {
    let site = Site::with(8);
    let desk = Desk::watching(&site);
    desk.round();
    unlist(&site, "5", 5);
    site.publish("9", Page::numbered(9));
    site.take_requests();
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "new 1, unchanged 1", "nothing else is due: {told:#?}");
    let unchanged = only(&told, "unchanged");
    assert_eq!((&unchanged["url"], &unchanged["flags"]), (&site.page("5").into(), &json!(["delisted"])));
    assert_eq!(desk.statement_at(&site.page("5"))["state"], "up", "it is up still: no withdrawal");
    let paths: Vec<String> = site.take_paths().into_iter().filter(|path| path.contains("statement")).collect();
    assert_eq!(paths, [path_of("5"), path_of("9")], "what has gone may lead on to what is new: it is asked first");
    let flagged = desk.json(&["list", "--flag", "delisted"]);
    assert_eq!(flagged.iter().map(|line| &line["url"]).collect::<Vec<_>>(), [&Value::from(site.page("5"))]);
    desk.check();
}

#[test]
fn what_leaves_the_end_of_the_listing_says_nothing() {
    let site = Site::with(8);
    site.set(|office| office.per_page = 8);
    let desk = Desk::watching(&site);
    desk.round();
    unlist(&site, "1", 1);
    unlist(&site, "2", 2);
    site.take_requests();
    assert_eq!(counted(&events(desk.json(&["fetch"]))), "", "the oldest are forgotten by every listing");
    assert!(!site.take_paths().iter().any(|path| path.contains("statement")));
    desk.check();
}

#[test]
fn what_leaves_a_sitemap_is_looked_at_wherever_it_stood() {
    let site = Site::with(6);
    let desk = Desk::empty();
    let url = site.url("/sitemap.xml");
    desk.write(
        "sources.toml",
        &format!("[fetch]\nmin_interval = \"0s\"\nconfirm = \"0s\"\n[[source]]\nid = \"press\"\nkind = \"sitemap\"\nurl = \"{url}\"\n"),
    );
    sitemap(&site, &["1", "2", "3", "4", "5", "6"]);
    assert_eq!(counted(&desk.round()), "new 6");
    // the oldest and one from the middle leave it: one is up still, the other was taken down
    site.withdraw("3", 404);
    sitemap(&site, &["2", "4", "5", "6"]);
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "missing 1, unchanged 1", "{told:#?}");
    assert_eq!(only(&told, "missing")["url"], site.page("3"));
    let unchanged = only(&told, "unchanged");
    assert_eq!((&unchanged["url"], &unchanged["flags"]), (&site.page("1").into(), &json!(["delisted"])));
    // a sitemap that names hardly anything is taken for a fault of its own
    sitemap(&site, &["2", "4"]);
    site.take_requests();
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "withdrawn 1", "only what was missing is asked again: {told:#?}");
    desk.check();
}

#[test]
fn half_of_what_stood_must_vanish_and_three_at_least_before_the_source_is_unwell() {
    for (statements, vanish, unwell) in [(8, 3, false), (8, 4, true), (4, 2, false), (5, 3, true)] {
        let site = Site::with(statements);
        let desk = Desk::watching(&site);
        desk.round();
        for number in 1..=vanish {
            site.withdraw(&number.to_string(), 404);
        }
        let told = desk.round();
        let (missing, sick) = (of(&told, "missing").len(), of(&told, "unwell").len());
        let expected = if unwell { (0, 1) } else { (vanish, 0) };
        assert_eq!((missing, sick), expected, "{vanish} of {statements}: {told:#?}");
        desk.check();
    }
}

/// A page that scripts put together: its text stands in JSON-LD and nowhere else.
fn scripted(number: usize, notice: Option<&str>) -> Mishap {
    let page = Page::numbered(number);
    let body: Vec<&str> = notice.into_iter().chain(page.paragraphs.iter().map(String::as_str)).collect();
    let article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "datePublished": page.published,
        "articleBody": body.join("\n\n"),
    });
    // as many servers write it: every letter beyond ASCII by its number
    let escape = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    let article: String = article.to_string().chars().map(escape).collect();
    let html = format!(
        "<!DOCTYPE html><html><head><title>{}</title><script type=\"application/ld+json\">{article}</script></head>\
         <body><div id=\"app\"></div><script src=\"/app.js\"></script></body></html>",
        page.title
    );
    Mishap::Body("text/html; charset=utf-8", html.into_bytes())
}

#[test]
fn a_page_whose_text_is_in_json_ld_alone_is_a_statement_like_others() {
    let site = Site::with(4);
    for number in 1..=4 {
        site.mishap(&path_of(&number.to_string()), scripted(number, None));
    }
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 4");
    let listed = desk.statement_at(&site.page("2"));
    let page = Page::numbered(2);
    assert_eq!((&listed["title"], &listed["published"]), (&page.title.into(), &page.published.into()));
    let shown = desk.run(&["show", &site.page("2")]).ok();
    assert!(shown.text().ends_with(&format!("\n\n{}\n", page.paragraphs.join("\n\n"))), "{}", shown.text());
    assert_eq!(counted(&desk.round()), "unchanged 4");

    for (number, notice) in [
        (2, "This statement has been withdrawn."),
        (3, "Данное заявление отозвано 3 мая."),
        (4, "The article about this statement was read by many."),
    ] {
        site.mishap(&path_of(&number.to_string()), scripted(number, Some(notice)));
    }
    let told = desk.round();
    assert_eq!(counted(&told), "revised 3, unchanged 1", "{told:#?}");
    for revised in of(&told, "revised") {
        let marked = revised["flags"].as_array().is_some_and(|flags| flags.contains(&json!("marked-withdrawn")));
        assert_eq!(marked, revised["url"] != site.page("4"), "{revised:#?}");
    }
    desk.check();
}
