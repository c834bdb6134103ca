//! The roots under which an authority is believed: given by whoever asks, never taken from a stamp or an archive.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// The given text holds no roots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// It is not PEM, or no certificate is in it.
    #[error("it holds no certificate in PEM form")]
    Empty,
    /// One of its certificates cannot be read.
    #[error("its certificate {number} cannot be used: {why}")]
    Certificate {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        why: String,
    },
}

/// Roots of authorities; there may be none, and then no time is ever checked.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    names: Vec<String>,
}

impl Roots {
    /// No roots.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds each certificate of a PEM text.
    ///
    /// # Errors
    /// Where there is none, or one cannot be used; then nothing was added.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<(), RootsError> {
        let (mut anchors, mut names) = (Vec::new(), Vec::new());
        for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(pem)) {
            let bad = |why: String| RootsError::Certificate { number, why };
            let der = certificate.map_err(|error| bad(error.to_string()))?;
            let anchor = webpki::anchor_from_trusted_cert(&der).map_err(|error| bad(error.to_string()))?;
            let parsed = Certificate::from_der(&der).map_err(|error| bad(error.to_string()))?;
            anchors.push(anchor.to_owned());
            names.push(parsed.tbs_certificate.subject.to_string());
        }
        if anchors.is_empty() {
            return Err(RootsError::Empty);
        }
        self.anchors.append(&mut anchors);
        self.names.append(&mut names);
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// The name of one of these roots.
    pub(super) fn name_of(&self, anchor: &TrustAnchor<'_>) -> String {
        let same = |known: &TrustAnchor<'_>| {
            known.subject == anchor.subject && known.subject_public_key_info == anchor.subject_public_key_info
        };
        let at = self.anchors.iter().position(same);
        at.map_or_else(|| "a root without a name".to_owned(), |at| self.names[at].clone())
    }
}
