//! The keys of signed notes: Ed25519 (RFC 8032), in the text forms of Go's `sumdb/note`.
//!
//! A secret is wiped from memory when it is dropped, and stands in no message and no debug output.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::model::digest::{Digest, hex};

/// The byte that stands for Ed25519 in key ids and key texts.
const ED25519: u8 = 0x01;

/// How the text of a secret key begins.
const SECRET: &str = "PRIVATE+KEY+";

/// DER of a SubjectPublicKeyInfo for Ed25519 up to the 32 bytes of the key (RFC 8410, section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is no key.
    #[error("not a key: {what}")]
    Malformed {
        /// What is wrong with it; never any part of it.
        what: &'static str,
    },
    /// The system gives no randomness to make one from.
    #[error("cannot make a key")]
    Random(#[source] getrandom::Error),
}

/// A public key with the name that it signs under.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// The name in its signatures.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id in its signatures: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
    pub fn id(&self) -> [u8; 4] {
        let digest = Digest::of_parts(&[self.name.as_bytes(), b"\n", &[ED25519], self.key.as_bytes()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        [a, b, c, d]
    }

    /// The 32 bytes of the key.
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key as `openssl pkeyutl -verify -pubin` reads it.
    pub fn to_pem(&self) -> String {
        let der = [&SPKI[..], self.public()].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    /// Reads a key in the form of [`to_pem`](Self::to_pem); the name under which it signs is not in it.
    pub fn from_pem(name: &str, pem: &str) -> Result<Self, KeyError> {
        check_name(name)?;
        let lines = pem.lines().map(str::trim).skip_while(|line| *line != "-----BEGIN PUBLIC KEY-----").skip(1);
        let base64: String = lines.take_while(|line| *line != "-----END PUBLIC KEY-----").collect();
        let der = STANDARD.decode(base64).map_err(|_| malformed("it is no public key in PEM form"))?;
        let key = der.strip_prefix(&SPKI).and_then(|key| key.try_into().ok());
        let key = key.ok_or_else(|| malformed("it is not an Ed25519 key"))?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| malformed("it is no point of the curve"))?;
        Ok(Self { name: name.to_owned(), key })
    }

    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        // Strict, for the lax form lets one signature hold for several texts under keys made for that.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

/// `name+hex id+base64(0x01 ‖ public key)`.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519][..], self.public()].concat();
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = parts(text)?;
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| malformed("it is no point of the curve"))?;
        let key = Self { name, key };
        if hex(&key.id()) == id { Ok(key) } else { Err(malformed("its id is not that of its name and key")) }
    }
}

/// A secret key with the name that it signs under.
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Makes a new key from the system's randomness.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(KeyError::Random)?;
        Self::from_seed(name, &seed)
    }

    /// Makes the key of a seed, the secret itself.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// Reads what [`to_secret_text`](Self::to_secret_text) wrote; white space around it is passed over.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim().strip_prefix(SECRET).ok_or_else(|| malformed("it does not begin with PRIVATE+KEY"))?;
        let (name, id, seed) = parts(text)?;
        let key = Self::from_seed(&name, &Zeroizing::new(seed))?;
        if hex(&key.verifier().id()) == id { Ok(key) } else { Err(malformed("its id is not that of its name and key")) }
    }

    /// `PRIVATE+KEY+name+hex id+base64(0x01 ‖ seed)`: the secret itself.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut secret = Zeroizing::new([ED25519; 33]);
        secret[1..].copy_from_slice(self.key.as_bytes());
        // Of its final size from the start, so that no copy is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(SECRET.len() + self.name.len() + 64));
        text.push_str(SECRET);
        text.push_str(&self.name);
        text.push('+');
        text.push_str(&hex(&self.verifier().id()));
        text.push('+');
        STANDARD.encode_string(secret.as_ref(), &mut text);
        text
    }

    /// The name in its signatures.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.verifier())
    }
}

/// Refuses a name that could not stand in a signature line.
pub(super) fn check_name(name: &str) -> Result<(), KeyError> {
    let bad = |c: char| c == '+' || c.is_whitespace() || c.is_control();
    if name.is_empty() || name.contains(bad) {
        Err(malformed("its name is empty or has a space or a + in it"))
    } else {
        Ok(())
    }
}

/// Takes `name+hex id+base64(0x01 ‖ 32 bytes)` apart.
fn parts(text: &str) -> Result<(String, &str, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(malformed("it is not a name, an id and a key, with + between them"));
    };
    check_name(name)?;
    // 33 bytes make 44 digits without padding, so their number is known and no spare bits are left.
    let mut bytes = Zeroizing::new([0; 33]);
    let exact = key.len() == 44 && STANDARD.decode_slice(key, bytes.as_mut()).is_ok();
    match bytes.split_first() {
        Some((&ED25519, key)) if exact => {
            Ok((name.to_owned(), id, key.try_into().expect("33 bytes without their first are 32")))
        }
        Some(_) | None => Err(malformed("it is not the base64 of an Ed25519 key")),
    }
}

fn malformed(what: &'static str) -> KeyError {
    KeyError::Malformed { what }
}
