//! Fault matrix, rows 16 to 18: answers that are too large, lie about their length, or blow up.

use hwc_core::{CallOptions, Delivery, FaultKind, testing::Step};

use crate::{
    given::{
        Expect::{Fails, Ok},
        HANG_GUARD, READ, SUBMIT, call_with, real, request,
    },
    server::Server,
};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn row_16_a_body_of_64_mib_is_not_read_to_its_end() {
    for head in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"a\":\"",
        "HTTP/1.1 200 OK\r\ncontent-length: 67108864\r\n\r\n{\"a\":\"",
    ] {
        for operation in [&READ, &SUBMIT] {
            let (written, total) = std::sync::mpsc::channel();
            let written = std::sync::Mutex::new(written);
            let server = Server::start(move |_, connection| {
                if connection.read_request().is_none() || !connection.send(head) {
                    return;
                }
                let piece = vec![b'x'; MIB];
                let pieces = (0..64).take_while(|_| connection.send(&piece)).count();
                written.lock().unwrap().send(pieces).unwrap();
            });
            let pipeline = real(&server.http()).build().unwrap();
            let fault = pipeline
                .call(request(operation), operation, &CallOptions::default())
                .await
                .unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery, fault.attempts),
                (FaultKind::BodyTooLarge, Delivery::Unknown, 1)
            );
            drop(pipeline);
            // 8 MiB, and what the sockets hold.
            let pieces = tokio::task::spawn_blocking(move || total.recv_timeout(HANG_GUARD))
                .await
                .unwrap()
                .unwrap();
            assert!(pieces < 32, "{pieces} MiB were taken");
        }
    }
}

#[test]
fn row_16_the_limit_is_exact() {
    let body = |bytes: usize| format!("{{\"a\":\"\"{}}}", " ".repeat(bytes.saturating_sub(8)));
    for flow in [
        |step: Step| step,
        |step: Step| step.header("transfer-encoding", "chunked"),
    ] {
        for operation in [&READ, &SUBMIT] {
            call_with(operation, &flow(Step::json(200, body(8 * MIB)))).expect("16", Ok(1));
            call_with(operation, &flow(Step::json(200, body(8 * MIB + 1))))
                .expect("16", Fails(FaultKind::BodyTooLarge, Delivery::Unknown, 1));
        }
    }
}

#[test]
fn row_17_a_length_that_lies() {
    for (declared, expected) in [
        (
            "18446744073709551615",
            Fails(FaultKind::BodyTooLarge, Delivery::Unknown, 1),
        ),
        (
            "8388608",
            Fails(FaultKind::Interrupted, Delivery::Unknown, 1),
        ),
        ("1", Fails(FaultKind::Interrupted, Delivery::Unknown, 1)),
        // Not a number: the body itself is the measure.
        ("12 bytes", Ok(1)),
    ] {
        let step = Step::json(200, "{}").header("content-length", declared);
        call_with(&SUBMIT, &step).expect(declared, expected);
    }
}

#[test]
fn row_18_an_encoding_nobody_asked_for() {
    // 1 KiB of zeros that gzip makes of 10 MiB looks like any other binary body; nothing unpacks it.
    let bomb = || {
        let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
        bytes.resize(1024, 0xEC);
        bytes
    };
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "unknown"] {
        let step = Step::json(200, bomb()).header("content-encoding", encoding);
        for operation in [&READ, &SUBMIT] {
            let fault = call_with(operation, &step)
                .expect(encoding, Fails(FaultKind::Protocol, Delivery::Unknown, 1))
                .unwrap();
            assert!(fault.to_string().contains("encoding"), "{fault}");
        }
        let step = Step::json(401, bomb()).header("content-encoding", encoding);
        call_with(&SUBMIT, &step).expect(
            encoding,
            Fails(FaultKind::Unauthorized, Delivery::Unknown, 1),
        );
    }
}

/// What is no compression does no harm: the body shows itself whether it is plain JSON.
#[test]
fn row_18_a_content_encoding_that_encodes_nothing() {
    for encoding in [
        "identity",
        "",
        " ",
        "UTF-8",
        "utf8",
        "identity, identity",
        "none",
        "GBK",
        "aws-chunked",
    ] {
        let plain = Step::json(200, "{}").header("content-encoding", encoding);
        for operation in [&READ, &SUBMIT] {
            call_with(operation, &plain).expect(encoding, Ok(1));
        }
        let refused =
            Step::json(400, r#"{"error_code":"THG.0001"}"#).header("content-encoding", encoding);
        call_with(&SUBMIT, &refused)
            .expect(encoding, Fails(FaultKind::Refused, Delivery::Rejected, 1));
    }
    // An empty answer is one only where nothing can be hidden in it.
    for (encoding, expected) in [
        ("", Ok(1)),
        ("UTF-8", Ok(1)),
        ("gzip", Fails(FaultKind::Protocol, Delivery::Unknown, 1)),
        ("unknown", Fails(FaultKind::Protocol, Delivery::Unknown, 1)),
    ] {
        let empty = Step::answer(200).header("content-encoding", encoding);
        call_with(&SUBMIT, &empty).expect(encoding, expected);
    }
    // The second line counts like the first.
    let second = Step::json(200, "{}")
        .header("content-encoding", "identity")
        .header("content-encoding", "gzip");
    call_with(&READ, &second).expect(
        "two lines",
        Fails(FaultKind::Protocol, Delivery::Unknown, 1),
    );
}

#[tokio::test]
async fn row_18_no_encoding_is_offered() {
    let server = Server::answering("{}");
    let pipeline = real(&server.http()).build().unwrap();
    for operation in [&READ, &SUBMIT] {
        pipeline
            .call(request(operation), operation, &CallOptions::default())
            .await
            .unwrap();
    }
    for received in server.requests() {
        assert_eq!(received.header("accept-encoding"), None);
    }
}

#[test]
fn headers_beyond_64_kib_are_a_protocol_fault() {
    let step = Step::json(200, "{}").header("x-long", "x".repeat(64 * 1024));
    call_with(&SUBMIT, &step).expect("headers", Fails(FaultKind::Protocol, Delivery::Unknown, 1));
}

#[tokio::test]
async fn an_endless_head_is_a_protocol_fault() {
    let server = Server::start(|_, connection| {
        if connection.read_request().is_some() {
            let line = format!("x-a: {}\r\n", "x".repeat(1000));
            connection.send("HTTP/1.1 200 OK\r\n");
            while connection.send(&line) {}
        }
    });
    let pipeline = real(&server.http()).build().unwrap();
    let fault = pipeline
        .call(request(&SUBMIT), &SUBMIT, &CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Protocol, Delivery::Unknown)
    );
}
