//! The signature SDK-HMAC-SHA256: what access key and secret key say about one request.
//!
//! Pure: same request, keys and time give the same signature. Fetching keys and putting them on a
//! request is [`crate::identity`]'s work; the spelling that is signed is in [`canonical_query`] and its
//! neighbours.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use jiff::{Timestamp, tz::Offset};
use ring::{digest, hmac};

use crate::{
    headers,
    secret::{ExposeSecret, SecretString},
};

mod canonical;

pub use canonical::canonical_query;
pub(crate) use canonical::is_canonical;

/// Name of the algorithm, first word of the `Authorization` header.
const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// Says in place of a body hash that the body is not covered.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The hash of a body without a byte: most requests have none.
const HASH_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

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
#[non_exhaustive]
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
        headers::put(headers, header::AUTHORIZATION, self.authorization);
        headers::put(headers, header::HOST, self.host);
        headers::put(headers, X_SDK_DATE, self.date);
        if let Some(content_sha256) = self.content_sha256 {
            headers::put(headers, X_SDK_CONTENT_SHA256, content_sha256);
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
    let date = date_text(now);
    let host = host_of(uri, headers)?;
    let content_sha256 = declared_payload(headers, body)?;

    let own = [
        Some(("host", &*host)),
        Some(("x-sdk-date", date.as_str())),
        content_sha256.map(|declared| ("x-sdk-content-sha256", declared)),
    ];
    let signed = canonical::signed_headers(headers, own.into_iter().flatten())?;
    let mut authorization = String::with_capacity(256);
    for part in [ALGORITHM, " Access=", access, ", SignedHeaders="] {
        authorization.push_str(part);
    }
    let before_names = authorization.len();
    for (place, (name, _)) in signed.iter().enumerate() {
        if place > 0 {
            authorization.push(';');
        }
        authorization.push_str(name);
    }
    let names = authorization.get(before_names..).unwrap_or_default();

    let request = hash_of_request(method, uri, &signed, names, body, content_sha256);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let mut to_sign = hmac::Context::with_key(&key);
    for piece in [ALGORITHM, "\n", &date, "\n"] {
        to_sign.update(piece.as_bytes());
    }
    to_sign.update(&request);
    let tag = to_sign.sign();

    authorization.push_str(", Signature=");
    // Never empty-handed: digits are text.
    authorization.push_str(str::from_utf8(&hex(tag.as_ref())).unwrap_or_default());
    let mut authorization =
        HeaderValue::try_from(authorization).map_err(|_| SignError::AccessKey)?;
    authorization.set_sensitive(true);
    Ok(Signature {
        authorization,
        date: HeaderValue::try_from(date).map_err(|_| SignError::NoHost)?,
        host: HeaderValue::from_str(&host).map_err(|_| SignError::NoHost)?,
        content_sha256: content_sha256
            .map(HeaderValue::try_from)
            .transpose()
            .map_err(|_| SignError::HeaderNotAscii(X_SDK_CONTENT_SHA256))?,
    })
}

/// The digits of the hash of the canonical request, in which the headers `signed` stand, called `names` together.
///
/// Hashed piece by piece: the canonical request holds the security token, and is nowhere as a whole.
fn hash_of_request(
    method: &Method,
    uri: &Uri,
    signed: &[(&str, &str)],
    names: &str,
    body: Payload<'_>,
    content_sha256: Option<&str>,
) -> [u8; 64] {
    let mut request = digest::Context::new(&digest::SHA256);
    let mut hash = |pieces: &[&str]| {
        for piece in pieces {
            request.update(piece.as_bytes());
        }
    };
    let path = canonical::canonical_path(uri.path());
    let query = uri.query().unwrap_or_default();
    hash(&[method.as_str(), "\n", &path, "\n", query, "\n"]);
    for (name, value) in signed {
        hash(&[name, ":", value, "\n"]);
    }
    hash(&["\n", names, "\n"]);
    match content_sha256 {
        Some(declared) if body != Payload::Whole(b"") => hash(&[declared]),
        _ => match body.bytes() {
            b"" => hash(&[HASH_OF_NOTHING]),
            bytes => request.update(&hex(digest::digest(&digest::SHA256, bytes).as_ref())),
        },
    }
    hex(request.finish().as_ref())
}

/// The time as the gateway reads it, `20201112T131415Z`. Every request has one: written without a form to be read.
fn date_text(now: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(now);
    let Ok(year) = u16::try_from(at.year()) else {
        return now.strftime("%Y%m%dT%H%M%SZ").to_string();
    };
    let rest = [at.month(), at.day(), at.hour(), at.minute(), at.second()];
    let rest = rest.map(|part| u16::from(part.unsigned_abs()));
    let pairs = [year / 100, year % 100].into_iter().chain(rest);
    let mut text = String::with_capacity(16);
    for (pair, behind) in pairs.zip(["", "", "", "T", "", "", "Z"]) {
        for digit in [pair / 10, pair % 10] {
            text.push(char::from_digit(digit.into(), 10).unwrap_or_default());
        }
        text.push_str(behind);
    }
    text
}

/// The host as it will stand in the `Host` header: with the port unless it is the scheme's own.
fn host_of<'u>(uri: &'u Uri, headers: &'u HeaderMap) -> Result<Cow<'u, str>, SignError> {
    if let Some(host) = uri.host() {
        let own_port = match uri.scheme_str() {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        return Ok(match uri.port_u16() {
            Some(port) if Some(port) != own_port => format!("{host}:{port}").into(),
            _ => host.into(),
        });
    }
    let given = headers.get(header::HOST).ok_or(SignError::NoHost)?;
    let given = given
        .to_str()
        .map_err(|_| SignError::HeaderNotAscii(header::HOST))?;
    Ok(given.trim().into())
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

/// Appends `bytes` as lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push(char::from(hex_digit(byte >> 4)));
        out.push(char::from(hex_digit(byte & 0x0f)));
    }
}

/// The 32 bytes of a hash as lower-case hexadecimal digits.
fn hex(hash: &[u8]) -> [u8; 64] {
    let mut digits = [0; 64];
    let (pairs, _) = digits.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(hash) {
        *pair = [hex_digit(byte >> 4), hex_digit(byte & 0x0f)];
    }
    digits
}

/// The digit for 0 to 15.
fn hex_digit(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'a' + value - 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_form_says() {
        for time in [
            "1970-01-01T00:00:00Z",
            "2026-11-30T23:59:08.999Z",
            "0001-01-01T01:02:03Z",
            "9999-12-30T21:59:59Z",
            "-000044-03-15T12:00:00Z",
        ] {
            let time: Timestamp = time.parse().unwrap();
            let form = time.strftime("%Y%m%dT%H%M%SZ").to_string();
            assert_eq!(date_text(time), form);
        }
    }

    #[test]
    fn nothing_has_the_hash_that_is_written_down() {
        let hash = digest::digest(&digest::SHA256, b"");
        assert_eq!(hex(hash.as_ref()), HASH_OF_NOTHING.as_bytes());
    }
}
