//! The gateway's side of SDK-HMAC-SHA256: is this request what the holder of the secret key signed?
//!
//! Written from the description of the algorithm alone. Nothing here is shared with the client's signer, so that two equal
//! mistakes cannot cancel out; both are held against the same test vectors.

use std::borrow::Cow;
use std::time::Duration;

use hmac::{Hmac, Mac};
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::form::Payload;
use super::hex::{from_hex, hex};

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
        body: &Payload,
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
        let queries = canonical_queries(parts.uri.query().unwrap_or_default());
        let payloads = payload_hashes(parts, body);
        let signed = |query: &str, payload: &str| {
            let canonical = self.canonical_request(parts, query, payload);
            let to_sign = format!("{ALGORITHM}\n{date}\n{}", hex(&Sha256::digest(canonical)));
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
                return false;
            };
            mac.update(to_sign.as_bytes());
            mac.verify_slice(&signature).is_ok()
        };
        queries
            .iter()
            .any(|query| payloads.iter().any(|payload| signed(query, payload)))
    }

    /// Method, path, query, signed headers, their names, payload hash, each on its line.
    fn canonical_request(&self, parts: &Parts, query: &str, payload: &str) -> String {
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

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// All pairs, sorted by key and value. The official Python SDK sorts repeated numbers as numbers, so values of one key in
/// the order of the wire are taken as well.
fn canonical_queries(query: &str) -> [String; 2] {
    let mut pairs: Vec<Pair<'_>> = form_urlencoded::parse(query.as_bytes()).collect();
    let join = |pairs: &[Pair<'_>]| {
        let escaped = pairs
            .iter()
            .map(|(key, value)| format!("{}={}", escape(key), escape(value)));
        escaped.collect::<Vec<_>>().join("&")
    };
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    let as_sent = join(&pairs);
    pairs.sort();
    [join(&pairs), as_sent]
}

/// The hash the caller may have signed. With an empty body and a literal hash in the header, SDKs differ in which they take.
fn payload_hashes(parts: &Parts, body: &Payload) -> Vec<String> {
    let literal = header(parts, "x-sdk-content-sha256");
    let real = body.digest();
    match literal {
        Some(literal) if body.length == 0 => vec![real, literal],
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderName, HeaderValue, Request};
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../../tests/signing_vectors.json");

    /// A request as a vector describes it, with everything its signer added.
    fn request(vector: &Value) -> (Parts, Bytes) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut request = Request::builder()
            .method(vector["method"].as_str().unwrap())
            .uri(text(&vector["wire_uri"]));
        for headers in ["headers_before_signing", "headers_added_by_signer"] {
            for (name, value) in vector[headers].as_object().unwrap() {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                let headers = request.headers_mut().unwrap();
                headers.insert(
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(&value).unwrap(),
                );
            }
        }
        let body = vector["body_hex"]
            .as_str()
            .map(|hex| from_hex(hex).unwrap())
            .unwrap_or_default();
        (request.body(()).unwrap().into_parts().0, Bytes::from(body))
    }

    fn now() -> Timestamp {
        "2026-11-21T00:00:00Z".parse().unwrap()
    }

    fn check(parts: &Parts, body: &Bytes, secret: &str, now: Timestamp) -> bool {
        let header = parts.headers["authorization"].to_str().unwrap();
        let signed = Payload::of(body.clone());
        Authorization::parse(header)
            .unwrap()
            .is_valid(parts, &signed, secret, now)
    }

    fn vectors() -> Vec<Value> {
        let whole: Value = serde_json::from_str(VECTORS).unwrap();
        whole["vectors"].as_array().unwrap().clone()
    }

    #[test]
    fn accepts_what_the_official_signer_signs() {
        assert!(vectors().len() >= 11);
        for vector in vectors() {
            let (parts, body) = request(&vector);
            let secret = vector["secret_key"].as_str().unwrap();
            assert!(check(&parts, &body, secret, now()), "{}", vector["name"]);
        }
    }

    #[test]
    fn refuses_whatever_was_changed_after_signing() {
        for vector in vectors() {
            let name = &vector["name"];
            let secret = vector["secret_key"].as_str().unwrap();
            let (parts, body) = request(&vector);
            let unsigned = vector["headers_added_by_signer"]
                .get("X-Sdk-Content-Sha256")
                .is_some();

            assert!(
                !check(&parts, &body, "SKOTHER", now()),
                "{name}: another key"
            );
            let other = Bytes::from([&body[..], b" "].concat());
            assert_eq!(
                check(&parts, &other, secret, now()),
                unsigned,
                "{name}: another body"
            );
            for minutes in [-16, 16] {
                let later = now() + jiff::SignedDuration::from_mins(minutes);
                assert!(
                    !check(&parts, &body, secret, later),
                    "{name}: {minutes} minutes off"
                );
            }
            assert!(
                check(
                    &parts,
                    &body,
                    secret,
                    now() + jiff::SignedDuration::from_mins(15)
                ),
                "{name}: the edge"
            );

            let mut changed = parts.clone();
            changed.method = http::Method::PUT;
            assert!(
                !check(&changed, &body, secret, now()),
                "{name}: another method"
            );
            let mut changed = parts.clone();
            let separator = if parts.uri.query().is_some() {
                '&'
            } else {
                '?'
            };
            changed.uri = format!("{}{separator}x=1", parts.uri).parse().unwrap();
            assert!(
                !check(&changed, &body, secret, now()),
                "{name}: one more parameter"
            );
            for signed in ["host", "x-sdk-date"] {
                let mut changed = parts.clone();
                changed
                    .headers
                    .insert(signed, HeaderValue::from_static("20261121T000001Z"));
                assert!(
                    !check(&changed, &body, secret, now()),
                    "{name}: another {signed}"
                );
            }
        }
    }

    #[test]
    fn takes_only_whole_headers_of_this_algorithm_apart() {
        let cases = [
            "",
            "Bearer x",
            "SDK-HMAC-SHA256",
            "SDK-HMAC-SHA256 Access=a",
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date",
            "SDK-HMAC-SM3 Access=a, SignedHeaders=host, Signature=00",
            "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=00, More=1",
        ];
        for case in cases {
            assert!(Authorization::parse(case).is_none(), "{case}");
        }
    }
}
