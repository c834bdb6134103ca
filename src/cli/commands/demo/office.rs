//! The demo's press office: a small ministry served over real HTTP/1.1 on loopback.
//!
//! Knows nothing of the rest of the program, so that what is shown against it is shown against a stranger. Bound to
//! 127.0.0.1 at a port of the system's choice; every read is bounded in bytes and time; stops when it is dropped.

mod pages;
mod statements;
#[cfg(test)]
mod tests;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use pages::State;
use statements::{EDITED, STATEMENTS, WITHDRAWN};

/// Most bytes of a request's head.
const MOST_HEAD: usize = 16 * 1024;

/// Most time for reading a request, and for writing each part of an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Most visitors at one time; who comes beyond is sent away.
const MOST_VISITORS: usize = 64;

/// A press office that is open.
pub struct Office {
    address: SocketAddr,
    desk: Arc<Desk>,
    server: Option<JoinHandle<()>>,
}

/// What the office's threads share.
struct Desk {
    base: String,
    opened: DateTime<Utc>,
    edited: AtomicBool,
    withdrawn: AtomicBool,
    closing: AtomicBool,
    visitors: AtomicU64,
    inside: AtomicUsize,
}

impl Office {
    /// Opens an office whose statements were published in the days before `now`.
    ///
    /// # Errors
    ///
    /// Where the system gives no port on loopback or no thread.
    pub fn start(now: DateTime<Utc>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk {
            base: format!("http://{address}"),
            opened: now,
            edited: AtomicBool::new(false),
            withdrawn: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            visitors: AtomicU64::new(0),
            inside: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&desk);
        let server = thread::Builder::new().name("press office".to_owned()).spawn(move || open(&listener, &shared))?;
        Ok(Self { address, desk, server: Some(server) })
    }

    /// The address of its news: a listing that announces a feed.
    pub fn address(&self) -> String {
        format!("{}/news/", self.desk.base)
    }

    /// The address of the statement that [`edit`](Self::edit) changes.
    pub fn edited(&self) -> String {
        format!("{}/news/{}", self.desk.base, STATEMENTS[EDITED].page)
    }

    /// The address of the statement that [`withdraw`](Self::withdraw) takes down.
    pub fn withdrawn(&self) -> String {
        format!("{}/news/{}", self.desk.base, STATEMENTS[WITHDRAWN].page)
    }

    /// Edits a statement in silence: one number, one promise, one sentence less; its stated date stays.
    pub fn edit(&self) {
        self.desk.edited.store(true, Ordering::SeqCst);
    }

    /// Takes a statement down: its address answers 410, and listing and feed are without it.
    pub fn withdraw(&self) {
        self.desk.withdrawn.store(true, Ordering::SeqCst);
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.desk.closing.store(true, Ordering::SeqCst);
        // The last visitor wakes the server so that it sees the sign. Where even that fails it is left to the
        // process's end rather than waited for.
        if TcpStream::connect_timeout(&self.address, PATIENCE).is_ok()
            && let Some(server) = self.server.take()
        {
            let _ = server.join();
        }
    }
}

/// Lets visitors in until the office closes, each in a thread of its own.
fn open(listener: &TcpListener, desk: &Arc<Desk>) {
    while !desk.closing.load(Ordering::SeqCst) {
        let Ok((stream, _)) = listener.accept() else {
            // Out of files, mostly: those inside will leave.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        if desk.inside.fetch_add(1, Ordering::SeqCst) >= MOST_VISITORS {
            desk.inside.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let shared = Arc::clone(desk);
        let visit = move || {
            // A visitor who breaks off is no matter of the office's.
            let _ = receive(stream, &shared);
            shared.inside.fetch_sub(1, Ordering::SeqCst);
        };
        if thread::Builder::new().spawn(visit).is_err() {
            desk.inside.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Reads one request and answers it; the connection then ends.
fn receive(mut stream: TcpStream, desk: &Desk) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    stream.set_write_timeout(Some(PATIENCE))?;
    let answer = match read_head(&mut stream, deadline)? {
        Head::Whole(head) => answer(&head, desk),
        Head::TooLong => Answer::bare("431 Request Header Fields Too Large"),
        Head::CutShort => return Ok(()),
    };
    stream.write_all(&answer.bytes())?;
    stream.shutdown(Shutdown::Write)?;
    // What is closed with bytes unread is reset by the system, and the answer with it.
    let mut rest = [0; 4096];
    for _ in 0..64 {
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        if stream.read(&mut rest)? == 0 {
            break;
        }
    }
    Ok(())
}

enum Head {
    Whole(String),
    TooLong,
    CutShort,
}

/// Reads up to the empty line, in bounded bytes and until `deadline`, however slowly they drip.
fn read_head(stream: &mut TcpStream, deadline: Instant) -> io::Result<Head> {
    let mut head = Vec::new();
    let mut part = [0; 2048];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Head::CutShort);
        }
        stream.set_read_timeout(Some(left))?;
        let read = stream.read(&mut part)?;
        if read == 0 {
            return Ok(Head::CutShort);
        }
        // Only what is new can complete the end, but for three bytes before it.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(&part[..read]);
        if let Some(end) = head[from..].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            head.truncate(from + end);
            return Ok(Head::Whole(String::from_utf8_lossy(&head).into_owned()));
        }
        if head.len() > MOST_HEAD {
            return Ok(Head::TooLong);
        }
    }
}

/// An answer before it is put into bytes.
struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// What stands in `Content-Length`: the body's length, also where a HEAD leaves the body out.
    length: Option<usize>,
}

impl Answer {
    /// An answer that is nothing but its status.
    fn bare(status: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), length: Some(0) }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {}\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = self.length {
            out.push_str(&format!("Content-Length: {length}\r\n"));
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(&self.body);
        out
    }
}

/// What the office says to a request.
fn answer(head: &str, desk: &Desk) -> Answer {
    let mut lines = head.split("\r\n");
    let request: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let &[method, target, version] = request.as_slice() else { return Answer::bare("400 Bad Request") };
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let header = |name: &str| -> String {
        let values =
            headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.collect::<Vec<_>>().join(", ")
    };
    if !matches!(version, "HTTP/1.0" | "HTTP/1.1") {
        return Answer::bare("505 HTTP Version Not Supported");
    }
    // RFC 9112, 3.2: a request of HTTP/1.1 names its host.
    if version == "HTTP/1.1" && header("host").is_empty() {
        return Answer::bare("400 Bad Request");
    }
    if !matches!(method, "GET" | "HEAD") {
        let headers = vec![("Allow", "GET, HEAD".to_owned())];
        return Answer { headers, ..Answer::bare("405 Method Not Allowed") };
    }
    let path = target.strip_prefix(desk.base.as_str()).unwrap_or(target);
    let mut answer = page(path.split(['?', '#']).next().unwrap_or_default(), desk);
    conditional(&mut answer, &header("if-none-match"));
    compress(&mut answer, &header("accept-encoding"));
    if answer.length.is_some() {
        answer.length = Some(answer.body.len());
    }
    if method == "HEAD" {
        answer.body.clear();
    }
    answer
}

/// The page at a path, as it stands at this moment.
fn page(path: &str, desk: &Desk) -> Answer {
    let mut state = State {
        base: &desk.base,
        opened: desk.opened,
        edited: desk.edited.load(Ordering::SeqCst),
        withdrawn: desk.withdrawn.load(Ordering::SeqCst),
        visitors: 0,
    };
    let (status, kind, body) = match (path, State::find(path)) {
        (_, Some(place)) if state.is_down(place) => ("410 Gone", "text/html", state.absent("This page was removed")),
        (_, Some(place)) => {
            state.visitors = desk.visitors.fetch_add(1, Ordering::SeqCst);
            ("200 OK", "text/html", state.statement(place))
        }
        ("/news/", None) => ("200 OK", "text/html", state.listing()),
        ("/news/feed.xml", None) => ("200 OK", "application/rss+xml", state.feed()),
        ("/robots.txt", None) => ("200 OK", "text/plain", "User-agent: *\nDisallow: /internal/\n".to_owned()),
        ("/" | "/news", None) => {
            let headers = vec![("Location", format!("{}/news/", desk.base))];
            return Answer { headers, ..Answer::bare("301 Moved Permanently") };
        }
        (_, None) => ("404 Not Found", "text/html", state.absent("Page not found")),
    };
    let headers = vec![("Content-Type", format!("{kind}; charset=utf-8"))];
    Answer { status, headers, body: body.into_bytes(), length: Some(0) }
}

/// Names what is given by an ETag, and leaves it out where the visitor has it already.
///
/// The tag is weak, since one stands for the page with and without gzip.
fn conditional(answer: &mut Answer, known: &str) {
    if answer.status != "200 OK" {
        return;
    }
    let mut hasher = DefaultHasher::new();
    answer.body.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    // RFC 9110, 13.1.2: compared weakly, so that the mark itself does not count.
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if known.split(',').any(|known| known.trim() == "*" || opaque(known) == opaque(&tag)) {
        answer.status = "304 Not Modified";
        answer.headers.clear();
        answer.body.clear();
        answer.length = None;
    }
    answer.headers.push(("ETag", tag));
    answer.headers.push(("Vary", "Accept-Encoding".to_owned()));
}

/// Packs a body where gzip is accepted by name (RFC 9110, 12.5.3).
fn compress(answer: &mut Answer, accepted: &str) {
    let gzip = accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        matches!(name.trim().to_ascii_lowercase().as_str(), "gzip" | "x-gzip") && weight > 0.0
    });
    if !gzip || answer.body.is_empty() {
        return;
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    if packer.write_all(&answer.body).is_ok()
        && let Ok(packed) = packer.finish()
    {
        answer.body = packed;
        answer.headers.push(("Content-Encoding", "gzip".to_owned()));
    }
}
