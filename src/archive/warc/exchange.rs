//! The records that we write: exchanges as WARC has them, and the texts made of them.
//!
//! Bodies are stored decoded, with a head that says so (see [`Exchange::head`]), for readers disagree on what the
//! payload digest of an encoded body covers.

use super::record::{Kind, Record, record_id};
use crate::model::capture::Exchange;
use crate::model::digest::Digest;
use crate::model::time::{Instant, rfc3339};

/// The record that a [`revisit`] leads to.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// Its address.
    pub url: &'a str,
    /// Its date.
    pub date: Instant,
}

/// What is said of the file that it opens: `software`, `operator`, `robots` and so on, as `name: value` lines.
///
/// `format` and `conformsTo` are added.
pub fn warcinfo(date: Instant, fields: &[(&str, &str)]) -> Record {
    let own = [
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
    ];
    let mut block = String::new();
    for (name, value) in fields.iter().chain(&own) {
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        block.push_str(&format!("{name}: {value}\r\n"));
    }
    let id = record_id(&[b"warcinfo", rfc3339(date).as_bytes(), block.as_bytes()]);
    Record::new(Kind::Warcinfo, &id, date).with_block("application/warc-fields", block.into_bytes())
}

/// The response of an exchange: head and decoded body.
pub fn response(exchange: &Exchange) -> Record {
    let block = [&exchange.head[..], &exchange.body].concat();
    answer(Kind::Response, exchange, &block)
        .with_payload(exchange.body_digest())
        .with_block("application/http; msgtype=response", block)
}

/// The response of an exchange whose body is held already: its head, and where the body is.
pub fn revisit(exchange: &Exchange, original: Original<'_>) -> Record {
    answer(Kind::Revisit, exchange, &exchange.head)
        .with("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest")
        .with("WARC-Refers-To-Target-URI", original.url)
        .with("WARC-Refers-To-Date", &rfc3339(original.date))
        .with_payload(exchange.body_digest())
        .with_block("application/http; msgtype=response", exchange.head.clone())
}

/// The request of an exchange; `answer` is the id of its response or revisit.
pub fn request(exchange: &Exchange, answer: &str) -> Record {
    about(Kind::Request, exchange.url.as_str(), exchange.at, &[answer.as_bytes(), &exchange.request])
        .with("WARC-Concurrent-To", &format!("<{answer}>"))
        .with_block("application/http; msgtype=request", exchange.request.clone())
}

/// What is said of the record `of`, or, without an id, of the address: a block of any type.
pub fn metadata(url: &str, date: Instant, of: Option<&str>, content_type: &str, block: Vec<u8>) -> Record {
    let id = of.unwrap_or_default();
    let mut record = about(Kind::Metadata, url, date, &[id.as_bytes(), content_type.as_bytes(), &block]);
    if of.is_some() {
        record = record.with("WARC-Refers-To", &format!("<{id}>"));
    }
    record.with_block(content_type, block)
}

/// The text that was made of the record `of`; without an id where that record lies in another archive.
pub fn conversion(url: &str, date: Instant, of: Option<&str>, text: Vec<u8>) -> Record {
    let digest = Digest::of(&text);
    let mut record = about(Kind::Conversion, url, date, &[of.unwrap_or_default().as_bytes(), &text]);
    if let Some(of) = of {
        record = record.with("WARC-Refers-To", &format!("<{of}>"));
    }
    record.with_payload(digest).with_block("text/plain", text)
}

fn answer(kind: Kind, exchange: &Exchange, block: &[u8]) -> Record {
    let mut record = about(kind, exchange.url.as_str(), exchange.at, &[block]);
    if let Some(ip) = exchange.ip {
        record = record.with("WARC-IP-Address", &ip.to_string());
    }
    for protocol in &exchange.protocols {
        record = record.with("WARC-Protocol", protocol);
    }
    match exchange.tls.as_ref().and_then(|tls| tls.cipher.as_deref()) {
        Some(cipher) => record.with("WARC-Cipher-Suite", cipher),
        None => record,
    }
}

/// A record about an address, its id made of all that is given here.
fn about(kind: Kind, url: &str, date: Instant, parts: &[&[u8]]) -> Record {
    let stamp = rfc3339(date);
    let word = kind.as_str().to_owned();
    let id = record_id(&[&[word.as_bytes(), url.as_bytes(), stamp.as_bytes()], parts].concat());
    Record::new(kind, &id, date).with("WARC-Target-URI", url)
}
