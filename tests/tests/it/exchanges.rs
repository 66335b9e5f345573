//! Every recorded exchange keeps to the description, except exactly where it says that it does not.

use contract_tests::{
    compare::{Judge, Side, listed},
    description::Description,
    exchange::{self, Exchange, spec},
    facts, synthesis,
};
use hwc_tickets_sim::Replay;
use std::{collections::BTreeSet, fs};

#[test]
fn exchanges_keep_to_the_description_except_where_they_say_so() {
    let description = Description::read();
    let mut judge = Judge::default();
    let mut wrong = Vec::new();
    for exchange in synthesis::all() {
        let found = judge.misfits(description.operation(exchange.operation()), exchange);
        let listed = listed(exchange);
        for misfit in found.difference(&listed) {
            wrong.push(format!("{}: {misfit} is not listed", exchange.name));
        }
        for misfit in listed.difference(&found) {
            wrong.push(format!("{}: {misfit} does not occur", exchange.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A description with one wrong fact does not pass: some exchange shows it, for every limit, mandatory flag, type, value
/// and name that an exchange can show.
#[test]
fn every_wrong_fact_is_seen() {
    let description = Description::read();
    let mut judge = Judge::default();
    let exchanges = synthesis::all();
    // A shared part is shown by any of the operations that have it.
    let (mut seen, mut all) = (BTreeSet::new(), BTreeSet::new());
    for operation in description.operations() {
        let mut own: Vec<_> = exchanges
            .iter()
            .filter(|exchange| exchange.operation() == operation.id)
            .map(|exchange| {
                let of = |side| {
                    let listed = listed(exchange).into_iter();
                    listed
                        .filter(|misfit| misfit.side() == side)
                        .collect::<BTreeSet<_>>()
                };
                (exchange, of(Side::Request), of(Side::Response))
            })
            .collect();
        // The cheap ones first: mostly one of them shows it.
        own.sort_by_key(|(exchange, ..)| exchange.response.bytes().len());
        for wrong in facts::wrong(operation) {
            all.insert(wrong.fact.clone());
            if !seen.contains(&wrong.fact)
                && own.iter().any(|(exchange, asked, answered)| {
                    let listed = match wrong.side {
                        Side::Request => asked,
                        Side::Response => answered,
                    };
                    judge.misfits_of(wrong.side, &wrong.operation, exchange) != *listed
                })
            {
                seen.insert(wrong.fact);
            }
        }
    }
    let unseen: Vec<_> = all.difference(&seen).cloned().collect();
    assert!(
        unseen.is_empty(),
        "no exchange shows:\n{}",
        unseen.join("\n")
    );
    assert!(all.len() > 500, "only {} facts were looked at", all.len());
}

#[test]
fn exchanges_have_the_published_form() {
    let form = fs::read_to_string(spec().join("exchange.schema.json")).unwrap();
    let form = jsonschema::validator_for(&serde_json::from_str(&form).unwrap()).unwrap();
    for Exchange { name, .. } in exchange::recorded() {
        let file = spec().join(format!("examples/{name}.json"));
        let value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let wrong: Vec<_> = form
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("; "));
    }
}

/// Whatever is made of the description, the simulator can replay it, with every request and answer.
#[tokio::test]
async fn every_exchange_can_be_replayed() {
    let directory = tempfile::tempdir().unwrap();
    for (number, exchange) in synthesis::all().iter().enumerate() {
        let folder = directory.path().join(exchange.operation());
        fs::create_dir_all(&folder).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test sets its scene")]
        fs::write(
            folder.join(format!("{number}.json")),
            exchange.text().unwrap(),
        )
        .unwrap();
    }
    let replay = Replay::start(directory.path()).await.unwrap();
    assert_eq!(replay.count(), synthesis::all().len());
    replay.shutdown().await;
}

/// What is named must be there, and a number is never used for nothing.
#[test]
fn discrepancies_that_exchanges_name_exist() {
    let text = fs::read_to_string(spec().join("discrepancies.md")).unwrap();
    let known: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## ")?.split(' ').next())
        .collect();
    for exchange in exchange::recorded() {
        for name in exchange.discrepancies() {
            assert!(
                known.contains(name),
                "{}: {name} is no entry of discrepancies.md",
                exchange.name
            );
        }
    }
}
