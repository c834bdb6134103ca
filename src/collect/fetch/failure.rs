//! What went wrong with a look, in a word for the program and in words for a person.

use std::error::Error;
use std::io;

use url::Url;

use crate::model::capture::Exchange;
use crate::model::time::Instant;

use super::{Away, Refusal};

/// What went wrong; one word for each thing that somebody decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The name of the host has no address.
    Dns,
    /// The host takes no connection.
    Connect,
    /// The host did not take a connection in time.
    ConnectTimeout,
    /// No trusted connection: certificate or handshake.
    Tls,
    /// The connection was closed or reset before an answer.
    Reset,
    /// No answer in time.
    Timeout,
    /// An answer began, and did not end in time.
    TooSlow,
    /// More bytes than `max_body`, as sent or as decoded.
    TooLarge,
    /// The body ended before its end.
    CutShort,
    /// No HTTP that can be understood, or too many headers.
    Protocol,
    /// A circle of redirects, too many, or one to nowhere.
    Redirects,
    /// Another host, which the source's settings do not allow.
    OffSite,
    /// An address of an inner network, or one that is never asked.
    Forbidden,
    /// robots.txt forbids the look.
    Robots,
    /// robots.txt could not be had, so that nothing is asked (RFC 9309, section 2.3.1.4).
    RobotsUnavailable,
    /// The host asked us to come back later.
    Busy,
    /// The host has been failing for rounds, and is left alone for some.
    LeftAlone,
    /// The host failed too often in this round.
    GivenUp,
}

impl FailureKind {
    /// One word for logs and evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::ConnectTimeout => "connect-timeout",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::TooSlow => "too-slow",
            Self::TooLarge => "too-large",
            Self::CutShort => "cut-short",
            Self::Protocol => "protocol",
            Self::Redirects => "redirects",
            Self::OffSite => "off-site",
            Self::Forbidden => "forbidden",
            Self::Robots => "robots",
            Self::RobotsUnavailable => "robots-unavailable",
            Self::Busy => "busy",
            Self::LeftAlone => "left-alone",
            Self::GivenUp => "given-up",
        }
    }

    /// Whether the host as a whole is unwell, not this one address.
    pub fn is_the_hosts(self) -> bool {
        match self {
            Self::Dns
            | Self::Connect
            | Self::ConnectTimeout
            | Self::Tls
            | Self::Reset
            | Self::Timeout
            | Self::TooSlow => true,
            Self::TooLarge
            | Self::CutShort
            | Self::Protocol
            | Self::Redirects
            | Self::OffSite
            | Self::Forbidden
            | Self::Robots
            | Self::RobotsUnavailable
            | Self::Busy
            | Self::LeftAlone
            | Self::GivenUp => false,
        }
    }
}

/// A look that gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// What went wrong and what to do, for a person.
    pub reason: String,
    /// The redirects before it.
    pub hops: Vec<Exchange>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), hops: Vec::new() }
    }

    pub(super) fn after(mut self, hops: Vec<Exchange>) -> Self {
        self.hops = hops;
        self
    }
}

pub(super) fn refused(refusal: Refusal, url: &Url, redirected: bool) -> Failure {
    let lead = if redirected { "is redirected to" } else { "leads to" };
    let shown = shorten(url.as_str());
    let host = url.host_str().unwrap_or("?");
    match refusal {
        Refusal::Odd => Failure::new(
            FailureKind::Forbidden,
            format!("{lead} an address that is never asked ({shown}): not http or https, too long, or with a password"),
        ),
        Refusal::OffSite => Failure::new(
            FailureKind::OffSite,
            format!("{lead} another host, {shown}; if that is the office's own, add {host:?} to allow_hosts"),
        ),
        Refusal::Inner => Failure::new(
            FailureKind::Forbidden,
            format!("{lead} an address of an inner network, {shown}, which only a source that stands there may do"),
        ),
    }
}

/// Names why a host is not asked.
pub(in crate::collect) fn away(away: Away, url: &Url) -> Failure {
    let host = url.host_str().unwrap_or("?");
    let shown = |until: Instant| until.format("%Y-%m-%d %H:%M:%S UTC");
    match away {
        Away::Busy(until) => {
            Failure::new(FailureKind::Busy, format!("{host} asked us to wait until {} (Retry-After)", shown(until)))
        }
        Away::LeftAlone(rounds, until) => Failure::new(
            FailureKind::LeftAlone,
            format!("{host} failed in {rounds} rounds in a row and is left alone until {}", shown(until)),
        ),
        Away::GivenUp => Failure::new(
            FailureKind::GivenUp,
            format!("{host} failed several times in a row and is not asked again in this round"),
        ),
    }
}

pub(super) fn unreadable_location(location: &str) -> Failure {
    Failure::new(FailureKind::Redirects, format!("is redirected to {location:?}, which is no address"))
}

pub(super) fn circle(url: &Url, sets_cookie: bool) -> Failure {
    let gate = if sets_cookie { " and sets a cookie: a gate for browsers" } else { "" };
    Failure::new(FailureKind::Redirects, format!("redirects in a circle, back to {}{gate}", shorten(url.as_str())))
}

pub(super) fn too_many_hops(most: usize) -> Failure {
    Failure::new(FailureKind::Redirects, format!("is redirected more than {most} times"))
}

/// Names the failure of sending a request or reading an answer's head.
pub(super) fn of_sending(error: &reqwest::Error, url: &Url) -> Failure {
    let host = url.host_str().unwrap_or("?");
    if let Some(forbidden) = find::<super::resolve::Inner>(error) {
        return Failure::new(
            FailureKind::Forbidden,
            format!("{forbidden}; if that is meant, write the address itself as the source's url"),
        );
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return Failure::new(FailureKind::Tls, tls_words(tls, host));
    }
    if error.is_dns() {
        return Failure::new(
            FailureKind::Dns,
            format!("the name {host} has no address here: check its spelling, and whether this machine is online"),
        );
    }
    if error.is_connect() {
        if error.is_timeout() {
            return Failure::new(FailureKind::ConnectTimeout, format!("{host} does not take a connection in time"));
        }
        let cause = innermost(error);
        if any(error, is_reset) {
            return Failure::new(FailureKind::Reset, format!("{host} breaks the connection off ({cause})"));
        }
        return Failure::new(FailureKind::Connect, format!("cannot connect to {host}: {cause}"));
    }
    if error.is_timeout() {
        return timeout(host);
    }
    let cause = innermost(error);
    // hyper's own error type is not ours to name, and has no other mark than its words.
    if any(error, is_reset) || cause.contains("closed before message completed") {
        return Failure::new(FailureKind::Reset, format!("{host} closed the connection without an answer ({cause})"));
    }
    Failure::new(FailureKind::Protocol, format!("{host} does not answer in HTTP that can be understood: {cause}"))
}

pub(super) fn timeout(host: &str) -> Failure {
    Failure::new(FailureKind::Timeout, format!("{host} gave no answer in time; raise `timeout` if it is always slow"))
}

pub(super) fn too_slow(host: &str, bytes: usize) -> Failure {
    Failure::new(
        FailureKind::TooSlow,
        format!("{host} sent {bytes} bytes and did not end in time; raise `timeout` if it is always slow"),
    )
}

pub(super) fn too_large(most: usize) -> Failure {
    Failure::new(
        FailureKind::TooLarge,
        format!("the answer is larger than {most} bytes; raise `max_body` if that is right"),
    )
}

pub(super) fn cut_short(bytes: usize, cause: &str) -> Failure {
    Failure::new(FailureKind::CutShort, format!("the answer was cut short after {bytes} bytes ({cause})"))
}

fn tls_words(error: &rustls::Error, host: &str) -> String {
    use rustls::CertificateError as C;
    match error {
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => format!(
            "the certificate of {host} comes from an authority that is not known here, or the server leaves a link of its \
             chain out; give the missing certificate with `ca`"
        ),
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            format!("the certificate of {host} has expired; check this machine's clock too")
        }
        rustls::Error::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            format!("the certificate of {host} is for another name")
        }
        other => format!("no trusted connection to {host}: {other}"),
    }
}

fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::UnexpectedEof)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> + 'a {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// What is behind an error, also behind an `io::Error`, whose `source` skips what it wraps.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn any(error: &(dyn Error + 'static), is: fn(&io::Error) -> bool) -> bool {
    chain(error).filter_map(|error| error.downcast_ref()).any(is)
}

/// The words of the deepest cause: the outer ones only say that there is one.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

fn shorten(text: &str) -> String {
    if text.len() <= 200 {
        return text.to_owned();
    }
    let start: String = text.chars().take(200).collect();
    format!("{start}...")
}
