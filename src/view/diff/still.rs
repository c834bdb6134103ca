//! Which paragraphs of two texts did not change by a byte and keep their order: they need not be cut into words.
//!
//! In a long text that was edited here and there this is most of it. Taken are paragraphs that stand once in both, the
//! heaviest chain of them, and what is the same next to these and at both ends. Where a border between paragraphs is not
//! plain (an invisible character beside it, a sign that is one by itself), those beside it are not taken.

use std::ops::Range;

use hashbrown::HashMap;

use super::chain::{Fragment, heaviest};
use super::keys::fold;

/// A paragraph that is the same in both texts: its bytes there and there, without the white space behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Still {
    /// In the first text.
    pub(super) old: Range<usize>,
    /// In the second text.
    pub(super) new: Range<usize>,
}

/// The paragraphs that stayed, in order.
pub(super) fn still(old: &str, new: &str) -> Vec<Still> {
    let (olds, news) = (paragraphs(old), paragraphs(new));
    let same = |i: usize, j: usize| {
        let (a, b) = (olds[i].clone(), news[j].clone());
        a.zip(b).is_some_and(|(a, b)| old[a] == new[b])
    };
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (next_old, next_new) in unique(old, &olds, new, &news).into_iter().chain([(olds.len(), news.len())]) {
        while i < next_old && j < next_new && same(i, j) {
            kept.push((i, j));
            (i, j) = (i + 1, j + 1);
        }
        let (mut before, mut above) = (next_old, next_new);
        while before > i && above > j && same(before - 1, above - 1) {
            (before, above) = (before - 1, above - 1);
        }
        kept.extend((before..next_old).zip(above..next_new));
        (i, j) = (next_old, next_new);
    }
    let ranges = kept.into_iter().filter_map(|(i, j)| Some((olds[i].clone()?, news[j].clone()?)));
    ranges.map(|(old, new)| Still { old, new }).collect()
}

/// The heaviest chain of paragraphs that stand once in both.
fn unique(old: &str, olds: &[Option<Range<usize>>], new: &str, news: &[Option<Range<usize>>]) -> Vec<(usize, usize)> {
    /// Where a paragraph stands.
    enum Place {
        Old(usize),
        Both(usize, usize),
        Many,
    }
    let mut places: HashMap<&str, Place> = HashMap::with_capacity(olds.len());
    for (i, run) in olds.iter().enumerate() {
        if let Some(run) = run {
            places.entry(&old[run.clone()]).and_modify(|place| *place = Place::Many).or_insert(Place::Old(i));
        }
    }
    for (j, run) in news.iter().enumerate() {
        if let Some(place) = run.as_ref().and_then(|run| places.get_mut(&new[run.clone()])) {
            *place = match *place {
                Place::Old(i) => Place::Both(i, j),
                Place::Both(..) | Place::Many => Place::Many,
            };
        }
    }
    let both = places.into_iter().filter_map(|(text, place)| match place {
        Place::Both(i, j) => Some(Fragment { old: i..i + 1, new: j..j + 1, weight: text.len().max(1) as f64 }),
        Place::Old(_) | Place::Many => None,
    });
    heaviest(both.collect()).into_iter().map(|fragment| (fragment.old.start, fragment.new.start)).collect()
}

/// The paragraphs of a text, the first with the white space before it; `None` for one whose borders are not plain.
fn paragraphs(text: &str) -> Vec<Option<Range<usize>>> {
    const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];
    let is_white = |byte: &&u8| WHITE.contains(&char::from(**byte));
    let is_plain = |c: Option<char>| c.is_none_or(|c| fold(c, Some('a')).is_some_and(|c| !c.is_whitespace()));
    let lone_return = || text.split('\r').skip(1).any(|rest| !rest.starts_with('\n'));
    if text.contains('\u{2029}') || lone_return() {
        return vec![];
    }
    let bytes = text.as_bytes();
    let mut found: Vec<Option<Range<usize>>> = Vec::new();
    let first = text.trim_start_matches(WHITE).chars().next();
    let (mut start, mut clear) = (0, is_plain(first));
    let mut from = 0;
    while let Some(feed) = text[from..].find('\n').map(|at| from + at) {
        let end = feed - bytes[..feed].iter().rev().take_while(is_white).count();
        let next = feed + bytes[feed..].iter().take_while(is_white).count();
        let border = bytes[end..next].iter().filter(|&&byte| byte == b'\n').count() > 1;
        let plain = is_plain(text[..end].chars().next_back()) && is_plain(text[next..].chars().next());
        from = next;
        if end <= start {
            continue;
        }
        clear &= plain;
        if border {
            found.push(clear.then_some(start..end));
            (start, clear) = (next, plain);
        }
    }
    let end = start.max(text.trim_end_matches(WHITE).len());
    if end > start {
        let plain = is_plain(text[..end].chars().next_back());
        found.push((clear && plain).then_some(start..end));
    }
    found
}
