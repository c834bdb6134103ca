//! A chain of certificates as it is kept: PEM (RFC 7468), the peer's own first, as `openssl` reads it.
//!
//! The same chain has the same bytes, so it is found by its digest, and stored once a vantage.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::model::capture::Exchange;
use crate::model::digest::Digest;
use crate::model::entry::{Peer, Tls};

/// The media type of a chain (RFC 8555, section 9.1).
pub const MEDIA_TYPE: &str = "application/pem-certificate-chain";

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Writes certificates, each given as DER.
pub fn pem(chain: &[Vec<u8>]) -> String {
    let mut out = String::new();
    for certificate in chain {
        out.push_str(BEGIN);
        for (at, digit) in STANDARD.encode(certificate).chars().enumerate() {
            if at % 64 == 0 {
                out.push('\n');
            }
            out.push(digit);
        }
        out.push('\n');
        out.push_str(END);
        out.push('\n');
    }
    out
}

/// Reads the certificates of a chain, each as DER; `None` where the bytes are none.
pub fn certificates(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in std::str::from_utf8(pem).ok()?.lines() {
        match (line, open.as_mut()) {
            (BEGIN, None) => open = Some(String::new()),
            (END, Some(text)) => {
                found.push(STANDARD.decode(text.as_bytes()).ok()?);
                open = None;
            }
            (line, Some(text)) => text.push_str(line),
            (_, None) => return None,
        }
    }
    (open.is_none() && !found.is_empty()).then_some(found)
}

/// Who answered an exchange, as an entry tells it.
pub(super) fn peer(exchange: &Exchange) -> Peer {
    let tls = exchange.tls.as_ref().map(|tls| Tls {
        chain: Digest::of(pem(&tls.chain).as_bytes()),
        version: tls.version.to_owned(),
        cipher: tls.cipher.clone(),
    });
    Peer { ip: exchange.ip, took: Some(exchange.elapsed), tls }
}

/// The address of a chain's record: no page's, or replays would show it in the place of one.
pub(super) fn address(url: &Url) -> String {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    format!("urn:x-tls:{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let chain = vec![vec![0; 100], (0..=255).collect()];
        let text = pem(&chain);
        assert_eq!(certificates(text.as_bytes()), Some(chain));
        assert!(text.lines().all(|line| line.len() <= 64), "{text}");
        for bad in ["", "text", BEGIN, &text[..text.len() - 10], &text.replace('A', "*")] {
            assert_eq!(certificates(bad.as_bytes()), None, "{bad}");
        }
    }
}
