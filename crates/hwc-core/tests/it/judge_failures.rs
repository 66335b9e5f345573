//! The judge, row by row: what is told of an answer that is no success, and whether it may pass.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hwc_core::{
    Category, Clock, ErrorCode, FaultKind, Idempotency,
    pipeline::classify::{Answer, Failure, Verdict, judge},
    retry::Repeat,
    testing::FakeClock,
};

use crate::given::CODES;

/// How an answer to a write is judged that is no success.
fn failure(status: u16, headers: &HeaderMap, body: &str, codes: &[ErrorCode]) -> Failure {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let status = StatusCode::from_u16(status).unwrap();
    let now = FakeClock::new().now();
    let answer = Answer::new(Idempotency::NotIdempotent, status, headers, &body, now);
    match judge(&answer, codes) {
        Verdict::Failure(failure) => failure,
        Verdict::Success(success) => panic!("{success:?}"),
    }
}

fn with(name: HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
}

const FOREIGN: &str = "the answer is an error, and not one of this service";

#[test]
fn an_error_that_no_table_knows_is_told_by_its_status() {
    for (status, body, kind, detail) in [
        (429, "", FaultKind::Throttled, "too many requests"),
        (
            401,
            "",
            FaultKind::Unauthorized,
            "the credentials were refused",
        ),
        (
            413,
            "",
            FaultKind::RequestTooLarge,
            "the request is too large",
        ),
        // With a code it is the service that knows no such thing; without one it may be anybody.
        (404, "", FaultKind::Protocol, FOREIGN),
        (
            404,
            r#"{"error_code":"THG.9999"}"#,
            FaultKind::NotFound,
            "the service reports an error with a code that is not known here",
        ),
    ] {
        let fault = failure(status, &HeaderMap::new(), body, CODES).fault;
        assert_eq!(
            (fault.kind, &*fault.detail),
            (kind, detail),
            "{status} {body}"
        );
    }
}

/// Without a row of its status a code means what all its rows mean, and nothing where they do not agree.
#[test]
fn a_code_under_another_status_is_known_where_its_rows_agree() {
    let codes = [
        ("THG.1", 400, Category::Validation),
        ("THG.1", 403, Category::Validation),
        ("THG.2", 400, Category::Validation),
        ("THG.2", 502, Category::Internal),
    ]
    .map(|(code, http_status, category)| ErrorCode::new(code, http_status, category, "It is so."));
    for (code, status, category) in [
        ("THG.1", 409, Some(Category::Validation)),
        ("THG.2", 409, None),
        ("THG.2", 502, Some(Category::Internal)),
    ] {
        let body = format!(r#"{{"error_code":"{code}"}}"#);
        let fault = failure(status, &HeaderMap::new(), &body, &codes).fault;
        assert_eq!(fault.category, category, "{status} {code}");
    }
}

/// What the code says is told in its place, and what cannot be read says nothing to anybody.
#[test]
fn only_an_error_without_a_code_that_can_be_read_is_shown() {
    for (coding, body, shown) in [
        ("identity", "upstream is down", Some("upstream is down")),
        ("identity", r#"{"error_code":"THG.1001"}"#, None),
        ("gzip", "upstream is down", None),
    ] {
        let headers = with(header::CONTENT_ENCODING, coding);
        let fault = failure(502, &headers, body, CODES).fault;
        assert_eq!(fault.body_excerpt(), shown, "{coding} {body}");
    }
}

#[test]
fn what_stands_in_the_place_of_an_object_is_told() {
    let unasked = "the answer has a content encoding nobody asked for (another one)";
    for (coding, body, detail, repeat) in [
        (
            "identity",
            "<html>",
            "the answer is a page, not JSON",
            Repeat::Once,
        ),
        (
            "identity",
            r#"{"a":1"#,
            "the answer is cut off",
            Repeat::Once,
        ),
        (
            "identity",
            "[1]",
            "the answer is a list, not an object",
            Repeat::Never,
        ),
        (
            "identity",
            "1",
            "the answer is not a JSON object",
            Repeat::Never,
        ),
        // Under a name that is not known here half of an object is none that was cut: it may be anything.
        ("aws-chunked", r#"{"a":1"#, unasked, Repeat::Never),
        ("aws-chunked", "1}", unasked, Repeat::Never),
    ] {
        let headers = with(header::CONTENT_ENCODING, coding);
        let failure = failure(200, &headers, body, CODES);
        assert_eq!(
            (&*failure.fault.detail, failure.repeat),
            (detail, repeat),
            "{coding} {body}"
        );
    }
}

/// The line may have closed too early. Where the end is proven, or the text is wrong before it, that was not the reason.
#[test]
fn only_json_that_lacks_its_end_without_a_proven_end_may_pass() {
    for (body, whole, repeat) in [
        (r#"{"a":{}"#, false, Repeat::Once),
        (r#"{"a":{}"#, true, Repeat::Never),
        (r#"{"a":}"#, false, Repeat::Never),
    ] {
        let (headers, bytes) = (HeaderMap::new(), Bytes::from_static(body.as_bytes()));
        let effect = Idempotency::NotIdempotent;
        let now = FakeClock::new().now();
        let mut answer = Answer::new(effect, StatusCode::OK, &headers, &bytes, now);
        answer.whole = whole;
        let Verdict::Failure(failure) = judge(&answer, CODES) else {
            panic!("{body}");
        };
        assert!(
            failure.fault.detail.contains("not valid JSON"),
            "{body} {whole}"
        );
        assert_eq!(failure.repeat, repeat, "{body} {whole}");
    }
}

/// A replacement is longer than what it replaces, so no answer that is longer than this costs a multiple of its size.
#[test]
fn a_text_that_is_not_utf_8_is_mended_up_to_2_mib() {
    for (length, is_mended) in [(2_097_152, true), (2_097_153, false)] {
        let mut body = br#"{"a":""#.to_vec();
        body.resize(length - 3, b'x');
        body.extend_from_slice(b"\xFF\"}");
        let (headers, body) = (HeaderMap::new(), Bytes::from(body));
        assert_eq!(body.len(), length);
        let now = FakeClock::new().now();
        let answer = Answer::new(Idempotency::Safe, StatusCode::OK, &headers, &body, now);
        match judge(&answer, CODES) {
            Verdict::Success(success) => assert!(is_mended && success.lossy, "{length}"),
            Verdict::Failure(failure) => {
                assert!(!is_mended, "{length}");
                assert_eq!(failure.fault.detail, "the answer is not UTF-8");
            }
        }
    }
}

/// The header is foreign text, and the host goes into logs.
#[test]
fn of_a_redirect_only_what_is_spelled_as_a_host_is_told() {
    let long = |letters: usize| "a".repeat(letters);
    for (location, host) in [
        (
            "https://login.example.com/x".to_owned(),
            Some("login.example.com".to_owned()),
        ),
        ("https://$(id).example.com/".to_owned(), None),
        (format!("https://{}/", long(255)), Some(long(255))),
        (format!("https://{}/", long(256)), None),
    ] {
        let headers = with(header::LOCATION, &location);
        let fault = failure(302, &headers, "", CODES).fault;
        assert_eq!(fault.redirect_host, host, "{location}");
        let is_told = fault.detail.contains("redirect to");
        assert_eq!(is_told, host.is_some(), "{location}");
    }
}
