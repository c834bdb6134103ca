//! What a person may call a statement, a revision, a digest, and what reaches the terminal.

use sha2::{Digest, Sha256};

use crate::desk::{Desk, normal};
use crate::site::{Page, Site};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An office with a statement that was revised once, and one that was not.
fn revised_once() -> (Site, Desk, String) {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    desk.round();
    site.edit("1", |page| page.paragraphs[1] = page.paragraphs[1].replace("107 servicemen", "90 servicemen"));
    desk.round();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    (site, desk, id)
}

#[test]
fn a_statement_goes_by_its_id_its_address_and_its_digests() {
    let (site, desk, id) = revised_once();
    let text = desk.run(&["show", &id]).ok();
    assert!(text.text().contains("90 servicemen"));
    let line = desk.statement_at(&site.page("1"));
    let digest = |field: &str| line[field].as_str().expect("a digest").to_owned();
    let (text_digest, body_digest) = (digest("text_sha256"), digest("body_sha256"));
    assert_eq!(sha256(&text.stdout), text_digest, "`show | sha256sum` is the hash of the statement");
    let names = [
        id.clone(),
        id[..id.find('/').expect("a source") + 5].to_owned(),
        site.page("1"),
        format!("sha256:{text_digest}"),
        format!("sha256:{}", &text_digest[..12]),
        format!("sha256:{body_digest}"),
        format!("{id}@2"),
        format!("{id}@2199-01-01"),
        format!("{}@2", site.page("1")),
    ];
    for name in &names {
        assert_eq!(desk.run(&["show", name]).ok().stdout, text.stdout, "{name}");
        let _ = desk.run(&["history", name]).ok();
    }
    let raw = desk.run(&["show", "--raw", &id]).ok();
    assert_eq!(sha256(&raw.stdout), body_digest);
    for (name, expected) in [(&text_digest, &text.stdout), (&body_digest, &raw.stdout)] {
        for name in [format!("sha256:{name}"), name.clone(), format!("sha256:{}", &name[..8])] {
            assert_eq!(&desk.run(&["cat", &name]).ok().stdout, expected, "{name}");
        }
    }
    desk.check();
}

#[test]
fn a_revision_goes_by_its_number_and_by_its_date() {
    let (site, desk, id) = revised_once();
    let old = desk.run(&["show", &format!("{id}@1")]).ok();
    assert!(old.text().contains("107 servicemen"));
    let first = desk.json(&["history", &id]).into_iter().find(|seen| seen["event"] == "new").expect("a first look");
    let at = first["captured_at"].as_str().expect("a time");
    assert_eq!(desk.run(&["show", &format!("{id}@{at}")]).ok().stdout, old.stdout, "what stood then");
    let json = desk.json(&["show", &format!("{id}@1")]).remove(0);
    assert_eq!((&json["revision"], &json["revisions"]), (&1.into(), &2.into()));
    assert_eq!(json["text_sha256"], sha256(&old.stdout));
    // the text of the JSON is the paragraphs alone
    assert_eq!(json["title"], Page::numbered(1).title);
    assert_eq!(json["text"].as_str().expect("a text").trim_end(), Page::numbered(1).paragraphs.join("\n\n"));

    let changed = desk.run(&["diff", &id]).ok();
    let picked = desk.run(&["diff", &id, "1", "2"]).ok();
    assert_eq!(changed.stdout, picked.stdout, "the last change is the default");
    for number in ["107", "90"] {
        assert!(changed.text().contains(number), "{changed:?}");
    }
    let _ = desk.run(&["diff", &id, "1", "2", "--exit-code"]).status(1);
    let _ = desk.run(&["diff", &id, "1", "1", "--exit-code"]).ok();
    let json: serde_json::Value =
        serde_json::from_str(desk.run(&["diff", &id, "--format", "json"]).ok().text()).expect("JSON");
    for field in ["statement", "old", "new", "ops", "summary"] {
        assert!(!json[field].is_null(), "{field} in {json}");
    }
    let _ = desk.run(&["diff", &site.page("2")]).status(2);

    for (name, word) in [("@3", "revision 3"), ("@1999-01-01", "nothing was seen")] {
        let _ = desk.run(&["show", &format!("{id}{name}")]).status(2).says(&[word]);
    }
    desk.check();
}

#[test]
fn a_name_that_says_too_little_or_nothing_is_refused_with_help() {
    let (site, desk, _) = revised_once();
    // of 17 ids two begin alike
    for number in 4..=17 {
        site.publish(&number.to_string(), Page::numbered(number));
    }
    desk.round();
    let first = |line: &serde_json::Value| line["statement"].as_str().expect("an id")[..7].to_owned();
    let mut starts: Vec<String> = desk.listed().iter().map(first).collect();
    starts.sort();
    let twice = starts.windows(2).find(|pair| pair[0] == pair[1]).expect("two that begin alike");
    let _ =
        desk.run(&["show", &twice[0]]).status(2).says(&["can mean more than one", &twice[0], "hint: write more of it"]);
    for name in [
        "press/",
        "press/ffffffffffff",
        "nobody",
        "sha256:00000000",
        "http://127.0.0.1:1/other",
        "@2",
        "",
        "\u{1b}[31m",
    ] {
        let ran = desk.run(&["show", name]).status(2);
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.contains("hint: ") || ran.stderr.contains("nothing is kept"), "{name:?}: {ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{name:?} commands the terminal");
    }
    for name in ["sha256:zz", "sha256:0123456", "x"] {
        let _ = desk.run(&["cat", name]).status(2).says(&["digest"]);
    }
    let _ = desk.run(&["cat", &"0".repeat(64)]).status(2).says(&["nothing is kept under"]);
    for arguments in
        [&["list", "--since", "yesterday-ish"][..], &["list", "--state", "odd"], &["show"], &["no-such-command"]]
    {
        let _ = desk.run(arguments).status(2);
    }
    drop(site);
    desk.check();
}

#[test]
fn a_history_and_a_difference_as_a_person_sees_them() {
    let (site, desk, id) = revised_once();
    site.withdraw("1", 410);
    desk.round();
    let history = desk.run(&["history", &id]).ok();
    insta::assert_snapshot!(normal(history.text(), &desk, &site), @r#"
    On the works at the Strelsau crossing, report 1
    press/ID  withdrawn
    http://SITE/news/statement-1.html

      1  TIME to TIME, 1 look
         stated date 2026-01-02T16:05:00+04:00  entry 6  sha256:DIGEST  reader VERSION
      2  TIME last seen TIME, 1 look
         stated date 2026-01-02T16:05:00+04:00  entry 13  sha256:DIGEST  reader VERSION
         1 number (107 → 90); title unchanged

    TIME  withdrawn  entry 18  (status 410; title "Page not found")
    "#);
    let diff = desk.run(&["diff", &id, "--format", "unified"]).ok();
    insta::assert_snapshot!(normal(diff.text(), &desk, &site), @"
    --- press/ID@1
    +++ press/ID@2
    @@ -4,6 +4,6 @@
     
     The Ministry informs that the works at the Strelsau crossing, which began on schedule, will be completed by the end of the month.
     
    -In accordance with the plan, 107 servicemen and 11 vehicles take part in the works of stage 1. The traffic is led over the lower bridge.
    +In accordance with the plan, 90 servicemen and 11 vehicles take part in the works of stage 1. The traffic is led over the lower bridge.
     
     The residents of the district are thanked for their patience. Further information will be given in due course.
    ");
    desk.check();
}

#[test]
fn lists_are_narrowed_down() {
    let (site, desk, id) = revised_once();
    site.publish("ru", Page::new(
        "О работе контрольно-пропускного пункта",
        "2026-02-01T12:00:00+03:00",
        "ru",
        &["Министерство сообщает, что контрольно-пропускной пункт вновь работает по обычному графику, с восьми до двадцати.",
          "Досмотр проводится на основании действующего порядка, а сообщения о закрытии дороги не соответствуют действительности."],
    ));
    site.withdraw("2", 410);
    desk.round();
    let count = |arguments: &[&str]| desk.json(&[&["list"], arguments].concat()).len();
    assert_eq!(count(&[]), 4);
    assert_eq!(count(&["--changed"]), 1);
    assert_eq!(desk.json(&["list", "--changed"])[0]["statement"], id.as_str());
    assert_eq!(count(&["--state", "withdrawn"]), 1);
    assert_eq!(count(&["--language", "ru"]), 1);
    assert_eq!(count(&["--since", "2026-01-15"]), 1);
    assert_eq!(count(&["--until", "2026-01-03"]), 2);
    assert_eq!(count(&["--since", "2026-01-03", "--until", "2026-01-03"]), 1, "both ends belong to it");
    assert_eq!(count(&["--source", "press"]), 4);
    assert_eq!(count(&["--source", "other"]), 0);
    assert_eq!(count(&["-n", "2"]), 2);
    let dates: Vec<String> = desk.listed().iter().map(|line| line["published"].to_string()).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "newest first: {dates:?}");
    desk.check();
}

#[test]
fn nothing_that_an_office_writes_commands_the_terminal() {
    let site = Site::with(1);
    let hostile = "Statement \u{1b}]0;owned\u{7}\u{1b}[31m on \u{9b}2J the \u{202e}bridge\u{2066} of Zenda \u{8}\u{8}";
    let mut page = Page::new(hostile, "2026-03-25T16:05:00+04:00", "en", &[]);
    page.paragraphs = Page::numbered(2).paragraphs;
    page.paragraphs[0].push_str(" \u{1b}[2J\u{9b}31m\u{202e}reversed");
    site.publish("hostile", page);
    let desk = Desk::watching(&site);
    let is_command =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let fetched = desk.run(&["fetch"]).ok();
    site.edit("hostile", |page| page.title.push_str("\u{1b}[32m again"));
    let address = site.page("hostile");
    let mut all = vec![fetched, desk.run(&["fetch", "--recheck", "all", "-v"]).ok()];
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["history", &address],
        &["history", &address, "--json"],
        &["show", &address, "--json"],
        &["diff", &address],
        &["diff", &address, "--format", "json"],
        &["changes"],
        &["changes", "--json", "-v"],
        &["sources"],
        &["export"],
        &["verify"],
    ] {
        all.push(desk.run(arguments).ok());
    }
    for ran in &all {
        let said = format!("{}{}", ran.text(), ran.stderr);
        assert!(!said.contains(is_command), "{ran:?}: {:?}", said.chars().find(|c| is_command(*c)));
    }
    // where the text itself is given, to be hashed or patched, marks of direction belong to it; escapes never do
    for arguments in [&["show", &address][..], &["diff", &address, "--format", "unified"]] {
        let ran = desk.run(arguments).ok();
        assert!(!ran.text().contains(|c: char| c.is_control() && c != '\n'), "{ran:?}");
    }
    assert!(desk.listed().iter().any(|line| line["title"].as_str().is_some_and(|title| title.contains("bridge"))));
    desk.check();
}

#[test]
fn a_reader_that_goes_away_ends_a_command_in_silence() {
    let (site, desk, _) = revised_once();
    for arguments in [&["list"][..], &["export"], &["changes", "--json"]] {
        let mut child = desk.start(arguments);
        drop(child.stdout.take());
        let ran = crate::desk::finish(child, "a command whose reader went away");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    }
    drop(site);
    desk.check();
}
