//! The text of a statement in its one canonical form, whose SHA-256 is *the hash of the statement*.
//!
//! UTF-8, NFC, LF, one line feed at the end; a field that is unknown is left out; an empty line between paragraphs.
//! The form knows nothing of HTML. Parsing what was written gives back the same bytes.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::digest::Digest;
use super::time::Stated;

/// What our reader took a body to say.
///
/// Made by [`Text::new`], which puts every part into canonical form, so that two equal texts have equal bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    title: Option<String>,
    published: Option<Stated>,
    language: Option<String>,
    paragraphs: Vec<String>,
}

impl Text {
    /// Makes a text from its parts: NFC, white space folded, control characters dropped, empty paragraphs left out.
    ///
    /// A line feed inside a paragraph is kept as a line of its own. `language` is a BCP 47 tag.
    pub fn new(
        title: Option<&str>,
        published: Option<Stated>,
        language: Option<&str>,
        paragraphs: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        Self {
            title: title.map(|title| clean_line(&title.replace(['\n', '\r'], " "))).filter(|title| !title.is_empty()),
            published,
            language: language.map(clean_line).filter(|language| !language.is_empty()),
            paragraphs: paragraphs.into_iter().map(|p| clean_lines(p.as_ref())).filter(|p| !p.is_empty()).collect(),
        }
    }

    /// The title, on one line.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The publication date as stated.
    pub fn published(&self) -> Option<Stated> {
        self.published
    }

    /// The language, a BCP 47 tag.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The paragraphs in order; lines inside one are separated by LF.
    pub fn paragraphs(&self) -> &[String] {
        &self.paragraphs
    }

    /// Whether there is no paragraph.
    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The paragraphs alone, an empty line between two, without a line feed at the end.
    pub fn body(&self) -> String {
        self.paragraphs.join("\n\n")
    }

    /// The canonical bytes, as they are kept and hashed.
    pub fn canonical(&self) -> String {
        self.written(self.published, self.language())
    }

    /// The canonical form with another date and language.
    fn written(&self, published: Option<Stated>, language: Option<&str>) -> String {
        let mut out = String::new();
        let published = published.map(|date| date.to_string());
        let fields = [("Title", self.title()), ("Published", published.as_deref()), ("Language", language)];
        for (name, value) in fields {
            if let Some(value) = value {
                out.push_str(name);
                out.push_str(": ");
                out.push_str(value);
                out.push('\n');
            }
        }
        for paragraph in &self.paragraphs {
            out.push('\n');
            out.push_str(paragraph);
            out.push('\n');
        }
        if self.paragraphs.is_empty() {
            out.push('\n');
        }
        out
    }

    /// The hash of the statement: the SHA-256 of the canonical bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }

    /// The digest of what an office says in its own words: title and paragraphs, without date and language.
    pub fn wording(&self) -> Digest {
        Digest::of(self.written(None, None).as_bytes())
    }

    /// Whether two texts of one reader version are the same revision.
    ///
    /// Compared are title, paragraphs and the stated date at the coarser of the two precisions. Another detected
    /// language, a date that was not found in one of the two, a time or a zone gained make no revision.
    pub fn same_revision(&self, other: &Self) -> bool {
        self.title == other.title && self.paragraphs == other.paragraphs && dates_agree(self.published, other.published)
    }

    /// Reads the canonical form; `None` where the bytes are not exactly it.
    pub fn parse(canonical: &str) -> Option<Self> {
        let mut text = Self::default();
        let mut rest = canonical;
        while let Some((line, after)) = rest.split_once('\n') {
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ")?;
            match name {
                "Title" => text.title = Some(value.to_owned()),
                "Published" => text.published = Some(value.parse().ok()?),
                "Language" => text.language = Some(value.to_owned()),
                _ => return None,
            }
            rest = after;
        }
        let body = rest.strip_prefix('\n')?;
        if !body.is_empty() {
            text.paragraphs = body.strip_suffix('\n')?.split("\n\n").map(str::to_owned).collect();
        }
        (text.canonical() == canonical).then_some(text)
    }
}

/// Whether two stated dates agree, where an unknown one agrees with any.
pub fn dates_agree(a: Option<Stated>, b: Option<Stated>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.agrees(&b),
        (None, _) | (_, None) => true,
    }
}

/// One line in NFC: white space runs become one space, control characters go.
fn clean_line(line: &str) -> String {
    // Most lines of most pages are in NFC, which is told faster than made.
    if line.is_ascii() || is_nfc_quick(line.chars()) == IsNormalized::Yes {
        folded(line.len(), line.chars())
    } else {
        folded(line.len(), line.nfc())
    }
}

fn folded(length: usize, line: impl Iterator<Item = char>) -> String {
    let mut out = String::with_capacity(length);
    for c in line {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() {
            out.push(c);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

fn clean_lines(paragraph: &str) -> String {
    let lines: Vec<String> = paragraph.lines().map(clean_line).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_the_form_that_the_format_promises() {
        let text = Text::new(
            Some(" On the\nsituation "),
            "2023-03-25T16:05:00+03:00".parse().ok(),
            Some("ru"),
            ["First\u{a0} paragraph.\n\nwith a break", "", "- item"],
        );
        let expected = "Title: On the situation\nPublished: 2023-03-25T16:05:00+03:00\nLanguage: ru\n\nFirst paragraph.\nwith a break\n\n- item\n";
        assert_eq!(text.canonical(), expected);
        assert_eq!(Text::default().canonical(), "\n");
    }

    #[test]
    fn a_detected_language_or_a_gained_time_is_no_revision() {
        let day = Text::new(Some("T"), "2023-03-25".parse().ok(), Some("ru"), ["p"]);
        let time = Text::new(Some("T"), "2023-03-25T16:05:00".parse().ok(), Some("uk"), ["p"]);
        let other = Text::new(Some("T"), "2023-03-26".parse().ok(), Some("ru"), ["p"]);
        assert!(day.same_revision(&time) && !day.same_revision(&other));
        assert_eq!(day.wording(), other.wording());
    }

    proptest! {
        #[test]
        fn parsing_gives_back_every_text(title in proptest::option::of(".{0,40}"), paragraphs in proptest::collection::vec("(?s).{0,60}", 0..5)) {
            let text = Text::new(title.as_deref(), None, Some("en"), &paragraphs);
            prop_assert_eq!(Text::parse(&text.canonical()), Some(text.clone()));
            let again = Text::new(text.title(), text.published(), text.language(), text.paragraphs());
            prop_assert_eq!(again, text, "putting into canonical form twice changes nothing");
        }
    }
}
