//! Where a follower of all tickets stands: the two cursors of the followers below it, and what is known besides.

use crate::{
    error::Result,
    ids::TicketId,
    kept_cursor::{Keepable, KeptCursor, cursor_file},
    messages::follow::Cursor,
    tickets::follow_new::TicketsCursor,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// The version this crate writes.
const VERSION: u32 = 1;

/// Where a follower of all tickets stands: which tickets are known, what of them was handed out, and when it began.
///
/// Serialise it (JSON or any other serde format) and give it to [`FollowAll::resume`](super::FollowAll::resume) later. It holds the ids
/// of the tickets, and no text. The default cursor knows nothing: whoever resumes from it begins anew.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct AllCursor {
    /// Where a ticket begins that the cursor of the messages does not know: the same in each run, or earlier once a ticket that is newer than
    /// `newest` was opened before it. `None`: the list was not read yet.
    pub(super) since: Option<Timestamp>,
    /// That moment is of the clock of a machine, which nothing proves.
    pub(super) local_clock: bool,
    /// When the newest ticket was opened that the first reading of the list showed. `None`: `since` was named.
    pub(super) newest: Option<Timestamp>,
    pub(super) tickets: TicketsCursor,
    pub(super) messages: Cursor,
    /// Tickets that have ended and are still followed, each with the second in which it is let go, by the wall clock.
    pub(super) ended: BTreeMap<TicketId, i64>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    hwc_tickets_all_cursor: u32,
    since: Option<Timestamp>,
    #[serde(default)]
    local_clock: bool,
    #[serde(default)]
    newest: Option<Timestamp>,
    tickets: TicketsCursor,
    messages: Cursor,
    ended: BTreeMap<TicketId, i64>,
}

impl From<AllCursor> for Stored {
    fn from(cursor: AllCursor) -> Self {
        Self {
            hwc_tickets_all_cursor: VERSION,
            since: cursor.since,
            local_clock: cursor.local_clock,
            newest: cursor.newest,
            tickets: cursor.tickets,
            messages: cursor.messages,
            ended: cursor.ended,
        }
    }
}

impl TryFrom<Stored> for AllCursor {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, &'static str> {
        if stored.hwc_tickets_all_cursor != VERSION {
            return Err("it is of a version that this one does not know");
        }
        Ok(Self {
            since: stored.since,
            local_clock: stored.local_clock,
            newest: stored.newest,
            tickets: stored.tickets,
            messages: stored.messages,
            ended: stored.ended,
        })
    }
}

impl AllCursor {
    /// What is known of the list: the tickets, with the status they were last seen in.
    #[must_use]
    pub fn tickets(&self) -> &TicketsCursor {
        &self.tickets
    }

    /// The tickets to follow from the start; those that have ended come last.
    pub(super) fn followed(&self) -> Vec<TicketId> {
        let known = self.tickets.tickets();
        let open = known
            .filter(|(id, status)| !status.has_ended() && !self.ended.contains_key(*id))
            .map(|(id, _)| id);
        open.chain(self.ended.keys()).cloned().collect()
    }
}

/// Shows no id.
impl fmt::Debug for AllCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllCursor")
            .field("tickets", &self.tickets)
            .field("messages", &self.messages)
            .field("ended", &self.ended.len())
            .finish_non_exhaustive()
    }
}

impl Keepable for AllCursor {
    const WHAT: &'static str = "a cursor of all tickets";
    // As much as the two have together, and some room.
    const MOST_MIB: u64 = 24;
}

cursor_file! {
    /// Given to [`FollowAll::cursor_file`](super::FollowAll::cursor_file) it is read once and written at every checkpoint.
    AllCursorFile of AllCursor, 24 MiB
}
