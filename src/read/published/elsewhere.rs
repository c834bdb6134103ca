//! What lies further off: a labelled line, the title, a dateline, a link to the page itself, its address.

use chrono::Datelike;

use super::{STRANGERS_BELOW, Search};
use crate::model::time::Stated;
use crate::read::blocks::{Block, Kind};
use crate::read::dates;
use crate::read::meta::Metadata;
use crate::read::outline::attribute;

impl Search<'_> {
    /// A date on a line that calls it the date of publication, or in an element named for it, anywhere but in lists:
    /// beside the text, in a table of facts.
    pub(super) fn labelled(&self) -> Option<Stated> {
        let off = |place: usize| self.in_menu(place);
        let line = |(index, block): (usize, &Block)| {
            let line = block.text.lines().next()?;
            let says_little = || dates::unexplained(line).is_some_and(|words| words <= STRANGERS_BELOW);
            let may_date = line.contains(char::is_numeric) && (says_little() || dates::tells_of_publication(line));
            if !may_date || off(block.place) {
                return None;
            }
            let (date, labelled) = dates::published(line, self.language(), self.timezone, self.captured_at)?;
            let before = index.checked_sub(1).and_then(|before| self.blocks.get(before));
            let label = before.is_some_and(|block| block.size <= 40 && dates::is_label(&block.text));
            let named = || self.named_date_above(block.place) && !self.is_repeated(block.place);
            ((labelled || label || named()) && !self.is_called_change(block.place)).then_some(date)
        };
        self.blocks.iter().enumerate().find_map(line).filter(|date| self.is_past(date))
    }

    fn named_date_above(&self, place: usize) -> bool {
        self.outline.named(place).date || self.outline.named(self.outline.items[place].parent).date
    }

    /// A date in the title itself, as some foreign ministries have it.
    pub(super) fn in_title(&self, meta: &Metadata) -> Option<Stated> {
        let shown = self.title.map(|index| self.blocks[index].text.as_str());
        // "Today" in a title is not the day of the capture.
        let absolute = |text| dates::printed(text, self.language(), self.timezone, None);
        let said = [shown, meta.title.as_deref()].into_iter().flatten().find_map(absolute);
        said.filter(|date| self.is_past(date))
    }

    /// A date that the text begins with, perhaps after the name of a place, or below headings of its own.
    pub(super) fn in_first_line(&self) -> Option<Stated> {
        let blocks = self.blocks.get(self.text.0..=self.text.1)?;
        let headings = blocks.iter().take(2).take_while(|block| block.kind == Kind::Heading).count();
        let said = |block: &Block| {
            let start: String = block.text.lines().next()?.chars().take(80).collect();
            dates::dateline(&start, self.language(), self.timezone, self.captured_at)
        };
        blocks.iter().take(headings + 1).find_map(said).filter(|date| self.is_past(date))
    }

    /// The date in a link to the page itself, as it stands in a list of the latest statements.
    pub(super) fn in_own_teaser(&self) -> Option<Stated> {
        let links = (0..self.outline.items.len()).filter(|place| self.is_own_link(*place));
        links.take(20).find_map(|place| self.published(&self.outline.text(place)))
    }

    /// Whether a place is a link to the page itself. A home page is linked everywhere, and by that says nothing.
    pub(super) fn is_own_link(&self, place: usize) -> bool {
        let Some(own) = self.url.filter(|url| url.path().len() > 1) else { return false };
        let href = self.outline.element(place).and_then(|element| attribute(element, "href"));
        self.outline.tag(place) == "a"
            && href.is_some_and(|href| {
                href.ends_with(own.path()) && own.join(href).is_ok_and(|url| url.path() == own.path())
            })
    }

    /// A whole day in the address: `/2023/03/25/`, `/20230325/`.
    pub(super) fn in_address(&self) -> Option<Stated> {
        let path = self.url?.path();
        let parts: Vec<&str> = path.split(['/', '-', '_']).filter(|part| !part.is_empty()).collect();
        let number =
            |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let month =
            |part: &str| number(part, &[1, 2]) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_alphabetic()));
        let day = parts.windows(3).find(|w| number(w[0], &[4]) && month(w[1]) && number(w[2], &[1, 2]));
        let recent = |date: &Stated| date.day().year() >= 1995;
        let spelt = day.and_then(|day| self.machine(&day.join("-")));
        let joined = || parts.iter().filter(|part| number(part, &[8])).find_map(|part| self.machine(part));
        spelt.or_else(joined).filter(recent)
    }
}
