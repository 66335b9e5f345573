//! Which messages are unread: the newest so many of the support, more on doubt, never fewer.

use crate::{
    error::{Error, ErrorKind, Result},
    history::{Course, Manner, Reader, TimeForm},
    message::{Message, MessageKey, MessageKind},
    service::{About, MAX_PAGE},
    ticket::Ticket,
    verb::within,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const OPERATION: &str = "drain unread messages";
/// Marks after which no further one is made: then messages come faster than they are handled, and the
/// rest simply stays unread.
const MOST_ROUNDS: u32 = 8;
/// Most messages that are held at once.
const MOST_HELD: usize = 100_000;
/// Where the count of the service ends: "so many or more".
const COUNT_END: u64 = 65_535;

/// One drain: what was seen, and how far it is.
pub(super) struct Drain {
    ticket: Ticket,
    /// How long a message may stay invisible to one read while another shows it.
    window: SignedDuration,
    /// How often each message was seen near the top, so that the next look knows what is new.
    seen: BTreeMap<MessageKey, u32>,
    /// Down to where `seen` is complete; `None` before the first look.
    seen_down_to: Option<Timestamp>,
    rounds: u32,
    is_sure: bool,
    /// How many messages are counted as unread and not visible. They are not marked before they are seen.
    hidden: u64,
}

impl Drain {
    pub(super) fn new(ticket: Ticket) -> Self {
        let window = ticket.client.parts().consistency_window;
        Self {
            ticket,
            window: SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX),
            seen: BTreeMap::new(),
            seen_down_to: None,
            rounds: 0,
            is_sure: true,
            hidden: 0,
        }
    }

    /// What is to be handled now, the oldest first; `None` when there is nothing.
    pub(super) async fn look(&mut self) -> Result<Option<Vec<Message>>> {
        self.rounds += 1;
        let mut found = match self.seen_down_to {
            None => self.first_look().await?,
            Some(down_to) => self.look_again(down_to).await?,
        };
        if let (Some(down_to), true) = (self.seen_down_to, self.hidden > 0) {
            // Counted and not seen: it may have arrived between the two requests.
            let mut newer = self.look_again(down_to).await?;
            newer.append(&mut found);
            found = newer;
        }
        found.reverse();
        Ok((!found.is_empty()).then_some(found))
    }

    /// Whether the ticket may be marked now.
    pub(super) fn may_mark(&self) -> Result<bool> {
        if !self.is_sure {
            let detail = "more messages in one second than one page holds: some of the unread ones may not have been seen, so nothing was marked";
            return Err(Error::local(ErrorKind::LimitExceeded, detail).with_operation(OPERATION));
        }
        Ok(self.rounds < MOST_ROUNDS && self.hidden == 0)
    }

    fn reader(&self) -> Reader {
        let parts = self.ticket.client.parts();
        let course = Course {
            page_size: MAX_PAGE,
            since: None,
            form: TimeForm::default(),
            zone: parts.service.zone(),
        };
        let manner = Manner {
            oldest_first: false,
            limit: None,
            buffer: MOST_HELD,
        };
        Reader::new(self.ticket.clone(), within(parts.deadline), course, manner)
    }

    /// How many messages are unread, and the service's time.
    async fn unread(&self) -> Result<(u64, Timestamp)> {
        let parts = self.ticket.client.parts();
        let about = About {
            group: self.ticket.group(),
            options: &within(parts.deadline),
        };
        let ticket = self.ticket.id.clone();
        let answer = parts.service.unread(&[ticket], about).await;
        let answer = answer.map_err(|fault| Error::from_fault(OPERATION, fault))?;
        let now = answer.facts.date.unwrap_or_else(|| parts.clock.now());
        let counts = answer.body.counts.into_iter();
        let own = counts.filter(|count| count.ticket == self.ticket.id.as_str());
        match own.filter_map(|count| count.unread).max() {
            Some(unread) => Ok((unread, now)),
            None => {
                let detail = "the service does not say how many messages are unread";
                Err(Error::local(ErrorKind::NotFound, detail)
                    .with_operation(OPERATION)
                    .with_help("Check the ticket id. A colleague's ticket needs the group id."))
            }
        }
    }

    /// The unread messages, the newest first.
    async fn first_look(&mut self) -> Result<Vec<Message>> {
        let mut reader = self.reader();
        // The conversation first, then the count: what arrives in between is counted, and so takes
        // nothing away from what was read.
        let mut next = reader.next().await?;
        let (unread, now) = self.unread().await?;
        if unread == 0 {
            return Ok(Vec::new());
        }
        let newest = next
            .as_ref()
            .and_then(|message| message.created_at.instant());
        let down_to = earlier(newest.unwrap_or(now), self.window);
        let fresh = earlier(now, self.window);
        let mut found = Vec::new();
        let mut missing = unread;
        let mut any = 0_u64;
        let mut last_counted = None;
        while let Some(message) = next {
            let instant = message.created_at.instant();
            any += 1;
            let wanted = missing > 0 || unread >= COUNT_END || instant == last_counted;
            let needed_below = instant.is_none_or(|instant| instant >= down_to);
            if !wanted && !needed_below {
                break;
            }
            if needed_below {
                *self.seen.entry(message.key()).or_default() += 1;
            }
            if wanted && message.kind != MessageKind::Customer {
                // A message that may not be counted yet, or that may be no support message, is handed
                // over without taking the place of one that is counted.
                let is_counted = message.kind == MessageKind::Support
                    && instant.is_some_and(|instant| instant <= fresh);
                if is_counted && missing > 0 {
                    missing -= 1;
                    last_counted = instant;
                }
                if found.len() >= MOST_HELD {
                    let detail =
                        format!("more than {MOST_HELD} unread messages cannot be held at once");
                    return Err(
                        Error::local(ErrorKind::LimitExceeded, detail).with_operation(OPERATION)
                    );
                }
                found.push(message);
            }
            next = reader.next().await?;
        }
        self.is_sure = !reader.audit().possible_gap;
        self.hidden = unread.saturating_sub(any);
        self.seen_down_to = Some(down_to);
        Ok(found)
    }

    /// What was not there at the last look, the newest first.
    async fn look_again(&mut self, down_to: Timestamp) -> Result<Vec<Message>> {
        let mut reader = self.reader();
        let mut found = Vec::new();
        let mut now: BTreeMap<MessageKey, u32> = BTreeMap::new();
        while let Some(message) = reader.next().await? {
            if message
                .created_at
                .instant()
                .is_some_and(|instant| instant < down_to)
            {
                break;
            }
            let key = message.key();
            let occurrence = now.entry(key).or_default();
            *occurrence += 1;
            let known = self.seen.entry(key).or_default();
            if *occurrence > *known {
                *known = *occurrence;
                self.hidden = self.hidden.saturating_sub(1);
                if message.kind != MessageKind::Customer {
                    found.push(message);
                }
            }
        }
        self.is_sure = !reader.audit().possible_gap;
        Ok(found)
    }
}

fn earlier(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_sub(by).unwrap_or(Timestamp::MIN)
}
