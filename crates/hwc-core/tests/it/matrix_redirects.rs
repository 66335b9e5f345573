//! Fault matrix, rows 22 and 45: a redirect is never followed, and nothing leaks to where it points.

use hwc_core::{CallOptions, Delivery, FaultKind};

use crate::{
    given::{READ, SUBMIT, real, request},
    server::Server,
};

#[tokio::test]
async fn rows_22_and_45_no_byte_reaches_the_other_host() {
    for status in [301, 302, 303, 307, 308, 300, 304] {
        for operation in [&READ, &SUBMIT] {
            let canary = Server::answering("{}");
            let target = canary.address;
            let server = Server::start(move |_, connection| {
                while connection.read_request().is_some()
                    && connection.send(format!(
                        "HTTP/1.1 {status} Elsewhere\r\nlocation: http://{target}/login?next=secret\r\ncontent-length: 0\r\n\r\n"
                    ))
                {}
            });
            let pipeline = real(&server.http()).build().unwrap();
            let fault = pipeline
                .call(request(operation), operation, &CallOptions::default())
                .await
                .unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery, fault.attempts),
                (FaultKind::Protocol, Delivery::Unknown, 1),
                "{status}"
            );
            assert_eq!(
                fault.redirect_host.as_deref(),
                Some("127.0.0.1"),
                "{status}"
            );
            assert!(
                fault.to_string().contains("redirect to 127.0.0.1"),
                "{fault}"
            );
            assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
            assert_eq!(canary.connections(), 0, "{status}");
            assert_eq!(server.requests().len(), 1, "{status}");
        }
    }
}
