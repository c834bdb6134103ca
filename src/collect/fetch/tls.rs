//! Trusted connections: rustls with ring, the public roots that the program carries, and the source's own.
//!
//! Every certificate is checked; there is no switch that leaves it out. The verifier only looks on, to learn which version
//! of TLS a connection speaks, which reqwest does not tell.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::model::digest::Digest;

use super::FetchError;

/// Largest file of further roots, in bytes.
const MOST_CA_BYTES: u64 = 1_000_000;
/// Most certificates remembered; a source's hosts have a handful.
const MOST_SEEN: usize = 256;

/// Which version of TLS the holder of a certificate spoke last.
#[derive(Debug, Default)]
pub(super) struct Versions(Mutex<HashMap<Digest, &'static str>>);

impl Versions {
    /// The `WARC-Protocol` word for the holder of `certificate`.
    pub(super) fn of(&self, certificate: &[u8]) -> Option<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&Digest::of(certificate)).copied()
    }

    fn note(&self, certificate: &[u8], version: &'static str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_SEEN {
            seen.clear();
        }
        seen.insert(Digest::of(certificate), version);
    }
}

/// The settings of trusted connections, and what will be learnt from them.
pub(super) fn config(ca: Option<&Path>) -> Result<(ClientConfig, Arc<Versions>), FetchError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca {
        add_roots(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let begin = |error: Box<dyn std::error::Error + Send + Sync>| FetchError::Begin(error);
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| begin(error.into()))?;
    let seen = Arc::new(Versions::default());
    let verifier = Arc::new(Onlooker { inner, seen: Arc::clone(&seen) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| begin(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((config, seen))
}

#[allow(clippy::disallowed_methods)] // certificates that a person names are no object of an archive
fn add_roots(roots: &mut RootCertStore, path: &Path) -> Result<(), FetchError> {
    let bad = |why: String| FetchError::Ca { path: path.display().to_string(), why };
    let mut pem = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_CA_BYTES).read_to_end(&mut pem))
        .map_err(|error| bad(error.to_string()))?;
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        found += 1;
    }
    if found == 0 { Err(bad("it holds no certificate in PEM form".into())) } else { Ok(()) }
}

/// Leaves every decision to webpki, and notes the version that was spoken.
#[derive(Debug)]
struct Onlooker {
    inner: Arc<WebPkiServerVerifier>,
    seen: Arc<Versions>,
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.seen.note(certificate, "tls/1.2");
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.seen.note(certificate, "tls/1.3");
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
