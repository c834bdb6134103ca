//! A round in which the n-th operation on the storage fails, for every n, before it took effect and after: whatever
//! happens, the archive opens again, is sound, still has what was told, and comes to the same record.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::audit::audit;
use super::checkpoint::SigningKey;
use super::index::{Filter, IndexPlace};
use super::reader::{Archive, ArchiveError, Places};
use super::sight::{ListingSight, Readings, Sight};
use super::stamps::Roots;
use super::storage::faulty::Strike;
use super::storage::{Faulty, Memory, Storage};
use super::writer::Writer;
use crate::model::capture::{Beside, Exchange, Judgement, ReaderId, Reading, Verdict, Visit};
use crate::model::digest::Digest;
use crate::model::entry::Tally;
use crate::model::event::Event;
use crate::model::finding::Level;
use crate::model::source::Keep;
use crate::model::statement::{SourceId, StatementId};
use crate::model::text::Text;
use crate::model::time::Instant;

/// An archive in memory whose storage, or whose place beside the key, can be made to fail.
pub(super) struct Desk {
    pub(super) archive: Arc<Faulty<Memory>>,
    pub(super) beside: Arc<Faulty<Memory>>,
    key: [u8; 32],
}

impl Desk {
    pub(super) fn new() -> Self {
        let faulty = || Arc::new(Faulty::new(Memory::default()));
        Self { archive: faulty(), beside: faulty(), key: [7; 32] }
    }

    fn key(&self) -> SigningKey {
        SigningKey::from_seed("desk-test", &self.key).expect("a key")
    }

    pub(super) fn places(&self) -> Places {
        Places {
            storage: self.archive.clone(),
            index: IndexPlace::Memory,
            desk: Some(self.beside.clone()),
            keys: vec![self.key().verifier()],
            roots: Roots::none(),
        }
    }

    fn writer(&self, now: Instant) -> Result<Writer, ArchiveError> {
        Writer::open(self.places(), self.key(), self.beside.clone() as Arc<dyn Storage>, "a test", "onrecord/test", now)
    }

    fn heal(&self) {
        self.archive.heal();
        self.beside.heal();
    }

    pub(super) fn unsound(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut tell = |finding: crate::model::finding::Finding| {
            if finding.level == Level::Unsound {
                lines.push(format!("{}: {}", finding.place, finding.what));
            }
        };
        audit(&self.places(), &mut tell, &|_, _| ()).expect("an audit");
        lines
    }

    /// Statement, number of revisions, hash and state of everything on record.
    fn record(&self) -> BTreeSet<(String, u32, Option<Digest>, &'static str)> {
        let archive = Archive::open(&self.places()).expect("an archive");
        let rows = archive.index().statements(&Filter::default()).expect("a list");
        rows.into_iter().map(|row| (row.statement.short(), row.revisions, row.text, row.state.as_str())).collect()
    }
}

pub(super) fn at(minutes: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time") + TimeDelta::minutes(minutes)
}

fn source() -> SourceId {
    "office".parse().expect("a source")
}

fn url(n: usize) -> Url {
    Url::parse(&format!("http://office.example/news/{n}.html")).expect("an address")
}

fn exchange(url: &Url, status: u16, body: &str, now: Instant) -> Exchange {
    Exchange {
        url: url.clone(),
        at: now,
        request: format!("GET {} HTTP/1.1\r\nHost: office.example\r\n\r\n", url.path()).into_bytes(),
        head: format!("HTTP/1.1 {status} OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes(),
        status,
        headers: vec![("content-type".into(), "text/html".into())],
        body: body.as_bytes().to_vec(),
        protocols: vec!["http/1.1".into()],
        tls: None,
        ip: None,
        elapsed: Duration::ZERO,
    }
}

fn reading(body: &str) -> Reading {
    Reading {
        reader: ReaderId("1".into()),
        text: Text::new(Some("A statement"), None, Some("en"), [body]),
        visible: Digest::of(body.as_bytes()),
        beside: Beside::default(),
    }
}

/// One round over an office whose statements say `bodies`; what is `None` is gone. Publishes now and then, and gives what
/// was told until the first error.
pub(super) fn round(
    desk: &Desk,
    now: Instant,
    bodies: &[Option<String>],
    told: &mut Vec<Event>,
) -> Result<(), ArchiveError> {
    let mut writer = desk.writer(now)?;
    let listing = Url::parse("http://office.example/news").expect("an address");
    let links = (0..bodies.len()).map(|n| url(n).to_string()).collect();
    let look = |verdict, status| Judgement {
        verdict,
        evidence: vec![format!("status {status}")],
        final_at_once: status == 410,
    };
    let page = Visit { hops: vec![], answer: exchange(&listing, 200, &format!("{bodies:?}"), now) };
    let judged = look(Verdict::Listing, 200);
    writer.poll(&Sight::of(now, &source(), &page, &judged), Some(&ListingSight { how: "listing", links }))?;
    let mut tally = Tally::new(&source());
    for (n, body) in bodies.iter().enumerate() {
        let id = StatementId::mint(&source(), url(n).as_str());
        let (status, text) = body.as_deref().map_or((410, "gone"), |body| (200, body));
        let visit = Visit { hops: vec![], answer: exchange(&url(n), status, text, now) };
        let judged = look(if status == 200 { Verdict::Statement } else { Verdict::Gone }, status);
        let readings = Readings { fresh: Some(reading(text)), again: None };
        tally.count(judged.verdict);
        writer.capture(&id, &Sight::of(now, &source(), &visit, &judged), readings, Keep::Changed, Duration::ZERO)?;
        if n % 2 == 1 {
            told.extend(writer.publish(now)?);
        }
    }
    writer.round(now, now + TimeDelta::seconds(5), &[tally])?;
    told.extend(writer.publish(now)?);
    Ok(())
}

pub(super) fn first() -> Vec<Option<String>> {
    (0..5).map(|n| Some(format!("Statement {n} stands."))).collect()
}

pub(super) fn second() -> Vec<Option<String>> {
    let mut bodies = first();
    bodies[1] = Some("Statement 1 was changed.".into());
    bodies[3] = None;
    bodies.push(Some("Statement 5 is new.".into()));
    bodies
}

#[test]
fn an_untroubled_run_has_the_record_that_it_should() {
    let desk = Desk::new();
    let mut told = Vec::new();
    round(&desk, at(0), &first(), &mut told).expect("the first round");
    round(&desk, at(60), &second(), &mut told).expect("the second round");
    assert_eq!(desk.unsound(), Vec::<String>::new());
    let record = desk.record();
    assert_eq!(record.len(), 6);
    assert_eq!(record.iter().filter(|(_, revisions, ..)| *revisions == 2).count(), 1);
    assert_eq!(record.iter().filter(|(.., state)| *state == "withdrawn").count(), 1);
    let kinds: Vec<&str> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "new").count(), 6);
    assert_eq!(kinds.iter().filter(|kind| **kind == "revised").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "withdrawn").count(), 1);
}

/// Runs two rounds with one operation of one storage failing, then both rounds again untroubled.
fn survive(of_desk: bool, nth: u64, strike: Strike) -> bool {
    let desk = Desk::new();
    let failing = if of_desk { &desk.beside } else { &desk.archive };
    failing.fail_once(nth, strike);
    let mut told = Vec::new();
    let troubled = round(&desk, at(0), &first(), &mut told).and_then(|()| round(&desk, at(60), &second(), &mut told));
    let what =
        format!("operation {nth} {} fails {strike:?}", if of_desk { "beside the key" } else { "of the archive" });
    desk.heal();
    if !told.is_empty() || super::reader::vantages(&*desk.archive).is_ok_and(|names| !names.is_empty()) {
        assert_eq!(desk.unsound(), Vec::<String>::new(), "{what}: before the next run");
    }
    if let Err(error) = &troubled {
        let spoken = format!("{error:?}");
        assert!(
            spoken.contains("faulty") || spoken.contains("Io") || spoken.contains("made to fail"),
            "{what}: {spoken}"
        );
    }
    // what was told is there
    let numbers =
        |desk: &Desk| desk.record().into_iter().map(|(id, revisions, ..)| (id, revisions)).collect::<BTreeSet<_>>();
    if !told.is_empty() {
        let have = numbers(&desk);
        for event in told.iter().filter(|event| event.statement.is_some()) {
            let id = event.statement.as_ref().map(StatementId::short).unwrap_or_default();
            let revision = event.revision.unwrap_or(0);
            assert!(
                have.iter().any(|(have, revisions)| *have == id && *revisions >= revision),
                "{what}: {id} was told and is lost"
            );
        }
    }
    let mut again = Vec::new();
    round(&desk, at(120), &second(), &mut again).unwrap_or_else(|error| panic!("{what}: the next run: {error:?}"));
    assert_eq!(desk.unsound(), Vec::<String>::new(), "{what}: after the next run");
    let texts: BTreeSet<Option<Digest>> =
        desk.record().into_iter().filter(|(.., state)| *state == "up").map(|(_, _, text, _)| text).collect();
    let wanted: BTreeSet<Option<Digest>> =
        second().iter().flatten().map(|body| Some(reading(body).text.digest())).collect();
    assert_eq!(texts, wanted, "{what}: the record");
    troubled.is_err()
}

#[test]
fn whatever_operation_fails_nothing_is_lost_and_the_next_run_completes_it() {
    for of_desk in [false, true] {
        for strike in [Strike::Before, Strike::After] {
            let mut failures = 0;
            // until an n that is never reached: then every operation has failed once
            for nth in 1.. {
                if !survive(of_desk, nth, strike) {
                    break;
                }
                failures += 1;
            }
            assert!(failures >= 3, "too few operations were made to fail: {failures}");
        }
    }
}
