//! What a host's robots.txt says (RFC 9309), kept for a day.
//!
//! A file that is not there allows everything; one that cannot be had (5xx, no connection) allows nothing, unless an
//! earlier one is still known. Only the first 500 KiB count. The parser is robotxt's.

mod cache;

use std::time::Duration;

use url::Url;

use super::fetch::{Failure, FailureKind};

pub use cache::Cache;

/// The name by which a robots.txt speaks to us.
pub const AGENT: &str = "onrecord";
/// Longest crawl delay that is obeyed.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// How many bytes of a file count (RFC 9309, section 2.5).
const COUNTED: usize = 500 * 1024;
/// Most sitemaps that a file can name.
const MOST_SITEMAPS: usize = 50;

/// What one robots.txt says to us.
#[derive(Debug)]
pub struct Rules {
    parsed: robotxt::Robots,
    unavailable: Option<(FailureKind, String)>,
}

impl Rules {
    /// Reads the body of a robots.txt.
    pub fn parse(body: &[u8]) -> Self {
        Self { parsed: robotxt::Robots::parse(&as_meant(body), AGENT), unavailable: None }
    }

    /// What a host's file says; all is allowed where it has none.
    fn of(body: Option<&[u8]>) -> Self {
        body.map_or_else(Self::allow_all, Self::parse)
    }

    fn allow_all() -> Self {
        Self { parsed: robotxt::Robots::allow_all(), unavailable: None }
    }

    fn unavailable(kind: FailureKind, why: &str) -> Self {
        let why = format!("robots.txt cannot be had, so nothing is asked here (RFC 9309): {why}");
        Self { parsed: robotxt::Robots::disallow_all(), unavailable: Some((kind, why)) }
    }

    /// Whether `url` may be asked.
    ///
    /// # Errors
    /// [`FailureKind::Robots`] with the rule that forbids it, or what kept us from the file.
    pub fn check(&self, url: &Url) -> Result<(), Failure> {
        if let Some((kind, why)) = &self.unavailable {
            return Err(Failure::new(*kind, why.clone()));
        }
        if self.parsed.is_url_allowed(url) {
            return Ok(());
        }
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let rule = match self.parsed.matching_rule(path) {
            Some(rule) => format!("Disallow: {}", rule.pattern().chars().take(100).collect::<String>()),
            None => "everything".into(),
        };
        Err(Failure::new(
            FailureKind::Robots,
            format!("robots.txt of {} forbids it ({rule})", url.host_str().unwrap_or("?")),
        ))
    }

    /// The sitemaps that it names, at most fifty.
    pub fn sitemaps(&self) -> &[Url] {
        let all = self.parsed.sitemaps();
        &all[..all.len().min(MOST_SITEMAPS)]
    }

    /// The least time between two requests that it asks for, at most a minute.
    pub fn crawl_delay(&self) -> Duration {
        self.parsed.crawl_delay().unwrap_or_default().min(LONGEST_DELAY)
    }
}

/// The file as its writer means it, where the parser takes the letter: a whole or broken byte-order mark is none of the first
/// line, a name ends where no letter follows, and who allows `index.html` allows its folder's own address.
fn as_meant(body: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let body = &body[..body.len().min(COUNTED)];
    let mark = MARK.iter().zip(body).take_while(|(a, b)| a == b).count();
    let mut out = Vec::with_capacity(body.len());
    for line in body[mark..].split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let line_end = if line.ends_with(b"\r") { &b"\r"[..] } else { b"\n" };
        let rule = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
        let colon = rule.iter().position(|byte| matches!(byte, b':' | b' ' | b'\t')).unwrap_or(rule.len());
        let (name, value) = (rule[..colon].trim_ascii(), rule[colon..].trim_ascii_start());
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        if name.eq_ignore_ascii_case(b"user-agent") {
            let of_name = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'*');
            let length = value.iter().position(|byte| !of_name(byte)).unwrap_or(value.len());
            out.extend([b"user-agent: ", &value[..length], line_end].concat());
            continue;
        }
        out.extend_from_slice(line);
        if name.eq_ignore_ascii_case(b"allow")
            && let Some(folder) = value.strip_suffix(b"index.html").filter(|folder| folder.ends_with(b"/"))
        {
            out.extend([line_end, b"allow: ", folder, b"$", line_end].concat());
        }
    }
    out
}

#[cfg(test)]
mod conformance;

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn allowed(rules: &Rules, path: &str) -> bool {
        rules.check(&url("http://ministry.example/").join(path).expect("an address")).is_ok()
    }

    #[test]
    fn the_longest_rule_for_us_decides() {
        let rules = Rules::parse(
            b"User-agent: *\nDisallow: /\n\nUser-agent: OnRecord\nDisallow: /search\nAllow: /search/news\nDisallow: /*?PAGEN\n\
              Crawl-delay: 300\nSitemap: http://ministry.example/sitemap.xml\n",
        );
        assert!(allowed(&rules, "/news/1"));
        assert!(!allowed(&rules, "/search?q=1"));
        assert!(allowed(&rules, "/search/news"));
        assert!(!allowed(&rules, "/news/?PAGEN_1=2"));
        assert!(allowed(&rules, "/robots.txt"));
        assert_eq!(rules.crawl_delay(), LONGEST_DELAY);
        assert_eq!(rules.sitemaps().len(), 1);
    }
}
