//! Who answered an exchange: from which address, over which connection, and how fast.
//!
//! Three fields of an entry, each of them optional: `peer`, `took` and `tls`; for the redirects before an answer they end in the
//! redirect's number, as the sums do. A value that cannot be read is passed over: nothing else rests on it.

use std::net::IpAddr;
use std::time::Duration;

use super::Entry;
use crate::model::digest::Digest;

/// Who answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// The address that answered; unknown behind a proxy.
    pub ip: Option<IpAddr>,
    /// From sending the request to the last byte of the body, to the millisecond.
    pub took: Option<Duration>,
    /// The connection; `None` where it was not a trusted one.
    pub tls: Option<Tls>,
}

/// A trusted connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Digest of the chain of certificates, in PEM.
    pub chain: Digest,
    /// `tls/1.2`, `tls/1.3`.
    pub version: String,
    /// The cipher suite by its name in IANA's registry.
    pub cipher: Option<String>,
}

impl Peer {
    /// Adds the fields that are known; their names end in `suffix`.
    pub(super) fn write(&self, entry: &mut Entry, suffix: &str) {
        let mut push = |name: &str, value: String| entry.push(&format!("{name}{suffix}"), &value);
        if let Some(ip) = self.ip {
            push("peer", ip.to_string());
        }
        if let Some(took) = self.took {
            push("took", took.as_millis().to_string());
        }
        if let Some(Tls { chain, version, cipher }) = &self.tls {
            let cipher = cipher.as_ref().map(|cipher| format!(" {cipher}")).unwrap_or_default();
            push("tls", format!("{chain} {version}{cipher}"));
        }
    }

    /// Reads the fields whose names end in `suffix`.
    pub(super) fn read(entry: &Entry, suffix: &str) -> Self {
        let get = |name: &str| entry.get(&format!("{name}{suffix}"));
        let tls = get("tls").and_then(|value| {
            let mut words = value.split(' ');
            let (chain, version) = (words.next()?.parse().ok()?, words.next()?.to_owned());
            Some(Tls { chain, version, cipher: words.next().map(str::to_owned) })
        });
        let took = get("took").and_then(|value| value.parse().ok()).map(Duration::from_millis);
        Self { ip: get("peer").and_then(|value| value.parse().ok()), took, tls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let tls = Tls {
            chain: Digest::of(b"chain"),
            version: "tls/1.3".into(),
            cipher: Some("TLS_AES_256_GCM_SHA384".into()),
        };
        let took = Some(Duration::from_millis(212));
        let peer = Peer { ip: "2001:db8::7".parse().ok(), took, tls: Some(tls.clone()) };
        let bare = Peer { tls: Some(Tls { cipher: None, ..tls }), ..Peer::default() };
        let mut entry = Entry::new("capture");
        peer.write(&mut entry, "");
        bare.write(&mut entry, "-2");
        assert_eq!((Peer::read(&entry, ""), Peer::read(&entry, "-2")), (peer, bare));
        assert_eq!(Peer::read(&entry, "-1"), Peer::default());
        let names: Vec<&str> = entry.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["peer", "took", "tls", "tls-2"]);
    }

    #[test]
    fn what_a_later_version_writes_is_passed_over() {
        let mut entry = Entry::new("capture");
        entry.push("tls", "blake3:00 tls/1.4");
        entry.push("took", "soon");
        assert_eq!(Peer::read(&entry, ""), Peer::default());
    }
}
