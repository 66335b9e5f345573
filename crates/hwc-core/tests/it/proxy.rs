//! Proxies of the environment: used for the service, never for this machine, and told no secret.
//!
//! Environment variables belong to the whole process, so each case runs in a process of its own: this
//! test, started again.

use std::{process::Command, sync::Arc, time::Duration};

use hwc_core::{
    CallOptions, Delivery, FaultKind, ProxyChoice, Timeouts,
    transport::{InvalidProxy, ProxyRoute, ProxyRules},
};

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

/// Calls `address` with the settings of the environment; gives kind and proof of the failure, if any.
fn call(address: &str, choice: ProxyChoice) -> Option<(FaultKind, Delivery)> {
    let pipeline = real(address)
        .proxy(choice)
        .retry(hwc_core::RetryPolicy::never())
        .timeouts(
            Timeouts::default()
                .connect(Duration::from_secs(2))
                .attempt(HANG_GUARD)
                .idle_body(HANG_GUARD)
                .total(HANG_GUARD),
        )
        .resolver(Arc::new(Nowhere))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(pipeline.call(request(&READ), &READ, &CallOptions::default()));
    result.err().map(|fault| (fault.kind, fault.delivery))
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
fn proxies_of_the_environment() {
    if let Ok(address) = std::env::var(CHILD) {
        let refused = ["socks", "htp"];
        if std::env::var("HTTPS_PROXY")
            .is_ok_and(|text| refused.iter().any(|bad| text.starts_with(bad)))
        {
            let error = real(&address)
                .proxy(ProxyChoice::System)
                .build()
                .unwrap_err();
            assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
            return;
        }
        let outcome = call(&address, ProxyChoice::System);
        // Read by the parent.
        assert_eq!(outcome.is_none(), address.starts_with("http:"));
        return;
    }
    let service = Server::answering("{}");
    let local = service.http();
    let remote = "https://things.example.com".to_owned();
    const PROXY: &str = "http://user:password@ADDRESS";
    let login = Some("Basic dXNlcjpwYXNzd29yZA==");
    for (variables, address, asked) in [
        (&[("HTTPS_PROXY", PROXY)][..], &remote, 1),
        (&[("https_proxy", PROXY)], &remote, 1),
        (&[("ALL_PROXY", PROXY)], &remote, 1),
        (
            &[("HTTPS_PROXY", " http://user:password@ADDRESS/\n")],
            &remote,
            1,
        ),
        (&[("HTTPS_PROXY", ""), ("https_proxy", PROXY)], &remote, 1),
        (
            &[("HTTPS_PROXY", PROXY), ("REQUEST_METHOD", "GET")],
            &remote,
            1,
        ),
        (&[("HTTP_PROXY", PROXY)], &remote, 0),
        (
            &[("HTTPS_PROXY", PROXY), ("NO_PROXY", ".example.com")],
            &remote,
            0,
        ),
        (
            &[("HTTPS_PROXY", PROXY), ("NO_PROXY", "*.example.com:443")],
            &remote,
            0,
        ),
        (
            &[("HTTPS_PROXY", PROXY), ("NO_PROXY", "*.example.com:8443")],
            &remote,
            1,
        ),
        // Refused, so that nothing is asked, the service least of all.
        (&[("HTTPS_PROXY", "socks5://ADDRESS")], &remote, 0),
        (&[("HTTPS_PROXY", "htp://ADDRESS")], &remote, 0),
        // Plain HTTP to this machine must not be shown to a proxy, whatever the variables say.
        (
            &[
                ("HTTPS_PROXY", PROXY),
                ("HTTP_PROXY", PROXY),
                ("http_proxy", PROXY),
                ("ALL_PROXY", PROXY),
            ],
            &local,
            0,
        ),
    ] {
        let proxy = proxy();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "proxy::proxies_of_the_environment"])
            .env(CHILD, address);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            child.env_remove(name).env_remove(name.to_lowercase());
        }
        for (name, value) in variables {
            child.env(name, value.replace("ADDRESS", &proxy.address.to_string()));
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
            assert_eq!(request.header("proxy-authorization"), login);
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
        Some((FaultKind::Connect, Delivery::NotSent))
    );
    assert_eq!(proxy.requests().len(), 1);
    assert_eq!(
        call(remote, ProxyChoice::Direct),
        Some((FaultKind::Connect, Delivery::NotSent))
    );
    assert_eq!(proxy.requests().len(), 1);
    let service = Server::answering("{}");
    assert_eq!(call(&service.http(), named), None);
    assert_eq!(proxy.requests().len(), 1);
}

/// Every way to write one and the same proxy, and the login that it gets.
#[test]
fn a_proxy_is_found_however_it_is_written() {
    let proxy = proxy();
    let at = proxy.address.to_string();
    for (text, login) in [
        (format!("http://{at}"), None),
        (format!("  http://{at}/ \n"), None),
        (format!("HTTP://{at}\r\n"), None),
        (at.clone(), None),
        (format!("http://user:password@{at}"), Some("user:password")),
        (format!("user:password@{at}"), Some("user:password")),
        (format!("http://user@{at}"), Some("user:")),
        (
            format!("http://user:pass word@{at}"),
            Some("user:pass word"),
        ),
        (format!("http://user:p@ss@{at}"), Some("user:p@ss")),
        (format!("http://user:p:ss@{at}"), Some("user:p:ss")),
        (
            format!("http://user:p%40%23%2Fs%25s@{at}"),
            Some("user:p@#/s%s"),
        ),
        (format!("http://user:p%2541@{at}"), Some("user:p%41")),
        (format!("http://user:pässwörd@{at}"), Some("user:pässwörd")),
        (format!("http://user:p%C3%A4ss@{at}"), Some("user:päss")),
        (
            format!("http://CORP\\user:password@{at}"),
            Some("CORP\\user:password"),
        ),
        (
            format!("http://CORP%5Cuser:password@{at}"),
            Some("CORP\\user:password"),
        ),
        (
            format!("http://user:{{[^\"<>|`]}}@{at}"),
            Some("user:{[^\"<>|`]}"),
        ),
    ] {
        let before = proxy.requests().len();
        let choice = ProxyChoice::Address(text.clone());
        let failed = call("https://things.example.com", choice);
        assert_eq!(
            failed,
            Some((FaultKind::Connect, Delivery::NotSent)),
            "{text}"
        );
        let requests = proxy.requests();
        assert_eq!(requests.len(), before + 1, "{text}");
        let request = requests.last().unwrap();
        assert_eq!(request.line(), "CONNECT things.example.com:443 HTTP/1.1");
        assert_eq!(request.header("x-auth-token"), None);
        let expected = login.map(|login| format!("Basic {}", base64(login.as_bytes())));
        assert_eq!(
            request.header("proxy-authorization"),
            expected.as_deref(),
            "{text}"
        );
    }
}

/// An encoder of the test's own.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

const CANARY: &str = "CANARY";

/// What cannot be used is refused with the name of the variable, and its password is not shown.
#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let bad = [
        ("\"http://proxy.example:3128\"", "quotes"),
        ("'http://proxy.example:3128'", "quotes"),
        ("htp://proxy.example:3128", "http or https"),
        ("http//proxy.example:3128", "end after host and port"),
        ("http:/proxy.example:3128", "end after host and port"),
        ("http:proxy.example:3128", "host and port"),
        ("://proxy.example:3128", "http or https"),
        ("http://", "names no host"),
        ("http://user:CANARY@", "names no host"),
        ("http://proxy.example:port", "host and port"),
        ("http://proxy.example:", "host and port"),
        ("http://proxy.example:0", "host and port"),
        ("http://proxy.example:99999", "host and port"),
        ("http://proxy .example:3128", "host and port"),
        ("http://proxy.example:3128/path", "end after host and port"),
        (
            "http://proxy.example:3128?CANARY",
            "end after host and port",
        ),
        ("http://user:CANARY#1@proxy.example:3128", "%23"),
        ("http://user:CANARY/1@proxy.example:3128", "%2F"),
        ("http://user:CANARY?1@proxy.example:3128", "%3F"),
        ("http://user:CANARY%@proxy.example:3128", "%25"),
        ("http://user:CANARY%zz@proxy.example:3128", "%25"),
        ("http://user:CANARY%FF@proxy.example:3128", "%25"),
        ("http://user:CANARY\n1@proxy.example:3128", "line break"),
        ("http://proxy.example:3128\nhttp://CANARY", "line break"),
        ("socks5://user:CANARY@proxy.example:1080", "SOCKS"),
        ("socks5h://proxy.example:1080", "SOCKS"),
        ("socks4://proxy.example:1080", "SOCKS"),
    ];
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for (text, expected) in bad {
            let error = rules(&[(name, text)]).unwrap_err();
            assert_eq!(error.setting(), name);
            let shown = format!("{error} {error:?}");
            assert!(
                shown.contains(name) && shown.contains(expected),
                "{text}: {shown}"
            );
            assert!(!shown.contains(CANARY), "{text}: {shown}");
        }
        let error =
            ProxyRules::from_variables(&|asked| (asked == name).then(not_utf8)).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
    for entry in [
        "http://a.example",
        "10.0.0.0/33",
        "a:port",
        "<local>",
        "\"a",
        "[::1",
        "a b\"c",
    ] {
        let error = rules(&[("HTTPS_PROXY", "proxy.example"), ("NO_PROXY", entry)]).unwrap_err();
        assert_eq!(error.setting(), "NO_PROXY", "{entry}");
        // Without a proxy there is nothing to except.
        assert!(rules(&[("NO_PROXY", entry)]).is_ok(), "{entry}");
    }
}

#[cfg(unix)]
fn not_utf8() -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"http://\xff".to_vec())
}

fn rules(variables: &[(&'static str, &str)]) -> Result<ProxyRules, InvalidProxy> {
    let variables: Vec<(&str, String)> = variables
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    ProxyRules::from_variables(&move |asked| {
        let found = variables.iter().find(|(name, _)| *name == asked)?;
        Some(found.1.clone().into())
    })
}

#[test]
fn which_variable_counts() {
    const ONE: &str = "http://one.example:1";
    const TWO: &str = "http://user:CANARY@two.example:2";
    for (variables, expected) in [
        (&[][..], None),
        (
            &[("HTTPS_PROXY", ONE)],
            Some(("HTTPS_PROXY", "http://one.example:1", false)),
        ),
        (
            &[("HTTPS_PROXY", ONE), ("https_proxy", TWO)],
            Some(("HTTPS_PROXY", "http://one.example:1", false)),
        ),
        (
            &[("HTTPS_PROXY", ""), ("https_proxy", TWO)],
            Some(("https_proxy", "http://two.example:2", true)),
        ),
        (
            &[("HTTPS_PROXY", " \n"), ("ALL_PROXY", TWO)],
            Some(("ALL_PROXY", "http://two.example:2", true)),
        ),
        (
            &[("https_proxy", TWO), ("ALL_PROXY", ONE)],
            Some(("https_proxy", "http://two.example:2", true)),
        ),
        (
            &[("all_proxy", ONE)],
            Some(("all_proxy", "http://one.example:1", false)),
        ),
        // For plain http only, which does not leave this machine; and what a web request could set.
        (&[("HTTP_PROXY", ONE), ("http_proxy", ONE)], None),
        (
            &[("REQUEST_METHOD", "GET"), ("HTTPS_PROXY", ONE)],
            Some(("HTTPS_PROXY", "http://one.example:1", false)),
        ),
        (&[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", ONE)], None),
    ] {
        let route = rules(variables)
            .unwrap()
            .route_to("things.example.com", 443)
            .unwrap();
        assert!(!format!("{route} {route:?}").contains(CANARY), "{route:?}");
        match (&route, expected) {
            (ProxyRoute::NoProxy | ProxyRoute::System, None) => {}
            (
                ProxyRoute::Proxy {
                    setting,
                    address,
                    has_login,
                    ..
                },
                Some(expected),
            ) => {
                assert_eq!(
                    (*setting, address.as_str(), *has_login),
                    expected,
                    "{variables:?}"
                );
            }
            _ => panic!("{variables:?}: {route:?}"),
        }
    }
}

#[test]
fn which_hosts_are_excepted() {
    for (list, host, port, excepted) in [
        ("example.com", "example.com", 443, true),
        ("example.com", "things.example.com", 443, true),
        ("example.com", "badexample.com", 443, false),
        ("example.com", "example.com.evil", 443, false),
        (".example.com", "things.example.com", 443, true),
        (".example.com", "example.com", 443, true),
        ("*.example.com", "things.example.com", 443, true),
        ("*.example.com", "a.b.example.com", 443, true),
        ("*.example.com", "example.com", 443, true),
        ("EXAMPLE.com.", "things.example.com", 443, true),
        ("example.com", "things.example.com.", 443, true),
        ("example.com:443", "things.example.com", 443, true),
        ("example.com:443", "things.example.com", 8443, false),
        ("*:8443", "things.example.com", 8443, true),
        ("other, ,\texample.com ", "things.example.com", 443, true),
        ("other example.com", "things.example.com", 443, true),
        ("*", "things.example.com", 443, true),
        ("*", "10.1.2.3", 443, true),
        ("*", "[fd00::1]", 443, true),
        ("10.1.2.3", "10.1.2.3", 443, true),
        ("10.1.2.3", "10.1.2.30", 443, false),
        ("10.1.2.3:443", "10.1.2.3", 443, true),
        ("10.1.2.3:443", "10.1.2.3", 8443, false),
        ("10.0.0.0/8", "10.1.2.3", 443, true),
        ("10.9.9.9/8", "10.1.2.3", 443, true),
        ("10.0.0.0/8", "11.1.2.3", 443, false),
        ("0.0.0.0/0", "11.1.2.3", 443, true),
        ("0.0.0.0/0", "[fd00::1]", 443, false),
        ("fd00::/8", "[fd00::1]", 443, true),
        ("fd00::1", "[fd00::1]", 443, true),
        ("[fd00::1]:443", "fd00::1", 443, true),
        ("[fd00::1]:443", "fd00::1", 8443, false),
        ("fd00::/8", "[fe00::1]", 443, false),
        ("10.0.0.0/8", "[::ffff:10.1.2.3]", 443, true),
        ("10.*", "10.1.2.3", 443, true),
        ("192.168.*", "192.16.8.1", 443, false),
        ("*.svc.*", "a.svc.cluster", 443, true),
        (
            "*-internal.example.com",
            "a-internal.example.com",
            443,
            true,
        ),
        ("bücher.example", "xn--bcher-kva.example", 443, true),
    ] {
        for name in ["NO_PROXY", "no_proxy"] {
            let rules = rules(&[("HTTPS_PROXY", "http://proxy.example"), (name, list)]).unwrap();
            let route = rules.route_to(host, port).unwrap();
            let found = matches!(&route, ProxyRoute::Excepted { setting, .. } if *setting == name);
            assert_eq!(found, excepted, "{list} {host}:{port}: {route:?}");
        }
    }
    let rules = rules(&[("HTTPS_PROXY", "http://proxy.example")]).unwrap();
    for near in ["localhost", "127.0.0.1", "[::1]", "169.254.169.254"] {
        assert!(
            matches!(rules.route_to(near, 443), Some(ProxyRoute::Near { .. })),
            "{near}"
        );
    }
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
