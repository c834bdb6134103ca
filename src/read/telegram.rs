//! The posts of a Telegram channel's preview (`t.me/s/CHANNEL`): each is a statement of its own.
//!
//! A post's title is its bold first line, where it has one; the rest is its text.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

use super::blocks::{self, Block};
use super::charset::{Decoded, decode};
use super::meta::absolute;
use super::outline::{Outline, attribute};
use super::settings::{Selectors, reader};
use super::{Page, dates, html, language, visible};
use crate::model::capture::{Beside, Reading};
use crate::model::source::ReadSettings;
use crate::model::text::Text;

/// Longest bold beginning that is a title.
const TITLE: usize = 300;

/// One post of a channel.
#[derive(Clone, Debug)]
pub struct Post {
    /// Channel and number: `mod_russia/12345`.
    pub id: String,
    /// Its address, as the page links it; else on t.me.
    pub url: String,
    /// What it says.
    pub reading: Reading,
    /// Whether the page says that it was edited.
    pub edited: bool,
    /// The channel that it was forwarded from.
    pub forwarded_from: Option<String>,
}

/// Reads all posts with a text on a page, in its order; none where the page is no channel's preview.
pub fn posts(page: &Page<'_>, settings: &ReadSettings) -> Vec<Post> {
    let decoded = decode(page.body, page.content_type);
    let doc = html::parse(&decoded.text);
    posts_in(page, &doc, &decoded, settings, |_| true)
}

/// The one post that the page's own address names, or that stands on it alone (`?embed=1`).
pub(super) fn named_post(page: &Page<'_>, doc: &Html, decoded: &Decoded, settings: &ReadSettings) -> Option<Post> {
    let number = |text: &str| {
        text.rsplit('/').next().filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned)
    };
    if !decoded.text.contains("tgme_widget_message") {
        return None;
    }
    let wanted = page.url.and_then(|url| number(url.path()))?;
    posts_in(page, doc, decoded, settings, |id| number(id).as_ref() == Some(&wanted)).into_iter().next()
}

fn posts_in(
    page: &Page<'_>,
    doc: &Html,
    decoded: &Decoded,
    settings: &ReadSettings,
    wanted: impl Fn(&str) -> bool,
) -> Vec<Post> {
    let Ok(message) = Selector::parse(".tgme_widget_message[data-post]") else { return Vec::new() };
    let ignored = Selectors::of(settings).ignored(doc);
    let outline = Outline::new(doc, &ignored);
    let blocks = blocks::blocks(&outline);
    let mut seen = HashSet::new();
    let found = doc.select(&message).filter_map(|element| {
        let id = element.attr("data-post").filter(|id| wanted(id))?;
        let place = outline.place(element.id())?;
        let post = post(page, &element, id, &outline, &blocks, place, decoded, settings);
        post.filter(|post| seen.insert(post.id.clone()))
    });
    found.collect()
}

#[allow(clippy::too_many_arguments, reason = "the parts of one page, gathered once for all its posts")]
fn post(
    page: &Page<'_>,
    element: &ElementRef<'_>,
    id: &str,
    outline: &Outline<'_>,
    all: &[Block],
    place: usize,
    decoded: &Decoded,
    settings: &ReadSettings,
) -> Option<Post> {
    let within = |class: &str| {
        outline
            .subtree(place)
            .filter(|inner| outline.element(*inner).is_some_and(|element| has_class(element, class)))
            .collect::<Vec<_>>()
    };
    let texts = within("js-message_text");
    // A quoted post stands before the answer to it, with a text class of its own.
    let text =
        *texts.iter().find(|text| !under(outline, **text, place, "tgme_widget_message_reply")).or(texts.last())?;
    let blocks: Vec<Block> = all.iter().filter(|block| outline.subtree(text).contains(&block.place)).cloned().collect();
    let mut lines: Vec<String> = blocks.iter().map(|block| block.text.clone()).collect();
    let title = bold_beginning(outline, text).filter(|bold| {
        let first = lines.first().and_then(|block| block.lines().next()).unwrap_or_default();
        first == bold && bold.chars().count() <= TITLE
    });
    if title.is_some()
        && let Some(first) = lines.first_mut()
    {
        *first = first.lines().skip(1).collect::<Vec<_>>().join("\n");
    }
    let time = within("tgme_widget_message_date")
        .into_iter()
        .flat_map(|link| outline.subtree(link))
        .chain(outline.subtree(place))
        .find_map(|inner| {
            (outline.tag(inner) == "time").then(|| outline.element(inner).and_then(|e| attribute(e, "datetime")))?
        });
    let published = time.and_then(|time| dates::machine(time, None, settings.timezone.as_deref()));
    let link = within("tgme_widget_message_date")
        .first()
        .and_then(|link| outline.element(*link))
        .and_then(|e| attribute(e, "href"));
    let url = link
        .and_then(|href| absolute(href, page.url))
        .map_or_else(|| format!("https://t.me/{id}"), |url| url.to_string());
    let forwarded =
        within("tgme_widget_message_forwarded_from_name").first().map(|inner| folded(&outline.text(*inner)));
    let meta = within("tgme_widget_message_meta").iter().map(|inner| outline.text(*inner)).collect::<String>();
    let sample = lines.join(" ");
    let language =
        language::language(&format!("{} {sample}", title.as_deref().unwrap_or_default()), &[], &settings.languages);
    let links = outline
        .subtree(text)
        .filter(|inner| outline.tag(*inner) == "a")
        .filter_map(|inner| absolute(attribute(outline.element(inner)?, "href")?, page.url).map(|url| url.to_string()));
    let beside = Beside {
        charset: decoded.charset.to_owned(),
        author: element.attr("data-post").and_then(|id| id.split('/').next()).map(str::to_owned),
        links: links.take(200).collect(),
        warnings: decoded.warnings.clone(),
        ..Beside::default()
    };
    let text = Text::new(title.as_deref(), published, language.as_deref(), &lines);
    let reading = Reading { reader: reader(settings), visible: visible::visible(outline, &blocks, &[]), text, beside };
    Some(Post {
        id: id.to_owned(),
        url,
        reading,
        edited: meta.contains("edited"),
        forwarded_from: forwarded.filter(|name| !name.is_empty()),
    })
}

/// The text of the bold elements that a post begins with, up to its first line end.
fn bold_beginning(outline: &Outline<'_>, text: usize) -> Option<String> {
    let mut bold = String::new();
    let mut place = text + 1;
    while place < outline.items[text].end {
        match outline.tag(place) {
            "b" | "strong" => {
                // A line end inside the bold part ends the title and not the emphasis: the caller compares with the line.
                bold.push_str(&up_to_line_end(outline, place));
                place = outline.items[place].end;
                continue;
            }
            "br" => break,
            "" if outline.text_at(place).trim().is_empty() => bold.push_str(outline.text_at(place)),
            "" => return None,
            "i" | "em" | "u" | "span" | "tg-emoji" | "a" => {}
            _ => break,
        }
        place += 1;
    }
    let bold = folded(&bold);
    (!bold.is_empty()).then_some(bold)
}

fn up_to_line_end(outline: &Outline<'_>, place: usize) -> String {
    outline.subtree(place).take_while(|inner| outline.tag(*inner) != "br").map(|inner| outline.text_at(inner)).collect()
}

fn under(outline: &Outline<'_>, place: usize, top: usize, class: &str) -> bool {
    let mut above = place;
    while above != top && above != 0 {
        if outline.element(above).is_some_and(|element| has_class(element, class)) {
            return true;
        }
        above = outline.items[above].parent;
    }
    false
}

fn has_class(element: &scraper::node::Element, class: &str) -> bool {
    attribute(element, "class").is_some_and(|classes| classes.split_ascii_whitespace().any(|name| name == class))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
