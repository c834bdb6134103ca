//! Trusted connections: rustls with ring, the public roots that the program carries, and the source's own.
//!
//! Every certificate is checked; there is no switch that leaves it out. The verifier only looks on, to learn which
//! certificates a peer presents and which version of TLS it speaks, which reqwest does not tell.
//!
//! A source's looks come one after the other, so that the last connection to the holder of a certificate is the one
//! in use.

mod suites;

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CipherSuite, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::model::capture::Handshake;
use crate::model::digest::Digest;

use super::FetchError;

pub(super) use suites::watched;

/// Largest file of further roots, in bytes.
const MOST_CA_BYTES: u64 = 1_000_000;
/// Most peers remembered; a source's hosts have a handful.
const MOST_MET: usize = 256;

/// The peers that a client met: how the last connection to each came about.
#[derive(Debug, Default)]
pub(super) struct Met(Mutex<Peers>);

#[derive(Debug, Default)]
struct Peers {
    /// By the digest of their own certificate.
    by_certificate: HashMap<Digest, Arc<Handshake>>,
    /// The certificate that was last presented for a name or an address.
    by_name: HashMap<String, Digest>,
}

impl Met {
    /// How the last connection to the holder of `certificate` came about; where that is not known, for behind a proxy reqwest
    /// does not tell it, the last one to `host`. `cipher` is its suite, if it was made just now.
    pub(super) fn handshake(
        &self,
        certificate: Option<&[u8]>,
        host: &str,
        cipher: Option<CipherSuite>,
    ) -> Option<Arc<Handshake>> {
        let mut met = self.lock();
        let digest = match certificate {
            Some(certificate) => Digest::of(certificate),
            None => *met.by_name.get(host.trim_matches(['[', ']']))?,
        };
        let handshake = met.by_certificate.get_mut(&digest)?;
        let cipher = cipher.map(iana_name).filter(|cipher| handshake.cipher.as_ref() != Some(cipher));
        if let Some(cipher) = cipher {
            Arc::make_mut(handshake).cipher = Some(cipher);
        }
        Some(Arc::clone(handshake))
    }

    fn note(&self, certificate: &[u8], change: impl FnOnce(&mut Handshake)) {
        let mut met = self.lock();
        if met.by_certificate.len() >= MOST_MET {
            *met = Peers::default();
        }
        let fresh = || Arc::new(Handshake { version: "tls", cipher: None, chain: Vec::new() });
        change(Arc::make_mut(met.by_certificate.entry(Digest::of(certificate)).or_insert_with(fresh)));
    }

    fn note_name(&self, name: &ServerName<'_>, certificate: &[u8]) {
        self.lock().by_name.insert(name.to_str().into_owned(), Digest::of(certificate));
    }

    fn lock(&self) -> MutexGuard<'_, Peers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings of trusted connections, and what will be learnt from them.
///
/// No session is resumed: a peer that resumes one does not present its certificates again.
pub(super) fn config(ca: Option<&Path>) -> Result<(ClientConfig, Arc<Met>), FetchError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca {
        add_roots(&mut roots, path)?;
    }
    let provider = suites::provider();
    let begin = |error: Box<dyn std::error::Error + Send + Sync>| FetchError::Begin(error);
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| begin(error.into()))?;
    let met = Arc::new(Met::default());
    let verifier = Arc::new(Onlooker { inner, met: Arc::clone(&met) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| begin(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok((config, met))
}

/// The name of a suite in IANA's registry: rustls calls those of TLS 1.3 `TLS13_...`.
fn iana_name(suite: CipherSuite) -> String {
    let name = suite.as_str().map_or_else(|| format!("{suite:?}"), str::to_owned);
    name.replacen("TLS13_", "TLS_", 1)
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

/// Leaves every decision to webpki, and notes what was presented.
#[derive(Debug)]
struct Onlooker {
    inner: Arc<WebPkiServerVerifier>,
    met: Arc<Met>,
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
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        let chain = [end_entity].into_iter().chain(intermediates).map(|certificate| certificate.to_vec()).collect();
        self.met.note(end_entity, |handshake| handshake.chain = chain);
        self.met.note_name(server_name, end_entity);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.met.note(certificate, |handshake| handshake.version = "tls/1.2");
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.met.note(certificate, |handshake| handshake.version = "tls/1.3");
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
