//! What is known of a file on its way, and at its end.

use super::source::AttachmentSource;
use crate::ids::AttachmentId;
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, sync::Arc};

/// Is told how much of a file went out or came in.
pub(super) type Observer = Arc<dyn Fn(Progress) + Send + Sync>;

/// How much of a file was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that went out, or came in.
    pub moved: u64,
    /// Bytes in all, where they are known.
    pub total: Option<u64>,
}

impl Progress {
    /// So many bytes of so many.
    #[must_use]
    pub fn new(moved: u64, total: Option<u64>) -> Self {
        Self { moved, total }
    }
}

/// A file that the service has stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uploaded {
    /// Its id, with which one message or one new ticket names it, once. Only this answer tells it.
    pub id: AttachmentId,
    /// Its length in bytes.
    pub bytes: u64,
    /// Attempts on the wire, those that provably did nothing included.
    pub attempts: u32,
    /// Request id of the answer, if there was one.
    pub request_id: Option<String>,
}

impl Uploaded {
    /// A file of so many bytes, stored after one attempt.
    #[must_use]
    pub fn new(id: AttachmentId, bytes: u64) -> Self {
        Self {
            id,
            bytes,
            attempts: 1,
            request_id: None,
        }
    }
}

impl From<Uploaded> for AttachmentSource {
    fn from(uploaded: Uploaded) -> Self {
        Self::from(uploaded.id)
    }
}

impl From<&Uploaded> for AttachmentSource {
    fn from(uploaded: &Uploaded) -> Self {
        Self::from(&uploaded.id)
    }
}

impl From<&Uploaded> for AttachmentId {
    fn from(uploaded: &Uploaded) -> Self {
        uploaded.id.clone()
    }
}

impl From<Uploaded> for AttachmentId {
    fn from(uploaded: Uploaded) -> Self {
        uploaded.id
    }
}

/// A file that was saved: it is whole, and it is on the disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Saved {
    /// A file of so many bytes at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, bytes: u64) -> Self {
        Self {
            path: path.into(),
            bytes,
        }
    }
}

/// Without the path: the name of a file may be as confidential as what is in it.
impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
