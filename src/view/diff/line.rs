//! A paragraph in the making for a terminal: characters that are safe to show, each with its ink, broken into rows.
//!
//! White space is folded. Control characters and marks that turn the direction of writing are not let through.

use unicode_width::UnicodeWidthChar;

use super::inline::Style;
use super::{Kind, Mark, Op, Piece};

/// How a stretch of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Reads the same.
    Plain,
    /// Stood in the old text.
    Deleted,
    /// Stands in the new text.
    Inserted,
    /// Reads the same, typography aside.
    Faint,
    /// Said by us.
    Note,
}

impl Ink {
    /// The marks around it, where there is no colour.
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Deleted => ("[-", "-]"),
            Self::Inserted => ("{+", "+}"),
            Self::Plain | Self::Faint | Self::Note => ("", ""),
        }
    }

    /// The ANSI code that begins it; none for plain text.
    pub(super) fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Deleted => Some("\x1b[31;9m"),
            Self::Inserted => Some("\x1b[32;4m"),
            Self::Faint => Some("\x1b[2m"),
            Self::Note => Some("\x1b[36m"),
        }
    }
}

/// A paragraph in the making: characters that are safe to show, each with its ink.
pub(super) struct Line {
    chars: Vec<(char, Ink)>,
    style: Style,
}

impl Line {
    /// An empty paragraph, to be shown in `style`.
    pub(super) fn new(style: Style) -> Self {
        Self { chars: Vec::new(), style }
    }

    /// Adds the ops of a paragraph.
    pub(super) fn ops(&mut self, ops: &[Op]) {
        for (at, op) in ops.iter().enumerate() {
            match op {
                Op::Piece(piece) => self.piece(piece, ops.get(at + 1)),
                Op::Mark(Mark::Split) => {
                    self.marked(Ink::Inserted, "¶");
                    self.push(Ink::Plain, "\n");
                }
                Op::Mark(Mark::Merge) => {
                    self.marked(Ink::Deleted, "¶");
                    self.push(Ink::Plain, " ");
                }
                Op::Mark(Mark::MoveFrom { .. }) => {}
            }
        }
    }

    /// Adds a piece, and the space between it and the next op outside of all marks.
    fn piece(&mut self, piece: &Piece, next: Option<&Op>) {
        match piece.kind {
            Kind::Equal if piece.noise && self.style.all => {
                self.marked(Ink::Deleted, piece.old.trim_end());
                self.marked(Ink::Inserted, piece.new.trim_end());
            }
            Kind::Equal => {
                self.push(if piece.noise { Ink::Faint } else { Ink::Plain }, piece.new.trim_end());
            }
            Kind::Insert | Kind::Delete | Kind::Replace => {
                self.marked(Ink::Deleted, piece.old.trim());
                self.marked(Ink::Inserted, piece.new.trim());
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

    /// Adds what one side of a paragraph reads: the old one, or the new one.
    pub(super) fn side(&mut self, ops: &[Op], old: bool) {
        for op in ops {
            match op {
                Op::Piece(piece) => {
                    let text = if old { &piece.old } else { &piece.new };
                    let shown = text.trim_end();
                    match piece.kind {
                        Kind::Equal if !piece.noise => self.push(Ink::Plain, shown),
                        Kind::Equal if !self.style.all => self.push(Ink::Faint, shown),
                        Kind::Equal | Kind::Insert | Kind::Delete | Kind::Replace => {
                            self.marked(if old { Ink::Deleted } else { Ink::Inserted }, shown);
                        }
                    }
                    self.push(Ink::Plain, &text[shown.len()..]);
                }
                Op::Mark(Mark::Split | Mark::Merge | Mark::MoveFrom { .. }) => {}
            }
        }
    }

    /// Adds text in an ink, with its marks where there is no colour.
    pub(super) fn marked(&mut self, ink: Ink, text: &str) {
        if text.is_empty() {
            return;
        }
        let (open, close) = if self.style.color { ("", "") } else { ink.marks() };
        self.push(ink, open);
        self.push(ink, text);
        self.push(ink, close);
    }

    /// Adds text, white space folded to single spaces and line feeds.
    pub(super) fn push(&mut self, ink: Ink, text: &str) {
        self.chars.reserve(text.len());
        for c in text.chars() {
            if matches!(c, '!'..='~') {
                self.chars.push((c, ink));
                continue;
            }
            if self.style.all && is_hidden(c) {
                self.chars.extend(format!("<U+{:04X}>", u32::from(c)).chars().map(|c| (c, ink)));
                continue;
            }
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
    pub(super) fn rows(&self, width: usize) -> Vec<&[(char, Ink)]> {
        let mut rows = Vec::new();
        for line in self.chars.split(|&(c, _)| c == '\n') {
            let (mut start, mut columns, mut space) = (0, 0, None);
            if width == 0 {
                start = line.iter().position(|&(c, _)| c != ' ').unwrap_or(line.len());
            }
            let broken = if width == 0 { &[] } else { line };
            for (at, &(c, _)) in broken.iter().enumerate() {
                let own = wide(c);
                if columns + own > width && at > start {
                    let next = match space {
                        _ if c == ' ' => at,
                        Some(space) => space + 1,
                        None => at,
                    };
                    let end = if c == ' ' { at } else { space.unwrap_or(at) };
                    rows.push(&line[start..end]);
                    start = next;
                    columns = line[start..at].iter().map(|&(c, _)| wide(c)).sum();
                    space = None;
                }
                if c == ' ' {
                    if at == start {
                        start += 1;
                        continue;
                    }
                    space = Some(at);
                }
                columns += own;
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

/// Whether a character is not seen where it stands, or is seen as another one.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_whitespace() && !matches!(c, ' ' | '\n'))
        || c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes a row, with the codes of its inks where colours are wanted.
pub(super) fn write_row(out: &mut String, row: &[(char, Ink)], color: bool) {
    for run in row.chunk_by(|a, b| a.1 == b.1) {
        let code = run[0].1.code().filter(|_| color);
        out.push_str(code.unwrap_or_default());
        out.extend(run.iter().map(|&(c, _)| c));
        out.push_str(if code.is_some() { "\x1b[0m" } else { "" });
    }
}

/// The columns that a row takes.
pub(super) fn columns(row: &[(char, Ink)]) -> usize {
    row.iter().map(|&(c, _)| wide(c)).sum()
}

/// The columns that a character takes.
fn wide(c: char) -> usize {
    if matches!(c, ' '..='~') { 1 } else { c.width().unwrap_or(0) }
}
