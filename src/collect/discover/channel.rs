//! A Telegram channel's preview (`t.me/s/NAME`): its posts, and the page of older ones.

use scraper::{ElementRef, Selector};

use super::{Found, How, Item, Page, distinct, one_line};

/// Reads the posts of a preview, the last first; the older ones stand at `?before=` the lowest number.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    let tree = crate::read::html::parse(text);
    let [post, date, time, words] = [
        ".tgme_widget_message[data-post]",
        "a.tgme_widget_message_date[href]",
        "time[datetime]",
        ".tgme_widget_message_text",
    ]
    .map(|css| Selector::parse(css).expect("a fixed selector"));
    let mut lowest: Option<u64> = None;
    let mut items = Vec::new();
    for message in tree.select(&post) {
        let name = message.attr("data-post").unwrap_or("");
        let number = name.rsplit('/').next().and_then(|digits| digits.parse::<u64>().ok());
        lowest = lowest.into_iter().chain(number).min();
        // A post that is forwarded may show two dates; the last is its own.
        let Some(own) = message.select(&date).last() else { continue };
        let Some(url) = own.attr("href").and_then(|href| page.join(&page.exchange.url, href)) else { continue };
        let published =
            own.select(&time).next().and_then(|time| time.attr("datetime")).and_then(|text| page.machine(text));
        let title = message.select(&words).last().and_then(first_line);
        items.push(Item { url, title, published, guid: one_line(name) });
    }
    items.reverse();
    distinct(&mut items);
    let mut found = Found::new(How::Telegram, items);
    if let Some(lowest) = lowest.filter(|lowest| *lowest > 1) {
        let mut older = page.exchange.url.clone();
        older.set_query(Some(&format!("before={lowest}")));
        found.next = Some(older);
    }
    if found.items.is_empty() && lowest.is_none() && !text.contains("tgme_") {
        found.problem = Some("the page is no preview of a channel".into());
    }
    found
}

/// The text up to the first line break.
fn first_line(words: ElementRef<'_>) -> Option<String> {
    let mut line = String::new();
    for node in words.descendants() {
        if let Some(text) = node.value().as_text() {
            line.push_str(text);
        } else if node.value().as_element().is_some_and(|element| element.name() == "br") && !line.trim().is_empty() {
            break;
        }
    }
    one_line(&line)
}
