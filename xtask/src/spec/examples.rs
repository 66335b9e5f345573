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

/// The recorded exchanges, with what they refer to.
pub struct Records {
    exchanges: Vec<Exchange>,
    /// Files that are no exchange.
    malformed: Vec<Problem>,
    discrepancies: BTreeSet<String>,
    codes: BTreeSet<(String, u16)>,
}

impl Records {
    /// Reads them all. Malformed ones are told by [`Records::check`].
    ///
    /// # Errors
    /// What they refer to cannot be read.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let page = workspace.read(DISCREPANCIES)?;
        let codes = error_codes::read(&workspace.read(ERRORS)?)?.errors;
        let (exchanges, malformed) = exchange::read_all(workspace, DIRECTORY)?;
        Ok(Self {
            exchanges,
            malformed,
            discrepancies: discrepancy_entries(&page)
                .into_iter()
                .map(|(id, ..)| id.to_owned())
                .collect(),
            codes: codes
                .into_iter()
                .map(|entry| (entry.code, entry.http_status))
                .collect(),
        })
    }

    /// Checks them against `description`; returns how many there are.
    ///
    /// # Errors
    /// Unlisted and unneeded deviations, malformed exchanges, operations without one of the wanted kinds.
    pub fn check(&self, description: &Description) -> Result<usize> {
        let comparison = compare::Comparison::new(description)?;
        let mut found = self.malformed.clone();
        for exchange in &self.exchanges {
            match comparison.misfits(exchange) {
                Ok(misfits) => deviations(exchange, &misfits, &mut found),
                Err(problem) => found.push(problem),
            }
            self.references(exchange, &mut found);
        }
        self.completeness(description, &mut found);
        Problems::unless_empty(found, self.exchanges.len())
    }

    /// What the exchange names exists.
    fn references(&self, exchange: &Exchange, found: &mut Vec<Problem>) {
        for id in exchange
            .discrepancies()
            .filter(|id| !self.discrepancies.contains(*id))
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
            && !self.codes.contains(&(code.to_owned(), status))
        {
            found.push(exchange.problem(
                "/response/body/error_code",
                format!("{code} with HTTP status {status} is not in {ERRORS}"),
                "add it to the catalogue with its source, or use one that is there",
            ));
        }
    }

    /// Every operation has what it must have, and every exchange has an operation.
    fn completeness(&self, description: &Description, found: &mut Vec<Problem>) {
        let mut by_operation: BTreeMap<&str, Vec<&Exchange>> = BTreeMap::new();
        for exchange in &self.exchanges {
            by_operation
                .entry(&exchange.operation)
                .or_default()
                .push(exchange);
        }
        for operation in description.operations() {
            let recorded = by_operation.remove(operation.id()).unwrap_or_default();
            // Everything systematic is made around it by the contract tests.
            let is_base =
                |exchange: &&Exchange| exchange.is_success() && exchange.name == "success";
            if !recorded.iter().any(is_base) {
                found.push(Problem::at(
                    Place::file(format!("{DIRECTORY}/{}", operation.id())),
                    format!("`{}` has no example of a success", operation.id()),
                    "record `success.json`, or construct it from the table and say `\"source\": \"constructed\"`",
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
    }
}

/// Reads the description and checks every exchange against it.
///
/// # Errors
/// As [`Records::check`], or something cannot be read.
pub fn run(workspace: &Workspace) -> Result<usize> {
    Records::read(workspace)?.check(&read::read(workspace)?)
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
