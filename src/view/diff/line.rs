//! A paragraph in the making for a terminal: characters that are safe to show, each with its ink, broken into rows.
//!
//! White space is folded. Control characters and marks that turn the direction of writing are not let through.

use std::fmt::Write;
use std::ops::Range;

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

/// A paragraph in the making: text that is safe to show, and in which ink.
pub(super) struct Line {
    text: String,
    /// From this byte on it is written in this ink.
    inks: Vec<(usize, Ink)>,
    style: Style,
}

/// A row of a paragraph: stretches of one ink.
pub(super) type Row<'l> = Vec<(Ink, &'l str)>;

impl Line {
    /// An empty paragraph, to be shown in `style`.
    pub(super) fn new(style: Style) -> Self {
        Self { text: String::new(), inks: Vec::new(), style }
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
        let at = self.text.len();
        while self.inks.pop_if(|&mut (from, _)| from == at).is_some() {}
        if self.inks.last().is_none_or(|&(_, last)| last != ink) {
            self.inks.push((at, ink));
        }
        let mut rest = text;
        while !rest.is_empty() {
            // Words with one space between them need no folding.
            let mut after_space = self.text.is_empty() || self.text.ends_with([' ', '\n']);
            let plain = rest.bytes().take_while(|&byte| {
                let fits = matches!(byte, b'!'..=b'~') || (byte == b' ' && !after_space);
                after_space = byte == b' ';
                fits
            });
            let (plain, odd) = rest.split_at(plain.count());
            self.text.push_str(plain);
            let mut chars = odd.chars();
            if let Some(c) = chars.next() {
                self.push_char(c);
            }
            rest = chars.as_str();
        }
    }

    fn push_char(&mut self, c: char) {
        if self.style.all && is_hidden(c) {
            // Writing to a string cannot fail.
            let _ = write!(self.text, "<U+{:04X}>", u32::from(c));
            return;
        }
        let c = match c {
            '\n' => '\n',
            // These turn the text around them, which is not ours to show otherwise than it stands.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => return,
            c if c.is_whitespace() => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        match (self.text.chars().next_back(), c) {
            (Some(' ' | '\n') | None, ' ') | (Some('\n') | None, '\n') => {}
            (Some(' '), '\n') => {
                self.text.pop();
                self.text.push(c);
            }
            _ => self.text.push(c),
        }
    }

    /// The rows of at most `width` columns, 0 for as many as it takes: broken at spaces, and inside of what is longer than a row.
    pub(super) fn rows(&self, width: usize) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        let mut from = 0;
        for line in self.text.split('\n') {
            rows.extend(broken(line, width).into_iter().map(|row| from + row.start..from + row.end));
            from += line.len() + 1;
        }
        if rows.len() > 1 {
            rows.pop_if(|row| row.start == row.end);
        }
        let mut ink = 0;
        rows.into_iter().map(|row| self.row(row, &mut ink)).collect()
    }

    /// A row in its inks; `ink` is the one that held where the last row ended.
    fn row(&self, row: Range<usize>, ink: &mut usize) -> Row<'_> {
        let mut runs = Vec::new();
        let mut at = row.start;
        while at < row.end {
            while self.inks.get(*ink + 1).is_some_and(|&(from, _)| from <= at) {
                *ink += 1;
            }
            let end = self.inks.get(*ink + 1).map_or(row.end, |&(from, _)| from.min(row.end));
            runs.push((self.inks[*ink].1, &self.text[at..end]));
            at = end;
        }
        runs
    }
}

/// Where the rows of a line stand in it, without the spaces around them.
fn broken(line: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut columns, mut space) = (line.len() - line.trim_start_matches(' ').len(), 0, None);
    let chars = if width == 0 { "" } else { &line[start..] };
    let begin = start;
    for (at, c) in chars.char_indices().map(|(at, c)| (begin + at, c)) {
        let own = wide(c);
        if columns + own > width && at > start {
            let (end, next) = match space {
                _ if c == ' ' => (at, at),
                Some(space) => (space, space + 1),
                None => (at, at),
            };
            rows.push(start..end);
            start = next;
            columns = line[start..at].chars().map(wide).sum();
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
    let end = line.trim_end_matches(' ').len().max(start);
    rows.push(start..end);
    rows
}

/// Whether a character is not seen where it stands, or is seen as another one.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_whitespace() && !matches!(c, ' ' | '\n'))
        || c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes a row, with the codes of its inks where colours are wanted.
pub(super) fn write_row(out: &mut String, row: &[(Ink, &str)], color: bool) {
    for (ink, text) in row {
        match ink.code().filter(|_| color) {
            Some(code) => out.extend([code, text, "\x1b[0m"]),
            None => out.push_str(text),
        }
    }
}

/// The columns that a row takes.
pub(super) fn columns(row: &[(Ink, &str)]) -> usize {
    row.iter().flat_map(|(_, text)| text.chars()).map(wide).sum()
}

/// The columns that a character takes.
fn wide(c: char) -> usize {
    if matches!(c, ' '..='~') { 1 } else { c.width().unwrap_or(0) }
}
