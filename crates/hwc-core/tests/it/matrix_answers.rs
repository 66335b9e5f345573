//! Fault matrix, rows 14, 15, 19 to 24, 26, 29, 31 to 34, 36 to 39, 43: answers that came, good or bad.
//!
//! One row: what every request gets, what a read makes of it, what a write makes of it.

use bytes::Bytes;
use hwc_core::{
    Category, Delivery,
    FaultKind::{
        Forbidden, Interrupted, NotFound, Protocol, Refused, RequestTooLarge, Throttled,
        Unauthorized, Unavailable,
    },
    testing::Step,
};

use crate::given::{
    Expect::{self, Fails, Ok},
    MARK, READ, SUBMIT, call_through, call_with,
};

const BUSINESS: &str = r#"{"error_code":"THG.1015","error_msg":"This thing does not exist."}"#;

fn page() -> Step {
    Step::answer(200)
        .header("content-type", "text/html")
        .body("<html><body>Please log in</body></html>")
}

/// (row, step, read, write)
fn rows() -> Vec<(&'static str, Step, Expect, Expect)> {
    fn json(status: u16, body: impl Into<Bytes>) -> Step {
        Step::json(status, body)
    }
    let status = Step::answer;
    // One POST, and nobody knows: the layer above reads back.
    let unknown = |kind| Fails(kind, Delivery::Unknown, 1);
    let refused = |kind| Fails(kind, Delivery::Rejected, 1);
    vec![
        (
            "14 body cut before Content-Length",
            json(200, r#"{"count":1}"#).cut(4),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "14 body shorter than Content-Length",
            json(200, r#"{"count":1}"#).header("content-length", "400"),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "15 chunked body without last chunk",
            json(200, r#"{"count":1}"#)
                .header("transfer-encoding", "chunked")
                .cut(11),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "14 body cut after the closing brace is near, without length",
            json(200, r#"{"list":[{"a":1},{"a""#).header("transfer-encoding", "chunked"),
            Fails(Protocol, Delivery::Unknown, 2),
            unknown(Protocol),
        ),
        (
            "14 error status with a cut body",
            json(401, r#"{"error_code":"APIGW.0307"}"#).cut(3),
            unknown(Unauthorized),
            unknown(Unauthorized),
        ),
        (
            "19 depth 100,000 in an answer to a write",
            json(
                200,
                format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
            ),
            Ok(1),             // The decoder above refuses it: see the end of this file.
            unknown(Protocol), // Nobody knows what it says.
        ),
        (
            "20 wrong content type, good JSON",
            status(200).header("content-type", "text/plain").body("{}"),
            Ok(1),
            Ok(1),
        ),
        (
            "21 HTML with 200",
            page(),
            Fails(Protocol, Delivery::Unknown, 2),
            unknown(Protocol),
        ),
        (
            "23 empty body with 200",
            status(200),
            Fails(Protocol, Delivery::Unknown, 1),
            Ok(1),
        ),
        (
            "23 empty body with 200, its end not proven",
            status(200).until_close(),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "23 blanks with 200, their end not proven",
            status(200).body(" \r\n").until_close(),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "23 201 without anything",
            status(201).until_close(),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "23 empty body, its length is no length",
            status(200).header("content-length", "none"),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "23 empty body, two lengths",
            status(200)
                .header("content-length", "0")
                .header("content-length", "2"),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "23 empty body, a coding that ends with the connection",
            status(200)
                .header("transfer-encoding", "identity")
                .until_close(),
            Fails(Interrupted, Delivery::Unknown, 4),
            unknown(Interrupted),
        ),
        (
            "24 a whole object proves its own end",
            json(200, r#"{"count":1}"#).until_close(),
            Ok(1),
            Ok(1),
        ),
        (
            "24 part of an object, its end not proven",
            json(200, r#"{"list":[{"a":1}"#).until_close(),
            Fails(Protocol, Delivery::Unknown, 2),
            unknown(Protocol),
        ),
        (
            "23 204 that says nothing of its length",
            status(204).until_close(),
            Fails(Protocol, Delivery::Unknown, 1),
            Ok(1),
        ),
        (
            "23 204 without body",
            status(204),
            Fails(Protocol, Delivery::Unknown, 1),
            Ok(1),
        ),
        (
            "24 null",
            json(200, "null"),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        ("24 {}", json(200, "{}"), Ok(1), Ok(1)),
        (
            "24 []",
            json(200, "[]"),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        (
            "24 a string",
            json(200, r#""ok""#),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        (
            "24 a number",
            json(200, "7"),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        (
            "26 byte order mark before JSON",
            json(200, "\u{FEFF}{\"count\":1}"),
            Ok(1),
            Ok(1),
        ),
        (
            "26 UTF-16 little endian",
            json(200, &b"\xFF\xFE{\0}\0"[..]),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        (
            "26 UTF-16 without mark",
            json(200, &b"{\0}\0"[..]),
            Fails(Protocol, Delivery::Unknown, 1),
            unknown(Protocol),
        ),
        (
            "29 error_code twice, the last one says success: nobody knows",
            json(200, r#"{"error_code":"THG.1015","error_code":"0"}"#),
            unknown(NotFound),
            unknown(NotFound),
        ),
        (
            "29 error_code twice, the other way round",
            json(200, r#"{"error_code":"0","error_code":"THG.1015"}"#),
            unknown(NotFound),
            unknown(NotFound),
        ),
        (
            "31 200 with error_code, not found",
            json(200, BUSINESS),
            refused(NotFound),
            refused(NotFound),
        ),
        (
            "31 200 with errorCode",
            json(200, r#"{"errorCode":"THG.1001","errorMsg":"bad"}"#),
            refused(Refused),
            refused(Refused),
        ),
        (
            "31 200 with an escaped key",
            json(200, r#"{"\u0065rror_code":"THG.1001"}"#),
            refused(Refused),
            refused(Refused),
        ),
        (
            "31 200, permission",
            json(200, r#"{"error_code":"THG.1002"}"#),
            refused(Forbidden),
            refused(Forbidden),
        ),
        (
            "31 200, too often, by a rule of the business",
            json(200, r#"{"error_code":"THG.1004"}"#),
            refused(Throttled),
            refused(Throttled),
        ),
        (
            "31 200, quota",
            json(200, r#"{"error_code":"THG.1005"}"#),
            refused(Refused),
            refused(Refused),
        ),
        (
            "31 200, state",
            json(200, r#"{"error_code":"THG.1016"}"#),
            refused(Refused),
            refused(Refused),
        ),
        (
            "31 200, the service failed: proves nothing",
            json(200, r#"{"error_code":"THG.1014"}"#),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "31 200, a code nobody knows: proves nothing",
            json(200, r#"{"error_code":"THG.9999","error_msg":"?"}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "31 200, a number as code",
            json(200, r#"{"error_code":5}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "31 200, an object as code",
            json(200, r#"{"error_code":{"a":1}}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "32 success codes: *.0000",
            json(200, r#"{"error_code":"CBC.0000","list":[]}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 success codes: \"0\"",
            json(200, r#"{"error_code":"0"}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 success codes: 0",
            json(200, r#"{"error_code":0}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 success codes: empty",
            json(200, r#"{"error_code":"","error_msg":""}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 success codes: null",
            json(200, r#"{"error_code":null}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 the number 0.0 with a text",
            json(200, r#"{"error_code":0.0,"error_msg":"success"}"#),
            Ok(1),
            Ok(1),
        ),
        (
            "32 an error_code further down is content of a read; a write was not asked for any",
            json(
                200,
                r#"{"list":[{"error_code":"THG.1015"}],"text":"error_code"}"#,
            ),
            Ok(1),
            unknown(Protocol),
        ),
        (
            "33 400 with a known code",
            json(400, r#"{"error_code":"THG.0001","error_msg":"failed"}"#),
            refused(Refused),
            refused(Refused),
        ),
        (
            "33 400 with a code of the platform's form that nobody knows",
            json(400, r#"{"error_code":"APIGW.0999"}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "33 400 without a code: any machine in between can say that",
            status(400),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "33 400 with a code of somebody else",
            json(400, r#"{"code":"bad_request"}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "34 401, a fixed token cannot be renewed",
            json(401, r#"{"error_code":"APIGW.0307"}"#),
            refused(Unauthorized),
            refused(Unauthorized),
        ),
        (
            "34 401 without body: any machine in between can say that",
            status(401),
            unknown(Unauthorized),
            unknown(Unauthorized),
        ),
        (
            "34 200 with an authentication code",
            json(200, r#"{"error_code":"THG.1011"}"#),
            refused(Unauthorized),
            refused(Unauthorized),
        ),
        (
            "36 403 with a code",
            json(403, r#"{"error_code":"APIGW.0302"}"#),
            refused(Forbidden),
            refused(Forbidden),
        ),
        (
            "36 403 without a code: a filter can say that on the way back",
            status(403).body("<html>blocked</html>"),
            unknown(Forbidden),
            unknown(Forbidden),
        ),
        (
            "37 404 with a code",
            json(404, r#"{"error_code":"APIGW.0101"}"#),
            refused(NotFound),
            refused(NotFound),
        ),
        (
            "37 404 without a code",
            status(404).body("<html>not found</html>"),
            unknown(Protocol),
            unknown(Protocol),
        ),
        (
            "38 408",
            status(408),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "39 413 with the gateway's code",
            json(413, r#"{"error_code":"APIGW.0201"}"#),
            refused(RequestTooLarge),
            refused(RequestTooLarge),
        ),
        (
            "39 414",
            status(414),
            unknown(RequestTooLarge),
            unknown(RequestTooLarge),
        ),
        (
            "39 431",
            status(431),
            unknown(RequestTooLarge),
            unknown(RequestTooLarge),
        ),
        (
            "39 494",
            status(494),
            unknown(RequestTooLarge),
            unknown(RequestTooLarge),
        ),
        (
            "43 500 with the service's code",
            json(500, r#"{"error_code":"THG.0004"}"#),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "43 502, the gateway's code that with 400 would be a refusal",
            json(502, r#"{"error_code":"APIGW.0201"}"#),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "43 503, the same code with a status the table does not have",
            json(503, r#"{"error_code":"APIGW.0201"}"#),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "43 504 HTML",
            status(504).body("<html>"),
            Fails(Unavailable, Delivery::Unknown, 4),
            unknown(Unavailable),
        ),
        (
            "43 500 with a code that means the call was looked at and refused: one of the two is wrong",
            json(500, r#"{"error_code":"THG.1001"}"#),
            unknown(Refused),
            unknown(Refused),
        ),
        (
            "43 501 will not pass",
            status(501),
            unknown(Unavailable),
            unknown(Unavailable),
        ),
    ]
}

#[test]
fn rows_14_to_43_for_a_read() {
    for (row, step, read, _) in rows() {
        call_with(&READ, &step).expect(row, read);
    }
}

#[test]
fn rows_14_to_43_for_a_submit() {
    for (row, step, _, write) in rows() {
        call_with(&SUBMIT, &step).expect(row, write);
    }
}

/// An idempotent write is repeated like a read, and accepts the empty answers of a write.
#[test]
fn rows_14_to_43_for_an_idempotent_write() {
    for (row, step, read, write) in rows() {
        let expected = match (read, write) {
            // It may answer what nobody knows.
            _ if row.starts_with("19 ") => read,
            (_, Ok(_)) | (Ok(_), _) => write,
            _ => read,
        };
        call_with(&MARK, &step).expect(row, expected);
    }
}

#[test]
fn row_21_a_page_that_is_gone_a_moment_later_does_not_matter_to_a_read() {
    let good = Step::json(200, r#"{"count":0}"#);
    call_through(&READ, |network| network.then(page()).then(good.clone())).expect("21", Ok(2));
}

#[test]
fn row_21_the_excerpt_is_short_escaped_and_only_behind_its_own_door() {
    let text = format!(
        "<html>\u{1b}[31m\r\n\u{202e}secret-canary {}",
        "x".repeat(9_000)
    );
    let step = Step::answer(200).body(text);
    let fault = call_with(&READ, &step)
        .expect("21", Fails(Protocol, Delivery::Unknown, 2))
        .unwrap();
    let excerpt = fault.body_excerpt().unwrap();
    assert!(
        excerpt.starts_with(r"<html>\u{1b}[31m\u{d}\u{a}\u{202e}secret-canary"),
        "{excerpt}"
    );
    assert!(excerpt.len() < 260);
    for shown in [
        format!("{fault}"),
        format!("{fault:?}"),
        format!("{fault:#?}"),
    ] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn row_31_the_fault_tells_code_meaning_message_and_request_id() {
    let step = Step::json(200, BUSINESS).header("X-Request-Id", "4f1c-77");
    let fault = call_with(&SUBMIT, &step)
        .expect("31", Fails(NotFound, Delivery::Rejected, 1))
        .unwrap();
    assert_eq!(fault.code.as_deref(), Some("THG.1015"));
    assert_eq!(fault.category, Some(Category::NotFound));
    assert_eq!(fault.message.as_deref(), Some("This thing does not exist."));
    assert_eq!(fault.http_status, Some(200));
    assert_eq!(
        fault.to_string(),
        "submitThing: the thing does not exist (THG.1015), request id 4f1c-77"
    );
    // The service's own words may name things of the customer.
    assert!(!format!("{fault:?}").contains("This thing"));
}

/// What a parser of error bodies must read: the shapes seen in the official clients.
#[test]
fn rows_33_to_37_every_shape_of_an_error_body() {
    // With content beside it, it does not prove anything.
    let beside = r#"{"data":{"id":7},"list":[1,{"code":"x"}],"n":1.5,"t":true,"z":null,"s":"","error":{"error_code":"APIGW.0302","error_msg":"m","request_id":"r-1"}}"#;
    for body in [
        r#"{"error_code":"APIGW.0302","error_msg":"m","request_id":"r-1"}"#,
        r#"{"errorCode":"APIGW.0302","errorMsg":"m","request_id":"r-1"}"#,
        r#"{"code":"APIGW.0302","message":"m","request_id":"r-1"}"#,
        r#"{"error":{"code":"APIGW.0302","message":"m"},"request_id":"r-1"}"#,
        beside,
        "\u{FEFF} {\"error_code\":\"APIGW.0302\",\"error_msg\":\"m\",\"request_id\":\"r-1\"} ",
    ] {
        let delivery = match body == beside {
            true => Delivery::Unknown,
            false => Delivery::Rejected,
        };
        let fault = call_with(&READ, &Step::json(403, body))
            .expect(body, Fails(Forbidden, delivery, 1))
            .unwrap();
        assert_eq!(fault.code.as_deref(), Some("APIGW.0302"), "{body}");
        assert_eq!(fault.message.as_deref(), Some("m"), "{body}");
        assert_eq!(fault.request_id.as_deref(), Some("r-1"), "{body}");
    }
}

#[test]
fn rows_33_to_43_the_request_id_survives_whatever_the_body_is() {
    for step in [
        Step::answer(200),
        Step::answer(200).body("<html>"),
        Step::json(200, "{}").cut(1),
        Step::json(200, "{}").stall(1),
        Step::answer(302).header("location", "https://elsewhere.example/"),
        Step::answer(500),
        Step::json(200, "{}").header("content-encoding", "gzip"),
    ] {
        let step = step.header("x-request-id", "the-id");
        let fault = call_with(&READ, &step).result.unwrap_err();
        assert_eq!(fault.request_id.as_deref(), Some("the-id"), "{step:?}");
    }
}

#[test]
fn row_36_the_help_names_site_and_group() {
    let step = Step::json(403, r#"{"error_code":"THG.0003"}"#);
    let fault = call_with(&READ, &step).result.unwrap_err();
    assert!(
        fault.help().contains("X-Site") && fault.help().contains("group"),
        "{}",
        fault.help()
    );
}

/// Invalid UTF-8 does not cost the page; ids that hold the replacement mark must not be used.
#[test]
fn row_25_invalid_utf8_is_replaced_and_flagged() {
    let step = Step::json(200, &b"{\"content\":\"caf\xE9\"}"[..]);
    let reply = call_with(&READ, &step).result.unwrap();
    assert!(reply.lossy);
    assert_eq!(&reply.body[..], "{\"content\":\"caf\u{FFFD}\"}".as_bytes());
    // A repair can triple the size, so a large body is not repaired.
    let step = Step::json(200, [b"{\"a\":\"", &[0xE9; 3 << 20][..], b"\"}"].concat());
    call_with(&READ, &step).expect("25", Fails(Protocol, Delivery::Unknown, 1));
    let step = Step::json(200, r#"{"content":"café"}"#);
    assert!(!call_with(&READ, &step).result.unwrap().lossy);
}

/// The decoder above has a recursion limit; what it refuses becomes a fault of the same kind.
#[test]
fn row_19_what_does_not_decode_becomes_a_protocol_fault() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let reply = call_with(&READ, &Step::json(200, deep)).result.unwrap();
    let error = serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap_err();
    let fault = reply.undecodable(&READ, error);
    assert_eq!(
        (fault.kind, fault.delivery, fault.attempts),
        (Protocol, Delivery::Unknown, 1)
    );
    assert!(fault.to_string().contains("recursion limit"), "{fault}");
}
