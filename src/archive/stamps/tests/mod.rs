//! Stamps of an authority that `openssl` makes for the test.
#![allow(clippy::disallowed_methods, clippy::print_stderr)] // the authority is a program with files of its own

pub mod authority;

use authority::{Authority, Made};

use super::*;

const DATA: &[u8] = b"desk-7f3a\n3\nAAAA\n\n\xe2\x80\x94 desk-7f3a AAAA\n";
const RANDOM: [u8; 8] = [0xff; 8];

fn roots(authority: &Authority) -> Roots {
    let mut roots = Roots::none();
    roots.add_pem(&authority.root()).expect("a root");
    roots
}

fn stamp(authority: &Authority) -> Vec<u8> {
    authority.reply(Request::over(DATA, RANDOM).der())
}

/// What a check says of a response for the request over [`DATA`].
fn said(response: &[u8], roots: &Roots) -> Result<Checked, StampError> {
    let request = Request::over(DATA, RANDOM);
    check(&Response::parse(response)?, DATA, roots, &Wanted { nonce: Some(request.nonce()), policies: &[] })
}

#[test]
fn authorities_of_every_kind_are_believed_under_their_root() {
    for (key, hash, ess, digits) in [
        ("rsa", "sha256", "sha256", 0),
        ("rsa", "sha512", "sha1", 3),
        ("rsa", "sha384", "sha512", 6),
        ("p256", "sha256", "sha256", 0),
        ("p384", "sha384", "sha384", 0),
        ("p384", "sha256", "sha1", 0),
    ] {
        let Some(authority) = Authority::new(&Made { key, hash, ess, digits, ..Made::default() }) else { return };
        let response = stamp(&authority);
        let checked = said(&response, &roots(&authority)).unwrap_or_else(|error| panic!("{key} {hash} {ess}: {error}"));
        assert!((chrono::Utc::now() - checked.gen_time).num_seconds().abs() < 60, "{checked:?}");
        assert_eq!(checked.policy, "1.3.6.1.4.1.55555.1");
        assert_eq!(checked.chain, ["CN=signer,O=Tests", "CN=between,O=Tests", "CN=Root,O=Tests"]);
        let bare = said(&response, &Roots::none());
        assert_eq!(bare, Err(StampError::NotChecked { gen_time: checked.gen_time }), "no root, no time");
        assert_eq!(bare.unwrap_err().unchecked_time(), Some(checked.gen_time));
    }
}

#[test]
fn a_signature_of_a_kind_that_is_not_known_is_not_checked_and_never_good() {
    // ring has no P-256 over SHA-512
    let Some(authority) = Authority::new(&Made { key: "p256", hash: "sha512", ..Made::default() }) else { return };
    assert!(matches!(said(&stamp(&authority), &roots(&authority)), Err(StampError::Unsupported { .. })));
}

#[test]
fn a_stamp_over_other_bytes_for_another_request_or_policy_is_refused() {
    let Some(authority) = Authority::new(&Made::default()) else { return };
    let (roots, response) = (roots(&authority), Response::parse(&stamp(&authority)).expect("a response"));
    let of = |data: &[u8], nonce: Option<&[u8]>, policies: &[String]| {
        check(&response, data, &roots, &Wanted { nonce, policies })
    };
    assert_eq!(of(b"other bytes", None, &[]), Err(StampError::Imprint));
    assert_eq!(of(DATA, Some(Request::over(DATA, [1; 8]).nonce()), &[]), Err(StampError::Nonce));
    assert_eq!(of(DATA, Some(&[]), &[]), Err(StampError::Nonce));
    let (ours, other) = ("1.3.6.1.4.1.55555.1".to_owned(), "1.3.6.1.4.1.55555.2".to_owned());
    assert_eq!(of(DATA, None, std::slice::from_ref(&other)), Err(StampError::Policy { found: ours.clone() }));
    assert!(of(DATA, None, &[other, ours]).is_ok());
    // one that asked for no nonce is no answer to a request that did
    let mut without = Request::over(DATA, RANDOM).der().to_vec();
    let nonce = [0x02, 0x08].into_iter().chain(Request::over(DATA, RANDOM).nonce().iter().copied()).collect::<Vec<_>>();
    let at = without.windows(nonce.len()).position(|window| window == nonce).expect("the nonce");
    without.drain(at..at + nonce.len());
    without[1] -= u8::try_from(nonce.len()).expect("short");
    assert_eq!(said(&authority.reply(&without), &roots), Err(StampError::Nonce));
}

#[test]
fn a_response_without_certificates_is_refused() {
    let Some(authority) = Authority::new(&Made::default()) else { return };
    let mut request = Request::over(DATA, RANDOM).der().to_vec();
    assert!(request.ends_with(&[0x01, 0x01, 0xff]), "certReq stands last");
    request.truncate(request.len() - 3);
    request[1] -= 3;
    assert_eq!(said(&authority.reply(&request), &roots(&authority)), Err(StampError::NoCertificate));
}

#[test]
fn a_signer_that_is_not_for_time_stamps_alone_is_refused() {
    // openssl itself signs with none of these but the last two: the certificate is exchanged once it stands
    for usage in ["", "timeStamping", "critical, timeStamping, codeSigning", "critical, serverAuth"] {
        let Some(authority) = Authority::new(&Made { usage, ..Made::default() }) else { return };
        let Some(response) = authority.try_reply(Request::over(DATA, RANDOM).der()) else { continue };
        let said = said(&response, &roots(&authority));
        assert!(matches!(said, Err(StampError::Usage(_))), "{usage:?}: {said:?}");
    }
}

#[test]
fn another_root_is_not_enough() {
    let (Some(one), Some(other)) = (Authority::new(&Made::default()), Authority::new(&Made::default())) else { return };
    let said = said(&stamp(&one), &roots(&other));
    assert!(matches!(said, Err(StampError::Untrusted { .. })), "{said:?}");
    let mut both = roots(&other);
    both.add_pem(&one.root()).expect("a root");
    assert!(super::tests::said(&stamp(&one), &both).is_ok());
}

#[test]
fn any_changed_byte_is_seen() {
    let Some(authority) = Authority::new(&Made { key: "p256", ..Made::default() }) else { return };
    let (roots, good) = (roots(&authority), stamp(&authority));
    let first = said(&good, &roots).expect("a good stamp");
    let mut passed = 0;
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        // what is not covered by the signature (a version, the order of a set) may pass, and says the same then
        if let Ok(checked) = said(&bad, &roots) {
            passed += 1;
            assert_eq!(
                (checked.gen_time, &checked.policy, &checked.signer),
                (first.gen_time, &first.policy, &first.signer)
            );
        }
    }
    assert!(passed * 20 < good.len(), "{passed} of {} changed bytes passed", good.len());
    for length in 0..good.len() {
        assert!(matches!(Response::parse(&good[..length]), Err(StampError::Garbled(_))), "cut at {length}");
    }
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_authority() {
    let rejection = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
    assert_eq!(Response::parse(&rejection), Err(StampError::Rejected("rejection".into())));
    let Some(authority) = Authority::new(&Made::default()) else { return };
    let response = authority.reply(b"no request");
    assert!(matches!(Response::parse(&response), Err(StampError::Rejected(why)) if why.len() > 12));
    for garbage in [&b""[..], b"this is not DER", b"<title>Please log in</title>", &[0x30, 0x80], &[0x30; 300_000]] {
        assert!(matches!(Response::parse(garbage), Err(StampError::Garbled(_))));
    }
}

#[test]
fn roots_are_certificates_in_pem() {
    let mut roots = Roots::none();
    assert_eq!(roots.add_pem(b"nothing"), Err(RootsError::Empty));
    let bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(roots.add_pem(bad), Err(RootsError::Certificate { number: 1, .. })));
    assert!(roots.is_empty());
}
