//! Taking note of what was kept under a caller's key.

use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
};
use std::io;

/// Name of this operation in errors.
const OPERATION: &str = "acknowledge key";

impl Client {
    /// The caller has taken note of what became of the message or the ticket under `key`
    /// ([`Submit::key`](crate::Submit::key), [`CreateTicket::key`](crate::CreateTicket::key)): the outbox need not keep it
    /// any more, and the key is free, with those of the parts of a text ([`Submit::split_long`](crate::Submit::split_long)).
    /// A key whose record was forgotten ([`Client::forget`], [`Client::forget_ticket`]) is given free as well. Of a key that
    /// nothing is kept under, nothing is done. With which account it was used is not asked: so a key of credentials that are gone
    /// can be given free.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] while it is under way, or while it is not known what became of it, or of either where both have the key:
    /// use the key again, or reconcile it, first. Of a doubt that stays, a person decides, and ends it with [`Client::forget`] or
    /// [`Client::forget_ticket`] with the id of its record ([`Error::pending`]); then this gives the key free.
    /// [`ErrorKind::Storage`] when the outbox cannot be read or written.
    pub fn acknowledge(&self, key: &str) -> Result<()> {
        let parts = self.parts();
        let acknowledged = || -> io::Result<bool> {
            // A message and a ticket may have one key: while either is in doubt, both keep it.
            if !parts.messages.is_known(key)? || !parts.tickets.is_known(key)? {
                return Ok(false);
            }
            Ok(parts.messages.acknowledge(key)? && parts.tickets.acknowledge(key)?)
        };
        match acknowledged() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::local(
                ErrorKind::Locked,
                "it is not known yet what became of what was sent under this key",
            )
            .with_operation(OPERATION)
            .with_help("Find out first: send it again with the same key, or reconcile it.")),
            Err(error) => Err(Error::local(
                ErrorKind::Storage,
                format!("the outbox cannot take note of the key: {error}"),
            )
            .with_operation(OPERATION)
            .with_source(error)),
        }
    }
}
