//! The messages of tickets: the message itself, a file for each verb, what a client remembers of them, and their calls.

pub mod follow;
pub mod history;
pub mod mark_read;
pub mod message;
pub(crate) mod order;
pub mod recall;
pub mod submit;
pub mod unread;
pub(crate) mod wire;

use self::{mark_read::memory::Drains, recall::memory::Recalls, submit::own::OwnSubmits};
use crate::outbox::Outbox;
use std::{io, sync::Arc, time::Duration};

/// What a client remembers of messages, so that its verbs know of each other.
pub(crate) struct State {
    /// What this client has submitted lately.
    own: OwnSubmits,
    /// What this client has drained lately.
    drains: Drains,
    /// What this client has taken back lately.
    recalls: Recalls,
}

impl State {
    /// A client that has done nothing yet, but for what `outbox` holds.
    pub(crate) fn new(
        outbox: Option<Arc<dyn Outbox>>,
        consistency_window: Duration,
    ) -> io::Result<Self> {
        Ok(Self {
            own: OwnSubmits::open_outbox(outbox, consistency_window)?,
            drains: Drains::default(),
            recalls: Recalls::default(),
        })
    }

    /// Whether it is known what became of what was sent under `key`, if anything was.
    pub(crate) fn is_known(&self, key: &str) -> io::Result<bool> {
        let listed = self.own.read_outbox()?;
        let keys = self.own.keys(key, &listed);
        Ok(keys.iter().all(|key| self.own.is_known(key, &listed)))
    }

    /// The caller has taken note of what is kept under `key`. `false`: it is not known yet what became of it.
    pub(crate) fn acknowledge(&self, key: &str) -> io::Result<bool> {
        // Each is read once more before it is written: what another process has found out meanwhile is not written over.
        for key in self.own.keys(key, &self.own.read_outbox()?) {
            if !self.own.acknowledge(&key)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
