//! Sources that are made wrong on purpose, one place at a time: a test of the owning crate has to fail each time. cargo-mutants says what
//! is made wrong; all of it is built once, in a copy of the workspace, and a variable says which of it is in force. A mutant that survives
//! is a missing test, or is argued in `docs/assurance.md`.

mod alone;
mod areas;
mod build;
mod ended;
mod ledger;
mod listed;
mod places;
mod rewrite;
mod tree;
mod trial;

use self::{
    areas::Chosen,
    ended::End,
    ledger::{Became, Ledger},
    listed::{Mutant, VERSION},
    trial::{Stage, Trial},
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    programs,
};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

/// Where what becomes of them goes, and what is built.
const PLACE: &str = "target/mutants";
/// Where survivors are argued.
const PAGE: &str = "docs/assurance.md";

/// Mutates what `wanted` names, areas or files, or every area; tells how many mutants were noticed.
///
/// # Errors
/// cargo-mutants cannot be had, the tests fail without a mutant, or one survives that the page does not argue.
pub fn run(workspace: &Workspace, wanted: &[String], say: fn(&str)) -> Result<String> {
    let chosen = areas::chosen(workspace, wanted)?;
    let root = programs::absolute(workspace);
    let program = programs::tool(workspace, "cargo-mutants", VERSION, say)?;
    let mut survivors = BTreeSet::new();
    let mut count = 0;
    for part in &chosen {
        let ledger = tried(workspace, &root, &program, part, say)?;
        count += ledger.count(|became| matches!(became, Became::Caught(_) | Became::TimedOut));
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
    let changed: BTreeSet<&String> = mutants.iter().map(|mutant| &mutant.file).collect();
    let sources = format!(
        "{VERSION} {}",
        tree::digest(workspace, changed.into_iter())?
    );
    let counts = |file: &&String| file.starts_with("crates/") || file.starts_with("tests/");
    let tests = tree::digest(workspace, files.iter().filter(counts))?;
    let mut ledger = Ledger::of(workspace, &part.name, sources, tests)?;
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
        return Ok(ledger);
    }
    let built = build::built(workspace, &files, part, &open, say)?;
    let name = |number: &usize| open.get(*number).map(|mutant| mutant.name.clone());
    for name in built.unviable.iter().filter_map(name) {
        ledger.mutants.insert(name, Became::Unviable);
    }
    let trial = Trial::new(workspace, part, &built)?;
    let limits = trial.limits();
    say(&format!(
        "{}: {} are built together, {} alone, {} do not compile; the tests may take {:?} and {:?}",
        part.name,
        open.len() - built.alone.len() - built.unviable.len(),
        built.alone.len(),
        built.unviable.len(),
        limits[0],
        limits[1],
    ));
    let together = (0..open.len())
        .filter(|number| !built.alone.contains(number) && !built.unviable.contains(number));
    let mut keep = |name: String, became: Became| {
        if became == Became::Missed {
            say(&format!("missed: {name}"));
        }
        ledger.mutants.insert(name, became);
        ledger.keep(workspace, &part.name)
    };
    let mut unseen = Vec::new();
    each(&trial, together.collect(), Stage::First, |number, end| {
        match (end, name(&number)) {
            (End::Passed, _) => unseen.push(number),
            (end, Some(name)) => keep(name, end.into())?,
            (_, None) => {}
        }
        Ok(())
    })?;
    say(&format!(
        "{}: the first tests pass {}, which are tried with every test",
        part.name,
        unseen.len()
    ));
    let mut rest = Vec::new();
    each(&trial, unseen, Stage::Fast, |number, end| {
        match (end, name(&number)) {
            (End::Passed, _) => rest.push(number),
            (end, Some(name)) => keep(name, end.into())?,
            (_, None) => {}
        }
        Ok(())
    })?;
    say(&format!(
        "{}: of these, all but the slow tests pass {}",
        part.name,
        rest.len()
    ));
    each(&trial, rest, Stage::Slow, |number, end| {
        name(&number).map_or(Ok(()), |name| keep(name, end.into()))
    })?;
    let alone: Vec<&Mutant> = (built.alone.iter())
        .filter_map(|number| open.get(*number))
        .collect();
    if !alone.is_empty() {
        for (name, became) in alone::tried(root, program, part, &alone, limits)? {
            keep(name, became)?;
        }
    }
    ledger.keep(workspace, &part.name)?;
    say(&format!(
        "{}: {} noticed, {} missed, {} unviable",
        part.name,
        ledger.count(|became| matches!(became, Became::Caught(_) | Became::TimedOut)),
        ledger.count(|became| *became == Became::Missed),
        ledger.count(|became| *became == Became::Unviable),
    ));
    Ok(ledger)
}

/// Asks the tests about the area, or every test, about as many mutants at once as there are cores; tells how each run ended as soon as
/// it is known.
fn each(
    trial: &Trial<'_>,
    mutants: Vec<usize>,
    stage: Stage,
    mut tell: impl FnMut(usize, End) -> Result<()>,
) -> Result<()> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let queue = Mutex::new(mutants.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (send, told) = mpsc::channel();
    thread::scope(|scope| {
        for worker in 0..workers {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(mutant) = next() {
                    let end = trial.asked(Some(mutant), stage, worker);
                    if send.send((mutant, end)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        // Nobody goes on when a result cannot be kept: then `told` is gone.
        told.into_iter()
            .try_for_each(|(mutant, end)| tell(mutant, end))
    })
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
