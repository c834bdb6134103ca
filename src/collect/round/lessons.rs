//! The end of a round: what the sources' new pages teach is learnt, for the rounds to come.

use std::num::NonZero;
use std::sync::Arc;

use futures_util::StreamExt;

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
        let lessons = due.into_iter().map(|(source, reason)| {
            let (writer, source) = (Arc::clone(self.writer), source.clone());
            tokio::task::spawn_blocking(move || {
                let (source, pages) = {
                    let writer = lock(&writer);
                    (learning::taught(&writer, &source)?, learning::kept_pages(&writer, &source)?)
                };
                let rules = learning::learn(&pages, &source.reading);
                let captures: Vec<_> = pages.iter().map(|page| page.capture).collect();
                Ok((source, rules, captures, reason))
            })
        });
        // on all cores, and written in the order of the sources, however long each takes
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut lessons = futures_util::stream::iter(lessons).buffered(cores);
        while let Some(lesson) = lessons.next().await {
            let (source, rules, captures, reason) = lesson.unwrap_or(Err(ArchiveError::Broken))?;
            let now = self.clock.now();
            self.write(move |writer| writer.rules(&source, &rules, &captures, reason, now)).await?;
        }
        Ok(())
    }
}
