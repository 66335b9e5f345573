//! What comes up: answers decode whatever scalars the service chose, one bad element costs one element, and a write
//! that was done stays done.

use crate::service::Service;
use hwc_core::{Delivery, FaultKind, testing::Step};
use hwc_tickets_wire::{
    Response,
    messages::{
        ListMessages, ListMessagesResponse, ListNewInstantMessages, QueryMessageInfoV2,
        RevokeMessage, UpdateNewInstantMessagesRead,
    },
    tickets::{ShowCaseDetail, ShowCaseStatus},
};

fn messages(body: &'static str) -> Result<Response<ListMessagesResponse>, hwc_core::Fault> {
    let service = Service::saying(body);
    service.send(&ListMessages::new("c1"))
}

/// One message, from the JSON of its fields.
fn message(fields: &'static str) -> QueryMessageInfoV2 {
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
fn one_bad_element_costs_one_element_and_one_odd_field_costs_itself() {
    let body = r#"{"count":4,"message_list":[
        {"content":"first"},
        {"content":{"secret":"words"},"replier":"r"},
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
        [Some("first"), None, Some("last")]
    );
    assert_eq!(list[1].replier.as_deref(), Some("r"));
    assert_eq!(list[1].extra["~content"]["secret"], "words");
    assert_eq!(list[2].accessory_list.as_ref().unwrap().len(), 1);
    assert_eq!(list[2].extra["~accessory_list"].to_string(), "[[]]");
    let is_set_aside = hwc_tickets_wire::is_set_aside;
    assert!(list[1].extra.keys().all(|key| is_set_aside(key, "content")));
    assert!(!is_set_aside("content", "content") && !is_set_aside("~contents", "content"));
    let lost: Vec<_> = answer
        .undecodable
        .iter()
        .map(|lost| (&*lost.list, lost.index, lost.pointer.as_str()))
        .collect();
    assert_eq!(
        lost,
        [
            ("message_list", 2, "/message_list/2"),
            ("accessory_list", 1, "/message_list/3/accessory_list/1"),
        ]
    );
    let stored = serde_json::to_string(&answer.undecodable).unwrap();
    let again: Vec<hwc_tickets_wire::Undecodable> = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, answer.undecodable);
    let reasons = format!("{:?} {:?}", answer.undecodable, list);
    assert!(
        reasons.contains("a text where an object") && !reasons.contains("words"),
        "{reasons}"
    );
}

/// JSON of every odd shape: (text, in words).
fn odd_shapes() -> Vec<String> {
    vec![
        r#""""#.to_owned(),
        r#""none""#.to_owned(),
        "0".to_owned(),
        "1.5".to_owned(),
        "true".to_owned(),
        "1e999".to_owned(),
        r#"{"accessory_id":"a"}"#.to_owned(),
        "{}".to_owned(),
        format!("{{\"a\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000)),
        format!("{}1{}", "{\"a\":".repeat(1_000), "}".repeat(1_000)),
    ]
}

/// Whatever stands in the place of a list, the fields around it are read, and what stood there is kept.
#[test]
fn an_odd_list_costs_itself_alone() {
    for odd in odd_shapes() {
        let body = format!(
            r#"{{"message_list":[{{"content":"first","accessory_list":{odd},"type":1}},{{"content":"second"}}]}}"#
        );
        let answer = messages(body.leak()).unwrap();
        assert_eq!(answer.undecodable, [], "{odd:.60}");
        let list = answer.body.message_list.unwrap();
        let texts: Vec<_> = list.iter().map(|m| m.content.as_deref()).collect();
        assert_eq!(texts, [Some("first"), Some("second")], "{odd:.60}");
        assert_eq!((&list[0].accessory_list, list[0].type_), (&None, Some(1)));
        assert!(list[0].extra.contains_key("~accessory_list"), "{odd:.60}");
    }
    // Null and an empty list say that there is nothing.
    for (nothing, expected) in [("null", None), ("[]", Some(Vec::new()))] {
        let body = format!(r#"{{"message_list":[{{"content":"x","accessory_list":{nothing}}}]}}"#);
        let list = messages(body.leak()).unwrap().body.message_list.unwrap();
        assert_eq!(list[0].accessory_list, expected);
        assert!(list[0].extra.is_empty());
    }
}

/// Each known field of a message, each odd shape: the other fields are read.
#[test]
fn any_odd_field_costs_itself_alone() {
    let fields = [
        "type",
        "replier",
        "replier_name",
        "replier_type",
        "create_time",
        "is_first_message",
        "accessory_list",
        "iam_user_type",
        "brand_new",
    ];
    let mut odd = odd_shapes();
    odd.extend(["[]", r#"[{"a":1}]"#, "[[]]"].map(str::to_owned));
    for field in fields {
        for odd in &odd {
            let body = format!(r#"{{"message_list":[{{"{field}":{odd},"content":"text"}}]}}"#);
            let answer = messages(body.leak()).unwrap();
            let list = answer.body.message_list.unwrap();
            assert_eq!(
                list[0].content.as_deref(),
                Some("text"),
                "{field} {odd:.60}"
            );
        }
    }
    // At the top too: nobody asked for the read states.
    let service = Service::saying(
        r#"{"imstatus":"","last_message_time_id":{},"immsg":[{"incident_id":"a","message_list":[{"content":"1"}]}]}"#,
    );
    let answer = service
        .send(&ListNewInstantMessages::new(vec!["a".to_owned()]))
        .unwrap();
    answer.needs("immsg").unwrap();
    assert_eq!(
        answer.body.immsg.unwrap()[0]
            .message_list
            .as_ref()
            .unwrap()
            .len(),
        1
    );
    // In an object instead of a list.
    let service = Service::saying(
        r#"{"incident_detail_info":{"simple_description":"d","status":[],"message_list":"","incident_satisfaction":{"a":[]}}}"#,
    );
    let answer = service.send(&ShowCaseDetail::new("c1")).unwrap();
    let detail = answer.body.incident_detail_info.unwrap();
    assert_eq!(detail.simple_description.as_deref(), Some("d"));
    assert_eq!((detail.status, &detail.message_list), (None, &None));
    for name in ["~status", "~message_list"] {
        assert!(detail.extra.contains_key(name), "{name}");
    }
}

/// Nothing of an earlier value is left in a field whose key comes again. What had no reading stays noted: which of the two
/// was meant, nobody knows.
#[test]
fn of_a_key_that_comes_twice_the_last_one_counts() {
    for (fields, content, is_noted) in [
        (r#""content":"a","content":"b""#, Some("b"), false),
        (r#""content":"a","content":null"#, None, false),
        (r#""content":null,"content":"b""#, Some("b"), false),
        (r#""content":"a","content":[]"#, None, true),
        (r#""content":[],"content":"b""#, Some("b"), true),
    ] {
        let message = message(fields);
        assert_eq!(message.content.as_deref(), content, "{fields}");
        let is_kept = message.extra.contains_key("~content");
        assert_eq!(is_kept, is_noted, "{fields}");
    }
    for (lists, kept, lost) in [
        (r#""message_list":[{},{}],"message_list":[{}]"#, Some(1), 0),
        (r#""message_list":[{},{}],"message_list":null"#, None, 0),
        (r#""message_list":[{},7],"message_list":[{}]"#, Some(1), 1),
        (r#""message_list":[{},7],"message_list":{}"#, None, 1),
    ] {
        let answer = messages(format!("{{{lists}}}").leak()).unwrap();
        let list = answer.body.message_list;
        assert_eq!(list.map(|list| list.len()), kept, "{lists}");
        assert_eq!(answer.undecodable.len(), lost, "{lists}");
    }
    let twice = r#"{"incident_detail_info":{"status":1,"simple_description":"d"},"incident_detail_info":{"status":2}}"#;
    let answer = Service::saying(twice)
        .send(&ShowCaseDetail::new("c1"))
        .unwrap();
    let detail = answer.body.incident_detail_info.unwrap();
    assert_eq!((detail.status, detail.simple_description), (Some(2), None));
}

/// A field nobody asks for may be nested as deep as it likes, and is kept as far as it can be.
#[test]
fn a_field_that_is_nested_deeply_costs_nothing() {
    for depth in [10, 126, 127, 128, 1_000, 100_000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        for body in [
            format!(r#"{{"message_list":[{{"content":"an error_code","x":{deep}}}],"count":1}}"#),
            format!(r#"{{"x":{deep},"message_list":[{{"content":"an error_code"}}],"count":1}}"#),
        ] {
            let answer = messages(body.leak()).unwrap();
            assert_eq!(
                (answer.body.count, answer.undecodable),
                (Some(1), vec![]),
                "{depth}"
            );
            let list = answer.body.message_list.unwrap();
            assert_eq!(list[0].content.as_deref(), Some("an error_code"), "{depth}");
            let kept = list[0].extra.get("x").or(answer.body.extra.get("x"));
            assert!(kept.unwrap().is_array(), "{depth}");
        }
    }
}

#[test]
fn an_odd_total_is_no_total() {
    for odd in [
        r#""many""#,
        "{}",
        "[]",
        r#"{"secret":"words"}"#,
        "1.5",
        "1e999",
    ] {
        let body = format!(r#"{{"count":{odd},"message_list":[{{"content":"x"}}]}}"#);
        let answer = messages(body.leak()).unwrap();
        assert_eq!(answer.body.count, None, "{odd}");
        assert_eq!(answer.body.message_list.unwrap().len(), 1, "{odd}");
        assert!(answer.body.extra.contains_key("~count"), "{odd}");
    }
}

#[test]
fn nested_lists_lose_only_what_is_bad() {
    let service = Service::saying(
        r#"{"immsg":[{"incident_id":"a","message_list":[{"content":"1"},[]]},{"incident_id":"b","message_list":[{"content":"2"}]}]}"#,
    );
    let answer = service
        .send(&ListNewInstantMessages::new(vec!["a".to_owned()]))
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
    let answer = service.send(&ShowCaseDetail::new("c1")).unwrap();
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
fn what_was_asked_for_is_not_missing_without_a_word() {
    for body in [
        r#"{"message_list":{"content":"secret words"}}"#,
        r#"{"message_list":"secret words"}"#,
        r#"{"message_list":""}"#,
        r#"{"message_list":0,"count":0}"#,
    ] {
        let answer = messages(body).unwrap();
        assert_eq!(answer.body.message_list, None);
        assert!(answer.body.extra.contains_key("~message_list"), "{body}");
        answer.needs("count").unwrap();
        let fault = answer.needs("message_list").unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol, "{body}");
        assert_eq!((fault.http_status, fault.attempts), (Some(200), 1));
        let text = format!("{fault} {fault:?}");
        assert!(
            text.contains("the field message_list") && !text.contains("words"),
            "{text}"
        );
    }
}

#[test]
fn a_write_that_was_done_stays_done() {
    for body in [
        "",
        "{}",
        r#"{"group_id":"123456"}"#,
        r#"{"error_code":""}"#,
        r#"{"error_code":"0","error_msg":"Success"}"#,
    ] {
        let service = Service::saying(body);
        let answer = service.send(&RevokeMessage::new("c1", "m1"));
        assert!(answer.is_ok(), "{body}: {answer:?}");
    }
    let service = Service::saying(r#"{"group_id":"123456"}"#);
    let request = UpdateNewInstantMessagesRead::new("c1", Default::default());
    let answer = service.send(&request).unwrap();
    assert_eq!(answer.body.extra["group_id"], "123456");
}

/// What an answer to a write says beside that may be a refusal in words nobody knows yet.
#[test]
fn a_write_is_in_doubt_beside_what_is_not_known() {
    let body = r#"{"error_code":"0","error_msg":"Success","~odd":{"odd":1}}"#;
    let service = Service::saying(body);
    let fault = (service.send(&RevokeMessage::new("c1", "m1"))).unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Protocol, Delivery::Unknown)
    );
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
    let fault = service.send(&ShowCaseStatus::new("c1")).unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery, fault.attempts),
        (FaultKind::NotFound, Delivery::Rejected, 1)
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
    let answer = service.send(&ShowCaseStatus::new("c1")).unwrap();
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
    for body in [
        format!(r#"{{"message_list":[{}{{}}]}}"#, "{},".repeat(70_000)),
        format!(
            r#"{{"x":[{}1]}}"#,
            format!("{}{},", "[".repeat(60), "]".repeat(60)).repeat(2_000)
        ),
        format!(r#"{{"x":[{}1]}}"#, "1,".repeat(270_000)),
    ] {
        let service = Service::answering(Step::json(200, body));
        let fault = service.send(&ListMessages::new("c1")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::BodyTooLarge);
    }
    // What stands in a text costs nothing.
    let text = "[{,".repeat(300_000);
    let body = format!(r#"{{"message_list":[{{"content":"{text}"}}]}}"#);
    let list = messages(body.leak()).unwrap().body.message_list.unwrap();
    assert_eq!(list[0].content.as_deref(), Some(text.as_str()));
}

/// A page that is asked for a list: an answer without it proves nothing.
#[test]
fn a_page_without_its_list_is_a_fault() {
    let list = messages(r#"{"message_list":[{"content":"x"},7]}"#).unwrap();
    let list = list.into_list().unwrap();
    assert_eq!((list.body.len(), list.undecodable.len()), (1, 1));
    assert_eq!(
        messages(r#"{"message_list":[]}"#)
            .unwrap()
            .into_list()
            .unwrap()
            .body,
        []
    );
    for body in [
        "{}",
        r#"{"count":0}"#,
        r#"{"message_list":null}"#,
        r#"{"message_list":"secret words"}"#,
        r#"{"message_list":{}}"#,
    ] {
        let fault = messages(body).unwrap().into_list().unwrap_err();
        assert_eq!(
            (fault.kind, fault.http_status, fault.attempts),
            (FaultKind::Protocol, Some(200), 1),
            "{body}"
        );
        let text = format!("{fault} {fault:?}");
        assert!(
            text.contains("the field message_list") && !text.contains("words"),
            "{text}"
        );
    }
}

/// What was decoded and written down is read again as it was.
#[test]
fn an_answer_that_is_written_down_reads_the_same() {
    for body in [
        r#"{"count":4,"message_list":[{"content":"first","type":"1","new":[1]},{"content":{"odd":1}},7]}"#,
        "{}",
    ] {
        let answer = messages(body).unwrap().body;
        let written = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            serde_json::from_str::<ListMessagesResponse>(&written).unwrap(),
            answer
        );
    }
    assert!(serde_json::from_str::<ListMessagesResponse>("[1]").is_err());
}
