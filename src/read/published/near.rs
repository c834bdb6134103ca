//! What is printed around the title: a line that says little but a date, an element named for one.

use super::{BEFORE, STRANGERS, STRANGERS_BELOW, Search, Wanted, is_timed};
use crate::model::time::Stated;
use crate::read::dates;
use crate::read::outline::{attribute, push_folded};

/// Elements and texts in a block of which each is looked at.
const MANY: usize = 60;
/// Letters of a line that says a date.
const LINE: usize = 150;
/// The size of a block that is looked at element by element.
const LONG: usize = 2000;

impl Search<'_> {
    /// A date printed on a line of its own between title and text, before the title, or below the text.
    pub(super) fn near_title(&self) -> Option<Stated> {
        *self.printed_near.get_or_init(|| self.near(Wanted::Publication))
    }

    /// The first date that is wanted on the lines around the title.
    pub(super) fn near(&self, wanted: Wanted) -> Option<Stated> {
        let (first, last) = self.text;
        let title = self.title.unwrap_or(first);
        let until = if title <= first { first } else { title + BEFORE };
        if let Some(date) = self.named_date(title, until, wanted) {
            return Some(date);
        }
        let after = title..(until + 1).min(self.blocks.len());
        let before = (title.saturating_sub(BEFORE)..title).rev();
        let inside = until + 1..(until + BEFORE).min(last);
        let below = last + 1..(last + 1 + BEFORE).min(self.blocks.len());
        let around = after.chain(before).find_map(|index| self.date_line(index, STRANGERS, wanted));
        around
            .or_else(|| inside.clone().find_map(|index| self.date_line(index, 0, wanted)))
            .or_else(|| {
                // Several are the days of what the text tells.
                let mut dates = inside.filter_map(|index| self.date_line(index, STRANGERS_BELOW, wanted));
                let first = dates.next()?;
                dates.all(|other| other.day() == first.day()).then_some(first)
            })
            .or_else(|| below.clone().find_map(|index| self.date_line(index, STRANGERS_BELOW, wanted)))
            // A time of day is given to what is published; the agency and the photographer may stand on its line.
            .or_else(|| below.into_iter().find_map(|index| self.date_line(index, STRANGERS, wanted).filter(is_timed)))
    }

    /// The date on a line of a block that says little else. The title is no such line: its dates are its subject.
    fn date_line(&self, index: usize, strangers: usize, wanted: Wanted) -> Option<Stated> {
        let block = &self.blocks[index];
        if self.in_list(block.place) {
            return None;
        }
        let skipped = usize::from(self.title == Some(index));
        // A line of running text says more than when it was published.
        let strangers = if block.is_long() && self.is_running(index) { 0 } else { strangers };
        let brief = |line: &&str| dates::unexplained(line).is_some_and(|words| words <= strangers);
        let apart = if block.size <= LONG { self.lines_apart(block.place) } else { None };
        let mut lines = apart.as_deref().unwrap_or(&block.outside).lines().skip(skipped).take(4);
        let date = lines.by_ref().filter(brief).find_map(|line| self.said(line, wanted))?;
        let unwanted = wanted == Wanted::Publication && self.is_called_change(block.place);
        (!unwanted && !self.is_repeated(block.place)).then_some(date)
    }

    /// Whether an element shows a date in its own way and gives it in full: `<abbr title="25 March 2023">two days ago</abbr>`.
    fn is_dated_by_attribute(&self, place: usize) -> bool {
        let tag = self.outline.tag(place);
        let Some(element) = self.outline.element(place).filter(|_| matches!(tag, "abbr" | "span" | "time")) else {
            return false;
        };
        attribute(element, "title").is_some_and(|title| title.len() <= LINE && dates::is_date_line(title))
    }

    /// The one day that stands on lines of its own from the title on, outside of lists; none where there are several.
    pub(super) fn standing_alone(&self) -> Option<Stated> {
        let from = self.title.unwrap_or(self.text.0).min(self.text.0);
        let mut dates = (from..self.blocks.len())
            .filter(|index| self.blocks[*index].size <= LINE && !self.in_menu(self.blocks[*index].place))
            .filter_map(|index| self.date_line(index, 0, Wanted::Publication));
        let first = dates.next()?;
        dates.all(|other| other.day() == first.day()).then_some(first)
    }

    /// Whether a block is where the text begins, or lies in it.
    fn is_running(&self, index: usize) -> bool {
        (self.text.0..=self.text.1).contains(&index)
    }

    /// The lines of a block as a visitor sees them, where a style sheet keeps its parts apart: `25.03.23` and `16:05` that
    /// touch are a day and a time. Without links, but for one that says a date alone.
    ///
    /// `None` where other blocks stand inside, or much.
    fn lines_apart(&self, place: usize) -> Option<String> {
        let inside = self.outline.subtree(place);
        if inside.len() > MANY || inside.clone().skip(1).any(|place| self.outline.is_block(place)) {
            return None;
        }
        let mut out = String::new();
        let mut next = inside.start;
        while next < inside.end {
            // What follows an element stands apart from it.
            if next > 0 && self.outline.items[next - 1].parent != self.outline.items[next].parent {
                push_folded(&mut out, " ");
            }
            match (self.outline.tag(next), self.outline.element(next)) {
                ("a", Some(element)) if attribute(element, "href").is_some() && self.leads_elsewhere(next) => {
                    push_folded(&mut out, " ");
                    next = self.outline.items[next].end;
                    continue;
                }
                ("br", _) => out.push('\n'),
                (_, Some(_)) => push_folded(&mut out, " "),
                (_, None) => push_folded(&mut out, self.outline.text_at(next)),
            }
            next += 1;
        }
        Some(out)
    }

    /// The date in an element between title and text that is named for it: it may touch a counter on the page.
    fn named_date(&self, title: usize, until: usize, wanted: Wanted) -> Option<Stated> {
        let (from, to) = (self.blocks.get(title)?.place, self.blocks.get(until)?.place);
        let parent = self.outline.items[from].parent;
        let mut places = parent..to.max(from);
        places.find_map(|place| {
            let named = self.outline.named(place).date || self.is_dated_by_attribute(place);
            let unwanted = |place| wanted == Wanted::Publication && self.is_called_change(place);
            if !named || !self.is_brief(place) || self.in_list(place) || self.is_repeated(place) || unwanted(place) {
                return None;
            }
            self.given(place).or_else(|| self.said(&self.outline.spaced_text(place), wanted))
        })
    }
}
