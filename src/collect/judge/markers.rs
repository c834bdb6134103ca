//! Marks of gates: what the services that keep robots out put into headers, cookies, titles and pages. Data.
//!
//! Sites behind such a service show its headers and cookies on good pages too (`cf-ray`, `server: cloudflare`, `__ddg1_`):
//! those stand here only with what else must be seen.

use crate::model::capture::Exchange;

use super::glance::{Glance, Page};
use super::{LITTLE, NEXT_TO_NOTHING};

/// Headers that say by themselves that this is a gate: name, a part of the value.
const DECISIVE: [(&str, &str); 4] = [
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("x-sucuri-block", ""),
];

/// Whole titles of gates, in lower case.
const TITLES: [&str; 24] = [
    "just a moment...",
    "just a moment…",
    "один момент…",
    "один момент...",
    "bir dakika lütfen...",
    "attention required! | cloudflare",
    "access denied",
    "access denied | cloudflare",
    "please wait... | cloudflare",
    "ddos-guard",
    "human verification",
    "error: the request could not be satisfied",
    "shieldsquare captcha",
    "radware captcha page",
    "radware bot manager captcha",
    "web page blocked",
    "web page blocked!",
    "federal register :: request access",
    "request rejected",
    "request unsuccessful. incapsula incident",
    "sucuri website firewall - access denied",
    "security check",
    "are you a robot?",
    "pardon our interruption",
];

/// Parts of pages that only gates have. Some stand in scripts on good pages, so the page must say little besides.
const MARKUP: [&str; 26] = [
    // Not `/cdn-cgi/challenge-platform/scripts/`, which is put into good pages.
    "/cdn-cgi/challenge-platform/h/",
    "challenges.cloudflare.com",
    "__cf_chl_",
    "id=\"challenge-form\"",
    "class=\"cf-turnstile",
    "errors.edgesuite.net",
    "/.well-known/ddos-guard/",
    "check.ddos-guard.net",
    "servicepipe.ru/static/checkjs",
    "jsrsasign-all-min.js",
    "get_cookie_spsn",
    "id_captcha_frame_div",
    "/exhkqyad",
    "__qrator",
    "captcha.perfdrive.com",
    "cdn.perfdrive.com/aperture",
    "Zyxel Security Cloud-DNS Filter Service",
    "_Incapsula_Resource",
    "captcha-delivery.com",
    "px-captcha",
    "awswaf.com",
    "AwsWafIntegration",
    "swp_token",
    "The requested URL was rejected. Please consult with your administrator",
    "google.com/recaptcha/challengepage",
    "hcaptcha.com/captcha",
];

/// Cookies that gates set; good pages have them too, so that nearly nothing else may be seen.
const COOKIES: [&str; 9] =
    ["spsc=", "spsn=", "qrator_jsr=", "qrator_jsid=", "swp_token=", "__ddg8_=", "__ddg9_=", "__ddg10_=", "incap_ses_"];

/// What shows that an answer is a gate, line by line; `None` where nothing does.
pub(super) fn gate(answer: &Exchange, glance: &Glance) -> Option<Vec<String>> {
    for (name, part) in DECISIVE {
        if let Some(value) = values(answer, name).find(|value| value.to_ascii_lowercase().contains(part)) {
            return Some(vec![format!("header {name}: {}", value.chars().take(60).collect::<String>())]);
        }
    }
    match glance {
        // What is not there may say so on a bare page; a gate does not answer 404.
        Glance::Page(page) if !matches!(answer.status, 404 | 410) => in_page(answer, page),
        Glance::Page(_) | Glance::Other => None,
    }
}

fn in_page(answer: &Exchange, page: &Page) -> Option<Vec<String>> {
    if page.outside >= LITTLE {
        return None;
    }
    let title = page.title.as_ref().filter(|title| {
        let title = title.to_lowercase();
        // a gate in the site's own frame bears the site's name beside its own
        let mut parts = title.split(['|', '–', '—', '·', '•']).flat_map(|part| part.split(" - ")).map(str::trim);
        TITLES.contains(&title.as_str())
            || title.starts_with("attention required!")
            || parts.any(|part| TITLES.contains(&part))
    });
    if title.is_some() {
        return Some(page.title_line().into_iter().collect());
    }
    if let Some(line) = super::refusals::turns_away(page) {
        return Some(vec![line, format!("{} letters of text", page.outside)]);
    }
    // What a title does not say must be said by hardly anything else: good pages carry such scripts too.
    let bare = page.outside < NEXT_TO_NOTHING && page.headings.len() <= 1;
    if !bare {
        return None;
    }
    if let Some(mark) = MARKUP.iter().find(|mark| page.markup.contains(**mark)) {
        return Some(vec![format!("page with {mark}"), format!("{} letters of text", page.outside)]);
    }
    let scripted = page.markup.contains("<script") && page.outside < NEXT_TO_NOTHING / 3;
    let cookie = values(answer, "set-cookie").find_map(|value| COOKIES.iter().find(|name| value.starts_with(**name)));
    let cookie = cookie.filter(|_| scripted)?;
    Some(vec![format!("cookie {}", cookie.trim_end_matches('=')), format!("{} letters of text", page.outside)])
}

fn values<'a>(answer: &'a Exchange, name: &'a str) -> impl Iterator<Item = &'a str> {
    answer.headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
}
