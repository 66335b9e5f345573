//! Whom to reach about a ticket.

use super::ticket::Ticket;
use crate::{
    error::{Error, Result},
    service::About,
    verb::{verb, within},
};
use std::{fmt, time::Duration};

const OPERATION: &str = "set contact";

/// When the customer wants to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReachTime {
    /// At any time.
    Any,
    /// From 09:00 to 18:00.
    WorkingHours,
}

/// What of the contact changes.
#[derive(Clone, Default)]
pub(crate) struct Contact {
    pub(crate) area_code: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) time: Option<ReachTime>,
    pub(crate) copies: Vec<String>,
}

/// Which parts there are, never a number or an address.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("has_phone", &self.phone.is_some())
            .field("has_mail", &self.mail.is_some())
            .field("time", &self.time)
            .field("copies", &self.copies.len())
            .finish_non_exhaustive()
    }
}

verb! {
    /// Changes whom to reach about a ticket: made by [`Ticket::set_contact`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when a value is beyond a documented limit; every kind
    /// of a call. Setting the same twice is the same as once, so it is repeated where a read would be.
    SetContact { contact: Contact } -> (), set_contact,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

impl SetContact {
    /// The phone number, with the code of its country, e.g. `86`.
    pub fn phone(mut self, area_code: impl Into<String>, number: impl Into<String>) -> Self {
        self.contact.area_code = Some(area_code.into());
        self.contact.phone = Some(number.into());
        self
    }

    /// The mail address.
    pub fn mail(mut self, address: impl Into<String>) -> Self {
        self.contact.mail = Some(address.into());
        self
    }

    /// When to be reached.
    pub fn reach_at(mut self, time: ReachTime) -> Self {
        self.contact.time = Some(time);
        self
    }

    /// The mail addresses that get a copy. No document names their field: they go into `extension_map` as `cc_email`, with commas
    /// between them, where the detail of a ticket shows them (D-62).
    pub fn copies(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.contact.copies = addresses.into_iter().map(Into::into).collect();
        self
    }
}

impl Ticket {
    /// Changes whom to reach about the ticket. Whether what is left out stays as it is, is not documented: say all of it.
    ///
    /// A contact that is not the registered one has to be verified first: `client.contacts()`.
    pub fn set_contact(&self) -> SetContact {
        SetContact {
            ticket: self.clone(),
            timeout: None,
            contact: Contact::default(),
        }
    }
}

async fn set_contact(ticket: Ticket, deadline: Duration, contact: Contact) -> Result<()> {
    let about = About {
        group: ticket.group(),
        options: &within(deadline),
    };
    let service = &ticket.client.parts().service;
    match service.set_contact(&ticket.id, &contact, about).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(Error::from_fault(OPERATION, fault)),
    }
}
