//! The kinds of change that an edit can be, and an edit with its kinds.
//!
//! Types alone; `tags` finds them.

use serde::{Deserialize, Serialize};

use super::Changed;

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// A figure, or a word for a number.
    Number,
    /// A date or a time.
    Date,
    /// A name.
    Name,
    /// Something is denied that was not, or the other way round.
    Negation,
    /// How sure or how binding it is: `may`, `will`, `must`.
    Modality,
    /// Who says it, and how.
    Attribution,
    /// In the title.
    Title,
    /// Where a link leads.
    Link,
    /// Capital and small letters only.
    Case,
    /// Signs and spaces only.
    Punctuation,
    /// A sentence that stands elsewhere too: on the other side of the difference.
    Moved,
}

/// An edit as it is summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// Which op.
    pub op: usize,
    /// What kinds of change it is; those of the op.
    pub tags: Vec<Tag>,
    /// What became what.
    pub found: Vec<(Tag, Changed<String>)>,
    /// Words of the old and of the new text that are none of what was found.
    pub words: (usize, usize),
}
