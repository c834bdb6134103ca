//! Differences through the program: of a period, between archives, with a file, on a terminal, as a page.

use serde_json::Value;

use crate::desk::{Desk, copy_folder};
use crate::pages::Page;
use crate::site::{Mishap, Site, path_of};

/// The id of a statement by its name on the site.
fn id(desk: &Desk, site: &Site, name: &str) -> String {
    desk.statement_at(&site.page(name))["statement"].as_str().expect("an id").to_owned()
}

fn edit(site: &Site, name: &str, paragraph: usize, from: &str, to: &str) {
    site.edit(name, |page| {
        assert!(page.paragraphs[paragraph].contains(from), "{from:?} in {page:?}");
        page.paragraphs[paragraph] = page.paragraphs[paragraph].replace(from, to);
    });
}

/// A page that links to an address and a file.
fn page_with(link: &str, file: &str, count: usize) -> Mishap {
    let Page { title, published, paragraphs, .. } = Page::numbered(1);
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>{title}</title></head><body><main><article><h1>{title}</h1>\
         <time datetime=\"{published}\">{}</time><p>{}</p><p>Of {count} points that were agreed the <a href=\"{link}\">full \
         list</a> is open to all, and the <a href=\"/files/{file}\">plan of the works</a> with its maps may be taken from here \
         by everybody.</p><p>{}</p></article></main></body></html>",
        &published[..10],
        paragraphs[0],
        paragraphs[2]
    );
    Mishap::Body("text/html; charset=utf-8", body.into_bytes())
}

#[test]
fn link_targets_and_attachments_are_kinds_of_change() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    site.mishap(&path_of("1"), page_with("https://lists.example/first", "plan-1.pdf", 3));
    desk.round();
    site.mishap(&path_of("1"), page_with("https://lists.example/second", "plan-2.pdf", 5));
    desk.round();
    let id = id(&desk, &site, "1");
    let told = desk.json(&["diff", &id]).remove(0);
    let summary = &told["summary"];
    assert_eq!(summary["line"], "1 number (3 → 5), 1 link target changed, 1 attachment changed; title unchanged");
    let (old, new) = (site.url("/files/plan-1.pdf"), site.url("/files/plan-2.pdf"));
    assert_eq!(summary["attachments"], serde_json::json!({ "inserted": [&new], "deleted": [&old] }));
    assert_eq!(summary["links"]["inserted"], serde_json::json!(["https://lists.example/second"]));
    let shown = desk.run(&["diff", &id]).ok();
    for line in [
        "- link https://lists.example/first".to_owned(),
        "+ link https://lists.example/second".to_owned(),
        format!("- attachment {old}"),
        format!("+ attachment {new}"),
    ] {
        assert!(shown.text().lines().any(|shown| shown == line), "{line}: {shown:?}");
    }
    let history = desk.run(&["history", &id]).ok();
    assert!(history.text().contains("1 number (3 → 5)"), "{history:?}");
    desk.check();
}

#[test]
fn the_changes_of_a_period_come_the_weightiest_first() {
    let site = Site::with(5);
    let desk = Desk::watching(&site);
    desk.round();
    edit(&site, "2", 0, "by the end of the month.", "by the end of the month!");
    edit(&site, "3", 2, "patience", "understanding");
    edit(&site, "4", 1, "14 vehicles", "24 vehicles");
    edit(&site, "5", 0, "will be completed", "will not be completed");
    site.edit("5", |page| page.paragraphs[1] = page.paragraphs[1].replace("135 servicemen", "99 servicemen"));
    desk.round();
    let all = desk.json(&["diff", "--since", "2020-01-01"]);
    let of = |field: &str| -> Vec<String> {
        all.iter().map(|told| told["summary"][field].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(of("weight"), ["fact", "fact", "wording", "punctuation"]);
    assert_eq!(
        of("line"),
        [
            "1 number (135 → 99), 1 negation (+not); title unchanged",
            "1 number (14 → 24); title unchanged",
            "1 word replaced; title unchanged",
            "only punctuation in 1 place; title unchanged",
        ],
        "more facts weigh more"
    );
    let names: Vec<&Value> = all.iter().map(|told| &told["statement"]).collect();
    let expected = ["5", "4", "3", "2"].map(|name| Value::from(id(&desk, &site, name)));
    assert_eq!(names, expected.iter().collect::<Vec<_>>());

    let _ = desk.run(&["diff", "--since", "2020-01-01", "--exit-code"]).status(1);
    let _ = desk.run(&["diff", "--since", "2199-01-01", "--exit-code"]).ok().says(&["nothing has changed"]);
    assert!(desk.json(&["diff", "--since", "2020-01-01", "--until", "2020-12-31"]).is_empty());
    assert_eq!(desk.json(&["diff", "--since", "2020-01-01", "--source", "press"]).len(), 4);
    assert_eq!(desk.json(&["diff", &id(&desk, &site, "3"), "--since", "2020-01-01"]).len(), 1);
    let _ = desk.run(&["diff", "--since", "2020-01-01", "--source", "nobody"]).status(2).says(&["no source"]);
    let shown = desk.run(&["diff", "--since", "2020-01-01"]).ok();
    let heads: Vec<&str> = shown.text().lines().filter(|line| line.contains("@1 -> ")).collect();
    assert_eq!(heads.len(), 4, "{shown:?}");
    desk.check();
}

#[test]
fn a_revert_is_called_one() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    desk.round();
    edit(&site, "1", 1, "107 servicemen", "90 servicemen");
    desk.round();
    edit(&site, "1", 1, "90 servicemen", "107 servicemen");
    desk.round();
    let id = id(&desk, &site, "1");
    const LINE: &str = "reverted to revision 1: 1 number (90 → 107)";
    for arguments in
        [&["diff", &id][..], &["diff", &id, "2", "3"], &["history", &id], &["diff", "--since", "2020-01-01"]]
    {
        let shown = desk.run(arguments).ok();
        assert_eq!(shown.text().matches(LINE).count(), 1, "{shown:?}");
    }
    assert_eq!(desk.json(&["diff", &id])[0]["reverted"], 1);
    assert!(desk.json(&["diff", &id, "1", "2"])[0]["reverted"].is_null());
    assert!(desk.run(&["diff", &id, "--format", "html"]).ok().text().contains("reverted to revision 1: "));
    let same = desk.run(&["diff", &id, "1", "3", "--exit-code"]).ok();
    assert!(same.text().contains("no change"), "{same:?}");
    desk.check();
}

#[test]
fn two_archives_are_compared() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    desk.round();
    copy_folder(&desk.archive(), &desk.path("other"));
    edit(&site, "1", 1, "107 servicemen", "90 servicemen");
    site.publish("4", Page::numbered(4));
    desk.round();
    let ran =
        desk.run(&["diff", "--against", "other", "--json", "--exit-code"]).status(1).says(&["1 statement here only"]);
    let all = ran.lines();
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0]["summary"]["line"], "1 number (107 → 90); title unchanged", "the other archive is the old side");
    assert!(all[0]["old"].as_str().is_some_and(|name| name.ends_with(" in other")), "{all:#?}");
    let first = id(&desk, &site, "1");
    assert_eq!(desk.json(&["diff", &first, "--against", "other"])[0]["summary"]["line"], all[0]["summary"]["line"]);
    let same = desk.run(&["diff", &id(&desk, &site, "2"), "--against", "other", "--exit-code"]).ok();
    assert!(same.text().contains("no change"), "{same:?}");
    let _ = desk
        .run(&["diff", &id(&desk, &site, "4"), "--against", "other"])
        .status(2)
        .says(&["no text in the archive at other"]);
    let _ = desk.run(&["diff", "--against", "nowhere"]).status(3).says(&["cannot open the archive at nowhere"]);
    let _ = desk.run(&["diff", &first, "1", "--against", "other"]).status(2);
    desk.check();
}

#[test]
fn a_revision_is_compared_with_a_file_and_two_statements_with_each_other() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    let (first, second) = (id(&desk, &site, "1"), id(&desk, &site, "2"));
    let text = desk.run(&["show", &first]).ok().text().to_owned();
    desk.write("kept.txt", &text);
    let same = desk.run(&["diff", &first, "kept.txt", "--exit-code"]).ok();
    assert!(same.text().contains("no change"), "{same:?}");
    // as somebody copied it out of a browser: the title, and the paragraphs
    let copied = [vec![Page::numbered(1).title], Page::numbered(1).paragraphs].concat().join("\n\n");
    desk.write("copied.txt", &copied.replace("107 servicemen", "700 servicemen"));
    let forth = desk.run(&["diff", &first, "copied.txt", "--exit-code"]).status(1);
    let back = desk.run(&["diff", "copied.txt", &first]).ok();
    assert!(forth.text().contains("1 number (107 → 700)"), "{forth:?}");
    assert!(back.text().contains("1 number (700 → 107)"), "{back:?}");
    let two = desk.json(&["diff", &first, &second]).remove(0);
    assert_eq!(two["summary"]["weight"], "fact", "{two:#?}");
    assert!(!two["title_ops"].is_null() && two["old"] != two["new"]);
    desk.check();
}

#[test]
fn every_byte_is_shown_on_request() {
    let desk = Desk::empty();
    let paragraphs = ["One is here.", "Two is here.", "A soft\u{ad}ly “said” word.", "Four is here."];
    desk.write("old.txt", &paragraphs.join("\n\n"));
    desk.write("new.txt", &paragraphs.join("\n\n").replace('\u{ad}', "").replace(['“', '”'], "\""));
    let run = |more: &[&str]| desk.run(&[&["diff", "old.txt", "new.txt"], more].concat());
    let plain = run(&[]).ok();
    assert!(plain.text().contains("only typography in 2 places"), "{plain:?}");
    assert!(!plain.text().contains("One is here."));
    let all = run(&["--all"]).ok();
    assert!(all.text().contains("One is here.") && all.text().contains("soft<U+00AD>ly"), "{all:?}");
    let _ = run(&["--exit-code"]).status(1);
    let ops: Vec<Value> = run(&["--json"]).ok().lines();
    assert!(ops[0]["ops"].as_array().is_some_and(|ops| ops.iter().any(|op| op["noise"] == true)));
}

/// On a terminal of ten rows, made by Python where it is there, long output goes through `$PAGER`, short output does not.
#[cfg(unix)]
#[test]
fn long_output_is_paged_on_a_terminal() {
    const TERMINAL: &str = "import fcntl, os, pty, struct, sys, termios\n\
        child, terminal = pty.fork()\n\
        if child == 0:\n    os.read(0, 1)\n    os.execv(sys.argv[1], sys.argv[1:])\n\
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 10, 40, 0, 0))\n\
        os.write(terminal, b'\\n')\n\
        said = b''\n\
        while True:\n\
        \x20   try:\n        more = os.read(terminal, 65536)\n\
        \x20   except OSError:\n        break\n\
        \x20   if not more:\n        break\n\
        \x20   said += more\n\
        _, status = os.waitpid(child, 0)\n\
        sys.stdout.buffer.write(said)\n\
        sys.exit(os.WEXITSTATUS(status))\n";
    if !std::process::Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("no python3 here: nothing was paged");
        return;
    }
    let desk = Desk::empty();
    let paragraphs: Vec<String> =
        (0..12).map(|at| format!("This is paragraph {at}, in which there is something to read.")).collect();
    desk.write("old.txt", &paragraphs.join("\n\n"));
    desk.write("new.txt", &paragraphs.join("\n\n").replace("something", "nothing"));
    desk.write("near.txt", "Some 3 men.");
    desk.write("far.txt", "Some 5 men.");
    let script = desk.write("terminal.py", TERMINAL);
    let run = |arguments: &[&str], pager: &str| {
        let program = desk.command(&[]).get_program().to_owned();
        let mut command = std::process::Command::new("python3");
        command.arg("-B").arg(&script).arg(program).args(arguments).current_dir(desk.folder());
        command.env("PAGER", pager).env("TERM", "xterm").env_remove("LESS");
        let output = command.output().expect("to run python3");
        let paged = std::fs::read_to_string(desk.path("paged.txt")).ok();
        let _ = std::fs::remove_file(desk.path("paged.txt"));
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"), paged)
    };
    let (status, said, paged) = run(&["diff", "old.txt", "new.txt", "--exit-code"], "cat > paged.txt");
    let paged = paged.unwrap_or_else(|| panic!("nothing was paged: {said}"));
    assert_eq!(status, Some(1));
    assert!(paged.contains("\u{1b}[31;9msomething\u{1b}[0m\u{1b}[32;4mnothing\u{1b}[0m"), "in colour: {paged}");
    let bare = |line: &str| {
        line.split('\u{1b}')
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) })
            .collect::<String>()
    };
    assert!(paged.lines().skip(3).all(|line| bare(line).chars().count() <= 40), "as wide as the terminal: {paged}");

    let (_, said, paged) = run(&["diff", "near.txt", "far.txt"], "cat > paged.txt");
    assert!(paged.is_none() && said.contains("3") && said.contains("5"), "what fits is not paged: {said}");
    let (_, said, paged) = run(&["diff", "old.txt", "new.txt", "--no-pager"], "cat > paged.txt");
    assert!(paged.is_none() && said.contains("nothing"), "{said}");
    let (status, said, _) = run(&["diff", "old.txt", "new.txt"], "true");
    assert_eq!((status, said.contains("Broken")), (Some(0), false), "a pager that ends early is no failure: {said}");
    let (status, said, _) = run(&["diff", "old.txt", "new.txt", "--format", "side", "--color", "never"], "cat");
    assert_eq!((status, said.contains("\u{1b}")), (Some(0), false), "{said}");
    let widest = said.lines().skip(3).map(|line| line.trim_end().chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 40), "two columns fit the terminal: {widest:?} {said}");
}
