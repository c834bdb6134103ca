//! How deep a round goes into a source's list: once a week through all of its pages.
//!
//! Nothing is remembered for it. The weeks of a source count from its first round, each at an offset of the source's own, so
//! that not all walk on one day; the first round that the list answers in a week is the one that walks. What a killed
//! round or a lost index would have forgotten is worked out anew from the log.

use chrono::TimeDelta;

use crate::archive::index::{Index, IndexError};
use crate::collect::discover::Depth;
use crate::model::digest::Digest;
use crate::model::statement::SourceId;
use crate::model::time::Instant;

/// Between two walks through all pages.
const WEEK: TimeDelta = TimeDelta::days(7);

/// How deep a source is asked at `now`, when its list was last answered in a whole round before `before`.
pub(super) fn of_round(index: &Index, source: &SourceId, before: Instant, now: Instant) -> Result<Depth, IndexError> {
    let (first, last) = (index.first_polled(source)?, index.last_listing_before(source, before)?);
    Ok(match (first, last) {
        (Some(first), Some(last)) if week(source, first, now) > week(source, first, last) => Depth::Pages,
        (Some(_) | None, Some(_) | None) => Depth::News,
    })
}

/// The week of a source in which an instant lies; the first ends after seven to fourteen days.
fn week(source: &SourceId, first: Instant, at: Instant) -> i64 {
    let digest = Digest::of(source.as_str().as_bytes());
    let [a, b, ..] = digest.as_bytes();
    let offset = WEEK.num_milliseconds() * i64::from(u16::from_be_bytes([*a, *b])) / (i64::from(u16::MAX) + 1);
    ((at - first).num_milliseconds() - offset).div_euclid(WEEK.num_milliseconds()).max(0)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::archive::index::IndexPlace;
    use crate::collect::clock::Clock;
    use crate::collect::due::Recheck;
    use crate::collect::round::rehearsal::Rehearsal;
    use crate::collect::stage::{Server, clock, reply, source};

    #[test]
    fn each_source_has_a_day_of_its_own_and_seven_days_between_two() {
        let first = clock().now();
        let mut days = std::collections::BTreeSet::new();
        for n in 0..40 {
            let source: SourceId = format!("office-{n}").parse().expect("a source");
            let walks: Vec<i64> = (1..=60 * 24)
                .filter(|hour| {
                    let at = |hour: i64| week(&source, first, first + TimeDelta::hours(hour));
                    at(*hour) > at(hour - 1)
                })
                .collect();
            assert!((7 * 24..=14 * 24).contains(&walks[0]), "{walks:?}");
            assert!(walks.windows(2).all(|pair| pair[1] - pair[0] == 7 * 24), "{walks:?}");
            days.insert(walks[0] % (7 * 24) / 24);
        }
        assert_eq!(days.len(), 7, "spread over the week: {days:?}");
    }

    /// An office whose list can be changed, and an archive of which nothing but the log outlives a round.
    struct Stage {
        listed: Arc<Mutex<Vec<u32>>>,
        server: Server,
        rehearsal: Rehearsal,
    }

    impl Stage {
        fn of(numbers: impl DoubleEndedIterator<Item = u32>) -> Self {
            let listed = Arc::new(Mutex::new(numbers.rev().collect::<Vec<_>>()));
            let shown = Arc::clone(&listed);
            let server = Server::start(move |path, stream| {
                let body = page(path, &shown.lock().expect("no panic"));
                reply(stream, "200 OK", &["Content-Type: text/html; charset=utf-8"], body.as_bytes())
            });
            Self { listed, server, rehearsal: Rehearsal::new(IndexPlace::Memory) }
        }

        /// A round after so many days; the list's pages that were asked for, and the statements that are new with their flags.
        async fn round_after(&self, days: i64) -> (usize, Vec<(String, Vec<String>)>) {
            let before = self.server.paths().len();
            let sources = [source(self.server.url("/news").as_str())];
            let told = self.rehearsal.round_after(TimeDelta::days(days), &sources, Recheck::None).await;
            let flags = |flags: Vec<_>| flags.iter().map(ToString::to_string).collect();
            let told = told.into_iter().map(|event| (event.url.unwrap_or_default(), flags(event.flags)));
            let paths = self.server.paths();
            let pages = paths[before..].iter().filter(|path| path.starts_with("/news?") || *path == "/news").count();
            (pages, told.collect())
        }
    }

    /// A page of the list, three statements each, or a statement.
    fn page(path: &str, listed: &[u32]) -> String {
        if let Some(number) = path.strip_prefix("/news/").and_then(|name| name.strip_suffix(".html")) {
            return format!(
                "<html><body><article><h1>Statement {number} on the situation</h1><time datetime=2026-01-05>5 January 2026</time>\
                 <p>In its statement {number} the office says that the road is open again, and that all who wish to travel \
                 by it can do so from tomorrow on, without any paper but their own.</p></article></body></html>"
            );
        }
        let number: usize = path.strip_prefix("/news?page=").and_then(|number| number.parse().ok()).unwrap_or(1);
        let rows = listed.iter().skip((number - 1) * 3).take(3).map(|n| {
            format!("<li><span>5 January 2026</span> <a href='/news/{n}.html'>Statement {n} on the situation</a></li>")
        });
        let rows: String = rows.collect();
        let next = match number * 3 < listed.len() {
            true => format!("<a rel=next href='/news?page={}'>Next</a>", number + 1),
            false => String::new(),
        };
        format!("<html><body><ul>{rows}</ul>{next}</body></html>")
    }

    #[tokio::test]
    async fn once_a_week_what_was_slipped_in_below_is_found() {
        let stage = Stage::of(1..=12);
        let (pages, new) = stage.round_after(0).await;
        assert_eq!((pages, new.len()), (4, 12), "a first round goes through all: {new:?}");
        stage.listed.lock().expect("no panic").insert(7, 77);
        let mut walks = Vec::new();
        for day in 1..=30 {
            let (pages, told) = stage.round_after(1).await;
            match pages {
                1 => assert!(told.is_empty(), "day {day}: {told:?}"),
                5 => walks.push((day, told)),
                other => panic!("{other} pages on day {day}"),
            }
        }
        let days: Vec<i64> = walks.iter().map(|(day, _)| *day).collect();
        assert!((7..=14).contains(&days[0]) && days.windows(2).all(|pair| pair[1] - pair[0] == 7), "{days:?}");
        let (_, first) = &walks[0];
        let (url, flags) = &first[0];
        assert_eq!((first.len(), url.ends_with("/news/77.html")), (1, true), "{first:?}");
        assert!(
            flags.iter().any(|flag| flag == "stated-earlier"),
            "its date lies before the looks without it: {flags:?}"
        );
        assert!(walks[1..].iter().all(|(_, told)| told.is_empty()), "and it is found once");
    }
}
