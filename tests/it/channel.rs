//! A channel: its posts are statements, and one that is gone from between its neighbours is missing.

use crate::desk::{Desk, counted, events};
use crate::rounds::only;
use crate::site::{Mishap, Site};

/// The preview of a channel with these posts: number and words.
fn preview(site: &Site, posts: &[(u64, &str)]) -> Vec<u8> {
    let post = |(number, words): &(u64, &str)| {
        format!(
            "<div class=\"tgme_widget_message_wrap js-widget_message_wrap\"><div class=\"tgme_widget_message js-widget_message\" \
             data-post=\"office/{number}\"><div class=\"tgme_widget_message_text js-message_text\" dir=\"auto\">{words}</div>\
             <div class=\"tgme_widget_message_footer\"><span class=\"tgme_widget_message_views\">{number}4K</span>\
             <a class=\"tgme_widget_message_date\" href=\"{}\"><time datetime=\"2026-11-20T10:{:02}:00+00:00\">10:00</time></a>\
             </div></div></div>",
            address(site, *number),
            number % 60
        )
    };
    let posts: String = posts.iter().map(post).collect();
    format!(
        "<!DOCTYPE html><html><head><title>Office</title></head><body class=\"tgme_body\">\
         <main class=\"tgme_main\"><section class=\"tgme_channel_history js-message_history\">{posts}</section></main></body></html>"
    )
    .into_bytes()
}

fn address(site: &Site, number: u64) -> String {
    site.url(&format!("/office/{number}"))
}

fn words(number: u64) -> String {
    format!(
        "Post number {number} says that the bridge near the old mill is open to traffic again, and that the ferry rests."
    )
}

/// Shows these posts of the channel, twenty a page as the real one does.
fn show(site: &Site, posts: &[u64], edited: Option<u64>) {
    let said: Vec<(u64, String)> = posts
        .iter()
        .map(|number| match edited {
            Some(edited) if edited == *number => (*number, words(*number).replace("open", "closed")),
            Some(_) | None => (*number, words(*number)),
        })
        .collect();
    let page = |posts: &[(u64, String)]| {
        let from = posts.len().saturating_sub(20);
        let posts: Vec<(u64, &str)> = posts[from..].iter().map(|(number, words)| (*number, words.as_str())).collect();
        Mishap::Body("text/html; charset=utf-8", preview(site, &posts))
    };
    for before in 1..=said.last().map_or(0, |(number, _)| number + 30) {
        let end = said.iter().take_while(|(number, _)| *number < before).count();
        site.mishap(&format!("/s/office?before={before}"), page(&said[..end]));
    }
    site.mishap("/s/office", page(&said));
}

fn watching(site: &Site) -> Desk {
    let desk = Desk::watching(site);
    let fetch = "[fetch]\nmin_interval = \"0s\"\ntimeout = \"5s\"\nconfirm = \"0s\"";
    let source = format!("[[source]]\nid = \"office\"\nname = \"Office\"\nurl = \"{}\"", site.url("/s/office"));
    desk.write("sources.toml", &format!("[archive]\npath = \"archive\"\n\n{fetch}\n\n{source}\n"));
    desk
}

#[test]
fn a_post_that_is_gone_from_between_its_neighbours_is_missing_and_the_end_of_a_page_says_nothing() {
    let site = Site::open();
    let all: Vec<u64> = (1..=50).collect();
    show(&site, &all, None);
    let desk = watching(&site);
    assert_eq!(counted(&desk.round()), "new 50");
    let entries = |desk: &Desk| desk.json(&["verify"]).last().map(|line| line["entries"].clone());
    let before = entries(&desk);
    assert_eq!(counted(&events(desk.json(&["fetch"]))), "", "what stands on the page as it did is no news");
    let after = entries(&desk);
    let grown = |value: Option<serde_json::Value>| value.and_then(|value| value.as_u64()).expect("a count");
    assert!(grown(after) - grown(before) < 5, "and fills no log");

    // one edited, one deleted; 51 is new
    let now: Vec<u64> = (1..=51).filter(|number| *number != 40).collect();
    show(&site, &now, Some(45));
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "missing 1, new 1, revised 1", "{told:#?}");
    assert_eq!(only(&told, "missing")["url"], address(&site, 40));
    assert_eq!(only(&told, "revised")["url"], address(&site, 45));
    let told = events(desk.json(&["fetch"]));
    assert_eq!(counted(&told), "withdrawn 1", "{told:#?}");
    desk.check();
}

#[test]
fn posts_that_are_due_are_looked_at_on_the_page_that_shows_them() {
    let site = Site::open();
    show(&site, &(1..=50).collect::<Vec<u64>>(), None);
    let desk = watching(&site);
    desk.round();
    let now: Vec<u64> = (1..=50).filter(|number| *number != 7).collect();
    show(&site, &now, Some(12));
    site.take_requests();
    let told = events(desk.json(&["fetch", "--recheck", "all"]));
    assert_eq!(counted(&told), "missing 1, revised 1, unchanged 48", "{told:#?}");
    assert!(site.take_paths().len() <= 5, "twenty posts a page");
    show(&site, &(1..=50).collect::<Vec<u64>>(), None);
    let told = events(desk.json(&["fetch", "--recheck", "all"]));
    assert_eq!(counted(&told), "revised 1, unchanged 49", "{told:#?}");
    desk.check();
}

#[test]
fn a_channel_that_shows_few_of_its_posts_is_unwell() {
    let site = Site::open();
    show(&site, &(1..=10).collect::<Vec<u64>>(), None);
    let desk = watching(&site);
    desk.round();
    show(&site, &[1, 5, 10], None);
    let told = events(desk.run(&["fetch", "--json"]).status(1).lines());
    assert_eq!(counted(&told), "failed 7, unwell 1", "{told:#?}");
    desk.check();
}
