//! What is typed to prove something, and to check it.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Default, Args)]
#[command(after_help = "\
  onrecord verify                                every byte of the archive, and who signed
  onrecord verify mod-az/3f9a                    what is kept of one statement, and by when it was in this log
  onrecord verify press-release.txt              is this text, or this saved page, in the archive, and since when;
                                                 if not: the nearest revision, and how it differs
  onrecord verify proof/ --key KEY --roots PEM   a proof that somebody has sent: a folder or a .zip; needs no archive
  onrecord verify --grown-from CHECKPOINT        everything, and that the log has only grown since
  onrecord verify --against COPY                 everything, here and in a copy, and whether one log continues the other

A proof ends with status 3 where the key or the roots were not given, or nothing is stamped: it is then sound as far as it was checked.")]
pub struct Verify {
    /// Statements, digests, files, or proofs (folders, .zip); everything where none is given
    pub what: Vec<String>,
    /// The log's public key (as `onrecord key show` prints it, or a file that holds it), where it is not in the user's configuration folder
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The roots of time authorities by which stamps are checked, a PEM file; for the archive, in place of those of sources.toml
    #[arg(long, value_name = "FILE")]
    pub roots: Option<PathBuf>,
    /// Also check that the log has only grown since this checkpoint: a file, or the line that `onrecord checkpoint` printed
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "what")]
    pub grown_from: Option<String>,
    /// Also compare with a copy of the archive, and read all that it holds
    #[arg(long, value_name = "COPY", conflicts_with = "what")]
    pub against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Prove {
    /// The statement, or a revision of it (mod-az/3f9a@2)
    pub statement: String,
    /// Where to: a folder that is not there yet or is empty, or a file that ends in .zip
    #[arg(short, long, value_name = "DIR|FILE.zip")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Sends the digest of the log's signed checkpoint, and nothing else, and keeps the whole answer once it holds: the right bytes,
this request, a signature by a certificate that is for time stamps alone; and, where roots are given, its chain. The stamp becomes
an entry of the log. It shows that everything before it was in this log by then, not when an office published.

An authority is asked where the log has grown since its last stamp. Status 1: one of them gave no stamp; the others' are kept.
`fetch` and `watch` do the same at the end of a round, as often as `every` under [stamp] says.")]
pub struct Stamp {
    /// Ask these authorities, not those of sources.toml
    #[arg(value_name = "URL")]
    pub servers: Vec<String>,
    /// The roots under which authorities are believed, a PEM file, in place of those of sources.toml
    #[arg(long, value_name = "FILE")]
    pub roots: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Checkpoint {
    /// Print the whole signed note, not one line
    #[arg(long)]
    pub note: bool,
}
