//! What a client remembers of the tickets it drained, so that nothing around a mark is lost or repeated.

use crate::{
    ids::TicketId,
    messages::message::{Message, MessageKey},
};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Tickets that are remembered. Forgetting one costs repeats, or the cover after a failed look.
const MOST_TICKETS: usize = 1_000;

/// The newest messages of a ticket as they were last seen. All of them are handled.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    messages: BTreeMap<MessageKey, Row>,
    /// Down to where this is complete.
    pub(super) down_to: Timestamp,
    /// A mark may have been made after this was seen.
    pub(super) marked_since: bool,
    /// Items that could not be decoded.
    pub(super) undecodable: u64,
}

#[derive(Debug, Clone)]
struct Row {
    count: u32,
    instant: Option<Timestamp>,
}

impl Seen {
    pub(super) fn new(down_to: Timestamp) -> Self {
        Self {
            messages: BTreeMap::new(),
            down_to,
            marked_since: false,
            undecodable: 0,
        }
    }

    /// Adds a message, and tells which of its kind it is, from 1.
    pub(super) fn add(&mut self, message: &Message) -> u32 {
        let row = self.messages.entry(message.key()).or_insert(Row {
            count: 0,
            instant: message.created_at.instant(),
        });
        row.count = row.count.saturating_add(1);
        row.count
    }

    /// How many of its kind were seen.
    pub(super) fn count(&self, message: &Message) -> u32 {
        self.messages.get(&message.key()).map_or(0, |row| row.count)
    }

    /// Keeps what was seen before and is not shown now: it may be shown again.
    pub(super) fn add_all(&mut self, before: Self) {
        for (key, old) in before.messages {
            let row = self.messages.entry(key).or_insert(Row { count: 0, ..old });
            row.count = row.count.max(old.count);
        }
    }

    /// Forgets what is older than `down_to`.
    pub(super) fn raise(&mut self, down_to: Timestamp) {
        self.down_to = down_to;
        self.messages
            .retain(|_, row| row.instant.is_none_or(|instant| instant >= down_to));
    }
}

/// What is remembered of each ticket.
#[derive(Debug, Default)]
pub(crate) struct Drains(Mutex<Tickets>);

#[derive(Debug, Default)]
struct Tickets {
    by_id: HashMap<TicketId, (u64, Seen)>,
    /// Counts up, to tell old entries from new ones.
    stored: u64,
}

impl Drains {
    pub(super) fn of(&self, ticket: &TicketId) -> Option<Seen> {
        self.lock().by_id.get(ticket).map(|(_, seen)| seen.clone())
    }

    pub(super) fn store(&self, ticket: &TicketId, seen: Seen) {
        let mut tickets = self.lock();
        tickets.stored += 1;
        let age = tickets.stored;
        tickets.by_id.insert(ticket.clone(), (age, seen));
        if tickets.by_id.len() > MOST_TICKETS {
            // The oldest that only costs repeats; else the oldest.
            let ages = tickets.by_id.iter();
            let oldest = ages.min_by_key(|(_, (age, seen))| (seen.marked_since, *age));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                tickets.by_id.remove(&oldest);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tickets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::message::{Author, MessageKind, Role, UserType},
        time::{MessageTime, ZoneOffset},
    };

    fn message(text: &str, time: &str) -> Message {
        Message {
            kind: MessageKind::Support,
            author: Author {
                id: None,
                name: None,
                role: Role::Engineer,
                user_type: UserType::Unknown,
            },
            content: text.to_owned(),
            created_at: MessageTime::read(time.to_owned(), ZoneOffset::default()),
            attachments: Vec::new(),
            attachments_unknown: false,
            id: None,
            is_first: false,
            extra: serde_json::Map::new(),
            lossy: false,
        }
    }

    #[test]
    fn equal_messages_are_counted_and_old_ones_forgotten() {
        let (old, new) = ("2026-03-01 10:00:00", "2026-03-01 10:01:00");
        let (old, new) = (message("a", old), message("a", new));
        let undated = message("a", "yesterday");
        let instant = |message: &Message| message.created_at.instant().unwrap();
        let mut seen = Seen::new(instant(&old));
        assert_eq!((seen.add(&old), seen.add(&old), seen.add(&new)), (1, 2, 1));
        assert_eq!(seen.add(&undated), 1);
        let mut later = Seen::new(instant(&old));
        assert_eq!((later.add(&new), later.add(&new)), (1, 2));
        later.add_all(seen);
        let counts = |seen: &Seen| [&old, &new, &undated].map(|message| seen.count(message));
        assert_eq!(counts(&later), [2, 2, 1], "the larger number of both");
        later.raise(instant(&new));
        assert_eq!(
            counts(&later),
            [0, 2, 1],
            "its age is not known, so it stays"
        );
    }

    #[test]
    fn tickets_are_forgotten_in_order_and_those_that_are_owed_a_look_last() {
        let drains = Drains::default();
        let id = |number: usize| TicketId::new(format!("case-{number}")).unwrap();
        for number in 0..MOST_TICKETS + 10 {
            let mut seen = Seen::new(Timestamp::UNIX_EPOCH);
            seen.marked_since = number < 5;
            drains.store(&id(number), seen);
        }
        let known = (0..MOST_TICKETS + 10).filter(|number| drains.of(&id(*number)).is_some());
        let known: Vec<usize> = known.collect();
        assert_eq!(known.len(), MOST_TICKETS);
        assert_eq!(known.get(..6).unwrap(), [0, 1, 2, 3, 4, 15]);
    }
}
