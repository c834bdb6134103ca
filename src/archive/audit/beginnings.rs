//! What logs say of their keys and of each other: changes of keys, and the logs after which a new one was begun.

use super::{Audit, in_folder};
use crate::archive::checkpoint::{Checkpoint, Note, from_line};
use crate::archive::log::Log;
use crate::archive::succession::Succession;
use crate::model::entry::{Entry, Fact};
use crate::model::finding::{Finding, Level};

impl Audit<'_> {
    /// Tells the `key` entries that change nothing because they do not hold.
    pub(super) fn changes_of_keys(&mut self, log: &Log, changes: &Succession) {
        for (number, fault) in changes.faults() {
            self.unsound(
                format!("{} entry {number}", log.vantage()),
                format!("a change of keys that does not hold: {fault}"),
            );
        }
    }

    /// Holds the checkpoints that first entries carry against the logs that they are of, where those are here.
    pub(super) fn beginnings(&mut self, logs: &[Log]) {
        for log in logs {
            let Some(Ok(Ok(Fact::Archive(first)))) =
                log.entry(0).ok().flatten().map(|leaf| Entry::parse(&leaf).map(|entry| Fact::read(&entry)))
            else {
                continue;
            };
            let place = format!("{} entry 0", log.vantage());
            for line in &first.after {
                let checkpoint = from_line(line).and_then(|note| checkpoint_of(&note));
                let Some(checkpoint) = checkpoint else {
                    let what = "it carries a line that is no checkpoint of another log";
                    self.tell(Finding::new(Level::Unsound, place.clone(), what));
                    continue;
                };
                let Some(older) = logs.iter().find(|other| other.vantage() == checkpoint.origin) else { continue };
                let holds = checkpoint.size <= older.size()
                    && older.root_at(checkpoint.size).is_ok_and(|root| root == checkpoint.root);
                if !holds {
                    let what = format!(
                        "{} is not as it was when {} was begun after it: it is shorter, or another",
                        older.vantage(),
                        log.vantage()
                    );
                    let finding = Finding::new(Level::Unsound, in_folder(older.vantage(), "checkpoint"), what);
                    self.tell(
                        finding.values(format!("{} entries", checkpoint.size), format!("{} entries", older.size())),
                    );
                }
            }
        }
    }
}

fn checkpoint_of(note: &str) -> Option<Checkpoint> {
    Note::parse(note.as_bytes()).ok()?.text().parse().ok()
}
