//! Where an answer ends, on real connections: what proves it, and what does not.
//!
//! A write whose answer is empty was done only if the end of that answer is proven; otherwise nobody knows, and the
//! layer above reads back. A read takes no emptiness for an answer.

use hwc_core::{
    CallOptions, Delivery, Fault,
    FaultKind::{self, Interrupted, Protocol},
    Operation,
};

use crate::{
    given::{READ, SUBMIT, real, request},
    server::Server,
};

/// Calls once against a server that reads the request, sends `answer`, and closes.
async fn call(operation: &Operation, answer: String) -> Result<(), Fault> {
    let server = Server::start(move |_, connection| {
        if connection.read_request().is_some() {
            connection.send(&answer);
        }
    });
    let pipeline = real(&server.http()).build().unwrap();
    pipeline
        .call(request(operation), operation, &CallOptions::default())
        .await
        .map(drop)
}

type Expected = Result<(), FaultKind>;

const OK: Expected = Ok(());
const BROKEN: Expected = Err(Interrupted);
const FOREIGN: Expected = Err(Protocol);

/// (row, raw answer, read, write)
const ROWS: &[(&str, &str, Expected, Expected)] = &[
    (
        "nothing, closed",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "nothing, closed, without a word of it",
        "HTTP/1.1 200 OK\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "nothing, closed, HTTP/1.0",
        "HTTP/1.0 200 OK\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "a line break, closed",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "201, nothing, closed",
        "HTTP/1.1 201 Created\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "205, nothing, closed",
        "HTTP/1.1 205 Reset Content\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "length 0",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    (
        "length 0, HTTP/1.0",
        "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    (
        "length 0, twice",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    ("204", "HTTP/1.1 204 No Content\r\n\r\n", FOREIGN, OK),
    (
        "last chunk",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    (
        "no chunk at all",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "last chunk cut",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "last chunk with half a trailer",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-a: ",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks without the last",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "a whole object, closed",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"count\":1}",
        OK,
        OK,
    ),
    (
        "a whole object, closed, HTTP/1.0",
        "HTTP/1.0 200 OK\r\n\r\n{}",
        OK,
        OK,
    ),
    (
        "half an object, closed",
        "HTTP/1.1 200 OK\r\n\r\n{\"count\":",
        FOREIGN,
        FOREIGN,
    ),
    (
        "half an object that ends in a brace, closed",
        "HTTP/1.1 200 OK\r\n\r\n{\"list\":[{\"a\":1}",
        FOREIGN,
        FOREIGN,
    ),
    (
        "a refusal, closed",
        "HTTP/1.1 200 OK\r\n\r\n{\"error_code\":\"THG.1001\"}",
        Err(FaultKind::Refused),
        Err(FaultKind::Refused),
    ),
    (
        "longer length",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        BROKEN,
        BROKEN,
    ),
    (
        "longer length, nothing",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "shorter length",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{\"a\":1}",
        FOREIGN,
        FOREIGN,
    ),
    (
        "length and chunks that agree",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        OK,
        OK,
    ),
    (
        "length and chunks that do not agree",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "length 0 beside a coding that ends with the connection",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ntransfer-encoding: identity\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks that are not the last coding",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks whose line the engine cannot read as text",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: x\u{ff}, chunked\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "the same, with a length beside it",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ntransfer-encoding: x\u{ff}, chunked\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks around another coding",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks around another coding, in two lines",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "last chunk, written otherwise",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding:\t Chunked \r\n\r\n0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    (
        "two lengths",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 2\r\n\r\n{}",
        FOREIGN,
        FOREIGN,
    ),
    (
        "a length that is none",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        FOREIGN,
        FOREIGN,
    ),
    (
        "204 with a length",
        "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "chunks in HTTP/1.0",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        FOREIGN,
        FOREIGN,
    ),
    (
        "gzip without its trailer",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 12\r\n\r\n\x1f\u{b}\x08\0\0\0\0\0\0\x03\u{1}\u{2}",
        FOREIGN,
        FOREIGN,
    ),
    (
        "gzip of nothing, closed",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
        FOREIGN,
        FOREIGN,
    ),
    ("304", "HTTP/1.1 304 Not Modified\r\n\r\n", FOREIGN, FOREIGN),
    (
        "interim answers, then length 0",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        FOREIGN,
        OK,
    ),
    (
        "an interim answer, then nothing",
        "HTTP/1.1 102 Processing\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "an interim answer, then an empty one, closed",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        BROKEN,
        BROKEN,
    ),
    (
        "another protocol",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        FOREIGN,
        FOREIGN,
    ),
];

#[tokio::test]
async fn an_empty_answer_counts_only_with_a_proven_end() {
    for (row, answer, read, write) in ROWS {
        for (operation, expected) in [(&READ, read), (&SUBMIT, write)] {
            let got = call(operation, (*answer).to_owned()).await;
            let short = got.as_ref().map(|&()| ()).map_err(|fault| fault.kind);
            assert_eq!(&short, expected, "{row}, {}: {got:?}", operation.name);
            // What is no clear refusal leaves a write in doubt, and a doubt is not sent again.
            if let Err(fault) = got
                && operation.method == "POST"
                && fault.kind != FaultKind::Refused
            {
                assert_eq!(
                    (fault.delivery, fault.attempts),
                    (Delivery::Unknown, 1),
                    "{row}"
                );
            }
        }
    }
}

/// A head with so many header lines: one with the length, the others of `line` bytes.
fn crowded(lines: usize, line: usize) -> String {
    let headers: String = (1..lines)
        .map(|n| format!("x-{n:05}:{}\r\n", "v".repeat(line - 10)))
        .collect();
    format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{headers}\r\n{{}}")
}

#[tokio::test]
async fn a_head_is_limited_by_its_size_and_by_its_lines() {
    for (lines, line) in [(1, 11), (100, 11), (100, 600), (61, 1_070)] {
        for operation in [&READ, &SUBMIT] {
            call(operation, crowded(lines, line)).await.unwrap();
        }
    }
    for (lines, line) in [
        (101, 11),
        (1_000, 11),
        (6_000, 11),
        (70, 1_070),
        (2, 70_000),
    ] {
        for operation in [&READ, &SUBMIT] {
            let fault = call(operation, crowded(lines, line)).await.unwrap_err();
            assert_eq!((fault.kind, fault.delivery), (Protocol, Delivery::Unknown));
            assert!(fault.to_string().contains("64 KiB"), "{fault}");
            let tells_lines = fault.to_string().contains("more than 100 header lines");
            assert!(tells_lines || line > 60, "{fault}");
        }
    }
}
