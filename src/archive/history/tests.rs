//! The rules of the fold, each with looks that are made up for it.

use super::*;
use crate::model::entry::{Mark, Sameness};
use crate::model::time::parse_rfc3339;

fn at(hour: i64) -> Instant {
    parse_rfc3339("2026-11-23T00:00:00Z").expect("a time") + chrono::TimeDelta::hours(hour)
}

fn look(seq: i64, verdict: Verdict) -> Look {
    Look {
        seq: Seq(seq),
        round: at(seq),
        time: at(seq),
        url: "https://ministry.example/news/1".into(),
        status: Some(200),
        verdict,
        body: Some(Digest::of(&seq.to_be_bytes())),
        response: None,
        equals: None,
        same_as: None,
        marks: vec![],
        confirm: Some(3600),
        final_at_once: false,
        reason: None,
    }
}

fn read(seq: i64, wording: &str, published: Option<&str>) -> Read {
    let wording = Digest::of(wording.as_bytes());
    let published = published.and_then(|date| date.parse().ok());
    let text = TextHead { digest: wording, title: None, published, language: None, wording };
    Read { seq: Seq(seq), reader: ReaderId("1".into()), text: Some(text), visible: None }
}

/// The history of a page that showed these texts, one look each.
fn showing(texts: &[&str], change: impl Fn(&mut Look)) -> History {
    let mut looks: Vec<Look> = (0..).zip(texts).map(|(seq, _)| look(seq, Verdict::Statement)).collect();
    looks.iter_mut().for_each(change);
    let readings = (0..).zip(texts).map(|(seq, text)| (Seq(seq), vec![read(seq, text, None)])).collect();
    fold(&looks, &readings, None)
}

fn told(history: &History) -> Vec<&'static str> {
    history.seen.iter().map(|seen| seen.kind.as_str()).collect()
}

#[test]
fn a_first_return_is_news_and_a_text_that_goes_on_flipping_is_not() {
    let history = showing(&["a", "b", "a", "b", "a", "b", "c", "a"], |_| {});
    let expected = ["new", "revised", "revised", "revised", "unchanged", "unchanged", "revised", "unchanged"];
    assert_eq!(told(&history), expected);
    assert_eq!(history.revisions[2].flags, ["reverted"]);
    assert_eq!(history.revisions[3].flags, ["reverted", "unstable"]);
    assert_eq!(history.seen[4].how, Some("unstable"));
    assert_eq!(history.latest().map(|revision| revision.number), Some(5), "a text never seen before is news still");
}

#[test]
fn what_was_judged_the_same_makes_no_revision() {
    let judged = |look: &mut Look| {
        if look.seq == Seq(1) {
            look.same_as = Some((Seq(0), Sameness::Redesigned));
        }
    };
    let history = showing(&["a", "a in a frame", "a in a frame", "c in a frame"], judged);
    assert_eq!(told(&history), ["new", "unchanged", "unchanged", "revised"]);
    assert_eq!(history.seen[1].how, Some("redesigned"));
    assert_eq!(history.revisions[0].looks, 3);
    let elsewhere = |look: &mut Look| {
        if look.seq == Seq(2) {
            look.same_as = Some((Seq(0), Sameness::Redesigned));
        }
    };
    let history = showing(&["a", "b", "c"], elsewhere);
    assert_eq!(told(&history), ["new", "revised", "revised"], "judged the same as something that stands no more");
}

#[test]
fn marks_are_told_once_a_revision() {
    let marked = |look: &mut Look| {
        if look.seq > Seq(0) {
            look.marks = vec![Mark::Delisted];
        }
    };
    let history = showing(&["a", "a", "a", "b"], marked);
    assert_eq!(history.seen[1].flags, ["delisted"]);
    assert!(history.seen[2].flags.is_empty());
    assert_eq!(history.seen[3].flags, ["delisted"]);
    assert_eq!(history.revisions[0].flags, ["delisted"]);
}

#[test]
fn gone_twice_and_far_enough_apart_is_withdrawn_and_may_come_back() {
    let looks: Vec<Look> = [Verdict::Statement, Verdict::Gone, Verdict::Blocked, Verdict::Gone, Verdict::Statement]
        .into_iter()
        .zip(0..)
        .map(|(verdict, seq)| look(seq, verdict))
        .collect();
    let readings = [0, 4].map(|seq| (Seq(seq), vec![read(seq, "a", None)])).into_iter().collect();
    let history = fold(&looks, &readings, None);
    assert_eq!(told(&history), ["new", "missing", "blocked", "withdrawn", "restored"]);
    assert_eq!(history.state, State::Up);
    let soon: Vec<Look> =
        looks.into_iter().map(|look| Look { confirm: Some(24 * 3600), ..look }).filter(|l| l.seq < Seq(4)).collect();
    assert_eq!(fold(&soon, &readings, None).state, State::Missing, "the two looks lie too near");
}

#[test]
fn a_date_before_the_source_was_last_seen_without_it_is_flagged() {
    let looks = [look(72, Verdict::Statement)];
    let flags = |date: &str| {
        let readings = [(Seq(72), vec![read(72, "a", Some(date))])].into_iter().collect();
        fold(&looks, &readings, Some(at(71))).revisions[0].flags.clone()
    };
    assert_eq!(flags("2026-11-24T10:00:00+00:00"), ["stated-earlier"]);
    assert!(flags("2026-11-25").is_empty());
}
