//! A press office under the test's command: pages, a listing, a feed, and every mishap that an office has.
//!
//! Served over real HTTP/1.1 on loopback by threads of the standard library; one request a connection. Every request is
//! noted, so that a test can say how an office was treated.

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::answers::receive;
pub use crate::pages::{Charset, Page};

/// How a path answers instead of, or beside, what stands there.
#[derive(Clone, Debug)]
pub enum Mishap {
    /// This status and a page that says little.
    Status(u16),
    /// A redirect.
    Redirect(u16, String),
    /// The usual answer, after a while.
    Slow(Duration),
    /// `Content-Length` promises more than comes.
    CutShort,
    /// The connection ends without an answer.
    Reset,
    /// These bytes, as they are.
    Raw(Vec<u8>),
    /// A page of this type and body, whatever stands there.
    Body(&'static str, Vec<u8>),
}

/// The form of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// RSS 2.0.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// What a request is answered with to make the next look cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validators {
    /// Nothing.
    None,
    /// An entity tag.
    Etag,
    /// A date of the last change.
    LastModified,
}

/// How bodies come over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// As they are, with their length.
    Plain,
    /// Packed, where the visitor takes it.
    Gzip,
    /// In chunks.
    Chunked,
    /// Packed and in chunks.
    GzipChunked,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// When it came.
    pub at: Instant,
    /// When the answer to it was sent.
    pub answered: Option<Instant>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What stands at an address of a statement.
#[derive(Clone, Debug)]
pub struct Place {
    /// The page.
    pub page: Page,
    /// Its status where it was taken down.
    pub gone: Option<u16>,
    /// How often it was changed, for the date of the last change.
    pub changes: i64,
}

/// Everything about the office that a test can set.
pub struct Office {
    /// Name and place, oldest first.
    pub places: Vec<(String, Place)>,
    /// Whether a statement that is taken down leaves the listing too.
    pub delists: bool,
    /// How many statements a page of the listing shows; all where 0.
    pub per_page: usize,
    /// The feed, and how many statements it shows.
    pub feed: Option<(Feed, usize)>,
    /// What every page says about its version.
    pub validators: Validators,
    /// How bodies come.
    pub wire: Wire,
    /// Whether pages carry nonces, counters, clocks and a list of other statements in turning order.
    pub noisy: bool,
    /// What robots.txt says; 404 where `None`.
    pub robots: Option<String>,
    /// Paths that answer otherwise; those that end in `*` stand for all that begin so.
    pub mishaps: HashMap<String, Mishap>,
}

/// What the threads of an office share.
pub struct Shared {
    /// The office.
    pub office: Mutex<Office>,
    /// Every request so far.
    pub requests: Mutex<Vec<Request>>,
    /// How many visitors came.
    pub visitors: AtomicU64,
    closed: AtomicBool,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
}

/// The office, open until dropped.
pub struct Site {
    shared: Arc<Shared>,
    port: u16,
    doorman: Option<JoinHandle<()>>,
}

/// A lock that outlives a panic elsewhere.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// Opens an office with a listing at `/news/` and nothing in it.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let office = Office {
            places: Vec::new(),
            delists: true,
            per_page: 0,
            feed: None,
            validators: Validators::None,
            wire: Wire::Plain,
            noisy: false,
            robots: None,
            mishaps: HashMap::new(),
        };
        let shared = Arc::new(Shared {
            office: Mutex::new(office),
            requests: Mutex::default(),
            visitors: AtomicU64::new(1000),
            closed: AtomicBool::new(false),
            base: format!("http://127.0.0.1:{port}"),
        });
        let inside = Arc::clone(&shared);
        let doorman = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if inside.closed.load(Ordering::SeqCst) {
                    return;
                }
                let inside = Arc::clone(&inside);
                // a visitor who breaks off is no matter of the office's
                thread::spawn(move || drop(receive(stream, &inside)));
            }
        });
        Self { shared, port, doorman: Some(doorman) }
    }

    /// An office with so many statements of [`Page::numbered`], from 1, the highest the newest.
    pub fn with(statements: usize) -> Self {
        let site = Self::open();
        for number in 1..=statements {
            site.publish(&number.to_string(), Page::numbered(number));
        }
        site
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.shared.base)
    }

    /// The address of a statement.
    pub fn page(&self, name: &str) -> String {
        self.url(&path_of(name))
    }

    /// The address that stands in `sources.toml`.
    pub fn news(&self) -> String {
        self.url("/news/")
    }

    /// Changes the office itself.
    pub fn set(&self, change: impl FnOnce(&mut Office)) {
        change(&mut lock(&self.shared.office));
    }

    /// Puts up a statement, as the newest.
    pub fn publish(&self, name: &str, page: Page) {
        self.set(|office| office.places.push((name.to_owned(), Place { page, gone: None, changes: 0 })));
    }

    /// Changes a statement in silence.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Page)) {
        self.at(name, |place| {
            change(&mut place.page);
            place.changes += 1;
        });
    }

    /// Takes a statement down: its address answers with `status` from now on.
    pub fn withdraw(&self, name: &str, status: u16) {
        self.at(name, |place| place.gone = Some(status));
    }

    /// Puts it back as it was.
    pub fn restore(&self, name: &str) {
        self.at(name, |place| place.gone = None);
    }

    fn at(&self, name: &str, change: impl FnOnce(&mut Place)) {
        self.set(|office| {
            let place = office.places.iter_mut().find(|(known, _)| known == name);
            change(&mut place.unwrap_or_else(|| panic!("no statement {name}")).1);
        });
    }

    /// Lets a path answer otherwise.
    pub fn mishap(&self, path: &str, mishap: Mishap) {
        self.set(|office| drop(office.mishaps.insert(path.to_owned(), mishap)));
    }

    /// Lets everything answer as usual again.
    pub fn recover(&self) {
        self.set(|office| office.mishaps.clear());
    }

    /// The requests since the last call, in the order in which they came.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.shared.requests))
    }

    /// The paths of the requests since the last call.
    pub fn take_paths(&self) -> Vec<String> {
        self.take_requests().into_iter().map(|request| request.path).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // the doorman waits for a visitor: this is the last one
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(doorman) = self.doorman.take() {
            drop(doorman.join());
        }
    }
}

/// The path of a statement.
pub fn path_of(name: &str) -> String {
    format!("/news/statement-{name}.html")
}
