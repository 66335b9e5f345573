//! One ticket of a client: what its verbs hang on.

use crate::{
    client::Client,
    error::{Error, Result},
    ids::{GroupId, TicketId},
};

impl Client {
    /// A handle of ticket `id`. Checks the id and sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when `id` is not a ticket id.
    pub fn ticket<T>(&self, id: T) -> Result<Ticket>
    where
        T: TryInto<TicketId>,
        Error: From<T::Error>,
    {
        Ok(Ticket {
            client: self.clone(),
            id: id.try_into()?,
            group: None,
        })
    }
}

/// A handle of one ticket. Cheap to clone; making one sends nothing.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub(crate) client: Client,
    pub(crate) id: TicketId,
    pub(crate) group: Option<GroupId>,
}

impl Ticket {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &TicketId {
        &self.id
    }

    /// The group the calls act for: its own, or else that of the client.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.group.as_ref().or(self.client.group())
    }

    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    #[must_use]
    pub fn with_group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// The client it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}
