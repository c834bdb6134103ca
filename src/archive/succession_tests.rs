//! Changes of keys: what leads from one to the other, what does not, and crashes in the midst.

use std::sync::Arc;

use super::*;
use crate::archive::crash_tests::{Desk, at, first, round};
use crate::archive::log::LogError;
use crate::archive::reader::{Archive, ArchiveError, Places};
use crate::archive::storage::Storage;
use crate::archive::storage::faulty::Strike;
use crate::archive::writer::Writer;

const LOG: &str = "desk-test";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG, &[seed; 32]).unwrap()
}

fn change(succession: &mut Succession, number: u64, from: u8, to: u8) {
    let at = (number, Digest::of(&number.to_be_bytes()));
    let (old, new) = (key(from).verifier(), key(to).verifier());
    for (one, number, seed) in [(Side::Old, number, from), (Side::New, number + 1, to)] {
        let fact = side(one, at, (&old, &new), &key(seed), crate::archive::crash_tests::at(0)).unwrap();
        let back = Fact::read(&Entry::parse(Fact::Key(fact).entry().render().as_bytes()).unwrap()).unwrap();
        let Fact::Key(fact) = back else { panic!("{back:?}") };
        succession.take(number, &fact, LOG).unwrap();
    }
}

#[test]
fn each_key_leads_to_the_one_that_signed() {
    let mut all = Succession::default();
    assert_eq!(all.signer(&key(1).verifier(), 9), key(1).verifier());
    change(&mut all, 10, 1, 2);
    change(&mut all, 20, 2, 3);
    assert_eq!(all.entries(), [10, 11, 20, 21]);
    for given in [1, 2, 3] {
        for (size, signer) in [(5, 1), (11, 1), (12, 2), (21, 2), (22, 3), (99, 3)] {
            assert_eq!(all.signer(&key(given).verifier(), size), key(signer).verifier(), "{given} {size}");
            let checkpoint = Checkpoint { origin: LOG.to_owned(), size, root: Digest::of(b"") };
            let note = |seed| checkpoint.sign(&key(seed)).unwrap().to_string().into_bytes();
            assert!(all.open(&note(signer), &key(given).verifier()).is_ok());
            for other in [1, 2, 3, 4].into_iter().filter(|other| *other != signer) {
                assert!(all.open(&note(other), &key(given).verifier()).is_err(), "{other} at {size}");
            }
        }
    }
    assert_eq!(all.signer(&key(7).verifier(), 99), key(7).verifier(), "a stranger's key leads nowhere");
}

#[test]
fn what_is_not_signed_or_does_not_follow_changes_nothing() {
    let (old, new) = (key(1).verifier(), key(2).verifier());
    let sign = |one, signer: u8| side(one, (10, Digest::of(b"")), (&old, &new), &key(signer), at(0)).unwrap();
    let mut all = Succession::default();
    assert!(matches!(all.take(11, &sign(Side::New, 2), LOG), Err(SuccessionError::Order { .. })));
    assert!(matches!(all.take(10, &sign(Side::Old, 3), LOG), Err(SuccessionError::Signature(_))));
    assert!(matches!(all.take(10, &sign(Side::Old, 1), "another"), Err(SuccessionError::OtherLog { .. })));
    assert!(matches!(all.take(9, &sign(Side::Old, 1), LOG), Err(SuccessionError::Order { .. })));
    for altered in [
        KeyFact { size: 11, ..sign(Side::Old, 1) },
        KeyFact { root: Digest::of(b"x"), ..sign(Side::Old, 1) },
        KeyFact { new: key(3).verifier().to_string(), ..sign(Side::Old, 1) },
    ] {
        assert!(matches!(all.take(20, &altered, LOG), Err(SuccessionError::Signature(_))));
    }
    all.take(10, &sign(Side::Old, 1), LOG).unwrap();
    assert!(matches!(all.take(11, &sign(Side::New, 1), LOG), Err(SuccessionError::Signature(_))));
    assert_eq!(all.signer(&old, 99), old, "given over, and not taken");
    all.take(12, &sign(Side::New, 2), LOG).unwrap();
    assert_eq!(all.signer(&old, 99), new);
    let strange = side(Side::Old, (10, Digest::of(b"")), (&old, &key(3).verifier()), &key(1), at(0)).unwrap();
    assert!(
        matches!(all.take(13, &strange, LOG), Err(SuccessionError::Order { .. })),
        "the old key has no say any more"
    );
}

fn writer(desk: &Desk, key: SigningKey) -> Result<Writer, ArchiveError> {
    let places = Places { keys: vec![key.verifier()], ..desk.places() };
    Writer::open(places, key, desk.beside.clone() as Arc<dyn Storage>, "a test", "onrecord/test", at(50))
}

/// The key that a keyring would give: the new one from the moment when it has signed.
fn current(desk: &Desk) -> SigningKey {
    let note = desk.beside.get(&format!("{LOG}.checkpoint")).unwrap().unwrap();
    let has_signed = Checkpoint::open(&note, &key(9).verifier(), LOG).is_ok();
    if has_signed { key(9) } else { key(7) }
}

#[test]
fn a_change_that_is_cut_short_anywhere_leaves_an_archive_that_opens_and_goes_on() {
    for of_desk in [false, true] {
        for strike in [Strike::Before, Strike::After] {
            for nth in 1.. {
                let desk = Desk::new();
                round(&desk, at(0), &first(), &mut Vec::new()).unwrap();
                let failing = if of_desk { &desk.beside } else { &desk.archive };
                let mut open = writer(&desk, key(7)).unwrap();
                failing.fail_from(failing.operations() + nth, strike);
                let cut = open.rotate(key(9), at(51));
                drop(open);
                failing.heal();
                let what = format!("{of_desk} {strike:?} {nth}");
                let places = Places { keys: vec![current(&desk).verifier()], ..desk.places() };
                Archive::open(&places).unwrap_or_else(|error| panic!("{what}: {error:?}"));
                let mut found = Vec::new();
                let mut tell = |finding: crate::model::finding::Finding| found.push(finding);
                crate::archive::audit::audit(&places, &mut tell, &|_, _| ()).unwrap();
                assert!(
                    !found.iter().any(|one| one.level == crate::model::finding::Level::Unsound),
                    "{what}: {found:?}"
                );
                // what has signed goes on; else the change is made again
                let mut again = writer(&desk, current(&desk)).unwrap_or_else(|error| panic!("{what}: {error:?}"));
                if current(&desk).verifier() == key(7).verifier() {
                    again.rotate(key(9), at(52)).unwrap();
                }
                drop(again);
                assert!(matches!(writer(&desk, key(7)), Err(ArchiveError::Log(LogError::Superseded { .. }))), "{what}");
                for seed in [7, 9] {
                    let log = Log::open(desk.archive.clone(), LOG, None, Some(&key(seed).verifier())).unwrap();
                    let all = Succession::of(&log).unwrap();
                    assert!(all.faults().is_empty() && all.open(log.note().unwrap(), &key(seed).verifier()).is_ok());
                }
                assert!(Log::open(desk.archive.clone(), LOG, None, Some(&key(8).verifier())).is_err());
                if cut.is_ok() {
                    assert!(nth > 2, "too few operations were made to fail");
                    break;
                }
            }
        }
    }
}
