//! Lists of tickets: which ones fit a filter, a page of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::command::{Outcome, Refusal};
use super::label::Label;
use super::message::timestamp;
use super::record::Subject;
use super::rules::LabelFilter;
use super::text::Text;
use super::ticket::{Status, Ticket};
use super::world::World;

/// What a list of tickets is about. Everything that is set must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TicketFilter {
    /// Words, all of which stand in the title, in any case.
    pub words: Vec<String>,
    /// Ids of labels, see [`Rules::label_filter`](crate::Rules::label_filter).
    pub labels: Vec<String>,
    /// A text that stands in the id or in the title, in any case.
    pub text: Option<String>,
    /// Ids, one of which is that of the ticket. None: any.
    pub ids: Vec<String>,
    /// Opened at this time or later.
    pub from: Option<Timestamp>,
    /// Opened at this time or earlier.
    pub to: Option<Timestamp>,
    /// Numbers of states, one of which is that of the ticket. None: any state but deleted.
    pub states: Vec<i64>,
    /// Id of the owner.
    pub owner: Option<String>,
    /// Name of the owner.
    pub owner_name: Option<String>,
    /// Id of the customer, as lists of tickets tell it.
    pub customer: Option<String>,
    /// Id of the product.
    pub product: Option<String>,
    /// Id of the kind of problem.
    pub kind: Option<String>,
    /// Ids of sources, one of which is that of the ticket. None: any.
    pub sources: Vec<String>,
}

/// A ticket in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TicketLine {
    /// Ticket id.
    pub id: String,
    /// State.
    pub status: Status,
    /// What it is about.
    pub title: Text,
    /// When it was opened.
    pub opened: Timestamp,
    /// Id of the owner.
    pub owner: String,
    /// Name of the owner.
    pub owner_name: String,
    /// Its labels, in the order of their ids.
    pub labels: Vec<Label>,
    /// What it is about, as ids of the catalogue.
    pub subject: Subject,
    /// When the customer closed it.
    pub confirmed: Option<Timestamp>,
}

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
        let owner = self.user(ticket.owner);
        TicketLine {
            id: ticket.id.clone(),
            status: ticket.status,
            title: ticket.title.clone(),
            opened: ticket.opened,
            owner: owner.map(|owner| owner.id.clone()).unwrap_or_default(),
            owner_name: owner.map(|owner| owner.name.clone()).unwrap_or_default(),
            labels: ticket
                .labels
                .iter()
                .filter_map(|label| self.labels.get(label).cloned())
                .collect(),
            subject: ticket.record.subject.clone(),
            confirmed: ticket.record.confirmed.map(timestamp),
        }
    }
}
