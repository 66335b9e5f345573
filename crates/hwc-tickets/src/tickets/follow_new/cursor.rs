//! Which tickets are known, and in which status.

use crate::{
    error::Result,
    ids::TicketId,
    kept_cursor::{Keepable, KeptCursor, cursor_file},
    tickets::detail::status::TicketStatus,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// The version this crate writes.
const VERSION: u32 = 1;

/// Where a follower of the list of tickets stands: the ids of the tickets that are known, and their status.
///
/// Serialise it (JSON or any other serde format) and give it to [`FollowNew::resume`](super::FollowNew::resume) later. The default
/// cursor knows no ticket: whoever resumes from it begins anew.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct TicketsCursor {
    /// The list was read once at least.
    pub(super) has_begun: bool,
    pub(super) known: BTreeMap<TicketId, Option<i64>>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    hwc_tickets_list_cursor: u32,
    has_begun: bool,
    tickets: BTreeMap<TicketId, Option<i64>>,
}

impl From<TicketsCursor> for Stored {
    fn from(cursor: TicketsCursor) -> Self {
        Self {
            hwc_tickets_list_cursor: VERSION,
            has_begun: cursor.has_begun,
            tickets: cursor.known,
        }
    }
}

impl TryFrom<Stored> for TicketsCursor {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, &'static str> {
        if stored.hwc_tickets_list_cursor != VERSION {
            return Err("it is of a version that this one does not know");
        }
        Ok(Self {
            has_begun: stored.has_begun,
            known: stored.tickets,
        })
    }
}

impl TicketsCursor {
    /// The tickets that are known, with the status they were last seen in.
    pub fn tickets(&self) -> impl Iterator<Item = (&TicketId, TicketStatus)> {
        let known = self.known.iter();
        known.map(|(ticket, code)| (ticket, TicketStatus::from_code(*code)))
    }
}

/// How many tickets there are.
impl fmt::Debug for TicketsCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketsCursor")
            .field("has_begun", &self.has_begun)
            .field("tickets", &self.known.len())
            .finish()
    }
}

impl Keepable for TicketsCursor {
    const WHAT: &'static str = "a cursor of the list of tickets";
    const MOST_MIB: u64 = 16;
}

cursor_file! {
    /// Given to [`FollowNew::cursor_file`](super::FollowNew::cursor_file) it is read once and written at every checkpoint.
    TicketsCursorFile of TicketsCursor, 16 MiB
}
