//! How sites say, with a status of success, that a page is not there or that they are broken. Data, by language.
//!
//! A statement can mention such words. They count where a whole title or heading says nothing else, or where the page says
//! nothing else, and never on a page with much text.

use super::NEXT_TO_NOTHING;
use super::glance::Page;

/// Whole titles and headings, or whole parts of them, of pages that are not there.
const GONE: [&str; 65] = [
    // English
    "404",
    "not found",
    "page not found",
    "page not found error",
    "the page was not found",
    "page cannot be found",
    "page can t be found",
    "the page cannot be found",
    "page does not exist",
    "this page does not exist",
    "page doesn t exist",
    "this page doesn t exist",
    "page no longer exists",
    "page no longer available",
    "content not found",
    "document not found",
    "file not found",
    "article not found",
    "news not found",
    "requested page not found",
    // Russian, Ukrainian, Belarusian
    "не найдено",
    "страница не найдена",
    "страница не существует",
    "такой страницы нет",
    "документ не найден",
    "новость не найдена",
    "материал не найден",
    "запрашиваемая страница не найдена",
    "сторінку не знайдено",
    "сторінка не знайдена",
    "сторінка не існує",
    "не знайдено",
    "старонка не знойдзена",
    // Armenian, Georgian
    "էջը չի գտնվել",
    "էջը գոյություն չունի",
    "չի գտնվել",
    "գვერდი ვერ მოიძებნა",
    "გვერდი ვერ მოიძებნა",
    "გვერდი არ არსებობს",
    "გვერდი არ მოიძებნა",
    // Azerbaijani, Turkish
    "səhifə tapılmadı",
    "səhifə mövcud deyil",
    "tapılmadı",
    "sayfa bulunamadı",
    "sayfa mevcut değil",
    "bulunamadı",
    // French, German, Spanish
    "page introuvable",
    "page non trouvée",
    "cette page n existe pas",
    "seite nicht gefunden",
    "nicht gefunden",
    "die seite wurde nicht gefunden",
    "página no encontrada",
    "no encontrado",
    "la página no existe",
    // Arabic, Persian, Hebrew
    "الصفحة غير موجودة",
    "لم يتم العثور على الصفحة",
    "غير موجود",
    "صفحه یافت نشد",
    "صفحه مورد نظر یافت نشد",
    "הדף לא נמצא",
    "העמוד לא נמצא",
    // Japanese, Chinese, Korean
    "ページが見つかりません",
    "页面不存在",
    "페이지를 찾을 수 없습니다",
];

/// Sentences of pages that say nothing else.
const GONE_SENTENCES: [&str; 16] = [
    "page not found",
    "page you requested does not exist",
    "page you requested could not be found",
    "page you are looking for",
    "requested url was not found",
    "страница не найдена",
    "запрашиваемая страница",
    "запрошенная страница",
    "страница не существует",
    "էջը չի գտնվել",
    "səhifə tapılmadı",
    "сторінку не знайдено",
    "გვერდი ვერ მოიძებნა",
    "sayfa bulunamadı",
    "الصفحة غير موجودة",
    "ページが見つかりません",
];

/// Whole titles and headings, or whole parts of them, of sites that are broken for the moment.
const BROKEN: [&str; 27] = [
    "internal server error",
    "service unavailable",
    "service temporarily unavailable",
    "bad gateway",
    "gateway timeout",
    "gateway time out",
    "technical difficulties",
    "we are experiencing technical difficulties",
    "under maintenance",
    "site under maintenance",
    "site maintenance",
    "maintenance mode",
    "database error",
    "error establishing a database connection",
    "runtime error",
    "server error",
    "301 moved permanently",
    "moved permanently",
    "302 found",
    "object moved",
    "document moved",
    "технические работы",
    "сайт временно недоступен",
    "ведутся технические работы",
    "технічні роботи",
    "сайт тимчасово недоступний",
    "texniki işlər aparılır",
];

/// What a page says of itself when it stays and is withdrawn: the thing, then what became of it, in one sentence.
const WITHDRAWN: [(&[&str], &[&str]); 14] = [
    (
        &[
            "this page",
            "this statement",
            "this press release",
            "this news story",
            "this news article",
            "this article",
            "this publication",
            "this announcement",
            "this document",
            "this guidance",
            "this notice",
            "this release",
        ],
        &["was withdrawn", "has been withdrawn", "was retracted", "has been retracted", "is withdrawn"],
    ),
    (
        &["это сообщение", "данное сообщение", "это заявление", "данное заявление"],
        &["отозвано", "было отозвано", "аннулировано", "утратило актуальность"],
    ),
    (&["эта публикация", "данная публикация", "эта новость", "данная новость"], &["отозвана", "была отозвана"]),
    (&["этот пресс-релиз", "данный пресс-релиз", "этот материал", "данный материал"], &["отозван", "был отозван"]),
    (&["це повідомлення", "дане повідомлення"], &["відкликано", "було відкликано", "скасовано"]),
    (&["այս հայտարարությունը", "այս հաղորդագրությունը"], &["հետ է կանչվել", "հետ է վերցվել", "չեղարկվել է"]),
    (&["bu məlumat", "bu bəyanat", "bu xəbər"], &["geri götürülüb", "geri götürülmüşdür", "ləğv edilib"]),
    (&["ეს განცხადება"], &["გაუქმებულია", "გაწვეულია"]),
    (&["bu açıklama", "bu duyuru"], &["geri çekilmiştir", "geri çekildi"]),
    (&["diese pressemitteilung", "diese meldung"], &["wurde zurückgezogen", "ist zurückgezogen"]),
    (&["ce communiqué"], &["a été retiré"]),
    (&["este comunicado"], &["ha sido retirado", "fue retirado"]),
    (&["هذا البيان"], &["تم سحبه", "ملغى"]),
    (&["この発表", "このお知らせ"], &["は取り下げられました", "は撤回されました"]),
];
/// What stands before a title for the same.
const WITHDRAWN_TITLES: [&str; 6] =
    ["[withdrawn]", "withdrawn:", "[retracted]", "[отозвано]", "отозвано:", "[відкликано]"];

/// Words before or after what is meant.
const AROUND: [&str; 12] =
    ["404", "error", "http", "oops", "sorry", "ошибка", "помилка", "սխալ", "xəta", "hata", "erreur", "fehler"];

/// A title, heading or sentence that says that the page is not there.
pub(super) fn says_gone(page: &Page) -> Option<String> {
    whole(page, &GONE).or_else(|| {
        let text = page.text.to_lowercase();
        let sentence = GONE_SENTENCES.iter().find(|sentence| text.contains(**sentence));
        let nothing_else = page.outside < NEXT_TO_NOTHING;
        sentence.filter(|_| nothing_else).map(|sentence| format!("text {sentence:?}"))
    })
}

/// Whether a page in lower case has such words anywhere: most have none, and need no second look.
pub(super) fn may_be_withdrawn(page: &str) -> bool {
    WITHDRAWN_TITLES.iter().any(|word| page.contains(word))
        || WITHDRAWN.iter().flat_map(|(_, became)| became.iter()).any(|words| page.contains(words))
}

/// What a page says of its own withdrawal: a title that begins with it, or a sentence about itself.
pub(super) fn says_withdrawn(page: &Page) -> Option<String> {
    let begins = |text: &&String| WITHDRAWN_TITLES.iter().any(|word| text.to_lowercase().starts_with(word));
    if let Some(title) = page.title.iter().chain(&page.headings).find(begins) {
        return Some(format!("says of itself: {title:?}"));
    }
    let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let sentence = WITHDRAWN.iter().find_map(|(things, became)| {
        things.iter().find_map(|thing| {
            let rest = text.match_indices(thing).map(|(at, _)| text[at + thing.len()..].trim_start());
            let mut said = rest.filter_map(|rest| became.iter().find(|words| rest.starts_with(**words)));
            said.next().map(|words| format!("{thing} {words}"))
        })
    });
    sentence.map(|sentence| format!("says of itself: {sentence:?}"))
}

/// A title or heading that says that the site is broken.
pub(super) fn says_broken(page: &Page) -> Option<String> {
    whole(page, &BROKEN)
}

fn whole(page: &Page, phrases: &[&str]) -> Option<String> {
    let is = |text: &&String| parts(text).any(|part| phrases.contains(&part.as_str()));
    // A site's name stands beside the title, so that parts count there; a heading is read as a whole too.
    if page.title.as_ref().filter(is).is_some() {
        return page.title_line();
    }
    page.headings.iter().find(is).map(|heading| format!("heading {heading:?}"))
}

/// The parts of a title between what parts it from a site's name, letters and digits alone, with and without what stands
/// around. A colon or full stop parts nothing: what they part belongs together, and is a statement's title.
fn parts(title: &str) -> impl Iterator<Item = String> {
    let separators = |c: char| matches!(c, '|' | '–' | '—' | '»' | '«' | '·' | '•');
    let spaced = title.to_lowercase().replace(" - ", "|");
    let parts: Vec<String> = spaced.split(separators).map(plain).filter(|part| !part.is_empty()).collect();
    parts.into_iter().flat_map(|part| {
        let mut words: Vec<&str> = part.split(' ').collect();
        while words.len() > 1 && words.first().is_some_and(|word| AROUND.contains(word)) {
            words.remove(0);
        }
        while words.len() > 1 && words.last().is_some_and(|word| AROUND.contains(word)) {
            words.pop();
        }
        [words.join(" "), part]
    })
}

fn plain(part: &str) -> String {
    let letters: String = part.chars().map(|c| if c.is_alphanumeric() || is_mark(c) { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Combining marks that some scripts write words with.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{5b0}'..='\u{5c7}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrases_are_in_the_form_in_which_they_are_compared() {
        for phrase in GONE.iter().chain(&BROKEN) {
            assert_eq!(plain(&phrase.to_lowercase()), *phrase);
        }
        let mut all: Vec<&str> = GONE.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), GONE.len(), "each once");
    }

    #[test]
    fn a_title_is_parted_from_the_name_of_its_site() {
        let says =
            |title: &str| parts(title).any(|part| GONE.contains(&part.as_str()) || BROKEN.contains(&part.as_str()));
        for title in [
            "Page not found | Office 3",
            "Oops! Page not found",
            "Ошибка 404. Страница не найдена — МО",
            "404: Not Found",
        ] {
            assert!(says(title), "{title}");
        }
        for title in
            ["Bodies of the missing: not found", "Page not found in the register, says ministry", "Road maintenance"]
        {
            assert!(!says(title), "{title}");
        }
    }
}
