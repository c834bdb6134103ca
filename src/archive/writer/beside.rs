//! What is taken in beside looks: further addresses, a person's remarks, what a source's pages taught.

use super::Writer;
use crate::archive::history::Seq;
use crate::archive::reader::ArchiveError;
use crate::model::digest::Digest;
use crate::model::entry::{Alias, Fact, Note, RulesFact};
use crate::model::rules::Rules;
use crate::model::source::Source;
use crate::model::statement::StatementId;
use crate::model::time::Instant;

impl Writer {
    /// Takes in what the pages of a source taught, the captures that it was learnt from, and why it was learnt anew.
    ///
    /// Captures of other logs than our own are left out: an entry speaks of its own log alone.
    pub fn rules(
        &mut self,
        source: &Source,
        rules: &Rules,
        captures: &[Seq],
        reason: &str,
        now: Instant,
    ) -> Result<(), ArchiveError> {
        self.usable()?;
        let bytes = rules.canonical().into_bytes();
        let (index, log) = (self.archive.index(), self.log_id);
        let held = |digest: &Digest| matches!(index.held_by(log, digest), Ok(true));
        let rules = self.draft.rules(source.url.as_str(), &bytes, now, held);
        let captures = captures.iter().filter(|seq| seq.log() == log).map(|seq| seq.number()).collect();
        let (source, reason) = (source.id.clone(), reason.to_owned());
        self.push(&Fact::Rules(RulesFact { time: now, source, reason, captures, rules }))?;
        Ok(())
    }

    /// Takes in a further address of a statement, and why it is taken for one.
    pub fn alias(
        &mut self,
        statement: &StatementId,
        url: &str,
        reason: &str,
        now: Instant,
    ) -> Result<(), ArchiveError> {
        self.usable()?;
        let (url, reason) = (url.to_owned(), reason.to_owned());
        self.push(&Fact::Alias(Alias { time: now, statement: statement.clone(), url, reason }))?;
        Ok(())
    }

    /// Takes in a person's remark.
    pub fn note(&mut self, statement: &StatementId, text: &str, now: Instant) -> Result<u64, ArchiveError> {
        self.usable()?;
        let text = text.lines().map(str::to_owned).collect();
        let fact = Note { time: now, statement: statement.clone(), text };
        Ok(self.push(&Fact::Note(fact))?.number())
    }
}
