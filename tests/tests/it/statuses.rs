//! Every operation declares what it can answer with, and has exchanges that show each way it can go.

use contract_tests::{
    description::Description,
    errors,
    exchange::{self, Exchange},
    synthesis,
};
use hwc_tickets_wire::{ERROR_CODES, operations};
use std::collections::BTreeSet;

#[test]
fn every_operation_declares_the_statuses_of_the_catalogue() {
    let description = Description::shared();
    let catalogue = errors::catalogue();
    for operation in description.operations() {
        let can_meet = |row: &&errors::Row| {
            let concerned = row.operations.is_empty() || row.operations.contains(&operation.id);
            // A request without a body cannot have one that is too large.
            concerned && (row.http_status != 413 || operation.body.is_some())
        };
        let catalogued: BTreeSet<u16> = catalogue
            .iter()
            .filter(can_meet)
            .map(|row| row.http_status)
            .collect();
        let declared: BTreeSet<u16> = operation.responses.keys().copied().collect();
        let missing: Vec<_> = catalogued.difference(&declared).collect();
        assert!(
            missing.is_empty(),
            "{} does not declare {missing:?}",
            operation.id
        );
        let known: BTreeSet<u16> = catalogue.iter().map(|row| row.http_status).collect();
        let invented: Vec<_> = declared.difference(&known).collect();
        assert!(
            invented.is_empty(),
            "{}: no error has {invented:?}",
            operation.id
        );
    }
}

#[test]
fn every_operation_has_an_exchange_of_each_kind() {
    let exchanges = synthesis::all();
    type Is = fn(&Exchange) -> bool;
    let kinds: [(&str, Is); 4] = [
        ("success", Exchange::is_success),
        ("error in HTTP 200", Exchange::is_business_error),
        ("error of the gateway", Exchange::is_gateway_error),
        ("answer that is not JSON", Exchange::is_not_json),
    ];
    for operation in operations::ALL {
        for (kind, is) in kinds {
            assert!(
                exchanges
                    .iter()
                    .any(|exchange| exchange.operation() == operation.name && is(exchange)),
                "record a {kind} of {} under spec/examples",
                operation.name
            );
        }
    }
}

#[test]
fn the_description_and_the_wire_have_the_same_operations() {
    let description = Description::shared();
    let described: BTreeSet<_> = description
        .operations()
        .map(|operation| {
            (
                operation.id.as_str(),
                operation.method.as_str(),
                operation.path.as_str(),
            )
        })
        .collect();
    let wire: BTreeSet<_> = operations::ALL
        .iter()
        .map(|operation| (operation.name, operation.method, operation.path))
        .collect();
    assert_eq!(wire, described);
    let recorded: BTreeSet<_> = exchange::recorded()
        .iter()
        .map(|exchange| exchange.operation().to_owned())
        .collect();
    let named: BTreeSet<_> = described
        .iter()
        .map(|(id, _, _)| (*id).to_owned())
        .collect();
    assert_eq!(recorded, named, "directories of spec/examples");
}

#[test]
fn the_wire_has_every_row_of_the_catalogue() {
    let catalogue = errors::catalogue();
    let rows: BTreeSet<_> = catalogue
        .iter()
        .map(|row| {
            (
                row.code.clone(),
                row.http_status,
                row.category.replace('_', ""),
            )
        })
        .collect();
    let wire: BTreeSet<_> = ERROR_CODES
        .iter()
        .map(|row| {
            (
                row.code.to_owned(),
                row.http_status,
                format!("{:?}", row.category).to_lowercase(),
            )
        })
        .collect();
    assert_eq!(rows, wire);
}
