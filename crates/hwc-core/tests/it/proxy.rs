//! Proxies of the surroundings: used for the service, never for this machine, and told no secret.
//!
//! Environment variables belong to the whole process, so each case runs in a process of its own: this
//! test, started again.

use std::{process::Command, sync::Arc, time::Duration};

use hwc_core::{CallOptions, FaultKind, ProxyChoice, Sent, Timeouts};

use crate::{
    given::{HANG_GUARD, READ, real, request},
    server::Server,
};

const CHILD: &str = "HWC_TEST_PROXY_CHILD";

/// A proxy that notes what it is asked for, and refuses.
fn proxy() -> Server {
    Server::start(|_, connection| {
        if connection.read_request().is_some() {
            connection.send("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
        }
    })
}

/// Calls `address` with the settings of the surroundings; gives kind and proof of the failure, if any.
fn call(address: &str, choice: ProxyChoice) -> Option<(FaultKind, Sent)> {
    let pipeline = real(address)
        .proxy(choice)
        .retry(hwc_core::RetryPolicy::never())
        .timeouts(Timeouts {
            connect: Duration::from_secs(2),
            attempt: HANG_GUARD,
            idle_body: HANG_GUARD,
            total: HANG_GUARD,
        })
        .resolver(Arc::new(Nowhere))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(pipeline.call(request(&READ), &READ, &CallOptions::default()));
    result.err().map(|fault| (fault.kind, fault.sent))
}

/// No name leads anywhere: what is not proxied does not leave.
#[derive(Debug)]
struct Nowhere;

impl hwc_core::transport::Resolve for Nowhere {
    fn resolve(
        &self,
        _: &str,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<std::net::IpAddr>>> + Send>>
    {
        Box::pin(std::future::ready(Err(std::io::Error::other("nowhere"))))
    }
}

#[test]
fn proxies_of_the_surroundings() {
    if let Ok(address) = std::env::var(CHILD) {
        let outcome = call(&address, ProxyChoice::System);
        // Read by the parent.
        assert_eq!(outcome.is_none(), address.starts_with("http:"));
        return;
    }
    let service = Server::answering("{}");
    let local = service.http();
    let remote = "https://things.example.com".to_owned();
    for (variables, address, asked) in [
        (&["HTTPS_PROXY"][..], &remote, 1),
        (&["https_proxy"], &remote, 1),
        (&["ALL_PROXY"], &remote, 1),
        (&["HTTP_PROXY"], &remote, 0),
        (&["HTTPS_PROXY", "NO_PROXY"], &remote, 0),
        // Plain HTTP to this machine must not be shown to a proxy, whatever the variables say.
        (
            &["HTTPS_PROXY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"],
            &local,
            0,
        ),
    ] {
        let proxy = proxy();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "proxy::proxies_of_the_surroundings"])
            .env(CHILD, address);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            child.env_remove(name).env_remove(name.to_lowercase());
        }
        for name in variables {
            let value = match *name {
                "NO_PROXY" => ".example.com".to_owned(),
                _ => format!("http://user:password@{}", proxy.address),
            };
            child.env(name, value);
        }
        let output = child.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{variables:?}: {text}"
        );
        let requests = proxy.requests();
        assert_eq!(requests.len(), asked, "{variables:?} {address}");
        for request in requests {
            assert_eq!(request.line(), "CONNECT things.example.com:443 HTTP/1.1");
            assert_eq!(request.header("x-auth-token"), None);
            assert_eq!(
                request.header("proxy-authorization"),
                Some("Basic dXNlcjpwYXNzd29yZA==")
            );
        }
    }
}

#[test]
fn a_proxy_that_is_named_and_one_that_is_forbidden() {
    let proxy = proxy();
    let named = ProxyChoice::Address(format!("http://user:password@{}", proxy.address));
    assert!(!format!("{named:?}").contains("password"));
    let remote = "https://things.example.com";
    assert_eq!(
        call(remote, named.clone()),
        Some((FaultKind::Connect, Sent::No))
    );
    assert_eq!(proxy.requests().len(), 1);
    assert_eq!(
        call(remote, ProxyChoice::Direct),
        Some((FaultKind::Connect, Sent::No))
    );
    assert_eq!(proxy.requests().len(), 1);
    let service = Server::answering("{}");
    assert_eq!(call(&service.http(), named), None);
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn a_proxy_address_that_is_none_is_a_build_error_without_its_text() {
    for bad in ["", "http://", "://secret", "http://user:secret@"] {
        let choice = ProxyChoice::Address(bad.to_owned());
        let error = real("https://things.example.com")
            .proxy(choice)
            .build()
            .unwrap_err();
        assert!(
            error.to_string().contains("proxy address"),
            "{bad}: {error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
