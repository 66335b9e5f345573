//! The recorded exchanges: each fits the description except exactly where it says it does not.

mod compare;
mod exchange;

use super::{
    DISCREPANCIES, ERRORS,
    lint::evidence::discrepancy_entries,
    read::{self, Description},
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    tables::error_codes,
};
use exchange::Exchange;
use std::collections::{BTreeMap, BTreeSet};

/// Where the exchanges are.
const DIRECTORY: &str = "spec/examples";

/// Tells whether an exchange is of a kind.
type Kind = fn(&Exchange) -> bool;

/// What every operation must have on record.
const WANTED: &[(&str, Kind)] = &[
    ("a success", Exchange::is_success),
    ("a business error in HTTP 200", Exchange::is_business_error),
    ("an error of the gateway", Exchange::is_gateway_error),
    ("an answer that is not JSON", Exchange::is_not_json),
];

/// Checks every exchange against `description`; returns how many there are.
///
/// # Errors
/// Unlisted and unneeded deviations, malformed exchanges, operations without one of the wanted kinds.
pub fn check(workspace: &Workspace, description: &Description) -> Result<usize> {
    let page = workspace.read(DISCREPANCIES)?;
    let discrepancies: BTreeSet<&str> = discrepancy_entries(&page)
        .into_iter()
        .map(|(id, ..)| id)
        .collect();
    let codes = error_codes::read(&workspace.read(ERRORS)?)?;
    let codes: BTreeSet<(String, u16)> = codes
        .errors
        .into_iter()
        .map(|entry| (entry.code, entry.http_status))
        .collect();
    let (exchanges, mut found) = exchange::read_all(workspace, DIRECTORY)?;
    let comparison = compare::Comparison::new(description)?;

    let mut by_operation: BTreeMap<&str, Vec<&Exchange>> = BTreeMap::new();
    for exchange in &exchanges {
        by_operation
            .entry(&exchange.operation)
            .or_default()
            .push(exchange);
        match comparison.misfits(exchange) {
            Ok(misfits) => deviations(exchange, &misfits, &mut found),
            Err(problem) => found.push(problem),
        }
        for id in exchange
            .discrepancies()
            .filter(|id| !discrepancies.contains(id))
        {
            found.push(exchange.problem(
                "",
                format!("{id} is not in {DISCREPANCIES}"),
                "add the entry there, or mend the number",
            ));
        }
        // A code of nothing but nines is visibly made up, to show lengths.
        let made_up = |code: &str| code.trim_end_matches('9').ends_with('.');
        if let Some((code, status)) = exchange.error_code()
            && !made_up(code)
            && !codes.contains(&(code.to_owned(), status))
        {
            found.push(exchange.problem(
                "/response/body/error_code",
                format!("{code} with HTTP status {status} is not in {ERRORS}"),
                "add it to the catalogue with its source, or use one that is there",
            ));
        }
    }
    for operation in description.operations() {
        let recorded = by_operation.remove(operation.id()).unwrap_or_default();
        for (wanted, _) in WANTED
            .iter()
            .filter(|(_, is_one)| !recorded.iter().any(|exchange| is_one(exchange)))
        {
            found.push(Problem::at(
                Place::file(format!("{DIRECTORY}/{}", operation.id())),
                format!("`{}` has no example of {wanted}", operation.id()),
                "record one, or construct it from the table and say `\"source\": \"constructed\"`",
            ));
        }
    }
    for id in by_operation.keys() {
        found.push(Problem::at(
            Place::file(format!("{DIRECTORY}/{id}")),
            format!("`{id}` is no operation of the description"),
            "rename the directory to the operationId, or delete it",
        ));
    }
    Problems::unless_empty(found, exchanges.len())
}

/// Reads the description and checks every exchange.
///
/// # Errors
/// As [`check`], or the description cannot be read.
pub fn run(workspace: &Workspace) -> Result<usize> {
    check(workspace, &read::read(workspace)?)
}

/// Compares what an exchange lists with what it does.
fn deviations(exchange: &Exchange, misfits: &BTreeSet<(String, String)>, found: &mut Vec<Problem>) {
    let mut listed = BTreeSet::new();
    for (index, deviation) in exchange.deviations().enumerate() {
        let pointer = format!("/deviations/{index}");
        if !listed.insert(deviation.clone()) {
            found.push(exchange.problem(
                &pointer,
                "the same deviation twice",
                "delete one of the two",
            ));
        }
        if !misfits.contains(&deviation) {
            found.push(exchange.problem(
                &pointer,
                format!(
                    "the listed deviation `{}` at {} does not occur",
                    deviation.1, deviation.0
                ),
                "delete it, or mend the exchange or the description, whichever is wrong",
            ));
        }
    }
    for (place, rule) in misfits.difference(&listed) {
        found.push(exchange.problem(
            place,
            format!("leaves the description at {place}: {rule}"),
            "mend it; if the service or a document really does this, list it under `deviations` with `where`, `rule` and `why`",
        ));
    }
}
