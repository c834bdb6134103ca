//! Three days of rounds, one each quarter of an hour, against an office that counts: the schedule, the turns, the manners and the
//! breaker do what the README says. Each round is like a process of its own.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use tempfile::TempDir;

use super::rehearsal::Rehearsal;
use crate::archive::index::IndexPlace;
use crate::collect::clock::{Clock, Stepped};
use crate::collect::due::Recheck;
use crate::collect::stage::{Server, path_in, reply, source};
use crate::model::event::{Event, EventKind};
use crate::model::source::{Robots, Source};
use crate::model::time::Instant;

const QUARTER: TimeDelta = TimeDelta::minutes(15);
const ROUNDS: i64 = 3 * 24 * 4;

/// What the office does, and what it was asked, when.
#[derive(Default)]
struct Desk {
    listed: Vec<u32>,
    gone: Vec<u32>,
    /// What it answers everything with, for a while.
    refusal: Option<(&'static str, &'static str)>,
    /// How often the text of its first statement was changed.
    edits: u32,
    /// Whether it says "not modified" to whoever asks that, whatever it did.
    lies: bool,
    asked: Vec<(Instant, String)>,
}

struct Office {
    desk: Arc<Mutex<Desk>>,
    sources: [Source; 1],
    rehearsal: Rehearsal,
    start: Instant,
    _server: Server,
    _index: TempDir,
}

impl Office {
    fn open(statements: u32) -> Self {
        let index = tempfile::tempdir().expect("a folder");
        let rehearsal = Rehearsal::new(IndexPlace::File(index.path().join("index.sqlite")));
        let desk = Arc::new(Mutex::new(Desk { listed: (1..=statements).rev().collect(), ..Desk::default() }));
        let (shown, clock) = (Arc::clone(&desk), Arc::clone(&rehearsal.clock));
        let server = Server::start_on_heads(move |head, stream| serve(&shown, &clock, head, stream));
        let mut source = source(server.url("/news").as_str());
        source.robots = Robots::Obey;
        let start = rehearsal.clock.now();
        Self { desk, sources: [source], rehearsal, start, _server: server, _index: index }
    }

    fn set(&self, change: impl FnOnce(&mut Desk)) {
        change(&mut self.desk.lock().expect("no panic"));
    }

    async fn round_after(&self, time: TimeDelta) -> Vec<Event> {
        self.rehearsal.round_after(time, &self.sources, Recheck::Due).await
    }

    /// When a path was asked for, since the first round.
    fn asked(&self, path: &str) -> Vec<TimeDelta> {
        let desk = self.desk.lock().expect("no panic");
        desk.asked.iter().filter(|(_, asked)| asked == path).map(|(at, _)| *at - self.start).collect()
    }

    /// When anything was asked between two times.
    fn asked_between(&self, from: TimeDelta, to: TimeDelta) -> Vec<TimeDelta> {
        let desk = self.desk.lock().expect("no panic");
        let since = desk.asked.iter().map(|(at, _)| *at - self.start);
        since.filter(|at| (from..to).contains(at)).collect()
    }
}

fn serve(desk: &Mutex<Desk>, clock: &Stepped, head: &str, stream: &mut TcpStream) -> std::io::Result<()> {
    let mut desk = desk.lock().expect("no panic");
    let path = path_in(head);
    desk.asked.push((clock.now(), path.to_owned()));
    if let Some((status, header)) = desk.refusal {
        return reply(stream, status, &[header], b"<h1>Not now</h1>");
    }
    if path == "/robots.txt" {
        return reply(stream, "200 OK", &["Content-Type: text/plain"], b"User-agent: *\nDisallow: /private/\n");
    }
    let html = "Content-Type: text/html; charset=utf-8";
    let Some(number) = path.strip_prefix("/news/").and_then(|name| name.strip_suffix(".html")) else {
        let rows = desk.listed.iter().map(|n| {
            format!(
                "<li><span>23 November 2026</span> <a href='/news/{n}.html'>Statement {n} on the situation</a></li>"
            )
        });
        let body = format!("<html><body><ul>{}</ul></body></html>", rows.collect::<String>());
        return reply(stream, "200 OK", &[html], body.as_bytes());
    };
    if number.parse().is_ok_and(|number| desk.gone.contains(&number)) {
        return reply(stream, "404 Not Found", &[html], b"<h1>Not found</h1>");
    }
    let etag = format!("ETag: \"{number}\"");
    if desk.lies && head.to_ascii_lowercase().contains("if-none-match") {
        return reply(stream, "304 Not Modified", &[&etag], b"");
    }
    let edits = if number == "1" { desk.edits } else { 0 };
    let body = format!(
        "<html><body><article><h1>Statement {number} on the situation</h1><time datetime=2026-11-23>23 November 2026</time>\
         <p>In its statement {number} the office says that {} lanes of the road are open again, and that all who wish to \
         travel by it can do so from tomorrow on, without any paper but their own.</p></article></body></html>",
        edits + 2
    );
    reply(stream, "200 OK", &[html, &etag], body.as_bytes())
}

/// The news of a kind. That a statement is missing still is none.
fn of(told: &[(TimeDelta, Event)], kind: EventKind) -> Vec<(TimeDelta, &str)> {
    let events = told.iter().filter(|(_, event)| event.kind == kind && event.how.as_deref() != Some("still"));
    events.map(|(at, event)| (*at, event.url.as_deref().unwrap_or_default())).collect()
}

#[tokio::test]
async fn the_schedule_is_kept_for_three_days_beside_a_flood_of_news() {
    let office = Office::open(4);
    let mut told = Vec::new();
    for round in 0..ROUNDS {
        match round {
            // at ten hours one more, at thirty as many as never before, at forty one is taken down from between others
            40 => office.set(|desk| desk.listed.insert(0, 5)),
            120 => office.set(|desk| desk.listed.splice(0..0, (6..=45).rev()).for_each(drop)),
            160 => office.set(|desk| {
                desk.listed.retain(|number| *number != 4);
                desk.gone.push(4);
            }),
            _ => {}
        }
        let events = office.round_after(if round == 0 { TimeDelta::zero() } else { QUARTER }).await;
        told.extend(events.into_iter().map(|event| (QUARTER * i32::try_from(round).expect("few"), event)));
    }
    assert_eq!(of(&told, EventKind::New).len(), 45);

    // the list at each round, robots.txt once a day
    assert_eq!(office.asked("/news").len(), usize::try_from(ROUNDS).expect("few"));
    let robots = office.asked("/robots.txt");
    assert_eq!(robots.len(), 3, "{robots:?}");
    assert!(robots.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::hours(24)), "{robots:?}");

    // each at its ages, never early, a tenth and a round late at most, and never twice for one of them
    let ages = [TimeDelta::hours(1), TimeDelta::hours(6), TimeDelta::days(1), TimeDelta::days(3)];
    let mut late = BTreeMap::new();
    for number in (1..=45).filter(|number| *number != 4) {
        let looks = office.asked(&format!("/news/{number}.html"));
        let (first, rest) = looks.split_first().expect("it was looked at");
        let expected = match number {
            1..=4 => TimeDelta::zero(),
            5 => QUARTER * 40,
            _ => QUARTER * 120,
        };
        assert_eq!(*first, expected, "{number}: news waits for nothing");
        for (look, age) in rest.iter().zip(ages) {
            let since = *look - *first;
            assert!(age <= since && since <= age + age / 10 + QUARTER, "{number} at {since}, for {age}");
            late.entry(age).or_insert_with(Vec::new).push(since);
        }
        let end = QUARTER * i32::try_from(ROUNDS - 1).expect("few") - *first;
        let least = ages.iter().filter(|age| **age + **age / 10 + QUARTER <= end).count();
        let most = ages.iter().filter(|age| **age <= end).count();
        assert!((least..=most).contains(&rest.len()), "{number}: {rest:?}");
    }
    let day = &late[&TimeDelta::days(1)];
    assert!(day.iter().max() > day.iter().min(), "one round's find is not all looked at again in one");

    // gone: asked as soon as it is off the list, confirmed a day later, told once
    let (missing, withdrawn) = (of(&told, EventKind::Missing), of(&told, EventKind::Withdrawn));
    assert_eq!((missing.len(), withdrawn.len()), (1, 1), "{missing:?} {withdrawn:?}");
    assert_eq!(missing[0].0, QUARTER * 160);
    let after = withdrawn[0].0 - missing[0].0;
    assert!((TimeDelta::days(1)..=TimeDelta::days(1) + QUARTER).contains(&after), "{after}");
    assert!(missing[0].1.ends_with("/news/4.html") && withdrawn[0].1 == missing[0].1);
    for kind in [EventKind::Revised, EventKind::Unwell, EventKind::Failed, EventKind::Blocked] {
        assert_eq!(of(&told, kind), [], "{kind:?}");
    }
}

#[tokio::test]
async fn a_host_that_fails_for_a_day_is_asked_less_and_less_and_its_return_is_seen_within_the_hour() {
    let office = Office::open(6);
    let mut told = Vec::new();
    let (down, back) = (20, 20 + 96);
    for round in 0..ROUNDS {
        if round == down {
            office.set(|desk| desk.refusal = Some(("503 Service Unavailable", "Content-Type: text/html")));
        } else if round == back {
            office.set(|desk| desk.refusal = None);
        }
        let events = office.round_after(if round == 0 { TimeDelta::zero() } else { QUARTER }).await;
        told.extend(events.into_iter().map(|event| (QUARTER * i32::try_from(round).expect("few"), event)));
    }
    let at = |round: i64| QUARTER * i32::try_from(round).expect("few");
    let asked = office.asked_between(at(down), at(back));
    let mut rounds: Vec<TimeDelta> = asked.clone();
    rounds.dedup();
    let gaps: Vec<TimeDelta> = rounds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[0] == QUARTER && gaps[1] == QUARTER, "three rounds are asked before it is left alone: {gaps:?}");
    assert!(gaps.iter().all(|gap| *gap <= TimeDelta::hours(1)), "never for longer than an hour: {gaps:?}");
    assert!(rounds.len() < 70, "{} of 96 rounds ask a host that is down", rounds.len());
    assert!(asked.len() <= rounds.len() * 3, "{} requests in {} rounds", asked.len(), rounds.len());
    let well = of(&told, EventKind::Well);
    assert_eq!((of(&told, EventKind::Unwell).len(), well.len()), (1, 1));
    assert!(well[0].0 - at(back) <= TimeDelta::hours(1), "{well:?}");
    for kind in [EventKind::Missing, EventKind::Withdrawn, EventKind::Revised] {
        assert_eq!(of(&told, kind), [], "{kind:?}");
    }
    // what fell due meanwhile and came to nothing is made up for, once
    for number in 1..=6 {
        let mut looks = office.asked(&format!("/news/{number}.html"));
        looks.retain(|look| *look >= at(back));
        assert!(looks.len() == 1 && looks[0] - at(back) <= TimeDelta::hours(7), "{number}: {looks:?}");
    }
}

#[tokio::test]
async fn retry_after_holds_over_rounds_and_no_longer() {
    let office = Office::open(3);
    for round in 0..40 {
        match round {
            12 => office.set(|desk| desk.refusal = Some(("429 Too Many Requests", "Retry-After: 7200"))),
            13 => office.set(|desk| desk.refusal = None),
            _ => {}
        }
        let _ = office.round_after(if round == 0 { TimeDelta::zero() } else { QUARTER }).await;
    }
    let asked = office.asked("/news");
    let refused = QUARTER * 12;
    assert!(asked.contains(&refused));
    let next = asked.iter().find(|at| **at > refused).expect("it is asked again");
    assert_eq!(*next - refused, TimeDelta::hours(2));
    assert_eq!(asked.len(), 40 - 7);
}

#[tokio::test]
async fn a_server_that_says_not_modified_and_lies_is_found_out_within_its_week() {
    let office = Office::open(3);
    let mut told = Vec::new();
    for round in 0..40 {
        if round == 8 {
            office.set(|desk| (desk.lies, desk.edits) = (true, 3));
        }
        let events = office.round_after(if round == 0 { TimeDelta::zero() } else { TimeDelta::hours(6) }).await;
        told.extend(events.into_iter().map(|event| (TimeDelta::hours(6) * round, event)));
    }
    let revised = of(&told, EventKind::Revised);
    assert_eq!(revised.len(), 1, "{revised:?}");
    assert!(revised[0].1.ends_with("/news/1.html"));
    let (day, late) = (TimeDelta::days(1), TimeDelta::days(7) / 10 + TimeDelta::hours(6));
    assert!(revised[0].0 > day * 3 && revised[0].0 <= day * 8 + late, "{revised:?}");
}
