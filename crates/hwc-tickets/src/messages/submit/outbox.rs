//! Submits written down before they are sent, so that a crash loses none.

mod file;

pub use file::FileOutbox;

use super::pending::{Pending, PendingId};
use std::{fmt::Debug, io};

/// A place where submits stand from before their first byte until their fate is known, and those that
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
    /// ([`Pending::is_settled`]). It is removed later, by whichever client comes by.
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
}
