//! What a source's pages have taught of how they are built, in its one written form.
//!
//! Data alone: how it is learnt and applied stands in `read::site`. The written form is kept in the archive under its
//! digest, so it is stable: the same rules give the same bytes, and bytes that are no rules give none.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// What was learnt of a source; nothing where its pages are read as any other's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// One for each way in which its pages are built, in a fixed order.
    pub templates: Vec<Template>,
}

/// One way in which a source's pages are built.
///
/// A path names elements from the body down: `body > div.wrap > div:2`. A step is a tag with its id and classes, sorted
/// and without those that hold digits, and where a number follows, which of its siblings of that name it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Template {
    /// Where the text stands.
    pub text: String,
    /// Where the title stands, if the reader does not find it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the date of publication is printed, if the reader does not find it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Where what is no text stands, whatever it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frame: Vec<String>,
    /// Lines that stand on most pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

/// A line of a source's frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line {
    /// Where it is no text; without it, at the beginning and the end of the text alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it says.
    pub text: String,
}

impl Rules {
    /// Whether nothing was learnt.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// The one written form: JSON on one line, ended by LF.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).map(|json| json + "\n").unwrap_or_default()
    }

    /// Reads the written form; `None` for anything else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The digest of the written form.
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_written_and_read_back() {
        let lines = vec![Line { path: None, text: "Press service".to_owned() }];
        let template = Template { text: "body > div.txt".to_owned(), lines, ..Template::default() };
        let rules = Rules { templates: vec![template] };
        let written = rules.canonical();
        assert_eq!(
            written,
            "{\"templates\":[{\"text\":\"body > div.txt\",\"lines\":[{\"text\":\"Press service\"}]}]}\n"
        );
        assert_eq!(Rules::parse(written.as_bytes()), Some(rules));
        assert_eq!(Rules::parse(b"{"), None);
        assert!(Rules::default().is_empty());
    }
}
