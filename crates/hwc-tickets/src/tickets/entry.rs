//! An entry of the log of a ticket.

use crate::{setters::setters, time::MessageTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// What was done to a ticket, and by whom.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// When it was done.
    pub at: MessageTime,
    /// The kind of act. What the numbers mean is in no source.
    #[serde(default)]
    pub act: Option<i64>,
    /// What was done or said, in words.
    #[serde(default)]
    pub words: Option<String>,
    /// The kind of actor. What the numbers mean is in no source.
    #[serde(default)]
    pub actor_kind: Option<i64>,
    /// Id of who did it.
    #[serde(default)]
    pub actor_id: Option<String>,
    /// Name of who did it.
    #[serde(default)]
    pub actor_name: Option<String>,
    /// What else the service says of it, by its own names.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

impl LogEntry {
    /// Something that was done at this time.
    #[must_use]
    pub fn new(at: MessageTime) -> Self {
        Self {
            id: None,
            at,
            act: None,
            words: None,
            actor_kind: None,
            actor_id: None,
            actor_name: None,
            extra: Map::new(),
        }
    }
}

setters! {
    LogEntry { extra: Map<String, Value> }
    optional {
        id: impl Into<String>,
        act: i64,
        words: impl Into<String>,
        actor_kind: i64,
        actor_id: impl Into<String>,
        actor_name: impl Into<String>,
    }
}

/// Never shows the words, names or unknown fields.
impl fmt::Debug for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEntry")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("act", &self.act)
            .field("actor_kind", &self.actor_kind)
            .finish_non_exhaustive()
    }
}
