//! The text of a page on its way to the tokenizer, piece by piece.
//!
//! Each attribute of a tag is compared with all before it. A tag that has gone on for long is therefore looked into, and where
//! it has too many, those that have not been read yet are left out. Where it began is known from where the token before it ended.

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::Tokenizer;

use super::bound::{ATTRIBUTES, Bounded};

/// Bytes of the first piece, which is most pages whole, and of the others.
const FIRST: usize = 128 * 1024;
const PIECE: usize = 8 * 1024;
/// Bytes of a tag that is not looked into.
const LONG: usize = 8 * 1024;

/// Hands a text to a tokenizer that reads from this queue.
pub(super) fn all(tokenizer: &Tokenizer<Bounded<'_>>, queue: &BufferQueue, text: &str) {
    in_pieces(tokenizer, queue, text, [FIRST, PIECE]);
}

/// The same with the sizes of the first piece and of the others.
pub(super) fn in_pieces(tokenizer: &Tokenizer<Bounded<'_>>, queue: &BufferQueue, text: &str, sizes: [usize; 2]) {
    // Where the token began that has not ended yet.
    let mut begun = 0;
    let mut at = 0;
    while at < text.len() {
        let length = if at == 0 { sizes[0] } else { sizes[1] };
        let mut end = text.ceil_char_boundary((at + length).min(text.len()));
        let mut next = end;
        if at - begun > LONG
            && let Some(tag) = Unread::of(text, begun, at)
        {
            (end, next) = (tag.from, tag.to);
        }
        queue.push_back(StrTendril::from_slice(&text[at..end]));
        // It stops at scripts, which nobody runs here.
        while !matches!(tokenizer.feed(queue), TokenizerResult::Done) {}
        at = next;
        begun = tokenizer.sink.left().map_or(begun, |left| end - left);
    }
}

/// The attributes of a tag that are too many, and have not been read.
struct Unread {
    /// Where the first of them begins; where the tag ends if there is none.
    from: usize,
    /// Where the tag ends: its `>`, or the end of the text.
    to: usize,
}

impl Unread {
    /// Those of the token that begins at `begun`, where the text was read up to `read`; `None` where it is no tag, or ends there.
    fn of(text: &str, begun: usize, read: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let slash = usize::from(bytes.get(begun + 1) == Some(&b'/'));
        let name = begun + 1 + slash;
        if bytes.get(begun) != Some(&b'<') || !bytes.get(name)?.is_ascii_alphabetic() {
            return None;
        }
        let end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let mut at = position(bytes, name, end);
        let (mut from, mut attributes) = (None, 0);
        loop {
            at = position(bytes, at, |b| !b.is_ascii_whitespace() && *b != b'/');
            if bytes.get(at).is_none_or(|b| *b == b'>') {
                // A `>` that was read would have ended it; one that comes next ends it anyhow.
                return (at > read).then(|| Self { from: from.unwrap_or(at), to: at });
            }
            if from.is_none() && at >= read && attributes >= ATTRIBUTES {
                from = Some(at);
            }
            attributes += 1;
            at = after_attribute(bytes, at);
        }
    }
}

/// The offset after the attribute that begins at `at`.
fn after_attribute(bytes: &[u8], at: usize) -> usize {
    // A `=` in first place belongs to the name.
    let at = position(bytes, at + 1, |b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'='));
    let next = position(bytes, at, |b| !b.is_ascii_whitespace());
    if bytes.get(next) != Some(&b'=') {
        return at;
    }
    let value = position(bytes, next + 1, |b| !b.is_ascii_whitespace());
    match bytes.get(value) {
        Some(quote @ (b'"' | b'\'')) => {
            let rest = &bytes[value + 1..];
            memchr::memchr(*quote, rest).map_or(bytes.len(), |length| value + 1 + length + 1)
        }
        _ => position(bytes, value, |b| b.is_ascii_whitespace() || *b == b'>'),
    }
}

/// The offset of the first byte from `at` on that this holds of; the end where it holds of none.
fn position(bytes: &[u8], at: usize, holds: impl Fn(&u8) -> bool) -> usize {
    bytes.get(at..).and_then(|rest| rest.iter().position(holds)).map_or(bytes.len(), |length| at + length)
}
