//! Handing bodies to the reader: those that have just come, and those that are kept.

use url::Url;

use crate::archive::reader::KeptExchange;
use crate::model::capture::{Exchange, Reading};
use crate::model::source::ReadSettings;
use crate::model::time::Instant;
use crate::read::shape::Shape;
use crate::read::{self, site};

/// Reads the body of an exchange as the statement at `url`.
pub fn read_answer(exchange: &Exchange, url: &Url, settings: &ReadSettings) -> Reading {
    let content_type = exchange.header("content-type");
    let page = read::Page { body: &exchange.body, content_type, url: Some(url), captured_at: Some(exchange.at) };
    read::read(&page, settings)
}

/// Reads a kept body again, with the head of the response that brought it.
pub fn read_kept(head: &[u8], body: &[u8], url: &Url, captured_at: Instant, settings: &ReadSettings) -> Reading {
    let content_type = content_type(head);
    let page =
        read::Page { body, content_type: content_type.as_deref(), url: Some(url), captured_at: Some(captured_at) };
    read::read(&page, settings)
}

/// Whether a page is built in another way than its kept body: of other elements, or by another template of those that were
/// learnt.
pub(super) fn is_reshaped(kept: &KeptExchange, answer: &Exchange, settings: &ReadSettings) -> bool {
    let (was, is) = (content_type(&kept.head), answer.header("content-type"));
    // a document has the shape that its interface gives it; what its texts are marked up with is the office's own
    if read::json::is_json(&kept.body, was.as_deref()) && read::json::is_json(&answer.body, is) {
        return false;
    }
    let page = |body, content_type| read::Page { body, content_type, url: None, captured_at: None };
    let (was, is) = (page(&kept.body, was.as_deref()), page(&answer.body, is));
    let shape = |page: &read::Page<'_>| Shape::of(page.body, page.content_type);
    shape(&was).differs(&shape(&is))
        || (settings.learnt.is_some() && site::fitting(&was, settings) != site::fitting(&is, settings))
}

/// `Content-Type` in the head of a response that is kept.
pub(in crate::collect) fn content_type(head: &[u8]) -> Option<String> {
    header(&String::from_utf8_lossy(head), "content-type")
}

/// A field of a head as it is kept.
fn header(head: &str, wanted: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
    })
}
