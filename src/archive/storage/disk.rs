//! A storage in a folder of this machine.
//!
//! A file comes into being under a hidden name beside its place, is synced, and is then moved; its folder is synced
//! after it. So a key holds all of its bytes or is not there, whenever the power goes. Files that never change are
//! read-only. Nothing is created before the first write.
#![allow(clippy::disallowed_methods)] // this is the place where files are opened

use std::collections::HashSet;
use std::fs::{self, DirEntry, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Lock, Put, Storage, StorageError, check_key, check_prefix};

/// How the name of a file that is not whole yet begins.
const TEMPORARY: &str = ".tmp-";

/// A folder that keeps an archive.
pub struct Disk {
    root: PathBuf,
    /// Folders that are known to survive a loss of power. Its lock is held while a folder is made or removed.
    durable: Mutex<HashSet<PathBuf>>,
    /// Held between the comparison and the move of a swap.
    swapping: Mutex<()>,
}

impl Disk {
    /// Opens the folder `root`, which need not exist before something is written.
    pub fn open(root: PathBuf) -> Self {
        Self { root, durable: Mutex::default(), swapping: Mutex::default() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a key, and the folder that it lies in.
    fn place(&self, key: &str) -> Result<(PathBuf, PathBuf), StorageError> {
        check_key(key)?;
        let path = self.root.join(key);
        let folder = parent(&path);
        Ok((path, folder))
    }

    /// Makes a file beside its later place, with all that `write` puts into it, synced.
    fn stage(
        &self,
        folder: &Path,
        mode: u32,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<Temporary> {
        let (temporary, mut file) = {
            let mut durable = held(&self.durable);
            fs::create_dir_all(folder)?;
            self.make_durable(&mut durable, folder)?;
            create_temporary(folder, mode)?
        };
        write(&mut file)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Syncs the folders above `folder`, once in the life of this value: who made them may have died before it did.
    fn make_durable(&self, durable: &mut HashSet<PathBuf>, folder: &Path) -> io::Result<()> {
        let mut above = folder.to_owned();
        while above != self.root && above.starts_with(&self.root) && !durable.contains(&above) {
            let next = parent(&above);
            sync_folder(&next)?;
            durable.insert(above);
            above = next;
        }
        if above == self.root && durable.insert(above) {
            // The folder around the archive may be one that we may enter but not read.
            let _ = sync_folder(&parent(&self.root));
        }
        Ok(())
    }

    /// Says whether the bytes that stand at a key, if any, are these.
    fn compare(&self, key: &str, path: &Path, bytes: &[u8]) -> io::Result<Option<Result<Put, StorageError>>> {
        let there = match fs::metadata(path) {
            Err(error) if is_absence(&error) => return Ok(None),
            other => other?,
        };
        let same = there.is_file() && there.len() == bytes.len() as u64 && fs::read(path)? == bytes;
        Ok(Some(if same { Ok(Put::Same) } else { Err(StorageError::Differs { key: key.to_owned() }) }))
    }

    fn put(&self, key: &str, path: &Path, folder: &Path, bytes: &[u8]) -> io::Result<Result<Put, StorageError>> {
        let mut put = self.compare(key, path, bytes)?;
        if put.is_none() {
            let temporary = self.stage(folder, 0o444, |file| file.write_all(bytes))?;
            put = if move_new(&temporary, path)? { Some(Ok(Put::Written)) } else { self.compare(key, path, bytes)? };
        }
        if let Some(Ok(_)) = put {
            self.make_durable(&mut held(&self.durable), folder)?;
            sync_folder(folder)?;
        }
        // Removed between two looks by somebody who does not hold the lock: no bytes stand there, so they differ.
        Ok(put.unwrap_or_else(|| Err(StorageError::Differs { key: key.to_owned() })))
    }

    /// Calls `visit` on every file below a folder. Links to folders are not followed: they could lead round in a ring.
    fn walk(
        &self,
        folder: &str,
        visit: &mut dyn FnMut(&str, &str, &DirEntry) -> io::Result<()>,
    ) -> Result<(), StorageError> {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let failed = |error| StorageError::from_io("list", if folder.is_empty() { "/" } else { &folder }, error);
            let entries = match fs::read_dir(self.root.join(&folder)) {
                Err(error) if is_absence(&error) => continue,
                other => other.map_err(failed)?,
            };
            for entry in entries {
                let entry = entry.map_err(failed)?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                let key = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
                if !entry.file_type().map_err(failed)?.is_dir() {
                    visit(name, &key, &entry).map_err(failed)?;
                } else if check_key(&key).is_ok() {
                    folders.push(key);
                }
            }
        }
        Ok(())
    }
}

impl Storage for Disk {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let (path, _) = self.place(key)?;
        present(fs::read(path)).map_err(|error| StorageError::from_io("read", key, error))
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        let (path, _) = self.place(key)?;
        let end = offset.saturating_add(length);
        let read = || -> io::Result<Option<Vec<u8>>> {
            let Some(mut file) = present(File::open(&path))? else { return Ok(None) };
            // Asked before the memory is: a length may come out of a stranger's index.
            if file.metadata()?.len() < end {
                return Ok(None);
            }
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            file.read_exact(&mut bytes)?;
            Ok(Some(bytes))
        };
        match read() {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(StorageError::Short { key: key.to_owned(), end }),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(StorageError::Short { key: key.to_owned(), end })
            }
            Err(error) => Err(StorageError::from_io("read", key, error)),
        }
    }

    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send>>, StorageError> {
        if self.size(key)?.is_none() {
            return Ok(None);
        }
        let (path, _) = self.place(key)?;
        let file = present(File::open(path)).map_err(|error| StorageError::from_io("open", key, error))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read + Send>))
    }

    fn size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        let (path, _) = self.place(key)?;
        let there = present(fs::metadata(path)).map_err(|error| StorageError::from_io("look at", key, error))?;
        Ok(there.filter(fs::Metadata::is_file).map(|there| there.len()))
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, StorageError> {
        let (path, folder) = self.place(key)?;
        self.put(key, &path, &folder, bytes).map_err(|error| StorageError::from_io("write", key, error))?
    }

    fn swap(&self, key: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StorageError> {
        let (path, folder) = self.place(key)?;
        let _swapping = held(&self.swapping);
        if self.get(key)?.as_deref() != expected {
            return Err(StorageError::Changed { key: key.to_owned() });
        }
        let replace = || {
            let temporary = self.stage(&folder, 0o644, |file| file.write_all(new))?;
            let moved = match expected {
                None => move_new(&temporary, &path)?,
                Some(_) => fs::rename(&temporary.0, &path).map(|()| true)?,
            };
            sync_folder(&folder)?;
            Ok(moved)
        };
        match replace() {
            Ok(true) => Ok(()),
            Ok(false) => Err(StorageError::Changed { key: key.to_owned() }),
            Err(error) => Err(StorageError::from_io("replace", key, error)),
        }
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        let (path, mut folder) = self.place(key)?;
        let mut durable = held(&self.durable);
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return Ok(()),
            Err(error) => return Err(StorageError::from_io("remove", key, error)),
        }
        // A folder goes with its last file, so that a thousand superseded tiles leave no thousand folders.
        while folder != self.root && folder.starts_with(&self.root) && fs::remove_dir(&folder).is_ok() {
            durable.remove(&folder);
            folder = parent(&folder);
        }
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StorageError> {
        let mut keys = Vec::new();
        self.walk(check_prefix(prefix)?, &mut |_, key, entry| {
            if check_key(key).is_ok() {
                // A link counts as what it leads to; what is gone since the folder was read is not there.
                if let Some(there) = present(fs::metadata(entry.path()))?.filter(fs::Metadata::is_file) {
                    keys.push((key.to_owned(), there.len()));
                }
            }
            Ok(())
        })?;
        keys.sort();
        Ok(keys)
    }

    fn lock(&self, key: &str, holder: &str) -> Result<Lock, StorageError> {
        let (path, folder) = self.place(key)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let place = folder.join(format!(".{name}"));
        if is_temporary(&place) {
            return Err(StorageError::BadKey { key: key.to_owned() });
        }
        let failed = |error| StorageError::from_io("lock", key, error);
        let opened = fs::create_dir_all(&folder)
            .and_then(|()| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(place));
        let mut file = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StorageError::Locked { key: key.to_owned(), holder: read_holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // The lock holds with or without its label: a full disk is no reason to refuse it.
        let _ = file.set_len(0).and_then(|()| file.write_all(one_line(holder).as_bytes()));
        Ok(Lock::new(file))
    }

    fn sweep(&self, prefix: &str) -> Result<u64, StorageError> {
        let mut swept = 0;
        self.walk(check_prefix(prefix)?, &mut |name, _, entry| {
            if is_temporary(Path::new(name)) && present(fs::remove_file(entry.path()))?.is_some() {
                swept += 1;
            }
            Ok(())
        })?;
        Ok(swept)
    }
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()))
}

/// A file that is not whole yet: gone when dropped, unless it was moved.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn create_temporary(folder: &Path, mode: u32) -> io::Result<(Temporary, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        match options.open(&path) {
            Ok(file) => return Ok((Temporary(path), file)),
            // The trace of a crashed process that had our number.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Moves without overwriting; false where something stands already.
fn move_new(temporary: &Temporary, path: &Path) -> io::Result<bool> {
    match fs::hard_link(&temporary.0, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Not every file system has links. Between this look and the move nothing but the writer's lock keeps others out.
        Err(_) if fs::symlink_metadata(path).is_ok() => Ok(false),
        Err(_) => fs::rename(&temporary.0, path).map(|()| true),
    }
}

/// Makes the names in a folder durable, where the system can do that for folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

/// The folder around a path; `.` for a bare name.
fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Whether an error says that there is no file of that name.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_holder(file: &mut File) -> String {
    let mut label = Vec::new();
    let read = file.take(1024).read_to_end(&mut label);
    let label = one_line(&String::from_utf8_lossy(&label));
    if read.is_err() || label.is_empty() { "another process".to_owned() } else { label }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panicking thread left is at worst a folder too few in a set: it is synced once more.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
