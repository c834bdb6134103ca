//! Which failures deserve one more try in the same round, as a table.
//!
//! | failure | tries again | because |
//! |---|---|---|
//! | reset, or closed without an answer | once | a server that restarts or a stale connection does this, and is well a second later |
//! | timeout while connecting | once | one lost packet looks like this |
//! | timeout or slowness of an answer | no | the server is busy; asking again makes it busier |
//! | 429, 5xx (no failure here, but an answer) | no | the server has said that it is too much, or unwell; the next round asks |
//! | 4xx (an answer too) | no | the same question has the same answer |
//! | no such name, certificate, refused connection | no | nothing changes within seconds |
//! | cut short, too large, broken protocol, redirects | no | the server does so every time |
//! | ours: not allowed, robots.txt, busy, left alone, given up | no | asking again would be the offence |

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::fetch::FailureKind;

/// How long to wait before trying again after `tries` tries that ended in `kind`; `None` when it is not worth it.
///
/// Half of the wait is chance, so that sources that failed together do not return together.
pub fn wait_before_retry(kind: FailureKind, tries: u32) -> Option<Duration> {
    let most = match kind {
        FailureKind::Reset | FailureKind::ConnectTimeout => 1,
        FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Timeout
        | FailureKind::TooSlow
        | FailureKind::TooLarge
        | FailureKind::CutShort
        | FailureKind::Protocol
        | FailureKind::Redirects
        | FailureKind::OffSite
        | FailureKind::Forbidden
        | FailureKind::Robots
        | FailureKind::RobotsUnavailable
        | FailureKind::Busy
        | FailureKind::LeftAlone
        | FailureKind::GivenUp => 0,
    };
    (tries <= most).then(|| Duration::from_millis(500 + chance(500)))
}

/// A number below `bound`, good enough to spread waits: the seed of the standard library's hash tables.
pub(super) fn chance(bound: u64) -> u64 {
    RandomState::new().hash_one(bound) % bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_tried_once_more_and_a_timeout_is_not() {
        let wait = wait_before_retry(FailureKind::Reset, 1).expect("a second try");
        assert!((500..1000).contains(&wait.as_millis()));
        assert_eq!(wait_before_retry(FailureKind::Reset, 2), None);
        assert_eq!(wait_before_retry(FailureKind::Timeout, 1), None);
    }
}
