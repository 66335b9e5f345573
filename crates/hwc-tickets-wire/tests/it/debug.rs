//! No `Debug` of this crate shows a text.

use crate::service::Service;
use hwc_tickets_wire::messages::{
    CreateMessageDoV2, CreateMessageV2Req, CreateMessages, ListMessages,
};

const CANARY: &str = "canary-text";

#[test]
fn requests_show_no_text() {
    let mut message = CreateMessageDoV2::new(CANARY);
    message.authorization_content = Some(CANARY.into());
    message.is_authorized = Some(1);
    message.accessory_ids = Some(vec![CANARY.into()]);
    let mut body = CreateMessageV2Req::new(message);
    body.group_id = Some(CANARY.into());
    body.type_ = Some(0);
    let request = CreateMessages::new(CANARY, body);
    let shown = format!("{request:?} {request:#?}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(
        shown.contains("is_authorized: 1"),
        "numbers are shown: {shown}"
    );
}

#[test]
fn answers_show_no_text_and_no_header() {
    let service = Service::answering(
        hwc_core::testing::Step::json(
            200,
            r#"{"message_list":[{"content":"canary-text","canary-text":"canary-text","accessory_list":[{"file_actual_name":"canary-text"}]}]}"#,
        )
        .header("x-odd", CANARY),
    );
    let answer = service.send(&ListMessages::new("c1")).unwrap();
    let shown = format!("{answer:?} {answer:#?}");
    assert!(!shown.contains(CANARY), "{shown}");
}
