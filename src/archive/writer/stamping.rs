//! An authority's answer, taken in.

use url::Url;

use super::Writer;
use crate::archive::checkpoint::Checkpoint;
use crate::archive::log::LogError;
use crate::archive::reader::ArchiveError;
use crate::archive::stamps::{self, Response};
use crate::model::digest::Digest;
use crate::model::entry::{Fact, StampFact};
use crate::model::time::Instant;

impl Writer {
    /// Takes in a stamp over a checkpoint of this log; gives the entry that names it, or that named it already.
    ///
    /// The checkpoint is written first, then the answer, each durable before the next; the entry is the last, and counts once
    /// it is published. A crash in between leaves files that no entry names, which harm nothing: the authority is asked again.
    ///
    /// # Errors
    /// [`ArchiveError::Stamp`] where the stamp does not hold over the note, and [`ArchiveError::Log`] where the note is none of this log's:
    /// nothing of it is written then. Its chain is not asked for here.
    pub fn stamp(
        &mut self,
        authority: &Url,
        note: &[u8],
        response: &Response,
        now: Instant,
    ) -> Result<u64, ArchiveError> {
        self.usable()?;
        let gen_time = stamps::holds(response, note)?;
        let log = self.log.log();
        let vantage = log.vantage().to_owned();
        let checkpoint = Checkpoint::open(note, &self.log.verifier(), &vantage).map_err(LogError::from)?;
        let Checkpoint { size, root, .. } = checkpoint;
        if size > log.size() || log.root_at(size)? != root {
            let what = "the checkpoint that was stamped is not one that this log had".to_owned();
            return Err(LogError::Disagrees { vantage, what }.into());
        }
        let name = stamps::name(authority.host_str().unwrap_or_default(), response.der());
        let note = (stamps::note_key(&vantage, size), note);
        let response = (stamps::response_key(&vantage, size, &name), response.der());
        let summed = |(key, bytes): &(String, &[u8])| (Digest::of(bytes), key.clone());
        let sums = [summed(&note), summed(&response)];
        let known = self.archive.index().stamps(self.log_id)?;
        if let Some(known) = known.iter().find(|known| known.fact.response == sums[1]) {
            return Ok(known.seq.number());
        }
        let storage = self.archive.storage_handle();
        for (key, bytes) in [note, response] {
            storage.put_new(&key, bytes)?;
        }
        let [note, response] = sums;
        let authority = authority.to_string();
        Ok(self.push(&Fact::Stamp(StampFact { time: now, authority, size, gen_time, note, response }))?.number())
    }
}
