//! All tickets at a glance, for whoever looks on. Customers never see this.

use jiff::Timestamp;
use serde::Serialize;

use super::message::{Author, serialize_timestamp};
use super::text::Text;
use super::ticket::{Status, Ticket};
use super::world::World;

/// A ticket as somebody sees it who watches the service from above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TicketOverview {
    /// Ticket id.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// State.
    pub status: Status,
    /// Name of the owner.
    pub owner: String,
    /// Group whose members may see it.
    pub group: Option<String>,
    /// Messages that show in answers: visible and not recalled.
    pub shown: usize,
    /// Messages that ever arrived; recalled ones and those that do not show yet are among them.
    pub arrived: usize,
    /// Engineers' messages that the owner has not read.
    pub unread: usize,
    /// Whether an engineer has an answer ready.
    pub answer_planned: bool,
    /// When something was written last, or when the ticket was opened.
    #[serde(serialize_with = "serialize_timestamp")]
    pub last: Timestamp,
}

impl World {
    /// All tickets, deleted ones too, in the order of their ids.
    pub fn overview(&self) -> Vec<TicketOverview> {
        self.tickets
            .values()
            .map(|ticket| self.ticket_overview(ticket))
            .collect()
    }

    fn ticket_overview(&self, ticket: &Ticket) -> TicketOverview {
        let (_, owner) = self.named(Author::Customer, ticket.owner);
        TicketOverview {
            id: ticket.id.clone(),
            title: ticket.title.clone(),
            status: ticket.status,
            owner,
            group: ticket.group.clone(),
            shown: ticket.shown(),
            arrived: ticket.messages.len().saturating_add(ticket.hidden.len()),
            unread: ticket.unread(ticket.owner),
            answer_planned: ticket.answer_planned,
            last: ticket
                .messages
                .last()
                .map_or(ticket.opened, |message| message.at()),
        }
    }
}
