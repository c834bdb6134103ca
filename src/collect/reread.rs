//! Reading kept bodies again, with today's reader and settings.
//!
//! Nothing is asked of the network. A statement that reads otherwise now is no news: the new reading stands beside the
//! old one, and revisions are told by one reader for all.

use url::Url;

use super::round::read_kept;
use crate::archive::history::Seq;
use crate::archive::reader::{Archive, ArchiveError, KeptExchange};
use crate::model::capture::Reading;
use crate::model::digest::Digest;
use crate::model::source::Source;
use crate::model::statement::StatementId;
use crate::model::text::Text;
use crate::read;

/// A capture that would read otherwise.
pub struct Rereading {
    /// Whose.
    pub statement: StatementId,
    /// The capture.
    pub capture: Seq,
    /// Its address.
    pub url: String,
    /// Its body.
    pub body: Digest,
    /// The text as it stands.
    pub old: Option<Text>,
    /// What the reader makes of it now.
    pub new: Reading,
}

impl Rereading {
    /// Whether the text becomes another one.
    pub fn differs(&self) -> bool {
        self.old.as_ref().is_none_or(|old| old.canonical() != self.new.text.canonical())
    }
}

/// The captures of a source that today's reader has not read, oldest first, each read again.
///
/// A capture that has been read is passed over, so that what was stopped goes on where it was.
pub fn rereadings<'a>(
    archive: &'a Archive,
    source: &'a Source,
) -> Result<impl Iterator<Item = Result<Rereading, ArchiveError>> + 'a, ArchiveError> {
    let reader = read::reader(&source.reading);
    let waiting = archive.index().unread(&source.id, &reader)?;
    Ok(waiting.into_iter().filter_map(move |unread| {
        let url = Url::parse(&unread.url).ok()?;
        let reread = || -> Result<Option<Rereading>, ArchiveError> {
            let Some(KeptExchange { head, body }) = archive.exchange(unread.capture)? else { return Ok(None) };
            let new = read_kept(&head, &body, &url, unread.time, &source.reading);
            let old = match unread.text {
                Some(digest) => archive.text(&digest)?,
                None => None,
            };
            let body = Digest::of(&body);
            let (statement, capture) = (unread.statement.clone(), unread.capture);
            Ok(Some(Rereading { statement, capture, url: unread.url.clone(), body, old, new }))
        };
        reread().transpose()
    }))
}
