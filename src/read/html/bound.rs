//! The linear pass before the parser: drops the tags that would make it slow.
//!
//! It never changes a page within the limits (the very same text is handed on), and never drops text beside tags
//! until the limit of tags is reached. It follows the parser's tree only as far as depth needs: what closes what.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Elements inside one another.
const DEPTH: usize = 512;
/// Attributes of one tag.
const ATTRIBUTES: usize = 256;
/// Formatting elements (`<b>`, `<font>`) open at one time: each is made anew in every block that follows.
const FORMATS: u32 = 64;
/// Elements made in that way on one page.
const REMADE: usize = 500_000;
/// Start tags on one page; the text after them is left out.
const TAGS: usize = 500_000;

const FORMATTING: [&str; 13] =
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
const VOID: [&str; 17] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link",
    "meta", "param", "source", "track",
];
const RAW: [&str; 9] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"];
/// Elements whose start closes an open paragraph.
const CLOSES_P: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];
/// Elements that an open paragraph is not seen through.
const WALLS: [&str; 11] =
    ["applet", "button", "caption", "html", "marquee", "object", "table", "td", "template", "th", "svg"];

/// One open element, as the parser would have it.
struct Open {
    name: String,
    /// Whether a `<p>`, an item, a cell or a row that the next of its kind would close stands at or above this.
    p: bool,
    item: bool,
    cell: bool,
    row: bool,
}

#[derive(Default)]
struct Pass {
    open: Vec<Open>,
    counts: HashMap<String, u32>,
    dropped: HashMap<String, u32>,
    formats: [u32; FORMATTING.len()],
    formats_open: u32,
    remade: usize,
    tags: usize,
}

/// What becomes of a tag.
enum Fate {
    Keep,
    Drop,
    /// The attributes from this offset on go.
    Cut(usize),
    /// The rest of the page goes.
    End,
}

/// The text with the tags beyond the limits left out; the same text where none is.
pub(super) fn bounded(text: &str) -> Cow<'_, str> {
    let mut pass = Pass::default();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let Some(tag) = Tag::read(text, start) else {
            at = after_markup(text, start);
            continue;
        };
        at = tag.whole.end;
        match pass.fate(&tag) {
            Fate::Keep => {}
            Fate::Drop => {
                out.push_str(&text[copied..tag.whole.start]);
                copied = at;
            }
            Fate::Cut(from) => {
                out.push_str(&text[copied..from]);
                out.push('>');
                copied = at;
            }
            Fate::End => {
                out.push_str(&text[copied..tag.whole.start]);
                return Cow::Owned(out);
            }
        }
        if !tag.closing && RAW.contains(&tag.name.as_str()) {
            at = raw_end(text, at, &tag.name);
        }
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

impl Pass {
    fn fate(&mut self, tag: &Tag) -> Fate {
        if tag.closing { self.close(&tag.name) } else { self.start(tag) }
    }

    fn start(&mut self, tag: &Tag) -> Fate {
        self.tags += 1;
        if self.tags > TAGS {
            return Fate::End;
        }
        let name = tag.name.as_str();
        let cut = || tag.cut.map_or(Fate::Keep, Fate::Cut);
        if VOID.contains(&name) {
            return cut();
        }
        if let Some(kind) = FORMATTING.iter().position(|format| *format == name) {
            if self.formats_open >= FORMATS || self.remade >= REMADE {
                *self.dropped.entry(tag.name.clone()).or_default() += 1;
                return Fate::Drop;
            }
            self.formats[kind] += 1;
            self.formats_open += 1;
        } else {
            self.remade += self.formats_open as usize;
            if self.remade >= REMADE && self.formats_open > 0 {
                // The parser would go on for ever with what is open: it is not given another block.
                return Fate::End;
            }
        }
        self.close_implied(name);
        if self.open.len() >= DEPTH {
            *self.dropped.entry(tag.name.clone()).or_default() += 1;
            return Fate::Drop;
        }
        self.push(name);
        cut()
    }

    fn close(&mut self, name: &str) -> Fate {
        if let Some(count) = self.dropped.get_mut(name)
            && *count > 0
        {
            *count -= 1;
            return Fate::Drop;
        }
        if let Some(kind) = FORMATTING.iter().position(|format| *format == name)
            && self.formats[kind] > 0
        {
            self.formats[kind] -= 1;
            self.formats_open -= 1;
        }
        if self.counts.get(name).is_some_and(|count| *count > 0) {
            self.pop_to(name);
        }
        Fate::Keep
    }

    /// Closes what the start of `name` closes by itself.
    fn close_implied(&mut self, name: &str) {
        let Some(top) = self.open.last() else { return };
        if name == "a" {
            // An open link is closed, but not what stands open inside it.
            if self.counts.get("a").is_some_and(|count| *count > 0)
                && let Some(index) = self.open.iter().rposition(|open| open.name == "a")
            {
                self.open.remove(index);
                *self.counts.entry("a".to_owned()).or_default() -= 1;
            }
            return;
        }
        let (p, item, cell, row) = (top.p, top.item, top.cell, top.row);
        match name {
            "li" | "dd" | "dt" if item => self.pop_to_any(&["li", "dd", "dt"]),
            "td" | "th" if cell => self.pop_to_any(&["td", "th"]),
            "tr" | "tbody" | "thead" | "tfoot" if row => self.pop_to("tr"),
            "option" | "optgroup" if top.name == "option" => self.pop_to("option"),
            _ if p && CLOSES_P.contains(&name) => self.pop_to("p"),
            _ => {}
        }
    }

    fn push(&mut self, name: &str) {
        let above = self.open.last().map_or((false, false, false, false), |top| (top.p, top.item, top.cell, top.row));
        let wall = WALLS.contains(&name);
        let list = matches!(name, "ul" | "ol" | "dl" | "menu");
        let section = matches!(name, "section" | "article" | "aside" | "nav" | "main" | "blockquote" | "form");
        self.open.push(Open {
            name: name.to_owned(),
            p: name == "p" || (above.0 && !wall),
            item: matches!(name, "li" | "dd" | "dt") || (above.1 && !wall && !list && !section),
            cell: matches!(name, "td" | "th") || (above.2 && name != "table" && name != "template"),
            row: name == "tr" || (above.3 && name != "table" && name != "template"),
        });
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }

    fn pop_to(&mut self, name: &str) {
        self.pop_to_any(&[name]);
    }

    fn pop_to_any(&mut self, names: &[&str]) {
        while let Some(open) = self.open.pop() {
            let found = names.contains(&open.name.as_str());
            if let Some(count) = self.counts.get_mut(&open.name) {
                *count -= 1;
            }
            if found {
                break;
            }
        }
    }
}

/// One start or end tag of the text.
struct Tag {
    name: String,
    closing: bool,
    whole: Range<usize>,
    /// Where the attributes beyond the limit begin.
    cut: Option<usize>,
}

impl Tag {
    /// Reads the tag that begins at the `<` at `start`; `None` where none does, or where it never ends.
    fn read(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let closing = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(closing);
        if !bytes.get(name_start)?.is_ascii_alphabetic() {
            return None;
        }
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let name_end = name_start + bytes[name_start..].iter().position(ends)?;
        // No element that matters here has a longer name.
        let known = &bytes[name_start..name_end.min(name_start + 32)];
        let name = String::from_utf8_lossy(known).to_ascii_lowercase();

        let mut at = name_end;
        let mut attributes = 0;
        let mut cut = None;
        loop {
            at += bytes[at..].iter().position(|b| !b.is_ascii_whitespace() && *b != b'/')?;
            if bytes[at] == b'>' {
                return Some(Self { name, closing, whole: start..at + 1, cut });
            }
            attributes += 1;
            if attributes > ATTRIBUTES && cut.is_none() {
                cut = Some(at);
            }
            at = after_attribute(bytes, at)?;
        }
    }
}

/// The offset after the attribute that begins at `at`; `None` where the text ends in it.
fn after_attribute(bytes: &[u8], at: usize) -> Option<usize> {
    // A `=` in first place belongs to the name.
    let name_ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'=');
    let mut at = at + 1 + bytes.get(at + 1..)?.iter().position(name_ends)?;
    let next = at + bytes[at..].iter().position(|b| !b.is_ascii_whitespace())?;
    if bytes[next] != b'=' {
        return Some(at);
    }
    at = next + 1 + bytes.get(next + 1..)?.iter().position(|b| !b.is_ascii_whitespace())?;
    match bytes[at] {
        quote @ (b'"' | b'\'') => Some(at + 2 + bytes.get(at + 1..)?.iter().position(|b| *b == quote)?),
        _ => Some(at + bytes[at..].iter().position(|b| b.is_ascii_whitespace() || *b == b'>')?),
    }
}

/// The offset after a comment, a declaration or a bare `<`.
fn after_markup(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let end = if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
        rest.find('>').map(|i| i + 1)
    } else if let Some(comment) = rest.strip_prefix("<!--") {
        comment.find("-->").map(|i| i + "<!---->".len())
    } else if rest.starts_with("<!") || rest.starts_with("<?") || rest.starts_with("</") {
        rest.find('>').map(|i| i + 1)
    } else {
        Some(1)
    };
    // What never ends is a comment to the end, or an unfinished tag, which the parser drops.
    end.map_or(text.len(), |end| start + end)
}

/// The offset of the end tag of an element whose content is no markup.
fn raw_end(text: &str, from: usize, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = text[at..].find("</") {
        let start = at + found;
        let after = start + 2 + name.len();
        if bytes.get(start + 2..after).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
            && bytes.get(after).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
        {
            return start;
        }
        at = start + 2;
    }
    text.len()
}
