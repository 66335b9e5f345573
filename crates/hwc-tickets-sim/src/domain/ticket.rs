//! A ticket: who owns it, what state it is in, and its messages in the order in which they became visible.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::message::{Author, Message, Place};
use super::record::{Act, Record};
use super::text::Text;

/// State of a ticket, with the numbers the service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// 0: waits to be accepted.
    Waiting,
    /// 1: in progress.
    InProgress,
    /// 2: an engineer thinks it is solved and waits for the customer's word.
    ToConfirm,
    /// 3: completed.
    Completed,
    /// 4: cancelled by the customer.
    Cancelled,
    /// 5: suspended.
    Suspended,
    /// 12: invalid.
    Invalid,
    /// 13: deleted.
    Deleted,
    /// 17: waits for the customer's answer.
    WaitingForFeedback,
}

impl Status {
    /// The number on the wire.
    pub fn number(self) -> i64 {
        match self {
            Status::Waiting => 0,
            Status::InProgress => 1,
            Status::ToConfirm => 2,
            Status::Completed => 3,
            Status::Cancelled => 4,
            Status::Suspended => 5,
            Status::Invalid => 12,
            Status::Deleted => 13,
            Status::WaitingForFeedback => 17,
        }
    }

    /// Whether messages can still be submitted.
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            Status::Completed | Status::Cancelled | Status::Invalid | Status::Deleted
        )
    }
}

#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) id: String,
    /// Index of the owner among the customers.
    pub(super) owner: u32,
    pub(super) group: Option<String>,
    pub(super) status: Status,
    pub(super) title: Text,
    pub(super) opened: Timestamp,
    /// Messages in the order in which they became visible; `place` only grows along it.
    pub(super) messages: Vec<Message>,
    /// Messages that arrived and do not show yet, oldest first.
    pub(super) hidden: Vec<Message>,
    /// How many of `messages` are recalled.
    pub(super) recalled: usize,
    /// How many of `messages` are an engineer's.
    pub(super) from_engineers: usize,
    /// Per customer: how many of the engineers' messages were there when the ticket was last marked as read.
    pub(super) read: BTreeMap<u32, usize>,
    /// Longest time a message of this ticket stayed hidden, in milliseconds.
    pub(super) longest_lag: i64,
    /// How many answers the script has given here; with the seed it fixes the next one.
    pub(super) answers: u64,
    /// Whether an engineer has an answer ready.
    pub(super) answer_planned: bool,
    /// Ids of its labels.
    pub(super) labels: BTreeSet<u32>,
    /// Ids of the tickets that belong to it.
    pub(super) related: BTreeSet<String>,
    pub(super) record: Record,
}

impl Ticket {
    /// A ticket in progress without a message.
    pub(super) fn new(id: &str, owner: u32, opened: Timestamp, record: Record) -> Self {
        Ticket {
            id: id.to_owned(),
            owner,
            group: None,
            status: Status::InProgress,
            title: Text::default(),
            opened,
            messages: Vec::new(),
            hidden: Vec::new(),
            recalled: 0,
            from_engineers: 0,
            read: BTreeMap::new(),
            longest_lag: 0,
            answers: 0,
            answer_planned: false,
            labels: BTreeSet::new(),
            related: BTreeSet::new(),
            record,
        }
    }

    /// The service puts it in another state: the engineer `person` at a time.
    pub(super) fn move_to(&mut self, status: Status, person: u32, at_millis: i64) {
        if self.status != status {
            self.status = status;
            self.record
                .note(Act::Moved, person, Text::default(), at_millis);
        }
    }

    /// Makes a message visible, after all that are visible already.
    pub(super) fn show(&mut self, mut message: Message) -> Place {
        if let Some(last) = self.messages.last() {
            message.visible_millis = message.visible_millis.max(last.visible_millis);
        }
        self.longest_lag = self
            .longest_lag
            .max(message.visible_millis.saturating_sub(message.at_millis));
        if message.author == Author::Engineer {
            self.from_engineers += 1;
        }
        let place = message.place();
        self.messages.push(message);
        place
    }

    /// Visible messages that are not recalled.
    pub(super) fn shown(&self) -> usize {
        self.messages.len().saturating_sub(self.recalled)
    }

    /// Engineers' messages that `user` has not read.
    pub(super) fn unread(&self, user: u32) -> usize {
        self.from_engineers
            .saturating_sub(self.read.get(&user).copied().unwrap_or(0))
    }

    pub(super) fn mark_read(&mut self, user: u32) {
        self.read.insert(user, self.from_engineers);
    }

    /// Number of the message the ticket began with.
    pub(super) fn first_number(&self) -> Option<u64> {
        self.messages.first().map(|message| message.number)
    }

    /// Visible messages, newest first, that `user` has not read.
    pub(super) fn unread_messages(&self, user: u32) -> impl Iterator<Item = &Message> {
        self.messages
            .iter()
            .rev()
            .filter(|message| message.author == Author::Engineer)
            .take(self.unread(user))
    }

    /// Visible, unrecalled messages after a place, oldest first.
    pub(super) fn after(&self, place: Place) -> impl Iterator<Item = &Message> {
        let start = self
            .messages
            .partition_point(|message| message.place() <= place);
        self.messages
            .get(start..)
            .unwrap_or_default()
            .iter()
            .filter(|message| !message.recalled)
    }

    /// Visible, unrecalled messages written in a second for which `fits` holds, newest first. `last_second` is the
    /// latest such second.
    pub(super) fn older(&self, last_second: i64) -> impl Iterator<Item = &Message> {
        // Places grow along the list and times lag behind them by a known amount at most, so a search by place is safe.
        let horizon = last_second
            .saturating_add(1)
            .saturating_mul(1000)
            .saturating_add(self.longest_lag);
        let end = self
            .messages
            .partition_point(|message| message.visible_millis < horizon);
        let older = self.messages.get(..end).unwrap_or_default();
        older
            .iter()
            .rev()
            .filter(move |message| !message.recalled && message.second() <= last_second)
    }
}
