//! The client: made once, cloned freely, shared by every ticket handle.

use crate::{
    attachments, catalog, doubt::origin::Origin, ids::GroupId, messages, service::Service, tickets,
};
use hwc_core::Clock;
use std::{fmt, sync::Arc, time::Duration};

/// A client of Huawei Cloud Service Tickets.
///
/// Cheap to clone; clones share connections, credentials and limits. One per process and account is
/// enough. `Debug` shows no secret.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

/// What a client is made of. Made by the builder only.
pub(crate) struct Parts {
    pub(crate) service: Service,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) group: Option<GroupId>,
    /// Total deadline of a call, unless the call says otherwise.
    pub(crate) deadline: Duration,
    /// Most UTF-16 units of a text.
    pub(crate) text_limit: usize,
    /// How long an accepted message may stay invisible to reads.
    pub(crate) consistency_window: Duration,
    /// The replier id under which this caller's messages appear, when known.
    pub(crate) author_id: Option<String>,
    /// Where it sends, and as whom.
    pub(crate) origin: Origin,
    /// What this client remembers of messages.
    pub(crate) messages: messages::State,
    /// What this client remembers of attachments.
    pub(crate) attachments: attachments::State,
    /// What this client remembers of tickets.
    pub(crate) tickets: tickets::State,
    /// What this client keeps of the catalogue.
    pub(crate) catalog: catalog::State,
    /// For `Debug`: endpoint and kind of credentials, no secret.
    pub(crate) description: String,
}

impl Client {
    /// The group that calls act for unless they say otherwise.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.0.group.as_ref()
    }

    /// Where this client sends, and as whom, as far as it is known without asking anybody: every record of what it sends says so. A
    /// record of [another](Origin::is_another) is not judged by this client.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    pub(crate) fn from_parts(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.0.description)
    }
}
