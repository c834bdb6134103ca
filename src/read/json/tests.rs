//! Documents of an interface, whole, odd and hostile.

use serde_json::json;

use super::*;

fn paths() -> JsonPaths {
    let path = |text: &str| text.parse::<JsonPath>().expect("a path");
    JsonPaths {
        body: path("details.body"),
        title: Some(path("title")),
        published: Some(path("first_published_at")),
        modified: Some(path("updated_at")),
        language: Some(path("locale")),
        withdrawn: Some(path("withdrawn_notice")),
        changes: Some(path("details.change_history")),
        prefix: None,
    }
}

fn settings() -> ReadSettings {
    ReadSettings { json: Some(paths()), timezone: Some("Europe/London".to_owned()), ..ReadSettings::default() }
}

fn read_text(body: &str) -> Reading {
    let page = Page {
        body: body.as_bytes(),
        content_type: Some("application/json; charset=utf-8"),
        url: None,
        captured_at: None,
    };
    super::super::read(&page, &settings())
}

fn document() -> Value {
    json!({
        "title": "Harbour to reopen & <stay> open",
        "first_published_at": "2026-07-13T09:40:13.000+00:00",
        "updated_at": "2026-07-14T09:00:00Z",
        "locale": "en",
        "withdrawn_notice": {},
        "details": {
            "body": "<div class=\"text\"><h2>Background</h2><p>The harbour of Strelsau <a href=\"/harbour.pdf\">reopens</a> on Monday, \
                     after two years of works on both of its piers.</p><ul><li>the northern pier</li><li>the southern pier</li></ul>\
                     <script>alert(1)</script></div>",
            "change_history": [
                { "public_timestamp": "2026-07-14T23:30:00.000+00:00", "note": "Added a list of piers." },
                { "public_timestamp": "2026-07-13T10:40:13.000+01:00", "note": "First published." }
            ]
        }
    })
}

#[test]
fn a_document_is_read_by_its_paths() {
    let reading = read_text(&document().to_string());
    assert_eq!(
        reading.text.canonical(),
        "Title: Harbour to reopen & <stay> open\nPublished: 2026-07-13T09:40:13+00:00\nLanguage: en\n\nBackground\n\n\
         The harbour of Strelsau reopens on Monday, after two years of works on both of its piers.\n\n\
         - the northern pier\n\n- the southern pier\n\n\
         - 2026-07-13: First published.\n\n- 2026-07-15: Added a list of piers.\n"
    );
    assert_eq!(reading.beside.modified.as_deref(), Some("2026-07-14T09:00:00Z"));
    assert_eq!(reading.beside.warnings, Vec::<String>::new());
    let again = read_text(&document().to_string());
    assert_eq!((again.text, again.visible), (reading.text, reading.visible), "the same for ever");
}

#[test]
fn a_notice_stands_before_the_text_and_is_evidence() {
    let mut withdrawn = document();
    assert_eq!(says_withdrawn(withdrawn.to_string().as_bytes(), None, &paths()), None);
    withdrawn["withdrawn_notice"] = json!({ "explanation": "<div><p>The harbour stays closed.</p></div>", "withdrawn_at": "2026-08-22T10:29:02+01:00" });
    let body = withdrawn.to_string();
    assert_eq!(says_withdrawn(body.as_bytes(), None, &paths()).as_deref(), Some("The harbour stays closed."));
    let (before, after) = (read_text(&document().to_string()), read_text(&body));
    assert_eq!(after.text.paragraphs()[0], "The harbour stays closed.");
    assert_eq!(after.text.paragraphs()[1..], *before.text.paragraphs());
    assert_ne!(before.visible, after.visible);
    for (blank, said) in
        [(json!(null), false), (json!(false), false), (json!(""), false), (json!([{}]), false), (json!(true), true)]
    {
        withdrawn["withdrawn_notice"] = blank.clone();
        assert_eq!(says_withdrawn(withdrawn.to_string().as_bytes(), None, &paths()).is_some(), said, "{blank}");
    }
}

#[test]
fn a_notice_without_words_is_told_by_what_it_has() {
    let said =
        |notice: Value| says_withdrawn(json!({ "withdrawn_notice": notice }).to_string().as_bytes(), None, &paths());
    assert_eq!(
        said(json!({ "withdrawn_at": "2026-08-22T10:29:02+01:00", "by": null })).as_deref(),
        Some("2026-08-22T10:29:02+01:00")
    );
    assert_eq!(said(json!(true)).as_deref(), Some("true"));
    let turned = |text: &str| says_withdrawn(text.as_bytes(), None, &paths());
    assert_eq!(
        turned(r#"{"withdrawn_notice":{"a":"One.","b":"Two."}}"#),
        turned(r#"{"withdrawn_notice":{"b":"Two.","a":"One."}}"#)
    );
}

#[test]
fn plain_text_and_parts_are_texts_too() {
    let with = |body: Value| read_text(&json!({ "title": "T", "details": { "body": body } }).to_string()).text.body();
    assert_eq!(
        with(json!("First of two lines, 1 < 2.\n\nSecond of two lines.")),
        "First of two lines, 1 < 2.\n\nSecond of two lines."
    );
    let parts = json!([
        { "content_type": "text/x-source", "content": "# Not this" },
        { "content_type": "text/html", "content": "<p>This is the one part that is read.</p>" }
    ]);
    assert_eq!(with(parts), "This is the one part that is read.");
}

#[test]
fn nothing_of_the_text_is_left_out_but_what_is_hidden_or_ignored() {
    let body = "<h1>The harbour</h1><p class='comments'>Please write to the office.</p><p hidden>Not shown.</p><h2>See also</h2>\
                <ul><li><a href='/a'>The other harbour</a></li></ul><div class='share'>Share</div><p class='views'>7 readers</p>";
    let document = json!({ "title": "The harbour", "details": { "body": body } }).to_string();
    let page = Page { body: document.as_bytes(), content_type: Some("application/json"), url: None, captured_at: None };
    let settings = ReadSettings { ignore: vec![".views".to_owned()], ..settings() };
    let (reading, account) = super::super::explain(&page, &settings);
    assert_eq!(reading.text.paragraphs(), ["Please write to the office.", "See also", "- The other harbour", "Share"]);
    let dropped: Vec<(Rule, &str)> = account
        .passages
        .iter()
        .filter(|passage| !passage.rule.keeps())
        .map(|passage| (passage.rule, passage.text.as_str()))
        .collect();
    assert_eq!(dropped, [(Rule::Title, "The harbour"), (Rule::Hidden, "Not shown.")]);
}

#[test]
fn what_leads_nowhere_is_told() {
    let told = |document: &Value| problem(document.to_string().as_bytes(), None, &paths()).unwrap_or_default();
    assert_eq!(told(&document()), "");
    assert_eq!(
        told(&json!({ "body": "x", "title": "y" })),
        "json.body: details.body: no \"details\" in the answer, but body, title"
    );
    assert!(told(&json!({ "details": "x" })).contains("nothing stands below \"body\""));
    assert!(told(&json!({ "details": { "body": 7 } })).contains("no text stands at details.body"));
    for blank in [" ", "<div><p></p></div>"] {
        assert!(told(&json!({ "details": { "body": blank } })).contains("no text stands at details.body"));
    }
    let mut odd = document();
    odd["first_published_at"] = json!("soon");
    odd["title"] = json!(null);
    let warnings = read_text(&odd.to_string()).beside.warnings;
    assert_eq!(warnings, ["json.title: no text stands there", "json.published: \"soon\" is no date"]);
}

#[test]
fn hostile_documents_give_no_text_and_no_panic() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["{", "[]", "{}", "{\"details\":", &deep, "{\"details\":{\"body\":[[[\"x\"]]]}}"] {
        assert!(read_text(body).text.is_empty(), "{}", &body[..body.len().min(40)]);
    }
    let nested = json!({ "details": { "body": "</body></html><p>".repeat(20_000) } });
    let _ = read_text(&nested.to_string());
}

#[test]
fn the_language_is_the_declared_one_where_the_script_allows_it() {
    let language = |locale: Value| {
        let mut document = document();
        document["locale"] = locale;
        let reading = read_text(&document.to_string());
        (reading.text.language().map(str::to_owned), reading.beside.warnings)
    };
    assert_eq!(language(json!("cy")), (Some("cy".to_owned()), Vec::new()));
    assert_eq!(language(json!("hy")), (Some("en".to_owned()), Vec::new()), "no text in Latin letters is Armenian");
    let (found, warnings) = language(json!(["en"]));
    assert_eq!((found.as_deref(), warnings), (Some("en"), vec!["json.language: no text stands there".to_owned()]));
}

#[test]
fn a_name_with_a_dot_is_found() {
    let path: JsonPath = r#"fields."web.body""#.parse().expect("a path");
    let document = json!({ "fields": { "web.body": "words", "web": { "body": "others" } } });
    assert_eq!(at(&document, &path), Ok(&json!("words")));
}
