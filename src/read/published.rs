//! When the office says it published the statement.
//!
//! Asked in turn: the source's own selector, JSON-LD, metas, marked-up times, what is printed around the title, the
//! address. A date that lies in the future of the capture is no date of publication.

use chrono::TimeDelta;
use url::Url;

use super::blocks::Block;
use super::dates;
use super::meta::Metadata;
use super::outline::{Outline, attribute};
use crate::model::time::{Instant, Stated};

const METAS: [&str; 27] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "published_time",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publicationdate",
    "pubdate",
    "published",
    "date.issued",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "sailthru.date",
    "parsely-pub-date",
    "article.published",
    "citation_publication_date",
    "release_date",
    "date",
    "datecreated",
];
const DATED: [&str; 6] =
    ["datePublished", "dateCreated", "schema:datePublished", "schema:dateCreated", "dc:date", "dc:created"];
/// Blocks before the title in which a printed date is still the statement's.
const BEFORE: usize = 4;
/// Words that may stand on the line of a date: the office's name, the place.
const STRANGERS: usize = 6;
/// The same below the text, where links to other statements are likelier.
const STRANGERS_BELOW: usize = 2;

/// What the date is looked for with.
pub(super) struct Search<'s> {
    pub outline: &'s Outline<'s>,
    pub blocks: &'s [Block],
    /// The block that the title stands in.
    pub title: Option<usize>,
    /// The first and the last block of running text.
    pub text: (usize, usize),
    pub language: Option<&'s str>,
    pub timezone: Option<&'s str>,
    pub captured_at: Option<Instant>,
    pub url: Option<&'s Url>,
}

impl Search<'_> {
    /// The date of publication.
    pub(super) fn find(&self, meta: &Metadata) -> Option<Stated> {
        let stated = [meta.ld.published.as_deref()].into_iter().chain(METAS.map(|name| meta.meta(&[name])));
        let stated = stated.flatten().find_map(|text| self.machine(text)).or_else(|| self.marked_up());
        let printed = || self.near_title();
        match stated {
            // A day that metadata gives is made more exact by what stands in print.
            Some(Stated::Day(day)) => printed().filter(|date| date.day() == day).or(stated),
            Some(Stated::Local(_) | Stated::Zoned(_)) => stated,
            None => printed()
                .or_else(|| self.in_title(meta))
                .or_else(|| self.in_first_line())
                .or_else(|| self.marked_up_anywhere())
                .or_else(|| self.in_address()),
        }
    }

    fn machine(&self, text: &str) -> Option<Stated> {
        dates::machine(text, self.language, self.timezone).filter(|date| self.is_past(date))
    }

    fn is_past(&self, date: &Stated) -> bool {
        self.captured_at.is_none_or(|now| date.day() <= (now + TimeDelta::days(2)).date_naive())
    }

    fn printed(&self, text: &str) -> Option<Stated> {
        dates::printed(text, self.language, self.timezone, self.captured_at).filter(|date| self.is_past(date))
    }

    /// Elements marked as the date of publication, then `<time>` before or around the text.
    fn marked_up(&self) -> Option<Stated> {
        let end =
            self.blocks.get(self.text.1).map_or(self.outline.items.len(), |block| self.outline.items[block.place].end);
        let published = (0..self.outline.items.len()).find_map(|place| {
            let element = self.outline.element(place)?;
            let marked = element.attrs().any(|(name, value)| match name {
                "itemprop" | "property" => DATED.contains(&value),
                "pubdate" => true,
                "class" => value
                    .split_ascii_whitespace()
                    .any(|class| matches!(class, "published" | "dt-published" | "entry-date")),
                _ => false,
            });
            if marked { self.date_of(place) } else { None }
        });
        published.or_else(|| {
            let fits = |place: &usize| self.outline.tag(*place) == "time" && !self.in_list(*place);
            (0..end).filter(fits).find_map(|place| self.date_of(place))
        })
    }

    /// Any `<time>` of the page: after the text, or in a part that looks like a menu.
    fn marked_up_anywhere(&self) -> Option<Stated> {
        (0..self.outline.items.len())
            .filter(|place| self.outline.tag(*place) == "time")
            .find_map(|place| self.date_of(place))
    }

    /// Whether a place stands in a part that names other statements. What holds the text as well is no such part.
    fn in_list(&self, place: usize) -> bool {
        let text = self.blocks.get(self.text.0).map(|block| block.place);
        let mut above = place;
        while above != 0 && !text.is_some_and(|text| above != text && self.outline.subtree(above).contains(&text)) {
            let named = self.outline.named(above);
            if named.restless || named.comments || matches!(self.outline.tag(above), "aside" | "nav" | "footer" | "a") {
                return true;
            }
            above = self.outline.items[above].parent;
        }
        false
    }

    fn date_of(&self, place: usize) -> Option<Stated> {
        let element = self.outline.element(place)?;
        let given = ["datetime", "content", "title"]
            .into_iter()
            .find_map(|name| attribute(element, name).and_then(|text| self.machine(text)));
        given.or_else(|| self.printed(&self.outline.text(place)))
    }

    /// A date printed on a line of its own between title and text, before the title, or below the text.
    fn near_title(&self) -> Option<Stated> {
        let (first, last) = self.text;
        let title = self.title.unwrap_or(first);
        let until = if title <= first { first } else { title + BEFORE };
        if let Some(date) = self.named_date(title, until) {
            return Some(date);
        }
        let after = title..(until + 1).min(self.blocks.len());
        let before = (title.saturating_sub(BEFORE)..title).rev();
        let below = last + 1..(last + 1 + BEFORE).min(self.blocks.len());
        let around = after.chain(before).find_map(|index| self.date_line(index, STRANGERS));
        around.or_else(|| below.into_iter().find_map(|index| self.date_line(index, STRANGERS_BELOW)))
    }

    /// The date on a line of a block that says little else. The title is no such line: its dates are its subject.
    fn date_line(&self, index: usize, strangers: usize) -> Option<Stated> {
        let block = &self.blocks[index];
        if self.in_list(block.place) {
            return None;
        }
        let skipped = usize::from(self.title == Some(index));
        let lines = block.outside.lines().skip(skipped).take(4);
        lines
            .filter(|line| dates::unexplained(line).is_some_and(|words| words <= strangers))
            .find_map(|line| self.printed(line))
    }

    /// The date in an element between title and text that is named for it: it may touch a counter on the page.
    fn named_date(&self, title: usize, until: usize) -> Option<Stated> {
        let (from, to) = (self.blocks.get(title)?.place, self.blocks.get(until)?.place);
        let parent = self.outline.items[from].parent;
        let mut places = parent..to.max(from);
        places.find_map(|place| {
            let short = |place: usize| self.outline.text(place).len() < 200;
            let fits = self.outline.named(place).date && short(place) && !self.in_list(place);
            if fits { self.date_of(place) } else { None }
        })
    }

    /// A date in the title itself, as some foreign ministries have it.
    fn in_title(&self, meta: &Metadata) -> Option<Stated> {
        let shown = self.title.map(|index| self.blocks[index].text.as_str());
        [shown, meta.title.as_deref()].into_iter().flatten().find_map(|text| self.printed(text))
    }

    /// A date that the text begins with.
    fn in_first_line(&self) -> Option<Stated> {
        let line = self.blocks.get(self.text.0)?.text.lines().next()?;
        let start: String = line.chars().take(30).collect();
        if start.starts_with(char::is_numeric) { self.printed(&start) } else { None }
    }

    /// A whole day in the address: `/2023/03/25/`.
    fn in_address(&self) -> Option<Stated> {
        let path = self.url?.path();
        let parts: Vec<&str> = path.split(['/', '-', '_']).filter(|part| !part.is_empty()).collect();
        let number = |part: &str, digits: usize| {
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then_some(())
        };
        let day = parts.windows(3).find(|w| number(w[0], 4).and(number(w[1], 2)).and(number(w[2], 2)).is_some())?;
        self.machine(&day.join("-"))
    }
}
