//! What every storage promises, as one list of tests that each of them runs.

use std::io::Read;

use super::{Put, Storage, StorageError};

/// Makes a test of every promise; `$make` gives a fresh storage and what must live as long as it.
macro_rules! tests {
    ($make:expr) => {
        $crate::archive::storage::contract::tests! {
            $make;
            keeps_and_gives_back
            never_overwrites
            reads_exact_ranges
            lists_a_folder_sorted_and_not_its_namesakes
            removes_and_does_not_mind_absence
            swaps_only_what_was_expected
            refuses_what_is_no_key
            locks_out_and_names_the_holder
            one_of_many_writers_wins
            one_of_many_swaps_wins
            sweeps_nothing_that_is_kept
        }
    };
    ($make:expr; $($promise:ident)*) => {
        mod contract_tests {
            use super::*;
            $(
                #[test]
                fn $promise() {
                    let (storage, _alive) = ($make)();
                    $crate::archive::storage::contract::$promise(&storage);
                }
            )*
        }
    };
}
pub(crate) use tests;

pub(crate) fn keeps_and_gives_back(storage: &dyn Storage) {
    let bytes: Vec<u8> = (0..100_000u32).map(|i| i as u8).collect();
    assert_eq!(storage.put_new("a/b/c.bin", &bytes).unwrap(), Put::Written);
    assert_eq!(storage.get("a/b/c.bin").unwrap().as_deref(), Some(&bytes[..]));
    assert_eq!(storage.size("a/b/c.bin").unwrap(), Some(100_000));
    let mut streamed = Vec::new();
    storage.open("a/b/c.bin").unwrap().expect("there").read_to_end(&mut streamed).unwrap();
    assert_eq!(streamed, bytes);
    storage.put_new("empty", b"").unwrap();
    assert_eq!(storage.get("empty").unwrap().as_deref(), Some(&b""[..]));
    for absent in ["nothing", "a/b/nothing", "a/b", "empty/below"] {
        assert_eq!(storage.get(absent).unwrap(), None, "{absent}");
        assert_eq!(storage.size(absent).unwrap(), None, "{absent}");
        assert!(storage.open(absent).unwrap().is_none(), "{absent}");
    }
}

pub(crate) fn never_overwrites(storage: &dyn Storage) {
    assert_eq!(storage.put_new("k", b"one").unwrap(), Put::Written);
    assert_eq!(storage.put_new("k", b"one").unwrap(), Put::Same);
    for other in [&b"two"[..], b"", b"one, and more"] {
        assert!(matches!(storage.put_new("k", other), Err(StorageError::Differs { key }) if key == "k"));
    }
    assert_eq!(storage.get("k").unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(storage.list("").unwrap(), [("k".to_owned(), 3)]);
}

pub(crate) fn reads_exact_ranges(storage: &dyn Storage) {
    storage.put_new("k", b"0123456789").unwrap();
    assert_eq!(storage.get_range("k", 3, 4).unwrap(), b"3456");
    assert_eq!(storage.get_range("k", 0, 10).unwrap(), b"0123456789");
    assert_eq!(storage.get_range("k", 10, 0).unwrap(), b"");
    for (offset, length) in [(0, 11), (10, 1), (11, 0), (u64::MAX, 1), (1, u64::MAX), (u64::MAX, u64::MAX)] {
        let answer = storage.get_range("k", offset, length);
        assert!(matches!(answer, Err(StorageError::Short { .. })), "{offset} {length}");
    }
    assert!(matches!(storage.get_range("absent", 0, 1), Err(StorageError::Short { .. })));
}

pub(crate) fn lists_a_folder_sorted_and_not_its_namesakes(storage: &dyn Storage) {
    for key in ["t/1.p/9", "t/1", "t/0/x", "tt/1", "t0", "a"] {
        storage.put_new(key, key.as_bytes()).unwrap();
    }
    let keys = |prefix: &str| storage.list(prefix).unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys("t"), ["t/0/x", "t/1", "t/1.p/9"]);
    assert_eq!(keys("t/"), keys("t"));
    assert_eq!(keys(""), ["a", "t/0/x", "t/1", "t/1.p/9", "t0", "tt/1"]);
    assert!(keys("nothing").is_empty() && keys("a").is_empty());
    assert_eq!(storage.list("t/1.p").unwrap(), [("t/1.p/9".to_owned(), 7)]);
}

pub(crate) fn removes_and_does_not_mind_absence(storage: &dyn Storage) {
    storage.put_new("f/a", b"1").unwrap();
    storage.put_new("f/b", b"2").unwrap();
    storage.remove("f/a").unwrap();
    storage.remove("f/a").unwrap();
    storage.remove("never/was").unwrap();
    assert_eq!(storage.list("").unwrap(), [("f/b".to_owned(), 1)]);
    storage.remove("f/b").unwrap();
    assert_eq!(storage.put_new("f/a", b"other").unwrap(), Put::Written, "the key is free again");
}

pub(crate) fn swaps_only_what_was_expected(storage: &dyn Storage) {
    let changed = |answer| matches!(answer, Err(StorageError::Changed { key }) if key == "l/checkpoint");
    let key = "l/checkpoint";
    assert!(changed(storage.swap(key, Some(b"1"), b"2")), "nothing stands there yet");
    storage.swap(key, None, b"1").unwrap();
    assert!(changed(storage.swap(key, None, b"2")));
    assert!(changed(storage.swap(key, Some(b"0"), b"2")));
    storage.swap(key, Some(b"1"), b"2").unwrap();
    storage.swap(key, Some(b"2"), b"2").unwrap();
    assert_eq!(storage.get(key).unwrap().as_deref(), Some(&b"2"[..]));
}

pub(crate) fn refuses_what_is_no_key(storage: &dyn Storage) {
    let long = "x".repeat(201);
    for key in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", ".tmp-1", "a/.lock", "a\\b", "a b", "ä", "a\0", &long]
    {
        let bad = |error| matches!(error, StorageError::BadKey { .. });
        assert!(bad(storage.get(key).unwrap_err()), "{key:?}");
        assert!(bad(storage.put_new(key, b"x").unwrap_err()), "{key:?}");
        assert!(bad(storage.swap(key, None, b"x").unwrap_err()), "{key:?}");
        assert!(bad(storage.remove(key).unwrap_err()), "{key:?}");
        assert!(bad(storage.lock(key, "x").unwrap_err()), "{key:?}");
        assert!(bad(storage.size(key).unwrap_err()) && bad(storage.get_range(key, 0, 0).unwrap_err()), "{key:?}");
        assert!(storage.open(key).is_err_and(bad), "{key:?}");
    }
    for prefix in ["..", "/", "a//", ".tmp-1"] {
        assert!(matches!(storage.list(prefix), Err(StorageError::BadKey { .. })), "{prefix:?}");
        assert!(matches!(storage.sweep(prefix), Err(StorageError::BadKey { .. })), "{prefix:?}");
    }
    assert!(storage.list("").unwrap().is_empty());
}

pub(crate) fn locks_out_and_names_the_holder(storage: &dyn Storage) {
    let lock = storage.lock("logs/desk", "onrecord fetch, process 17").unwrap();
    let refused = storage.lock("logs/desk", "another").unwrap_err();
    assert!(matches!(&refused, StorageError::Locked { holder, .. } if holder == "onrecord fetch, process 17"));
    let other = storage.lock("logs/other", "another").unwrap();
    assert!(storage.list("").unwrap().is_empty(), "locks are not listed");
    drop((lock, other));
    let lock = storage.lock("logs/desk", "short").unwrap();
    let refused = storage.lock("logs/desk", "x").unwrap_err();
    assert_eq!(refused.to_string(), "logs/desk is locked by short");
    drop(lock);
}

pub(crate) fn one_of_many_writers_wins(storage: &dyn Storage) {
    let answers = race(|i| storage.put_new("f/k", &[i]));
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Put::Written))).count(), 1);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(StorageError::Differs { .. }))).count(), 7);
    let same = race(|_| storage.put_new("f/same", b"s"));
    assert_eq!(same.iter().filter(|answer| matches!(answer, Ok(Put::Written))).count(), 1);
    assert!(same.iter().all(Result::is_ok));
    assert_eq!(storage.list("").unwrap().len(), 2);
}

pub(crate) fn one_of_many_swaps_wins(storage: &dyn Storage) {
    let first = race(|i| storage.swap("k", None, &[i]));
    assert_eq!(first.iter().filter(|answer| answer.is_ok()).count(), 1);
    let stands = storage.get("k").unwrap();
    let second = race(|i| storage.swap("k", stands.as_deref(), &[i + 100]));
    assert_eq!(second.iter().filter(|answer| answer.is_ok()).count(), 1);
}

pub(crate) fn sweeps_nothing_that_is_kept(storage: &dyn Storage) {
    storage.put_new("f/k", b"1").unwrap();
    assert_eq!(storage.sweep("").unwrap() + storage.sweep("f").unwrap() + storage.sweep("absent/").unwrap(), 0);
    assert_eq!(storage.list("").unwrap().len(), 1);
}

fn race<T: Send>(act: impl Fn(u8) -> T + Sync) -> Vec<T> {
    let act = &act;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|i| scope.spawn(move || act(i))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
