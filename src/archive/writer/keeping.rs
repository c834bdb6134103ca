//! What is kept of an exchange: all of it, its head, or the peer's certificates alone.

use super::Writer;
use crate::archive::draft::Original;
use crate::archive::reader::ArchiveError;
use crate::archive::sight::{Sight, telling_headers};
use crate::model::digest::Digest;
use crate::model::entry::{Answer, Keeping};

impl Writer {
    /// Puts the exchange into the draft if it is kept, or tells of it in the answer; gives the sums of what was written.
    ///
    /// A chain of certificates that is not held yet is written in either case.
    pub(super) fn keep_exchange(
        &mut self,
        sight: &Sight<'_>,
        answer: &mut Answer,
        keeps: bool,
    ) -> Result<Vec<(Digest, String)>, ArchiveError> {
        let body = sight.answer.map(|exchange| exchange.body_digest());
        let held = body.is_some_and(|body| self.holds(&body) || self.draft.original_of(&body).is_some());
        let (index, log) = (self.archive.index(), self.log_id);
        let holds = |digest: &Digest| matches!(index.held_by(log, digest), Ok(true));
        let mut sums = Vec::new();
        for (number, hop) in (1..).zip(sight.hops) {
            let written = match sight.answer.filter(|_| keeps) {
                Some(_) => self.draft.exchange(hop, None, holds),
                None => self.draft.chain(hop, None, holds).into_iter().collect(),
            };
            sums.extend(written.into_iter().map(|(sum, name)| (sum, format!("{name}-{number}"))));
        }
        let (Some(exchange), Some(digest)) = (sight.answer, body) else { return Ok(sums) };
        if !keeps {
            if !exchange.body.is_empty() || exchange.status == 200 {
                answer.body = Some((digest, if held { Keeping::Same } else { Keeping::Dropped }));
            }
            answer.headers = telling_headers(exchange);
            sums.extend(self.draft.chain(exchange, None, holds));
            return Ok(sums);
        }
        let original = if held { self.archive.index().original_of(self.log_id, &digest)? } else { None };
        let original = original.map(|(url, date)| Original { url, date }).or_else(|| self.draft.original_of(&digest));
        answer.body = Some((digest, if original.is_some() { Keeping::Same } else { Keeping::Kept }));
        sums.extend(self.draft.exchange(exchange, original, holds));
        Ok(sums)
    }
}
