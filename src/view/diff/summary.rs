//! What a difference comes to: counts for a program, one line for a person.
//!
//! What is changed in silence comes first: figures, dates, names, negations; then sentences and paragraphs, words, signs.
//! Each edit counts once: a word that is told as a figure or a name is not counted as a word again.

use serde::Serialize;

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use super::keys::is_end;
use super::tags::{Hunk, Tag};
use super::told::line;
use super::{Addresses, Block, Changed, Difference, Kind, Mark, Op, Piece, Standing, TextDifference};
use crate::model::text::dates_agree;

/// What a difference comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All of it in one line.
    pub line: String,
    /// How much it weighs: the weightiest of its edits.
    pub weight: Weight,
    /// Figures that became others.
    pub numbers: Vec<Changed<String>>,
    /// Dates and times that became others.
    pub dates: Vec<Changed<String>>,
    /// Names that became others.
    pub names: Vec<Changed<String>>,
    /// Negations that came or went.
    pub negations: Vec<Changed<String>>,
    /// Words of what may and must be that became others.
    pub modality: Vec<Changed<String>>,
    /// Words of who says it that became others.
    pub attribution: Vec<Changed<String>>,
    /// Addresses in the text that became others.
    pub addresses: usize,
    /// Sentences that came or went inside paragraphs.
    pub sentences: Counts,
    /// Paragraphs that came, went or changed places.
    pub paragraphs: Paragraphs,
    /// Other words.
    pub words: Counts,
    /// Edits of capital and small letters alone.
    pub case: usize,
    /// Edits of signs alone.
    pub punctuation: usize,
    /// Places where only typography differs.
    pub noise: usize,
    /// The title, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Changed<String>>,
    /// The stated date, where it is stated otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Changed<String>>,
    /// The language, where it was found to be another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Changed<String>>,
    /// Addresses that the text links to.
    #[serde(skip_serializing_if = "Addresses::is_empty")]
    pub links: Addresses,
    /// Files that the text links to.
    #[serde(skip_serializing_if = "Addresses::is_empty")]
    pub attachments: Addresses,
}

/// How much an edit weighs, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Nothing differs.
    #[default]
    None,
    /// Typography.
    Typography,
    /// Signs, capitals, borders of paragraphs.
    Punctuation,
    /// The order of paragraphs or sentences.
    Order,
    /// Wording; links.
    Wording,
    /// How sure it is, or who says it.
    Stance,
    /// A figure, a date, a name, a negation.
    Fact,
}

impl Weight {
    fn of(tags: &[Tag]) -> Self {
        let each = tags.iter().map(|tag| match tag {
            Tag::Number | Tag::Date | Tag::Name | Tag::Negation => Self::Fact,
            Tag::Modality | Tag::Attribution => Self::Stance,
            Tag::Link | Tag::Title => Self::Wording,
            Tag::Moved => Self::Order,
            Tag::Case | Tag::Punctuation => Self::Punctuation,
        });
        each.max().unwrap_or(Self::Wording)
    }
}

/// How many came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Stand in the new text only.
    pub inserted: usize,
    /// Stood in the old text only.
    pub deleted: usize,
    /// Became others: the greater of the two numbers.
    pub replaced: usize,
    /// Stand elsewhere.
    #[serde(skip_serializing_if = "is_zero")]
    pub moved: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How many paragraphs came, went or changed places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paragraphs {
    /// Stand in the new text only.
    pub inserted: usize,
    /// Stood in the old text only.
    pub deleted: usize,
    /// Stand elsewhere.
    pub moved: usize,
    /// Borders that are new.
    pub split: usize,
    /// Borders that are gone.
    pub merged: usize,
}

/// Sums up a difference.
pub fn summary(difference: &TextDifference) -> Summary {
    let mut summary = Summary {
        title: difference
            .title
            .as_ref()
            .map(|title| Changed { old: some(title.old_text()), new: some(title.new_text()) }),
        published: difference.published.as_ref().map(|date| Changed {
            old: date.old.map(|date| date.to_string()),
            new: date.new.map(|date| date.to_string()),
        }),
        language: difference.language.clone(),
        links: difference.links.clone(),
        attachments: difference.attachments.clone(),
        ..Summary::default()
    };
    let mut hunks = difference.body.hunks.iter();
    for block in &difference.body.blocks {
        summary.count(&difference.body, block, &mut hunks);
    }
    if let Some(title) = &difference.title {
        let tags = title.hunks.iter().map(|hunk| Weight::of(&hunk.tags)).max();
        summary.weighs(tags.unwrap_or(Weight::Typography));
    }
    if date_changed(difference) {
        summary.weighs(Weight::Fact);
    }
    if !difference.links.is_empty() || !difference.attachments.is_empty() {
        summary.weighs(Weight::Wording);
    }
    summary.line = line(difference, &summary, &str::to_owned);
    summary
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Whether the stated date says another thing, not only more or less of the same.
pub(super) fn date_changed(difference: &TextDifference) -> bool {
    let agree = |date: &Changed<_>| date.old.is_some() && date.new.is_some() && dates_agree(date.old, date.new);
    difference.published.as_ref().is_some_and(|date| !agree(date))
}

impl Summary {
    /// What changes are put in order by, the weightiest greatest: its kind, and how many facts it has.
    pub fn rank(&self) -> (Weight, usize) {
        let facts = self.numbers.len() + self.dates.len() + self.names.len() + self.negations.len();
        let words = self.words.inserted + self.words.deleted + self.words.replaced;
        (self.weight, if self.weight == Weight::Fact { facts } else { words })
    }

    fn weighs(&mut self, weight: Weight) {
        self.weight = self.weight.max(weight);
    }

    fn count<'h>(&mut self, difference: &Difference, block: &Block, hunks: &mut impl Iterator<Item = &'h Hunk>) {
        let ops = &difference.ops[block.ops.clone()];
        let whole = match block.standing {
            Standing::Inserted | Standing::Deleted => true,
            Standing::MovedHere(_) => {
                self.paragraphs.moved += 1;
                self.weighs(Weight::Order);
                false
            }
            Standing::InPlace | Standing::MovedAway(_) => false,
        };
        // Whether a sentence begins where the next piece does.
        let mut begins = true;
        for (at, op) in ops.iter().enumerate() {
            match op {
                Op::Mark(mark @ (Mark::Split | Mark::Merge)) => {
                    let split = *mark == Mark::Split;
                    *(if split { &mut self.paragraphs.split } else { &mut self.paragraphs.merged }) += 1;
                    self.weighs(Weight::Punctuation);
                }
                Op::Mark(Mark::MoveFrom { .. }) => {}
                Op::Piece(piece) if piece.kind == Kind::Equal => {
                    self.noise += usize::from(piece.noise);
                    if piece.old != piece.new {
                        self.weighs(Weight::Typography);
                    }
                    begins = ends_sentence(&piece.new);
                }
                Op::Piece(piece) => {
                    if let Some(hunk) = hunks.next() {
                        self.weighs(Weight::of(&hunk.tags));
                        if whole && piece.twin.is_none() {
                            let inserted = block.standing == Standing::Inserted;
                            *(if inserted { &mut self.paragraphs.inserted } else { &mut self.paragraphs.deleted }) += 1;
                        } else {
                            self.piece(piece, hunk, begins, at + 1 == ops.len());
                        }
                    }
                    let shown = if piece.new.is_empty() { &piece.old } else { &piece.new };
                    begins = ends_sentence(shown);
                }
            }
        }
    }

    /// Counts a piece before which a sentence begins or not, and after which the paragraph ends or not.
    fn piece(&mut self, piece: &Piece, hunk: &Hunk, begins: bool, last: bool) {
        if piece.twin.is_some() {
            self.sentences.moved += usize::from(piece.kind == Kind::Insert);
            return self.edit(hunk);
        }
        let text = if piece.new.is_empty() { &piece.old } else { &piece.new };
        let sentence = piece.kind != Kind::Replace && begins && (last || ends_sentence(text)) && words(text) > 1;
        if sentence {
            let count = count_sentences(text);
            match piece.kind {
                Kind::Insert => self.sentences.inserted += count,
                Kind::Delete | Kind::Replace | Kind::Equal => self.sentences.deleted += count,
            }
            return;
        }
        self.edit(hunk);
    }

    /// Counts what was found in an edit, and its other words.
    fn edit(&mut self, hunk: &Hunk) {
        for (tag, changed) in &hunk.found {
            match tag {
                Tag::Number => self.numbers.push(changed.clone()),
                Tag::Date => self.dates.push(changed.clone()),
                Tag::Name => self.names.push(changed.clone()),
                Tag::Negation => self.negations.push(changed.clone()),
                Tag::Modality => self.modality.push(changed.clone()),
                Tag::Attribution => self.attribution.push(changed.clone()),
                Tag::Link => self.addresses += 1,
                Tag::Title | Tag::Case | Tag::Punctuation | Tag::Moved => {}
            }
        }
        self.case += usize::from(hunk.tags == [Tag::Case]);
        self.punctuation += usize::from(hunk.tags == [Tag::Punctuation]);
        match hunk.words {
            (0, count) => self.words.inserted += count,
            (count, 0) => self.words.deleted += count,
            (old, new) => self.words.replaced += old.max(new),
        }
    }
}

/// About how many words a text has.
fn words(text: &str) -> usize {
    match text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count() {
        1 => text.chars().filter(|&c| super::keys::is_unspaced(c)).count().max(1),
        count => count,
    }
}

/// Whether a text ends with a sentence, whatever brackets or quotation marks close after it.
fn ends_sentence(text: &str) -> bool {
    let closes =
        |c: char| c.is_whitespace() || matches!(c, ')' | ']' | '"' | '\'' | '»' | '”' | '’' | '“' | '」' | '』');
    text.trim_end_matches(closes).ends_with(is_end)
}

fn count_sentences(text: &str) -> usize {
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let mut from = 0;
    let mut count = 0;
    for to in segmenter.segment_str(text) {
        count += usize::from(text[from..to].contains(char::is_alphanumeric));
        from = to;
    }
    count.max(1)
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
