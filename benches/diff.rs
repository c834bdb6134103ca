//! How long a difference takes: ours, with tags and summary; git's word diff with its start; imara-diff alone on words.
//!
//! Texts are made here, by a fixed rule, of words as frequent as in prose. `cargo bench --bench diff`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use divan::{Bencher, black_box};
use imara_diff::{Algorithm, Diff, InternedInput};
use onrecord::model::text::Text;
use onrecord::view::diff::{diff, diff_texts, summary};

fn main() {
    divan::main();
}

/// What is measured.
#[derive(Clone, Copy, Debug)]
enum Case {
    /// A statement of 500 words with five edits.
    Statement,
    /// 20,000 words with 200 edits.
    Long,
    /// Two texts of 20,000 words that have nothing to do with each other.
    Unrelated,
}

const CASES: [Case; 3] = [Case::Statement, Case::Long, Case::Unrelated];

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Statement => "500 words, 5 edits",
            Self::Long => "20,000 words, 200 edits",
            Self::Unrelated => "20,000 words, unrelated",
        })
    }
}

/// Numbers that are the same at every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize
    }

    fn below(&mut self, most: usize) -> usize {
        self.next() % most
    }

    /// One of 5,000 words, the first of them far more often.
    fn word(&mut self) -> String {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        let number = (5000.0 * share.powi(3)) as u64;
        let mut letters = Chance(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let length = 2 + letters.below(8);
        (0..length).map(|_| char::from(b'a' + u8::try_from(letters.below(26)).expect("less than 26"))).collect()
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.word()).collect()
    }
}

/// Sentences of ten words, paragraphs of five sentences.
fn prose(words: &[String]) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        text.push_str(word);
        text.push_str(match at + 1 {
            n if n % 50 == 0 => ".\n\n",
            n if n % 10 == 0 => ". ",
            _ => " ",
        });
    }
    text.trim_end().to_owned()
}

fn pair(case: Case) -> (String, String) {
    let mut chance = Chance(7);
    let edited = |chance: &mut Chance, count: usize, edits: usize| {
        let old = chance.words(count);
        let mut new = old.clone();
        for _ in 0..edits {
            let at = chance.below(count);
            new[at] = chance.word();
        }
        (prose(&old), prose(&new))
    };
    match case {
        Case::Statement => edited(&mut chance, 500, 5),
        Case::Long => edited(&mut chance, 20_000, 200),
        Case::Unrelated => (prose(&chance.words(20_000)), prose(&chance.words(20_000))),
    }
}

/// Ours: the ops, every edit tagged, and the summary, as `onrecord diff` has them.
#[divan::bench(args = CASES)]
fn ours(bencher: Bencher, case: Case) {
    let (old, new) = pair(case);
    let text = |body: &str| Text::new(None, None, Some("en"), body.split("\n\n"));
    let (old, new) = (text(&old), text(&new));
    bencher.bench(|| summary(&diff_texts(black_box(&old), black_box(&new))));
}

/// Ours without tags and summary.
#[divan::bench(args = CASES)]
fn ours_ops_alone(bencher: Bencher, case: Case) {
    let (old, new) = pair(case);
    bencher.bench(|| diff(black_box(&old), black_box(&new)));
}

/// The algorithm alone, on what white space parts.
#[divan::bench(args = CASES)]
fn imara_on_words(bencher: Bencher, case: Case) {
    let (old, new) = pair(case);
    bencher.bench(|| {
        let mut input = InternedInput::default();
        input.update_before(black_box(&old).split_whitespace());
        input.update_after(black_box(&new).split_whitespace());
        Diff::compute(Algorithm::Histogram, &input).count_additions()
    });
}

/// The program itself, with its start, reading two files.
#[divan::bench(args = CASES, sample_count = 20)]
fn onrecord_with_its_start(bencher: Bencher, case: Case) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_onrecord"));
    command(bencher, case, || {
        let mut command = Command::new(&program);
        command.arg("diff");
        command
    });
}

/// `git diff --no-index --word-diff`, with its start.
#[divan::bench(args = CASES, sample_count = 20)]
fn git_with_its_start(bencher: Bencher, case: Case) {
    command(bencher, case, || {
        let mut command = Command::new("git");
        command.args(["diff", "--no-index", "--word-diff"]);
        command
    });
}

/// Runs a command on the two texts as files.
#[allow(clippy::disallowed_methods)] // a scratch folder is no archive
fn command(bencher: Bencher, case: Case, program: impl Fn() -> Command + Sync) {
    let (old, new) = pair(case);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (a, b) = (folder.path().join("old.txt"), folder.path().join("new.txt"));
    std::fs::write(&a, old + "\n").expect("the old text is written");
    std::fs::write(&b, new + "\n").expect("the new text is written");
    if program().args([&a, &a]).stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return;
    }
    bencher.bench(|| program().args([&a, &b]).stdout(Stdio::null()).status().expect("it was there before"));
}
