//! What is kept of a trusted connection: the chain of certificates once, and in every entry which one it was.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::desk::{Desk, counted};
use crate::pages::Page;
use crate::refusals::walk;
use crate::site::Site;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// Opens a door with a certificate before an office, for as long as the tests run; gives its port.
fn secure_door(site: &Site) -> u16 {
    let certificate = |name| CertificateDer::from_pem_file(file(name)).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("office.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate("office.pem"), certificate("root.pem")], key)
        .expect("a key that fits");
    let (config, office) = (Arc::new(config), site.url("").trim_start_matches("http://").to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for visitor in listener.incoming().flatten() {
            let (config, office) = (Arc::clone(&config), office.clone());
            // a visitor who breaks off is no matter of the door's
            thread::spawn(move || drop(lead_in(visitor, config, &office)));
        }
    });
    port
}

/// Hands one request to the office, and the answer back.
fn lead_in(visitor: TcpStream, config: Arc<ServerConfig>, office: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut visitor = StreamOwned::new(connection, visitor);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        visitor.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let mut inside = TcpStream::connect(office)?;
    inside.write_all(&head)?;
    let mut answer = Vec::new();
    inside.read_to_end(&mut answer)?;
    visitor.write_all(&answer)?;
    visitor.conn.send_close_notify();
    visitor.flush()
}

#[test]
fn the_certificates_are_kept_once_and_named_by_every_look() {
    let site = Site::with(3);
    let door = secure_door(&site);
    let desk = Desk::empty();
    desk.write(
        "sources.toml",
        &format!(
            "[fetch]\nmin_interval = \"0s\"\n[[source]]\nid = \"press\"\nurl = \"https://127.0.0.1:{door}/news/\"\nca = \"{}\"\n",
            file("root.pem").display()
        ),
    );
    assert_eq!(counted(&desk.round()), "new 3");
    let listed = desk.listed();
    let mut chains = Vec::new();
    for line in &listed {
        let shown = desk.json(&["show", line["statement"].as_str().expect("a name")]).remove(0);
        let peer = &shown["peer"];
        assert_eq!((&peer["ip"], &peer["tls"]["version"]), (&"127.0.0.1".into(), &"tls/1.3".into()), "{peer}");
        assert!(peer["tls"]["cipher"].as_str().is_some_and(|name| name.starts_with("TLS_")), "{peer}");
        assert!(peer["took_ms"].is_u64(), "{peer}");
        chains.push(peer["tls"]["chain_sha256"].as_str().expect("a digest").to_owned());
    }
    chains.dedup();
    assert_eq!(chains.len(), 1, "one chain, whoever asks");
    // what is kept is what the files of the office hold, in the same form
    let kept = desk.run(&["cat", &format!("sha256:{}", chains[0])]).ok();
    let told: String = ["office.pem", "root.pem"]
        .iter()
        .map(|name| fs::read_to_string(file(name)).expect("a file"))
        .map(|text| text[text.find("-----BEGIN").expect("a certificate")..].to_owned())
        .collect();
    assert_eq!(kept.text(), told);
    // the first that named the chain sums it, and the others name it: either is proved with it
    for line in &listed {
        let kinds = crate::proved::records_of(&desk, line["statement"].as_str().expect("a name"));
        assert_eq!(kinds, ["warcinfo", "request", "response", "metadata"]);
        fs::remove_dir_all(desk.path("whole")).expect("to remove the proof");
    }
    let segments = || walk(&desk.archive().join("segments"));
    let before = segments();
    assert_eq!(counted(&desk.round()), "unchanged 3");
    assert_eq!(segments(), before, "a chain that is held is named, not written again");
    site.publish("4", Page::numbered(4));
    assert_eq!(counted(&desk.round()), "new 1, unchanged 3");
    let indexes = segments().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "cdxj"));
    let lines: String = indexes.map(|path| fs::read_to_string(path).expect("an index")).collect();
    assert_eq!(lines.matches("application/pem-certificate-chain").count(), 1, "{lines}");
    desk.check();
}
