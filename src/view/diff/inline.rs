//! The difference as one running text for a terminal: what went and what came stand side by side in each paragraph.
//!
//! Without colour it reads by its marks, `[-deleted-]{+inserted+}`; with colour, deleted text is struck out and inserted
//! text underlined, so that hue is not all there is. Unchanged paragraphs are left out but for one around each change. Control
//! characters and marks that turn the direction of writing do not reach the terminal. The summary is not part of it.

use std::collections::HashSet;

use super::line::{Ink, Line, write_row};
use super::{Block, Difference, Kind, Op, Standing, TextDifference};

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are used.
    pub color: bool,
    /// The columns that a line may take; 0 for as many as it needs.
    pub width: usize,
    /// Whether every byte is shown: paragraphs that did not change, typography as an edit, characters that are not seen.
    pub all: bool,
}

/// Renders a difference; every line ends with a line feed.
pub fn render(difference: &TextDifference, style: Style) -> String {
    let mut page = Page { style, out: String::new() };
    let mut fields = 0;
    if let Some(title) = &difference.title {
        let mut line = Line::new(style);
        line.push(Ink::Plain, "Title: ");
        line.ops(&title.ops);
        page.line(line);
        fields += 1;
    }
    let published = difference
        .published
        .as_ref()
        .map(|date| ("Published: ", date.old.map(|date| date.to_string()), date.new.map(|date| date.to_string())));
    let language = difference.language.as_ref().map(|tag| ("Language: ", tag.old.clone(), tag.new.clone()));
    for (name, old, new) in published.into_iter().chain(language) {
        let mut line = Line::new(style);
        line.push(Ink::Plain, name);
        line.marked(Ink::Deleted, &old.unwrap_or_default());
        line.marked(Ink::Inserted, &new.unwrap_or_default());
        page.line(line);
        fields += 1;
    }
    if fields > 0 && !difference.body.blocks.is_empty() {
        page.out.push('\n');
    }
    page.body(&difference.body);
    page.out
}

struct Page {
    style: Style,
    out: String,
}

impl Page {
    fn body(&mut self, difference: &Difference) {
        let changed: Vec<bool> = difference.blocks.iter().map(|block| is_changed(difference, block)).collect();
        let all = self.style.all;
        let near = |at: usize| all || (at.saturating_sub(1)..=at + 1).any(|i| changed.get(i) == Some(&true));
        let up = moved_up(difference);
        let mut hidden = Hidden::default();
        let mut first = true;
        for (at, block) in difference.blocks.iter().enumerate() {
            if !near(at) {
                hidden.add(difference, block);
                continue;
            }
            self.gap(&mut first);
            if hidden.paragraphs > 0 {
                self.note(&std::mem::take(&mut hidden).to_string());
                self.out.push('\n');
            }
            self.block(difference, block, &up);
        }
        if hidden.paragraphs > 0 {
            self.gap(&mut first);
            self.note(&hidden.to_string());
        }
    }

    fn gap(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push('\n');
        }
    }

    /// Writes a paragraph; `up` are the moves that went up.
    fn block(&mut self, difference: &Difference, block: &Block, up: &HashSet<u32>) {
        match block.standing {
            Standing::MovedAway(id) => {
                let way = if up.contains(&id) { "up" } else { "down" };
                return self.note(&format!("moved {id}: a paragraph stood here that now stands further {way}"));
            }
            Standing::MovedHere(id) => {
                let way = if up.contains(&id) { "down" } else { "up" };
                self.note(&format!("moved {id}: stood further {way}"));
            }
            Standing::InPlace | Standing::Inserted | Standing::Deleted => {}
        }
        let mut line = Line::new(self.style);
        line.ops(&difference.ops[block.ops.clone()]);
        self.line(line);
    }

    fn note(&mut self, text: &str) {
        let mut line = Line::new(self.style);
        line.push(Ink::Note, &format!("({text})"));
        self.line(line);
    }

    /// Writes a line, broken where the width asks for it.
    fn line(&mut self, line: Line) {
        for row in line.rows(self.style.width) {
            write_row(&mut self.out, &row, self.style.color);
            self.out.push('\n');
        }
    }
}

/// Whether anything became of a paragraph, typography aside.
pub(super) fn is_changed(difference: &Difference, block: &Block) -> bool {
    let still = |op: &Op| op.piece().is_some_and(|piece| piece.kind == Kind::Equal);
    block.standing != Standing::InPlace || !difference.ops[block.ops.clone()].iter().all(still)
}

/// The moves that went up.
pub(super) fn moved_up(difference: &Difference) -> HashSet<u32> {
    let mut up: HashSet<u32> = HashSet::new();
    let mut gone: HashSet<u32> = HashSet::new();
    for block in &difference.blocks {
        match block.standing {
            Standing::MovedAway(id) => drop(gone.insert(id)),
            Standing::MovedHere(id) if !gone.contains(&id) => drop(up.insert(id)),
            Standing::MovedHere(_) | Standing::InPlace | Standing::Inserted | Standing::Deleted => {}
        }
    }
    up
}

/// Paragraphs that are left out.
#[derive(Default)]
pub(super) struct Hidden {
    pub(super) paragraphs: usize,
    /// How many of them differ in typography.
    noisy: usize,
}

impl Hidden {
    pub(super) fn add(&mut self, difference: &Difference, block: &Block) {
        let noisy = difference.ops[block.ops.clone()].iter().filter_map(Op::piece).any(|piece| piece.noise);
        self.paragraphs += 1;
        self.noisy += usize::from(noisy);
    }
}

impl std::fmt::Display for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.paragraphs == 1 { "" } else { "s" };
        write!(f, "{} paragraph{plural} unchanged", self.paragraphs)?;
        if self.noisy > 0 {
            write!(f, ", {} of them with other typography", self.noisy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthChar;

    use super::super::{diff_texts, summary};
    use super::*;
    use crate::model::text::Text;

    const PLAIN: Style = Style { color: false, width: 60, all: false };

    fn text(title: &str, date: &str, paragraphs: &[&str]) -> Text {
        Text::new(Some(title), date.parse().ok(), Some("en"), paragraphs)
    }

    #[test]
    fn a_statement_reads_by_its_marks() {
        let old = text(
            "On the talks",
            "2024-05-01",
            &[
                "The talks lasted for two days.",
                "They were held in the old town hall.",
                "Nobody was late.",
                "The parties agreed on 3 points, all of which will be made public after the summer.",
                "A protocol was signed by the heads of both delegations. A dinner followed.",
                "Contact: the press office.",
            ],
        );
        let new = text(
            "On the peace talks",
            "2024-05-02",
            &[
                "The talks lasted for two days.",
                "They were held in the old town hall.",
                "Nobody was late.",
                "Contact: the press office.",
                "The parties agreed on 5 points, all of which may be made public after the summer.",
                "A protocol was signed by the heads of both delegations.",
                "A dinner, followed.",
                "Questions are welcome.",
            ],
        );
        let difference = diff_texts(&old, &new);
        insta::assert_snapshot!(render(&difference, PLAIN), @r#"
        Title: On the {+peace+} talks
        Published: [-2024-05-01-]{+2024-05-02+}

        (2 paragraphs unchanged)

        Nobody was late.

        (moved 1: stood further down)
        Contact: the press office.

        The parties agreed on [-3-]{+5+} points, all of which
        [-will-]{+may+} be made public after the summer.

        A protocol was signed by the heads of both delegations.
        {+¶+}
        A dinner{+,+} followed.

        (moved 1: a paragraph stood here that now stands further up)

        {+Questions are welcome.+}
        "#);
        insta::assert_snapshot!(
            summary(&difference).line,
            @"title changed, stated date changed (2024-05-01 → 2024-05-02), 1 number (3 → 5), 1 modal word (will → may), 1 paragraph added, 1 paragraph moved, 1 paragraph split, punctuation in 1 place"
        );
    }

    #[test]
    fn colour_takes_the_place_of_marks() {
        let (old, new) = (text("T", "", &["a road to “Rome”"]), text("T", "", &["a way to \"Rome\""]));
        let shown = render(&diff_texts(&old, &new), Style { color: true, width: 0, all: false });
        assert_eq!(shown, "a \x1b[31;9mroad\x1b[0m\x1b[32;4mway\x1b[0m to \x1b[2m\"\x1b[0mRome\x1b[2m\"\x1b[0m\n");
    }

    #[test]
    fn every_byte_is_shown_on_request() {
        let old = text("T", "", &["One.", "a soft\u{ad}ly “said” word"]);
        let new = text("T", "", &["One.", "a softly \"said\" word"]);
        let difference = diff_texts(&old, &new);
        assert_eq!(render(&difference, PLAIN), "(2 paragraphs unchanged, 1 of them with other typography)\n");
        let shown = render(&difference, Style { all: true, width: 0, color: false });
        assert!(shown.starts_with("One.\n\na [-soft<U+00AD>ly “-]{+softly \"+}"), "{shown}");
    }

    #[test]
    fn nothing_reaches_the_terminal_that_moves_it() {
        let difference = TextDifference {
            body: super::super::diff("safe", "safe \u{1b}[2Jtext\u{202e}drow\u{9b}1m\u{7}"),
            ..TextDifference::default()
        };
        let shown = render(&difference, PLAIN);
        assert!(!shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
    }

    #[test]
    fn rows_keep_to_the_width_in_any_script() {
        let long = format!("{} {}", "word ".repeat(40), "会".repeat(70));
        let (old, new) = (text("T", "", &["short"]), text("T", "", &["short", &long]));
        for row in render(&diff_texts(&old, &new), Style { color: false, width: 33, all: false }).lines() {
            let columns: usize = row.chars().filter_map(UnicodeWidthChar::width).sum();
            assert!(columns <= 33 && !row.ends_with(' ') && !row.starts_with(' '), "{row:?}");
        }
    }
}
