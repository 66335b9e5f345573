//! What changes a conversation: submit, mark as read, recall, and what the engineers do.

use std::time::Duration;

use super::{Draft, World};
use crate::domain::command::{Outcome, Refusal};
use crate::domain::engineer;
use crate::domain::message::{Author, message_id, message_number};
use crate::domain::rules::RecallAgain;
use crate::domain::text::Text;
use crate::domain::ticket::Status;

/// Longest time a message may stay hidden.
const LONGEST_LAG: Duration = Duration::from_secs(3600);

impl World {
    pub(super) fn submit(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        content: Text,
        attachments: Vec<String>,
        confidential: bool,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let status = self.access(person, ticket, group)?.status;
        if !status.is_open() {
            return Err(Refusal::Closed);
        }
        let known = attachments.iter().all(|id| self.files.contains_key(id));
        let most = match self.rules.upload_limits_hold {
            true => self.rules.upload_count.min(self.quirks.attachment_limit),
            false => self.quirks.attachment_limit,
        };
        if content.units() > self.quirks.content_limit || attachments.len() > most || !known {
            return Err(Refusal::Invalid);
        }
        if self.stored >= self.rules.capacity {
            return Err(Refusal::Full);
        }
        let chinese = engineer::is_chinese(&content);
        let draft = Draft {
            person,
            author: Author::Customer,
            rich: false,
            confidential,
            history: false,
            content,
            attachments,
        };
        let lag = i64::try_from(self.rules.visible_lag.min(LONGEST_LAG).as_millis()).unwrap_or(0);
        let number = self
            .store(ticket, draft, self.now, lag)
            .ok_or(Refusal::NoSuchTicket)?;
        if matches!(status, Status::ToConfirm | Status::WaitingForFeedback)
            && let Some(ticket) = self.tickets.get_mut(ticket)
        {
            ticket.status = Status::InProgress;
        }
        if self.plans_answers() {
            self.plan_answer(ticket, chinese);
        }
        Ok(Outcome::Stored {
            message: message_id(number),
        })
    }

    pub(super) fn mark_read(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let reader = self.customer(by)?;
        self.access(reader, ticket, group)?;
        if let Some(ticket) = self.tickets.get_mut(ticket) {
            ticket.mark_read(reader);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn recall(
        &mut self,
        by: &str,
        ticket: &str,
        message: &str,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        self.reachable(person, ticket)?;
        let number = message_number(message).ok_or(Refusal::NoSuchMessage)?;
        let window = i64::try_from(self.rules.recall_window.as_millis()).unwrap_or(i64::MAX);
        let again = self.rules.recall_again;
        let now = self.now;
        let ticket = self.tickets.get_mut(ticket).ok_or(Refusal::NoSuchTicket)?;
        let first = ticket.first_number();
        // Recent messages are the ones that get recalled, so look from the end.
        let message = ticket
            .messages
            .iter_mut()
            .rev()
            .find(|message| message.number == number)
            .ok_or(Refusal::NoSuchMessage)?;
        if message.author != Author::Customer || message.person != person || first == Some(number) {
            return Err(Refusal::NotOwn);
        }
        if message.recalled {
            return if again == RecallAgain::Accepted {
                Ok(Outcome::Done)
            } else {
                Err(Refusal::AlreadyRecalled)
            };
        }
        if now.saturating_sub(message.at_millis) > window {
            return Err(Refusal::TooLate);
        }
        message.recalled = true;
        ticket.recalled += 1;
        Ok(Outcome::Done)
    }

    pub(super) fn reply(
        &mut self,
        ticket: &str,
        content: Text,
        attachments: Vec<String>,
    ) -> Result<Outcome, Refusal> {
        if !attachments.iter().all(|id| self.files.contains_key(id)) {
            return Err(Refusal::Invalid);
        }
        if self.stored >= self.rules.capacity {
            return Err(Refusal::Full);
        }
        let person = engineer::index_for(self.seed, ticket);
        let draft = Draft {
            person,
            author: Author::Engineer,
            rich: false,
            confidential: false,
            history: false,
            content,
            attachments,
        };
        let number = self
            .store(ticket, draft, self.now, 0)
            .ok_or(Refusal::NoSuchTicket)?;
        let now = self.now;
        if let Some(ticket) = self.tickets.get_mut(ticket)
            && ticket.status == Status::Waiting
        {
            ticket.move_to(Status::InProgress, person, now);
        }
        Ok(Outcome::Stored {
            message: message_id(number),
        })
    }

    pub(super) fn set_status(&mut self, ticket: &str, status: Status) -> Result<Outcome, Refusal> {
        let (now, person) = (self.now, engineer::index_for(self.seed, ticket));
        let ticket = self.tickets.get_mut(ticket).ok_or(Refusal::NoSuchTicket)?;
        ticket.move_to(status, person, now);
        Ok(Outcome::Done)
    }
}
