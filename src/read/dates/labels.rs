//! What the words before a date say of it: that of a publication, of a change, or the beginning of a time that goes on.

use std::ops::Range;
use std::sync::LazyLock;

use super::Moment;
use super::grammar::Grammar;
use crate::read::names::{Words, words};

/// Beginnings of words that make a date on their right that of a change, not of the publication.
pub(super) const UPDATED: &[&str] = &[
    "update",
    "revised",
    "reviewed",
    "edited",
    "измен",
    "отредактир",
    "оновл",
    "змін",
    "թարմաց",
    "yenilən",
    "guncel",
    "aktualisier",
    "aktualiz",
    "geandert",
    "actualiz",
    "actualis",
    "modifi",
    "განახლ",
    "تحديث",
    "עודכן",
    "更",
    "修",
    "수정",
    "expire",
    "bearbeit",
    "aggiorna",
    "bijgewerkt",
    "gewijzigd",
    "atualiz",
    "zmodyfik",
    "zmien",
    "uppdater",
    "oppdater",
    "opdater",
    "paivitet",
    "frissit",
    "ενημερω",
    "ажурира",
    "обнов",
    "փոփոխ",
    "עדכון",
    "ويرايش",
    "روزرساني",
    "بهروزرساني",
    "최종",
    "업데이트",
];

/// Words by which a page speaks of itself, where it tells in a sentence when it was published: `This entry was posted on`.
static ITSELF: Words = LazyLock::new(|| words("entry post beitrag eintrag запись запис entree entrada yazi"));

/// Beginnings of words that make a date on their right that of the publication.
pub(super) const PUBLISHED: &[&str] = &[
    "original",
    "posted",
    "publish",
    "released",
    "issued",
    "опублик",
    "размещ",
    "оприлюдн",
    "հրապարակ",
    "yayim",
    "veroffentlicht",
    "erschienen",
    "publie",
    "publicad",
    "نشر",
    "发布",
    "發布",
    "掲載",
    "公開",
    "등록",
    "게시",
    "გამოქვეყნ",
    "פורסם",
    "pubblicat",
    "gepubliceerd",
    "geplaatst",
    "opublikow",
    "zverejnen",
    "publikov",
    "publicer",
    "publiser",
    "julkaist",
    "objavljen",
    "δημοσιευ",
    "објављ",
    "публикув",
];

/// Beginnings of words for "date": they make one on their right that of the publication where no other word says of what.
const DATED: &[&str] = &["date", "datum", "fecha", "дата", "tarih", "tarix", "تاريخ"];

/// Words on whose right begins a time that goes on, such as a term of office.
static FROM: Words = LazyLock::new(|| words("since seit depuis sedan siden"));

impl Grammar<'_> {
    /// The first date that no word on its left calls that of a change: `Updated 4 June, published 17 May`.
    pub(super) fn first_published(&self) -> Option<(usize, usize, Moment)> {
        let mut from = 0;
        self.moments(0).find(|(at, end, _)| {
            let of_change = self.call_a_change(from..*at);
            from = *end;
            !of_change
        })
    }

    /// Whether the words after the last date call the next one that of a change.
    pub(super) fn ends_with_label_of_change(&self) -> bool {
        let from = self.moments(0).last().map_or(0, |(_, end, _)| end);
        self.call_a_change(from..self.tokens.len())
    }

    /// Whether the words of a label say that the date on their right is that of a change: `Date of the last update`, and not
    /// `Update published on`.
    fn call_a_change(&self, label: Range<usize>) -> bool {
        let words: Vec<&str> = label.filter_map(|place| self.word(place)).collect();
        let last = |stems: &[&str]| words.iter().rposition(|word| begins(word, stems));
        // French: what is "mis en ligne" is published.
        let up_to_date = words.windows(2).rposition(|pair| pair == ["a", "jour"]);
        match (last(UPDATED).max(up_to_date), last(PUBLISHED)) {
            (Some(updated), Some(published)) => published < updated,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Whether a word says that what follows is the date of publication.
    pub(super) fn is_labelled(&self) -> bool {
        let is_label = |word: &str| begins(word, PUBLISHED) || begins(word, DATED);
        (0..self.tokens.len()).filter_map(|place| self.word(place)).any(is_label)
    }

    /// Whether this is a sentence in which a page tells when it was published: `This entry was posted on Friday, ...`.
    pub(super) fn tells_of_publication(&self) -> bool {
        let mut words = (0..self.tokens.len()).filter_map(|place| self.word(place)).take(2);
        words.any(|word| ITSELF.contains(&word)) && self.is_labelled()
    }

    /// Whether a time that goes on begins with the date between two places.
    pub(super) fn goes_on(&self, at: usize, end: usize) -> bool {
        let since = || at.checked_sub(1).and_then(|before| self.word(before)).is_some_and(|word| FROM.contains(&word));
        let open = || matches!(self.sign(end), Some('-' | '–' | '—')) && self.sign(end + 1) == Some(')');
        since() || open()
    }
}

/// Whether a word begins with one of some stems. `Updates` is the name of a part of a site.
fn begins(word: &str, stems: &[&str]) -> bool {
    word != "updates" && stems.iter().any(|stem| word.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use crate::read::dates::{is_label_of_change, printed};

    #[test]
    fn a_label_of_a_change_stands_before_its_date() {
        for text in [
            "Last updated",
            "Updated on:",
            "Published 25.03.2023, updated",
            "Дата последнего изменения:",
            "更新日期：",
            "Mis à jour le",
            "Վերջին փոփոխություն",
            "آخرین به‌روزرسانی",
            "최종수정일",
        ] {
            assert!(is_label_of_change(text), "{text}");
        }
        for text in [
            "",
            "Published",
            "Updated 28.03.2023, published",
            "Updates",
            "Updated 28.03.2023",
            "Press office",
            "Mis en ligne le",
            "Le jour",
        ] {
            assert!(!is_label_of_change(text), "{text}");
        }
    }

    #[test]
    fn where_a_time_begins_that_goes_on_nothing_was_published() {
        for text in ["19 (08.06.2015 - )", "Minister seit 08.10.2014", "In office since 3 May 2018"] {
            assert_eq!(printed(text, None, None, None), None, "{text}");
        }
        let day = |text| printed(text, None, None, None).map(|date| date.to_string());
        assert_eq!(day("(08.06.2015 - 09.06.2015)").as_deref(), Some("2015-06-08"));
        assert_eq!(day("Deputy since 3 May 2018. 25 March 2023").as_deref(), Some("2023-03-25"));
    }
}
