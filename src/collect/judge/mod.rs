//! Says what an answer shows: a statement, no change, a statement that is gone, a gate, or nothing.
//!
//! Pure over one look. What is said rests on evidence that is named line by line; where the evidence is thin the answer
//! counts as a statement, for a page that is kept can be judged again and one that was thrown away cannot.

mod address;
mod glance;
mod markers;
mod phrases;
mod refusals;
#[cfg(test)]
mod tests;

use crate::model::capture::{Exchange, Judgement, Verdict, Visit};
use crate::model::source::{ReadSettings, Source};
use crate::read::json;

use super::fetch::{Failure, FailureKind};
use glance::Glance;

/// A page with fewer letters outside links, menus and margins than this says little: about six sentences.
const LITTLE: usize = 800;
/// A page with fewer than this says next to nothing: a sentence or two.
const NEXT_TO_NOTHING: usize = 200;
/// A page with fewer letters than this in all shows nothing to a visitor.
const NOTHING: usize = 20;

/// Judges the answer to a look at a statement of `source`.
pub fn judge(source: &Source, visit: &Visit) -> Judgement {
    let answer = &visit.answer;
    let status = format!("status {}", answer.status);
    if let Some(line) = address::leads_to_login(visit) {
        return say(Verdict::Blocked, [line, status]);
    }
    if answer.status == 304 {
        return not_modified(answer);
    }
    let glance = Glance::at(answer);
    if let Some(evidence) = markers::gate(answer, &glance) {
        return say(Verdict::Blocked, [status].into_iter().chain(evidence));
    }
    match answer.status {
        200..=299 => found(source, visit, &glance),
        404 => say(Verdict::Gone, [status].into_iter().chain(glance.title_line())),
        410 => Judgement { final_at_once: true, ..say(Verdict::Gone, [status].into_iter().chain(glance.title_line())) },
        // 418 is what some firewalls say instead of 403.
        401 | 403 | 407 | 418 | 429 | 451 => say(Verdict::Blocked, [status].into_iter().chain(glance.title_line())),
        _ => say(Verdict::Failed, [status].into_iter().chain(glance.title_line())),
    }
}

/// Judges the answer to a look at a statement of `source` as [`judge`] does, and says why one that is JSON holds none.
pub fn judge_statement(source: &Source, visit: &Visit) -> Judgement {
    let judgement = judge(source, visit);
    let (answer, paths) = (&visit.answer, source.reading.json.as_ref());
    let content_type = answer.header("content-type");
    if let Some(paths) = paths.filter(|_| judgement.verdict == Verdict::Statement)
        && json::is_json(&answer.body, content_type)
        && let Some(problem) = json::problem(&answer.body, content_type, paths)
    {
        return say(Verdict::Failed, [problem]);
    }
    judgement
}

/// The words with which a page that stays says itself that it is withdrawn.
pub fn says_withdrawn(answer: &Exchange, settings: &ReadSettings) -> Option<String> {
    let content_type = answer.header("content-type");
    if let Some(paths) = settings.json.as_ref().filter(|_| json::is_json(&answer.body, content_type)) {
        let words = json::says_withdrawn(&answer.body, content_type, paths);
        return words.map(|words| format!("says of itself: {words:?}"));
    }
    let text = crate::read::charset::decode(&answer.body, answer.header("content-type")).text.to_lowercase();
    // JSON may write its letters as numbers
    let spelt_out = text.contains("articlebody") && text.contains("\\u");
    if !spelt_out && !phrases::may_be_withdrawn(&text) {
        return None;
    }
    match Glance::at(answer) {
        Glance::Page(page) => phrases::says_withdrawn(&page),
        Glance::Other => None,
    }
}

/// Judges a look that gave no answer.
pub fn judge_failure(failure: &Failure) -> Judgement {
    let verdict = match failure.kind {
        FailureKind::Robots => Verdict::Disallowed,
        // A circle that sets a cookie waits for a browser that brings it back.
        FailureKind::Redirects if failure.hops.last().is_some_and(|hop| hop.header("set-cookie").is_some()) => {
            Verdict::Blocked
        }
        FailureKind::Redirects
        | FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::ConnectTimeout
        | FailureKind::Tls
        | FailureKind::Reset
        | FailureKind::Timeout
        | FailureKind::TooSlow
        | FailureKind::TooLarge
        | FailureKind::CutShort
        | FailureKind::Protocol
        | FailureKind::OffSite
        | FailureKind::Forbidden
        | FailureKind::RobotsUnavailable
        | FailureKind::Busy
        | FailureKind::LeftAlone
        | FailureKind::GivenUp => Verdict::Failed,
    };
    say(verdict, [format!("{}: {}", failure.kind.as_str(), failure.reason)])
}

fn say(verdict: Verdict, evidence: impl IntoIterator<Item = String>) -> Judgement {
    Judgement { verdict, evidence: evidence.into_iter().collect(), final_at_once: false }
}

/// 304 means something only as the answer to a condition.
fn not_modified(answer: &Exchange) -> Judgement {
    let asked = String::from_utf8_lossy(&answer.request).to_ascii_lowercase();
    let conditional = ["\r\nif-none-match:", "\r\nif-modified-since:"].iter().any(|name| asked.contains(name));
    if conditional {
        return say(Verdict::NotModified, ["status 304".into()]);
    }
    say(Verdict::Failed, ["status 304 to a request without condition".into()])
}

/// Judges an answer that the server calls a success.
fn found(source: &Source, visit: &Visit, glance: &Glance) -> Judgement {
    let answer = &visit.answer;
    if let Some(line) = address::leads_to_no_statement(source, visit) {
        return say(Verdict::Gone, [line]);
    }
    if let Some(line) = address::leads_to_error(visit) {
        return say(Verdict::Failed, [line]);
    }
    if answer.body.trim_ascii().is_empty() {
        return say(Verdict::Failed, [format!("status {} with an empty body", answer.status)]);
    }
    if let Some(line) = not_a_page(answer) {
        return say(Verdict::Failed, [line]);
    }
    let Glance::Page(page) = glance else { return say(Verdict::Statement, [format!("status {}", answer.status)]) };
    let letters = format!("{} letters of text", page.outside);
    if page.outside < LITTLE {
        if let Some(line) = phrases::says_gone(page) {
            return say(Verdict::Gone, [line, letters]);
        }
        if let Some(line) = phrases::says_broken(page) {
            return say(Verdict::Failed, [line, letters]);
        }
    }
    if page.all < NOTHING {
        let leads_on = page.refresh.as_ref().map(|to| format!("leads on by itself to {to}"));
        let line = leads_on.unwrap_or_else(|| "shows nothing to a visitor without scripts".into());
        return say(Verdict::Failed, [line, letters]);
    }
    say(Verdict::Statement, [format!("status {}", answer.status)])
}

/// Why a body can be no page: its declared type, or its bytes.
fn not_a_page(answer: &Exchange) -> Option<String> {
    let declared = answer.header("content-type").unwrap_or("").trim().to_ascii_lowercase();
    let kinds = ["image/", "audio/", "video/", "font/"];
    let types =
        ["application/octet-stream", "application/pdf", "application/zip", "application/msword", "application/gzip"];
    if kinds.iter().chain(&types).any(|kind| declared.starts_with(kind)) && !looks_like_markup(&answer.body) {
        return Some(format!("type {:?} where a page was expected", declared.chars().take(80).collect::<String>()));
    }
    is_binary(&answer.body).then(|| "bytes that are no text".into())
}

fn looks_like_markup(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Whether bytes are no text in any charset: control characters that no text has, beyond one in twenty.
fn is_binary(body: &[u8]) -> bool {
    let head = &body[..body.len().min(8192)];
    // UTF-16 and UTF-32 are half zeros, in every other place.
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even.max(odd) * 5 > head.len() && even.min(odd) * 20 < even.max(odd) || head.starts_with(&[0xff, 0xfe]) {
        return false;
    }
    let odd_ones = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    odd_ones * 20 > head.len()
}
