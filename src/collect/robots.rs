//! What a host's robots.txt says (RFC 9309), kept for a day.
//!
//! A file that is not there allows everything; one that cannot be had (5xx, no connection) allows nothing, unless an
//! earlier one is still known. Only the first 500 KiB count. The parser is robotxt's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;
use url::Url;

use crate::model::capture::Visit;

use super::fetch::{Failure, FailureKind};

/// The name by which a robots.txt speaks to us.
pub const AGENT: &str = "onrecord";
/// How long a file is taken to hold (RFC 9309, section 2.4).
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);
/// How soon a file that could not be had is asked for again within one round.
const ASKED_AGAIN: Duration = Duration::from_secs(600);
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

/// The rules of one host, while they hold.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Mutex<Option<Kept>>,
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
struct Kept {
    rules: Arc<Rules>,
    until: Tick,
}

impl Cache {
    /// The rules for the host of `url`, through `fetch` when none are kept. Many may ask at once; one fetches.
    pub async fn rules(&self, url: &Url, fetch: impl AsyncFnOnce(Url) -> Result<Visit, Failure>) -> Arc<Rules> {
        if let Some(rules) = self.fresh() {
            return rules;
        }
        let _asking = self.asking.lock().await;
        if let Some(rules) = self.fresh() {
            return rules;
        }
        let mut address = url.clone();
        address.set_path("/robots.txt");
        address.set_query(None);
        address.set_fragment(None);
        let found = meaning(fetch(address).await);
        let mut kept = self.lock();
        let (rules, holds) = match (&found.unavailable, kept.take()) {
            (None, _) => (Arc::new(found), KEPT_FOR),
            // What is known of old holds on until there is something new.
            (Some(_), Some(old)) if old.rules.unavailable.is_none() => (old.rules, ASKED_AGAIN),
            // The host was not even asked: not worth remembering.
            (Some((FailureKind::Busy | FailureKind::GivenUp, _)), _) => return Arc::new(found),
            (Some(_), _) => (Arc::new(found), ASKED_AGAIN),
        };
        *kept = Some(Kept { rules: Arc::clone(&rules), until: Tick::now() + holds });
        rules
    }

    /// Begins a round: a file that could not be had is asked for again.
    pub fn new_round(&self) {
        let mut kept = self.lock();
        if kept.as_ref().is_some_and(|kept| kept.rules.unavailable.is_some()) {
            *kept = None;
        }
    }

    fn fresh(&self) -> Option<Arc<Rules>> {
        self.lock().as_ref().filter(|kept| Tick::now() < kept.until).map(|kept| Arc::clone(&kept.rules))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look at a robots.txt means (RFC 9309, section 2.3.1).
fn meaning(look: Result<Visit, Failure>) -> Rules {
    let failure = match look {
        Ok(visit) => {
            return match visit.answer.status {
                200..=299 => Rules::parse(&visit.answer.body),
                500.. => Rules::unavailable(
                    FailureKind::RobotsUnavailable,
                    &format!("the server answers {}", visit.answer.status),
                ),
                _ => Rules::allow_all(),
            };
        }
        Err(failure) => failure,
    };
    match failure.kind {
        // It leads nowhere, or away from the host: there is none here.
        FailureKind::Redirects | FailureKind::OffSite | FailureKind::Forbidden => Rules::allow_all(),
        FailureKind::Busy | FailureKind::GivenUp => Rules::unavailable(failure.kind, &failure.reason),
        FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::ConnectTimeout
        | FailureKind::Tls
        | FailureKind::Reset
        | FailureKind::Timeout
        | FailureKind::TooSlow
        | FailureKind::TooLarge
        | FailureKind::CutShort
        | FailureKind::Protocol
        | FailureKind::Robots
        | FailureKind::RobotsUnavailable => Rules::unavailable(FailureKind::RobotsUnavailable, &failure.reason),
    }
}

#[cfg(test)]
mod conformance;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::stage::exchange;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn answer(status: u16, body: &str) -> Result<Visit, Failure> {
        Ok(Visit { hops: vec![], answer: exchange("http://ministry.example/robots.txt", status, "text/plain", body) })
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

    #[test]
    fn absent_allows_and_unavailable_forbids() {
        assert!(allowed(&meaning(answer(404, "")), "/x"));
        assert!(allowed(&meaning(answer(403, "")), "/x"));
        assert!(!allowed(&meaning(answer(503, "")), "/x"));
        let unreachable = meaning(Err(Failure::new(FailureKind::Timeout, "no answer")));
        let failure = unreachable.check(&url("http://ministry.example/x")).expect_err("forbidden");
        assert_eq!(failure.kind, FailureKind::RobotsUnavailable);
        assert!(allowed(&meaning(Err(Failure::new(FailureKind::OffSite, "elsewhere"))), "/x"));
        assert!(allowed(&meaning(answer(200, "<html><body>Just a moment...</body></html>")), "/x"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_holds_for_a_day_and_then_on_while_there_is_no_new_one() {
        let cache = Cache::default();
        let page = url("http://ministry.example/search");
        let rules = cache.rules(&page, async |_| answer(200, "User-agent: *\nDisallow: /search")).await;
        assert!(rules.check(&page).is_err());
        let again = cache.rules(&page, async |_| unreachable!("still fresh")).await;
        assert!(Arc::ptr_eq(&rules, &again));
        tokio::time::advance(KEPT_FOR).await;
        let old = cache.rules(&page, async |_| answer(500, "")).await;
        assert!(Arc::ptr_eq(&rules, &old));
        tokio::time::advance(ASKED_AGAIN).await;
        let new = cache.rules(&page, async |_| answer(404, "")).await;
        assert!(new.check(&page).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_could_not_be_had_is_asked_for_in_the_next_round() {
        let cache = Cache::default();
        let page = url("http://ministry.example/1");
        assert!(cache.rules(&page, async |_| answer(500, "")).await.check(&page).is_err());
        assert!(cache.rules(&page, async |_| unreachable!("asked a moment ago")).await.check(&page).is_err());
        cache.new_round();
        assert!(cache.rules(&page, async |_| answer(200, "")).await.check(&page).is_ok());
    }
}
