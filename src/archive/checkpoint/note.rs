//! Signed notes: a text, an empty line, and a line for each signature (C2SP signed-note 1.0).
//!
//! A note is read strictly: what parses is written back byte for byte. Signatures of keys that nobody asks for are
//! kept and not judged.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys::{SigningKey, VerifierKey, check_name};

/// The longest note that is read, in bytes, and the most signatures: the limits of Go's `sumdb/note`.
const LONGEST: usize = 1_000_000;
const MOST_SIGNATURES: usize = 100;

/// How a signature line begins: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Whose it claims to be.
    pub name: String,
    /// Of which key: [`VerifierKey::id`].
    pub id: [u8; 4],
    /// What the key made of the text; 64 bytes for Ed25519, other lengths for other kinds of key.
    pub bytes: Vec<u8>,
}

/// Why a note is not believed.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// It does not have the form of a note.
    #[error("not a signed note: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The key has not signed it.
    #[error("the note has no signature of {name}")]
    NotSigned {
        /// The key's name.
        name: String,
    },
    /// The key's signature is not one of this text.
    #[error("the signature of {name} does not hold for the text of the note")]
    BadSignature {
        /// The key's name.
        name: String,
    },
}

impl Note {
    /// Signs a text, which must end with a line feed and have no control character but that.
    pub fn sign(text: &str, key: &SigningKey) -> Result<Self, NoteError> {
        check_text(text)?;
        let mut note = Self { text: text.to_owned(), signatures: Vec::new() };
        note.add_signature(key);
        Ok(note)
    }

    /// Adds the signature of one more key.
    pub fn add_signature(&mut self, key: &SigningKey) {
        let bytes = key.sign(self.text.as_bytes()).to_vec();
        self.signatures.push(Signature { name: key.name().to_owned(), id: key.verifier().id(), bytes });
    }

    /// Reads a note; no signature is verified.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST {
            return Err(malformed("it is longer than a note may be"));
        }
        let note = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (text, lines) = note.rsplit_once("\n\n").ok_or_else(|| malformed("it has no empty line"))?;
        let text = &note[..text.len() + 1];
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or_else(|| malformed("it does not end with a line feed"))?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MOST_SIGNATURES {
                return Err(malformed("it has more signatures than a note may have"));
            }
            signatures.push(Signature::parse(line).ok_or_else(|| malformed("a line after its text is no signature"))?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Whether the key has signed the text: each signature in its name and id must hold, and there must be one.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let name = || key.name().to_owned();
        let id = key.id();
        let mut signed = false;
        for signature in self.signatures.iter().filter(|s| s.id == id && s.name == key.name()) {
            if !key.verifies(self.text.as_bytes(), &signature.bytes) {
                return Err(NoteError::BadSignature { name: name() });
            }
            signed = true;
        }
        if signed { Ok(()) } else { Err(NoteError::NotSigned { name: name() }) }
    }

    /// What is signed, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

/// The note as it is published.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
        check_name(name).ok()?;
        // The decoder refuses missing padding and spare bits that are not 0, so that no note has two spellings.
        let bytes = STANDARD.decode(base64).ok()?;
        let (id, bytes) = bytes.split_first_chunk()?;
        (!bytes.is_empty()).then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id[..], &self.bytes].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(malformed("its text does not end with a line feed"));
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(malformed("its text has control characters"));
    }
    Ok(())
}

fn malformed(what: &'static str) -> NoteError {
    NoteError::Malformed { what }
}
