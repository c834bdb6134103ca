//! What the looks of a round show, where `judge` alone does not say it.

use crate::collect::discover;
use crate::collect::fetch::{Failure, FailureKind};
use crate::collect::judge;
use crate::model::capture::{Judgement, Verdict};
use crate::model::source::Source;

/// What a look without an answer shows; `None` where nothing was asked at all.
pub(super) fn judge_failure(failure: &Failure) -> Option<Judgement> {
    let asked = !matches!(failure.kind, FailureKind::Busy | FailureKind::LeftAlone | FailureKind::GivenUp);
    asked.then(|| judge::judge_failure(failure))
}

/// Whether a listing's host was asked at all: one that wants to be left alone, or is, has said nothing about its source.
pub(super) fn was_asked(poll: &discover::Poll) -> bool {
    let kind = poll.visit.as_ref().err().map(|failure| failure.kind);
    !matches!(kind, Some(FailureKind::Busy | FailureKind::LeftAlone))
}

/// What a look at a listing shows: a page that lists statements is one, whatever else it says.
pub(super) fn judge_poll(source: &Source, poll: &discover::Poll) -> Judgement {
    let visit = match &poll.visit {
        Ok(visit) => visit,
        Err(failure) => return judge::judge_failure(failure),
    };
    let judgement = judge::judge(source, visit);
    let listing = Judgement { verdict: Verdict::Listing, evidence: vec![], final_at_once: false };
    match judgement.verdict {
        Verdict::Statement | Verdict::Gone if visit.answer.status < 300 && !poll.items.is_empty() => listing,
        Verdict::Statement => match &poll.problem {
            Some(problem) => {
                Judgement { verdict: Verdict::Failed, evidence: vec![problem.clone()], final_at_once: false }
            }
            None => listing,
        },
        Verdict::Listing
        | Verdict::NotModified
        | Verdict::Gone
        | Verdict::Unwell
        | Verdict::Blocked
        | Verdict::Disallowed
        | Verdict::Failed => judgement,
    }
}
