//! Copies that are cut short, logs that part, and every file of an archive damaged and put back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::archive::audit::audit;
use crate::archive::crash_tests::{Desk, at, first, round, second};
use crate::archive::index::IndexPlace;
use crate::archive::reader::{Archive, Places};
use crate::archive::stamps::tests::authority::{Authority, Made};
use crate::archive::storage::faulty::Strike;
use crate::archive::storage::{Faulty, Memory};

type Files = BTreeMap<String, Vec<u8>>;
type Copy = Arc<Faulty<Memory>>;

fn files(storage: &dyn Storage) -> Files {
    let keys = storage.list("").unwrap();
    keys.into_iter().map(|(key, _)| (key.clone(), storage.get(&key).unwrap().unwrap())).collect()
}

/// Without the partial tiles that a wider one has taken the place of: nobody needs them, and they are not copied.
fn needed(mut files: Files) -> Files {
    let place = |key: &str| {
        let (folder, width) = key.split_once(".p/")?;
        Some((folder.to_owned(), width.parse::<u16>().ok()?))
    };
    let widths: Vec<(String, u16)> = files.keys().filter_map(|key| place(key)).collect();
    files.retain(|key, _| {
        place(key).is_none_or(|(folder, width)| !widths.iter().any(|(other, wider)| *other == folder && *wider > width))
    });
    files
}

fn empty() -> Copy {
    Arc::new(Faulty::new(Memory::default()))
}

/// A desk with an archive of some rounds.
fn desk(rounds: i64) -> Desk {
    let desk = Desk::new();
    (0..rounds).for_each(|number| go_on(&desk, number));
    desk
}

fn go_on(desk: &Desk, number: i64) {
    let bodies = if number % 2 == 0 { first() } else { second() };
    round(desk, at(60 * number), &bodies, &mut Vec::new()).unwrap();
}

fn bring(desk: &Desk, to: &Copy) -> Result<(Copied, Vec<Finding>), CopyError> {
    let mut findings = Vec::new();
    let to: Arc<dyn Storage> = to.clone();
    let copied = copy(&desk.places(), &to, "a test", &mut |finding| findings.push(finding), &|_, _| ())?;
    Ok((copied, findings))
}

fn compared(desk: &Desk, copy: &Copy) -> Vec<Finding> {
    let mut findings = Vec::new();
    let copy: Arc<dyn Storage> = copy.clone();
    compare(&desk.places(), &copy, "COPY", &mut |finding| findings.push(finding), &|_, _| ()).unwrap();
    findings
}

fn mend(
    desk: &Desk,
    from: &Copy,
    doing: Doing,
) -> Result<(Repaired, Vec<Mended>), crate::archive::reader::ArchiveError> {
    let mut all = Vec::new();
    let from: Arc<dyn Storage> = from.clone();
    let repaired = repair(&desk.places(), &from, doing, "a test", &mut |mended| all.push(mended), &mut |_| ())?;
    Ok((repaired, all))
}

/// What is unsound in a copy, audited as an archive of its own.
fn unsound(desk: &Desk, copy: &Copy) -> Vec<String> {
    let places = Places {
        storage: copy.clone(),
        index: IndexPlace::Memory,
        desk: None,
        keys: desk.places().keys,
        roots: Roots::none(),
    };
    let mut lines = Vec::new();
    let mut tell = |finding: Finding| {
        if finding.level == Level::Unsound {
            lines.push(format!("{}: {}", finding.place, finding.what));
        }
    };
    audit(&places, &mut tell, &|_, _| ()).unwrap();
    lines
}

#[test]
fn a_copy_is_the_same_files_and_grows_by_what_is_new() {
    let desk = desk(2);
    let copy = empty();
    let (copied, findings) = bring(&desk, &copy).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert!(files(&*copy) == needed(files(&*desk.archive)));
    assert_eq!((copied.files as usize, copied.logs[0].from), (files(&*copy).len() - 1, 0));
    assert!(compared(&desk, &copy).is_empty());
    let (again, _) = bring(&desk, &copy).unwrap();
    assert_eq!((again.files, again.logs[0].from), (0, copied.logs[0].to));
    // past the first full tile, and the copy lacks what came since
    let before = files(&*copy);
    (2..30).for_each(|number| go_on(&desk, number));
    let lacking = compared(&desk, &copy);
    assert_eq!(lacking.len(), 1);
    assert!(lacking[0].level == Level::Note && lacking[0].what.contains("lacks the last"), "{lacking:?}");
    let (grown, findings) = bring(&desk, &copy).unwrap();
    assert!(findings.is_empty() && grown.logs[0].from == copied.logs[0].to && grown.logs[0].to > 256, "{grown:?}");
    let after = files(&*copy);
    assert!(before.keys().all(|key| after.contains_key(key)), "nothing goes");
    assert!(needed(files(&*desk.archive)).iter().all(|(key, bytes)| after.get(key) == Some(bytes)));
    assert_eq!(unsound(&desk, &copy), Vec::<String>::new());
    assert!(compared(&desk, &copy).is_empty());
}

#[test]
fn a_copy_that_is_cut_short_anywhere_is_sound_and_goes_on() {
    let desk = desk(2);
    let whole = empty();
    bring(&desk, &whole).unwrap();
    go_on(&desk, 2);
    for strike in [Strike::Before, Strike::After] {
        for nth in 1.. {
            let copy = empty();
            for (key, bytes) in files(&*whole) {
                copy.inner().put_new(&key, &bytes).unwrap();
            }
            copy.fail_from(nth, strike);
            let cut = bring(&desk, &copy);
            copy.heal();
            assert_eq!(unsound(&desk, &copy), Vec::<String>::new(), "{strike:?} {nth}");
            bring(&desk, &copy).unwrap();
            assert_eq!(compared(&desk, &copy), []);
            if cut.is_ok() {
                assert!(nth > 5, "too few operations were made to fail: {nth}");
                break;
            }
        }
    }
}

#[test]
fn a_log_that_parted_is_refused_and_nothing_is_written() {
    let (one, other) = (desk(1), desk(1));
    let copy = empty();
    bring(&one, &copy).unwrap();
    go_on(&one, 1);
    bring(&one, &copy).unwrap();
    go_on(&other, 2);
    let before = files(&*copy);
    let parted = bring(&other, &copy).unwrap_err();
    let common = Log::open(other.archive.clone(), "desk-test", None, None).unwrap();
    let CopyError::Forked { agreed, .. } = parted else { panic!("{parted:?}") };
    assert!(agreed > 0 && agreed < common.size());
    assert!(files(&*copy) == before);
    let told = compared(&other, &copy);
    let parts = told.iter().find(|finding| finding.what.contains("another log under the same name")).unwrap();
    assert!(parts.level == Level::Unsound && parts.what.contains(&format!("entry {agreed} is not")), "{parts:?}");
    // neither may one be mended from the other
    let here = files(&*other.archive);
    let (repaired, all) = mend(&other, &copy, Doing::Mending).unwrap();
    assert!(repaired.lost == 1 && all.is_empty() && files(&*other.archive) == here);
}

#[test]
fn a_copy_that_is_ahead_is_left_alone() {
    let desk = desk(2);
    let copy = empty();
    bring(&desk, &copy).unwrap();
    // the archive as it was, without what lies beside the key
    let older = self::desk(1);
    let (copied, findings) = bring(&older, &copy).unwrap();
    assert_eq!((copied.files, copied.logs[0].to), (0, copied.logs[0].from));
    assert!(findings.iter().any(|finding| finding.what.contains("ahead")), "{findings:?}");
    assert!(files(&*copy) == needed(files(&*desk.archive)));
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Damage {
    Flip,
    Cut,
    Lose,
}

fn damage(storage: &Memory, key: &str, how: Damage) {
    let mut bytes = storage.get(key).unwrap().unwrap();
    let middle = bytes.len() / 2;
    storage.remove(key).unwrap();
    match how {
        Damage::Flip => bytes[middle] ^= 1,
        Damage::Cut => bytes.truncate(middle),
        Damage::Lose => return,
    }
    storage.put_new(key, &bytes).unwrap();
}

#[test]
fn whatever_file_is_damaged_is_put_back_and_the_bad_one_kept() {
    let desk = desk(3);
    let copy = empty();
    bring(&desk, &copy).unwrap();
    let whole = files(&*desk.archive);
    for key in whole.keys() {
        for how in [Damage::Flip, Damage::Cut, Damage::Lose] {
            damage(desk.archive.inner(), key, how);
            let bad = files(&*desk.archive).get(key).cloned();
            let (told, _) = mend(&desk, &copy, Doing::Telling).unwrap();
            assert_eq!(files(&*desk.archive).get(key), bad.as_ref(), "telling writes nothing");
            let (repaired, all) = mend(&desk, &copy, Doing::Mending).unwrap();
            assert_eq!((repaired, repaired.lost), (told, 0));
            let mut now = files(&*desk.archive);
            let is_narrower = all.iter().any(|mended| mended.bytes.is_none());
            if is_narrower || how == Damage::Lose && all.is_empty() {
                // an older part of a tile, which nobody needs
                assert!(key.contains(".p/") && !now.contains_key(key), "{how:?} of {key}");
                desk.archive.inner().put_new(key, &whole[key]).unwrap();
                now = files(&*desk.archive);
            }
            let aside: Vec<String> = now.keys().filter(|key| key.starts_with("aside/")).cloned().collect();
            if let (Some(bad), Some(kept)) = (&bad, aside.first()) {
                assert_eq!(now[kept], *bad);
                assert_eq!(all[0].aside.as_ref(), Some(kept));
            }
            assert_eq!(aside.is_empty(), how == Damage::Lose, "{how:?} of {key}: {all:?}");
            for key in aside {
                now.remove(&key);
                desk.archive.inner().remove(&key).unwrap();
            }
            assert!(now == whole, "{how:?} of {key}: {all:?}");
            assert_eq!(desk.unsound(), Vec::<String>::new());
        }
    }
}

#[test]
fn a_repair_that_is_cut_short_loses_nothing_and_goes_on() {
    for strike in [Strike::Before, Strike::After] {
        for nth in 1.. {
            let desk = desk(2);
            let copy = empty();
            bring(&desk, &copy).unwrap();
            let whole = files(&*desk.archive);
            let some: Vec<&String> = whole.keys().step_by(2).collect();
            some.iter().for_each(|key| damage(desk.archive.inner(), key, Damage::Flip));
            let bad = files(&*desk.archive);
            desk.archive.fail_from(desk.archive.operations() + nth, strike);
            let cut = mend(&desk, &copy, Doing::Mending);
            desk.archive.heal();
            let now = files(&*desk.archive);
            let is_there = |key: &str| now.values().any(|bytes| *bytes == bad[key]) || now.get(key) == whole.get(key);
            assert!(some.iter().all(|key| is_there(key)), "{strike:?} {nth}: what was there is lost");
            let (repaired, _) = mend(&desk, &copy, Doing::Mending).unwrap();
            assert_eq!(repaired.lost, 0);
            assert_eq!(desk.unsound(), Vec::<String>::new(), "{strike:?} {nth}");
            if cut.is_ok() {
                assert!(nth > 10, "too few operations were made to fail: {nth}");
                break;
            }
        }
    }
}

#[test]
fn what_is_wrong_in_both_is_told_and_all_else_put_back() {
    let desk = desk(3);
    let copy = empty();
    bring(&desk, &copy).unwrap();
    let whole = files(&*desk.archive);
    let segments: Vec<&String> = whole.keys().filter(|key| key.ends_with(".gz")).collect();
    damage(desk.archive.inner(), segments[0], Damage::Flip);
    damage(desk.archive.inner(), segments[1], Damage::Flip);
    damage(copy.inner(), segments[0], Damage::Cut);
    // a damaged file is told, and not copied
    let (_, findings) = bring(&desk, &empty()).unwrap();
    assert_eq!(findings.iter().filter(|finding| finding.level == Level::Unsound).count(), 2, "{findings:?}");
    let (repaired, all) = mend(&desk, &copy, Doing::Mending).unwrap();
    assert_eq!((repaired.lost, repaired.files), (1, 1));
    assert_eq!(all[0].key, *segments[1]);
    let place = format!("COPY/{}", segments[0]);
    assert!(compared(&desk, &copy).iter().any(|finding| finding.place == place && finding.level == Level::Unsound));
}

#[test]
fn an_archive_that_went_back_to_an_older_state_is_brought_forward_again() {
    let desk = desk(1);
    let older = files(&*desk.archive);
    go_on(&desk, 1);
    let copy = empty();
    bring(&desk, &copy).unwrap();
    let newest = files(&*desk.archive);
    for key in newest.keys() {
        desk.archive.inner().remove(key).unwrap();
    }
    for (key, bytes) in &older {
        desk.archive.inner().put_new(key, bytes).unwrap();
    }
    assert!(Archive::open(&desk.places()).is_err(), "what was signed is not all there");
    let (repaired, _) = mend(&desk, &copy, Doing::Mending).unwrap();
    assert_eq!(repaired.lost, 0);
    assert!(needed(newest).iter().all(|(key, bytes)| files(&*desk.archive).get(key) == Some(bytes)));
    assert_eq!(desk.unsound(), Vec::<String>::new());
    // and one that is gone altogether
    for key in files(&*desk.archive).keys() {
        desk.archive.inner().remove(key).unwrap();
    }
    let (repaired, _) = mend(&desk, &copy, Doing::Mending).unwrap();
    assert!(repaired.lost == 0 && desk.unsound().is_empty());
    go_on(&desk, 2);
}

#[test]
fn stamps_are_copied_and_put_back_and_those_over_other_bytes_are_not() {
    let Some(authority) = Authority::new(&Made::default()) else { return };
    let desk = desk(1);
    let log = Log::open(desk.archive.clone(), "desk-test", None, None).unwrap();
    let (size, note) = (log.size(), log.note().unwrap().to_vec());
    let answer = authority.reply(stamps::Request::over(&note, [1; 8]).der());
    let other = authority.reply(stamps::Request::over(b"something else", [1; 8]).der());
    let keys = [
        (stamps::note_key("desk-test", size), note),
        (stamps::response_key("desk-test", size, &stamps::name("tsa.example", &answer)), answer),
        (stamps::response_key("desk-test", size, &stamps::name("tsa.example", &other)), other),
    ];
    for (key, bytes) in &keys {
        desk.archive.put_new(key, bytes).unwrap();
    }
    go_on(&desk, 1);
    let copy = empty();
    let (_, findings) = bring(&desk, &copy).unwrap();
    assert!(findings.len() == 1 && findings[0].place == keys[2].0, "{findings:?}");
    let there = |key: &str| copy.get(key).unwrap().is_some();
    assert!(there(&keys[0].0) && there(&keys[1].0) && !there(&keys[2].0));
    for (key, bytes) in &keys[..2] {
        for how in [Damage::Flip, Damage::Lose] {
            damage(desk.archive.inner(), key, how);
            let (repaired, _) = mend(&desk, &copy, Doing::Mending).unwrap();
            assert_eq!(
                (repaired.files, repaired.lost),
                (1, 1),
                "{how:?} of {key}: the one over other bytes is nowhere"
            );
            assert_eq!(desk.archive.get(key).unwrap().as_ref(), Some(bytes));
        }
        damage(copy.inner(), key, Damage::Flip);
        let place = format!("COPY/{key}");
        assert!(compared(&desk, &copy).iter().any(|one| one.place == place && one.level == Level::Unsound));
        copy.inner().remove(key).unwrap();
        bring(&desk, &copy).unwrap();
        assert!(there(key));
    }
}

#[test]
fn entries_that_name_files_elsewhere_are_told_and_not_followed() {
    let mut named = Named::default();
    let digest = Digest::of(b"");
    let files = ["segments/desk-test/a", "segments/other/a", "logs/desk-test/checkpoint", "README.md", "../a"];
    let fact = SegmentFact { time: at(0), files: files.iter().map(|key| (digest, (*key).to_owned())).collect() };
    let mut bundle = Vec::new();
    let entry = Fact::Segment(fact).entry().render();
    bundle.extend_from_slice(&u16::try_from(entry.len()).unwrap().to_be_bytes());
    bundle.extend_from_slice(entry.as_bytes());
    named.take("desk-test", &Tile::of(Kind::Entries, 0, 1).unwrap(), &bundle);
    assert_eq!(named.files.into_keys().collect::<Vec<_>>(), ["segments/desk-test/a"]);
    assert_eq!(named.findings.len(), 4);
}
