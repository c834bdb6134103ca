//! The object identifiers that stamps are made of.

use der::asn1::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// `id-signedData` (RFC 5652).
pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// `id-ct-TSTInfo` (RFC 3161).
pub(super) const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
/// `id-contentType`, a signed attribute.
pub(super) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
/// `id-messageDigest`, a signed attribute.
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
/// `id-aa-signingCertificate` (RFC 2634): the signer's certificate by its SHA-1.
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
/// `id-aa-signingCertificateV2` (RFC 5816): by another hash, SHA-256 where none is said.
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
/// The extended key usage among a certificate's extensions.
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
/// The key usage among them.
pub(super) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
/// The subject's key identifier among them.
pub(super) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
/// `id-kp-timeStamping`.
pub(super) const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");

/// SHA-1, which may name a certificate here, and nothing else.
pub(super) const SHA_1: ObjectIdentifier = oid("1.3.14.3.2.26");
/// SHA-256.
pub(super) const SHA_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
/// SHA-384.
pub(super) const SHA_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
/// SHA-512.
pub(super) const SHA_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
/// `rsaEncryption`: as the algorithm of a signature it leaves the hash to be said elsewhere (RFC 3370).
pub(super) const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`, which some use in the same way.
pub(super) const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
