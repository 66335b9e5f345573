//! What comes up: answers decode whatever scalars the service chose, one bad element costs one element, and a write
//! that was done stays done.

use crate::service::Service;
use hwc_core::{FaultKind, Sent, testing::Step};
use hwc_tickets_wire::{Answer, types};

fn messages(body: &'static str) -> Result<Answer<types::ListMessagesResponse>, hwc_core::Fault> {
    let service = Service::saying(body);
    service.run(service.call().list_messages("c1", None, None, None, None))
}

/// One message, from the JSON of its fields.
fn message(fields: &'static str) -> types::QueryMessageInfoV2 {
    let body: &'static str =
        Box::leak(format!(r#"{{"message_list":[{{{fields}}}]}}"#).into_boxed_str());
    let answer = messages(body).unwrap();
    assert_eq!(answer.undecodable, []);
    answer.body.message_list.unwrap().remove(0)
}

#[test]
fn scalars_are_read_for_what_they_mean() {
    for (fields, expected) in [
        (r#""type":1"#, Some(1)),
        (r#""type":"1""#, Some(1)),
        (r#""type":" 1 ""#, Some(1)),
        (r#""type":1.0"#, Some(1)),
        (r#""type":true"#, Some(1)),
        (r#""type":"""#, None),
        (r#""type":null"#, None),
        (r#""x":0"#, None),
        (r#""type":-1"#, Some(-1)),
        (r#""type":70000"#, Some(70_000)),
        (r#""type":3000000000"#, Some(3_000_000_000)),
    ] {
        assert_eq!(message(fields).type_, expected, "{fields}");
    }
    for (fields, expected) in [
        (
            r#""create_time":"2020-07-09 00:00:00""#,
            Some("2020-07-09 00:00:00"),
        ),
        (r#""create_time":1594224000000"#, Some("1594224000000")),
        (
            r#""create_time":18446744073709551615"#,
            Some("18446744073709551615"),
        ),
        (r#""create_time":-5"#, Some("-5")),
        (r#""create_time":1.5"#, Some("1.5")),
        (r#""create_time":false"#, Some("false")),
        (r#""create_time":"""#, Some("")),
        (r#""create_time":null"#, None),
    ] {
        assert_eq!(message(fields).create_time.as_deref(), expected, "{fields}");
    }
}

#[test]
fn nothing_is_refused_for_its_length_and_new_fields_are_kept() {
    let long: &'static str = Box::leak("x".repeat(5000).into_boxed_str());
    let fields: &'static str =
        Box::leak(format!(r#""content":"{long}","brand_new":{{"a":[1]}}"#).into_boxed_str());
    let message = message(fields);
    assert_eq!(message.content.as_deref(), Some(long));
    assert_eq!(
        message.extra.get("brand_new").unwrap().to_string(),
        r#"{"a":[1]}"#
    );
}

#[test]
fn null_and_missing_lists_are_absent() {
    for body in [r#"{"message_list":null}"#, "{}"] {
        assert_eq!(messages(body).unwrap().body.message_list, None, "{body}");
    }
    assert_eq!(
        messages(r#"{"message_list":[]}"#)
            .unwrap()
            .body
            .message_list,
        Some(vec![])
    );
}

#[test]
fn one_bad_element_costs_one_element() {
    let body = r#"{"count":4,"message_list":[
        {"content":"first"},
        {"content":{"secret":"words"}},
        "secret words",
        {"content":"last","accessory_list":[{"accessory_id":"a"},[]]}
    ]}"#;
    let answer = messages(body).unwrap();
    let list = answer.body.message_list.unwrap();
    assert_eq!(answer.body.count, Some(4));
    assert_eq!(
        list.iter()
            .map(|m| m.content.as_deref())
            .collect::<Vec<_>>(),
        [Some("first"), Some("last")]
    );
    let lost: Vec<_> = answer
        .undecodable
        .iter()
        .map(|lost| (lost.list, lost.index, lost.pointer.as_str()))
        .collect();
    assert_eq!(
        lost,
        [
            ("message_list", 1, "/message_list/1"),
            ("message_list", 2, "/message_list/2"),
            ("accessory_list", 1, "/message_list/3/accessory_list/1"),
        ]
    );
    let reasons = format!("{:?}", answer.undecodable);
    assert!(
        reasons.contains("the field content is an object") && !reasons.contains("words"),
        "{reasons}"
    );
}

#[test]
fn nested_lists_lose_only_what_is_bad() {
    let service = Service::saying(
        r#"{"immsg":[{"incident_id":"a","message_list":[{"content":"1"},{"content":[]}]},{"incident_id":"b","message_list":[{"content":"2"}]}]}"#,
    );
    let ids = vec!["a".to_owned()];
    let answer = service
        .run(
            service
                .call()
                .list_new_instant_messages(&ids, None, None, None),
        )
        .unwrap();
    let kept: Vec<usize> = answer
        .body
        .immsg
        .unwrap()
        .into_iter()
        .map(|group| group.message_list.unwrap().len())
        .collect();
    assert_eq!(kept, [1, 1]);
    assert_eq!(answer.undecodable[0].pointer, "/immsg/0/message_list/1");

    let service = Service::saying(
        r#"{"incident_detail_info":{"status":1,"message_list":[3,{"message_id":"m"}]}}"#,
    );
    let answer = service
        .run(service.call().show_case_detail("c1", None, None))
        .unwrap();
    let detail = answer.body.incident_detail_info.unwrap();
    assert_eq!(
        detail.message_list.unwrap()[0].message_id.as_deref(),
        Some("m")
    );
    assert_eq!(
        answer.undecodable[0].pointer,
        "/incident_detail_info/message_list/0"
    );
}

#[test]
fn a_read_whose_answer_has_another_form_is_a_fault() {
    for body in [
        r#"{"message_list":{"content":"secret words"}}"#,
        r#"{"count":{"secret":"words"}}"#,
    ] {
        let fault = messages(body).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol, "{body}");
        assert_eq!((fault.http_status, fault.attempts), (Some(200), 1));
        assert!(!format!("{fault} {fault:?}").contains("words"), "{fault:?}");
    }
}

#[test]
fn a_write_that_was_done_stays_done() {
    for body in [
        "",
        "{}",
        r#"{"group_id":"123456"}"#,
        r#"{"error_code":""}"#,
        r#"{"error_msg":{"odd":1}}"#,
    ] {
        let service = Service::saying(body);
        let answer = service.run(service.call().revoke_message("c1", "m1"));
        assert!(answer.is_ok(), "{body}: {answer:?}");
    }
    let service = Service::saying(r#"{"group_id":"123456"}"#);
    let body = types::UpdateUnreadNewInstantMsgV2Req::default();
    let answer = service
        .run(service.call().update_new_instant_messages_read("c1", &body))
        .unwrap();
    assert_eq!(answer.body.extra["group_id"], "123456");
}

#[test]
fn the_verdict_of_the_pipeline_comes_up_whole() {
    let service = Service::answering(
        Step::json(
            200,
            r#"{"error_code":"OSM.01010015","error_msg":"This case does not exist."}"#,
        )
        .header("x-request-id", "r-1"),
    );
    let fault = service
        .run(service.call().show_case_status("c1"))
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.sent, fault.attempts),
        (FaultKind::NotFound, Sent::Refused, 1)
    );
    assert_eq!(
        (fault.code.as_deref(), fault.request_id.as_deref()),
        (Some("OSM.01010015"), Some("r-1"))
    );
    assert_eq!(fault.operation, Some("showCaseStatus"));
}

#[test]
fn facts_of_the_call_come_up_with_the_answer() {
    let service =
        Service::answering(Step::json(200, r#"{"status":3}"#).header("x-request-id", "r-2"));
    let answer = service.run(service.call().show_case_status("c1")).unwrap();
    assert_eq!(
        (
            answer.body.status,
            answer.request_id.as_deref(),
            answer.attempts
        ),
        (Some(3), Some("r-2"), 1)
    );
    assert_eq!(answer.headers["x-request-id"], "r-2");
}

#[test]
fn an_answer_made_of_tiny_objects_is_refused_before_it_is_decoded() {
    let body = format!(r#"{{"message_list":[{}{{}}]}}"#, "{},".repeat(70_000));
    let service = Service::answering(Step::json(200, body));
    let fault = service
        .run(service.call().list_messages("c1", None, None, None, None))
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::BodyTooLarge);
}
