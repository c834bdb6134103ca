//! What the demo's ministry has to say. Ruritania is a country of novels, and so is all that happens in it.

/// How the page of a statement is built: three habits of press offices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Template {
    /// `<article>`, Open Graph and JSON-LD, as a site of this decade has them.
    Semantic,
    /// `<div>` with classes, the date printed beside the title.
    Portal,
    /// A layout table, `<font>`, and `<br>` for paragraphs, with a counter of visitors below.
    Soup,
}

/// One statement of the ministry.
pub(super) struct Statement {
    /// The last part of its address.
    pub(super) page: &'static str,
    pub(super) language: &'static str,
    pub(super) template: Template,
    /// How many days before the office opened it was published, and at what hour and minute.
    pub(super) age: (i64, u32, u32),
    pub(super) title: &'static str,
    pub(super) paragraphs: &'static [&'static str],
}

/// Its statements, newest first.
pub(super) const STATEMENTS: [Statement; 6] = [
    Statement {
        page: "1047-autumn-shield.html",
        language: "en",
        template: Template::Semantic,
        age: (1, 16, 5),
        title: "On the conclusion of the exercise “Autumn Shield” in the Zenda district",
        paragraphs: &[
            "The Ministry of Defence of Ruritania informs that the exercise “Autumn Shield” in the Zenda district was \
             concluded on schedule.",
            "In accordance with the plan, 1,200 servicemen and 84 vehicles took part. All units will return to their \
             permanent stations by the end of the week.",
            "In the course of the exercise one serviceman was injured; his condition is stable. The circumstances are \
             being examined by a commission.",
            "The Ministry thanks the residents of the district for their patience.",
        ],
    },
    Statement {
        page: "1046-strelsau-checkpoint.html",
        language: "ru",
        template: Template::Soup,
        age: (2, 11, 30),
        title: "О работе контрольно-пропускного пункта «Стрельсау»",
        paragraphs: &[
            "Министерство обороны Руритании сообщает, что контрольно-пропускной пункт «Стрельсау» вновь работает по \
             обычному графику, с 8:00 до 20:00.",
            "За минувшие сутки через пункт проследовали 312 транспортных средств. Досмотр проводится на основании \
             действующего порядка.",
            "Сообщения о закрытии дороги на Тарленхайм не соответствуют действительности.",
        ],
    },
    Statement {
        page: "1045-hentzau-bridge.html",
        language: "en",
        template: Template::Portal,
        age: (3, 9, 0),
        title: "Comment of the spokesperson on reports about the Hentzau bridge",
        paragraphs: &[
            "Certain media have circulated reports of a shooting near the Hentzau bridge on the night of Tuesday. The \
             Ministry considers it necessary to state the following.",
            "The guard post at the bridge fired two warning shots after an unidentified vehicle failed to stop. Nobody \
             was harmed, and the vehicle turned back.",
            "We call upon the media to refrain from publishing unverified information.",
        ],
    },
    Statement {
        page: "1044-tarlenheim-bridge.html",
        language: "hy",
        template: Template::Portal,
        age: (5, 14, 20),
        title: "Տարլենհայմի կամրջի վերանորոգման մասին",
        paragraphs: &[
            "Ռուրիտանիայի պաշտպանության նախարարությունը տեղեկացնում է, որ Տարլենհայմի կամրջի վերանորոգման \
             աշխատանքները կավարտվեն մինչև ամսվա վերջ։",
            "Աշխատանքներին մասնակցում է ինժեներական զորքերի 140 զինծառայող։ Երթևեկությունը ժամանակավորապես \
             կազմակերպված է շրջանցիկ ճանապարհով։",
            "Կամրջի վերաբացման օրվա մասին կհաղորդվի լրացուցիչ։",
        ],
    },
    Statement {
        page: "1043-delegation-of-graustark.html",
        language: "en",
        template: Template::Semantic,
        age: (8, 18, 0),
        title: "The Minister received the delegation of the General Staff of Graustark",
        paragraphs: &[
            "On the invitation of the Ministry, a delegation of the General Staff of the Principality of Graustark paid \
             a working visit to Strelsau.",
            "The parties discussed the exchange of cadets, the joint rescue service in the mountains, and the calendar \
             of visits for the coming year.",
            "A memorandum on the mutual recognition of medical certificates was signed.",
        ],
    },
    Statement {
        page: "1042-mine-clearance.html",
        language: "ru",
        template: Template::Portal,
        age: (12, 10, 15),
        title: "Итоги работы сапёрных подразделений за месяц",
        paragraphs: &[
            "В течение месяца сапёрные подразделения Министерства обороны Руритании обследовали 46 гектаров \
             сельскохозяйственных угодий в округе Зенда.",
            "Обнаружено и обезврежено 17 взрывоопасных предметов. Происшествий не допущено.",
            "Работы будут продолжены до наступления зимы.",
        ],
    },
];

/// Which of them the office edits in silence: a number, a promise, and a sentence that is no longer there.
pub(super) const EDITED: usize = 0;

/// Its paragraphs after that.
pub(super) const AFTER_EDIT: &[&str] = &[
    "The Ministry of Defence of Ruritania informs that the exercise “Autumn Shield” in the Zenda district was \
     concluded on schedule.",
    "In accordance with the plan, 900 servicemen and 84 vehicles took part. All units may return to their permanent \
     stations by the end of the week.",
    "In the course of the exercise one serviceman was injured; his condition is stable.",
    "The Ministry thanks the residents of the district for their patience.",
];

/// Which of them the office takes down.
pub(super) const WITHDRAWN: usize = 2;
