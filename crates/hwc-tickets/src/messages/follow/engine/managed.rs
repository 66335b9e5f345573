//! Tickets that come and go while a follower runs.

use super::{Engine, Event, Out};
use crate::{
    error::{Error, ErrorKind},
    ids::TicketId,
    messages::follow::{MOST_TICKETS, Start, changes::Change, roster::CatchUp},
};
use std::sync::{Arc, atomic::Ordering};

impl Engine {
    /// Does what was asked for since the last event.
    pub(super) fn apply_changes(&mut self) {
        while let Some(change) = self.changes.take() {
            self.is_managed = true;
            match change {
                Change::Add(ticket) => self.add(ticket),
                Change::Remove(ticket) => self.remove(&ticket),
                Change::BeginAt(instant) => self.start = Start::Since(instant),
            }
        }
    }

    /// Before the first event: whether so many can be followed. Without any, somebody must be able to add one.
    pub(super) fn check_number(&mut self) {
        if std::mem::replace(&mut self.has_started, true) {
            return;
        }
        let number = self.roster.len();
        self.is_managed |= number == 0 && self.changes.has_handle();
        if number <= MOST_TICKETS && (number > 0 || self.is_managed) {
            return;
        }
        let detail =
            format!("{number} tickets cannot be followed at once: 1 to {MOST_TICKETS} can");
        let error = Error::local(ErrorKind::InvalidInput, detail)
            .with_operation("follow tickets")
            .with_help("Give each follower its share of the tickets, and its own cursor.");
        self.queue = [Out::Event(Event::Fatal(error)), Out::End].into();
    }

    fn add(&mut self, ticket: TicketId) {
        if self.group_of(&ticket).is_some() {
            return;
        }
        if self.roster.len() >= MOST_TICKETS {
            let detail = format!("{MOST_TICKETS} tickets are followed, and no more can be");
            let error = Error::local(ErrorKind::InvalidInput, detail)
                .with_operation("follow tickets")
                .with_ticket(&ticket)
                .with_help("Follow it with another follower, which has its own cursor.");
            self.queue
                .push_back(Out::Event(Event::TicketLost { ticket, error }));
            return;
        }
        let number = self.roster.add_ticket(ticket.clone(), self.clock.elapsed());
        let catch_up = self.start.catch_up();
        let mut owes_gap = false;
        if let Some(followed) = self.roster.ticket(number, &ticket) {
            // Stopped before the first message of its history: it begins as asked for now.
            if followed.catch_up == Some(CatchUp::FROM_START) {
                followed.catch_up = catch_up;
            }
            owes_gap = followed.owes_gap;
        }
        if owes_gap {
            self.possible_gap(ticket.clone());
        }
        self.told.connected.store(false, Ordering::Release);
        if let Some(status) = &mut self.status {
            status.add(ticket);
        }
    }

    fn remove(&mut self, ticket: &TicketId) {
        self.to_ask_after.retain(|own| own != ticket);
        let Some(number) = self.group_of(ticket) else {
            return;
        };
        // What waits was not handed out: the place that is kept lies before it. What would never be handed out is known.
        let waiting = std::mem::take(&mut self.queue);
        for out in waiting {
            match out {
                Out::Message {
                    ticket: own,
                    message,
                    skip,
                    ..
                } if own == *ticket => {
                    let followed = self.roster.ticket(number, ticket);
                    if let Some(followed) = followed.filter(|_| skip) {
                        Arc::make_mut(&mut followed.seen).add(&message);
                    }
                }
                other => self.queue.push_back(other),
            }
        }
        if self.roster.remove_ticket(number, ticket) {
            self.possible_gap(ticket.clone());
        }
        if let Some(status) = &mut self.status {
            status.forget(ticket);
        }
        self.changed = true;
        self.queue.push_back(Out::Checkpoint);
    }
}
