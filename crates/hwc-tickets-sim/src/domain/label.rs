//! The labels of an account, and which tickets have them.

use std::collections::BTreeSet;

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// Its id.
    pub id: u32,
    /// Account it belongs to, by name.
    pub account: String,
    /// Name.
    pub name: String,
    /// Colour, such as `#000000`.
    pub color: String,
}

impl Label {
    /// A label of an account.
    pub fn new(id: u32, account: &str, name: &str, color: &str) -> Self {
        Label {
            id,
            account: account.to_owned(),
            name: name.to_owned(),
            color: color.to_owned(),
        }
    }
}

/// What a customer does with labels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelAction {
    /// Makes one (createLabels).
    Create {
        /// Name.
        name: String,
        /// Colour.
        color: String,
    },
    /// Gives one another name and colour (updateLabels).
    Update {
        /// Id of the label.
        label: u32,
        /// New name.
        name: String,
        /// New colour.
        color: String,
    },
    /// Deletes one, and takes it off every ticket (deleteLabels).
    Delete {
        /// Id of the label.
        label: u32,
    },
    /// Asks for a page of those of the account (listLabels).
    List {
        /// Text that the name contains, in any case.
        name: Option<String>,
        /// The id.
        label: Option<u32>,
        /// Labels to skip.
        offset: usize,
        /// Labels to give.
        limit: usize,
    },
    /// Asks for those of a ticket (listCaseLabels).
    OfTicket {
        /// Ticket id.
        ticket: String,
    },
    /// Puts some on a ticket, all or none (createCaseLabels).
    PutOn {
        /// Ticket id.
        ticket: String,
        /// Ids of the labels.
        labels: BTreeSet<u32>,
    },
    /// Takes some off a ticket, all or none (deleteCaseLabels).
    TakeOff {
        /// Ticket id.
        ticket: String,
        /// Ids of the labels.
        labels: BTreeSet<u32>,
    },
}
