//! The signer held against that of the official Python SDK, on the random requests of `tests/interop/python-official/signed.py`. They are
//! made by `cargo xtask differential`, which names their file; without one there is nothing to compare.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use hwc_core::{
    secret::SecretString,
    sign::{Payload, X_SDK_CONTENT_SHA256, canonical_query, sign},
};
use jiff::{Timestamp, fmt::strtime, tz::TimeZone};
use serde_json::Value;

/// Names the file.
const FILE: &str = "OFFICIAL_SIGNATURES";

/// Says how many requests it has to have.
const COUNT: &str = "OFFICIAL_COUNT";

fn text<'a>(request: &'a Value, key: &str) -> &'a str {
    request[key].as_str().unwrap_or_default()
}

fn time(text: &str) -> Timestamp {
    let parsed = strtime::parse("%Y%m%dT%H%M%SZ", text).unwrap();
    let civil = parsed.to_datetime().unwrap();
    civil.to_zoned(TimeZone::UTC).unwrap().timestamp()
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(digits.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn requests_are_signed_as_the_official_sdk_signs_them() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let requests = std::fs::read_to_string(file).unwrap();
    let mut count = 0_usize;
    for line in requests.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let (path, query) = (text(&request, "path"), text(&request, "query"));
        let uri = match canonical_query(query) {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        assert_eq!(uri, text(&request, "uri"), "{line}");
        let mut headers = HeaderMap::new();
        for (name, value) in request["headers"].as_object().unwrap() {
            let name = HeaderName::try_from(name).unwrap();
            let value = HeaderValue::try_from(value.as_str().unwrap()).unwrap();
            headers.insert(name, value);
        }
        let address: Uri = format!("https://{}{uri}", text(&request, "host"))
            .parse()
            .unwrap();
        let signature = sign(
            &text(&request, "method").parse::<Method>().unwrap(),
            &address,
            &headers,
            Payload::Whole(&bytes(text(&request, "body"))),
            text(&request, "access"),
            &SecretString::from(text(&request, "secret")),
            time(headers["x-sdk-date"].to_str().unwrap()),
        )
        .unwrap();
        assert_eq!(
            signature.authorization(),
            text(&request, "authorization"),
            "{line}"
        );
        signature.put_on(&mut headers);
        let declared = headers.get(X_SDK_CONTENT_SHA256);
        assert_eq!(
            declared.map(|value| value.to_str().unwrap()),
            request["content_sha256"].as_str(),
            "{line}"
        );
        count += 1;
    }
    let asked: usize = std::env::var(COUNT).map_or(10_000, |asked| asked.parse().unwrap());
    assert_eq!(count, asked, "requests in the file");
    println!("{count} requests are signed as the official Python SDK signs them");
}
