//! Text that a page holds but does not show by itself: in `<template>` and `<noscript>`.
//!
//! Pages made by scripts show it, or offer it to those without any. It is read where there is nothing else to read.

use scraper::Html;

use super::blocks::size;
use super::charset::Decoded;
use super::{Account, Page, html, page};
use crate::model::capture::Reading;
use crate::model::source::ReadSettings;

/// The size below which a text makes one ask for more.
const LITTLE: usize = 200;
/// How much more must be found.
const FULLER: usize = 3;
/// The elements whose content is inert.
const INERT: [&str; 2] = ["template", "noscript"];

/// Reads a page by what it shows, and with what is inert opened where that is next to nothing.
pub(super) fn read(
    page: &Page<'_>,
    doc: &Html,
    mut decoded: Decoded,
    settings: &ReadSettings,
    mut account: Option<&mut Account>,
) -> Reading {
    let (charset, warnings) = (decoded.charset, decoded.warnings.clone());
    let text = std::mem::take(&mut decoded.text);
    let shown = page::read(page, doc, decoded, settings, account.as_deref_mut());
    let found = size(&shown.text.body());
    if found >= LITTLE {
        return shown;
    }
    let Some(opened) = opened(&text) else { return shown };
    let mut inside = Account::default();
    let again = Decoded { text: String::new(), charset, warnings };
    let mut opened = page::read(page, &html::parse(&opened), again, settings, account.as_ref().map(|_| &mut inside));
    let fuller = size(&opened.text.body()) >= LITTLE.max(found * FULLER);
    // What asks for a browser with scripts is no statement.
    if !fuller || opened.text.body().to_ascii_lowercase().contains("javascript") {
        return shown;
    }
    opened.beside.warnings.push("the text stands in a template or noscript alone".to_owned());
    if let Some(account) = account {
        *account = inside;
    }
    opened
}

/// The page with its inert elements made ordinary ones; `None` where it has none.
fn opened(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let slash = if tag[1..].starts_with('/') { "/" } else { "" };
        let name = &tag[1 + slash.len()..];
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len().min(16));
        if INERT.iter().any(|inert| name.get(..end).is_some_and(|name| name.eq_ignore_ascii_case(inert))) {
            any = true;
            out.push('<');
            out.push_str(slash);
            out.push_str("div");
            rest = &name[end..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inert_elements_are_opened_and_nothing_else() {
        let cases = [
            ("<p>a</p>", None),
            ("<Template id=x><p>a</template >", Some("<div id=x><p>a</div >")),
            ("<noscript>a</noscript><", Some("<div>a</div><")),
            ("<template-list>a", None),
            ("<template", Some("<div")),
        ];
        for (page, expected) in cases {
            assert_eq!(opened(page).as_deref(), expected, "{page}");
        }
    }
}
