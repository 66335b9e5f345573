//! What a follower of all tickets gave over its lives, and what it owes.

use crate::lives::Given;
use hwc_tickets::{AllCursor, AllEvent};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// For so long a ticket that has ended is followed at least: the longest wait between two polls and a minute. What is written so long
/// before its end is heard of, also where a poll hangs meanwhile.
pub const SLACK: Duration = Duration::from_secs(80);
/// A checkpoint has seconds of the wall clock, and takes no notice of one that was set by a minute or less.
const BLUR: Duration = Duration::from_secs(62);
/// Seconds are whole.
const ROUNDING: Duration = Duration::from_secs(2);

/// When something happens.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// By the clock that nobody sets.
    pub at: Duration,
    /// How often the other one was set until then.
    pub jumps: u64,
}

/// A ticket of which the follower told that it has ended.
struct Ended {
    told: Moment,
    /// It is followed until then at least. Zero: nothing is promised any more.
    until: Duration,
}

#[derive(Default)]
pub struct Book {
    pub given: Given<AllCursor>,
    /// Numbers of messages that must come, whatever becomes of their tickets.
    pub owed: BTreeSet<u64>,
    /// How often the clock had been set at the last checkpoint.
    jumps: u64,
    ended: BTreeMap<String, Ended>,
    /// Since when nobody follows.
    stopped_at: Option<Duration>,
}

impl Book {
    /// A life begins at the last checkpoint.
    pub fn begin(&mut self, now: Moment) {
        let is_clock_right = now.jumps == self.jumps;
        let stopped_at = self.stopped_at.take().unwrap_or(now.at);
        for ended in self.ended.values_mut() {
            // Else it may have been let go.
            let was_followed = ended.until >= stopped_at;
            let promised = match is_clock_right {
                true => ended.until.saturating_sub(BLUR),
                false => Duration::ZERO,
            };
            ended.until = match was_followed {
                true => promised.max(now.at + SLACK - ROUNDING),
                false => Duration::ZERO,
            };
        }
    }

    /// `keep`: for how long a ticket that has ended is followed.
    pub fn take(&mut self, event: AllEvent, now: Moment, keep: Duration, told: &str) {
        match event {
            AllEvent::Message { message, .. } => {
                let number: u64 = message.content.parse().unwrap();
                self.given.take(number, told);
            }
            AllEvent::Opened { ticket } | AllEvent::Status { ticket, .. } => {
                let id = ticket.raw_id.clone();
                if ticket.status.has_ended() {
                    let until = now.at + keep - ROUNDING;
                    self.ended.insert(id, Ended { told: now, until });
                } else {
                    self.ended.remove(&id);
                }
            }
            AllEvent::Checkpoint(cursor) => {
                self.given.keep(&cursor);
                self.jumps = now.jumps;
            }
            AllEvent::Gone { ticket } => panic!("{ticket} is gone: {told}"),
            AllEvent::TicketLost { error, .. } | AllEvent::Fatal(error) => {
                panic!("{error}: {told}")
            }
            _ => {}
        }
    }

    /// A life is over. Behind a kill comes again what came after the last checkpoint.
    pub fn end(&mut self, at: Duration, is_killed: bool, told: &str) {
        self.stopped_at = Some(at);
        if is_killed {
            self.given.killed();
        }
        let left = self.given.unkept();
        assert!(left.is_empty(), "no checkpoint has {left:?}: {told}");
    }

    /// Whether a message must come that is written into this ticket, which has ended.
    pub fn is_followed(&self, ticket: &str, at: Duration) -> bool {
        match (self.ended.get(ticket), self.stopped_at) {
            // It will be, from when the list shows that.
            (None, _) => true,
            (Some(ended), None) => ended.until >= at + SLACK,
            // The next life hears of all that this one followed.
            (Some(ended), Some(stopped_at)) => ended.until >= stopped_at,
        }
    }

    /// Whether the clock was set since it was told that the ticket has ended.
    pub fn was_set_since(&self, ticket: &str, now: Moment) -> bool {
        let ended = self.ended.get(ticket);
        ended.is_some_and(|ended| ended.told.jumps < now.jumps)
    }
}
