//! When a request is truly sent.
//!
//! Between asking for an exchange and its first byte on the wire may lie a name to resolve, a connection to make, and the
//! threads' being busy with five hundred others. hyper asks a request's body whether it has an end to wait for at the moment
//! in which it writes the head, in HTTP/1.1 as in HTTP/2: a body of nothing can note that moment, and leaves no trace in what is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};

use crate::collect::host::Host;

/// The body of a request without one; tells the host when it is sent.
pub(super) struct Nothing {
    host: Arc<Host>,
}

impl Nothing {
    /// A body of nothing for a request to `host`.
    pub(super) fn to(host: &Arc<Host>) -> reqwest::Body {
        reqwest::Body::wrap(Self { host: Arc::clone(host) })
    }
}

impl Body for Nothing {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.host.sent();
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}
