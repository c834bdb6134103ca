//! What the program gives out to others: checks of a name or a file, checkpoints and keys, lines for other programs.

use std::fs;
use std::process::Command;

use crate::desk::{Desk, counted};
use crate::pages;
use crate::site::{Page, Site};

/// An office with a statement that was revised once.
fn revised_once() -> (Site, Desk, String) {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    site.edit("1", |page| page.paragraphs[1] = page.paragraphs[1].replace("107 servicemen", "90 servicemen"));
    assert_eq!(counted(&desk.round()), "revised 1, unchanged 1");
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    (site, desk, id)
}

#[test]
fn a_text_that_somebody_has_is_found_or_not() {
    let (site, desk, id) = revised_once();
    let old = desk.run(&["show", &format!("{id}@1")]).ok();
    let page = Page::numbered(1);
    desk.write("text.txt", old.text());
    desk.write("page.html", &pages::statement(&page, None));
    desk.write("pasted.txt", &format!("Title: {}\n\n{}\n", page.title, page.paragraphs.join("\n\n")));
    for file in ["text.txt", "page.html", "pasted.txt"] {
        let found = desk.run(&["verify", file, "--json"]).ok().lines().remove(0);
        assert_eq!(found["found"], true, "{file}");
        assert_eq!(found["statement"], id.as_str(), "{file}");
        assert_eq!(found["revision"], 1, "{file} is what stood first: {found}");
    }
    desk.write("altered.txt", &old.text().replace("107", "170"));
    let ran = desk.run(&["verify", "altered.txt", "--json"]).status(1);
    assert_eq!(ran.lines()[0]["found"], false);
    let _ = desk.run(&["verify", &id]).ok();
    let _ = desk.run(&["verify", &site.page("2")]).ok();
    let _ = desk.run(&["verify", "press/ffffffff"]).status(2);
    desk.check();
}

#[test]
fn a_checkpoint_is_checked_with_openssl_as_the_format_tells() {
    let (_site, desk, _) = revised_once();
    let note = desk.run(&["checkpoint", "--note"]).ok();
    let (body, signature) = note.text().split_once("\n\n").expect("a signed note");
    assert_eq!(body.lines().next(), Some(desk.vantage().as_str()));
    let size: u64 = body.lines().nth(1).and_then(|line| line.parse().ok()).expect("a size");
    let summary = desk.json(&["verify"]).pop().expect("a summary");
    assert_eq!(summary["entries"], size, "the checkpoint reaches all entries");
    let shown = desk.run(&["key", "show"]).ok();
    let pem = shown.text().find("-----BEGIN").map(|at| &shown.text()[at..]).expect("a PEM");
    use base64::Engine;
    let signature = signature.trim_end().rsplit(' ').next().expect("a signature");
    let signature = base64::engine::general_purpose::STANDARD.decode(signature).expect("base64");
    fs::write(desk.path("signature"), &signature[4..]).expect("to write");
    desk.write("log.pem", pem);
    desk.write("body", &format!("{body}\n"));
    let openssl = |body: &str| {
        let arguments =
            ["pkeyutl", "-verify", "-pubin", "-inkey", "log.pem", "-rawin", "-in", body, "-sigfile", "signature"];
        Command::new("openssl").args(arguments).current_dir(desk.folder()).output()
    };
    match openssl("body") {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            desk.write("forged", &format!("{body}x\n"));
            assert!(!openssl("forged").expect("openssl").status.success());
        }
        Err(_) => println!("no openssl here: the signature was not checked with it"),
    }
    desk.check();
}

#[test]
fn a_log_that_another_key_signed_is_not_believed() {
    let (_site, desk, _) = revised_once();
    let (_other_site, other, _) = revised_once();
    let key = other.key();
    let forged = key.replacen(&other.vantage(), &desk.vantage(), 1);
    let ran = desk.run(&["verify", "--json", "--key", &forged]);
    assert_ne!(ran.status, 0, "{ran:?}");
    let _ = desk.run(&["verify", "--key", &desk.key()]).ok();
    let _ = desk.run(&["verify", "--key", "no key"]).status(2);
    desk.check();
    other.check();
}

#[test]
fn lines_for_other_programs_have_the_fields_of_the_contract() {
    let (site, desk, id) = revised_once();
    let fields = [
        "statement",
        "source",
        "url",
        "title",
        "published",
        "language",
        "text",
        "text_sha256",
        "body_sha256",
        "first_seen",
        "last_seen",
        "revision",
        "revisions",
        "state",
        "flags",
    ];
    let lines = desk.run(&["export"]).ok().lines();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        for field in fields {
            assert!(!line[field].is_null(), "{field} in {line}");
        }
    }
    let all = desk.run(&["export", "--all-revisions"]).ok().lines();
    assert_eq!(all.len(), 3);
    let texts: Vec<&str> =
        all.iter().filter(|line| line["statement"] == id.as_str()).filter_map(|line| line["text"].as_str()).collect();
    assert!(texts[0].contains("107 servicemen") && texts[1].contains("90 servicemen"));
    for line in desk.listed() {
        for field in fields.iter().filter(|field| **field != "text") {
            assert!(!line[*field].is_null(), "{field} in {line}");
        }
        assert!(line["text"].is_null(), "`list` leaves the text out");
    }
    drop(site);
    desk.check();
}

#[test]
fn a_remark_stands_beside_a_statement_for_ever() {
    let (site, desk, id) = revised_once();
    let _ = desk.run(&["note", &id, "The ministry corrected the number by telephone."]).ok();
    let noted = |lines: Vec<serde_json::Value>| lines.iter().any(|line| line.to_string().contains("by telephone"));
    assert!(noted(desk.json(&["history", &id])));
    assert!(noted(desk.json(&["show", &id])));
    assert_eq!(counted(&desk.round()), "unchanged 2");
    fs::remove_file(desk.archive().join("index.sqlite")).expect("to delete the cache");
    assert!(noted(desk.json(&["show", &id])), "it is in the log");
    let _ = desk.run(&["note", &id, "  "]).status(2);
    let _ = desk.run(&["note", "press/ffffffff", "text"]).status(2);
    drop(site);
    desk.check();
}

#[test]
fn saved_pages_are_read_without_being_kept() {
    let desk = Desk::empty();
    let page = Page::numbered(3);
    desk.write("a.html", &pages::statement(&page, Some(7)));
    desk.write("b.html", "<html><body></body></html>");
    let ran = desk.run(&["extract", "--json", "a.html", "b.html", "none.html"]).status(1);
    let lines = ran.lines();
    assert_eq!(
        lines.iter().map(|line| line["file"].as_str().unwrap_or("?")).collect::<Vec<_>>(),
        ["a.html", "b.html", "none.html"]
    );
    assert_eq!(lines[0]["title"], page.title);
    assert_eq!(lines[0]["published"], page.published);
    assert_eq!(lines[0]["language"], "en");
    assert_eq!(lines[0]["text"].as_str().expect("a text").trim_end(), page.paragraphs.join("\n\n"));
    assert!(lines[2]["error"].is_string(), "{}", lines[2]);
    assert!(!desk.archive().exists() && !desk.keys().exists(), "nothing is kept");
}

#[test]
fn each_block_of_a_page_has_its_reason() {
    let desk = Desk::empty();
    let page = Page::numbered(3);
    desk.write("a.html", &pages::statement(&page, Some(7)));
    let line = desk.run(&["extract", "--json", "--why", "a.html"]).ok().lines().remove(0);
    let blocks = line["why"].as_array().expect("the blocks");
    let kept: Vec<&str> =
        blocks.iter().filter(|block| block["kept"] == true).filter_map(|block| block["text"].as_str()).collect();
    assert_eq!(kept, page.paragraphs, "what is kept is the text");
    let rule = |text: &str| {
        let block = blocks.iter().find(|block| block["text"].as_str().is_some_and(|block| block.starts_with(text)));
        block.and_then(|block| block["rule"].as_str()).unwrap_or("no block")
    };
    assert_eq!(rule(&page.paragraphs[0]), "running-text");
    assert_eq!(rule(&page.title), "title");
    assert_eq!(rule("Visitors today"), "chrome");
    assert_eq!(line["published_by"], "marked up as the date", "the date has its reason too");
    let shown = desk.run(&["extract", "--why", "a.html"]).ok();
    assert!(shown.text().contains("+ running text  body > main > article > p\n    The Ministry informs"), "{shown:?}");
}

#[test]
fn files_are_read_as_a_source_is_where_one_is_named() {
    let site = Site::with(1);
    let desk = Desk::with_sources(&[(
        "press",
        &site,
        "kind = \"json\"\n[source.json]\nbody = 'fields.\"web.body\"'\ntitle = \"name\"",
    )]);
    let text = "The harbour of Strelsau reopens on Monday, after two years of works on both of its piers.";
    desk.write(
        "a.json",
        &serde_json::json!({ "name": "Harbour", "fields": { "web.body": format!("<p>{text}</p>") } }).to_string(),
    );
    let alone = desk.run(&["extract", "--json", "a.json"]).ok().lines().remove(0);
    assert_eq!(alone["text"], "", "{alone}");
    let line = desk.run(&["extract", "--json", "--source", "press", "a.json"]).ok().lines().remove(0);
    assert_eq!(
        (line["title"].as_str(), line["text"].as_str().map(str::trim_end)),
        (Some("Harbour"), Some(text)),
        "{line}"
    );
    let _ = desk.run(&["extract", "--source", "pres", "a.json"]).status(2).says(&["no source is called \"pres\""]);
}

#[test]
fn an_address_is_read_with_the_manners_of_a_round_and_not_kept() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    let page = Page::numbered(1);
    desk.write("a.html", &pages::statement(&Page::numbered(2), None));
    let (there, gone) = (site.page("1"), site.page("none"));
    let lines = desk.run(&["extract", "--json", &gone, "a.html", &there]).status(1).lines();
    assert_eq!(lines[0]["file"], gone.as_str());
    assert!(lines[0]["error"].as_str().is_some_and(|error| error.contains("gone")), "{}", lines[0]);
    assert_eq!(lines[1]["title"], Page::numbered(2).title);
    assert_eq!(lines[2]["title"], page.title);
    assert_eq!(lines[2]["text"].as_str().expect("a text").trim_end(), page.paragraphs.join("\n\n"));
    assert!(site.take_paths().iter().any(|path| path == "/robots.txt"), "what a host wants is asked first");
    assert!(!desk.archive().exists() && !desk.keys().exists(), "nothing is kept");
    let elsewhere = desk.run(&["extract", "https://office.example/1"]).status(2);
    assert!(elsewhere.stderr.contains("contact"), "an office can write to somebody: {elsewhere:?}");
}

#[test]
fn a_newcomer_begins_with_init() {
    let desk = Desk::empty();
    let _ = desk.run(&["init"]).ok();
    let written = fs::read_to_string(desk.path("sources.toml")).expect("a commented file");
    assert!(written.contains("[archive]") && written.contains('#'));
    assert!(desk.archive().join("README.md").is_file(), "the format stands beside what it describes");
    let key = desk.key();
    let _ = desk.run(&["init"]).ok();
    assert_eq!(desk.key(), key, "a second time changes nothing");
    let sources = desk.run(&["sources", "--json"]).ok();
    assert!(sources.lines().is_empty(), "{sources:?}");
    desk.check();
}

#[test]
fn the_health_of_sources_is_told() {
    let (well, broken, never, mute) = (Site::with(2), Site::with(2), Site::with(1), Site::open());
    let desk = Desk::with_sources(&[("alpha", &well, ""), ("beta", &broken, ""), ("mute", &mute, "")]);
    broken.mishap("/*", crate::site::Mishap::Status(500));
    mute.mishap("/news/", crate::site::Mishap::Body("text/html", b"<h1>News</h1><p>There is no news.</p>".to_vec()));
    let _ = desk.run(&["fetch"]).status(1);
    let (gamma, delta) = (("gamma", &never, ""), ("delta", &never, "closed = \"2023-09\""));
    desk.write_sources("", &[("beta", &broken, ""), gamma, delta, ("mute", &mute, "")]);
    let states: Vec<String> = desk
        .json(&["sources"])
        .iter()
        .map(|line| format!("{} {}", line["source"], line["state"]).replace('"', ""))
        .collect();
    assert_eq!(states, ["beta unwell", "gamma never asked", "delta closed", "mute unwell", "alpha retired"]);
    assert_eq!(desk.json(&["list", "--source", "alpha"]).len(), 2, "what is retired stays listed");
    let only: Vec<_> = desk.json(&["sources", "mute", "alpha"]).iter().map(|line| line["source"].clone()).collect();
    assert_eq!(only, ["mute", "alpha"]);
    let unknown = desk.run(&["sources", "alhpa"]).status(2);
    let _ = unknown.says(&["no source is called \"alhpa\"", "onrecord sources"]);
    desk.check();
}
