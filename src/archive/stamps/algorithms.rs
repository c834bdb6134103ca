//! Which signatures and hashes of authorities are understood: RSA (PKCS#1 v1.5 and PSS) and ECDSA on P-256 and P-384, with
//! SHA-2, as ring has them.

use der::Encode as _;
use der::asn1::ObjectIdentifier;
use rustls::pki_types::SignatureVerificationAlgorithm;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::words;

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// Every algorithm that is taken, in chains and in stamps.
pub(super) fn all() -> Vec<Algorithm> {
    let mut all = with_hash(words::SHA_256).to_vec();
    all.extend_from_slice(with_hash(words::SHA_384));
    all.extend_from_slice(with_hash(words::SHA_512));
    all
}

/// The algorithms over a hash.
fn with_hash(hash: ObjectIdentifier) -> &'static [Algorithm] {
    use webpki::ring as known;
    static SHA_256: [Algorithm; 5] = [
        known::RSA_PKCS1_2048_8192_SHA256,
        known::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        known::ECDSA_P256_SHA256,
        known::ECDSA_P384_SHA256,
        known::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    ];
    static SHA_384: [Algorithm; 5] = [
        known::RSA_PKCS1_2048_8192_SHA384,
        known::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        known::ECDSA_P256_SHA384,
        known::ECDSA_P384_SHA384,
        known::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    ];
    static SHA_512: [Algorithm; 3] = [
        known::RSA_PKCS1_2048_8192_SHA512,
        known::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
        known::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    ];
    match hash {
        words::SHA_256 => &SHA_256,
        words::SHA_384 => &SHA_384,
        words::SHA_512 => &SHA_512,
        _ => &[],
    }
}

/// The algorithms that a signer's `signatureAlgorithm` can mean, given its `digestAlgorithm`; none where it is not known.
pub(super) fn meant(signature: &AlgorithmIdentifierOwned, hash: &AlgorithmIdentifierOwned) -> Vec<Algorithm> {
    let identifier = signature.to_der().unwrap_or_default();
    // webpki has the inside of the SEQUENCE
    let inside = |known: &Algorithm| identifier.ends_with(&known.signature_alg_id());
    let bare = signature.oid == words::RSA_ENCRYPTION || signature.oid == words::EC_PUBLIC_KEY;
    if bare {
        // PSS is never meant by a bare name; the key decides which of the others fits
        let is_pss = |known: &&Algorithm| {
            [
                webpki::ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
                webpki::ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
                webpki::ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
            ]
            .iter()
            .any(|pss| pss.signature_alg_id() == known.signature_alg_id())
        };
        return with_hash(hash.oid).iter().filter(|known| !is_pss(known)).copied().collect();
    }
    all().into_iter().filter(inside).collect()
}

/// The hash of some bytes; `None` for a hash that is not taken.
pub(super) fn hash(algorithm: ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match algorithm {
        words::SHA_256 => &ring::digest::SHA256,
        words::SHA_384 => &ring::digest::SHA384,
        words::SHA_512 => &ring::digest::SHA512,
        _ => return None,
    };
    Some(ring::digest::digest(algorithm, bytes).as_ref().to_vec())
}

/// The hash by which a certificate is named; SHA-1 is taken too, for it names one among those that are there.
pub(super) fn name_of(algorithm: ObjectIdentifier, certificate: &[u8]) -> Option<Vec<u8>> {
    if algorithm == words::SHA_1 {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
        return Some(digest.as_ref().to_vec());
    }
    hash(algorithm, certificate)
}
