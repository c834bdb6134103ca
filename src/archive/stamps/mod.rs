//! Time stamps over signed checkpoints: RFC 3161, asked for, kept as they came, checked.
//!
//! A stamp shows that these very bytes existed at a time which an authority vouches for, and nothing more. It is believed only
//! under a root that whoever asks brought along: without one the answer is [`StampError::NotChecked`], never a time. Pure but
//! for [`held`](fn@held) and [`bounds`](fn@bounds), which read an archive; nothing here goes out to an authority.

mod algorithms;
mod bounds;
mod check;
mod held;
mod response;
mod roots;
mod words;

pub use bounds::{Bounds, Fault, Shown, bounds, judged};
pub use check::{Checked, Wanted, check, holds};
pub use held::{NOTE, folder, held, name, note_key, response_key};
pub use response::{Response, Token};
pub use roots::{Roots, RootsError};

use der::asn1::{Int, OctetString};
use der::{Any, Encode as _};
use x509_cert::spki::AlgorithmIdentifier;
use x509_tsp::{MessageImprint, TimeStampReq, TspVersion};

use crate::model::digest::Digest;
use crate::model::time::Instant;

/// The longest response that is read, in bytes: real ones have 2 to 8 KB, with revocation lists some ten times that.
pub const LONGEST_RESPONSE: usize = 256 * 1024;

/// Why a response is no stamp that can be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The bytes are no response of an authority.
    #[error("not a time stamp: {0}")]
    Garbled(String),
    /// The authority did not grant it.
    #[error("the authority did not grant it: {0}")]
    Rejected(String),
    /// It is over other bytes.
    #[error("the stamp is over other bytes")]
    Imprint,
    /// It answers another request.
    #[error("the stamp answers another request: its nonce is not ours")]
    Nonce,
    /// It was made under a policy that is not wanted.
    #[error("the stamp was made under the policy {found}, which is not one of those that are wanted")]
    Policy {
        /// The policy in it.
        found: String,
    },
    /// The signature, or what it covers, does not hold.
    #[error("the signature of the stamp does not hold: {0}")]
    Signature(String),
    /// The certificate of whoever signed is not in it.
    #[error("the stamp does not carry the certificate of its signer")]
    NoCertificate,
    /// The signer's certificate is not one for time stamps, and for them alone.
    #[error("the signer of the stamp may not sign time stamps: {0}")]
    Usage(String),
    /// The signer, or who vouches for it, was not valid at the time of the stamp.
    #[error("the stamp is of {}, when its signer was not valid: {why}", crate::model::time::rfc3339(*.gen_time))]
    Validity {
        /// The time in it.
        gen_time: Instant,
        /// What was not valid.
        why: String,
    },
    /// Its chain leads to none of the roots that were given.
    #[error("time not checked: the stamp says {}, and its chain leads to no root that was given ({why})", crate::model::time::rfc3339(*.gen_time))]
    Untrusted {
        /// The time that it claims.
        gen_time: Instant,
        /// What the chain lacks.
        why: String,
    },
    /// It is signed in a way that this program cannot check.
    #[error("time not checked: the stamp says {}, and is signed with {algorithm}, which this program does not know", crate::model::time::rfc3339(*.gen_time))]
    Unsupported {
        /// The time that it claims.
        gen_time: Instant,
        /// The algorithm.
        algorithm: String,
    },
    /// No roots were given; all else about it holds.
    #[error("time not checked: the stamp says {}, and no root of an authority was given", crate::model::time::rfc3339(*.gen_time))]
    NotChecked {
        /// The time that it claims.
        gen_time: Instant,
    },
}

impl StampError {
    /// The time that the stamp claims, where nothing speaks against it but that it was not (or could not be) checked.
    pub fn unchecked_time(&self) -> Option<Instant> {
        match self {
            Self::Untrusted { gen_time, .. } | Self::Unsupported { gen_time, .. } | Self::NotChecked { gen_time } => {
                Some(*gen_time)
            }
            Self::Garbled(_)
            | Self::Rejected(_)
            | Self::Imprint
            | Self::Nonce
            | Self::Policy { .. }
            | Self::Signature(_)
            | Self::NoCertificate
            | Self::Usage(_)
            | Self::Validity { .. } => None,
        }
    }
}

/// A request for a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    der: Vec<u8>,
    nonce: Vec<u8>,
}

impl Request {
    /// Asks for a stamp over the SHA-256 of `data`, with the certificates of the authority in it.
    ///
    /// `random` becomes the nonce, which the answer must repeat.
    pub fn over(data: &[u8], random: [u8; 8]) -> Self {
        // an INTEGER that is positive and in its shortest form, so that any authority sends back the same bytes
        let mut nonce = random;
        nonce[0] = nonce[0] & 0x3f | 0x40;
        let digest = Digest::of(data);
        let algorithm = AlgorithmIdentifier { oid: words::SHA_256, parameters: Some(Any::null()) };
        let request = TimeStampReq {
            version: TspVersion::V1,
            message_imprint: MessageImprint {
                hash_algorithm: algorithm,
                hashed_message: OctetString::new(digest.as_bytes().as_slice()).expect("32 bytes fit into a string"),
            },
            req_policy: None,
            nonce: Some(Int::new(&nonce).expect("8 bytes fit into an integer")),
            cert_req: true,
            extensions: None,
        };
        let der = request.to_der().expect("a request of known size can be encoded");
        Self { der, nonce: nonce.to_vec() }
    }

    /// What is sent, as `application/timestamp-query`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the answer must repeat.
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }
}

#[cfg(test)]
pub(super) mod tests;
