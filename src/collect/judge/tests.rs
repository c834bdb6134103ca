//! Answers of all kinds, and what they show.

use url::Url;

use super::*;
use crate::collect::stage::{exchange, source};

const ASKED: &str = "https://ministry.example/news/17.html";

fn office() -> Source {
    source("https://ministry.example/news")
}

fn visit(status: u16, body: &str) -> Visit {
    Visit { hops: vec![], answer: exchange(ASKED, status, "text/html; charset=utf-8", body) }
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>{title}</title><script>var a = 1;</script></head><body><header><nav><a href='/a'>About the \
         ministry</a></nav></header>{body}<footer><p>All rights reserved.</p></footer></body></html>"
    )
}

fn text() -> String {
    format!(
        "<h1>Statement on the situation</h1>{}",
        "<p>The situation has been stable since the morning, the ministry says.</p>".repeat(20)
    )
}

#[test]
fn a_document_of_an_interface_is_judged_by_its_paths() {
    let mut office = office();
    office.reading.json = Some(crate::model::json_path::JsonPaths {
        body: "details.body".parse().expect("a path"),
        title: None,
        published: None,
        modified: None,
        language: None,
        withdrawn: "withdrawn_notice".parse().ok(),
        changes: None,
        prefix: None,
    });
    let answer = |body: &str| Visit { hops: vec![], answer: exchange(ASKED, 200, "application/json", body) };
    let good = answer(r#"{"details":{"body":"<p>The page not found was found.</p>"},"withdrawn_notice":{}}"#);
    assert_eq!(judge_statement(&office, &good).verdict, Verdict::Statement, "short, and it names what is not found");
    assert_eq!(says_withdrawn(&good.answer, &office.reading), None);
    let error = judge_statement(&office, &answer(r#"{"error":"not here"}"#));
    assert_eq!((error.verdict, error.evidence.len()), (Verdict::Failed, 1), "{error:?}");
    assert_eq!(judge(&office, &answer(r#"{"error":"not here"}"#)).verdict, Verdict::Statement, "it may be a list");
    let marked =
        answer(r#"{"details":{"body":"<p>x</p>"},"withdrawn_notice":{"explanation":"<p>We took it back.</p>"}}"#);
    let said = says_withdrawn(&marked.answer, &office.reading);
    assert_eq!(said.as_deref(), Some("says of itself: \"We took it back.\""));
}

fn verdict(visit: &Visit) -> Verdict {
    let judgement = judge(&office(), visit);
    assert!(!judgement.evidence.is_empty());
    judgement.verdict
}

fn redirected(to: &str, body: &str) -> Visit {
    let mut answer = exchange(ASKED, 200, "text/html", body);
    answer.url = Url::parse(ASKED).and_then(|base| base.join(to)).expect("an address");
    Visit { hops: vec![exchange(ASKED, 302, "text/html", "")], answer }
}

#[test]
fn statements_are_statements() {
    assert_eq!(verdict(&visit(200, &html("Statement", &text()))), Verdict::Statement);
    assert_eq!(verdict(&visit(200, &html("Short", "<h1>Short</h1><p>One sentence of news.</p>"))), Verdict::Statement);
    let about = html("Page not found", &format!("<h1>Page not found</h1>{}", text()));
    assert_eq!(verdict(&visit(200, &about)), Verdict::Statement, "much text");
    let mentions = html(
        "Ministry on its site",
        "<h1>Ministry on its site</h1><p>Some visitors saw the words: page you are looking for. It is repaired, and nothing else was touched by the fault, as the head of the department for information said at noon in the capital, adding that the visitors of the site were few on that day, and that all of them were told of it by letter, by telephone or in person.</p>",
    );
    assert_eq!(verdict(&visit(200, &mentions)), Verdict::Statement);
    let mut behind = visit(
        200,
        &html(
            "Statement",
            &format!("{}<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>", text()),
        ),
    );
    behind.answer.headers.push(("server".into(), "cloudflare".into()));
    behind.answer.headers.push(("cf-ray".into(), "9ee1-IAD".into()));
    behind.answer.headers.push(("set-cookie".into(), "__ddg1_=x".into()));
    assert_eq!(verdict(&behind), Verdict::Statement);
    let mut json = visit(200, "{\"title\":\"x\"}");
    json.answer.headers = vec![("content-type".into(), "application/json".into())];
    assert_eq!(verdict(&json), Verdict::Statement);
    assert_eq!(verdict(&redirected("/en/news/17-statement.html", &html("Statement", &text()))), Verdict::Statement);
    assert_eq!(
        verdict(&redirected("https://www.ministry.example/news/17.html/", &html("S", &text()))),
        Verdict::Statement
    );
}

#[test]
fn what_is_not_there_is_gone() {
    assert_eq!(verdict(&visit(404, &html("404", "<h1>404</h1>"))), Verdict::Gone);
    let gone = judge(&office(), &visit(410, ""));
    assert!(gone.verdict == Verdict::Gone && gone.final_at_once);
    for (title, heading) in [
        ("Not found | Office", "Page not found"),
        ("Office", "404"),
        ("Ошибка 404", "Страница не найдена"),
        ("Նախարարություն", "Էջը չի գտնվել"),
        ("Nazirlik", "Səhifə tapılmadı"),
        ("Міністерство", "Сторінку не знайдено"),
        ("Oops!", "Sorry, page not found"),
    ] {
        let page = html(title, &format!("<div class='x'><h1>{heading}</h1><p>It was moved or removed.</p></div>"));
        assert_eq!(verdict(&visit(200, &page)), Verdict::Gone, "{heading}");
    }
    let bare = html("Office", "<div>The page you are looking for might have been removed.</div>");
    assert_eq!(verdict(&visit(200, &bare)), Verdict::Gone);
}

#[test]
fn redirects_to_what_is_not_the_statement_mean_gone() {
    for to in ["/", "/index.php", "/en/", "/news", "/news/", "/404.html", "/en/not-found"] {
        assert_eq!(verdict(&redirected(to, &html("Office", &text()))), Verdict::Gone, "{to}");
    }
    assert_eq!(verdict(&redirected("/error.htm", &html("Error", "<p>Error</p>"))), Verdict::Failed);
    assert_eq!(
        verdict(&redirected("/user/login?back=/news/17.html", &html("Log in", "<form></form>"))),
        Verdict::Blocked
    );
    let mut printed = redirected("/news/17", &html("Statement", &text()));
    printed.hops[0].url = Url::parse("https://ministry.example/news/17/print").expect("an address");
    assert_eq!(verdict(&printed), Verdict::Statement, "the thing itself stands above its own views");
}

#[test]
fn gates_are_blocked() {
    let waiting =
        "<h1>Checking your browser before accessing</h1><p>Please enable JavaScript and cookies to continue.</p>";
    let with_header = |name: &str, value: &str, status: u16| {
        let mut visit = visit(status, &html("", "<p>x</p>"));
        visit.answer.headers.push((name.into(), value.into()));
        visit
    };
    for gate in [
        visit(200, &html("Just a moment...", waiting)),
        visit(503, &html("Just a moment...", waiting)),
        visit(200, &html("Access Denied", "<h1>Access Denied</h1><p>You don't have permission. Reference #18.1</p>")),
        visit(
            200,
            &html("x", &format!("{waiting}<script src='/cdn-cgi/challenge-platform/h/b/orchestrate.js'></script>")),
        ),
        visit(
            200,
            "<html><head><script src='https://servicepipe.ru/static/checkjs/x.js'></script></head><body></body></html>",
        ),
        with_header("cf-mitigated", "challenge", 200),
        with_header("x-amzn-waf-action", "challenge", 202),
        with_header("set-cookie", "spsn=1_a; path=/", 200),
        visit(403, "Forbidden: your address is on the blacklist"),
        visit(401, ""),
        visit(429, ""),
        visit(451, ""),
    ] {
        assert_eq!(verdict(&gate), Verdict::Blocked, "{:?}", gate.answer);
    }
}

#[test]
fn what_teaches_nothing_has_failed() {
    let stub = "<html><head><title>301 Moved Permanently</title></head><body><center><h1>301 Moved Permanently</h1></center></body></html>";
    let noise: String =
        (0..4000u32).map(|i| char::from(u8::try_from(i.wrapping_mul(2_654_435_761) >> 25).unwrap_or(0))).collect();
    for broken in [
        visit(500, "<h1>Internal Server Error</h1>"),
        visit(503, ""),
        visit(200, ""),
        visit(200, " \n"),
        visit(204, ""),
        visit(200, stub),
        visit(200, &html("Technical difficulties | Office", "<p>Please come back later.</p>")),
        visit(200, &noise),
        visit(200, "<html><head><meta http-equiv='refresh' content='0; url=/x'></head><body></body></html>"),
        visit(302, ""),
        visit(304, ""),
    ] {
        assert_eq!(verdict(&broken), Verdict::Failed, "{:?}", broken.answer.body);
    }
    let mut file = visit(200, "%PDF-1.7");
    file.answer.headers = vec![("content-type".into(), "application/pdf".into())];
    assert_eq!(verdict(&file), Verdict::Failed);
}

#[test]
fn not_modified_needs_a_condition() {
    let mut visit = visit(304, "");
    visit.answer.request = b"GET / HTTP/1.1\r\nIf-None-Match: \"x\"\r\n\r\n".to_vec();
    assert_eq!(verdict(&visit), Verdict::NotModified);
}

#[test]
fn two_byte_text_is_text() {
    let mut wide = visit(200, "");
    wide.answer.body = html("Statement", &text()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(verdict(&wide), Verdict::Statement);
}

#[test]
fn failures_are_judged_too() {
    let failure = Failure::new(FailureKind::Robots, "robots.txt forbids it");
    assert_eq!(judge_failure(&failure).verdict, Verdict::Disallowed);
    assert_eq!(judge_failure(&Failure::new(FailureKind::Timeout, "no answer")).verdict, Verdict::Failed);
    let mut circle = Failure::new(FailureKind::Redirects, "a circle");
    circle.hops = vec![exchange(ASKED, 307, "text/html", "")];
    assert_eq!(judge_failure(&circle).verdict, Verdict::Failed);
    circle.hops[0].headers.push(("set-cookie".into(), "pass=1".into()));
    assert_eq!(judge_failure(&circle).verdict, Verdict::Blocked);
}
