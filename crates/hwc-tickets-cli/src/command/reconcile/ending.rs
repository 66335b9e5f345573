//! How `message reconcile --all` ends: what is left, counted, and what leads on from there.

use crate::{
    exit::Exit,
    failure::{Failure, advice},
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{Error, Outcome, submit::Reconciled};
use std::{collections::BTreeSet, path::PathBuf};

pub(super) struct Ending<'a> {
    settled: usize,
    /// Of these it is still not known.
    open: Vec<&'a Reconciled>,
    /// Files nobody can tell the message of.
    unreadable: &'a [PathBuf],
}

impl<'a> Ending<'a> {
    pub(super) fn of(reconciled: &'a [Reconciled], unreadable: &'a [PathBuf]) -> Self {
        let is_open = |one: &&Reconciled| {
            let outcome = &one.outcome;
            !matches!(
                outcome,
                Ok(Outcome::Confirmed(_) | Outcome::Recalled(_) | Outcome::Absent)
            )
        };
        let open: Vec<&Reconciled> = reconciled.iter().filter(is_open).collect();
        Self {
            settled: reconciled.len().saturating_sub(open.len()),
            open,
            unreadable,
        }
    }

    /// What is done, where nothing is left to do.
    pub(super) fn done(&self) -> String {
        match self.settled {
            0 => "there was nothing to settle".to_owned(),
            1 => "1 is settled".to_owned(),
            several => format!("all {several} are settled"),
        }
    }

    /// What is left; `None` when that is nothing.
    pub(super) fn failure(&self) -> Option<Failure> {
        let open = match self.open.len() {
            0 => None,
            1 => Some("of 1 it is still not known whether it arrived".to_owned()),
            several => Some(format!(
                "of {several} it is still not known whether they arrived"
            )),
        };
        let unreadable = match self.unreadable.len() {
            0 => None,
            1 => Some("1 pending file cannot be read".to_owned()),
            several => Some(format!("{several} pending files cannot be read")),
        };
        let settled = match self.settled {
            0 => None,
            1 => Some("1 is settled".to_owned()),
            several => Some(format!("{several} are settled")),
        };
        if open.is_none() && unreadable.is_none() {
            return None;
        }
        let what: Vec<String> = [open, unreadable, settled].into_iter().flatten().collect();
        Some(Failure::own(Exit::Unknown, what.join("; "), self.advice()))
    }

    /// A file that cannot be read comes first: as long as it is there, it keeps others from being confirmed.
    fn advice(&self) -> String {
        let again = match self.open.is_empty() {
            true => "",
            false => "; then try again",
        };
        match self.unreadable {
            [] => self.advice_on_open(),
            [directory] if directory.is_dir() && !directory.is_symlink() => {
                format!("Move the directory named above away{again}")
            }
            [file] => format!(
                "Fix the file named above, move it out of the directory of pending files, or discard it unread with: \
                 hwc-tickets message reconcile {} --forget{again}",
                shell_quoted(file)
            ),
            _ => format!(
                "Fix the files named above, move them out of the directory of pending files, or discard each unread \
                 with: hwc-tickets message reconcile FILE --forget{again}"
            ),
        }
    }

    fn advice_on_open(&self) -> String {
        if let Some(error) = self.one_error() {
            return advice::of(error).into_owned();
        }
        match self.has_rivals() {
            true => format!(
                "Messages to one ticket keep each other in doubt: what is found may be either's. When one doubt is ended, \
                 the others may settle. {}",
                self.advice_by_candidates()
            ),
            false => self.advice_by_candidates(),
        }
    }

    fn advice_by_candidates(&self) -> String {
        let has_candidates = |one: &&Reconciled| matches!(&one.outcome, Ok(Outcome::Unknown(candidates)) if !candidates.is_empty());
        // Time changes nothing about those: a person has to say whether it is one of the messages.
        let is_for_a_person = self.open.iter().all(has_candidates);
        match (self.open.as_slice(), is_for_a_person) {
            ([one], true) => {
                let id = one.pending.id();
                format!(
                    "`hwc-tickets message reconcile {id}` shows what could be it. Look at the ticket; then end the doubt \
                     with: hwc-tickets message reconcile {id} --forget"
                )
            }
            (_, true) => "`hwc-tickets message reconcile` lists their ids, and with an ID it shows what could be it. Look \
                          at the tickets; then end each doubt with: hwc-tickets message reconcile ID --forget"
                .to_owned(),
            ([_], false) => {
                "Try again in a minute: hwc-tickets message reconcile --all".to_owned()
            }
            (_, false) => "Try again in a minute, one at a time to see what could be it: `hwc-tickets message reconcile` \
                           lists their ids."
                .to_owned(),
        }
    }

    /// Whether two that are open are of one ticket: what is found may be either's.
    fn has_rivals(&self) -> bool {
        let tickets: BTreeSet<&str> = (self.open.iter())
            .map(|one| one.pending.ticket().as_str())
            .collect();
        tickets.len() < self.open.len()
    }

    /// The error that keeps all of them open, if it is one.
    fn one_error(&self) -> Option<&Error> {
        let mut errors = self.open.iter().map(|one| one.outcome.as_ref().err());
        let first = errors.next()??;
        errors
            .all(|error| error.is_some_and(|error| error.kind() == first.kind()))
            .then_some(first)
    }
}
