//! The heads of request and response as they are recorded.
//!
//! The request stands as it was sent, without credentials. Codings that were undone are renamed, so that the record fits the
//! body that is kept (`X-Orig-*`, as warcio, FastWARC and jwarc agree on). HTTP/2 is written down as HTTP/1.1; the truth
//! stands in the exchange's `protocols`.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Position;

/// Request headers that are never recorded: what they hold is a secret.
const WITHHELD: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The `User-Agent`: who asks, and whom to complain to.
pub(super) fn agent(contact: &str) -> HeaderValue {
    let name = concat!("onrecord/", env!("CARGO_PKG_VERSION"));
    let plain = HeaderValue::from_static(name);
    match contact.trim() {
        "" | "none" => plain,
        contact => HeaderValue::from_str(&format!("{name} (+{contact})")).unwrap_or(plain),
    }
}

/// Whether a request header is a secret.
pub(super) fn is_withheld(name: &HeaderName) -> bool {
    WITHHELD.contains(&name.as_str())
}

/// The request as HTTP/1.1 has it. `Host` comes last, where hyper puts it.
pub(super) fn request(request: &reqwest::Request) -> Vec<u8> {
    let (method, url, headers) = (request.method(), request.url(), request.headers());
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let mut out = format!("{method} {path} HTTP/1.1\r\n").into_bytes();
    for (name, value) in headers {
        if !is_withheld(name) {
            line(&mut out, &title_case(name.as_str()), value.as_bytes());
        }
    }
    if !headers.contains_key("host") {
        line(&mut out, "Host", url[Position::BeforeHost..Position::AfterPort].as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// What was undone to a body before it is kept.
pub(super) struct Undone {
    /// `Content-Encoding` was decoded.
    pub(super) content: bool,
    /// The body was sent in chunks.
    pub(super) transfer: bool,
    /// Bytes of the body as it is kept.
    pub(super) length: usize,
}

/// The response's head as it is recorded.
///
/// Names come out in title case: the library that reads them does not keep the sender's.
pub(super) fn response(status: reqwest::StatusCode, headers: &HeaderMap, undone: &Undone) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or("");
    let mut out = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    let changed = undone.content || undone.transfer;
    for (name, value) in headers {
        let renamed = match name.as_str() {
            "content-encoding" => undone.content,
            "transfer-encoding" => undone.transfer,
            "content-length" => changed,
            _ => false,
        };
        let mut shown = title_case(name.as_str());
        if renamed {
            shown.insert_str(0, "X-Orig-");
        }
        line(&mut out, &shown, value.as_bytes());
    }
    if changed {
        line(&mut out, "Content-Length", undone.length.to_string().as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// `content-type` as `Content-Type`, the way hyper sends it.
fn title_case(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|c| {
            let out = if upper { c.to_ascii_uppercase() } else { c };
            upper = c == '-';
            out
        })
        .collect()
}
