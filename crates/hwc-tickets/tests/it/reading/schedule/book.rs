//! What a follower gave over its lives, and what it may give again.

use hwc_tickets::{Cursor, Event};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What was handed out, and what may come again.
#[derive(Default)]
pub struct Book {
    /// How often each message came, by its number.
    pub given: BTreeMap<u64, u32>,
    since_checkpoint: BTreeSet<u64>,
    may_repeat: BTreeSet<u64>,
    pub checkpoint: Option<Cursor>,
    /// Within one run: the time of the last message of each ticket.
    pub last: BTreeMap<String, Timestamp>,
    /// Messages from before it began, when they are not asked for: a position that goes back, or holds the
    /// last message again, brings some, and nothing proves their age.
    pub old: BTreeSet<u64>,
}

impl Book {
    pub fn take(&mut self, event: Event, told: &str) {
        match event {
            Event::Message { ticket, message } => {
                let number: u64 = message.content.parse().unwrap();
                let times = self.given.entry(number).or_default();
                *times += 1;
                if *times > 1 {
                    assert!(
                        self.may_repeat.remove(&number),
                        "{number} came twice: {told}"
                    );
                }
                self.since_checkpoint.insert(number);
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
            Event::Checkpoint(cursor) => {
                let text = serde_json::to_string(&cursor).unwrap();
                assert!(text.len() <= 4 << 20);
                self.checkpoint = Some(serde_json::from_str(&text).unwrap());
                self.since_checkpoint.clear();
            }
            Event::Fatal(error) => panic!("{error}: {told}"),
            Event::TicketLost { error, .. } => panic!("{error}: {told}"),
            _ => {}
        }
    }

    /// Messages that came once more behind a kill.
    pub fn came_again(&self) -> u64 {
        self.given.values().map(|times| u64::from(times - 1)).sum()
    }

    /// The process was killed: what came after the last checkpoint may come again.
    pub fn killed(&mut self) {
        self.may_repeat.append(&mut self.since_checkpoint);
    }
}
