//! One record: a kind, named fields in order, and a block.
//!
//! A record that is written twice has the same bytes: nothing in it comes from a clock or from chance.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::model::digest::{Digest, hex};
use crate::model::time::{Instant, rfc3339};

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is said of the file.
    Warcinfo,
    /// A message from a server.
    Response,
    /// A message to a server.
    Request,
    /// A message whose payload is stored elsewhere.
    Revisit,
    /// What is said of another record.
    Metadata,
    /// Another form of another record.
    Conversion,
    /// A thing that was got without a message.
    Resource,
    /// What only other programs write.
    Other(String),
}

impl Kind {
    /// The value of `WARC-Type`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Response => "response",
            Self::Request => "request",
            Self::Revisit => "revisit",
            Self::Metadata => "metadata",
            Self::Conversion => "conversion",
            Self::Resource => "resource",
            Self::Other(word) => word,
        }
    }

    /// Reads the value of `WARC-Type`.
    pub fn from_word(word: &str) -> Self {
        match word {
            "warcinfo" => Self::Warcinfo,
            "response" => Self::Response,
            "request" => Self::Request,
            "revisit" => Self::Revisit,
            "metadata" => Self::Metadata,
            "conversion" => Self::Conversion,
            "resource" => Self::Resource,
            word => Self::Other(word.to_owned()),
        }
    }
}

/// A record in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it holds.
    pub kind: Kind,
    /// Its named fields in order. When it is written, `WARC-Type` and `Content-Length` are those of `kind` and `block`,
    /// whatever stands here.
    pub headers: Vec<(String, String)>,
    /// Its block.
    pub block: Vec<u8>,
}

/// Where a record lies in a file: the bytes of its gzip member, or of the record where the file is not compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The first byte.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Record {
    /// Begins a record with an empty block. `id` is a URI as [`record_id`] makes it.
    pub fn new(kind: Kind, id: &str, date: Instant) -> Self {
        Self { kind, headers: Vec::new(), block: Vec::new() }
            .with("WARC-Record-ID", &format!("<{id}>"))
            .with("WARC-Date", &rfc3339(date))
    }

    /// Adds a named field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `WARC-Payload-Digest`.
    #[must_use]
    pub fn with_payload(self, digest: Digest) -> Self {
        self.with("WARC-Payload-Digest", &digest.to_string())
    }

    /// Sets the block and its `Content-Type`.
    #[must_use]
    pub fn with_block(mut self, content_type: &str, block: Vec<u8>) -> Self {
        self.block = block;
        self.with("Content-Type", content_type)
    }

    /// The first value of a named field, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The id, without the brackets.
    pub fn id(&self) -> Option<&str> {
        self.header("WARC-Record-ID").map(unbracket)
    }

    /// The address that the record is about, without the brackets that some programs put around it.
    pub fn target(&self) -> Option<&str> {
        self.header("WARC-Target-URI").map(unbracket)
    }

    /// Appends the record to `out` as a gzip member of its own.
    ///
    /// Adds `WARC-Block-Digest` where there is none. A field's name loses what is no letter, digit or hyphen; in a value,
    /// control characters become spaces: nothing that came from elsewhere can begin a line.
    pub fn write_member(&self, out: &mut Vec<u8>) -> Member {
        let start = out.len();
        let mut gzip = GzEncoder::new(&mut *out, Compression::new(6));
        let written = gzip
            .write_all(self.head(self.block.len() as u64).as_bytes())
            .and_then(|()| gzip.write_all(&self.block))
            .and_then(|()| gzip.write_all(b"\r\n\r\n"))
            .and_then(|()| gzip.finish().map(|_| ()));
        written.expect("writing to memory does not fail");
        Member { offset: start as u64, length: (out.len() - start) as u64 }
    }

    /// All before the block, which has so many bytes.
    ///
    /// A record that was read, and that we wrote, gives back what was read: byte for byte, whatever of its block was kept.
    pub fn head(&self, length: u64) -> String {
        let mut head = "WARC/1.1\r\n".to_owned();
        let mut line = |name: &str, value: &str| {
            head.extend(name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-'));
            head.push_str(": ");
            head.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            head.push_str("\r\n");
        };
        line("WARC-Type", self.kind.as_str());
        for (name, value) in &self.headers {
            if !["WARC-Type", "Content-Length"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
                line(name, value);
            }
        }
        if self.header("WARC-Block-Digest").is_none() {
            line("WARC-Block-Digest", &Digest::of(&self.block).to_string());
        }
        line("Content-Length", &length.to_string());
        head.push_str("\r\n");
        head
    }
}

/// An id for a record: a UUID of version 8 (RFC 9562, 5.8) out of the SHA-256 of what makes the record what it is.
///
/// The same parts make the same id, so that a batch that is written again after a crash is the same batch.
pub fn record_id(parts: &[&[u8]]) -> String {
    let mut hashed = Vec::new();
    for part in parts {
        hashed.extend_from_slice(&(part.len() as u64).to_be_bytes());
        hashed.extend_from_slice(part);
    }
    let digest = Digest::of(&hashed);
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&digest.as_bytes()[..16]);
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let mut id = "urn:uuid".to_owned();
    for (group, between) in [(0..4, ':'), (4..6, '-'), (6..8, '-'), (8..10, '-'), (10..16, '-')] {
        let _ = write!(id, "{between}{}", hex(&uuid[group]));
    }
    id
}

/// A URI without the brackets around it.
fn unbracket(uri: &str) -> &str {
    uri.strip_prefix('<').and_then(|uri| uri.strip_suffix('>')).unwrap_or(uri)
}
