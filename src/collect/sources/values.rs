//! What single values of `sources.toml` may say: addresses, hosts, headers, words.
//!
//! Each function gives the value as meant, or what was expected and what was found. None looks anything up.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use url::{Host, Url};

use super::Contact;
use crate::model::json_path::JsonPath;
use crate::model::source::Keep;
use crate::model::source::{Kind, Robots};
use crate::model::statement::SourceId;

/// Headers that belong to the exchange itself: set by a person they would make it, or its record, untrue.
const OURS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "proxy-authorization",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What was found, in quotes and at a length that fits a line.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

pub(super) fn id(text: &str) -> Result<SourceId, String> {
    text.parse().map_err(|error: crate::model::statement::BadSourceId| error.to_string())
}

/// An address of the web: http or https, no credentials.
pub(super) fn web_address(text: &str) -> Result<Url, String> {
    let expected = "expected an address that begins with https:// or http://";
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => {
            let guess = format!("https://{text}");
            let hint = match Url::parse(&guess) {
                Ok(url) if !text.contains("://") && url.host_str().is_some_and(|host| host.contains('.')) => {
                    format!("; did you mean {}?", shown(&guess))
                }
                Ok(_) | Err(_) => String::new(),
            };
            return Err(format!("{expected}, found {}{hint}", shown(text)));
        }
        Err(error) => return Err(format!("{expected}, found {} ({error})", shown(text))),
    };
    // The password itself is not repeated: problems end up in logs and mails.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address must not carry a name or password; put an Authorization line into headers".to_owned());
    }
    Ok(url)
}

pub(super) fn contact(text: &str) -> Result<Contact, String> {
    let expected = r#"expected "mailto:...", the address of a web page, or "none""#;
    if text == "none" {
        return Ok(Contact::Nobody);
    }
    let hint = if text.contains('@') && !text.contains(':') {
        format!("; did you mean {}?", shown(&format!("mailto:{text}")))
    } else {
        String::new()
    };
    let wrong = || format!("{expected}, found {}{hint}", shown(text));
    // It stands in a comment of the User-Agent (RFC 9110, 5.6.5), where parentheses and backslashes have a meaning.
    if text.len() > 200 || !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()\\".contains(&byte)) {
        return Err(wrong());
    }
    let mail = text.strip_prefix("mailto:").is_some_and(|mail| {
        mail.split_once('@').is_some_and(|(name, host)| !name.is_empty() && Host::parse(host).is_ok())
    });
    if mail || web_address(text).is_ok() { Ok(Contact::At(text.to_owned())) } else { Err(wrong()) }
}

/// A host, with a port where it is not the usual one, in the form that a parsed address has.
pub(super) fn host(text: &str) -> Result<String, String> {
    let wrong = || format!("expected a host such as \"static.example.org\", found {}", shown(text));
    if text.contains(['/', '@', '*', '?', '#', '\\']) || text.trim() != text {
        return Err(wrong());
    }
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// An earlier id or host.
pub(super) fn earlier(text: &str) -> Result<String, String> {
    let name = text.parse::<SourceId>().map(|id| id.to_string());
    name.or_else(|_| host(text)).map_err(|_| format!("expected an earlier id or host, found {}", shown(text)))
}

pub(super) fn proxy(text: &str) -> Result<String, String> {
    let known = |url: &Url| matches!(url.scheme(), "http" | "socks5" | "socks5h") && url.host_str().is_some();
    match Url::parse(text) {
        Ok(url) if known(&url) => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err("expected http://host:port, socks5://host:port or socks5h://host:port".to_owned()),
    }
}

/// A name of a request header (RFC 9110, 5.1) that is not ours to set.
pub(super) fn header_name(name: &str) -> Result<String, String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("{} cannot name a header", shown(name)));
    }
    if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("{name} is set by the exchange itself and cannot be given"));
    }
    Ok(name.to_owned())
}

/// A value of a request header (RFC 9110, 5.5), which is never repeated in a message: it may be a secret.
pub(super) fn header_value(name: &str, value: &str) -> Result<String, String> {
    let good = value.bytes().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'));
    if good { Ok(value.trim().to_owned()) } else { Err(format!("the value of {name} must be plain ASCII on one line")) }
}

pub(super) fn robots(text: &str) -> Result<Robots, String> {
    if text == "obey" {
        return Ok(Robots::Obey);
    }
    match text.strip_prefix("ignore:").map(str::trim) {
        Some(reason) if !reason.is_empty() && !reason.contains(char::is_control) => {
            Ok(Robots::Ignore(reason.to_owned()))
        }
        Some(_) | None => {
            Err(format!("expected \"obey\", or \"ignore: \" and the reason on one line, found {}", shown(text)))
        }
    }
}

pub(super) fn kind(text: &str) -> Result<Kind, String> {
    let kinds = [
        ("auto", Kind::Auto),
        ("feed", Kind::Feed),
        ("sitemap", Kind::Sitemap),
        ("listing", Kind::Listing),
        ("telegram", Kind::Telegram),
        ("json", Kind::Json),
        ("urls", Kind::Urls),
    ];
    word(text, &kinds)
}

pub(super) fn keep(text: &str) -> Result<Keep, String> {
    word(text, &[("changed", Keep::Changed), ("all", Keep::All)])
}

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let hint = super::written::nearest(text, &known).map(|near| format!("; did you mean {near:?}?"));
        format!("expected one of {}, found {}{}", known.join(", "), shown(text), hint.unwrap_or_default())
    })
}

/// A month, a year or a day since when there is nothing to fetch.
pub(super) fn closed(text: &str) -> Result<String, String> {
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    // The length is asked for again because chrono also takes days of one digit and years of five.
    let good = whole.len() == 10 && NaiveDate::parse_from_str(&whole, "%Y-%m-%d").is_ok();
    let wrong = || format!("expected a month such as \"2023-09\" (or a year, or a day), found {}", shown(text));
    if good { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// A language tag by the shape of BCP 47 (RFC 5646, 2.1); whether it is registered is not asked.
pub(super) fn language(text: &str) -> Result<String, String> {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let good = (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("expected a language such as \"en\" or \"pt-BR\", found {}", shown(text)))
    }
}

/// A vantage: it names a folder of the archive and signs its notes.
pub(super) fn vantage(text: &str) -> Result<String, String> {
    let wrong = "1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";
    match text.parse::<SourceId>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("{} cannot name a vantage: {wrong}", shown(text))),
    }
}

/// Where an archive lies: a folder, relative to that of the file.
pub(super) fn archive_path(text: &str, folder: &Path) -> Result<PathBuf, String> {
    match text.split_once("://") {
        Some((scheme, _)) => Err(format!("archives at {scheme}:// are not supported yet; expected a folder")),
        None => file(text, folder),
    }
}

/// A file or folder, relative to that of the file.
pub(super) fn file(text: &str, folder: &Path) -> Result<PathBuf, String> {
    if text.contains(char::is_control) {
        return Err(format!("{} cannot be a path", shown(text)));
    }
    Ok(folder.join(text))
}

/// A path into a JSON document.
pub(super) fn json_path(text: &str) -> Result<JsonPath, String> {
    text.parse().map_err(|error| format!("{error}, found {}", shown(text)))
}

/// What stands before the path of an address: the beginning of a path, without a slash at its end.
pub(super) fn path_prefix(text: &str) -> Result<String, String> {
    let prefix = text.trim_end_matches('/');
    let good = prefix.len() > 1
        && prefix.starts_with('/')
        && !prefix.starts_with("//")
        && prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\'));
    if good {
        Ok(prefix.to_owned())
    } else {
        Err(format!("expected the beginning of a path such as \"/api/content\", found {}", shown(text)))
    }
}

/// A CSS selector, as it was written.
pub(super) fn selector(text: &str) -> Result<String, String> {
    match scraper::Selector::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("not a CSS selector: {} ({error})", shown(text))),
    }
}

/// A policy of an authority: an object identifier in dotted numbers (X.660).
pub(super) fn policy(text: &str) -> Result<String, String> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.split('.').count() >= 3 && text.split('.').all(number) {
        Ok(text.to_owned())
    } else {
        Err(format!("expected a policy such as \"1.2.3.4.1\", found {}", shown(text)))
    }
}
