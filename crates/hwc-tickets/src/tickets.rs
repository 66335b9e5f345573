//! Tickets as a whole: the handle of one, what is read of it and done to it, how one is opened, lists of them, and the calls for that.

pub mod action;
pub mod contact;
pub mod create;
pub mod detail;
pub mod end;
pub mod entry;
pub mod export;
pub mod follow_all;
pub mod follow_new;
pub mod list;
pub mod listed;
pub mod log;
pub mod rating;
pub mod rows;
pub mod score;
mod state;
pub mod ticket;
pub mod urge;
mod wire;

use self::create::own::OwnTickets;
use crate::outbox::Outbox;
use std::{io, sync::Arc, time::Duration};

/// What a client remembers of tickets.
pub(crate) struct State {
    /// What this client has opened lately.
    own: OwnTickets,
}

impl State {
    /// A client that has opened nothing yet, but for what `outbox` holds.
    pub(crate) fn new(outbox: Option<Arc<dyn Outbox>>, consistency_window: Duration) -> Self {
        Self {
            own: OwnTickets::new(outbox, consistency_window),
        }
    }

    /// Whether it is known what became of what was sent under `key`, if anything was.
    pub(crate) fn is_known(&self, key: &str) -> io::Result<bool> {
        Ok(self.own.is_known(key, &self.own.read_outbox()?))
    }

    /// The caller has taken note of what is kept under `key`. `false`: it is not known yet what became of it.
    pub(crate) fn acknowledge(&self, key: &str) -> io::Result<bool> {
        self.own.acknowledge(key)
    }
}
