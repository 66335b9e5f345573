//! What goes out on the wire, and what never does.

use bytes::Bytes;
use http::Request;
use hwc_core::{
    CallOptions, Delivery, FaultKind, Idempotency, Makes, Operation,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::{
    given::{READ, SUBMIT, real, request, scripted},
    server::Server,
};

const LIST: Operation =
    Operation::new("listThings", "GET", "/v1/things", Idempotency::Safe).with_makes(Makes::Nothing);

#[tokio::test]
async fn headers_of_a_read_and_of_a_submit() {
    let server = Server::answering("{}");
    let pipeline = real(&server.http())
        .default_header("X-Site", "1")
        .default_header("X-Language", "en-us")
        .user_agent("bridge/1.2")
        .build()
        .unwrap();
    let options = CallOptions::default();
    pipeline
        .call(request(&READ), &READ, &options)
        .await
        .unwrap();
    let mut own = request(&SUBMIT);
    own.headers_mut()
        .insert("x-language", "zh-cn".parse().unwrap());
    pipeline.call(own, &SUBMIT, &options).await.unwrap();
    let mut empty = request(&SUBMIT);
    *empty.body_mut() = Bytes::new();
    pipeline.call(empty, &SUBMIT, &options).await.unwrap();

    let [read, submit, empty] = &server.requests()[..] else {
        panic!("three requests")
    };
    assert_eq!(read.line(), "GET /v1/things/T-1 HTTP/1.1");
    assert_eq!(submit.line(), "POST /v1/things/T-1/message HTTP/1.1");
    assert_eq!(submit.body, br#"{"content":"the disk is full"}"#);
    assert_eq!(submit.header("content-length"), Some("30"));
    assert_eq!(submit.header("transfer-encoding"), None);
    assert_eq!(empty.header("content-length"), Some("0"));
    assert_eq!(read.header("content-length"), None);
    for received in [read, submit, empty] {
        assert_eq!(received.header("host"), Some(&*server.address.to_string()));
        assert_eq!(received.header("user-agent"), Some("bridge/1.2"));
        assert_eq!(received.header("x-auth-token"), Some("a-token-for-tests"));
        assert_eq!(received.header("x-site"), Some("1"));
        assert_eq!(received.header("accept"), Some("*/*"));
        assert_eq!(received.header("cookie"), None);
        assert_eq!(received.header("referer"), None);
    }
    assert_eq!(read.header("x-language"), Some("en-us"));
    assert_eq!(
        read.header("cache-control"),
        Some("no-cache"),
        "what a machine on the way kept is not what is there"
    );
    assert_eq!(submit.header("cache-control"), None);
    assert_eq!(
        submit.header("x-language"),
        Some("zh-cn"),
        "the request's own header wins"
    );
    assert_eq!(server.connections(), 1, "connections are kept");
}

#[tokio::test]
async fn the_query_goes_out_in_canonical_form() {
    let server = Server::answering("{}");
    let pipeline = real(&server.http()).build().unwrap();
    for (given, sent) in [
        (
            "?limit=10&create_time=2020-07-09+00%3A00%3A00",
            "?create_time=2020-07-09%2000%3A00%3A00&limit=10",
        ),
        ("?ids=b&ids=a&ids=%E4%B8%AD", "?ids=a&ids=b&ids=%E4%B8%AD"),
        ("?a=%2B%7e*", "?a=%2B~%2A"),
        ("?a", "?a="),
        ("?", ""),
        ("", ""),
    ] {
        let request = Request::get(format!("/v1/things{given}"))
            .body(Bytes::new())
            .unwrap();
        pipeline
            .call(request, &LIST, &CallOptions::default())
            .await
            .unwrap();
        let line = server.requests().last().unwrap().line().to_owned();
        assert_eq!(line, format!("GET /v1/things{sent} HTTP/1.1"));
    }
}

/// Refused before any network: kind, proof, and zero requests.
#[track_caller]
fn refused(request: Request<Bytes>, operation: &Operation, why: &str) {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network).build().unwrap();
    let fault = clock
        .run(pipeline.call(request, operation, &CallOptions::default()))
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery, fault.attempts),
        (FaultKind::InvalidInput, Delivery::NotSent, 0),
        "{why}: {fault}"
    );
    assert_eq!(network.requests().len(), 0, "{why}");
    assert_eq!(fault.operation, Some(operation.name));
}

#[test]
fn row_46_header_values_that_are_not_visible_ascii_send_nothing() {
    for (why, value) in [
        ("tab", &b"a\tb"[..]),
        ("accent", "caf\u{e9}".as_bytes()),
        ("Chinese", "\u{4e2d}".as_bytes()),
        ("Latin-1", b"\xE9"),
    ] {
        for operation in [&READ, &SUBMIT] {
            let mut request = request(operation);
            request
                .headers_mut()
                .insert("x-language", value.try_into().unwrap());
            refused(request, operation, why);
        }
    }
}

#[test]
fn row_46_default_headers_are_checked_when_the_pipeline_is_built_all_at_once() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let error = scripted(&clock, &network)
        .default_header("X-Language", "en\r\nX-Auth-Token: stolen")
        .default_header("X Site", "0")
        .default_header("X-Time-Zone", "GMT+8\0")
        .user_agent("bridge \u{1F980}")
        .build()
        .unwrap_err();
    assert_eq!(error.problems.len(), 4, "{error}");
    assert!(
        !error.to_string().contains("stolen"),
        "values are not repeated: {error}"
    );
}

#[test]
fn row_47_a_path_that_is_not_the_operations_sends_nothing() {
    for value in [
        "",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        ".%2e",
        "a/b",
        "a%2Fb",
        "a%2fb",
        "a%5Cb",
        "a\\..\\b",
        "a%00",
        "../../other",
        "T-1/message",
    ] {
        let uri = format!("/v1/things/{value}");
        // What an address type does not even take never gets here.
        let Ok(request) = Request::get(uri).body(Bytes::new()) else {
            continue;
        };
        refused(request, &READ, value);
    }
    for (why, uri) in [
        ("a parent of it", "/v1/things"),
        ("another path", "/v1/secrets/T-1"),
        ("a slash at the end", "/v1/things/T-1/"),
        ("two slashes", "/v1//things/T-1"),
        ("case", "/V1/things/T-1"),
    ] {
        refused(Request::get(uri).body(Bytes::new()).unwrap(), &READ, why);
    }
}

#[test]
fn a_request_to_another_origin_sends_nothing() {
    for uri in [
        "https://elsewhere.example/v1/things/T-1",
        "http://things.example.com/v1/things/T-1",
        "https://things.example.com:8443/v1/things/T-1",
        "https://things.example.com.evil.example/v1/things/T-1",
        "https://things.example.com@evil.example/v1/things/T-1",
        "https://user@things.example.com/v1/things/T-1",
    ] {
        let Ok(request) = Request::get(uri).body(Bytes::new()) else {
            continue;
        };
        refused(request, &READ, uri);
    }
    let post = Request::post("/v1/things/T-1").body(Bytes::new()).unwrap();
    refused(post, &READ, "the method is not the operation's");
}

#[test]
fn the_endpoints_own_address_may_be_written_out() {
    for uri in [
        "https://things.example.com/v1/things/T-1",
        "https://things.example.com:443/v1/things/T-1",
        "https://THINGS.example.com/v1/things/T-1",
        "/v1/things/T-1",
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
        let pipeline = scripted(&clock, &network).build().unwrap();
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        clock
            .run(pipeline.call(request, &READ, &CallOptions::default()))
            .unwrap();
        assert_eq!(
            network.requests()[0].uri,
            "https://things.example.com/v1/things/T-1"
        );
    }
}
