//! Every shipped source is tried, with its own settings, on pages as it is said to make them: `tests/sources/ID`.
//!
//! The pages are synthetic. `case.txt` says what is read of them, a line each, its parts separated by ` | `:
//!
//! ```text
//! list = FILE | CONTENT-TYPE                        what stands at the source's url
//! item = URL | DATE or - | TITLE                    what it lists, in order, and nothing else
//! next = URL                                        the page that it goes on with
//! page = FILE | URL | CONTENT-TYPE | EXPECTED-FILE  a statement, and its canonical text
//! judged = VERDICT | FILE | URL | STATUS | HEADER: VALUE...
//! ```
#![allow(clippy::disallowed_methods)] // cases are files

use std::fs;
use std::path::{Path, PathBuf};

use url::Url;

use super::super::tests::good;
use super::SHIPPED;
use crate::collect::discover::read_items;
use crate::collect::judge::judge;
use crate::collect::reach::Reach;
use crate::collect::round::read_answer;
use crate::collect::stage::exchange;
use crate::model::capture::{Exchange, Verdict, Visit};
use crate::model::source::Source;

/// One source with its folder.
struct Case {
    source: Source,
    folder: PathBuf,
    /// What differs from what is expected.
    wrong: Vec<String>,
}

#[test]
fn every_source_is_read_as_it_is_said_to_write() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources");
    let mut wrong = Vec::new();
    let sources = good(SHIPPED).sources;
    for source in &sources {
        let mut case = Case { source: source.clone(), folder: top.join(source.id.as_str()), wrong: Vec::new() };
        case.try_all();
        wrong.extend(case.wrong.into_iter().map(|line| format!("{}: {line}", source.id)));
    }
    for folder in fs::read_dir(&top).expect("the cases").flatten().filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().into_string().expect("a name");
        if !sources.iter().any(|source| source.id.as_str() == name) {
            wrong.push(format!("{name}: no source of sources.toml"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

impl Case {
    fn try_all(&mut self) {
        let Ok(lines) = fs::read_to_string(self.folder.join("case.txt")) else {
            return self.wrong.push("it has no case.txt".to_owned());
        };
        let lines: Vec<(&str, Vec<&str>)> = lines
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, rest)| (name, rest.split(" | ").collect()))
            .collect();
        let of = |wanted: &'static str| {
            lines.iter().filter(move |(name, _)| *name == wanted).map(|(_, parts)| parts.as_slice())
        };
        let (mut lists, mut pages) = (0, 0);
        for (name, parts) in &lines {
            match (*name, parts.as_slice()) {
                ("list", [file, content_type]) => {
                    lists += 1;
                    let items: Vec<String> = of("item").map(|item| item.join(" | ")).collect();
                    let next = of("next").next().and_then(|next| next.first()).map(|next| (*next).to_owned());
                    self.list(file, content_type, &items, next);
                }
                ("page", [file, url, content_type, expected]) => {
                    pages += 1;
                    self.page(file, url, content_type, expected);
                }
                ("judged", [verdict, file, url, status, headers @ ..]) => {
                    self.judged(verdict, file, url, status, headers)
                }
                ("item" | "next", _) => {}
                (name, parts) => self.wrong.push(format!("no such line: {name} = {}", parts.join(" | "))),
            }
        }
        if (lists, pages > 0) != (1, true) {
            self.wrong.push(format!("{lists} lists and {pages} pages in its case.txt"));
        }
    }

    /// What a file answers with at an address.
    fn answer(&mut self, file: &str, url: &str, status: u16, content_type: &str) -> Exchange {
        let mut answer = exchange(url, status, content_type, "");
        match fs::read(self.folder.join(file)) {
            Ok(body) => answer.body = body,
            Err(error) => self.wrong.push(format!("{file}: {error}")),
        }
        answer
    }

    /// What the answer to a look is, which must be one that our reach leads to.
    fn verdict(&mut self, answer: &Exchange) -> Verdict {
        if let Err(refusal) = Reach::of(&self.source).check(&answer.url) {
            self.wrong.push(format!("{} is not reached: {refusal:?}", answer.url));
        }
        judge(&self.source, &Visit { hops: Vec::new(), answer: answer.clone() }).verdict
    }

    fn list(&mut self, file: &str, content_type: &str, items: &[String], next: Option<String>) {
        let url = self.source.url.to_string();
        let answer = self.answer(file, &url, 200, content_type);
        if self.verdict(&answer) == Verdict::Blocked {
            self.wrong.push(format!("{file} is taken for a gate"));
        }
        let found = read_items(&answer, &self.source, &Reach::of(&self.source));
        let shown = found.items.iter().map(|item| {
            let date = item.published.map_or_else(|| "-".to_owned(), |date| date.to_string());
            format!("{} | {date} | {}", item.url, item.title.as_deref().unwrap_or("-"))
        });
        self.compare(file, &items.join("\n"), &shown.collect::<Vec<_>>().join("\n"));
        let found_next = found.next.map(String::from).unwrap_or_default();
        self.compare(&format!("{file}: next"), &next.unwrap_or_default(), &found_next);
    }

    fn page(&mut self, file: &str, url: &str, content_type: &str, expected: &str) {
        let answer = self.answer(file, url, 200, content_type);
        let verdict = self.verdict(&answer);
        if verdict != Verdict::Statement {
            self.wrong.push(format!("{file} is taken for {}", verdict.as_str()));
        }
        let address = Url::parse(url).expect("an address");
        let found = read_answer(&answer, &address, &self.source.reading).text.canonical();
        let wanted = fs::read_to_string(self.folder.join(expected)).unwrap_or_default();
        self.compare(expected, &wanted, &found);
    }

    fn judged(&mut self, wanted: &str, file: &str, url: &str, status: &str, headers: &[&str]) {
        let status = status.parse().expect("a status");
        let mut answer = self.answer(file, url, status, "text/html");
        let pairs = headers.iter().filter_map(|header| header.split_once(": "));
        answer.headers.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let verdict = self.verdict(&answer);
        self.compare(file, wanted, verdict.as_str());
    }

    fn compare(&mut self, what: &str, wanted: &str, found: &str) {
        if wanted != found {
            self.wrong.push(format!("{what}\n--- expected\n{wanted}\n--- found\n{found}\n---"));
        }
    }
}
