//! The form of an address in which two that mean the same page are the same text.
//!
//! For comparing only, never for asking: `http` and `https` fall together, as do `www.` and none, default ports, a slash
//! at the end, fragments, tracking parameters, session ids, and two ways to write one percent-encoded byte. The order of
//! parameters stays: some sites mean something by it.

use url::Url;

/// Parameters that tell a site where a visitor came from, and nothing about the page.
const TRACKING: [&str; 14] = [
    "fbclid",
    "gclid",
    "yclid",
    "dclid",
    "msclkid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_openstat",
    "ysclid",
    "gbraid",
    "wbraid",
    "_ga",
    "_gl",
];
/// Parameters and path parameters that name a visit.
const SESSION: [&str; 4] = ["jsessionid", "phpsessid", "sid_session", "aspsessionid"];

/// The address in its comparable form, `//host/path?query`.
pub fn canonical(url: &Url) -> String {
    let mut out = format!("//{}", bare_host(url));
    if let Some(port) = url.port() {
        // Only http's and https's own are left out by the parser, each with its own scheme.
        if !matches!(port, 80 | 443) {
            out.push_str(&format!(":{port}"));
        }
    }
    let path = normalise(without_session(url.path()));
    out.push_str(path.trim_end_matches('/'));
    let mut separator = '?';
    for pair in url.query().unwrap_or("").split('&') {
        let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
        let noise = pair.is_empty()
            || name.starts_with("utm_")
            || TRACKING.contains(&name.as_str())
            || SESSION.contains(&name.as_str());
        if !noise {
            out.push(separator);
            out.push_str(&normalise(pair));
            separator = '&';
        }
    }
    out
}

/// The comparable form of an address in text; what is no address is its own.
pub fn key(address: &str) -> String {
    Url::parse(address).map_or_else(|_| address.to_owned(), |url| canonical(&url))
}

/// The host without `www.`, in lower case.
pub fn bare_host(url: &Url) -> String {
    strip_www(&url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()).to_owned()
}

/// A host in lower case without `www.`.
pub fn strip_www(host: &str) -> &str {
    // `www.am` is a name of its own, not the twin of `am`
    match host.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => rest,
        Some(_) | None => host,
    }
}

/// Whether two addresses mean the same page.
pub fn same(a: &Url, b: &Url) -> bool {
    canonical(a) == canonical(b)
}

/// Cuts `;jsessionid=...` off a path (Java servlets, section 7.1.3).
fn without_session(path: &str) -> &str {
    match path.find(';') {
        Some(at) if SESSION.iter().any(|name| starts_with_ignoring_case(&path[at + 1..], name)) => &path[..at],
        Some(_) | None => path,
    }
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Writes percent-encodings one way: unreserved characters plain, hex in capitals (RFC 3986, section 6.2.2).
fn normalise(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1..at + 3).and_then(hex_pair)) {
            (b'%', Some(value)) => {
                if value.is_ascii_alphanumeric() || b"-._~".contains(&value) {
                    out.push(char::from(value));
                } else {
                    out.push_str(&format!("%{value:02X}"));
                }
                at += 3;
            }
            // The parser has encoded all that is not ASCII.
            _ => {
                out.push(char::from(byte));
                at += 1;
            }
        }
    }
    out
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn two_ways_to_write_one_address_are_the_same() {
        for (a, b) in [
            ("http://www.ministry.example/news/1/", "https://ministry.example:443/news/1#top"),
            ("https://ministry.example/", "https://ministry.example"),
            ("https://ministry.example/n?id=1&utm_source=x&FBCLID=y", "https://ministry.example/n?id=1"),
            ("https://ministry.example/n;jsessionid=0A?id=1", "https://ministry.example/n?id=1"),
            ("https://ministry.example/%7eoffice/%d5%a1", "https://ministry.example/~office/%D5%A1"),
            ("https://ministry.example/հայ", "https://ministry.example/%D5%B0%D5%A1%D5%B5"),
        ] {
            assert!(same(&url(a), &url(b)), "{a} {b}: {} {}", canonical(&url(a)), canonical(&url(b)));
        }
    }

    #[test]
    fn what_differs_stays_apart() {
        for (a, b) in [
            ("https://ministry.example/n?id=1", "https://ministry.example/n?id=2"),
            ("https://ministry.example/n?a=1&b=2", "https://ministry.example/n?b=2&a=1"),
            ("https://ministry.example:8443/", "https://ministry.example/"),
            ("https://ministry.example/a%2Fb", "https://ministry.example/a/b"),
            ("https://ministry.example/News", "https://ministry.example/news"),
            ("https://static.ministry.example/", "https://ministry.example/"),
        ] {
            assert!(!same(&url(a), &url(b)), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn the_form_of_the_form_is_itself(path in "[a-z%0-9;=&?./~-]{0,40}") {
            if let Ok(address) = Url::parse(&format!("https://ministry.example/{path}")) {
                let once = canonical(&address);
                let again = canonical(&url(&format!("https:{once}")));
                // A slash that only shows once others are cut may go at the second time.
                prop_assert_eq!(again.trim_end_matches('/'), once.trim_end_matches('/'));
            }
        }
    }
}
