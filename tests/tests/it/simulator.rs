//! The simulator takes what the description allows and refuses what it forbids, on every exchange, recorded or made; the client
//! sees it the same way; and all that the simulator answers is in the description.

use contract_tests::{
    compare::Judge,
    description::Description,
    exchange::{Exchange, Verdict},
    simulator::{self, Answer, Asker},
    synthesis,
    wire::{self, Arguments},
};
use hwc_tickets_sim::{Quirks, Simulator};
use std::collections::BTreeSet;

/// Where the simulator judges a request in another way than the exchange does, and rightly so: how the name begins and
/// ends after the operation, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("path case_id lowest 0", "", ANOTHER_ROUTE),
    ("header X-Time-Zone lowest", "", NO_MEANING),
    ("header X-Time-Zone highest", "", NO_MEANING),
    ("query create_time highest", "", NO_MEANING),
    ("query last_message_time_id highest", "", NO_MEANING),
    ("cursor-longest", "", NO_MEANING),
    ("unknown query", "", IGNORED),
    ("unknown header", "", IGNORED),
    ("body that is not described", "", IGNORED),
    ("body ", " with an unknown field", IGNORED),
    ("body /", "/accessory_ids null", ABSENT),
    ("body /", "/authorization_content null", ABSENT),
    ("body /", "/is_authorized null", ABSENT),
    ("body /group_id null", "", ABSENT),
    ("body /area_code null", "", ABSENT),
    ("body /x_customer_id null", "", ABSENT),
    ("body /customer_id null", "", ABSENT),
    ("body /relation_id null", "", ABSENT),
    ("body /upload_type null", "", ABSENT),
    ("body /type null", "", NEWER),
    ("body /type missing", "", NEWER),
    ("body /", " null", ABSENT),
    ("form form_data lowest 1", "", NO_JSON),
    ("form form_data highest 5000", "", NO_JSON),
    ("query query_start_time highest", "", NO_MEANING),
    ("query query_end_time highest", "", NO_MEANING),
    ("query expired_time highest", "", NO_MEANING),
    ("query queryStartTime of any length", "", NO_MEANING),
    ("query queryEndTime of any length", "", NO_MEANING),
    ("as-printed", "", NO_JSON),
    ("query action_id lowest 1", "", NO_ACTION),
    ("query action_id highest 16", "", NO_ACTION),
    ("query action_id highest 32", "", NO_ACTION),
    ("body /type lowest 1", "", NO_COMPLAINT),
    ("body /type highest 32", "", NO_COMPLAINT),
    ("query timezone lowest 1", "", NO_MEANING),
    ("query timezone highest 64", "", NO_MEANING),
    ("body /business_type_id lowest 0", "", NO_KIND),
    ("body missing", "", NO_BODY),
];
/// D-06.
const ANOTHER_ROUTE: &str = "an empty id makes the path of no operation";
/// The exchange is about a length, or about an answer.
const NO_MEANING: &str = "the value is no time, zone or cursor that this simulator gave or knows";
/// What the description lacks is made as refused, to be on the safe side; no document says so.
const IGNORED: &str = "what the service does not know, it may as well ignore";
/// D-42.
const ABSENT: &str = "null for absent";
/// D-01.
const NEWER: &str = "newer documents no longer have the type";
/// D-51.
const NO_JSON: &str = "the text beside a file has to be JSON";
/// D-64, D-116.
const NO_ACTION: &str = "no other word is an action on a ticket or on an authorization";
/// D-127.
const NO_COMPLAINT: &str = "a complaint is of one of two kinds";
/// D-61.
const NO_KIND: &str = "a ticket is about a kind of problem";
/// D-47.
const NO_BODY: &str = "everything in the body may be absent";

fn otherwise(name: &str) -> Option<usize> {
    let (_, name) = name.split_once('/')?;
    OTHERWISE
        .iter()
        .position(|(begin, end, _)| name.starts_with(begin) && name.ends_with(end))
}

#[tokio::test]
async fn simulator_client_and_exchanges_agree() {
    let description = Description::read();
    let mut judge = Judge::default();
    let exchanges = synthesis::all();
    let asker = Asker::default();
    let simulator = Simulator::builder().rules(simulator::undemanding());
    let simulator = simulator.start().await.unwrap();
    let calls = wire::client(wire::pipeline_as(
        simulator.credentials().token,
        &simulator.endpoint(),
    ));

    let mut wrong = Vec::new();
    let mut otherwise = BTreeSet::new();
    for exchange in exchanges {
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
            match self::otherwise(name) {
                Some(index) => drop(otherwise.insert(index)),
                None => wrong.push(format!("{name}: {:?}, but {answer:?}", exchange.verdict)),
            }
        }

        simulator.reset();
        let request = simulator::furnish(&simulator, exchange);
        let operation = wire::operation(exchange.operation());
        let arguments = Arguments::of(operation, &request);
        // Headers are settings of a client; they are looked at above.
        if let (Ok(arguments), true) = (arguments, request.headers.is_empty()) {
            let outcome = wire::call(&calls, operation, arguments).await;
            let sent = !simulator.journal().is_empty();
            if sent && outcome.is_ok() != done(&answer) {
                wrong.push(format!(
                    "{name}: the client makes {outcome:?} of {answer:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let stale: Vec<_> = (0..OTHERWISE.len())
        .filter(|index| !otherwise.contains(index))
        .map(|index| OTHERWISE[index])
        .collect();
    assert!(stale.is_empty(), "judged alike, strike them out: {stale:?}");
}

/// A request that keeps to the description is done, whatever answer the exchange puts beside it. Any other one is done if
/// the exchange says so.
fn expected(exchange: &Exchange) -> bool {
    exchange.request_conforms() || exchange.verdict == Verdict::Success
}

fn done(answer: &Answer) -> bool {
    answer.status == 200 && answer.error_code().is_none()
}
