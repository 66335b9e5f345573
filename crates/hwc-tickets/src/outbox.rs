//! What is sent, written down before: messages and tickets, so that a crash loses none.

mod file;

pub use file::{FileOutbox, Removed};

use crate::{
    messages::submit::pending::{Pending, PendingId},
    tickets::create::pending::PendingTicket,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Debug},
    io,
    sync::Arc,
};

/// Why a record leaves an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Removal {
    /// Nothing was done: it was not sent, or it was refused. The caller was told.
    NotDone,
    /// It was looked for and is not there. The caller was told.
    Absent,
    /// It is there, nobody's key holds its record, and no other one can be taken for it any more.
    Over,
    /// A person ended the doubt about it, and no key holds its record.
    Forgotten,
    /// Another process began with the same key at the same moment, so that this one sent nothing.
    KeyTaken,
    /// A reason that this version has no name for.
    #[serde(other)]
    Other,
}

/// The outcome is known and was told, but the outbox could not take note of it: its record still says that it is not known.
///
/// Nothing is to be sent again for it. Do what [`Unrecorded::error`] asks for, which is mostly to free some space. Then the client
/// that told the outcome writes it down with the next [`Client::reconcile_outbox`](crate::Client::reconcile_outbox), or
/// [`Client::reconcile_tickets`](crate::Client::reconcile_tickets) for a ticket, or with the same key again. After a restart
/// nobody knows the outcome any more, and these calls find it out as of any doubt: what is there is confirmed, what is not is
/// absent, and what the service shows altered may stay unknown. See
/// [`docs::delivery`](crate::docs::delivery#where-the-outbox-cannot-take-note).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unrecorded {
    /// The record.
    pub id: PendingId,
    /// Why the outbox could not take note of it.
    pub error: String,
}

impl Unrecorded {
    /// The record `id`, which could not be written or removed because of `error`.
    pub fn new(id: PendingId, error: impl Into<String>) -> Self {
        Self {
            id,
            error: error.into(),
        }
    }
}

impl fmt::Display for Unrecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, error } = self;
        write!(
            f,
            "the outbox could not take note of it, so the record {id} still says that the outcome is not known: {error}"
        )
    }
}

/// A place where submits stand from before their first byte until their outcome is known, and those that
/// arrived a while longer.
///
/// [`FileOutbox`] is the ready-made one, for one process at a time. An outbox of your own may be shared by
/// several processes: then no one of them takes a message of another for its own. For that, a record that
/// was put must be listed by every process from the moment [`Outbox::put`] returns, settled or not, until it
/// is removed. Processes with outboxes of their own cannot see each other: see
/// [`docs::delivery`](crate::docs::delivery).
///
/// Calls come from asynchronous code and block it: keep them short, and do not call back into the client.
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Adds a record, or replaces the one with the same id. Must be durable when it returns. Keep all of it:
    /// serialise it with serde.
    ///
    /// A record is put again when more is known of its submit, and once more when that arrived
    /// ([`Pending::is_settled`]) or, with a key, was forgotten ([`Pending::is_forgotten`]). It is removed later, by whichever client comes by.
    ///
    /// # Errors
    /// Whatever kept it from being stored. A submit that is about to begin is not sent then.
    fn put(&self, pending: &Pending) -> io::Result<()>;

    /// Removes a record: it is not in the ticket, or nobody needs to know any more. No error when there is none.
    ///
    /// # Errors
    /// Whatever kept it from being removed. The record is looked at once more later.
    fn remove(&self, id: &PendingId) -> io::Result<()>;

    /// All records, settled ones included, as they are now. One that cannot be read may be left out.
    ///
    /// # Errors
    /// Whatever kept them from being read.
    fn list(&self) -> io::Result<Vec<Pending>>;

    /// All records without exception, as they are now: asked for before a message that was found counts as
    /// that of a submit. Implement it when [`Outbox::list`] leaves out what cannot be read.
    ///
    /// # Errors
    /// Whatever kept any of them from being read. The doubt stays then.
    fn list_all(&self) -> io::Result<Vec<Pending>> {
        self.list()
    }

    /// [`Outbox::remove`], with the reason: for an outbox that keeps an account.
    ///
    /// # Errors
    /// As of [`Outbox::remove`].
    fn remove_because(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        let _ = why;
        self.remove(id)
    }

    /// [`Outbox::put`] of a ticket that is opened. Without it no ticket is opened by a client with this outbox.
    ///
    /// # Errors
    /// Whatever kept it from being stored; by default, that this outbox does not keep tickets.
    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        let _ = pending;
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this outbox does not keep tickets",
        ))
    }

    /// [`Outbox::remove_because`] of a ticket.
    ///
    /// # Errors
    /// Whatever kept it from being removed.
    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        let _ = (id, why);
        Ok(())
    }

    /// All records of tickets without exception, settled ones included, as they are now.
    ///
    /// # Errors
    /// Whatever kept any of them from being read. A doubt stays then.
    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        Ok(Vec::new())
    }
}

/// One that is kept beside the client as well, to ask it what the client does not: [`FileOutbox::removed`] for example.
///
/// ```
/// use hwc_tickets::{Client, FileOutbox, SecretString};
/// use std::sync::Arc;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("outbox");
///
/// let outbox = Arc::new(FileOutbox::open(path)?);
/// let client = Client::builder().token(SecretString::from("t")).outbox(Arc::clone(&outbox)).build()?;
/// assert!(client.pending().is_empty() && outbox.removed().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[warn(
    clippy::missing_trait_methods,
    reason = "a method that is not passed on takes the default"
)]
impl<T: Outbox + ?Sized> Outbox for Arc<T> {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        (**self).put(pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        (**self).remove(id)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        (**self).list()
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        (**self).list_all()
    }

    fn remove_because(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        (**self).remove_because(id, why)
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        (**self).put_ticket(pending)
    }

    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        (**self).remove_ticket(id, why)
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        (**self).list_tickets()
    }
}
