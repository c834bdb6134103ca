//! Names to addresses, without those that a name may not stand for.
//!
//! The connection is made to the very addresses given here, so that a second answer of the name server (DNS rebinding)
//! changes nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// Resolves with the system's resolver.
pub(super) struct Resolver {
    reach: Arc<Reach>,
    proxy_host: Option<String>,
}

/// The name stands for inner addresses alone.
#[derive(Debug, thiserror::Error)]
#[error("the name {0} stands for an address of an inner network")]
pub(super) struct Inner(String);

impl Resolver {
    /// `proxy_host` may stand anywhere: a person named it.
    pub(super) fn new(reach: Arc<Reach>, proxy_host: Option<String>) -> Self {
        Self { reach, proxy_host }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.reach);
        let host = name.as_str().to_owned();
        let is_proxy = self.proxy_host.as_ref().is_some_and(|proxy| proxy.eq_ignore_ascii_case(&host));
        Box::pin(async move {
            let all: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let some = !all.is_empty();
            let allowed: Vec<SocketAddr> =
                all.into_iter().filter(|at| is_proxy || reach.may_resolve(&host, at.ip())).collect();
            if some && allowed.is_empty() {
                return Err(Inner(host).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
