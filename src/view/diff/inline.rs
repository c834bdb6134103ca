//! The difference as one running text for a terminal: what went and what came stand side by side in each paragraph.
//!
//! Without colour it reads by its marks, `[-deleted-]{+inserted+}`; with colour, deleted text is struck out and inserted
//! text underlined, so that hue is not all there is. Unchanged paragraphs are left out but for one around each change. Control
//! characters and marks that turn the direction of writing do not reach the terminal. The summary is not part of it.

use std::collections::HashSet;

use unicode_width::UnicodeWidthChar;

use super::{Block, Difference, Kind, Mark, Op, Piece, Standing, TextDifference};

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are used.
    pub color: bool,
    /// The columns that a line may take; 0 for as many as it needs.
    pub width: usize,
}

/// Renders a difference; every line ends with a line feed.
pub fn render(difference: &TextDifference, style: Style) -> String {
    let mut page = Page { style, out: String::new() };
    let mut fields = 0;
    if let Some(title) = &difference.title {
        let mut line = Line::default();
        line.push(Ink::Plain, "Title: ");
        line.ops(&title.ops, style);
        page.line(line);
        fields += 1;
    }
    let published = difference.published.as_ref().map(|date| {
        ("Published: ", date.old.map(|date| date.to_string()), date.new.map(|date| date.to_string()))
    });
    let language = difference.language.as_ref().map(|tag| ("Language: ", tag.old.clone(), tag.new.clone()));
    for (name, old, new) in published.into_iter().chain(language) {
        let mut line = Line::default();
        line.push(Ink::Plain, name);
        line.marked(Ink::Deleted, &old.unwrap_or_default(), style);
        line.marked(Ink::Inserted, &new.unwrap_or_default(), style);
        page.line(line);
        fields += 1;
    }
    if fields > 0 && !difference.body.blocks.is_empty() {
        page.out.push('\n');
    }
    page.body(&difference.body);
    page.out
}

/// How a stretch of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ink {
    Plain,
    Deleted,
    Inserted,
    /// Reads the same, typography aside.
    Faint,
    /// Said by us.
    Note,
}

impl Ink {
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Deleted => ("[-", "-]"),
            Self::Inserted => ("{+", "+}"),
            Self::Note => ("(", ")"),
            Self::Plain | Self::Faint => ("", ""),
        }
    }

    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Deleted => Some("\x1b[31;9m"),
            Self::Inserted => Some("\x1b[32;4m"),
            Self::Faint => Some("\x1b[2m"),
            Self::Note => Some("\x1b[36m"),
        }
    }
}

struct Page {
    style: Style,
    out: String,
}

impl Page {
    fn body(&mut self, difference: &Difference) {
        let changed: Vec<bool> = difference.blocks.iter().map(|block| is_changed(difference, block)).collect();
        let near = |at: usize| (at.saturating_sub(1)..=at + 1).any(|i| changed.get(i) == Some(&true));
        let mut up: HashSet<u32> = HashSet::new();
        let mut gone: HashSet<u32> = HashSet::new();
        for block in &difference.blocks {
            match block.standing {
                Standing::MovedAway(id) => drop(gone.insert(id)),
                Standing::MovedHere(id) if !gone.contains(&id) => drop(up.insert(id)),
                Standing::MovedHere(_) | Standing::InPlace | Standing::Inserted | Standing::Deleted => {}
            }
        }
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
        let mut line = Line::default();
        line.ops(&difference.ops[block.ops.clone()], self.style);
        self.line(line);
    }

    fn note(&mut self, text: &str) {
        let mut line = Line::default();
        line.marked(Ink::Note, text, Style { color: false, ..self.style });
        self.line(line);
    }

    /// Writes a line, broken where the width asks for it.
    fn line(&mut self, line: Line) {
        for row in line.rows(self.style.width) {
            let mut ink = Ink::Plain;
            for &(c, next) in row.iter().chain([&('\n', Ink::Plain)]) {
                if self.style.color && next != ink {
                    if ink != Ink::Plain {
                        self.out.push_str("\x1b[0m");
                    }
                    self.out.push_str(next.code().unwrap_or_default());
                }
                ink = next;
                self.out.push(c);
            }
        }
    }
}

fn is_changed(difference: &Difference, block: &Block) -> bool {
    let still = |op: &Op| op.piece().is_some_and(|piece| piece.kind == Kind::Equal);
    block.standing != Standing::InPlace || !difference.ops[block.ops.clone()].iter().all(still)
}

/// Paragraphs that are left out.
#[derive(Default)]
struct Hidden {
    paragraphs: usize,
    /// How many of them differ in typography.
    noisy: usize,
}

impl Hidden {
    fn add(&mut self, difference: &Difference, block: &Block) {
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

/// A paragraph in the making: characters that are safe to show, each with its ink.
#[derive(Default)]
struct Line {
    chars: Vec<(char, Ink)>,
}

impl Line {
    fn ops(&mut self, ops: &[Op], style: Style) {
        for (at, op) in ops.iter().enumerate() {
            match op {
                Op::Piece(piece) => self.piece(piece, ops.get(at + 1), style),
                Op::Mark(Mark::Split) => {
                    self.marked(Ink::Inserted, "¶", style);
                    self.push(Ink::Plain, "\n");
                }
                Op::Mark(Mark::Merge) => {
                    self.marked(Ink::Deleted, "¶", style);
                    self.push(Ink::Plain, " ");
                }
                Op::Mark(Mark::MoveFrom { .. }) => {}
            }
        }
    }

    /// Adds a piece, and the space between it and the next op outside of all marks.
    fn piece(&mut self, piece: &Piece, next: Option<&Op>, style: Style) {
        match piece.kind {
            Kind::Equal => {
                self.push(if piece.noise { Ink::Faint } else { Ink::Plain }, piece.new.trim_end());
            }
            Kind::Insert | Kind::Delete | Kind::Replace => {
                self.marked(Ink::Deleted, piece.old.trim(), style);
                self.marked(Ink::Inserted, piece.new.trim(), style);
            }
        }
        let tail = |text: &str| text[text.trim_end().len()..].to_owned();
        let (old, new) = (tail(&piece.old), tail(&piece.new));
        // A comma may have come or gone after a word: the space follows the text in which the next piece stands.
        let space = match (piece.kind, next) {
            (_, None) => return,
            (Kind::Delete, _) => old,
            (Kind::Insert, _) => new,
            (_, Some(Op::Piece(next))) if next.kind == Kind::Delete => old,
            (_, Some(Op::Piece(next))) if next.kind == Kind::Replace && old.is_empty() => old,
            (Kind::Equal | Kind::Replace, Some(_)) => new,
        };
        if !space.is_empty() {
            self.push(Ink::Plain, if space.matches('\n').count() == 1 { "\n" } else { " " });
        }
    }

    /// Adds text with the marks of its ink, or in its colour.
    fn marked(&mut self, ink: Ink, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        let (open, close) = if style.color { ("", "") } else { ink.marks() };
        self.push(ink, open);
        self.push(ink, text);
        self.push(ink, close);
    }

    /// Adds text, white space folded to single spaces and line feeds.
    fn push(&mut self, ink: Ink, text: &str) {
        for c in text.chars() {
            let c = match c {
                '\n' => '\n',
                // These turn the text around them, which is not ours to show otherwise than it stands.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => continue,
                c if c.is_whitespace() => ' ',
                c if c.is_control() => char::REPLACEMENT_CHARACTER,
                c => c,
            };
            match (self.chars.last().map(|&(last, _)| last), c) {
                (Some(' ' | '\n') | None, ' ') | (Some('\n') | None, '\n') => {}
                (Some(' '), '\n') => {
                    self.chars.pop();
                    self.chars.push((c, ink));
                }
                _ => self.chars.push((c, ink)),
            }
        }
    }

    /// The rows of at most `width` columns: broken at spaces, and inside of what is longer than a row.
    fn rows(&self, width: usize) -> Vec<&[(char, Ink)]> {
        let width = if width == 0 { usize::MAX } else { width };
        let mut rows = Vec::new();
        for line in self.chars.split(|&(c, _)| c == '\n') {
            let (mut start, mut columns, mut space) = (0, 0, None);
            for (at, &(c, _)) in line.iter().enumerate() {
                let wide = c.width().unwrap_or(0);
                if columns + wide > width && at > start {
                    let next = match space {
                        _ if c == ' ' => at,
                        Some(space) => space + 1,
                        None => at,
                    };
                    let end = if c == ' ' { at } else { space.unwrap_or(at) };
                    rows.push(&line[start..end]);
                    start = next;
                    columns = line[start..at].iter().map(|(c, _)| c.width().unwrap_or(0)).sum();
                    space = None;
                }
                if c == ' ' {
                    if at == start {
                        start += 1;
                        continue;
                    }
                    space = Some(at);
                }
                columns += wide;
            }
            let end = line.iter().rposition(|&(c, _)| c != ' ').map_or(start, |last| (last + 1).max(start));
            rows.push(&line[start.min(end)..end]);
        }
        if rows.last().is_some_and(|row| row.is_empty()) && rows.len() > 1 {
            rows.pop();
        }
        rows
    }
}
