//! What an answer proves about a write: nothing, unless it is a known code in a body of the known form.
//!
//! Every status with every kind of body, for every effect.

use hwc_core::{Delivery, FaultKind, fault::Advice, testing::Step};

use crate::given::{MARK, READ, SUBMIT, call_through, call_with};

/// Statuses that somebody gives for a refusal.
const REFUSING: &[u16] = &[
    400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421,
    422, 423, 424, 425, 426, 428, 429, 431, 451, 494, 499,
];

/// Bodies that prove nothing, whatever the status.
fn proving_nothing(status: u16) -> Vec<(&'static str, Step)> {
    let json = |body: &'static str| Step::json(status, body);
    vec![
        ("nothing", Step::answer(status)),
        (
            "nothing, until the line is closed",
            Step::answer(status).until_close(),
        ),
        (
            "a page",
            Step::answer(status)
                .header("content-type", "text/html")
                .body("<html>APIGW.0308</html>"),
        ),
        ("an empty object", json("{}")),
        ("a text", json(r#"{"message":"Too Many Requests"}"#)),
        ("an error without a code", json(r#"{"error":"slow down"}"#)),
        (
            "a code of somebody else",
            json(r#"{"code":"SlowDown","message":"m"}"#),
        ),
        (
            "a code that nobody knows",
            json(r#"{"error_code":"APIGW.0999"}"#),
        ),
        (
            "a code of the service that nobody knows",
            json(r#"{"error_code":"THG.9999"}"#),
        ),
        (
            "a code of the service's own failure",
            json(r#"{"error_code":"THG.1014"}"#),
        ),
        (
            "a known code where none belongs",
            json(r#"{"data":{"error_code":"APIGW.0308"}}"#),
        ),
        (
            "a known code in a list",
            json(r#"[{"error_code":"APIGW.0308"}]"#),
        ),
        (
            "a known code twice",
            json(r#"{"error_code":"THG.1001","error_code":"THG.1001"}"#),
        ),
        (
            "two codes",
            json(r#"{"error_code":"THG.1001","error_code":"THG.1014"}"#),
        ),
        (
            "a code and success",
            json(r#"{"error_code":"THG.1001","errorCode":"0"}"#),
        ),
        ("a cut body", json(r#"{"error_code":"THG.1001"}"#).cut(7)),
        (
            "a body without its end",
            json(r#"{"error_code":"THG.1001""#).until_close(),
        ),
        (
            "a compressed body",
            json(r#"{"error_code":"THG.1001"}"#).header("content-encoding", "gzip"),
        ),
        ("two bodies", json(r#"{"error_code":"THG.1001"}{}"#)),
    ]
    .into_iter()
    .chain(CONTRADICTED.iter().map(|body| (*body, json(body))))
    .collect()
}

/// A known code in a known place, and something besides that says otherwise or speaks of another failure.
const CONTRADICTED: &[&str] = &[
    r#"{"error_code":"0","error":{"code":"APIGW.0308"}}"#,
    r#"{"error":{"code":"APIGW.0308"},"code":"200"}"#,
    r#"{"error_code":"","error_code":"","error":{"code":"APIGW.0308"}}"#,
    r#"{"error":{"code":"APIGW.0308"},"error":{"code":"THG.1014"}}"#,
    r#"{"error":{"code":"APIGW.0308"},"error":"boom"}"#,
    r#"{"error":{"code":"APIGW.0308"},"errors":{"code":"THG.1014"}}"#,
    r#"{"errors":["boom"],"error":{"code":"APIGW.0308"}}"#,
    r#"{"error":{"code":"APIGW.0308"},"data":{"error_code":"THG.1014"}}"#,
    r#"{"error_code":"APIGW.0308","error":{"code":"THG.1014"}}"#,
    r#"{"error_code":"APIGW.0308","data":{"code":"THG.1014"}}"#,
    r#"{"success":true,"error_code":"APIGW.0308"}"#,
    r#"{"code":"APIGW.0308","success":"true"}"#,
    r#"{"code":"APIGW.0308","ok":1}"#,
    r#"{"code":"APIGW.0308","status":"OK"}"#,
    r#"{"code":"APIGW.0308","status":200}"#,
    r#"{"code":"APIGW.0308","result":true}"#,
    r#"{"success":true,"error":{"code":"APIGW.0308"}}"#,
    r#"{"error":{"code":"APIGW.0308","success":true}}"#,
    r#"{"error_code":"APIGW.0308","errcode":0}"#,
    r#"{"error_code":"APIGW.0308","errcode":40001}"#,
    // What only a call that was done is answered with.
    r#"{"error_code":"APIGW.0308","message_id":"m1"}"#,
    r#"{"error_code":"APIGW.0308","thing_id":"5"}"#,
    r#"{"error_code":"APIGW.0308","id":5}"#,
    r#"{"error_code":"APIGW.0308","accepted":true}"#,
    r#"{"error_code":"APIGW.0308","state":"created"}"#,
    r#"{"error_code":"APIGW.0308","count":1}"#,
    r#"{"error_code":"APIGW.0308","data":{"id":"5"}}"#,
    r#"{"error_code":"APIGW.0308","result":{"id":"5"}}"#,
    r#"{"error_code":"APIGW.0308","message":{"content":"it hangs"}}"#,
    r#"{"error_code":"APIGW.0308","list":[{"content":"it hangs"}]}"#,
    r#"{"error":{"code":"APIGW.0308"},"message_id":"m1"}"#,
    r#"{"error":{"code":"APIGW.0308","message_id":"m1"}}"#,
    r#"{"error_code":"THG.1001","message_id":"m1"}"#,
    // After these the call is made again.
    r#"{"error_code":"APIGW.0308","error_msg":"success"}"#,
    r#"{"error_code":"APIGW.0308","message":"Message created successfully"}"#,
    r#"{"error_code":"APIGW.0308","sent":true}"#,
    r#"{"error_code":"APIGW.0308","stored":true}"#,
    r#"{"error_code":"APIGW.0308","content":"it hangs"}"#,
    r#"{"error_code":"APIGW.0308","message_id":"abc"}"#,
    r#"{"error":{"code":"APIGW.0308","stored":true}}"#,
    r#"{"error_code":"APIGW.0308","status":500}"#,
    r#"{"error_code":"APIGW.0308","errors":[{"code":"APIGW.0601"}]}"#,
    r#"{"error_code":"THG.1001","errors":[{"code":"APIGW.0601"}]}"#,
    r#"{"error_code":"THG.1001","status":504}"#,
    r#"{"error_code":"APIGW.0308","results":[{"message_id":"1"}]}"#,
    r#"{"error_code":"APIGW.0308","message_detail":{"id":"77"}}"#,
    r#"{"error_code":"APIGW.0308","message":"消息已提交成功"}"#,
    r#"{"error_code":"APIGW.0308","is_sent":1}"#,
];

/// A refusal, and beside it what comes with refusals.
const COMPANIONS: &[&str] = &[
    r#"{"error_code":"APIGW.0308","error_msg":"Too many requests","request_id":"r:1"}"#,
    r#"{"error_code":"APIGW.0308","message":"busy","status":429,"timestamp":"2026-01-01T00:00:00Z","path":"/v2"}"#,
    r#"{"error_code":"APIGW.0308","success":false,"data":null,"sent":false}"#,
    r#"{"error":{"code":"APIGW.0308","message":"busy"}}"#,
    r#"{"error_code":"THG.1001","case_id":"7"}"#,
    r#"{"error_code":"THG.1001","error_id":"7","correlation_id":"8"}"#,
    r#"{"error_code":"THG.1001","violations":[{"field":"content"}],"fields":{"content":"is empty"}}"#,
];

#[test]
fn what_comes_with_a_refusal_takes_nothing_from_it() {
    for body in COMPANIONS {
        let outcome = call_with(&SUBMIT, &Step::json(429, *body));
        let delivery = outcome.result.map(|_| ()).map_err(|fault| fault.delivery);
        let is_of_rate = body.contains("APIGW");
        let outcome = match is_of_rate {
            true => delivery,
            false => {
                let outcome = call_with(&SUBMIT, &Step::json(400, *body));
                outcome.result.map(|_| ()).map_err(|fault| fault.delivery)
            }
        };
        assert_eq!(outcome, Err(Delivery::Rejected), "{body}");
    }
}

#[test]
fn without_a_known_code_no_status_proves_that_a_write_was_not_done() {
    for &status in REFUSING {
        for (body, step) in proving_nothing(status) {
            for step in [step.clone(), step.header("retry-after", "1")] {
                let told = format!("{status} with {body}");
                let outcome = call_with(&SUBMIT, &step);
                assert_eq!(outcome.requests, 1, "{told}: a write is not repeated");
                let fault = outcome.result.unwrap_err();
                assert_eq!(fault.delivery, Delivery::Unknown, "{told}: {fault}");
                // An effect that is the same twice may be had again, and yet nobody knows.
                let fault = call_with(&MARK, &step).result.unwrap_err();
                assert_eq!(fault.delivery, Delivery::Unknown, "{told}: {fault}");
                assert!(call_with(&READ, &step).result.is_err(), "{told}");
            }
        }
    }
}

/// Where the service and its gateway write a code, in the shapes that are known.
const KNOWN: &[(&str, &str)] = &[
    ("error_code", r#"{"error_code":"CODE","error_msg":"m"}"#),
    ("errorCode", r#"{"errorCode":"CODE","errorMsg":"m"}"#),
    (
        "error_code with a request id",
        r#"{"error_msg":"m","error_code":"CODE","request_id":"r-1"}"#,
    ),
    ("code", r#"{"code":"CODE","message":"m"}"#),
    (
        "error",
        r#"{"error":{"code":"CODE","message":"m"},"request_id":"r-1"}"#,
    ),
    (
        "error, and more that says no",
        r#"{"error":{"code":"CODE"},"errors":[],"success":false,"status":"failed","data":{}}"#,
    ),
    ("error_code with blanks", r#"{"error_code":" CODE\n"}"#),
];

#[test]
fn a_known_code_in_a_known_form_proves_it() {
    let codes = [
        "THG.1001",
        "THG.1002",
        "THG.1015",
        "APIGW.0302",
        "APIGW.0308",
        // The same gateway writes its codes so, too.
        "APIG.0308",
        "APIGW.0307",
    ];
    for &status in REFUSING {
        for code in codes {
            for (form, body) in KNOWN {
                let told = format!("{status} with {code} as {form}");
                let step = Step::json(status, body.replace("CODE", code));
                let outcome = call_with(&SUBMIT, &step);
                // 429 with a code that is not about the rate says two things, and so does a code after which the
                // call is made again with any other status than its own.
                let (requests, delivery) = match (status, code.rsplit('.').next().unwrap()) {
                    (429, "0308") => (4, Delivery::Rejected),
                    (401, "0307") => (1, Delivery::Rejected),
                    (429, _) | (_, "0307" | "0308") => (1, Delivery::Unknown),
                    _ => (1, Delivery::Rejected),
                };
                assert_eq!(outcome.requests, requests, "{told}");
                let fault = outcome.result.unwrap_err();
                assert_eq!(fault.delivery, delivery, "{told}: {fault}");
                assert_eq!(fault.code.as_deref(), Some(code), "{told}");
            }
        }
    }
}

/// A status by which a server tells that it failed, or gave up, goes with no code of a refusal but those whose row
/// names it: one of the two speaks of something else.
#[test]
fn a_known_code_under_a_status_of_a_broken_server_proves_nothing() {
    for status in [408, 500, 501, 502, 503, 504, 505, 511, 529, 599] {
        for code in [
            "THG.0001",
            "THG.1001",
            "THG.1005",
            "THG.1011",
            "THG.1015",
            "THG.1016",
            "APIGW.0101",
            "APIGW.0301",
            "APIGW.0302",
            "APIGW.0307",
            "APIGW.0308",
            "APIG.0301",
        ] {
            for (form, body) in KNOWN {
                let told = format!("{status} with {code} as {form}");
                let step = Step::json(status, body.replace("CODE", code));
                for step in [step.clone(), step.header("retry-after", "1")] {
                    let outcome = call_with(&SUBMIT, &step);
                    assert_eq!(outcome.requests, 1, "{told}");
                    let fault = outcome.result.unwrap_err();
                    assert_eq!(fault.delivery, Delivery::Unknown, "{told}: {fault}");
                    assert_eq!(fault.code.as_deref(), Some(code), "{told}");
                }
            }
        }
    }
}

/// HTTP 200 that says failure in a way of its own.
const COMPLAINTS: &[&str] = &[
    r#"{"error_msg":"failed"}"#,
    r#"{"errorMsg":"failed"}"#,
    r#"{"error_code":null,"error_msg":"failed"}"#,
    r#"{"error_code":"","error_msg":"failed"}"#,
    r#"{"error_code":false,"error_msg":"failed"}"#,
    r#"{"error_code":"","message":"failed"}"#,
    r#"{"error_code":"","error_code":""}"#,
    r#"{"error_code":"0","error_code":"0"}"#,
    r#"{"error_code":"THG.1015","error_code":"0"}"#,
    r#"{"error_code":"0","error_code":"THG.1015"}"#,
    r#"{"errorCode":"0","error_code":""}"#,
    r#"{"error":{"code":"500"}}"#,
    r#"{"error":{"error_code":"THG.1001"}}"#,
    r#"{"error":{}, "error":{"a":1}}"#,
    r#"{"error":"failed"}"#,
    r#"{"error":true}"#,
    r#"{"Error":"failed"}"#,
    r#"{"errors":["failed"]}"#,
    r#"{"exception":"java.lang.NullPointerException"}"#,
    r#"{"code":"500","message":"Internal Server Error"}"#,
    r#"{"code":500}"#,
    r#"{"Code":"SlowDown"}"#,
    r#"{"code":"","message":"failed"}"#,
    r#"{"errcode":40001,"errmsg":"failed"}"#,
    r#"{"error_message":"failed"}"#,
    "\u{FEFF}\n{ \"\\u0065rror\" : 5 }",
    r#"{"errorDesc":"boom"}"#,
    r#"{"err_desc":"boom"}"#,
    // A code that is not the service's does not make a text of an error a good one.
    r#"{"code":200,"error_msg":"failed"}"#,
    r#"{"code":0,"error_msg":"failed"}"#,
    r#"{"errcode":0,"error_msg":"failed"}"#,
    r#"{"retcode":200,"errmsg":"failed"}"#,
];

/// The same with something besides.
const COMPLAINTS_OF_WRITES: &[&str] = &[
    r#"{"success":false}"#,
    r#"{"success":"false","list":[]}"#,
    r#"{"status":500}"#,
    r#"{"status":"error"}"#,
    r#"{"timestamp":"t","status":500,"error":"Internal Server Error","path":"/v1"}"#,
    r#"{"list":[],"error_msg":"failed"}"#,
    // Below the top.
    r#"{"data":{"error_code":"OSM.01010001","error_msg":"failed"}}"#,
    r#"{"data":{"id":"m-1","errorCode":"THG.1015"}}"#,
    r#"{"result":{"error_code":"THG.1015"}}"#,
    r#"{"success":{"error_code":"THG.1015"}}"#,
    r#"{"message":{"error_code":"THG.1015"}}"#,
    r#"{"response":{"code":500,"message":"failed"}}"#,
    r#"{"response":{"error_msg":"failed"}}"#,
    r#"{"data":{"errmsg":"failed"}}"#,
    r#"{"data":{"success":false}}"#,
    r#"{"data":{"status":"failed"}}"#,
    r#"{"data":{"error":{"code":"500"}}}"#,
    r#"{"data":{"message":"failed"}}"#,
    r#"{"data":[{"id":1},{"error_code":"THG.1015"}]}"#,
    r#"{"response":{"body":{"error_code":"THG.1015"}}}"#,
    r#"{"error_code":"0","data":{"error_code":"THG.1015"}}"#,
    // A text and nothing else.
    r#"{"message":"failed"}"#,
    r#"{"msg":"Internal error"}"#,
    r#"{"message":"failed","request_id":"r-1"}"#,
    r#"{"message":"failed","data":null,"list":[],"success":null}"#,
    r#"{"timestamp":"t","message":"failed","path":"/v2"}"#,
    r#"{"error":null,"message":"failed"}"#,
    // A no.
    r#"{"result":false}"#,
    r#"{"status":false}"#,
    r#"{"status":"false"}"#,
    r#"{"result":-1}"#,
    r#"{"status":"ERROR_INTERNAL"}"#,
    r#"{"status":"INTERNAL_SERVER_ERROR"}"#,
    r#"{"status":"Failed: no such host"}"#,
    r#"{"result":"failure"}"#,
    r#"{"success":"no"}"#,
    r#"{"success":"N"}"#,
    r#"{"success":"False"}"#,
    r#"{"success":"0.0"}"#,
    r#"{"success":"failed"}"#,
    r#"{"success":"perhaps"}"#,
    r#"{"result":1}"#,
    r#"{"status":3}"#,
    r#"{"status":"processing"}"#,
    r#"{"status":"rejected"}"#,
    r#"{"status":"denied"}"#,
    r#"{"status":"invalid"}"#,
    r#"{"status":"timeout"}"#,
    r#"{"status":"exception"}"#,
    r#"{"status":"503 Service Unavailable"}"#,
    r#"{"status":{"code":500}}"#,
    r#"{"status":["failed"]}"#,
    // A text beside something else, or beside a code that says success.
    r#"{"message":"system busy","id":"m-1"}"#,
    r#"{"message":["system busy"],"id":"m-1"}"#,
    r#"{"error_code":0,"error_msg":"database write failed"}"#,
    r#"{"error_code":"0","error_msg":"system error"}"#,
    r#"{"code":0,"message":"failed"}"#,
    r#"{"code":"200","message":"not created"}"#,
    // Keys that nobody has a list of, but that speak of how it ended.
    r#"{"successful":false}"#,
    r#"{"successful":"perhaps"}"#,
    r#"{"unsuccessful":true}"#,
    r#"{"accepted":false}"#,
    r#"{"accepted":0}"#,
    r#"{"success_count":0}"#,
    r#"{"failed":true}"#,
    r#"{"fail_count":1}"#,
    r#"{"failure_description_of_the_request":"busy"}"#,
    r#"{"state":"failed"}"#,
    r#"{"state":-1}"#,
    r#"{"detail":"Not found."}"#,
    r#"{"title":"Internal Server Error"}"#,
    r#"{"reason":"busy"}"#,
    r#"{"resultDesc":"busy"}"#,
    r#"{"returnCode":"1"}"#,
    r#"{"resp_code":"1"}"#,
    r#"{"rtnCode":500}"#,
    r#"{"httpCode":"500"}"#,
    r#"{"faultcode":"Client"}"#,
    r#"{"faultstring":"busy"}"#,
    r#"{"stackTrace":"at"}"#,
    r#"{"error_codes":["THG.1015"]}"#,
    r#"{"error_messages":["busy"]}"#,
    r#"{"needLogin":true}"#,
    r#"{"redirect":"/login"}"#,
    r#"{"login_url":"https://iam.example"}"#,
    r#"{"denied":{"by":"rule"}}"#,
    r#"{"data":{"state":"failed"}}"#,
    r#"{"data":{"returnCode":"1"}}"#,
    r#"{"data":[{"failed":true}]}"#,
    r#"{"data":{"message":"system busy","id":"m-1"}}"#,
];

/// What says nothing of a failure.
const GOOD: &[&str] = &[
    "{}",
    r#"{"error_code":null,"error_msg":null}"#,
    r#"{"error_code":"","error_msg":""}"#,
    r#"{"error_code":"0","error_msg":"success"}"#,
    r#"{"error_code":0,"error_msg":"success"}"#,
    r#"{"error_code":0.0,"error_msg":"success"}"#,
    r#"{"error_code":"CBC.0000","error_msg":"ok"}"#,
    r#"{"error_code":"0.0","error_msg":"success"}"#,
    r#"{"error_code":-0.0,"error_msg":"success"}"#,
    r#"{"error_code":"-0","error_msg":"success"}"#,
    r#"{"errcode":0,"errmsg":"ok"}"#,
    r#"{"code":0,"message":"ok"}"#,
    r#"{"code":"200","message":"OK"}"#,
    r#"{"error":null,"errors":[],"exception":""}"#,
    r#"{"error":false,"success":true,"status":200}"#,
    r#"{"message":"created","message_id":"1000002938"}"#,
    r#"{"group_id":"123"}"#,
    r#"{"message":"OK"}"#,
    r#"{"msg":"Success."}"#,
    r#"{"message":""}"#,
    r#"{"data":{"id":"1000002938","error_code":"","error_msg":null}}"#,
    r#"{"data":{"error_code":"0","error_msg":"success"}}"#,
    r#"{"result":{"id":1},"status":"NO_ERROR"}"#,
    r#"{"result":true}"#,
    r#"{"result":0}"#,
    r#"{"success":"yes"}"#,
    r#"{"success":1,"state":"created","accepted":true}"#,
    r#"{"message":"Message created successfully.","message_id":"1000002938"}"#,
    r#"{"code":"SUCCESS","message":"发送成功"}"#,
    r#"{"returnCode":"0","resp_code":200,"failed":false,"fail_count":0,"error_codes":[],"redirect":null}"#,
    r#"{"detail":"","title":null,"reason":"none","stack":""}"#,
    // What is known.
    r#"{"message_id":"1000002938","create_time":"2026-01-01 08:00:00","message_count":3,"case_id":"7"}"#,
    r#"{"id":7,"timestamp":1767225600000,"createdAt":"2026-01-01T08:00:00.000+08:00"}"#,
    r#"{"id":"0123456789abcdef0123456789abcdef"}"#,
    r#"{"message":{"id":"1000002938","send_time":"2026-01-01"}}"#,
    r#"{"data":{"response":{"messageId":"1000002938"}},"request_id":"r-1","traceId":"t-1"}"#,
    // Nothing, whatever it is called.
    r#"{"list":[],"content":"","type":null,"next":{}}"#,
    r#"{"message_list":[]}"#,
    r#"{"":""}"#,
    r#"{"error_code":false}"#,
];

#[test]
fn a_200_that_says_failure_in_any_way_is_no_success() {
    for status in [200, 201, 202] {
        for body in COMPLAINTS.iter().chain(COMPLAINTS_OF_WRITES) {
            for operation in [&SUBMIT, &MARK] {
                let outcome = call_with(operation, &Step::json(status, *body));
                assert_eq!(outcome.requests, 1, "{body}");
                let fault = outcome.result.expect_err(body);
                assert_eq!(fault.delivery, Delivery::Unknown, "{body}: {fault}");
                assert!(!fault.to_string().contains("failed\""), "{fault}");
            }
        }
        // A read has fields of its own. In their place a complaint is no answer.
        for body in COMPLAINTS {
            let fault = call_with(&READ, &Step::json(status, *body))
                .result
                .expect_err(body);
            assert_ne!(fault.kind, FaultKind::Throttled, "{body}");
        }
        // What it has besides is kept, and what it lacks is not taken for empty.
        for body in [
            r#"{"count":0,"error_msg":"failed"}"#,
            r#"{"list":[1],"errorMsg":"failed"}"#,
        ] {
            let reply = call_with(&READ, &Step::json(status, body))
                .result
                .expect(body);
            assert!(reply.complains, "{body}");
        }
        for body in GOOD {
            for operation in [&SUBMIT, &MARK, &READ] {
                let outcome = call_with(operation, &Step::json(status, *body));
                let reply = outcome.result.expect(body);
                assert!(!reply.complains, "{body}");
            }
        }
    }
}

/// A known code beside which the same answer says success proves nothing, whatever the status.
#[test]
fn a_200_with_a_code_that_is_contradicted_proves_nothing() {
    for body in [
        r#"{"error_code":"THG.1015","success":true}"#,
        r#"{"error_code":"THG.1015","code":200}"#,
        r#"{"error_code":"THG.1015","status":"ok"}"#,
        r#"{"error_code":"THG.1015","data":{"error_code":"THG.1014"}}"#,
    ] {
        let outcome = call_with(&SUBMIT, &Step::json(200, body));
        assert_eq!(outcome.requests, 1, "{body}");
        assert_eq!(
            outcome.result.unwrap_err().delivery,
            Delivery::Unknown,
            "{body}"
        );
    }
}

/// Nested as deep as it likes, an answer is read, and depth is no error of it.
#[test]
fn depth_is_no_complaint() {
    for (open, close) in [("{\"data\":", "}"), ("[", "]")] {
        let body = format!("{{\"a\":{}1{}}}", open.repeat(20_000), close.repeat(20_000));
        call_with(&MARK, &Step::json(200, body.clone()))
            .result
            .unwrap();
        // What stands that deep nobody knows, so it is in doubt.
        let fault = call_with(&SUBMIT, &Step::json(200, body))
            .result
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol);
        assert!(fault.to_string().contains("no known id"), "{fault}");
    }
}

/// After a refusal for the rate or the credentials the call is made again. So it counts only under the status that means
/// just that, or the one its row has.
#[test]
fn a_code_after_which_the_call_is_made_again_counts_under_its_own_status() {
    for status in [200, 201, 202, 400, 401, 403, 409, 425, 428, 429, 500, 503] {
        for (code, own, other) in [
            ("APIGW.0308", 429, 429),
            ("APIG.0308", 429, 429),
            ("THG.1004", 200, 429),
            ("APIGW.0301", 401, 401),
            ("APIGW.0307", 401, 401),
            ("THG.1011", 200, 401),
        ] {
            let step = Step::json(status, format!(r#"{{"error_code":"{code}"}}"#));
            for step in [step.clone(), step.header("retry-after", "0")] {
                let outcome = call_with(&SUBMIT, &step);
                let told = format!("{status} with {code}");
                let is_own = [own, other].contains(&status);
                let fault = outcome.result.unwrap_err();
                let proven = if is_own {
                    Delivery::Rejected
                } else {
                    Delivery::Unknown
                };
                assert_eq!(fault.delivery, proven, "{told}");
                assert!(is_own || outcome.requests == 1, "{told}");
                if !is_own {
                    assert_eq!(fault.advice(), Advice::FindOut, "{told}");
                }
            }
        }
    }
}

/// A complaint is shown as a kind of fault and behind its own doors, not in the words of the line.
#[test]
fn a_complaint_names_its_field_and_keeps_its_words_apart() {
    let fault = call_with(&SUBMIT, &Step::json(200, r#"{"error_msg":"canary"}"#))
        .result
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.to_string().contains("its field error_msg"), "{fault}");
    assert_eq!(fault.message.as_deref(), Some("canary"));
    assert!(!format!("{fault} {fault:?}").contains("canary"));
    assert_eq!(fault.advice(), Advice::FindOut);
}

#[test]
fn a_read_is_repeated_whoever_asks_for_patience() {
    let outcome = call_through(&READ, |network| {
        network
            .then(Step::answer(429).header("retry-after", "1"))
            .then(Step::json(200, "{}"))
    });
    assert_eq!((outcome.requests, outcome.result.is_ok()), (2, true));
}
