//! Where in a JSON document something stands, and where an interface has the parts of a statement.

use std::fmt;
use std::str::FromStr;

/// Most steps of a path.
const MOST_STEPS: usize = 32;
/// Longest path, in bytes.
const LONGEST: usize = 500;

/// A path into a JSON document: names of fields and numbers of members, the first of which is 0, joined by dots
/// (`details.body`, `parts.0.text`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(String);

/// The text was no path.
#[derive(Debug, thiserror::Error)]
#[error("expected names of fields joined by dots, such as \"details.body\"")]
pub struct NotAPath;

impl JsonPath {
    /// Names of fields, or numbers of members, from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

impl FromStr for JsonPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let step = |step: &str| !step.is_empty() && step.trim() == step && !step.contains(char::is_control);
        let good = text.len() <= LONGEST && text.split('.').count() <= MOST_STEPS && text.split('.').all(step);
        if good { Ok(Self(text.to_owned())) } else { Err(NotAPath) }
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an interface that answers with JSON has the parts of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPaths {
    /// The text, as HTML or plain.
    pub body: JsonPath,
    /// The title.
    pub title: Option<JsonPath>,
    /// The time of publication.
    pub published: Option<JsonPath>,
    /// The time of the last change.
    pub modified: Option<JsonPath>,
    /// The notice that stands there once the statement is withdrawn.
    pub withdrawn: Option<JsonPath>,
    /// The list of changes that the office tells of: a date and a note each.
    pub changes: Option<JsonPath>,
    /// What stands before the path of a listed address to make it the interface's (`/api/content`). Says where to ask,
    /// nothing of how to read.
    pub prefix: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_each_step() {
        let path: JsonPath = "details.parts.0.body".parse().expect("a path");
        assert_eq!(path.steps().collect::<Vec<_>>(), ["details", "parts", "0", "body"]);
        for wrong in ["", ".", "a..b", "a.", "a. b", "a\n.b", &"a.".repeat(40), &"a".repeat(600)] {
            assert!(wrong.parse::<JsonPath>().is_err(), "{wrong:?}");
        }
    }
}
