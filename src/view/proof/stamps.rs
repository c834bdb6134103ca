//! The stamps of a bundle: each over a checkpoint that holds, and believed under the caller's roots alone.

use super::check::{Checking, Time};
use super::name::Part;
use crate::archive::stamps::{self, Response, StampError, Wanted};
use crate::model::finding::{Finding, Level};

impl Checking<'_> {
    /// Checks each stamp; where there is none that holds, the time was not checked.
    pub(super) fn stamps(&mut self) {
        let mut any = false;
        for part in self.parts() {
            let Part::Stamp(size, _) = part else { continue };
            any = true;
            match self.stamp(&part, size) {
                Ok(time) => self.told.times.push(time),
                Err(error) => {
                    let unchecked = error.unchecked_time().is_some();
                    let level = if unchecked { Level::NotChecked } else { Level::Unsound };
                    let finding = Finding::new(level, part.to_string(), error.to_string());
                    let hint = "give the authority's root, which you have from itself, with --roots";
                    self.finding(if unchecked { finding.hint(hint) } else { finding });
                }
            }
        }
        if !any {
            // never clean: whoever takes the stamps out of a bundle must not get a better answer by it
            self.tell(Level::NotChecked, "stamps", "time not checked: no independent time, the operator's word");
        }
    }

    /// The nonce is not asked for: it was compared when the stamp came, and the request is not kept.
    fn stamp(&self, part: &Part, size: u64) -> Result<Time, StampError> {
        let response = Response::parse(self.get(part).unwrap_or_default())?;
        let note = self.get(&Part::Stamped(size)).unwrap_or_default();
        let checked = stamps::check(&response, note, &self.trust.roots, &Wanted::default())?;
        Ok(Time { by: checked.gen_time, size, signer: checked.signer })
    }
}
