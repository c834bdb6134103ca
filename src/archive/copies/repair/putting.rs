//! Putting good bytes in the place of bad ones: what stood there is kept first, under a name that says what it was.

use super::{Doing, Mended, Mending, Trusted};
use crate::archive::checkpoint::Checkpoint;
use crate::archive::copies::{ASIDE, in_log};
use crate::archive::reader::ArchiveError;
use crate::archive::storage::StorageError;
use crate::archive::tiles::{self, Kind, Tile};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Level};

impl Mending<'_> {
    /// Puts the newest checkpoint into its place, once all that it covers is there; an older one is no damage to be kept.
    pub(super) fn checkpoint(&mut self, trusted: &[Trusted], newest: &[u8]) -> Result<(), ArchiveError> {
        let key = in_log(self.vantage, "checkpoint");
        let found = self.here.get(&key)?;
        if found.as_deref() == Some(newest) {
            return Ok(());
        }
        let (mut aside, mut why) = (None, "the checkpoint is missing".to_owned());
        if let Some(found) = &found {
            if trusted.iter().any(|(_, note)| note == found) {
                why = "the checkpoint is older than what is signed and here".to_owned();
            } else {
                why = "it is no checkpoint of this log that can be believed".to_owned();
                aside = Some(self.aside(&key, found)?);
            }
        }
        if self.doing == Doing::Mending {
            self.here.swap(&key, found.as_deref(), newest)?;
        }
        self.count(key, why, newest.len() as u64, aside);
        Ok(())
    }

    fn count(&mut self, key: String, why: String, bytes: u64, aside: Option<String>) {
        self.repaired.files += 1;
        self.repaired.bytes += bytes;
        (self.mended)(Mended { key, why, bytes: Some(bytes), aside });
    }

    /// Puts good bytes into the place of what stands there, which is kept.
    pub(super) fn put(&mut self, key: &str, good: &[u8], why: String) -> Result<(), ArchiveError> {
        let aside = match self.here.get(key) {
            Ok(Some(bad)) => Some(self.aside(key, &bad)?),
            Ok(None) => None,
            Err(error) => {
                self.unreadable(key, &error);
                return Ok(());
            }
        };
        if self.doing == Doing::Mending {
            if aside.is_some() {
                self.here.remove(key)?;
            }
            self.here.put_new(key, good)?;
        }
        self.count(key.to_owned(), why, good.len() as u64, aside);
        Ok(())
    }

    /// Keeps damaged bytes under a name that says what they were; gives the name.
    fn aside(&self, key: &str, bad: &[u8]) -> Result<String, StorageError> {
        let aside = format!("{ASIDE}/{key}-{}", &Digest::of(bad).hex()[..12]);
        if self.doing == Doing::Mending {
            self.here.put_new(&aside, bad)?;
        }
        Ok(aside)
    }

    /// What cannot be read cannot be kept, so it is not replaced.
    pub(super) fn unreadable(&mut self, key: &str, error: &StorageError) {
        let what = format!("the file cannot be read, and so was not replaced: {error}");
        let hint = "move it away by hand, to a good disk if you can, and run this again";
        self.unmended(Finding::new(Level::Unsound, key, what).hint(hint));
    }

    /// Puts aside older, narrower tiles that are not the beginning of the one that took their place: nobody needs them.
    pub(super) fn narrower(&mut self, newest: &Checkpoint) -> Result<(), ArchiveError> {
        for (key, _) in self.here.list(&in_log(self.vantage, "tile"))? {
            let tile = key.strip_prefix(&in_log(self.vantage, "")).and_then(Tile::parse);
            let Some(tile) = tile else { continue };
            let Some(last) = Tile::of(tile.kind(), tile.index(), newest.size) else { continue };
            if last.width() <= tile.width() {
                continue;
            }
            let (Some(part), Some(whole)) =
                (self.here.get(&key)?, self.here.get(&in_log(self.vantage, &last.to_string()))?)
            else {
                continue;
            };
            let is_complete = match tile.kind() {
                Kind::Hashes(_) => tiles::parse_hashes(&part, tile.width()).is_some(),
                Kind::Entries => tiles::parse_bundle(&part, tile.width()).is_some(),
            };
            if !is_complete || !whole.starts_with(&part) {
                let why = "an older part of a tile that does not agree with it; nobody needs it".to_owned();
                let aside = self.aside(&key, &part)?;
                if self.doing == Doing::Mending {
                    self.here.remove(&key)?;
                }
                (self.mended)(Mended { key, why, bytes: None, aside: Some(aside) });
            }
        }
        Ok(())
    }
}
