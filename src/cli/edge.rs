//! Where errors end: which exit status each has, and the one hint that goes with it.
//!
//! Everything below here returns errors and says nothing. The chain is printed once, outermost first.

use std::io;
use std::process::ExitCode;

use onrecord::archive::index::IndexError;
use onrecord::archive::keyring::KeyringError;
use onrecord::archive::log::LogError;
use onrecord::archive::reader::ArchiveError;
use onrecord::archive::storage::StorageError;

use super::out::clean_lines;

/// How a command ended.
///
/// In the order of how much it matters: of several answers the last counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Done.
    Done,
    /// Something that was asked for could not be checked with what was given: never to be taken for sound.
    NotChecked,
    /// Done, but something failed or was found.
    Found,
}

/// Why a command could not be done.
#[derive(Debug)]
pub enum Refused {
    /// The request was wrong: status 2.
    Wrong(anyhow::Error),
    /// It could not be done: status 3.
    Failed(anyhow::Error),
}

impl Refused {
    /// The request was wrong, in words.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong(anyhow::anyhow!(message.into()))
    }

    /// The request was wrong, in words, and what to do.
    pub fn wrong_with(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Wrong(anyhow::Error::new(Hinted { message: message.into(), hint: hint.into() }))
    }

    /// It could not be done, in words, and what to do.
    pub fn failed_with(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Failed(anyhow::Error::new(Hinted { message: message.into(), hint: hint.into() }))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What every command gives.
pub type Outcome = Result<Status, Refused>;

/// A message that knows its own hint.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Hinted {
    message: String,
    hint: String,
}

/// Prints what went wrong, if anything did, and gives the exit status.
pub fn end(outcome: Outcome) -> ExitCode {
    let (error, code) = match outcome {
        Ok(Status::Done) => return ExitCode::SUCCESS,
        Ok(Status::Found) => return ExitCode::from(1),
        Ok(Status::NotChecked) => return ExitCode::from(3),
        Err(Refused::Wrong(error)) => (error, 2),
        Err(Refused::Failed(error)) => (error, 3),
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    let mut text = format!("onrecord: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // a transparent layer says the same as the one below it
        if !text.ends_with(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    if let Some(hint) = hint(&error) {
        text.push_str("\nhint: ");
        text.push_str(&hint);
    }
    let _ = io::Write::write_all(&mut io::stderr(), format!("{}\n", clean_lines(&text)).as_bytes());
    ExitCode::from(code)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}

/// The one next step for an error, if there is one.
fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(hinted) = cause.downcast_ref::<Hinted>() {
            return Some(hinted.hint.clone());
        }
        if let Some(error) = cause.downcast_ref::<ArchiveError>() {
            return archive_hint(error);
        }
        if let Some(error) = cause.downcast_ref::<LogError>() {
            return log_hint(error);
        }
        if let Some(error) = cause.downcast_ref::<StorageError>() {
            return storage_hint(error);
        }
        if let Some(error) = cause.downcast_ref::<IndexError>() {
            return index_hint(error);
        }
        match cause.downcast_ref::<KeyringError>()? {
            KeyringError::Loose { path, .. } => Some(format!("chmod 600 {}", path.display())),
            KeyringError::Key { .. } => Some("put the key file back from a copy of yours".to_owned()),
            KeyringError::Io { .. } | KeyringError::Storage(_) => None,
        }
    })
}

fn archive_hint(error: &ArchiveError) -> Option<String> {
    match error {
        ArchiveError::NoArchive => Some("`onrecord fetch` makes one; --archive PATH names another".to_owned()),
        ArchiveError::NoLog { .. } => Some("`onrecord init` begins one".to_owned()),
        ArchiveError::Newer { .. } => Some("use a newer onrecord".to_owned()),
        ArchiveError::Log(error) => log_hint(error),
        ArchiveError::Storage(error) => storage_hint(error),
        ArchiveError::Index(error) => index_hint(error),
        ArchiveError::Entry { .. } | ArchiveError::Record { .. } => Some(
            "`onrecord verify` lists everything that is damaged; a copy of the archive can put it right".to_owned(),
        ),
        ArchiveError::NotRead { .. } | ArchiveError::Stamp(_) | ArchiveError::Broken => None,
    }
}

fn log_hint(error: &LogError) -> Option<String> {
    match error {
        LogError::Behind { .. } | LogError::Disagrees { .. } => Some(
            "mount the disk or restore the newest copy that the archive stood on; `onrecord verify` shows what is there. \
             `onrecord init --new-log` begins a new log beside it"
                .to_owned(),
        ),
        LogError::Tile { .. } => Some("`onrecord verify` lists everything that is damaged".to_owned()),
        LogError::Storage(error) => storage_hint(error),
        LogError::Superseded { .. } => Some("put the newest key of this log into the folder of keys".to_owned()),
        LogError::Sign(_) | LogError::TooLong(_) => None,
    }
}

fn storage_hint(error: &StorageError) -> Option<String> {
    match error {
        StorageError::Locked { .. } => {
            Some("try again when it has ended, or let this one wait: `onrecord fetch --wait 5m`".to_owned())
        }
        StorageError::NoSpace { .. } => {
            Some("make room and run the same command again: what was reported is kept".to_owned())
        }
        StorageError::Denied { .. } => Some("check who owns the folder and what its rights are".to_owned()),
        StorageError::Differs { .. } | StorageError::Short { .. } => {
            Some("`onrecord verify` lists everything that is damaged".to_owned())
        }
        StorageError::Changed { .. } => {
            Some("another program writes here: run the command again when it has ended".to_owned())
        }
        StorageError::BadKey { .. } | StorageError::Io { .. } => None,
    }
}

fn index_hint(error: &IndexError) -> Option<String> {
    match error {
        IndexError::Damaged(_) => Some("delete index.sqlite in the archive: it is built anew".to_owned()),
        IndexError::NoSpace => Some("make room and run the same command again: what was reported is kept".to_owned()),
        IndexError::Busy(_) | IndexError::Sqlite(_) => None,
    }
}
