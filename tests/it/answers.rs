//! How a scripted press office answers: one request read, one answer sent, well or badly.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crate::pages;
use crate::site::{Mishap, Place, Request, Shared, Validators, Wire, lock, path_of};

/// Reads one request, notes it, and answers it.
pub fn receive(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = Vec::new();
    let mut part = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(&mut part)?;
        if read == 0 || head.len() > 100_000 {
            return Ok(());
        }
        head.extend_from_slice(&part[..read]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.split("\r\n");
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("/").to_owned();
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let request = Request { path, headers: lines.filter_map(header).collect(), at: Instant::now(), answered: None };
    let number = {
        let mut requests = lock(&shared.requests);
        requests.push(request.clone());
        requests.len() - 1
    };
    let answer = answer(&request, shared);
    let sent = stream.write_all(&answer);
    if let Some(noted) = lock(&shared.requests).get_mut(number) {
        noted.answered = Some(Instant::now());
    }
    sent?;
    stream.shutdown(Shutdown::Write)?;
    // what is closed with bytes unread is reset by the system, and the answer with it
    while stream.read(&mut part)? > 0 {}
    Ok(())
}

fn answer(request: &Request, shared: &Shared) -> Vec<u8> {
    let bare = request.path.split('?').next().unwrap_or_default();
    let mishap = {
        let office = lock(&shared.office);
        let begins =
            |(path, _): &(&String, &Mishap)| path.strip_suffix('*').is_some_and(|start| bare.starts_with(start));
        let by_start = || office.mishaps.iter().find(begins).map(|(_, mishap)| mishap);
        office.mishaps.get(&request.path).or_else(|| office.mishaps.get(bare)).or_else(by_start).cloned()
    };
    match mishap {
        None => usual(request, shared),
        Some(Mishap::Slow(wait)) => {
            thread::sleep(wait);
            usual(request, shared)
        }
        Some(Mishap::Status(status)) => plain(status, "text/html", b"<html><body>Sorry.</body></html>", &[]),
        Some(Mishap::Redirect(status, to)) => plain(status, "text/html", b"", &[("Location", to)]),
        Some(Mishap::CutShort) => {
            let mut answer = usual(request, shared);
            answer.truncate(answer.len() - 100);
            answer
        }
        Some(Mishap::Reset) => Vec::new(),
        Some(Mishap::Raw(bytes)) => bytes,
        Some(Mishap::Body(kind, bytes)) => plain(200, kind, &bytes, &[]),
    }
}

fn plain(status: u16, kind: &str, body: &[u8], more: &[(&str, String)]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} As told\r\nConnection: close\r\nContent-Type: {kind}\r\n");
    for (name, value) in more {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut out = out.into_bytes();
    out.extend_from_slice(body);
    out
}

/// The answer where nothing goes wrong.
fn usual(request: &Request, shared: &Shared) -> Vec<u8> {
    let office = lock(&shared.office);
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let visitor = shared.visitors.fetch_add(1, Ordering::SeqCst);
    let found = office.places.iter().find(|(name, _)| path == path_of(name)).map(|(_, place)| place);
    let number = query.strip_prefix("page=").and_then(|number| number.parse().ok()).unwrap_or(1);
    let (kind, body, changes) = match (path, found) {
        (_, Some(Place { gone: Some(status), .. })) => {
            return plain(*status, "text/html; charset=utf-8", pages::absent().as_bytes(), &[]);
        }
        (_, Some(place)) => {
            let noise = office.noisy.then_some(visitor);
            let html = pages::statement(&place.page, noise);
            let kind = format!("text/html; charset={}", place.page.charset.label());
            (kind, place.page.charset.encode(&html), place.changes)
        }
        ("/news/", None) => {
            let html = pages::listing(&office, &shared.base, number);
            ("text/html; charset=utf-8".to_owned(), html.into_bytes(), 0)
        }
        ("/feed", None) if office.feed.is_some() => {
            let (kind, body) = pages::feed(&office, &shared.base);
            (kind.to_owned(), body.into_bytes(), 0)
        }
        ("/robots.txt", None) => match &office.robots {
            Some(rules) => ("text/plain".to_owned(), rules.clone().into_bytes(), 0),
            None => return plain(404, "text/plain", b"", &[]),
        },
        (_, None) => return plain(404, "text/html; charset=utf-8", pages::absent().as_bytes(), &[]),
    };
    let mut headers = Vec::new();
    if let (Some((name, value, condition)), Some(_)) = (version(office.validators, &body, changes), found) {
        if request.header(condition) == Some(value.as_str()) {
            return format!("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n{name}: {value}\r\n\r\n").into_bytes();
        }
        headers.push((name, value));
    }
    let gzip_is_taken = request.header("accept-encoding").is_some_and(|taken| taken.contains("gzip"));
    send(&kind, &body, &headers, office.wire, gzip_is_taken)
}

/// Name and value of the header that tells versions apart, and the header that asks for it.
fn version(validators: Validators, body: &[u8], changes: i64) -> Option<(&'static str, String, &'static str)> {
    match validators {
        Validators::None => None,
        Validators::Etag => Some(("ETag", format!("\"{:08x}\"", pages::sum(body)), "if-none-match")),
        Validators::LastModified => {
            let time = chrono::DateTime::from_timestamp(1_700_000_000 + 3600 * changes, 0).expect("a time");
            Some(("Last-Modified", time.format("%a, %d %b %Y %H:%M:%S GMT").to_string(), "if-modified-since"))
        }
    }
}

fn send(kind: &str, body: &[u8], headers: &[(&str, String)], wire: Wire, gzip_is_taken: bool) -> Vec<u8> {
    let mut headers = headers.to_vec();
    let packs = gzip_is_taken && matches!(wire, Wire::Gzip | Wire::GzipChunked);
    let body = if packs {
        headers.push(("Content-Encoding", "gzip".to_owned()));
        pages::gzip(body)
    } else {
        body.to_vec()
    };
    if matches!(wire, Wire::Plain | Wire::Gzip) {
        return plain(200, kind, &body, &headers);
    }
    let mut out = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\n");
    for (name, value) in &headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut out = format!("{out}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.chunks(700) {
        out.extend(format!("{:x}\r\n", chunk.len()).bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}
