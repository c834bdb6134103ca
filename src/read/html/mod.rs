//! HTML text to a tree, in time and memory that the text cannot choose.
//!
//! The parser is the browsers' own algorithm; what it is given has gone through a linear pass first, which passes
//! every ordinary page on untouched.

mod bound;
#[cfg(test)]
mod tests;

use scraper::Html;

/// Parses a page.
///
/// The parser's time is quadratic in the depth of nesting and in the number of a tag's attributes, and its memory in
/// the number of formatting tags left open; the pass before it caps all three, and the number of tags, so that the
/// tree stays linear in the text.
pub fn parse(text: &str) -> Html {
    Html::parse_document(&bound::bounded(text))
}
