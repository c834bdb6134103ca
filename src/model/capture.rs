//! What came over the wire, and what our reader made of it, while both are still in memory.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::digest::Digest;
use super::text::Text;
use super::time::Instant;

/// One request and its response.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The address that was asked.
    pub url: Url,
    /// When the request was sent.
    pub at: Instant,
    /// The request as it is recorded: HTTP/1.1 request line and headers, without credentials, and the empty line.
    pub request: Vec<u8>,
    /// The response's head as it is recorded: HTTP/1.1 status line and headers, and the empty line. Codings that were
    /// undone stand in it as `X-Orig-Content-Encoding` and `X-Orig-Transfer-Encoding`.
    pub head: Vec<u8>,
    /// The status code.
    pub status: u16,
    /// The response's headers as received, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
    /// Values of `WARC-Protocol`: `http/1.1`, `h2`, `tls/1.3`.
    pub protocols: Vec<String>,
    /// What the peer showed of itself; `None` where the connection was not a trusted one.
    pub tls: Option<Arc<Handshake>>,
    /// The address that answered.
    pub ip: Option<IpAddr>,
    /// From sending the request to the last byte of the body.
    pub elapsed: Duration,
}

impl Exchange {
    /// The first value of a response header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The digest of the body.
    pub fn body_digest(&self) -> Digest {
        Digest::of(&self.body)
    }
}

/// How a trusted connection came about, and what the peer showed of itself in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The version as `WARC-Protocol` has it: `tls/1.2`, `tls/1.3`.
    pub version: &'static str,
    /// The cipher suite by its name in IANA's registry, where it was learnt.
    pub cipher: Option<String>,
    /// The certificates as the peer presented them, its own first, each as DER.
    pub chain: Vec<Vec<u8>>,
}

/// One look at an address: the exchange that answered, after those that led on to it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Redirects in the order in which they were followed.
    pub hops: Vec<Exchange>,
    /// The answer.
    pub answer: Exchange,
}

impl Visit {
    /// The address that was asked first.
    pub fn asked(&self) -> &Url {
        self.hops.first().map_or(&self.answer.url, |hop| &hop.url)
    }
}

/// What a look was judged to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The statement, with a body.
    Statement,
    /// A listing, a feed, a sitemap, a channel.
    Listing,
    /// The server says that what was asked is as it was.
    NotModified,
    /// Not there: 404, 410, a soft 404, a redirect to what is not the statement.
    Gone,
    /// Not there, but nor is most of its source: nothing is said about it.
    Unwell,
    /// A challenge, a captcha, a refusal.
    Blocked,
    /// robots.txt forbids the look.
    Disallowed,
    /// Nothing was learnt.
    Failed,
}

impl Verdict {
    const ALL: [Self; 8] = [
        Self::Statement,
        Self::Listing,
        Self::NotModified,
        Self::Gone,
        Self::Unwell,
        Self::Blocked,
        Self::Disallowed,
        Self::Failed,
    ];

    /// The word that stands in an entry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Listing => "listing",
            Self::NotModified => "not-modified",
            Self::Gone => "gone",
            Self::Unwell => "unwell",
            Self::Blocked => "blocked",
            Self::Disallowed => "disallowed",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// A verdict with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the look shows.
    pub verdict: Verdict,
    /// What was seen that says so, one short line each (`status 404`, `title "Just a moment..."`).
    pub evidence: Vec<String>,
    /// Whether one look is enough (a 410).
    pub final_at_once: bool,
}

/// The name of a reader: its version, and a digest of the settings that it read with.
///
/// Two readings can be compared only under the same reader.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReaderId(pub String);

/// What the reader made of a body.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Who read.
    pub reader: ReaderId,
    /// The text.
    pub text: Text,
    /// Digest of what a visitor sees on the page, outside links and blocks that are noise: where two of them differ,
    /// the evidence is kept even when the texts agree.
    pub visible: Digest,
    /// What stands beside the text.
    pub beside: Beside,
}

/// What a page says besides its text; kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// The charset that the body was decoded with.
    pub charset: String,
    /// `rel=canonical`, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// The stated time of the last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Author or office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Links inside the text, absolute, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Files that the text links to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// What a person should know about this reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
