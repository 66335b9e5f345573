//! What waits to be handed out, and what handing it out means.

use super::{Engine, Event, GroupNumber};
use crate::{ids::TicketId, kept_cursor, messages::message::Message};
use std::sync::{Arc, atomic::Ordering};

/// What waits to be handed out.
#[derive(Debug)]
pub(super) enum Out {
    Event(Event),
    Message {
        group: GroupNumber,
        ticket: TicketId,
        message: Box<Message>,
        /// This caller's own, or there before the beginning: noted, not handed out.
        skip: bool,
    },
    /// Everything of an answer was handed out.
    Advance {
        group: GroupNumber,
        position: Option<String>,
    },
    /// Everything of a ticket's history was handed out.
    CaughtUp {
        group: GroupNumber,
        ticket: TicketId,
    },
    Checkpoint,
    End,
}

impl Engine {
    /// Gives the event of `out`, if it has one, and does what handing it out means.
    pub(super) fn hand_out(&mut self, out: Out) -> Option<Event> {
        match out {
            Out::Event(event) => {
                match &event {
                    Event::PossibleGap { ticket } => {
                        self.changed |= self.roster.set_owes_gap(ticket, false);
                    }
                    Event::Status { ticket, status, .. } => {
                        self.changed |= self.roster.set_status(ticket, *status);
                    }
                    _ => {}
                }
                Some(event)
            }
            Out::Message {
                group,
                ticket,
                message,
                skip,
            } => {
                // A ticket that was given up meanwhile still has its messages handed out.
                if let Some(followed) = self.roster.ticket(group, &ticket) {
                    Arc::make_mut(&mut followed.seen).add(&message);
                    if !skip {
                        followed.gap_told_at = None;
                    }
                }
                self.changed = true;
                (!skip).then_some(Event::Message { ticket, message })
            }
            Out::Advance { group, position } => {
                if let Some(group) = self.roster.groups.get_mut(&group) {
                    self.changed |= group.position != position || !group.begun;
                    if !group.begun {
                        // Only what was there before is in front of it.
                        group.safe.clone_from(&position);
                    }
                    group.position = position;
                    group.begun = true;
                    group.settle();
                }
                if self.roster.groups.values().all(|group| group.answered) {
                    self.told.connected.store(true, Ordering::Release);
                }
                self.roster.join();
                self.checkpoint_if_changed()
            }
            Out::CaughtUp { group, ticket } => {
                if let Some(followed) = self.roster.ticket(group, &ticket) {
                    followed.catch_up = None;
                    self.changed = true;
                }
                if let Some(group) = self.roster.groups.get_mut(&group) {
                    group.settle();
                }
                self.checkpoint_if_changed()
            }
            Out::Checkpoint => Some(self.checkpoint()),
            Out::End => {
                self.ended = true;
                None
            }
        }
    }

    fn checkpoint_if_changed(&mut self) -> Option<Event> {
        self.changed.then(|| self.checkpoint())
    }

    /// Everything handed out so far was handled: the stream was asked for more.
    fn checkpoint(&mut self) -> Event {
        let (event, next) = kept_cursor::checkpoint(
            self.file.as_mut().map(|file| &mut file.0),
            self.roster.cursor(),
            Event::Checkpoint,
            |error, next_try| Event::Degraded { error, next_try },
        );
        self.changed = next.is_some();
        if let Some(next) = next {
            self.queue.push_front(Out::Event(next));
        }
        event
    }
}
