//! The page after this one: as marked up, as the next number, as the word for it.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::collect::discover::{Page, identity};

use super::place::words;

/// The words and signs of links to older statements, in lower case and without arrows, as offices write them.
const WORDS: [&str; 44] = [
    "next",
    "next page",
    "older",
    "older posts",
    "older entries",
    "older news",
    "more news",
    "load more",
    "show more",
    "далее",
    "дальше",
    "вперед",
    "вперёд",
    "следующая",
    "следующая страница",
    "следующие",
    "հաջորդ",
    "հաջորդը",
    "հաջորդ էջ",
    "növbəti",
    "növbəti səhifə",
    "sonraki",
    "sonraki sayfa",
    "наступна",
    "наступна сторінка",
    "далі",
    "შემდეგი",
    "suivant",
    "suivante",
    "page suivante",
    "weiter",
    "nächste",
    "nächste seite",
    "siguiente",
    "página siguiente",
    "التالي",
    "التالية",
    "الصفحة التالية",
    "بعدی",
    "הבא",
    "次へ",
    "下一页",
    "下页",
    "다음",
];
/// What stands around such words.
const ARROWS: [char; 14] = ['›', '»', '>', '→', '⟩', '‹', '«', '<', '←', '⟨', '.', '…', '▶', '►'];
/// Most numbered links that are looked at.
const MOST_NUMBERS: usize = 200;

/// The next page, when there is one that is another page.
pub(super) fn page_after(page: &Page<'_>, tree: &Html, base: &Url) -> Option<Url> {
    let own = identity::canonical(&page.exchange.url);
    let lead = |element: ElementRef<'_>| {
        let url = page.join(base, element.attr("href")?)?;
        (identity::canonical(&url) != own && page.reach.is_own(&url)).then_some(url)
    };
    let marked = Selector::parse("link[rel~=next i][href], a[rel~=next i][href]").expect("a fixed selector");
    let anchors = Selector::parse("a[href]").expect("a fixed selector");
    tree.select(&marked)
        .find_map(lead)
        .or_else(|| next_number(page, tree, base, &anchors).filter(|url| identity::canonical(url) != own))
        .or_else(|| tree.select(&anchors).take(super::MOST_LINKS).filter(|link| says_next(*link)).find_map(lead))
}

/// The link whose text is the number after the present page's.
fn next_number(page: &Page<'_>, tree: &Html, base: &Url, anchors: &Selector) -> Option<Url> {
    let own = identity::canonical(&page.exchange.url);
    let mut numbered: Vec<(u32, Url, ElementRef<'_>)> = Vec::new();
    for link in tree.select(anchors).take(super::MOST_LINKS) {
        if let Some(number) = words(link).as_deref().and_then(number)
            && let Some(url) = link.attr("href").and_then(|href| page.join(base, href))
            && page.reach.is_own(&url)
        {
            numbered.push((number, url, link));
            if numbered.len() == MOST_NUMBERS {
                break;
            }
        }
    }
    // A lone number is a counter or a year.
    let (_, _, first) = numbered.first()?;
    let by_address = numbered.iter().find(|(_, url, _)| identity::canonical(url) == own).map(|(number, _, _)| *number);
    let current = by_address.or_else(|| unlinked_number(*first))?;
    let next = numbered.iter().find(|(number, _, _)| Some(*number) == current.checked_add(1));
    next.map(|(_, url, _)| url.clone())
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The number beside the links that is none itself: the present page's.
fn unlinked_number(link: ElementRef<'_>) -> Option<u32> {
    let around = link.ancestors().filter_map(ElementRef::wrap).take(3);
    for element in around {
        let texts = element.descendants().take(400).filter(|node| {
            !node
                .ancestors()
                .any(|above| above.value().as_element().is_some_and(|e| e.name() == "a" && e.attr("href").is_some()))
        });
        let numbers: Vec<u32> =
            texts.filter_map(|node| node.value().as_text().and_then(|text| number(text.trim()))).take(2).collect();
        if let [only] = numbers[..] {
            return Some(only);
        }
    }
    None
}

/// Whether a link's words, label or class say that it leads on.
fn says_next(link: ElementRef<'_>) -> bool {
    let labels = [words(link), link.attr("aria-label").map(str::to_owned), link.attr("title").map(str::to_owned)];
    let says = labels.into_iter().flatten().any(|label| {
        let label = label.to_lowercase();
        let bare = label.trim_matches(|c: char| c.is_whitespace() || ARROWS.contains(&c));
        bare.len() <= 60 && WORDS.contains(&bare)
    });
    let parent = link.parent().and_then(ElementRef::wrap);
    says || [Some(link), parent].into_iter().flatten().any(|element| {
        let mut classes = element.value().classes().take(12);
        classes.any(|class| {
            matches!(class.to_ascii_lowercase().as_str(), "next" | "pager-next" | "page-next" | "next-page")
        })
    })
}
