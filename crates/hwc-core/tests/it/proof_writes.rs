//! Answers to a write that must not be done twice: what is good, and what leaves it in doubt.
//!
//! Each body came with HTTP 200 and a message that was not stored, or could have.

use hwc_core::{Delivery, Makes, testing::Step};

use crate::given::{MARK, SUBMIT, UPLOAD, call_with};

/// They say no failure, and nothing that nobody knows.
const GOOD: &[&str] = &[
    r#"{"error":false}"#,
    r#"{"code":"SUCCESS"}"#,
    r#"{"error_code":"CBC.0000"}"#,
    r#"{"error_code":"0.0"}"#,
    r#"{"error_code":false}"#,
    r#"{"error_code":" "}"#,
    r#"{"error_msg":""}"#,
    r#"{"error_msg":null}"#,
    r#"{"message_list":[]}"#,
    r#"{"success":null}"#,
    r#"{"":""}"#,
    r#"{"success":""}"#,
    r#"{"result":null}"#,
    r#"{"result":{}}"#,
    r#"{"result":[]}"#,
    r#"{"status":""}"#,
    r#"{"status":null}"#,
    r#"{"code":299}"#,
    r#"{"error":"0"}"#,
    r#"{"error":""}"#,
    r#"{"error":[]}"#,
    r#"{"error":{}}"#,
    r#"{"exception":false}"#,
    r#"{"message":"ok"}"#,
    r#"{"message":"提交成功"}"#,
    r#"{"message":"Message submitted successfully"}"#,
    r#"{"status":"200 OK"}"#,
    r#"{"request_id":"req:a/b+c="}"#,
    r#"{"message":""}"#,
    r#"{"message":null}"#,
];

/// They say failure, or something that is not known of such an answer.
const DOUBTFUL: &[&str] = &[
    r#"{"error":"none"}"#,
    r#"{"error_msg":"failed"}"#,
    r#"{"error":{"x":1}}"#,
    r#"{"code":"500","message":"x"}"#,
    r#"{"error_code":"A","error_code":"0"}"#,
    r#"{"error_code":null,"error_msg":"no"}"#,
    r#"{"error_code":"","error_msg":"no"}"#,
    r#"{"data":{"error_code":"OSM.01010001","error_msg":"bad"}}"#,
    r#"{"result":{"error_code":"OSM.01010001","error_msg":"bad"}}"#,
    r#"{"result":"failure"}"#,
    r#"{"result":false}"#,
    r#"{"result":"fail"}"#,
    r#"{"result":-1}"#,
    r#"{"result":1}"#,
    r#"{"success":"no"}"#,
    r#"{"success":"N"}"#,
    r#"{"success":false}"#,
    r#"{"status":"rejected"}"#,
    r#"{"status":"FAILURE"}"#,
    r#"{"status":"denied"}"#,
    r#"{"status":"invalid"}"#,
    r#"{"status":"timeout"}"#,
    r#"{"status":503}"#,
    r#"{"status":"503 Service Unavailable"}"#,
    r#"{"status":{"code":500}}"#,
    r#"{"status":"exception"}"#,
    r#"{"message":"Internal Server Error"}"#,
    r#"{"message":"failed"}"#,
    r#"{"msg":"system busy"}"#,
    r#"{"errors":["x"]}"#,
    r#"{"reason":"x"}"#,
    r#"{"error":true}"#,
    r#"{"Error":"x"}"#,
    r#"{"ERROR_CODE":"OSM.1"}"#,
    r#"{"errorcode":"1"}"#,
    r#"{"ret_code":"1","ret_msg":"x"}"#,
    r#"{"returnCode":"1"}"#,
    r#"{"resp_code":"1"}"#,
    r#"{"rtnCode":500,"rtnDesc":"x"}"#,
    r#"{"errcode":1,"errmsg":"x"}"#,
    r#"{"err_code":"E1"}"#,
    r#"{"fault":{"code":"x"}}"#,
    r#"{"response":{"error_code":"OSM.01010001"}}"#,
    r#"{"detail":"Not found."}"#,
    r#"{"title":"Bad","type":"about:blank","status":500}"#,
    r#"{"title":"Internal Server Error"}"#,
    r#"{"httpCode":"500","httpMessage":"x"}"#,
    r#"{"error_code":0,"error_msg":"database write failed"}"#,
    r#"{"error_code":"0","error_msg":"system error"}"#,
    r#"{"code":0,"message":"failed"}"#,
    r#"{"code":"200","message":"failed"}"#,
    r#"{"error_code":[],"error_msg":"x"}"#,
    r#"{"error_code":{}}"#,
    r#"{"error_code":[]}"#,
    r#"{"error_code":"\u0000"}"#,
    r#"{"error_code":" ","error_msg":"no"}"#,
    r#"{"error_msg":["a"]}"#,
    r#"{"error_msg":{"a":1}}"#,
    r#"{"error_code\u0000":"x"}"#,
    r#"{"error_code ":"OSM.01010001"}"#,
    r#"{"Error_Code":"OSM.01010001"}"#,
    r#"{"error_codes":["OSM.01010001"]}"#,
    r#"{"error_messages":["x"]}"#,
    r#"{"exception":"java.lang.NullPointerException"}"#,
    r#"{"stackTrace":"x"}"#,
    r#"{"isSuccess":"false"}"#,
    r#"{"successful":false}"#,
    r#"{"accepted":false}"#,
    r#"{"failed":true}"#,
    r#"{"faultcode":"x"}"#,
    r#"{"faultstring":"x"}"#,
    r#"{"status_code":500}"#,
    r#"{"statusCode":"500"}"#,
    r#"{"state":"failed"}"#,
    r#"{"count":0,"message_list":[]}"#,
    r#"{"token":"x"}"#,
    r#"{"redirect":"/login"}"#,
    r#"{"login_url":"http://x"}"#,
    r#"{"needLogin":true}"#,
    r#"{"ok":0}"#,
    r#"{"ok":"false"}"#,
    r#"[]"#,
    r#"[{"error_code":"OSM.01010001"}]"#,
    r#""failed""#,
    r#"false"#,
    r#"0"#,
    r#"null"#,
    r#"true"#,
    r#""ok""#,
    "\u{FEFF}{\"error_code\":\"OSM.01010001\"}",
    r#"{"errCode":"0","errMsg":"failed"}"#,
    r#"{"data":[{"error_code":"OSM.01010001"}]}"#,
    r#"{"data":{"data":{"error_code":"OSM.01010001","error_msg":"x"}}}"#,
    r#"{"body":{"result":{"success":false}}}"#,
    r#"{"status":"OK but failed"}"#,
    r#"{"status":"200","message":"操作失败"}"#,
    r#"{"message":"失败"}"#,
    r#"{"结果":"失败"}"#,
    r#"{"returnStatus":"FAIL"}"#,
    r#"{"ok":false}"#,
    r#"{"OK":false}"#,
    r#"{"valid":false}"#,
    r#"{"sent":false}"#,
    r#"{"delivered":false}"#,
    r#"{"stored":false}"#,
    r#"{"saved":false}"#,
    r#"{"done":false}"#,
    r#"{"info":"failed"}"#,
    r#"{"info":{"error":"x"}}"#,
    r#"{"answer":"no"}"#,
    r#"{"code":200,"data":{"code":500}}"#,
    r#"{"ret":1}"#,
    r#"{"ret":-1}"#,
    r#"{"rc":5}"#,
    r#"{"errno":1}"#,
    r#"{"errno":0,"errmsg":"x"}"#,
    r#"{"throttled":true}"#,
    r#"{"blocked":true}"#,
    r#"{"captcha":"x"}"#,
    r#"{"url":"/login"}"#,
    r#"{"location":"/login"}"#,
    r#"{"authenticated":false}"#,
    r#"{"authorized":false}"#,
    r#"{"session":"expired"}"#,
    r#"{"expired":true}"#,
    r#"{"maintenance":true}"#,
    r#"{"retry":true}"#,
    r#"{"retry_after":5}"#,
    r#"{"cancelled":true}"#,
    r#"{"aborted":true}"#,
    r#"{"warning":"not stored"}"#,
    r#"{"warnings":["not stored"]}"#,
    r#"{"Response":{"Error":{"Code":"x"}}}"#,
    r#"{"Envelope":{"Body":{"Fault":{}}}}"#,
    r#"{"rejected":1}"#,
    r#"{"affected":0}"#,
    r#"{"success_count":0,"fail_count":1}"#,
    r#"{"failures":[{"x":1}]}"#,
    r#"{"failed_count":1}"#,
    r#"{"success_count":0}"#,
    r#"{"success":0}"#,
    r#"{"success":"0"}"#,
    r#"{"status":"SUCCESSFULLY FAILED"}"#,
    r#"{"message":"success: false"}"#,
    r#"{"message":"ok, but not saved"}"#,
    r#"{"message":"Created ticket failed"}"#,
    r#"{"status":2}"#,
    r#"{"status":1}"#,
    r#"{"code":1}"#,
    r#"{"code":"1"}"#,
    r#"{"code":"0000","msg":"系统繁忙"}"#,
    r#"{"error_code":"0","error_msg":"系统繁忙"}"#,
    r#"{"error_code":"0.0000","error_msg":"x"}"#,
    r#"{"error_code":"OSM.0000","error_msg":"failed"}"#,
    r#"{"error_code":"CBC.0000","error_msg":"failed"}"#,
    r#"{"error_code":0,"error_code":0}"#,
    r#"{"data":"{\"error_code\":\"OSM.01010001\"}"}"#,
    r#"{"data":"failed"}"#,
    r#"{"data":false}"#,
    r#"{"response":"failed"}"#,
    r#"{"response":false}"#,
    r#"{"text":"Service unavailable"}"#,
    r#"{"content":"error"}"#,
    r#"{"output":"error"}"#,
    r#"{"value":"error"}"#,
    r#"{"type":"error"}"#,
    r#"{"type":"Error","x":1}"#,
    r#"{"level":"ERROR"}"#,
    r#"{"severity":"error"}"#,
    r#"{"event":"failure"}"#,
    r#"{"kind":"Status","apiVersion":"v1","status":"Failure"}"#,
    r#"{"outcome":"failure"}"#,
    r#"{"outcome":false}"#,
    r#"{"verdict":"deny"}"#,
    r#"{"action":"block"}"#,
    r#"{"reply":"NAK"}"#,
    r#"{"request_id":"x","encoded_authorization_message":"x"}"#,
    r#"{"problem":"x"}"#,
    r#"{"issue":"x"}"#,
    r#"{"trouble":"x"}"#,
    r#"{"fatal":true}"#,
    r#"{"abort":true}"#,
    r#"{"unavailable":true}"#,
    r#"{"timeout":true}"#,
    r#"{"timedOut":true}"#,
    r#"{"overload":true}"#,
    r#"{"limit_exceeded":true}"#,
    r#"{"permission":"none"}"#,
    r#"{"forbidden":true}"#,
    r#"{"unauthorized":true}"#,
    r#"{"NotFound":true}"#,
    r#"{"missing":["x"]}"#,
    r#"{"required":["content"]}"#,
    r#"{"validation":["content is required"]}"#,
    r#"{"content":["this field is required"]}"#,
    r#"{"non_field_errors":["x"]}"#,
    r#"{"message":{"code":"x"}}"#,
    r#"{"message":["x"]}"#,
    r#"{"MESSAGE":"Internal"}"#,
    r#"{"Message":"User is not authorized"}"#,
    r#"{"__type":"AccessDenied"}"#,
    r#"{"message":"沒有成功"}"#,
    r#"{"status":"拦截成功"}"#,
    r#"{"status":"!success"}"#,
    r#"{"message":"❌ Success"}"#,
    r#"{"message":"Success?"}"#,
    r#"{"message_id":null}"#,
    r#"{"id":""}"#,
    r#"{"id":"blocked-1020"}"#,
    r#"{"id":"TooManyRequests_429"}"#,
    r#"{"id":"APIGW-0308"}"#,
    r#"{"errno":201}"#,
    r#"{"errcode":204,"errmsg":""}"#,
    r#"{"ErrorCode":250}"#,
    r#"{"code":false}"#,
    r#"{"retcode":false}"#,
    r#"{"message":"部分成功"}"#,
    r#"{"message":"登录成功"}"#,
    r#"{"reason":{"id":1001}}"#,
    r#"{"detail":{"code":0}}"#,
    r#"{"Code":"AccessDenied"}"#,
];

/// The same, of the kind: what looks like something known and is not.
const ALIKE: &[&str] = &[
    r#"{"message":{"id":"m-1","content":"it failed"}}"#,
    r#"{"data":{"id":"m-1","items":[{"entry":{"state":3}}]}}"#,
    r#"{"data":[{"id":1}]}"#,
    r#"{"message_id":"m-1","type":1}"#,
    r#"{"message_id":"m-1","content":"x"}"#,
    r#"{"message_ids":["m-1"]}"#,
    // No ids.
    r#"{"message_id":"failed"}"#,
    r#"{"message_id":"none"}"#,
    r#"{"message_id":"0"}"#,
    r#"{"message_id":0}"#,
    r#"{"message_id":-1}"#,
    r#"{"message_id":true}"#,
    r#"{"message_id":"not stored, error 7"}"#,
    r#"{"message_id":"ERROR_7"}"#,
    r#"{"message_id":["m-1"]}"#,
    r#"{"captcha_id":"c-1"}"#,
    r#"{"login_id":"c-1"}"#,
    r#"{"valid":1}"#,
    r#"{"paid":1}"#,
    r#"{"结果id":"m-1"}"#,
    r#"{"no message id":"m-1"}"#,
    r#"{"request_id":"it failed"}"#,
    // No times and no counts.
    r#"{"timestamp":"t"}"#,
    r#"{"timestamp":"never"}"#,
    r#"{"retry_time":"2026-01-01 08:00:00"}"#,
    r#"{"expires_at":"2026-01-01 08:00:00"}"#,
    r#"{"response_time":12}"#,
    r#"{"count":0}"#,
    r#"{"count":"many"}"#,
    r#"{"message_count":false}"#,
    r#"{"retry_count":3}"#,
    // No plain signs of success.
    r#"{"success":404}"#,
    r#"{"success":2}"#,
    r#"{"result":"none"}"#,
    r#"{"message":false}"#,
    r#"{"message":"no errors          but not stored"}"#,
    r#"{"reason":"no error"," ":"x"}"#,
    r#"{"path":"/login"}"#,
    r#"{"data":true}"#,
    r#"{"data":0}"#,
    r#"{"data":"ok"}"#,
    r#"{"data":{"data":{"data":{"sent":false}}}}"#,
    r#"{"data":{"response":{"error_code":"0","error_msg":"failed"}}}"#,
    r#"{"error":{"id":1}}"#,
    r#"{"x":{"id":1}}"#,
];

#[test]
fn of_an_answer_to_a_write_everything_is_known_or_it_is_in_doubt() {
    let doubtful = DOUBTFUL.iter().chain(ALIKE);
    let rows = (GOOD.iter().map(|body| (body, true))).chain(doubtful.map(|body| (body, false)));
    let mut wrong = Vec::new();
    for (body, is_good) in rows {
        for status in [200, 202] {
            let outcome = call_with(&SUBMIT, &Step::json(status, *body));
            assert_eq!(outcome.requests, 1, "{body}");
            let is_as_told = match outcome.result {
                Ok(_) => is_good,
                Err(fault) => !is_good && fault.delivery == Delivery::Unknown,
            };
            if !is_as_told {
                wrong.push((status, *body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the service answers where the upload was done, and what is no such answer.
#[test]
fn an_upload_answers_an_id() {
    for (body, is_good) in [
        (r#"{"accessory_id":"123456"}"#, true),
        (r#"{"accessory_id":"file-0000000001"}"#, true),
        (
            r#"{"accessory_id":"123456","new":{"list":[1,"two",null],"text":"new"}}"#,
            true,
        ),
        (r#"{"accessory_id":"123456","success":false}"#, false),
        (r#"{"accessory_id":"a"}"#, true),
        (
            r#"{"accessory_id":"a1","status":"uploaded","message":"File uploaded","transferred":7}"#,
            true,
        ),
        (r#"{"accessory_id":"APIGW.0308"}"#, false),
        (r#"{"accessory_id":"00000000-0000-0000"}"#, false),
        (r#"{"accessory_id":"413"}"#, false),
        (r#"{"accessory_id":"a1","error_msg":"no room"}"#, false),
        (r#"{"accessory_id":"files/1.log"}"#, true),
        (r#"{}"#, false),
        (r#"{"accessory_id":null}"#, false),
        (r#"{"accessory_id":"","new":1}"#, false),
        (r#"{"accessory_id":"undefined"}"#, false),
        (r#"{"accessory_id":"N/A","stored":false}"#, false),
        (r#"{"accessory_id":"True"}"#, false),
        (r#"{"accessory_id":"-"}"#, false),
        (r#"{"id":"123456"}"#, false),
        (
            r#"{"accessory_id":50123,"new":{"list":[1,"two",null]}}"#,
            true,
        ),
        (r#"{"accessory_id":"0"}"#, false),
        (r#"{"accessory_id":0,"new":1}"#, false),
        (r#"{"accessory_id":true}"#, false),
        (r#"{"accessory_id":"","new":1}"#, false),
        (r#"{"accessory_id":"not stored","new":1}"#, false),
        (r#"{"accessoryId":"a1","new":1}"#, false),
        (r#"{"accessory_id":"failed"}"#, false),
        (r#"{"accessory_id":"failed","new":1}"#, false),
        (r#"{"accessory_id":["1"],"new":1}"#, false),
        (r#"{"new":{"accessory_id":"123456"}}"#, false),
        (r#"{"uploaded":false}"#, false),
        ("", false),
        (" \r\n", false),
    ] {
        let mut created = UPLOAD
            .with_request(SUBMIT.request)
            .with_makes(Makes::Id("accessory_id"));
        created.path = SUBMIT.path;
        let outcome = call_with(&created, &Step::json(200, body));
        assert_eq!(outcome.result.is_ok(), is_good, "{body}");
    }
}

/// Answers with next to nothing in them, of which status or headers say that another machine speaks.
#[test]
fn an_answer_of_another_machine_is_no_success() {
    let plain = |status: u16| Step::answer(status).body("");
    let long = format!(
        r#"{{"message":"Success.{} but it was rejected"}}"#,
        "\\n".repeat(2100)
    );
    let rows = [
        (plain(200), true),
        (plain(201), true),
        (plain(202), true),
        (plain(204), true),
        (plain(203), false),
        (plain(205), false),
        (plain(226), false),
        (plain(202).header("x-amzn-waf-action", "challenge"), false),
        (plain(200).header("cf-mitigated", "challenge"), false),
        (plain(200).header("location", "/login"), false),
        (plain(200).header("refresh", "0; url=/login"), false),
        (plain(200).header("www-authenticate", "Basic"), false),
        (plain(200).header("content-type", "text/html"), false),
        (plain(200).header("retry-after", "30"), false),
        (plain(200).header("age", "0"), true),
        (plain(200).header("age", "12"), false),
        (Step::json(200, "{}").header("age", "12"), false),
        (
            Step::json(202, "{}").header("x-amzn-waf-action", "challenge"),
            false,
        ),
        (Step::answer(200).body("  \r\n"), false),
        (Step::answer(200).body("\u{feff}"), false),
        (Step::json(200, long), false),
    ];
    for (number, (step, is_good)) in rows.into_iter().enumerate() {
        let outcome = call_with(&SUBMIT, &step);
        assert_eq!(outcome.requests, 1, "{number}");
        assert_eq!(outcome.result.is_ok(), is_good, "{number}");
        assert!(
            outcome
                .result
                .err()
                .is_none_or(|fault| fault.delivery == Delivery::Unknown),
            "{number}"
        );
    }
    // A refusal that was stored for another call proves nothing of this one.
    let refusal = Step::json(429, r#"{"error_code":"APIGW.0308"}"#).header("age", "300");
    let outcome = call_with(&SUBMIT, &refusal);
    assert_eq!(
        (outcome.requests, outcome.result.unwrap_err().delivery),
        (1, Delivery::Unknown)
    );
}

/// A write that may be done twice is repeated rather than doubted: there only what says failure counts.
#[test]
fn a_write_that_may_be_done_twice_may_answer_what_nobody_knows() {
    for body in [
        r#"{"message":{"id":"m-1","content":"it failed"}}"#,
        r#"{"message_id":"m-1","message_type":1,"status_time":"t","message_count":3,"case_id":"c"}"#,
        r#"{"message":{"id":"m-1","type":0,"author":{"state_id":5}}}"#,
        r#"{"data":{"id":"m-1","items":[{"entry":{"state":3}}]}}"#,
        r##"{"name":"disk","color":"#000000"}"##,
    ] {
        call_with(&MARK, &Step::json(200, body)).result.expect(body);
    }
}
