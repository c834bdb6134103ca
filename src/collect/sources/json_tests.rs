//! `[source.json]`: what it means, and what is wrong with it.

use super::tests::{good, problem};
use crate::model::json_path::JsonPaths;
use url::Url;

const SOURCE: &str = "[[source]]\nid = \"a\"\nurl = \"https://mod.example/search.json\"\n";

#[test]
fn paths_are_read_and_say_where_to_ask() {
    let config = good(&format!(
        "{SOURCE}[source.json]\nbody = \"details.body\"\ntitle = \"title\"\npublished = \"first_published_at\"\n\
         modified = \"updated_at\"\nlanguage = \"locale\"\nwithdrawn = \"withdrawn_notice\"\nchanges = \"details.change_history\"\n\
         prefix = \"/api/content/\"\n{}",
        SOURCE.replace("\"a\"", "\"b\"")
    ));
    let [source, other] = config.sources.as_slice() else { panic!("two sources") };
    let paths = JsonPaths {
        body: "details.body".parse().expect("a path"),
        title: "title".parse().ok(),
        published: "first_published_at".parse().ok(),
        modified: "updated_at".parse().ok(),
        language: "locale".parse().ok(),
        withdrawn: "withdrawn_notice".parse().ok(),
        changes: "details.change_history".parse().ok(),
        prefix: Some("/api/content".to_owned()),
    };
    assert_eq!((source.reading.json.as_ref(), &other.reading.json), (Some(&paths), &None));
    let asked = |url: &str| source.asked_at(&url.parse().expect("an address")).to_string();
    assert_eq!(asked("https://mod.example/news/x?a=1"), "https://mod.example/api/content/news/x?a=1");
    assert_eq!(asked("https://mod.example/api/content/news/x"), "https://mod.example/api/content/news/x");
    assert_eq!(asked("https://mod.example/api/contents"), "https://mod.example/api/content/api/contents");
    let url: Url = "https://mod.example/news/x".parse().expect("an address");
    assert_eq!((paths.listed_at(&source.asked_at(&url)), paths.listed_at(&url)), (url.clone(), url.clone()));
    assert_eq!(other.asked_at(&url), url);
}

#[test]
fn what_is_wrong_is_told() {
    for (line, expected) in [
        ("json = \"details.body\"", "json: expected a table [source.json], found a text"),
        ("json = { title = \"title\" }", "[source.json] has no body, the path of the text"),
        ("json = { body = \"details..body\" }", "body: expected names of fields joined by dots"),
        ("json = { body = \"b\", prefix = \"api\" }", "prefix: expected the beginning of a path"),
        ("json = { body = \"b\", prefix = \"//host\" }", "prefix: expected the beginning of a path"),
        ("json = { body = \"b\", withdraw = \"w\" }", "did you mean \"withdrawn\"?"),
        ("modified = \"updated_at\"", "it belongs in [source.json]"),
    ] {
        let (at, message) = problem(&format!("{SOURCE}{line}\n"));
        assert!(at == 4 && message.contains(expected), "{line}: {at} {message}");
    }
}
