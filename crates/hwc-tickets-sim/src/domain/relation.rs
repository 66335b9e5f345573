//! Tickets that belong together. A relation holds for both of them, unless the rules say otherwise.

use std::collections::BTreeSet;

use super::text::Text;

/// What a customer does with the tickets that belong to a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelationAction {
    /// Asks for them (listRelation).
    List,
    /// Adds some, all or none (createRelations).
    Create {
        /// Ids of the related tickets.
        related: BTreeSet<String>,
        /// Group under which the customer acts on colleagues' tickets.
        group: Option<String>,
    },
    /// Takes one off (deleteRelation).
    Delete {
        /// Id of the related ticket.
        related: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
}

/// A related ticket as everybody may see it who sees the ticket it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedTicket {
    /// Ticket id.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// Name of the owner.
    pub owner_name: String,
}
