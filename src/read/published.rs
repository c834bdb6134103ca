//! When the office says it published the statement.
//!
//! Asked in turn: JSON-LD, metas of publication, marked-up times, what is printed around the title, metas that may mean
//! anything, the title, a dateline, what lies further off, the address. A date that lies in the future of the capture
//! is no date of publication, nor is one that the page calls that of a change.

use std::cell::OnceCell;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta};
use url::Url;

use super::blocks::Block;
use super::dates;
use super::meta::Metadata;
use super::outline::{Outline, attribute};
use crate::model::time::{Instant, Stated};

/// Metas that name the publication, best first.
const METAS: [&str; 21] = [
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
    "sailthru.date",
    "parsely-pub-date",
    "article.published",
    "citation_publication_date",
    "release_date",
];
/// Metas that may as well name the making or the last change of the page.
const VAGUE: [&str; 6] = ["dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "date", "datecreated"];
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
    /// Whether dates of numbers on this page put the month first; worked out when it is first asked.
    pub month_first: OnceCell<bool>,
}

/// The rule that a date was found by, in words for a person.
pub(super) type Rule = &'static str;

impl Search<'_> {
    /// The date of publication, and the rule that found it.
    pub(super) fn find(&self, meta: &Metadata) -> Option<(Stated, Rule)> {
        if let Some((text, date, rule)) = self.stated(meta) {
            return Some((self.settled(text, date, rule), rule));
        }
        let marked = |rule: Rule| move |date| (date, rule);
        self.marked_up()
            .map(|date| match date {
                // A day that markup gives is made more exact by what stands in print.
                Stated::Day(day) => self.near_title().filter(|near| near.day() == day).unwrap_or(date),
                Stated::Local(_) | Stated::Zoned(_) => date,
            })
            .map(marked("marked up as the date"))
            .or_else(|| self.near_title().map(marked("printed near the title")))
            .or_else(|| VAGUE.iter().find_map(|name| self.machine(meta.meta(&[name])?)).map(marked("a meta")))
            .or_else(|| self.in_title(meta).map(marked("printed in the title")))
            .or_else(|| self.in_first_line().map(marked("the text begins with it")))
            .or_else(|| self.labelled().map(marked("labelled as the date")))
            .or_else(|| self.in_own_teaser().map(marked("in a link to the page itself")))
            .or_else(|| self.in_address().map(marked("in the address")))
            .or_else(|| self.near(Self::printed).map(marked("the last change, printed near the title")))
            .or_else(|| self.marked_up_anywhere().map(marked("marked up somewhere on the page")))
    }

    /// What metadata states, with the text that it was read from.
    fn stated<'m>(&self, meta: &'m Metadata) -> Option<(&'m str, Stated, Rule)> {
        let linked = meta.ld.published.as_deref().map(|text| (text, "JSON-LD"));
        let named = METAS.iter().filter_map(|name| meta.meta(&[name])).chain(meta.publication_cousins());
        let all = linked.into_iter().chain(named.map(|text| (text, "a meta of publication")));
        all.into_iter().find_map(|(text, rule)| self.machine(text).map(|date| (text, date, rule)))
    }

    /// A date of metadata, made exact or settled by what a visitor sees: a day gains its time, two numbers their order,
    /// a moment in UTC the day that it was where the office is.
    fn settled(&self, text: &str, date: Stated, _rule: Rule) -> Stated {
        match date {
            Stated::Day(day) => {
                let printed = self.near_title();
                let numbers =
                    !text.contains(char::is_alphabetic) && text.find(|c: char| !c.is_ascii_digit()) <= Some(2);
                let swapped = numbers.then(|| NaiveDate::from_ymd_opt(day.year(), day.day(), day.month())).flatten();
                printed.filter(|near| near.day() == day || Some(near.day()) == swapped).unwrap_or(date)
            }
            Stated::Zoned(moment) if moment.offset().local_minus_utc() == 0 && self.timezone.is_none() => {
                self.near_title().and_then(|near| in_zone_of(moment, near)).unwrap_or(date)
            }
            Stated::Local(_) | Stated::Zoned(_) => date,
        }
    }

    fn machine(&self, text: &str) -> Option<Stated> {
        // Only dates such as `3/4/2023` need the order of the page's other dates, which costs a look at all of them.
        let ambiguous = text.contains(['/', '-']) && text.find(|c: char| !c.is_ascii_digit()) <= Some(2);
        let language = if ambiguous { self.language() } else { self.language };
        dates::machine(text, language, self.timezone).filter(|date| self.is_past(date))
    }

    fn is_past(&self, date: &Stated) -> bool {
        self.captured_at.is_none_or(|now| date.day() <= (now + TimeDelta::days(2)).date_naive())
    }

    /// The date in a printed line.
    pub(super) fn printed(&self, text: &str) -> Option<Stated> {
        let said = dates::printed(text, self.language(), self.timezone, self.captured_at);
        said.filter(|date| self.is_past(date))
    }

    /// The date of a line that may name a change as well, or the one relative to the capture.
    fn published(&self, line: &str) -> Option<Stated> {
        let first = self.printed(line)?;
        match dates::published(line, self.language(), self.timezone, self.captured_at) {
            Some((date, _)) => Some(date).filter(|date| self.is_past(date)),
            // No date but a relative one, or none that is not of a change.
            None => dates::printed(line, self.language(), self.timezone, None).is_none().then_some(first),
        }
    }

    /// The language that decides the order of numbers: the page's own dates are asked where the tag says nothing.
    fn language(&self) -> Option<&str> {
        if *self.month_first.get_or_init(|| self.puts_month_first()) { Some("en-US") } else { self.language }
    }

    fn puts_month_first(&self) -> bool {
        match self.language {
            Some(tag) if tag.eq_ignore_ascii_case("en-us") || tag.eq_ignore_ascii_case("en_us") => true,
            Some(tag) if !tag.eq_ignore_ascii_case("en") => false,
            Some(_) | None => {
                let (mut month_first, mut day_first) = (0, 0);
                for order in self.blocks.iter().filter_map(|block| dates::order(&block.text)) {
                    *(if order { &mut month_first } else { &mut day_first }) += 1;
                }
                month_first > day_first
            }
        }
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

    /// Any `<time>` of the page that is not in a part that names other statements.
    fn marked_up_anywhere(&self) -> Option<Stated> {
        (0..self.outline.items.len())
            .filter(|place| self.outline.tag(*place) == "time" && !self.in_menu(*place))
            .find_map(|place| self.date_of(place))
    }

    /// Whether a place stands in a menu, a footer, a link or a list of other statements; beside the text is no such part.
    fn in_menu(&self, place: usize) -> bool {
        std::iter::successors(Some(place), |place| Some(self.outline.items[*place].parent))
            .take_while(|place| *place != 0)
            .any(|place| {
                let named = self.outline.named(place);
                let menu = matches!(self.outline.tag(place), "nav" | "a") || self.is_site_footer(place);
                named.comments || named.restless || menu
            })
    }

    /// A `<footer>` that is not that of an article or of the main part.
    fn is_site_footer(&self, place: usize) -> bool {
        let above = std::iter::successors(Some(place), |place| Some(self.outline.items[*place].parent));
        let mut above = above.take_while(|place| *place != 0);
        self.outline.tag(place) == "footer" && !above.any(|place| matches!(self.outline.tag(place), "article" | "main"))
    }

    /// Whether a place stands in a part that names other statements. What holds the text or
    /// the title as well is no such part.
    fn in_list(&self, place: usize) -> bool {
        let holds = |above: usize, index: usize| {
            let inside = self.blocks.get(index).map(|block| block.place);
            inside.is_some_and(|inside| above != inside && self.outline.subtree(above).contains(&inside))
        };
        let mut above = place;
        while above != 0 && !holds(above, self.text.0) && !self.title.is_some_and(|title| holds(above, title)) {
            let named = self.outline.named(above);
            if named.restless || named.comments || matches!(self.outline.tag(above), "aside" | "nav" | "footer" | "a") {
                return true;
            }
            above = self.outline.items[above].parent;
        }
        false
    }

    /// The date in an element's attributes.
    fn given(&self, place: usize) -> Option<Stated> {
        let element = self.outline.element(place)?;
        let mut given = ["datetime", "content", "title"].into_iter().filter_map(|name| attribute(element, name));
        given.find_map(|text| self.machine(text))
    }

    fn date_of(&self, place: usize) -> Option<Stated> {
        self.given(place).or_else(|| self.published(&self.outline.text(place)))
    }

    /// A date printed on a line of its own between title and text, before the title, or below the text.
    fn near_title(&self) -> Option<Stated> {
        self.near(Self::published)
    }

    /// What `read` finds on the lines around the title.
    fn near(&self, read: fn(&Self, &str) -> Option<Stated>) -> Option<Stated> {
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

    /// A date on a line that calls it the date of publication, or in an element named for it, anywhere but in lists:
    /// beside the text, in a table of facts.
    fn labelled(&self) -> Option<Stated> {
        let off = |place: usize| self.in_menu(place);
        let line = |(index, block): (usize, &Block)| {
            let line = block.text.lines().next()?;
            dates::unexplained(line).filter(|words| *words <= STRANGERS_BELOW)?;
            if off(block.place) {
                return None;
            }
            let (date, labelled) = dates::published(line, self.language(), self.timezone, self.captured_at)?;
            let before = index.checked_sub(1).and_then(|before| self.blocks.get(before));
            let label = before.is_some_and(|block| block.size <= 40 && dates::is_label(&block.text));
            (labelled || label || self.named_date_above(block.place)).then_some(date)
        };
        self.blocks.iter().enumerate().find_map(line).filter(|date| self.is_past(date))
    }

    fn named_date_above(&self, place: usize) -> bool {
        self.outline.named(place).date || self.outline.named(self.outline.items[place].parent).date
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

    /// A date in the title itself, as some foreign ministries have it.
    fn in_title(&self, meta: &Metadata) -> Option<Stated> {
        let shown = self.title.map(|index| self.blocks[index].text.as_str());
        // "Today" in a title is not the day of the capture.
        let absolute = |text| dates::printed(text, self.language(), self.timezone, None);
        let said = [shown, meta.title.as_deref()].into_iter().flatten().find_map(absolute);
        said.filter(|date| self.is_past(date))
    }

    /// A date that the text begins with, perhaps after the name of a place.
    fn in_first_line(&self) -> Option<Stated> {
        let line = self.blocks.get(self.text.0)?.text.lines().next()?;
        let start: String = line.chars().take(80).collect();
        let said = dates::dateline(&start, self.language(), self.timezone, self.captured_at);
        said.filter(|date| self.is_past(date))
    }

    /// The date in a link to the page itself, as it stands in a list of the latest statements.
    fn in_own_teaser(&self) -> Option<Stated> {
        let own = self.url.filter(|url| url.path().len() > 1)?;
        let is_own = |place: &usize| {
            let href = self.outline.element(*place).and_then(|element| attribute(element, "href"));
            self.outline.tag(*place) == "a"
                && href.is_some_and(|href| href.ends_with(own.path()))
                && own.join(href.unwrap_or_default()).is_ok_and(|url| url.path() == own.path())
        };
        let mut links = (0..self.outline.items.len()).filter(is_own).take(20);
        links.find_map(|place| self.published(&self.outline.text(place)))
    }

    /// A whole day in the address: `/2023/03/25/`, `/20230325/`.
    fn in_address(&self) -> Option<Stated> {
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

/// A moment that metadata gives in UTC, as it was where the office is: `printed` is what a visitor reads there.
///
/// `None` where print and metadata do not mean the same moment.
fn in_zone_of(moment: DateTime<FixedOffset>, printed: Stated) -> Option<Stated> {
    let apart = (printed.day() - moment.date_naive()).num_days();
    match printed {
        Stated::Zoned(other) => (other == moment && apart != 0).then_some(printed),
        Stated::Local(local) => {
            let minutes = (local - moment.naive_utc()).num_seconds().div_euclid(60);
            // Seconds that print leaves out make a minute less.
            let quarter = [minutes, minutes + 1].into_iter().find(|minutes| minutes % 15 == 0)?;
            let offset = FixedOffset::east_opt(i32::try_from(quarter.clamp(-900, 900)).ok()? * 60)?;
            (apart != 0 && quarter.abs() <= 14 * 60).then(|| Stated::Zoned(moment.with_timezone(&offset)))
        }
        // A day alone may be that of a change.
        Stated::Day(_) => None,
    }
}
