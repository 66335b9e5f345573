//! Interim answers (1xx) on real connections: some belong to HTTP, a run of them ends the call.

use std::sync::{Mutex, mpsc};

use hwc_core::{CallOptions, Delivery, Fault, FaultKind, Operation, Pipeline};

use crate::{
    given::{HANG_GUARD, READ, SUBMIT, real, request},
    server::Server,
};

const MIB: usize = 1024 * 1024;

/// Far more than the client reads and the sockets hold.
const ENDLESS: usize = 64 * MIB;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// An interim answer with so many header lines.
fn hints(status: &str, lines: usize) -> String {
    let headers: String = (0..lines)
        .map(|n| format!("link: </{n:04}>; rel=preload\r\n"))
        .collect();
    format!("HTTP/1.1 {status}\r\n{headers}\r\n")
}

async fn call(pipeline: &Pipeline, operation: &Operation) -> Result<(), Fault> {
    let options = CallOptions::default();
    pipeline
        .call(request(operation), operation, &options)
        .await
        .map(drop)
}

/// Sends `interim` for ever to each request; tells how many bytes of it each connection took.
fn flood(interim: &str) -> (Server, mpsc::Receiver<usize>) {
    let (written, taken) = mpsc::channel();
    let written = Mutex::new(written);
    let piece = interim.repeat((MIB / 16 / interim.len()).max(1));
    let server = Server::start(move |_, connection| {
        if connection.read_request().is_none() {
            return;
        }
        let most = ENDLESS / piece.len();
        let pieces = (0..most).take_while(|_| connection.send(&piece)).count();
        written.lock().unwrap().send(pieces * piece.len()).unwrap();
    });
    (server, taken)
}

/// Not the deadline ends such a run, and not the server: the client closes after a bounded number of bytes.
#[tokio::test]
async fn an_endless_run_of_interim_answers_is_an_error_after_few_bytes() {
    for interim in [
        CONTINUE.to_owned(),
        hints("102 Processing", 0),
        hints("103 Early Hints", 1),
        hints("103 Early Hints", 90),
        hints("103 Early Hints", 100),
        hints("199 Anything", 3),
    ] {
        for operation in [&READ, &SUBMIT] {
            let (server, taken) = flood(&interim);
            let pipeline = real(&server.http()).build().unwrap();
            let fault = call(&pipeline, operation).await.unwrap_err();
            let row = format!("{} bytes, {}: {fault}", interim.len(), operation.name);
            assert_eq!(
                (fault.kind, fault.delivery, fault.attempts),
                (FaultKind::Protocol, Delivery::Unknown, 1),
                "{row}"
            );
            assert!(fault.to_string().contains("interim answers"), "{row}");
            let taken = tokio::task::spawn_blocking(move || taken.recv_timeout(HANG_GUARD))
                .await
                .unwrap()
                .unwrap();
            assert!(taken < ENDLESS / 2, "{row}: {taken} bytes taken");
        }
    }
}

/// As many as are taken, and one more.
#[tokio::test]
async fn interim_answers_before_the_answer_are_counted_for_each_request() {
    for interim in [CONTINUE.to_owned(), hints("103 Early Hints", 30)] {
        for operation in [&READ, &SUBMIT] {
            let some = interim.repeat(100);
            let server = Server::start(move |_, connection| {
                while connection.read_request().is_some()
                    && connection.send(&some)
                    && connection.answer("{}")
                {}
            });
            let pipeline = real(&server.http()).build().unwrap();
            for _ in 0..5 {
                call(&pipeline, operation).await.unwrap();
            }
            assert_eq!((server.requests().len(), server.connections()), (5, 1));

            let more = interim.repeat(101);
            let server = Server::start(move |number, connection| {
                while connection.read_request().is_some()
                    && (number > 0 || connection.send(&more))
                    && connection.answer("{}")
                {}
            });
            let pipeline = real(&server.http()).build().unwrap();
            let fault = call(&pipeline, operation).await.unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery),
                (FaultKind::Protocol, Delivery::Unknown)
            );
            // The next call does not meet that connection again.
            call(&pipeline, operation).await.unwrap();
            assert_eq!(server.connections(), 2);
        }
    }
}
