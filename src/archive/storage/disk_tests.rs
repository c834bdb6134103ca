//! What holds for a folder beyond the contract: no litter, permissions, leftovers.

use super::super::contract;
use super::*;

fn fresh() -> (Disk, tempfile::TempDir) {
    let place = tempfile::tempdir().unwrap();
    (Disk::open(place.path().join("new/archive")), place)
}

contract::tests!(fresh);

/// All names below a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.file_name().to_string_lossy().into_owned());
        if entry.file_type().unwrap().is_dir() {
            names.extend(self::names(&entry.path()));
        }
    }
    names.sort();
    names
}

#[test]
fn reading_creates_nothing() {
    let (disk, place) = fresh();
    assert_eq!(disk.get("a").unwrap(), None);
    assert!(disk.list("").unwrap().is_empty());
    disk.remove("a/b").unwrap();
    assert_eq!(disk.sweep("").unwrap(), 0);
    assert!(names(place.path()).is_empty());
}

#[test]
fn no_write_leaves_a_temporary_file() {
    let (disk, _place) = fresh();
    disk.put_new("f/a", b"1").unwrap();
    disk.put_new("f/a", b"1").unwrap();
    disk.put_new("f/a", b"2").unwrap_err();
    disk.swap("f/c", None, b"1").unwrap();
    disk.swap("f/c", Some(b"1"), b"2").unwrap();
    disk.swap("f/c", Some(b"1"), b"3").unwrap_err();
    assert_eq!(names(disk.root()), ["a", "c", "f"]);
}

#[test]
fn a_full_disk_leaves_no_temporary_file_and_says_so() {
    let (disk, _place) = fresh();
    let folder = disk.root().join("f");
    let full = disk.stage(&folder, 0o444, |file| {
        file.write_all(b"half of it")?;
        Err(io::Error::from(ErrorKind::StorageFull))
    });
    let error = StorageError::from_io("write", "f/a", full.err().expect("the disk is full"));
    assert!(matches!(error, StorageError::NoSpace { .. }));
    assert_eq!(error.to_string(), "no space left to write f/a");
    assert!(names(&folder).is_empty());
}

#[test]
fn a_key_that_lies_below_a_file_cannot_be_written() {
    let (disk, _place) = fresh();
    disk.put_new("a", b"1").unwrap();
    assert!(matches!(disk.put_new("a/b", b"2"), Err(StorageError::Io { .. })));
    assert_eq!(names(disk.root()), ["a"]);
    disk.put_new("f/x", b"1").unwrap();
    assert!(matches!(disk.put_new("f", b"2"), Err(StorageError::Differs { .. })));
}

#[test]
fn sweeps_what_a_crash_left_and_nothing_else() {
    let (disk, _place) = fresh();
    disk.put_new("f/a", b"1").unwrap();
    disk.put_new("g/a", b"1").unwrap();
    let lock = disk.lock("f/log", "a test").unwrap();
    for leftover in ["f/.tmp-1-2", "g/.tmp-1-3"] {
        fs::write(disk.root().join(leftover), b"half").unwrap();
    }
    assert_eq!(disk.list("").unwrap().len(), 2);
    assert_eq!(disk.sweep("f").unwrap(), 1);
    assert_eq!(names(disk.root()), [".log", ".tmp-1-3", "a", "a", "f", "g"]);
    assert_eq!(disk.sweep("").unwrap(), 1);
    drop(lock);
}

#[test]
fn a_folder_goes_with_its_last_file_and_comes_again() {
    let (disk, _place) = fresh();
    disk.put_new("t/000.p/5", b"1").unwrap();
    disk.put_new("t/000", b"1").unwrap();
    disk.remove("t/000.p/5").unwrap();
    assert_eq!(names(disk.root()), ["000", "t"]);
    disk.put_new("t/000.p/6", b"1").unwrap();
    assert_eq!(disk.list("t/000.p").unwrap().len(), 1);
}

#[test]
fn a_second_process_is_told_who_holds_the_lock() {
    let (disk, _place) = fresh();
    let other = Disk::open(disk.root().to_owned());
    let lock = disk.lock("logs/desk", "fetch\nof \u{1b}[31mdesk").unwrap();
    let refused = other.lock("logs/desk", "x").unwrap_err();
    assert_eq!(refused.to_string(), "logs/desk is locked by fetch of  [31mdesk");
    drop(lock);
    drop(other.lock("logs/desk", "x").unwrap());
    assert!(matches!(disk.lock("logs/tmp-1", "x"), Err(StorageError::BadKey { .. })), "sweeping would remove it");
}

#[cfg(unix)]
#[test]
fn kept_files_are_read_only_and_can_be_removed() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (disk, _place) = fresh();
    disk.put_new("a", b"1").unwrap();
    let there = fs::metadata(disk.root().join("a")).unwrap();
    assert_eq!(there.permissions().mode() & 0o222, 0);
    assert_eq!(there.nlink(), 1, "the hidden name is gone");
    disk.remove("a").unwrap();
    assert_eq!(disk.get("a").unwrap(), None);
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_not_followed_round_in_a_ring() {
    let (disk, _place) = fresh();
    disk.put_new("f/a", b"1").unwrap();
    std::os::unix::fs::symlink("..", disk.root().join("f/up")).unwrap();
    std::os::unix::fs::symlink("nowhere", disk.root().join("f/dangling")).unwrap();
    std::os::unix::fs::symlink("a", disk.root().join("f/b")).unwrap();
    let keys: Vec<_> = disk.list("").unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["f/a", "f/b"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_keys_are_left_alone() {
    let (disk, _place) = fresh();
    disk.put_new("a", b"1").unwrap();
    fs::write(disk.root().join("Read me.txt"), b"x").unwrap();
    fs::create_dir(disk.root().join(".git")).unwrap();
    fs::write(disk.root().join(".git/config"), b"x").unwrap();
    fs::write(disk.root().join(".git/.tmp-1"), b"x").unwrap();
    assert_eq!(disk.list("").unwrap(), [("a".to_owned(), 1)]);
    assert_eq!(disk.sweep("").unwrap(), 0, "not ours");
}
