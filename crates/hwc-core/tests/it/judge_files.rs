//! The one judge where a file is expected: an error document in its place is an error, never a file.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hwc_core::{
    Clock, Delivery, FaultKind, Idempotency,
    pipeline::classify::{Answer, Verdict, judge},
    testing::FakeClock,
};
use proptest::prelude::*;

use crate::given::CODES;

const IDEMPOTENCY: [Idempotency; 5] = [
    Idempotency::Safe,
    Idempotency::Idempotent,
    Idempotency::IdempotentInEffect,
    Idempotency::DependsOnCall,
    Idempotency::NotIdempotent,
];

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// Judges it for each idempotency: a file is a file whatever the operation does.
fn verdict(status: u16, headers: &HeaderMap, body: &[u8], whole: bool) -> Result<Bytes, FaultKind> {
    let body = Bytes::copy_from_slice(body);
    let mut verdicts = IDEMPOTENCY.map(|idempotency| {
        let status = StatusCode::from_u16(status).unwrap();
        let now = FakeClock::new().now();
        let mut answer = Answer::new(idempotency, status, headers, &body, now).of_bytes();
        answer.whole = whole;
        match judge(&answer, CODES) {
            Verdict::Success(success) => {
                assert!(!success.lossy);
                Ok(success.body)
            }
            Verdict::Failure(failure) => Err(failure.fault.kind),
        }
    });
    let first = verdicts[0].clone();
    for verdict in &mut verdicts {
        assert_eq!(*verdict, first);
    }
    first
}

const JSON: (&str, &str) = ("content-type", "application/json;charset=UTF-8");
const HTML: (&str, &str) = ("content-type", "text/html");
const BINARY: (&str, &str) = ("content-type", "application/octet-stream");
const TEXT: (&str, &str) = ("content-type", "text/plain");
const FILE: (&str, &str) = ("content-disposition", "attachment; filename=\"a.log\"");
const INLINE: (&str, &str) = ("content-disposition", "inline; filename*=UTF-8''a.png");

type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [u8],
    Result<(), FaultKind>,
);

const FILE_OK: Result<(), FaultKind> = Ok(());
const FOREIGN: Result<(), FaultKind> = Err(FaultKind::Protocol);
const MISSING: Result<(), FaultKind> = Err(FaultKind::NotFound);

/// (row, headers, body, what it is)
const ROWS: &[Row] = &[
    ("bytes", &[BINARY], b"\x00\xFF\x89PNG", FILE_OK),
    ("bytes without a word of it", &[], b"\x1f\x8b\x08", FILE_OK),
    ("text", &[TEXT], b"the disk is full", FILE_OK),
    ("UTF-16 text", &[TEXT], b"\xFF\xFEa\x00", FILE_OK),
    ("nothing, proven", &[BINARY], b"", FILE_OK),
    ("blanks", &[TEXT], b" \n ", FILE_OK),
    // Errors of the service.
    (
        "code",
        &[JSON],
        br#"{"error_code":"THG.1015","error_msg":"x"}"#,
        MISSING,
    ),
    (
        "code, called a file",
        &[BINARY, FILE],
        br#"{"error_code":"THG.1015"}"#,
        MISSING,
    ),
    (
        "code, called text",
        &[TEXT],
        b"\xEF\xBB\xBF \n{\"errorCode\": \"THG.1015\"}\n",
        MISSING,
    ),
    (
        "code, called nothing",
        &[],
        br#"{"a":[1,{}],"error_code":"THG.1015"}"#,
        MISSING,
    ),
    (
        "code, escaped",
        &[JSON],
        br#"{"\u0065rror_code":"THG.1015"}"#,
        MISSING,
    ),
    (
        "unknown code",
        &[BINARY],
        br#"{"error_code":"NEW.1"}"#,
        Err(FaultKind::Refused),
    ),
    (
        "gateway's code",
        &[JSON],
        br#"{"error_code":"APIGW.0101"}"#,
        MISSING,
    ),
    (
        "code as a number",
        &[JSON],
        br#"{"error_code":1015}"#,
        Err(FaultKind::Refused),
    ),
    // Not a failure (D-50), so it decides nothing.
    (
        "code 0 in a file",
        &[JSON, FILE],
        br#"{"error_code":0,"rows":[1]}"#,
        FILE_OK,
    ),
    (
        "code \"0\" in a file",
        &[JSON, FILE],
        br#"{"error_code":"0","rows":[1]}"#,
        FILE_OK,
    ),
    (
        "code 0.0 in a file",
        &[JSON, FILE],
        br#"{"error_code":0.0,"rows":[1]}"#,
        FILE_OK,
    ),
    (
        "code empty in a file",
        &[JSON, FILE],
        br#"{"error_code":"","rows":[1]}"#,
        FILE_OK,
    ),
    (
        "code null in a file",
        &[BINARY],
        br#"{"error_code":null,"rows":[1]}"#,
        FILE_OK,
    ),
    // JSON in other words.
    ("a JSON file", &[JSON, FILE], br#"{"rows":[1]}"#, FILE_OK),
    (
        "a JSON file without a name",
        &[JSON],
        br#"{"rows":[1]}"#,
        FILE_OK,
    ),
    ("a list", &[JSON], br"[1,2]", FILE_OK),
    ("a message", &[JSON], br#"{"error_msg":"failed"}"#, FOREIGN),
    (
        "a message in a file",
        &[JSON, FILE],
        br#"{"error_msg":"failed"}"#,
        FILE_OK,
    ),
    (
        "another platform's error",
        &[JSON],
        br#"{"code":"500","message":"failed"}"#,
        FOREIGN,
    ),
    (
        "an error below",
        &[JSON],
        br#"{"error":{"code":"X.1","message":"m"}}"#,
        FOREIGN,
    ),
    ("null", &[JSON], b"null", FOREIGN),
    ("an empty object", &[JSON], b" {} ", FOREIGN),
    ("an empty list", &[JSON], b"[]", FOREIGN),
    ("an empty text", &[JSON], b"\"\"", FOREIGN),
    ("nothing, called JSON", &[JSON], b"", FOREIGN),
    ("null in a file", &[JSON, FILE], b"null", FILE_OK),
    (
        "a log of JSON lines",
        &[TEXT],
        b"{\"a\":1}\n{\"error_code\":\"THG.1015\"}\n",
        FILE_OK,
    ),
    (
        "JSON with a code below",
        &[TEXT],
        br#"{"a":{"error_code":"THG.1015"}}"#,
        FILE_OK,
    ),
    // Pages.
    (
        "a page",
        &[HTML],
        b"<!DOCTYPE html><html>sign in</html>",
        FOREIGN,
    ),
    ("a page by its type", &[HTML], b"sign in, please", FOREIGN),
    (
        "a page by its beginning",
        &[BINARY],
        b"\n <HTML><body>",
        FOREIGN,
    ),
    (
        "a page after a comment",
        &[TEXT],
        b"<!-- saved --><html>",
        FOREIGN,
    ),
    (
        "a page without a word of it",
        &[],
        b"\xEF\xBB\xBF<!doctype HTML>",
        FOREIGN,
    ),
    (
        "a page that is a file",
        &[HTML, FILE],
        b"<!doctype html>",
        FILE_OK,
    ),
    (
        "an image shown in place",
        &[INLINE, BINARY],
        b"<html",
        FILE_OK,
    ),
    (
        "a text with brackets",
        &[TEXT],
        b"<14>Nov 28 19:31 disk full",
        FILE_OK,
    ),
    (
        "an XML file",
        &[BINARY],
        b"<?xml version=\"1.0\"?><report/>",
        FILE_OK,
    ),
    (
        "a program with an error in it",
        &[TEXT],
        b"<?php exit ?>\n<Error><Code>NoSuchKey</Code></Error>",
        FILE_OK,
    ),
    (
        "the error of a store",
        &[("content-type", "application/xml")],
        b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>",
        FOREIGN,
    ),
    (
        "the error of a store, bare",
        &[BINARY],
        b"<Error><Code>AccessDenied</Code></Error>",
        FOREIGN,
    ),
    // Compressed on the way, and nobody asked for it.
    (
        "compressed",
        &[BINARY, ("content-encoding", "gzip")],
        b"\x1f\x8b\x08",
        FOREIGN,
    ),
    (
        "a coding nobody knows",
        &[BINARY, ("content-encoding", "aws-chunked")],
        b"abc",
        FOREIGN,
    ),
    (
        "no coding",
        &[BINARY, ("content-encoding", "identity")],
        b"abc",
        FILE_OK,
    ),
];

#[test]
fn what_stands_in_the_place_of_a_file() {
    for (row, pairs, body, expected) in ROWS {
        let got = verdict(200, &headers(pairs), body, true);
        assert_eq!(got.clone().map(drop), *expected, "{row}");
        if let Ok(bytes) = got {
            assert_eq!(&bytes[..], *body, "{row}: as it came");
        }
    }
}

/// Whatever it looks like: only 200 comes with a file.
#[test]
fn another_status_is_no_file() {
    for status in (201..206).chain([206, 207, 226, 299, 304, 302, 100, 404, 416, 500, 600, 999]) {
        for (row, pairs, body, _) in ROWS {
            let got = verdict(status, &headers(pairs), body, true);
            assert!(got.is_err(), "{status} {row}");
        }
    }
}

/// Nothing came, and the line was closed: that is no empty file.
#[test]
fn nothing_without_a_proven_end_is_no_file() {
    let got = verdict(200, &headers(&[BINARY]), b"", false);
    assert_eq!(got, Err(FaultKind::Interrupted));
}

#[test]
fn a_refusal_in_place_of_a_file_proves_that_nothing_was_done() {
    let answer_headers = headers(&[JSON]);
    let body =
        Bytes::from_static(br#"{"error_code":"THG.1015","error_msg":"m","request_id":"r-1"}"#);
    let answer = Answer::new(
        Idempotency::NotIdempotent,
        StatusCode::OK,
        &answer_headers,
        &body,
        FakeClock::new().now(),
    );
    let Verdict::Failure(failure) = judge(&answer.of_bytes(), CODES) else {
        panic!("a file");
    };
    let fault = failure.fault;
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::NotFound, Delivery::Rejected)
    );
    assert_eq!(fault.code.as_deref(), Some("THG.1015"));
    assert_eq!(fault.message.as_deref(), Some("m"));
    assert_eq!(fault.request_id.as_deref(), Some("r-1"));
}

proptest! {
    /// Total: any bytes under any headers are judged without a panic, and what is let through is as it came.
    #[test]
    fn any_bytes_are_judged(
        status in 100_u16..1000,
        body in prop::collection::vec(any::<u8>(), 0..200),
        kind in prop::option::of("[ -~]{0,30}"),
        disposition in prop::option::of("[ -~]{0,30}"),
        whole in any::<bool>(),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [("content-type", kind), ("content-disposition", disposition)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::try_from(value).unwrap());
            }
        }
        if let Ok(bytes) = verdict(status, &headers, &body, whole) {
            prop_assert_eq!(status, 200);
            prop_assert_eq!(&bytes[..], &body[..]);
        }
    }
}
