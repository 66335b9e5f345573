//! Opening a ticket: checked first, opened once, and its outcome told as well as it can be known.
//!
//! The order: check the draft against the documented limits and against what the service says; read the list of tickets; write
//! the record down; send it once; if it is not known whether it was opened, read the list until that tells.

pub(crate) mod check;
pub(crate) mod draft;
mod judge;
mod listing;
mod looking;
pub(crate) mod outcome;
pub(crate) mod own;
pub(crate) mod pending;
pub(crate) mod problem;
pub(crate) mod reconcile;
mod run;

pub use check::DraftCheck;
pub use draft::TicketDraft;
pub use outcome::{TicketCandidate, TicketOutcome};
pub use pending::PendingTicket;
pub use problem::DraftProblem;
pub use reconcile::ReconciledTicket;

use self::check::Checking;
use crate::{
    catalog::choices::Agreement,
    client::Client,
    error::Result,
    ids::{AttachmentId, TicketId},
    outbox::Unrecorded,
    setters::setters,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// How a ticket is known to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketReceipt {
    /// The service said its id.
    Told,
    /// The answer was lost, and it was found in the list of tickets: the only one with that description that was not there before.
    Found,
    /// It was opened before with the same key: see [`CreateTicket::key`]. Nothing was sent.
    Kept,
    /// A way that this version has no name for.
    #[serde(other)]
    Other,
}

/// A ticket that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Created {
    /// Its id.
    pub ticket: TicketId,
    /// How this is known.
    pub receipt: TicketReceipt,
    /// Attempts of the POST on the wire, those that provably did nothing included.
    pub attempts: u32,
    /// Request id of the answer, if there was one.
    pub request_id: Option<String>,
    /// Files of the draft that the ticket does not have: another process opened it under the same key meanwhile, with files of its
    /// own. Nothing has them: delete them with [`Attachments::delete`](crate::api::Attachments::delete), or let them be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<AttachmentId>,
    /// The outbox could not take note that the ticket is open: it is open all the same, and is not to be opened again.
    /// [`Unrecorded`] says what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl Created {
    /// The ticket `ticket`, after one attempt.
    #[must_use]
    pub fn new(ticket: TicketId, receipt: TicketReceipt) -> Self {
        Self {
            ticket,
            receipt,
            attempts: 1,
            request_id: None,
            unused: Vec::new(),
            unrecorded: None,
        }
    }
}

setters! {
    Created { attempts: u32, unused: Vec<AttachmentId> }
    optional { request_id: impl Into<String>, unrecorded: Unrecorded }
}

/// A ticket about to be opened: made by [`Client::create_ticket`]. Nothing happens before it is awaited.
///
/// # Errors
/// When awaited: look at [`Error::draft_problems`](crate::Error::draft_problems) first: they say what is wrong with the draft, and
/// nothing was sent. Otherwise at [`Error::delivery`](crate::Error::delivery). `NotSent` and `Rejected`: no ticket was opened.
/// `Absent`: it was looked for and is not there. `Unknown`: keep the [`PendingTicket`] of the error and reconcile it later;
/// opening it again may double it.
///
/// Dropping the future in the middle cancels it. If the POST may have gone out by then, the record stays in the outbox and in
/// [`Client::pending_tickets`].
#[must_use = "no ticket is opened before it is awaited"]
pub struct CreateTicket {
    client: Client,
    draft: TicketDraft,
    options: Options,
}

/// How to open it.
#[derive(Clone, Default)]
struct Options {
    agreed: Option<String>,
    key: Option<String>,
    unchecked: bool,
    without_looking: bool,
    timeout: Option<Duration>,
}

impl Client {
    /// Opens a ticket: await what this returns.
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::TicketDraft;
    /// let draft = TicketDraft::new("7d3e0c52b8f94a1e96c47f20d15ab8e3", "The disk is full again.")
    ///     .product("123")
    ///     .region("cn-north-4");
    /// let created = client.create_ticket(draft).await?;
    /// client.ticket(created.ticket)?.submit("Since noon.").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// The draft is checked before anything is sent. An agreement that is not signed is shown
    /// ([`DraftProblem::Unsigned`]) and signed only as [`CreateTicket::agreed`] says.
    pub fn create_ticket(&self, draft: TicketDraft) -> CreateTicket {
        CreateTicket {
            client: self.clone(),
            draft,
            options: Options::default(),
        }
    }

    /// Says what is wrong with a draft, by the documents and by what the service says of new tickets: about eight reads, most of
    /// which are kept for a while (see [`Client::lookups`]). Opens nothing and signs nothing.
    ///
    /// # Errors
    /// What would meet the ticket itself as well: no connection, refused credentials. Rules that cannot be read otherwise are
    /// named in [`DraftCheck::unchecked`].
    pub async fn check_ticket(&self, draft: &TicketDraft) -> Result<DraftCheck> {
        let parts = self.parts();
        let checking = Checking {
            lookups: self.lookups(),
            clock: &parts.clock,
            until: parts.clock.elapsed().saturating_add(parts.deadline),
            agreed: None,
        };
        checking.run(draft).await
    }
}

impl CreateTicket {
    /// The caller agrees to `agreement`, which was shown: if it is still the newest one and not signed yet, it is signed just
    /// before the ticket is opened. That binds, and nothing takes it back.
    pub fn agreed(mut self, agreement: &Agreement) -> Self {
        self.options.agreed = Some(agreement.id.clone());
        self
    }

    /// Opens at most one ticket under this key (1 to 256 bytes), across crashes and restarts: the outcome is kept in the outbox
    /// until [`Client::acknowledge`], and the same key again gives it ([`TicketReceipt::Kept`]), or finds it out first, in place
    /// of opening another one. A ticket that was not opened gives its key free. A key is that of one kind of problem, one
    /// description and the same attachments.
    ///
    /// It needs an outbox that outlives the program; without one it is an error. One process at a time uses a key: of a record
    /// that another one is still working on nobody can tell that. Just before it is sent, the outbox is looked at again: a ticket
    /// that another one has opened meanwhile is given as it is, also with as many files of its own ([`Created::unused`] has those
    /// of the draft), and one that is not known yet is an error.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.options.key = Some(key.into());
        self
    }

    /// Checks the documented limits alone, and does not ask the service for its rules. Whether the agreement is signed is not
    /// asked either.
    pub fn unchecked(mut self) -> Self {
        self.options.unchecked = true;
        self
    }

    /// Does not look for the ticket when its answer was lost: a doubt ends as [`Delivery::Unknown`](crate::Delivery::Unknown) at
    /// once.
    pub fn without_looking(mut self) -> Self {
        self.options.without_looking = true;
        self
    }

    /// Total deadline, check and looking included. Default: that of the client (30 s).
    pub fn timeout(mut self, total: Duration) -> Self {
        self.options.timeout = Some(total);
        self
    }
}

impl IntoFuture for CreateTicket {
    type Output = Result<Created>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Created>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run::create(self.client, self.draft, self.options))
    }
}

/// Shows neither the text nor a value.
impl fmt::Debug for CreateTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateTicket")
            .field("draft", &self.draft)
            .field("has_key", &self.options.key.is_some())
            .finish_non_exhaustive()
    }
}
