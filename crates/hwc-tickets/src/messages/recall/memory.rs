//! What a client remembers of the messages it took back.

use crate::ids::{MessageId, TicketId};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What this client took back, so that doing it twice is told from a wrong id.
#[derive(Debug, Default)]
pub(crate) struct Recalls(Mutex<VecDeque<(TicketId, MessageId)>>);

/// Recalls that are remembered.
const MOST_RECALLS: usize = 1_000;

impl Recalls {
    pub(super) fn add(&self, ticket: &TicketId, id: &MessageId) {
        let mut recalls = self.lock();
        recalls.push_back((ticket.clone(), id.clone()));
        if recalls.len() > MOST_RECALLS {
            recalls.pop_front();
        }
    }

    pub(super) fn holds(&self, ticket: &TicketId, id: &MessageId) -> bool {
        let recalls = self.lock();
        recalls
            .iter()
            .any(|(own, known)| own == ticket && known == id)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(TicketId, MessageId)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
