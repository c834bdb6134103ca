//! The elements of several pages laid over each other, and what kinds of text stood in each.
//!
//! Where the pages' running text differs, there is their text; where it is the same, or leads away, their frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::home::Homes;
use super::path::{self, Step};
use super::view::{Role, View};

/// Most elements that are told apart.
const MOST_NODES: usize = 8_000;
/// Lines shorter than this are shared by chance.
const SHORT: usize = 12;
/// Siblings of one name after which all others are one.
const MOST_SIBLINGS: usize = 16;

/// How much of which kind of text stands in an element of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mass {
    /// Running text that is this page's own.
    pub own: usize,
    /// The part of it that stands nowhere else on any page.
    pub alone: usize,
    /// The part of that which the reader takes by itself.
    pub taken: usize,
    /// What other pages have as well, and links.
    pub shared: usize,
}

impl Mass {
    fn add(&mut self, other: Self) {
        self.own += other.own;
        self.alone += other.alone;
        self.taken += other.taken;
        self.shared += other.shared;
    }
}

/// An element as it stands on several pages.
pub(super) struct Node {
    pub parent: usize,
    step: Step,
    /// The first of its siblings of that name.
    pub group: usize,
    children: Vec<usize>,
    /// For each page, what stands in it.
    masses: Vec<Mass>,
}

/// Pages laid over each other. Node 0 is the body.
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    /// For each page, the node of each line.
    pub lines: Vec<Vec<Option<usize>>>,
}

impl Tree {
    /// Lays pages over each other. `counts` says on how many pages of the source each line stands.
    pub(super) fn of(views: &[&View<'_>], counts: &BTreeMap<u64, usize>) -> Self {
        let body = Step { name: "body".to_owned(), nth: None };
        let masses = vec![Mass::default(); views.len()];
        let root = Node { parent: 0, step: body, group: 0, children: Vec::new(), masses };
        let mut tree = Self { nodes: vec![root], lines: Vec::new() };
        let mut known: HashMap<(usize, String, usize), usize> = HashMap::new();
        for view in views {
            let nodes = tree.lay(view, views.len(), &mut known);
            tree.lines.push(view.lines.iter().map(|line| nodes[line.element]).collect());
        }
        let homes = Homes::of(&tree, views, counts);
        for (page, view) in views.iter().enumerate() {
            tree.weigh(page, view, &homes);
        }
        tree
    }

    /// The node of each element of a page, new ones added.
    fn lay(
        &mut self,
        view: &View<'_>,
        pages: usize,
        known: &mut HashMap<(usize, String, usize), usize>,
    ) -> Vec<Option<usize>> {
        let mut nodes: Vec<Option<usize>> = Vec::with_capacity(view.elements.len());
        for (at, element) in view.elements.iter().enumerate() {
            let parent = nodes.get(element.parent).copied().flatten();
            let node = match (parent, element.name.as_str()) {
                _ if at == 0 => None,
                (None, "body") if element.parent == 0 => Some(0),
                (None, _) => None,
                (Some(parent), "") => Some(parent),
                (Some(parent), name) => {
                    let nth = element.nth.min(MOST_SIBLINGS);
                    match known.get(&(parent, name.to_owned(), nth)) {
                        Some(node) => Some(*node),
                        None if self.nodes.len() >= MOST_NODES => Some(parent),
                        None => {
                            let step = Step { name: name.to_owned(), nth: (nth > 0).then_some(nth) };
                            let masses = vec![Mass::default(); pages];
                            let node = self.nodes.len();
                            let alike =
                                self.nodes[parent].children.iter().find(|of| self.nodes[**of].step.name == name);
                            let group = alike.map_or(node, |of| self.nodes[*of].group);
                            self.nodes.push(Node { parent, step, group, children: Vec::new(), masses });
                            self.nodes[parent].children.push(node);
                            known.insert((parent, name.to_owned(), nth), node);
                            Some(node)
                        }
                    }
                }
            };
            nodes.push(node);
        }
        nodes
    }

    /// Adds up what stands in each node of a page.
    fn weigh(&mut self, page: usize, view: &View<'_>, homes: &Homes<'_>) {
        let own = |role: Role| -> usize {
            let of = view.lines.iter().filter(|line| line.role == role && homes.pages(line) == 1);
            of.map(|line| line.size).sum()
        };
        // names misled: nearly all that is the page's own stands in what is called a banner
        let believed = own(Role::Running) * 3 >= own(Role::Chrome);
        for (at, line) in view.lines.iter().enumerate() {
            let Some(mut node) = self.lines[page][at] else { continue };
            let is_own = homes.is_own(line, self.nodes[node].group);
            let alone = if homes.pages(line) == 1 { line.size } else { 0 };
            let own = Mass { own: line.size, alone, taken: if line.taken { alone } else { 0 }, shared: 0 };
            let mass = match line.role {
                Role::Links => Mass { shared: line.size, ..Mass::default() },
                Role::Running | Role::Chrome | Role::Other if !is_own && line.size >= SHORT => {
                    Mass { shared: line.size, ..Mass::default() }
                }
                Role::Running if is_own => own,
                Role::Chrome if is_own && !believed => own,
                Role::Running | Role::Chrome | Role::Other => continue,
            };
            loop {
                self.nodes[node].masses[page].add(mass);
                if node == 0 {
                    break;
                }
                node = self.nodes[node].parent;
            }
        }
    }

    /// What stands in nodes on all of the pages.
    fn sum(&self, nodes: &[usize], pages: &[usize]) -> Mass {
        let mut sum = Mass::default();
        nodes.iter().for_each(|node| pages.iter().for_each(|page| sum.add(self.nodes[*node].masses[*page])));
        sum
    }

    /// On how many of the pages this holds of what stands in the nodes.
    fn pages_where(&self, nodes: &[usize], pages: &[usize], holds: impl Fn(Mass) -> bool) -> usize {
        let sum = |page: usize| {
            let mut sum = Mass::default();
            nodes.iter().for_each(|node| sum.add(self.nodes[*node].masses[page]));
            sum
        };
        pages.iter().filter(|page| holds(sum(**page))).count()
    }

    /// The written path of a node.
    pub(super) fn path(&self, node: usize) -> String {
        path::written(&self.steps(node, &[]))
    }

    /// The steps to a node, and further ones.
    fn steps(&self, node: usize, below: &[Step]) -> Vec<Step> {
        let up = std::iter::successors(Some(node), |node| (*node != 0).then(|| self.nodes[*node].parent));
        let mut steps: Vec<Step> = up.map(|node| self.shown(node)).collect();
        steps.reverse();
        steps.extend_from_slice(below);
        steps
    }

    /// The step to a node; of a telling name that no sibling has, the name alone.
    fn shown(&self, node: usize) -> Step {
        let Node { parent, step, .. } = &self.nodes[node];
        let alone = node == 0
            || !self.nodes[*parent]
                .children
                .iter()
                .any(|other| *other != node && self.nodes[*other].step.name == step.name);
        Step { name: step.name.clone(), nth: step.nth.filter(|_| !(alone && path::is_telling(&step.name))) }
    }

    /// Whether a node stands in another, or is it.
    pub(super) fn is_within(&self, node: usize, other: usize) -> bool {
        std::iter::successors(Some(node), |node| (*node != 0).then(|| self.nodes[*node].parent)).any(|up| up == other)
    }

    /// The node that a line of a page stands in.
    pub(super) fn node_of(&self, page: usize, line: usize) -> Option<usize> {
        self.lines.get(page)?.get(line).copied().flatten()
    }

    /// Where the text of these pages stands, with the pages that have it there.
    ///
    /// From the body down, as long as one child holds the most of it and what stands beside that is no text.
    pub(super) fn texts(&self, pages: Vec<usize>, least: usize) -> Vec<(usize, Vec<usize>)> {
        let mut out = Vec::new();
        let mut waiting = vec![(0, pages)];
        while let Some((node, pages)) = waiting.pop() {
            let mut parts: BTreeMap<&str, (BTreeMap<usize, usize>, Vec<usize>)> = BTreeMap::new();
            for page in &pages {
                let here = self.nodes[node].masses[*page].own;
                let most = self.nodes[node].children.iter().copied().max_by_key(|child| {
                    (self.nodes[*child].masses[*page].own, std::cmp::Reverse(self.nodes[*child].step.clone()))
                });
                let most = most.filter(|child| {
                    let there = self.nodes[*child].masses[*page].own;
                    here > 0 && there * 10 >= here * 7 && !path::is_line(&self.nodes[*child].step.name)
                });
                if let Some(child) = most {
                    let part = parts.entry(&self.nodes[child].step.name).or_default();
                    *part.0.entry(child).or_default() += 1;
                    part.1.push(*page);
                }
            }
            parts.retain(|_, (_, of)| of.len() >= least);
            let covered: usize = parts.values().map(|(_, of)| of.len()).sum();
            // a page that says nothing of its own does not tell where it says it
            let telling = pages.iter().filter(|page| self.nodes[node].masses[**page].own > 0).count();
            let mut next = Vec::new();
            if covered > 0 && covered * 5 >= telling * 4 {
                for (children, of) in parts.into_values() {
                    // one of several siblings alike: that which has it on nearly all pages, or none
                    let best = children.into_iter().max_by_key(|(child, count)| (*count, std::cmp::Reverse(*child)));
                    let Some((child, _)) = best.filter(|(_, count)| count * 5 >= of.len() * 4) else { continue };
                    if !self.leaves_text(node, child, &of) {
                        next.push((child, of));
                    }
                }
            }
            // the whole body is no place: there the reader knows better by itself
            if next.is_empty() && node != 0 {
                out.push((node, pages));
            }
            waiting.extend(next);
        }
        out
    }

    /// Whether running text would be left beside a child.
    fn leaves_text(&self, node: usize, child: usize, pages: &[usize]) -> bool {
        // one clause in four that stands nowhere else is more than teasers of known statements have
        self.nodes[node].children.iter().filter(|other| **other != child).any(|other| {
            let Mass { own, alone, taken, shared } = self.sum(&[*other], pages);
            // what turns round beside the text, and the reader does not take for it, may stand on one page only by chance
            let much = alone * 4 > own + shared && taken * 2 >= alone;
            let often = self.pages_where(&[*other], pages, |mass| mass.alone > 0) * 5 >= pages.len() * 2;
            let with_own = self.pages_where(&[*other], pages, |mass| mass.own > 0) * 10 >= pages.len() * 3;
            alone > 0 && (much || often) || (own > shared && with_own)
        }) || {
            // text that stands in the node itself, beside its children
            let inside = |page: &usize| -> usize {
                self.nodes[node].children.iter().map(|other| self.nodes[*other].masses[*page].own).sum()
            };
            let loose = pages.iter().filter(|page| self.nodes[node].masses[**page].own > inside(page)).count();
            loose * 10 >= pages.len() * 3
        }
    }

    /// Where these pages have what is no text: nearly all of it stands on other pages too, or leads away.
    ///
    /// Within the text only what has a telling name counts, and no lines: those are told by what they say.
    pub(super) fn frame(&self, text: usize, pages: &[usize], least: usize) -> Vec<String> {
        let mut frame = Vec::new();
        let mut waiting = vec![0];
        while let Some(node) = waiting.pop() {
            let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for child in &self.nodes[node].children {
                groups.entry(&self.nodes[*child].step.name).or_default().push(*child);
            }
            for (name, group) in groups {
                let inside = self.is_within(node, text);
                let is_above = |child: &usize| self.is_within(text, *child);
                let is_frame = |group: &[usize]| self.is_frame(group, pages, least) && !group.iter().any(is_above);
                if inside && (!path::is_telling(name) || path::is_line(name)) {
                    waiting.extend(group);
                } else if path::is_telling(name) && is_frame(&group) {
                    frame.push(path::written(&self.steps(node, &[Step { name: name.to_owned(), nth: None }])));
                } else {
                    for child in group {
                        if !inside && is_frame(&[child]) {
                            frame.push(self.path(child));
                        } else {
                            waiting.push(child);
                        }
                    }
                }
            }
        }
        frame
    }

    fn is_frame(&self, group: &[usize], pages: &[usize], least: usize) -> bool {
        let Mass { own, shared, .. } = self.sum(group, pages);
        let with_shared = self.pages_where(group, pages, |mass| mass.shared > 0);
        let with_own = self.pages_where(group, pages, |mass| mass.own > 0);
        shared > 0
            && own * 10 <= shared
            && with_shared >= least
            && with_shared * 5 >= pages.len() * 3
            && with_own * 10 <= pages.len()
    }

    /// Lines within the text, at a path where no running text of one page alone stands, that most pages have word for
    /// word: the path and what they say.
    pub(super) fn standing(&self, views: &[&View<'_>], text: usize, pages: &[usize]) -> Vec<(String, String)> {
        let mut own: HashMap<String, usize> = HashMap::new();
        let mut counts: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
        for page in pages {
            for (at, line) in views[*page].lines.iter().enumerate() {
                let Some(node) = self.node_of(*page, at).filter(|node| *node != text && self.is_within(*node, text))
                else {
                    continue;
                };
                let path = self.loose_path(node, text);
                *own.entry(path.clone()).or_default() += self.nodes[node].masses[*page].own;
                counts.entry((path, line.text.clone())).or_default().insert(*page);
            }
        }
        let standing = counts.into_iter().filter(|((path, _), of)| of.len() * 5 >= pages.len() * 4 && own[path] == 0);
        standing.map(|(line, _)| line).collect()
    }

    /// The path of a node within the text, any sibling of each name.
    fn loose_path(&self, node: usize, text: usize) -> String {
        let up = std::iter::successors(Some(node), |node| (*node != 0).then(|| self.nodes[*node].parent));
        let mut below: Vec<Step> = up
            .take_while(|node| *node != text)
            .map(|node| Step { name: self.nodes[node].step.name.clone(), nth: None })
            .collect();
        below.reverse();
        path::written(&self.steps(text, &below))
    }
}
