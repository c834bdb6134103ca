//! The key under which an index of web archives sorts an address: `example,www)/path?query`.
//!
//! As PyPI's `surt` makes it, which pywb and the public web archives use: the parts of the host turned round, `www` and
//! the usual port gone, all in lower case, escapes undone and done once, the query's parts in order, known session ids
//! left out. Linear in the address. The key is for finding; the address itself stands beside it.

use std::net::Ipv4Addr;

/// The key of an address. One that is not `http` or `https` keeps its form, in lower case.
pub fn surt(url: &str) -> String {
    let url: String = url.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    let url = url.split('#').next().unwrap_or_default();
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    let usual_port = match scheme.to_ascii_lowercase().as_str() {
        "http" => "80",
        "https" => "443",
        _ => return escape(unescape(url)).to_ascii_lowercase(),
    };
    let rest = rest.trim_start_matches('/');
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port.trim_start_matches('0')),
        Some(_) | None => (address, ""),
    };

    let mut key = turned(&canonical_host(host));
    if !port.is_empty() && port != usual_port {
        key.push(':');
        key.push_str(port);
    }
    key.push(')');
    key.push_str(&canonical_path(path));
    let query = canonical_query(query);
    if !query.is_empty() {
        key.push('?');
        key.push_str(&query);
    }
    key
}

fn canonical_host(host: &str) -> String {
    let host = unescape(host);
    let host = String::from_utf8_lossy(&host).replace("..", ".");
    let host = host.trim_matches('.');
    if let Some(address) = whole_number_address(host) {
        return address.to_string();
    }
    // Names in other scripts as they are asked for, and the odd forms of IPv4 addresses.
    let host = match url::Host::parse(host) {
        Ok(url::Host::Domain(name)) => name,
        Ok(url::Host::Ipv4(address)) => address.to_string(),
        Ok(url::Host::Ipv6(address)) => address.to_string(),
        Err(_) => escape(host).to_ascii_lowercase(),
    };
    let after = host.strip_prefix("www").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    match after.and_then(|rest| rest.strip_prefix('.')) {
        Some(bare) => bare.to_owned(),
        None => host,
    }
}

/// A host that is one decimal number, of which the lower 32 bits count.
fn whole_number_address(host: &str) -> Option<Ipv4Addr> {
    if host.is_empty() || !host.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = host.bytes().fold(0u32, |number, b| number.wrapping_mul(10).wrapping_add(u32::from(b - b'0')));
    Some(Ipv4Addr::from_bits(number))
}

/// The parts of a host from the last to the first, with commas between them.
fn turned(host: &str) -> String {
    host.rsplit('.').collect::<Vec<_>>().join(",")
}

fn canonical_path(path: &str) -> String {
    let path = unescape(path);
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|b| *b == b'/').skip(1) {
        match part {
            b"." => {}
            b".." => {
                if kept.pop().is_none() {
                    kept.push(part);
                }
            }
            _ => kept.push(part),
        }
    }
    // Slashes that follow one another are one, but the last part may be empty: then the path ends with a slash.
    let last = kept.pop().unwrap_or_default();
    kept.retain(|part| !part.is_empty());
    kept.push(last);
    let path = escape([b"/", &kept.join(&b'/')[..]].concat()).to_ascii_lowercase();
    let path = without_session_folder(path);
    match path.strip_suffix('/') {
        Some(bare) if !bare.is_empty() => bare.to_owned(),
        Some(_) | None => path,
    }
}

/// Leaves out the folder in which ASP.NET keeps a session: `/(S(24 digits and letters))/` or `/(24 of them)/` before a page.
fn without_session_folder(mut path: String) -> String {
    let bare = |s: &str| s.len() == 24 && s.bytes().all(|b| b.is_ascii_alphanumeric());
    let lettered = |folder: &str| {
        let folder = folder.as_bytes();
        let pieces = folder.chunks_exact(27);
        !folder.is_empty()
            && pieces.remainder().is_empty()
            && pieces.into_iter().all(|piece| {
                let inner = str::from_utf8(&piece[2..26]).unwrap_or_default();
                piece[0].is_ascii_alphabetic() && piece[1] == b'(' && piece[26] == b')' && bare(inner)
            })
    };
    let forms: [&dyn Fn(&str) -> bool; 2] = [&lettered, &bare];
    for is_session in forms {
        let page = path.rfind(".aspx").unwrap_or(0);
        let found = path.match_indices("/(").map(|(at, _)| at).filter(|at| *at < page).filter_map(|at| {
            let end = at + 1 + path[at + 1..].find('/')?;
            let folder = path[at + 1..end].strip_prefix('(')?.strip_suffix(')')?;
            (end + 1 < page && is_session(folder)).then_some((at, end))
        });
        if let Some((at, end)) = found.last() {
            path.replace_range(at..end, "");
        }
    }
    path
}

fn canonical_query(query: &str) -> String {
    // So that a query of nothing but beginnings is not searched to its end from each of them.
    const LONGEST_ID: usize = 256;
    let mut query = escape(unescape(query));
    for name in ["jsessionid", "phpsessid", "sid"] {
        query = without_session(query, |rest| token(rest.strip_prefix(name)?.strip_prefix('=')?, 32, false));
    }
    query = without_session(query, |rest| {
        let rest = rest.strip_prefix("aspsessionid")?;
        token(token(rest, 8, true)?.strip_prefix('=')?, 24, true)
    });
    query = without_session(query, |rest| {
        let rest = rest.strip_prefix("cfid=")?;
        let end = rest.bytes().take(LONGEST_ID).position(|b| b == b'&')?;
        let (id, rest) = (&rest[..end], &rest[end + 1..]);
        let rest = rest.strip_prefix("cftoken=")?;
        let (secret, rest) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
        (!id.is_empty() && !secret.is_empty()).then_some(rest)
    });
    query.make_ascii_lowercase();
    if query.len() <= 1 {
        return query;
    }
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.sort_by_key(|part| part.split_once('=').map_or((*part, None), |(name, value)| (name, Some(value))));
    parts.join("&")
}

/// What follows `count` letters (and digits) at the beginning.
fn token(text: &str, count: usize, letters_only: bool) -> Option<&str> {
    let (token, rest) = text.split_at_checked(count)?;
    let fits = |b: u8| if letters_only { b.is_ascii_alphabetic() } else { b.is_ascii_alphanumeric() };
    token.bytes().all(fits).then_some(rest)
}

/// Leaves out the last session id that `after` finds: given what may begin with one, in lower case, it gives what follows it.
fn without_session(query: String, after: impl Fn(&str) -> Option<&str>) -> String {
    let lower = query.to_ascii_lowercase();
    let ids = (0..lower.len()).rev().filter(|at| matches!(lower.as_bytes()[*at], b'a' | b'c' | b'j' | b'p' | b's'));
    for at in ids {
        let Some(rest) = lower.get(at..).and_then(&after) else { continue };
        let rest = &query[query.len() - rest.len()..];
        if rest.is_empty() || rest.starts_with('&') {
            return format!("{}{}", &query[..at], rest.strip_prefix('&').unwrap_or_default());
        }
    }
    query
}

/// Undoes escapes until there are none: what is undone may complete another one.
fn unescape(text: impl AsRef<[u8]>) -> Vec<u8> {
    let digit = |b: u8| (b as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(text.as_ref().len());
    for byte in text.as_ref() {
        out.push(*byte);
        while let [.., b'%', high, low] = out[..]
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            out.truncate(out.len() - 3);
            out.push(high * 16 + low);
        }
    }
    out
}

/// Escapes what is not printable ASCII, the space, `#` and `%`.
fn escape(bytes: impl AsRef<[u8]>) -> String {
    let mut out = String::with_capacity(bytes.as_ref().len());
    for byte in bytes.as_ref() {
        match byte {
            b'#' | b'%' | 0..=b' ' | 0x7f.. => out.push_str(&format!("%{byte:02X}")),
            _ => out.push(char::from(*byte)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys as PyPI's `surt` 0.3.1 makes them.
    #[test]
    fn keys_are_those_of_the_public_web_archives() {
        for (url, key) in [
            ("http://www.example.com/", "com,example)/"),
            ("HTTP://EXAMPLE.com:80/Path/To/?B=2&a=1", "com,example)/path/to?a=1&b=2"),
            ("https://example.com:8443/x#part", "com,example:8443)/x"),
            ("http://example.com:443/x", "com,example:443)/x"),
            ("http://www2.example.com/a/../b/./c//d/", "com,example)/b/c/d"),
            ("http://wwww.example.com", "com,example,wwww)/"),
            ("http://example.com/../x/..", "com,example)/.."),
            ("http://example.com/?", "com,example)/"),
            ("http://example.com?q=1", "com,example)/?q=1"),
            ("http://example.com/a?b&a=&a&c=1", "com,example)/a?a&a=&b&c=1"),
            ("http://user:pw@example.com:/a", "com,example)/a"),
            ("http://1.2.3.4/x", "4,3,2,1)/x"),
            ("http://3279880203/blah", "11,0,127,195)/blah"),
            ("http://example.com/%7Euser/%2541%20b", "com,example)/~user/a%20b"),
            (
                "https://президент.рф/новости?стр=1",
                "xn--p1ai,xn--d1abbgf6aiiy)/%d0%bd%d0%be%d0%b2%d0%be%d1%81%d1%82%d0%b8?%d1%81%d1%82%d1%80=1",
            ),
            ("http://a.example/x.aspx?sid=9682993c8daa2c5497996114facdc805&x=1", "example,a)/x.aspx?x=1"),
            ("http://a.example/?a=1&ASPSESSIONIDAQBSDSRT=EOHBLBDDPFCLHKPGGKLILNAM&b=2", "example,a)/?a=1&b=2"),
            ("http://a.example/?CFID=1169580&CFTOKEN=48630702&b=2", "example,a)/?b=2"),
            ("http://a.example/(S(4hqa0555fwsecu455xqckv45))/mileg.aspx", "example,a)/mileg.aspx"),
            (
                "http://a.example/(4hqa0555fwsecu455xqckv45)/mileg.html",
                "example,a)/(4hqa0555fwsecu455xqckv45)/mileg.html",
            ),
        ] {
            assert_eq!(surt(url), key, "{url}");
        }
        assert_eq!(surt("urn:uuid:0C6A"), "urn:uuid:0c6a");
    }

    #[test]
    fn long_addresses_are_no_trouble() {
        for piece in ["%25", "cfid=", "sid=", "/(", "/..", "&", "www.", "aspsessionid"] {
            let url = format!("http://example.com/{0}?{0}", piece.repeat(50_000));
            assert!(surt(&url).starts_with("com,example)/"));
        }
    }

    proptest! {
        #[test]
        fn a_key_has_no_space_and_is_in_lower_case(url in "(https?://)?(?s).{0,60}") {
            let key = surt(&url);
            prop_assert!(key.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()), "{}", key);
        }
    }
}
