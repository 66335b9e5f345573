//! Where a follower stands: small, versioned, and nothing in it that says who wrote what.

mod version1;
mod written;

use self::written::Stored;
use super::dedupe::Seen;
use crate::{
    error::Result,
    files,
    ids::TicketId,
    kept_cursor::{self, Keepable, KeptCursor, cursor_file},
    tickets::detail::TicketStatus,
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The version this crate writes. Older ones stay readable.
const VERSION: u32 = 2;
/// Largest cursor that is written or read, in MiB.
const MOST_MIB: usize = 4;
/// The same in bytes.
const LARGEST: usize = MOST_MIB << 20;
/// Longest position of the service that is kept. The document says 64 characters; no request line would
/// hold more than this.
const LONGEST_POSITION: usize = 16 * 1024;
/// Most tickets that keep their place although they are left out.
pub(super) const MOST_LEFT_OUT: usize = 1_500;

/// Where a follower stands: the service's own positions, and which messages were handed out.
///
/// Serialise it (JSON or any other serde format) and give it to
/// [`Follow::resume`](super::Follow::resume) later, from this process or another. It holds digests of
/// ticket ids and messages, and the last status of each ticket that was asked for, no text. It is at most 4 MiB, usually a few KiB: of each ticket it holds the
/// newest messages that were handed out, at most 1,024 (10,000 when they are of a single second), and in a
/// follower of many busy tickets fewer.
///
/// Tickets that are left out of a run keep their place in it, up to 1,500 of them. Beyond that those that
/// were left out longest are forgotten; they begin anew when they are followed again, and
/// [`Event::PossibleGap`](super::Event::PossibleGap) says so.
///
/// The default cursor knows no ticket: whoever resumes from it begins anew.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Cursor {
    /// Shared with the follower, and with the cursors before and after, as long as nothing changes in them.
    pub(super) groups: Vec<Arc<Group>>,
    /// Tickets that are not followed now, those left out longest first.
    pub(super) left_out: Vec<Group>,
    /// There were more of them.
    pub(super) forgot_tickets: bool,
}

/// Tickets that share a position of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Opaque, as the service gave it.
    pub(super) position: Option<String>,
    /// What comes behind the position may still belong to the first answer.
    pub(super) opening: bool,
    pub(super) marks: Vec<Mark>,
}

/// Where one ticket stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) ticket: TicketDigest,
    /// Its earlier messages were not all handed out.
    pub(super) catching_up: bool,
    /// A gap was found that is not told yet.
    pub(super) owes_gap: bool,
    /// The status that was told last.
    pub(super) status: Option<TicketStatus>,
    pub(super) seen: Arc<Seen>,
}

/// Tells tickets apart without naming them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TicketDigest(pub(super) [u8; 8]);

impl TicketDigest {
    pub(super) fn of(ticket: &TicketId) -> Self {
        let text = format!("hwc-tickets cursor ticket 1 {ticket}");
        let whole = digest(&SHA256, text.as_bytes());
        Self(whole.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

impl Cursor {
    /// Reads the cursor at `path`; `None` when there is no such file.
    ///
    /// Two followers of one file would undo each other's work: prefer [`CursorFile`], which locks it.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when it cannot be read, others may read or write it, it is larger than
    /// 4 MiB, or it is no cursor of this version or an older one.
    pub fn load(path: impl AsRef<Path>) -> Result<Option<Self>> {
        kept_cursor::load(path.as_ref())
    }

    /// Puts the cursor in the place of the file at `path` at once, readable by its owner alone.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when it cannot be written;
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) when a follower holds the file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let _lock = files::Lock::acquire(path)?;
        kept_cursor::write(path, self)
    }
}

impl Cursor {
    /// Whether older messages of a ticket were still to be handed out when it was made, as with
    /// [`Follow::tail`](super::Follow::tail) or [`Follow::since`](super::Follow::since).
    #[must_use]
    pub fn is_catching_up(&self) -> bool {
        let mut marks = self.groups.iter().flat_map(|group| &group.marks);
        marks.any(|mark| mark.catching_up)
    }

    /// The status of `ticket` that was handed out last, by this run or one before: another one at the start of the next run
    /// is a change. `None` of a ticket whose status was never handed out ([`Follow::status_events`](super::Follow::status_events)),
    /// and in what an older version wrote.
    #[must_use]
    pub fn status(&self, ticket: &TicketId) -> Option<TicketStatus> {
        let digest = TicketDigest::of(ticket);
        let groups = self.groups.iter().map(|group| &**group);
        let groups = groups.chain(&self.left_out);
        let mut marks = groups.flat_map(|group| &group.marks);
        marks.find(|mark| mark.ticket == digest)?.status
    }
}

impl Keepable for Cursor {
    const WHAT: &'static str = "a cursor";
    const MOST_MIB: u64 = MOST_MIB as u64;
    const START_ANEW: &'static str = "Remove the file to start anew: messages may then be seen twice, or missed since the last run.";
    const WHEN_TOO_LARGE: &'static str = ": follow fewer tickets";

    fn read(text: &[u8]) -> Result<Self, String> {
        // The position of a mistake, never content: the parser's own words may quote a foreign file.
        let stored: Stored = serde_json::from_slice(text).map_err(|error| {
            let (what, class) = (Self::WHAT, error.classify());
            let (line, column) = (error.line(), error.column());
            format!("it is not {what} ({class:?} error at line {line}, column {column})")
        })?;
        Self::try_from(stored).map_err(|invalid| invalid.to_string())
    }
}

/// Shows no digest and no position.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tickets: usize = self.groups.iter().map(|group| group.marks.len()).sum();
        f.debug_struct("Cursor")
            .field("groups", &self.groups.len())
            .field("tickets", &tickets)
            .finish_non_exhaustive()
    }
}

cursor_file! {
    /// Given to [`Follow::cursor_file`](super::Follow::cursor_file) it is read once and written at every checkpoint.
    CursorFile of Cursor, 4 MiB
}

/// Whether a position of the service can be kept: not empty, and not of a length that makes no sense.
pub(super) fn is_usable(position: &str) -> bool {
    (1..=LONGEST_POSITION).contains(&position.len())
}
