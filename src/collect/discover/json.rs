//! A JSON interface: every object in it that has an address and a title is an item.

use serde_json::{Map, Value};

use super::{Found, How, Item, MOST_ITEMS, Page, distinct, newest_first, xml};

/// The fields that interfaces keep addresses, titles and dates in, in the order in which they are believed.
const ADDRESS: [&str; 7] = ["url", "web_url", "link", "href", "permalink", "base_path", "path"];
const TITLE: [&str; 4] = ["title", "headline", "name", "subject"];
const DATE: [&str; 8] = [
    "published",
    "date_published",
    "datePublished",
    "published_at",
    "first_published_at",
    "public_timestamp",
    "public_updated_at",
    "date",
];

/// Reads the items in the order in which they stand, or by date where all have one.
pub(super) fn read(page: &Page<'_>, text: &str) -> Found {
    // serde_json refuses more than 128 levels by itself.
    let value: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(value) => value,
        Err(error) => return Found::unreadable(How::Json, format!("the answer is no JSON: {error}")),
    };
    let mut items = Vec::new();
    collect(page, &value, &mut items);
    distinct(&mut items);
    newest_first(&mut items);
    Found::new(How::Json, items)
}

fn collect(page: &Page<'_>, value: &Value, items: &mut Vec<Item>) {
    if items.len() >= MOST_ITEMS {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(page, value, items)),
        Value::Object(fields) => {
            items.extend(item(page, fields));
            fields.values().for_each(|value| collect(page, value, items));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn item(page: &Page<'_>, fields: &Map<String, Value>) -> Option<Item> {
    let title = first(fields, &TITLE)
        .and_then(|value| value.as_str().or_else(|| value.get("rendered")?.as_str()))
        .and_then(xml::plain)?;
    let url = page.join(&page.exchange.url, first(fields, &ADDRESS)?.as_str()?)?;
    let published = first(fields, &DATE).and_then(Value::as_str).and_then(|text| page.machine(text));
    Some(Item { url, title: Some(title), published, guid: None })
}

fn first<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| fields.get(*name).filter(|value| !value.is_null()))
}
