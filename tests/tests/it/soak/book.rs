//! What the follower told, held to what it may tell.

use super::faults::REDIRECT;
use hwc_tickets::{ErrorKind, Event, TicketId, error::ErrorReport};
use std::{collections::BTreeMap, mem, time::Duration};

/// Where a ticket stands: replies are numbered from 1.
#[derive(Debug, Default)]
struct Place {
    last: u64,
    /// Part of a checkpoint.
    sure: u64,
    /// Of this life nothing was told yet.
    begins: bool,
}

/// What was told of a message of the customer. A byte, and there from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Never,
    /// In this life, and not yet part of a checkpoint.
    Now,
    /// In an earlier life, and not part of a checkpoint: it may come once more in this one.
    Before,
    /// Part of a checkpoint.
    Sure,
}

/// What the follower gave. It does not grow with what is told.
#[derive(Debug)]
pub(super) struct Book {
    places: BTreeMap<String, Place>,
    /// Messages of the customer, by their numbers from 0. Those of several tickets come in any order.
    own: Vec<Told>,
    /// Whether each ticket was part of an answer: what came before is none of its messages.
    pub(super) has_begun: bool,
    pub(super) degraded: u64,
    /// Of them, those that a redirect caused.
    pub(super) redirected: u64,
    pub(super) wrong: Vec<String>,
}

impl Book {
    /// The customer will write at most so many messages.
    pub(super) fn new(own: usize) -> Self {
        Self {
            places: BTreeMap::new(),
            own: vec![Told::Never; own],
            has_begun: false,
            degraded: 0,
            redirected: 0,
            wrong: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Message { ticket, message } => {
                let text = message.content.split_once(' ');
                match text.and_then(|(who, number)| Some((who, number.parse::<u64>().ok()?))) {
                    Some(("reply", number)) => self.reply(ticket.as_str(), number),
                    Some(("submit", number)) => self.submit(number),
                    _ => {}
                }
            }
            Event::Checkpoint(_) => self.is_kept(),
            Event::Degraded { error, .. } => {
                self.degraded += 1;
                self.redirected += u64::from(error.http_status() == Some(REDIRECT));
            }
            // Also a possible gap, for which nothing here is a reason: no history is read, no fault refuses a position, the service
            // always gives one, no ticket is left out of the file, and no message comes again that was forgotten. Only a wall
            // clock that is set back as the follower begins could make one.
            other => self.wrong.push(format!("{other:?}")),
        }
    }

    fn reply(&mut self, ticket: &str, number: u64) {
        let place = self.places.entry(ticket.to_owned()).or_default();
        // What was told and not yet part of a checkpoint may come again in a new life.
        let first = if place.begins {
            place.sure + 1
        } else {
            place.last + 1
        };
        if !(first..=place.last + 1).contains(&number) {
            self.wrong
                .push(format!("{ticket}: {number} with {place:?}"));
        }
        place.begins = false;
        place.last = number;
    }

    fn submit(&mut self, number: u64) {
        let place = usize::try_from(number).unwrap();
        let told = self.own.get_mut(place);
        let before = told.map(|told| mem::replace(told, Told::Now));
        if !matches!(before, Some(Told::Never | Told::Before)) {
            self.wrong
                .push(format!("submit {number} is told after {before:?}"));
        }
    }

    /// Of what this life was not told again, the file knows no more than before.
    fn is_kept(&mut self) {
        for place in self.places.values_mut().filter(|place| !place.begins) {
            place.sure = place.last;
        }
        for told in self.own.iter_mut().filter(|told| **told == Told::Now) {
            *told = Told::Sure;
        }
    }

    pub(super) fn is_killed(&mut self) {
        for place in self.places.values_mut() {
            place.begins = true;
        }
        for told in self.own.iter_mut().filter(|told| **told == Told::Now) {
            *told = Told::Before;
        }
    }

    /// The last reply of a ticket that was told.
    pub(super) fn last_reply(&self, ticket: &TicketId) -> u64 {
        let place = self.places.get(ticket.as_str());
        place.map_or(0, |place| place.last)
    }

    /// Whether a message of the customer was told.
    pub(super) fn has_submit(&self, number: u64) -> bool {
        let told = self.own.get(usize::try_from(number).unwrap());
        told.is_some_and(|told| *told != Told::Never)
    }

    /// How many messages of the customer were told.
    pub(super) fn submits(&self) -> usize {
        let told = self.own.iter().filter(|told| **told != Told::Never);
        told.count()
    }
}

#[test]
fn a_possible_gap_is_wrong() {
    let mut book = Book::new(0);
    let ticket = TicketId::new("case-1").unwrap();
    book.take(Event::PossibleGap { ticket });
    assert_eq!(book.wrong.len(), 1);
}

#[test]
fn only_what_a_redirect_caused_counts_as_redirected() {
    let mut book = Book::new(0);
    for status in [None, Some(REDIRECT), Some(502)] {
        let mut report = ErrorReport::new(ErrorKind::Protocol, "it failed");
        report.http_status = status;
        book.take(Event::Degraded {
            error: report.into(),
            next_try: Duration::ZERO,
        });
    }
    assert_eq!((book.degraded, book.redirected), (3, 1));
}

#[test]
fn what_is_told_twice_in_one_life_is_noticed() {
    let mut book = Book::new(2);
    book.submit(1);
    book.submit(0);
    assert!(book.wrong.is_empty(), "{:?}", book.wrong);
    book.submit(1);
    assert_eq!(book.wrong, ["submit 1 is told after Some(Now)"]);
    book.wrong.clear();
    book.is_kept();
    book.submit(0);
    assert_eq!(book.wrong, ["submit 0 is told after Some(Sure)"]);
    book.wrong.clear();
    book.submit(2);
    assert_eq!(book.wrong, ["submit 2 is told after None"]);
}

#[test]
fn only_what_no_checkpoint_held_may_come_again_and_once_for_each_life() {
    let mut book = Book::new(2);
    book.submit(0);
    book.is_kept();
    book.submit(1);
    for _ in 0..2 {
        book.is_killed();
        // A checkpoint before it came again does not hold it.
        book.is_kept();
        book.submit(1);
    }
    assert!(book.wrong.is_empty(), "{:?}", book.wrong);
    assert_eq!(book.submits(), 2);
    book.submit(1);
    assert_eq!(book.wrong.len(), 1, "twice in the last life");
    book.is_killed();
    book.submit(0);
    assert_eq!(book.wrong.len(), 2, "a checkpoint held it");
}

#[test]
fn a_reply_that_is_told_twice_is_noticed() {
    let mut book = Book::new(0);
    book.reply("case-1", 1);
    book.is_kept();
    book.reply("case-1", 2);
    book.is_killed();
    book.reply("case-1", 2);
    assert!(book.wrong.is_empty(), "{:?}", book.wrong);
    book.reply("case-1", 2);
    assert_eq!(book.wrong.len(), 1);
}
