//! Fault matrix, rows 1 to 3 and 7: no connection, so nothing can have been done.

use std::{
    future::{Future, pending, ready},
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hwc_core::{
    CallOptions, Delivery, FaultKind, Timeouts,
    testing::Step,
    transport::{Resolve, TlsFlaw},
};

use crate::given::{
    Expect::{Fails, Ok},
    HANG_GUARD, READ, SUBMIT, call_through, call_with, real, request,
};
#[cfg(target_os = "linux")]
use crate::server::Server;

/// Every effect alike: what cannot have been done may be repeated.
#[test]
fn rows_1_2_3_4_7_on_a_script() {
    for (row, step, kind, attempts) in [
        ("1 refused", Step::refused(), FaultKind::Connect, 4),
        ("2 no such host", Step::unresolved(), FaultKind::Connect, 2),
        ("4 TLS", Step::tls(TlsFlaw::Expired), FaultKind::Tls, 1),
        (
            "7 closed before reading",
            Step::closed_before_request(),
            FaultKind::Interrupted,
            4,
        ),
    ] {
        for operation in [&READ, &SUBMIT] {
            call_with(operation, &step).expect(row, Fails(kind, Delivery::NotSent, attempts));
            if attempts > 1 {
                call_through(operation, |network| {
                    network.then(step.clone()).then(Step::json(200, "{}"))
                })
                .expect(row, Ok(2));
            }
        }
    }
}

#[test]
fn row_2_the_help_names_endpoint_and_region() {
    let fault = call_with(&READ, &Step::unresolved()).result.unwrap_err();
    assert!(fault.help().contains("endpoint") && fault.help().contains("region"));
    let host = fault.host.clone().unwrap();
    assert_eq!(
        fault.to_string(),
        format!("readThings: cannot resolve the name of the host (no such host), host {host}")
    );
}

#[derive(Debug)]
enum Names {
    Unknown,
    Slow,
}

/// A resolver that counts.
#[derive(Debug)]
struct Resolver {
    names: Names,
    asked: AtomicUsize,
}

impl Resolve for Resolver {
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        assert_eq!(host, "things.example.com");
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.names {
            Names::Unknown => Box::pin(ready(Err(io::Error::other("NXDOMAIN")))),
            Names::Slow => Box::pin(pending()),
        }
    }
}

#[tokio::test]
async fn rows_2_and_3_names_that_do_not_resolve_or_not_in_time() {
    for (row, names, attempts, words) in [
        ("2 NXDOMAIN", Names::Unknown, 2, "NXDOMAIN"),
        (
            "3 slow resolver",
            Names::Slow,
            4,
            "no connection within the connect limit",
        ),
    ] {
        let resolver = Arc::new(Resolver {
            names,
            asked: AtomicUsize::new(0),
        });
        let pipeline = real("https://things.example.com")
            .resolver(resolver.clone())
            .timeouts(
                Timeouts::default()
                    .connect(Duration::from_millis(20))
                    .attempt(HANG_GUARD)
                    .idle_body(HANG_GUARD)
                    .total(HANG_GUARD),
            )
            .build()
            .unwrap();
        for operation in [&READ, &SUBMIT] {
            resolver.asked.store(0, Ordering::SeqCst);
            let fault = pipeline
                .call(request(operation), operation, &CallOptions::default())
                .await
                .unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery, fault.attempts),
                (FaultKind::Connect, Delivery::NotSent, attempts),
                "{row}"
            );
            assert_eq!(
                resolver.asked.load(Ordering::SeqCst),
                attempts as usize,
                "{row}"
            );
            assert!(fault.to_string().contains(words), "{row}: {fault}");
        }
    }
}

/// A resolver with these addresses for every name.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Addresses(Vec<IpAddr>);

#[cfg(target_os = "linux")]
impl Resolve for Addresses {
    fn resolve(&self, _: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(ready(Result::Ok(self.0.clone())))
    }
}

/// The first address of a host takes no connection and does not say so: the others get their share of the limit.
/// A listener whose queue is full is such an address, on systems that drop what comes then.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_does_not_answer_leaves_time_for_the_next_one() {
    use std::net::{Ipv4Addr, SocketAddr, TcpStream};

    let dead = Ipv4Addr::new(127, 0, 0, 2);
    let server = Server::answering("{}");
    let port = server.address.port();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((dead, port))).unwrap();
    let _listener = socket.listen(1).unwrap();
    let mut queue = Vec::new();
    while let Result::Ok(waiting) =
        TcpStream::connect_timeout(&(dead, port).into(), Duration::from_millis(100))
    {
        queue.push(waiting);
        assert!(queue.len() < 16, "the queue of the listener does not fill");
    }
    let limit = Duration::from_millis(500);
    let pipeline = real(&format!("http://localhost:{port}"))
        .resolver(Arc::new(Addresses(vec![dead.into(), server.address.ip()])))
        .timeouts(
            Timeouts::default()
                .connect(limit)
                .attempt(HANG_GUARD)
                .idle_body(HANG_GUARD)
                .total(HANG_GUARD),
        )
        .build()
        .unwrap();
    pipeline
        .call(request(&SUBMIT), &SUBMIT, &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 1);
}
