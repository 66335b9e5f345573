//! One request to an issuer of credentials and its whole answer, within a time and a size limit.
//!
//! Issuers stand outside the pipeline: it needs an identity before it can send anything.

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;

use super::{IdentityContext, IdentityError, IdentityErrorKind};
use crate::{
    deadline::{Deadline, Timer},
    fault::HumanDuration,
    headers,
    retry::after,
    transport::{SendProgress, TransportFault, TransportFaultKind},
};

/// Largest answer that is read. A token answer without its catalogue has a few KiB; with many roles, more.
const BODY_LIMIT: usize = 1024 * 1024;

/// Who is asked, for error texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Issuer {
    /// Its name, e.g. `IAM`.
    pub(super) name: &'static str,
    /// What to do when it cannot be reached.
    pub(super) help: &'static str,
}

/// A whole answer. Its body may hold secrets and is wiped when dropped.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
    /// When it came, on the clock of the issuer: its `Date`, which does not depend on the local clock, and how long ago
    /// that was if it was stored on the way; else the local time.
    pub(super) came_at: Timestamp,
    /// The wait it asks for.
    pub(super) retry_after: Option<Duration>,
}

impl Answer {
    /// Request id of the answer. Anything that does not look like one is left out: it may be foreign text.
    pub(super) fn request_id(&self) -> Option<String> {
        let id = ["x-request-id", "x-openstack-request-id"]
            .iter()
            .find_map(|name| self.headers.get(*name)?.to_str().ok())?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=128).contains(&id.len()) && id.bytes().all(is_plain)).then(|| id.to_owned())
    }
}

/// How long what ends at `expires_at`, an RFC 3339 time in an answer that came at `came_at`, still holds.
/// Measured against the time of the answer itself: the local clock may be wrong.
pub(super) fn lifetime(
    expires_at: &str,
    came_at: Timestamp,
) -> Result<(Timestamp, Duration), &'static str> {
    let end: Timestamp = expires_at
        .parse()
        .map_err(|_| "its time of expiry is not a time with a zone")?;
    match Duration::try_from(end.duration_since(came_at)) {
        Ok(left) if !left.is_zero() => Ok((end, left)),
        _ => Err("what it gives has already expired"),
    }
}

/// Sends `request` and reads the whole answer. What goes wrong, in `read` too, is told with the issuer's host.
pub(super) async fn exchange<T>(
    issuer: Issuer,
    context: &IdentityContext,
    mut request: http::Request<Bytes>,
    limit: Duration,
    read: impl FnOnce(&Answer) -> Result<T, IdentityError>,
) -> Result<T, IdentityError> {
    let clock = &*context.clock;
    let deadline = Deadline::after(clock.elapsed(), limit);
    let host = host_of(&request);
    let progress = SendProgress::new();
    request.extensions_mut().insert(progress.clone());
    let _asking = context.asking.begin(issuer.name, progress.clone());
    let run = run(issuer, context, request);
    let result = match Timer::new(clock, deadline).race(run).await {
        Ok(result) => result,
        Err(_) => Err(IdentityError::new(
            IdentityErrorKind::Timeout,
            format!(
                "{} within {}",
                silence(issuer.name, &progress),
                HumanDuration(limit)
            ),
            issuer.help,
        )),
    };
    result
        .and_then(|answer| read(&answer))
        .map_err(|error| error.at(&host))
}

/// What `issuer` has not done yet.
pub(crate) fn silence(issuer: &str, progress: &SendProgress) -> String {
    let through = progress.through();
    match progress.is_connecting() {
        true => format!("no connection to {issuer}{through}"),
        false => format!("{issuer} did not answer{through}"),
    }
}

/// Host and port that `request` goes to.
fn host_of<B>(request: &http::Request<B>) -> String {
    let authority = request.uri().authority();
    authority.map_or_else(String::new, ToString::to_string)
}

async fn run(
    issuer: Issuer,
    context: &IdentityContext,
    request: http::Request<Bytes>,
) -> Result<Answer, IdentityError> {
    let lost = |fault: TransportFault| broken(issuer, &fault);
    let (head, body) = context
        .transport
        .send(request.map(Into::into))
        .await
        .map_err(lost)?
        .into_parts();
    if headers::are_too_large(&head.headers) {
        return Err(lost(TransportFault::new(
            TransportFaultKind::HeadTooLarge,
            "",
        )));
    }
    let mut body = pin!(body);
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
    while let Some(frame) = body.as_mut().frame().await {
        let Ok(data) = frame.map_err(lost)?.into_data() else {
            continue;
        };
        if bytes.len().saturating_add(data.len()) > BODY_LIMIT {
            return Err(IdentityError::new(
                IdentityErrorKind::Protocol,
                format!("the answer of {} is larger than 1 MiB", issuer.name),
                issuer.help,
            ));
        }
        bytes.extend_from_slice(&data);
    }
    let now = context.clock.now();
    Ok(Answer {
        status: head.status,
        came_at: after::service_time(&head.headers).unwrap_or(now),
        retry_after: after::retry_after(&head.headers, now),
        headers: head.headers,
        body: bytes,
    })
}

/// The line to the issuer failed.
fn broken(issuer: Issuer, fault: &TransportFault) -> IdentityError {
    let (kind, help) = match fault.kind {
        TransportFaultKind::Resolve
        | TransportFaultKind::Connect
        | TransportFaultKind::ProxyLogin => (IdentityErrorKind::Connect, issuer.help),
        TransportFaultKind::Tls(flaw) => (IdentityErrorKind::Tls, flaw.help()),
        TransportFaultKind::Malformed
        | TransportFaultKind::HeadTooLarge
        | TransportFaultKind::TooManyInterim => (IdentityErrorKind::Protocol, issuer.help),
        TransportFaultKind::Unsendable => (IdentityErrorKind::Insecure, issuer.help),
        _ => (IdentityErrorKind::Interrupted, issuer.help),
    };
    IdentityError::new(
        kind,
        format!("{} could not be asked: {fault}", issuer.name),
        help,
    )
}
