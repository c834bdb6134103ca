//! Hosts as one process after another asks them, with time that the tests move.

use super::*;
use crate::collect::clock::Stepped;
use crate::collect::stage::clock;

const SECOND: Duration = Duration::from_secs(1);
const QUARTER: TimeDelta = TimeDelta::minutes(15);

fn url() -> Url {
    Url::parse("http://ministry.example/").expect("an address")
}

fn host(text: &str, hosts: &Hosts) -> Arc<Host> {
    hosts.of(&Url::parse(text).expect("an address"))
}

/// A new process that knows what the one before noted.
fn after(before: &Hosts, clock: &Stepped, asking: Asking) -> Hosts {
    let hosts = Hosts::default();
    hosts.remember(before.news(clock.now()), clock.now());
    hosts.new_round(asking, clock.now());
    hosts
}

async fn answer(host: &Host, clock: &Stepped, status: u16, retry_after: Option<Duration>) {
    let turn = host.turn(Duration::ZERO, clock).await.expect("a turn");
    turn.answered(status, retry_after, clock.now());
}

async fn fail(host: &Host, clock: &Stepped, kind: FailureKind) {
    host.turn(Duration::ZERO, clock).await.expect("a turn").failed(kind, clock.now());
}

#[test]
fn a_host_is_one_whatever_its_scheme_case_and_path() {
    let hosts = Hosts::default();
    let a = host("http://Ministry.example:443/x", &hosts);
    assert!(Arc::ptr_eq(&a, &host("https://ministry.example/y", &hosts)));
    assert!(!Arc::ptr_eq(&a, &host("http://ministry.example/y", &hosts)));
}

#[tokio::test(start_paused = true)]
async fn requests_keep_their_distance() {
    let (host, clock) = (Host::default(), clock());
    let start = Tick::now();
    for _ in 0..3 {
        host.turn(SECOND, &clock).await.expect("a turn").answered(200, None, clock.now());
    }
    assert_eq!(start.elapsed(), 2 * SECOND);
    host.set_crawl_delay(10 * SECOND);
    host.turn(SECOND, &clock).await.expect("a turn").answered(200, None, clock.now());
    assert_eq!(start.elapsed(), 12 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_distance_counts_from_when_a_request_was_sent() {
    let (host, clock) = (Host::default(), clock());
    let start = Tick::now();
    let turn = host.turn(SECOND, &clock).await.expect("a turn");
    tokio::time::advance(SECOND / 4).await;
    host.sent();
    turn.answered(200, None, clock.now());
    host.turn(SECOND, &clock).await.expect("a turn").failed(FailureKind::CutShort, clock.now());
    assert_eq!(start.elapsed(), SECOND * 5 / 4);
}

#[tokio::test(start_paused = true)]
async fn two_processes_keep_their_distance_too() {
    let (first, clock) = (Hosts::default(), clock());
    first.of(&url()).turn(SECOND, &clock).await.expect("a turn").answered(200, None, clock.now());
    for (passed, left) in [(400, 601), (5_000, 0)] {
        let noted = first.news(clock.now());
        first.of(&url()).sent();
        clock.advance(TimeDelta::milliseconds(passed));
        let second = Hosts::default();
        second.remember(noted, clock.now());
        let (host, start) = (second.of(&url()), Tick::now());
        let _turn = host.turn(SECOND, &clock).await.expect("a turn");
        assert_eq!(start.elapsed(), Duration::from_millis(left));
    }
}

#[tokio::test(start_paused = true)]
async fn two_never_ask_at_once() {
    let (host, clock) = (Host::default(), clock());
    let first = host.turn(Duration::ZERO, &clock).await.expect("a turn");
    let second = tokio::time::timeout(SECOND, host.turn(Duration::ZERO, &clock)).await;
    assert!(second.is_err(), "waits while the first is out");
    first.answered(200, None, clock.now());
    assert!(host.turn(Duration::ZERO, &clock).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_by_every_process_and_by_hand_and_capped() {
    let (hosts, clock) = (Hosts::default(), clock());
    answer(&hosts.of(&url()), &clock, 429, Some(Duration::from_secs(999_999))).await;
    let until = clock.now() + LONGEST_WAIT;
    let next = after(&hosts, &clock, Asking::ByHand);
    clock.advance(LONGEST_WAIT - TimeDelta::seconds(1));
    assert_eq!(next.of(&url()).turn(SECOND, &clock).await.map(|_| ()), Err(Away::Busy(until)));
    clock.advance(TimeDelta::seconds(1));
    assert!(next.of(&url()).turn(SECOND, &clock).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn three_failures_in_a_row_give_a_host_up_for_the_round() {
    let (hosts, clock) = (Hosts::default(), clock());
    let host = hosts.of(&url());
    for kind in [FailureKind::Reset, FailureKind::CutShort, FailureKind::Timeout] {
        fail(&host, &clock, kind).await;
    }
    answer(&host, &clock, 500, None).await;
    assert_eq!(host.may_be_asked(clock.now()), Err(Away::GivenUp), "one of the four was the page's");
    hosts.new_round(Asking::OnSchedule, clock.now());
    fail(&host, &clock, FailureKind::Connect).await;
    answer(&host, &clock, 200, None).await;
    fail(&host, &clock, FailureKind::Connect).await;
    fail(&host, &clock, FailureKind::Connect).await;
    assert!(host.may_be_asked(clock.now()).is_ok(), "an answer between them begins the count anew");
}

#[tokio::test(start_paused = true)]
async fn a_dead_host_is_asked_ever_less_often_and_its_return_is_seen_within_the_hour() {
    let (mut hosts, clock) = (Hosts::default(), clock());
    let (mut asked, mut last) = (Vec::new(), 0);
    for round in 0..96 {
        hosts = after(&hosts, &clock, Asking::OnSchedule);
        // what is not changed is not noted anew: as the index does, keep it
        let host = hosts.of(&url());
        lock(&host.state).changed = true;
        if host.may_be_asked(clock.now()).is_ok() {
            fail(&host, &clock, FailureKind::Timeout).await;
            assert!(round - last <= 4, "an hour passes between {last} and {round}");
            asked.push(round);
            last = round;
        }
        clock.advance(QUARTER);
    }
    assert_eq!(asked[..3], [0, 1, 2]);
    assert!((24..=50).contains(&asked.len()), "asked in {} of 96 rounds", asked.len());
    let by_hand = after(&hosts, &clock, Asking::ByHand);
    answer(&by_hand.of(&url()), &clock, 200, None).await;
    let well = after(&by_hand, &clock, Asking::OnSchedule);
    assert!(well.of(&url()).may_be_asked(clock.now()).is_ok(), "one answer ends it");
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_of_seconds_leaves_nobody_alone() {
    let (mut hosts, clock) = (Hosts::default(), clock());
    for _ in 0..10 {
        hosts = after(&hosts, &clock, Asking::OnSchedule);
        answer(&hosts.of(&url()), &clock, 500, None).await;
        clock.advance(TimeDelta::seconds(10));
    }
    assert!(after(&hosts, &clock, Asking::OnSchedule).of(&url()).may_be_asked(clock.now()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_a_clock_noted_that_was_set_back_holds_no_longer_than_it_can() {
    let (hosts, clock) = (Hosts::default(), clock());
    let far = Some(clock.now() + TimeDelta::days(1000));
    let noted =
        HostManners { host: host_key(&url()), last: far, busy_until: far, left_until: far, ..HostManners::default() };
    hosts.remember(Manners { hosts: vec![noted], robots: vec![] }, clock.now());
    clock.advance(LONGEST_WAIT);
    hosts.new_round(Asking::OnSchedule, clock.now());
    assert!(hosts.of(&url()).turn(SECOND, &clock).await.is_ok());
}
