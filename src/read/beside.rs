//! What stands beside the text: links and attached files, author, time of the last change.

use super::main_text::Chrome;
use super::meta::{Metadata, absolute};
use super::outline::{Outline, attribute};
use crate::model::capture::Beside;

/// Links kept of one page.
const MOST: usize = 500;
const FILES: [&str; 18] = [
    "pdf", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "zip", "rar", "7z", "mp3", "mp4",
    "epub", "txt",
];

/// Gathers what stands beside a text whose element is at one of `containers`.
pub(super) fn beside(meta: &Metadata, outline: &Outline<'_>, containers: &[usize], chrome: &Chrome) -> Beside {
    let mut beside = Beside {
        canonical: meta.canonical.as_ref().map(|url| url.to_string()),
        modified: meta.modified().map(str::to_owned),
        author: meta.author().map(|author| author.chars().take(300).collect()),
        ..Beside::default()
    };
    for place in containers.iter().flat_map(|container| outline.subtree(*container)) {
        if chrome[place] || outline.tag(place) != "a" {
            continue;
        }
        let href = outline.element(place).and_then(|element| attribute(element, "href"));
        let Some(url) = href.filter(|href| !href.starts_with('#')).and_then(|href| absolute(href, meta.base.as_ref()))
        else {
            continue;
        };
        let extension = url.path().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let file = extension.is_some_and(|extension| FILES.contains(&extension.as_str()));
        let list = if file { &mut beside.attachments } else { &mut beside.links };
        let url = url.to_string();
        if list.len() < MOST && !list.contains(&url) {
            list.push(url);
        }
    }
    beside
}
