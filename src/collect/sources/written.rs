//! The file as written: tables, keys and types with their places, nothing yet of what they mean.
//!
//! A value that is not what was asked for is told and then left out, so that reading goes on to the next problem.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::values::shown;

/// The keys of `[archive]`.
pub(super) const ARCHIVE: &[&str] = &["path", "vantage", "key", "keep"];

/// The keys of `[fetch]`.
pub(super) const FETCH: &[&str] =
    &["contact", "min_interval", "timeout", "max_body", "hosts", "first_fetch", "recheck", "confirm"];

/// The keys of `[stamp]`.
pub(super) const STAMP: &[&str] = &["servers", "roots", "policies", "every", "min_interval"];

/// The keys of `[[source]]`.
#[rustfmt::skip]
pub(super) const SOURCE: &[&str] = &[
    "id", "name", "url", "kind", "every",
    "timezone", "languages", "links", "title", "body", "published", "date_format", "ignore",
    "allow_hosts", "proxy", "ca", "headers", "robots", "was", "closed",
    "min_interval", "timeout", "max_body", "first_fetch", "recheck", "confirm", "json",
];

/// The keys of `[source.json]`.
pub(super) const JSON: &[&str] =
    &["body", "title", "published", "modified", "language", "withdrawn", "changes", "prefix"];

/// The tables of the file as a person writes them, with their keys.
pub(super) const TABLES: [(&str, &[&str]); 5] =
    [("[archive]", ARCHIVE), ("[fetch]", FETCH), ("[[source]]", SOURCE), ("[stamp]", STAMP), ("[source.json]", JSON)];

/// Something and the byte of the file where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

/// The problems found so far.
pub(super) struct Problems<'a> {
    text: &'a str,
    lines: Vec<usize>,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines, found: Vec::new() }
    }

    /// Adds a problem at a byte of the file.
    pub(super) fn add(&mut self, at: usize, message: String) {
        let line = self.line(at);
        let before = self.text.get(self.lines[line - 1]..at).unwrap_or_default();
        self.found.push(Problem { line, column: before.chars().count() + 1, message });
    }

    /// Adds a problem unless one of its line is known: what follows a slip on the same line is mostly its echo.
    pub(super) fn add_first_of_line(&mut self, at: usize, message: String) {
        let line = self.line(at);
        if self.found.last().is_none_or(|last| last.line != line) {
            self.add(at, message);
        }
    }

    /// The line, from 1, of a byte of the file.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// All of them in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// A table that is being read.
pub(super) struct Section<'t> {
    /// Where it begins.
    pub(super) at: usize,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// Opens a table, and tells which of its keys are not among those of `header`.
    pub(super) fn open(at: usize, table: &'t DeTable<'t>, header: &str, problems: &mut Problems<'_>) -> Self {
        let known = TABLES.iter().find(|(name, _)| *name == header).map_or(&[][..], |(_, keys)| keys);
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            problems.add(key.span().start, unknown_key(key.get_ref(), header, known));
        }
        Self { at, table }
    }

    /// Where the value of a key stands; where there is none, the table.
    pub(super) fn at_of(&self, key: &str) -> usize {
        self.get(key).map_or(self.at, |value| value.span().start)
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str, problems: &mut Problems<'_>) -> Option<At<&'t str>> {
        text(self.get(key)?, key, problems)
    }

    /// A text that `read` understands; what it says instead of a value is told.
    pub(super) fn read<T>(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.text(key, problems)?;
        read(found.value).map_err(|message| problems.add(found.at, format!("{key}: {message}"))).ok()
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<At<&'t str>>> {
        let value = self.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            wrong_type(value, key, "a list of texts, such as [\"a\", \"b\"]", problems);
            return None;
        };
        Some(items.iter().filter_map(|item| text(item, key, problems)).collect())
    }

    /// A list of texts, each of which `read` understands.
    pub(super) fn read_all<T>(
        &self,
        key: &str,
        problems: &mut Problems<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<At<T>>> {
        let mut values = Vec::new();
        for found in self.texts(key, problems)? {
            match read(found.value) {
                Ok(value) => values.push(At { at: found.at, value }),
                Err(message) => problems.add(found.at, format!("{key}: {message}")),
            }
        }
        Some(values)
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, key: &str, least: usize, most: usize, problems: &mut Problems<'_>) -> Option<usize> {
        let value = self.get(key)?;
        let expected = format!("a whole number from {least} to {most}");
        let DeValue::Integer(number) = value.get_ref() else {
            wrong_type(value, key, &expected, problems);
            return None;
        };
        let read = usize::from_str_radix(number.as_str(), number.radix()).ok();
        let fitting = read.filter(|number| (least..=most).contains(number));
        if fitting.is_none() {
            problems.add(value.span().start, format!("{key}: expected {expected}, found {}", cut(number.as_str())));
        }
        fitting
    }

    /// A table with keys of its own, those of `header`.
    pub(super) fn table(&self, key: &str, header: &str, problems: &mut Problems<'_>) -> Option<Self> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::open(value.span().start, table, header, problems)),
            _ => {
                wrong_type(value, key, &format!("a table {header}"), problems);
                None
            }
        }
    }

    /// A table of texts in the order of the file.
    pub(super) fn pairs(&self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<(At<&'t str>, At<&'t str>)>> {
        let value = self.get(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            wrong_type(value, key, "a table of texts, such as { Name = \"value\" }", problems);
            return None;
        };
        let mut pairs: Vec<_> = table
            .iter()
            .filter_map(|(name, value)| {
                let name = At { at: name.span().start, value: name.get_ref().as_ref() };
                Some((name, text(value, key, problems)?))
            })
            .collect();
        pairs.sort_by_key(|(name, _)| name.at);
        Some(pairs)
    }
}

fn text<'t>(value: &'t Spanned<DeValue<'t>>, key: &str, problems: &mut Problems<'_>) -> Option<At<&'t str>> {
    let at = value.span().start;
    match value.get_ref() {
        DeValue::String(text) if !text.trim().is_empty() => Some(At { at, value: text.as_ref() }),
        DeValue::String(_) => {
            problems.add(at, format!("{key}: is empty; leave the line out where there is nothing to say"));
            None
        }
        _ => {
            wrong_type(value, key, "a text in quotes", problems);
            None
        }
    }
}

/// Tells that a value is of another type than `expected`.
pub(super) fn wrong_type(value: &Spanned<DeValue<'_>>, key: &str, expected: &str, problems: &mut Problems<'_>) {
    problems.add(value.span().start, format!("{key}: expected {expected}, found {}", type_of(value.get_ref())));
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Says that a key is unknown, and where it belongs or what was likely meant.
pub(super) fn unknown_key(key: &str, header: &str, known: &[&str]) -> String {
    let unknown = format!("unknown key {} in {header}", shown(key));
    if let Some((other, _)) = TABLES.iter().find(|(other, keys)| *other != header && keys.contains(&key)) {
        return format!("{unknown}; it belongs in {other}");
    }
    match nearest(key, known) {
        Some(meant) => format!("{unknown}; did you mean {meant:?}?"),
        None => format!("{unknown}; known are {}", known.join(", ")),
    }
}

/// The known key that is likeliest meant: at most a third of its letters differ, or one is part of the other.
pub(super) fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let key: String = key.chars().take(40).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect();
    let near = known.iter().map(|known| (distance(&key, known), *known)).min();
    let near = near.filter(|(distance, known)| *distance * 3 <= known.len()).map(|(_, known)| known);
    let part = |known: &&str| key.len().min(known.len()) >= 4 && (known.contains(&key) || key.contains(*known));
    near.or_else(|| known.iter().copied().find(part))
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.chars().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}
