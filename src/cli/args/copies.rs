//! What is typed to keep a second archive, and to mend the first one from it.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Only adds: what stands in DEST is never written over, and what DEST has besides is left alone and told. A DEST whose log is
another one under the same name is refused. What DEST has already is not read again: `onrecord verify --against DEST` does that.

  onrecord copy /mnt/backup/archive              every night, from cron, also while a fetch runs
  onrecord verify --against /mnt/backup/archive  both archives, every byte
  onrecord repair --from /mnt/backup/archive     put back what is damaged or missing here")]
pub struct Copy {
    /// The folder of the second archive; it is made if its parent is there
    #[arg(value_name = "DEST")]
    pub to: PathBuf,
    /// Begin a new copy although an earlier one is known for DEST and is not there
    #[arg(long)]
    pub new: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
What is put back is checked first: tiles against the newest checkpoint that your key has signed, files against the sums in
the log. Damaged files are kept under `aside/` in the archive; what is whole is not touched. Status 1 where something is
wrong here that the copy does not have whole either.")]
pub struct Repair {
    /// The archive to take from: the folder that `onrecord copy` was given
    #[arg(long, value_name = "DEST")]
    pub from: PathBuf,
    /// Say what would be put back, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Put all of it back where no archive stands at all
    #[arg(long)]
    pub whole: bool,
    /// The log's public key, where it is not in the user's configuration folder
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}
