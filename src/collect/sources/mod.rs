//! `sources.toml`: opens the file's text and gives it as it is meant.
//!
//! Pure: never touches the disk, the network or the environment. All problems are told at once, each with its place;
//! a file with a problem gives no configuration at all, so that nothing is fetched by half of what a person meant.
//! What stands in the file as written is taken apart in `written`, given its meaning in `meant`, value by value in
//! `values` and `units`.

#[cfg(test)]
mod json_tests;
mod meant;
#[cfg(test)]
mod shipped;
#[cfg(test)]
mod tests;
mod units;
mod values;
mod written;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;
use url::Url;

use crate::model::source::{Keep, Limits, ReadSettings, Source};

/// The commented file that a newcomer is given: it parses, shows every key, and watches nothing yet.
///
/// A line that opens with `#` and no space is a setting at its default or with an example.
pub const STARTER: &str = include_str!("starter.toml");

/// Everything that `sources.toml` says.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where what is seen is kept.
    pub archive: ArchiveSettings,
    /// How we go out.
    pub fetch: FetchSettings,
    /// Who puts a time on the log.
    pub stamp: StampSettings,
    /// The offices that are watched, in the order of the file.
    pub sources: Vec<Source>,
}

/// `[archive]`: where what is seen is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// The archive's folder; relative in the file to the file's own folder.
    pub path: PathBuf,
    /// Who is looking; made by `init` where absent.
    pub vantage: Option<String>,
    /// The file of the vantage's key; in the user's configuration folder where absent.
    pub key: Option<PathBuf>,
    /// Which bodies are kept.
    pub keep: Keep,
}

/// `[fetch]`: how we go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchSettings {
    /// Whom an office can write to about our requests; see [`Config::contact_needed`].
    pub contact: Option<Contact>,
    /// Hosts that are asked at one time.
    pub hosts: usize,
    /// Bounds and paces of every source that sets none of its own.
    pub limits: Limits,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self { contact: None, hosts: 64, limits: Limits::default() }
    }
}

/// `[stamp]`: who puts a time on the log, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampSettings {
    /// The authorities; none, and nobody is asked.
    pub servers: Vec<Url>,
    /// PEM files with the roots under which they are believed; without any, stamps are kept and their time is not checked.
    pub roots: Vec<PathBuf>,
    /// The policies that are taken, as dotted numbers; any where there is none.
    pub policies: Vec<String>,
    /// Least time between two stamps of one authority over a log that has grown.
    pub every: Duration,
    /// Least time between two requests to one authority.
    pub min_interval: Duration,
}

impl Default for StampSettings {
    fn default() -> Self {
        let (every, min_interval) = (Duration::from_secs(24 * 3600), Duration::from_secs(15));
        Self { servers: Vec::new(), roots: Vec::new(), policies: Vec::new(), every, min_interval }
    }
}

/// Whom an office can write to about our requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// Nobody: a person said so with `"none"`.
    Nobody,
    /// A `mailto:`, `http:` or `https:` address, fit to stand in a `User-Agent`.
    At(String),
}

/// Something in the file that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl Config {
    /// Whether the file must say a contact before its sources are asked: none is set, and some source that is still
    /// open stands elsewhere than on loopback.
    pub fn contact_needed(&self) -> bool {
        let open = |source: &&Source| source.closed.is_none();
        self.fetch.contact.is_none() && self.sources.iter().filter(open).any(|source| !on_loopback(&source.url))
    }
}

/// Whether an address names this machine itself, without asking DNS.
pub fn on_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Reads the text of a `sources.toml` that lies in `folder`.
///
/// `check_reading` tells what is wrong with how pages are to be read (selectors, zone, form of the date), one line
/// each; it is given so that this room need not know how. An empty file is a configuration without sources.
///
/// # Errors
///
/// All problems, in the order of the file. Where the text is no TOML, these are the places where it is not, and the
/// rest waits until they are mended: behind a lost quote nothing is what it seems.
pub fn parse(
    text: &str,
    folder: &Path,
    check_reading: &dyn Fn(&ReadSettings) -> Vec<String>,
) -> Result<Config, Vec<Problem>> {
    let mut problems = written::Problems::new(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let at = error.span().map_or(text.len(), |span| span.start);
            problems.add_first_of_line(at, format!("not TOML: {}", error.message()));
        }
        return Err(problems.finish());
    }
    let config = meant::config(root.get_ref(), folder, check_reading, &mut problems);
    let problems = problems.finish();
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}
