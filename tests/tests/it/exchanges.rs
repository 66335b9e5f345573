//! Every recorded exchange keeps to the description, except exactly where it says that it does not.

use ::exchanges::Compiled;
use contract_tests::{
    compare::{self, Judge, Part, listed},
    description::{Description, Operation},
    exchange::{self, Exchange, spec},
    facts, synthesis,
};
use hwc_tickets_sim::Replay;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

#[test]
fn exchanges_keep_to_the_description_except_where_they_say_so() {
    let description = Description::shared();
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

/// What was looked at, and whether an exchange shows it. A shared part is shown by any of the operations that have it.
#[derive(Default)]
struct Shown(BTreeMap<String, bool>);

impl Shown {
    fn look(&mut self, fact: String, shows: impl FnOnce() -> bool) {
        let shown = self.0.entry(fact).or_default();
        *shown = *shown || shows();
    }

    /// The facts of an operation itself: another one has other deviations than are listed.
    fn at_operation(&mut self, judge: &mut Judge, operation: &Operation, own: &[&Exchange]) {
        for (part, fact) in facts::of_operation(operation) {
            self.look(fact.name.clone(), || {
                let wrong = fact.wrong(operation);
                own.iter().any(|exchange| {
                    let mut listed = listed(exchange);
                    listed.retain(|misfit| misfit.part() == part);
                    judge.misfits_of(part, &wrong, exchange) != listed
                })
            });
        }
    }

    /// Those of its parameters: another one takes or refuses other values than it should.
    fn at_parameters(&mut self, judge: &mut Judge, operation: &Operation, own: &[&Exchange]) {
        for parameter in &operation.parameters {
            let given = own.iter();
            let given = given.filter_map(|exchange| compare::given(operation, parameter, exchange));
            let given: BTreeSet<_> = given.collect();
            for fact in facts::of_parameter(operation, parameter) {
                self.look(fact.name.clone(), || {
                    let (wrong, mut other) = (fact.wrong(parameter), Judge::default());
                    given.iter().any(|values| {
                        other.parameter_misfits(&wrong, values)
                            != judge.parameter_misfits(parameter, values)
                    })
                });
            }
        }
    }

    /// Those of its schemas, each by itself: another one fits other values than it should.
    fn at_schemas(&mut self, operation: &Operation, own: &[&Exchange]) {
        for (part, name, schema) in facts::schemas(operation) {
            let values = own.iter().filter_map(|exchange| match part {
                Part::Answer => compare::answered(exchange),
                Part::Head | Part::Body => compare::asked(operation, exchange),
            });
            let values: Vec<_> = values.collect();
            let values = values.iter().map(AsRef::as_ref).collect();
            for place in facts::places(schema, name, values) {
                let right = Compiled::new(&place.schema).expect("a schema");
                let values = place.values.iter();
                let values: Vec<_> = values.map(|value| (value, right.broken(value))).collect();
                for fact in facts::of_schema(&place.schema, part) {
                    self.look(format!("{}: {}", place.name, fact.name), || {
                        let wrong = Compiled::new(&fact.wrong(&place.schema));
                        // Nothing fits what is no schema.
                        values.iter().any(|(value, right)| match &wrong {
                            Ok(wrong) => wrong.broken(value) != *right,
                            Err(_) => true,
                        })
                    });
                }
            }
        }
    }
}

/// A description with one wrong fact does not pass: some exchange shows it, for every limit, mandatory flag, type, value
/// and name that an exchange can show. What each fact is about is judged alone: that all keep to the right description is
/// told above.
#[test]
fn every_wrong_fact_is_seen() {
    let description = Description::shared();
    let mut judge = Judge::default();
    let exchanges = synthesis::all();
    let mut shown = Shown::default();
    for operation in description.operations() {
        let own = exchanges.iter();
        let own = own.filter(|exchange| exchange.operation() == operation.id);
        let mut own: Vec<_> = own.collect();
        // The cheap ones first: mostly one of them shows it.
        own.sort_by_cached_key(|exchange| exchange.response.bytes().len());
        shown.at_operation(&mut judge, operation, &own);
        shown.at_parameters(&mut judge, operation, &own);
        shown.at_schemas(operation, &own);
    }
    let facts = shown.0.len();
    let unseen = shown.0.into_iter().filter(|(_, shown)| !shown);
    let unseen: Vec<_> = unseen.map(|(fact, _)| fact).collect();
    assert!(
        unseen.is_empty(),
        "no exchange shows:\n{}",
        unseen.join("\n")
    );
    assert!(facts > 500, "only {facts} facts were looked at");
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
