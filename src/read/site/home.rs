//! Which of the places where a line stands is its home, and which only shows it again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::tree::Tree;
use super::view::{Line, Role, View};

/// On which pages, and where, lines stand.
pub(super) struct Homes<'c> {
    /// For each node, the one around it.
    parents: Vec<usize>,
    /// For each node, the first of its siblings of that name.
    siblings: Vec<usize>,
    /// On how many pages of the source each line stands.
    counts: &'c BTreeMap<u64, usize>,
    /// From so many on, a line is frame wherever it stands.
    many: usize,
    /// For each line that stands on several pages, on how many in each group of elements.
    groups: HashMap<u64, BTreeMap<usize, usize>>,
    /// For each node, the running text in it that stands on one page alone.
    alone: Vec<usize>,
}

impl<'c> Homes<'c> {
    pub(super) fn of(tree: &Tree, views: &[&View<'_>], counts: &'c BTreeMap<u64, usize>) -> Self {
        let parents = tree.nodes.iter().map(|node| node.parent).collect();
        let siblings = tree.nodes.iter().map(|node| node.group).collect();
        let many = (views.len() * 4 / 5).max(4);
        let mut homes =
            Self { parents, siblings, counts, many, groups: HashMap::new(), alone: vec![0; tree.nodes.len()] };
        for (page, view) in views.iter().enumerate() {
            let mut here: BTreeSet<(u64, usize)> = BTreeSet::new();
            for (at, line) in view.lines.iter().enumerate() {
                let Some(node) = tree.lines[page][at] else { continue };
                let group = tree.nodes[node].group;
                if homes.pages(line) > 1 {
                    here.extend(line.keys.map(|key| (key, group)));
                } else if line.role == Role::Running {
                    homes.alone[node] += line.size;
                }
            }
            for (key, group) in here {
                *homes.groups.entry(key).or_default().entry(group).or_default() += 1;
            }
        }
        // nodes come after those around them
        for node in (1..homes.alone.len()).rev() {
            homes.alone[homes.parents[node]] += homes.alone[node];
        }
        homes
    }

    /// On how many pages of the source a line stands.
    pub(super) fn pages(&self, line: &Line) -> usize {
        line.keys.iter().filter_map(|key| self.counts.get(key)).copied().max().unwrap_or(1)
    }

    /// Whether a line is this page's alone where it stands.
    ///
    /// A statement's beginning may stand on other pages too, as a teaser: it is at home where most of what stands around it
    /// is on one page alone. Where that does not tell, it is at home in both: nothing of a statement may be lost.
    pub(super) fn is_own(&self, line: &Line, group: usize) -> bool {
        let pages = self.pages(line);
        let at_home = |groups: &BTreeMap<usize, usize>| {
            let mut here = 0;
            for (other, pages) in groups {
                match self.compared(group, *other) {
                    Compared::Alike => here += pages,
                    Compared::Poorer => return false,
                    Compared::Apart => {}
                }
            }
            here == 1
        };
        pages == 1 || (pages < self.many && line.keys.iter().filter_map(|key| self.groups.get(key)).all(at_home))
    }

    /// How the text of one page alone around a group compares with that around another, in the largest elements that
    /// hold the one and not the other.
    fn compared(&self, group: usize, other: usize) -> Compared {
        let up = |node: usize| {
            let up = std::iter::successors(Some(node), |node| (*node != 0).then(|| self.parents[*node]));
            up.collect::<Vec<_>>().into_iter().rev()
        };
        let Some((a, b)) = up(group).zip(up(other)).find(|(a, b)| a != b) else { return Compared::Alike };
        let (here, there) = (self.alone[a], self.alone[b]);
        if here * 3 < there {
            Compared::Poorer
        } else if self.siblings[a] == self.siblings[b] && here <= there * 3 {
            Compared::Alike
        } else {
            Compared::Apart
        }
    }
}

/// How one place where a line stands compares with another.
enum Compared {
    /// The same place, or one of siblings alike.
    Alike,
    /// The other is its home.
    Poorer,
    /// Another place, and no more of a home.
    Apart,
}
