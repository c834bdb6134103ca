//! Dates that a page gives to its own scripts: the state of an application, the variables of a counter.
//!
//! Nobody sees them, and other statements that the page leads to may stand among them. So they are asked late, and
//! believed only where all of them name one day.

use chrono::Datelike;

use super::Search;
use crate::model::time::Stated;

/// Keys looked at on one page.
const MOST: usize = 500;
/// Longest name of a key, in bytes.
const KEY: usize = 60;
/// Signs between a key and its value: quotes, their escapes, a colon, blanks.
const BETWEEN: usize = 12;
/// Longest value that is a date, in characters.
const VALUE: usize = 40;

impl Search<'_> {
    /// The date that the page's scripts call that of publication: `"datePublished": "2023-03-25"`, `pubDate='…'`.
    pub(super) fn in_scripts(&self) -> Option<Stated> {
        let elements =
            self.doc.root_element().descendent_elements().filter(|element| element.value().name() == "script");
        let texts = elements.flat_map(|script| script.text());
        let mut dates = texts.flat_map(values).take(MOST).filter_map(|value| self.given_to_script(value));
        let first = dates.next()?;
        dates.all(|other| other.day() == first.day()).then_some(first)
    }

    fn given_to_script(&self, value: &str) -> Option<Stated> {
        let date = self.machine(value)?;
        (date.day().year() >= 1995).then_some(date)
    }
}

/// The values in a script whose keys name the publication.
fn values(script: &str) -> impl Iterator<Item = &str> {
    script.match_indices("ub").filter_map(|(at, _)| {
        let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let before = script.as_bytes()[..at].iter().rev().take(KEY).take_while(|b| part(b)).count();
        let after = script.as_bytes()[at..].iter().take(KEY).take_while(|b| part(b)).count();
        // Bytes of a key are ASCII, so that no character is cut.
        if !is_of_publication(&script[at - before..at + after]) {
            return None;
        }
        let rest = &script[at + after..];
        let opens = |c: char| matches!(c, '"' | '\'' | '\\' | ':' | '=' | ',') || c.is_whitespace();
        let start = rest.find(|c| !opens(c)).filter(|start| (1..=BETWEEN).contains(start))?;
        if !rest[..start].contains([':', '=', ',']) {
            return None;
        }
        let value = &rest[start..];
        let end = value.char_indices().take(VALUE).find(|(_, c)| matches!(c, '"' | '\'' | '\\' | ',' | '}' | ';'))?.0;
        Some(value[..end].trim())
    })
}

/// Parts of names that make a time another one than that of the publication.
const OTHERS: [&str; 8] = ["publisher", "unpub", "republi", "modif", "updat", "expir", "last", "end"];

fn is_of_publication(key: &str) -> bool {
    is_named(key, &["publish", "pubdate", "publicationdate"])
}

/// Whether an attribute of an element that is named for a date holds it: `data-timestamp`, `data-date`.
pub(super) fn is_of_time(name: &str) -> bool {
    is_named(name, &["date", "time", "publi"])
}

fn is_named(name: &str, parts: &[&str]) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    parts.iter().any(|part| name.contains(part)) && !OTHERS.iter().any(|other| name.contains(other))
}
