//! The names of sources and of statements.
//!
//! A statement's id is minted once, from its source and its first address, and never changes: not when the address
//! does, not when the source is renamed.

use std::fmt;
use std::str::FromStr;

use super::digest::Digest;

/// The short name of a source, as `sources.toml` gives it: lower-case letters, digits, `.`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(String);

/// The text can name no source.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} cannot name a source: 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit")]
pub struct BadSourceId(String);

impl SourceId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceId {
    type Err = BadSourceId;

    fn from_str(text: &str) -> Result<Self, BadSourceId> {
        let fits = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(b);
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|b| fits(&b))
            && text.as_bytes()[0].is_ascii_alphanumeric()
            && !text.contains("..");
        if good { Ok(Self(text.to_owned())) } else { Err(BadSourceId(text.chars().take(80).collect())) }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a statement: its source when it was first seen, and the digest of source and first address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementId {
    source: SourceId,
    digest: Digest,
}

impl StatementId {
    /// Mints the id of a statement that `source` first showed at `address`.
    pub fn mint(source: &SourceId, address: &str) -> Self {
        let digest = Digest::of_parts(&[source.as_str().as_bytes(), b"\n", address.as_bytes()]);
        Self { source: source.clone(), digest }
    }

    /// The source under which it was minted.
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    /// The whole digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The name as people see it: `mod-az/3f9a1c07`.
    pub fn short(&self) -> String {
        format!("{}/{}", self.source, &self.digest.hex()[..8])
    }
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source, self.digest.hex())
    }
}

/// The text was no whole statement id.
#[derive(Debug, thiserror::Error)]
#[error("not a statement id: expected SOURCE/ and 64 hex digits")]
pub struct BadStatementId;

impl FromStr for StatementId {
    type Err = BadStatementId;

    fn from_str(text: &str) -> Result<Self, BadStatementId> {
        let (source, hex) = text.split_once('/').ok_or(BadStatementId)?;
        let source = source.parse().map_err(|_| BadStatementId)?;
        let digest = Digest::from_hex(hex).ok_or(BadStatementId)?;
        Ok(Self { source, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_shown_short() {
        let source: SourceId = "mod-az".parse().expect("a source id");
        let id = StatementId::mint(&source, "https://mod.example/en/news/1.html");
        assert_eq!(id.to_string().parse::<StatementId>().ok(), Some(id.clone()));
        assert_eq!(id.short().len(), "mod-az/".len() + 8);
        assert_ne!(id, StatementId::mint(&source, "https://mod.example/en/news/2.html"));
    }

    #[test]
    fn a_source_id_cannot_leave_its_folder() {
        for bad in ["", "..", "a/b", "A", "-x", "a..b", "a b", &"x".repeat(65)] {
            assert!(bad.parse::<SourceId>().is_err(), "{bad:?}");
        }
    }
}
