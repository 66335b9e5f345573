//! What a follower gave over its lives, and in which order.

use crate::lives::Given;
use hwc_tickets::{Cursor, Event};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What was handed out, and in which order.
#[derive(Default)]
pub struct Book {
    pub given: Given<Cursor>,
    /// Within one run: the time of the last message of each ticket.
    pub last: BTreeMap<String, Timestamp>,
    /// Messages from before it began, when they are not asked for, or when their history may have a gap: a position that goes back,
    /// or holds the last message again, brings some, and nothing proves their age.
    pub old: BTreeSet<u64>,
}

impl Book {
    pub fn take(&mut self, event: Event, told: &str) {
        match event {
            Event::Message { ticket, message } => {
                let number: u64 = message.content.parse().unwrap();
                self.given.take(number, told);
                if self.old.contains(&number) {
                    return;
                }
                let time = message.created_at.instant().unwrap();
                let last = self.last.entry(ticket.to_string()).or_insert(time);
                assert!(
                    *last <= time,
                    "{ticket}: {number} is older than the one before: {told}"
                );
                *last = time;
            }
            Event::Checkpoint(cursor) => self.given.keep(&cursor),
            Event::Fatal(error) => panic!("{error}: {told}"),
            Event::TicketLost { error, .. } => panic!("{error}: {told}"),
            _ => {}
        }
    }
}
