//! The body of a page as one flat list in document order, for passes that are linear and need no recursion.
//!
//! Each node knows where its subtree ends, so that any subtree is a slice and any sum over it a difference of two
//! prefix sums. What no visitor sees (scripts, hidden elements, form controls) is not in it; nor is what the source's
//! settings ignore.

use std::collections::HashSet;
use std::ops::Range;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use hashbrown::HashMap;
use scraper::node::Element;
use scraper::{Html, Node};

use super::names::{Named, Names};

/// One element or text.
pub(super) struct Item<'a> {
    pub what: What<'a>,
    /// The index of the element around it; the first item is its own.
    pub parent: usize,
    /// The index after its last descendant.
    pub end: usize,
    /// The innermost link around it, or the link that it is.
    pub in_link: bool,
    /// Whether it stands in `<pre>` or a text area, where line ends are lines.
    pub preformatted: bool,
    /// Whether it is an element that begins and ends a block of text.
    pub block: bool,
}

/// What an item is.
pub(super) enum What<'a> {
    /// An element, with what its names say.
    Element(&'a Element, Named),
    /// A text.
    Text(&'a str),
}

/// The body of a page, flat.
pub(super) struct Outline<'a> {
    pub items: Vec<Item<'a>>,
    places: HashMap<NodeId, usize>,
}

impl<'a> Outline<'a> {
    /// Lays out a page without the subtrees that are ignored.
    pub(super) fn new(doc: &'a Html, ignored: &HashSet<NodeId>) -> Self {
        let mut outline = Self { items: Vec::new(), places: HashMap::new() };
        let mut open: Vec<usize> = Vec::new();
        let mut skipping: Option<NodeId> = None;
        let mut names = Names::default();
        for edge in doc.root_element().traverse() {
            match edge {
                Edge::Open(node) => {
                    if skipping.is_some() {
                        continue;
                    }
                    let what = match node.value() {
                        Node::Element(element) if is_unseen(element.name()) || ignored.contains(&node.id()) => {
                            skipping = Some(node.id());
                            continue;
                        }
                        Node::Element(element) => What::Element(element, names.of(element)),
                        Node::Text(text) => What::Text(text),
                        _ => continue,
                    };
                    let place = outline.push(what, open.last().copied());
                    if node.value().is_element() {
                        outline.places.insert(node.id(), place);
                        open.push(place);
                    }
                }
                Edge::Close(node) => {
                    if skipping == Some(node.id()) {
                        skipping = None;
                    } else if skipping.is_none()
                        && node.value().is_element()
                        && let Some(place) = open.pop()
                    {
                        outline.items[place].end = outline.items.len();
                    }
                }
            }
        }
        outline
    }

    fn push(&mut self, what: What<'a>, parent: Option<usize>) -> usize {
        let place = self.items.len();
        let above = parent.map(|parent| &self.items[parent]);
        let (link, preformatted, block) = match &what {
            What::Element(element, _) => {
                (self.leads_away(element, parent), element.name() == "pre", !is_inline(element.name()))
            }
            What::Text(_) => (false, false, false),
        };
        let in_link = link || above.is_some_and(|item| item.in_link);
        let preformatted = preformatted || above.is_some_and(|item| item.preformatted);
        let parent = parent.unwrap_or(place);
        self.items.push(Item { what, parent, end: place + 1, in_link, preformatted, block });
        place
    }

    /// Whether an element is a link; the mark by which a heading links to itself is none.
    fn leads_away(&self, element: &Element, parent: Option<usize>) -> bool {
        let Some(href) = Some(element).filter(|element| element.name() == "a").and_then(|a| attribute(a, "href"))
        else {
            return false;
        };
        let mut above = std::iter::successors(parent, |place| Some(self.items[*place].parent)).take(2);
        !(href.starts_with('#')
            && above.any(|place| matches!(self.tag(place), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")))
    }

    /// Where an element of the tree stands, if it is in the outline.
    pub(super) fn place(&self, id: NodeId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The element at a place; `None` for a text.
    pub(super) fn element(&self, place: usize) -> Option<&'a Element> {
        match &self.items[place].what {
            What::Element(element, _) => Some(element),
            What::Text(_) => None,
        }
    }

    /// The name of the element at a place; empty for a text.
    pub(super) fn tag(&self, place: usize) -> &'a str {
        self.element(place).map_or("", Element::name)
    }

    /// The text that stands at a place itself; empty for an element.
    pub(super) fn text_at(&self, place: usize) -> &'a str {
        match &self.items[place].what {
            What::Element(..) => "",
            What::Text(text) => text,
        }
    }

    /// What the names of the element at a place say.
    pub(super) fn named(&self, place: usize) -> Named {
        match &self.items[place].what {
            What::Element(_, named) => *named,
            What::Text(_) => Named::default(),
        }
    }

    /// The subtree of a place.
    pub(super) fn subtree(&self, place: usize) -> Range<usize> {
        place..self.items[place].end
    }

    /// The children of a place, texts included.
    pub(super) fn children(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.items[place].end;
        let mut next = place + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.items[child].end;
                child
            })
        })
    }

    /// The text of a subtree, white space as it stands.
    pub(super) fn text(&self, place: usize) -> String {
        let texts = self.items[self.subtree(place)].iter().filter_map(|item| match &item.what {
            What::Text(text) => Some(*text),
            What::Element(..) => None,
        });
        texts.collect()
    }

    /// The same with white space folded, and a space wherever one element ends or begins: what stands in two of them is two
    /// things, though only a style sheet keeps them apart.
    pub(super) fn spaced_text(&self, place: usize) -> String {
        let mut out = String::new();
        let mut around = place;
        for item in &self.items[self.subtree(place)] {
            if item.parent != around {
                push_folded(&mut out, " ");
                around = item.parent;
            }
            match &item.what {
                What::Text(text) => push_folded(&mut out, text),
                What::Element(..) => push_folded(&mut out, " "),
            }
        }
        out
    }

    /// Whether the element at a place begins and ends a block of text.
    pub(super) fn is_block(&self, place: usize) -> bool {
        self.items[place].block
    }
}

/// An attribute's value. `Element::attr` interns the name at each call, which a pass over all elements would feel.
pub(super) fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attrs().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Adds a text with its white space folded; where `out` ends in white space, none is added.
pub(super) fn push_folded(out: &mut String, text: &str) {
    for c in text.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

/// Whether the content of an element is no text on the page.
fn is_unseen(tag: &str) -> bool {
    matches!(
        tag,
        "applet"
            | "audio"
            | "button"
            | "canvas"
            | "datalist"
            | "embed"
            | "head"
            | "iframe"
            | "input"
            | "map"
            | "meter"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "optgroup"
            | "option"
            | "progress"
            | "script"
            | "select"
            | "style"
            | "svg"
            | "template"
            | "video"
    )
}

fn is_inline(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "blink"
            | "br"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "math"
            | "nobr"
            | "picture"
            | "q"
            | "rb"
            | "rp"
            | "rt"
            | "rtc"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
