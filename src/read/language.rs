//! The language of a statement: what the page declares, unless the text is written in another script.

use whatlang::{Detector, Lang, Script};

/// Characters of text that are looked at.
const LOOKED_AT: usize = 4000;

/// Letters below which nothing is said, and below which nothing is certain.
const LEAST: usize = 8;
const CERTAIN: usize = 60;

/// BCP 47 tags of what is detected, for languages whose code has two letters.
const TAGS: [(Lang, &str); 70] = [
    (Lang::Afr, "af"),
    (Lang::Aka, "ak"),
    (Lang::Amh, "am"),
    (Lang::Ara, "ar"),
    (Lang::Aze, "az"),
    (Lang::Bel, "be"),
    (Lang::Ben, "bn"),
    (Lang::Bul, "bg"),
    (Lang::Cat, "ca"),
    (Lang::Ces, "cs"),
    (Lang::Cmn, "zh"),
    (Lang::Cym, "cy"),
    (Lang::Dan, "da"),
    (Lang::Deu, "de"),
    (Lang::Ell, "el"),
    (Lang::Eng, "en"),
    (Lang::Epo, "eo"),
    (Lang::Est, "et"),
    (Lang::Fin, "fi"),
    (Lang::Fra, "fr"),
    (Lang::Guj, "gu"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Hrv, "hr"),
    (Lang::Hun, "hu"),
    (Lang::Hye, "hy"),
    (Lang::Ind, "id"),
    (Lang::Ita, "it"),
    (Lang::Jav, "jv"),
    (Lang::Jpn, "ja"),
    (Lang::Kan, "kn"),
    (Lang::Kat, "ka"),
    (Lang::Khm, "km"),
    (Lang::Kor, "ko"),
    (Lang::Lat, "la"),
    (Lang::Lav, "lv"),
    (Lang::Lit, "lt"),
    (Lang::Mal, "ml"),
    (Lang::Mar, "mr"),
    (Lang::Mkd, "mk"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Nld, "nl"),
    (Lang::Nob, "nb"),
    (Lang::Ori, "or"),
    (Lang::Pan, "pa"),
    (Lang::Pes, "fa"),
    (Lang::Pol, "pl"),
    (Lang::Por, "pt"),
    (Lang::Ron, "ro"),
    (Lang::Rus, "ru"),
    (Lang::Sin, "si"),
    (Lang::Slk, "sk"),
    (Lang::Slv, "sl"),
    (Lang::Sna, "sn"),
    (Lang::Spa, "es"),
    (Lang::Srp, "sr"),
    (Lang::Swe, "sv"),
    (Lang::Tam, "ta"),
    (Lang::Tel, "te"),
    (Lang::Tgl, "tl"),
    (Lang::Tha, "th"),
    (Lang::Tuk, "tk"),
    (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"),
    (Lang::Urd, "ur"),
    (Lang::Uzb, "uz"),
    (Lang::Vie, "vi"),
    (Lang::Yid, "yi"),
    (Lang::Zul, "zu"),
];

/// Scripts of languages that are not written in Latin letters (alone).
const SCRIPTS: [(&[&str], &[Script]); 12] = [
    (&["ru", "uk", "be", "bg", "mk", "mn"], &[Script::Cyrillic]),
    (&["sr", "az", "uz", "kk", "ky", "tg", "tk", "tt", "bs", "me"], &[Script::Cyrillic, Script::Latin, Script::Arabic]),
    (&["hy"], &[Script::Armenian]),
    (&["ka"], &[Script::Georgian]),
    (&["ar", "fa", "ur", "ps", "ckb", "ug"], &[Script::Arabic]),
    (&["he", "yi"], &[Script::Hebrew]),
    (&["zh", "yue"], &[Script::Mandarin]),
    (&["ja"], &[Script::Mandarin, Script::Hiragana, Script::Katakana]),
    (&["ko"], &[Script::Hangul, Script::Mandarin]),
    (&["el"], &[Script::Greek]),
    (&["hi", "mr", "ne"], &[Script::Devanagari]),
    (&["th"], &[Script::Thai]),
];
/// Languages of Latin letters that are declared of pages in other scripts, being what templates come with.
const LATIN: [&str; 26] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "sv", "da", "nb", "no", "fi",
    "et", "lv", "lt", "tr", "id", "vi", "sq",
];

/// The language: the first declaration that fits the script of the text, else what is detected.
///
/// `expected` are the languages that the source is known to write; they narrow the detection down.
pub(super) fn language(text: &str, declared: &[Option<&str>], expected: &[String]) -> Option<String> {
    let sample = sample(text);
    let script = whatlang::detect_script(&sample);
    let tags = declared.iter().flatten().filter_map(|tag| normalised(tag));
    let fitting = tags.into_iter().find(|tag| script.is_none_or(|script| is_written_in(tag, script)));
    fitting.or_else(|| detected(&sample, expected))
}

/// The language that a text is beyond doubt written in.
pub(super) fn certain(text: &str) -> Option<String> {
    let sample = sample(text);
    let info = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    (sample.chars().filter(|c| c.is_alphabetic()).count() >= CERTAIN)
        .then(|| detected(&sample, &[]).or_else(|| tag(info.lang())))?
}

/// The beginning of a text without addresses, which are in no language.
fn sample(text: &str) -> String {
    let short: String = text.chars().take(LOOKED_AT).collect();
    let words = short.split_whitespace().filter(|word| !word.contains("://") && !word.starts_with('@'));
    words.collect::<Vec<_>>().join(" ")
}

fn tag(lang: Lang) -> Option<String> {
    TAGS.iter().find(|(known, _)| *known == lang).map(|(_, tag)| (*tag).to_owned())
}

fn detected(sample: &str, expected: &[String]) -> Option<String> {
    if sample.chars().filter(|c| c.is_alphabetic()).count() < LEAST {
        return None;
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    let known: Vec<Lang> = expected
        .iter()
        .filter_map(|tag| TAGS.iter().find(|(_, known)| *known == primary(tag)).map(|(lang, _)| *lang))
        .collect();
    let narrow = if known.is_empty() { None } else { Detector::with_allowlist(known).detect(sample) };
    let info = narrow.or_else(|| Detector::new().detect(sample))?;
    // Letters that one language alone has decide sooner than statistics over a few words.
    let letters = [("ə", "az"), ("ї", "uk"), ("є", "uk"), ("ў", "be"), ("ы", "ru")];
    let count = |letter: &str| sample.matches(letter).count();
    let marked = letters.iter().map(|(letter, tag)| (count(letter), *tag)).max_by_key(|(count, _)| *count);
    if let Some((found, tag)) = marked
        && found >= 3
        && !info.is_reliable()
    {
        return Some(tag.to_owned());
    }
    tag(info.lang())
}

fn is_written_in(tag: &str, script: Script) -> bool {
    let primary = tag.split('-').next().unwrap_or(tag);
    if LATIN.contains(&primary) {
        return script == Script::Latin;
    }
    SCRIPTS
        .iter()
        .find(|(languages, _)| languages.contains(&primary))
        .is_none_or(|(_, scripts)| scripts.contains(&script))
}

/// A tag in the case of BCP 47, with nothing but language, script and region; `None` where it is no tag.
fn normalised(tag: &str) -> Option<String> {
    let tag = tag.split([',', ';', ' ']).next()?.trim();
    let mut parts = tag.split(['-', '_', '.']);
    let language = parts.next()?.to_ascii_lowercase();
    let language = match language.as_str() {
        "eng" | "english" => "en".to_owned(),
        "rus" | "russian" => "ru".to_owned(),
        "arm" | "hye" | "am" if tag.len() <= 3 && language != "am" => "hy".to_owned(),
        "ua" => "uk".to_owned(),
        "iw" => "he".to_owned(),
        _ => language,
    };
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let mut out = language;
    for part in parts.take(2) {
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
        match part.len() {
            2 if letters => {
                out.push('-');
                out.push_str(&part.to_ascii_uppercase());
                break;
            }
            4 if letters => {
                out.push('-');
                out.push_str(&part[..1].to_ascii_uppercase());
                out.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => break,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_holds_unless_the_script_is_another() {
        let russian = "В результате обстрела ранены военнослужащие, им оказана медицинская помощь.";
        let language = |text, declared: &str| language(text, &[Some(declared)], &[]);
        assert_eq!(language(russian, "en").as_deref(), Some("ru"));
        assert_eq!(language(russian, "ru_ru").as_deref(), Some("ru-RU"));
        assert_eq!(language(russian, "uk").as_deref(), Some("uk"), "the same script: the office knows best");
        assert_eq!(language("The situation has been stable.", "EN-us").as_deref(), Some("en-US"));
        assert_eq!(language("Միջոցներ են ձեռնարկվում նախկին դիրքեր վերադառնալու համար։", "en").as_deref(), Some("hy"));
        assert_eq!(language("全ての当事者に対し、三者声明を完全に順守するよう求める。", "ja").as_deref(), Some("ja"));
    }

    #[test]
    fn what_is_not_declared_is_detected() {
        let detect = |text: &str| language(text, &[None, Some("{{lang}}")], &[]);
        assert_eq!(detect("Atəş nəticəsində hərbi qulluqçu yaralanıb və hospitala çatdırılıb.").as_deref(), Some("az"));
        assert_eq!(detect("Міністерство просить довіряти лише офіційним джерелам щодо їх дій.").as_deref(), Some("uk"));
        assert_eq!(detect(""), None);
    }

    #[test]
    fn every_detected_language_has_a_tag() {
        for lang in Lang::all() {
            assert!(TAGS.iter().any(|(known, _)| known == lang), "{lang:?}");
        }
    }
}
