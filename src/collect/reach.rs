//! Where a source may lead us: its own host and the hosts that its settings allow, never into our own network.
//!
//! Pure. A literal address is judged here before it is asked, a name after it was resolved (see `fetch::resolve`), so that
//! a name that points inward (DNS rebinding) is refused too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::model::address::{bare_host, strip_www};
use crate::model::source::Source;

/// Longest address that is asked or listed, in bytes.
pub const LONGEST_ADDRESS: usize = 4096;

/// The hosts of one source.
#[derive(Clone, Debug)]
pub struct Reach {
    own: (String, u16),
    own_ip: Option<IpAddr>,
    own_is_inner_name: bool,
    allowed: Vec<(String, Option<u16>)>,
}

/// Why an address is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Neither http nor https, too long, or with a password or a zero byte in it.
    Odd,
    /// Another host than the source's own and those allowed.
    OffSite,
    /// A private, loopback or link-local address.
    Inner,
}

impl Reach {
    /// The reach of `source`: its own host, `allow_hosts`, and the hosts in `was`.
    pub fn of(source: &Source) -> Self {
        let host = bare_host(&source.url);
        let own_ip = literal(&source.url);
        let own_is_inner_name = own_ip.is_none() && is_inner_name(&host);
        let earlier = source.was.iter().filter(|was| was.contains('.'));
        let allowed = source.allow_hosts.iter().chain(earlier).map(|host| host_and_port(host)).collect();
        Self { own: (host, port(&source.url)), own_ip, own_is_inner_name, allowed }
    }

    /// Whether `url` stands on the source's own host: the same name, with or without `www.`, and the same port.
    pub fn is_own(&self, url: &Url) -> bool {
        bare_host(url) == self.own.0 && same_port(port(url), self.own.1)
    }

    /// Whether a link or redirect to `url` may be followed.
    ///
    /// # Errors
    /// Says why it may not.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https")
            || url.as_str().len() > LONGEST_ADDRESS
            || !url.username().is_empty()
            || url.password().is_some()
            || url.path().contains("%00")
        {
            return Err(Refusal::Odd);
        }
        if literal(url).is_some_and(|ip| !self.may_connect(ip)) {
            return Err(Refusal::Inner);
        }
        if self.is_own(url) || self.is_allowed(url) { Ok(()) } else { Err(Refusal::OffSite) }
    }

    /// Whether a connection may be made to `ip`: a public address, or the very one that the source's url names.
    pub fn may_connect(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.own_ip == Some(ip)
    }

    /// Whether the name `host` may stand for the address `ip`.
    ///
    /// A name that can only be meant for an inner network (`localhost`, `intranet`, `press.internal`) may lead into it when
    /// the source's url itself uses it; a public name never may.
    pub fn may_resolve(&self, host: &str, ip: IpAddr) -> bool {
        let own = self.own_is_inner_name && strip_www(&host.to_ascii_lowercase()) == self.own.0;
        own || self.may_connect(ip)
    }

    fn is_allowed(&self, url: &Url) -> bool {
        let (host, port) = (bare_host(url), port(url));
        self.allowed.iter().any(|(name, wanted)| {
            *name == host
                && match wanted {
                    Some(wanted) => *wanted == port,
                    None => matches!(port, 80 | 443),
                }
        })
    }
}

/// The name of a host for people and for the registry: `host:port` in lower case, the port always there.
pub fn host_key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default().to_ascii_lowercase(), port(url))
}

fn port(url: &Url) -> u16 {
    url.port_or_known_default().unwrap_or(0)
}

/// Going from http to https on the usual ports is no change of port.
fn same_port(a: u16, b: u16) -> bool {
    a == b || (matches!(a, 80 | 443) && matches!(b, 80 | 443))
}

fn host_and_port(text: &str) -> (String, Option<u16>) {
    let text = text.trim().to_ascii_lowercase();
    match Url::parse(&format!("http://{text}/")) {
        // The parser drops `:80`, which was meant when it was written.
        Ok(url) => (bare_host(&url), url.port().or_else(|| text.ends_with(":80").then_some(80))),
        Err(_) => (strip_www(&text).to_owned(), None),
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
        Host::Domain(_) => None,
    }
}

fn is_inner_name(host: &str) -> bool {
    const INNER: [&str; 6] = [".localhost", ".local", ".internal", ".lan", ".test", ".home.arpa"];
    !host.contains('.') || INNER.iter().any(|suffix| host.ends_with(suffix))
}

/// Whether an address is one of the public internet (IANA's special-purpose registries, RFC 6890).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match carried_v4(ip) {
            Some(carried) => is_public_v4(carried),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let first = ip.segments()[0];
    // 2000::/3 is all that was ever given out; 2001:db8::/32 and 3fff::/20 in it are for books, 2001::/32 is Teredo.
    let given_out = first & 0xe000 == 0x2000;
    let for_books = (first == 0x2001 && ip.segments()[1] == 0x0db8) || (first == 0x3fff && ip.segments()[1] < 0x1000);
    let teredo = first == 0x2001 && ip.segments()[1] == 0;
    given_out && !for_books && !teredo
}

/// The IPv4 address inside an IPv6 one: mapped, compatible, NAT64 (RFC 6052), 6to4.
fn carried_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let joined = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(joined(high, low)),
        // `::` and `::1` are not IPv4 addresses and fall outside 2000::/3 anyway.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(joined(high, low)),
        [0x2002, high, low, ..] => Some(joined(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::stage::source;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn the_site_is_the_host_with_or_without_www_on_its_port() {
        let reach = Reach::of(&source("https://www.ministry.example/en/news"));
        for good in ["https://ministry.example/a", "http://WWW.ministry.example/b", "https://www.ministry.example:443/"]
        {
            assert_eq!(reach.check(&url(good)), Ok(()), "{good}");
        }
        for bad in [
            "https://other.example/",
            "https://ministry.example.other.example/",
            "https://ministry.example:8443/",
            "https://static.ministry.example/",
        ] {
            assert_eq!(reach.check(&url(bad)), Err(Refusal::OffSite), "{bad}");
        }
    }

    #[test]
    fn allowed_hosts_and_earlier_hosts_belong() {
        let mut source = source("https://ministry.example/");
        source.allow_hosts = vec!["static.example".into(), "files.example:8080".into()];
        source.was = vec!["old-id".into(), "old.ministry.example".into()];
        let reach = Reach::of(&source);
        for good in ["https://static.example/x", "http://files.example:8080/x", "https://old.ministry.example/1"] {
            assert_eq!(reach.check(&url(good)), Ok(()), "{good}");
        }
        assert_eq!(reach.check(&url("http://files.example/x")), Err(Refusal::OffSite));
    }

    #[test]
    fn odd_addresses_are_refused() {
        let reach = Reach::of(&source("http://ministry.example/"));
        let long = format!("http://ministry.example/{}", "a".repeat(LONGEST_ADDRESS));
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://user:pass@ministry.example/",
            "http://ministry.example/%00.html",
            &long,
        ] {
            assert_eq!(reach.check(&url(bad)), Err(Refusal::Odd), "{bad}");
        }
    }

    #[test]
    fn only_the_sources_own_inner_address_is_asked() {
        let reach = Reach::of(&source("http://127.0.2.10:8470/news"));
        assert_eq!(reach.check(&url("http://127.0.2.10:8470/1")), Ok(()));
        assert_eq!(reach.check(&url("http://127.0.2.10:22/1")), Err(Refusal::OffSite));
        assert_eq!(reach.check(&url("http://127.0.2.99:8470/1")), Err(Refusal::Inner));
        assert_eq!(reach.check(&url("http://2130706433/1")), Err(Refusal::Inner), "127.0.0.1 as one number");
        let mut source = source("https://ministry.example/");
        source.allow_hosts = vec!["169.254.169.254".into()];
        assert_eq!(Reach::of(&source).check(&url("http://169.254.169.254/latest")), Err(Refusal::Inner));
    }

    #[test]
    fn a_public_name_never_resolves_inward() {
        let inner: IpAddr = "10.0.0.5".parse().expect("an address");
        assert!(!Reach::of(&source("https://ministry.example/")).may_resolve("ministry.example", inner));
        let intranet = Reach::of(&source("http://intranet/news"));
        assert!(intranet.may_resolve("intranet", inner));
        assert!(!intranet.may_resolve("other", inner));
    }

    #[test]
    fn inner_addresses_are_known_in_every_dress() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
        ] {
            assert!(!is_public(inner.parse().expect(inner)), "{inner}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
    }
}
