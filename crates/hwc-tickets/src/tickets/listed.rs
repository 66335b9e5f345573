//! A ticket as lists have it.

use super::detail::status::TicketStatus;
use crate::{ids::TicketId, setters::setters, time::MessageTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A ticket as lists have it: without its messages.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListedTicket {
    /// Its id, if it can be used in a request.
    pub id: Option<TicketId>,
    /// The id as the service gave it; empty when it gave none.
    pub raw_id: String,
    /// What it is about, as the customer wrote it.
    pub title: String,
    /// Its status.
    pub status: TicketStatus,
    /// When it was opened.
    pub opened_at: MessageTime,
    /// When its result was confirmed.
    #[serde(default)]
    pub confirmed_at: Option<MessageTime>,
    /// Name of the kind of ticket.
    #[serde(default)]
    pub kind: Option<String>,
    /// Name of the kind of problem.
    #[serde(default)]
    pub problem: Option<String>,
    /// Name of the product.
    #[serde(default)]
    pub product: Option<String>,
    /// Name of the region.
    #[serde(default)]
    pub region: Option<String>,
    /// Name of the severity, if the service says it: no document has it in lists.
    #[serde(default)]
    pub severity: Option<String>,
    /// Id of the user inside the account who opened it.
    #[serde(default)]
    pub owner_id: Option<String>,
    /// Name of that user.
    #[serde(default)]
    pub owner_name: Option<String>,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<TicketLabel>,
    /// What else the service says of it, by its own names.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

/// A label of a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TicketLabel {
    /// Its id.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its color, `#rrggbb`.
    pub color: String,
}

impl TicketLabel {
    /// A label with this id and name.
    #[must_use]
    pub fn new(id: i64, name: impl Into<String>) -> Self {
        Self {
            id: Some(id),
            name: name.into(),
            color: String::new(),
        }
    }
}

setters! {
    TicketLabel { color: impl Into<String> }
}

impl ListedTicket {
    /// Ticket `id` of this status, opened at this time, without a title.
    #[must_use]
    pub fn new(id: TicketId, status: TicketStatus, opened_at: MessageTime) -> Self {
        Self {
            raw_id: id.to_string(),
            id: Some(id),
            title: String::new(),
            status,
            opened_at,
            confirmed_at: None,
            kind: None,
            problem: None,
            product: None,
            region: None,
            severity: None,
            owner_id: None,
            owner_name: None,
            labels: Vec::new(),
            extra: Map::new(),
        }
    }
}

setters! {
    ListedTicket {
        title: impl Into<String>,
        labels: Vec<TicketLabel>,
        extra: Map<String, Value>,
    }
    optional {
        confirmed_at: MessageTime,
        kind: impl Into<String>,
        problem: impl Into<String>,
        product: impl Into<String>,
        region: impl Into<String>,
        severity: impl Into<String>,
        owner_id: impl Into<String>,
        owner_name: impl Into<String>,
    }
}

/// Never shows the title or unknown fields.
impl fmt::Debug for ListedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedTicket")
            .field("id", &self.raw_id)
            .field("status", &self.status)
            .field("opened_at", &self.opened_at)
            .field("labels", &self.labels.len())
            .finish_non_exhaustive()
    }
}
