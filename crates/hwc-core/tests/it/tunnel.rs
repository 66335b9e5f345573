//! Tunnels through a proxy: TLS goes through unread, and a proxy that gives none proves that nothing was sent.

use std::{
    io::{Read, Write},
    net::IpAddr,
    sync::{Arc, mpsc},
    time::Duration,
};

use bytes::Bytes;
use hwc_core::{
    CallOptions, Delivery, Fault, FaultKind, Form, Operation, Pipeline, PipelineBuilder,
    ProxyChoice, RetryPolicy, Source, Timeouts,
    fault::Advice,
    identity::{CachedIdentity, IamPassword, IamUser},
    testing::FakeClock,
};
use rcgen::SanType;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::{
    given::{HANG_GUARD, MARK, READ, SUBMIT, UPLOAD, endpoint, real, request},
    matrix_sockets::untaken,
    matrix_tls::{Authority, HOST, Here, serve},
    server::{Connection, Server, read_request},
    upload::{ask, fill},
};

/// A pipeline to the service at its usual port, through the proxy at `server`.
fn through(server: &Server, scheme: &str, authority: &Authority) -> Pipeline {
    builder(server, scheme, authority).build().unwrap()
}

fn builder(server: &Server, scheme: &str, authority: &Authority) -> PipelineBuilder {
    let proxy = format!("{scheme}://user:password@{HOST}:{}", server.address.port());
    real(&format!("https://{HOST}"))
        .resolver(Arc::new(Here))
        .retry(RetryPolicy::never())
        .proxy(ProxyChoice::Address(proxy))
        .ca_file(authority.file())
}

const GRANTED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// Grants a tunnel, in pieces of `size` bytes, and is the service at its end.
fn grant(
    config: &Arc<ServerConfig>,
    stream: &mut (impl Read + Write),
    granted: &str,
    size: usize,
) -> Option<String> {
    let asked = read_request(stream)?;
    for piece in granted.as_bytes().chunks(size) {
        stream.write_all(piece).ok()?;
        stream.flush().ok()?;
    }
    serve(config, stream);
    Some(asked.head)
}

#[tokio::test]
async fn a_call_goes_through_a_plain_proxy_and_through_one_that_speaks_tls() {
    let authority = Authority::new();
    for scheme in ["http", "https"] {
        let config = authority.sign(|_| ());
        let (heads, asked) = mpsc::channel();
        let heads = std::sync::Mutex::new(heads);
        let server = Server::start(move |_, connection| {
            let stream = &mut connection.stream;
            let head = match scheme {
                "http" => grant(&config, stream, GRANTED, usize::MAX),
                _ => {
                    let tls = ServerConnection::new(config.clone()).unwrap();
                    grant(
                        &config,
                        &mut StreamOwned::new(tls, stream),
                        GRANTED,
                        usize::MAX,
                    )
                }
            };
            heads.lock().unwrap().send(head.unwrap()).unwrap();
        });
        for operation in [&READ, &SUBMIT] {
            // A pipeline each: the server closes after its answer, and a kept connection would race with that.
            through(&server, scheme, &authority)
                .call(request(operation), operation, &CallOptions::default())
                .await
                .unwrap_or_else(|fault| panic!("{scheme}: {fault}"));
        }
        drop(server);
        for _ in [&READ, &SUBMIT] {
            let head = asked.recv().unwrap();
            assert!(
                head.starts_with(&format!("CONNECT {HOST}:443 HTTP/1.1\r\n")),
                "{head}"
            );
            assert!(head.contains("Basic dXNlcjpwYXNzd29yZA=="), "{head}");
            assert!(!head.contains("a-token-for-tests"), "{head}");
        }
    }
}

/// Whatever grants it (any 2xx, RFC 9110 section 9.3.6), whatever comes before, and in whatever pieces.
#[tokio::test]
async fn every_answer_that_grants_a_tunnel() {
    let authority = Authority::new();
    let long = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: v\r\n".repeat(99));
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "v".repeat(16_000));
    for granted in [
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 299 \r\nvia: 1.1 proxy\r\n\r\n",
        // To be ignored in a grant.
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nnot a header\r\nvia : 1.1 proxy\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\nx: v\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        &long,
        &large,
    ] {
        for size in [1, 7, usize::MAX] {
            let config = authority.sign(|_| ());
            let answer = granted.to_owned();
            let server = Server::start(move |_, connection| {
                grant(&config, &mut connection.stream, &answer, size);
            });
            through(&server, "http", &authority)
                .call(request(&READ), &READ, &CallOptions::default())
                .await
                .unwrap_or_else(|fault| panic!("{granted}: {fault}"));
        }
    }
}

#[tokio::test]
async fn a_service_with_an_address_of_version_6_is_asked_for_in_brackets() {
    let authority = Authority::new();
    let config = authority.sign(|params| {
        let address = IpAddr::V6("2001:db8::1".parse().unwrap());
        params.subject_alt_names = vec![SanType::IpAddress(address)];
    });
    let (heads, asked) = mpsc::channel();
    let heads = std::sync::Mutex::new(heads);
    let server = Server::start(move |_, connection| {
        let head = grant(&config, &mut connection.stream, GRANTED, usize::MAX);
        heads.lock().unwrap().send(head.unwrap()).unwrap();
    });
    let proxy = format!("http://{}", server.address);
    real("https://[2001:db8::1]:8443")
        .proxy(ProxyChoice::Address(proxy))
        .ca_file(authority.file())
        .build()
        .unwrap()
        .call(request(&READ), &READ, &CallOptions::default())
        .await
        .unwrap();
    let head = asked.recv().unwrap();
    let start = "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n";
    assert!(head.starts_with(start), "{head}");
}

/// What ends the wait.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Connect,
    Attempt,
    Deadline,
}

impl Limit {
    fn timeouts(self) -> Timeouts {
        Timeouts::default()
            .connect(match self {
                Self::Connect => Duration::from_millis(20),
                _ => HANG_GUARD,
            })
            .attempt(match self {
                Self::Attempt => LATE,
                _ => LATE * 10,
            })
            .idle_body(LATE * 10)
            .total(LATE * 10)
    }

    fn options(self) -> CallOptions {
        let mut options = CallOptions::default();
        options.deadline = (self == Self::Deadline).then_some(LATE);
        options
    }

    fn kind(self) -> FaultKind {
        match self {
            Self::Connect => FaultKind::Connect,
            _ => FaultKind::Timeout,
        }
    }
}

/// On the fake clock.
const LATE: Duration = Duration::from_secs(5);

/// How far a proxy comes before it says no more.
type Stage = fn(&mut Connection, &Arc<ServerConfig>);

const STAGES: [(&str, &str, Stage); 5] = [
    ("no answer", "http", |connection, _| {
        connection.read_request();
    }),
    ("half an answer", "http", |connection, _| {
        connection.read_request();
        connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nvia: ");
    }),
    ("a tunnel without TLS", "http", |connection, _| {
        connection.read_request();
        connection.send(GRANTED);
    }),
    ("no TLS with the proxy", "https", |_, _| ()),
    (
        "no answer behind TLS with the proxy",
        "https",
        |connection, config| {
            let tls = ServerConnection::new(config.clone()).unwrap();
            read_request(&mut StreamOwned::new(tls, &mut connection.stream));
        },
    ),
];

/// A proxy that comes to `stage`; then the time is up, unless it is that of connecting, which is real.
fn silent(stage: Stage, limit: Limit, clock: &FakeClock, authority: &Authority) -> Server {
    let config = authority.sign(|_| ());
    let clock = clock.clone();
    Server::start(move |_, connection| {
        stage(connection, &config);
        if limit != Limit::Connect {
            clock.advance(LATE);
        }
        connection.wait_for_close();
    })
}

/// Until TLS with the service stands it is the proxy's line: it is named, whichever limit ends the wait.
#[tokio::test]
async fn a_proxy_that_says_nothing_is_named_at_every_limit() {
    let authority = Authority::new();
    for (row, scheme, stage) in STAGES {
        for limit in [Limit::Connect, Limit::Attempt, Limit::Deadline] {
            for (operation, bodies) in [
                (&READ, &[""][..]),
                (&MARK, &["", "{}"]),
                (&SUBMIT, &["", "{}"]),
            ] {
                for body in bodies {
                    let clock = FakeClock::new();
                    let server = silent(stage, limit, &clock, &authority);
                    let mut asked = request(operation);
                    *asked.body_mut() = Bytes::from_static(body.as_bytes());
                    let fault = builder(&server, scheme, &authority)
                        .clock(Arc::new(clock))
                        .timeouts(limit.timeouts())
                        .build()
                        .unwrap()
                        .call(asked, operation, &limit.options())
                        .await
                        .unwrap_err();
                    let shown = fault.to_string();
                    let row = format!("{row}, {limit:?}, {}, {body}: {shown}", operation.name);
                    // Nothing can have gone out, with a body or without.
                    assert_eq!(
                        (fault.kind, fault.delivery),
                        (limit.kind(), Delivery::NotSent),
                        "{row}"
                    );
                    let port = server.address.port();
                    let name = format!("through the proxy {scheme}://{HOST}:{port}");
                    assert!(shown.contains(&name), "{row}");
                    assert!(shown.contains("no connection"), "{row}");
                    assert_eq!(fault.advice(), Advice::CheckConnection, "{row}");
                    assert!(!shown.contains("password"), "{row}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_silent_proxy_is_named_to_who_sends_a_file() {
    let authority = Authority::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    fill(&path, "the disk is full");
    for limit in [Limit::Connect, Limit::Attempt, Limit::Deadline] {
        let clock = FakeClock::new();
        let server = silent(STAGES[0].2, limit, &clock, &authority);
        let form = Form::new().file("file", Source::file(&path).unwrap());
        let fault = builder(&server, "http", &authority)
            .clock(Arc::new(clock))
            .timeouts(limit.timeouts())
            .build()
            .unwrap()
            .call(ask(&UPLOAD, form), &UPLOAD, &limit.options())
            .await
            .unwrap_err();
        let shown = fault.to_string();
        let name = format!("through the proxy http://{HOST}:{}", server.address.port());
        let got = (fault.kind, fault.delivery);
        assert_eq!(got, (limit.kind(), Delivery::NotSent), "{limit:?}: {shown}");
        assert!(shown.contains("no connection"), "{limit:?}: {shown}");
        assert_eq!(
            fault.advice(),
            Advice::CheckConnection,
            "{limit:?}: {shown}"
        );
        assert!(shown.contains(&name), "{limit:?}: {shown}");
    }
}

/// The way to IAM is another, and the proxy on it the same.
#[tokio::test]
async fn a_silent_proxy_is_named_when_credentials_do_not_come() {
    let authority = Authority::new();
    let iam = "https://iam.things.example.com";
    for limit in [Limit::Connect, Limit::Attempt, Limit::Deadline] {
        let clock = FakeClock::new();
        let server = silent(STAGES[0].2, limit, &clock, &authority);
        let user = IamUser::new("acme", "bridge", "pass word");
        let login = IamPassword::new(user)
            .unwrap()
            .with_endpoint(endpoint(iam))
            .with_deadline(match limit {
                // Too short for another login. It does not pass: the clock stands.
                Limit::Connect => Duration::from_millis(1),
                Limit::Attempt => LATE,
                Limit::Deadline => LATE * 10,
            });
        let fault = builder(&server, "http", &authority)
            .identity(CachedIdentity::new(login))
            .clock(Arc::new(clock))
            .timeouts(limit.timeouts())
            .build()
            .unwrap()
            .call(request(&SUBMIT), &SUBMIT, &limit.options())
            .await
            .unwrap_err();
        let shown = fault.to_string();
        let name = format!("through the proxy http://{HOST}:{}", server.address.port());
        assert_eq!(fault.delivery, Delivery::NotSent, "{limit:?}: {shown}");
        assert!(shown.contains("no connection"), "{limit:?}: {shown}");
        assert!(
            shown.contains(&name) && shown.contains("IAM"),
            "{limit:?}: {shown}"
        );
        assert!(!shown.contains("password"), "{limit:?}: {shown}");
    }
}

/// However it ends before TLS with the service stands.
#[tokio::test]
async fn a_proxy_that_ends_the_line_is_named() {
    let ways: [(&str, FaultKind, &[&str]); 4] = [
        ("ended after the grant", FaultKind::Connect, &[GRANTED]),
        (
            "plain HTTP after the grant",
            FaultKind::Tls,
            &[GRANTED, "HTTP/1.1 400 Bad Request\r\n\r\n"],
        ),
        (
            "a page with the grant",
            FaultKind::Tls,
            &["HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"],
        ),
        ("without a word", FaultKind::Connect, &[]),
    ];
    let authority = Authority::new();
    for (row, kind, pieces) in ways {
        for operation in [&READ, &SUBMIT] {
            let server = Server::start(move |_, connection| {
                connection.read_request();
                for piece in pieces {
                    connection.send(piece);
                }
                if pieces.len() > 1 {
                    connection.wait_for_close();
                }
            });
            let fault = through(&server, "http", &authority)
                .call(request(operation), operation, &CallOptions::default())
                .await
                .unwrap_err();
            let shown = fault.to_string();
            assert_eq!(
                (fault.kind, fault.delivery),
                (kind, Delivery::NotSent),
                "{row}: {shown}"
            );
            let name = format!("the proxy http://{HOST}:{}", server.address.port());
            assert!(shown.contains(&name), "{row}: {shown}");
            assert!(!shown.contains("password"), "{row}: {shown}");
        }
    }
}

/// Behind the tunnel the proxy is no excuse any more.
#[tokio::test]
async fn what_went_out_through_a_tunnel_may_have_arrived() {
    let authority = Authority::new();
    for limit in [Some(Limit::Attempt), Some(Limit::Deadline), None] {
        for operation in [&READ, &SUBMIT] {
            let clock = FakeClock::new();
            let config = authority.sign(|_| ());
            let time = clock.clone();
            let server = Server::start(move |_, connection| {
                connection.read_request();
                connection.send(GRANTED);
                let tls = ServerConnection::new(config.clone()).unwrap();
                let mut stream = StreamOwned::new(tls, &mut connection.stream);
                read_request(&mut stream);
                if limit.is_some() {
                    time.advance(LATE);
                    let _ = stream.read_to_end(&mut Vec::new());
                }
            });
            let limit = limit.unwrap_or(Limit::Deadline);
            let fault = builder(&server, "http", &authority)
                .clock(Arc::new(clock))
                .timeouts(limit.timeouts())
                .build()
                .unwrap()
                .call(request(operation), operation, &limit.options())
                .await
                .unwrap_err();
            let shown = format!("{fault}, {}", fault.help());
            assert_eq!(fault.delivery, Delivery::Unknown, "{shown}");
            assert!(!shown.contains("no connection"), "{shown}");
            assert_ne!(fault.advice(), Advice::CheckConnection, "{shown}");
            assert!(!shown.contains("nothing was sent"), "{shown}");
            if fault.kind == FaultKind::Timeout {
                assert!(
                    shown.contains("no answer through the proxy http://"),
                    "{shown}"
                );
            } else {
                assert_eq!(fault.kind, FaultKind::Interrupted, "{shown}");
            }
        }
    }
}

/// A kept connection that ends before it takes the request: the next one is made, and waited for in vain.
#[test]
fn a_silent_proxy_behind_an_ended_connection_is_named() {
    let authority = Authority::new();
    let config = authority.sign(|_| ());
    let clock = FakeClock::new();
    let time = clock.clone();
    let server = Server::start(move |number, connection| {
        if number == 0 {
            grant(&config, &mut connection.stream, GRANTED, usize::MAX);
        } else {
            connection.read_request();
            time.advance(LATE);
        }
        connection.wait_for_close();
    });
    let pipeline = builder(&server, "http", &authority)
        .clock(Arc::new(clock))
        .timeouts(Limit::Attempt.timeouts())
        .build()
        .unwrap();
    let fault = untaken(&pipeline, &SUBMIT, "{}").unwrap_err();
    let shown = fault.to_string();
    let got = (fault.kind, fault.delivery);
    assert_eq!(got, (FaultKind::Timeout, Delivery::NotSent), "{shown}");
    assert!(shown.contains("through the proxy http://"), "{shown}");
    assert_eq!(server.connections(), 2);
}

async fn failure(answer: String, size: usize, operation: &Operation) -> Fault {
    let authority = Authority::new();
    let server = Server::start(move |_, connection| {
        if connection.read_request().is_some() {
            for piece in answer.as_bytes().chunks(size) {
                connection.send(piece);
            }
        }
    });
    through(&server, "http", &authority)
        .call(request(operation), operation, &CallOptions::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_proxy_that_grants_no_tunnel_is_no_connection() {
    let many = 4_000;
    for (answer, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".to_owned(),
            "status 407: proxy authorization required",
        ),
        (
            "HTTP/1.0 403 Forbidden\r\n\r\n<html>".to_owned(),
            "answered CONNECT with status 403",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\n\r\n".to_owned(),
            "answered CONNECT with status 502",
        ),
        (String::new(), "without a whole answer to CONNECT"),
        (
            "HTTP/1.1 100 Continue\r\n\r\n".to_owned(),
            "without a whole answer to CONNECT",
        ),
        (
            GRANTED.trim_end().to_owned(),
            "without a whole answer to CONNECT",
        ),
        ("SSH-2.0-proxy\r\n\r\n".to_owned(), "not HTTP/1.1"),
        ("\u{1}\u{2}garbage".to_owned(), "not HTTP/1.1"),
        ("HTTP/2 200\r\n\r\n".to_owned(), "not HTTP/1.1"),
        ("HTTP/1.1 20 OK\r\n\r\n".to_owned(), "not HTTP/1.1"),
        ("ICY 200 OK\r\n\r\n".to_owned(), "not HTTP/1.1"),
        (
            format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: v\r\n".repeat(101)),
            "more than 100 header lines",
        ),
        (
            format!("HTTP/1.1 511 No\r\n{}\r\n", "x: v\r\n".repeat(101)),
            "with status 511",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(),
            "with status 101",
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: https://login.example\r\n\r\n".to_owned(),
            "with status 302",
        ),
        // No status of an interim answer, nor of any.
        (
            format!("HTTP/1.1 000 No\r\n\r\n{GRANTED}"),
            "with status 000",
        ),
        (
            "HTTP/1.1 099 No\r\n\r\nHTTP/1.1 407 No\r\n\r\n".to_owned(),
            "with status 099",
        ),
        // What comes before the answer is not the answer.
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 Who are you\r\n\r\n".to_owned(),
            "status 407: proxy authorization required",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nx: v\r\n\r\nHTTP/1.1 403 No\r\n\r\n"
                .to_owned(),
            "with status 403",
        ),
        // A refusal whose head is broken, endless or cut is one all the same.
        (
            format!("HTTP/1.1 407 No\r\nx: {}", "v".repeat(9 * many)),
            "status 407: proxy authorization required",
        ),
        ("HTTP/1.1 403 Forbidden\r\n".to_owned(), "with status 403"),
        (
            "HTTP/1.1 403 Forbidden\r\n: no name\r\n\r\n".to_owned(),
            "with status 403",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(many),
            "larger than 16 KiB",
        ),
        (
            format!("HTTP/1.1 200 OK\r\nx: {}", "v".repeat(9 * many)),
            "larger than 16 KiB",
        ),
    ] {
        let small = if answer.len() < 1_000 { 1 } else { 999 };
        for (operation, size) in [(&READ, small), (&READ, usize::MAX), (&SUBMIT, usize::MAX)] {
            let fault = failure(answer.clone(), size, operation).await;
            let text = fault.to_string();
            let got = (fault.kind, fault.delivery);
            assert_eq!(got, (FaultKind::Connect, Delivery::NotSent), "{text}");
            let wants_login = words.contains("407");
            assert_eq!(
                fault.advice() == Advice::SignInToProxy,
                wants_login,
                "{text}"
            );
            assert!(text.contains(words), "{words}: {text}");
            assert!(
                text.contains(&format!("the proxy http://{HOST}:")),
                "{text}"
            );
            assert!(!text.contains("password"), "{text}");
        }
    }
}

/// A proxy that is not there, or whose certificate is no good, is named too.
#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named_without_its_login() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let config = stranger.sign(|_| ());
    let server = Server::start(move |_, connection| serve(&config, &mut connection.stream));
    let port = server.address.port();
    let call = async |scheme: &str| {
        through(&server, scheme, &authority)
            .call(request(&READ), &READ, &CallOptions::default())
            .await
            .unwrap_err()
    };
    let fault = call("https").await;
    assert_eq!(fault.kind, FaultKind::Tls);
    let shown = fault.to_string();
    assert!(
        shown.contains(&format!("the proxy https://{HOST}:{port}")),
        "{shown}"
    );
    let gone = {
        let server = Server::answering("{}");
        through(&server, "http", &authority)
    };
    let fault = gone
        .call(request(&SUBMIT), &SUBMIT, &CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Connect, Delivery::NotSent)
    );
    let refused = fault.to_string();
    assert!(
        refused.contains(&format!("the proxy http://{HOST}:")),
        "{refused}"
    );
    for shown in [shown, refused, format!("{fault:?}")] {
        assert!(!shown.contains("password"), "{shown}");
    }
}
