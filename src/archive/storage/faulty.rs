//! A storage that fails when told to: for the tests of whoever builds on [`Storage`].
//!
//! Changing operations (`put_new`, `swap`, `remove`) are counted from 1. A fault strikes before the operation took
//! effect or after: a caller that is right survives both, for over a wire nobody can tell them apart. Reading and
//! locking are passed on.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use super::{Lock, Put, Storage, StorageError};

/// Whether the operation that fails took effect all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// It did nothing.
    Before,
    /// It did all, and only the answer is an error.
    After,
}

/// A storage whose changing operations can be made to fail.
pub struct Faulty<S> {
    inner: S,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    operations: u64,
    fault: Option<Fault>,
}

#[derive(Clone, Copy)]
struct Fault {
    at: u64,
    strike: Strike,
    for_good: bool,
}

impl<S> Faulty<S> {
    /// Passes everything on to `inner`, for now.
    pub fn new(inner: S) -> Self {
        Self { inner, state: Mutex::default() }
    }

    /// Makes the `nth` changing operation fail, and no other: a hiccup.
    pub fn fail_once(&self, nth: u64, strike: Strike) {
        self.set(Some(Fault { at: nth, strike, for_good: false }));
    }

    /// Makes the `nth` changing operation fail, and all later ones before they do anything: a crash.
    pub fn fail_from(&self, nth: u64, strike: Strike) {
        self.set(Some(Fault { at: nth, strike, for_good: true }));
    }

    /// Lets everything pass again.
    pub fn heal(&self) {
        self.set(None);
    }

    /// How many changing operations were asked for so far.
    pub fn operations(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).operations
    }

    /// The storage itself, without faults.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn set(&self, fault: Option<Fault>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).fault = fault;
    }

    fn change<T>(
        &self,
        doing: &'static str,
        key: &str,
        operation: impl FnOnce(&S) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let strike = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.operations += 1;
            match state.fault {
                Some(fault) if state.operations == fault.at => Some(fault.strike),
                Some(fault) if fault.for_good && state.operations > fault.at => Some(Strike::Before),
                Some(_) | None => None,
            }
        };
        match strike {
            None => return operation(&self.inner),
            Some(Strike::Before) => {}
            Some(Strike::After) => {
                operation(&self.inner)?;
            }
        }
        Err(StorageError::from_io(doing, key, io::Error::other("a fault made for a test")))
    }
}

impl<S: Storage> Storage for Faulty<S> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.inner.get(key)
    }

    fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Vec<u8>, StorageError> {
        self.inner.get_range(key, offset, length)
    }

    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send>>, StorageError> {
        self.inner.open(key)
    }

    fn size(&self, key: &str) -> Result<Option<u64>, StorageError> {
        self.inner.size(key)
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, StorageError> {
        self.change("write", key, |inner| inner.put_new(key, bytes))
    }

    fn swap(&self, key: &str, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StorageError> {
        self.change("replace", key, |inner| inner.swap(key, expected, new))
    }

    fn remove(&self, key: &str) -> Result<(), StorageError> {
        self.change("remove", key, |inner| inner.remove(key))
    }

    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StorageError> {
        self.inner.list(prefix)
    }

    fn lock(&self, key: &str, holder: &str) -> Result<Lock, StorageError> {
        self.inner.lock(key, holder)
    }

    fn sweep(&self, prefix: &str) -> Result<u64, StorageError> {
        self.inner.sweep(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, contract};
    use super::*;

    contract::tests!(|| (Faulty::new(Memory::default()), ()));

    #[test]
    fn a_fault_strikes_once_before_or_after_the_write() {
        for (strike, there) in [(Strike::Before, None), (Strike::After, Some(b"b".to_vec()))] {
            let storage = Faulty::new(Memory::default());
            storage.fail_once(2, strike);
            storage.put_new("a", b"a").unwrap();
            assert!(matches!(storage.put_new("b", b"b"), Err(StorageError::Io { .. })));
            assert_eq!(storage.get("b").unwrap(), there);
            storage.put_new("b", b"b").unwrap();
            assert_eq!(storage.operations(), 3);
        }
    }

    #[test]
    fn after_a_crash_nothing_more_is_written_until_healed() {
        let storage = Faulty::new(Memory::default());
        storage.fail_from(1, Strike::After);
        assert!(storage.swap("a", None, b"1").is_err());
        assert!(storage.swap("a", Some(b"1"), b"2").is_err());
        assert!(storage.remove("a").is_err());
        assert_eq!(storage.get("a").unwrap().as_deref(), Some(&b"1"[..]));
        storage.heal();
        storage.remove("a").unwrap();
        assert_eq!(storage.inner().get("a").unwrap(), None);
    }
}
