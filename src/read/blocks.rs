//! The blocks of text of a page, as a visitor sees them: paragraphs, headings, list items, rows of tables.
//!
//! A block never spans two block elements; `<br>` inside it is a line end, two of them end it. Tables of data give a
//! block a row, layout tables are containers like any other.

use std::collections::HashMap;

use super::outline::{Outline, What, attribute};

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    Heading,
    /// The first block of a list item.
    Bullet,
    /// A row of a data table.
    Row,
}

/// One block of text.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The text, white space folded, lines separated by LF.
    pub text: String,
    /// The same without what stands in links.
    pub outside: String,
    /// Length of the text, in letters of an alphabet: a Han character or a syllable counts for more.
    pub size: usize,
    /// The part of the size that stands in links.
    pub linked: usize,
    pub kind: Kind,
    /// The place of the innermost block element around it.
    pub place: usize,
}

impl Kind {
    /// A text of this kind as its paragraph begins: an item is marked as one.
    pub(super) fn marked(self, text: String) -> String {
        match self {
            Self::Bullet => format!("- {text}"),
            Self::Paragraph | Self::Heading | Self::Row => text,
        }
    }
}

impl Block {
    /// The whole block as a paragraph of a text.
    pub(super) fn as_paragraph(&self) -> String {
        self.kind.marked(self.text.clone())
    }

    /// Whether it reads like a sentence: some words, and an end.
    pub(super) fn is_sentence(&self) -> bool {
        let text = self.text.trim_end_matches(['"', '”', '“', '»', ')', '’', '\'', '」', '』', ']']);
        self.size >= 20 && text.ends_with(['.', '!', '?', '…', '։', '。', '！', '？', '؟', ':', ';', '।', '۔', '：'])
    }

    /// Whether it is long enough to be running text.
    pub(super) fn is_long(&self) -> bool {
        self.size >= 80 || (self.is_sentence() && self.size >= 40)
    }

    /// The share of the text that stands in links.
    pub(super) fn link_share(&self) -> f64 {
        if self.size == 0 { 0.0 } else { self.linked as f64 / self.size as f64 }
    }
}

/// Cuts the whole page into blocks, in document order.
pub(super) fn blocks(outline: &Outline<'_>) -> Vec<Block> {
    let mut run = Run::new(outline);
    let mut open: Vec<usize> = Vec::new();
    for place in 0..outline.items.len() {
        while let Some(last) = open.pop_if(|last| outline.items[*last].end <= place) {
            run.leave(last);
        }
        match &outline.items[place].what {
            What::Text(text) => run.text(place, text),
            What::Element(element, _) => {
                if element.name() == "br" {
                    run.line_end();
                } else if outline.is_block(place) {
                    run.enter(place);
                    open.push(place);
                }
            }
        }
    }
    while let Some(last) = open.pop() {
        run.leave(last);
    }
    run.blocks
}

/// The size of a text: letters of an alphabet, with what says more in one character counted for more.
pub(super) fn size(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let dense = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}');
    text.chars().map(|c| if dense(c) { 5 } else { 2 }).sum::<usize>() / 2
}

/// The block that is being gathered.
struct Run<'o, 'a> {
    outline: &'o Outline<'a>,
    blocks: Vec<Block>,
    text: Gathered,
    /// The same without what stands in links, once something does: most blocks have none.
    outside: Option<Gathered>,
    /// Block elements around, innermost last.
    around: Vec<usize>,
    /// Whether the next block is the first of its list item.
    bullet: bool,
    /// The cells of the data row that is being gathered.
    cells: Option<Vec<(String, String)>>,
    tables: HashMap<usize, bool>,
}

impl<'o, 'a> Run<'o, 'a> {
    fn new(outline: &'o Outline<'a>) -> Self {
        Self {
            outline,
            blocks: Vec::new(),
            text: Gathered::default(),
            outside: None,
            around: vec![0],
            bullet: false,
            cells: None,
            tables: HashMap::new(),
        }
    }

    fn enter(&mut self, place: usize) {
        if self.cells.is_some() {
            // Inside a cell everything is one line.
            match self.outline.tag(place) {
                "td" | "th" => self.end_cell(),
                _ => self.space(),
            }
            self.around.push(place);
            return;
        }
        self.end_block();
        self.around.push(place);
        match self.outline.tag(place) {
            "li" => self.bullet = true,
            "table" => {
                let data = is_data_table(self.outline, place);
                self.tables.insert(place, data);
            }
            "tr" if self.in_data_table() => self.cells = Some(Vec::new()),
            _ => {}
        }
    }

    fn leave(&mut self, place: usize) {
        if self.cells.is_some() {
            match self.outline.tag(place) {
                "tr" => self.end_row(),
                "td" | "th" => self.end_cell(),
                _ => self.space(),
            }
        } else {
            self.end_block();
            if self.outline.tag(place) == "li" {
                self.bullet = false;
            }
        }
        self.around.pop();
    }

    fn in_data_table(&self) -> bool {
        let table = self.around.iter().rev().find(|place| self.outline.tag(**place) == "table");
        table.and_then(|table| self.tables.get(table)).copied().unwrap_or(false)
    }

    fn text(&mut self, place: usize, text: &str) {
        let item = &self.outline.items[place];
        if is_permalink(self.outline, item.parent, text) {
            return;
        }
        let lines = item.preformatted && self.cells.is_none();
        let mut pieces = text.split(|c| lines && c == '\n');
        if let Some(first) = pieces.next() {
            self.piece(first, item.in_link);
        }
        for piece in pieces {
            self.line_end();
            self.piece(piece, item.in_link);
        }
    }

    fn piece(&mut self, text: &str, in_link: bool) {
        if in_link && !text.is_empty() {
            self.outside.get_or_insert_with(|| self.text.clone()).push(" ");
        } else if let Some(outside) = &mut self.outside {
            outside.push(text);
        }
        self.text.push(text);
    }

    fn space(&mut self) {
        self.piece(" ", false);
    }

    /// What was gathered, and the same without what stands in links.
    fn take(&mut self) -> (String, String) {
        let text = self.text.take();
        let outside = self.outside.take().map_or_else(|| text.clone(), |mut outside| outside.take());
        (text, outside)
    }

    fn line_end(&mut self) {
        if self.cells.is_some() {
            self.space();
        } else if self.text.ends_with_line() {
            self.end_block();
        } else {
            self.text.end_line();
            self.outside.iter_mut().for_each(Gathered::end_line);
        }
    }

    fn end_cell(&mut self) {
        let (text, outside) = self.take();
        if let Some(cells) = &mut self.cells
            && (!text.is_empty()
                || self.around.last().is_some_and(|place| matches!(self.outline.tag(*place), "td" | "th")))
        {
            cells.push((text, outside));
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let mut cells = self.cells.take().unwrap_or_default();
        while cells.last().is_some_and(|(text, _)| text.is_empty()) {
            cells.pop();
        }
        if cells.iter().filter(|(text, _)| !text.is_empty()).count() == 1 {
            cells.retain(|(text, _)| !text.is_empty());
        }
        let (texts, outsides): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
        let outside = if outsides.iter().all(String::is_empty) { String::new() } else { outsides.join(" | ") };
        self.push(texts.join(" | "), outside, Kind::Row);
    }

    fn end_block(&mut self) {
        let (text, outside) = self.take();
        if text.is_empty() {
            return;
        }
        let place = self.around.last().copied().unwrap_or(0);
        let heading = self.around.iter().rev().take(3).any(|place| is_heading(self.outline.tag(*place)));
        let kind = match (heading, self.bullet, self.outline.tag(place)) {
            (true, _, _) | (_, _, "caption" | "legend" | "summary") => Kind::Heading,
            (false, true, _) => Kind::Bullet,
            (false, false, _) => Kind::Paragraph,
        };
        self.bullet = false;
        self.push(text, outside, kind);
    }

    fn push(&mut self, text: String, outside: String, kind: Kind) {
        if text.is_empty() {
            return;
        }
        let whole = size(&text);
        let linked = whole.saturating_sub(size(&outside));
        let place = self.around.last().copied().unwrap_or(0);
        self.blocks.push(Block { text, outside, size: whole, linked, kind, place });
    }
}

/// Whether a text is the sign by which a heading links to itself.
fn is_permalink(outline: &Outline<'_>, link: usize, text: &str) -> bool {
    let href = || outline.element(link).and_then(|element| attribute(element, "href"));
    matches!(text.trim(), "¶" | "#" | "§" | "🔗" | "∞")
        && outline.tag(link) == "a"
        && href().is_some_and(|href| href.starts_with('#'))
}

fn is_heading(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Text with its white space folded as it comes.
#[derive(Clone, Default)]
struct Gathered {
    text: String,
    space: bool,
}

impl Gathered {
    fn push(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (words, after) = rest.split_at(folded_words(rest));
            if !words.is_empty() {
                if self.space && !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push(' ');
                }
                self.space = false;
                self.text.push_str(words);
            }
            let between = after.find(|c| !is_no_letter(c)).unwrap_or(after.len());
            let (between, after) = after.split_at(between);
            self.space |= between.contains(char::is_whitespace);
            rest = after;
        }
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.space = false;
    }

    fn ends_with_line(&self) -> bool {
        self.text.ends_with('\n')
    }

    fn take(&mut self) -> String {
        self.space = false;
        let mut text = std::mem::take(&mut self.text);
        text.truncate(text.trim_end().len());
        // Joiners and marks of direction alone are nothing that a visitor sees.
        if text.chars().all(|c| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\n' | ' ')) {
            text.clear();
        }
        text
    }
}

/// Bytes of the words that a text begins with, as long as one space alone stands between two.
fn folded_words(text: &str) -> usize {
    let (mut end, mut spaced) = (0, true);
    for (at, c) in text.char_indices() {
        if !is_no_letter(c) {
            end = at + c.len_utf8();
            spaced = false;
        } else if c != ' ' || spaced {
            break;
        } else {
            spaced = true;
        }
    }
    end
}

/// White space, control characters and marks of where a line may break, which are no part of a wording.
fn is_no_letter(c: char) -> bool {
    match c {
        '!'..='~' => false,
        '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}' => true,
        c => c.is_whitespace() || c.is_control(),
    }
}

/// Whether a table holds data: several columns of short cells, or headings; not a page laid out in a grid.
fn is_data_table(outline: &Outline<'_>, table: usize) -> bool {
    const LONGEST_CELL: usize = 300;
    let (mut rows, mut columns, mut widest, mut longest, mut blocks) = (0, 0, 0, 0, 0);
    let mut headed = false;
    for place in outline.subtree(table).skip(1) {
        match outline.tag(place) {
            "table" => return false,
            "th" | "caption" | "thead" => headed = true,
            "p" | "div" | "ul" | "ol" | "h1" | "h2" | "h3" => blocks += 1,
            "tr" => {
                rows += 1;
                columns = 0;
            }
            _ => {}
        }
        if matches!(outline.tag(place), "td" | "th") {
            columns += 1;
            widest = widest.max(columns);
            longest = longest.max(outline.text(place).split_whitespace().map(str::len).sum());
        }
    }
    let presented = outline.element(table).and_then(|e| super::outline::attribute(e, "role")) == Some("presentation");
    !presented && widest >= 2 && (headed || (rows >= 2 && longest <= LONGEST_CELL && blocks <= rows * widest))
}
