//! What really arrived. Tests ask the ledger, not the client.

use jiff::Timestamp;
use serde::Serialize;

use super::message::{Author, Message};
use super::text::Text;
use super::world::World;

/// A message that reached the world, whether or not anybody was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Arrival {
    /// Number of the message: grows in the order of arrival, over all tickets.
    pub number: u64,
    /// Id of the message.
    pub message_id: String,
    /// Who wrote it.
    pub author: Author,
    /// Id of the writer.
    pub by: String,
    /// Name of the writer.
    pub name: String,
    /// The text as it arrived.
    pub text: Text,
    /// Ids of its attachments.
    pub attachments: Vec<String>,
    /// File names of its attachments, in the same order.
    pub file_names: Vec<String>,
    /// Whether a confidential note came with it.
    pub confidential: bool,
    /// When it arrived.
    #[serde(serialize_with = "super::message::serialize_timestamp")]
    pub at: Timestamp,
    /// Whether it shows in answers yet.
    pub visible: bool,
    /// Whether it was recalled.
    pub recalled: bool,
    /// Whether the ticket was opened with it, so that nobody sent it.
    pub history: bool,
}

impl World {
    /// Every message that ever reached a ticket, in the order of arrival; recalled ones too. Empty for an unknown ticket.
    pub fn ledger(&self, ticket: &str) -> Vec<Arrival> {
        self.newest_arrivals(ticket, usize::MAX)
    }

    /// The same, but of a long ticket only the end: so many visible messages, and what does not show yet.
    pub(crate) fn newest_arrivals(&self, ticket: &str, newest: usize) -> Vec<Arrival> {
        let Some(ticket) = self.tickets.get(ticket) else {
            return Vec::new();
        };
        let spared = ticket.messages.len().saturating_sub(newest);
        let visible = ticket.messages.iter().skip(spared);
        let visible = visible.map(|message| (message, true));
        let hidden = ticket.hidden.iter().map(|message| (message, false));
        let mut arrivals: Vec<Arrival> = visible
            .chain(hidden)
            .map(|(message, shown)| self.arrival(message, shown))
            .collect();
        arrivals.sort_by_key(|arrival| arrival.number);
        arrivals
    }

    fn arrival(&self, message: &Message, visible: bool) -> Arrival {
        let (by, name) = self.named(message.author, message.person);
        let file_name = |id: &String| self.file_name(id);
        Arrival {
            number: message.number,
            message_id: message.id().to_string(),
            author: message.author,
            by,
            name,
            text: message.content.clone(),
            attachments: message.attachments().to_vec(),
            file_names: message.attachments().iter().map(file_name).collect(),
            confidential: message.confidential,
            at: message.at(),
            visible,
            recalled: message.recalled,
            history: message.history,
        }
    }
}
