//! What the paths in a bundle stand for.
//!
//! Who makes a bundle and who checks one take them from here. What an entry sums is named by a log, which may be anybody's:
//! a name that could leave its folder or stand for another file is none.

use std::fmt;

use crate::model::digest::Digest;

pub(super) const README: &str = "README.txt";
pub(super) const SCRIPT: &str = "verify.sh";
pub(super) const SUMS: &str = "SHA256SUMS";
pub(super) const CHECKPOINT: &str = "checkpoint";
pub(super) const RECORDS: &str = "records.warc.gz";

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// One of the files at the top.
    Top(&'static str),
    /// The leaf of an entry.
    Entry(u64),
    /// The proof that an entry is in the log of a size.
    Inclusion(u64, u64),
    /// What an entry sums under a name.
    Summed(u64, String),
    /// What an entry names by its digest.
    Named(Digest),
    /// A checkpoint that was stamped.
    Stamped(u64),
    /// An authority's answer over it.
    Stamp(u64, String),
    /// That the log has only grown since.
    Growth(u64),
}

impl Part {
    /// What an entry sums under a name; `None` where that is no name for a file.
    pub(super) fn summed(number: u64, name: &str) -> Option<Self> {
        (is_plain(name) && name != "entry" && !name.ends_with(".tlog-proof"))
            .then(|| Self::Summed(number, name.to_owned()))
    }

    /// An authority's answer over the checkpoint of a size; `None` where its name is none for a file.
    pub(super) fn stamp(size: u64, name: &str) -> Option<Self> {
        is_plain(name).then(|| Self::Stamp(size, name.to_owned()))
    }

    /// What a path stands for; `None` where it is no path of a bundle.
    pub(super) fn of(path: &str) -> Option<Self> {
        if let Some(top) = [README, SCRIPT, SUMS, CHECKPOINT, RECORDS].into_iter().find(|top| *top == path) {
            return Some(Self::Top(top));
        }
        let (folder, rest) = path.split_once('/')?;
        if folder == "named" {
            return Digest::from_hex(rest).filter(|digest| digest.hex() == rest).map(Self::Named);
        }
        let (digits, file) = rest.split_once('/')?;
        let number = number(digits)?;
        match (folder, file) {
            ("entries", "entry") => Some(Self::Entry(number)),
            ("entries", _) => match file.strip_suffix(".tlog-proof") {
                Some(size) => Some(Self::Inclusion(number, self::number(size)?)),
                None => Self::summed(number, file),
            },
            ("stamps", "checkpoint") => Some(Self::Stamped(number)),
            ("stamps", "consistency") => Some(Self::Growth(number)),
            ("stamps", _) => Self::stamp(number, file.strip_suffix(".tsr")?),
            (_, _) => None,
        }
    }
}

/// The path.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top(name) => f.write_str(name),
            Self::Entry(number) => write!(f, "entries/{number}/entry"),
            Self::Inclusion(number, size) => write!(f, "entries/{number}/{size}.tlog-proof"),
            Self::Summed(number, name) => write!(f, "entries/{number}/{name}"),
            Self::Named(digest) => write!(f, "named/{}", digest.hex()),
            Self::Stamped(size) => write!(f, "stamps/{size}/checkpoint"),
            Self::Stamp(size, name) => write!(f, "stamps/{size}/{name}.tsr"),
            Self::Growth(size) => write!(f, "stamps/{size}/consistency"),
        }
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

/// Whether a name is that of a file in its own folder, on any system, and none that a script takes for something else.
fn is_plain(name: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    name.len() <= 100 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_is_read() {
        let hex = Digest::of(b"").hex();
        for path in [
            "README.txt",
            "records.warc.gz",
            "entries/0/entry",
            "entries/12/13.tlog-proof",
            "entries/12/reading.json",
            "stamps/300/checkpoint",
            "stamps/300/consistency",
            "stamps/300/free-tsa.tsr",
            &format!("named/{hex}"),
        ] {
            assert_eq!(Part::of(path).map(|part| part.to_string()).as_deref(), Some(path));
        }
    }

    #[test]
    fn what_could_be_taken_for_another_file_is_none() {
        for path in [
            "entries/01/entry",
            "entries/1/01.tlog-proof",
            "entries/1/../entry",
            "entries/1/a/b",
            "entries/1/.hidden",
            "entries/1/-option",
            "entries/1/Text",
            "entries/x/entry",
            "stamps/1/",
            "stamps/1/a.pem",
            "stamps/1/.tsr",
            "named/abc",
            "other/1/entry",
            "/README.txt",
        ] {
            assert_eq!(Part::of(path), None, "{path}");
        }
        assert_eq!((Part::summed(1, "entry"), Part::summed(1, "9.tlog-proof")), (None, None));
        assert_eq!((Part::summed(1, "../text"), Part::stamp(1, "a/b")), (None, None));
    }
}
