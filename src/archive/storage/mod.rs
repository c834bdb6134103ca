//! Where the bytes of an archive lie: a handful of operations that a folder and a bucket can both keep.
//!
//! What is written is durable when the call returns and is never overwritten; the one way to replace something is
//! [`Storage::swap`]. An error says nothing about whether a write took effect: the caller asks again, and the same
//! bytes under the same key are no conflict. Nothing here knows what the bytes mean.

pub mod disk;
pub mod faulty;
pub mod memory;

#[cfg(test)]
pub(crate) mod contract;

use std::any::Any;
use std::io::{self, Read};
use std::sync::Arc;

pub use disk::Disk;
pub use faulty::Faulty;
pub use memory::Memory;

/// A place that keeps bytes under keys.
///
/// A key is a relative path of `/`-separated segments out of `a-z A-Z 0-9 . _ -`; a segment never begins with a dot,
/// so that `..` cannot be said and hidden names are the storage's own (temporary files, locks, what a file manager
/// leaves). Any other key is [`StorageError::BadKey`], in every call: keys may come out of a stranger's archive.
pub trait Storage: Send + Sync {
    /// The bytes under a key; `None` where there is no such key.
    ///
    /// Holds all of it in memory: for segments there are [`open`](Self::open) and [`get_range`](Self::get_range).
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError>;

    /// Exactly `length` bytes from `offset` on; [`StorageError::Short`] where they are not all there.
    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, StorageError>;

    /// The bytes under a key as a stream, unbuffered; `None` where there is no such key.
    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send>>, StorageError>;

    /// How many bytes lie under a key; `None` where there is no such key.
    fn size(&self, key: &str) -> Result<Option<u64>, StorageError>;

    /// Writes what is never to change, all or nothing, durable when it returns.
    ///
    /// Where the same bytes stand already that is made durable and is success; other bytes are
    /// [`StorageError::Differs`] and stay as they were.
    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, StorageError>;

    /// Replaces `expected` (`None`: nothing) by `new`, all or nothing, durable when it returns.
    ///
    /// [`StorageError::Changed`] if something else stands there. Threads of one process may race; other processes are
    /// kept off by [`lock`](Self::lock).
    fn swap(&self, key: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StorageError>;

    /// Removes a key, if it is there. After a loss of power it may stand again.
    fn remove(&self, key: &str) -> Result<(), StorageError>;

    /// All keys below the folder `prefix` (`""`: everything) with their sizes, sorted; hidden names are left out.
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StorageError>;

    /// Takes the exclusive lock named `key` without waiting; it ends when the [`Lock`] is dropped or the process dies.
    ///
    /// `holder` is what others are told in [`StorageError::Locked`] while it is held: one line for a person. In a folder
    /// the lock is a hidden file, a dot before the last segment of the key, which must not begin with `tmp-`.
    fn lock(&self, key: &str, holder: &str) -> Result<Lock, StorageError>;

    /// Removes what interrupted writes left below the folder `prefix`, and says how many.
    ///
    /// For the writer alone, under its lock: what another is writing there right now would be taken from it.
    fn sweep(&self, prefix: &str) -> Result<u64, StorageError> {
        check_prefix(prefix).map(|_| 0)
    }
}

/// What [`Storage::put_new`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The key was free and is written now.
    Written,
    /// The same bytes stood there.
    Same,
}

/// An exclusive lock, held until it is dropped.
#[must_use = "the lock ends when this is dropped"]
pub struct Lock {
    _held: Box<dyn Any + Send + Sync>,
}

impl Lock {
    /// Wraps what holds the lock for as long as it lives.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lock")
    }
}

/// What kept a storage from doing as asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The place may not be written (or read): read-only media, or somebody else's.
    #[error("not permitted to {doing} {key}")]
    Denied {
        /// What was to be done.
        doing: &'static str,
        /// To which key.
        key: String,
        /// Why not.
        source: io::Error,
    },
    /// The disk, or what we may use of it, is full.
    #[error("no space left to {doing} {key}")]
    NoSpace {
        /// What was to be done.
        doing: &'static str,
        /// To which key.
        key: String,
        /// What the system said.
        source: io::Error,
    },
    /// Other bytes stand under a key whose bytes never change.
    #[error("other bytes stand at {key}, which is never overwritten")]
    Differs {
        /// The key.
        key: String,
    },
    /// What was to be replaced is not what was expected.
    #[error("{key} is not as it was last seen: somebody else has replaced it")]
    Changed {
        /// The key.
        key: String,
    },
    /// Somebody else holds the lock.
    #[error("{key} is locked by {holder}")]
    Locked {
        /// The key.
        key: String,
        /// Who, as it was told when the lock was taken.
        holder: String,
    },
    /// The bytes asked for are not all there.
    #[error("{key} does not reach to byte {end}")]
    Short {
        /// The key.
        key: String,
        /// Where the bytes asked for end.
        end: u64,
    },
    /// The key is not one that this crate could have written.
    #[error("not a key of an archive: {key:?}")]
    BadKey {
        /// What was given.
        key: String,
    },
    /// Anything else that the system says.
    #[error("cannot {doing} {key}")]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// To which key.
        key: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StorageError {
    /// Sorts a system's error by what somebody would do about it.
    pub fn from_io(doing: &'static str, key: &str, source: io::Error) -> Self {
        let key = key.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { doing, key, source },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied { doing, key, source },
            _ => Self::Io { doing, key, source },
        }
    }
}

/// Refuses what is not a key (see [`Storage`]).
pub fn check_key(key: &str) -> Result<(), StorageError> {
    // Hidden names are at most 40 bytes longer than their key's last segment; file systems take 255.
    const LONGEST_SEGMENT: usize = 200;
    let segment = |s: &str| {
        !s.is_empty()
            && s.len() <= LONGEST_SEGMENT
            && !s.starts_with('.')
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    if key.len() <= 1024 && key.split('/').all(segment) {
        Ok(())
    } else {
        Err(StorageError::BadKey { key: key.to_owned() })
    }
}

/// Refuses what is not a folder of keys; gives it without its last slash, `""` for everything.
pub fn check_prefix(prefix: &str) -> Result<&str, StorageError> {
    let folder = prefix.strip_suffix('/').unwrap_or(prefix);
    if !prefix.is_empty() {
        check_key(folder)?;
    }
    Ok(folder)
}

impl<S: Storage + ?Sized> Storage for Arc<S> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        (**self).get(key)
    }
    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        (**self).get_range(key, offset, length)
    }
    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send>>, StorageError> {
        (**self).open(key)
    }
    fn size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        (**self).size(key)
    }
    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, StorageError> {
        (**self).put_new(key, bytes)
    }
    fn swap(&self, key: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StorageError> {
        (**self).swap(key, expected, new)
    }
    fn remove(&self, key: &str) -> Result<(), StorageError> {
        (**self).remove(key)
    }
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StorageError> {
        (**self).list(prefix)
    }
    fn lock(&self, key: &str, holder: &str) -> Result<Lock, StorageError> {
        (**self).lock(key, holder)
    }
    fn sweep(&self, prefix: &str) -> Result<u64, StorageError> {
        (**self).sweep(prefix)
    }
}
