//! A storage in memory, for tests and for the demonstration.
//!
//! Clones share what is kept, so that an archive can be opened again after its first owner is gone.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Lock, Put, Storage, StorageError, check_key, check_prefix};

/// Keys and bytes in memory.
#[derive(Clone, Default)]
pub struct Memory {
    kept: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    locks: Locks,
}

/// Who holds what.
type Locks = Arc<Mutex<BTreeMap<String, String>>>;

impl Memory {
    fn kept(&self, key: &str) -> Result<MutexGuard<'_, BTreeMap<String, Vec<u8>>>, StorageError> {
        check_key(key)?;
        Ok(whole(&self.kept))
    }
}

impl Storage for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.kept(key)?.get(key).cloned())
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        let kept = self.kept(key)?;
        let end = offset.saturating_add(length);
        let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok()).map(|(from, to)| from..to);
        range
            .and_then(|range| kept.get(key)?.get(range))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| StorageError::Short { key: key.to_owned(), end })
    }

    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send>>, StorageError> {
        Ok(self.get(key)?.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>))
    }

    fn size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        Ok(self.kept(key)?.get(key).map(|bytes| bytes.len() as u64))
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, StorageError> {
        let mut kept = self.kept(key)?;
        match kept.get(key) {
            None => {
                kept.insert(key.to_owned(), bytes.to_vec());
                Ok(Put::Written)
            }
            Some(there) if there == bytes => Ok(Put::Same),
            Some(_) => Err(StorageError::Differs { key: key.to_owned() }),
        }
    }

    fn swap(&self, key: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StorageError> {
        let mut kept = self.kept(key)?;
        if kept.get(key).map(Vec::as_slice) != expected {
            return Err(StorageError::Changed { key: key.to_owned() });
        }
        kept.insert(key.to_owned(), new.to_vec());
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        self.kept(key)?.remove(key);
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StorageError> {
        let folder = match check_prefix(prefix)? {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let kept = whole(&self.kept);
        let below = kept.iter().filter(|(key, _)| key.starts_with(&folder));
        Ok(below.map(|(key, bytes)| (key.clone(), bytes.len() as u64)).collect())
    }

    fn lock(&self, key: &str, holder: &str) -> Result<Lock, StorageError> {
        check_key(key)?;
        let mut locks = whole(&self.locks);
        if let Some(holder) = locks.get(key) {
            return Err(StorageError::Locked { key: key.to_owned(), holder: holder.clone() });
        }
        locks.insert(key.to_owned(), holder.to_owned());
        Ok(Lock::new(Held { key: key.to_owned(), locks: self.locks.clone() }))
    }
}

struct Held {
    key: String,
    locks: Locks,
}

impl Drop for Held {
    fn drop(&mut self) {
        whole(&self.locks).remove(&self.key);
    }
}

/// A map is never left half changed here, so one that a panicking thread held is as good as any.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::contract;
    use super::*;

    contract::tests!(|| (Memory::default(), ()));
}
