//! The signature SDK-HMAC-SHA256: what access key and secret key say about one request.
//!
//! Pure: same request, keys and time give the same signature. Fetching keys and putting them on a
//! request is [`crate::identity`]'s work; the spelling that is signed is in [`canonical_query`] and its
//! neighbours.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use jiff::Timestamp;
use ring::{digest, hmac};
use secrecy::zeroize::Zeroizing;

use crate::secret::{ExposeSecret, SecretString};

mod canonical;

pub use canonical::canonical_query;

/// Name of the algorithm, first word of the `Authorization` header.
const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// Says in place of a body hash that the body is not covered.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Time of signing. The gateway refuses a difference above 15 minutes.
pub const X_SDK_DATE: HeaderName = HeaderName::from_static("x-sdk-date");
/// Hash of the body, or the word that says it is not signed.
pub const X_SDK_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-sdk-content-sha256");

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The request has neither an absolute address nor a `Host` header. Give it an absolute address.
    #[error("the request has no host; give it an absolute address")]
    NoHost,
    /// A header has a value that is not visible ASCII. Encode it or leave it out.
    #[error("the value of header `{0}` is not visible ASCII; encode it or leave it out")]
    HeaderNotAscii(HeaderName),
    /// The access key cannot stand in a header.
    #[error("the access key is not valid in a header; it must be visible ASCII")]
    AccessKey,
}

/// The body of a request, as far as signing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload<'a> {
    /// In memory: its hash is signed if it is JSON or BSON.
    Whole(&'a [u8]),
    /// Streamed, with at least one byte. It is declared as not signed, unless the request brings its hash in
    /// `X-Sdk-Content-Sha256`.
    Streamed,
}

impl Payload<'_> {
    /// What is hashed. Of a streamed body, whose hash is never asked for, nothing.
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Streamed => b"",
        }
    }
}

/// What signing adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    authorization: HeaderValue,
    date: HeaderValue,
    host: HeaderValue,
    content_sha256: Option<HeaderValue>,
}

impl Signature {
    /// The value of `Authorization`. Marked sensitive: it names the access key.
    #[must_use]
    pub fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }

    /// Puts the signature and the headers it added onto the request, in place of older ones.
    pub fn put_on(self, headers: &mut HeaderMap) {
        headers.insert(header::AUTHORIZATION, self.authorization);
        headers.insert(header::HOST, self.host);
        headers.insert(X_SDK_DATE, self.date);
        if let Some(content_sha256) = self.content_sha256 {
            headers.insert(X_SDK_CONTENT_SHA256, content_sha256);
        }
    }
}

/// Signs one request with SDK-HMAC-SHA256.
///
/// The query is signed exactly as it stands in `uri`, because that is what will be sent: bring it into
/// canonical form first ([`canonical_query`]; [`crate::identity::Identity::authorize`] does). The time
/// is always `now`, also when `headers` has an `X-Sdk-Date`; the host is that of `uri`, and `Host` only
/// when `uri` has none. A body that is streamed, or not JSON or
/// BSON, is declared as not signed (`X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD`). Source: API signing
/// guide of the API gateway and the published signer of the Python SDK.
///
/// # Errors
/// [`SignError`] when the request has no host or a header value is not visible ASCII.
pub fn sign(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Payload<'_>,
    access: &str,
    secret: &SecretString,
    now: Timestamp,
) -> Result<Signature, SignError> {
    let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let host = host_of(uri, headers)?;
    let content_sha256 = declared_payload(headers, body)?;

    let mut own = vec![("host", host.as_str()), ("x-sdk-date", date.as_str())];
    if let Some(declared) = content_sha256 {
        own.push(("x-sdk-content-sha256", declared));
    }
    let signed = canonical::signed_headers(headers, own)?;
    let names = signed
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(";");

    let path = canonical::canonical_path(uri.path());
    let query = uri.query().unwrap_or_default();
    // Large enough to never move: the canonical request holds the security token and is wiped.
    let lines: usize = signed
        .iter()
        .map(|(name, value)| name.len() + value.len() + 2)
        .sum();
    let capacity = path.len() + query.len() + lines + names.len() + 256;
    let mut request = Zeroizing::new(String::with_capacity(capacity));
    request.push_str(method.as_str());
    request.push('\n');
    request.push_str(&path);
    request.push('\n');
    request.push_str(query);
    request.push('\n');
    for (name, value) in &signed {
        request.push_str(name);
        request.push(':');
        request.push_str(value);
        request.push('\n');
    }
    request.push('\n');
    request.push_str(&names);
    request.push('\n');
    match content_sha256 {
        Some(declared) if body != Payload::Whole(b"") => request.push_str(declared),
        _ => push_hex(&mut request, sha256(body.bytes()).as_ref()),
    }

    let mut to_sign = format!("{ALGORITHM}\n{date}\n");
    push_hex(&mut to_sign, sha256(request.as_bytes()).as_ref());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, to_sign.as_bytes());

    let mut authorization =
        format!("{ALGORITHM} Access={access}, SignedHeaders={names}, Signature=");
    push_hex(&mut authorization, tag.as_ref());
    let mut authorization =
        HeaderValue::try_from(authorization).map_err(|_| SignError::AccessKey)?;
    authorization.set_sensitive(true);
    Ok(Signature {
        authorization,
        date: HeaderValue::try_from(date).map_err(|_| SignError::NoHost)?,
        host: HeaderValue::try_from(host).map_err(|_| SignError::NoHost)?,
        content_sha256: content_sha256
            .map(HeaderValue::try_from)
            .transpose()
            .map_err(|_| SignError::HeaderNotAscii(X_SDK_CONTENT_SHA256))?,
    })
}

/// The host as it will stand in the `Host` header: with the port unless it is the scheme's own.
fn host_of(uri: &Uri, headers: &HeaderMap) -> Result<String, SignError> {
    if let Some(host) = uri.host() {
        let own_port = match uri.scheme_str() {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        return Ok(match uri.port_u16() {
            Some(port) if Some(port) != own_port => format!("{host}:{port}"),
            _ => host.to_owned(),
        });
    }
    let given = headers.get(header::HOST).ok_or(SignError::NoHost)?;
    let given = given
        .to_str()
        .map_err(|_| SignError::HeaderNotAscii(header::HOST))?;
    Ok(given.trim().to_owned())
}

/// What the request says in place of its body hash, if it says so or has a body that is not hashed.
fn declared_payload<'h>(
    headers: &'h HeaderMap,
    body: Payload<'_>,
) -> Result<Option<&'h str>, SignError> {
    if let Some(given) = headers.get(X_SDK_CONTENT_SHA256) {
        let given = given
            .to_str()
            .map_err(|_| SignError::HeaderNotAscii(X_SDK_CONTENT_SHA256))?;
        return Ok(Some(given.trim()));
    }
    if body == Payload::Streamed {
        return Ok(Some(UNSIGNED_PAYLOAD));
    }
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Ok(None);
    };
    let kind = kind
        .to_str()
        .map_err(|_| SignError::HeaderNotAscii(header::CONTENT_TYPE))?
        .trim();
    let is_hashed = kind.starts_with("application/json") || kind.starts_with("application/bson");
    Ok((!is_hashed).then_some(UNSIGNED_PAYLOAD))
}

/// SHA-256 of `bytes`.
fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

/// Appends `bytes` as lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for value in [byte >> 4, byte & 0x0f] {
            out.push(char::from(if value < 10 {
                b'0' + value
            } else {
                b'a' + value - 10
            }));
        }
    }
}
