//! Lists of tickets: what is asked for, and how a ticket stands in one.

use jiff::Timestamp;

use super::label::Label;
use super::record::Subject;
use super::text::Text;
use super::ticket::Status;

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
