//! What happened to a statement or a source, as it is told to a person and to a program.
//!
//! Events are folded from the log; nothing here is stored. The names of kinds and fields are a contract.

use serde::Serialize;

use super::digest::Digest;
use super::statement::{SourceId, StatementId};
use super::time::{Instant, Stated, rfc3339};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// First text.
    New,
    /// Another text than the last revision.
    Revised,
    /// The same as at the last look.
    Unchanged,
    /// Gone at first sight, not yet confirmed.
    Missing,
    /// Gone at two looks, or for good at one.
    Withdrawn,
    /// Back.
    Restored,
    /// A challenge or a refusal: nothing is said about the statement.
    Blocked,
    /// robots.txt forbids the look.
    Disallowed,
    /// A source as a whole fails, or most of its statements vanished at once.
    Unwell,
    /// A source is back.
    Well,
    /// Nothing was learnt.
    Failed,
    /// Our reader changed, the office did not.
    Reread,
    /// A source's pages changed shape at once.
    Redesigned,
}

impl EventKind {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Revised => "revised",
            Self::Unchanged => "unchanged",
            Self::Missing => "missing",
            Self::Withdrawn => "withdrawn",
            Self::Restored => "restored",
            Self::Blocked => "blocked",
            Self::Disallowed => "disallowed",
            Self::Unwell => "unwell",
            Self::Well => "well",
            Self::Failed => "failed",
            Self::Reread => "reread",
            Self::Redesigned => "redesigned",
        }
    }
}

/// One thing that happened, with everything that is told about it.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// What happened.
    #[serde(rename = "event")]
    pub kind: EventKind,
    /// Whose statement.
    #[serde(serialize_with = "display")]
    pub source: SourceId,
    /// Which statement; absent where a whole source is meant.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "short_id")]
    pub statement: Option<StatementId>,
    /// Its address. In every line, so that whoever reads the addresses need not look at the kind first.
    pub url: Option<String>,
    /// Which revision now stands, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its date as stated.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "display_some")]
    pub published: Option<Stated>,
    /// The hash of the statement.
    #[serde(rename = "text_sha256", skip_serializing_if = "Option::is_none", serialize_with = "hex_some")]
    pub text: Option<Digest>,
    /// The hash of the body that it was read from.
    #[serde(rename = "body_sha256", skip_serializing_if = "Option::is_none", serialize_with = "hex_some")]
    pub body: Option<Digest>,
    /// When it was seen.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant_some")]
    pub captured_at: Option<Instant>,
    /// The number of the log's entry that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// How it was seen (`not-modified`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// Why nothing was learnt, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is remarkable, in the words of the contract.
    pub flags: Vec<String>,
}

impl Event {
    /// Whether it is news to a person: what a quiet run still prints. That something is missing is, that it still is is not.
    pub fn is_news(&self) -> bool {
        match self.kind {
            EventKind::Missing => self.how.is_none(),
            EventKind::New
            | EventKind::Revised
            | EventKind::Withdrawn
            | EventKind::Restored
            | EventKind::Unwell
            | EventKind::Well
            | EventKind::Redesigned => true,
            EventKind::Unchanged
            | EventKind::Blocked
            | EventKind::Disallowed
            | EventKind::Failed
            | EventKind::Reread => false,
        }
    }

    /// An event about a source, with everything else left open.
    pub fn about(kind: EventKind, source: &SourceId) -> Self {
        Self {
            kind,
            source: source.clone(),
            statement: None,
            url: None,
            revision: None,
            title: None,
            published: None,
            text: None,
            body: None,
            captured_at: None,
            entry: None,
            how: None,
            reason: None,
            flags: Vec::new(),
        }
    }
}

fn display<T: std::fmt::Display, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn display_some<T: std::fmt::Display, S: serde::Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

fn short_id<S: serde::Serializer>(id: &Option<StatementId>, to: S) -> Result<S::Ok, S::Error> {
    display_some(&id.as_ref().map(StatementId::short), to)
}

fn hex_some<S: serde::Serializer>(digest: &Option<Digest>, to: S) -> Result<S::Ok, S::Error> {
    display_some(&digest.map(|digest| digest.hex()), to)
}

fn instant_some<S: serde::Serializer>(instant: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
    display_some(&instant.map(rfc3339), to)
}
