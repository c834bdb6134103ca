//! What changed between two texts: paragraphs first, words inside.
//!
//! Pure: two texts in, a [`Difference`] out, whose ops hold every byte of both; the old text and the ops give the new one
//! exactly. Words are compared by keys in which typography is folded away (`keys`), and shown as they stand. How it works:
//! `tokens` cuts (`cut`, `plain`), `align` lays paragraphs side by side (`likeness`, `candidates`, `chain`), `moves` pairs what stands
//! elsewhere, `words` (`anchors`) and `tidy` find the edits inside, `plan` is all of that, `layout` makes it ops. What did not
//! change by a byte is found first (`still`) and never cut. Between two texts of a statement, `tags` then says what kind of change
//! each edit is (`side`, `dated`, `addresses`, by the words of a `lexicon`), and `sentences` which of them moved; `names` knows
//! names, also by a [`Gazetteer`] of what stands in other texts.
//!
//! Promises: a text differs from itself in nothing; the difference from B to A is that from A to B turned round; time
//! is bounded on any input, near linear on prose.
//!
//! White space between words and between paragraphs goes with the word before it, at the start of a text with the first word.
//! So a deleted paragraph takes the empty line after it along, and an `equal` op may hold other white space in its `old`
//! than in its `new`: that is no change, and marked as noise only inside a run of equal words.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::model::capture::Beside;
use crate::model::text::Text;
use crate::model::time::Stated;

mod addresses;
mod align;
mod anchors;
#[cfg(test)]
mod bounded_tests;
mod candidates;
mod chain;
mod cut;
mod dated;
mod finds;
mod gazetteer;
pub mod html;
mod hunk;
pub mod inline;
pub mod json;
mod keys;
#[cfg(test)]
mod known_tests;
mod layout;
mod lexicon;
mod likeness;
mod line;
mod moves;
mod names;
mod plain;
mod plan;
mod sentences;
mod side;
pub mod side_by_side;
mod still;
pub mod summary;
mod tags;
#[cfg(test)]
mod tests;
mod tidy;
mod tokens;
mod told;
pub mod unified;
mod version;
mod words;
mod work;

pub use gazetteer::Gazetteer;
pub use summary::{Summary, Weight, summary};
pub use tags::{Hunk, Tag};
pub use told::told;
pub use version::Version;

/// What changed between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The ops, in the order of the new text.
    pub ops: Vec<Op>,
    /// The paragraphs that the ops make up, in the same order; together they cover all ops.
    #[serde(skip)]
    pub blocks: Vec<Block>,
    /// What kind of change each edit is, in the order of the ops; empty where the difference is not one of statements.
    #[serde(skip)]
    pub hunks: Vec<Hunk>,
}

/// A step of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Op {
    /// A piece of text.
    Piece(Piece),
    /// What happened to a paragraph as such.
    Mark(Mark),
}

/// A piece of text as it was and as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// What became of it.
    #[serde(rename = "op")]
    pub kind: Kind,
    /// The old bytes; empty where it was inserted.
    pub old: String,
    /// The new bytes; empty where it was deleted.
    pub new: String,
    /// Whether only typography differs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noise: bool,
    /// The move that it is part of: `old` stands where that move's [`Mark::MoveFrom`] is.
    #[serde(rename = "move", default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<u32>,
    /// The sentence that it is, where that stands elsewhere too: what is deleted there and inserted here has one number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<u32>,
    /// What kinds of change it is; none where it is wording.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Piece {
    fn new(kind: Kind, old: String, new: String) -> Self {
        Self { kind, old, new, noise: false, moved: None, twin: None, tags: Vec::new() }
    }
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Reads the same.
    Equal,
    /// Stands in the new text only.
    Insert,
    /// Stood in the old text only.
    Delete,
    /// Reads otherwise.
    Replace,
}

/// What happened to a paragraph as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Mark {
    /// A paragraph stood here, and stands elsewhere now.
    MoveFrom {
        /// The number of the move.
        id: u32,
    },
    /// A border between paragraphs is new here.
    Split,
    /// A border between paragraphs is gone from here.
    Merge,
}

/// The ops of one paragraph, or of the few that it was split into or merged of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Which ops.
    pub ops: Range<usize>,
    /// What became of it as a whole.
    pub standing: Standing,
}

/// What became of a paragraph as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Stands where it stood, edited or not.
    InPlace,
    /// Is new.
    Inserted,
    /// Is gone.
    Deleted,
    /// Stands here now, by the move of this number.
    MovedHere(u32),
    /// Stood here before the move of this number.
    MovedAway(u32),
}

/// What changed between two texts of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextDifference {
    /// Whether either text has a title.
    pub titled: bool,
    /// The title, where its bytes differ.
    pub title: Option<Difference>,
    /// The stated date, where it is stated otherwise.
    pub published: Option<Changed<Stated>>,
    /// The language, where it was found to be another.
    pub language: Option<Changed<String>>,
    /// The paragraphs.
    pub body: Difference,
    /// Addresses that the text links to.
    pub links: Addresses,
    /// Files that the text links to.
    pub attachments: Addresses,
}

/// Addresses that came or went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// Stand beside the new text only.
    pub inserted: Vec<String>,
    /// Stood beside the old text only.
    pub deleted: Vec<String>,
}

impl Addresses {
    fn between(old: &[String], new: &[String]) -> Self {
        let less = |all: &[String], others: &[String]| {
            let others: HashSet<&String> = others.iter().collect();
            all.iter().filter(|address| !others.contains(address)).cloned().collect()
        };
        Self { inserted: less(new, old), deleted: less(old, new) }
    }

    /// Whether none came or went.
    pub fn is_empty(&self) -> bool {
        self.inserted.is_empty() && self.deleted.is_empty()
    }

    /// How many came, went, or became others.
    fn count(&self) -> usize {
        self.inserted.len().max(self.deleted.len())
    }
}

/// A field that was one thing and is another; `None` where it is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// What it was.
    pub old: Option<T>,
    /// What it is.
    pub new: Option<T>,
}

impl<T: PartialEq> Changed<T> {
    fn between(old: Option<T>, new: Option<T>) -> Option<Self> {
        (old != new).then_some(Self { old, new })
    }
}

/// Compares two texts whose paragraphs are separated by empty lines.
pub fn diff(old: &str, new: &str) -> Difference {
    layout::layout(&plan::plan(old, new)).difference
}

/// Compares two texts of a statement: title, stated date and language each by itself, paragraphs through [`diff`]; every
/// edit is tagged by the rules of the language.
pub fn diff_texts(old: &Text, new: &Text) -> TextDifference {
    compare(&Version::from(old), &Version::from(new), &|_| false)
}

/// Compares two versions as [`diff_texts`] does; `is_name` says whether a word is known as a name from elsewhere.
pub fn compare(old: &Version<'_>, new: &Version<'_>, is_name: &dyn Fn(&str) -> bool) -> TextDifference {
    let stated = old.states() && new.states();
    let language = new.language.or(old.language);
    let (before, after) = (old.body_beside(new), new.body_beside(old));
    let tagger = tags::Tagger::new([&before, &after], language, is_name);
    let body = tagger.difference(&plan::plan(&before, &after));
    let titles = (old.title.unwrap_or_default(), new.title.unwrap_or_default());
    let title = (stated && titles.0 != titles.1).then(|| {
        let mut title = tagger.difference(&plan::plan(titles.0, titles.1));
        title.tag_title();
        title
    });
    let fields = stated.then(|| {
        let language = |version: &Version<'_>| version.language.map(str::to_owned);
        (Changed::between(old.published, new.published), Changed::between(language(old), language(new)))
    });
    let (published, language) = fields.unwrap_or_default();
    TextDifference {
        titled: stated && (!titles.0.is_empty() || !titles.1.is_empty()),
        title,
        published,
        language,
        body,
        links: Addresses::default(),
        attachments: Addresses::default(),
    }
}

impl TextDifference {
    /// Adds what became of the links and files that stand beside the two texts.
    pub fn beside(&mut self, old: &Beside, new: &Beside) {
        self.links = Addresses::between(&old.links, &new.links);
        self.attachments = Addresses::between(&old.attachments, &new.attachments);
    }

    /// Whether nothing differs, to the byte.
    pub fn is_same(&self) -> bool {
        let untouched = |op: &Op| op.piece().is_some_and(|piece| piece.old == piece.new);
        self.title.is_none()
            && self.published.is_none()
            && self.language.is_none()
            && self.body.ops.iter().all(untouched)
            && self.links.is_empty()
            && self.attachments.is_empty()
    }
}

impl Difference {
    /// The old text, byte for byte.
    pub fn old_text(&self) -> String {
        let mut moved: HashMap<u32, &Block> = HashMap::new();
        for block in &self.blocks {
            if let Standing::MovedHere(id) = block.standing {
                moved.insert(id, block);
            }
        }
        let mut text = String::new();
        for block in &self.blocks {
            match block.standing {
                Standing::InPlace | Standing::Deleted | Standing::Inserted => text.extend(self.old_pieces(block)),
                Standing::MovedHere(_) => {}
                Standing::MovedAway(id) => {
                    text.extend(moved.get(&id).into_iter().flat_map(|block| self.old_pieces(block)));
                }
            }
        }
        text
    }

    /// The new text, byte for byte.
    pub fn new_text(&self) -> String {
        self.pieces().map(|piece| piece.new.as_str()).collect()
    }

    /// Applies the difference to the old text; `None` where `old` is not the text that it starts from.
    pub fn apply(&self, old: &str) -> Option<String> {
        (self.old_text() == old).then(|| self.new_text())
    }

    /// Whether nothing but typography differs, if anything.
    pub fn is_empty(&self) -> bool {
        self.ops.iter().all(|op| match op {
            Op::Piece(piece) => piece.kind == Kind::Equal,
            Op::Mark(_) => false,
        })
    }

    /// The pieces, in the order of the new text.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.ops.iter().filter_map(Op::piece)
    }

    fn tag_title(&mut self) {
        for hunk in &mut self.hunks {
            hunk.tags.push(Tag::Title);
            if let Some(Op::Piece(piece)) = self.ops.get_mut(hunk.op) {
                piece.tags.push(Tag::Title);
            }
        }
    }

    fn old_pieces(&self, block: &Block) -> impl Iterator<Item = &str> {
        self.ops[block.ops.clone()].iter().filter_map(Op::piece).map(|piece| piece.old.as_str())
    }
}

impl Op {
    /// The piece of text, where it is one.
    pub fn piece(&self) -> Option<&Piece> {
        match self {
            Self::Piece(piece) => Some(piece),
            Self::Mark(_) => None,
        }
    }
}
