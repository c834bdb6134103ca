//! The signed head of a log: C2SP tlog-checkpoint 1.0 over signed-note 1.0, with Ed25519.
//!
//! A checkpoint commits to every entry before it. What is read is believed only after the signature of a key that the
//! caller brought; a key that lies beside the log proves nothing.

mod keys;
mod line;
mod note;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::digest::Digest;

pub use keys::{KeyError, SigningKey, VerifierKey};
pub use line::{from_line, to_line};
pub use note::{Note, NoteError, Signature};

/// The size and the root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name that it signs under.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
}

/// Why a checkpoint is not believed.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The signature does not hold, or there is none of this key.
    #[error("the checkpoint of the log is not vouched for")]
    Note(#[from] NoteError),
    /// The signed text is no checkpoint.
    #[error("the signed text is not a checkpoint: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// It is the checkpoint of another log.
    #[error("this is a checkpoint of {found:?}, not of {expected:?}")]
    OtherLog {
        /// The log that was meant.
        expected: String,
        /// The log that it names.
        found: String,
    },
}

impl Checkpoint {
    /// Signs it; the note's bytes are what is published.
    ///
    /// An origin that holds a line feed or is empty cannot be signed.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, CheckpointError> {
        let text = self.to_string();
        if text.parse::<Self>()? != *self {
            return Err(malformed("the origin is not one line"));
        }
        Ok(Note::sign(&text, key)?)
    }

    /// Reads a published checkpoint of the log `origin`, and believes nothing without the signature of `key`.
    pub fn open(bytes: &[u8], key: &VerifierKey, origin: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        note.verify(key)?;
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::OtherLog { expected: origin.to_owned(), found: checkpoint.origin });
        }
        Ok(checkpoint)
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

/// Reads the text of a note. Extension lines, which we write none of, are passed over.
impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or_else(|| malformed("it does not end with a line feed"))?;
        let mut lines = lines.split('\n');
        let mut line = |what| lines.next().filter(|line| !line.is_empty()).ok_or_else(|| malformed(what));
        let origin = line("it names no log")?.to_owned();
        let size = line("it has no size")?;
        let root = line("it has no root")?;
        if lines.any(str::is_empty) {
            return Err(malformed("one of its lines is empty"));
        }
        let size = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let size = size.ok_or_else(|| malformed("its size is not a number in its shortest form"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| <[u8; 32]>::try_from(root).ok());
        let root = root.ok_or_else(|| malformed("its root is not the base64 of 32 bytes"))?;
        Ok(Self { origin, size, root: Digest::from_bytes(root) })
    }
}

fn malformed(what: &'static str) -> CheckpointError {
    CheckpointError::Malformed { what }
}

#[cfg(test)]
mod tests;
