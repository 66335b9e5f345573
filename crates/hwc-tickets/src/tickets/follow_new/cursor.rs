//! Which tickets are known, and in which status.

use crate::{
    error::{Error, ErrorKind, Result},
    files,
    ids::TicketId,
    tickets::detail::status::TicketStatus,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

/// The version this crate writes.
const VERSION: u32 = 1;
/// Largest cursor that is read or written, in bytes.
const LARGEST: u64 = 16 << 20;
const START_ANEW: &str =
    "Remove the file to start anew: what happened since the last run is then not told.";

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

/// A cursor in a file that no one else can follow with, as long as this value lives.
///
/// Given to [`FollowNew::cursor_file`](super::FollowNew::cursor_file) it is read once and written at every checkpoint.
#[derive(Debug)]
pub struct TicketsCursorFile {
    path: PathBuf,
    loaded: Option<TicketsCursor>,
    _lock: files::Lock,
}

impl TicketsCursorFile {
    /// Locks the file at `path` and reads it, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when another follower holds it; [`ErrorKind::Storage`] when it cannot be read, others may read or write
    /// it, or it is no cursor of the list of tickets.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let lock = files::Lock::acquire(&path)?;
        Ok(Self {
            loaded: load(&path)?,
            path,
            _lock: lock,
        })
    }

    /// The cursor that was last read or written.
    #[must_use]
    pub fn cursor(&self) -> Option<&TicketsCursor> {
        self.loaded.as_ref()
    }

    /// Writes `cursor`, unless the file holds it already.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when it cannot be written.
    pub fn save(&mut self, cursor: &TicketsCursor) -> Result<()> {
        if self.loaded.as_ref() == Some(cursor) {
            return Ok(());
        }
        let text = serde_json::to_vec(cursor)
            .map_err(|error| storage("written", io::Error::other(error)))?;
        if text.len() as u64 > LARGEST {
            let path = self.path.display();
            let detail = format!("the cursor for {path} is larger than 16 MiB");
            return Err(Error::local(ErrorKind::LimitExceeded, detail));
        }
        files::replace_private(&self.path, &text).map_err(|error| storage("written", error))?;
        self.loaded = Some(cursor.clone());
        Ok(())
    }
}

fn load(path: &Path) -> Result<Option<TicketsCursor>> {
    let read = files::read_private(path, LARGEST).map_err(|error| storage("read", error))?;
    let Some(bytes) = read else {
        return Ok(None);
    };
    // The position of a mistake, never content: the parser's own words may quote a foreign file.
    let cursor = serde_json::from_slice(&bytes).map_err(|error| {
        let (path, line, column) = (path.display(), error.line(), error.column());
        let detail = format!(
            "the cursor file {path} cannot be understood: it is not a cursor of the list of tickets (line {line}, column {column})"
        );
        Error::local(ErrorKind::Storage, detail).with_help(START_ANEW)
    })?;
    Ok(Some(cursor))
}

/// The error names the file.
fn storage(done: &str, error: io::Error) -> Error {
    let detail = format!("the cursor file could not be {done}: {error}");
    Error::local(ErrorKind::Storage, detail).with_source(error)
}
