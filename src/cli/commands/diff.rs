//! `diff`: what changed between two revisions, statements, archives or files, or in a period.

mod elsewhere;
mod pager;
mod period;
mod show;
mod texts;

use std::borrow::Cow;
use std::cell::OnceCell;

use onrecord::archive::history::Revision;
use onrecord::archive::reader::Archive;
use onrecord::model::capture::Beside;
use onrecord::model::statement::StatementId;
use onrecord::model::text::Text;
use onrecord::read::language_of;
use onrecord::view::diff::{self, Summary, TextDifference, Version};

use crate::cli::args::{Common, Diff};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::Out;
use crate::cli::place::Setup;
pub use elsewhere::Elsewhere;
pub use texts::{open, reverted};

/// A text, and what it is called.
struct Named {
    name: String,
    content: Content,
    /// What stands beside it; `None` where that is not known.
    beside: Option<Beside>,
}

/// What a name leads to.
enum Content {
    /// A statement, or a page that is read as one.
    Statement(Text),
    /// A text as it stands in a file, byte for byte, and its language once that was looked for.
    Plain(String, OnceCell<Option<String>>),
}

impl Content {
    /// What is compared with a text whose language may be known: a plain text is then taken to be in that.
    fn version<'a>(&'a self, beside: Option<&'a str>) -> Version<'a> {
        match self {
            Self::Statement(text) => Version::from(text),
            Self::Plain(text, _) => Version::plain(text, beside.or_else(|| self.language())),
        }
    }

    fn title(&self) -> Option<&str> {
        match self {
            Self::Statement(text) => text.title(),
            Self::Plain(..) => None,
        }
    }

    fn language(&self) -> Option<&str> {
        match self {
            Self::Statement(text) => text.language(),
            Self::Plain(text, language) => language.get_or_init(|| language_of(text)).as_deref(),
        }
    }

    /// The lines of it: those of the canonical form, or of the file.
    fn lines(&self) -> Cow<'_, str> {
        match self {
            Self::Statement(text) => Cow::Owned(text.canonical()),
            Self::Plain(text, _) => Cow::Borrowed(text),
        }
    }
}

/// Two texts to compare.
struct Pair {
    statement: Option<StatementId>,
    old: Named,
    new: Named,
    /// The earlier revision that the new text reads the same as again.
    reverted: Option<u32>,
}

/// Pairs, and the archive that they come from, if any does.
struct Pairs {
    pairs: Vec<Pair>,
    archive: Option<Archive>,
}

/// Two texts with what is different.
struct Compared {
    pair: Pair,
    difference: TextDifference,
    summary: Summary,
}

impl Compared {
    fn of(pair: Pair, elsewhere: Option<&Elsewhere<'_>>) -> Self {
        let is_name = |word: &str| match (&pair.statement, elsewhere) {
            (Some(statement), Some(elsewhere)) => elsewhere.is_name(statement, word),
            (None, _) | (_, None) => false,
        };
        let (old, new) = (&pair.old.content, &pair.new.content);
        let mut difference = diff::compare(&old.version(new.language()), &new.version(None), &is_name);
        if let (Some(old), Some(new)) = (&pair.old.beside, &pair.new.beside) {
            difference.beside(old, new);
        }
        let summary = diff::summary(&difference);
        Self { pair, difference, summary }
    }

    /// What it comes to, on one line.
    fn line(&self) -> String {
        diff::told(&self.summary.line, self.pair.reverted)
    }

    fn statement(&self) -> Option<String> {
        self.pair.statement.as_ref().map(StatementId::short)
    }
}

/// Runs the command.
pub fn run(common: &Common, args: &Diff, out: &mut Out) -> Outcome {
    let Pairs { pairs, archive } = pairs(common, args, out)?;
    let elsewhere = archive.as_ref().map(Elsewhere::of);
    let mut all: Vec<Compared> = pairs.into_iter().map(|pair| Compared::of(pair, elsewhere.as_ref())).collect();
    if all.len() > 1 {
        all.sort_by_key(|compared| std::cmp::Reverse(compared.summary.rank()));
    }
    show::show(args, &all, out)?;
    let same = all.iter().all(|compared| compared.difference.is_same());
    Ok(if args.exit_code && !same { Status::Found } else { Status::Done })
}

/// A revision that is kept against a file that is not, for whoever asked for the file and is shown the nearest.
pub struct NearMiss(Compared);

impl NearMiss {
    /// Compares them.
    pub fn of(setup: &Setup, archive: &Archive, kept: (&StatementId, &Revision), file: &str) -> Result<Self, Refused> {
        let old = texts::named(setup, archive, kept.0, kept.1)?;
        let pair = Pair { statement: Some(kept.0.clone()), old, new: texts::file(file)?, reverted: None };
        Ok(Self(Compared::of(pair, Some(&Elsewhere::of(archive)))))
    }

    /// The difference as programs read it.
    pub fn object(&self) -> Result<serde_json::Value, Refused> {
        show::object(&self.0)
    }

    /// Prints the difference.
    pub fn show(self, out: &mut Out) -> Result<(), Refused> {
        show::show(&Diff { no_pager: true, ..Diff::default() }, &[self.0], out)
    }
}

fn pairs(common: &Common, args: &Diff, out: &mut Out) -> Result<Pairs, Refused> {
    match (&args.since, &args.against) {
        (Some(since), _) => period::changes(common, args, since),
        (None, Some(other)) if args.what.is_empty() => period::against(common, args, other, out),
        (None, _) => texts::pair(common, args),
    }
}
