//! Which cipher suite a connection uses, which neither reqwest nor the verifier of certificates is told.
//!
//! rustls starts the hash of the suite that the peer has chosen when it has read the peer's hello, inside the future that
//! asks. So each suite gets its own hash, ring's in every other respect, which writes the suite's name on a slate that
//! lies around that future ([`watched`]). Nothing of the cryptography is ours.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::{CipherSuite, CipherSuiteCommon, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};

tokio::task_local! {
    static CHOSEN: Cell<Option<CipherSuite>>;
}

/// What a future gives, and the suite of the connection that was made in it, if one was.
pub(in super::super) async fn watched<F: Future>(future: F) -> (F::Output, Option<CipherSuite>) {
    CHOSEN
        .scope(Cell::new(None), async {
            let given = future.await;
            (given, CHOSEN.with(Cell::get))
        })
        .await
}

/// ring's cryptography, with a hash for each suite. Made once, for suites are asked for as statics.
pub(super) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    let made = PROVIDER.get_or_init(|| {
        let mut ring = rustls::crypto::ring::default_provider();
        ring.cipher_suites = ring.cipher_suites.into_iter().map(told_apart).collect();
        Arc::new(ring)
    });
    Arc::clone(made)
}

fn told_apart(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let common = |common: &CipherSuiteCommon| CipherSuiteCommon {
        suite: common.suite,
        hash_provider: Box::leak(Box::new(Telling { suite: common.suite, hash: common.hash_provider })),
        confidentiality_limit: common.confidentiality_limit,
    };
    match suite {
        SupportedCipherSuite::Tls12(suite) => SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
            common: common(&suite.common),
            prf_provider: suite.prf_provider,
            kx: suite.kx,
            sign: suite.sign,
            aead_alg: suite.aead_alg,
        }))),
        SupportedCipherSuite::Tls13(suite) => SupportedCipherSuite::Tls13(Box::leak(Box::new(Tls13CipherSuite {
            common: common(&suite.common),
            hkdf_provider: suite.hkdf_provider,
            aead_alg: suite.aead_alg,
            quic: suite.quic,
        }))),
    }
}

/// A hash that tells which suite it is started for.
struct Telling {
    suite: CipherSuite,
    hash: &'static dyn Hash,
}

impl Hash for Telling {
    fn start(&self) -> Box<dyn Context> {
        // a connection that is made aside, for a later request, has no slate
        let _ = CHOSEN.try_with(|chosen| chosen.set(Some(self.suite)));
        self.hash.start()
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.hash.hash(data)
    }

    fn output_len(&self) -> usize {
        self.hash.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.hash.algorithm()
    }

    fn fips(&self) -> bool {
        self.hash.fips()
    }
}
