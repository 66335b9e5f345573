//! Messages that stand before those on the screen, read when somebody scrolls to them.

use super::conversation::{Conversation, Entry, Event};
use hwc_tickets::{
    Message, MessageKey, Ticket,
    history::{Messages, ReadReport},
};
use jiff::Timestamp;
use std::collections::HashMap;

/// Messages that are read at a time.
const PAGE: usize = 50;

/// A conversation that is read backwards, beyond what is on the screen.
pub(super) struct Reader {
    messages: Messages,
    /// What is on the screen, and how often.
    shown: HashMap<MessageKey, usize>,
    /// Time of the oldest message on the screen: what is newer comes by following.
    oldest: Option<Timestamp>,
}

impl Reader {
    pub(super) fn new(ticket: &Ticket, conversation: &Conversation) -> Self {
        let mut shown = HashMap::new();
        let messages = || conversation.entries.iter().filter_map(Entry::message);
        for message in messages() {
            *shown.entry(message.key()).or_default() += 1;
        }
        Self {
            messages: ticket.history().stream(),
            shown,
            oldest: messages()
                .filter_map(|message| message.created_at.instant())
                .min(),
        }
    }

    /// The next page. After a failure it has to be begun anew.
    pub(super) async fn page(mut self) -> (Option<Self>, Event) {
        let mut messages = Vec::new();
        loop {
            match self.messages.next().await {
                Some(Ok(message)) => {
                    if self.is_older(&message) {
                        messages.push(message);
                    }
                }
                None => {
                    let last = read(messages, true, &self.messages.report());
                    return (Some(self), last);
                }
                // What was read is shown; the next step up meets the failure again, if it is still there.
                Some(Err(_)) if !messages.is_empty() => {
                    return (None, read(messages, false, &self.messages.report()));
                }
                Some(Err(error)) => return (None, Event::OlderFailed(error.to_string())),
            }
            if messages.len() >= PAGE {
                let page = read(messages, false, &self.messages.report());
                return (Some(self), page);
            }
        }
    }

    /// Whether it stands before what is on the screen.
    fn is_older(&mut self, message: &Message) -> bool {
        if let Some(left) = self.shown.get_mut(&message.key())
            && *left > 0
        {
            *left -= 1;
            return false;
        }
        match (message.created_at.instant(), self.oldest) {
            (Some(made), Some(oldest)) => made <= oldest,
            // Without a time its place tells: behind all that is on the screen.
            (None, Some(_)) => self.shown.values().all(|left| *left == 0),
            (_, None) => false,
        }
    }
}

/// A page, which may be the last one. Only a reading that proves it says that no message is missing.
fn read(messages: Vec<Message>, is_last: bool, report: &ReadReport) -> Event {
    match report.possible_gap || report.undecodable > 0 {
        true => Event::OlderInDoubt { messages, is_last },
        false => Event::Older {
            messages,
            is_all: is_last,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_proven_is_all() {
        let whole = ReadReport::default().complete(true);
        for (report, is_proven) in [
            (whole.clone(), true),
            (whole.clone().possible_gap(true), false),
            (whole.undecodable(1), false),
        ] {
            for is_last in [false, true] {
                match read(Vec::new(), is_last, &report) {
                    Event::Older { is_all, .. } => assert!(is_proven && is_all == is_last),
                    Event::OlderInDoubt { is_last: told, .. } => {
                        assert!(!is_proven && told == is_last);
                    }
                    _ => panic!("another event"),
                }
            }
        }
    }
}
