//! The file as meant: settings worked out, sources with their own limits over those of `[fetch]`.

use std::collections::HashMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::values::{self, shown};
use super::written::{At, Problems, Section, TABLES, nearest, wrong_type};
use super::{ArchiveSettings, Config, FetchSettings, StampSettings, units};
use crate::model::json_path::JsonPaths;
use crate::model::source::{Kind, Limits, ReadSettings, Robots, Source};
use crate::model::statement::SourceId;

/// Tells what is wrong with how pages are to be read.
type CheckReading<'c> = &'c dyn Fn(&ReadSettings) -> Vec<String>;

const ARCHIVE: &str = "[archive]";
const FETCH: &str = "[fetch]";
const STAMP: &str = "[stamp]";
const SOURCE: &str = "[[source]]";
const JSON: &str = "[source.json]";

/// How often a source is asked that does not say.
const EVERY: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// Gives meaning to the whole file. Where problems were added, what is given is not whole.
pub(super) fn config(
    root: &DeTable<'_>,
    folder: &Path,
    check: CheckReading<'_>,
    problems: &mut Problems<'_>,
) -> Config {
    let (mut archive, mut fetch, mut stamp, mut written) = (None, None, None, None);
    for (key, value) in root {
        let at = key.span().start;
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("archive", DeValue::Table(table)) => archive = Some(Section::open(at, table, ARCHIVE, problems)),
            ("fetch", DeValue::Table(table)) => fetch = Some(Section::open(at, table, FETCH, problems)),
            ("stamp", DeValue::Table(table)) => stamp = Some(Section::open(at, table, STAMP, problems)),
            ("source", DeValue::Array(items)) => written = Some(items),
            ("source", DeValue::Table(_)) => {
                problems.add(at, "write [[source]] with two brackets on each side, once for each source".to_owned());
            }
            ("source", _) => wrong_type(value, "source", "[[source]] tables", problems),
            (name @ ("archive" | "fetch" | "stamp"), _) => {
                wrong_type(value, name, &format!("a table [{name}]"), problems)
            }
            (name, _) => problems.add(at, unknown_at_top(name)),
        }
    }
    let archive = archive_settings(archive.as_ref(), folder, problems);
    let fetch = fetch.map(|section| fetch_settings(&section, problems)).unwrap_or_default();
    let stamp = stamp.map(|section| stamp_settings(&section, folder, problems)).unwrap_or_default();
    let mut placed = Vec::new();
    for item in written.into_iter().flatten() {
        placed.extend(source_at(item, folder, &fetch.limits, check, problems));
    }
    check_names(&placed, problems);
    Config { archive, fetch, stamp, sources: placed.into_iter().filter_map(|placed| placed.source).collect() }
}

fn unknown_at_top(name: &str) -> String {
    if let Some((table, _)) = TABLES.iter().find(|(_, keys)| keys.contains(&name)) {
        return format!("{name} stands in no table; it belongs below {table}");
    }
    let near = nearest(name, &["archive", "fetch", "stamp", "source"]);
    let headers = TABLES.map(|(table, _)| table);
    match headers.iter().find(|header| near.is_some_and(|near| header.trim_matches(['[', ']']) == near)) {
        Some(header) => format!("unknown table {}; did you mean {header}?", shown(name)),
        None => format!("unknown table or key {}; known are {}", shown(name), headers.join(", ")),
    }
}

fn archive_settings(section: Option<&Section<'_>>, folder: &Path, problems: &mut Problems<'_>) -> ArchiveSettings {
    let mut path = None;
    let (mut vantage, mut key, mut keep) = (None, None, None);
    if let Some(section) = section {
        path = section.read("path", problems, |text| values::archive_path(text, folder));
        vantage = section.read("vantage", problems, values::vantage);
        key = section.read("key", problems, |text| values::file(text, folder));
        keep = section.read("keep", problems, values::keep);
    }
    let path = path.unwrap_or_else(|| folder.join("archive"));
    ArchiveSettings { path, vantage, key, keep: keep.unwrap_or_default() }
}

fn fetch_settings(section: &Section<'_>, problems: &mut Problems<'_>) -> FetchSettings {
    let default = FetchSettings::default();
    FetchSettings {
        contact: section.read("contact", problems, values::contact),
        hosts: section.number("hosts", 1, 4096, problems).unwrap_or(default.hosts),
        limits: limits(section, &default.limits, problems),
    }
}

fn stamp_settings(section: &Section<'_>, folder: &Path, problems: &mut Problems<'_>) -> StampSettings {
    let default = StampSettings::default();
    let servers = section.read_all("servers", problems, values::web_address).unwrap_or_default();
    for (at, server) in servers.iter().enumerate() {
        if servers[..at].iter().any(|before| before.value == server.value) {
            problems.add(server.at, format!("servers: {} stands here twice", shown(server.value.as_str())));
        }
    }
    let roots = section.read_all("roots", problems, |text| values::file(text, folder)).unwrap_or_default();
    let policies = section.read_all("policies", problems, values::policy).unwrap_or_default();
    StampSettings {
        servers: servers.into_iter().map(|server| server.value).collect(),
        roots: roots.into_iter().map(|root| root.value).collect(),
        policies: policies.into_iter().map(|policy| policy.value).collect(),
        every: section.read("every", problems, units::duration).unwrap_or(default.every),
        min_interval: section.read("min_interval", problems, units::duration).unwrap_or(default.min_interval),
    }
}

/// The limits that a table sets, over those of `base`.
fn limits(section: &Section<'_>, base: &Limits, problems: &mut Problems<'_>) -> Limits {
    let more_than_nothing = |text: &str| match units::duration(text)? {
        time if time.is_zero() => Err("nothing answers within no time; expected more than 0s".to_owned()),
        time => Ok(time),
    };
    Limits {
        min_interval: section.read("min_interval", problems, units::duration).unwrap_or(base.min_interval),
        timeout: section.read("timeout", problems, more_than_nothing).unwrap_or(base.timeout),
        max_body: section.read("max_body", problems, units::size).unwrap_or(base.max_body),
        first_fetch: section.number("first_fetch", 0, 10_000_000, problems).unwrap_or(base.first_fetch),
        recheck: recheck(section, problems).unwrap_or_else(|| base.recheck.clone()),
        confirm: section.read("confirm", problems, units::duration).unwrap_or(base.confirm),
    }
}

fn recheck(section: &Section<'_>, problems: &mut Problems<'_>) -> Option<Vec<std::time::Duration>> {
    let ages = section.read_all("recheck", problems, units::duration)?;
    if section.texts("recheck", problems)?.is_empty() {
        let message =
            "recheck: expected at least one age, such as [\"1d\"]; `fetch --recheck none` looks at none again";
        problems.add(section.at_of("recheck"), message.to_owned());
        return None;
    }
    if let Some(pair) = ages.windows(2).find(|pair| pair[0].value >= pair[1].value) {
        problems.add(pair[1].at, "recheck: each age must be greater than the one before".to_owned());
    }
    Some(ages.into_iter().map(|age| age.value).collect())
}

/// A source, and where its names stand.
struct Placed {
    /// Nothing where its id or its address cannot be read; its names count all the same.
    source: Option<Source>,
    id: Option<At<SourceId>>,
    was: Vec<At<String>>,
}

/// One source; nothing where it is no table.
fn source_at(
    item: &Spanned<DeValue<'_>>,
    folder: &Path,
    base: &Limits,
    check: CheckReading<'_>,
    problems: &mut Problems<'_>,
) -> Option<Placed> {
    let at = item.span().start;
    let DeValue::Table(table) = item.get_ref() else {
        wrong_type(item, "source", "a table", problems);
        return None;
    };
    let section = &Section::open(at, table, SOURCE, problems);
    for key in ["id", "url"].into_iter().filter(|key| !table.contains_key(*key)) {
        problems.add(at, format!("this source has no {key}; id and url are needed"));
    }
    let id = section.read("id", problems, values::id);
    let url = section.read("url", problems, values::web_address);
    let name = section.text("name", problems).map(|name| name.value.trim().to_owned());
    let kind = section.read("kind", problems, values::kind).unwrap_or(Kind::Auto);
    let every = section.read("every", problems, units::duration).unwrap_or(EVERY);
    let links = section.read("links", problems, values::selector);
    let reading = reading(section, check, problems);
    let allow_hosts = section.read_all("allow_hosts", problems, values::host).unwrap_or_default();
    let allow_hosts = allow_hosts.into_iter().map(|host| host.value).collect();
    let proxy = section.read("proxy", problems, values::proxy);
    let ca = section.read("ca", problems, |text| values::file(text, folder));
    let headers = headers(section, problems);
    let robots = section.read("robots", problems, values::robots).unwrap_or(Robots::Obey);
    let earlier = section.read_all("was", problems, values::earlier).unwrap_or_default();
    let was = earlier.iter().map(|name| name.value.clone()).collect();
    let closed = section.read("closed", problems, values::closed);
    let limits = limits(section, base, problems);
    let placed = id.clone().map(|value| At { at: section.at_of("id"), value });
    #[rustfmt::skip]
    let source = id.zip(url).map(|(id, url)| {
        let name = name.unwrap_or_else(|| id.to_string());
        Source { id, name, url, kind, every, links, reading, allow_hosts, proxy, ca, headers, robots, was, closed, limits }
    });
    Some(Placed { source, id: placed, was: earlier })
}

fn reading(section: &Section<'_>, check: CheckReading<'_>, problems: &mut Problems<'_>) -> ReadSettings {
    let mut whole = ReadSettings::default();
    // Each setting by itself, with its place: a complaint about the whole is told where one alone gives the same.
    let mut alone: Vec<At<ReadSettings>> = Vec::new();
    type Field = fn(&mut ReadSettings) -> &mut Option<String>;
    let fields: [(&str, Field); 5] = [
        ("title", |settings| &mut settings.title),
        ("body", |settings| &mut settings.body),
        ("published", |settings| &mut settings.published),
        ("date_format", |settings| &mut settings.date_format),
        ("timezone", |settings| &mut settings.timezone),
    ];
    for (key, field) in fields {
        if let Some(found) = section.text(key, problems) {
            let mut one = ReadSettings::default();
            *field(&mut one) = Some(found.value.to_owned());
            *field(&mut whole) = Some(found.value.to_owned());
            alone.push(At { at: found.at, value: one });
        }
    }
    for found in section.texts("ignore", problems).unwrap_or_default() {
        let one = vec![found.value.to_owned()];
        whole.ignore.extend_from_slice(&one);
        alone.push(At { at: found.at, value: ReadSettings { ignore: one, ..ReadSettings::default() } });
    }
    for found in section.read_all("languages", problems, values::language).unwrap_or_default() {
        whole.languages.push(found.value);
    }
    whole.json = section.table("json", JSON, problems).and_then(|table| json_paths(&table, problems));
    if whole != ReadSettings::default() {
        let known: Vec<(usize, Vec<String>)> = alone.iter().map(|one| (one.at, check(&one.value))).collect();
        for message in check(&whole) {
            let mut places = known.iter().filter(|(_, messages)| messages.contains(&message)).peekable();
            if places.peek().is_none() {
                problems.add(section.at, message);
                continue;
            }
            for (at, _) in places {
                problems.add(*at, message.clone());
            }
        }
    }
    whole
}

fn json_paths(table: &Section<'_>, problems: &mut Problems<'_>) -> Option<JsonPaths> {
    let mut path = |key| table.read(key, problems, values::json_path);
    let (body, title, published) = (path("body"), path("title"), path("published"));
    let (modified, language) = (path("modified"), path("language"));
    let (withdrawn, changes) = (path("withdrawn"), path("changes"));
    let prefix = table.read("prefix", problems, values::path_prefix);
    if table.text("body", problems).is_none() {
        problems.add(table.at, format!("{JSON} has no body, the path of the text"));
    }
    Some(JsonPaths { body: body?, title, published, modified, language, withdrawn, changes, prefix })
}

fn headers(section: &Section<'_>, problems: &mut Problems<'_>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in section.pairs("headers", problems).unwrap_or_default() {
        match values::header_name(name.value) {
            Ok(header) if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&header)) => {
                problems.add(name.at, format!("headers: {header} is given twice"));
            }
            Ok(header) => match values::header_value(&header, value.value) {
                Ok(value) => headers.push((header, value)),
                Err(message) => problems.add(value.at, format!("headers: {message}")),
            },
            Err(message) => problems.add(name.at, format!("headers: {message}")),
        }
    }
    headers
}

/// Tells where one name would stand for two sources.
fn check_names(sources: &[Placed], problems: &mut Problems<'_>) {
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for id in sources.iter().filter_map(|placed| placed.id.as_ref()) {
        let name = id.value.as_str();
        if let Some(line) = lines.get(name) {
            problems.add(id.at, format!("id: {name:?} is already the id of the source in line {line}"));
        } else {
            lines.insert(name, problems.line(id.at));
        }
    }
    for name in sources.iter().flat_map(|placed| &placed.was) {
        if let Some(line) = lines.get(name.value.as_str()) {
            problems.add(name.at, format!("was: {:?} already belongs to line {line}", name.value));
        } else {
            lines.insert(&name.value, problems.line(name.at));
        }
    }
}
