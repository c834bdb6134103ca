//! What a source's kept pages teach: when it is learnt, from which pages, and reading by it.
//!
//! What was learnt lies in the archive under its digest, and is a part of what a source's pages are read with. It becomes
//! another only where the pages that are kept would then read otherwise.

use std::sync::Arc;

use url::Url;

use super::round::content_type;
use crate::archive::history::Seq;
use crate::archive::index::{Known, Learnt};
use crate::archive::reader::{Archive, ArchiveError};
use crate::model::rules::Rules;
use crate::model::source::{Kind, ReadSettings, Source};
use crate::model::time::Instant;
use crate::read::{self, site};

/// New pages of a source after which it is learnt anew.
pub const NEW_PAGES: usize = 8;

/// A page that is kept.
#[derive(Clone, Debug)]
pub struct KeptPage {
    /// The capture that it came with.
    pub capture: Seq,
    url: Url,
    captured_at: Instant,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl KeptPage {
    /// The page as it is handed to the reader.
    pub fn page(&self) -> read::Page<'_> {
        read::Page {
            body: &self.body,
            content_type: self.content_type.as_deref(),
            url: Some(&self.url),
            captured_at: Some(self.captured_at),
        }
    }
}

/// A source with what its pages have taught, as the archive has it: so its pages are read.
pub fn taught(archive: &Archive, source: &Source) -> Result<Source, ArchiveError> {
    let rules = archive.rules(&source.id)?;
    Ok(Source { reading: site::with(&source.reading, &rules), ..source.clone() })
}

/// Whether a source has so many pages that have not been learnt from that it is time.
pub fn is_due(source: &Source, known: &[Known], learnt: Option<&Learnt>) -> bool {
    let is_new = |known: &&Known| known.has_text && learnt.is_none_or(|learnt| known.first_seen > learnt.time);
    source.kind != Kind::Telegram && known.iter().filter(is_new).count() >= NEW_PAGES
}

/// The newest pages of a source that are kept, one a statement, as many as are learnt from.
pub fn kept_pages(archive: &Archive, source: &Source) -> Result<Vec<KeptPage>, ArchiveError> {
    let mut pages = Vec::new();
    for known in archive.index().known(&source.id)?.into_iter().filter(|known| known.has_text) {
        if pages.len() >= site::MOST_PAGES {
            break;
        }
        let history = archive.history(&known.statement)?;
        let Some(seen) = history.seen.iter().find(|seen| Some(seen.seq) == history.current) else { continue };
        let (Some(kept), Ok(url)) = (archive.exchange(seen.seq)?, Url::parse(&seen.url)) else { continue };
        let content_type = content_type(&kept.head);
        pages.push(KeptPage { capture: seen.seq, url, captured_at: seen.time, content_type, body: kept.body });
    }
    Ok(pages)
}

/// What these pages teach, read with these settings; those rules in them that still read them as well are kept.
pub fn learn(pages: &[KeptPage], settings: &ReadSettings) -> Arc<Rules> {
    let pages: Vec<read::Page<'_>> = pages.iter().map(KeptPage::page).collect();
    Arc::new(site::learn(&pages, settings))
}
