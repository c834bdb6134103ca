//! Dates of the Islamic and of the Solar Hijri calendar, put into the civil one.
//!
//! Islamic dates follow Umm al-Qura, the tables that the offices of the Gulf go by; a moon that was seen a day later
//! elsewhere cannot be known from a page.

use chrono::NaiveDate;
use icu_calendar::Date;
use icu_calendar::cal::{Hijri, Iso};

/// The calendar that a month or a year belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    /// The civil one.
    Civil,
    /// The Islamic one, by the moon.
    Hijri,
    /// That of Iran and Afghanistan, by the sun.
    Solar,
}

/// The civil day of a date; `None` where the calendar has no such day.
pub(super) fn civil(calendar: Calendar, year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let (narrow_month, narrow_day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let iso = match calendar {
        Calendar::Civil => return NaiveDate::from_ymd_opt(year, month, day),
        // Beyond these years every conversion lies outside what a page can state.
        Calendar::Hijri | Calendar::Solar if !(1270..1530).contains(&year) => return None,
        Calendar::Hijri => {
            let hijri = Hijri::new_umm_al_qura();
            Date::try_new_hijri_with_calendar(year, narrow_month, narrow_day, hijri).ok()?.to_calendar(Iso)
        }
        Calendar::Solar => Date::try_new_persian(year, narrow_month, narrow_day).ok()?.to_calendar(Iso),
    };
    let (month, day) = (u32::from(iso.month().ordinal), u32::from(iso.day_of_month().0));
    NaiveDate::from_ymd_opt(iso.year().extended_year(), month, day)
}

/// The calendar of a date whose month is a number: only the year and the language of the page can tell.
pub(super) fn of_year(year: i32, language: Option<&str>) -> Calendar {
    let tongue = language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
    match tongue {
        "fa" | "prs" | "ps" if (1270..1500).contains(&year) => Calendar::Solar,
        "ar" if (1300..1530).contains(&year) => Calendar::Hijri,
        _ => Calendar::Civil,
    }
}
