//! What goes out: one request per operation, with each argument in its place.

use crate::service::Service;
use hwc_core::testing::CapturedRequest;
use hwc_tickets_wire::{Call, types};
use std::future::Future;

/// Sends one call with values that are all different, and gives the request.
fn sent<'s, F: Future>(
    service: &'s Service,
    call: &'s Call,
    make: impl FnOnce(&'s Call) -> F,
) -> CapturedRequest {
    let _ = service.run(make(call));
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
    let service = Service::saying("{}");
    let call = service.call();
    let body = types::CreateMessageV2Req {
        message: types::CreateMessageDoV2 {
            content: "text".into(),
            authorization_content: Some("confidential".into()),
            is_authorized: Some(1),
            accessory_ids: Some(vec!["a1".into()]),
        },
        group_id: Some("group".into()),
        type_: Some(0),
    };
    let request = sent(&service, &call, |call| call.create_messages("c1", &body));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/message",
        r#"{"group_id":"group","message":{"accessory_ids":["a1"],"authorization_content":"confidential","content":"text","is_authorized":1},"type":0}"#,
    );
}

#[test]
fn a_submit_can_leave_type_out_and_send_an_empty_list() {
    let service = Service::saying("{}");
    let call = service.call();
    let message = |accessory_ids| types::CreateMessageV2Req {
        message: types::CreateMessageDoV2 {
            content: "text".into(),
            authorization_content: None,
            is_authorized: None,
            accessory_ids,
        },
        group_id: None,
        type_: None,
    };
    let body = message(Some(vec![]));
    let request = sent(&service, &call, |call| call.create_messages("c1", &body));
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
    let service = Service::saying("{}");
    let call = service.call();
    let request = sent(&service, &call, |call| {
        call.list_messages("c1", Some("group"), Some(7), Some(3), Some(false))
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/messages?group_id=group&limit=7&offset=3&trim_osm_rich_text_label=false",
        "",
    );
}

#[test]
fn list_more_instant_messages() {
    let service = Service::saying("{}");
    let call = service.call();
    let request = sent(&service, &call, |call| {
        call.list_more_instant_messages(
            "c1",
            "2020-07-09 00:00:01",
            Some("group"),
            7,
            Some(true),
            0,
        )
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1/instant-messages/more?create_time=2020-07-09%2000%3A00%3A01&group_id=group&limit=7&trim_osm_rich_text_label=true&type=0",
        "",
    );
}

#[test]
fn list_new_instant_messages() {
    let service = Service::saying("{}");
    let call = service.call();
    let ids = vec!["c2".to_owned(), "c1".to_owned()];
    let request = sent(&service, &call, |call| {
        call.list_new_instant_messages(&ids, Some("group"), Some("cursor"), Some(true))
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
    let service = Service::saying("{}");
    let call = service.call();
    let ids = vec!["c1".to_owned()];
    let request = sent(&service, &call, |call| {
        call.list_unread_new_instant_messages(&ids, Some("group"))
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/instant-messages/unread?case_ids=c1&group_id=group",
        "",
    );
}

#[test]
fn update_new_instant_messages_read() {
    let service = Service::saying("{}");
    let call = service.call();
    let body = types::UpdateUnreadNewInstantMsgV2Req {
        group_id: Some("group".into()),
    };
    let request = sent(&service, &call, |call| {
        call.update_new_instant_messages_read("c1", &body)
    });
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/instant-messages/unread",
        r#"{"group_id":"group"}"#,
    );
}

#[test]
fn revoke_message() {
    let service = Service::saying("{}");
    let call = service.call();
    let request = sent(&service, &call, |call| call.revoke_message("c1", "m1"));
    check(
        &request,
        "POST /v2/servicerequest/cases/c1/instant-messages/m1/withdraw",
        "",
    );
}

#[test]
fn show_case_detail() {
    let service = Service::saying("{}");
    let call = service.call();
    let request = sent(&service, &call, |call| {
        call.show_case_detail("c1", Some("group"), Some(true))
    });
    check(
        &request,
        "GET /v2/servicerequest/cases/c1?group_id=group&trim_osm_rich_text_label=true",
        "",
    );
}

#[test]
fn show_case_status() {
    let service = Service::saying("{}");
    let call = service.call();
    let request = sent(&service, &call, |call| call.show_case_status("c1"));
    check(&request, "GET /v2/servicerequest/cases/c1/status", "");
}
