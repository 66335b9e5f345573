//! Where a follower stands: small, versioned, and nothing in it that says who wrote what.

mod packed;

use super::dedupe::Seen;
use crate::{
    error::{Error, ErrorKind, Result},
    files,
    ids::TicketId,
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::{
    fmt, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The version this crate writes. Older ones stay readable.
const VERSION: u32 = 1;
/// Largest cursor that is written or read, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;
/// Longest position of the service that is kept. The document says 64 characters.
const LONGEST_POSITION: usize = 1024;

/// Where a follower stands: the service's own positions, and which messages were handed out.
///
/// Serialise it (JSON or any other serde format) and give it to
/// [`Follow::resume`](super::Follow::resume) later, from this process or another. It holds digests of
/// ticket ids and messages, no text. It is at most 64 KiB: in a follower of many busy tickets only the
/// newest messages are then known one by one, and of the rest the time up to which all was handed out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Cursor {
    pub(super) groups: Vec<Group>,
}

/// Tickets that share a position of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Opaque, as the service gave it.
    pub(super) position: Option<String>,
    pub(super) marks: Vec<Mark>,
}

/// Where one ticket stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) ticket: TicketDigest,
    /// Its earlier messages were not all handed out.
    pub(super) catching_up: bool,
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
    /// [`ErrorKind::Storage`] when it cannot be read, others may read or write it, it is larger than
    /// 64 KiB, or it is no cursor of this version or an older one.
    pub fn load(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = path.as_ref();
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            _ => {}
        }
        let mut bytes = Vec::new();
        let file = files::open_private(path).map_err(|error| storage("read", path, error))?;
        file.take(LARGEST as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| storage("read", path, error))?;
        if bytes.len() > LARGEST {
            let detail = format!(
                "the cursor file {} is larger than 64 KiB: it is no cursor",
                path.display()
            );
            return Err(Error::local(ErrorKind::Storage, detail).with_help(START_ANEW));
        }
        let refused = |reason: String| {
            let path = path.display();
            let detail = format!("the cursor file {path} cannot be understood: {reason}");
            Error::local(ErrorKind::Storage, detail).with_help(START_ANEW)
        };
        // The position of a mistake, never content: the parser's own words may quote a foreign file.
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            refused(format!(
                "it is no cursor ({:?} error at line {line}, column {column})",
                error.classify()
            ))
        })?;
        let cursor = Self::try_from(stored).map_err(|invalid| refused(invalid.to_string()))?;
        Ok(Some(cursor))
    }

    /// Puts the cursor in the place of the file at `path` at once, readable by its owner alone.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when it cannot be written; [`ErrorKind::Locked`] when a follower holds the
    /// file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let _lock = files::Lock::acquire(path)?;
        self.write(path)
    }

    fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec(self)
            .map_err(|error| storage("written", path, io::Error::other(error)))?;
        if text.len() > LARGEST {
            let detail = format!(
                "the cursor for {} is larger than 64 KiB: follow fewer tickets",
                path.display()
            );
            return Err(Error::local(ErrorKind::LimitExceeded, detail));
        }
        files::replace_private(path, &text).map_err(|error| storage("written", path, error))?;
        Ok(())
    }
}

const START_ANEW: &str =
    "Remove the file to start anew: messages may then be seen twice, or missed since the last run.";

fn storage(done: &str, path: &Path, error: io::Error) -> Error {
    let path = path.display();
    Error::local(
        ErrorKind::Storage,
        format!("the cursor file {path} could not be {done}: {error}"),
    )
    .with_source(error)
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

/// A cursor in a file that no one else can follow with, as long as this value lives.
///
/// Given to [`Follow::cursor_file`](super::Follow::cursor_file) it is read once and written at every
/// checkpoint.
#[derive(Debug)]
pub struct CursorFile {
    path: PathBuf,
    loaded: Option<Cursor>,
    _lock: files::Lock,
}

impl CursorFile {
    /// Locks the file at `path` and reads it, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when another follower holds it; what [`Cursor::load`] ends with.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let lock = files::Lock::acquire(&path)?;
        Ok(Self {
            loaded: Cursor::load(&path)?,
            path,
            _lock: lock,
        })
    }

    /// The cursor that was last read or written.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.loaded.as_ref()
    }

    /// Writes `cursor`, unless the file holds it already.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when it cannot be written.
    pub fn save(&mut self, cursor: &Cursor) -> Result<()> {
        if self.loaded.as_ref() != Some(cursor) {
            cursor.write(&self.path)?;
            self.loaded = Some(cursor.clone());
        }
        Ok(())
    }
}

/// The written form.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Version of this form.
    hwc_tickets_cursor: u32,
    groups: Vec<StoredGroup>,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// Packed marks, as hexadecimal digits.
    tickets: String,
}

impl From<Cursor> for Stored {
    fn from(cursor: Cursor) -> Self {
        let mut groups = cursor.groups;
        packed::trim(&mut groups);
        Self {
            hwc_tickets_cursor: VERSION,
            groups: (groups.into_iter())
                .map(|group| StoredGroup {
                    tickets: packed::pack(&group.marks),
                    position: group.position,
                })
                .collect(),
        }
    }
}

/// A stored cursor cannot be used.
#[derive(Debug, thiserror::Error)]
enum InvalidCursor {
    #[error(
        "the cursor has version {0}, this crate reads up to {VERSION}: use a newer version of it"
    )]
    Version(u32),
    #[error("the cursor is damaged")]
    Damaged,
}

impl TryFrom<Stored> for Cursor {
    type Error = InvalidCursor;

    fn try_from(stored: Stored) -> Result<Self, InvalidCursor> {
        if !(1..=VERSION).contains(&stored.hwc_tickets_cursor) {
            return Err(InvalidCursor::Version(stored.hwc_tickets_cursor));
        }
        let groups = stored.groups.into_iter().map(|group| {
            let is_sane = |position: &String| (1..=LONGEST_POSITION).contains(&position.len());
            if !group.position.as_ref().is_none_or(is_sane) {
                return Err(InvalidCursor::Damaged);
            }
            Ok(Group {
                position: group.position,
                marks: packed::unpack(&group.tickets).ok_or(InvalidCursor::Damaged)?,
            })
        });
        Ok(Self {
            groups: groups.collect::<Result<_, _>>()?,
        })
    }
}

/// A position of the service that can be kept: not empty, and not of a length that makes no sense.
pub(super) fn usable_position(position: Option<String>) -> Option<String> {
    position.filter(|position| (1..=LONGEST_POSITION).contains(&position.len()))
}
