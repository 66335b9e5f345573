//! What signing one request costs: `cargo bench -p hwc-core --bench signing`.
//!
//! Goal: 10 µs a request. Reported, never asserted.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads the real clock, prints, and fails by panicking"
)]

use std::{hint::black_box, time::Instant};

use bytes::Bytes;
use hwc_core::{
    identity::{Identity, Keys},
    transport::RequestBody,
};
use jiff::Timestamp;

/// Requests that are signed in one measured round.
const BATCH: u32 = 2_000;
/// Rounds; the median of them is reported.
const ROUNDS: usize = 41;

fn main() {
    let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into())
        .unwrap()
        .with_domain_id("d0m41n0000000000000000000000cafe")
        .unwrap();
    let identity = Identity::keys(keys);
    let ids: Vec<String> = (0..100)
        .map(|n| format!("case_ids=TT2026112100{n:02}"))
        .collect();
    let base = "https://osm.cn-south-1.myhuaweicloud.com/v2/servicerequest/cases";
    let requests = [
        (
            "read one page",
            get(&format!("{base}/TT202611210001/messages?limit=10&offset=0")),
        ),
        (
            "submit 1 character",
            post(&format!("{base}/TT202611210001/message"), 1),
        ),
        (
            "submit 2000 characters",
            post(&format!("{base}/TT202611210001/message"), 2000),
        ),
        (
            "unread of 100 tickets",
            get(&format!("{base}/instant-messages/unread?{}", ids.join("&"))),
        ),
    ];
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    for (name, request) in requests {
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let mut request = request.clone().map(RequestBody::from);
                let begun = Instant::now();
                for _ in 0..BATCH {
                    identity.authorize(black_box(&mut request), now).unwrap();
                }
                begun.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH)
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        let median = rounds.get(ROUNDS / 2).copied().unwrap_or_default();
        println!("sign, {name:<24} {median:>6.2} µs");
    }
}

fn get(uri: &str) -> http::Request<Bytes> {
    with_headers(http::Request::get(uri))
        .body(Bytes::new())
        .unwrap()
}

fn post(uri: &str, characters: usize) -> http::Request<Bytes> {
    let body = format!(
        r#"{{"message":{{"content":"{}"}}}}"#,
        "x".repeat(characters)
    );
    with_headers(http::Request::post(uri))
        .body(Bytes::from(body))
        .unwrap()
}

fn with_headers(builder: http::request::Builder) -> http::request::Builder {
    builder
        .header("content-type", "application/json")
        .header("x-language", "en-us")
        .header("x-time-zone", "GMT+8")
        .header("x-site", "0")
}
