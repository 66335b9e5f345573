//! What only looks: pages, polls, counts, ticket detail.

use jiff::Timestamp;

use super::World;
use crate::domain::command::{MessageView, Outcome, Position, Refusal, TicketView, UnreadView};
use crate::domain::message::{Author, Message, Place};
use crate::domain::rules::{FirstPoll, MoreBoundary, UnknownTicket};
use crate::domain::ticket::Ticket;

/// Most messages of a ticket detail, and of one ticket in a poll answer: the documented length of the list.
const LONGEST_LIST: usize = 65_535;

/// Room that is made for a page before it is read: the documented length of the longest one.
const LONGEST_PAGE: usize = 100;

impl World {
    pub(super) fn list(
        &self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        offset: usize,
        limit: usize,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.access(self.customer(by)?, ticket, group)?;
        let newest_first = ticket
            .messages
            .iter()
            .rev()
            .filter(|message| !message.recalled);
        Ok(self.page(
            ticket,
            ticket.shown(),
            newest_first.skip(offset).take(limit),
        ))
    }

    pub(super) fn more(
        &self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.access(self.customer(by)?, ticket, group)?;
        let last_second = match (before, self.rules.more_boundary) {
            (None, _) => i64::MAX,
            (Some(time), MoreBoundary::UpTo) => time.as_millisecond().div_euclid(1000),
            (Some(time), MoreBoundary::Before) => {
                time.as_millisecond().div_euclid(1000).saturating_sub(1)
            }
        };
        let total = if self.quirks.count_of_older {
            ticket.older(last_second).count()
        } else {
            ticket.shown()
        };
        Ok(self.page(ticket, total, ticket.older(last_second).take(limit)))
    }

    fn page<'a>(
        &self,
        ticket: &Ticket,
        total: usize,
        messages: impl Iterator<Item = &'a Message>,
    ) -> Outcome {
        // How many there will be is not known: some are recalled.
        let most = messages.size_hint().1.unwrap_or_default();
        let mut views = Vec::with_capacity(most.min(LONGEST_PAGE));
        views.extend(messages.map(|message| self.view(ticket, message)));
        Outcome::Page {
            total,
            messages: views,
        }
    }

    pub(super) fn poll(
        &self,
        by: &str,
        tickets: Option<&[String]>,
        group: Option<&str>,
        since: Option<Position>,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let visible = self.asked_for(person, tickets, group)?;
        let limit = self.rules.poll_limit.clamp(1, LONGEST_LIST);
        let mut news: Vec<(&Ticket, &Message)> = Vec::new();
        for ticket in &visible {
            let ticket: &Ticket = ticket;
            match (since, self.rules.first_poll) {
                (Some(Position { millis, number }), _) => {
                    news.extend(
                        ticket
                            .after(Place { millis, number })
                            .take(limit + 1)
                            .map(|message| (ticket, message)),
                    );
                }
                (None, FirstPoll::Nothing) => {}
                (None, FirstPoll::Everything) => news.extend(
                    ticket
                        .messages
                        .iter()
                        .filter(|message| !message.recalled)
                        .take(limit + 1)
                        .map(|message| (ticket, message)),
                ),
                (None, FirstPoll::Unread) => news.extend(
                    ticket
                        .unread_messages(person)
                        .map(|message| (ticket, message)),
                ),
            }
        }
        news.sort_by_key(|(_, message)| message.place());
        let complete = news.len() <= limit;
        news.truncate(limit);
        let reached = if complete {
            self.latest_position()
        } else {
            news.last()
                .map(|(_, message)| Position {
                    millis: message.visible_millis,
                    number: message.number,
                })
                .unwrap_or_default()
        };
        let messages = visible
            .iter()
            .map(|ticket| (ticket.id.clone(), self.of_ticket(ticket, &news)))
            .filter(|(_, messages)| !messages.is_empty());
        Ok(Outcome::News {
            messages: messages.collect(),
            tickets: visible
                .iter()
                .map(|ticket| unread_view(ticket, person))
                .collect(),
            next: since.map_or(reached, |since| since.max(reached)),
        })
    }

    fn of_ticket(&self, ticket: &Ticket, news: &[(&Ticket, &Message)]) -> Vec<MessageView> {
        let own = news.iter().filter(|(owner, _)| owner.id == ticket.id);
        own.map(|(_, message)| self.view(ticket, message)).collect()
    }

    pub(super) fn unread(
        &self,
        by: &str,
        tickets: Option<&[String]>,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let visible = self.asked_for(person, tickets, group)?;
        Ok(Outcome::Unread(
            visible
                .iter()
                .map(|ticket| unread_view(ticket, person))
                .collect(),
        ))
    }

    pub(super) fn detail(
        &self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.access(self.customer(by)?, ticket, group)?;
        let newest = ticket
            .messages
            .iter()
            .rev()
            .filter(|message| !message.recalled)
            .take(LONGEST_LIST);
        let mut messages: Vec<MessageView> =
            newest.map(|message| self.view(ticket, message)).collect();
        messages.reverse();
        let (owner, owner_name) = self.named(Author::Customer, ticket.owner);
        Ok(Outcome::Detail(Box::new(TicketView {
            id: ticket.id.clone(),
            status: ticket.status,
            title: ticket.title.clone(),
            opened: ticket.opened,
            owner,
            owner_name,
            group: ticket.group.clone(),
            messages,
            subject: ticket.record.subject.clone(),
            contact: ticket.record.contact.clone(),
            rating: ticket.record.rating.clone(),
        })))
    }

    pub(super) fn status(&self, by: &str, ticket: &str) -> Result<Outcome, Refusal> {
        let (ticket, _) = self.reachable(self.customer(by)?, ticket)?;
        Ok(Outcome::Status(ticket.status))
    }

    /// The tickets a query is about, each once, in the order asked for.
    fn asked_for(
        &self,
        by: u32,
        tickets: Option<&[String]>,
        group: Option<&str>,
    ) -> Result<Vec<&Ticket>, Refusal> {
        let Some(ids) = tickets else {
            return Ok(self
                .tickets
                .values()
                .filter(|ticket| self.access(by, &ticket.id, group).is_ok())
                .collect());
        };
        let mut found: Vec<&Ticket> = Vec::with_capacity(ids.len());
        for id in ids {
            match self.access(by, id, group) {
                Ok(ticket) if found.iter().any(|known| known.id == ticket.id) => {}
                Ok(ticket) => found.push(ticket),
                Err(refusal) if self.rules.unknown_ticket == UnknownTicket::RefusesAll => {
                    return Err(refusal);
                }
                Err(_) => {}
            }
        }
        Ok(found)
    }
}

fn unread_view(ticket: &Ticket, person: u32) -> UnreadView {
    UnreadView {
        ticket: ticket.id.clone(),
        status: ticket.status,
        unread: ticket.unread(person),
    }
}
