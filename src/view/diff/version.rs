//! One of two texts that are compared: a statement with what it states of itself, or a text as it stands.

use std::borrow::Cow;

use crate::model::text::Text;
use crate::model::time::Stated;

/// One of two texts that are compared.
#[derive(Clone, Debug)]
pub struct Version<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) published: Option<Stated>,
    pub(super) language: Option<&'a str>,
    body: Cow<'a, str>,
    form: Form,
}

/// What a version says besides its paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Title, date and language are stated, or known to be left out.
    Statement,
    /// Nothing: it is a text as it stands.
    Plain,
}

impl<'a> From<&'a Text> for Version<'a> {
    fn from(text: &'a Text) -> Self {
        Self {
            title: text.title(),
            published: text.published(),
            language: text.language(),
            body: Cow::Owned(text.body()),
            form: Form::Statement,
        }
    }
}

impl<'a> Version<'a> {
    /// A text as it stands, byte for byte, whose language may be known.
    pub fn plain(body: &'a str, language: Option<&'a str>) -> Self {
        Self { title: None, published: None, language, body: Cow::Borrowed(body), form: Form::Plain }
    }

    /// Whether it says what its title and date are.
    pub(super) fn states(&self) -> bool {
        self.form == Form::Statement
    }

    /// The text that is compared with `other`: with the title before it where that is a text which begins with it.
    pub(super) fn body_beside(&self, other: &Self) -> Cow<'_, str> {
        match self.title {
            Some(title) if self.states() && !other.states() && other.body.trim_start().starts_with(title) => {
                Cow::Owned(format!("{title}\n\n{}", self.body))
            }
            Some(_) | None => Cow::Borrowed(&self.body),
        }
    }
}
