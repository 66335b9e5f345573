//! What goes out: one request per operation, with each argument in its place.

use crate::service::Service;
use hwc_core::testing::CapturedRequest;
use hwc_tickets_wire::{Request, messages::*, tickets::*};

/// Sends one request, and gives it as it came out.
fn sent<R: Request + Sync>(request: &R) -> CapturedRequest {
    let service = Service::saying("{}");
    let _ = service.send(request);
    let requests = service.network.requests();
    assert_eq!(requests.len(), 1);
    requests[0].clone()
}

#[track_caller]
fn check(request: &CapturedRequest, line: &str, body: &str) {
    assert_eq!(
        format!("{} {}", request.method, request.uri),
        format!("{}", line.replacen(" /", " https://example.com/", 1))
    );
    assert_eq!(String::from_utf8_lossy(&request.body), body);
    assert_eq!(
        request.header("api-version"),
        None,
        "the generator's own header must not go out"
    );
    assert_eq!(request.header("x-auth-token"), Some("token-for-tests"));
}

#[test]
fn create_messages() {
    let body = CreateMessageV2Req {
        message: CreateMessageDoV2 {
            content: "text".into(),
            authorization_content: Some("confidential".into()),
            is_authorized: Some(1),
            accessory_ids: Some(vec!["a1".into()]),
        },
        group_id: Some("group".into()),
        type_: Some(0),
    };
    let request = sent(&CreateMessages::new("c1", body));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/message",
        r#"{"group_id":"group","message":{"accessory_ids":["a1"],"authorization_content":"confidential","content":"text","is_authorized":1},"type":0}"#,
    );
}

#[test]
fn a_submit_can_leave_type_out_and_send_an_empty_list() {
    let message = |accessory_ids| CreateMessageV2Req {
        message: CreateMessageDoV2 {
            content: "text".into(),
            authorization_content: None,
            is_authorized: None,
            accessory_ids,
        },
        group_id: None,
        type_: None,
    };
    let request = sent(&CreateMessages::new("c1", message(Some(vec![]))));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/message",
        r#"{"message":{"accessory_ids":[],"content":"text"}}"#,
    );
    let none = serde_json::to_string(&message(None)).unwrap();
    assert_eq!(none, r#"{"message":{"content":"text"}}"#);
}

#[test]
fn list_messages() {
    let request = sent(&ListMessages {
        case_id: "c1".into(),
        group_id: Some("group".into()),
        limit: Some(7),
        offset: Some(3),
        trim_osm_rich_text_label: Some(false),
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/messages?group_id=group&limit=7&offset=3&trim_osm_rich_text_label=false",
        "",
    );
}

#[test]
fn list_more_instant_messages() {
    let request = sent(&ListMoreInstantMessages {
        group_id: Some("group".into()),
        trim_osm_rich_text_label: Some(true),
        ..ListMoreInstantMessages::new("c1", "2020-07-09 00:00:01", 0, 7)
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/instant-messages/more?create_time=2020-07-09%2000%3A00%3A01&group_id=group&limit=7&trim_osm_rich_text_label=true&type=0",
        "",
    );
}

#[test]
fn list_new_instant_messages() {
    let request = sent(&ListNewInstantMessages {
        case_ids: vec!["c2".to_owned(), "c1".to_owned()],
        group_id: Some("group".into()),
        last_message_time_id: Some("cursor".into()),
        trim_osm_rich_text_label: Some(true),
    });
    let uri = request.uri.to_string();
    for part in [
        "case_ids=c1",
        "case_ids=c2",
        "group_id=group",
        "last_message_time_id=cursor",
        "trim_osm_rich_text_label=true",
    ] {
        assert!(uri.contains(part), "{part} in {uri}");
    }
    assert_eq!(
        (request.method.as_str(), request.uri.path()),
        ("GET", "/v2/servicerequest/cases/instant-messages")
    );
}

#[test]
fn list_unread_new_instant_messages() {
    let request = sent(&ListUnreadNewInstantMessages {
        case_ids: vec!["c1".to_owned()],
        group_id: Some("group".into()),
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/instant-messages/unread?case_ids=c1&group_id=group",
        "",
    );
}

#[test]
fn update_new_instant_messages_read() {
    let body = UpdateUnreadNewInstantMsgV2Req {
        group_id: Some("group".into()),
    };
    let request = sent(&UpdateNewInstantMessagesRead::new("c1", body));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/instant-messages/unread",
        r#"{"group_id":"group"}"#,
    );
}

#[test]
fn revoke_message() {
    let request = sent(&RevokeMessage::new("c1", "m1"));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/instant-messages/m1/withdraw",
        "",
    );
}

#[test]
fn show_case_detail() {
    let request = sent(&ShowCaseDetail {
        case_id: "c1".into(),
        group_id: Some("group".into()),
        trim_osm_rich_text_label: Some(true),
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1?group_id=group&trim_osm_rich_text_label=true",
        "",
    );
}

#[test]
fn show_case_status() {
    let request = sent(&ShowCaseStatus::new("c1"));
    check(&request, "GET /v2/servicerequest/cases/c1/status", "");
}
