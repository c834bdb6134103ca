//! A source as it is meant: every setting worked out, nothing left to look up.
//!
//! Made from `sources.toml` by `collect::sources`; nothing here reads a file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::json_path::JsonPaths;
use super::rules::Rules;
use super::statement::SourceId;

/// An office that we watch.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its short name.
    pub id: SourceId,
    /// Its name for people.
    pub name: String,
    /// Where its news stands.
    pub url: Url,
    /// How its news is found.
    pub kind: Kind,
    /// How often `watch` asks it.
    pub every: Duration,
    /// CSS selector of the links in its listing; worked out where absent.
    pub links: Option<String>,
    /// How its pages are read.
    pub reading: ReadSettings,
    /// Other hosts that links and redirects may lead to.
    pub allow_hosts: Vec<String>,
    /// `http://`, `socks5://` or `socks5h://` proxy.
    pub proxy: Option<String>,
    /// A PEM file with further root certificates.
    pub ca: Option<PathBuf>,
    /// Further request headers.
    pub headers: Vec<(String, String)>,
    /// Whether robots.txt is obeyed.
    pub robots: Robots,
    /// Earlier ids and hosts whose statements belong here.
    pub was: Vec<String>,
    /// Since when there is nothing to fetch (`2023-09`).
    pub closed: Option<String>,
    /// Bounds and paces, the source's own over those of `[fetch]`.
    pub limits: Limits,
}

impl Source {
    /// Where a statement that is listed at `url` is asked for: at the interface, if the source names one.
    pub fn asked_at(&self, url: &Url) -> Url {
        self.reading.json.as_ref().map_or_else(|| url.clone(), |json| json.asked_at(url))
    }
}

/// How a source's news is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Worked out from what stands at the address.
    Auto,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap or an index of sitemaps.
    Sitemap,
    /// A page of links, with further pages.
    Listing,
    /// A Telegram channel's preview.
    Telegram,
    /// A JSON interface.
    Json,
    /// A plain list of addresses.
    Urls,
}

/// Whether robots.txt is obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Robots {
    /// It is.
    Obey,
    /// It is not, for the reason given, which is kept with each capture.
    Ignore(String),
}

/// Bounds and paces of going out to one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Least time between two requests to one host.
    pub min_interval: Duration,
    /// Most time for one exchange.
    pub timeout: Duration,
    /// Most bytes of a body, compressed or not.
    pub max_body: usize,
    /// Most statements that the first round takes.
    pub first_fetch: usize,
    /// Ages after first seen at which a statement is looked at again; then the last interval for ever.
    pub recheck: Vec<Duration>,
    /// Least time between the two looks that make a withdrawal.
    pub confirm: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        Self {
            min_interval: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
            max_body: 20_000_000,
            first_fetch: 200,
            recheck: [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY].map(Duration::from_secs).to_vec(),
            confirm: Duration::from_secs(DAY),
        }
    }
}

/// How the pages of a source are read: what the reader's version covers besides its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSettings {
    /// CSS selector of the title.
    pub title: Option<String>,
    /// CSS selector of the element, or elements, that hold the text.
    pub body: Option<String>,
    /// CSS selector of the publication date.
    pub published: Option<String>,
    /// `strftime` form of the date that `published` selects.
    pub date_format: Option<String>,
    /// CSS selectors of elements that are never text.
    pub ignore: Vec<String>,
    /// IANA name of the zone of dates without one.
    pub timezone: Option<String>,
    /// Languages that the source writes, BCP 47.
    pub languages: Vec<String>,
    /// Where answers that are JSON have their parts; they are not read where absent.
    pub json: Option<JsonPaths>,
    /// What its other pages taught; no setting of a person's, but loaded from the archive.
    pub learnt: Option<Arc<Rules>>,
}

/// Which bodies are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The first, those whose text differs, and those that a visitor would see to differ.
    #[default]
    Changed,
    /// Every one that differs by a byte.
    All,
}
