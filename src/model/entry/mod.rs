//! One leaf of the log: lines of text that end in lines which `sha256sum -c` reads.
//!
//! [`Entry`] is the form, whatever the kind; [`Fact`] is what an entry of a known kind says. What is not known is carried
//! along as it is: parsing and rendering give back the same bytes, or parsing fails. The grammar is in the
//! archive's own README.

mod facts;
mod forms;
mod key;
mod peer;
mod stamp;

pub use facts::{
    Alias, Answer, ArchiveFact, Capture, Fact, Keeping, Mark, Note, Poll, ReadingFact, Round, RulesFact, Sameness,
    SegmentFact, Tally,
};
pub use key::{KeyFact, Side};
pub use peer::{Peer, Tls};
pub use stamp::StampFact;

use super::digest::Digest;

/// The version of the archive's format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The most bytes that an entry may have: its length stands before it in two bytes.
pub const MAX_ENTRY: usize = 65_535;

/// An entry as it stands in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What kind it is.
    pub kind: String,
    /// Names and values in order; names may repeat.
    pub fields: Vec<(String, String)>,
    /// Sums of bytes that are kept, and the names that they have here.
    pub sums: Vec<(Digest, String)>,
}

/// The bytes were no entry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EntryError {
    /// Written by a newer program.
    #[error("the entry has format {0}, and this program reads up to {FORMAT}")]
    Newer(u32),
    /// Not an entry in our grammar.
    #[error("not an entry: {0}")]
    Grammar(&'static str),
    /// A known kind without a field that it must have, or with one that cannot be read.
    #[error("a {kind} entry without a readable {field}")]
    Field {
        /// The kind.
        kind: &'static str,
        /// The field's name.
        field: &'static str,
    },
}

impl Entry {
    /// An entry of a kind, with nothing in it yet.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    /// Adds a field. White space and control characters in the value become single spaces, for a value is one line; an
    /// empty value adds nothing.
    pub fn push(&mut self, name: &str, value: &str) {
        let value = one_line(value);
        if !value.is_empty() {
            self.fields.push((name.to_owned(), value));
        }
    }

    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The sum under a name.
    pub fn sum(&self, name: &str) -> Option<Digest> {
        self.sums.iter().find(|(_, n)| n == name).map(|(digest, _)| *digest)
    }

    /// The bytes of the leaf.
    pub fn render(&self) -> String {
        let mut out = format!("onrecord/{FORMAT} {}\n", self.kind);
        for (name, value) in &self.fields {
            out.push_str(name);
            out.push(' ');
            out.push_str(value);
            out.push('\n');
        }
        out.push('\n');
        for (digest, name) in &self.sums {
            out.push_str(&digest.hex());
            out.push_str("  ");
            out.push_str(name);
            out.push('\n');
        }
        out
    }

    /// Reads a leaf. Strict: what it accepts renders to the same bytes.
    pub fn parse(leaf: &[u8]) -> Result<Self, EntryError> {
        use EntryError::Grammar;
        let text = std::str::from_utf8(leaf).map_err(|_| Grammar("it is not UTF-8"))?;
        let (head, mut rest) = text.split_once('\n').ok_or(Grammar("no line feed"))?;
        let (magic, kind) = head.split_once(' ').ok_or(Grammar("no kind"))?;
        let version = magic.strip_prefix("onrecord/").ok_or(Grammar("it does not begin with onrecord/"))?;
        match version.parse::<u32>() {
            Ok(version) if version == FORMAT => {}
            Ok(version) if version > FORMAT => return Err(EntryError::Newer(version)),
            Ok(_) | Err(_) => return Err(Grammar("no format version")),
        }
        if !is_name(kind) {
            return Err(Grammar("a bad kind"));
        }
        let mut entry = Self::new(kind);
        loop {
            let (line, after) = rest.split_once('\n').ok_or(Grammar("no empty line after the fields"))?;
            rest = after;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(' ').ok_or(Grammar("a field without value"))?;
            if !is_name(name) || !is_one_line(value) || value.is_empty() {
                return Err(Grammar("a bad field"));
            }
            entry.fields.push((name.to_owned(), value.to_owned()));
        }
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').ok_or(Grammar("no line feed after a sum"))?;
            rest = after;
            let (hex, name) = line.split_once("  ").ok_or(Grammar("a bad sum"))?;
            let digest = Digest::from_hex(hex).filter(|digest| digest.hex() == hex).ok_or(Grammar("a bad sum"))?;
            if name.is_empty() || !is_one_line(name) {
                return Err(Grammar("a sum without a good name"));
            }
            entry.sums.push((digest, name.to_owned()));
        }
        Ok(entry)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
}

/// Whether [`one_line`] gives back the same.
fn is_one_line(value: &str) -> bool {
    let mut after_space = true;
    for c in value.chars() {
        let is_space = c == ' ';
        if is_space && after_space || !is_space && (c.is_whitespace() || c.is_control()) {
            return false;
        }
        after_space = is_space;
    }
    !after_space || value.is_empty()
}

/// One line: runs of white space and control characters become one space, none stands at an end.
fn one_line(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if !c.is_whitespace() && !c.is_control() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_the_form_that_sha256sum_reads() {
        let mut entry = Entry::new("reading");
        entry.push("reader", "1");
        entry.push("failed", " two\r\nlines\u{7}");
        entry.push("nothing", " ");
        entry.sums.push((Digest::of(b"abc"), "text".into()));
        let expected = "onrecord/1 reading\nreader 1\nfailed two lines\n\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  text\n";
        assert_eq!(entry.render(), expected);
        assert_eq!(Entry::parse(expected.as_bytes()), Ok(entry));
    }

    #[test]
    fn tells_a_newer_format_from_garbage() {
        assert_eq!(Entry::parse(b"onrecord/2 capture\n\n"), Err(EntryError::Newer(2)));
        for bad in [
            "",
            "onrecord/1 x",
            "onrecord/1 x\n",
            "onrecord/1 X\n\n",
            "onrecord/1 x\na  b\n\n",
            "onrecord/1 x\n\nabc  t\n",
        ] {
            assert!(matches!(Entry::parse(bad.as_bytes()), Err(EntryError::Grammar(_))), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(kind in "[a-z][a-z0-9.-]{0,8}", fields in proptest::collection::vec(("[a-z][a-z0-9.-]{0,8}", "\\PC{0,30}"), 0..6), name in "[a-z./-]{1,20}") {
            let mut entry = Entry::new(&kind);
            for (name, value) in &fields {
                entry.push(name, value);
            }
            entry.sums.push((Digest::of(name.as_bytes()), name));
            prop_assert_eq!(Entry::parse(entry.render().as_bytes()), Ok(entry));
        }

        #[test]
        fn one_line_is_known_without_making_it(value in "[a \\u{a0}\\t\\u{85}\\u{1}\\u{2003}]{0,6}|\\PC{0,9}") {
            prop_assert_eq!(is_one_line(&value), one_line(&value) == value);
        }

        #[test]
        fn what_is_read_is_written_back(leaf in "onrecord/1 [a-z]{1,4}\n([a-z]{1,3} [a-z ]{0,5}\n){0,3}\n?\n?") {
            if let Ok(entry) = Entry::parse(leaf.as_bytes()) {
                prop_assert_eq!(entry.render(), leaf);
            }
        }
    }
}
