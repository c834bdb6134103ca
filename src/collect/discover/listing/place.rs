//! Where a link stands: its path in the tree, whether that is a menu or margin, and the shape of its address.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::collect::discover::{Page, identity, one_line};

use super::MOST_LINKS;

/// How many elements above a link its place is made of, and how many are looked at for menus and margins.
const PATH: usize = 14;
const HIGH: usize = 40;
/// How many nodes of one item are looked at: items overlap on hostile pages, and time must stay linear.
pub(super) const MOST_NODES: usize = 600;
/// Files that are no pages.
const FILES: [&str; 30] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "rtf", "zip", "rar", "7z", "gz", "jpg", "jpeg", "png",
    "gif", "svg", "webp", "ico", "mp3", "mp4", "avi", "mov", "webm", "css", "js", "ics", "epub", "xml",
];
/// Words in classes and ids of what is no listing.
const MARGINS: [&str; 27] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "submenu",
    "breadcrumb",
    "breadcrumbs",
    "crumbs",
    "pager",
    "pagination",
    "footer",
    "sidebar",
    "social",
    "share",
    "sharing",
    "related",
    "toolbar",
    "topbar",
    "cookie",
    "cookies",
    "lang",
    "language",
    "languages",
    "login",
    "tags",
    "tagcloud",
    "skip",
];
/// Classes that tell an item from its neighbours, and nothing of its place.
const NEIGHBOURS: [&str; 12] =
    ["first", "last", "odd", "even", "active", "current", "selected", "alt", "clearfix", "featured", "sticky", "top"];

/// How far a link is from the page's own matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Margin {
    /// In it, for all that can be seen.
    None,
    /// Inside something whose name says menu, margin or the like.
    Named,
    /// Inside `nav`, `footer`, `aside` or the page's `header`.
    Marked,
}

/// A link with its place.
pub(super) struct Link<'a> {
    /// Its number in the order of the page.
    pub(super) number: usize,
    pub(super) element: ElementRef<'a>,
    pub(super) url: Url,
    /// The comparable form of its address.
    pub(super) key: String,
    /// The path of tags and classes that it stands under.
    pub(super) path: String,
    pub(super) margin: Margin,
    /// The address with what differs between statements left out.
    pub(super) shape: String,
}

/// All links of a page that could be statements of its source.
pub(super) fn links<'a>(page: &Page<'_>, tree: &'a Html, base: &Url) -> Vec<Link<'a>> {
    let selector = Selector::parse("a[href]").expect("a fixed selector");
    let own = identity::canonical(&page.exchange.url);
    let anchors = tree.select(&selector).take(MOST_LINKS).enumerate();
    anchors
        .filter_map(|(number, element)| {
            let url = page.join(base, element.attr("href")?)?;
            let key = identity::canonical(&url);
            if key == own || is_file(&url) || url.path().trim_matches('/').is_empty() && url.query().is_none() {
                return None;
            }
            let (path, margin) = place(element);
            let shape = shape(&url);
            Some(Link { number, element, url, key, path, margin, shape })
        })
        .collect()
}

/// The text of an element, white space folded; of a large one the beginning.
pub(super) fn words(element: ElementRef<'_>) -> Option<String> {
    let nodes = element.descendants().take(MOST_NODES);
    let text: Vec<&str> = nodes.filter_map(|node| node.value().as_text().map(|text| &**text)).collect();
    one_line(&text.join(" "))
}

/// Whether an address names one thing: a number, or a title in words.
pub(super) fn names_one_thing(url: &Url) -> bool {
    let last = url.path().rsplit('/').find(|part| !part.is_empty()).unwrap_or("");
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let words = last.split(['-', '_']).filter(|word| !word.is_empty()).count();
    words >= 4 || digits(last) >= 1 || url.query().is_some_and(|query| digits(query) >= 2)
}

fn is_file(url: &Url) -> bool {
    let extension = url.path().rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end);
    extension.is_some_and(|end| FILES.contains(&end.to_ascii_lowercase().as_str()))
}

fn place(link: ElementRef<'_>) -> (String, Margin) {
    let mut path = String::new();
    let mut margin = Margin::None;
    let mut inside_item = false;
    let elements = std::iter::once(link).chain(link.ancestors().filter_map(ElementRef::wrap));
    for (height, element) in elements.enumerate().take(HIGH) {
        let name = element.value().name();
        if matches!(name, "html" | "body") {
            break;
        }
        match name {
            "nav" | "footer" | "aside" => margin = Margin::Marked,
            "header" if !inside_item => margin = Margin::Marked,
            "article" | "li" | "section" | "main" | "td" => inside_item = true,
            _ => {}
        }
        if margin == Margin::None && has_margin_name(element) {
            margin = Margin::Named;
        }
        if height < PATH {
            path.push('/');
            path.push_str(name);
            // Higher up, classes are the page's, and equal for all its links anyway.
            if height < 6
                && let Some(class) = first_class(element)
            {
                path.push('.');
                path.push_str(&class);
            }
        }
    }
    (path, margin)
}

fn has_margin_name(element: ElementRef<'_>) -> bool {
    let id = element.value().id().into_iter();
    let mut names = element.value().classes().chain(id).take(12);
    names.any(|name| {
        let mut parts = name.split(|c: char| !c.is_ascii_alphabetic());
        parts.any(|part| MARGINS.contains(&part.to_ascii_lowercase().as_str()))
    })
}

/// The first class that belongs to the place, without numbers.
fn first_class(element: ElementRef<'_>) -> Option<String> {
    element.value().classes().take(12).find_map(|class| {
        let class: String = class.chars().take(60).filter(|c| !c.is_ascii_digit()).collect::<String>().to_lowercase();
        let mut parts = class.split(|c: char| !c.is_alphabetic());
        let of_neighbours = parts.any(|part| NEIGHBOURS.contains(&part));
        let class = class.trim_end_matches(['-', '_']);
        (!of_neighbours && !class.is_empty()).then(|| class.to_owned())
    })
}

/// Numbers become `0`, a slug of several words `*`; parameters keep their names, those without a value are `*`.
fn shape(url: &Url) -> String {
    let mut out = String::new();
    for part in url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()) {
        out.push('/');
        let slug = part.split(['-', '_']).filter(|word| !word.is_empty()).count() >= 3;
        if slug || part.contains('%') {
            out.push('*');
        } else {
            let mut digits = false;
            for c in part.chars() {
                match (c.is_ascii_digit(), digits) {
                    (true, true) => {}
                    (true, false) => out.push('0'),
                    (false, _) => out.push(c),
                }
                digits = c.is_ascii_digit();
            }
        }
    }
    for (name, value) in url.query_pairs().take(8) {
        out.push('?');
        // a query without a value is the name of the statement itself
        out.push_str(if value.is_empty() { "*" } else { &name });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse("https://ministry.example/").and_then(|base| base.join(text)).expect("an address")
    }

    #[test]
    fn statements_of_one_site_have_one_shape() {
        for (a, b) in [
            ("/news/101.html", "/news/98.html"),
            ("/news/more.htm?id=120@x", "/news/more.htm?id=7@x"),
            ("/press/the-minister-met-a-guest", "/press/comment-on-recent-events"),
            ("/501-statement/", "/64-statement/"),
            ("/sub.mfa?000003d6-a1b2-4c3d&utm_source=list", "/sub.mfa?000003cc-a1b2-4c3d&utm_source=list"),
        ] {
            assert_eq!(shape(&url(a)), shape(&url(b)));
            assert!(names_one_thing(&url(a)), "{a}");
        }
        assert_ne!(shape(&url("/about")), shape(&url("/news")));
        assert!(!names_one_thing(&url("/about-us")));
    }
}
