//! One look at an address: follows redirects by itself, and gives every hop as an exchange that can be recorded.
//!
//! Bounded in time, size, headers and hops; goes only where the source's [`Reach`] leads; asks robots.txt before each
//! hop; never gives a part of a body for the whole. Knows no archive and judges nothing.

mod decode;
mod exchange;
mod failure;
mod record;
mod resolve;
mod sent;
#[cfg(test)]
mod tests;
mod tls;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use crate::model::capture::{Exchange, Visit};
use crate::model::source::{Limits, Robots, Source};

use super::clock::Clock;
use super::host::{Away, Hosts};
use super::reach::{Reach, Refusal};
use super::retry::wait_before_retry;
use super::robots::Rules;

pub(super) use failure::away;
pub use failure::{Failure, FailureKind};

/// Most redirects that one look follows.
const MOST_HOPS: usize = 10;
/// Most redirects to a robots.txt (RFC 9309, section 2.3.1.2).
const MOST_ROBOTS_HOPS: usize = 5;
/// Most header fields of an answer; hyper bounds their bytes by about 400 KB.
const MOST_HEADERS: usize = 256;
/// Most bytes of an answer's headers in HTTP/2.
const MOST_HEADER_BYTES: u32 = 256 * 1024;
/// Longest timeout and interval that are taken as they are said; a settings file can say more than a clock can count.
const LONGEST_TIME: Duration = Duration::from_secs(24 * 3600);
/// How much of a robots.txt counts (RFC 9309, section 2.5: at least 500 KiB).
const ROBOTS_BYTES: usize = 500 * 1024;

/// What an earlier answer gave to ask with: "has it changed since?"
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, as it came.
    pub etag: Option<String>,
    /// The `Last-Modified`, as it came.
    pub last_modified: Option<String>,
    /// The address whose answer gave them; they are sent there alone. `None` sends them with every hop.
    pub of: Option<Url>,
}

/// The source cannot be asked with these settings.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The file of `ca` is missing or holds no certificate.
    #[error("cannot use the root certificates in {path}: {why}")]
    Ca {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy's address is none.
    #[error("cannot use the proxy {0:?}: expected http://, socks5:// or socks5h:// and a host")]
    Proxy(String),
    /// A header cannot be sent.
    #[error("cannot send the header {0:?}")]
    Header(String),
    /// The HTTP or TLS library refused to begin.
    #[error("cannot prepare connections")]
    Begin(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What goes out to one source.
pub struct Client {
    http: reqwest::Client,
    met: Arc<tls::Met>,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
    reach: Arc<Reach>,
    robots: Robots,
    limits: Limits,
    agent: HeaderValue,
    extra: Vec<(HeaderName, HeaderValue)>,
    secure: bool,
    proxied: bool,
}

/// What an exchange is for, which bounds it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose<'a> {
    Page,
    Robots,
    /// A query to an authority of time, which is sent along.
    TimeQuery(&'a [u8]),
}

impl Client {
    /// Prepares to ask `source`, as `contact` (an address for complaints; empty or `none` leaves it out).
    ///
    /// # Errors
    /// Where the source's proxy, headers or certificates cannot be used.
    pub fn new(source: &Source, contact: &str, clock: Arc<dyn Clock>, hosts: Arc<Hosts>) -> Result<Self, FetchError> {
        let reach = Arc::new(Reach::of(source));
        let (tls, met) = tls::config(source.ca.as_deref())?;
        let mut limits = source.limits.clone();
        limits.timeout = limits.timeout.min(LONGEST_TIME);
        limits.min_interval = limits.min_interval.min(LONGEST_TIME);
        let timeout = limits.timeout;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_title_case_headers()
            .http1_max_headers(MOST_HEADERS)
            .http2_max_header_list_size(MOST_HEADER_BYTES)
            .pool_max_idle_per_host(1)
            .no_proxy();
        let mut proxy_host = None;
        if let Some(text) = &source.proxy {
            let bad = || FetchError::Proxy(without_password(text));
            let url = Url::parse(text).map_err(|_| bad())?;
            if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
                return Err(bad());
            }
            proxy_host = url.host_str().map(str::to_owned);
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(|_| bad())?);
            // A road through Tor takes its time.
            builder = builder.connect_timeout(timeout * 3 / 4);
        } else {
            builder = builder.connect_timeout((timeout / 2).min(Duration::from_secs(10)));
        }
        let resolver = resolve::Resolver::new(Arc::clone(&reach), proxy_host);
        let http = builder.dns_resolver(Arc::new(resolver)).build().map_err(|error| FetchError::Begin(error.into()))?;
        let mut extra = Vec::with_capacity(source.headers.len());
        for (name, value) in &source.headers {
            let bad = || FetchError::Header(name.clone());
            extra.push((name.parse().map_err(|_| bad())?, HeaderValue::from_str(value).map_err(|_| bad())?));
        }
        Ok(Self {
            http,
            met,
            clock,
            hosts,
            reach,
            robots: source.robots.clone(),
            limits,
            agent: record::agent(contact),
            extra,
            secure: source.url.scheme() == "https",
            proxied: source.proxy.is_some(),
        })
    }

    /// Looks at `url` and gives the answer after the redirects that led to it.
    ///
    /// Waits for each host's turn. A reset is tried once more (see [`super::retry`]).
    ///
    /// # Errors
    /// A [`Failure`] with words for a person and the hops up to it. Any status code is an answer, not a failure.
    pub async fn look(&self, url: &Url, validators: &Validators) -> Result<Visit, Failure> {
        self.walk(url, validators, Purpose::Page).await
    }

    /// Sends a query for a time stamp (RFC 3161, section 3.4) to `url`, and gives the answer; no redirect is followed.
    ///
    /// The manners are those of a look, but for robots.txt: what stands there is made for programs.
    ///
    /// # Errors
    /// As [`Client::look`].
    pub async fn ask_time(&self, url: &Url, query: &[u8]) -> Result<Exchange, Failure> {
        self.step(url, &Validators::default(), Purpose::TimeQuery(query), false).await
    }

    /// What the robots.txt of the host of `url` says; asks it unless that was done within a day.
    pub async fn robots(&self, url: &Url) -> Arc<Rules> {
        let host = self.hosts.of(url);
        let fetch = async |address: Url| Box::pin(self.walk(&address, &Validators::default(), Purpose::Robots)).await;
        let rules = host.robots.rules(url, &*self.clock, fetch).await;
        host.set_crawl_delay(rules.crawl_delay());
        rules
    }

    /// Where the source may lead.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    async fn walk(&self, url: &Url, validators: &Validators, purpose: Purpose<'_>) -> Result<Visit, Failure> {
        let most = match purpose {
            Purpose::Page => MOST_HOPS,
            Purpose::Robots => MOST_ROBOTS_HOPS,
            Purpose::TimeQuery(_) => 0,
        };
        let mut hops = Vec::new();
        let mut seen = HashSet::new();
        let mut next = without_fragment(url.clone());
        loop {
            let step = self.step(&next, validators, purpose, hops.last().is_some()).await;
            let exchange = match step {
                Ok(exchange) => exchange,
                Err(failure) => return Err(failure.after(hops)),
            };
            seen.insert(next.clone());
            let Some(target) = redirect(&exchange) else {
                return Ok(Visit { hops, answer: exchange });
            };
            let gate = exchange.header("set-cookie").is_some();
            hops.push(exchange);
            next = match target {
                Ok(target) => without_fragment(target),
                Err(location) => return Err(failure::unreadable_location(&location).after(hops)),
            };
            if seen.contains(&next) {
                return Err(failure::circle(&next, gate).after(hops));
            }
            if hops.len() > most {
                return Err(failure::too_many_hops(most).after(hops));
            }
        }
    }

    /// One hop: allowed, in turn, tried again where that is worth it.
    async fn step(
        &self,
        url: &Url,
        validators: &Validators,
        purpose: Purpose<'_>,
        redirected: bool,
    ) -> Result<Exchange, Failure> {
        self.reach.check(url).map_err(|refusal| failure::refused(refusal, url, redirected))?;
        if purpose == Purpose::Page && self.robots == Robots::Obey {
            self.robots(url).await.check(url)?;
        }
        let host = self.hosts.of(url);
        let mut tries = 1;
        loop {
            let turn = match host.turn(self.limits.min_interval, &*self.clock).await {
                Ok(turn) => turn,
                Err(away) => return Err(failure::away(away, url)),
            };
            let answer = self.exchange(url, validators, purpose, &host).await;
            let now = self.clock.now();
            let failure = match answer {
                Ok(exchange) => {
                    let wait = exchange.header("retry-after").and_then(|value| retry_after(value, now));
                    turn.answered(exchange.status, wait, now);
                    return Ok(exchange);
                }
                Err(failure) => failure,
            };
            turn.failed(failure.kind, now);
            let Some(wait) = wait_before_retry(failure.kind, tries) else { return Err(failure) };
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }
}

/// Where a redirect leads: an address, or the text that is none.
fn redirect(exchange: &Exchange) -> Option<Result<Url, String>> {
    if !matches!(exchange.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = exchange.header("location")?;
    Some(exchange.url.join(location.trim()).map_err(|_| location.chars().take(200).collect()))
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn without_password(proxy: &str) -> String {
    match proxy.rsplit_once('@') {
        Some((_, host)) => format!("...@{host}"),
        None => proxy.to_owned(),
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: crate::model::time::Instant) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    until.signed_duration_since(now).to_std().ok()
}
