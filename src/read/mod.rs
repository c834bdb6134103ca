//! Turns the bytes of a page into a statement: title, date, language, paragraphs.
//!
//! Pure: no archive, no network, no clock; the same bytes and settings give the same reading for ever under one
//! [`VERSION`]. Never fails and never panics: what cannot be read gives an empty text that says why in its warnings.
//! Time and memory are linear in the page, whatever stands in it.
//!
//! A page goes through [`charset`] (bytes to text), [`html`] (text to tree), an outline (the tree, flat), blocks
//! (paragraphs, headings, rows), the choice of the element that holds the statement, and the cleaning of its blocks.

mod article_body;
mod beside;
mod blocks;
pub mod charset;
mod clean;
pub mod dates;
pub mod html;
mod inert;
pub mod json;
mod jsonld;
mod language;
mod main_text;
pub mod meta;
mod names;
mod outline;
mod page;
mod plain;
mod posts;
mod published;
mod settings;
pub mod shape;
pub mod site;
pub mod telegram;
#[cfg(test)]
mod tests;
mod title;
mod visible;
mod why;

use url::Url;

use crate::model::capture::{Beside, Reading};
use crate::model::digest::Digest;
use crate::model::source::ReadSettings;
use crate::model::text::Text;
use crate::model::time::Instant;
pub use meta::{stated_text, visible_title};
use plain::Form;
pub use settings::{check, reader};
pub use why::{Account, Passage, Rule};

/// The version of the reader: of its code and of its tables. Two texts are compared only within one version, so it
/// goes up with every change that can make another text of any page.
pub const VERSION: u32 = 5;

/// A page as it came, with what is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The decoded body.
    pub body: &'a [u8],
    /// The value of the `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The address that answered.
    pub url: Option<&'a Url>,
    /// When; relative dates count from it.
    pub captured_at: Option<Instant>,
}

/// Reads a page.
///
/// HTML is read as a statement, plain text as it stands, JSON by the paths of the settings. Feeds, JSON without such paths and
/// bytes that are no text give an empty text with a warning. A page of Telegram posts whose address names one of them gives that post.
pub fn read(page: &Page<'_>, settings: &ReadSettings) -> Reading {
    reading(page, settings, None)
}

/// Reads a page, and says of each of its blocks whether it is in the text and by which rule, and what its date was found by.
pub fn explain(page: &Page<'_>, settings: &ReadSettings) -> (Reading, Account) {
    let mut account = Account::default();
    let reading = reading(page, settings, Some(&mut account));
    (reading, account)
}

fn reading(page: &Page<'_>, settings: &ReadSettings, account: Option<&mut Account>) -> Reading {
    let form = plain::form(page.body, page.content_type);
    let mut reading = read_as(form, page, settings, account);
    if form != Form::Json && settings.json.is_some() {
        reading.beside.warnings.push("the answer is no JSON: the paths of json are not used".to_owned());
    }
    reading
}

fn read_as(form: Form, page: &Page<'_>, settings: &ReadSettings, account: Option<&mut Account>) -> Reading {
    match form {
        Form::Html => {
            let decoded = charset::decode(page.body, page.content_type);
            let doc = html::parse(&decoded.text);
            match telegram::named_post(page, &doc, &decoded, settings) {
                Some(post) => post.reading,
                None => inert::read(page, &doc, decoded, settings, account),
            }
        }
        Form::Plain => plain::read(charset::decode(page.body, page.content_type), settings),
        Form::Json => {
            let decoded = charset::decode(page.body, page.content_type);
            match &settings.json {
                Some(paths) => json::read(page, decoded, paths, settings, account),
                None => wordless(
                    decoded.charset,
                    vec!["JSON: no page that can be read; [source.json] can say where its text stands".to_owned()],
                    settings,
                ),
            }
        }
        Form::Other(what) => wordless("", vec![format!("{what}: no page that can be read")], settings),
    }
}

/// The language that a text is written in, as far as that can be told; a BCP 47 tag.
pub fn language_of(text: &str) -> Option<String> {
    language::language(text, &[], &[])
}

/// A reading without a text.
fn wordless(charset: &str, warnings: Vec<String>, settings: &ReadSettings) -> Reading {
    Reading {
        reader: reader(settings),
        text: Text::default(),
        visible: Digest::of(b""),
        beside: Beside { charset: charset.to_owned(), warnings, ..Beside::default() },
    }
}
