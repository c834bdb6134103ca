//! The index beside a segment: CDXJ, a line a record, as pywb reads it.
//!
//! `key timestamp {json}`: the [`surt`] key, 14 digits of UTC, then what is known of the record, all values strings. It
//! is made from the segment and can be made again; it proves nothing.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::record::Member;
use super::surt::surt;
use crate::model::digest::Digest;
use crate::model::time::Instant;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The address as a sort key.
    pub key: String,
    /// The time of the record, 14 digits.
    pub timestamp: String,
    /// The address.
    pub url: String,
    /// The media type of the payload; `warc/revisit` for one that is stored elsewhere.
    pub mime: String,
    /// The status code, where the record is an answer.
    pub status: Option<u16>,
    /// The digest of the payload, as `algorithm:value`.
    pub digest: String,
    /// Where the record lies in its file.
    pub member: Member,
    /// The file.
    pub filename: String,
    /// Fields of our own, in order.
    pub extra: Vec<(String, String)>,
}

/// The text is no line of CDXJ.
#[derive(Debug, thiserror::Error)]
#[error("not a line of CDXJ: {what}")]
pub struct NotALine {
    what: &'static str,
}

impl Line {
    /// The line of a record, without fields of our own.
    pub fn new(url: &str, at: Instant, mime: &str, payload: Digest, member: Member, filename: &str) -> Self {
        Self {
            key: surt(url),
            timestamp: at.format("%Y%m%d%H%M%S").to_string(),
            url: url.to_owned(),
            mime: mime.to_owned(),
            status: None,
            digest: payload.to_string(),
            member,
            filename: filename.to_owned(),
            extra: Vec::new(),
        }
    }

    /// Sets the status code.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a field of our own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.extra.push((name.to_owned(), value.to_string()));
        self
    }

    /// The first value of a field of our own.
    pub fn extra(&self, name: &str) -> Option<&str> {
        self.extra.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// The line without its line feed.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = Map::new();
        let mut field = |name: &str, value: &str| {
            // A field of our own never takes the place of one that pywb reads.
            json.entry(name).or_insert_with(|| Value::from(value));
        };
        field("url", &self.url);
        field("mime", &self.mime);
        if let Some(status) = self.status {
            field("status", &status.to_string());
        }
        field("digest", &self.digest);
        field("length", &self.member.length.to_string());
        field("offset", &self.member.offset.to_string());
        field("filename", &self.filename);
        for (name, value) in &self.extra {
            field(name, value);
        }
        write!(f, "{} {} {}", self.key, self.timestamp, Value::Object(json))
    }
}

/// Reads anybody's line: fields may be missing but for the place of the record, values may be numbers.
impl FromStr for Line {
    type Err = NotALine;

    fn from_str(line: &str) -> Result<Self, NotALine> {
        let wrong = |what| NotALine { what };
        let mut parts = line.trim_end().splitn(3, ' ');
        let (Some(key), Some(timestamp), Some(json)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it is not a key, a time and an object"));
        };
        if timestamp.is_empty() || !timestamp.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong("its time is not of digits"));
        }
        let Ok(Value::Object(mut json)) = serde_json::from_str(json) else {
            return Err(wrong("it does not end in a JSON object"));
        };
        let mut take = |name: &str| json.shift_remove(name).map(text);
        let url = take("url").unwrap_or_default();
        let mime = take("mime").unwrap_or_default();
        let status = take("status").and_then(|status| status.parse().ok());
        let digest = take("digest").unwrap_or_default();
        let length = take("length").and_then(|length| length.parse().ok());
        let offset = take("offset").and_then(|offset| offset.parse().ok());
        let filename = take("filename").unwrap_or_default();
        let (Some(length), Some(offset)) = (length, offset) else {
            return Err(wrong("it does not say where the record lies"));
        };
        Ok(Self {
            key: key.to_owned(),
            timestamp: timestamp.to_owned(),
            url,
            mime,
            status,
            digest,
            member: Member { offset, length },
            filename,
            extra: json.into_iter().map(|(name, value)| (name, text(value))).collect(),
        })
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::time::parse_rfc3339;

    fn line() -> Line {
        let at = parse_rfc3339("2026-11-23T02:10:00.123Z").unwrap();
        let member = Member { offset: 379, length: 548 };
        Line::new("https://www.mod.example/news/1?b=2&a=1", at, "text/html", Digest::of(b""), member, "x.warc.gz")
            .with_status(200)
            .with("block", Digest::of(b"block"))
    }

    #[test]
    fn a_line_is_what_pywb_reads() {
        let expected = concat!(
            "example,mod)/news/1?a=1&b=2 20261123021000 ",
            r#"{"url":"https://www.mod.example/news/1?b=2&a=1","mime":"text/html","status":"200","#,
            r#""digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","#,
            r#""length":"548","offset":"379","filename":"x.warc.gz""#
        );
        assert_eq!(line().to_string(), format!(r#"{expected},"block":"{}"}}"#, Digest::of(b"block")));
    }

    #[test]
    fn a_field_of_our_own_takes_no_place() {
        let line = line().with("offset", 7).with("block", "again");
        let read: Line = line.to_string().parse().unwrap();
        assert_eq!(read.member, line.member);
        assert_eq!(read.extra("block"), Some(&*Digest::of(b"block").to_string()));
    }

    #[test]
    fn lines_of_others_are_read() {
        let read: Line =
            "com,example)/ 2014 {\"length\": 12, \"offset\": \"3\", \"status\": \"-\", \"languages\": [\"en\"]}\r\n"
                .parse()
                .unwrap();
        assert_eq!((read.member, read.status, read.url.as_str()), (Member { offset: 3, length: 12 }, None, ""));
        assert_eq!(read.extra("languages"), Some("[\"en\"]"));
        for bad in [
            "",
            "a b",
            "a b {}",
            "a 2014 {}",
            "a 2014 []",
            "a 2014 {\"length\":\"-1\",\"offset\":\"0\"}",
            "!meta {\"x\":1}",
        ] {
            assert!(bad.parse::<Line>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_line_comes_back_and_is_one_line(url in "https?://[a-z.]{1,9}/(?s).{0,30}", mime in "(?s).{0,10}", name in "[a-z]{1,3}", value in "(?s).{0,10}") {
            let written = Line { key: surt(&url), url, mime, ..line() }.with(&name, value);
            prop_assert!(!written.to_string().contains(['\n', '\r']));
            prop_assert_eq!(written.to_string().parse::<Line>().unwrap(), written);
        }
    }
}
