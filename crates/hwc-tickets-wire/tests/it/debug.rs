//! No `Debug` of this crate shows a text.

use crate::service::Service;
use hwc_tickets_wire::types;

const CANARY: &str = "canary-text";

#[test]
fn requests_show_no_text() {
    let body = types::CreateMessageV2Req {
        message: types::CreateMessageDoV2 {
            content: CANARY.into(),
            authorization_content: Some(CANARY.into()),
            is_authorized: Some(1),
            accessory_ids: Some(vec![CANARY.into()]),
        },
        group_id: Some(CANARY.into()),
        type_: Some(0),
    };
    let shown = format!("{body:?} {body:#?}");
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
    let answer = service
        .run(service.call().list_messages("c1", None, None, None, None))
        .unwrap();
    let shown = format!("{answer:?} {answer:#?}");
    assert!(!shown.contains(CANARY), "{shown}");
}
