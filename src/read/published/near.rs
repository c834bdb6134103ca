//! What is printed around the title: a line that says little but a date, an element named for one.

use super::{BEFORE, STRANGERS, STRANGERS_BELOW, Search};
use crate::model::time::Stated;
use crate::read::dates;

impl Search<'_> {
    /// A date printed on a line of its own between title and text, before the title, or below the text.
    pub(super) fn near_title(&self) -> Option<Stated> {
        self.near(Self::published)
    }

    /// What `read` finds on the lines around the title.
    pub(super) fn near(&self, read: fn(&Self, &str) -> Option<Stated>) -> Option<Stated> {
        let (first, last) = self.text;
        let title = self.title.unwrap_or(first);
        let until = if title <= first { first } else { title + BEFORE };
        if let Some(date) = self.named_date(title, until, read) {
            return Some(date);
        }
        let after = title..(until + 1).min(self.blocks.len());
        let before = (title.saturating_sub(BEFORE)..title).rev();
        let inside = until + 1..(until + BEFORE).min(last);
        let below = last + 1..(last + 1 + BEFORE).min(self.blocks.len());
        let around = after.chain(before).find_map(|index| self.date_line(index, STRANGERS, read));
        around
            .or_else(|| inside.into_iter().find_map(|index| self.date_line(index, 0, read)))
            .or_else(|| below.into_iter().find_map(|index| self.date_line(index, STRANGERS_BELOW, read)))
    }

    /// The date on a line of a block that says little else. The title is no such line: its dates are its subject.
    fn date_line(&self, index: usize, strangers: usize, read: fn(&Self, &str) -> Option<Stated>) -> Option<Stated> {
        let block = &self.blocks[index];
        if self.in_list(block.place) {
            return None;
        }
        let skipped = usize::from(self.title == Some(index));
        let lines = block.outside.lines().skip(skipped).take(4);
        lines
            .filter(|line| dates::unexplained(line).is_some_and(|words| words <= strangers))
            .find_map(|line| read(self, line))
    }

    /// The date in an element between title and text that is named for it: it may touch a counter on the page.
    fn named_date(&self, title: usize, until: usize, read: fn(&Self, &str) -> Option<Stated>) -> Option<Stated> {
        let (from, to) = (self.blocks.get(title)?.place, self.blocks.get(until)?.place);
        let parent = self.outline.items[from].parent;
        let mut places = parent..to.max(from);
        places.find_map(|place| {
            let short = |place: usize| self.outline.text(place).len() < 200;
            let fits = self.outline.named(place).date && short(place) && !self.in_list(place);
            if fits { self.given(place).or_else(|| read(self, &self.outline.text(place))) } else { None }
        })
    }
}
