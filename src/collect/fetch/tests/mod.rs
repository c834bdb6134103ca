//! Looks at a scripted server on loopback.

mod proxy;
mod roads;
mod secure;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::collect::clock::Stepped;
use crate::collect::stage::{Server, brotli, gzip, reply, source, zstd};
use crate::model::time::parse_rfc3339;

const PAGE: &[u8] = b"<!DOCTYPE html><title>Statement</title><p>The situation has been stable since 08:15.</p>";

fn client_of(source: &Source) -> Client {
    let start = parse_rfc3339("2026-11-23T02:10:00Z").expect("an instant");
    let clock = Arc::new(Stepped::new(start, chrono::TimeDelta::seconds(1)));
    Client::new(source, "mailto:desk@example.org", clock, Arc::new(Hosts::default())).expect("a client")
}

async fn look(server: &Server, path: &str) -> Result<Visit, Failure> {
    client_of(&source(server.url("/").as_str())).look(&server.url(path), &Validators::default()).await
}

async fn failure(server: &Server, path: &str) -> Failure {
    look(server, path).await.expect_err("a failure")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn the_record_is_what_was_sent_and_received() {
    let server = Server::start(|_, stream| {
        reply(stream, "200 Fine", &["Content-Type: text/html", "Set-Cookie: a=1", "ETag: \"x\""], PAGE)
    });
    let mut source = source(server.url("/").as_str());
    source.headers = vec![("Authorization".into(), "Basic c2VjcmV0".into()), ("X-Desk".into(), "7".into())];
    let validators = Validators { etag: Some("\"w\"".into()), ..Validators::default() };
    let visit = client_of(&source).look(&server.url("/news/1?a=b#part"), &validators).await.expect("an answer");

    let answer = &visit.answer;
    let sent = server.requests().remove(0);
    assert!(sent.contains("Authorization: Basic c2VjcmV0\r\n"), "{sent}");
    assert_eq!(text(&answer.request), sent.replace("Authorization: Basic c2VjcmV0\r\n", ""));
    assert!(sent.starts_with("GET /news/1?a=b HTTP/1.1\r\nUser-Agent: onrecord/"), "{sent}");
    assert!(sent.contains("(+mailto:desk@example.org)\r\n") && sent.contains("If-None-Match: \"w\"\r\n"), "{sent}");
    assert!(visit.hops.is_empty() && visit.asked().fragment().is_none());
    assert_eq!(
        text(&answer.head),
        format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nEtag: \"x\"\r\n\
             Content-Length: {}\r\n\r\n",
            PAGE.len()
        )
    );
    assert_eq!((answer.status, answer.body.as_slice(), answer.header("etag")), (200, PAGE, Some("\"x\"")));
    assert_eq!(answer.protocols, ["http/1.1"]);
    assert_eq!(answer.ip.map(|ip| ip.to_string()).as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn codings_are_undone_and_renamed() {
    let server = Server::start(|path, stream| match path {
        "/gzip" => reply(stream, "200 OK", &["Content-Encoding: gzip"], &gzip(PAGE)),
        "/br" => reply(stream, "200 OK", &["Content-Encoding: br"], &brotli(PAGE)),
        "/zstd" => reply(stream, "200 OK", &["Content-Encoding: zstd"], &zstd(PAGE)),
        "/chunked" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            for part in PAGE.chunks(10) {
                write!(stream, "{:x}\r\n", part.len())?;
                stream.write_all(part)?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        _ => reply(stream, "200 OK", &["Content-Encoding: windows-1251"], PAGE),
    });
    for path in ["/gzip", "/br", "/zstd", "/chunked"] {
        let answer = look(&server, path).await.expect(path).answer;
        assert_eq!(answer.body, PAGE, "{path}");
        let head = text(&answer.head);
        let renamed =
            if path == "/chunked" { "X-Orig-Transfer-Encoding: chunked" } else { "X-Orig-Content-Encoding: " };
        assert!(head.contains(renamed), "{head}");
        assert!(head.ends_with(&format!("\r\nContent-Length: {}\r\n\r\n", PAGE.len())), "{head}");
        assert_eq!(head.matches("\r\nContent-Length").count(), 1, "{head}");
    }
    let answer = look(&server, "/odd").await.expect("an answer").answer;
    assert!(text(&answer.head).contains("\r\nContent-Encoding: windows-1251\r\n"));
}

#[tokio::test]
async fn a_body_that_ends_early_is_no_body() {
    let server = Server::start(|path, stream| match path {
        "/length" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it"),
        "/chunk" => stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf of it"),
        "/last-chunk" => stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        _ => {
            let body = gzip(PAGE);
            reply(stream, "200 OK", &["Content-Encoding: gzip"], &body[..body.len() - 4])
        }
    });
    for path in ["/length", "/chunk", "/last-chunk", "/gzip"] {
        assert_eq!(failure(&server, path).await.kind, FailureKind::CutShort, "{path}");
    }
}

#[tokio::test]
async fn bounds_hold() {
    let server = Server::start(|path, stream| match path {
        "/announced" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000000\r\n\r\n"),
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'a'; 65536])?;
            }
        }
        "/bomb" => reply(stream, "200 OK", &["Content-Encoding: gzip"], &gzip(&vec![0; 3_000_000])),
        "/headers" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            for i in 0..5000 {
                write!(stream, "X-{i}: {}\r\n", "a".repeat(1000))?;
            }
            stream.write_all(b"\r\nhi")
        }
        "/one-header" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ")?;
            loop {
                stream.write_all(&[b'a'; 65536])?;
            }
        }
        _ => stream.write_all(&[0xff; 5000]),
    });
    let wanted = [
        ("/announced", FailureKind::TooLarge),
        ("/endless", FailureKind::TooLarge),
        ("/bomb", FailureKind::TooLarge),
        ("/headers", FailureKind::Protocol),
        ("/one-header", FailureKind::Protocol),
        ("/garbage", FailureKind::Protocol),
    ];
    for (path, kind) in wanted {
        let failure = failure(&server, path).await;
        assert_eq!(failure.kind, kind, "{path}: {}", failure.reason);
    }
}

#[tokio::test]
async fn time_is_bounded() {
    let server = Server::start(|path, stream| {
        if path == "/drip" {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
        }
        loop {
            if path == "/drip" {
                stream.write_all(b"a")?;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let mut source = source(server.url("/").as_str());
    source.limits.timeout = Duration::from_millis(300);
    let client = client_of(&source);
    for (path, kind) in [("/drip", FailureKind::TooSlow), ("/nothing", FailureKind::Timeout)] {
        let started = std::time::Instant::now();
        let failure = client.look(&server.url(path), &Validators::default()).await.expect_err("a failure");
        assert_eq!(failure.kind, kind, "{path}");
        assert!(started.elapsed() < Duration::from_secs(1), "{path}");
    }
}

#[tokio::test]
async fn what_trickles_is_cut_before_its_time_is_out_and_what_flows_is_not() {
    let server = Server::start(|path, stream| {
        let bytes = if path == "/trickle" { 10 } else { 2_000 };
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20000\r\n\r\n")?;
        let mut left = 20_000_usize;
        while left > 0 {
            stream.write_all(&vec![b'a'; bytes.min(left)])?;
            left = left.saturating_sub(bytes);
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    });
    let mut source = source(server.url("/").as_str());
    source.limits.timeout = Duration::from_secs(3);
    let client = client_of(&source);
    let started = std::time::Instant::now();
    let failure = client.look(&server.url("/trickle"), &Validators::default()).await.expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::TooSlow);
    assert!(started.elapsed() < Duration::from_secs(2), "cut after the first third: {:?}", started.elapsed());
    let visit = client.look(&server.url("/flow"), &Validators::default()).await.expect("an answer");
    assert_eq!(visit.answer.body.len(), 20_000);
}

fn to(stream: &mut TcpStream, location: &str) -> std::io::Result<()> {
    reply(stream, "302 Found", &[&format!("Location: {location}")], b"")
}

#[tokio::test]
async fn redirects_are_followed_and_bounded() {
    let server = Server::start(|path, stream| match path {
        "/a" => to(stream, "b?x=1#y"),
        "/b?x=1" => reply(stream, "200 OK", &[], PAGE),
        "/round" => to(stream, "/round2"),
        "/round2" => to(stream, "/round"),
        "/inside" => to(stream, "http://127.0.0.9:1/secret"),
        "/away" => to(stream, "https://other.example/"),
        "/file" => to(stream, "file:///etc/passwd"),
        "/bad" => to(stream, "http://["),
        "/gate" => reply(stream, "307 Temporary", &["Location: /gate", "Set-Cookie: pass=1"], b""),
        path => to(stream, &format!("{path}x")),
    });
    let visit = look(&server, "/a").await.expect("an answer");
    assert_eq!(visit.asked(), &server.url("/a"));
    assert_eq!(visit.answer.url, server.url("/b?x=1"));
    assert_eq!(visit.hops.len(), 1);
    let wanted = [
        ("/round", FailureKind::Redirects, 2),
        ("/more", FailureKind::Redirects, MOST_HOPS + 1),
        ("/inside", FailureKind::Forbidden, 1),
        ("/away", FailureKind::OffSite, 1),
        ("/file", FailureKind::Forbidden, 1),
        ("/bad", FailureKind::Redirects, 1),
        ("/gate", FailureKind::Redirects, 1),
    ];
    for (path, kind, hops) in wanted {
        let failure = failure(&server, path).await;
        assert_eq!((failure.kind, failure.hops.len()), (kind, hops), "{path}: {}", failure.reason);
    }
}

#[tokio::test]
async fn secrets_stay_with_the_sources_own_host() {
    let other = Server::start(|_, stream| reply(stream, "200 OK", &[], PAGE));
    let beyond = other.url("/2");
    let location = beyond.to_string();
    let server = Server::start(move |_, stream| to(stream, &location));
    let mut source = source(server.url("/").as_str());
    source.headers = vec![("Cookie".into(), "key=1".into()), ("X-Desk".into(), "7".into())];
    source.allow_hosts = vec![format!("127.0.0.1:{}", beyond.port().expect("a port"))];
    client_of(&source).look(&server.url("/1"), &Validators::default()).await.expect("an answer");
    let (own, foreign) = (server.requests().remove(0), other.requests().remove(0));
    assert!(own.contains("Cookie: key=1") && own.contains("X-Desk: 7"), "{own}");
    assert!(!foreign.contains("Cookie") && foreign.contains("X-Desk: 7"), "{foreign}");
}

#[tokio::test]
async fn conditions_go_to_the_address_that_gave_them() {
    let server = Server::start(|path, stream| match path {
        "/moved" => to(stream, "/1"),
        _ => reply(stream, "304 Not Modified", &["ETag: \"x\""], b""),
    });
    let validators = Validators {
        etag: Some("\"x\"".into()),
        last_modified: Some("Mon, 23 Nov 2026 02:12:00 GMT".into()),
        of: Some(server.url("/1")),
    };
    let client = client_of(&source(server.url("/").as_str()));
    let visit = client.look(&server.url("/moved"), &validators).await.expect("an answer");
    assert_eq!(visit.answer.status, 304);
    let conditional = |head: &String| head.contains("If-None-Match: \"x\"") && head.contains("If-Modified-Since: Mon");
    assert_eq!(server.requests().iter().map(conditional).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn a_reset_is_tried_once_more() {
    let server = Server::start(|_, _| Ok(()));
    assert_eq!(failure(&server, "/").await.kind, FailureKind::Reset);
    assert_eq!(server.paths().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_told_apart() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let source_of = |url: String| source(&url);
    let refused = source_of(format!("http://127.0.0.1:{port}/"));
    let failure = client_of(&refused).look(&refused.url, &Validators::default()).await.expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::Connect, "{}", failure.reason);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let secure = source_of(format!("https://{}/", plain.local_addr().expect("an address")));
    std::thread::spawn(move || {
        let (mut stream, _) = plain.accept()?;
        stream.write_all(b"this is no TLS at all, whatever you say")
    });
    let failure = client_of(&secure).look(&secure.url, &Validators::default()).await.expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::Tls, "{}", failure.reason);
}

#[tokio::test]
async fn robots_txt_is_asked_first_and_obeyed() {
    let server = Server::start(|path, stream| match path {
        "/robots.txt" => reply(stream, "200 OK", &[], b"User-agent: *\nDisallow: /search\nCrawl-delay: 0.01"),
        "/to-search" => to(stream, "/search?q=1"),
        _ => reply(stream, "200 OK", &[], PAGE),
    });
    let mut source = source(server.url("/").as_str());
    source.robots = Robots::Obey;
    let client = client_of(&source);
    assert!(client.look(&server.url("/1"), &Validators::default()).await.is_ok());
    let failure = client.look(&server.url("/to-search"), &Validators::default()).await.expect_err("forbidden");
    assert_eq!((failure.kind, failure.hops.len()), (FailureKind::Robots, 1));
    assert_eq!(server.paths(), ["/robots.txt", "/1", "/to-search"]);
}

#[tokio::test]
async fn an_endless_robots_txt_is_read_as_far_as_it_counts() {
    let server = Server::start(|path, stream| {
        if path != "/robots.txt" {
            return reply(stream, "200 OK", &[], PAGE);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n")?;
        loop {
            stream.write_all("Disallow: /private\n".repeat(1000).as_bytes())?;
        }
    });
    let mut source = source(server.url("/").as_str());
    source.robots = Robots::Obey;
    let client = client_of(&source);
    assert!(client.look(&server.url("/1"), &Validators::default()).await.is_ok());
    let failure = client.look(&server.url("/private/1"), &Validators::default()).await.expect_err("forbidden");
    assert_eq!(failure.kind, FailureKind::Robots);
}

#[tokio::test]
async fn retry_after_keeps_us_away() {
    let server = Server::start(|_, stream| reply(stream, "429 Too Many", &["Retry-After: 60"], b""));
    let client = client_of(&source(server.url("/").as_str()));
    let answer = client.look(&server.url("/1"), &Validators::default()).await.expect("an answer").answer;
    assert_eq!(answer.status, 429);
    let failure = client.look(&server.url("/2"), &Validators::default()).await.expect_err("busy");
    assert_eq!((failure.kind, server.paths().len()), (FailureKind::Busy, 1));
    let at = parse_rfc3339("2026-11-23T02:10:00Z").expect("an instant");
    assert_eq!(retry_after("Mon, 23 Nov 2026 02:12:00 GMT", at), Some(Duration::from_secs(120)));
}
