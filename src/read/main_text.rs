//! Where on a page the statement stands: the element that holds most of the running text and little else.
//!
//! Blocks are weighed, weights are summed over subtrees, and the way is followed from the body down to where the text
//! divides. All passes are linear in the page.

use std::ops::Index;

use super::blocks::{Block, Kind};
use super::outline::Outline;
use super::posts::Headings;
use super::why::Rule;

/// The share of all text above which no name makes an element chrome.
const TOO_MUCH_TO_DROP: f64 = 0.4;
/// The same for forms: some sites wrap the whole page in one.
const TOO_MUCH_FOR_A_FORM: f64 = 0.25;
/// The same for comments, which may well be longer than the statement.
const TOO_MANY_COMMENTS: f64 = 0.85;
/// The share of all text above which a row of things alike is the statement itself: a list that it gives.
const TOO_MANY_TEASERS: f64 = 0.6;
/// The share of an element's text that a child must hold to be gone into.
const MOST: f64 = 0.5;

/// The share of an element's text that its child with the title must hold to be gone into.
const SOME: f64 = 0.15;
/// The least text that makes a statement where a mark or a title says so.
const ENOUGH: f64 = 100.0;

/// The least text of one post among several.
const A_POST: f64 = 40.0;

/// Sums of weights over any subtree.
struct Sums {
    /// For each place, the number of blocks before it.
    first_block: Vec<usize>,
    good: Vec<f64>,
    bad: Vec<f64>,
}

impl Sums {
    fn new(outline: &Outline<'_>, blocks: &[Block], weight: impl Fn(usize, &Block) -> f64) -> Self {
        let mut first_block = vec![0; outline.items.len() + 1];
        for block in blocks {
            first_block[block.place + 1] += 1;
        }
        // Blocks come in document order of their texts, which is not that of their places: a block after a nested
        // element belongs to the outer one. Sums go by place.
        for place in 0..outline.items.len() {
            first_block[place + 1] += first_block[place];
        }
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_by_key(|index| blocks[*index].place);
        let (mut good, mut bad) = (vec![0.0], vec![0.0]);
        let (mut good_sum, mut bad_sum) = (0.0, 0.0);
        for index in order {
            let weight = weight(index, &blocks[index]);
            good_sum += weight.max(0.0);
            bad_sum -= weight.min(0.0);
            good.push(good_sum);
            bad.push(bad_sum);
        }
        Self { first_block, good, bad }
    }

    fn good(&self, outline: &Outline<'_>, place: usize) -> f64 {
        let range = outline.subtree(place);
        self.good[self.first_block[range.end]] - self.good[self.first_block[range.start]]
    }

    fn bad(&self, outline: &Outline<'_>, place: usize) -> f64 {
        let range = outline.subtree(place);
        self.bad[self.first_block[range.end]] - self.bad[self.first_block[range.start]]
    }
}

/// For each place, whether it stands in chrome, and by which rule.
pub(super) struct Chrome(Vec<Option<Rule>>);

impl Chrome {
    /// The rule by which a place is chrome.
    pub(super) fn rule(&self, place: usize) -> Option<Rule> {
        self.0[place]
    }
}

impl Index<usize> for Chrome {
    type Output = bool;

    fn index(&self, place: usize) -> &bool {
        if self.0[place].is_some() { &true } else { &false }
    }
}

/// Finds the chrome of a page, by the names of its elements and by what they hold.
///
/// A name is not believed of an element that holds a large part of the page's text. Nothing around the elements in
/// `within` counts: what the source's settings point at is no chrome as a whole.
pub(super) fn chrome(outline: &Outline<'_>, blocks: &[Block], within: &[usize]) -> Chrome {
    let sums = Sums::new(outline, blocks, |_, block| weight(block));
    let total = sums.good(outline, 0);
    let headed = headed_texts(outline, &sums);
    let elsewhere = |place: usize| headed.iter().any(|text| !outline.subtree(*text).contains(&place));
    let is_most = |place: usize| total > 0.0 && sums.good(outline, place) > TOO_MANY_TEASERS * total;
    let teasers = teasers(outline, blocks, |place| is_most(place) && !elsewhere(place));
    let mut chrome: Vec<Option<Rule>> = vec![None; outline.items.len()];
    for place in 0..outline.items.len() {
        let named = outline.named(place);
        let share = |limit: f64| total <= 0.0 || sums.good(outline, place) <= limit * total;
        let above = if place > 0 { chrome[outline.items[place].parent] } else { None };
        chrome[place] = if within.contains(&place) {
            None
        } else if above.is_some() {
            above
        } else if named.hidden && share(TOO_MUCH_TO_DROP) {
            Some(Rule::Hidden)
        } else if named.comments && share(TOO_MANY_COMMENTS) {
            Some(Rule::Comments)
        } else if named.chrome && share(TOO_MUCH_TO_DROP) {
            Some(Rule::Chrome)
        } else if outline.tag(place) == "form" && share(TOO_MUCH_FOR_A_FORM) {
            Some(Rule::Form)
        } else if teasers[place] {
            Some(Rule::Teaser)
        } else if is_site_header(outline, place) {
            Some(Rule::SiteHeader)
        } else {
            None
        };
    }
    Chrome(chrome)
}

/// The elements in which a heading of the first level stands beside running text; cards outside are not the statement,
/// however many they are.
fn headed_texts(outline: &Outline<'_>, sums: &Sums) -> Vec<usize> {
    /// Headings asked; an honest page has one.
    const ASKED: usize = 3;
    let headings = (1..outline.items.len()).filter(|place| outline.tag(*place) == "h1").take(ASKED);
    let around = headings.map(|heading| outline.items[heading].parent);
    around.filter(|place| sums.good(outline, *place) >= ENOUGH).collect()
}

/// For each place, whether it is one of several alike that each name another page: a headline that is a link, and
/// perhaps a few lines about it.
fn teasers(outline: &Outline<'_>, blocks: &[Block], is_most: impl Fn(usize) -> bool) -> Vec<bool> {
    const LARGEST: usize = 1500;
    const ALIKE: usize = 3;
    let mut first_link = vec![false; outline.items.len()];
    let mut sizes = vec![0_usize; outline.items.len()];
    for block in blocks.iter().rev() {
        sizes[block.place] += block.size;
        first_link[block.place] = block.link_share() > 0.8 && block.size >= 15;
    }
    // What an element holds is what its last children hand up to it; its first link is that of its first text.
    let mut holds = sizes;
    for place in (1..outline.items.len()).rev() {
        let parent = outline.items[place].parent;
        holds[parent] += holds[place];
        if holds[place] > 0 && parent != 0 {
            first_link[parent] |= first_link[place];
        }
    }
    let mut teasers = vec![false; outline.items.len()];
    for place in 0..outline.items.len() {
        if outline.element(place).is_none() || holds[place] == 0 {
            continue;
        }
        let children: Vec<usize> =
            outline.children(place).filter(|child| holds[*child] > 0 && outline.is_block(*child)).collect();
        let is_teaser = |child: &usize| {
            first_link[*child]
                && holds[*child] <= LARGEST
                && matches!(outline.tag(*child), "li" | "div" | "article" | "section" | "dd")
        };
        let alike = children.iter().filter(|child| is_teaser(child)).count();
        if alike >= ALIKE && alike * 4 >= children.len() * 3 && !is_most(place) {
            children.into_iter().filter(is_teaser).for_each(|child| teasers[child] = true);
        }
    }
    teasers
}

/// A `<header>` or form that is the site's, not the statement's.
fn is_site_header(outline: &Outline<'_>, place: usize) -> bool {
    if outline.tag(place) != "header" {
        return false;
    }
    let mut above = place;
    while above != 0 {
        above = outline.items[above].parent;
        if matches!(outline.tag(above), "article" | "main" | "section") {
            return false;
        }
    }
    !outline.subtree(place).any(|inner| outline.tag(inner) == "h1")
}

/// How much a block speaks for (or against) being part of the statement.
fn weight(block: &Block) -> f64 {
    let (size, linked) = (block.size as f64, block.linked as f64);
    let free = size - linked;
    if block.link_share() > 0.5 {
        return -(10.0 + linked.min(200.0) * 0.3);
    }
    match block.kind {
        Kind::Heading => 0.0,
        Kind::Paragraph | Kind::Row if block.is_long() => free - linked,
        Kind::Bullet if block.is_long() => 0.7 * (free - linked),
        Kind::Bullet | Kind::Row => free * 0.3,
        Kind::Paragraph => -3.0,
    }
}

/// What tells where a statement stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Headline {
    /// The place of its title, as far as the page's metadata can tell.
    Titled(usize),
    /// The place that the page's address names.
    Named(usize),
}

/// The place of the element that holds the statement.
pub(super) fn container(outline: &Outline<'_>, blocks: &[Block], chrome: &Chrome, headline: Option<Headline>) -> usize {
    let sums = Sums::new(outline, blocks, |_, block| if chrome[block.place] { -5.0 } else { weight(block) });
    let marked = (0..outline.items.len()).filter(|place| outline.named(*place).marked && !chrome[*place]);
    let marked = marked.max_by(|a, b| sums.good(outline, *a).total_cmp(&sums.good(outline, *b)));
    let named = matches!(headline, Some(Headline::Named(_)));
    if let Some(place) = marked.filter(|place| !named && sums.good(outline, *place) >= ENOUGH) {
        return place;
    }
    let headings = headline.map(|_| Headings::of(outline));
    let mut path = vec![0];
    let mut top = 0;
    loop {
        let place = path[path.len() - 1];
        let at = headline.map(|(Headline::Titled(place) | Headline::Named(place))| place);
        let titled = at.and_then(|at| outline.children(place).find(|child| outline.subtree(*child).contains(&at)));
        let is_post = |child: usize| match (&headings, headline) {
            (Some(headings), Some(Headline::Titled(at))) => headings.is_post(outline, child, at),
            (Some(headings), Some(Headline::Named(_))) => headings.is_one_of_several(outline, child),
            (None, _) | (_, None) => false,
        };
        if let Some(post) = titled.filter(|child| sums.good(outline, *child) >= A_POST && is_post(*child)) {
            // Its neighbours are other statements: nothing above it is asked.
            path.push(post);
            top = path.len() - 1;
            continue;
        }
        if let Some(child) =
            titled.filter(|child| sums.good(outline, *child) >= ENOUGH.max(sums.good(outline, place) * SOME))
        {
            path.push(child);
            continue;
        }
        let enough = sums.good(outline, place) * MOST;
        let best = outline.children(place).filter(|child| outline.is_block(*child) || has_blocks(outline, *child));
        let best = best.max_by(|a, b| sums.good(outline, *a).total_cmp(&sums.good(outline, *b)));
        match best {
            Some(child) if enough > 0.0 && sums.good(outline, child) >= enough => path.push(child),
            Some(_) | None => break,
        }
    }
    // What is above an element that says it is the article is not asked.
    top = path.iter().position(|place| outline.tag(*place) == "article").unwrap_or(0).max(top);
    let mut chosen = path[path.len() - 1];
    for place in path[top..].iter().rev() {
        let good = sums.good(outline, *place) - sums.good(outline, chosen);
        let bad = sums.bad(outline, *place) - sums.bad(outline, chosen);
        let gain = good - bad;
        let clean = gain > 0.0 && bad <= good * 0.3;
        if clean || gain > 0.3 * sums.good(outline, chosen) || is_text_alone(outline, chosen) {
            chosen = *place;
        }
    }
    chosen
}

/// An inline element may hold blocks (`<span><p>`, custom elements).
fn has_blocks(outline: &Outline<'_>, place: usize) -> bool {
    outline.subtree(place).skip(1).any(|inner| outline.is_block(inner))
}

/// Whether a place is a single block of text: its container is what is meant.
fn is_text_alone(outline: &Outline<'_>, place: usize) -> bool {
    matches!(outline.tag(place), "p" | "li" | "span" | "font" | "b" | "strong" | "ul" | "ol" | "blockquote" | "pre")
}
