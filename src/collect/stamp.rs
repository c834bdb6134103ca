//! Asking authorities for time stamps over the log's checkpoint, and whom to ask when.
//!
//! What comes back is checked whole before it counts. An authority that does not answer well is told of and asked again another
//! time; nothing waits for it longer than one exchange takes. Knows no archive: what was stamped before is told to it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::clock::Clock;
use super::fetch::{Client, Failure, FetchError};
use super::host::Hosts;
use crate::archive::index::Stamped;
use crate::archive::stamps::{LONGEST_RESPONSE, Request, Response, Roots, StampError, Wanted, check};
use crate::model::source::{Kind, Limits, ReadSettings, Robots, Source};
use crate::model::time::Instant;

/// Longest that the newest checkpoint goes without a new stamp: signers' certificates last a few years, and the newest
/// stamp covers everything before it.
const LONGEST: TimeDelta = TimeDelta::days(365);

/// How an authority is asked, and under what its answer counts.
pub struct Manner<'a> {
    /// The roots; with none, the chain is not checked.
    pub roots: &'a Roots,
    /// The policies that are taken; any where there is none.
    pub policies: &'a [String],
    /// Least time between two requests to one host.
    pub min_interval: Duration,
    /// Most time for one exchange.
    pub timeout: Duration,
    /// Whom to complain to.
    pub contact: &'a str,
}

/// A stamp that holds.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The authority that was asked.
    pub server: Url,
    /// Its whole answer.
    pub response: Response,
    /// Who signed, under one of the roots; `None` where none was given, and the time is a claim.
    pub signer: Option<String>,
}

/// Why there is no stamp.
#[derive(Debug, thiserror::Error)]
pub enum NoStamp {
    /// Connections cannot be prepared.
    #[error(transparent)]
    Begin(#[from] FetchError),
    /// There was no answer.
    #[error(transparent)]
    Unreached(#[from] Failure),
    /// The answer was an HTTP status and no stamp.
    #[error("the authority answers with status {0}")]
    Status(u16),
    /// The stamp does not hold.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// There is no randomness for the request.
    #[error("the system gives no random numbers")]
    Random,
}

/// The authorities whose time has come, for a log that has `size` entries and these stamps, in the order of its entries.
///
/// One is due that never stamped this log; `every` after its last stamp where the log has grown since by more than entries
/// that name stamps; and a year after it in any case. A last stamp in the future is a clock that was wrong then.
pub fn due<'s>(servers: &'s [Url], stamps: &[Stamped], size: u64, every: Duration, now: Instant) -> Vec<&'s Url> {
    let every = TimeDelta::from_std(every).unwrap_or(LONGEST);
    let is_due = |server: &&Url| {
        let Some(last) = stamps.iter().rfind(|stamp| stamp.fact.authority == server.as_str()) else { return size > 0 };
        let since = now.signed_duration_since(last.fact.time);
        let told = stamps.iter().filter(|stamp| stamp.seq.number() >= last.fact.size).count() as u64;
        let has_grown = size.saturating_sub(last.fact.size) > told;
        since < TimeDelta::zero() || since >= LONGEST || has_grown && since >= every
    };
    servers.iter().filter(is_due).collect()
}

/// Asks one authority for a stamp over a signed note.
///
/// # Errors
/// Says why there is none that counts: an answer that does not hold in every part is as good as none.
pub async fn ask(
    server: &Url,
    note: &[u8],
    manner: &Manner<'_>,
    clock: Arc<dyn Clock>,
    hosts: Arc<Hosts>,
) -> Result<Answer, NoStamp> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| NoStamp::Random)?;
    let request = Request::over(note, random);
    let client = Client::new(&door(server, manner), manner.contact, clock, hosts)?;
    let exchange = client.ask_time(server, request.der()).await?;
    if exchange.status != 200 {
        return Err(NoStamp::Status(exchange.status));
    }
    let response = Response::parse(&exchange.body)?;
    let wanted = Wanted { nonce: Some(request.nonce()), policies: manner.policies };
    let signer = match check(&response, note, manner.roots, &wanted) {
        Ok(checked) => Some(checked.signer),
        Err(StampError::NotChecked { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    Ok(Answer { server: server.clone(), response, signer })
}

/// An authority as somebody who is asked: its own host alone, small answers, no robots.txt.
fn door(server: &Url, manner: &Manner<'_>) -> Source {
    Source {
        id: "stamp".parse().expect("a short name"),
        name: server.to_string(),
        url: server.clone(),
        kind: Kind::Urls,
        every: Duration::ZERO,
        links: None,
        reading: ReadSettings::default(),
        allow_hosts: Vec::new(),
        proxy: None,
        ca: None,
        headers: Vec::new(),
        robots: Robots::Ignore("an authority of time is made for programs".to_owned()),
        was: Vec::new(),
        closed: None,
        limits: Limits {
            min_interval: manner.min_interval,
            timeout: manner.timeout,
            max_body: LONGEST_RESPONSE,
            ..Limits::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::history::Seq;
    use crate::collect::stage::{Server, reply};
    use crate::model::digest::Digest;
    use crate::model::entry::StampFact;
    use crate::model::time::parse_rfc3339;

    fn server(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn at(text: &str) -> Instant {
        parse_rfc3339(text).expect("a time")
    }

    /// A stamp over the first `size` entries, in entry `number`.
    fn stamped(number: u64, authority: &str, size: u64, time: &str) -> Stamped {
        let file = (Digest::of(b""), String::new());
        let (time, authority) = (at(time), server(authority).to_string());
        let fact = StampFact { time, authority, size, gen_time: time, note: file.clone(), response: file };
        Stamped { seq: Seq::new(1, number), fact }
    }

    const ONE: &str = "https://one.example/tsr";
    const TWO: &str = "https://two.example/";
    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn who_never_stamped_is_due_and_an_empty_log_is_not() {
        let (servers, now) = ([server(ONE), server(TWO)], at("2026-11-26T07:00:00Z"));
        let both: Vec<&Url> = servers.iter().collect();
        assert_eq!(due(&servers, &[], 3, DAY, now), both);
        assert!(due(&servers, &[], 0, DAY, now).is_empty());
        let stamps = [stamped(3, ONE, 3, "2026-11-26T06:00:00Z")];
        assert_eq!(due(&servers, &stamps, 4, DAY, now), both[1..], "one that failed is asked again, and it alone");
    }

    #[test]
    fn a_day_later_it_is_due_where_more_came_than_stamps() {
        let servers = [server(ONE), server(TWO)];
        let stamps = [stamped(3, ONE, 3, "2026-11-26T06:00:00Z"), stamped(4, TWO, 3, "2026-11-26T06:00:00Z")];
        let due = |size, now| due(&servers, &stamps, size, DAY, at(now)).len();
        assert_eq!(due(5, "2026-11-28T06:00:00Z"), 0, "its own entries are nothing new");
        assert_eq!(due(6, "2026-11-27T05:59:59Z"), 0, "not yet");
        assert_eq!(due(6, "2026-11-27T06:00:00Z"), 2);
    }

    #[test]
    fn the_newest_checkpoint_is_stamped_again_after_a_year_and_a_wrong_clock_is_forgiven() {
        let servers = [server(ONE)];
        let stamps = [stamped(3, ONE, 3, "2026-11-26T06:00:00Z")];
        let due = |now| due(&servers, &stamps, 4, DAY, at(now)).len();
        assert_eq!((due("2027-11-26T05:59:59Z"), due("2027-11-26T06:00:00Z")), (0, 1));
        assert_eq!(due("2026-11-26T05:00:00Z"), 1, "it was stamped in the future");
    }

    fn manner(roots: &Roots) -> Manner<'_> {
        let timeout = Duration::from_secs(2);
        Manner { roots, policies: &[], min_interval: Duration::ZERO, timeout, contact: "mailto:desk@desk.example" }
    }

    async fn asked(server: &Server, path: &str) -> NoStamp {
        let clock: Arc<dyn Clock> = Arc::new(crate::collect::clock::System);
        let roots = Roots::none();
        let answer = ask(&server.url(path), b"a note", &manner(&roots), clock, Arc::new(Hosts::default())).await;
        answer.expect_err("no stamp")
    }

    #[tokio::test]
    async fn what_is_no_stamp_is_told_in_words() {
        let server = Server::start(|path, stream| match path {
            "/html" => reply(stream, "200 OK", &["Content-Type: text/html"], b"<title>Please log in</title>"),
            "/moved" => reply(stream, "302 Found", &["Location: /html"], b""),
            "/refused" => reply(stream, "200 OK", &[], &[0x30, 5, 0x30, 3, 2, 1, 2]),
            "/large" => reply(stream, "200 OK", &[], &vec![0x30; LONGEST_RESPONSE + 1]),
            _ => reply(stream, "500 Oh", &[], b""),
        });
        assert!(matches!(asked(&server, "/html").await, NoStamp::Stamp(StampError::Garbled(_))));
        assert!(matches!(asked(&server, "/moved").await, NoStamp::Status(302)));
        assert!(matches!(asked(&server, "/refused").await, NoStamp::Stamp(StampError::Rejected(_))));
        assert!(matches!(asked(&server, "/large").await, NoStamp::Unreached(_)));
        assert!(matches!(asked(&server, "/").await, NoStamp::Status(500)));
        assert_eq!(server.paths(), ["/html", "/moved", "/refused", "/large", "/"], "one request each, no robots.txt");
        let head = &server.requests()[0].to_ascii_lowercase();
        for line in [
            "post /html",
            "content-type: application/timestamp-query",
            "accept: application/timestamp-reply",
            "(+mailto:desk@desk.example)",
            "content-length: ",
        ] {
            assert!(head.contains(line), "{line} is not in {head}");
        }
    }
}
