//! A source's own settings, made ready to read with; and the reader's name, which covers them.

use std::collections::HashSet;

use chrono::format::{Item, StrftimeItems};
use ego_tree::NodeId;
use scraper::{Html, Selector};

use super::{VERSION, site};
use crate::model::capture::ReaderId;
use crate::model::digest::Digest;
use crate::model::json_path::JsonPaths;
use crate::model::source::ReadSettings;

/// The name of the reader under these settings: `1`, or `1-9c1185a5` where any is set, with `+rules-3f9a1c07d2b4e6a8` behind it
/// where anything was learnt of the source.
pub fn reader(settings: &ReadSettings) -> ReaderId {
    let ReadSettings { title, body, published, date_format, ignore, timezone, languages, json, learnt } = settings;
    let rules = learnt.as_deref().map(|rules| format!("+{}", site::rules_name(rules))).unwrap_or_default();
    let singles = [
        ("title", title),
        ("body", body),
        ("published", published),
        ("date_format", date_format),
        ("timezone", timezone),
    ];
    let mut parts = String::new();
    // Lengths keep two different settings from being written alike.
    let mut add = |name: &str, value: &str| parts.push_str(&format!("{name} {} {value}\n", value.len()));
    singles.iter().for_each(|(name, value)| value.iter().for_each(|value| add(name, value)));
    ignore.iter().for_each(|value| add("ignore", value));
    languages.iter().for_each(|value| add("language", value));
    if let Some(json) = json {
        let JsonPaths { body, title, published, modified, language, withdrawn, changes, prefix: _ } = json;
        add("json.body", &body.to_string());
        let further = [("title", title), ("published", published), ("modified", modified), ("language", language)];
        let told = [("withdrawn", withdrawn), ("changes", changes)];
        further.iter().chain(&told).for_each(|(name, path)| {
            path.iter().for_each(|path| add(&format!("json.{name}"), &path.to_string()));
        });
    }
    let set = if parts.is_empty() { String::new() } else { format!("-{}", &Digest::of(parts.as_bytes()).hex()[..8]) };
    ReaderId(format!("{VERSION}{set}{rules}"))
}

/// What is wrong with the settings, a line each.
pub fn check(settings: &ReadSettings) -> Vec<String> {
    let ReadSettings { title, body, published, date_format, ignore, timezone, languages: _, json: _, learnt: _ } =
        settings;
    let named = [("title", title), ("body", body), ("published", published)];
    let singles = named.iter().filter_map(|(name, value)| value.as_ref().map(|value| (*name, value)));
    let selectors = singles.chain(ignore.iter().map(|value| ("ignore", value)));
    let mut wrong: Vec<String> = selectors
        .filter_map(|(name, value)| {
            Selector::parse(value).err().map(|error| format!("{name} = {value:?} is no CSS selector: {error}"))
        })
        .collect();
    if let Some(timezone) = timezone
        && timezone.parse::<chrono_tz::Tz>().is_err()
    {
        wrong.push(format!("timezone = {timezone:?} is no IANA time zone such as \"Asia/Baku\""));
    }
    if let Some(form) = date_format {
        if StrftimeItems::new(form).any(|item| matches!(item, Item::Error)) {
            wrong.push(format!("date_format = {form:?} is no strftime form such as \"%d.%m.%Y\""));
        }
        if published.is_none() {
            wrong.push("date_format stands without published, the selector that it is for".to_owned());
        }
    }
    wrong
}

/// The selectors of a source, compiled; one that is no selector selects nothing ([`check`] has told of it).
pub(super) struct Selectors {
    pub title: Option<Selector>,
    pub body: Option<Selector>,
    pub published: Option<Selector>,
    ignore: Vec<Selector>,
}

impl Selectors {
    pub(super) fn of(settings: &ReadSettings) -> Self {
        let one = |value: &Option<String>| value.as_deref().and_then(|value| Selector::parse(value).ok());
        Self {
            title: one(&settings.title),
            body: one(&settings.body),
            published: one(&settings.published),
            ignore: settings.ignore.iter().filter_map(|value| Selector::parse(value).ok()).collect(),
        }
    }

    /// The elements that are dropped before anything else.
    pub(super) fn ignored(&self, doc: &Html) -> HashSet<NodeId> {
        self.ignore.iter().flat_map(|selector| doc.select(selector).map(|element| element.id())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rules::Rules;

    #[test]
    fn the_reader_is_named_after_its_version_and_settings() {
        let plain = ReadSettings::default();
        assert_eq!(reader(&plain).0, VERSION.to_string());
        let zoned = ReadSettings { timezone: Some("Asia/Baku".to_owned()), ..ReadSettings::default() };
        assert_eq!(reader(&zoned).0.len(), format!("{VERSION}-").len() + 8);
        let other = ReadSettings { title: Some("Asia/Baku".to_owned()), ..ReadSettings::default() };
        assert_ne!(reader(&zoned), reader(&other));
        let paths = |title: &str, prefix: Option<&str>| JsonPaths {
            body: "details.body".parse().expect("a path"),
            title: title.parse().ok(),
            published: None,
            modified: None,
            language: None,
            withdrawn: None,
            changes: None,
            prefix: prefix.map(str::to_owned),
        };
        let json = |title, prefix| reader(&ReadSettings { json: Some(paths(title, prefix)), ..plain.clone() });
        assert_ne!(json("title", None), reader(&plain));
        assert_ne!(json("title", None), json("name", None));
        assert_eq!(json("title", None), json("title", Some("/api")), "where to ask changes no reading");
        let learnt = ReadSettings { learnt: Some(Rules::default().into()), ..zoned.clone() };
        assert_eq!(reader(&learnt).0, format!("{}+rules-{}", reader(&zoned).0, &Rules::default().digest().hex()[..16]));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let settings = ReadSettings {
            title: Some("h1[".to_owned()),
            ignore: vec![".ok".to_owned(), "::".to_owned()],
            timezone: Some("Baku".to_owned()),
            date_format: Some("%Q".to_owned()),
            ..ReadSettings::default()
        };
        let wrong = check(&settings);
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        assert!(wrong[0].starts_with("title = \"h1[\" is no CSS selector"));
        assert_eq!(check(&ReadSettings::default()), Vec::<String>::new());
    }
}
