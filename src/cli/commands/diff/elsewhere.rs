//! Names that stand elsewhere in the archive: in what the same source said of late.
//!
//! Texts are read when a word is first asked for. One that cannot be read teaches nothing: `verify` is who complains.

use std::cell::RefCell;
use std::collections::HashMap;

use onrecord::archive::index::Filter;
use onrecord::archive::reader::Archive;
use onrecord::model::statement::{SourceId, StatementId};
use onrecord::view::diff::Gazetteer;

/// So many of a source's newest statements are looked through.
const STATEMENTS: usize = 200;

/// The names of an archive, source by source.
pub struct Elsewhere<'a> {
    archive: &'a Archive,
    sources: RefCell<HashMap<SourceId, Gazetteer>>,
}

impl<'a> Elsewhere<'a> {
    /// Of an archive; reads nothing yet.
    pub fn of(archive: &'a Archive) -> Self {
        Self { archive, sources: RefCell::default() }
    }

    /// Whether other statements of the source that a statement stands in hold a word as a name.
    pub fn is_name(&self, statement: &StatementId, word: &str) -> bool {
        let mut sources = self.sources.borrow_mut();
        let names = sources.entry(statement.source().clone()).or_insert_with(|| self.learnt(statement));
        names.holds(word)
    }

    fn learnt(&self, statement: &StatementId) -> Gazetteer {
        let mut names = Gazetteer::default();
        let source = self.archive.summary(statement).ok().flatten().map(|row| row.source);
        let filter = Filter { sources: source.into_iter().collect(), ..Filter::default() };
        let newest = self.archive.index().statements(&filter).unwrap_or_default();
        for digest in newest.iter().filter_map(|row| row.text).take(STATEMENTS) {
            if let Ok(Some(text)) = self.archive.text(&digest) {
                names.learn(&text);
            }
        }
        names
    }
}
