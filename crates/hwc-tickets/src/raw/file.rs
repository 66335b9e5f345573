//! A file that a raw call brings, piece by piece.

use super::OPERATION;
use crate::error::{Error, Result};
use bytes::Bytes;
use hwc_core::Download;
use std::time::Duration;

/// A file under way. Its end is proven: one that breaks off is an error, never a short file. Dropping it cancels the call.
#[derive(Debug)]
pub struct RawFile(pub(super) Download);

/// Of an operation that answers a file, called as data.
impl From<Download> for RawFile {
    fn from(file: Download) -> Self {
        Self(file)
    }
}

impl RawFile {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// A header of the answer, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// `Content-Type` as the service sent it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type()
    }

    /// Bytes of the whole file, if the service says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.0.length()
    }

    /// Bytes handed out so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.0.received()
    }

    /// Request id of the service, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id()
    }

    /// Attempts on the wire.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts()
    }

    /// Time until the file began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The next piece; `None` when the file is whole.
    ///
    /// # Errors
    /// The file broke off, stood still for too long, or its end is not proven. What was handed out is a part of it.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.0.chunk().await;
        chunk.map_err(|fault| Error::from_fault(OPERATION, fault))
    }

    /// The whole file, in memory.
    ///
    /// # Errors
    /// As [`RawFile::chunk`], or the file has more than `limit` bytes.
    pub async fn bytes(self, limit: usize) -> Result<Bytes> {
        let bytes = self.0.bytes(limit).await;
        bytes.map_err(|fault| Error::from_fault(OPERATION, fault))
    }
}
