//! Signing: the published vectors, and canonical forms against an independent implementation.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use hwc_core::{
    secret::SecretString,
    sign::{Payload, canonical_query, sign},
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use crate::canonical::independent_canonical_query;

/// The vectors, computed with the official Python SDK and re-computed independently.
const VECTORS: &str = include_str!("signing_vectors.json");

fn headers(object: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in object.as_object().unwrap() {
        headers.insert(
            HeaderName::try_from(name).unwrap(),
            HeaderValue::try_from(value.as_str().unwrap()).unwrap(),
        );
    }
    headers
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_default()
}

/// Query values of the vectors are texts, numbers or booleans.
fn query_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// All eleven. `sign` takes the query as it will be sent and does not sort it again: in V8 the caller
/// sorted numbers by value (3, 20, 100), and what is signed must be what is sent.
#[test]
fn the_published_vectors_come_out() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 11);
    for vector in vectors {
        let name = text(vector, "name");
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let uri: Uri = format!(
            "https://{}{}",
            text(vector, "host"),
            text(vector, "wire_uri")
        )
        .parse()
        .unwrap();
        let mut sent = headers(&vector["headers_before_signing"]);
        let signature = sign(
            &text(vector, "method").parse::<Method>().unwrap(),
            &uri,
            &sent,
            Payload::Whole(text(vector, "body_utf8").as_bytes()),
            text(vector, "access_key"),
            &SecretString::from(text(vector, "secret_key")),
            now,
        )
        .unwrap();
        assert_eq!(
            signature.authorization(),
            text(vector, "authorization"),
            "{name}"
        );

        signature.put_on(&mut sent);
        let added = headers(&vector["headers_added_by_signer"]);
        for (header, value) in &added {
            assert_eq!(sent.get(header), Some(value), "{name}: {header}");
        }
        let before = headers(&vector["headers_before_signing"]);
        assert_eq!(
            sent.len(),
            before.len() + added.len(),
            "{name}: nothing else is added"
        );
    }
}

/// From the query in call order to the query on the wire. V8 is the exception explained above: as texts,
/// 100 stands before 20 and 3.
#[test]
fn the_wire_query_of_the_vectors_is_canonical() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let pairs = vector["query_params_in_call_order"].as_array().unwrap();
        let written: Vec<String> = pairs
            .iter()
            .map(|pair| {
                format!(
                    "{}={}",
                    form(&query_text(&pair[0])),
                    form(&query_text(&pair[1]))
                )
            })
            .collect();
        let (_, wire) = text(vector, "wire_uri").split_once('?').unwrap_or_default();
        let expected = if text(vector, "name").starts_with("V8") {
            "label_ids=100&label_ids=20&label_ids=3"
        } else {
            wire
        };
        assert_eq!(
            canonical_query(&written.join("&")),
            expected,
            "{}",
            text(vector, "name")
        );
    }
}

/// A query value as HTML forms (and the HTTP engine below the generated client) write it.
fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_queries_agree_with_an_independent_implementation(
        pairs in prop::collection::vec((".{0,6}", ".{0,12}"), 0..8),
        keys in prop::collection::vec("[ab~+ 工%]{0,2}", 0..8),
    ) {
        let mut query: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", form(k), form(v))).collect();
        query.extend(keys.iter().enumerate().map(|(n, key)| format!("{}={}", form(key), (n * 7) % 12)));
        let query = query.join("&");
        let canonical = canonical_query(&query);
        prop_assert_eq!(&canonical, &independent_canonical_query(&query));
        prop_assert_eq!(&canonical_query(&canonical), &canonical, "canonical stays canonical");
        prop_assert!(canonical.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%&=".contains(&byte)));
    }

    /// Whatever stands in a query, escapes or raw: both read the same pairs out of it. Bytes that are not
    /// UTF-8 are left out: a form parser replaces them, a signature must keep them.
    #[test]
    fn raw_queries_agree_too(query in "([a-c~+&=%]|%[0-7][0-9a-fA-F]|工){0,24}") {
        prop_assume!(percent_encoding::percent_decode_str(&query).decode_utf8().is_ok());
        prop_assert_eq!(canonical_query(&query), independent_canonical_query(&query));
    }
}
