//! What a source's other pages teach: learnt at a round's end, kept in the archive, and never told as the office's doing.

use std::fs;

use serde_json::Value;

use crate::desk::{Desk, counted};
use crate::refusals::{overwrite, walk};
use crate::rounds::of;
use crate::site::{Mishap, Site, path_of};

/// How many statements the office has.
const STATEMENTS: usize = 12;

/// The paragraphs of a statement.
fn paragraphs(number: usize) -> [String; 2] {
    let place = ["mill", "quarry", "harbour", "tunnel", "depot"][number % 5];
    [
        format!("The commission of day {number} has seen the {place} and found {} beams in good order.", number * 13),
        format!("In hall {} of the {place}, the keeper showed {} new lamps to the council.", number * 3, number + 40),
    ]
}

/// Shows pages on which the beginnings of other statements stand in an element with the class of the text.
fn show(site: &Site, turn: usize) {
    for number in 1..=STATEMENTS {
        let others = (1..=3).map(|step| (number + step * (turn + 2)) % STATEMENTS + 1).filter(|other| *other != number);
        let others: String = others.map(|other| format!("<p>{}</p>", paragraphs(other)[0])).collect();
        let [first, second] = paragraphs(number);
        let page = format!(
            "<!DOCTYPE html><html lang=en><head><title>Report {number} of the commission</title></head><body><h1>Report {number} of the \
             commission</h1><time datetime=2026-01-{number:02}>{number} January 2026</time><div class=txt><p>{first}</p><p>{second}</p></div><div class=txt>{others}</div></body></html>"
        );
        site.mishap(&path_of(&number.to_string()), Mishap::Body("text/html; charset=utf-8", page.into_bytes()));
    }
}

/// How many texts are exactly what the office stated.
fn exact(desk: &Desk) -> usize {
    let rows = desk.json(&["export", "--format", "jsonl"]);
    assert_eq!(rows.len(), STATEMENTS);
    let stated: Vec<String> = (1..=STATEMENTS).map(|number| paragraphs(number).join("\n\n")).collect();
    rows.iter().filter(|row| row["text"].as_str().is_some_and(|text| stated.iter().any(|one| one == text))).count()
}

fn learnt(desk: &Desk) -> Value {
    desk.json(&["sources"]).remove(0)["learnt"].clone()
}

#[test]
fn what_other_pages_teach_is_read_by_and_makes_no_revision() {
    let site = Site::with(STATEMENTS);
    let desk = Desk::watching(&site);
    show(&site, 0);
    assert_eq!(counted(&desk.round()), "new 12");
    let before = exact(&desk);
    assert!(before < STATEMENTS, "the reader gets this right by itself: the case shows nothing");
    let first = learnt(&desk);
    assert_eq!(first["pages"], STATEMENTS, "{first}");

    for turn in 1..=2 {
        show(&site, turn);
        assert_eq!(counted(&desk.round()), "unchanged 12", "the boxes changed, and nothing that was stated");
        assert_eq!(exact(&desk), STATEMENTS);
    }
    assert_eq!(learnt(&desk), first, "pages that are looked at again are not new");

    let checked = desk.json(&["sources", "check", "press"]).remove(0);
    let body = checked["learnt"]["body"].as_str().expect("a selector").to_owned();
    assert!(body.starts_with("div.txt"), "{checked}");

    let _ = desk.run(&["reread", "--learn", "--apply"]).ok();
    assert_eq!(learnt(&desk)["rules_sha256"], first["rules_sha256"], "the same pages teach the same");
    show(&site, 3);
    assert!(of(&desk.round(), "revised").is_empty());
    desk.check();
}

#[test]
fn rules_that_are_damaged_are_reported() {
    let site = Site::with(STATEMENTS);
    let desk = Desk::watching(&site);
    show(&site, 0);
    desk.round();
    desk.check();
    let digest = learnt(&desk)["rules_sha256"].as_str().expect("a digest").to_owned();
    let rules = desk.run(&["cat", &format!("sha256:{digest}")]).ok();
    assert!(rules.text().starts_with("{\"templates\":["), "{}", rules.text());
    desk.check();

    // the rules were learnt last: they lie in the last of the files
    let is_line = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|kind| kind == "cdxj")
            && fs::read_to_string(path).expect("a file").contains(&digest)
    };
    let index = walk(&desk.archive().join("segments")).into_iter().find(is_line).expect("the line of the rules");
    let segment = index.with_extension("gz");
    let mut bytes = fs::read(&segment).expect("a segment");
    let lines = fs::read_to_string(&index).expect("a file");
    let line = lines.lines().find(|line| line.contains(&digest)).expect("the line of the rules");
    let line: Value = serde_json::from_str(&line[line.find('{').expect("JSON")..]).expect("JSON");
    let number = |name: &str| line[name].as_str().and_then(|digits| digits.parse::<usize>().ok()).expect("a number");
    // behind the record's header, which nobody would miss
    let member = number("offset")..number("offset") + number("length");
    bytes[member.start + member.len() * 3 / 4..member.end - 8].fill(0x55);
    overwrite(&segment, &bytes);
    let ran = desk.run(&["verify", "--json"]).status(1);
    let name = segment.file_name().expect("a name").to_string_lossy().into_owned();
    let blamed =
        |line: &Value| line["level"] == "unsound" && line["where"].as_str().is_some_and(|at| at.contains(&name));
    assert!(ran.lines().iter().any(blamed), "{ran:#?}");
    // a round tells why the source is left alone, and nothing of its boxes as the office's doing
    show(&site, 1);
    let round = desk.round();
    assert!(of(&round, "revised").is_empty(), "{round:#?}");
    let failed = of(&round, "failed");
    assert!(failed.iter().any(|event| event.to_string().contains("what its pages taught")), "{round:#?}");
    desk.leave_damaged();
}
