//! The recorded exchanges: each fits the description except exactly where it says it does not.

mod record;

use super::{
    DISCREPANCIES, ERRORS, OPENAPI,
    lint::evidence::discrepancy_entries,
    read::{self, Description},
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    tables::error_codes,
};
use exchanges::{
    compare::{self, Judge, Misfit},
    description::Description as Described,
};
use record::Record;
use std::collections::{BTreeMap, BTreeSet};

/// Where the exchanges are.
pub(super) const DIRECTORY: &str = "spec/examples";

/// The recorded exchanges, with what they refer to.
pub struct Records {
    records: Vec<Record>,
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
        let (records, malformed) = record::read_all(workspace, DIRECTORY)?;
        Ok(Self {
            records,
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
        let described = described(description)?;
        let mut judge = Judge::default();
        let mut found = self.malformed.clone();
        for record in &self.records {
            if let Some(operation) = described.get(record.exchange.operation()) {
                let misfits = judge.misfits(operation, &record.exchange);
                deviations(record, &misfits, &mut found);
            }
            self.references(record, &mut found);
        }
        self.completeness(description, &mut found);
        Problems::unless_empty(found, self.records.len())
    }

    /// What the exchange names exists.
    fn references(&self, record: &Record, found: &mut Vec<Problem>) {
        for id in record
            .exchange
            .discrepancies()
            .filter(|id| !self.discrepancies.contains(*id))
        {
            found.push(record.problem(
                "",
                format!("{id} is not in {DISCREPANCIES}"),
                "add the entry there, or mend the number",
            ));
        }
        // A code of nothing but nines is visibly made up, to show lengths.
        let made_up = |code: &str| code.trim_end_matches('9').ends_with('.');
        if let Some((code, status)) = record.error_code()
            && !made_up(code)
            && !self.codes.contains(&(code.to_owned(), status))
        {
            found.push(record.problem(
                "/response/body/error_code",
                format!("{code} with HTTP status {status} is not in {ERRORS}"),
                "add it to the catalogue with its source, or use one that is there",
            ));
        }
    }

    /// Every operation has what it must have, and every exchange has an operation.
    fn completeness(&self, description: &Description, found: &mut Vec<Problem>) {
        let mut by_operation: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for record in &self.records {
            by_operation
                .entry(record.exchange.operation())
                .or_default()
                .push(record);
        }
        for operation in description.operations() {
            let recorded = by_operation.remove(operation.id()).unwrap_or_default();
            // Everything systematic is made around it by the contract tests.
            let is_base =
                |record: &&Record| record.exchange.is_success() && record.file_name() == "success";
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

/// The description, ready to compare exchanges with.
fn described(description: &Description) -> Result<Described> {
    serde_json::to_value(&description.root)
        .map_err(|error| error.to_string())
        .and_then(|root| Described::of(&root))
        .map_err(|error| {
            Problem::at(
                Place::file(OPENAPI),
                format!("exchanges cannot be compared with it: {error}"),
                "run `cargo xtask spec lint`",
            )
            .into()
        })
}

/// Compares what an exchange lists with what it does.
fn deviations(record: &Record, misfits: &BTreeSet<Misfit>, found: &mut Vec<Problem>) {
    let listed = compare::listed(&record.exchange);
    let mut seen = BTreeSet::new();
    for (index, deviation) in record.exchange.deviations.iter().enumerate() {
        let pointer = format!("/deviations/{index}");
        let misfit = Misfit::from(deviation);
        if !misfits.contains(&misfit) {
            found.push(record.problem(
                &pointer,
                format!(
                    "the listed deviation `{}` at {} does not occur",
                    misfit.rule, misfit.place
                ),
                "delete it, or mend the exchange or the description, whichever is wrong",
            ));
        }
        if !seen.insert(misfit) {
            found.push(record.problem(
                &pointer,
                "the same deviation twice",
                "delete one of the two",
            ));
        }
    }
    for Misfit { place, rule } in misfits.difference(&listed) {
        found.push(record.problem(
            place,
            format!("leaves the description at {place}: {rule}"),
            "mend it; if the service or a document really does this, list it under `deviations` with `where`, `rule` and `why`",
        ));
    }
}
