//! What the fields of a body say, one at a time: in each row one of them decides, and all else is as plain as it can be.

use hwc_core::{Delivery, Makes, Operation, pipeline::classify::Verdict};

use crate::given::{MARK, READ, SUBMIT, UPLOAD, judged};

/// Makes a thing, and tells its id.
const CREATE: Operation = UPLOAD.with_makes(Makes::Id("accessory_id"));

/// What is proven of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It was done.
    Success,
    /// It was done, and the answer lacks something.
    Part,
    /// It was not done.
    Refusal,
    /// Nothing.
    Doubt,
}

fn verdict(operation: &Operation, status: u16, body: &str) -> Verdict {
    judged(operation.idempotency, operation.makes, status, body)
}

fn says(operation: &Operation, status: u16, body: &str) -> Says {
    match verdict(operation, status, body) {
        Verdict::Success(success) if success.partial_failure => Says::Part,
        Verdict::Success(_) => Says::Success,
        Verdict::Failure(failure) => match failure.fault.delivery {
            Delivery::Rejected => Says::Refusal,
            Delivery::Unknown => Says::Doubt,
            other => panic!("{body}: {other:?}"),
        },
    }
}

/// Beside the code of a refusal: what takes the proof from it, and what comes close to that.
#[test]
fn a_code_proves_a_refusal_unless_a_field_beside_it_says_otherwise() {
    for (status, body, expected) in [
        // Below the top only what says how it ended has a say: a code, a flag, a status.
        (
            400,
            r#"{"error_code":"THG.1001","extra":{"stored":true}}"#,
            Says::Refusal,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","extra":{"code":0}}"#,
            Says::Doubt,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","extra":{"success":true}}"#,
            Says::Doubt,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","extra":{"status":"ok"}}"#,
            Says::Doubt,
        ),
        // A flag that is neither a yes nor a no is not the word of a refusal.
        (
            400,
            r#"{"error_code":"THG.1001","success":"perhaps"}"#,
            Says::Doubt,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","success":"failed"}"#,
            Says::Refusal,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","success":""}"#,
            Says::Refusal,
        ),
        // The same code in two places is one, and two codes are two.
        (
            400,
            r#"{"error_code":"THG.1001","code":"THG.1001"}"#,
            Says::Refusal,
        ),
        (
            400,
            r#"{"error_code":"THG.1001","code":"THG.1002"}"#,
            Says::Doubt,
        ),
        // A message that says nothing takes nothing from a code.
        (
            429,
            r#"{"error_code":"APIGW.0308","message":null}"#,
            Says::Refusal,
        ),
        // An error within an error is a second one, in a place that is not read.
        (
            429,
            r#"{"error":{"code":"APIGW.0308","errors":[]}}"#,
            Says::Refusal,
        ),
        (
            429,
            r#"{"error":{"code":"APIGW.0308","errors":{"code":"THG.1014"}}}"#,
            Says::Doubt,
        ),
    ] {
        assert_eq!(says(&SUBMIT, status, body), expected, "{status} {body}");
    }
}

/// A read says failure by a code at its top, or where there is nothing but a complaint. Beside a complaint, what has
/// no name among errors is content, and be it empty.
#[test]
fn a_read_that_complains_fails_where_there_is_nothing_else() {
    for (body, expected) in [
        // What was asked for takes nothing from a code.
        (r#"{"error_code":"THG.1004","list":[1]}"#, Says::Refusal),
        (r#"{"code":"","message":["system busy"]}"#, Says::Doubt),
        (r#"{"success":0,"list":[]}"#, Says::Part),
        (r#"{"success":"failed","list":[]}"#, Says::Part),
        (r#"{"success":true,"list":[]}"#, Says::Success),
        (r#"{"error_msg":"failed"}"#, Says::Doubt),
        (r#"{"error_msg":"failed","success":false}"#, Says::Part),
        (r#"{"error_msg":"failed","status":null}"#, Says::Part),
        (r#"{"status":500,"list":[]}"#, Says::Part),
        (r#"{"status":200,"list":[]}"#, Says::Success),
        // Any number but zero is an error, below zero and in part as well.
        (r#"{"error":-1}"#, Says::Doubt),
        (r#"{"error":0.5}"#, Says::Doubt),
        (r#"{"error":0.0}"#, Says::Success),
        (r#"{"error":0}"#, Says::Success),
    ] {
        assert_eq!(says(&READ, 200, body), expected, "{body}");
    }
}

/// Two levels below the top stands what was written, and a text is a part of it. Alone it is a complaint.
#[test]
fn far_below_the_top_a_text_is_a_complaint_where_it_stands_alone() {
    for (beside, expected) in [
        (r#""x":null"#, Says::Doubt),
        (r#""x":1"#, Says::Success),
        (r#""success":null"#, Says::Doubt),
        (r#""success":true"#, Says::Success),
        (r#""status":null"#, Says::Doubt),
        (r#""status":0"#, Says::Success),
        (r#""status":1"#, Says::Success),
        (r#""status":"failed""#, Says::Doubt),
    ] {
        let body = format!(r#"{{"data":{{"data":{{"message":"it hangs",{beside}}}}}}}"#);
        assert_eq!(says(&MARK, 200, &body), expected, "{body}");
    }
}

/// What a list says of an outcome, its texts and numbers say. Objects in it speak for themselves, and nothing says nothing.
#[test]
fn a_list_about_an_outcome_is_in_doubt_where_it_holds_a_text() {
    for (body, expected) in [
        (r#"{"states":["x"]}"#, Says::Doubt),
        (r#"{"states":[["x"]]}"#, Says::Doubt),
        (r#"{"states":[""]}"#, Says::Success),
        (r#"{"states":[{"id":1}]}"#, Says::Success),
    ] {
        assert_eq!(says(&MARK, 200, body), expected, "{body}");
    }
}

/// Further down than eight objects and lists nobody looks.
#[test]
fn an_error_counts_down_to_eight_levels_below_the_top() {
    let error = r#"{"error_code":"THG.1015"}"#;
    let in_objects = |count: usize| {
        let (open, close) = (r#"{"data":"#.repeat(count), "}".repeat(count));
        format!("{open}{error}{close}")
    };
    let in_lists = |count: usize| {
        let (open, close) = ("[".repeat(count), "]".repeat(count));
        format!(r#"{{"data":{open}{error}{close}}}"#)
    };
    for (body, expected) in [
        (in_objects(8), Says::Doubt),
        (in_objects(9), Says::Success),
        // The last level is the object in the list.
        (in_lists(7), Says::Doubt),
        (in_lists(8), Says::Success),
    ] {
        assert_eq!(says(&MARK, 200, &body), expected, "{body}");
    }
}

/// The id of what was made outweighs a text that nobody knows, and nothing that says no.
#[test]
fn the_id_of_what_was_made_proves_nothing_beside_a_no() {
    for (body, expected) in [
        (r#"{"accessory_id":"1","message":"stored"}"#, Says::Success),
        (r#"{"accessory_id":"1","success":"perhaps"}"#, Says::Success),
        (r#"{"accessory_id":"1","success":0}"#, Says::Doubt),
        (r#"{"accessory_id":"1","success":"failed"}"#, Says::Doubt),
        (r#"{"accessory_id":"1","status":"failed"}"#, Says::Doubt),
        // Further down the same key names something else.
        (
            r#"{"accessory_id":"1","data":{"accessory_id":"2","message":"failed"}}"#,
            Says::Doubt,
        ),
    ] {
        assert_eq!(says(&CREATE, 200, body), expected, "{body}");
    }
}

/// With HTTP 200 a message is content, unless nothing but a complaint is there.
#[test]
fn a_message_is_told_where_it_is_about_the_error() {
    for (status, body, message) in [
        (400, r#"{"error_code":"THG.1001","message":"m"}"#, Some("m")),
        (200, r#"{"success":false,"message":"m"}"#, Some("m")),
        (
            200,
            r#"{"error_code":"THG.1001","success":false,"message":"m"}"#,
            None,
        ),
        (
            200,
            r#"{"error_code":"THG.1001","error_msg":"e","message":"m"}"#,
            Some("e"),
        ),
    ] {
        let Verdict::Failure(failure) = verdict(&SUBMIT, status, body) else {
            panic!("{status} {body}");
        };
        assert_eq!(failure.fault.message.as_deref(), message, "{status} {body}");
    }
}
