//! The end of a round: what the sources' new pages teach is learnt, for the rounds to come.

use std::sync::Arc;

use super::{Context, lock};
use crate::archive::reader::ArchiveError;
use crate::collect::learning;
use crate::model::entry::Tally;
use crate::model::source::Source;

impl Context<'_> {
    /// A source as its pages are read in this round.
    pub(super) async fn taught(&self, source: &Source) -> Result<Source, ArchiveError> {
        let source = source.clone();
        self.write(move |writer| learning::taught(writer, &source)).await
    }

    /// Learns anew from those of these sources that have brought enough, or changed shape.
    ///
    /// What was taken in is made durable before, for what is not written yet cannot be learnt from.
    pub(super) async fn learn(&self, sources: &[Source], tallies: &[Tally]) -> Result<(), ArchiveError> {
        let mut due = Vec::new();
        for source in sources {
            let redesigned = tallies.iter().any(|tally| tally.source == source.id && tally.reshaped > 0);
            let asked = source.clone();
            let enough = self
                .write(move |writer| {
                    let learnt = writer.index().learnt(&asked.id)?;
                    Ok(learning::is_due(&asked, &writer.index().known(&asked.id)?, learnt.as_ref()))
                })
                .await?;
            match (redesigned, enough) {
                (true, _) => due.push((source, "redesigned")),
                (false, true) => due.push((source, "new pages")),
                (false, false) => {}
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        self.publish().await?;
        for (source, reason) in due {
            let (writer, source) = (Arc::clone(self.writer), source.clone());
            let now = self.clock.now();
            let learnt = tokio::task::spawn_blocking(move || {
                let (source, pages) = {
                    let writer = lock(&writer);
                    (learning::taught(&writer, &source)?, learning::kept_pages(&writer, &source)?)
                };
                let rules = learning::learn(&pages, &source.reading);
                let captures: Vec<_> = pages.iter().map(|page| page.capture).collect();
                lock(&writer).rules(&source, &rules, &captures, reason, now)
            });
            learnt.await.unwrap_or(Err(ArchiveError::Broken))?;
        }
        Ok(())
    }
}
