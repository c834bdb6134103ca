//! A response of an authority, taken apart: RFC 3161 in RFC 5652.
//!
//! Parsing believes nothing; what it gives is what the response *says*. Two forms are our own, because those of the libraries
//! refuse what real authorities send: certificates in any order, as raw bytes; and times with fractions of a second.

use cms::cert::IssuerAndSerialNumber;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo};
use der::asn1::{Int, ObjectIdentifier, OctetString, SetOfVec};
use der::{
    Any, AnyRef, Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Sequence, Tag,
    Tagged as _, Writer,
};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::{Certificate, serial_number::SerialNumber};
use x509_tsp::{Accuracy, MessageImprint, TimeStampResp, TspVersion};

use super::{LONGEST_RESPONSE, StampError, words};
use crate::model::time::Instant;

/// Most certificates, and most revocation lists, in one response: real ones have two to five. Chains are sought among them, which
/// must not take long whatever somebody puts there.
const MOST_CERTIFICATES: usize = 32;

/// A whole `TimeStampResp` as it came, with what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    der: Vec<u8>,
    token: Token,
}

/// The time stamp in a response that was granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The content that was signed: a `TSTInfo`.
    pub(super) content: Vec<u8>,
    pub(super) info: TstInfo,
    pub(super) gen_time: Instant,
    pub(super) signer: SignerInfo,
    /// The certificates, each as it came.
    pub(super) certificates: Vec<Vec<u8>>,
}

impl Response {
    /// Reads a response; nothing in it is believed for that.
    ///
    /// # Errors
    /// [`StampError::Garbled`] where the bytes are no response, [`StampError::Rejected`] where it holds no stamp.
    pub fn parse(der: &[u8]) -> Result<Self, StampError> {
        if der.len() > LONGEST_RESPONSE {
            return Err(garbled("it is longer than a response may be"));
        }
        let response = TimeStampResp::from_der(der).map_err(|error| garbled(format!("the response: {error}")))?;
        let status = response.status.status as u8;
        let Some(token) = response.time_stamp_token.filter(|_| status <= 1) else {
            return Err(StampError::Rejected(refusal(status, &response.status)));
        };
        Ok(Self { der: der.to_vec(), token: Token::read(&token)? })
    }

    /// The response as it came.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The time that it claims.
    pub fn gen_time(&self) -> Instant {
        self.token.gen_time
    }

    /// The certificates in it, each as it came (DER).
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.token.certificates
    }

    pub(super) fn token(&self) -> &Token {
        &self.token
    }
}

impl Token {
    fn read(token: &ContentInfo) -> Result<Self, StampError> {
        if token.content_type != words::SIGNED_DATA {
            return Err(garbled("the stamp is no signed message"));
        }
        let signed: SignedData = token.content.decode_as().map_err(|error| garbled(format!("the message: {error}")))?;
        if signed.encap_content_info.econtent_type != words::TST_INFO {
            return Err(garbled("what is signed is no time stamp"));
        }
        let content = signed.encap_content_info.econtent.ok_or_else(|| garbled("the message has no content"))?;
        let content: OctetString = content.decode_as().map_err(|error| garbled(format!("the content: {error}")))?;
        let content = content.into_bytes();
        let info = TstInfo::from_der(&content).map_err(|error| garbled(format!("the content: {error}")))?;
        let gen_time = general_time(&info.gen_time).ok_or_else(|| garbled("its time is none"))?;
        let [signer] = signed.signer_infos.as_slice() else {
            return Err(garbled("it is signed by more than one, or by none"));
        };
        let signer = signer.clone();
        let certificates = signed.certificates.map(|set| set.0).unwrap_or_default();
        Ok(Self { content, info, gen_time, signer, certificates })
    }

    /// Whether the signer says that this certificate is its own.
    pub(super) fn is_signed_by(&self, certificate: &Certificate) -> bool {
        let of = &certificate.tbs_certificate;
        match &self.signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber { issuer, serial_number }) => {
                let serial: &SerialNumber = &of.serial_number;
                issuer == &of.issuer && serial_number == serial
            }
            SignerIdentifier::SubjectKeyIdentifier(wanted) => {
                let extension = of.extensions.iter().flatten().find(|one| one.extn_id == words::SUBJECT_KEY_IDENTIFIER);
                let found = extension.and_then(|one| SubjectKeyIdentifier::from_der(one.extn_value.as_bytes()).ok());
                found.as_ref() == Some(wanted)
            }
        }
    }

    /// The one value of a signed attribute that must be there once.
    pub(super) fn attribute(&self, name: ObjectIdentifier) -> Option<&Any> {
        let mut fitting = self.signer.signed_attrs.iter().flat_map(|all| all.iter()).filter(|one| one.oid == name);
        let (Some(found), None) = (fitting.next(), fitting.next()) else { return None };
        match found.values.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The bytes over which the signer signed: its attributes as a SET in DER (RFC 5652, section 5.4).
    pub(super) fn signed_bytes(&self) -> Option<Vec<u8>> {
        self.signer.signed_attrs.as_ref().and_then(|attributes| attributes.to_der().ok())
    }
}

/// `SignedData` with its certificates and revocation lists as they came.
#[derive(Clone, Debug, Sequence)]
struct SignedData {
    version: CmsVersion,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true", constructed = "true")]
    certificates: Option<AsTheyCame>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true", constructed = "true")]
    crls: Option<AsTheyCame>,
    signer_infos: SetOfVec<SignerInfo>,
}

/// A set in whatever order it came, each member as its own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AsTheyCame(Vec<Vec<u8>>);

impl FixedTag for AsTheyCame {
    const TAG: Tag = Tag::Set;
}

impl<'a> DecodeValue<'a> for AsTheyCame {
    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_nested(header.length, |inside| {
            let mut members = Vec::new();
            while !inside.is_finished() {
                if members.len() == MOST_CERTIFICATES {
                    return Err(Tag::Set.length_error());
                }
                members.push(AnyRef::decode(inside)?.to_der()?);
            }
            Ok(Self(members))
        })
    }
}

impl EncodeValue for AsTheyCame {
    fn value_len(&self) -> der::Result<Length> {
        self.0.iter().try_fold(Length::ZERO, |sum, member| sum + Length::try_from(member.len())?)
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|member| writer.write(member))
    }
}

/// `TSTInfo` (RFC 3161, section 2.4.2), its time as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct TstInfo {
    pub(super) version: TspVersion,
    pub(super) policy: ObjectIdentifier,
    pub(super) message_imprint: MessageImprint,
    pub(super) serial_number: Int,
    pub(super) gen_time: Any,
    #[asn1(optional = "true")]
    pub(super) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(super) ordering: bool,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) tsa: Option<GeneralName>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Extensions>,
}

/// Reads `YYYYMMDDhhmmss[.f...]Z`: UTC, as RFC 3161 asks for it.
fn general_time(value: &Any) -> Option<Instant> {
    if value.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(value.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let time = chrono::NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?;
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    time.and_utc().checked_add_signed(chrono::TimeDelta::nanoseconds(nanos))
}

/// Why an authority gave no stamp, in its own words where it had some.
fn refusal(status: u8, info: &cmpv2::status::PkiStatusInfo<'_>) -> String {
    let mut why = match status {
        0 | 1 => "it was granted, and is not there".to_owned(),
        2 => "rejection".to_owned(),
        3 => "waiting".to_owned(),
        other => format!("status {other}"),
    };
    for text in info.status_string.iter().flatten().take(4) {
        let words: String = text.as_str().chars().filter(|c| !c.is_control()).take(200).collect();
        why = format!("{why}: {words}");
    }
    why
}

fn garbled(what: impl Into<String>) -> StampError {
    StampError::Garbled(what.into())
}
