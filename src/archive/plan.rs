//! What is done with a look: whether its exchange is kept, and which capture it shows the same as.
//!
//! Pure: decided from what stands in the log, what came, and what the reader made of both.

use super::history::Seq;
use super::index::Standing;
use super::reader::ArchiveError;
use super::sight::{Readings, Sight};
use crate::model::capture::{Exchange, Verdict};
use crate::model::source::Keep;

/// What is done with a look.
pub(super) struct Plan {
    /// Whether the exchange is kept.
    pub(super) keeps: bool,
    /// The capture that it shows the same as.
    pub(super) equals: Option<Seq>,
}

impl Plan {
    /// Decides.
    ///
    /// # Errors
    /// Where the body is another than the one that stands and was not read.
    pub(super) fn of(
        sight: &Sight<'_>,
        standing: &Standing,
        readings: &Readings,
        keep: Keep,
    ) -> Result<Self, ArchiveError> {
        let last_was = standing.last == Some((sight.judgement.verdict, sight.answer.map(|answer| answer.status)));
        match sight.judgement.verdict {
            Verdict::Statement | Verdict::Listing => {}
            Verdict::NotModified => return Ok(Self { keeps: false, equals: standing.current }),
            // the first answer that says so is evidence; a hundred more like it are not
            Verdict::Gone | Verdict::Blocked => return Ok(Self { keeps: !last_was, equals: None }),
            Verdict::Unwell | Verdict::Disallowed | Verdict::Failed => return Ok(Self { keeps: false, equals: None }),
        }
        let body = sight.answer.map(Exchange::body_digest);
        if let Some(current) = standing.current
            && body == standing.body
        {
            return Ok(Self { keeps: false, equals: Some(current) });
        }
        let Some(fresh) = &readings.fresh else {
            return Err(ArchiveError::NotRead { url: sight.url.to_string() });
        };
        if keep == Keep::All {
            return Ok(Self { keeps: true, equals: None });
        }
        let same_as = standing.current.filter(|_| {
            let (text, visible) = match &readings.again {
                Some(again) => ((!again.text.is_empty()).then(|| again.text.digest()), Some(again.visible)),
                None => match standing.readings.iter().rev().find(|read| read.reader == fresh.reader) {
                    Some(read) => (read.text.as_ref().map(|text| text.digest), read.visible),
                    None => return false,
                },
            };
            let same_text = match text {
                None => fresh.text.is_empty(),
                Some(text) => text == fresh.text.digest(),
            };
            // where the reader is wrong, the evidence must still be there: what a visitor sees decides too
            same_text && visible == Some(fresh.visible)
        });
        Ok(Self { keeps: same_as.is_none(), equals: same_as })
    }
}
