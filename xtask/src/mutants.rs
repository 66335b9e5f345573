//! Sources that are made wrong on purpose, one place at a time: a test of the owning crate has to fail each time. cargo-mutants says what
//! is made wrong; all of it is built once, in a copy of the workspace, and a variable says which of it is in force. A mutant that survives
//! is a missing test, or is argued in `docs/assurance.md`.

mod alone;
mod areas;
mod build;
mod course;
mod ended;
mod ledger;
mod listed;
mod places;
mod rewrite;
mod tree;
mod trial;
mod workers;

use self::{
    areas::Chosen,
    course::Course,
    ledger::{Basis, Became, Ledger},
    listed::{Mutant, VERSION},
    trial::Trial,
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    programs,
};
use std::{collections::BTreeSet, path::Path};

/// Where what becomes of them goes, and what is built.
const PLACE: &str = "target/mutants";
/// Where survivors are argued.
const PAGE: &str = "docs/assurance.md";

/// The areas, in a line: for the help of the command.
pub fn help() -> String {
    format!("Areas: {}", areas::names())
}

/// Mutates what `wanted` names, areas or files, or every area; tells how many mutants were noticed.
///
/// # Errors
/// cargo-mutants cannot be had, the tests fail without a mutant or cannot be run, files change meanwhile, or a mutant survives that the
/// page does not argue.
pub fn run(workspace: &Workspace, wanted: &[String], say: fn(&str)) -> Result<String> {
    let chosen = areas::chosen(workspace, wanted)?;
    let root = programs::absolute(workspace);
    let program = programs::tool(workspace, "cargo-mutants", VERSION, say)?;
    let mut survivors = BTreeSet::new();
    let mut count = 0;
    for part in &chosen {
        let ledger = tried(workspace, &root, &program, part, say)?;
        count += ledger.count(Became::is_noticed);
        let missed = (ledger.mutants.iter()).filter(|(_, became)| **became == Became::Missed);
        survivors.extend(missed.map(|(name, _)| listed::unplaced(name)));
    }
    let page = workspace.read(PAGE)?;
    let (argued, open): (Vec<String>, Vec<String>) = survivors
        .into_iter()
        .partition(|survivor| is_argued(&page, survivor));
    let problems = open.into_iter().map(|survivor| {
        Problem::at(
            Place::file(PAGE),
            format!("no test notices this: {survivor}"),
            "write the test, or put the line into the list of survivors, as it is here and between backticks, with the reason why it changes nothing",
        )
    });
    Problems::unless_empty(
        problems.collect(),
        format!("{count} mutants are noticed, {} are argued", argued.len()),
    )
}

/// Whether the page has this line, from end to end: of one that begins as another one does, nothing is argued by that.
fn is_argued(page: &str, survivor: &str) -> bool {
    page.contains(&format!("`{survivor}`"))
}

/// Tries each mutant of an area of which it is not known what becomes of it.
fn tried(
    workspace: &Workspace,
    root: &Path,
    program: &Path,
    part: &Chosen,
    say: fn(&str),
) -> Result<Ledger> {
    let mutants = listed::listed(root, program, part)?;
    let files = tree::files(workspace)?;
    let changed: BTreeSet<String> = mutants.iter().map(|mutant| mutant.file.clone()).collect();
    let basis = Basis::of(workspace, &changed)?;
    // Which mutants are to be tried depends on the tests that there are: they are listed first.
    let tests = || -> Result<BTreeSet<String>> {
        say(&format!(
            "{}: files have changed, so the tests of {} are built without mutants and listed",
            part.name, part.package
        ));
        let built = build::built(workspace, &files, part, &[], say)?;
        basis.still_holds(workspace, &changed)?;
        Trial::names(workspace, part, &built)
    };
    let mut ledger = Ledger::of(workspace, &part.name, basis.clone(), tests)?;
    let open: Vec<Mutant> = (mutants.into_iter())
        .filter(|mutant| !ledger.mutants.contains_key(&mutant.name))
        .collect();
    say(&format!(
        "{}: {} mutants to try, {} known, with the tests of {}",
        part.name,
        open.len(),
        ledger.mutants.len(),
        part.package
    ));
    if open.is_empty() {
        // Now it holds for the files of today: their tests need not be listed again.
        ledger.keep(workspace, &part.name)?;
        return Ok(ledger);
    }
    let built = build::built(workspace, &files, part, &open, say)?;
    basis.still_holds(workspace, &changed)?;
    let names = |numbers: &BTreeSet<usize>| -> Vec<String> {
        let mutants = numbers.iter().filter_map(|number| open.get(*number));
        mutants.map(|mutant| mutant.name.clone()).collect()
    };
    let unviable = names(&built.unviable).into_iter();
    ledger
        .mutants
        .extend(unviable.map(|name| (name, Became::Unviable)));
    let mut course = Course {
        workspace,
        area: &part.name,
        open: &open,
        ledger,
        say,
    };
    let trial = Trial::new(workspace, part, &built)?;
    course.together(&trial, &built)?;
    let alone = names(&built.alone);
    if !alone.is_empty() {
        let told = alone::tried(root, program, part, &alone, trial.limits())?;
        // Of these, cargo-mutants has made its copy only now.
        basis.still_holds(workspace, &changed)?;
        for (name, became) in told {
            course.keep(&name, became)?;
        }
    }
    course.ended()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survivor_is_argued_by_a_line_of_its_own() {
        let page = "- `a.rs: replace < with <= in of_all`: nothing of that size is there.\n";
        assert!(is_argued(page, "a.rs: replace < with <= in of_all"));
        assert!(!is_argued(page, "a.rs: replace < with <= in of"));
    }
}
