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
    let mut message = CreateMessageDoV2::new("text");
    message.authorization_content = Some("confidential".into());
    message.is_authorized = Some(1);
    message.accessory_ids = Some(vec!["a1".into()]);
    let mut body = CreateMessageV2Req::new(message);
    body.group_id = Some("group".into());
    body.type_ = Some(0);
    let request = sent(&CreateMessages::new("c1", body));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/message",
        r#"{"group_id":"group","message":{"accessory_ids":["a1"],"authorization_content":"confidential","content":"text","is_authorized":1},"type":0}"#,
    );
}

#[test]
fn a_submit_can_leave_type_out_and_send_an_empty_list() {
    let message = |accessory_ids| {
        let mut message = CreateMessageDoV2::new("text");
        message.accessory_ids = accessory_ids;
        CreateMessageV2Req::new(message)
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
    let mut request = ListMessages::new("c1");
    request.group_id = Some("group".into());
    request.limit = Some(7);
    request.offset = Some(3);
    request.trim_osm_rich_text_label = Some(false);
    let request = sent(&request);
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/messages?group_id=group&limit=7&offset=3&trim_osm_rich_text_label=false",
        "",
    );
}

#[test]
fn list_more_instant_messages() {
    let mut request = ListMoreInstantMessages::new("c1", "2020-07-09 00:00:01", 0, 7);
    request.group_id = Some("group".into());
    request.trim_osm_rich_text_label = Some(true);
    let request = sent(&request);
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/instant-messages/more?create_time=2020-07-09%2000%3A00%3A01&group_id=group&limit=7&trim_osm_rich_text_label=true&type=0",
        "",
    );
}

#[test]
fn list_new_instant_messages() {
    let mut request = ListNewInstantMessages::new(vec!["c2".to_owned(), "c1".to_owned()]);
    request.group_id = Some("group".into());
    request.last_message_time_id = Some("cursor".into());
    request.trim_osm_rich_text_label = Some(true);
    let request = sent(&request);
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
    let mut request = ListUnreadNewInstantMessages::new(vec!["c1".to_owned()]);
    request.group_id = Some("group".into());
    let request = sent(&request);
    check(
        &request,
        "GET /v2/servicerequest/cases/instant-messages/unread?case_ids=c1&group_id=group",
        "",
    );
}

#[test]
fn update_new_instant_messages_read() {
    let mut body = UpdateUnreadNewInstantMsgV2Req::default();
    body.group_id = Some("group".into());
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
    let mut request = ShowCaseDetail::new("c1");
    request.group_id = Some("group".into());
    request.trim_osm_rich_text_label = Some(true);
    let request = sent(&request);
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
