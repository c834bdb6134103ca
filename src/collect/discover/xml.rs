//! XML as offices write it, piece by piece: entities are never expanded, faults are stepped over.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;
use scraper::Html;

/// Deepest element that is looked at.
const DEEPEST: usize = 64;
/// Faults after which the rest of a document is left alone.
const MOST_FAULTS: usize = 100;
/// Longest text of one element that is kept, in bytes.
const LONGEST_TEXT: usize = 8192;

/// The innermost element that ends, with what stood in it.
pub(super) struct Element<'a> {
    /// Its name without prefix.
    pub(super) name: &'a str,
    /// The name of the element around it.
    pub(super) parent: &'a str,
    /// Its text, references undone but `&name;` of HTML left as it stands.
    pub(super) text: &'a str,
    /// Its attributes, names without prefix.
    pub(super) attributes: &'a [(String, String)],
}

struct Open {
    name: String,
    text: String,
    attributes: Vec<(String, String)>,
}

/// Calls `each` at the end of every element, children before parents, until it says `false`.
pub(super) fn walk(text: &str, mut each: impl FnMut(&Element<'_>) -> bool) {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let (mut open, mut faults): (Vec<Open>, usize) = (Vec::new(), 0);
    loop {
        let before = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Eof) => return,
            Ok(Event::Start(start)) => {
                if open.len() >= DEEPEST {
                    return;
                }
                let mut attributes = start.attributes();
                let attributes = attributes.with_checks(false).flatten().take(32).map(|a| {
                    (local(a.key.as_ref()).to_owned(), unescape(&a.value).chars().take(LONGEST_TEXT).collect())
                });
                let name = local(start.name().as_ref()).to_owned();
                open.push(Open { attributes: attributes.collect(), name, text: String::new() });
            }
            Ok(Event::End(end)) => {
                let name = end.name();
                // An end without a beginning is passed over; a beginning without an end goes with what is around it.
                let Some(depth) = open.iter().rposition(|element| element.name == local(name.as_ref())) else {
                    continue;
                };
                while open.len() > depth {
                    let Some(element) = open.pop() else { break };
                    let parent = open.last().map_or("", |parent| parent.name.as_str());
                    let (name, text) = (element.name.as_str(), element.text.as_str());
                    if !each(&Element { name, parent, text, attributes: &element.attributes }) {
                        return;
                    }
                }
            }
            Ok(Event::Text(text)) => add(&mut open, &text),
            Ok(Event::CData(text)) => add(&mut open, &text),
            Ok(Event::GeneralRef(name)) => add(&mut open, &unescape(&format!("&{};", &*name))),
            Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Err(_) => {
                faults += 1;
                if faults > MOST_FAULTS || reader.buffer_position() <= before {
                    return;
                }
            }
        }
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut()
        && element.text.len() < LONGEST_TEXT
    {
        let room = LONGEST_TEXT - element.text.len();
        element.text.push_str(&text[..text.floor_char_boundary(room)]);
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Undoes the five references of XML and those by number; all others stay as they are.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // No reference is longer; looking further would make many bare ampersands slow.
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value).filter(|c| *c != '\0')
        }
    }
}

/// The text of a title that may hold HTML, as feeds have it.
pub(super) fn plain(text: &str) -> Option<String> {
    if text.contains(['<', '&']) {
        let tree = Html::parse_fragment(&text[..text.floor_char_boundary(LONGEST_TEXT)]);
        let words: String = tree.root_element().text().collect();
        return super::one_line(&words);
    }
    super::one_line(text)
}

/// The name of the first element, when a document begins like XML.
pub(super) fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    // A prolog of declarations, comments and styles is short; what goes on longer is none.
    for _ in 0..20 {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = &after[after.find("-->")? + 3..];
        } else if rest.starts_with("<?") {
            rest = &rest[rest.find("?>")? + 2..];
        } else if rest.starts_with("<!") {
            rest = after_doctype(rest)?;
        } else {
            let name = rest.strip_prefix('<')?;
            let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
            return Some(local(&name[..end]));
        }
    }
    None
}

fn after_doctype(text: &str) -> Option<&str> {
    let end = text.find(['>', '['])?;
    if text[end..].starts_with('[') {
        let close = end + text[end..].find(']')?;
        return Some(&text[close + text[close..].find('>')? + 1..]);
    }
    Some(&text[end + 1..])
}

/// Whether a document declares entities, which no honest feed or sitemap does.
pub(super) fn declares_entities(text: &str) -> bool {
    text.contains("<!ENTITY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        walk(text, |element| {
            out.push(format!("{}/{}={}", element.parent, element.name, element.text.trim()));
            true
        });
        out
    }

    #[test]
    fn elements_come_with_their_text() {
        assert_eq!(
            seen("<a><n:b x='1'>one &amp; &#x41;<![CDATA[<i>]]></n:b><c/></a>"),
            ["a/b=one & A<i>", "a/c=", "/a="]
        );
    }

    #[test]
    fn what_is_not_well_formed_is_stepped_over() {
        assert_eq!(seen("<a><b>one</x><c>two & three</a>"), ["b/c=two & three", "a/b=one", "/a="]);
        assert_eq!(seen("<a><b>&nbsp;&unknown;</b></a>"), ["a/b=&nbsp;&unknown;", "/a="]);
        for text in ["<", "<a", "<a b", "<![CDATA[", "<!--", "&&&&", "</a>", "<a></a b>", ""] {
            let _ = seen(text);
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(seen(&"<a>".repeat(100_000)).is_empty());
    }

    #[test]
    fn the_root_is_found_behind_the_prolog() {
        let text = "<?xml version='1.0'?><!-- c --><!DOCTYPE rss [<!ENTITY a 'b'>]>\n<rss version='2.0'>";
        assert_eq!(root(text), Some("rss"));
        assert!(declares_entities(text));
        assert_eq!(root("<rdf:RDF xmlns='x'>"), Some("RDF"));
        assert_eq!(root("plain text"), None);
    }

    #[test]
    fn titles_lose_their_markup() {
        assert_eq!(plain("A <b>bold</b> &nbsp;claim &amp; more").as_deref(), Some("A bold claim & more"));
        assert_eq!(plain(" \n "), None);
    }
}
