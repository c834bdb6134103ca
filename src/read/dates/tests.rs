//! Dates as offices print them, and texts that are none.

use std::collections::HashMap;

use proptest::prelude::*;

use super::scan::fold;
use super::tables::MONTHS;
use super::*;

fn read(text: &str) -> Option<String> {
    let captured = "2026-11-23T02:10:00Z".parse().ok();
    printed(text, None, None, captured).map(|stated| stated.to_string())
}

#[test]
fn dates_are_read_as_offices_print_them() {
    let cases = [
        ("25.03.2023 (16:05)", "2023-03-25T16:05:00"),
        ("15 марта 2018 года, 18:00", "2018-03-15T18:00:00"),
        ("16.03.2018, 16:45", "2018-03-16T16:45:00"),
        ("9 ноября 2017 , 04 : 40 МСК", "2017-11-09T04:40:00+03:00"),
        ("24 марта 2023", "2023-03-24"),
        ("20.08.2026", "2026-08-20"),
        ("16:05, 25 марта 2023", "2023-03-25T16:05:00"),
        ("25 Մարտի 2023", "2023-03-25"),
        ("2023թ. մարտի 25", "2023-03-25"),
        ("25 mart 2023, 14:30", "2023-03-25T14:30:00"),
        ("1 İyun 2022", "2022-06-01"),
        ("5 березня 2024, 09:15", "2024-03-05T09:15:00"),
        ("25 მარტი 2023, 09:00", "2023-03-25T09:00:00"),
        ("01 May 2023 08:06", "2023-05-01T08:06:00"),
        ("Ministry of Defence, posted 01 May 2023 08:06", "2023-05-01T08:06:00"),
        ("30 September 2026", "2026-09-30"),
        ("Sept. 15, 2026", "2026-09-15"),
        ("January\u{a0}27,\u{a0}2022", "2022-01-27"),
        ("Thursday, January 27, 2022 at 4:05 p.m.", "2022-01-27T16:05:00"),
        ("March 1st, 2023 | 12:30 AM", "2023-03-01T00:30:00"),
        ("04.29.15", "2015-04-29"),
        ("22 /Sep/ 2026", "2026-09-22"),
        ("25 Mar 23", "2023-03-25"),
        ("(Шуши, 3 мая 23)", "2023-05-03"),
        ("Published: 25 March 23 | News", "2023-03-25"),
        ("1 Dec 98", "1998-12-01"),
        ("25 Mar 23, 16:05", "2023-03-25T16:05:00"),
        ("Posted 25 Mar 23 16:05 GMT", "2023-03-25T16:05:00+00:00"),
        ("31.01.2022", "2022-01-31"),
        ("Stand\u{a0}27.01.2022", "2022-01-27"),
        ("2. Februar 2020, 16.05 Uhr", "2020-02-02T16:05:00"),
        ("Dezember 29, 2021", "2021-12-29"),
        ("No: 187, 1 Ekim 2026, ...", "2026-10-01"),
        ("3 Şubat 2022", "2022-02-03"),
        ("15 KASIM 2021", "2021-11-15"),
        ("viernes 22, abril 2022", "2022-04-22"),
        ("25 de marzo de 2023", "2023-03-25"),
        ("1er août 2023 à 16h05", "2023-08-01T16:05:00"),
        ("2026年8月4日", "2026-08-04"),
        ("令和8年8月4日", "2026-08-04"),
        ("令和元年5月1日 午後3時5分", "2019-05-01T15:05:00"),
        ("2026년 8월 4일 오후 3:05", "2026-08-04T15:05:00"),
        ("٢٥ مارس ٢٠٢٣", "2023-03-25"),
        ("25 كانون الثاني 2023", "2023-01-25"),
        ("۲۵ آوریل ۲۰۲۳", "2023-04-25"),
        ("25 במרץ 2023", "2023-03-25"),
        ("12/رمضان/1446", "2025-03-12"),
        ("١٢ ربيع الأوّل ١٤٤٦هـ", "2024-09-15"),
        ("1 ذو الحجة 1445 هـ الموافق 7 يونيو 2024", "2024-06-07"),
        ("29 ذي القعدة 1445 هـ الموافق 8 يونيو 2024", "2024-06-08"),
        ("10 مهر 1405", "2026-10-02"),
        ("9 /مهر/ 1405", "2026-10-01"),
        ("۳۰ اسفند ۱۴۰۳ - ۱۶:۰۵", "2025-03-20T16:05:00"),
        ("دوشنبه ۱ فروردین ۱۴۰۱", "2022-03-21"),
        ("۱۵ حمل ۱۴۰۲", "2023-04-04"),
        ("22/11/2026 10:30", "2026-11-22T10:30:00"),
        ("11/22/2026", "2026-11-22"),
        ("2023-03-25 16:05:09 +0300", "2023-03-25T16:05:09+03:00"),
        ("Sun Mar 5 2023 10:00 UTC+4", "2023-03-05T10:00:00+04:00"),
        ("28.09.1912:44", "2019-09-28T12:44:00"),
        ("28.09.201912:44", "2019-09-28T12:44:00"),
        ("28.09.1912, 12:44", "1912-09-28T12:44:00"),
        ("28.09.1944:12", "1944-09-28"),
        ("2023. március 25., 16:05", "2023-03-25T16:05:00"),
        ("25. augusti 2018 kl 16:05", "2018-08-25T16:05:00"),
        ("25 Μαΐου 2023", "2023-05-25"),
        ("25. března 2023", "2023-03-25"),
        ("२५ मार्च २०२३", "2023-03-25"),
        ("২৫ মার্চ ২০২৩", "2023-03-25"),
        ("25 наурыз 2023", "2023-03-25"),
        ("lauantai 25. maaliskuuta 2023", "2023-03-25"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_date_gives_none() {
    for text in [
        "",
        "10 مهر 1905",
        "31/رمضان/1446",
        "30 اسفند 1402",
        "192.168.10.2023",
        "1.2.10",
        "In May the 45 vehicles",
        "2023",
        "32.01.2023",
        "30 February 2023",
        "At 16:05, units opened fire",
        "12:30",
        "№ 187",
        "Order 25/3",
        "On 25 March 23 soldiers were wounded",
        "Open on 5 May 10:30",
        "Open on 5 May 10 - 12:30",
        "14 May 10, 12 and 15 h",
        "Rooms 12 and 14, 25 May 20",
        "The second brigade has lost on the 25 March 23",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn relative_dates_count_from_the_capture() {
    let cases = [
        ("1 день назад", "2026-11-22"),
        ("день назад", "2026-11-22"),
        ("3 hours ago", "2026-11-22"),
        ("2 weeks ago", "2026-11-09"),
        ("вчера в 16:40", "2026-11-22T16:40:00"),
        ("Today, 01:15", "2026-11-23T01:15:00"),
        ("5 месяцев назад", "2026-06-23"),
        ("2 օր առաջ", "2026-11-21"),
        ("3 gün önce", "2026-11-20"),
        ("3 gün əvvəl", "2026-11-20"),
        ("5 დღის წინ", "2026-11-18"),
        ("il y a 3 jours", "2026-11-20"),
        ("vor 2 Wochen", "2026-11-09"),
        ("hace 3 días", "2026-11-20"),
        ("منذ 3 أيام", "2026-11-20"),
        ("۲ روز پیش", "2026-11-21"),
        ("לפני 4 ימים", "2026-11-19"),
        ("3天前", "2026-11-20"),
        ("5小时前", "2026-11-22"),
        ("2日前", "2026-11-21"),
        ("3일 전", "2026-11-20"),
        ("Երեկ, 16:40", "2026-11-22T16:40:00"),
        ("Dünən 16:40", "2026-11-22T16:40:00"),
        ("昨天 16:40", "2026-11-22T16:40:00"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(printed("1 день назад", None, None, None), None, "without a capture there is nothing to count from");
    let moscow = printed("2 hours ago", None, Some("Asia/Yerevan"), "2026-11-23T21:30:00Z".parse().ok());
    assert_eq!(moscow.map(|s| s.to_string()).as_deref(), Some("2026-11-23"));
}

#[test]
fn a_sources_zone_is_taken_where_none_is_stated_and_a_day_stays_a_day() {
    let zoned = |text| printed(text, None, Some("Asia/Baku"), None).map(|s| s.to_string());
    assert_eq!(zoned("25.03.2023 (16:05)").as_deref(), Some("2023-03-25T16:05:00+04:00"));
    assert_eq!(zoned("25.03.2023").as_deref(), Some("2023-03-25"));
    assert_eq!(zoned("25.03.2023 16:05 МСК").as_deref(), Some("2023-03-25T16:05:00+03:00"));
    let gap = printed("26.03.2023 02:30", None, Some("Europe/Berlin"), None).map(|s| s.to_string());
    assert_eq!(gap.as_deref(), Some("2023-03-26T02:30:00"), "a time that the zone never had stays local");
}

#[test]
fn an_ambiguous_order_goes_by_language_and_never_into_the_future() {
    let day = |text, language, captured: &str| {
        printed(text, Some(language), None, captured.parse().ok()).map(|s| s.to_string()).unwrap_or_default()
    };
    let late = "2026-11-23T00:00:00Z";
    assert_eq!(day("04/05/2026", "en-US", late), "2026-04-05");
    assert_eq!(day("04/05/2026", "en-GB", late), "2026-05-04");
    assert_eq!(day("04/05/2026", "en-GB", "2026-04-10T00:00:00Z"), "2026-04-05");
}

#[test]
fn metadata_is_read_in_all_its_spellings() {
    let cases = [
        ("2023-03-25T16:05:00+03:00", "2023-03-25T16:05:00+03:00"),
        ("2023-03-25T13:05:00.123Z", "2023-03-25T13:05:00+00:00"),
        ("2023-03-25T16:05:00+0300", "2023-03-25T16:05:00+03:00"),
        ("2023-03-25T16:05+03:00", "2023-03-25T16:05:00+03:00"),
        ("2023-03-25T16:05", "2023-03-25T16:05:00"),
        ("2023-03-25 16:05:00", "2023-03-25T16:05:00"),
        ("Sat, 25 Mar 2023 13:05:00 +0000", "2023-03-25T13:05:00+00:00"),
        ("Sat, 25 Mar 2023 13:05:00 GMT", "2023-03-25T13:05:00+00:00"),
        ("20230325", "2023-03-25"),
        ("20230325T160500Z", "2023-03-25T16:05:00+00:00"),
        ("2023-03-25", "2023-03-25"),
        ("25 марта 2023", "2023-03-25"),
    ];
    for (text, expected) in cases {
        assert_eq!(machine(text, None, None).map(|s| s.to_string()).as_deref(), Some(expected), "{text}");
    }
    for text in ["", "now", "0001-01-01T00:00:00Z", "1679749500000000"] {
        assert_eq!(machine(text, None, None), None, "{text}");
    }
}

#[test]
fn a_settings_form_reads_months_of_any_language() {
    let form = |text, form| formatted(text, form, Some("Europe/Moscow")).map(|s| s.to_string());
    assert_eq!(form("25 марта 2023, 16:05", "%d %B %Y, %H:%M").as_deref(), Some("2023-03-25T16:05:00+03:00"));
    assert_eq!(form("03.25.2023 and more", "%m.%d.%Y").as_deref(), Some("2023-03-25"));
    assert_eq!(form("nothing", "%m.%d.%Y"), None);
}

#[test]
fn date_lines_are_told_from_text() {
    for line in [
        "25.03.2023 (16:05)",
        "Posted on 1 May 2023",
        "1234",
        "1 234 views",
        "12:30",
        "November 22, 2026 | 4711 views",
        "2026年8月4日",
        "22 նոյեմբերի 2026, 10:00",
    ] {
        assert!(is_date_line(line), "{line}");
    }
    for line in ["", "A statement", "At 16:05 units opened fire", "- tanks 3700 (+1)"] {
        assert!(!is_date_line(line), "{line}");
    }
}

#[test]
fn words_that_are_compared_as_they_stand_are_folded() {
    use super::labels::{PUBLISHED, UPDATED};
    use super::tables::{AGO, FILLERS, HALVES, NEAR, SINCE, UNITS, ZONES};
    let words = AGO.iter().chain(NEAR.iter().map(|(word, _)| word)).chain(ZONES.iter().map(|(word, _)| word));
    let words = words.chain(HALVES.iter().map(|(word, _)| word)).chain(UNITS.iter().map(|(word, _)| word));
    let words = words.chain(SINCE).chain(UPDATED).chain(PUBLISHED);
    for word in words.chain(&["年", "년", "月", "월", "日", "時", "시", "分", "분", "uhr"]) {
        assert_eq!(fold(word), *word);
    }
    // Fillers stand in both forms.
    assert!(FILLERS.iter().all(|word| FILLERS.contains(&fold(word).as_str())));
}

#[test]
fn no_month_name_means_two_months() {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (language, months) in MONTHS {
        assert_eq!(months.split(';').count(), 12, "{language}");
        for (number, forms) in months.split(';').enumerate() {
            for form in forms.split('|') {
                let before = seen.insert(fold(form.trim()), number);
                assert!(before.is_none_or(|b| b == number), "{language}: {form}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "([0-9]{1,5}|[.:/, -]|may|март|年|月|日|pm|[+-]|ago|\\PC){0,20}") {
        let captured = "2026-11-23T02:10:00Z".parse().ok();
        printed(&text, Some("en-US"), Some("Asia/Baku"), captured);
        machine(&text, None, None);
        formatted(&text, "%d %B %Y", None);
        is_date_line(&text);
    }

    #[test]
    fn every_month_of_every_language_is_read_in_both_orders(language in 0..MONTHS.len(), month in 0_usize..12, day in 1_u32..28) {
        let forms = MONTHS[language].1.split(';').nth(month).expect("twelve months");
        let name = forms.split('|').next().expect("a form").trim();
        let expected = NaiveDate::from_ymd_opt(2024, month as u32 + 1, day).map(Stated::Day);
        prop_assert_eq!(printed(&format!("{day} {name} 2024"), None, None, None), expected);
        prop_assert_eq!(printed(&format!("{name} {day}, 2024"), None, None, None), expected);
    }
}

#[test]
fn a_date_of_change_is_no_date_of_publication() {
    let day = |text| published(text, None, None, None).map(|(date, labelled)| (date.to_string(), labelled));
    let on = |day: &str, labelled| Some((day.to_owned(), labelled));
    assert_eq!(day("December 3, 2025. Updated: December 7, 2025"), on("2025-12-03", false));
    assert_eq!(day("Last updated 04 Jun 2020, first published 17 Jun 2019"), on("2019-06-17", true));
    assert_eq!(day("Обновлено 25.03.2023"), None);
    assert_eq!(day("Կայքը թարմացվել է 02.04.2018"), None);
    assert_eq!(day("Дата публикации: 25.03.2023"), on("2023-03-25", true));
    assert_eq!(day("zuletzt bearbeitet: 04.02.2022, 08:27 Uhr"), None);
    assert_eq!(day("Uppdaterad 25 mars 2023"), None);
    assert_eq!(day("Pubblicato il 25 marzo 2023"), on("2023-03-25", true));
    // "Date" says of what only where nothing else does.
    for text in ["Last modified date: 25.03.2023", "Son güncelleme tarihi: 25.03.2023", "Дата обновления: 25.03.2023"]
    {
        assert_eq!(day(text), None, "{text}");
    }
    assert_eq!(day("Updated: 28.03.2023 | Date: 25.03.2023"), on("2023-03-25", true));
    assert_eq!(day("Updated: 28 March 2023 Original: 25 March 2023"), on("2023-03-25", true));
}

#[test]
fn programs_print_dates_in_ways_of_their_own() {
    let stated = |text| machine(text, None, None).map(|date| date.to_string());
    for (text, date) in [
        ("Sat Mar 25 12:45:00 EDT 2023", "2023-03-25T12:45:00-04:00"),
        ("Sat Mar 25 12:45:00 UTC 2023", "2023-03-25T12:45:00+00:00"),
        ("Sat Mar 25 12:45:00 2023", "2023-03-25T12:45:00"),
        ("Sat Mar 25 12:45:00 AMT 2023", "2023-03-25T12:45:00"),
        ("1679733900", "2023-03-25T08:45:00+00:00"),
        ("1679733900000", "2023-03-25T08:45:00+00:00"),
    ] {
        assert_eq!(stated(text).as_deref(), Some(date), "{text}");
    }
    for text in ["0000000000", "123456789012", "9999999999"] {
        assert_eq!(stated(text), None, "{text}");
    }
    let read = |text| printed(text, None, None, None).map(|date| date.to_string());
    assert_eq!(read("4:00 am CST, Saturday, March 25, 2023").as_deref(), Some("2023-03-25T04:00:00"));
}

#[test]
fn a_page_tells_when_it_was_published() {
    for (text, day) in [
        (
            "This entry was posted on Friday, March 24th, 2023 at 1:05 pm and is filed under Press, Roads.",
            "2023-03-24T13:05:00",
        ),
        ("Dieser Beitrag wurde am 24. März 2023 von redaktion in Presse veröffentlicht.", "2023-03-24"),
        ("Cette entrée a été publiée dans Presse par redaction le 24 mars 2023.", "2023-03-24"),
        ("Запись опубликована 24 марта 2023 автором press в рубрике Новости.", "2023-03-24"),
    ] {
        assert!(tells_of_publication(text), "{text}");
        let told = published(text, None, None, None).map(|(date, labelled)| (date.to_string(), labelled));
        assert_eq!(told, Some((day.to_owned(), true)), "{text}");
    }
    // What can be done with comments is told after it, at length.
    let long = format!(
        "Der Beitrag wurde am Mittwoch, den 27. November 2019 um 15:21 Uhr veröffentlicht. {}",
        "Kommentare folgen. ".repeat(30)
    );
    assert!(tells_of_publication(&long));
    for text in ["The minister’s entry was published on 24 March 2023.", "This bridge was opened on 24 March 2023."] {
        assert!(!tells_of_publication(text), "{text}");
    }
}

#[test]
fn a_dateline_begins_a_text() {
    let day = |text| dateline(text, None, None, None).map(|date| date.to_string());
    assert_eq!(day("Karlsruhe, (12.11.2021). Traditionally").as_deref(), Some("2021-11-12"));
    assert_eq!(day("BAKU, March 25, 2023 – The ministry states").as_deref(), Some("2023-03-25"));
    assert_eq!(day("25.03.2023. As of noon").as_deref(), Some("2023-03-25"));
    assert_eq!(day("25.03.2023 „So steht es da“, sagte").as_deref(), Some("2023-03-25"));
    for text in [
        "The treaty of 25 March 1998 between the parties",
        "It met. On 25 March 2023, the office said so.",
        "On 25 March 2023 “Granit” began",
    ] {
        assert_eq!(day(text), None, "{text}");
    }
}

#[test]
fn years_of_other_calendars_go_by_the_language_of_the_page() {
    let day = |text, language| printed(text, Some(language), None, None).map(|date| date.to_string());
    assert_eq!(day("۱۴۰۵/۰۷/۱۰", "fa").as_deref(), Some("2026-10-02"));
    assert_eq!(day("1405/07/10", "fa-IR").as_deref(), Some("2026-10-02"));
    assert_eq!(day("1446/09/12", "ar").as_deref(), Some("2025-03-12"));
    assert_eq!(day("12/09/1446", "ar-SA").as_deref(), Some("2025-03-12"));
    assert_eq!(day("1405/07/10", "en"), None);
    assert_eq!((order("3/25/2023"), order("25/3/2023"), order("3/4/2023")), (Some(true), Some(false), None));
}

#[test]
fn a_year_may_come_first_and_be_called_one() {
    let day = |text| printed(text, None, None, None).map(|date| date.to_string());
    for text in [
        "2023 წლის 25 მარტი",
        "2023-cü il 25 mart",
        "2023-cü ilin martın 25-i, 2023-cü il 25 mart",
        "2023 жылғы 25 наурыз",
        "2023-yil 25-mart",
        "2023. gada 25. marts",
        "2023 m. kovo 25 d.",
        "ngày 25 tháng 3 năm 2023",
    ] {
        assert_eq!(day(text).as_deref(), Some("2023-03-25"), "{text}");
    }
    assert_eq!(day("2023 25 March"), None);
    assert_eq!(day("25.3.2023 klo 16.05").as_deref(), Some("2023-03-25T16:05:00"));
    assert_eq!(day("Sat 25 Mar 2023 16.05 GMT").as_deref(), Some("2023-03-25T16:05:00+00:00"));
    assert_eq!(day("25 March 2023, section 16.05").as_deref(), Some("2023-03-25"));
}
