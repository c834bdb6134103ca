//! Whole searches for news at a scripted office.

use std::sync::Arc;

use crate::collect::clock::System;
use crate::collect::discover::{Depth, How, Round, look_for_news};
use crate::collect::fetch::Client;
use crate::collect::host::Hosts;
use crate::collect::stage::{Server, reply, source};

/// A page of a listing with the statements `numbers`, and more after it.
fn listing(numbers: impl Iterator<Item = u32>, next: Option<u32>) -> String {
    let rows: String = numbers
        .map(|n| {
            format!(
                "<li><span>20 November 2026</span> <a href='/news/{n}.html'>Statement {n} on the situation</a></li>"
            )
        })
        .collect();
    let next = next.map(|next| format!("<a rel=next href='/news?page={next}'>Next</a>")).unwrap_or_default();
    format!(
        "<html><head><link rel=alternate type='application/rss+xml' href='/feed.xml'></head><body><ul>{rows}</ul>{next}</body></html>"
    )
}

fn feed(numbers: impl Iterator<Item = u32>) -> String {
    let items: String =
        numbers.map(|n| format!("<item><title>Statement {n}</title><link>/news/{n}.html</link></item>")).collect();
    format!(
        "<rss version='2.0'><channel><title>O</title><link>/</link><description>n</description>{items}</channel></rss>"
    )
}

fn office(pages: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Server {
    Server::start(move |path, stream| match pages(path) {
        Some(page) => reply(stream, "200 OK", &["Content-Type: text/html; charset=utf-8"], page.as_bytes()),
        None => reply(stream, "404 Not Found", &[], b"not found"),
    })
}

async fn ask(server: &Server, known: &[u32], limit: usize) -> Round {
    ask_as_deep(Depth::News, server, known, limit).await
}

async fn ask_as_deep(depth: Depth, server: &Server, known: &[u32], limit: usize) -> Round {
    let source = source(server.url("/news").as_str());
    let client = Client::new(&source, "none", Arc::new(System), Arc::new(Hosts::default())).expect("a client");
    let known: Vec<String> = known.iter().map(|n| format!("/news/{n}.html")).collect();
    look_for_news(&client, &source, &|url| known.iter().any(|path| path == url.path()), limit, depth).await
}

fn three_pages(path: &str) -> Option<String> {
    match path {
        "/news" => Some(listing((7..=9).rev(), Some(2))),
        "/news?page=2" => Some(listing((4..=6).rev(), Some(3))),
        "/news?page=3" => Some(listing((1..=3).rev(), Some(1))),
        "/news?page=1" => Some(listing((7..=9).rev(), Some(2))),
        _ => None,
    }
}

#[tokio::test]
async fn pages_are_turned_until_all_is_known() {
    let server = office(three_pages);
    let round = ask(&server, &[1, 2, 3, 4, 5, 6, 7], 200).await;
    assert_eq!(server.paths(), ["/news", "/news?page=2"]);
    assert_eq!((round.items.len(), round.answered()), (6, true));
}

/// Five pages of three, the newest first; what stands in `slipped` follows statement 5.
fn five_pages(slipped: &'static [u32]) -> impl Fn(&str) -> Option<String> + Send + Sync {
    move |path| {
        let after = |n: u32| std::iter::once(n).chain(slipped.iter().copied().filter(move |_| n == 5));
        let all: Vec<u32> = (1..=15).rev().flat_map(after).collect();
        let number: u32 = path.strip_prefix("/news?page=").map_or(Some(1), |number| number.parse().ok())?;
        let from = (number as usize - 1) * 3;
        let page = all.get(from..all.len().min(from + 3))?;
        Some(listing(page.iter().copied(), (from + 3 < all.len()).then_some(number + 1)))
    }
}

#[tokio::test]
async fn a_deep_walk_finds_what_was_slipped_in_between_known_statements() {
    let known: Vec<u32> = (1..=14).collect();
    let numbers = |round: &Round| -> Vec<String> {
        let unknown =
            round.items.iter().filter(|item| !known.iter().any(|n| item.url.path() == format!("/news/{n}.html")));
        unknown.map(|item| item.url.path().to_owned()).collect()
    };
    let server = office(five_pages(&[101, 102]));
    let usual = ask(&server, &known, usize::MAX).await;
    assert_eq!(numbers(&usual), ["/news/15.html"]);
    assert_eq!(server.paths(), ["/news", "/news?page=2"], "the second page is known");
    let deep = ask_as_deep(Depth::Pages, &server, &known, usize::MAX).await;
    assert_eq!(numbers(&deep), ["/news/15.html", "/news/101.html", "/news/102.html"]);
    assert_eq!(server.paths().len(), 2 + 6, "each page once");
}

#[tokio::test]
async fn a_deep_walk_leaves_what_the_first_round_left() {
    let known: Vec<u32> = (12..=15).collect();
    let server = office(five_pages(&[]));
    let deep = ask_as_deep(Depth::Pages, &server, &known, usize::MAX).await;
    let unknown = deep.items.iter().filter(|item| !known.iter().any(|n| item.url.path() == format!("/news/{n}.html")));
    assert_eq!(unknown.count(), 0, "{:?}", deep.items);
    assert_eq!(server.paths().len(), 5, "three pages on which nothing is known, and no more");
}

#[tokio::test]
async fn a_first_look_turns_every_page_once_and_stops_in_a_circle() {
    let server = office(three_pages);
    let round = ask(&server, &[], 200).await;
    assert_eq!(round.items.len(), 9);
    assert_eq!(round.items[0].url, server.url("/news/9.html"));
    assert_eq!(server.paths(), ["/news", "/news?page=2", "/news?page=3", "/news?page=1"]);
}

#[tokio::test]
async fn the_limit_ends_the_turning() {
    let server = office(three_pages);
    assert_eq!(ask(&server, &[], 4).await.items.len(), 6, "a page that was read is read whole");
    assert_eq!(server.paths().len(), 2);
}

#[tokio::test]
async fn a_page_without_a_list_leads_to_its_feed() {
    let server = office(|path| match path {
        "/news" => Some(listing(0..0, None)),
        "/feed.xml" => Some(feed((1..=3).rev())),
        _ => None,
    });
    let round = ask(&server, &[], 200).await;
    assert_eq!(round.items.len(), 3);
    assert_eq!(round.polls.iter().map(|poll| poll.how).collect::<Vec<_>>(), [Some(How::Listing), Some(How::Feed)]);
}

#[tokio::test]
async fn a_list_of_one_page_is_completed_from_the_feed_while_it_has_news() {
    let pages = |path: &str| match path {
        "/news" => Some(listing((7..=9).rev(), None)),
        "/feed.xml" => Some(feed((1..=9).rev())),
        _ => None,
    };
    let server = office(pages);
    assert_eq!(ask(&server, &[], 200).await.items.len(), 9);
    let server = office(pages);
    assert_eq!(ask(&server, &[7, 8, 9], 200).await.items.len(), 3);
    assert_eq!(server.paths(), ["/news"], "no news, no second request");
}

#[tokio::test]
async fn only_a_page_without_both_leads_to_sitemaps() {
    let server = Server::start(|path, stream| {
        let host = "http://127.0.0.1";
        match path {
            "/news" => reply(stream, "200 OK", &["Content-Type: text/html"], b"<html><body>For browsers alone.</body></html>"),
            "/robots.txt" => reply(stream, "200 OK", &[], b"User-agent: *\nDisallow: /x\n"),
            "/sitemap.xml" => reply(stream, "200 OK", &[], format!("<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap><sitemap><loc>{host}/s2.xml</loc></sitemap></sitemapindex>").as_bytes()),
            "/s1.xml" => reply(stream, "200 OK", &[], b"<urlset><url><loc>/about</loc></url><url><loc>/press/1</loc></url><url><loc>/press/2</loc></url></urlset>"),
            _ => reply(stream, "404 Not Found", &[], b""),
        }
    });
    let round = ask(&server, &[], 200).await;
    assert_eq!(round.items.iter().map(|item| item.url.path().to_owned()).collect::<Vec<_>>(), ["/press/2", "/press/1"]);
    assert_eq!(server.paths(), ["/news", "/robots.txt", "/sitemap.xml", "/s1.xml"]);
}

#[tokio::test]
async fn a_gate_lists_nothing_and_is_not_walked_around() {
    let server = Server::start(|_, stream| {
        reply(
            stream,
            "200 OK",
            &["cf-mitigated: challenge"],
            b"<html><title>Just a moment...</title><a href='/1'>x</a></html>",
        )
    });
    let round = ask(&server, &[], 200).await;
    assert!(!round.answered() && round.items.is_empty());
    assert_eq!(server.paths(), ["/news"]);
    assert!(round.polls[0].problem.as_deref().is_some_and(|problem| problem.starts_with("blocked")));
}

#[tokio::test]
async fn a_list_of_short_titles_is_known_by_the_statements_that_are() {
    let server = office(|path| {
        let rows: String = (1..=8).map(|n| format!("<p><a href='/news/{n}.html'>Briefing {n}</a></p>")).collect();
        (path == "/news").then(|| format!("<html><body><div>{rows}</div></body></html>"))
    });
    assert!(ask(&server, &[], 100).await.items.is_empty(), "short and undated: anything may be listed there");
    let round = ask(&server, &[2, 4, 5, 7], 100).await;
    assert_eq!(round.items.len(), 8);
    assert!(round.answered());
}
