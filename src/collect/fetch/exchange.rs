//! One request and its answer, whole or not at all, inside the time of one exchange.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Request, Response};
use tokio::time::{Instant as Tick, timeout_at};
use url::Url;

use crate::collect::host::Host;
use crate::model::capture::{Exchange, Handshake};

use super::failure::{self, Failure, FailureKind};
use super::sent::Nothing;
use super::{Client, Purpose, ROBOTS_BYTES, Validators, decode, record, tls};

const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// Fewest bytes of a body that must come in each third of `timeout`: what trickles more slowly is cut.
const LEAST: usize = 1024;
const CODINGS: &str = "gzip, br, zstd";

impl Client {
    pub(super) async fn exchange(
        &self,
        url: &Url,
        validators: &Validators,
        purpose: Purpose<'_>,
        asked: &Arc<Host>,
    ) -> Result<Exchange, Failure> {
        let request = self.request(url, validators, purpose, asked);
        let recorded = record::request(&request);
        let host = url.host_str().unwrap_or("?");
        let at = self.clock.now();
        let started = Tick::now();
        let deadline = started + self.limits.timeout;
        let (sent, cipher) = tls::watched(timeout_at(deadline, self.http.execute(request))).await;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failure::of_sending(&error, url)),
            Err(_) => return Err(failure::timeout(host)),
        };
        let certificate = response.extensions().get::<reqwest::tls::TlsInfo>().and_then(|info| info.peer_certificate());
        let secure = url.scheme() == "https";
        let tls = secure.then(|| self.met.handshake(certificate, host, cipher)).flatten();
        let protocols = protocols(&response, tls.as_deref());
        let ip = if self.proxied { None } else { response.remote_addr().map(|address| address.ip()) };
        let status = response.status();
        let headers = response.headers().clone();
        let (most, cut) = match purpose {
            Purpose::Page | Purpose::TimeQuery(_) => (self.limits.max_body, false),
            Purpose::Robots => (ROBOTS_BYTES, true),
        };
        let pace = Pace { deadline, window: self.limits.timeout / 3 };
        let raw = body(response, most, cut, pace, host).await?;
        let elapsed = started.elapsed();
        let transfer = headers.contains_key(header::TRANSFER_ENCODING);
        let (body, content) = undo(raw, &headers, most, cut)?;
        let undone = record::Undone { content, transfer, length: body.len() };
        Ok(Exchange {
            url: url.clone(),
            at,
            request: recorded,
            head: record::response(status, &headers, &undone),
            status: status.as_u16(),
            headers: readable(&headers),
            body,
            protocols,
            tls,
            ip,
            elapsed,
        })
    }

    fn request(&self, url: &Url, validators: &Validators, purpose: Purpose<'_>, asked: &Arc<Host>) -> Request {
        let mut request = Request::new(reqwest::Method::GET, url.clone());
        self.fill(request.headers_mut(), url, validators);
        match purpose {
            Purpose::Page | Purpose::Robots => *request.body_mut() = Some(Nothing::to(asked)),
            Purpose::TimeQuery(query) => {
                *request.method_mut() = reqwest::Method::POST;
                *request.body_mut() = Some(query.to_vec().into());
                let headers = request.headers_mut();
                headers.insert(header::ACCEPT, HeaderValue::from_static("application/timestamp-reply"));
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/timestamp-query"));
            }
        }
        request
    }

    /// All headers of the request but `Host`, which hyper writes (and HTTP/2 has as `:authority`).
    ///
    /// No `Accept-Language`: the address decides the language, so that two looks compare. Secrets go to the source's own
    /// host alone, and never from https to http.
    fn fill(&self, headers: &mut HeaderMap, url: &Url, validators: &Validators) {
        headers.insert(header::USER_AGENT, self.agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(CODINGS));
        if validators.of.as_ref().is_none_or(|of| of == url) {
            let both =
                [(header::IF_NONE_MATCH, &validators.etag), (header::IF_MODIFIED_SINCE, &validators.last_modified)];
            for (name, value) in both {
                if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
                    headers.insert(name, value);
                }
            }
        }
        let trusted = self.reach.is_own(url) && (url.scheme() == "https" || !self.secure);
        for (name, value) in &self.extra {
            // Codings and conditions are ours to decide, or the record would not be true.
            let ours = [header::ACCEPT_ENCODING, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
            if !ours.contains(name) && (trusted || !record::is_withheld(name)) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The values of `WARC-Protocol`.
fn protocols(response: &Response, tls: Option<&Handshake>) -> Vec<String> {
    let http = match response.version() {
        reqwest::Version::HTTP_10 => "http/1.0",
        reqwest::Version::HTTP_2 => "h2",
        _ => "http/1.1",
    };
    [http].into_iter().chain(tls.map(|tls| tls.version)).map(str::to_owned).collect()
}

/// How long an answer may take: to its end, and to so many bytes of it.
#[derive(Clone, Copy)]
struct Pace {
    deadline: Tick,
    /// In each of these, [`LEAST`] bytes must come.
    window: Duration,
}

/// Reads the body as it was sent, chunks already joined.
async fn body(response: Response, most: usize, cut: bool, pace: Pace, host: &str) -> Result<Vec<u8>, Failure> {
    let announced = response.content_length().unwrap_or(0);
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > most && !cut {
        return Err(failure::too_large(most));
    }
    let mut body = Vec::with_capacity(announced.min(64 * 1024));
    let mut stream = response.bytes_stream();
    let (mut window_ends, mut due) = (Tick::now() + pace.window, LEAST);
    loop {
        match timeout_at(pace.deadline.min(window_ends), stream.next()).await {
            Ok(None) => return Ok(body),
            Ok(Some(Ok(part))) => {
                let room = most - body.len();
                body.extend_from_slice(&part[..part.len().min(room)]);
                if part.len() > room {
                    return if cut { Ok(body) } else { Err(failure::too_large(most)) };
                }
            }
            Ok(Some(Err(error))) => return Err(failure::cut_short(body.len(), &failure::innermost(&error))),
            Err(_) if body.len() < due || Tick::now() >= pace.deadline => {
                return Err(failure::too_slow(host, body.len()));
            }
            Err(_) => {}
        }
        // one that sends a byte now and then never lets the time of a window run out
        if Tick::now() >= window_ends {
            if body.len() < due {
                return Err(failure::too_slow(host, body.len()));
            }
            (window_ends, due) = (Tick::now() + pace.window, body.len() + LEAST);
        }
    }
}

/// Undoes the content codings; `true` where there were some.
fn undo(raw: Vec<u8>, headers: &HeaderMap, most: usize, cut: bool) -> Result<(Vec<u8>, bool), Failure> {
    let values = headers.get_all(header::CONTENT_ENCODING);
    let codings = decode::codings(values.iter().filter_map(|value| value.to_str().ok())).unwrap_or_default();
    // A redirect or a 304 may name a coding and have no body.
    if raw.is_empty() || codings.is_empty() {
        return Ok((raw, false));
    }
    let length = raw.len();
    match decode::decode(raw, &codings, most, cut) {
        Ok(body) => Ok((body, true)),
        Err(decode::Fault::TooLarge) => Err(failure::too_large(most)),
        Err(decode::Fault::CutShort) => Err(failure::cut_short(length, "inside its compression")),
        Err(decode::Fault::Bad(why)) => {
            Err(Failure::new(FailureKind::Protocol, format!("the answer cannot be decompressed: {why}")))
        }
    }
}

/// Header values as text: UTF-8 where it is, else one character a byte (ISO 8859-1, as HTTP once said).
fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
