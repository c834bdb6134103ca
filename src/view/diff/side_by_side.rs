//! The difference in two columns: the old text on the left, the new one on the right, paragraph beside paragraph.
//!
//! The sign between the columns says what became of a paragraph: `|` edited, `<` gone, `>` new, `~` stands elsewhere. What is said of
//! colours and of hostile characters in [`inline`](super::inline) holds here too.

use std::collections::HashMap;

use super::inline::{Hidden, Style, is_changed, moved_up};
use super::line::{Ink, Line, columns, write_row};
use super::{Block, Difference, Standing, TextDifference};

/// Columns are never narrower than this.
const NARROWEST: usize = 12;
/// The width that is taken where none is known.
const USUAL: usize = 120;

/// Renders a difference; every line ends with a line feed.
pub fn render(difference: &TextDifference, style: Style) -> String {
    let width = if style.width == 0 { USUAL } else { style.width };
    let mut page = Page { style, column: (width.saturating_sub(3) / 2).max(NARROWEST), out: String::new() };
    let mut fields = false;
    if let Some(title) = &difference.title {
        let mut sides = page.lines();
        for (line, old) in [(&mut sides.0, true), (&mut sides.1, false)] {
            line.push(Ink::Plain, "Title: ");
            line.side(&title.ops, old);
        }
        page.row(&sides.0, '|', &sides.1);
        fields = true;
    }
    let published = difference
        .published
        .as_ref()
        .map(|date| ("Published: ", date.old.map(|date| date.to_string()), date.new.map(|date| date.to_string())));
    let language = difference.language.as_ref().map(|tag| ("Language: ", tag.old.clone(), tag.new.clone()));
    for (name, old, new) in published.into_iter().chain(language) {
        let mut sides = page.lines();
        for (line, value, ink) in [(&mut sides.0, old, Ink::Deleted), (&mut sides.1, new, Ink::Inserted)] {
            line.push(Ink::Plain, name);
            line.marked(ink, &value.unwrap_or_default());
        }
        page.row(&sides.0, '|', &sides.1);
        fields = true;
    }
    if fields && !difference.body.blocks.is_empty() {
        page.out.push('\n');
    }
    page.body(&difference.body);
    page.out
}

struct Page {
    style: Style,
    /// How wide each column is.
    column: usize,
    out: String,
}

impl Page {
    fn lines(&self) -> (Line, Line) {
        (Line::new(self.style), Line::new(self.style))
    }

    fn body(&mut self, difference: &Difference) {
        let changed: Vec<bool> = difference.blocks.iter().map(|block| is_changed(difference, block)).collect();
        let all = self.style.all;
        let near = |at: usize| all || (at.saturating_sub(1)..=at + 1).any(|i| changed.get(i) == Some(&true));
        let up = moved_up(difference);
        let way = |id: &u32, here: bool| if up.contains(id) == here { "down" } else { "up" };
        let mut stands: HashMap<u32, &Block> = HashMap::new();
        for block in &difference.blocks {
            if let Standing::MovedHere(id) = block.standing {
                stands.insert(id, block);
            }
        }
        let mut hidden = Hidden::default();
        let mut first = true;
        for (at, block) in difference.blocks.iter().enumerate() {
            if !near(at) {
                hidden.add(difference, block);
                continue;
            }
            if !std::mem::take(&mut first) {
                self.out.push('\n');
            }
            self.skipped(&mut hidden, true);
            let (mut left, mut right) = self.lines();
            let ops = &difference.ops[block.ops.clone()];
            let sign = match &block.standing {
                Standing::InPlace => {
                    left.side(ops, true);
                    right.side(ops, false);
                    if changed[at] { '|' } else { ' ' }
                }
                Standing::Deleted => {
                    left.side(ops, true);
                    '<'
                }
                Standing::Inserted => {
                    right.side(ops, false);
                    '>'
                }
                Standing::MovedHere(id) => {
                    left.push(Ink::Note, &format!("(moved {id}: stood further {})", way(id, true)));
                    right.side(ops, false);
                    '~'
                }
                Standing::MovedAway(id) => {
                    let ops = stands.get(id).map(|block| &difference.ops[block.ops.clone()]);
                    left.side(ops.unwrap_or_default(), true);
                    right.push(Ink::Note, &format!("(moved {id}: stands further {} now)", way(id, false)));
                    '~'
                }
            };
            self.row(&left, sign, &right);
        }
        if hidden.paragraphs > 0 && !first {
            self.out.push('\n');
        }
        self.skipped(&mut hidden, false);
    }

    /// Says how many paragraphs were left out, if any.
    fn skipped(&mut self, hidden: &mut Hidden, more: bool) {
        let hidden = std::mem::take(hidden);
        if hidden.paragraphs > 0 {
            let mut line = Line::new(self.style);
            line.push(Ink::Note, &format!("({hidden})"));
            for row in line.rows(2 * self.column + 3) {
                write_row(&mut self.out, &row, self.style.color);
                self.out.push('\n');
            }
            if more {
                self.out.push('\n');
            }
        }
    }

    fn row(&mut self, left: &Line, sign: char, right: &Line) {
        let (left, right) = (left.rows(self.column), right.rows(self.column));
        for at in 0..left.len().max(right.len()) {
            let (old, new) =
                (left.get(at).map_or(&[][..], Vec::as_slice), right.get(at).map_or(&[][..], Vec::as_slice));
            write_row(&mut self.out, old, self.style.color);
            let gap = self.column.saturating_sub(columns(old));
            if sign == ' ' && new.is_empty() {
                self.out.push('\n');
                continue;
            }
            self.out.extend(std::iter::repeat_n(' ', gap + 1));
            self.out.push(sign);
            if !new.is_empty() {
                self.out.push(' ');
            }
            write_row(&mut self.out, new, self.style.color);
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::super::diff_texts;
    use super::*;
    use crate::model::text::Text;

    #[test]
    fn old_and_new_stand_side_by_side() {
        let text = |title: &str, paragraphs: &[&str]| Text::new(Some(title), None, Some("en"), paragraphs);
        let old = text(
            "The bridge",
            &[
                "The road was closed for two days, and nobody passed.",
                "It will be opened on Monday at noon by the mayor.",
                "Nobody was hurt.",
                "Contact: the press office.",
            ],
        );
        let new = text(
            "The old bridge",
            &[
                "It will be opened on Friday at noon by the mayor.",
                "The road was closed for two days, and nobody passed.",
                "A dinner followed.",
                "Contact: the press office.",
            ],
        );
        let difference = diff_texts(&old, &new);
        insta::assert_snapshot!(render(&difference, Style { color: false, width: 63, all: false }), @r"
            Title: The bridge              | Title: The {+old+} bridge

            (moved 1: stood further down)  ~ It will be opened on
                                           ~ {+Friday+} at noon by the
                                           ~ mayor.

            The road was closed for two      The road was closed for two
            days, and nobody passed.         days, and nobody passed.

            It will be opened on           ~ (moved 1: stands further up
            [-Monday-] at noon by the      ~ now)
            mayor.                         ~

            [-Nobody was hurt.-]           <

                                           > {+A dinner followed.+}

            Contact: the press office.       Contact: the press office.
");
        for width in [0, 20, 40, 77] {
            let style = Style { color: false, width, all: true };
            let widest = render(&difference, style).lines().map(UnicodeWidthStr::width).max();
            assert!(widest.is_some_and(|widest| widest <= if width == 0 { USUAL } else { width.max(27) }));
        }
    }
}
