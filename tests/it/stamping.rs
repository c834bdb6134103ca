//! Stamps as the library takes them in: with a storage that fails at every step, and with answers that somebody has changed.

use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use url::Url;

use onrecord::archive::audit::audit;
use onrecord::archive::checkpoint::SigningKey;
use onrecord::archive::index::IndexPlace;
use onrecord::archive::reader::{Archive, ArchiveError, Places};
use onrecord::archive::stamps::{Request, Response, Roots, StampError, Wanted, check};
use onrecord::archive::storage::faulty::Strike;
use onrecord::archive::storage::{Faulty, Memory};
use onrecord::archive::writer::Writer;
use onrecord::model::finding::Level;
use onrecord::model::statement::StatementId;
use onrecord::model::time::Instant;

use crate::authority::{self, Making, file};

fn roots() -> Roots {
    let mut roots = Roots::none();
    roots.add_pem(&std::fs::read(file("root.pem")).expect("a root")).expect("a root");
    roots
}

fn now() -> Instant {
    chrono::DateTime::from_timestamp(1_795_676_400, 0).expect("a time")
}

/// An archive in memory, whose storage and place beside the key can be made to fail.
struct Desk {
    archive: Arc<Faulty<Memory>>,
    beside: Arc<Faulty<Memory>>,
}

impl Desk {
    fn new() -> Self {
        let faulty = || Arc::new(Faulty::new(Memory::default()));
        Self { archive: faulty(), beside: faulty() }
    }

    fn key() -> SigningKey {
        SigningKey::from_seed("desk-test", &[7; 32]).expect("a key")
    }

    fn places(&self) -> Places {
        let (storage, desk) = (self.archive.clone(), self.beside.clone());
        let keys = vec![Self::key().verifier()];
        Places { storage, index: IndexPlace::Memory, desk: Some(desk), keys, roots: roots() }
    }

    fn writer(&self) -> Result<Writer, ArchiveError> {
        Writer::open(self.places(), Self::key(), self.beside.clone(), "a test", "onrecord/test", now())
    }

    /// Puts a remark into the log, so that it grows.
    fn grow(&self) {
        let mut writer = self.writer().expect("a writer");
        let statement = StatementId::mint(&"office".parse().expect("a source"), "http://office.example/1");
        writer.note(&statement, "grown", now()).expect("a remark");
        writer.publish(now()).expect("published");
    }

    /// Has the newest checkpoint stamped, as the command does it: asked without the lock, taken in with it.
    fn stamp(&self) -> Result<u64, ArchiveError> {
        let archive = Archive::open(&self.places())?;
        let note = archive.logs()[0].note().expect("a checkpoint").to_vec();
        let response = response(&note);
        let mut writer = self.writer()?;
        let entry = writer.stamp(&Url::parse("https://tsa.example/").expect("an address"), &note, &response, now())?;
        writer.publish(now() + TimeDelta::seconds(1))?;
        Ok(entry)
    }

    /// What an audit calls unsound, and how many stamps hold.
    fn audited(&self) -> (Vec<String>, u64) {
        let mut lines = Vec::new();
        let mut tell = |finding: onrecord::model::finding::Finding| {
            if matches!(finding.level, Level::Unsound | Level::NotChecked) {
                lines.push(format!("{}: {}", finding.place, finding.what));
            }
        };
        let audited = audit(&self.places(), &mut tell, &|_, _| ()).expect("an audit");
        (lines, audited.stamps)
    }
}

fn response(note: &[u8]) -> Response {
    Response::parse(&authority::stamp(Request::over(note, [9; 8]).der(), &Making::default())).expect("a stamp")
}

#[test]
fn whatever_operation_fails_the_archive_is_sound_and_the_next_run_stamps_it() {
    for of_desk in [false, true] {
        for strike in [Strike::Before, Strike::After] {
            let mut failures = 0;
            for nth in 1.. {
                let desk = Desk::new();
                desk.grow();
                let failing = if of_desk { &desk.beside } else { &desk.archive };
                let before = failing.operations();
                // all that follows fails too: the process is dead
                failing.fail_from(before + nth, strike);
                let troubled = desk.stamp();
                failing.heal();
                let what = format!("operation {nth}, of the desk: {of_desk}, {strike:?}");
                let (unsound, stamps) = desk.audited();
                assert_eq!(unsound, Vec::<String>::new(), "{what}: before the next run");
                if troubled.is_ok() {
                    assert_eq!(stamps, 1, "{what}");
                    break;
                }
                failures += 1;
                desk.grow();
                desk.stamp().unwrap_or_else(|error| panic!("{what}: the next run: {error:?}"));
                let (unsound, stamps) = desk.audited();
                assert_eq!(unsound, Vec::<String>::new(), "{what}: after the next run");
                assert!((1..=2).contains(&stamps), "{what}: {stamps} stamps");
            }
            assert!(failures >= if of_desk { 1 } else { 4 }, "too few operations were made to fail: {failures}");
        }
    }
}

#[test]
fn only_what_holds_over_a_checkpoint_of_this_log_is_taken_in_and_once() {
    let (desk, other) = (Desk::new(), Desk::new());
    desk.grow();
    other.grow();
    other.grow();
    let note =
        |desk: &Desk| Archive::open(&desk.places()).expect("an archive").logs()[0].note().expect("a note").to_vec();
    let (ours, theirs) = (note(&desk), note(&other));
    let mut writer = desk.writer().expect("a writer");
    let authority = Url::parse("https://tsa.example/").expect("an address");
    let good = response(&ours);
    let over_other = writer.stamp(&authority, &ours, &response(&theirs), now());
    assert!(matches!(over_other, Err(ArchiveError::Stamp(StampError::Imprint))), "{over_other:?}");
    let of_other = writer.stamp(&authority, &theirs, &response(&theirs), now());
    assert!(matches!(of_other, Err(ArchiveError::Log(_))), "{of_other:?}");
    let first = writer.stamp(&authority, &ours, &good, now()).expect("a stamp");
    assert_eq!(writer.stamp(&authority, &ours, &good, now()).expect("the same"), first, "the same answer is one entry");
    writer.publish(now()).expect("published");
    drop(writer);
    assert_eq!(desk.audited(), (Vec::new(), 1));
}

/// What a stamp says to whoever believes it.
fn said(bytes: &[u8], note: &[u8], nonce: &[u8], roots: &Roots) -> Result<(Instant, String, Vec<String>), StampError> {
    let wanted = Wanted { nonce: Some(nonce), policies: &[] };
    check(&Response::parse(bytes)?, note, roots, &wanted)
        .map(|checked| (checked.gen_time, checked.policy, checked.chain))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Bits flipped, bytes put in, taken out, or copied from elsewhere in the answer: never a panic, and what is still believed says the same.
    #[test]
    fn a_changed_answer_is_refused_or_says_the_same(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0usize..40, any::<u8>(), 0u8..4), 1..4)
    ) {
        let (note, roots) = (&b"desk\n3\nAAAA\n"[..], roots());
        let request = Request::over(note, [3; 8]);
        let good = authority::stamp(request.der(), &Making::default());
        let first = said(&good, note, request.nonce(), &roots).expect("a good stamp");
        let mut bad = good.clone();
        for (at, from, length, byte, kind) in edits {
            let (at, from) = (at.index(bad.len()), from.index(bad.len()));
            let length = length.min(bad.len() - at).min(bad.len() - from);
            match kind {
                0 => bad[at] ^= byte,
                1 => bad.insert(at, byte),
                2 => drop(bad.drain(at..at + length.min(bad.len() - at - 1))),
                _ => bad.copy_within(from..from + length, at),
            }
        }
        if let Ok(still) = said(&bad, note, request.nonce(), &roots) {
            prop_assert_eq!(still, first);
        }
    }

    #[test]
    fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..300), head in 0usize..200) {
        let (note, roots) = (&b"desk\n3\nAAAA\n"[..], roots());
        let request = Request::over(note, [3; 8]);
        let mut answer = authority::stamp(request.der(), &Making::default());
        answer.truncate(head);
        answer.extend_from_slice(&bytes);
        prop_assert!(said(&answer, note, request.nonce(), &roots).is_err());
        prop_assert!(said(&bytes, note, request.nonce(), &roots).is_err());
    }
}
