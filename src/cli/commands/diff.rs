//! `diff`: what changed between two revisions, statements, archives or files, or in a period.

mod pager;
mod period;
mod show;
mod texts;

use onrecord::model::capture::Beside;
use onrecord::model::text::Text;
use onrecord::view::diff::{self, Summary, TextDifference};

use crate::cli::args::{Common, Diff};
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::Out;
pub use texts::{open, reverted};

/// A text, and what it is called.
struct Named {
    name: String,
    text: Text,
    /// What stands beside it; `None` where that is not known.
    beside: Option<Beside>,
}

/// Two texts to compare.
struct Pair {
    statement: Option<String>,
    old: Named,
    new: Named,
    /// The earlier revision that the new text reads the same as again.
    reverted: Option<u32>,
}

/// Two texts with what is different.
struct Compared {
    pair: Pair,
    difference: TextDifference,
    summary: Summary,
}

impl Compared {
    fn of(pair: Pair) -> Self {
        let mut difference = diff::diff_texts(&pair.old.text, &pair.new.text);
        if let (Some(old), Some(new)) = (&pair.old.beside, &pair.new.beside) {
            difference.beside(old, new);
        }
        let summary = diff::summary(&difference);
        Self { pair, difference, summary }
    }

    /// What it comes to, on one line.
    fn line(&self) -> String {
        told(&self.summary.line, self.pair.reverted)
    }

    fn is_same(&self) -> bool {
        self.pair.old.text.canonical() == self.pair.new.text.canonical()
    }
}

/// The line of a summary; a revert is called one.
pub fn told(line: &str, reverted: Option<u32>) -> String {
    match reverted {
        Some(number) => format!("reverted to revision {number}: {line}"),
        None => line.to_owned(),
    }
}

/// Runs the command.
pub fn run(common: &Common, args: &Diff, out: &mut Out) -> Outcome {
    let pairs = match (&args.since, &args.against) {
        (Some(since), _) => period::changes(common, args, since)?,
        (None, Some(other)) if args.what.is_empty() => period::against(common, args, other, out)?,
        (None, _) => vec![texts::pair(common, args)?],
    };
    let mut all: Vec<Compared> = pairs.into_iter().map(Compared::of).collect();
    if all.len() > 1 {
        all.sort_by_key(|compared| std::cmp::Reverse(compared.summary.rank()));
    }
    show::show(args, &all, out)?;
    let same = all.iter().all(Compared::is_same);
    Ok(if args.exit_code && !same { Status::Found } else { Status::Done })
}
