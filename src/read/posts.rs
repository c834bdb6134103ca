//! Several posts on one page: which of them the address or the title names.
//!
//! Posts are elements alike that each have a heading of the same level. All passes are linear in the page.

use url::Url;

use super::meta::{Metadata, absolute};
use super::outline::{Outline, attribute};

/// For each place, the first heading in it.
pub(super) struct Headings(Vec<Option<usize>>);

impl Headings {
    pub(super) fn of(outline: &Outline<'_>) -> Self {
        let mut first = vec![None; outline.items.len()];
        for place in (1..outline.items.len()).rev() {
            if level(outline, place).is_some() {
                first[place] = Some(place);
            }
            if first[place].is_some() {
                first[outline.items[place].parent] = first[place];
            }
        }
        Self(first)
    }

    /// The first heading in the element at a place.
    pub(super) fn first(&self, place: usize) -> Option<usize> {
        self.0[place]
    }

    /// Whether the child is one of several posts in its parent, as far as its heading at `headline` tells: others are
    /// articles too, or link to pages of their own.
    pub(super) fn is_post(&self, outline: &Outline<'_>, child: usize, headline: usize) -> bool {
        let Some(heading) = self.first(child).filter(|heading| outline.subtree(*heading).contains(&headline)) else {
            return false;
        };
        self.others(outline, child, heading).any(|(place, heading)| {
            outline.tag(place) == "article" || outline.subtree(heading).any(|inner| outline.items[inner].in_link)
        })
    }

    /// Whether the child is one of several in its parent that look like posts, however their headings are made.
    pub(super) fn is_one_of_several(&self, outline: &Outline<'_>, child: usize) -> bool {
        self.first(child).is_some_and(|heading| self.others(outline, child, heading).next().is_some())
    }

    /// The siblings of an element that are like it, each with its heading.
    fn others<'h>(
        &'h self,
        outline: &'h Outline<'_>,
        child: usize,
        heading: usize,
    ) -> impl Iterator<Item = (usize, usize)> + 'h {
        let alike = move |place: &usize| {
            *place != child
                && outline.tag(*place) == outline.tag(child)
                && class(outline, *place) == class(outline, child)
        };
        let headed = move |place| Some((place, self.first(place)?));
        let siblings = outline.children(outline.items[child].parent).filter(alike).filter_map(headed);
        siblings.filter(move |(_, other)| level(outline, *other) == level(outline, heading))
    }
}

fn level<'a>(outline: &Outline<'a>, place: usize) -> Option<&'a str> {
    Some(outline.tag(place)).filter(|tag| matches!(*tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
}

/// The first word of an element's class: later ones are its own (`post first`, `post id-7`).
fn class<'a>(outline: &Outline<'a>, place: usize) -> &'a str {
    let class = outline.element(place).and_then(|element| attribute(element, "class"));
    class.and_then(|class| class.split_ascii_whitespace().next()).unwrap_or_default()
}

/// The place that the page's address names: by its fragment, or by a heading that links to it.
pub(super) fn named(outline: &Outline<'_>, meta: &Metadata, url: Option<&Url>) -> Option<usize> {
    let url = url?;
    let places = 0..outline.items.len();
    if let Some(fragment) = url.fragment().filter(|fragment| !fragment.is_empty()) {
        let has_name = |place: &usize| {
            let Some(element) = outline.element(*place) else { return false };
            element.id() == Some(fragment) || (element.name() == "a" && attribute(element, "name") == Some(fragment))
        };
        if let Some(place) = places.clone().find(has_name) {
            return Some(place);
        }
    }
    let whole = without_fragment(url);
    let mut heading = None;
    for place in places {
        if level(outline, place).is_some() {
            heading = Some(place);
        }
        let inside = heading.is_some_and(|heading| outline.subtree(heading).contains(&place));
        let href = outline.element(place).filter(|element| inside && element.name() == "a");
        let leads = href.and_then(|a| attribute(a, "href")).and_then(|href| absolute(href, meta.base.as_ref()));
        // an anchor to the heading itself leads to a place on the page, whatever page that is
        if leads.is_some_and(|leads| leads == whole) {
            return Some(place);
        }
    }
    None
}

/// The heading of the post that was chosen, and that the address names at a place: the first one in it.
pub(super) fn heading_in(outline: &Outline<'_>, containers: &[usize], named: usize) -> Option<usize> {
    let holds = |container: &&usize| {
        outline.subtree(**container).contains(&named) || outline.subtree(named).contains(*container)
    };
    let headings = |container: &usize| outline.subtree(*container).find(|place| level(outline, *place).is_some());
    containers.iter().filter(holds).find_map(headings)
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
