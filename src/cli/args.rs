//! What a person types, as it was typed.
//!
//! The doc comments here are the help text. Nothing is looked up or opened.

mod copies;
mod proof;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use copies::{Copy, Repair};
pub use proof::{Checkpoint, Prove, Stamp, Verify};

/// Keeps official statements in an append-only archive that outsiders can check, and shows what changed.
#[derive(Debug, Parser)]
#[command(name = "onrecord", version, propagate_version = true, max_term_width = 110, disable_help_subcommand = true)]
#[command(after_help = "\
Exit status: 0 done; 1 done, but something failed or was found; 2 the request was wrong; 3 could not be done.

A statement is named by its id or the beginning of it (mod-az/3f9a), by its address, or by a digest
(sha256:...). Behind it, @2 picks a revision, @2023-03-25 what stood at the end of that day.")]
pub struct Typed {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub struct Common {
    /// The file that names the sources [default: ./sources.toml, else the one in the user's configuration folder]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// The archive, over the one that the configuration names
    #[arg(long, global = true, value_name = "PATH")]
    pub archive: Option<PathBuf>,
    /// Print JSON Lines: one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Print less: no progress, no talk
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more; twice, what the program does step by step
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole job with no network: a small press office, fetched, edited, fetched again
    Demo(Demo),
    /// Make an archive and its key, and a commented sources.toml where there is none
    Init(Init),
    /// Keep what stands at these addresses now, in the sources that they belong to
    Save(Save),
    /// Work out what a site offers, show how it would be read, and add it to sources.toml
    Add(Add),
    /// Ask the sources for news, and look again at the statements that are due
    Fetch(Fetch),
    /// Ask each source as often as it says, until stopped
    Watch(Watch),
    /// Tell again what happened, from the log
    Changes(Changes),
    /// List the statements, newest first
    List(List),
    /// Show the text of a statement
    Show(Show),
    /// Show a statement's revisions, and what was seen when
    History(History),
    /// Show what changed between two revisions, or between two files
    Diff(Diff),
    /// Check everything that is kept, one statement, a proof, or whether a text is in the archive
    Verify(Verify),
    /// Write a folder by which others can check a statement without onrecord
    Prove(Prove),
    /// Print the bytes under a digest
    Cat(Cat),
    /// List the sources with their health, or try them
    Sources(Sources),
    /// Read the kept bodies again with today's reader and settings
    Reread(Reread),
    /// Put a remark beside a statement, for ever
    Note(Note),
    /// Print the statements for other programs
    Export(Export),
    /// Read saved pages or addresses without keeping them
    Extract(Extract),
    /// Have authorities put a time on the log
    Stamp(Stamp),
    /// Print the log's checkpoint, to be kept elsewhere
    Checkpoint(Checkpoint),
    /// The key that signs the log
    Key(Key),
    /// Bring a second archive up to date, adding only
    Copy(Copy),
    /// Put back what is damaged or missing here, from a copy
    Repair(Repair),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Where to put the demonstration's archive [default: a new folder among the temporary files]
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to work in [default: the current one]
    pub folder: Option<PathBuf>,
    /// Begin a new log although an earlier one is known for this archive and is not there
    #[arg(long)]
    pub new_log: bool,
}

#[derive(Debug, Args)]
pub struct Fetch {
    /// Only these sources
    pub sources: Vec<String>,
    /// Which known statements to look at again
    #[arg(long, value_name = "WHICH", default_value = "due")]
    pub recheck: Recheck,
    /// Take no statement that says it is older than this
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Take at most this many new statements from each source
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Ask the sources, say what would be looked at, and keep nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Wait this long for another fetch to end
    #[arg(long, value_name = "TIME")]
    pub wait: Option<String>,
    /// End with status 1 when any source failed, not only when one has newly become unwell
    #[arg(long)]
    pub strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Recheck {
    /// Those whose time has come
    Due,
    /// All
    All,
    /// None
    None,
}

#[derive(Debug, Args)]
pub struct Changes {
    /// Only what was entered after this entry of the log
    #[arg(long, value_name = "ENTRY")]
    pub after: Option<u64>,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only of this source; may be given again
    #[arg(long, value_name = "ID")]
    pub source: Vec<String>,
    /// Only from this date on (2023-03-25, or with a time)
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only up to this date, inclusive
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Only in this state
    #[arg(long, value_name = "STATE")]
    pub state: Option<StateWord>,
    /// Only in this language (ru, hy, en, ...)
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Only those with more than one revision
    #[arg(long)]
    pub changed: bool,
    /// Only those with this flag (stated-earlier, date-changed, title-changed, reverted)
    #[arg(long, value_name = "FLAG")]
    pub flag: Option<String>,
    /// At most this many
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateWord {
    Up,
    Missing,
    Withdrawn,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The statement, or a revision of it
    pub statement: String,
    /// The body as it came
    #[arg(long)]
    pub raw: bool,
}

#[derive(Debug, Args)]
pub struct History {
    /// The statement
    pub statement: String,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "\
A statement alone: its last change. With A, or A and B (a revision's number, a date, a time): from A to the latest, or
from A to B. A and B may also be another statement, or a file: a text, a saved page.

  onrecord diff mod-az/3f9a                      the last change
  onrecord diff mod-az/3f9a 1 3                  from the first revision to the third
  onrecord diff mod-az/3f9a 2023-03-25           from what stood at the end of that day
  onrecord diff mod-az/3f9a@1 mfa-am/77b0        one statement against another
  onrecord diff mod-az/3f9a press-release.txt    a statement against a file
  onrecord diff --since 2023-03-01 --source mod-az    all changes in a period, the weightiest first
  onrecord diff --against COPY                   what reads otherwise in another archive")]
pub struct Diff {
    /// A statement (then, as A and B, revisions or dates), two statements, or files
    #[arg(required_unless_present_any = ["since", "against"], num_args = 0..=3, value_names = ["STATEMENT", "A", "B"])]
    pub what: Vec<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "inline")]
    pub format: DiffFormat,
    /// Show everything: paragraphs that did not change, typography as an edit, characters that are not seen
    #[arg(long)]
    pub all: bool,
    /// All changes that were first seen from this date on, the weightiest first
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// With --since: only up to this date, inclusive
    #[arg(long, value_name = "DATE", requires = "since")]
    pub until: Option<String>,
    /// With --since or --against: only statements of this source; may be given again
    #[arg(long, value_name = "ID")]
    pub source: Vec<String>,
    /// Compare with what stands in another archive: that is the old side
    #[arg(long, value_name = "PATH", conflicts_with = "since")]
    pub against: Option<PathBuf>,
    /// End with status 1 where there is a difference
    #[arg(long)]
    pub exit_code: bool,
    /// Print to the terminal at once, not through $PAGER
    #[arg(long)]
    pub no_pager: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// Deleted and inserted words in their place
    #[default]
    Inline,
    /// Two columns, the old text and the new one
    Side,
    /// Lines, as `diff -u` shows them
    Unified,
    /// One self-contained page, inline and side by side
    Html,
    /// The operations, for programs
    Json,
}

#[derive(Debug, Args)]
pub struct Cat {
    /// sha256: and hex digits, at least the first 8
    pub digest: String,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sources {
    /// Only these sources
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    #[command(subcommand)]
    pub command: Option<SourcesCommand>,
}

#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Ask for a sample of each source, keep nothing, and say what is wrong
    Check {
        /// Only these sources
        sources: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct Save {
    /// The addresses
    #[arg(required = true, value_name = "URL")]
    pub urls: Vec<String>,
    /// Wait this long for another fetch to end
    #[arg(long, value_name = "TIME")]
    pub wait: Option<String>,
}

#[derive(Debug, Args)]
pub struct Add {
    /// Where the office's news stands: its list, its feed, its channel, or its front page
    pub url: String,
    /// The short name of the new source [default: made from the host]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Show what would be added, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Watch {
    /// Only these sources
    pub sources: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Reread {
    /// Only these sources
    pub sources: Vec<String>,
    /// Append the new readings; without it, only show what would differ
    #[arg(long)]
    pub apply: bool,
    /// Learn anew from the kept pages how they are built, and read by that; kept with --apply alone
    #[arg(long)]
    pub learn: bool,
}

#[derive(Debug, Args)]
pub struct Note {
    /// The statement
    pub statement: String,
    /// The remark
    pub text: String,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The form
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub format: ExportFormat,
    /// A line a revision, not a line a statement
    #[arg(long)]
    pub all_revisions: bool,
    /// Only of this source; may be given again
    #[arg(long, value_name = "ID")]
    pub source: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// JSON Lines
    Jsonl,
}

#[derive(Debug, Args)]
pub struct Extract {
    /// Saved pages, or addresses (`https://...`), which are asked with the manners of a round
    #[arg(required = true, value_name = "FILE|URL")]
    pub targets: Vec<PathBuf>,
    /// Read them as this source of sources.toml is read: its settings, and what its pages have taught
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// Show each block of the page, whether it is in the text, and by which rule
    #[arg(long)]
    pub why: bool,
}

#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the public key: for signed notes, and as PEM for openssl
    Show,
    /// Make a new key and give the log over to it: the old key signs that, and both sides are entries of the log
    Rotate,
}
