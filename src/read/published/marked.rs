//! Dates that markup points at: `itemprop=datePublished`, `<time>`, elements named for a date.

use super::{DATED, Search, scripts};
use crate::model::time::Stated;
use crate::read::dates;
use crate::read::outline::attribute;
use crate::read::why::Rule;

/// Bytes of an aside that can hold the statement's own facts; a longer one tells of other things. It bounds as well how
/// much is read around each date, so that a page of dates takes linear time.
const FACTS: usize = 300;
/// Elements of one page of which it is asked whether they are one of several alike.
const MOST_ASKED: usize = 200;

impl Search<'_> {
    /// Elements marked as the date of publication, then `<time>` before or around the text.
    pub(super) fn marked_up(&self) -> Option<Stated> {
        let all = 0..self.outline.items.len();
        let marked = |place: &usize| self.is_marked(*place);
        let own =
            all.clone().filter(marked).filter(|place| !self.in_list(*place)).find_map(|place| self.date_of(place));
        own.or_else(|| {
            let end = self.blocks.get(self.text.1).map_or(all.end, |block| self.outline.items[block.place].end);
            let fits = |place: &usize| {
                self.outline.tag(*place) == "time" && !self.in_list(*place) && !self.is_called_change(*place)
            };
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
        self.is_teaser(place)
            || self.above(place).any(|above| {
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

    /// Whether a place stands below the text, in one of several parts alike that each name another page. Above it, the
    /// author's name may lead to another page as well.
    fn is_teaser(&self, place: usize) -> bool {
        let below = self.blocks.get(self.text.1).is_some_and(|block| place >= self.outline.items[block.place].end);
        below && self.chrome.rule(place) == Some(Rule::Teaser)
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
    pub(super) fn leads_elsewhere(&self, place: usize) -> bool {
        let says_a_date = self.is_brief(place) && dates::is_date_line(&self.outline.spaced_text(place));
        !says_a_date && !self.is_own_link(place)
    }

    /// Whether a place holds little: little text in few elements.
    pub(super) fn is_brief(&self, place: usize) -> bool {
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
        if self.is_teaser(place) {
            return true;
        }
        let mut above = place;
        while above != 0 && !holds(above, self.text.0) && !self.title.is_some_and(|title| holds(above, title)) {
            let named = self.outline.named(above);
            let other = match self.outline.tag(above) {
                "nav" => true,
                "footer" => self.is_site_footer(above),
                "aside" => !self.is_brief(above),
                "a" => self.leads_elsewhere(above),
                "blockquote" => self.is_embedded(above),
                _ => false,
            };
            if named.restless || (named.comments && !self.is_count_of_comments(above)) || other {
                return true;
            }
            above = self.outline.items[above].parent;
        }
        false
    }

    /// Whether an element that is named for comments stands above the text and holds little: their number, beside the date.
    fn is_count_of_comments(&self, place: usize) -> bool {
        let text = self.blocks.get(self.text.0).map_or(0, |block| block.place);
        self.outline.items[place].end <= text && self.is_brief(place)
    }

    /// Whether a place stands in one of several parts alike that each have such an element with a date: a list of events.
    pub(super) fn is_repeated(&self, place: usize) -> bool {
        /// Parts alike that make a list.
        const ALIKE: usize = 3;
        /// Parts that are looked at, and what in each of them.
        const PARTS: usize = 30;
        const INSIDE: usize = 60;
        // A page with more elements to ask about is a list.
        if self.asked.replace(self.asked.get() + 1) > MOST_ASKED {
            return true;
        }
        let class = |place: usize| self.outline.element(place).and_then(|element| attribute(element, "class"));
        let (own_tag, own_class) = (self.outline.tag(place), class(place));
        let holds = |part: usize, index: usize| {
            self.blocks.get(index).is_some_and(|block| self.outline.subtree(part).contains(&block.place))
        };
        let own = |part: &usize| holds(*part, self.text.0) || self.title.is_some_and(|title| holds(*part, title));
        self.above(place).take(5).take_while(|part| !own(part)).any(|part| {
            let (tag, named) = (self.outline.tag(part), class(part));
            let like = |other: &usize| self.outline.tag(*other) == tag && class(*other) == named;
            let parent = self.outline.items[part].parent;
            let alike = || self.outline.children(parent).take(PARTS).filter(like);
            let dated = |inner: usize| {
                self.outline.tag(inner) == own_tag
                    && class(inner) == own_class
                    && self.is_brief(inner)
                    && dates::published(&self.outline.spaced_text(inner), None, None, None).is_some()
            };
            let has_one = |other: &usize| self.outline.subtree(*other).take(INSIDE).any(dated);
            // most parts have no neighbours like them, which is soon seen
            alike().nth(ALIKE - 1).is_some() && alike().filter(has_one).nth(ALIKE - 1).is_some()
        })
    }

    /// The first element named for a date and holding nothing else, outside of lists: before the end of the text, or below
    /// it in the same article.
    pub(super) fn named_for_it(&self) -> Option<Stated> {
        let place_of = |index: usize| self.blocks.get(index).map_or(0, |block| block.place);
        let end = self.outline.items[place_of(self.text.1)].end;
        let home =
            self.above(place_of(self.text.0)).find(|above| matches!(self.outline.tag(*above), "article" | "main"));
        let until = home.map_or(end, |home| self.outline.items[home].end.max(end));
        let says = |place: usize| {
            self.given(place).or_else(|| {
                let text = self.outline.spaced_text(place);
                if dates::is_date_line(&text) { self.published(&text) } else { None }
            })
        };
        (0..until)
            .filter(|place| self.outline.named(*place).date && self.is_brief(*place))
            .filter(|place| !self.in_list(*place) && !self.is_repeated(*place) && !self.is_called_change(*place))
            .find_map(says)
    }

    /// Whether what stands right before a place, or begins it, calls the date there that of a change: `Last updated:` on the
    /// same line, or alone on the one before. A heading and a link say nothing of it.
    pub(super) fn is_called_change(&self, place: usize) -> bool {
        /// Items before the place that are looked at, so that a page of dates takes linear time.
        const BACK: usize = 20;
        /// Bytes of the end of a line, and of a label that stands alone.
        const LABEL: usize = 80;
        let own = if self.is_brief(place) { self.outline.spaced_text(place) } else { String::new() };
        let begins = &own[..own.find(char::is_numeric).unwrap_or(own.len())];
        if dates::is_label(begins) {
            return false;
        }
        // After the change it may tell of the publication as well.
        if dates::is_label_of_change(begins) && self.published(&own).is_none() {
            return true;
        }
        let mut label = String::new();
        // Whether the label stands on a line of its own, and whether anything was found before the place.
        let (mut alone, mut found) = (false, false);
        for before in (place.saturating_sub(BACK)..place).rev() {
            let text = self.outline.text_at(before);
            let text = &text[text.floor_char_boundary(text.len().saturating_sub(LABEL))..];
            let begins_line = self.outline.is_block(before) || self.outline.tag(before) == "br";
            match self.outline.tag(before) {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => return false,
                "time" => break,
                _ if begins_line && found && self.is_title(before) => return false,
                _ if begins_line && found => break,
                _ if self.outline.tag(self.outline.items[before].parent) == "a" => break,
                _ => {}
            }
            alone |= begins_line;
            found |= text.contains(char::is_alphabetic);
            label.insert_str(0, text);
            if label.len() >= LABEL {
                break;
            }
        }
        (!alone || label.len() < LABEL) && dates::is_label_of_change(&label)
    }

    /// Whether the title begins at a place.
    fn is_title(&self, place: usize) -> bool {
        self.title.is_some_and(|title| self.blocks[title].place == place)
    }

    /// The date in an element's attributes; in those that a script fills the element from, where nothing stands in it yet.
    pub(super) fn given(&self, place: usize) -> Option<Stated> {
        let element = self.outline.element(place)?;
        let mut given = ["datetime", "content", "title"].into_iter().filter_map(|name| attribute(element, name));
        let is_empty = || self.outline.subtree(place).all(|inner| self.outline.text_at(inner).trim().is_empty());
        let of_script = |name: &str| name.starts_with("data-") && scripts::is_of_time(name);
        given.find_map(|text| self.machine(text)).or_else(|| {
            let mut values = element.attrs().filter(|(name, _)| of_script(name)).map(|(_, value)| value);
            values.find_map(|text| self.machine(text)).filter(|_| self.is_brief(place) && is_empty())
        })
    }

    /// The date of an element: of its attributes, or as printed in it.
    pub(super) fn date_of(&self, place: usize) -> Option<Stated> {
        self.given(place).or_else(|| self.published(&self.outline.spaced_text(place)))
    }
}
