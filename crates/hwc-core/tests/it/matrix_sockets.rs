//! Fault matrix, rows 1, 8 to 10, 12 to 15: real connections that break, on the loopback.
//!
//! Limits are milliseconds where the test waits for them, and generous where it does not.

use std::{
    io::Read,
    net::{Shutdown, TcpListener},
    sync::{Mutex, mpsc},
    time::Duration,
};

use hwc_core::{
    CallOptions, Delivery, Fault, FaultKind, Idempotency, Operation, Pipeline, Reply, RetryPolicy,
    Timeouts,
};

use crate::{
    given::{HANG_GUARD, MARK, READ, SUBMIT, real, request},
    server::Server,
};

/// Calls once and gives kind, proof and number of attempts of the failure.
async fn failure(pipeline: &Pipeline, operation: &Operation) -> (FaultKind, Delivery, u32) {
    let fault = pipeline
        .call(request(operation), operation, &CallOptions::default())
        .await
        .unwrap_err();
    (fault.kind, fault.delivery, fault.attempts)
}

#[tokio::test]
async fn row_1_connection_refused() {
    // A port that was free a moment ago and that nobody listens on.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let pipeline = real(&format!("http://{address}")).build().unwrap();
    for operation in [&READ, &SUBMIT] {
        let got = failure(&pipeline, operation).await;
        assert_eq!(got, (FaultKind::Connect, Delivery::NotSent, 4));
    }
}

/// What happens after the request was read whole, and what becomes of it.
#[tokio::test]
async fn rows_8_14_15_the_line_breaks_after_the_request() {
    for (row, answer) in [
        ("8 closed without an answer", ""),
        ("8 closed inside the head", "HTTP/1.1 200 OK\r\ncontent-le"),
        (
            "14 closed inside the body",
            "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"a\":",
        ),
        (
            "15 closed before the last chunk",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ),
        (
            "15 closed inside a chunk",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{\"a\"",
        ),
    ] {
        for (operation, attempts) in [(&READ, 4), (&SUBMIT, 1)] {
            let server = Server::start(move |_, connection| {
                if connection.read_request().is_some() {
                    connection.send(answer);
                }
            });
            let pipeline = real(&server.http()).build().unwrap();
            let got = failure(&pipeline, operation).await;
            assert_eq!(
                got,
                (FaultKind::Interrupted, Delivery::Unknown, attempts),
                "{row}"
            );
            assert_eq!(server.requests().len(), attempts as usize, "{row}");
        }
    }
}

/// A connection that is closed with unread bytes is reset.
#[tokio::test]
async fn row_9_reset_after_the_request_was_sent() {
    for (operation, attempts) in [(&READ, 4), (&SUBMIT, 1)] {
        let server = Server::start(|_, connection| {
            // Head and body are written together: when the first bytes are here, all were sent.
            let mut some = [0; 64];
            connection.stream.read_exact(&mut some).unwrap();
        });
        let pipeline = real(&server.http()).build().unwrap();
        let got = failure(&pipeline, operation).await;
        assert_eq!(got, (FaultKind::Interrupted, Delivery::Unknown, attempts));
        assert_eq!(server.connections(), attempts as usize);
    }
}

/// The task that drives an idle connection ends with its runtime, the next request waiting for it. Nothing of that
/// was sent, which holds for a request without a body too: it goes out on another connection, as the same attempt.
#[test]
fn row_10_a_request_that_its_connection_never_took_goes_on_another_one() {
    for (operation, body) in [(&READ, ""), (&SUBMIT, "{}"), (&SUBMIT, ""), (&MARK, "{}")] {
        let server = Server::answering("{}");
        let never = real(&server.http()).retry(RetryPolicy::never());
        let pipeline = never.build().unwrap();
        let reply = untaken(&pipeline, operation, body).unwrap();
        assert_eq!(reply.attempts, 1, "{}", operation.name);
        assert_eq!((server.requests().len(), server.connections()), (2, 2));
    }
}

/// Hands a request to an idle connection whose runtime then goes, and gives how it ended.
pub(crate) fn untaken(
    pipeline: &Pipeline,
    operation: &Operation,
    body: &'static str,
) -> Result<Reply, Fault> {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let options = CallOptions::default();
    let first = runtime();
    first
        .block_on(pipeline.call(request(&READ), &READ, &options))
        .unwrap();
    let mut next = request(operation);
    *next.body_mut() = body.into();
    // In turns: the request is handed to the idle connection, then its runtime goes.
    runtime().block_on(async {
        let gone = async { first.shutdown_background() };
        tokio::join!(biased; pipeline.call(next, operation, &options), gone).0
    })
}

/// The peer closes an idle connection just when the next request wants to use it. Whether the client
/// sees that in time is a matter of microseconds; whatever it sees, a submit arrives once at most.
#[tokio::test]
async fn row_10_idle_connection_closed_at_send_time() {
    for operation in [&READ, &SUBMIT] {
        let (closed, wait_closed) = mpsc::channel();
        let closed = Mutex::new(closed);
        let server = Server::start(move |number, connection| {
            while connection.read_request().is_some() && connection.answer("{}") {
                if number == 0 {
                    connection.stream.shutdown(Shutdown::Both).unwrap();
                    closed.lock().unwrap().send(()).unwrap();
                    return;
                }
            }
        });
        let pipeline = real(&server.http()).build().unwrap();
        let options = CallOptions::default();
        pipeline
            .call(request(&READ), &READ, &options)
            .await
            .unwrap();
        // Blocks the thread on purpose: the client must not see the end of the line before it sends.
        wait_closed.recv_timeout(HANG_GUARD).unwrap();
        let result = pipeline.call(request(operation), operation, &options).await;
        let submits = server
            .requests()
            .iter()
            .filter(|received| received.line().starts_with("POST"))
            .count();
        match (operation.idempotency, result) {
            (Idempotency::Safe, result) => drop(result.unwrap()),
            (_, Ok(_)) => assert_eq!(submits, 1),
            (_, Err(fault)) => {
                assert_eq!(
                    (fault.kind, fault.delivery),
                    (FaultKind::Interrupted, Delivery::Unknown)
                );
                assert_eq!((fault.attempts, submits), (1, 0));
            }
        }
    }
}

/// Sends `text` one byte at a time, faster than any idle limit, until the client has enough of it.
fn dripping(head: &'static str, text: &'static str) -> Server {
    Server::start(move |_, connection| {
        if connection.read_request().is_none() || !connection.send(head) {
            return;
        }
        // The pace is the client's: it gives up by its own limit and closes.
        connection
            .stream
            .set_read_timeout(Some(Duration::from_millis(2)))
            .unwrap();
        for byte in text.bytes().cycle() {
            let closed = connection.stream.read(&mut [0]).is_ok_and(|read| read == 0);
            if closed || !connection.send([byte]) {
                return;
            }
        }
    })
}

#[tokio::test]
async fn rows_12_and_13_dripping_head_and_body_end_by_the_limits() {
    let limit = Duration::from_millis(60);
    let long = HANG_GUARD;
    for (row, head, text, timeouts) in [
        (
            "12 head",
            "HTTP/1.1 200 OK\r\n",
            "a",
            Timeouts::default()
                .connect(long)
                .attempt(limit)
                .idle_body(long)
                .total(limit),
        ),
        (
            "13 body",
            "HTTP/1.1 200 OK\r\ncontent-length: 4000000\r\n\r\n{",
            " ",
            Timeouts::default()
                .connect(long)
                .attempt(long)
                .idle_body(long)
                .total(limit),
        ),
    ] {
        for operation in [&READ, &SUBMIT] {
            let server = dripping(head, text);
            let pipeline = real(&server.http()).timeouts(timeouts).build().unwrap();
            let got = failure(&pipeline, operation).await;
            assert_eq!(got, (FaultKind::Timeout, Delivery::Unknown, 1), "{row}");
            assert_eq!(server.requests().len(), 1, "{row}");
        }
    }
}

#[tokio::test]
async fn row_13_a_stalled_body_ends_by_the_idle_limit() {
    let server = Server::start(|_, connection| {
        if connection.read_request().is_some() {
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{\"a\":");
            connection.wait_for_close();
        }
    });
    let timeouts = Timeouts::default()
        .idle_body(Duration::from_millis(40))
        .connect(HANG_GUARD)
        .attempt(HANG_GUARD)
        .total(HANG_GUARD);
    let pipeline = real(&server.http()).timeouts(timeouts).build().unwrap();
    let got = failure(&pipeline, &SUBMIT).await;
    assert_eq!(got, (FaultKind::Timeout, Delivery::Unknown, 1));
}

/// What is not HTTP at all.
#[tokio::test]
async fn an_answer_that_is_not_http_is_a_protocol_fault() {
    for garbage in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\0\0\0\0",
        "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
    ] {
        let server = Server::start(move |_, connection| {
            if connection.read_request().is_some() {
                connection.send(garbage);
            }
        });
        let pipeline = real(&server.http()).build().unwrap();
        for operation in [&READ, &SUBMIT] {
            let got = failure(&pipeline, operation).await;
            assert_eq!(
                got,
                (FaultKind::Protocol, Delivery::Unknown, 1),
                "{garbage:?}"
            );
        }
    }
}
