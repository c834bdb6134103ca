//! A statement that an interface gives as JSON, read by the paths of its source's settings.
//!
//! The text is cut into paragraphs as any page's is, and nothing of it left out. What the office says of it stands around it, in its
//! own words: the notice of a withdrawal before it, the changes that it tells of behind it, the oldest first, a line each. They are part of what it
//! publishes, so that a new one is a revision and can be quoted. A document that is no JSON or has no text gives none;
//! serde_json refuses more than 128 levels by itself, so that what recurses here ends.

use std::str::FromStr as _;

use chrono_tz::Tz;
use serde_json::Value;

use super::blocks::{self, Block};
use super::charset::{Decoded, decode};
use super::meta::Metadata;
use super::outline::Outline;
use super::plain::{self, Form};
use super::settings::{Selectors, reader};
use super::title::same;
use super::{Account, Page, Rule, article_body, beside, dates, html, language, main_text, why, wordless};
use crate::model::capture::{Beside, Reading};
use crate::model::digest::Digest;
use crate::model::json_path::{JsonPath, JsonPaths};
use crate::model::source::ReadSettings;
use crate::model::text::Text;
use crate::model::time::Stated;

/// The place of the whole document in its outline.
const ROOT: usize = 0;
/// Changes that are told of one statement.
const MOST_CHANGES: usize = 1000;
/// Parts of a text that is given in parts.
const MOST_PARTS: usize = 10_000;
/// Marks and texts of a notice that are looked at.
const MOST_LEAVES: usize = 200;
/// Field names that are shown where a path leads nowhere.
const SHOWN: usize = 8;
/// Letters of a notice that are told as evidence.
const EVIDENCE: usize = 300;

/// The fields that interfaces keep a change's words and date in, in the order in which they are believed.
const NOTE: [&str; 5] = ["note", "description", "text", "message", "title"];
const DATE: [&str; 6] = ["public_timestamp", "timestamp", "published_at", "updated_at", "datetime", "date"];

/// Whether a body is JSON.
pub fn is_json(body: &[u8], content_type: Option<&str>) -> bool {
    plain::form(body, content_type) == Form::Json
}

/// Why a JSON body has no text where the paths say; `None` where it has.
pub fn problem(body: &[u8], content_type: Option<&str>, paths: &JsonPaths) -> Option<String> {
    match parse(&decode(body, content_type).text) {
        Ok(document) => match body_of(&document, paths) {
            Ok(body) if article_body::paragraphs(&body).is_empty() => Some(no_text(paths)),
            found => found.err(),
        },
        Err(error) => Some(error),
    }
}

/// The words of the notice by which a JSON body says that its statement is withdrawn.
pub fn says_withdrawn(body: &[u8], content_type: Option<&str>, paths: &JsonPaths) -> Option<String> {
    paths.withdrawn.as_ref()?;
    let document = parse(&decode(body, content_type).text).ok()?;
    let words = notice(&document, paths).join(" ");
    (!words.is_empty()).then(|| words.chars().take(EVIDENCE).collect())
}

/// Reads a document.
pub(super) fn read(
    page: &Page<'_>,
    decoded: Decoded,
    paths: &JsonPaths,
    settings: &ReadSettings,
    account: Option<&mut Account>,
) -> Reading {
    let Decoded { text, charset, mut warnings, .. } = decoded;
    let found = parse(&text).and_then(|document| Ok((body_of(&document, paths)?, document)));
    let (body, document) = match found {
        Ok(found) => found,
        Err(problem) => {
            warnings.push(problem);
            return wordless(charset, warnings, settings);
        }
    };
    let mut words = |path: &Option<JsonPath>, name: &str| {
        let found = at(&document, path.as_ref()?).map(|value| value.as_str().map(str::to_owned));
        let problem = match found {
            Ok(Some(words)) => return Some(words),
            Ok(None) => "no text stands there".to_owned(),
            Err(problem) => problem,
        };
        warnings.push(format!("json.{name}: {problem}"));
        None
    };
    let title = words(&paths.title, "title").map(|title| article_body::paragraphs(&title).join(" "));
    let published = words(&paths.published, "published");
    let declared = words(&paths.language, "language");
    let modified = words(&paths.modified, "modified");
    let date = published.as_deref().and_then(|date| stated(date, settings));
    if let (Some(published), None) = (&published, date) {
        let shown: String = published.chars().take(60).collect();
        warnings.push(format!("json.published: {shown:?} is no date"));
    }

    // all of it is the office's text: an interface puts no menus and no share bars around it
    let doc = html::parse(&body);
    let outline = Outline::new(&doc, &Selectors::of(settings).ignored(&doc));
    if outline.items.is_empty() {
        warnings.push(no_text(paths));
        return wordless(charset, warnings, settings);
    }
    let blocks = blocks::blocks(&outline);
    let chrome = main_text::chrome(&outline, &blocks, &[ROOT]);
    let rule_of = |(index, block): (usize, &Block)| match title.as_deref() {
        _ if chrome.rule(block.place) == Some(Rule::Hidden) => Rule::Hidden,
        Some(title) if index == 0 && same(title, &block.text) => Rule::Title,
        Some(_) | None => Rule::Selected,
    };
    let rules: Vec<Rule> = blocks.iter().enumerate().map(rule_of).collect();
    if let Some(account) = account {
        account.passages = why::passages(&outline, &blocks, &rules);
        account.published = date.map(|_| "where the source's own settings point");
    }
    let kept = blocks.iter().zip(&rules).filter(|(_, rule)| rule.keeps()).map(|(block, _)| block);
    let text: Vec<String> = kept.map(Block::as_paragraph).collect();
    let sample = format!("{} {}", title.as_deref().unwrap_or_default(), text.join(" "));
    let language = language::language(&sample, &[declared.as_deref()], &settings.languages);
    let mut paragraphs = notice(&document, paths);
    paragraphs.extend(text);
    paragraphs.extend(changes(&document, paths, settings));
    let beside = beside::beside(&Metadata::of(&doc, page.url), &outline, &[ROOT], &chrome);
    Reading {
        reader: reader(settings),
        visible: Digest::of(paragraphs.join("\n\n").as_bytes()),
        text: Text::new(title.as_deref(), date, language.as_deref(), &paragraphs),
        beside: Beside { charset: charset.to_owned(), modified, warnings, ..beside },
    }
}

fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| format!("the answer is no JSON: {error}"))
}

/// What a path leads to; where it leads nowhere, at which step and what stands there instead.
fn at<'v>(document: &'v Value, path: &JsonPath) -> Result<&'v Value, String> {
    path.steps().try_fold(document, |value, step| match value {
        Value::Object(fields) => fields.get(step).ok_or_else(|| {
            let names: Vec<String> = fields.keys().take(SHOWN).map(|name| name.chars().take(40).collect()).collect();
            format!("{path}: no {step:?} in the answer, but {}", names.join(", "))
        }),
        Value::Array(members) => {
            let member = step.parse::<usize>().ok().and_then(|number| members.get(number));
            member.ok_or_else(|| format!("{path}: no {step:?} in a list of {}", members.len()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(format!("{path}: nothing stands below {step:?}, for what is above it is no object"))
        }
    })
}

/// The text of a document, as HTML.
fn body_of(document: &Value, paths: &JsonPaths) -> Result<String, String> {
    let value = at(document, &paths.body).map_err(|problem| format!("json.body: {problem}"))?;
    let body = markup(value).filter(|body| !body.trim().is_empty());
    body.ok_or_else(|| no_text(paths))
}

fn no_text(paths: &JsonPaths) -> String {
    format!("json.body: no text stands at {}", paths.body)
}

/// A text, or one that is given in parts: texts, or objects that have one as their `content`.
fn markup(value: &Value) -> Option<String> {
    let part = |part: &Value| -> Option<String> {
        let of_html = |fields: &serde_json::Map<String, Value>| {
            fields.get("content_type").is_none_or(|kind| kind.as_str() == Some("text/html"))
        };
        match part {
            Value::String(text) => Some(as_markup(text)),
            Value::Object(fields) if of_html(fields) => Some(as_markup(fields.get("content")?.as_str()?)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    };
    match value {
        Value::Array(parts) => Some(parts.iter().take(MOST_PARTS).filter_map(part).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => part(value),
    }
}

fn as_markup(text: &str) -> String {
    if article_body::is_markup(text) {
        return text.to_owned();
    }
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("<p>{}</p>", escaped(line))).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn stated(text: &str, settings: &ReadSettings) -> Option<Stated> {
    dates::machine(text, settings.languages.first().map(String::as_str), settings.timezone.as_deref())
}

/// What the notice of a withdrawal says, a paragraph each; its dates and marks where it has no words.
fn notice(document: &Value, paths: &JsonPaths) -> Vec<String> {
    let value = paths.withdrawn.as_ref().and_then(|path| at(document, path).ok());
    let Some(value) = value.filter(|value| says_something(value)) else { return Vec::new() };
    let mut said = Vec::new();
    leaves(value, &mut said);
    let of_words = |leaf: &&Value| leaf.as_str().is_some_and(|text| Stated::from_str(text.trim()).is_err());
    let words = said.iter().copied().filter(of_words).filter_map(Value::as_str);
    let words: Vec<String> = words.flat_map(article_body::paragraphs).collect();
    let bare = || said.iter().map(|leaf| leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned)).collect();
    if words.is_empty() { bare() } else { words }
}

/// Whether a value is more than a form left blank.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(said) => *said,
        Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(members) => members.iter().any(says_something),
        Value::Object(fields) => fields.values().any(says_something),
    }
}

/// What stands in a value that says something; fields in the order of their names, for an interface may turn theirs.
fn leaves<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if found.len() == MOST_LEAVES {
        return;
    }
    match value {
        Value::Array(members) => members.iter().for_each(|member| leaves(member, found)),
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            fields.into_iter().for_each(|(_, field)| leaves(field, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) if !says_something(value) => {}
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(value),
    }
}

/// The changes that the office tells of, a line each; the oldest first where each has a date, else as they stand.
fn changes(document: &Value, paths: &JsonPaths, settings: &ReadSettings) -> Vec<String> {
    let list = paths.changes.as_ref().and_then(|path| at(document, path).ok()).and_then(Value::as_array);
    let told = list.into_iter().flatten().take(MOST_CHANGES).filter_map(|change| change_of(change, settings));
    let mut told: Vec<(Option<Stated>, String)> = told.collect();
    if told.iter().all(|(date, _)| date.is_some()) {
        told.sort_by_key(|(date, _)| date.and_then(|date| date.latest()));
    }
    let line = |(date, note): (Option<Stated>, String)| match date {
        Some(date) => format!("- {}: {note}", day_of(date, settings).format("%Y-%m-%d")),
        None => format!("- {note}"),
    };
    told.into_iter().map(line).collect()
}

fn change_of(change: &Value, settings: &ReadSettings) -> Option<(Option<Stated>, String)> {
    let first = |names: &[&str]| names.iter().find_map(|name| change.get(*name).and_then(Value::as_str));
    let note = article_body::paragraphs(change.as_str().or_else(|| first(&NOTE))?).join(" ");
    let date = first(&DATE).and_then(|date| stated(date, settings));
    (!note.is_empty()).then_some((date, note))
}

/// The day in the source's own zone: interfaces give one moment now with this offset, now with that.
fn day_of(date: Stated, settings: &ReadSettings) -> chrono::NaiveDate {
    let zone = settings.timezone.as_deref().and_then(|zone| zone.parse::<Tz>().ok());
    match (date, zone) {
        (Stated::Zoned(time), Some(zone)) => time.with_timezone(&zone).date_naive(),
        (Stated::Zoned(_) | Stated::Local(_) | Stated::Day(_), _) => date.day(),
    }
}

#[cfg(test)]
mod tests;
