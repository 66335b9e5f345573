//! Transports of a program's own around the built-in one: whatever they do with a request, no false proof comes of it.

use std::{
    future::{Future, ready},
    io,
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use hwc_core::{
    CallOptions, Delivery, Fault, FaultKind, Operation, RetryPolicy, Timeouts,
    testing::FakeClock,
    transport::{HttpTransport, ProxyChoice, RequestBody, Resolve, Sending, Transport},
};
use tokio::sync::{Notify, mpsc};

use crate::{
    given::{HANG_GUARD, MARK, READ, SUBMIT, real, request},
    server::Server,
};

/// On the fake clock.
const LATE: Duration = Duration::from_secs(5);

/// A resolver that knows no name.
#[derive(Debug)]
struct Nowhere;

type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

impl Resolve for Nowhere {
    fn resolve(&self, _: &str) -> Resolving {
        Box::pin(ready(Err(io::Error::other("no such host"))))
    }
}

/// A resolver that lets the time pass, and then waits for its gate.
#[derive(Debug)]
struct Gate {
    clock: FakeClock,
    opened: Arc<Notify>,
}

impl Resolve for Gate {
    fn resolve(&self, _: &str) -> Resolving {
        let opened = self.opened.clone();
        self.clock.advance(LATE);
        Box::pin(async move {
            opened.notified().await;
            Ok(vec![Ipv4Addr::LOCALHOST.into()])
        })
    }
}

fn http(resolver: Option<Arc<dyn Resolve>>) -> HttpTransport {
    let mut builder = HttpTransport::builder()
        .proxy(ProxyChoice::Direct)
        .connect_timeout(HANG_GUARD);
    if let Some(resolver) = resolver {
        builder = builder.resolver(resolver);
    }
    builder.build().unwrap()
}

/// Tries the second when the first fails.
#[derive(Debug)]
struct Fallback {
    first: HttpTransport,
    second: HttpTransport,
}

impl Transport for Fallback {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let (first, second) = (self.first.clone(), self.second.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let again = Request::from_parts(head.clone(), body.clone().into());
            match first.send(Request::from_parts(head, body.into())).await {
                Ok(answer) => Ok(answer),
                Err(_) => second.send(again).await,
            }
        })
    }
}

/// Sends on when nobody waits any more: what no transport may do.
#[derive(Debug)]
struct Detached(HttpTransport);

impl Transport for Detached {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let task = tokio::spawn(self.0.send(request));
        Box::pin(async move { task.await.unwrap() })
    }
}

async fn fault(
    port: u16,
    clock: FakeClock,
    transport: impl Transport,
    operation: &Operation,
    body: &'static str,
) -> Fault {
    let mut asked = request(operation);
    *asked.body_mut() = Bytes::from_static(body.as_bytes());
    real(&format!("http://localhost:{port}"))
        .retry(RetryPolicy::never())
        .clock(Arc::new(clock))
        .timeouts(
            Timeouts::default()
                .connect(HANG_GUARD)
                .attempt(LATE)
                .idle_body(LATE * 10)
                .total(LATE * 10),
        )
        .transport(Arc::new(transport))
        .build()
        .unwrap()
        .call(asked, operation, &CallOptions::default())
        .await
        .unwrap_err()
}

const REQUESTS: [(&Operation, &str); 4] =
    [(&READ, ""), (&MARK, ""), (&MARK, "{}"), (&SUBMIT, "{}")];

/// That the first way had no connection says nothing about the second.
#[tokio::test]
async fn a_request_that_went_out_a_second_way_may_have_arrived() {
    for (operation, body) in REQUESTS {
        let clock = FakeClock::new();
        let time = clock.clone();
        let server = Server::start(move |_, connection| {
            connection.read_request();
            time.advance(LATE);
            connection.wait_for_close();
        });
        let transport = Fallback {
            first: http(Some(Arc::new(Nowhere))),
            second: http(None),
        };
        let fault = fault(server.address.port(), clock, transport, operation, body).await;
        let row = format!("{}, {body}: {fault}", operation.name);
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Timeout, Delivery::Unknown),
            "{row}"
        );
        assert!(row.contains("no answer"), "{row}");
        assert_eq!(server.requests().len(), 1, "{row}");
    }
}

#[tokio::test]
async fn what_found_no_way_at_all_did_not_arrive() {
    for (operation, body) in REQUESTS {
        let transport = Fallback {
            first: http(Some(Arc::new(Nowhere))),
            second: http(Some(Arc::new(Nowhere))),
        };
        let fault = fault(1, FakeClock::new(), transport, operation, body).await;
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Connect, Delivery::NotSent),
            "{fault}"
        );
        // Waiting on the second way.
        let clock = FakeClock::new();
        let gate = Gate {
            clock: clock.clone(),
            opened: Arc::default(),
        };
        let transport = Fallback {
            first: http(Some(Arc::new(Nowhere))),
            second: http(Some(Arc::new(gate))),
        };
        let fault = self::fault(1, clock, transport, operation, body).await;
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Timeout, Delivery::NotSent),
            "{fault}"
        );
    }
}

/// A request that is not let go of can still find its connection: without a body nothing holds it back.
#[tokio::test]
async fn a_request_that_is_not_let_go_of_goes_out_only_if_nobody_was_told_otherwise() {
    for (operation, body) in REQUESTS {
        let clock = FakeClock::new();
        let opened = Arc::new(Notify::new());
        let (said, mut arrived) = mpsc::unbounded_channel();
        let server = Server::start(move |_, connection| {
            let _ = said.send(connection.read_request().is_some());
        });
        let gate = Gate {
            clock: clock.clone(),
            opened: opened.clone(),
        };
        let transport = Detached(http(Some(Arc::new(gate))));
        let fault = fault(server.address.port(), clock, transport, operation, body).await;
        opened.notify_one();
        let arrived = arrived.recv().await.unwrap();
        let row = format!("{}, {body}: {fault}", operation.name);
        assert_eq!(arrived, body.is_empty(), "{row}");
        let delivery = if arrived {
            Delivery::Unknown
        } else {
            Delivery::NotSent
        };
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Timeout, delivery),
            "{row}"
        );
    }
}
