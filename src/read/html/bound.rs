//! The linear pass before the parser: drops the tags that would make it slow.
//!
//! It never changes a page within the limits (the very same text is handed on), and never drops text beside tags
//! until the limit of tags is reached. It follows the parser's tree only as far as depth needs: what closes what.

use std::borrow::Cow;
use std::ops::Range;

use hashbrown::HashMap;

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

/// What a name says about its element, as bits.
mod is {
    /// Has no content and no end tag.
    pub(super) const VOID: u16 = 1;
    /// Its content is no markup.
    pub(super) const RAW: u16 = 1 << 1;
    /// Is made anew in each block that follows while it is open.
    pub(super) const FORMAT: u16 = 1 << 2;
    /// Its start closes an open paragraph.
    pub(super) const CLOSES_P: u16 = 1 << 3;
    /// An open paragraph is not seen through it.
    pub(super) const WALL: u16 = 1 << 4;
    pub(super) const LINK: u16 = 1 << 5;
    pub(super) const PARAGRAPH: u16 = 1 << 6;
    pub(super) const ITEM: u16 = 1 << 7;
    pub(super) const CELL: u16 = 1 << 8;
    pub(super) const ROW: u16 = 1 << 9;
    /// Its start closes an open row.
    pub(super) const CLOSES_ROW: u16 = 1 << 10;
    pub(super) const OPTION: u16 = 1 << 11;
    /// Its start closes an open option.
    pub(super) const CLOSES_OPTION: u16 = 1 << 12;
    /// An open item is not seen through it.
    pub(super) const HIDES_ITEM: u16 = 1 << 13;
    /// Open cells and rows are not seen through it.
    pub(super) const HIDES_CELL: u16 = 1 << 14;
}

/// What a name in lower case says.
fn bits(name: &[u8]) -> u16 {
    match name {
        b"area" | b"base" | b"basefont" | b"bgsound" | b"br" | b"col" | b"embed" | b"frame" | b"img" | b"input"
        | b"keygen" | b"link" | b"meta" | b"param" | b"source" | b"track" => is::VOID,
        b"hr" => is::VOID | is::CLOSES_P,
        b"iframe" | b"noembed" | b"noframes" | b"noscript" | b"script" | b"style" | b"textarea" | b"title" | b"xmp" => {
            is::RAW
        }
        b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small" | b"strike" | b"strong"
        | b"tt" | b"u" => is::FORMAT,
        b"a" => is::LINK,
        b"p" => is::PARAGRAPH | is::CLOSES_P,
        b"li" | b"dd" | b"dt" => is::ITEM | is::CLOSES_P,
        b"td" | b"th" => is::CELL | is::WALL,
        b"tr" => is::ROW | is::CLOSES_ROW,
        b"tbody" | b"thead" | b"tfoot" => is::CLOSES_ROW,
        b"option" => is::OPTION | is::CLOSES_OPTION,
        b"optgroup" => is::CLOSES_OPTION,
        b"dl" | b"menu" | b"ol" | b"ul" | b"article" | b"aside" | b"blockquote" | b"form" | b"main" | b"nav"
        | b"section" => is::HIDES_ITEM | is::CLOSES_P,
        b"table" => is::WALL | is::HIDES_CELL | is::CLOSES_P,
        b"template" => is::WALL | is::HIDES_CELL,
        b"applet" | b"button" | b"caption" | b"html" | b"marquee" | b"object" | b"svg" => is::WALL,
        b"address" | b"center" | b"details" | b"dialog" | b"dir" | b"div" | b"fieldset" | b"figcaption" | b"figure"
        | b"footer" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"header" | b"hgroup" | b"pre" | b"summary" => {
            is::CLOSES_P
        }
        _ => 0,
    }
}

/// A name that the page's tags have, by its number in [`Pass`], and its bits.
#[derive(Clone, Copy)]
struct Name {
    number: usize,
    bits: u16,
}

impl Name {
    fn is(self, bit: u16) -> bool {
        self.bits & bit != 0
    }
}

/// How often something of one name is open.
#[derive(Clone, Copy, Default)]
struct Count {
    open: u32,
    /// Start tags that were left out, whose end tags go too.
    dropped: u32,
    /// Formatting elements, which end tags alone close.
    formats: u32,
}

/// One open element, as the parser would have it.
struct Open {
    name: Name,
    /// The kinds that stand at or above this and are seen from here: their next start would close them.
    seen: u16,
}

#[derive(Default)]
struct Pass {
    open: Vec<Open>,
    /// In lower case, whole: two names that merely begin alike close nothing of one another.
    names: HashMap<Box<[u8]>, Name>,
    counts: Vec<Count>,
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
    while let Some(found) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
        let start = at + found;
        let Some(tag) = Tag::read(text, start) else {
            at = after_markup(text, start);
            continue;
        };
        at = tag.whole.end;
        let name = pass.name(tag.name);
        match if tag.closing { pass.close(name) } else { pass.start(name, tag.cut) } {
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
        if !tag.closing && name.is(is::RAW) {
            at = raw_end(text, at, tag.name);
        }
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

impl Pass {
    /// The number of a name as it is written.
    fn name(&mut self, written: &[u8]) -> Name {
        let mut short = [0; 16];
        let long;
        let lower: &[u8] = match short.get_mut(..written.len()) {
            Some(short) => {
                short.copy_from_slice(written);
                short.make_ascii_lowercase();
                short
            }
            None => {
                long = written.to_ascii_lowercase();
                &long
            }
        };
        if let Some(name) = self.names.get(lower) {
            return *name;
        }
        let name = Name { number: self.counts.len(), bits: bits(lower) };
        self.counts.push(Count::default());
        self.names.insert(lower.into(), name);
        name
    }

    /// What becomes of a start tag whose attributes from `cut` on are too many.
    fn start(&mut self, name: Name, cut: Option<usize>) -> Fate {
        self.tags += 1;
        if self.tags > TAGS {
            return Fate::End;
        }
        let kept = cut.map_or(Fate::Keep, Fate::Cut);
        if name.is(is::VOID) {
            return kept;
        }
        if name.is(is::FORMAT) {
            if self.formats_open >= FORMATS || self.remade >= REMADE {
                self.counts[name.number].dropped += 1;
                return Fate::Drop;
            }
            self.counts[name.number].formats += 1;
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
            self.counts[name.number].dropped += 1;
            return Fate::Drop;
        }
        self.push(name);
        kept
    }

    fn close(&mut self, name: Name) -> Fate {
        let count = &mut self.counts[name.number];
        if count.dropped > 0 {
            count.dropped -= 1;
            return Fate::Drop;
        }
        if count.formats > 0 {
            count.formats -= 1;
            self.formats_open -= 1;
        }
        if count.open > 0 {
            self.pop_to(|open| open.number == name.number);
        }
        Fate::Keep
    }

    /// Closes what the start of `name` closes by itself.
    fn close_implied(&mut self, name: Name) {
        let Some(top) = self.open.last() else { return };
        if name.is(is::LINK) {
            // An open link is closed, but not what stands open inside it.
            if self.counts[name.number].open > 0
                && let Some(index) = self.open.iter().rposition(|open| open.name.is(is::LINK))
            {
                self.open.remove(index);
                self.counts[name.number].open -= 1;
            }
            return;
        }
        let closes = if name.is(is::ITEM) && top.seen & is::ITEM != 0 {
            is::ITEM
        } else if name.is(is::CELL) && top.seen & is::CELL != 0 {
            is::CELL
        } else if name.is(is::CLOSES_ROW) && top.seen & is::ROW != 0 {
            is::ROW
        } else if name.is(is::CLOSES_OPTION) && top.name.is(is::OPTION) {
            is::OPTION
        } else if name.is(is::CLOSES_P) && top.seen & is::PARAGRAPH != 0 {
            is::PARAGRAPH
        } else {
            return;
        };
        self.pop_to(|open| open.is(closes));
    }

    fn push(&mut self, name: Name) {
        let mut seen = self.open.last().map_or(0, |top| top.seen);
        let mut hidden = 0;
        hidden |= if name.is(is::WALL) { is::PARAGRAPH | is::ITEM } else { 0 };
        hidden |= if name.is(is::HIDES_ITEM) { is::ITEM } else { 0 };
        hidden |= if name.is(is::HIDES_CELL) { is::CELL | is::ROW } else { 0 };
        seen &= !hidden;
        seen |= name.bits & (is::PARAGRAPH | is::ITEM | is::CELL | is::ROW);
        self.open.push(Open { name, seen });
        self.counts[name.number].open += 1;
    }

    /// Closes the innermost element that is meant, and what stands open inside it.
    fn pop_to(&mut self, is_meant: impl Fn(Name) -> bool) {
        while let Some(open) = self.open.pop() {
            self.counts[open.name.number].open -= 1;
            if is_meant(open.name) {
                break;
            }
        }
    }
}

/// One start or end tag of the text.
struct Tag<'t> {
    /// As it is written.
    name: &'t [u8],
    closing: bool,
    whole: Range<usize>,
    /// Where the attributes beyond the limit begin.
    cut: Option<usize>,
}

impl<'t> Tag<'t> {
    /// Reads the tag that begins at the `<` at `start`; `None` where none does, or where it never ends.
    fn read(text: &'t str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let closing = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(closing);
        if !bytes.get(name_start)?.is_ascii_alphabetic() {
            return None;
        }
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let name_end = name_start + bytes[name_start..].iter().position(ends)?;
        let name = &bytes[name_start..name_end];

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
        quote @ (b'"' | b'\'') => Some(at + 2 + memchr::memchr(quote, bytes.get(at + 1..)?)?),
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
fn raw_end(text: &str, from: usize, name: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"</") {
        let start = at + found;
        let after = start + 2 + name.len();
        if bytes.get(start + 2..after).is_some_and(|word| word.eq_ignore_ascii_case(name))
            && bytes.get(after).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
        {
            return start;
        }
        at = start + 2;
    }
    text.len()
}
