//! The kinds of operations beside "JSON up, JSON down": forms, files, a DELETE with a body, numbers in the path, other
//! spellings.

use crate::service::Service;
use hwc_core::{Delivery, Fault, FaultKind, testing::Step};
use hwc_tickets_wire::{
    Download, INDEX, Response, Upload, attachments::*, labels::*, relations::*, tickets::*,
};
use serde_json::json;

const SECRET: &str = "secret words";

#[test]
fn a_form_has_its_texts_first_and_its_file_under_its_name() {
    let service = Service::saying(r#"{"accessory_id":"a-1"}"#);
    let file = Upload::new(SECRET.as_bytes().to_vec())
        .named("the \"disk\".log")
        .content_type("text/plain");
    let request = UploadAccessory::new(r#"{"accessFrom":"message"}"#, file);
    let answer = service.send(&request).unwrap();
    assert_eq!(answer.body.accessory_id.as_deref(), Some("a-1"));
    let asked = service.network.requests().remove(0);
    assert_eq!(
        (asked.method.as_str(), asked.uri.path()),
        ("POST", "/v2/servicerequest/accessorys")
    );
    let kind = asked.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts[0], parts[3], parts.len()), ("", "--\r\n", 4));
    assert!(
        parts[1].contains("name=\"form_data\"\r\n\r\n{\"accessFrom\":\"message\"}\r\n"),
        "{body}"
    );
    let head = parts[2].to_lowercase();
    assert!(
        head.contains("name=\"file\"; filename=\"the %22disk%22.log\"\r\n")
            && head.contains("content-type: text/plain\r\n")
            && parts[2].ends_with("\r\n\r\nsecret words\r\n"),
        "{body}"
    );
    let shown = format!("{request:?} {request:#?}");
    assert!(
        !shown.contains("secret") && !shown.contains("disk") && shown.contains("12 bytes"),
        "{shown}"
    );
}

fn download(step: Step) -> (Service, Result<Response<Download>, Fault>) {
    let service = Service::answering(step);
    let outcome = service.send(&DownloadAccessories::new("a-1,a-2"));
    (service, outcome)
}

#[test]
fn a_file_comes_down_as_it_is() {
    let file = b"\x00\xFF{\"error_code\":";
    let (service, outcome) = download(
        Step::answer(200)
            .header("content-type", "application/octet-stream")
            .header("x-request-id", "r-1")
            .body(file.to_vec()),
    );
    let answer = outcome.unwrap();
    assert_eq!((answer.status.as_u16(), answer.attempts), (200, 1));
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
    let bytes = service.run(answer.body.bytes(1_000)).unwrap();
    assert_eq!(bytes, file.as_slice());
    assert_eq!(
        service.network.requests()[0].uri.path(),
        "/v2/servicerequest/accessorys/a-1%2Ca-2"
    );
}

#[test]
fn an_error_in_the_place_of_a_file_is_no_file() {
    for (step, kind, delivery) in [
        (
            Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"no"}"#),
            FaultKind::Refused,
            Delivery::Rejected,
        ),
        (
            Step::answer(200)
                .header("content-type", "text/html")
                .body("<html>log in</html>"),
            FaultKind::Protocol,
            Delivery::Unknown,
        ),
    ] {
        let (_, outcome) = download(step);
        let fault = outcome.unwrap_err();
        assert_eq!((fault.kind, fault.delivery), (kind, delivery));
        assert_eq!(fault.operation, Some("downloadAccessories"));
    }
}

#[test]
fn a_file_that_is_cut_is_an_error_that_says_how_much_came() {
    let (service, outcome) = download(
        Step::answer(200)
            .header("content-type", "application/octet-stream")
            .body(vec![7_u8; 100_000])
            .cut(70_000),
    );
    let outcome = match outcome {
        Ok(answer) => service.run(answer.body.bytes(1_000_000)),
        Err(fault) => Err(fault),
    };
    let fault = outcome.unwrap_err();
    assert_eq!(
        (fault.kind, fault.received),
        (FaultKind::Interrupted, Some(70_000))
    );
}

#[test]
fn a_delete_has_its_body_and_a_number_its_place_in_the_path() {
    let service = Service::saying("{}");
    let body = DeleteRelationsReq::new("case-2");
    service.send(&DeleteRelation::new("case-1", body)).unwrap();
    let body = UpdateLabelsReq::new("disk", "#000000");
    service.send(&UpdateLabels::new(-7, body)).unwrap();
    let asked: Vec<_> = service
        .network
        .requests()
        .iter()
        .map(|asked| {
            let body = String::from_utf8_lossy(&asked.body).into_owned();
            format!("{} {} {body}", asked.method, asked.uri.path())
        })
        .collect();
    assert_eq!(
        asked,
        [
            r#"DELETE /v2/servicerequest/cases/case-1/relations {"related_id":"case-2"}"#,
            r##"PUT /v2/servicerequest/labels/-7 {"color":"#000000","name":"disk"}"##,
        ]
    );
}

#[test]
fn lists_are_repeated_and_spellings_are_kept() {
    let service = Service::saying("{}");
    let mut request = ListOrderIncident::default();
    request.search_key = Some(vec!["disk full".into(), "工单".into()]);
    request.label_id_list = Some(vec![]);
    request.page_no = Some(1);
    request.x_customer_id = Some("c".into());
    service.send(&request).unwrap();
    assert_eq!(
        service.network.requests()[0].uri.to_string(),
        "https://example.com/osm/incidentservice/api/v1/queryincident?pageNo=1&searchKey=disk%20full&searchKey=%E5%B7%A5%E5%8D%95&xCustomerId=c"
    );
}

#[test]
fn the_index_takes_forms() {
    let entry = INDEX
        .iter()
        .find(|entry| entry.operation.name == "uploadAccessory")
        .unwrap();
    let file = json!({"name": "a.log", "content": "text"});
    (entry.parts)(json!({"form_data": "{}", "file": file})).unwrap();
    for odd in [json!("text"), json!({"content": SECRET, "path": "/"})] {
        let fault = (entry.parts)(json!({"form_data": "{}", "file": odd})).unwrap_err();
        let text = format!("{fault} {fault:?}");
        assert_eq!(fault.kind, FaultKind::InvalidInput);
        assert!(!text.contains("words"), "{text}");
    }
}
