//! Looks at an office on loopback that has a certificate, whose root is in `tests/tls/`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

pub(super) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file(name)).expect("a certificate")
}

/// Serves one page for ever, in HTTP/2 where `h2` is offered.
pub(super) async fn office(h2: bool) -> Url {
    office_with(h2, &rustls::version::TLS13, None).await
}

/// Serves one page for ever, with this version of TLS and, where one is given, this suite alone.
async fn office_with(
    h2: bool,
    version: &'static rustls::SupportedProtocolVersion,
    suite: Option<rustls::CipherSuite>,
) -> Url {
    let key = PrivateKeyDer::from_pem_file(file("office.key")).expect("a key");
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|known| suite.is_none_or(|suite| known.suite() == suite));
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate("office.pem"), certificate("root.pem")], key)
        .expect("a key that fits");
    if h2 {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // A client that distrusts us goes away in the middle, which is what some tests want.
            tokio::spawn(async move { serve(acceptor, stream, h2).await.is_ok() });
        }
    });
    Url::parse(&format!("https://{address}/news/1")).expect("an address")
}

async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    h2: bool,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut stream = acceptor.accept(stream).await?;
    if !h2 {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage").await?;
        return Ok(stream.shutdown().await?);
    }
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        assert_eq!(request.uri().path(), "/news/1");
        assert!(request.headers().get("user-agent").is_some());
        // The type of a response is the `http` crate's, which nothing else here needs by name.
        let mut body = respond.send_response(Default::default(), false)?;
        body.send_data("page".into(), true)?;
    }
    Ok(())
}

async fn look_at(url: &Url, ca: Option<PathBuf>) -> Result<Visit, Failure> {
    let mut source = source(url.as_str());
    source.ca = ca;
    client_of(&source).look(url, &Validators::default()).await
}

#[tokio::test]
async fn an_unknown_root_is_not_trusted() {
    let url = office(false).await;
    let failure = look_at(&url, None).await.expect_err("no trust");
    assert_eq!(failure.kind, FailureKind::Tls);
    assert!(failure.reason.contains("`ca`"), "{}", failure.reason);
}

#[tokio::test]
async fn a_root_of_the_sources_own_is_trusted() {
    let url = office(false).await;
    let answer = look_at(&url, Some(file("root.pem"))).await.expect("an answer").answer;
    assert_eq!((answer.body.as_slice(), answer.protocols.join(" ")), (&b"page"[..], "http/1.1 tls/1.3".to_owned()));
}

#[tokio::test]
async fn the_chain_the_version_and_the_suite_are_recorded() {
    use rustls::CipherSuite as Suite;
    use rustls::version::{TLS12, TLS13};
    let offices = [
        (&TLS13, Suite::TLS13_AES_128_GCM_SHA256, "tls/1.3 TLS_AES_128_GCM_SHA256"),
        (&TLS13, Suite::TLS13_CHACHA20_POLY1305_SHA256, "tls/1.3 TLS_CHACHA20_POLY1305_SHA256"),
        (&TLS12, Suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "tls/1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    ];
    for (version, suite, expected) in offices {
        let url = office_with(true, version, Some(suite)).await;
        let mut source = source(url.as_str());
        source.ca = Some(file("root.pem"));
        let client = client_of(&source);
        for again in ["on a new connection", "on the same connection"] {
            let visit = client.look(&url, &Validators::default()).await.expect("an answer");
            let tls = visit.answer.tls.expect("a trusted connection");
            assert_eq!(format!("{} {}", tls.version, tls.cipher.clone().unwrap_or_default()), expected, "{again}");
            let chain: Vec<&[u8]> = tls.chain.iter().map(Vec::as_slice).collect();
            assert_eq!(chain, [&*certificate("office.pem"), &*certificate("root.pem")], "{again}");
        }
    }
    let plain = Server::start(|_, stream| reply(stream, "200 OK", &[], PAGE));
    assert!(look(&plain, "/").await.expect("an answer").answer.tls.is_none());
}

#[tokio::test]
async fn http_2_is_recorded_as_http_1_and_named() {
    let url = office(true).await;
    let answer = look_at(&url, Some(file("root.pem"))).await.expect("an answer").answer;
    assert_eq!((answer.body.as_slice(), answer.protocols.join(" ")), (&b"page"[..], "h2 tls/1.3".to_owned()));
    assert!(text(&answer.head).starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(text(&answer.request).starts_with("GET /news/1 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let mut url = office(false).await;
    url.set_host(Some("localhost")).expect("a host");
    let failure = look_at(&url, Some(file("root.pem"))).await.expect_err("no trust");
    assert_eq!(failure.kind, FailureKind::Tls);
    assert!(failure.reason.contains("another name"), "{}", failure.reason);
}

#[test]
fn a_file_that_holds_no_certificate_is_told_of() {
    for name in ["office.key", "no-such-file.pem"] {
        let mut source = source("https://ministry.example/");
        source.ca = Some(file(name));
        let clock = Arc::new(crate::collect::clock::System);
        let error = Client::new(&source, "none", clock, Arc::default()).err().expect("an error");
        assert!(matches!(error, FetchError::Ca { .. }), "{error}");
    }
}
