//! The article that a page's JSON-LD describes.
//!
//! Scripts that are no JSON are read as far as raw control characters are to blame, else passed over.

use scraper::Html;
use serde_json::{Map, Value};

/// Objects looked at on one page.
const MOST: usize = 2000;

/// What JSON-LD says about the article of a page; all of it as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ld {
    pub headline: Option<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub language: Option<String>,
    pub author: Option<String>,
    pub publisher: Option<String>,
    pub body: Option<String>,
}

/// Reads all scripts of a page; an article wins over a mere page.
pub(super) fn article<'t>(scripts: impl Iterator<Item = &'t str>) -> Ld {
    let values: Vec<Value> = scripts.filter_map(parse).collect();
    let mut queue: std::collections::VecDeque<&Value> = values.iter().collect();
    let (mut best, mut best_rank, mut seen) = (Ld::default(), 0, 0);
    let mut publisher = None;
    while let Some(value) = queue.pop_front() {
        seen += 1;
        if seen > MOST {
            break;
        }
        match value {
            Value::Array(values) => queue.extend(values),
            Value::Object(object) => {
                let rank = rank(object);
                if rank > best_rank {
                    best = ld(object);
                    best_rank = rank;
                }
                if publisher.is_none() && is_type(object, &["website"]) {
                    publisher = name(object.get("name"));
                }
                queue.extend(
                    ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"].iter().filter_map(|key| object.get(*key)),
                );
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    best.publisher = publisher.or(best.publisher);
    best
}

fn parse(script: &str) -> Option<Value> {
    let script =
        script.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_start_matches("<![CDATA[");
    let script = script
        .trim()
        .trim_end_matches("-->")
        .trim_end_matches("//]]>")
        .trim_end_matches("]]>")
        .trim()
        .trim_end_matches(';');
    let clean = || script.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    first_value(script).or_else(|| first_value(&clean()))
}

/// The first value of a text; what follows it (a brace too many) is let go.
fn first_value(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

/// The higher, the more an object is the page's article: by its type, and by what it says.
fn rank(object: &Map<String, Value>) -> u8 {
    let dated = u8::from(object.contains_key("datePublished"));
    let headed = u8::from(object.contains_key("headline"));
    if is_type(object, &["article", "posting", "report", "pressrelease", "announcement", "statement"]) {
        return 4 + dated + headed;
    }
    let page = is_type(object, &["page", "creativework", "event", "object"]);
    if page || dated + headed == 2 { 1 + dated + headed } else { 0 }
}

/// Whether the name of an object's type ends like one of these.
fn is_type(object: &Map<String, Value>, types: &[&str]) -> bool {
    let is = |value: &Value| {
        value.as_str().map(str::to_ascii_lowercase).is_some_and(|name| types.iter().any(|kind| name.ends_with(kind)))
    };
    match object.get("@type") {
        Some(Value::Array(values)) => values.iter().any(is),
        Some(value) => is(value),
        None => false,
    }
}

fn ld(object: &Map<String, Value>) -> Ld {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(unescaped).filter(|text| !text.is_empty());
    Ld {
        headline: text("headline").or_else(|| text("name")),
        published: text("datePublished").or_else(|| text("dateCreated")),
        modified: text("dateModified"),
        language: text("inLanguage").or_else(|| name(object.get("inLanguage"))),
        author: name(object.get("author")).or_else(|| name(object.get("creator"))),
        publisher: name(object.get("publisher")),
        body: text("articleBody"),
    }
}

/// A name given as a text, an object with `name` (or `alternateName`, for languages), or a list of such.
fn name(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(unescaped(text)),
        Value::Object(object) => {
            ["alternateName", "name"].iter().find_map(|key| object.get(*key).and_then(Value::as_str)).map(unescaped)
        }
        Value::Array(values) => {
            let names: Vec<String> = values
                .iter()
                .take(20)
                .filter_map(|value| match value {
                    Value::Array(_) => None,
                    other => name(Some(other)),
                })
                .collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Many sites escape JSON-LD as if it were HTML: references are resolved, and tags stay as they are.
fn unescaped(text: &str) -> String {
    let text = text.trim();
    if !text.contains('&') {
        return text.to_owned();
    }
    let doc = Html::parse_fragment(&text.replace('<', "&lt;"));
    doc.root_element().text().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        let graph = r#"{"@context":"https://schema.org","@graph":[{"@type":"WebPage","name":"page","datePublished":"2020-01-01"},
            {"@type":["http://schema.org/NewsArticle"],"headline":"It&#39;s said","datePublished":"2023-03-25","author":[{"name":"A"},{"name":"B"}],
             "publisher":{"name":"Office"},"inLanguage":{"@type":"Language","name":"Russian","alternateName":"ru"}}]}"#;
        let found = article([graph].into_iter());
        assert_eq!(found.headline.as_deref(), Some("It's said"));
        assert_eq!(
            unescaped("the mills&#8217; &ldquo;reserve&rdquo; &amp; more &#x2014; <b>R&D</b>"),
            "the mills’ “reserve” & more — <b>R&D</b>"
        );
        assert_eq!(found.published.as_deref(), Some("2023-03-25"));
        assert_eq!(found.author.as_deref(), Some("A, B"));
        assert_eq!(found.language.as_deref(), Some("ru"));
    }

    #[test]
    fn sloppy_scripts_are_read_and_broken_ones_passed_over() {
        let sloppy = "//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"two\nlines\"};\n//]]>";
        assert_eq!(article(["{", sloppy].into_iter()).headline.as_deref(), Some("two lines"));
        let extra = r#"{"@type":"NewsArticle","headline":"one brace too many"}}"#;
        assert_eq!(article([extra].into_iter()).headline.as_deref(), Some("one brace too many"));
        assert_eq!(article([&*"[".repeat(10_000), "3", "null"].into_iter()), Ld::default());
    }
}
