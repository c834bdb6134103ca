//! Dates that markup points at: `itemprop=datePublished`, `<time>`, elements named for a date.

use super::{DATED, Search};
use crate::model::time::Stated;
use crate::read::dates;
use crate::read::outline::attribute;

/// Bytes of an aside that can hold the statement's own facts; a longer one tells of other things. It bounds as well how
/// much is read around each date, so that a page of dates takes linear time.
const FACTS: usize = 300;

impl Search<'_> {
    /// Elements marked as the date of publication, then `<time>` before or around the text.
    pub(super) fn marked_up(&self) -> Option<Stated> {
        let all = 0..self.outline.items.len();
        let marked = |place: &usize| self.is_marked(*place);
        let own =
            all.clone().filter(marked).filter(|place| !self.in_list(*place)).find_map(|place| self.date_of(place));
        own.or_else(|| {
            let end = self.blocks.get(self.text.1).map_or(all.end, |block| self.outline.items[block.place].end);
            let fits = |place: &usize| self.outline.tag(*place) == "time" && !self.in_list(*place);
            (0..end).filter(fits).find_map(|place| self.date_of(place))
        })
        .or_else(|| all.filter(marked).filter(|place| !self.in_menu(*place)).find_map(|place| self.date_of(place)))
    }

    /// Whether an element is marked as the date of publication.
    fn is_marked(&self, place: usize) -> bool {
        let Some(element) = self.outline.element(place) else { return false };
        element.attrs().any(|(name, value)| match name {
            "itemprop" | "property" => DATED.contains(&value),
            "pubdate" => true,
            "class" => {
                value.split_ascii_whitespace().any(|class| matches!(class, "published" | "dt-published" | "entry-date"))
            }
            _ => false,
        })
    }

    /// Any `<time>` of the page that is not in a part that names other statements.
    pub(super) fn marked_up_anywhere(&self) -> Option<Stated> {
        (0..self.outline.items.len())
            .filter(|place| self.outline.tag(*place) == "time" && !self.in_menu(*place))
            .find_map(|place| self.date_of(place))
    }

    /// Whether a place stands in a menu, a footer, a link or a list of other statements; beside the text is no such part.
    pub(super) fn in_menu(&self, place: usize) -> bool {
        self.above(place).any(|above| {
            let named = self.outline.named(above);
            let menu = match self.outline.tag(above) {
                "nav" => true,
                "a" => self.leads_elsewhere(above),
                "blockquote" => self.is_embedded(above),
                _ => self.is_site_footer(above),
            };
            named.comments || named.restless || menu
        })
    }

    /// A place and what is around it, up to the body.
    fn above(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(place), |place| Some(self.outline.items[*place].parent))
            .take_while(|place| *place != 0)
    }

    /// A `<footer>` that is not that of an article or of the main part.
    fn is_site_footer(&self, place: usize) -> bool {
        self.outline.tag(place) == "footer"
            && !self.above(place).any(|place| matches!(self.outline.tag(place), "article" | "main"))
    }

    /// A link whose text is more than a date: one to the day's archive or to the page itself says nothing else.
    fn leads_elsewhere(&self, place: usize) -> bool {
        let says_a_date = self.is_brief(place) && dates::is_date_line(&self.outline.text(place));
        !says_a_date && !self.is_own_link(place)
    }

    /// Whether a place holds little: little text in few elements.
    fn is_brief(&self, place: usize) -> bool {
        let inside = self.outline.subtree(place);
        inside.len() <= FACTS && inside.map(|place| self.outline.text_at(place).trim().len()).sum::<usize>() <= FACTS
    }

    /// A post of another site that the text shows: its time is its own.
    fn is_embedded(&self, place: usize) -> bool {
        let mut inside = self.outline.subtree(place).take(FACTS);
        let named = self.outline.element(place).and_then(|element| attribute(element, "class")).unwrap_or_default();
        ["twitter", "instagram", "tiktok", "fb-"].iter().any(|site| named.contains(site))
            || inside.any(|inner| self.outline.tag(inner) == "time")
    }

    /// Whether a place stands in a part that names other statements. What holds the text or
    /// the title as well is no such part.
    pub(super) fn in_list(&self, place: usize) -> bool {
        let holds = |above: usize, index: usize| {
            let inside = self.blocks.get(index).map(|block| block.place);
            inside.is_some_and(|inside| above != inside && self.outline.subtree(above).contains(&inside))
        };
        let mut above = place;
        while above != 0 && !holds(above, self.text.0) && !self.title.is_some_and(|title| holds(above, title)) {
            let named = self.outline.named(above);
            let other = match self.outline.tag(above) {
                "nav" | "footer" => true,
                "aside" => !self.is_brief(above),
                "a" => self.leads_elsewhere(above),
                "blockquote" => self.is_embedded(above),
                _ => false,
            };
            if named.restless || named.comments || other {
                return true;
            }
            above = self.outline.items[above].parent;
        }
        false
    }

    /// The date in an element's attributes.
    pub(super) fn given(&self, place: usize) -> Option<Stated> {
        let element = self.outline.element(place)?;
        let mut given = ["datetime", "content", "title"].into_iter().filter_map(|name| attribute(element, name));
        given.find_map(|text| self.machine(text))
    }

    /// The date of an element: of its attributes, or as printed in it.
    pub(super) fn date_of(&self, place: usize) -> Option<Stated> {
        self.given(place).or_else(|| self.published(&self.outline.text(place)))
    }
}
