//! A canary secret in every slot of a call and of its answer: found nowhere in what can be printed.

use std::{error::Error, sync::Arc};

use bytes::Bytes;
use http::Request;
use hwc_core::{
    CallOptions, HttpTransport, ProxyChoice, Transport,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
    transport::TlsFlaw,
};
use serde_json::json;

use crate::{
    canary::{CORE, canary, no_trace, no_trace_in, secret},
    given::{MARK, READ, SUBMIT, scripted},
};

/// Every way a call can end, with the canary wherever the other side can put it.
fn steps() -> Vec<Step> {
    let error = |status| {
        Step::json(
            status,
            json!({"error_code": canary(), "error_msg": canary(), "request_id": canary()})
                .to_string(),
        )
    };
    let mut steps: Vec<_> = [200, 400, 401, 403, 404, 408, 413, 429, 500, 503]
        .map(error)
        .into();
    steps.extend([
        Step::json(200, json!({"content": canary()}).to_string()),
        Step::json(200, json!({"content": canary()}).to_string()).cut(30),
        Step::json(200, json!([canary()]).to_string()),
        Step::json(200, format!("{{\"error_code\": {}}}", canary())),
        Step::answer(200).body(format!("<html>{}", canary())),
        Step::answer(500).body(canary()),
        Step::answer(302).header(
            "location",
            format!("https://user:{CORE}@example.com/{CORE}?a={CORE}"),
        ),
        Step::answer(200).header("content-encoding", CORE),
        Step::hang(),
        Step::reset(),
        Step::refused(),
        Step::unresolved(),
        Step::tls(TlsFlaw::WrongHost),
    ]);
    steps
        .into_iter()
        .map(|step| {
            step.header("x-request-id", canary())
                .header("set-cookie", canary())
                .header("retry-after", canary())
        })
        .collect()
}

#[test]
fn no_end_of_a_call_shows_a_canary() {
    for step in steps() {
        for operation in [&READ, &MARK, &SUBMIT] {
            let clock = FakeClock::new();
            let network = ScriptedTransport::new(&clock).otherwise(step.clone());
            let pipeline = scripted(&clock, &network)
                .identity(Token::new(&secret()).unwrap())
                .build()
                .unwrap();
            let request = Request::builder()
                .method(operation.method)
                .uri(format!(
                    "{}?group_id={CORE}",
                    operation.path.replace("{thing_id}", CORE)
                ))
                .body(Bytes::from(json!({"content": canary()}).to_string()))
                .unwrap();
            let result = clock.run(pipeline.call(request, operation, &CallOptions::default()));
            let what = operation.name;
            no_trace_in(what, &pipeline);
            no_trace_in(what, &network);
            no_trace_in(what, &network.requests());
            no_trace_in(what, &result);
            match result {
                Ok(reply) => {
                    let fault = reply.undecodable(operation, "missing field");
                    no_trace_in(what, &fault);
                }
                Err(fault) => {
                    no_trace(what, &format!("{fault} {fault:#} {}", fault.help()));
                    let mut source = fault.source();
                    while let Some(error) = source {
                        no_trace(what, &format!("{error} {error:?} {error:#?}"));
                        source = error.source();
                    }
                }
            }
        }
    }
}

#[test]
fn a_proxy_with_a_password_is_not_shown() {
    let address = format!("http://user:{CORE}@127.0.0.1:1");
    let transport = HttpTransport::builder()
        .proxy(ProxyChoice::Address(address.clone()))
        .build()
        .unwrap();
    let shared: Arc<dyn Transport> = Arc::new(transport.clone());
    no_trace_in("transport", &transport);
    no_trace_in("transport", &shared);
    let clock = FakeClock::new();
    let builder = scripted(&clock, &ScriptedTransport::new(&clock))
        .identity(Token::new(&secret()).unwrap())
        .proxy(ProxyChoice::Address(address));
    no_trace_in("builder", &builder);
}
