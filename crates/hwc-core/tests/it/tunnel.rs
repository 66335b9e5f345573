//! Tunnels through a proxy: TLS goes through unread, and a proxy that gives none proves that nothing was sent.

use std::{
    io::{Read, Write},
    sync::{Arc, mpsc},
};

use hwc_core::{CallOptions, FaultKind, Operation, Pipeline, ProxyChoice, RetryPolicy, Sent};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::{
    given::{READ, SUBMIT, real, request},
    matrix_tls::{Authority, HOST, Here, serve},
    server::{Server, read_request},
};

/// A pipeline to the service at its usual port, through the proxy at `server`.
fn through(server: &Server, scheme: &str, authority: &Authority) -> Pipeline {
    let proxy = format!("{scheme}://user:password@{HOST}:{}", server.address.port());
    real(&format!("https://{HOST}"))
        .resolver(Arc::new(Here))
        .retry(RetryPolicy::never())
        .proxy(ProxyChoice::Address(proxy))
        .ca_file(authority.file())
        .build()
        .unwrap()
}

/// Grants a tunnel and is the service at its end.
fn grant(config: &Arc<ServerConfig>, stream: &mut (impl Read + Write)) -> Option<String> {
    let asked = read_request(stream)?;
    let granted = b"HTTP/1.1 200 Connection established\r\n\r\n";
    stream.write_all(granted).ok()?;
    stream.flush().ok()?;
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
                "http" => grant(&config, stream),
                _ => {
                    let tls = ServerConnection::new(config.clone()).unwrap();
                    grant(&config, &mut StreamOwned::new(tls, stream))
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

async fn failure(answer: String, operation: &Operation) -> (FaultKind, Sent, String) {
    let authority = Authority::new();
    let server = Server::start(move |_, connection| {
        if connection.read_request().is_some() {
            connection.send(&answer);
        }
    });
    let fault = through(&server, "http", &authority)
        .call(request(operation), operation, &CallOptions::default())
        .await
        .unwrap_err();
    (fault.kind, fault.sent, fault.to_string())
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
        (String::new(), "end of file"),
        ("SSH-2.0-proxy\r\n\r\n".to_owned(), "unsuccessful"),
        (
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(many),
            "with status 100",
        ),
        (
            format!("HTTP/1.1 200 OK\r\nx: {}", "v".repeat(9 * many)),
            "headers too long",
        ),
    ] {
        for operation in [&READ, &SUBMIT] {
            let (kind, sent, text) = failure(answer.clone(), operation).await;
            assert_eq!((kind, sent), (FaultKind::Connect, Sent::No), "{text}");
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
    assert_eq!((fault.kind, fault.sent), (FaultKind::Connect, Sent::No));
    let refused = fault.to_string();
    assert!(
        refused.contains(&format!("the proxy http://{HOST}:")),
        "{refused}"
    );
    for shown in [shown, refused, format!("{fault:?}")] {
        assert!(!shown.contains("password"), "{shown}");
    }
}
