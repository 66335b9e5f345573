//! Every recorded exchange keeps to the description, except exactly where it says that it does not.

use contract_tests::{
    compare::{Judge, Misfit},
    description::Description,
    exchange::{self, Exchange, Sdk, spec},
};
use std::{collections::BTreeSet, fs};

#[test]
fn exchanges_keep_to_the_description_except_where_they_say_so() {
    let description = Description::read();
    let mut judge = Judge::new(&description);
    let mut wrong = Vec::new();
    for exchange in exchange::all() {
        let found = judge.misfits(&exchange);
        let listed: BTreeSet<Misfit> = exchange
            .deviations
            .iter()
            .map(|deviation| Misfit {
                place: deviation.place.clone(),
                rule: deviation.rule.clone(),
            })
            .collect();
        for misfit in found.difference(&listed) {
            wrong.push(format!("{}: {misfit} is not listed", exchange.name));
        }
        for misfit in listed.difference(&found) {
            wrong.push(format!("{}: {misfit} does not occur", exchange.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn exchanges_have_the_published_form() {
    let form = fs::read_to_string(spec().join("exchange.schema.json")).unwrap();
    let form = jsonschema::validator_for(&serde_json::from_str(&form).unwrap()).unwrap();
    for Exchange { name, .. } in exchange::all() {
        let file = spec().join(format!("examples/{name}.json"));
        let value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let wrong: Vec<_> = form
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("; "));
    }
}

/// What is named must be there, and a number is never used for nothing.
#[test]
fn discrepancies_that_exchanges_name_exist() {
    let text = fs::read_to_string(spec().join("discrepancies.md")).unwrap();
    let known: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## ")?.split(' ').next())
        .collect();
    for exchange in exchange::all() {
        let mut named: Vec<String> = exchange
            .deviations
            .iter()
            .filter_map(|deviation| deviation.discrepancy.clone())
            .collect();
        if let Sdk::None(reason) = &exchange.sdk {
            named.extend(reason.discrepancy.clone());
        }
        for name in named {
            assert!(
                known.contains(name.as_str()),
                "{}: {name} is no entry of discrepancies.md",
                exchange.name
            );
        }
    }
}

/// A wrong description must not pass: one changed fact is one difference.
#[test]
fn a_changed_fact_is_seen() {
    let description = Description::read();
    let mut judge = Judge::new(&description);
    let exchanges = exchange::all();
    let named = |name: &str| {
        let found = exchanges.iter().find(|exchange| exchange.name == name);
        found.unwrap().clone()
    };

    let mut exchange = named("createMessages/body-at-maximum");
    assert!(judge.misfits(&exchange).is_empty());
    let text = &mut exchange.request.body.as_mut().unwrap()["message"]["content"];
    *text = format!("{}x", text.as_str().unwrap()).into();
    let found = judge.misfits(&exchange);
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["maxLength at /request/body/message/content"]
    );
}
