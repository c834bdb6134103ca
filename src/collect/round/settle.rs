//! Pages that changed, held until it is plain whether the source has a new template.

use super::Context;
use super::looks::{Before, Looked};
use super::redesign::Frame;
use crate::archive::reader::ArchiveError;
use crate::archive::sight::Readings;
use crate::model::entry::{Sameness, Tally};
use crate::model::source::Source;

/// Most pages that are held, and most bytes of them.
const MOST_HELD: usize = 24;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A page that changed.
pub(super) struct Changed {
    pub(super) looked: Looked,
    pub(super) readings: Readings,
    pub(super) before: Before,
}

/// The pages of a source that changed in this round.
#[derive(Default)]
pub(super) struct Pending {
    held: Vec<Changed>,
    bytes: usize,
    frame: Frame,
}

impl Pending {
    /// Holds a page.
    pub(super) fn hold(&mut self, changed: Changed) {
        if changed.before.reshaped {
            self.frame.count(&changed.before.difference);
        }
        self.bytes += changed.looked.answer.as_ref().map_or(0, |visit| visit.answer.body.len());
        self.held.push(changed);
    }

    /// Whether no more can be held.
    pub(super) fn is_full(&self) -> bool {
        self.held.len() >= MOST_HELD || self.bytes >= MOST_BYTES
    }

    /// Whether a page changed shape, and too few to know whether the source did.
    pub(super) fn wants_more(&self) -> bool {
        self.frame.reshaped > 0 && !self.frame.is_redesign()
    }
}

impl Context<'_> {
    /// Takes in the pages that were held, each as a change of the office's, of its template's, or of a counter's.
    pub(super) async fn settle(
        &self,
        source: &Source,
        pending: &mut Pending,
        tally: &mut Tally,
    ) -> Result<(), ArchiveError> {
        pending.bytes = 0;
        for Changed { mut looked, readings, before } in std::mem::take(&mut pending.held) {
            let new_shape = before.reshaped && pending.frame.is_redesign();
            tally.reshaped += u64::from(new_shape);
            let template = if new_shape { pending.frame.explains(&before.difference) } else { None };
            let same_as = match (template, before.restless) {
                (Some(lines), _) => {
                    looked.judgement.evidence.extend(lines);
                    Some((before.seq, Sameness::Redesigned))
                }
                (None, Some(paragraph)) => {
                    let looks = super::noise::LOOKS;
                    let line = format!("paragraph {paragraph} alone was another one at each of {looks} looks");
                    looked.judgement.evidence.push(line);
                    Some((before.seq, Sameness::Unstable))
                }
                (None, None) => None,
            };
            self.take(source, looked, readings, same_as, None).await?;
        }
        Ok(())
    }
}
