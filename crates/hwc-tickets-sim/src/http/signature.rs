//! The gateway's side of SDK-HMAC-SHA256: is this request what the holder of the secret key signed?
//!
//! Written from the description of the algorithm alone. Nothing here is shared with the client's signer, so that two equal
//! mistakes cannot cancel out; both are held against the same test vectors.

use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Largest difference between the caller's clock and the gateway's.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Everything but `A-Z a-z 0-9 - _ . ~` is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The parts of an `Authorization` header.
#[derive(Debug)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Takes a header apart; `None` when it is not one of this algorithm.
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let rest = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split(',') {
            match part.trim().split_once('=')? {
                ("Access", value) => access_key = Some(value),
                ("SignedHeaders", value) => signed_headers = Some(value.split(';').collect()),
                ("Signature", value) => signature = Some(value),
                _ => return None,
            }
        }
        Some(Authorization {
            access_key: access_key?,
            signed_headers: signed_headers?,
            signature: signature?,
        })
    }

    /// Whether the request carries the signature that `secret` makes, and was signed around `now`.
    pub(super) fn is_valid(
        &self,
        parts: &Parts,
        body: &Bytes,
        secret: &str,
        now: Timestamp,
    ) -> bool {
        let Some(date) = header(parts, "x-sdk-date") else {
            return false;
        };
        let signs = |name| self.signed_headers.contains(&name);
        if !is_current(&date, now) || !signs("host") || !signs("x-sdk-date") {
            return false;
        }
        let Ok(signature) = from_hex(self.signature) else {
            return false;
        };
        payload_hashes(parts, body).iter().any(|payload| {
            let canonical = self.canonical_request(parts, payload);
            let to_sign = format!("{ALGORITHM}\n{date}\n{}", hex(&Sha256::digest(canonical)));
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
                return false;
            };
            mac.update(to_sign.as_bytes());
            mac.verify_slice(&signature).is_ok()
        })
    }

    /// Method, path, query, signed headers, their names, payload hash, each on its line.
    fn canonical_request(&self, parts: &Parts, payload: &str) -> String {
        let mut names = self.signed_headers.clone();
        names.sort_unstable();
        let headers: String = names
            .iter()
            .map(|name| {
                format!(
                    "{name}:{}\n",
                    header(parts, name).unwrap_or_default().trim()
                )
            })
            .collect();
        let path = canonical_path(parts.uri.path());
        let query = canonical_query(parts.uri.query().unwrap_or_default());
        format!(
            "{}\n{path}\n{query}\n{headers}\n{}\n{payload}",
            parts.method,
            self.signed_headers.join(";")
        )
    }
}

/// Decoded as a whole, escaped segment by segment, with a slash at the end. An escaped slash becomes a real one on the way.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical = decoded.split('/').map(escape).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// All pairs, sorted by key and value.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(key, value)| format!("{}={}", escape(key), escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The hash the caller may have signed. With an empty body and a literal hash in the header, SDKs differ in which they take.
fn payload_hashes(parts: &Parts, body: &Bytes) -> Vec<String> {
    let literal = header(parts, "x-sdk-content-sha256");
    let real = hex(&Sha256::digest(body));
    match literal {
        Some(literal) if body.is_empty() => vec![real, literal],
        Some(literal) if literal == "UNSIGNED-PAYLOAD" || literal == real => vec![literal],
        Some(_) => Vec::new(),
        None => vec![real],
    }
}

fn is_current(date: &str, now: Timestamp) -> bool {
    let Ok(date) =
        DateTime::strptime("%Y%m%dT%H%M%SZ", date).and_then(|date| date.to_zoned(TimeZone::UTC))
    else {
        return false;
    };
    date.timestamp().duration_since(now).unsigned_abs() <= WINDOW
}

/// The value of a header; several values are joined with commas.
fn header(parts: &Parts, name: &str) -> Option<String> {
    let values: Vec<_> = parts
        .headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Result<Vec<u8>, ()> {
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(())
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
            _ => Err(()),
        })
        .collect()
}
