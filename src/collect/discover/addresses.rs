//! A plain list of addresses, one a line; `#` begins a remark.

use super::{Found, How, Item, MOST_ITEMS, Page, distinct};

/// Whether a text is such a list: its first ten lines are addresses.
pub(super) fn is_list(text: &str) -> bool {
    let mut lines = lines(text).take(10).peekable();
    lines.peek().is_some() && lines.all(is_address)
}

/// Reads the list in its own order.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    let items = lines(text).filter(|line| is_address(line)).take(MOST_ITEMS).filter_map(|line| {
        let url = page.join(&page.exchange.url, line.split_whitespace().next()?)?;
        Some(Item { url, title: None, published: None, guid: None })
    });
    let mut items = items.collect();
    distinct(&mut items);
    Found::new(How::Urls, items)
}

fn is_address(line: &str) -> bool {
    line.starts_with("http://") || line.starts_with("https://")
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
