//! What a difference comes to: counts for a program, one line for a person.
//!
//! Figures come first, for they are what is changed in silence; then sentences and paragraphs, words, signs. Each edit
//! counts once, except that a figure inside reworded text counts as a figure too. Knows no language.

use serde::Serialize;

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use super::keys::{Keys, is_end};
use super::tokens::{Kind as Token, Tokens};
use super::{Block, Changed, Difference, Kind, Mark, Op, Piece, Standing, TextDifference};
use crate::model::text::dates_agree;

/// In an edit of more words than this, which figure became which is a guess.
const NEAR: usize = 12;

/// What a difference comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All of it in one line.
    pub line: String,
    /// Figures that became others.
    pub numbers: Vec<Changed<String>>,
    /// Sentences that came or went inside paragraphs.
    pub sentences: Counts,
    /// Paragraphs that came, went or changed places.
    pub paragraphs: Paragraphs,
    /// Other words.
    pub words: Counts,
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
        ..Summary::default()
    };
    for block in &difference.body.blocks {
        summary.count(&difference.body, block);
    }
    summary.line = line(difference, &summary);
    summary
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl Summary {
    fn count(&mut self, difference: &Difference, block: &Block) {
        match block.standing {
            Standing::Inserted => return self.paragraphs.inserted += 1,
            Standing::Deleted => return self.paragraphs.deleted += 1,
            Standing::MovedHere(_) => self.paragraphs.moved += 1,
            Standing::InPlace | Standing::MovedAway(_) => {}
        }
        let ops = &difference.ops[block.ops.clone()];
        // Whether a sentence begins where the next piece does.
        let mut begins = true;
        for (at, op) in ops.iter().enumerate() {
            match op {
                Op::Mark(Mark::Split) => self.paragraphs.split += 1,
                Op::Mark(Mark::Merge) => self.paragraphs.merged += 1,
                Op::Mark(Mark::MoveFrom { .. }) => {}
                Op::Piece(piece) => {
                    self.piece(piece, begins, at + 1 == ops.len());
                    let shown = if piece.new.is_empty() { &piece.old } else { &piece.new };
                    begins = ends_sentence(shown);
                }
            }
        }
    }

    /// Counts a piece before which a sentence begins or not, and after which the paragraph ends or not.
    fn piece(&mut self, piece: &Piece, begins: bool, last: bool) {
        let mut keys = Keys::default();
        let (words, sentences) = match piece.kind {
            Kind::Equal => return self.noise += usize::from(piece.noise),
            Kind::Replace => return self.replaced(piece),
            Kind::Insert => (&mut self.words.inserted, &mut self.sentences.inserted),
            Kind::Delete => (&mut self.words.deleted, &mut self.sentences.deleted),
        };
        let text = if piece.new.is_empty() { &piece.old } else { &piece.new };
        let tokens = Tokens::of(text, &mut keys);
        match tokens.words(0..tokens.len()) {
            0 => self.punctuation += 1,
            count if count > 1 && begins && (last || ends_sentence(text)) => {
                *sentences += count_sentences(text);
            }
            count => *words += count,
        }
    }

    fn replaced(&mut self, piece: &Piece) {
        let mut keys = Keys::default();
        let (old, new) = (Tokens::of(&piece.old, &mut keys), Tokens::of(&piece.new, &mut keys));
        let (old_words, new_words) = (old.words(0..old.len()), new.words(0..new.len()));
        let words = old_words.max(new_words);
        if words == 0 {
            self.punctuation += 1;
            return;
        }
        let (before, after) = (figures(&old), figures(&new));
        if before.len() == after.len() && words <= NEAR {
            let changed = before.iter().zip(&after).filter(|(a, b)| a != b);
            self.numbers.extend(changed.map(|(a, b)| Changed { old: some(a.clone()), new: some(b.clone()) }));
            if before.len() == words {
                return;
            }
        }
        match (old_words, new_words) {
            (0, count) => self.words.inserted += count,
            (count, 0) => self.words.deleted += count,
            (_, _) => self.words.replaced += words,
        }
    }
}

/// The figures of a text as they stand, without the space around them; `5th` is one, a long identifier is none.
fn figures(tokens: &Tokens<'_>) -> Vec<String> {
    let numbers = (0..tokens.len()).filter(|&i| tokens.kinds[i] == Token::Number);
    let texts = numbers.map(|i| tokens.text(i..i + 1).trim());
    let figures = texts
        .filter(|text| text.starts_with(char::is_numeric) && text.chars().filter(|c| c.is_alphabetic()).count() <= 2);
    figures.map(str::to_owned).collect()
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

fn line(difference: &TextDifference, summary: &Summary) -> String {
    let mut parts = Vec::new();
    if difference.title.as_ref().is_some_and(|title| !title.is_empty()) {
        parts.push("title changed".to_owned());
    }
    if let Some(date) = &difference.published
        && !(date.old.is_some() && date.new.is_some() && dates_agree(date.old, date.new))
    {
        let show = |date: Option<crate::model::time::Stated>| date.map_or("none".to_owned(), |date| date.to_string());
        parts.push(format!("date changed ({} → {})", show(date.old), show(date.new)));
    }
    if !summary.numbers.is_empty() {
        parts.push(numbers(&summary.numbers));
    }
    let Summary { sentences, paragraphs, words, .. } = summary;
    let counts = [
        (sentences.inserted, "sentence", "added"),
        (sentences.deleted, "sentence", "removed"),
        (paragraphs.inserted, "paragraph", "added"),
        (paragraphs.deleted, "paragraph", "removed"),
        (paragraphs.moved, "paragraph", "moved"),
        (words.replaced, "word", "replaced"),
        (words.inserted, "word", "added"),
        (words.deleted, "word", "removed"),
        (paragraphs.split, "paragraph", "split"),
        (paragraphs.merged, "paragraph", "merged"),
    ];
    parts.extend(
        counts
            .iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, what, how)| format!("{} {how}", several(*count, what))),
    );
    let only = if parts.is_empty() { "only " } else { "" };
    if summary.punctuation > 0 {
        parts.push(format!("{only}punctuation in {}", several(summary.punctuation, "place")));
    } else if parts.is_empty() && (summary.noise > 0 || difference.title.is_some()) {
        let places = summary.noise + usize::from(difference.title.is_some());
        parts.push(format!("only typography in {}", several(places, "place")));
    }
    if parts.is_empty() {
        return "no change".to_owned();
    }
    let title = if difference.titled && difference.title.is_none() { "; title unchanged" } else { "" };
    parts.join(", ") + title
}

fn several(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `2 numbers (3 → 5, 10 → 12)`, the first three of them.
fn numbers(numbers: &[Changed<String>]) -> String {
    const SHOWN: usize = 3;
    let show = |side: &Option<String>| side.clone().unwrap_or_default();
    let first: Vec<String> =
        numbers.iter().take(SHOWN).map(|n| format!("{} → {}", show(&n.old), show(&n.new))).collect();
    let more = if numbers.len() > SHOWN { ", ..." } else { "" };
    format!("{} ({}{more})", several(numbers.len(), "number"), first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::diff_texts;
    use super::*;
    use crate::model::text::Text;

    fn sum(old: &str, new: &str) -> Summary {
        let text = |body: &str| Text::new(None, None, None, body.split("\n\n"));
        summary(&diff_texts(&text(old), &text(new)))
    }

    fn line(old: &str, new: &str) -> String {
        sum(old, new).line
    }

    #[test]
    fn says_what_kind_of_change_it_is() {
        assert_eq!(line("Some 3 men came.", "Some 3 men came."), "no change");
        assert_eq!(line("Some 3 men came.", "Some 5 men came."), "1 number (3 → 5)");
        assert_eq!(line("on 1.5 km, 2 km, 3 km and 4 km", "on 1.6 km, 20 km, 30 km and 40 km"), {
            "4 numbers (1.5 → 1.6, 2 → 20, 3 → 30, ...)"
        });
        assert_eq!(line("3 people were killed near it", "5 men died near it"), "1 number (3 → 5), 4 words replaced");
        assert_eq!(line("He came. He saw. He won.", "He came. He won."), "1 sentence removed");
        assert_eq!(line("He came.", "He came. He saw it! They all left."), "2 sentences added");
        assert_eq!(line("He came", "He really came"), "1 word added");
        assert_eq!(line("He came, he saw", "He came; he saw"), "only punctuation in 1 place");
        assert_eq!(line("He said “no”", "He said \"no\""), "only typography in 2 places");
        assert_eq!(line("the file 12ab34cd56 is", "the file 98ab34cd00 is"), "1 word replaced");
    }

    #[test]
    fn counts_paragraphs_apart() {
        let (first, second) = ("One two three four five six.", "Seven eight nine ten eleven twelve thirteen.");
        assert_eq!(line(first, &format!("{first}\n\n{second}")), "1 paragraph added");
        assert_eq!(line(&format!("{first}\n\n{second}"), &format!("{second}\n\n{first}")), "1 paragraph moved");
        assert_eq!(line(&format!("{first} {second}"), &format!("{first}\n\n{second}")), "1 paragraph split");
        assert_eq!(line(&format!("{first}\n\n{second}"), &format!("{first} {second}")), "1 paragraph merged");
    }

    #[test]
    fn title_and_date_are_told_by_themselves() {
        let text = |title: &str, date: &str, body: &str| Text::new(Some(title), date.parse().ok(), None, [body]);
        let of = |old: &Text, new: &Text| summary(&diff_texts(old, new)).line;
        let old = text("A day", "2024-05-01", "It rained.");
        assert_eq!(of(&old, &text("A day", "2024-05-01", "It poured.")), "1 word replaced; title unchanged");
        assert_eq!(of(&old, &text("A night", "2024-05-01", "It rained.")), "title changed");
        assert_eq!(of(&old, &text("A day", "2024-05-02", "It rained.")), {
            "date changed (2024-05-01 → 2024-05-02); title unchanged"
        });
        assert_eq!(of(&old, &text("A day", "2024-05-01T10:00:00", "It rained.")), "no change", "a time was gained");
    }
}
