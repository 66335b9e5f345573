//! Lists of tickets: which ones fit a filter, a page of them.

use jiff::Timestamp;

use super::command::{Outcome, Refusal};
use super::label::Label;
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
    /// The id.
    pub id: Option<String>,
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
    /// Whether it asks for a product or a kind of problem: no ticket of this world has one.
    pub product: bool,
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
        let person = self.customer(by)?;
        let mut fitting: Vec<&Ticket> = self
            .tickets
            .values()
            .filter(|ticket| self.is_listed(person, ticket, group, filter))
            .filter(|ticket| self.fits(ticket, filter))
            .collect();
        // The newest first; of one time the greatest id.
        fitting.sort_by(|one, other| (other.opened, &other.id).cmp(&(one.opened, &one.id)));
        let page = fitting.iter().skip(offset).take(limit);
        Ok(Outcome::Tickets {
            total: fitting.len(),
            tickets: page.map(|ticket| self.line(ticket)).collect(),
        })
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
            && !filter.product
            && filter.words.iter().all(has)
            && filter.id.as_ref().is_none_or(|id| ticket.id == *id)
            && filter
                .from
                .is_none_or(|from| ticket.opened.as_second() >= from.as_second())
            && filter
                .to
                .is_none_or(|to| ticket.opened.as_second() <= to.as_second())
            && (filter.states.is_empty() || filter.states.contains(&ticket.status.number()))
            && filter.owner.as_ref().is_none_or(is_owner)
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
            labels: self.labels_of(&ticket.labels),
        }
    }
}
