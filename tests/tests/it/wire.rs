//! The wire client makes every recorded request that its types can say, and judges and decodes every recorded answer.

use contract_tests::{
    exchange::{Exchange, Verdict},
    loss::losses,
    request::Asked,
    server::Server,
    synthesis,
    wire::{self, Arguments, Decoded, Outcome, TOKEN},
};
use hwc_core::{Delivery, FaultKind, Operation, ResponseContent};
use hwc_tickets_wire::Client;
use serde_json::Value;
use std::collections::BTreeMap;

#[tokio::test]
async fn the_wire_makes_the_recorded_requests_and_agrees_on_the_answers() {
    let server = Server::start().await;
    let plain = wire::client(wire::pipeline(&server.url()));
    let exchanges = synthesis::all();
    let good: BTreeMap<&str, &Exchange> = exchanges
        .iter()
        .filter(|exchange| exchange.name.ends_with("/success"))
        .map(|exchange| (exchange.operation(), exchange))
        .collect();
    let mut wrong = Vec::new();
    for exchange in exchanges {
        let operation = wire::operation(exchange.operation());
        server.answer(&exchange.response);
        let with_headers;
        let call = if exchange.request.headers.is_empty() {
            &plain
        } else {
            let headers = exchange.request.headers.iter();
            let pipeline = wire::pipeline(&server.url());
            with_headers = wire::client(headers.fold(pipeline, |pipeline, (name, value)| {
                pipeline.default_header(name, value)
            }));
            &with_headers
        };
        let outcome = match made(call, operation, exchange).await {
            Some(outcome) => {
                wrong.extend(
                    request_flaws(exchange, &server.asked())
                        .into_iter()
                        .map(|flaw| format!("{}: {flaw}", exchange.name)),
                );
                outcome
            }
            None => {
                assert!(
                    exchange.sdk_call().is_none(),
                    "{}: the SDK is to make a request that the wire cannot make",
                    exchange.name
                );
                assert!(server.asked().is_empty(), "{}", exchange.name);
                let good = good[exchange.operation()];
                made(&plain, operation, good).await.expect("a good request")
            }
        };
        if is_longer_than_taken(exchange) {
            let kind = outcome.as_ref().map_err(|fault| fault.kind);
            assert_eq!(
                kind.err(),
                Some(FaultKind::BodyTooLarge),
                "{}",
                exchange.name
            );
            continue;
        }
        wrong.extend(
            outcome_flaws(exchange, operation, &outcome)
                .into_iter()
                .map(|flaw| format!("{}: {flaw}", exchange.name)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an answer is longer than a client takes: a list of tickets as long as a document allows. It is refused by
/// name then, and not read in part.
fn is_longer_than_taken(exchange: &Exchange) -> bool {
    const MOST_BYTES: usize = 8 * 1024 * 1024;
    let body = exchange.response.body.as_ref();
    body.is_some_and(|body| body.to_string().len() > MOST_BYTES)
}

/// The outcome of the recorded request; `None` if the wire client makes no such request.
async fn made(call: &Client, operation: &Operation, exchange: &Exchange) -> Option<Outcome> {
    let arguments = Arguments::of(operation, &exchange.request).ok()?;
    let outcome = wire::call(call, operation, arguments).await;
    let refused = |fault: &hwc_core::Fault| {
        fault.kind == FaultKind::InvalidInput && fault.delivery == Delivery::NotSent
    };
    (!outcome.as_ref().is_err_and(refused)).then_some(outcome)
}

fn request_flaws(exchange: &Exchange, asked: &[Asked]) -> Vec<String> {
    let [asked] = asked else {
        return vec![format!("{} requests where one is recorded", asked.len())];
    };
    let mut flaws = asked.differences(&exchange.request);
    if asked.header("x-auth-token") != Some(TOKEN) {
        flaws.push("the token is missing".to_owned());
    }
    if asked.header("api-version").is_some() {
        flaws.push("the header api-version is none of the service".to_owned());
    }
    let is_json = asked.header("content-type") == Some("application/json");
    if !asked.body.is_empty() && !is_json && exchange.request.form.is_none() {
        flaws.push("the body is not declared as JSON".to_owned());
    }
    flaws
}

fn outcome_flaws(exchange: &Exchange, operation: &Operation, outcome: &Outcome) -> Vec<String> {
    let mut flaws = Vec::new();
    let verdict = wire::verdict(operation.idempotency, outcome);
    if verdict != exchange.verdict {
        flaws.push(format!(
            "judged {verdict:?}, recorded is {:?}: {outcome:?}",
            exchange.verdict
        ));
        return flaws;
    }
    let body = exchange.response.body.as_ref();
    match outcome {
        Ok(decoded) => {
            if operation.response == ResponseContent::Bytes {
                let file = exchange.response.body_text.as_deref().unwrap_or_default();
                if decoded.body != file {
                    flaws.push(format!("the file is {:?}", decoded.body));
                }
            } else if let Some(body) = body {
                flaws.extend(decoding_flaws(body, decoded));
            }
        }
        Err(fault) => {
            if fault.http_status != Some(exchange.response.status) {
                flaws.push(format!("HTTP status {:?}", fault.http_status));
            }
            let text = |name: &str| {
                body.and_then(|body| body[name].as_str())
                    .filter(|text| !text.is_empty())
            };
            if exchange.verdict != Verdict::Protocol {
                if fault.code.as_deref() != text("error_code") {
                    flaws.push(format!("error code {:?}", fault.code));
                }
                if fault.message.as_deref() != text("error_msg") {
                    flaws.push(format!("error text {:?}", fault.message));
                }
            }
            let header = exchange.response.headers.get("X-Request-Id");
            let id = header.map(String::as_str).or(text("request_id"));
            if fault.request_id.as_deref() != id {
                flaws.push(format!("request id {:?}", fault.request_id));
            }
        }
    }
    flaws
}

/// What of `body` is not in `decoded`.
fn decoding_flaws(body: &Value, decoded: &Decoded) -> Vec<String> {
    let mut sent = body.clone();
    // From the back, so that the places in front stay.
    for lost in decoded.undecodable.iter().rev() {
        let at = ["", "/incident_detail_info"].map(|at| format!("{at}/{}", lost.list));
        let at = at.iter().find(|at| sent.pointer(at).is_some());
        let list = sent.pointer_mut(at.expect("the list that lost something"));
        list.and_then(Value::as_array_mut)
            .unwrap()
            .remove(lost.index);
    }
    losses(&sent, &decoded.body)
}
