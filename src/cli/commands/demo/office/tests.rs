//! The office over a bare socket, so that what is asked and answered is seen to the byte.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::*;

fn office() -> Office {
    let now: DateTime<Utc> = "2026-11-23T02:10:00Z".parse().expect("a time");
    Office::start(now).expect("a port")
}

/// Sends bytes as they are and gives all that comes back.
fn send(office: &Office, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(office.address).expect("the office is open");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    stream.write_all(bytes).expect("the request is taken");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer that ends");
    answer
}

/// Asks for a path or a whole address with further header lines; gives head and body.
fn ask(office: &Office, what: &str, lines: &str) -> (String, Vec<u8>) {
    let path = what.strip_prefix(&format!("http://{}", office.address)).unwrap_or(what);
    let answer = send(office, format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", office.address).as_bytes());
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
    (String::from_utf8(answer[..end].to_vec()).expect("a head in ASCII"), answer[end + 4..].to_vec())
}

fn page(office: &Office, what: &str) -> String {
    let (head, body) = ask(office, what, "");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{what}: {head}");
    String::from_utf8(body).expect("UTF-8")
}

fn links(page: &str) -> Vec<&str> {
    let links = page.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.ends_with(".html")).collect()
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

#[test]
fn the_listing_leads_to_every_statement_and_announces_a_shorter_feed() {
    let office = office();
    let listing = page(&office, &office.address());
    let links = links(&listing);
    assert_eq!(links.len(), STATEMENTS.len());
    for (link, statement) in links.iter().zip(&STATEMENTS) {
        let page = page(&office, link);
        assert!(listing.contains(statement.title) && page.contains(statement.title), "{link}");
        assert!(statement.paragraphs.iter().all(|paragraph| page.contains(paragraph)), "{link}");
        assert!(page.contains(&format!("<html lang=\"{}\">", statement.language)), "{link}");
    }
    let feed = listing.split("type=\"application/rss+xml\"").nth(1).and_then(|rest| rest.split('"').nth(3));
    let feed = page(&office, feed.expect("a feed is announced"));
    let items = feed.matches("<item>").count();
    assert!(items > 0 && items < links.len());
    assert!(links[..items].iter().all(|link| feed.contains(&format!("<link>{link}</link>"))));
    assert!(feed.contains("<pubDate>Sun, 22 Nov 2026 16:05:00 +0200</pubDate>"));
    assert!(page(&office, "/robots.txt").contains("Disallow: /internal/"));
}

#[test]
fn dates_are_printed_in_the_language_of_the_page() {
    let office = office();
    let listing = page(&office, &office.address());
    for date in ["22 November 2026, 16:05", "21 ноября 2026 года, 11:30", "18 Նոյեմբերի 2026"] {
        assert!(listing.contains(date), "{date}");
    }
    assert!(page(&office, &office.edited()).contains("\"datePublished\":\"2026-11-22T16:05:00+02:00\""));
}

#[test]
fn the_edit_is_silent_and_touches_nothing_else() {
    let office = office();
    let all = |office: &Office| -> Vec<String> {
        let pages = links(&page(office, &office.address())).iter().map(|link| page(office, link)).collect::<Vec<_>>();
        pages.iter().map(|page| page.lines().filter(|line| !line.contains("counter")).collect::<String>()).collect()
    };
    let (listing, before) = (page(&office, &office.address()), all(&office));
    office.edit();
    let after = all(&office);
    let changed: Vec<usize> = (0..before.len()).filter(|place| before[*place] != after[*place]).collect();
    assert_eq!(changed, [EDITED]);
    assert_eq!(page(&office, &office.address()), listing, "the listing does not tell");
    let (old, new) = (&before[EDITED], &after[EDITED]);
    assert!(old.contains("1,200 servicemen") && new.contains("900 servicemen"));
    assert!(old.contains("will return") && new.contains("may return"));
    assert!(old.contains("examined by a commission") && !new.contains("examined by a commission"));
    let stated =
        |page: &str| page.split("<time").nth(1).and_then(|rest| rest.split("</time>").next()).map(str::to_owned);
    assert_eq!(stated(old), stated(new));
}

#[test]
fn what_is_withdrawn_is_gone_everywhere() {
    let office = office();
    let gone = office.withdrawn();
    assert!(page(&office, &gone).contains(STATEMENTS[WITHDRAWN].paragraphs[1]));
    office.withdraw();
    let (head, body) = ask(&office, &gone, "");
    assert!(head.starts_with("HTTP/1.1 410 Gone"), "{head}");
    assert!(!String::from_utf8_lossy(&body).contains(STATEMENTS[WITHDRAWN].title));
    assert!(!page(&office, &office.address()).contains(&gone));
    assert!(!page(&office, "/news/feed.xml").contains(&gone));
}

#[test]
fn what_a_visitor_has_is_not_sent_again() {
    let office = office();
    let address = office.edited();
    let (head, _) = ask(&office, &address, "");
    let tag = header(&head, "ETag").expect("a tag");
    for known in [tag.to_owned(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()]
    {
        let (head, body) = ask(&office, &address, &format!("If-None-Match: {known}\r\n"));
        assert!(head.starts_with("HTTP/1.1 304 Not Modified") && body.is_empty(), "{known}: {head}");
        assert_eq!(header(&head, "ETag"), Some(tag));
    }
    office.edit();
    let (head, _) = ask(&office, &address, &format!("If-None-Match: {tag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 200 OK"), "an edited page has another tag");
}

#[test]
fn gzip_is_sent_where_it_is_accepted() {
    let office = office();
    let plain = page(&office, &office.edited());
    for (accepted, packed) in
        [("gzip, br", true), ("br;q=1.0, gzip;q=0.5", true), ("gzip;q=0", false), ("identity", false), ("br", false)]
    {
        let (head, body) = ask(&office, &office.edited(), &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!(header(&head, "Content-Encoding").is_some(), packed, "{accepted}");
        assert_eq!(header(&head, "Content-Length"), Some(body.len().to_string().as_str()));
        let mut text = String::new();
        let mut unpacked = flate2::read::GzDecoder::new(body.as_slice());
        let read = if packed { unpacked.read_to_string(&mut text) } else { body.as_slice().read_to_string(&mut text) };
        assert!(read.is_ok() && text == plain, "{accepted}");
    }
}

#[test]
fn odd_requests_are_answered_and_harm_nobody() {
    let office = office();
    let host = format!("Host: {}\r\n\r\n", office.address);
    for (request, status) in [
        (format!("POST /news/ HTTP/1.1\r\n{host}"), "405"),
        (format!("GET /news/1.html HTTP/1.1\r\n{host}"), "404"),
        (format!("GET /news/../../etc/passwd HTTP/1.1\r\n{host}"), "404"),
        (format!("GET / HTTP/1.1\r\n{host}"), "301"),
        (format!("GET /news/?page=2#top HTTP/1.1\r\n{host}"), "200"),
        (format!("GET {} HTTP/1.1\r\n{host}", office.address()), "200"),
        ("GET /news/ HTTP/1.0\r\n\r\n".to_owned(), "200"),
        ("GET /news/ HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (format!("GET /news/ HTTP/2.0\r\n{host}"), "505"),
        ("\r\n\r\n".to_owned(), "400"),
        ("\u{16}\u{3}\u{1} Ծ\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(100_000)), "431"),
    ] {
        let answer = String::from_utf8_lossy(&send(&office, request.as_bytes())).into_owned();
        let shown: String = request.chars().take(40).collect();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown:?}: {answer}");
    }
    let answer = send(&office, format!("HEAD /news/ HTTP/1.1\r\n{host}").as_bytes());
    let head = String::from_utf8(answer).expect("a head alone");
    let length = header(&head, "Content-Length").expect("a length").parse::<usize>().expect("a number");
    assert!(head.ends_with("\r\n\r\n") && length == page(&office, &office.address()).len());
}

#[test]
fn visitors_who_say_nothing_keep_nobody_waiting() {
    let office = office();
    let silent: Vec<TcpStream> =
        (0..8).map(|_| TcpStream::connect(office.address).expect("the office is open")).collect();
    let half = TcpStream::connect(office.address).expect("the office is open");
    (&half).write_all(b"GET /news/ HT").expect("taken");
    half.shutdown(Shutdown::Both).expect("broken off");
    let begun = Instant::now();
    page(&office, &office.address());
    let port = office.address;
    drop(office);
    assert!(begun.elapsed() < PATIENCE, "neither answering nor closing waits for the silent");
    drop(silent);
    assert!(TcpStream::connect(port).is_err(), "it is closed");
}
