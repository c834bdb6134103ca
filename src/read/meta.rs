//! What the head of a page says for machines: metas, links, JSON-LD.
//!
//! Nothing here is believed yet; the readers of title, date and language weigh it against what stands on the page.

use scraper::{ElementRef, Html};
use url::Url;

use super::jsonld::{self, Ld};
use super::outline::attribute;

/// Metas and JSON-LD scripts that are looked at; no honest page has more.
const MOST: usize = 500;

/// What a page says about itself in its head.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `<title>`, white space folded.
    pub title: Option<String>,
    /// The `lang` of `<html>`, as written.
    pub html_lang: Option<String>,
    /// `rel=canonical`, absolute.
    pub canonical: Option<Url>,
    /// `og:url`, absolute.
    pub og_url: Option<Url>,
    /// What relative addresses count from: `<base>`, else the page's own address.
    pub base: Option<Url>,
    metas: Vec<(String, String)>,
    pub(super) ld: Ld,
}

impl Metadata {
    /// Collects the metadata of a page that stands at `url`.
    pub fn of(doc: &Html, url: Option<&Url>) -> Self {
        let mut found = Self { base: url.cloned(), ..Self::default() };
        let (mut canonical, mut scripts, mut based) = (None, Vec::new(), false);
        for element in doc.root_element().descendent_elements() {
            let value = element.value();
            match value.name() {
                "html" => {
                    found.html_lang =
                        attribute(value, "lang").or_else(|| attribute(value, "xml:lang")).map(str::to_owned)
                }
                // A title inside a drawing is none of the page's.
                "title" if found.title.is_none() && in_head(&element) => {
                    found.title = Some(folded(&element)).filter(|t| !t.is_empty())
                }
                "meta" if found.metas.len() < MOST => match meta(&element) {
                    // Some frameworks write their scripts as metas.
                    Some((name, content)) if name == "script:ld+json" => scripts.push(content),
                    named => found.metas.extend(named),
                },
                "link"
                    if canonical.is_none()
                        && attribute(value, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) =>
                {
                    canonical = attribute(value, "href");
                }
                "base" if !based => {
                    based = true;
                    if let Some(base) = attribute(value, "href").and_then(|href| absolute(href, url)) {
                        found.base = Some(base);
                    }
                }
                "script" if scripts.len() < MOST && is_linked_data(&element) => {
                    scripts.push(element.text().collect::<String>());
                }
                _ => {}
            }
        }
        found.canonical = canonical.and_then(|href| absolute(href, found.base.as_ref()));
        found.og_url = found.meta(&["og:url"]).and_then(|href| absolute(href, found.base.as_ref()));
        found.ld = jsonld::article(scripts.iter().map(String::as_str));
        found
    }

    /// The content of the first meta of the first of these names (of `name`, `property`, `itemprop` or `http-equiv`, in
    /// lower case) that has one.
    pub fn meta(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.metas.iter().find(|(key, _)| key == name).map(|(_, content)| content.as_str()))
    }

    /// The contents of metas whose names say that they are about the publication, whatever the site calls them.
    pub fn publication_cousins(&self) -> impl Iterator<Item = &str> {
        const OF_PUBLICATION: [&str; 6] = ["publishe", "publish_", "publish-", "publication", "pubdate", "publishdate"];
        const OF_OTHERS: [&str; 6] = ["publisher", "modif", "updat", "expir", "unpub", "publicationname"];
        let about = |name: &str| {
            OF_PUBLICATION.iter().any(|part| name.contains(part)) && !OF_OTHERS.iter().any(|part| name.contains(part))
        };
        self.metas.iter().filter(move |(name, _)| about(name)).map(|(_, content)| content.as_str())
    }

    /// The name of the site, as the page gives it.
    pub fn site(&self) -> Option<&str> {
        self.meta(&["og:site_name", "application-name", "apple-mobile-web-app-title"]).or(self.ld.publisher.as_deref())
    }

    /// The stated time of the last change, as written.
    pub fn modified(&self) -> Option<&str> {
        let names = [
            "article:modified_time",
            "og:updated_time",
            "datemodified",
            "dcterms.modified",
            "dc.date.modified",
            "last-modified",
        ];
        self.ld.modified.as_deref().or_else(|| self.meta(&names))
    }

    /// Author or office, as written.
    pub fn author(&self) -> Option<&str> {
        let names = ["author", "article:author", "dc.creator", "dcterms.creator", "byl"];
        let author = self.ld.author.as_deref().or_else(|| self.meta(&names));
        author.map(str::trim).filter(|name| !name.is_empty() && !name.starts_with("http"))
    }
}

/// The title that a visitor of the page sees named: `og:title`, else `<title>`, without the name of the site.
pub fn visible_title(doc: &Html) -> Option<String> {
    let found = Metadata::of(doc, None);
    let title = found.meta(&["og:title"]).or(found.title.as_deref())?;
    Some(super::title::without_site(title, found.site()))
}

/// The text that the page's JSON-LD states as its article's, which may stand nowhere else on it.
pub fn stated_text(doc: &Html) -> Option<String> {
    Metadata::of(doc, None).ld.body.map(|body| super::article_body::paragraphs(&body).join("\n"))
}

/// An address made absolute; `None` where it cannot be one of the web.
pub(super) fn absolute(href: &str, base: Option<&Url>) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.len() > 4096 {
        return None;
    }
    let url = match base {
        Some(base) => base.join(href),
        None => Url::parse(href),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn meta(element: &ElementRef<'_>) -> Option<(String, String)> {
    let value = element.value();
    let content = attribute(value, "content")?.trim();
    let name = ["property", "name", "itemprop", "http-equiv"].into_iter().find_map(|key| attribute(value, key))?;
    let content: String = content.chars().take(10_000).collect();
    (!content.is_empty()).then(|| (name.trim().to_ascii_lowercase(), content))
}

/// Whether a script is JSON-LD, declared or not.
fn is_linked_data(element: &ElementRef<'_>) -> bool {
    match attribute(element.value(), "type") {
        Some(kind) => kind.trim().to_ascii_lowercase().starts_with("application/ld+json"),
        None => element.text().next().is_some_and(|script| {
            let start = script.trim_start();
            start.starts_with('{') && start.chars().take(60).collect::<String>().contains("\"@context\"")
        }),
    }
}

fn in_head(element: &ElementRef<'_>) -> bool {
    element.value().name.ns.contains("xhtml")
}

fn folded(element: &ElementRef<'_>) -> String {
    let text: String = element.text().take(100).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
