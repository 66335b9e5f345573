//! The mutants of an area, from the first test that is asked to the last. What becomes of each is kept at once.

use super::{
    PLACE,
    build::Built,
    ended::End,
    ledger::{Became, Ledger},
    listed::Mutant,
    trial::{Stage, Trial},
    workers,
};
use crate::{
    file::Workspace,
    problem::{Problem, Problems, Result},
};

/// An area under way.
pub(super) struct Course<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) area: &'a str,
    /// What is tried.
    pub(super) open: &'a [Mutant],
    pub(super) ledger: Ledger,
    pub(super) say: fn(&str),
}

impl Course<'_> {
    /// Asks the tests about those that were built together: what the first ones do not notice is asked about further ones.
    ///
    /// # Errors
    /// Tests cannot be run, or what becomes of a mutant cannot be kept.
    pub(super) fn together(&mut self, trial: &Trial<'_>, built: &Built) -> Result<()> {
        let [first, all] = trial.limits();
        let together: Vec<usize> = (0..self.open.len())
            .filter(|number| !built.alone.contains(number) && !built.unviable.contains(number))
            .collect();
        self.tell(&format!(
            "{} are built together, {} alone, {} do not compile; the tests about them may take {first:?}, all of them {all:?}",
            together.len(),
            built.alone.len(),
            built.unviable.len(),
        ));
        let unseen = self.asked(trial, together, Stage::First)?;
        self.tell(&format!(
            "the first tests pass {}, which are tried with every test",
            unseen.len()
        ));
        let rest = self.asked(trial, unseen, Stage::Fast)?;
        self.tell(&format!(
            "of these, all but the slow tests pass {}",
            rest.len()
        ));
        self.asked(trial, rest, Stage::Slow).map(|_| ())
    }

    /// Asks the tests of a stage; gives those mutants about which there are more to ask.
    fn asked(
        &mut self,
        trial: &Trial<'_>,
        mutants: Vec<usize>,
        stage: Stage,
    ) -> Result<Vec<usize>> {
        let mut passed = Vec::new();
        let open = self.open;
        workers::each(
            mutants,
            |number, worker| trial.asked(*number, stage, worker),
            |number, end| {
                match (end?, open.get(number)) {
                    (End::Passed, _) if stage != Stage::Slow => passed.push(number),
                    (end, Some(mutant)) => self.keep(&mutant.name, end.into())?,
                    (_, None) => {}
                }
                Ok::<(), Problems>(())
            },
        )?;
        Ok(passed)
    }

    /// Keeps what became of a mutant: a run that is interrupted goes on behind it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn keep(&mut self, name: &str, became: Became) -> Result<()> {
        if became == Became::Missed {
            (self.say)(&format!("missed: {name}"));
        }
        self.ledger.mutants.insert(name.to_owned(), became);
        self.ledger.keep(self.workspace, self.area)
    }

    /// What became of all of them.
    ///
    /// # Errors
    /// Of one it is not known.
    pub(super) fn ended(self) -> Result<Ledger> {
        let is_known = |mutant: &&Mutant| self.ledger.mutants.contains_key(&mutant.name);
        if let Some(mutant) = self.open.iter().find(|mutant| !is_known(mutant)) {
            return Err(Problem::general(
                format!("it is not known what became of {}", mutant.name),
                format!(
                    "look into {PLACE}/{}-alone, and run the command again: it tries what is not known",
                    self.area
                ),
            )
            .into());
        }
        self.ledger.keep(self.workspace, self.area)?;
        self.tell(&format!(
            "{} noticed, {} missed, {} unviable",
            self.ledger.count(Became::is_noticed),
            self.ledger.count(|became| *became == Became::Missed),
            self.ledger.count(|became| *became == Became::Unviable),
        ));
        Ok(self.ledger)
    }

    fn tell(&self, what: &str) {
        (self.say)(&format!("{}: {what}", self.area));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::{ledger::Basis, listed::Span};
    use std::collections::BTreeSet;

    #[test]
    fn an_area_ends_when_it_is_known_what_became_of_each() {
        let place = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(place.path());
        let open = ["a", "b"].map(|name| Mutant {
            name: name.to_owned(),
            file: String::new(),
            genre: String::new(),
            replacement: String::new(),
            span: Span::between((1, 1), (1, 2)),
        });
        let known =
            |area| Ledger::of(&workspace, area, Basis::default(), || Ok(BTreeSet::new())).unwrap();
        for is_known in [true, false] {
            let mut course = Course {
                workspace: &workspace,
                area: "area",
                open: &open,
                ledger: known("other"),
                say: |_| {},
            };
            course.keep("a", Became::TimedOut).unwrap();
            if is_known {
                course.keep("b", Became::Missed).unwrap();
            }
            assert_eq!(course.ended().is_ok(), is_known);
            // It is on disk all the same.
            assert_eq!(known("area").mutants.len(), 1 + usize::from(is_known));
        }
    }
}
