//! Tickets that are polled together: they share a position of the service.

use super::Followed;
use crate::{
    error::Error,
    messages::follow::{cadence::Cadence, cursor::Group},
};
use std::{sync::Arc, time::Duration};

/// Tickets that are polled together.
#[derive(Debug)]
pub(in crate::messages::follow) struct Polled {
    pub(in crate::messages::follow) tickets: Vec<Followed>,
    /// Opaque, as the service gave it last.
    pub(in crate::messages::follow) position: Option<String>,
    /// The position that goes into a cursor: behind it nothing waits that was not handed out. It stays
    /// where it is while the history of a ticket is read, because what polls bring then is held.
    pub(in crate::messages::follow) safe: Option<String>,
    /// Whether a first answer came, in this run or an earlier one.
    pub(in crate::messages::follow) begun: bool,
    /// The first answer may have been cut, and go on behind its position: until a poll brings nothing that
    /// is not known.
    pub(in crate::messages::follow) opening: bool,
    /// Whether an answer came in this run.
    pub(in crate::messages::follow) answered: bool,
    /// The position was refused, with this error: the next poll goes without it.
    pub(in crate::messages::follow) refused: Option<Error>,
    /// A poll of the same tickets without the position was refused too: then it is not the position alone.
    pub(in crate::messages::follow) is_innocent: bool,
    /// When a position was refused last, on the monotonic clock.
    pub(in crate::messages::follow) position_lost_at: Option<Duration>,
    /// The service gave a position that is too long to keep.
    pub(in crate::messages::follow) was_too_long: bool,
    /// The tickets that the first answer of this run did not name were asked after.
    pub(in crate::messages::follow) was_asked_after: bool,
    pub(in crate::messages::follow) cadence: Cadence,
    /// When to poll next, on the monotonic clock.
    pub(in crate::messages::follow) due: Duration,
    pub(in crate::messages::follow) under_way: bool,
    /// When it came to the follower, on the monotonic clock; `None`: it was there from the start.
    pub(in crate::messages::follow) added_at: Option<Duration>,
    /// Full answers in a row.
    pub(in crate::messages::follow) at_once: u32,
    /// As the last cursor had it.
    last_stored: Option<Arc<Group>>,
}

impl Polled {
    pub(super) fn new(tickets: Vec<Followed>, pace: Cadence) -> Self {
        Self {
            tickets,
            position: None,
            safe: None,
            begun: false,
            opening: false,
            answered: false,
            refused: None,
            is_innocent: false,
            position_lost_at: None,
            was_too_long: false,
            was_asked_after: false,
            cadence: pace,
            due: Duration::ZERO,
            under_way: false,
            added_at: None,
            at_once: 0,
            last_stored: None,
        }
    }

    /// As a cursor has it.
    pub(super) fn resumed(tickets: Vec<Followed>, stored: &Group, pace: Cadence) -> Self {
        Self {
            position: stored.position.clone(),
            safe: stored.position.clone(),
            begun: true,
            opening: stored.opening,
            ..Self::new(tickets, pace)
        }
    }

    /// The same standing for a part of its tickets. Whether the position was refused as well is open again: of
    /// the whole it may have been another ticket.
    pub(super) fn part(&self, tickets: Vec<Followed>) -> Self {
        Self {
            position: self.position.clone(),
            safe: self.safe.clone(),
            begun: self.begun,
            opening: self.opening,
            answered: self.answered,
            position_lost_at: self.position_lost_at,
            was_too_long: self.was_too_long,
            was_asked_after: self.was_asked_after,
            added_at: self.added_at,
            ..Self::new(tickets, self.cadence.clone())
        }
    }

    /// What the next poll is asked with.
    pub(in crate::messages::follow) fn position_to_ask(&self) -> Option<String> {
        match self.refused {
            Some(_) => None,
            None => self.position.clone(),
        }
    }

    /// Advances what goes into a cursor, if nothing is held.
    pub(in crate::messages::follow) fn settle(&mut self) {
        if self.tickets.iter().all(|ticket| ticket.catch_up.is_none()) {
            self.safe.clone_from(&self.position);
        }
    }

    /// As a cursor has it. One that would be the same as the last is shared with that: a cursor is offered for each ticket whose
    /// history was read, and of a thousand tickets hardly any changes in between.
    pub(super) fn stored(&mut self) -> Arc<Group> {
        if let Some(last) = &self.last_stored
            && self.is_as(last)
        {
            return Arc::clone(last);
        }
        let stored = Arc::new(Group {
            position: self.safe.clone(),
            opening: self.opening,
            marks: self.tickets.iter().map(Followed::mark).collect(),
        });
        self.last_stored = Some(Arc::clone(&stored));
        stored
    }

    /// Whether a cursor would have it so.
    fn is_as(&self, stored: &Group) -> bool {
        stored.opening == self.opening
            && stored.position == self.safe
            && stored.marks.len() == self.tickets.len()
            && (self.tickets.iter().zip(&stored.marks)).all(|(ticket, mark)| ticket.is_as(mark))
    }
}
