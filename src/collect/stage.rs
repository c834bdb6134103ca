//! A tiny scripted server on loopback and other props for the tests of this room.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::clock::Stepped;
use crate::model::capture::Exchange;
use crate::model::source::{Kind, Limits, ReadSettings, Robots, Source};
use crate::model::time::parse_rfc3339;

/// A source at `url` with no wait between requests and short times.
pub(crate) fn source(url: &str) -> Source {
    Source {
        id: "office".parse().expect("a source id"),
        name: "Office".into(),
        url: Url::parse(url).expect("an address"),
        kind: Kind::Auto,
        every: Duration::from_secs(900),
        links: None,
        reading: ReadSettings::default(),
        allow_hosts: Vec::new(),
        proxy: None,
        ca: None,
        headers: Vec::new(),
        robots: Robots::Ignore("a test".into()),
        was: Vec::new(),
        closed: None,
        limits: Limits {
            min_interval: Duration::ZERO,
            timeout: Duration::from_secs(2),
            max_body: 200_000,
            ..Limits::default()
        },
    }
}

/// A clock that stands still until it is told to go on.
pub(crate) fn clock() -> Stepped {
    Stepped::new(parse_rfc3339("2026-11-23T02:10:00Z").expect("an instant"), TimeDelta::zero())
}

/// An exchange that answered `status` with `body`.
pub(crate) fn exchange(url: &str, status: u16, content_type: &str, body: &str) -> Exchange {
    Exchange {
        url: Url::parse(url).expect("an address"),
        at: parse_rfc3339("2026-11-23T02:10:00Z").expect("an instant"),
        request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        head: Vec::new(),
        status,
        headers: vec![("content-type".into(), content_type.into())],
        body: body.as_bytes().to_vec(),
        protocols: vec!["http/1.1".into()],
        tls: None,
        ip: None,
        elapsed: Duration::ZERO,
    }
}

/// What a server does with one request, of which it is given the head: writes to the stream; the connection is closed after it.
type Scene = dyn Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync;

/// A server that plays one scene for every request, until the test ends.
pub(crate) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves on a free port of 127.0.0.1; `scene` is given the path and the stream.
    pub(crate) fn start(scene: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        Self::start_on_heads(move |head, stream| scene(path_in(head), stream))
    }

    /// As [`Server::start`]; `scene` is given the whole head of the request.
    pub(crate) fn start_on_heads(
        scene: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, scene): (_, Arc<Scene>) = (Arc::clone(&requests), Arc::new(scene));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, scene) = (Arc::clone(&seen), Arc::clone(&scene));
                thread::spawn(move || serve(stream, &seen, &*scene));
            }
        });
        Self { address, requests }
    }

    /// The address of a path on it.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.address)).expect("an address")
    }

    /// The heads of all requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic in a scene").clone()
    }

    /// The paths asked so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.requests().iter().map(|head| path_in(head).to_owned()).collect()
    }
}

/// The path that a request asks for.
pub(crate) fn path_in(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or("/")
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, scene: &Scene) {
    let Ok(reading) = stream.try_clone() else { return };
    let mut head = String::new();
    for line in BufReader::new(reading).lines() {
        let Ok(line) = line else { return };
        head.push_str(&line);
        head.push_str("\r\n");
        if line.is_empty() {
            break;
        }
    }
    seen.lock().expect("no panic in a scene").push(head.clone());
    // The client may have gone away; that is part of some tests.
    let _ = scene(&head, &mut stream);
}

/// Writes an answer with a length; `headers` are whole lines.
pub(crate) fn reply(stream: &mut TcpStream, status: &str, headers: &[&str], body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n")?;
    for header in headers {
        write!(stream, "{header}\r\n")?;
    }
    write!(stream, "Content-Length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)?;
    stream.flush()
}

/// `body` as gzip.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(body).expect("memory takes all");
    writer.finish().expect("memory takes all")
}

/// `body` as zstd.
pub(crate) fn zstd(body: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest)
}

/// `body`, of 1 to 65,536 bytes, as one stored meta-block of brotli (RFC 7932, section 9.2).
pub(crate) fn brotli(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() - 1).expect("short");
    assert!(length < 1 << 16);
    // Window of 16 bits: 0; not last: 0; four nibbles: 00; the length; uncompressed: 1.
    let header = (length << 4) | (1 << 20);
    let mut out = header.to_le_bytes()[..3].to_vec();
    out.extend_from_slice(body);
    out.push(0b11);
    out
}
