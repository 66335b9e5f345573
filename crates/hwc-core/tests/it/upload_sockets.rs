//! Bodies over real connections: what the other side gets to see.

use std::{io, io::Read};

use bytes::Bytes;
use hwc_core::{Body, CallOptions, Delivery, FaultKind, Form, Source};

use crate::{
    given::{DELETE, STORE, UPLOAD, real},
    server::{Connection, Server},
    upload::{Pieces, ask, fill},
};

const LONG: usize = 5_000_000;

fn long() -> Vec<u8> {
    (0..LONG).map(|number| (number % 251) as u8).collect()
}

/// Reads a head and nothing of the body.
fn read_head(connection: &mut Connection) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && connection.stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn a_file_arrives_with_its_length_declared() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    fill(&path, long());
    let server = Server::answering("{}");
    let pipeline = real(&server.http()).build().unwrap();
    let options = CallOptions::default();
    let source = Source::file(&path).unwrap();
    pipeline
        .call(ask(&STORE, source.clone()), &STORE, &options)
        .await
        .unwrap();
    let form = Form::new().text("form_data", "{}").file("file", source);
    pipeline
        .call(ask(&UPLOAD, form), &UPLOAD, &options)
        .await
        .unwrap();

    let requests = server.requests();
    for request in &requests {
        assert_eq!(
            request.header("content-length"),
            Some(&*request.body.len().to_string())
        );
        assert_eq!(request.header("transfer-encoding"), None);
    }
    assert!(requests[0].body == long());
    let form = &requests[1].body;
    let boundary = requests[1]
        .header("content-type")
        .unwrap()
        .split_once("boundary=")
        .unwrap()
        .1;
    let end = format!("\r\n--{boundary}--\r\n");
    assert!(form.ends_with(end.as_bytes()));
    let start = form.len() - end.len() - LONG;
    assert!(form[start..start + LONG] == long());
    let head = std::str::from_utf8(&form[..start]).unwrap();
    assert!(
        head.ends_with(
            "name=\"file\"; filename=\"disk.log\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        ),
        "{head}"
    );
    assert_eq!(server.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn a_body_of_nothing_declares_its_length_too() {
    let server = Server::answering("{}");
    let pipeline = real(&server.http()).build().unwrap();
    let empty = Source::bytes(Bytes::new());
    pipeline
        .call(ask(&STORE, empty), &STORE, &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(server.requests()[0].header("content-length"), Some("0"));
}

/// Some clients and proxies drop it.
#[tokio::test]
async fn a_delete_goes_out_with_its_body() {
    let server = Server::answering("{}");
    let pipeline = real(&server.http()).build().unwrap();
    let body = Body::json(r#"{"related_id":"T-2"}"#);
    pipeline
        .call(ask(&DELETE, body), &DELETE, &CallOptions::default())
        .await
        .unwrap();
    let request = server.requests().remove(0);
    assert_eq!(request.line(), "DELETE /v1/things/T-1/links HTTP/1.1");
    assert_eq!(request.header("content-length"), Some("20"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.body, br#"{"related_id":"T-2"}"#);
}

/// A refusal that comes while the body is still going out is heard.
#[tokio::test]
async fn an_early_refusal_is_heard() {
    let server = Server::start(|_, connection| {
        read_head(connection);
        connection.send(
            "HTTP/1.1 413 Too Large\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 27\r\n\r\n{\"error_code\":\"APIGW.0201\"}",
        );
        connection.wait_for_close();
    });
    let pipeline = real(&server.http()).build().unwrap();
    let call = pipeline
        .call(
            ask(&UPLOAD, Form::new().file("file", Source::bytes(long()))),
            &UPLOAD,
            &CallOptions::default(),
        )
        .await;
    let fault = call.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::RequestTooLarge, Delivery::Rejected)
    );
    assert_eq!(server.connections(), 1);
}

/// Who says "done" after the head alone has stored nothing that we know of.
#[tokio::test]
async fn an_early_success_is_in_doubt() {
    let server = Server::start(|_, connection| {
        read_head(connection);
        connection.answer("{}");
        // Nothing more is read until the client gives up.
        let mut ends = [0];
        let _ = connection.stream.peek(&mut ends);
        connection.wait_for_close();
    });
    let pipeline = real(&server.http()).build().unwrap();
    let body = Source::bytes(vec![7; 64 * 1024 * 1024]);
    let call = pipeline
        .call(ask(&STORE, body), &STORE, &CallOptions::default())
        .await;
    let fault = call.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Protocol, Delivery::Unknown),
        "{fault}"
    );
    assert_eq!(server.connections(), 1);
}

/// The line breaks inside the body: an upload that must not be done twice is not sent again.
#[tokio::test]
async fn a_body_that_breaks_off_is_in_doubt() {
    for (operation, connections) in [(&UPLOAD, 1), (&STORE, 4)] {
        let server = Server::start(|_, connection| {
            read_head(connection);
            let mut part = [0; 10_000];
            connection.stream.read_exact(&mut part).unwrap();
        });
        let pipeline = real(&server.http()).build().unwrap();
        let source = Source::bytes(long());
        let options = CallOptions::default();
        let result = match operation.name {
            "storeFile" => {
                pipeline
                    .call(ask(operation, source), operation, &options)
                    .await
            }
            _ => {
                pipeline
                    .call(
                        ask(operation, Form::new().file("file", source)),
                        operation,
                        &options,
                    )
                    .await
            }
        };
        let fault = result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Interrupted, Delivery::Unknown)
        );
        assert_eq!(server.connections(), connections, "{}", operation.name);
    }
}

/// A source that fails on the way: the other side sees a request that was broken off, never a shorter one.
#[tokio::test]
async fn a_source_that_fails_leaves_no_whole_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shrinking.log");
    fill(&path, long());
    let file = Source::file(&path).unwrap();
    fill(&path, &long()[..1_000_000]);
    let lost = || {
        let first = Ok(Bytes::from(vec![7; 1_000_000]));
        Pieces::new(vec![first, Err(io::ErrorKind::BrokenPipe.into())])
    };
    let short = || Pieces::new(vec![Ok(Bytes::from(vec![7; 1_000_000]))]);
    for (row, source, words, delivery) in [
        (
            "changed",
            file,
            "`shrinking.log` has changed its length from 5000000 to 1000000",
            Delivery::NotSent,
        ),
        (
            "lost",
            Source::once(2_000_000, lost()).named("pipe"),
            "source `pipe`: broken pipe",
            Delivery::Unknown,
        ),
        (
            "short",
            Source::once(2_000_000, short()).named("pipe"),
            "source `pipe`: it ended after 1000000 of 2000000",
            Delivery::Unknown,
        ),
        (
            "nothing",
            Source::once(2_000_000, Pieces::new(vec![])).named("pipe"),
            "it ended after 0 of 2000000",
            Delivery::NotSent,
        ),
    ] {
        let server = Server::answering("{}");
        let pipeline = real(&server.http()).build().unwrap();
        let form = Form::new().file("file", source.clone());
        let options = CallOptions::default();
        let fault = match row {
            // In a form, the head of its part goes out first.
            "nothing" => pipeline.call(ask(&STORE, source), &STORE, &options).await,
            _ => pipeline.call(ask(&UPLOAD, form), &UPLOAD, &options).await,
        }
        .unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, delivery),
            "{row}: {fault}"
        );
        assert!(fault.to_string().contains(words), "{row}: {fault}");
        assert!(
            server.requests().is_empty(),
            "{row}: a whole request arrived"
        );
    }
}

/// The file is cut while it is sent: what was announced cannot be sent any more.
#[tokio::test]
async fn a_file_that_shrinks_while_it_is_sent_leaves_no_whole_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shrinking.log");
    let length = 64 * 1024 * 1024;
    fill(&path, vec![7; length]);
    let server = Server::start({
        let path = path.clone();
        move |_, connection| {
            read_head(connection);
            let mut part = [0; 10_000];
            connection.stream.read_exact(&mut part).unwrap();
            fill(&path, b"short");
            connection.wait_for_close();
        }
    });
    let pipeline = real(&server.http()).build().unwrap();
    let source = Source::file(&path).unwrap();
    let call = pipeline
        .call(ask(&STORE, source), &STORE, &CallOptions::default())
        .await;
    let fault = call.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::InvalidInput, Delivery::Unknown),
        "{fault}"
    );
    assert!(fault.to_string().contains("`shrinking.log`"), "{fault}");
    assert_eq!(server.connections(), 1);
}
