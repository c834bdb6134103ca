//! Telling a new template from a changed statement.
//!
//! Pure. Where several pages of a source changed shape at once, what came or went in the same places of several of them
//! belongs to the template: words before and after the text, a piece of every title, one shift of all dates, where
//! paragraphs end. What then still differs, the office changed.

use std::collections::BTreeMap;

use crate::model::text::{Text, dates_agree};
use crate::model::time::Stated;

/// From so many pages on, what they share is the template's.
pub(super) const SEVERAL: usize = 3;
/// Most lines that a template can add or take at one place.
const MOST_LINES: usize = 6;
/// Texts with more words than this are compared as they are.
const MOST_WORDS: usize = 50_000;

/// How two texts of one statement differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Lines lost and gained before what both have, lost and gained after it; `None` where too little is common.
    places: Option<[usize; 4]>,
    title: TitleChange,
    date: DateChange,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TitleChange {
    None,
    /// What stands before and after the old title now.
    Gained(String, String),
    /// What stood before and after the new title once.
    Lost(String, String),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateChange {
    None,
    /// By so many seconds.
    Shifted(i64),
}

impl Difference {
    /// How `new` differs from `old`.
    pub(super) fn between(old: &Text, new: &Text) -> Self {
        let date = match (old.published(), new.published()) {
            (Some(old), Some(new)) if !dates_agree(Some(old), Some(new)) => DateChange::Shifted(seconds(old, new)),
            _ => DateChange::None,
        };
        let title = title_change(old.title().unwrap_or_default(), new.title().unwrap_or_default());
        Self { places: places(&Lines::of(old), &Lines::of(new)), title, date }
    }
}

/// What the pages of a source that changed shape have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// How many changed shape.
    pub(super) reshaped: usize,
    places: [BTreeMap<usize, usize>; 4],
    titles: BTreeMap<TitleChange, usize>,
    shifts: BTreeMap<i64, usize>,
}

impl Frame {
    /// Takes in a page that changed shape.
    pub(super) fn count(&mut self, difference: &Difference) {
        self.reshaped += 1;
        for (place, lines) in self.places.iter_mut().zip(difference.places.unwrap_or_default()) {
            *place.entry(lines).or_default() += 1;
        }
        *self.titles.entry(difference.title.clone()).or_default() += 1;
        if let DateChange::Shifted(seconds) = difference.date {
            *self.shifts.entry(seconds).or_default() += 1;
        }
    }

    /// Whether the source has a new template.
    pub(super) fn is_redesign(&self) -> bool {
        self.reshaped >= SEVERAL
    }

    /// What of the template makes up the whole difference, a line each; `None` where there is more to it.
    pub(super) fn explains(&self, difference: &Difference) -> Option<Vec<String>> {
        const WORDS: [&str; 4] =
            ["lost before the text", "gained before the text", "lost after the text", "gained after the text"];
        let mut lines = vec![format!("{} pages of the source changed shape at once", self.reshaped)];
        for ((place, count), word) in self.places.iter().zip(difference.places?).zip(WORDS) {
            if count > 0 {
                let pages = *place.get(&count).filter(|pages| **pages >= SEVERAL)?;
                lines.push(format!("set aside: lines {word}: {count}, as on {pages} pages"));
            }
        }
        let title = match &difference.title {
            TitleChange::None => None,
            TitleChange::Other => return None,
            TitleChange::Gained(before, after) => Some(("gained", before, after)),
            TitleChange::Lost(before, after) => Some(("lost", before, after)),
        };
        if let Some((word, before, after)) = title {
            let pages = *self.titles.get(&difference.title).filter(|pages| **pages >= SEVERAL)?;
            lines.push(format!("set aside: the title {word} {:?}, as on {pages} pages", format!("{before}...{after}")));
        }
        if let DateChange::Shifted(seconds) = difference.date {
            let pages = *self.shifts.get(&seconds).filter(|pages| **pages >= SEVERAL)?;
            lines.push(format!("set aside: the date shifted by {seconds} seconds, as on {pages} pages"));
        }
        Some(lines)
    }
}

fn seconds(old: Stated, new: Stated) -> i64 {
    let latest = |date: Stated| date.latest().map_or(0, |instant| instant.timestamp());
    latest(new) - latest(old)
}

fn title_change(old: &str, new: &str) -> TitleChange {
    let around = |inner: &str, outer: &str| {
        let at = outer.find(inner).filter(|_| !inner.is_empty())?;
        Some((outer[..at].to_owned(), outer[at + inner.len()..].to_owned()))
    };
    if old == new {
        return TitleChange::None;
    }
    if let Some((before, after)) = around(old, new) {
        return TitleChange::Gained(before, after);
    }
    around(new, old).map_or(TitleChange::Other, |(before, after)| TitleChange::Lost(before, after))
}

/// A text as words, and where its lines begin among them.
struct Lines<'a> {
    words: Vec<&'a str>,
    /// The first word of each line, and the end.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a Text) -> Self {
        let mut lines = Self { words: Vec::new(), starts: vec![0] };
        for line in text.paragraphs().iter().flat_map(|paragraph| paragraph.lines()) {
            // marks of lists and tables are the reader's, and come and go with the elements
            lines.words.extend(line.split_whitespace().filter(|word| !matches!(*word, "-" | "|")));
            if lines.starts.last() != Some(&lines.words.len()) {
                lines.starts.push(lines.words.len());
            }
        }
        lines
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Each middle part: lines left out before and after it, and its words.
    fn middles(&self) -> impl Iterator<Item = (usize, usize, &[&'a str])> {
        let most = MOST_LINES.min(self.count());
        (0..=most).flat_map(move |before| {
            let after = MOST_LINES.min(self.count() - before);
            (0..=after).map(move |after| {
                let (from, to) = (self.starts[before], self.starts[self.count() - after]);
                (before, after, &self.words[from..to.max(from)])
            })
        })
    }
}

/// Lines lost and gained before and after the longest middle part that both have.
fn places(old: &Lines<'_>, new: &Lines<'_>) -> Option<[usize; 4]> {
    if old.words.len().max(new.words.len()) > MOST_WORDS {
        return (old.words == new.words).then_some([0; 4]);
    }
    let mut pairs = Vec::new();
    for (lost_before, lost_after, was) in old.middles() {
        for (gained_before, gained_after, is) in new.middles() {
            let enough = !is.is_empty() && is.len() * 2 >= old.words.len().min(new.words.len());
            if was.len() == is.len() && enough {
                pairs.push((is.len(), [lost_before, gained_before, lost_after, gained_after], was, is));
            }
        }
    }
    pairs.sort_by_key(|(length, places, ..)| (std::cmp::Reverse(*length), *places));
    pairs.into_iter().find(|(.., was, is)| was == is).map(|(_, places, ..)| places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, published: &str, paragraphs: &[&str]) -> Text {
        Text::new(Some(title), published.parse().ok(), Some("en"), paragraphs)
    }

    const DAY: &str = "2026-11-21";

    #[test]
    fn what_several_pages_gained_at_one_place_is_set_aside_and_an_edit_is_not() {
        let bodies =
            [["The first text of all.", "It ends here."], ["A second one.", "And its end."], ["Third.", "End."]];
        let mut frame = Frame::default();
        let mut differences = Vec::new();
        for (views, body) in (100..).zip(bodies) {
            let views = format!("{views} views");
            let new = text("T | Ministry", DAY, &[&views, body[0], body[1], "Print"]);
            differences.push(Difference::between(&text("T", DAY, &body), &new));
        }
        for difference in &differences {
            assert_eq!(difference.places, Some([0, 1, 0, 1]));
            assert_eq!(frame.explains(difference), None, "one page alone is no template");
            frame.count(difference);
        }
        assert!(frame.is_redesign());
        for difference in &differences {
            assert_eq!(frame.explains(difference).map(|lines| lines.len()), Some(4), "{difference:?}");
        }
        let old = text("T", DAY, &["One text.", "Its end."]);
        for (what, edited) in [
            ("a word", text("T | Ministry", DAY, &["9 views", "Another text.", "Its end.", "Print"])),
            (
                "a paragraph more",
                text("T | Ministry", DAY, &["9 views", "One text.", "Its end.", "And more.", "Print"]),
            ),
            ("the title", text("U | Ministry", DAY, &["9 views", "One text.", "Its end.", "Print"])),
            ("the date", text("T | Ministry", "2026-11-20", &["9 views", "One text.", "Its end.", "Print"])),
        ] {
            assert_eq!(frame.explains(&Difference::between(&old, &edited)), None, "{what}");
        }
    }

    #[test]
    fn where_paragraphs_end_is_the_templates() {
        let old = text("T", DAY, &["One text.\nA line.", "- point", "Its end."]);
        let new = text("T", DAY, &["One text.", "A line. point", "Its end."]);
        assert_eq!(Difference::between(&old, &new).places, Some([0; 4]));
    }

    #[test]
    fn one_shift_of_all_dates_is_the_templates() {
        let mut frame = Frame::default();
        let old = |hour: u32| text("T", &format!("2026-11-21T{hour}:30:00"), &["One."]);
        let differences = [10, 12, 14].map(|hour| Difference::between(&old(hour), &old(hour + 3)));
        differences.iter().for_each(|difference| frame.count(difference));
        assert!(differences.iter().all(|difference| frame.explains(difference).is_some()));
        assert_eq!(frame.explains(&Difference::between(&old(10), &old(15))), None);
    }

    proptest::proptest! {
        #[test]
        fn a_text_differs_from_itself_in_nothing(paragraphs in proptest::collection::vec("[a-c \n-]{0,12}", 0..9)) {
            let text = Text::new(Some("T"), None, None, &paragraphs);
            let same = Difference::between(&text, &text);
            proptest::prop_assert_eq!(same.title, TitleChange::None);
            let empty = Lines::of(&text).words.is_empty();
            proptest::prop_assert_eq!(same.places, if empty { None } else { Some([0; 4]) });
        }
    }
}
