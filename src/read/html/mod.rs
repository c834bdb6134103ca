//! HTML text to a tree, in time and memory that the text cannot choose.
//!
//! Tokenizer and tree builder are the browsers' own algorithm. [`feed`] hands the text to the former, [`bound`] stands
//! between the two; both ask them where they are and follow no copy of their rules, which a page could make go astray.
//! Every ordinary page goes through untouched.

mod bound;
mod feed;
#[cfg(test)]
mod tests;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::TreeSink;
use scraper::Html;

use bound::Bounded;

/// Parses a page.
///
/// The parser's time is quadratic in the depth of nesting and in the number of a tag's attributes, and its memory in
/// the number of formatting tags left open; all three are capped here, and the number of tags and of nodes, so that time
/// and tree stay linear in the text.
pub fn parse(text: &str) -> Html {
    let queue = BufferQueue::default();
    // A mark of byte order is dropped at the beginning of the text, not of each piece of it.
    let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let tokenizer = Tokenizer::new(Bounded::new(&queue), options);
    feed::all(&tokenizer, &queue, text.strip_prefix('\u{feff}').unwrap_or(text));
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}
