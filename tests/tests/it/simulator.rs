//! The simulator takes what the description allows and refuses what it forbids, on every recorded exchange; the client
//! sees it the same way; and all that the simulator answers is in the description.

use contract_tests::{
    compare::Judge,
    description::Description,
    exchange::{self, Exchange, Verdict},
    simulator::{self, Answer, Asker},
    wire::{self, Arguments},
};
use hwc_tickets_sim::{Quirks, Simulator};
use std::collections::BTreeSet;

/// Where the simulator judges a request in another way than the exchange does, and rightly so.
const OTHERWISE: &[(&str, &str)] = &[
    ("createMessages/ticket-id-empty", ANOTHER_ROUTE),
    ("listMessages/ticket-id-empty", ANOTHER_ROUTE),
    ("listMoreInstantMessages/ticket-id-empty", ANOTHER_ROUTE),
    ("showCaseStatus/ticket-id-empty", ANOTHER_ROUTE),
    ("createMessages/headers-at-maximum", NO_MEANING),
    ("listNewInstantMessages/cursor-longest", NO_MEANING),
    ("createMessages/unknown-body-field", IGNORED),
    ("createMessages/unknown-header", IGNORED),
    ("createMessages/unknown-query", IGNORED),
    ("listMessages/unknown-query", IGNORED),
];
/// D-06.
const ANOTHER_ROUTE: &str = "an empty id makes the path of no operation";
/// The exchange is about a length, or about an answer.
const NO_MEANING: &str = "the value is no time, zone or cursor that this simulator gave or knows";
/// What the description lacks is recorded as refused, to be on the safe side; no document says so.
const IGNORED: &str = "what the service does not know, it may as well ignore";

#[tokio::test]
async fn simulator_client_and_exchanges_agree() {
    let description = Description::read();
    let mut judge = Judge::default();
    let exchanges = exchange::all();
    let asker = Asker::default();
    let simulator = Simulator::start().await.unwrap();
    let calls = wire::calls(wire::pipeline_as(
        simulator.credentials().token,
        &simulator.endpoint(),
    ));

    let mut wrong = Vec::new();
    let mut otherwise = BTreeSet::new();
    for exchange in &exchanges {
        let operation = wire::operation(exchange.operation());
        let described = description.operation(exchange.operation());
        let name = &exchange.name;

        simulator.reset();
        // The examples of the documents lack what their tables call mandatory (D-10, D-11).
        let mut quirks = Quirks::default();
        quirks.mandatory_query = exchange.source == "constructed";
        simulator.set_quirks(quirks);
        let request = simulator::furnish(&simulator, exchange);
        let answer = asker.ask(&simulator, &request).await;
        let misfits = judge.answer_misfits(described, answer.status, &answer.headers, &answer.body);
        for misfit in simulator::real_misfits(misfits) {
            wrong.push(format!("{name}: {misfit} of the answer {answer:?}"));
        }
        if done(&answer) != expected(exchange) {
            otherwise.insert(name.as_str());
            if !OTHERWISE.iter().any(|(listed, _)| listed == name) {
                wrong.push(format!("{name}: {:?}, but {answer:?}", exchange.verdict));
            }
        }

        simulator.reset();
        let request = simulator::furnish(&simulator, exchange);
        let arguments = Arguments::of(operation, &request);
        // Headers are settings of a client; they are looked at above.
        if let (Ok(arguments), true) = (arguments, request.headers.is_empty())
            && let Ok(outcome) = wire::call(&calls, operation, arguments).await
        {
            let sent = !simulator.journal().is_empty();
            if sent && outcome.is_ok() != done(&answer) {
                wrong.push(format!(
                    "{name}: the client makes {outcome:?} of {answer:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut stale = OTHERWISE.iter().map(|(name, _)| name);
    let stale = stale.find(|name| !otherwise.contains(**name));
    assert_eq!(stale, None, "is judged alike: strike it out");
}

/// A request that keeps to the description is done, whatever answer the exchange puts beside it. Any other one is done if
/// the exchange says so.
fn expected(exchange: &Exchange) -> bool {
    exchange.request_conforms() || exchange.verdict == Verdict::Success
}

fn done(answer: &Answer) -> bool {
    answer.status == 200 && answer.error_code().is_none()
}
