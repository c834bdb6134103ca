//! When the office says it published the statement.
//!
//! Asked in turn: JSON-LD, metas of publication, marked-up times, what is printed around the title, metas that may mean
//! anything, the title, a dateline, what lies further off, the address. A date that lies in the future of the capture
//! is no date of publication, nor is one that the page calls that of a change.

mod elsewhere;
mod marked;
mod near;
mod scripts;
#[cfg(test)]
mod tests;

use std::cell::{Cell, OnceCell};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta};
use scraper::Html;
use url::Url;

use super::blocks::Block;
use super::dates;
use super::main_text::Chrome;
use super::meta::Metadata;
use super::outline::Outline;
use crate::model::time::{Instant, Stated};

/// Metas that name the publication, best first.
const METAS: [&str; 38] = [
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
    "article:published_date",
    "article:publicationdate",
    "article:publish_date",
    "og:datepublished",
    "og:publish_date",
    "og:pubdate",
    "published-date",
    "published_date",
    "publisheddate",
    "date_published",
    "publish_time",
    "originalpublicationdate",
    "rnews:datepublished",
    "dc.date.publication",
    "citation_online_date",
    "dateposted",
    "pdate",
];
/// Metas that may as well name the making or the last change of the page.
const VAGUE: [&str; 12] = [
    "dcterms.created",
    "dc.date.created",
    "dc.created",
    "dcterms.date",
    "dc.date",
    "date",
    "datecreated",
    "date_created",
    "article.created",
    "created",
    "doc_date",
    "citation_date",
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
    pub doc: &'s Html,
    /// What of the page is no part of the statement; teasers have dates of their own.
    pub chrome: &'s Chrome,
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
    /// What is printed near the title; worked out when it is first asked.
    pub printed_near: OnceCell<Option<Stated>>,
    /// How often it was asked whether an element is one of several alike.
    pub asked: Cell<usize>,
}

/// The rule that a date was found by, in words for a person.
pub(super) type Rule = &'static str;

/// Which dates a place is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Those of a publication.
    Publication,
    /// Also those that the page calls dates of a change.
    Any,
}

impl Search<'_> {
    /// The date of publication, and the rule that found it.
    pub(super) fn find(&self, meta: &Metadata) -> Option<(Stated, Rule)> {
        if let Some((text, date, rule)) = self.stated(meta) {
            if let Some(earlier) = self.before_remaking(meta, text, date) {
                return Some((earlier, "shown, from before the page was made anew"));
            }
            if let Some((text, date, rule)) = self.shown_of_two(meta, date) {
                return Some((self.settled(text, date), rule));
            }
            return Some((self.settled(text, date), rule));
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
            .or_else(|| self.named_for_it().map(marked("in an element named for a date")))
            .or_else(|| VAGUE.iter().find_map(|name| self.machine(meta.meta(&[name])?)).map(marked("a meta")))
            .or_else(|| self.in_title(meta).map(marked("printed in the title")))
            .or_else(|| self.in_first_line().map(marked("the text begins with it")))
            .or_else(|| self.labelled().map(marked("labelled as the date")))
            .or_else(|| self.in_own_teaser().map(marked("in a link to the page itself")))
            .or_else(|| self.in_address().map(marked("in the address")))
            .or_else(|| self.in_scripts().map(marked("in the data of the page's scripts")))
            .or_else(|| self.standing_alone().map(marked("the only date that stands by itself")))
            .or_else(|| self.near(Wanted::Any).map(marked("the last change, printed near the title")))
            .or_else(|| self.marked_up_anywhere().map(marked("marked up somewhere on the page")))
    }

    /// What metadata states, with the text that it was read from.
    fn stated<'m>(&self, meta: &'m Metadata) -> Option<(&'m str, Stated, Rule)> {
        let linked = meta.ld.published.as_deref().map(|text| (text, "JSON-LD"));
        let named = METAS.iter().filter_map(|name| meta.meta(&[name])).chain(meta.publication_cousins());
        let all = linked.into_iter().chain(named.map(|text| (text, "a meta of publication")));
        all.into_iter().find_map(|(text, rule)| self.machine(text).map(|date| (text, date, rule)))
    }

    /// The date of `article:published_time`, where the one in JSON-LD is days away from it and a visitor sees the former.
    fn shown_of_two<'m>(&self, meta: &'m Metadata, first: Stated) -> Option<(&'m str, Stated, Rule)> {
        meta.ld.published.as_deref()?;
        let text = meta.meta(&METAS[..1])?;
        let other = self.machine(text).filter(|date| (date.day() - first.day()).num_days().abs() > 1)?;
        let shown = self.near_title().or_else(|| self.marked_up())?;
        (other.day() == shown.day()).then_some((text, other, "a meta of publication"))
    }

    /// The date that a visitor sees, where it lies days before the one of metadata: such a page was made anew, and its
    /// publication is older. Believed where JSON-LD gives publication and last change to the second as one, or where the
    /// date is both marked up and printed near the title.
    fn before_remaking(&self, meta: &Metadata, text: &str, date: Stated) -> Option<Stated> {
        let linked = meta.ld.published.as_deref() == Some(text) && meta.ld.modified.as_deref() == Some(text);
        let earlier = |shown: &Stated| (date.day() - shown.day()).num_days() > 1;
        if !linked || !is_timed(&date) {
            let near = self.near_title().filter(earlier)?;
            return self.marked_up().filter(|marked| marked.day() == near.day()).map(|_| near);
        }
        self.marked_up().or_else(|| self.near_title()).filter(earlier)
    }

    /// A date of metadata, made exact or settled by what a visitor sees: a day gains its time, two numbers their order,
    /// a moment in UTC the day that it was where the office is.
    fn settled(&self, text: &str, date: Stated) -> Stated {
        match date {
            Stated::Day(day) => {
                let printed = self.near_title();
                let numbers =
                    !text.contains(char::is_alphabetic) && text.find(|c: char| !c.is_ascii_digit()) <= Some(2);
                let swapped = numbers.then(|| NaiveDate::from_ymd_opt(day.year(), day.day(), day.month())).flatten();
                printed.filter(|near| near.day() == day || Some(near.day()) == swapped).unwrap_or(date)
            }
            Stated::Zoned(moment) if moment.offset().local_minus_utc() == 0 && self.timezone.is_none() => {
                let shown = [Self::near_title, Self::marked_up].into_iter().filter_map(|find| find(self));
                let local = shown.into_iter().find_map(|shown| in_zone_of(moment, shown));
                local.or_else(|| self.in_address().filter(|day| is_day_of(moment, day.day()))).unwrap_or(date)
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

    fn said(&self, line: &str, wanted: Wanted) -> Option<Stated> {
        match wanted {
            Wanted::Publication => self.published(line),
            Wanted::Any => self.printed(line),
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
}

/// Whether a date has a time of day.
fn is_timed(date: &Stated) -> bool {
    match date {
        Stated::Day(_) => false,
        Stated::Local(_) | Stated::Zoned(_) => true,
    }
}

/// Whether a day is that of a moment somewhere on earth, and not in UTC: an address names the office's own.
fn is_day_of(moment: DateTime<FixedOffset>, day: NaiveDate) -> bool {
    let (west, east) = (moment - TimeDelta::hours(12), moment + TimeDelta::hours(14));
    day != moment.date_naive() && (day == west.date_naive() || day == east.date_naive())
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
