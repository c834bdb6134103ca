//! The index: a SQLite file that answers quickly what the log would answer slowly.
//!
//! A cache and nothing more. Every row but those of `validator`, `host` and `robots` follows from the log and the texts; two
//! indexes of the same logs are equal row by row ([`differences`](fn@differences)). Whoever doubts it deletes the file.

mod apply;
mod differences;
mod manners;
mod query;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

pub use apply::{Kept, TextRow, visible_of};
pub use differences::differences;
pub use manners::{HostManners, KeptRobots, Manners, RobotsCopy};
pub use query::{
    Answer, Filter, Health, KeptResponse, Known, Learnt, Offer, Place, Polled, Resolved, Stamped, Standing, Summary,
    TextsIn, Unread,
};

use crate::model::digest::Digest;

/// Version of the schema and of the fold: another one in the file means a new file.
const SCHEMA: &str = "7";

/// How many prepared statements are kept: more than there are different ones, or each would be parsed at each call.
const STATEMENTS: usize = 128;

/// How much of an index that is built from nothing is held in memory, in KiB.
const SCRATCH_CACHE: i64 = 64 * 1024;

const TABLES: &str = include_str!("schema.sql");
const LOOKUPS: &str = include_str!("lookups.sql");

/// Where the index lies.
#[derive(Clone, Debug)]
pub enum IndexPlace {
    /// In a file beside the archive.
    File(PathBuf),
    /// In memory: for archives without a folder, and for media that cannot be written.
    Memory,
}

/// Why the index could not answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is damaged or of another version: it must be built anew.
    #[error("the index is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk is full.
    #[error("cannot write the index: no space left on device")]
    NoSpace,
    /// Another process holds it, or it cannot be written.
    #[error("the index is in use or cannot be written")]
    Busy(#[source] rusqlite::Error),
    /// Anything else.
    #[error("cannot read or write the index")]
    Sqlite(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for IndexError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseCorrupt | Code::NotADatabase | Code::SchemaChanged | Code::TypeMismatch) => {
                Self::Damaged(Box::new(error))
            }
            Some(Code::DiskFull) => Self::NoSpace,
            Some(
                Code::DatabaseBusy | Code::DatabaseLocked | Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied,
            ) => Self::Busy(error),
            // a damaged file often shows as a table that is not there or a value of another type
            None if !matches!(error, rusqlite::Error::SqliteFailure(..)) => Self::Damaged(Box::new(error)),
            _ if error.to_string().contains("no such") || error.to_string().contains("malformed") => {
                Self::Damaged(Box::new(error))
            }
            _ => Self::Sqlite(error),
        }
    }
}

/// How far a log has been taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The log's number here.
    pub id: i64,
    /// Its name.
    pub vantage: String,
    /// How many entries.
    pub size: u64,
    /// The root at that size.
    pub root: Digest,
}

/// An open index.
pub struct Index {
    connection: Connection,
    writable: bool,
}

impl Index {
    /// Opens the index, or makes an empty one where there is none or where it is of another version.
    ///
    /// A file that cannot be written is opened for reading, if it is a whole one; else [`IndexError::Busy`].
    pub fn open(place: &IndexPlace) -> Result<Self, IndexError> {
        match place {
            IndexPlace::Memory => Self::create(Connection::open_in_memory()?),
            IndexPlace::File(path) => match Self::open_file(path) {
                Err(IndexError::Busy(_)) => Self::open_read_only(path),
                other => other,
            },
        }
    }

    /// Makes an empty index in place of whatever stands there.
    pub fn anew(place: &IndexPlace) -> Result<Self, IndexError> {
        if let IndexPlace::File(path) = place {
            remove_files(path)?;
        }
        Self::open(place)
    }

    /// Removes an index, if there is one.
    pub fn remove(path: &Path) -> Result<(), IndexError> {
        remove_files(path)
    }

    /// Puts the file of one index into the place of another.
    pub fn replace(place: &Path, with: &Path) -> Result<(), IndexError> {
        // it was filled without waiting for the disk: a cut of power must not leave a name without its bytes
        sync(with)?;
        remove_files(place)?;
        rename(with, place)
    }

    fn open_file(path: &Path) -> Result<Self, IndexError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let version = connection
            .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get::<_, String>(0))
            .optional();
        match version {
            Ok(Some(version)) if version == SCHEMA => {
                settle_plans(&connection)?;
                connection.pragma_update(None, "journal_mode", "WAL")?;
                connection.pragma_update(None, "synchronous", "NORMAL")?;
                // asks for the write lock without writing: a read-only file says so here and not in mid-round
                Ok(Self { writable: !connection.is_readonly("main")?, connection })
            }
            Ok(_) => {
                drop(connection);
                remove_files(path)?;
                Self::create(Connection::open(path)?)
            }
            Err(error) => match IndexError::from(error) {
                IndexError::Damaged(_) => {
                    drop(connection);
                    remove_files(path)?;
                    Self::create(Connection::open(path)?)
                }
                other => Err(other),
            },
        }
    }

    fn open_read_only(path: &Path) -> Result<Self, IndexError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let connection = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)?;
        settle_plans(&connection)?;
        let version: String =
            connection.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))?;
        if version != SCHEMA {
            return Err(IndexError::Damaged("it is of another version".into()));
        }
        Ok(Self { connection, writable: false })
    }

    fn create(connection: Connection) -> Result<Self, IndexError> {
        settle_plans(&connection)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{TABLES}\n{LOOKUPS}\n{}\nCOMMIT;", version_row()))?;
        Ok(Self { connection, writable: true })
    }

    /// Begins an index that is filled once, from nothing, by one process, and then read: without a journal, and without
    /// what makes looking up quick until [`Index::complete`]. What a crash leaves of it is thrown away.
    pub fn scratch(place: &IndexPlace) -> Result<Self, IndexError> {
        let connection = match place {
            IndexPlace::Memory => Connection::open_in_memory()?,
            IndexPlace::File(path) => {
                remove_files(path)?;
                Connection::open(path)?
            }
        };
        settle_plans(&connection)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        // rows come in the order of digests, that is in none: what is gone through again and again is better held
        connection.pragma_update(None, "cache_size", -SCRATCH_CACHE)?;
        // of this file alone: one that is attached to it for comparison is somebody else's too
        connection.pragma_update(Some("main"), "locking_mode", "EXCLUSIVE")?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{TABLES}\n{}\nCOMMIT;", version_row()))?;
        Ok(Self { connection, writable: true })
    }

    /// Makes an index that was begun by [`Index::scratch`] a whole one.
    pub fn complete(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch(LOOKUPS)?)
    }

    /// Whether rows can be added.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// How far each log has been taken in.
    pub fn reached(&self) -> Result<Vec<Reached>, IndexError> {
        let mut statement = self.connection.prepare_cached("SELECT id, vantage, size, root FROM log ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            Ok(Reached { id: row.get(0)?, vantage: row.get(1)?, size: row.get(2)?, root: query::digest(row.get(3)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes how far a log has been taken in.
    pub fn set_reached(&self, reached: &Reached) -> Result<(), IndexError> {
        self.connection.prepare_cached("INSERT OR REPLACE INTO log VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            reached.id,
            reached.vantage,
            reached.size,
            reached.root.as_bytes()
        ])?;
        Ok(())
    }

    /// Begins to write; others may go on reading what stood before.
    pub fn begin(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Makes what was written since [`Index::begin`] visible to others.
    pub fn commit(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    /// Takes back what was written since [`Index::begin`].
    pub fn roll_back(&self) -> Result<(), IndexError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }

    /// Writes the whole index into one file without a journal beside it.
    pub fn settle(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?)
    }
}

/// Lets a statement that was prepared once be run for ever: the values that it is given do not change its plan, as
/// SQLite's own statistics otherwise have it, and none is dropped for want of room.
fn settle_plans(connection: &Connection) -> Result<(), IndexError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn version_row() -> String {
    format!("INSERT INTO meta VALUES ('schema', '{SCHEMA}');")
}

#[allow(clippy::disallowed_methods)] // the index is no object of the archive: SQLite opens it by path, and so must we
fn remove_files(path: &Path) -> Result<(), IndexError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(&error)),
        }
    }
    Ok(())
}

#[allow(clippy::disallowed_methods)]
fn rename(from: &Path, to: &Path) -> Result<(), IndexError> {
    std::fs::rename(from, to).map_err(|error| io(&error))
}

#[allow(clippy::disallowed_methods)]
fn sync(path: &Path) -> Result<(), IndexError> {
    std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(|error| io(&error))
}

fn io(error: &std::io::Error) -> IndexError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return IndexError::NoSpace;
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    IndexError::Busy(rusqlite::Error::SqliteFailure(code, Some(error.to_string())))
}
