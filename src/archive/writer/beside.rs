//! What is taken in beside looks: further addresses, a person's remarks, what a source's pages taught.

use super::Writer;
use crate::archive::checkpoint::{CheckpointError, SigningKey};
use crate::archive::history::Seq;
use crate::archive::log::LogError;
use crate::archive::reader::ArchiveError;
use crate::archive::succession;
use crate::model::digest::Digest;
use crate::model::entry::{Alias, Fact, Note, RulesFact, Side};
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

    /// Gives the log over to another key, which signs it from then on.
    ///
    /// Two commits: the old key signs that it gives the log over, and the new one that it takes it. A crash between them
    /// leaves the log with the old key, and this is done again.
    pub fn rotate(&mut self, new: SigningKey, now: Instant) -> Result<(), ArchiveError> {
        self.publish(now)?;
        let at = (self.log.log().size(), self.log.log().root());
        let (old, next) = (self.log.key().verifier(), new.verifier());
        let sign = |one, key: &SigningKey| {
            let signed = succession::side(one, at, (&old, &next), key, now);
            signed.map_err(|error| LogError::from(CheckpointError::from(error)))
        };
        let (gives, takes) = (sign(Side::Old, self.log.key())?, sign(Side::New, &new)?);
        self.push(&Fact::Key(gives))?;
        self.publish(now)?;
        self.log.succeed(new);
        self.push(&Fact::Key(takes))?;
        self.publish(now)?;
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
