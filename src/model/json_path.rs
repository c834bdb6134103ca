//! Where in a JSON document something stands, and where an interface has the parts of a statement.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// Most steps of a path.
const MOST_STEPS: usize = 32;
/// Longest path, in bytes.
const LONGEST: usize = 500;

/// A path into a JSON document: names of fields and numbers of members, the first of which is 0, joined by dots
/// (`details.body`, `parts.0.text`). A name that holds a dot or a quotation mark stands in quotation marks, as in TOML
/// (`fields."web.title"`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    steps: Vec<String>,
}

/// The text was no path.
#[derive(Debug, thiserror::Error)]
#[error("expected names of fields joined by dots, such as \"details.body\", names with a dot in quotation marks")]
pub struct NotAPath;

impl JsonPath {
    /// Names of fields, or numbers of members, from the outside in.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(String::as_str)
    }
}

impl FromStr for JsonPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        if text.len() > LONGEST || text.contains(char::is_control) {
            return Err(NotAPath);
        }
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = first_step(rest).ok_or(NotAPath)?;
            steps.push(step);
            match after.strip_prefix('.') {
                Some(more) => rest = more,
                None if after.is_empty() && steps.len() <= MOST_STEPS => {
                    return Ok(Self { text: text.to_owned(), steps });
                }
                None => return Err(NotAPath),
            }
        }
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The first step of a path, and what stands behind it; `None` where there is none.
fn first_step(path: &str) -> Option<(String, &str)> {
    let Some(quoted) = path.strip_prefix('"') else {
        let (step, after) = path.split_at(path.find('.').unwrap_or(path.len()));
        let good = !step.is_empty() && step.trim() == step && !step.contains('"');
        return good.then(|| (step.to_owned(), after));
    };
    let mut step = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next()? {
            '"' => return Some((step, letters.as_str())),
            '\\' => step.push(letters.next().filter(|letter| matches!(letter, '"' | '\\'))?),
            letter => step.push(letter),
        }
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
    /// The language, as a tag (BCP 47).
    pub language: Option<JsonPath>,
    /// The notice that stands there once the statement is withdrawn.
    pub withdrawn: Option<JsonPath>,
    /// The list of changes that the office tells of: a date and a note each.
    pub changes: Option<JsonPath>,
    /// What stands before the path of a listed address to make it the interface's (`/api/content`). Says where to ask,
    /// nothing of how to read.
    pub prefix: Option<String>,
}

impl JsonPaths {
    /// Where the interface has the statement that is listed at `url`.
    pub fn asked_at(&self, url: &Url) -> Url {
        match &self.prefix {
            Some(prefix) if self.below_prefix(url).is_none() => at_path(url, &format!("{prefix}{}", url.path())),
            Some(_) | None => url.clone(),
        }
    }

    /// Where the statement is listed that the interface has at `url`.
    pub fn listed_at(&self, url: &Url) -> Url {
        self.below_prefix(url).map_or_else(|| url.clone(), |path| at_path(url, path))
    }

    fn below_prefix<'u>(&self, url: &'u Url) -> Option<&'u str> {
        url.path().strip_prefix(self.prefix.as_deref()?).filter(|rest| rest.starts_with('/'))
    }
}

fn at_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_each_step() {
        let path: JsonPath = "details.parts.0.body".parse().expect("a path");
        assert_eq!(path.steps().collect::<Vec<_>>(), ["details", "parts", "0", "body"]);
        let quoted: JsonPath = r#"fields."web.title".0."say \"no\" \\"."a b""#.parse().expect("a path");
        assert_eq!(quoted.steps().collect::<Vec<_>>(), ["fields", "web.title", "0", "say \"no\" \\", "a b"]);
        for wrong in [
            "",
            ".",
            "a..b",
            "a.",
            "a. b",
            "a\n.b",
            &"a.".repeat(40),
            &"a".repeat(600),
            "\"a",
            "\"a\"b",
            "a\"b\"",
            "\"a\\n\"",
            "\"a\".",
        ] {
            assert!(wrong.parse::<JsonPath>().is_err(), "{wrong:?}");
        }
    }
}
