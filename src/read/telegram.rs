//! The posts of a Telegram channel's preview (`t.me/s/CHANNEL`): each is a statement of its own.
//!
//! A post's title is its bold first line, where it has one; the rest is its text.

use std::collections::HashSet;
use std::ops::Range;

use scraper::{Html, Selector};

use super::blocks::{self, Block};
use super::charset::{Decoded, decode};
use super::meta::absolute;
use super::outline::{Outline, attribute};
use super::settings::{Selectors, reader};
use super::{Page, dates, html, language, visible};
use crate::model::capture::{Beside, Reading};
use crate::model::source::ReadSettings;
use crate::model::text::Text;
use crate::model::time::Stated;

/// Longest bold beginning that is a title.
const TITLE: usize = 300;
/// Links kept of one post.
const LINKS: usize = 200;

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
    let Some(url) = page.url else {
        // a saved page without its address: what else could it be for
        let mut posts = posts_in(page, doc, decoded, settings, |_| true);
        return if posts.len() == 1 { posts.pop() } else { None };
    };
    let wanted = number(url.path())?;
    posts_in(page, doc, decoded, settings, |id| number(id).as_ref() == Some(&wanted)).into_iter().next()
}

/// What all posts of a page share.
struct Channel<'c> {
    page: &'c Page<'c>,
    settings: &'c ReadSettings,
    outline: Outline<'c>,
    blocks: Vec<Block>,
    /// The language that most of the channel is in: a post may be too short to tell.
    language: Option<String>,
    decoded: &'c Decoded,
}

fn posts_in(
    page: &Page<'_>,
    doc: &Html,
    decoded: &Decoded,
    settings: &ReadSettings,
    wanted: impl Fn(&str) -> bool,
) -> Vec<Post> {
    let Ok(message) = Selector::parse(".tgme_widget_message[data-post]") else { return Vec::new() };
    let outline = Outline::new(doc, &Selectors::of(settings).ignored(doc));
    let blocks = blocks::blocks(&outline);
    let long: Vec<&str> = blocks.iter().filter(|block| block.is_long()).map(|block| block.text.as_str()).collect();
    let language = language::language(&long.join(" "), &[], &settings.languages);
    let channel = Channel { page, settings, outline, blocks, language, decoded };
    let mut seen = HashSet::new();
    let found = doc.select(&message).filter_map(|element| {
        let id = element.attr("data-post").filter(|id| wanted(id))?;
        channel.post(channel.outline.place(element.id())?, id).filter(|post| seen.insert(post.id.clone()))
    });
    found.collect()
}

impl Channel<'_> {
    /// Reads the post whose element stands at `place`; `None` where it has no text.
    fn post(&self, place: usize, id: &str) -> Option<Post> {
        let outline = &self.outline;
        let texts = self.of_class(place, "js-message_text");
        // A quoted post stands before the answer to it, with a text of the same class.
        let text = *texts.iter().find(|text| !self.is_quoted(**text, place)).or(texts.last())?;
        let subtree = outline.subtree(text);
        let blocks: Vec<Block> = self.blocks.iter().filter(|block| subtree.contains(&block.place)).cloned().collect();
        let mut paragraphs: Vec<String> = blocks.iter().map(|block| block.text.clone()).collect();
        let title = bold_beginning(outline, text).filter(|bold| {
            let first = paragraphs.first().and_then(|block| block.lines().next()).unwrap_or_default();
            first == bold && bold.chars().count() <= TITLE
        });
        if title.is_some()
            && let Some(first) = paragraphs.first_mut()
        {
            *first = first.lines().skip(1).collect::<Vec<_>>().join("\n");
        }
        let whole = format!("{} {}", title.as_deref().unwrap_or_default(), paragraphs.join(" "));
        let language = language::certain(&whole).or_else(|| self.language.clone());
        let text_of = |class: &str| self.of_class(place, class).first().map(|inner| folded(&outline.text(*inner)));
        let reading = Reading {
            reader: reader(self.settings),
            text: Text::new(title.as_deref(), self.published(place), language.as_deref(), &paragraphs),
            visible: visible::visible(outline, &blocks, &[]),
            beside: self.beside(subtree, id),
        };
        Some(Post {
            id: id.to_owned(),
            url: self.address(place, id),
            reading,
            edited: text_of("tgme_widget_message_meta").is_some_and(|meta| meta.contains("edited")),
            forwarded_from: text_of("tgme_widget_message_forwarded_from_name").filter(|name| !name.is_empty()),
        })
    }

    fn published(&self, place: usize) -> Option<Stated> {
        let dated = self.of_class(place, "tgme_widget_message_date");
        let places = dated.into_iter().flat_map(|link| self.outline.subtree(link)).chain(self.outline.subtree(place));
        let times = places.filter(|inner| self.outline.tag(*inner) == "time");
        let stated =
            times.filter_map(|time| self.outline.element(time).and_then(|element| attribute(element, "datetime")));
        stated.into_iter().find_map(|time| dates::machine(time, None, self.settings.timezone.as_deref()))
    }

    fn address(&self, place: usize, id: &str) -> String {
        let link = self.of_class(place, "tgme_widget_message_date").first().copied();
        let href = link.and_then(|link| self.outline.element(link)).and_then(|element| attribute(element, "href"));
        let url = href.and_then(|href| absolute(href, self.page.url));
        url.map_or_else(|| format!("https://t.me/{id}"), |url| url.to_string())
    }

    fn beside(&self, text: Range<usize>, id: &str) -> Beside {
        let links = text.filter(|inner| self.outline.tag(*inner) == "a").filter_map(|inner| {
            let href = attribute(self.outline.element(inner)?, "href")?;
            absolute(href, self.page.url).map(|url| url.to_string())
        });
        Beside {
            charset: self.decoded.charset.to_owned(),
            author: id.split('/').next().map(str::to_owned),
            links: links.take(LINKS).collect(),
            warnings: self.decoded.warnings.clone(),
            ..Beside::default()
        }
    }

    /// The places below `place` that have a class, in order.
    fn of_class(&self, place: usize, class: &str) -> Vec<usize> {
        let has = |inner: &usize| self.outline.element(*inner).is_some_and(|element| has_class(element, class));
        self.outline.subtree(place).filter(has).collect()
    }

    /// Whether a place stands in the quotation of another post.
    fn is_quoted(&self, place: usize, top: usize) -> bool {
        let mut above = place;
        while above != top && above != 0 {
            if self.outline.element(above).is_some_and(|element| has_class(element, "tgme_widget_message_reply")) {
                return true;
            }
            above = self.outline.items[above].parent;
        }
        false
    }
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

fn has_class(element: &scraper::node::Element, class: &str) -> bool {
    attribute(element, "class").is_some_and(|classes| classes.split_ascii_whitespace().any(|name| name == class))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn message(id: u32, text: &str, more: &str) -> String {
        format!(
            "<div class='tgme_widget_message_wrap'><div class='tgme_widget_message js-widget_message' data-post='office/{id}'>{more}\
             <div class='tgme_widget_message_text js-message_text' dir='auto'>{text}</div>\
             <div class='tgme_widget_message_footer'><span class='tgme_widget_message_views'>{id}K</span>\
             <span class='tgme_widget_message_meta'>edited <a class='tgme_widget_message_date' href='https://t.me/office/{id}'>\
             <time datetime='2023-02-28T07:47:53+00:00' class='time'>07:47</time></a></span></div></div></div>"
        )
    }

    fn channel() -> String {
        let forwarded = "<div class='tgme_widget_message_forwarded_from'>Forwarded from \
                         <a class='tgme_widget_message_forwarded_from_name' href='https://t.me/x'>Другое ведомство</a></div>";
        let reply = "<a class='tgme_widget_message_reply' href='https://t.me/office/1'><div class='js-message_text'>Исходное сообщение</div></a>";
        [
            "<!DOCTYPE html><html><body><main class='tgme_main'>".to_owned(),
            message(1, "<b>Сводка на утро</b><br/><br/>Обстановка остаётся <b>стабильной</b>, нарушений за сутки не отмечено.<br/><br/>Посты работают.<br/>Связь есть.", ""),
            message(2, "Без заголовка. <b>Важно</b>: движение по мосту открыто с 10:00.", forwarded),
            message(3, "<b>Первая строка<br/>вторая строка</b><br/>и <a href=\"https://office.example/doc.pdf\">документ</a>", reply),
            "<div class='tgme_widget_message' data-post='office/4'><a class='tgme_widget_message_photo_wrap'></a></div></main></body></html>".to_owned(),
        ]
        .concat()
    }

    fn page<'a>(body: &'a str, url: &'a Url) -> Page<'a> {
        Page {
            body: body.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: Some(url),
            captured_at: None,
        }
    }

    #[test]
    fn each_post_is_a_statement() {
        let (body, url) = (channel(), Url::parse("https://t.me/s/office").expect("an address"));
        let posts = posts(&page(&body, &url), &ReadSettings::default());
        let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
        assert_eq!(ids, ["office/1", "office/2", "office/3"], "a post without text is none");
        assert_eq!(
            posts[0].reading.text.canonical(),
            "Title: Сводка на утро\nPublished: 2023-02-28T07:47:53+00:00\nLanguage: ru\n\n\
             Обстановка остаётся стабильной, нарушений за сутки не отмечено.\n\nПосты работают.\nСвязь есть.\n"
        );
        assert_eq!(posts[1].reading.text.title(), None, "bold inside a line is no title");
        assert_eq!(posts[1].forwarded_from.as_deref(), Some("Другое ведомство"));
        assert_eq!(posts[2].reading.text.title(), Some("Первая строка"));
        assert_eq!(posts[2].reading.text.body(), "вторая строка\nи документ");
        assert_eq!(posts[2].reading.beside.links, ["https://office.example/doc.pdf"]);
        assert!(posts.iter().all(|post| post.edited && post.url == format!("https://t.me/{}", post.id)));
    }

    #[test]
    fn an_address_that_names_a_post_reads_that_post() {
        let (body, url) = (channel(), Url::parse("https://t.me/office/2?embed=1").expect("an address"));
        let reading = crate::read::read(&page(&body, &url), &ReadSettings::default());
        assert_eq!(reading.text.body(), "Без заголовка. Важно: движение по мосту открыто с 10:00.");
    }

    #[test]
    fn a_saved_page_with_one_post_is_that_post_whatever_its_address_was() {
        let (url, settings) = (Url::parse("https://t.me/s/office").expect("an address"), ReadSettings::default());
        let read = |body: &str| crate::read::read(&Page { url: None, ..page(body, &url) }, &settings).text;
        let one = read(&message(2, "Движение по мосту открыто.", ""));
        assert_eq!((one.body().as_str(), one.title()), ("Движение по мосту открыто.", None));
        let two = read(&(message(1, "Движение по мосту открыто.", "") + &message(2, "Посты работают.", "")));
        assert!(two.body() != "Движение по мосту открыто." && two.body() != "Посты работают.", "{two:?}");
    }

    #[test]
    fn counts_of_views_change_nothing() {
        let url = Url::parse("https://t.me/s/office").expect("an address");
        let (body, other) = (channel(), channel().replace("1K", "2K"));
        let digests = |body| {
            posts(&page(body, &url), &ReadSettings::default())
                .iter()
                .map(|post| post.reading.visible)
                .collect::<Vec<_>>()
        };
        assert_eq!(digests(&body), digests(&other));
    }
}
