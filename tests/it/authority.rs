//! An authority of time under the test's command: a few stamps made by hand (RFC 3161 in RFC 5652), and every way to be wrong.
//!
//! Shares no code with the program that checks them. Served over HTTP/1.1 on loopback; the path picks the behaviour.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A file of the authority: `root.pem`, by which it is believed, `stranger.pem`, by which it is not.
pub fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tsa").join(name)
}

/// How a stamp is made.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// Whose certificate and key.
    pub signer: &'a str,
    /// The time in it: `20261126070000Z`.
    pub time: &'a str,
    /// Added to the digest, as a mistake.
    pub other_imprint: bool,
    /// Answers another request.
    pub other_nonce: bool,
    /// The certificate is left out.
    pub bare: bool,
}

impl Default for Making<'_> {
    fn default() -> Self {
        Self { signer: "signer", time: "20261126070000Z", other_imprint: false, other_nonce: false, bare: false }
    }
}

/// Answers a query with a stamp.
pub fn stamp(query: &[u8], making: &Making<'_>) -> Vec<u8> {
    static SERIAL: AtomicU8 = AtomicU8::new(0);
    let at = query.windows(2).position(|two| two == [0x04, 0x20]).expect("a digest of 32 bytes");
    let mut imprint = query[at + 2..at + 34].to_vec();
    // a nonce of eight bytes and `certReq` end what the program asks
    let mut nonce = query[query.len() - 13..query.len() - 3].to_vec();
    assert_eq!((&nonce[..2], &query[query.len() - 3..]), (&[2, 8][..], &[1, 1, 0xff][..]), "a nonce, and certReq");
    imprint[0] ^= u8::from(making.other_imprint);
    nonce[9] ^= u8::from(making.other_nonce);
    let serial = SERIAL.fetch_add(1, Ordering::SeqCst);
    let sha256 = seq(&[oid("2.16.840.1.101.3.4.2.1"), tlv(5, &[])]);
    let content = seq(&[
        vec![2, 1, 1],
        oid("1.3.6.1.4.1.55555.1"),
        seq(&[sha256.clone(), tlv(4, &imprint)]),
        vec![2, 1, serial % 127 + 1],
        tlv(0x18, making.time.as_bytes()),
        nonce,
    ]);
    let certificate = CertificateDer::from_pem_file(file(&format!("{}.pem", making.signer))).expect("a certificate");
    let attribute = |name: &str, value: Vec<u8>| seq(&[oid(name), tlv(0x31, &value)]);
    let mut attributes = [
        attribute("1.2.840.113549.1.9.3", oid("1.2.840.113549.1.9.16.1.4")),
        attribute("1.2.840.113549.1.9.4", tlv(4, &sha(&content))),
        attribute("1.2.840.113549.1.9.16.2.47", seq(&[seq(&[seq(&[tlv(4, &sha(&certificate))])])])),
    ];
    attributes.sort();
    let attributes = attributes.concat();
    let signature = sign(making.signer, &tlv(0x31, &attributes));
    let of = x509_cert::Certificate::from_der(&certificate).expect("a certificate").tbs_certificate;
    let signer = seq(&[
        vec![2, 1, 1],
        seq(&[of.issuer.to_der().expect("a name"), of.serial_number.to_der().expect("a number")]),
        sha256.clone(),
        tlv(0xa0, &attributes),
        seq(&[oid("1.2.840.10045.4.3.2")]),
        tlv(4, &signature),
    ]);
    let signed = seq(&[
        vec![2, 1, 3],
        tlv(0x31, &sha256),
        seq(&[oid("1.2.840.113549.1.9.16.1.4"), tlv(0xa0, &tlv(4, &content))]),
        tlv(0xa0, if making.bare { &[] } else { &certificate }),
        tlv(0x31, &signer),
    ]);
    let token = seq(&[oid("1.2.840.113549.1.7.2"), tlv(0xa0, &signed)]);
    seq(&[seq(&[vec![2, 1, 0]]), token])
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, length.to_le_bytes()[0]],
        0x80..0x100 => vec![tag, 0x81, length.to_le_bytes()[0]],
        _ => vec![tag, 0x82, length.to_le_bytes()[1], length.to_le_bytes()[0]],
    };
    [&head, content].concat()
}

fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn oid(text: &str) -> Vec<u8> {
    ObjectIdentifier::new_unwrap(text).to_der().expect("an identifier")
}

fn sha(bytes: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().to_vec()
}

fn sign(signer: &str, bytes: &[u8]) -> Vec<u8> {
    let key = PrivateKeyDer::from_pem_file(file(&format!("{signer}.key"))).expect("a key");
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.secret_der(), &random).expect("a key");
    key.sign(&random, bytes).expect("a signature").as_ref().to_vec()
}

/// What the paths of the server do, but for `/`, which is well.
pub const FAULTS: [&str; 16] = [
    "other-imprint",
    "other-nonce",
    "no-certs",
    "corrupt",
    "usage",
    "expired",
    "stale",
    "reject",
    "garbage",
    "html",
    "error",
    "busy",
    "moved",
    "cut",
    "long",
    "silent",
];

/// A server that stamps; it ends with the test program.
pub struct Authority {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    asked: AtomicUsize,
    down: AtomicUsize,
    first: Mutex<Option<Vec<u8>>>,
}

impl Authority {
    /// Begins to serve.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // a visitor who breaks off is no matter of the authority's
                thread::spawn(move || drop(receive(visitor, &state)));
            }
        });
        Self { address, state }
    }

    /// The address of a behaviour.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// How often it was asked so far.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// Answers the next so many queries with an error.
    pub fn fail(&self, times: usize) {
        self.state.down.store(times, Ordering::SeqCst);
    }
}

fn receive(mut visitor: TcpStream, state: &State) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        visitor.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut query = vec![0; length];
    visitor.read_exact(&mut query)?;
    state.asked.fetch_add(1, Ordering::SeqCst);
    let fails = |left: usize| left.checked_sub(1);
    if state.down.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
        return send(&mut visitor, "503 Down", "", b"", 0);
    }
    assert!(head.starts_with("post ") && head.contains("\r\ncontent-type: application/timestamp-query\r\n"), "{head}");
    let now = chrono::Utc::now().format("%Y%m%d%H%M%SZ").to_string();
    let good = Making { time: &now, ..Making::default() };
    let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    match path {
        "error" => return send(&mut visitor, "500 Oh", "", b"out of order", 0),
        "busy" => return send(&mut visitor, "429 Too often", "Retry-After: 7\r\n", b"", 0),
        "moved" => return send(&mut visitor, "302 There", "Location: /\r\n", b"", 0),
        "silent" => thread::sleep(Duration::from_secs(4)),
        _ => {}
    }
    let body = match path {
        "" | "second" | "cut" | "corrupt" => stamp(&query, &good),
        "other-imprint" => stamp(&query, &Making { other_imprint: true, ..good }),
        "other-nonce" => stamp(&query, &Making { other_nonce: true, ..good }),
        "no-certs" => stamp(&query, &Making { bare: true, ..good }),
        "usage" => stamp(&query, &Making { signer: "other", ..good }),
        "expired" => stamp(&query, &Making { signer: "old", ..good }),
        "earlier" => stamp(&query, &Making { signer: "old", time: "20160301120000Z", ..good }),
        "stale" => {
            let mut first = state.first.lock().unwrap_or_else(PoisonError::into_inner);
            first
                .get_or_insert_with(|| {
                    stamp(&[&[4, 0x20][..], &[7; 32], &[2, 8], &[7; 8], &[1, 1, 0xff]].concat(), &good)
                })
                .clone()
        }
        "reject" => vec![0x30, 5, 0x30, 3, 2, 1, 2],
        "garbage" => b"this is not DER".to_vec(),
        "html" => b"<title>Please log in</title>".to_vec(),
        "long" => vec![0x30; 300_000],
        "silent" => Vec::new(),
        other => panic!("no such behaviour: {other}"),
    };
    let mut body = body;
    if path == "corrupt" {
        *body.last_mut().expect("bytes") ^= 1;
    }
    send(
        &mut visitor,
        "200 OK",
        "Content-Type: application/timestamp-reply\r\n",
        &body,
        usize::from(path == "cut") * 100,
    )
}

/// Sends an answer whose length is told as so much more than it is.
fn send(visitor: &mut TcpStream, status: &str, headers: &str, body: &[u8], more: usize) -> std::io::Result<()> {
    let length = body.len() + more;
    write!(visitor, "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n")?;
    visitor.write_all(body)?;
    visitor.flush()
}
