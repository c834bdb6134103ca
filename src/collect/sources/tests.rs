//! What a file can say, and each thing that it cannot, with its place.

use std::time::Duration;

use proptest::prelude::*;

use super::written::SOURCE;
use super::*;
use crate::model::source::{Kind, Robots};

/// What `read` says of settings, in small: zones and selectors, and a complaint that only two settings together raise.
fn check(settings: &ReadSettings) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(zone) = settings.timezone.as_ref().filter(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
        wrong.push(format!("timezone: unknown zone {zone:?}"));
    }
    let selectors =
        [&settings.title, &settings.body, &settings.published].into_iter().flatten().chain(&settings.ignore);
    for selector in selectors.filter(|selector| scraper::Selector::parse(selector).is_err()) {
        wrong.push(format!("not a CSS selector: {selector:?}"));
    }
    if settings.date_format.is_some() && settings.published.is_none() && settings.timezone.is_some() {
        wrong.push("date_format says nothing without published".to_owned());
    }
    wrong
}

fn open(text: &str) -> Result<Config, Vec<Problem>> {
    parse(text, Path::new("/desk"), &check)
}

pub(super) fn good(text: &str) -> Config {
    open(text).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// The only problem of a text: its line and what is told.
pub(super) fn problem(text: &str) -> (usize, String) {
    let problems = open(text).expect_err("a problem");
    assert_eq!(problems.len(), 1, "{text}\n{}", told(&problems));
    (problems[0].line, problems[0].message.clone())
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_empty_file_is_a_configuration() {
    let config = good("");
    assert_eq!(config.archive.path, Path::new("/desk/archive"));
    assert_eq!(
        config.archive,
        ArchiveSettings { vantage: None, key: None, keep: Keep::Changed, ..config.archive.clone() }
    );
    assert_eq!(config.fetch, FetchSettings { contact: None, hosts: 64, limits: Limits::default() });
    assert!(config.sources.is_empty() && !config.contact_needed());
}

#[test]
fn authorities_are_read_with_roots_and_paces() {
    let settings = good(
        r#"
        [stamp]
        servers = ["https://tsa.example/tsr", "http://other.example"]
        roots = ["one.pem", "/roots/other.pem"]
        policies = ["1.2.3.4.1"]
        every = "6h"
        min_interval = "2s"
        "#,
    )
    .stamp;
    let servers: Vec<&str> = settings.servers.iter().map(url::Url::as_str).collect();
    assert_eq!(servers, ["https://tsa.example/tsr", "http://other.example/"]);
    assert_eq!(settings.roots, [PathBuf::from("/desk/one.pem"), PathBuf::from("/roots/other.pem")]);
    assert_eq!((settings.policies.as_slice(), settings.every.as_secs()), (&["1.2.3.4.1".to_owned()][..], 6 * 3600));
    assert_eq!(settings.min_interval, 2 * SECOND);
    assert_eq!(good("").stamp, StampSettings::default());
    for (line, told) in [
        ("servers = \"https://tsa.example\"", "expected a list of texts"),
        ("servers = [\"ftp://tsa.example\"]", "begins with https://"),
        ("servers = [\"http://a.example\", \"http://a.example/\"]", "stands here twice"),
        ("policies = [\"any\"]", "expected a policy"),
        ("server = \"https://tsa.example\"", "did you mean \"servers\""),
    ] {
        let (at, message) = problem(&format!("[stamp]\n{line}"));
        assert!(at == 2 && message.contains(told), "{line}: {message}");
    }
}

#[test]
fn every_key_of_the_contract_is_read() {
    let config = good(
        r#"
        [archive]
        path = "kept"
        vantage = "desk-7f3a"
        key = "/keys/desk"
        keep = "all"
        [fetch]
        contact = "mailto:press@desk.example"
        min_interval = "3s"
        timeout = "1m30s"
        max_body = "5MB"
        hosts = 7
        first_fetch = 11
        recheck = ["1h", "2d"]
        confirm = "2d"
        [[source]]
        id = "mod-az"
        name = " Ministry "
        url = "https://mod.example/en/news"
        kind = "listing"
        every = "30m"
        timezone = "Asia/Baku"
        languages = ["az", "zh-Hant"]
        links = "div.item > a"
        title = "h1"
        body = "div.text"
        published = "span.date"
        date_format = "%d.%m.%Y"
        ignore = ["div.share", "p.views"]
        allow_hosts = ["Static.Example", "127.0.0.1:8080"]
        proxy = "socks5h://user:secret@127.0.0.1:9050"
        ca = "extra-root.pem"
        headers = { X-Second = "2", Accept-Language = "az" }
        robots = "ignore: the listing is disallowed to all, the statements are public record"
        was = ["old-id", "old.host.example", "old.host.example:8080"]
        closed = "2023-09"
        min_interval = "2s"
        timeout = "4s"
        max_body = "1KiB"
        first_fetch = 0
        recheck = ["0s"]
        confirm = "0s"
        [[source]]
        id = "plain"
        url = "http://plain.example"
        "#,
    );
    let ArchiveSettings { path, vantage, key, keep } = config.archive;
    assert_eq!((path, key), (PathBuf::from("/desk/kept"), Some(PathBuf::from("/keys/desk"))));
    assert_eq!((vantage.as_deref(), keep), (Some("desk-7f3a"), Keep::All));
    let hour = 3600 * SECOND;
    let common = Limits {
        min_interval: 3 * SECOND,
        timeout: 90 * SECOND,
        max_body: 5_000_000,
        first_fetch: 11,
        recheck: vec![hour, 48 * hour],
        confirm: 48 * hour,
    };
    let contact = Some(Contact::At("mailto:press@desk.example".to_owned()));
    assert_eq!(config.fetch, FetchSettings { contact, hosts: 7, limits: common.clone() });

    let [full, plain] = config.sources.as_slice() else { panic!("two sources") };
    assert_eq!((full.id.as_str(), full.name.as_str()), ("mod-az", "Ministry"));
    assert_eq!((full.url.as_str(), full.kind), ("https://mod.example/en/news", Kind::Listing));
    assert_eq!((full.every, full.links.as_deref()), (30 * 60 * SECOND, Some("div.item > a")));
    let some = |text: &str| Some(text.to_owned());
    let reading = ReadSettings {
        title: some("h1"),
        body: some("div.text"),
        published: some("span.date"),
        date_format: some("%d.%m.%Y"),
        ignore: vec!["div.share".to_owned(), "p.views".to_owned()],
        timezone: some("Asia/Baku"),
        languages: vec!["az".to_owned(), "zh-Hant".to_owned()],
        json: None,
        learnt: None,
    };
    assert_eq!(full.reading, reading);
    assert_eq!(full.allow_hosts, ["static.example", "127.0.0.1:8080"]);
    assert_eq!(full.proxy.as_deref(), Some("socks5h://user:secret@127.0.0.1:9050"));
    assert_eq!(full.ca.as_deref(), Some(Path::new("/desk/extra-root.pem")));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(full.headers, [header("X-Second", "2"), header("Accept-Language", "az")], "in the order of the file");
    assert!(matches!(&full.robots, Robots::Ignore(reason) if reason.starts_with("the listing")));
    assert_eq!(full.was, ["old-id", "old.host.example", "old.host.example:8080"]);
    assert_eq!(full.closed.as_deref(), Some("2023-09"));
    let own = Limits {
        min_interval: 2 * SECOND,
        timeout: 4 * SECOND,
        max_body: 1024,
        first_fetch: 0,
        recheck: vec![Duration::ZERO],
        confirm: Duration::ZERO,
    };
    assert_eq!(full.limits, own);

    assert_eq!((plain.name.as_str(), plain.kind, plain.every), ("plain", Kind::Auto, 900 * SECOND));
    assert_eq!((&plain.robots, &plain.limits), (&Robots::Obey, &common), "what [fetch] says holds where it is silent");
    assert_eq!(plain.reading, ReadSettings::default());
}

#[test]
fn each_bad_value_is_told_with_its_line() {
    let cases = [
        // table, line, what must be told
        ("archive", r#"path = "s3://bucket/prefix""#, "path: archives at s3:// are not supported yet"),
        ("archive", r#"path = 7"#, "path: expected a text in quotes, found a number"),
        ("archive", r#"path = " ""#, "path: is empty"),
        ("archive", r#"vantage = "My Desk""#, "cannot name a vantage"),
        ("archive", r#"keep = "everything""#, "expected one of changed, all, found"),
        ("archive", r#"pth = "x""#, "unknown key \"pth\" in [archive]; did you mean \"path\"?"),
        ("fetch", r#"contact = "press@desk.example""#, "did you mean \"mailto:press@desk.example\"?"),
        ("fetch", r#"contact = "mailto:a@b.example) (x""#, "contact: expected \"mailto:...\""),
        ("fetch", r#"contact = "nobody""#, "contact: expected \"mailto:...\""),
        ("fetch", r#"timeout = "30""#, "timeout: expected a time such as"),
        ("fetch", r#"timeout = 30"#, "timeout: expected a text in quotes, found a number"),
        ("fetch", r#"timeout = "0s""#, "expected more than 0s"),
        ("fetch", r#"max_body = "20 apples""#, "max_body: expected a size such as"),
        ("fetch", r#"hosts = 0"#, "hosts: expected a whole number from 1 to 4096, found 0"),
        ("fetch", r#"hosts = -3"#, "hosts: expected a whole number from 1 to 4096, found -3"),
        ("fetch", r#"hosts = "64""#, "hosts: expected a whole number from 1 to 4096, found a text"),
        ("fetch", r#"hosts = 99999999999999999999999"#, "hosts: expected a whole number"),
        ("fetch", r#"recheck = "1h""#, "recheck: expected a list of texts"),
        ("fetch", r#"recheck = []"#, "recheck: expected at least one age"),
        ("fetch", r#"recheck = ["1h", "soon"]"#, "recheck: expected a time such as"),
        ("fetch", r#"recheck = ["6h", "1h"]"#, "recheck: each age must be greater"),
        ("fetch", r#"user-agent = "x""#, "unknown key \"user-agent\" in [fetch]; known are contact,"),
        ("fetch", r#"every = "15m""#, "unknown key \"every\" in [fetch]; it belongs in [[source]]"),
        ("source", r#"kind = "rss""#, "kind: expected one of auto, feed, sitemap, listing, telegram, json, urls"),
        ("source", r#"kind = "list""#, "did you mean \"listing\"?"),
        ("source", r#"every = "often""#, "every: expected a time such as"),
        ("source", r#"timezone = "Asia/Baky""#, "timezone: unknown zone \"Asia/Baky\""),
        ("source", r#"languages = ["english!"]"#, "languages: expected a language such as"),
        ("source", r#"languages = "en""#, "languages: expected a list of texts"),
        ("source", r#"links = "a[""#, "links: not a CSS selector"),
        ("source", r#"body = "div..x""#, "not a CSS selector: \"div..x\""),
        ("source", r#"ignore = ["p", "p >> a"]"#, "not a CSS selector: \"p >> a\""),
        ("source", r#"allow_hosts = ["https://static.example"]"#, "allow_hosts: expected a host such as"),
        ("source", r#"allow_hosts = ["*.example"]"#, "allow_hosts: expected a host such as"),
        ("source", r#"proxy = "127.0.0.1:9050""#, "proxy: expected http://host:port"),
        ("source", r#"proxy = "ftp://127.0.0.1:9050""#, "proxy: expected http://host:port"),
        ("source", r#"headers = ["a"]"#, "headers: expected a table of texts"),
        ("source", r#"headers = { "X Y" = "1" }"#, "headers: \"X Y\" cannot name a header"),
        ("source", r#"headers = { Host = "other" }"#, "headers: Host is set by the exchange itself"),
        ("source", r#"headers = { X = "a\r\nEvil: 1" }"#, "headers: the value of X must be plain ASCII"),
        ("source", r#"headers = { X = "1", x = "2" }"#, "headers: x is given twice"),
        ("source", r#"headers = { X = 1 }"#, "headers: expected a text in quotes, found a number"),
        ("source", r#"robots = "ignore""#, "robots: expected \"obey\", or \"ignore: \" and the reason"),
        ("source", r#"robots = "ignore:  ""#, "robots: expected \"obey\""),
        ("source", r#"robots = false"#, "robots: expected a text in quotes, found true or false"),
        ("source", r#"was = ["no name at all"]"#, "was: expected an earlier id or host"),
        ("source", r#"was = ["office"]"#, "was: \"office\" already belongs to line 2"),
        ("source", r#"closed = "September""#, "closed: expected a month such as"),
        ("source", r#"closed = "2023-13""#, "closed: expected a month such as"),
        ("source", r#"closed = "2023-9-1""#, "closed: expected a month such as"),
        ("source", r#"closed = 2023-09-01"#, "closed: expected a text in quotes, found a date without quotes"),
        ("source", r#"langauges = ["en"]"#, "did you mean \"languages\"?"),
        ("source", r#"lang = ["en"]"#, "did you mean \"languages\"?"),
        ("source", r#"contact = "none""#, "unknown key \"contact\" in [[source]]; it belongs in [fetch]"),
    ];
    for (table, line, expected) in cases {
        let head = match table {
            "source" => "[[source]]\nid = \"office\"\nurl = \"https://office.example/\"\n".to_owned(),
            table => format!("[{table}]\n"),
        };
        let (at, message) = problem(&format!("{head}{line}\n"));
        assert_eq!(at, head.lines().count() + 1, "{line}");
        assert!(message.contains(expected), "{line}\n told: {message}\n expected: {expected}");
    }
}

#[test]
fn a_source_needs_a_name_and_a_safe_address() {
    for (id, url, line, expected) in [
        ("", "https://a.example", 2, "id: is empty"),
        ("Mod AZ", "https://a.example", 2, "id: \"Mod AZ\" cannot name a source"),
        ("../x", "https://a.example", 2, "cannot name a source"),
        ("a", "a.example/news", 3, "did you mean \"https://a.example/news\"?"),
        ("a", "ftp://a.example/", 3, "url: expected an address that begins with https:// or http://"),
        ("a", "file:///etc/passwd", 3, "url: expected an address that begins"),
        ("a", "https://", 3, "url: expected an address that begins"),
        ("a", "https://me:secret@a.example/", 3, "url: an address must not carry a name or password"),
    ] {
        let (at, message) = problem(&format!("[[source]]\nid = {id:?}\nurl = {url:?}\n"));
        assert_eq!(at, line, "{id} {url}");
        assert!(message.contains(expected) && !message.contains("secret"), "{id} {url}: {message}");
    }
    let (line, message) = problem("[fetch]\n\n[[source]]\nid = \"a\"\n");
    assert_eq!((line, message.as_str()), (3, "this source has no url; id and url are needed"));
}

#[test]
fn the_top_of_the_file_is_told_apart() {
    for (text, expected) in [
        ("contact = \"none\"\n", "contact stands in no table; it belongs below [fetch]"),
        ("[source]\nid = \"a\"\n", "write [[source]] with two brackets"),
        ("[[sources]]\nid = \"a\"\n", "did you mean [[source]]?"),
        ("[web]\n", "unknown table or key \"web\"; known are [archive], [fetch], [[source]], [stamp]"),
        ("[[fetch]]\n", "fetch: expected a table [fetch], found a list"),
        ("source = 1\n", "source: expected [[source]] tables, found a number"),
        ("source = [1]\n", "source: expected a table, found a number"),
    ] {
        let (line, message) = problem(text);
        assert!(line == 1 && message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn two_sources_cannot_have_one_name() {
    let source = |id: &str, rest: &str| format!("[[source]]\nid = {id:?}\nurl = \"https://a.example/\"\n{rest}\n");
    let (line, message) = problem(&format!("{}{}", source("a", ""), source("a", "")));
    assert_eq!((line, message.as_str()), (6, "id: \"a\" is already the id of the source in line 2"));
    let (line, message) = problem(&format!("{}{}", source("a", "was = [\"x\"]"), source("b", "was = [\n\"x\"]")));
    assert_eq!((line, message.as_str()), (9, "was: \"x\" already belongs to line 4"));
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let problems = open(
        "[archive]\nkeep = 1\n[fetch]\ntimeout = \"x\"\nhosts = 0\n[[source]]\nid = \"a\"\nurl = \"x\"\nkind = \"?\"\n\
         ignore = [\n  \"p\",\n  \"p..\",\n]\ntimezone = \"Mars\"\n[[source]]\nurl = \"https://b.example\"\n",
    );
    let places: Vec<_> = problems.expect_err("problems").iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(2, 8), (4, 11), (5, 9), (8, 7), (9, 8), (12, 3), (14, 12), (15, 1)]);
}

#[test]
fn a_complaint_about_several_settings_stands_at_their_source() {
    let text = "\n[[source]]\nid = \"a\"\nurl = \"https://a.example\"\ndate_format = \"%d\"\ntimezone = \"UTC\"\n";
    assert_eq!(problem(text), (2, "date_format says nothing without published".to_owned()));
}

#[test]
fn what_is_no_toml_is_told_line_by_line() {
    let problems = open("[archive]\npath = \"lost\n\n[fetch]\nhosts = 1 2\n").expect_err("problems");
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 5], "{}", told(&problems));
    assert!(problems.iter().all(|problem| problem.message.starts_with("not TOML: ")));
    let twice = open("[archive]\npath = \"a\"\npath = \"b\"\n").expect_err("problems");
    assert_eq!((twice[0].line, twice[0].column), (3, 1));
}

#[test]
fn columns_count_characters() {
    let text = "[[source]]\nid = \"a\"\nurl = \"https://a.example\"\nheaders = { \"Ծ\" = \"1\", X = 2 }\n";
    let columns: Vec<_> = open(text).expect_err("problems").iter().map(|problem| problem.column).collect();
    assert_eq!(columns, [13, 28]);
}

#[test]
fn a_contact_is_needed_for_what_is_open_and_elsewhere() {
    let source = |url: &str, rest: &str| format!("[[source]]\nid = \"a\"\nurl = {url:?}\n{rest}\n");
    for near in ["http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/x", "http://desk.localhost/"] {
        assert!(!good(&source(near, "")).contact_needed(), "{near}");
    }
    for far in ["https://a.example", "http://10.0.0.1/", "http://localhost.example/", "http://[::2]/"] {
        assert!(good(&source(far, "")).contact_needed(), "{far}");
    }
    assert!(!good(&source("https://a.example", "closed = \"2023\"")).contact_needed());
    let none = format!("[fetch]\ncontact = \"none\"\n{}", source("https://a.example", ""));
    assert!(!good(&none).contact_needed());
    assert_eq!(good(&none).fetch.contact, Some(Contact::Nobody));
}

#[test]
fn nesting_is_bounded() {
    for text in [
        format!("{}x = 1\n", "a.".repeat(100_000)),
        format!("[{}x]\n", "a.".repeat(100_000)),
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{ a = ".repeat(100_000)),
        // 80 brackets of 80 dots each: as deep as the parser lets anything go
        format!("x = {}", format!("{{ {}a = ", "a.".repeat(79)).repeat(79)),
    ] {
        assert!(open(&text).is_err());
    }
}

/// Text that is nearly a file: lines of keys known and unknown with values of every type.
fn nearly_a_file() -> impl Strategy<Value = String> {
    let values =
        ["\"1d\"", "\"\"", "7", "[\"a[\"]", "{ a = \"b\" }", "2023-09-01", "true", "\"https://x.example\"", "\"Ծ"];
    let value = proptest::sample::select(values.to_vec());
    let setting =
        (proptest::sample::select(SOURCE.to_vec()), value).prop_map(|(key, value)| format!("{key} = {value}"));
    let headers = ["[[source]]", "[fetch]", "[archive]", "[source]", "", "# \u{feff}é"];
    let header = proptest::sample::select(headers.to_vec()).prop_map(str::to_owned);
    let line = prop_oneof![6 => setting, 2 => header, 1 => "\\PC{0,12}"];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_text_gives_a_configuration_or_problems(text in prop_oneof!["(?s).{0,80}", nearly_a_file()]) {
        if let Err(problems) = open(&text) {
            prop_assert!(!problems.is_empty());
            let lines = text.matches('\n').count() + 1;
            prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line) && problem.column >= 1));
        }
    }
}
