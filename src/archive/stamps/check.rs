//! Whether a stamp is one: over these bytes, for this request, signed by an authority, under a root that was given.

use std::time::Duration;

use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode as _, Encode as _, Sequence, ValueOrd};
use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage as RequiredUsage};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::response::Token;
use super::{Response, Roots, StampError, algorithms, words};
use crate::model::time::Instant;

/// `id-kp-timeStamping` as webpki has it: the inside of its DER.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// What is wanted of a stamp besides that it is over the right bytes.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// What the request asked to be repeated; `None` for a stamp that was kept, whose request is gone.
    pub nonce: Option<&'a [u8]>,
    /// The policies that are taken, as dotted numbers; any where there is none.
    pub policies: &'a [String],
}

/// A stamp that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// When the authority says that it saw the bytes.
    pub gen_time: Instant,
    /// The policy under which it signed, as dotted numbers.
    pub policy: String,
    /// The subject of the certificate that signed.
    pub signer: String,
    /// The subjects from the signer up to the root that was given.
    pub chain: Vec<String>,
}

/// Checks a response over `data` as of its own time: a signer whose certificate has since expired is none the worse for it.
///
/// Whether a certificate was revoked is not asked: the lists that would say so are gone when the question comes up.
///
/// # Errors
/// Says what is wrong. Where all holds but there is no root to believe it under, [`StampError::NotChecked`] or
/// [`StampError::Untrusted`]: the time is then a claim of whoever signed, and nothing more.
pub fn check(response: &Response, data: &[u8], roots: &Roots, wanted: &Wanted<'_>) -> Result<Checked, StampError> {
    let token = response.token();
    let imprint = &token.info.message_imprint;
    let hashed = algorithms::hash(imprint.hash_algorithm.oid, data);
    if hashed.as_deref() != Some(imprint.hashed_message.as_bytes()) {
        return Err(StampError::Imprint);
    }
    if let Some(nonce) = wanted.nonce
        && token.info.nonce.as_ref().map(der::asn1::Int::as_bytes) != Some(nonce)
    {
        return Err(StampError::Nonce);
    }
    let policy = token.info.policy.to_string();
    if !wanted.policies.is_empty() && !wanted.policies.contains(&policy) {
        return Err(StampError::Policy { found: policy });
    }
    let (der, signer) = signer_of(token)?;
    attributes(token)?;
    let der = CertificateDer::from(der);
    let end = EndEntityCert::try_from(&der).map_err(|error| StampError::Usage(format!("its certificate: {error}")))?;
    signature(token, &end)?;
    usage(&signer)?;
    let gen_time = token.gen_time;
    if roots.is_empty() {
        return Err(StampError::NotChecked { gen_time });
    }
    let chain = chain(token, &end, roots)?;
    let signer = signer.tbs_certificate.subject.to_string();
    let chain = std::iter::once(signer.clone()).chain(chain).collect();
    Ok(Checked { gen_time, policy, signer, chain })
}

/// Whether all of a response holds over `data` but its chain, which is checked under roots: the time that it claims.
///
/// # Errors
/// As [`check`]; a signature that this program cannot check does not hold.
pub fn holds(response: &Response, data: &[u8]) -> Result<Instant, StampError> {
    match check(response, data, &Roots::none(), &Wanted::default()) {
        Ok(checked) => Ok(checked.gen_time),
        Err(StampError::NotChecked { gen_time }) => Ok(gen_time),
        Err(other) => Err(other),
    }
}

/// The certificate that the signed attributes bind, which must also be the one that the signer names.
fn signer_of(token: &Token) -> Result<(&[u8], Certificate), StampError> {
    let unbound = || StampError::Signature("no attribute says whose certificate it was made with".to_owned());
    let (algorithm, hash) = bound(token).ok_or_else(unbound)?;
    let named = |der: &&Vec<u8>| algorithms::name_of(algorithm, der).as_deref() == Some(&hash[..]);
    let der = token.certificates.iter().find(named).ok_or(StampError::NoCertificate)?;
    let certificate =
        Certificate::from_der(der).map_err(|error| StampError::Usage(format!("its certificate: {error}")))?;
    if !token.is_signed_by(&certificate) {
        return Err(StampError::Signature("its attributes name another certificate than the signer does".to_owned()));
    }
    Ok((der, certificate))
}

/// `ESSCertID` and `ESSCertIDv2`: the hash of a certificate. What follows it is not needed.
#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
struct EssCertId {
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence, ValueOrd)]
struct EssCertIdWithHash {
    algorithm: AlgorithmIdentifierOwned,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

#[derive(Clone, Debug, Sequence)]
struct SigningCertificate {
    certs: Vec<Any>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// Algorithm and hash of the signer's certificate, as the signed attributes have it: the first of those that they list.
fn bound(token: &Token) -> Option<(ObjectIdentifier, Vec<u8>)> {
    let first = |name| {
        let listed: SigningCertificate = token.attribute(name)?.decode_as().ok()?;
        listed.certs.into_iter().next()?.to_der().ok()
    };
    if let Some(first) = first(words::SIGNING_CERTIFICATE_V2) {
        return match EssCertId::from_der(&first) {
            // SHA-256 where nothing is said
            Ok(id) => Some((words::SHA_256, id.hash.into_bytes())),
            Err(_) => EssCertIdWithHash::from_der(&first).ok().map(|id| (id.algorithm.oid, id.hash.into_bytes())),
        };
    }
    let first = first(words::SIGNING_CERTIFICATE)?;
    EssCertId::from_der(&first).ok().map(|id| (words::SHA_1, id.hash.into_bytes()))
}

/// The attributes that tie the signature to the content (RFC 5652, section 11).
fn attributes(token: &Token) -> Result<(), StampError> {
    let bad = |what: &str| StampError::Signature(what.to_owned());
    let kind = token.attribute(words::CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    if kind != Some(words::TST_INFO) {
        return Err(bad("its attributes are those of another kind of content"));
    }
    let said = token.attribute(words::MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
    let found = algorithms::hash(token.signer.digest_alg.oid, &token.content);
    match (said, found) {
        (_, None) => Err(unsupported(token, token.signer.digest_alg.oid)),
        (Some(said), Some(found)) if said.as_bytes() == found => Ok(()),
        (Some(_) | None, Some(_)) => Err(bad("its content is not the one that was signed")),
    }
}

fn signature(token: &Token, signer: &EndEntityCert<'_>) -> Result<(), StampError> {
    let bytes = token.signed_bytes().ok_or_else(|| StampError::Signature("it has no signed attributes".to_owned()))?;
    let meant = algorithms::meant(&token.signer.signature_algorithm, &token.signer.digest_alg);
    let mut fitted = false;
    for algorithm in meant {
        match signer.verify_signature(algorithm, &bytes, token.signer.signature.as_bytes()) {
            Ok(()) => return Ok(()),
            // of the algorithms that a name can mean, the key fits one
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => fitted = true,
        }
    }
    if fitted {
        Err(StampError::Signature("it was not made by the certificate's key over these bytes".to_owned()))
    } else {
        Err(unsupported(token, token.signer.signature_algorithm.oid))
    }
}

/// RFC 3161, section 2.3: an extended key usage of `timeStamping`, alone and critical.
fn usage(signer: &Certificate) -> Result<(), StampError> {
    let bad = |what: &str| StampError::Usage(what.to_owned());
    let extensions = signer.tbs_certificate.extensions.iter().flatten();
    let of = |name| extensions.clone().filter(move |one| one.extn_id == name);
    let mut extended = of(words::EXTENDED_KEY_USAGE);
    let (Some(found), None) = (extended.next(), extended.next()) else {
        return Err(bad("its certificate does not say what it is for"));
    };
    let purposes = ExtendedKeyUsage::from_der(found.extn_value.as_bytes());
    if !purposes.is_ok_and(|purposes| purposes.0 == [words::TIME_STAMPING]) {
        return Err(bad("its certificate is for something else, or for more"));
    }
    if !found.critical {
        return Err(bad("its certificate does not say critically what it is for"));
    }
    let may_sign = |bits: KeyUsage| bits.digital_signature() || bits.non_repudiation();
    let read = |value: &[u8]| KeyUsage::from_der(value).is_ok_and(may_sign);
    if of(words::KEY_USAGE).any(|one| !read(one.extn_value.as_bytes())) {
        return Err(bad("its key is not for signatures"));
    }
    Ok(())
}

/// The subjects above the signer, up to a root that was given, all valid at the time of the stamp.
fn chain(token: &Token, end: &EndEntityCert<'_>, roots: &Roots) -> Result<Vec<String>, StampError> {
    let gen_time = token.gen_time;
    let between: Vec<CertificateDer<'_>> =
        token.certificates.iter().map(|certificate| CertificateDer::from(certificate.as_slice())).collect();
    let seconds = u64::try_from(gen_time.timestamp()).unwrap_or(0);
    let when = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let usage = RequiredUsage::required_if_present(TIME_STAMPING);
    let all = algorithms::all();
    let path = end.verify_for_usage(&all, roots.anchors(), &between, when, usage, None, None);
    let path = path.map_err(|error| match error {
        webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => {
            StampError::Validity { gen_time, why: error.to_string() }
        }
        other => StampError::Untrusted { gen_time, why: other.to_string() },
    })?;
    let subject = |der: &[u8]| Certificate::from_der(der).map(|one| one.tbs_certificate.subject.to_string());
    let mut names: Vec<String> = path.intermediate_certificates().filter_map(|one| subject(&one.der()).ok()).collect();
    names.push(roots.name_of(path.anchor()));
    Ok(names)
}

fn unsupported(token: &Token, algorithm: ObjectIdentifier) -> StampError {
    StampError::Unsupported { gen_time: token.gen_time, algorithm: algorithm.to_string() }
}
