//! Lists of tickets: which ones fit a filter, a page of them, and how many of each state.

use std::collections::BTreeMap;

use super::World;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::message::{Author, timestamp};
use crate::domain::rules::LabelFilter;
use crate::domain::ticket::{Status, Ticket};
use crate::domain::tickets::{TicketFilter, TicketLine};

impl World {
    pub(super) fn tickets(
        &self,
        by: &str,
        group: Option<&str>,
        filter: &TicketFilter,
        offset: usize,
        limit: usize,
    ) -> Result<Outcome, Refusal> {
        let mut fitting = self.fitting(by, group, filter)?;
        // The newest first; of one time the greatest id.
        fitting.sort_by(|one, other| (other.opened, &other.id).cmp(&(one.opened, &one.id)));
        let page = fitting.iter().skip(offset).take(limit);
        Ok(Outcome::Tickets {
            total: fitting.len(),
            tickets: page.map(|ticket| self.line(ticket)).collect(),
        })
    }

    /// How many of the caller's tickets are in each state, in the order of the numbers of the states.
    pub(super) fn counts(&self, by: &str, filter: &TicketFilter) -> Result<Outcome, Refusal> {
        let mut counts: BTreeMap<i64, (Status, usize)> = BTreeMap::new();
        for ticket in self.fitting(by, None, filter)? {
            let status = ticket.status;
            counts.entry(status.number()).or_insert((status, 0)).1 += 1;
        }
        Ok(Outcome::Counts(counts.into_values().collect()))
    }

    fn fitting(
        &self,
        by: &str,
        group: Option<&str>,
        filter: &TicketFilter,
    ) -> Result<Vec<&Ticket>, Refusal> {
        let person = self.customer(by)?;
        let seen = |ticket: &&Ticket| self.is_listed(person, ticket, group, filter);
        let tickets = self.tickets.values().filter(seen);
        Ok(tickets.filter(|ticket| self.fits(ticket, filter)).collect())
    }

    /// Whether the caller may see it. A deleted ticket is seen by its owner who asks for deleted ones.
    fn is_listed(
        &self,
        by: u32,
        ticket: &Ticket,
        group: Option<&str>,
        filter: &TicketFilter,
    ) -> bool {
        if ticket.status == Status::Deleted {
            return ticket.owner == by && filter.states.contains(&Status::Deleted.number());
        }
        self.access(by, &ticket.id, group).is_ok()
    }

    fn fits(&self, ticket: &Ticket, filter: &TicketFilter) -> bool {
        let subject = &ticket.record.subject;
        let is_one = |of: &[String], id: &String| of.is_empty() || of.contains(id);
        let title = ticket.title.to_lowercase();
        let has = |word: &String| title.contains(&word.to_lowercase());
        let has_label = |label: &String| ticket.labels.iter().any(|own| own.to_string() == *label);
        let labels = filter.labels.is_empty()
            || match self.rules.label_filter {
                LabelFilter::Any => filter.labels.iter().any(has_label),
                LabelFilter::All => filter.labels.iter().all(has_label),
            };
        let text = filter.text.as_ref().is_none_or(|text| {
            has(text) || ticket.id.to_lowercase().contains(&text.to_lowercase())
        });
        let owner = self.user(ticket.owner);
        let is_owner = |id: &String| owner.is_some_and(|owner| owner.id == *id);
        let is_named = |name: &String| owner.is_some_and(|owner| owner.name == *name);
        labels
            && text
            && filter
                .product
                .as_ref()
                .is_none_or(|id| *id == subject.product)
            && filter.kind.as_ref().is_none_or(|id| *id == subject.kind)
            && is_one(&filter.sources, &subject.source)
            && filter.words.iter().all(has)
            && is_one(&filter.ids, &ticket.id)
            && filter
                .from
                .is_none_or(|from| ticket.opened.as_second() >= from.as_second())
            && filter
                .to
                .is_none_or(|to| ticket.opened.as_second() <= to.as_second())
            && (filter.states.is_empty() || filter.states.contains(&ticket.status.number()))
            && filter.owner.as_ref().is_none_or(is_owner)
            && filter.customer.as_ref().is_none_or(is_owner)
            && filter.owner_name.as_ref().is_none_or(is_named)
    }

    fn line(&self, ticket: &Ticket) -> TicketLine {
        let (owner, owner_name) = self.named(Author::Customer, ticket.owner);
        TicketLine {
            id: ticket.id.clone(),
            status: ticket.status,
            title: ticket.title.clone(),
            opened: ticket.opened,
            owner,
            owner_name,
            labels: self.labels_of(&ticket.labels),
            subject: ticket.record.subject.clone(),
            confirmed: ticket.record.confirmed.map(timestamp),
        }
    }
}
