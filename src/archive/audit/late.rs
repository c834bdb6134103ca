//! Segments that are read last, so that while the index is finished on one core the others still have something to read.
//!
//! Until then the file beside a segment, whose sum the log has, is believed about where records lie. When the segment is
//! read each place is compared, and what was believed and is not there is told as if it had been looked for at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::segments::{self, Scan};
use super::stretch::{Named, must_be_held, not_held};
use crate::archive::draft::{self, Located};
use crate::archive::index::{Index, IndexError};
use crate::archive::log::Log;
use crate::archive::storage::Storage;
use crate::model::digest::Digest;
use crate::model::entry::{Entry, Fact};
use crate::model::finding::{Finding, Level};

/// How much is left for last, as a part of all bytes: about what finishing the index takes of an audit on one core.
const PART: u64 = 4;

/// What was put off, and how many bytes more may be.
#[derive(Default)]
pub(super) struct Late {
    pub(super) files: Vec<Named>,
    room: u64,
}

/// A segment that was read late.
pub(super) struct Read {
    pub(super) file: Named,
    pub(super) scan: Scan,
    /// What was believed to lie in it, and does not.
    lost: Vec<Located>,
    /// How many of its records were not said to be there.
    unsaid: usize,
}

impl Late {
    /// Nothing yet, of an archive with so many bytes of segments.
    pub(super) fn of(total: u64) -> Self {
        Self { files: Vec::new(), room: total / PART }
    }

    /// Whether a file may be put off; takes the room for it.
    pub(super) fn has_room_for(&mut self, storage: &dyn Storage, file: &Named) -> bool {
        if !file.key.ends_with(".warc.gz") {
            return false;
        }
        let Ok(Some(size)) = storage.size(&file.key) else { return false };
        let fits = size <= self.room;
        self.room -= if fits { size } else { 0 };
        fits
    }
}

/// What the index beside a segment says of it; `None` where that is not the file that the log sums.
pub(super) fn said(storage: &dyn Storage, file: &Named, sums: &HashMap<&str, Digest>) -> Option<Scan> {
    let beside = draft::cdxj_of(&file.key);
    let cdxj = storage.get(&beside).ok().flatten()?;
    let is_summed = sums.get(beside.as_str()) == Some(&Digest::of(&cdxj));
    is_summed.then(|| Scan { members: draft::located(&String::from_utf8_lossy(&cdxj)), ..Scan::default() })
}

/// Reads what was put off. `done` bytes of `total` were read before.
pub(super) fn read(
    files: Vec<Named>,
    storage: &dyn Storage,
    (done, total): (u64, u64),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Read> {
    let done = AtomicU64::new(done);
    let read = |file: Named| {
        let scan = segments::scan(storage, &file.key, &file.sum);
        let cdxj = storage.get(&draft::cdxj_of(&file.key)).ok().flatten().unwrap_or_default();
        let said: HashSet<Located> = draft::located(&String::from_utf8_lossy(&cdxj)).into_iter().collect();
        let found: HashSet<&Located> = scan.members.iter().collect();
        let unsaid = found.iter().filter(|there| !said.contains(**there)).count();
        let lost = said.iter().filter(|said| !found.contains(said)).cloned().collect();
        progress(done.fetch_add(scan.bytes, Ordering::Relaxed) + scan.bytes, total);
        Read { file, scan, lost, unsaid }
    };
    files.into_par_iter().with_max_len(1).map(read).collect()
}

impl Read {
    /// Where the segment is what was written and the index beside it says something else of it.
    pub(super) fn disagreement(&self) -> Option<Finding> {
        let differs = self.unsaid > 0 || !self.lost.is_empty();
        let what = "it does not say where the records of the file beside it lie";
        (self.scan.findings.is_empty() && differs).then(|| {
            Finding::new(Level::Unsound, draft::cdxj_of(&self.file.key), what).values(self.unsaid, self.lost.len())
        })
    }
}

/// Takes out of the index what was believed and is not there, and names the entries that are without it now.
pub(super) fn without(index: &Index, logs: &[Log], read: &[Read]) -> Result<Vec<Finding>, IndexError> {
    let mut lost = BTreeSet::new();
    for Read { file, lost: members, .. } in read {
        index.remove_members(file.seq, file.position, members)?;
        lost.extend(members.iter().map(|member| member.digest));
    }
    let mut findings = Vec::new();
    if lost.is_empty() {
        return Ok(findings);
    }
    for log in logs {
        for (number, leaf) in log.entries(0, log.size()).filter_map(Result::ok) {
            let Ok(entry) = Entry::parse(&leaf) else { continue };
            let Ok(fact) = Fact::read(&entry) else { continue };
            for (digest, name) in must_be_held(&fact, &entry.sums).filter(|(digest, _)| lost.contains(digest)) {
                if index.find(&digest)?.is_none() {
                    findings.push(not_held(format!("{} entry {number}", log.vantage()), name, &digest));
                }
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::history::Seq;
    use crate::archive::storage::Memory;
    use crate::archive::warc::{self, cdxj::Line};
    use crate::model::time::Instant;

    /// A segment of two texts, the line of each, and the file's name in an entry.
    fn segment(storage: &Memory) -> (Named, Vec<String>) {
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        for text in ["Title: One\n\n", "Title: Two\n\n"] {
            let (url, at) = ("https://a.example/", Instant::default());
            let member = warc::conversion(url, at, None, text.into()).write_member(&mut bytes);
            let digest = Digest::of(text.as_bytes());
            let line = Line::new(url, at, "text/plain", digest, member, "").with("block", digest);
            lines.push(format!("{line}\n"));
        }
        let key = "segments/desk/2026/11/a.warc.gz".to_owned();
        storage.put_new(&key, &bytes).unwrap();
        (Named { seq: Seq::new(0, 1), position: 0, key, sum: Digest::of(&bytes) }, lines)
    }

    #[test]
    fn what_is_said_of_a_segment_is_held_against_it() {
        for (take, extra, agrees) in [(2, "", true), (1, "", false), (2, "again", false)] {
            let storage = Memory::default();
            let (file, mut lines) = segment(&storage);
            lines.truncate(take);
            if !extra.is_empty() {
                lines.push(lines[0].replace("\"offset\":\"0\"", "\"offset\":\"1\""));
            }
            let cdxj = lines.concat();
            let beside = draft::cdxj_of(&file.key);
            storage.put_new(&beside, cdxj.as_bytes()).unwrap();
            let sums = |digest| HashMap::from([(beside.as_str(), digest)]);
            let believed = said(&storage, &file, &sums(Digest::of(cdxj.as_bytes()))).unwrap();
            assert_eq!(believed.members.len(), lines.len());
            assert!(said(&storage, &file, &sums(Digest::of(b"another"))).is_none(), "only what the log sums");
            let read = read(vec![file], &storage, (0, 0), &|_, _| ());
            assert_eq!((read[0].scan.findings.len(), read[0].disagreement().is_none()), (0, agrees), "{cdxj}");
        }
    }

    #[test]
    fn a_quarter_is_put_off_and_no_more() {
        let storage = Memory::default();
        let (file, _) = segment(&storage);
        let size = storage.size(&file.key).unwrap().unwrap();
        let mut late = Late::of(size * PART);
        assert!(late.has_room_for(&storage, &file) && !late.has_room_for(&storage, &file));
        let texts = Named { key: "segments/desk/2026/11/a.warc.wet.gz".to_owned(), ..file };
        assert!(!Late::of(u64::MAX).has_room_for(&storage, &texts));
    }
}
