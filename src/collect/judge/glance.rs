//! What a visitor would see of a page at a glance.

use scraper::{ElementRef, Node, Selector};

use crate::model::capture::Exchange;
use crate::read;

/// Most letters of text that are kept.
const MOST_TEXT: usize = 4000;
/// Elements that show nothing.
const UNSEEN: [&str; 8] = ["script", "style", "noscript", "template", "head", "svg", "iframe", "select"];
/// Elements that are the site's, or lead away.
const AROUND: [&str; 7] = ["nav", "header", "footer", "aside", "form", "a", "button"];

/// A body at a glance.
pub(super) enum Glance {
    /// Markup.
    Page(Page),
    /// Anything else.
    Other,
}

/// A page at a glance.
pub(super) struct Page {
    /// `<title>`.
    pub(super) title: Option<String>,
    /// The first main headings.
    pub(super) headings: Vec<String>,
    /// The text outside links, menus and margins, as far as it is kept, and what JSON-LD alone says.
    pub(super) text: String,
    /// Letters of that text, all of it.
    pub(super) outside: usize,
    /// Letters of all that is seen.
    pub(super) all: usize,
    /// Where the page leads on to by itself.
    pub(super) refresh: Option<String>,
    /// The markup as it came, for marks in scripts.
    pub(super) markup: String,
}

impl Glance {
    /// Looks at the body of an answer.
    pub(super) fn at(answer: &Exchange) -> Self {
        let start = &answer.body[..answer.body.len().min(1024)];
        if !start.contains(&b'<') || read::json::is_json(&answer.body, answer.header("content-type")) {
            return Self::Other;
        }
        let markup = read::charset::decode(&answer.body, answer.header("content-type")).text;
        let tree = read::html::parse(&markup);
        let first = |css: &str, most: usize| -> Vec<String> {
            let selector = Selector::parse(css).expect("a fixed selector");
            tree.select(&selector).take(most).filter_map(words).collect()
        };
        let (title, headings) = (first("title", 1).pop(), first("h1, h2", 4));
        let refresh = Selector::parse("meta[http-equiv=refresh i][content]").expect("a fixed selector");
        let refresh = tree.select(&refresh).find_map(|meta| {
            let (_, to) = meta.attr("content")?.split_once(['=', ';'])?;
            Some(to.chars().take(200).collect())
        });
        let mut page = Page { title, headings, text: String::new(), outside: 0, all: 0, refresh, markup };
        page.read(tree.root_element());
        // only pages that name it have it, and reading it costs
        if page.markup.contains("articleBody")
            && let Some(stated) = read::stated_text(&tree)
        {
            page.add_stated(&stated);
        }
        Self::Page(page)
    }

    /// The title as a line of evidence.
    pub(super) fn title_line(&self) -> Option<String> {
        match self {
            Self::Page(page) => page.title_line(),
            Self::Other => None,
        }
    }
}

impl Page {
    /// The title as a line of evidence.
    pub(super) fn title_line(&self) -> Option<String> {
        self.title.as_ref().map(|title| format!("title {title:?}"))
    }

    /// Takes in the text that stands in the page's JSON-LD, where that says more than what is shown: scripts show it then.
    fn add_stated(&mut self, stated: &str) {
        let letters = stated.chars().filter(|c| !c.is_whitespace()).count();
        if letters > self.outside {
            self.outside += letters;
            self.all += letters;
            self.text.extend(stated.chars().take(MOST_TEXT));
        }
    }

    fn read(&mut self, root: ElementRef<'_>) {
        // Each node with whether it stands around the matter; the tree's depth is bounded by the parser.
        let mut waiting = vec![(*root, false)];
        while let Some((node, around)) = waiting.pop() {
            match node.value() {
                Node::Element(element) if UNSEEN.contains(&element.name()) => {}
                Node::Element(element) => {
                    let around = around || AROUND.contains(&element.name());
                    waiting.extend(node.children().rev().map(|child| (child, around)));
                }
                Node::Text(text) => {
                    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
                    self.all += letters;
                    if !around && letters > 0 {
                        self.outside += letters;
                        if self.text.len() < MOST_TEXT {
                            self.text.extend(text.trim().chars().take(MOST_TEXT));
                            self.text.push(' ');
                        }
                    }
                }
                Node::Document
                | Node::Fragment
                | Node::Doctype(_)
                | Node::Comment(_)
                | Node::ProcessingInstruction(_) => {}
            }
        }
    }
}

fn words(element: ElementRef<'_>) -> Option<String> {
    let text: String = element.text().take(50).collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(300).collect();
    (!text.is_empty()).then_some(text)
}
