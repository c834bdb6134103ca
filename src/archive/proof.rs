//! Proofs as text that travels: an entry is in a log (C2SP tlog-proof), and a log has only grown (the body of C2SP
//! tlog-witness's `add-checkpoint`).
//!
//! Pure. Both are read strictly, so that what parses is written back byte for byte, and both are believed only as far as
//! the checkpoint in them is: whose signature that is, the caller says with a key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{Checkpoint, CheckpointError, Note, VerifierKey};
use super::merkle;
use crate::model::digest::Digest;

/// The first line of a proof of inclusion.
const INCLUSION: &str = "c2sp.org/tlog-proof@v1";

/// Most hashes in a proof: no tree has more levels.
const MOST_HASHES: usize = 65;

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It has not the form of one.
    #[error("not a proof: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The checkpoint in it is not believed.
    #[error("the checkpoint in the proof is not believed")]
    Checkpoint(#[from] CheckpointError),
    /// The entry and the hashes do not make the root that was signed.
    #[error("the proof does not lead from the entry to the root that was signed")]
    NotIncluded,
    /// The hashes do not lead from the one tree to the other.
    #[error("the proof does not lead from the older root to the newer one")]
    NotGrown,
}

/// What shows that an entry is in a log: its number, the hashes beside its way up, and the signed checkpoint at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Data that proves nothing, in base64: we write none.
    extra: Option<String>,
    /// The entry's number.
    pub index: u64,
    /// The hashes, from the leaf's sibling up (RFC 6962, 2.1.1).
    pub path: Vec<Digest>,
    /// The signed note of the checkpoint.
    pub note: String,
}

/// What shows that a log has only grown: an older size, the hashes, and the newer signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// How many entries it had.
    pub old: u64,
    /// The hashes (RFC 6962, 2.1.2).
    pub path: Vec<Digest>,
    /// The signed note of the newer checkpoint.
    pub note: String,
}

impl Inclusion {
    /// A proof without extra data.
    pub fn new(index: u64, path: Vec<Digest>, note: String) -> Self {
        Self { extra: None, index, path, note }
    }

    /// Reads one; nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let (mut lines, note) = parts(bytes)?;
        if lines.next() != Some(INCLUSION) {
            return Err(malformed("it does not begin as a tlog-proof does"));
        }
        let mut line = lines.next().unwrap_or_default();
        let extra = line.strip_prefix("extra ").map(str::to_owned);
        if let Some(extra) = &extra {
            STANDARD.decode(extra).map_err(|_| malformed("its extra data is no base64"))?;
            line = lines.next().unwrap_or_default();
        }
        let index = number(line, "index ")?;
        Ok(Self { extra, index, path: hashes(lines)?, note: note.to_owned() })
    }

    /// Whether it shows that this is the entry; gives the checkpoint that says so. Without a key, nobody is asked who
    /// signed.
    pub fn verify(&self, entry: &[u8], key: Option<&VerifierKey>) -> Result<Checkpoint, ProofError> {
        let checkpoint = open(&self.note, key)?;
        let leaf = merkle::leaf_hash(entry);
        let holds = merkle::verify_inclusion(self.index, checkpoint.size, &leaf, &self.path, &checkpoint.root);
        if holds { Ok(checkpoint) } else { Err(ProofError::NotIncluded) }
    }
}

impl Growth {
    /// Reads one; nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let (mut lines, note) = parts(bytes)?;
        let old = number(lines.next().unwrap_or_default(), "old ")?;
        Ok(Self { old, path: hashes(lines)?, note: note.to_owned() })
    }

    /// Whether it shows that the log of the older checkpoint has only grown; gives the newer checkpoint.
    pub fn verify(&self, older: &Checkpoint, key: Option<&VerifierKey>) -> Result<Checkpoint, ProofError> {
        let newer = open(&self.note, key)?;
        if newer.origin != older.origin {
            let (expected, found) = (older.origin.clone(), newer.origin);
            return Err(CheckpointError::OtherLog { expected, found }.into());
        }
        let holds = self.old == older.size
            && merkle::verify_consistency(older.size, newer.size, &older.root, &newer.root, &self.path);
        if holds { Ok(newer) } else { Err(ProofError::NotGrown) }
    }
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{INCLUSION}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {extra}")?;
        }
        writeln!(f, "index {}", self.index)?;
        write_hashes(f, &self.path)?;
        write!(f, "\n{}", self.note)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write_hashes(f, &self.path)?;
        write!(f, "\n{}", self.note)
    }
}

/// Reads a signed checkpoint: with a key, one that it signed; without one, only what it says.
pub fn open(note: &str, key: Option<&VerifierKey>) -> Result<Checkpoint, CheckpointError> {
    match key {
        Some(key) => Checkpoint::open(note.as_bytes(), key, key.name()),
        None => Note::parse(note.as_bytes())?.text().parse(),
    }
}

/// The lines before the first empty one, and what follows that.
fn parts(bytes: &[u8]) -> Result<(std::str::Split<'_, char>, &str), ProofError> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
    let (head, note) = text.split_once("\n\n").ok_or_else(|| malformed("it has no empty line"))?;
    Ok((head.split('\n'), note))
}

fn number(line: &str, name: &str) -> Result<u64, ProofError> {
    let number = line.strip_prefix(name).and_then(|digits| {
        let number: u64 = digits.parse().ok()?;
        (number.to_string() == digits).then_some(number)
    });
    number.ok_or_else(|| malformed("its number is missing or not in its shortest form"))
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Digest>, ProofError> {
    let mut hashes = Vec::new();
    for line in lines {
        if hashes.len() == MOST_HASHES {
            return Err(malformed("it has more hashes than a tree has levels"));
        }
        // the decoder refuses spare bits that are not 0: a hash has one spelling
        let bytes = STANDARD.decode(line).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        hashes.push(Digest::from_bytes(bytes.ok_or_else(|| malformed("a line is not the base64 of a hash"))?));
    }
    Ok(hashes)
}

fn write_hashes(f: &mut fmt::Formatter<'_>, hashes: &[Digest]) -> fmt::Result {
    hashes.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.as_bytes())))
}

fn malformed(what: &'static str) -> ProofError {
    ProofError::Malformed { what }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::archive::checkpoint::SigningKey;

    /// A log of so many entries: its key, and what proves an entry and its growth.
    struct Signed {
        key: SigningKey,
        leaves: Vec<Digest>,
    }

    impl Signed {
        fn of(size: u64) -> Self {
            let key = SigningKey::from_seed("desk-01234567", &[7; 32]).unwrap();
            Self { key, leaves: (0..size).map(|number| merkle::leaf_hash(&number.to_be_bytes())).collect() }
        }

        fn checkpoint(&self, size: u64) -> Checkpoint {
            let root = merkle::root_of(&self.leaves[..usize::try_from(size).unwrap()]);
            Checkpoint { origin: self.key.name().to_owned(), size, root }
        }

        fn node(&self) -> impl FnMut(u8, u64) -> Result<Digest, Infallible> {
            |level, index| {
                let from = usize::try_from(index << level).unwrap();
                Ok(merkle::root_of(&self.leaves[from..from + (1 << level)]))
            }
        }

        fn inclusion(&self, index: u64, size: u64) -> Inclusion {
            let Ok(path) = merkle::inclusion_proof(index, size, self.node());
            Inclusion::new(index, path.unwrap(), self.checkpoint(size).sign(&self.key).unwrap().to_string())
        }

        fn growth(&self, old: u64, new: u64) -> Growth {
            let Ok(path) = merkle::consistency_proof(old, new, self.node());
            Growth { old, path: path.unwrap(), note: self.checkpoint(new).sign(&self.key).unwrap().to_string() }
        }
    }

    #[test]
    fn has_the_form_that_the_specification_shows() {
        let log = Signed::of(3);
        let proof = log.inclusion(2, 3).to_string();
        let lines: Vec<&str> = proof.lines().collect();
        assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", "index 2"]);
        assert_eq!((lines[3], lines[4], lines[5], lines[7]), ("", "desk-01234567", "3", ""));
        assert_eq!(lines.len(), 9);
        let with = proof.replace("index", "extra YWJj\nindex");
        let parsed = Inclusion::parse(with.as_bytes()).unwrap();
        assert_eq!(parsed.to_string(), with);
        parsed.verify(&2u64.to_be_bytes(), Some(&log.key.verifier())).unwrap();
    }

    #[test]
    fn what_is_not_a_proof_is_refused() {
        let log = Signed::of(5);
        let good = log.inclusion(3, 5).to_string();
        for bad in [
            "".to_owned(),
            good.replace("@v1", "@v2"),
            good.replace("index 3", "index 03"),
            good.replace("index 3", "index  3"),
            good.replace("index 3", "index -3"),
            good.replace("index 3\n", ""),
            good.replace("index 3", "extra %%\nindex 3"),
            good.replacen("=\n", "\n", 1),
            good.replacen("=\n", "=\r\n", 1),
            good.replacen("\n\n", "\n", 1),
            good.replacen(
                "index 3\n",
                &format!("index 3\n{}", format!("{}\n", STANDARD.encode([0; 32])).repeat(70)),
                1,
            ),
        ] {
            assert!(matches!(Inclusion::parse(bad.as_bytes()), Err(ProofError::Malformed { .. })), "{bad}");
        }
        assert!(matches!(Growth::parse(good.as_bytes()), Err(ProofError::Malformed { .. })));
    }

    #[test]
    fn another_key_another_entry_and_another_log_prove_nothing() {
        let log = Signed::of(9);
        let stranger = SigningKey::from_seed("desk-01234567", &[8; 32]).unwrap().verifier();
        let key = log.key.verifier();
        let proof = log.inclusion(4, 9);
        assert!(matches!(proof.verify(b"another", Some(&key)), Err(ProofError::NotIncluded)));
        assert!(matches!(proof.verify(&4u64.to_be_bytes(), Some(&stranger)), Err(ProofError::Checkpoint(_))));
        assert_eq!(proof.verify(&4u64.to_be_bytes(), None).unwrap().size, 9);
        let growth = log.growth(4, 9);
        let elsewhere = Checkpoint { origin: "desk-89abcdef".into(), ..log.checkpoint(4) };
        assert!(matches!(growth.verify(&elsewhere, Some(&key)), Err(ProofError::Checkpoint(_))));
        let rewritten = Checkpoint { root: merkle::empty_root(), ..log.checkpoint(4) };
        assert!(matches!(growth.verify(&rewritten, Some(&key)), Err(ProofError::NotGrown)));
        assert!(matches!(growth.verify(&log.checkpoint(5), Some(&key)), Err(ProofError::NotGrown)));
    }

    proptest! {
        #[test]
        fn a_proof_comes_back_from_its_text_and_holds(size in 1u64..70, at in any::<prop::sample::Index>(), older in any::<prop::sample::Index>()) {
            let log = Signed::of(size);
            let (index, old) = (at.index(size as usize) as u64, older.index(size as usize + 1) as u64);
            let key = log.key.verifier();
            let inclusion = Inclusion::parse(log.inclusion(index, size).to_string().as_bytes()).unwrap();
            prop_assert_eq!(&inclusion, &log.inclusion(index, size));
            prop_assert!(inclusion.verify(&index.to_be_bytes(), Some(&key)).is_ok());
            let growth = Growth::parse(log.growth(old, size).to_string().as_bytes()).unwrap();
            prop_assert_eq!(&growth, &log.growth(old, size));
            prop_assert_eq!(growth.verify(&log.checkpoint(old), Some(&key)).unwrap(), log.checkpoint(size));
        }

        #[test]
        fn with_one_bit_changed_it_proves_nothing(size in 2u64..40, at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let log = Signed::of(size);
            let (index, key) = (size / 2, log.key.verifier());
            for text in [log.inclusion(index, size).to_string(), log.growth(index, size).to_string()] {
                let mut bytes = text.into_bytes();
                let place = at.index(bytes.len());
                bytes[place] ^= 1 << bit;
                let includes = Inclusion::parse(&bytes).is_ok_and(|proof| proof.index == index && proof.verify(&index.to_be_bytes(), Some(&key)).is_ok());
                let grows = Growth::parse(&bytes).is_ok_and(|proof| proof.verify(&log.checkpoint(index), Some(&key)).is_ok());
                prop_assert!(!includes && !grows);
            }
        }
    }
}
