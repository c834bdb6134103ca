//! How pages say that they are shown to people alone, or not from here. Data, by language.
//!
//! Such words count where hardly anything else is said: a statement may well be about them.

use super::glance::Page;
use super::{LITTLE, NEXT_TO_NOTHING};

/// What the usual riddles for people are built into a page with.
const WIDGETS: [&str; 11] = [
    "g-recaptcha",
    "h-captcha",
    "cf-turnstile",
    "smart-captcha",
    "frc-captcha",
    "geetest",
    "captcha-container",
    "captcha_image",
    "captchaimage",
    "name=\"captcha",
    "data-sitekey",
];

/// What asks whether a visitor is a person.
const HUMAN: [&str; 40] = [
    "not a robot",
    "are a human",
    "you are human",
    "you're human",
    "verify you are",
    "prove that you are",
    "security check",
    "unusual traffic",
    "checking your browser",
    "не робот",
    "вы человек",
    "проверка безопасности",
    "проверка браузера",
    "подозрительная активность",
    "не є роботом",
    "ви людина",
    "ռոբոտ չեք",
    "robot deyilsiniz",
    "robot olmadığınızı",
    "robot olmadığını",
    "insan olduğunuzu",
    "არ ხართ რობოტი",
    "kein roboter",
    "sicherheitsüberprüfung",
    "pas un robot",
    "êtes un humain",
    "vérification de sécurité",
    "no soy un robot",
    "no es un robot",
    "eres humano",
    "لست روبوت",
    "لست برنامج روبوت",
    "ربات نیستید",
    "من ربات نیستم",
    "אינך רובוט",
    "אני לא רובוט",
    "不是机器人",
    "人机验证",
    "ロボットではありません",
    "로봇이 아닙니다",
];

/// What turns a visitor away for the place or the network that he comes from.
const REFUSED: [&str; 30] = [
    "not available in your country",
    "not available in your region",
    "unavailable in your country",
    "not accessible from your country",
    "access from your country",
    "access from your location",
    "access denied from your",
    "access to this site has been blocked",
    "access to this website has been blocked",
    "access to this page has been blocked",
    "this site is blocked",
    "this website is blocked",
    "website blocked",
    "web page blocked",
    "has been blocked in accordance with",
    "your ip address has been blocked",
    "your ip has been blocked",
    "доступ к сайту ограничен",
    "доступ к ресурсу ограничен",
    "доступ к информационному ресурсу ограничен",
    "доступ из вашей страны",
    "недоступен в вашей стране",
    "ваш ip-адрес заблокирован",
    "доступ заборонено",
    "недоступний у вашій країні",
    "erişime engellenmiştir",
    "erişim engellenmiştir",
    "in ihrem land nicht verfügbar",
    "pas disponible dans votre pays",
    "no está disponible en su país",
];

/// The words with which a page asks for a person, or turns the visitor away.
pub(super) fn turns_away(page: &Page) -> Option<String> {
    if page.outside >= LITTLE {
        return None;
    }
    let above = page.title.iter().chain(&page.headings).map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" | ");
    let text = page.text.to_lowercase();
    let found = |phrases: &[&'static str], text: &str| phrases.iter().copied().find(|phrase| text.contains(phrase));
    let markup = page.markup.to_ascii_lowercase();
    if let Some(widget) = WIDGETS.iter().find(|widget| markup.contains(**widget))
        && let Some(phrase) = found(&HUMAN, &above).or_else(|| found(&HUMAN, &text))
    {
        return Some(format!("asks for a person: {phrase:?}, {widget}"));
    }
    let little = page.outside < 2 * NEXT_TO_NOTHING;
    let asks = found(&HUMAN, &above).filter(|_| page.outside < NEXT_TO_NOTHING);
    if let Some(phrase) = asks {
        return Some(format!("asks for a person: {phrase:?}"));
    }
    let refuses = found(&REFUSED, &above).or_else(|| found(&REFUSED, &text)).filter(|_| little);
    refuses.map(|phrase| format!("turns the visitor away: {phrase:?}"))
}
