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
    fn a_chain_is_one_block_a_certificate_in_lines_of_64() {
        let (short, long) = (vec![0; 3], (0..=255).collect::<Vec<u8>>());
        let text = pem(&[short.clone(), long.clone()]);
        assert!(text.lines().all(|line| line.len() <= 64), "{text}");
        let blocks: Vec<&str> = text.split_terminator(&format!("{END}\n")).collect();
        let read = |block: &&str| {
            let base64: String = block.strip_prefix(BEGIN).expect("a beginning").lines().collect();
            STANDARD.decode(base64).expect("base64")
        };
        assert_eq!(blocks.iter().map(read).collect::<Vec<_>>(), [short, long]);
        assert_eq!(pem(&[]), "");
    }
}
