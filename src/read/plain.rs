//! What a body is, and the reading of plain text.

use super::charset::{Decoded, decode};
use super::language;
use super::settings::reader;
use crate::model::capture::{Beside, Reading};
use crate::model::digest::Digest;
use crate::model::source::ReadSettings;
use crate::model::text::Text;

/// Bytes of a body that its form is told by.
const SNIFFED: usize = 2048;

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Plain,
    /// JSON, which is read where a source's settings say how.
    Json,
    /// Nothing that can be read; what it is.
    Other(&'static str),
}

/// Tells what a body is: by its first bytes where they are unmistakable, else by its declared type.
pub(super) fn form(body: &[u8], content_type: Option<&str>) -> Form {
    const MAGIC: [(&[u8], &str); 9] = [
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x89PNG", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"GIF8", "an image"),
        (b"\x1f\x8b", "compressed bytes"),
        (b"\xd0\xcf\x11\xe0", "an office document"),
        (b"{\\rtf", "an RTF document"),
        (b"7z\xbc\xaf", "an archive"),
    ];
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| body.starts_with(magic)) {
        return Form::Other(what);
    }
    let declared =
        content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let head = decode(&body[..body.len().min(SNIFFED)], content_type).text;
    if !head.is_empty() && is_binary(&head) {
        return Form::Other("bytes that are no text");
    }
    let start = after_comments(&head).to_ascii_lowercase();
    let has_html = head.to_ascii_lowercase().contains("<html") || start.starts_with("<!doctype html");
    let is_feed =
        ["<rss", "<feed", "<rdf:rdf", "<urlset", "<sitemapindex", "<opml"].iter().any(|root| start.starts_with(root));
    match declared.as_str() {
        "text/plain" => Form::Plain,
        // its texts may well be HTML
        kind if kind.ends_with("json") && start.starts_with(['{', '[']) => Form::Json,
        "text/html" | "application/xhtml+xml" if is_feed => Form::Other("a feed or sitemap"),
        "text/html" | "application/xhtml+xml" => Form::Html,
        _ if has_html => Form::Html,
        _ if is_feed => Form::Other("a feed or sitemap"),
        "" if start.starts_with('<') => Form::Html,
        "" if is_json(&start) => Form::Json,
        "" => Form::Plain,
        kind if kind.ends_with("json") => Form::Json,
        kind if kind.ends_with("xml") => Form::Other("XML"),
        kind if kind.starts_with("text/") && start.starts_with('<') => Form::Html,
        "text/markdown" => Form::Plain,
        "application/octet-stream" if start.starts_with('<') => Form::Html,
        _ => Form::Other("a type that is not read"),
    }
}

/// Reads plain text: a paragraph between empty lines, or a line where there are none.
pub(super) fn read(decoded: Decoded, settings: &ReadSettings) -> Reading {
    let text = decoded.text.replace("\r\n", "\n").replace('\r', "\n");
    let paragraphs = paragraphs(&text);
    let language = language::language(&text, &[], &settings.languages);
    Reading {
        reader: reader(settings),
        text: Text::new(None, None, language.as_deref(), &paragraphs),
        visible: Digest::of(text.as_bytes()),
        beside: Beside { charset: decoded.charset.to_owned(), warnings: decoded.warnings, ..Beside::default() },
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.lines() {
        match out.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                last.push_str(line);
                last.push('\n');
            }
            Some(_) | None => out.push(String::new()),
        }
    }
    out
}

/// Whether a decoded text has what no text has: control characters in number.
fn is_binary(text: &str) -> bool {
    let odd = |c: &char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}')) || *c == '\u{fffd}';
    let count = text.chars().filter(odd).count();
    // A stray zero or escape on a page is no reason to refuse it.
    count * 20 > text.chars().count()
}

fn is_json(start: &str) -> bool {
    let after = start.trim_start_matches(['{', '[']).trim_start();
    after.len() < start.len() && (after.is_empty() || after.starts_with(['"', '}', ']']))
}

/// The text after white space, the XML declaration, comments and processing instructions.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    loop {
        let after = if rest.starts_with("<!--") {
            rest.split_once("-->").map(|(_, after)| after)
        } else if rest.starts_with("<?") {
            rest.split_once("?>").map(|(_, after)| after)
        } else {
            None
        };
        match after {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}
