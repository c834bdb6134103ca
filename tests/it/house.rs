//! The rules of the house that the compiler cannot hold: arrows between rooms, heads, lengths, and papers that tell the truth.

use std::fs;
use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::refusals::walk;
use crate::site::Site;

/// The top of the repository.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, by its path from the top, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "rs");
    let name = |path: &Path| path.strip_prefix(top()).expect("below the top").to_string_lossy().replace('\\', "/");
    let files = walk(&top().join(folder)).into_iter().filter(is_rust);
    files.map(|path| (name(&path), fs::read_to_string(&path).expect("a source file"))).collect()
}

/// The part of a file that is no test: up to a module of tests in it.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod ").filter(|at| text[*at..].contains("mod tests {")).map_or(text, |at| &text[..at])
}

/// Whether a file is all test, by its name or by how the module above declares it.
fn is_test(name: &str, all: &[(String, String)]) -> bool {
    if name.ends_with("tests.rs") || name.contains("/tests/") {
        return true;
    }
    let path = Path::new(name);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let folder = path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    let declares = |text: &str| {
        ["mod ", "pub mod ", "pub(crate) mod ", "pub(super) mod "]
            .iter()
            .any(|word| text.contains(&format!("#[cfg(test)]\n{word}{stem};")))
    };
    all.iter().any(|(other, text)| (other.starts_with(&folder) || *other == format!("{folder}.rs")) && declares(text))
}

/// Code alone: no comments, which may speak of anything.
fn code(text: &str) -> String {
    let uncommented = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().map(uncommented).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arrows_between_rooms_point_down() {
    let rooms = ["model", "read", "archive", "collect", "view"];
    let may: [(&str, &[&str]); 5] = [
        ("model", &[]),
        ("read", &["model"]),
        ("archive", &["model"]),
        ("collect", &["model", "read", "archive"]),
        ("view", &["model", "archive"]),
    ];
    let mut wrong = Vec::new();
    for (room, allowed) in may {
        for (name, text) in sources(&format!("src/{room}")) {
            let code = code(&text);
            for other in rooms.iter().filter(|other| **other != room && !allowed.contains(*other)) {
                if code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};")) {
                    wrong.push(format!("{name} uses the room {other}"));
                }
            }
            // `use crate::{...}` would pass unseen
            if code.contains("crate::{") {
                wrong.push(format!("{name} imports several rooms in one line"));
            }
        }
    }
    none(wrong);
}

#[test]
fn the_command_line_alone_speaks() {
    let all = sources("src");
    let mut wrong = Vec::new();
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "eprint!(",
        "io::stdout",
        "io::stderr",
        "env::var",
        "env::args",
        "process::exit",
    ];
    for (name, text) in all.iter().filter(|(name, _)| !name.starts_with("src/cli/") && !is_test(name, &all)) {
        let code = code(without_tests(text));
        wrong.extend(words.iter().filter(|word| code.contains(**word)).map(|word| format!("{name} says {word}")));
    }
    none(wrong);
}

#[test]
fn the_clock_is_read_in_one_place() {
    let all = sources("src");
    let words = ["Utc::now", "Local::now", "SystemTime::now"];
    let speaks = |(name, text): &&(String, String)| {
        name != "src/collect/clock.rs"
            && !is_test(name, &all)
            && words.iter().any(|word| code(without_tests(text)).contains(word))
    };
    // what reads it all the same says why, where the lint is told to let it pass
    let wrong = all
        .iter()
        .filter(speaks)
        .filter(|(_, text)| !text.contains("disallowed_methods"))
        .map(|(name, _)| name.clone());
    none(wrong.collect());
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let all = sources("src");
    let mut wrong = Vec::new();
    for (name, text) in all.iter().filter(|(name, _)| !is_test(name, &all)) {
        let code = code(without_tests(text));
        let words = [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "unsafe {"];
        wrong.extend(words.iter().filter(|word| code.contains(**word)).map(|word| format!("{name} has {word}")));
    }
    none(wrong);
}

#[test]
fn nothing_names_the_workplace() {
    let mut wrong = Vec::new();
    let files = ["src", "tests", "benches"]
        .into_iter()
        .filter(|folder| top().join(folder).is_dir())
        .flat_map(|folder| walk(&top().join(folder)));
    let papers =
        fs::read_dir(top()).expect("the top").flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let home = ["/", "work", "/"].concat();
    let is_ours = |path: &PathBuf| path.file_name().is_none_or(|name| name != ".git");
    for path in files.chain(papers).filter(is_ours) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if text.contains(&home) {
            wrong.push(path.display().to_string());
        }
    }
    none(wrong);
}

#[test]
fn every_file_of_this_program_is_in_it() {
    let main = fs::read_to_string(top().join("tests/it/main.rs")).expect("main.rs");
    let mut wrong = Vec::new();
    for (name, _) in sources("tests/it").iter().filter(|(name, _)| !name.ends_with("main.rs")) {
        let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str()).expect("a name");
        if !main.contains(&format!("\nmod {stem};")) {
            wrong.push(format!("{name} is not in main.rs"));
        }
    }
    none(wrong);
}

#[test]
fn every_package_has_its_reason() {
    let manifest = fs::read_to_string(top().join("Cargo.toml")).expect("Cargo.toml");
    let begin = manifest.find("[dependencies]").expect("dependencies");
    let end = manifest[begin..].find("\n[profile").map_or(manifest.len(), |end| begin + end);
    let is_package = |line: &&str| line.contains(" = ") && !line.starts_with('#');
    let lines = manifest[begin..end].lines().filter(is_package);
    none(lines.filter(|line| !line.contains('#')).map(|line| format!("without a reason: {line}")).collect());
}

#[test]
fn the_papers_show_the_help_as_it_is() {
    let desk = Desk::empty();
    let help = desk.run(&["--help"]).ok();
    for paper in ["README.md", "src/README.md"] {
        let Ok(text) = fs::read_to_string(top().join(paper)) else { continue };
        let Some(at) = text.find("$ onrecord --help\n") else { continue };
        let shown = text[at..].split_once('\n').map_or("", |(_, rest)| rest);
        let shown = shown.split("\n```").next().unwrap_or_default();
        assert_eq!(shown.trim(), help.text().trim(), "{paper} shows another help");
    }
}

#[test]
fn every_command_is_explained() {
    let desk = Desk::empty();
    let help = desk.run(&["--help"]).ok();
    let commands: Vec<&str> = help
        .text()
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|word| !word.is_empty()))
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let ran = desk.run(&[command, "--help"]).ok();
        assert!(ran.text().contains("Usage: onrecord "), "{ran:?}");
    }
}

#[test]
fn every_file_says_what_it_is() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"].into_iter().filter(|folder| top().join(folder).is_dir()) {
        for (name, text) in sources(folder) {
            // the crate's own page is src/README.md
            if !text.starts_with("//! ") && name != "src/lib.rs" {
                wrong.push(format!("{name} does not open with //!"));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_page_is_a_case() {
    let folder = top().join("tests/pages");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder).expect("tests/pages").flatten() {
        let names: Vec<String> = fs::read_dir(entry.path())
            .map(|files| files.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        let has = |name: &str| names.iter().any(|other| other == name);
        if !has("expected.txt") || !names.iter().any(|name| name.starts_with("page.")) {
            wrong.push(format!("{} lacks page.html or expected.txt", entry.path().display()));
        }
    }
    let walked = sources("src/read").iter().any(|(_, text)| text.contains("tests/pages"));
    if !walked {
        wrong.push("no test of the reader walks tests/pages".to_owned());
    }
    none(wrong);
}

#[test]
fn no_file_is_longer_than_can_be_read() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"].into_iter().filter(|folder| top().join(folder).is_dir()) {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            if lines > 400 {
                wrong.push(format!("{name} has {lines} lines"));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_file_of_an_archive_is_told_in_its_readme() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    let vantage = desk.vantage();
    let format = fs::read_to_string(desk.archive().join("README.md")).expect("the format");
    let mut wrong = Vec::new();
    for path in walk(&desk.archive()) {
        let key = path.strip_prefix(desk.archive()).expect("inside").to_string_lossy().replace('\\', "/");
        let told = key.replace(&vantage, "<vantage>");
        let is_told = match told.strip_prefix("logs/<vantage>/tile/") {
            Some(_) => true,
            None if told.starts_with("segments/<vantage>/") => {
                [".warc.gz", ".warc.wet.gz", ".cdxj"].iter().any(|end| told.ends_with(end))
            }
            None => format.contains(&format!("    {told} ")),
        };
        if !is_told {
            wrong.push(format!("{key} stands in no line of the README beside it"));
        }
    }
    desk.check();
    none(wrong);
}
