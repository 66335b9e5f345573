//! Submits written down before they are sent, so that a crash loses none.

mod file;

pub use file::FileOutbox;

use super::pending::{Pending, PendingId};
use std::{fmt::Debug, io};

/// A place where submits stand from before their first byte until their fate is known.
///
/// [`FileOutbox`] is the ready-made one. Calls come from asynchronous code and block it: keep them short,
/// and do not call back into the client.
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Adds a record, or replaces the one with the same id. Must be durable when it returns.
    ///
    /// # Errors
    /// Whatever kept it from being stored. The submit is not sent then.
    fn put(&self, pending: &Pending) -> io::Result<()>;

    /// Removes a record: its fate is known. No error when there is none.
    ///
    /// # Errors
    /// Whatever kept it from being removed. The record is reconciled once more later.
    fn remove(&self, id: &PendingId) -> io::Result<()>;

    /// All records.
    ///
    /// # Errors
    /// Whatever kept them from being read.
    fn list(&self) -> io::Result<Vec<Pending>>;
}
