//! The simulator takes what the description allows and refuses what it forbids, on every exchange, recorded or made; the client
//! sees it the same way; and all that the simulator answers is in the description.

use contract_tests::{
    compare::Judge,
    description::Description,
    exchange::{Exchange, Request, Verdict},
    simulator::{self, Answer, Asker},
    synthesis,
    wire::{self, Arguments},
};
use hwc_tickets_sim::{Quirks, Simulator, Time, World};
use hwc_tickets_wire::Client;
use std::collections::{BTreeMap, BTreeSet};

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

/// When all of it happens. The clock stands, so that each exchange begins in the same world.
const NOW: &str = "2026-11-02T08:00:00Z";

/// The simulator, and those who ask it.
struct Room {
    description: &'static Description,
    judge: Judge,
    simulator: Simulator,
    asker: Asker,
    calls: Client,
    /// What is wrong.
    wrong: Vec<String>,
}

impl Room {
    async fn open() -> Self {
        let now = NOW.parse().unwrap();
        let world = World::demo(0, simulator::permissive(), Quirks::default(), now);
        // To begin again with a copy is much cheaper than to make the world again.
        let simulator = Simulator::builder().time(Time::Manual(now)).world(world);
        let simulator = simulator.start().await.unwrap();
        let pipeline = wire::pipeline_as(simulator.credentials().token, &simulator.endpoint());
        Self {
            description: Description::shared(),
            judge: Judge::default(),
            asker: Asker::default(),
            calls: wire::client(pipeline),
            simulator,
            wrong: Vec::new(),
        }
    }

    /// Has a request answered twice: as it is, and by a call of the client.
    async fn ask(&mut self, exchange: &Exchange, is_strict: bool) -> Answer {
        self.simulator.reset();
        let mut quirks = Quirks::default();
        quirks.mandatory_query = is_strict;
        self.simulator.set_quirks(quirks);
        let request = simulator::furnish(&self.simulator, exchange);
        let answer = self.asker.ask(&self.simulator, &request).await;
        let described = self.description.operation(exchange.operation());
        let misfits =
            self.judge
                .answer_misfits(described, answer.status, &answer.headers, &answer.body);
        for misfit in simulator::real_misfits(misfits) {
            let name = &exchange.name;
            self.wrong
                .push(format!("{name}: {misfit} of the answer {answer:?}"));
        }
        self.call(exchange, &answer).await;
        answer
    }

    /// Makes the same call by the client, which has to see `answer` in the same way.
    async fn call(&mut self, exchange: &Exchange, answer: &Answer) {
        // Headers are settings of a client; the simulator was asked with them above.
        if !exchange.request.headers.is_empty() {
            return;
        }
        self.simulator.reset();
        let request = simulator::furnish(&self.simulator, exchange);
        let operation = wire::operation(exchange.operation());
        let Ok(arguments) = Arguments::of(operation, &request) else {
            return;
        };
        let outcome = wire::call(&self.calls, operation, arguments).await;
        let sent = !self.simulator.journal().is_empty();
        if sent && outcome.is_ok() != done(answer) {
            let name = &exchange.name;
            self.wrong.push(format!(
                "{name}: the client makes {outcome:?} of {answer:?}"
            ));
        }
    }
}

/// A request, and the answer to it. Many exchanges ask the same, and differ in what was answered then.
struct Asked {
    request: &'static Request,
    is_strict: bool,
    answer: Answer,
}

impl Asked {
    fn is_same(&self, exchange: &Exchange, is_strict: bool) -> bool {
        self.is_strict == is_strict && *self.request == exchange.request
    }
}

#[tokio::test]
async fn simulator_client_and_exchanges_agree() {
    let mut room = Room::open().await;
    let mut asked: BTreeMap<&str, Vec<Asked>> = BTreeMap::new();
    let mut otherwise = BTreeSet::new();
    for exchange in synthesis::all() {
        // The examples of the documents lack what their tables call mandatory (D-10, D-11).
        let is_strict = exchange.source == "constructed";
        let asked = asked.entry(exchange.operation()).or_default();
        let mut known = asked.iter();
        let answer = match known.find(|asked| asked.is_same(exchange, is_strict)) {
            Some(same) => same.answer.clone(),
            None => {
                let answer = room.ask(exchange, is_strict).await;
                asked.push(Asked {
                    request: &exchange.request,
                    is_strict,
                    answer: answer.clone(),
                });
                answer
            }
        };
        if done(&answer) != expected(exchange) {
            let name = &exchange.name;
            match self::otherwise(name) {
                Some(index) => drop(otherwise.insert(index)),
                None => {
                    let verdict = exchange.verdict;
                    room.wrong
                        .push(format!("{name}: {verdict:?}, but {answer:?}"));
                }
            }
        }
    }
    assert!(room.wrong.is_empty(), "{}", room.wrong.join("\n"));
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
