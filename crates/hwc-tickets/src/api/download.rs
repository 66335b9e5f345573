//! A file that a call brings, piece by piece.

use super::{Caller, Described};
#[cfg(feature = "blocking")]
use crate::attachments::{DOWNLOAD, DownloadSource};
use crate::{
    client::Client,
    error::{Error, Result},
};
use bytes::Bytes;
use futures_core::Stream;
#[cfg(feature = "blocking")]
use hwc_core::{Delivery, Fault, FaultKind};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// A file under way: the head of the answer was judged, its beginning is no error document, and the rest comes as it is asked
/// for. Its end is proven: one that breaks off is an error, never a short file.
///
/// There is no limit of its size, and no deadline but [`Call::timeout`](super::Call::timeout); a pause inside the file is bounded
/// by [`Timeouts::idle_body`](crate::Timeouts::idle_body). It counts as one of the requests under way until it has ended,
/// failed or been dropped. Dropping it cancels the call.
///
/// ```no_run
/// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
/// let mut file = client.attachments().download("123456").await?.body;
/// while let Some(piece) = file.chunk().await? {
///     println!("{} bytes", piece.len());
/// }
/// println!("whole: {} bytes", file.received()); // only here
/// # Ok(()) }
/// ```
///
/// The file of a blocking client is an [`std::io::Read`]:
///
/// ```no_run
/// # #[cfg(feature = "blocking")]
/// # fn example(client: hwc_tickets::blocking::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut file = client.attachments().download("123456").call()?.body;
/// std::io::copy(&mut file, &mut std::fs::File::create("disk.log")?)?;
/// # Ok(()) }
/// ```
#[must_use = "a download that is dropped is cancelled"]
pub struct Download<C = Client> {
    file: hwc_core::Download,
    operation: &'static str,
    #[cfg_attr(
        not(feature = "blocking"),
        expect(dead_code, reason = "only a client that waits is needed to go on")
    )]
    caller: C,
    /// What was taken from the file and not yet given on.
    #[cfg(feature = "blocking")]
    held: Bytes,
}

impl<C: Caller> Download<C> {
    /// The file that `R` brought to `caller`.
    pub(super) fn of<R: Described>(file: hwc_core::Download, caller: &C) -> Self {
        Self::new(file, R::OPERATION.name, caller.clone())
    }

    pub(crate) fn new(file: hwc_core::Download, operation: &'static str, caller: C) -> Self {
        Self {
            file,
            operation,
            caller,
            #[cfg(feature = "blocking")]
            held: Bytes::new(),
        }
    }
}

impl<C> Download<C> {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.file.status().as_u16()
    }

    /// A header of the answer, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.file.headers().get(name)?.to_str().ok()
    }

    /// `Content-Type` as the service sent it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.file.content_type()
    }

    /// Bytes of the whole file, if the service says so. A file of another length ends in an error.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.file.length()
    }

    /// Bytes that came so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.file.received()
    }

    /// Request id of the service, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.file.request_id()
    }

    /// Attempts on the wire. What has begun to come is not tried again.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.file.attempts()
    }

    /// Time until the file began to come.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.file.elapsed()
    }
}

impl Download {
    /// The next piece; `None` when the file is whole.
    ///
    /// # Errors
    /// The file broke off, stood still for too long, is longer or shorter than declared, or its end is not proven. What was handed
    /// out is a part of it. Asked again, it is the same error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.file.chunk().await;
        chunk.map_err(|fault| Error::from_fault(self.operation, fault))
    }

    /// The whole file, in memory.
    ///
    /// # Errors
    /// As [`Download::chunk`], or the file has more than `limit` bytes.
    pub async fn bytes(self, limit: usize) -> Result<Bytes> {
        let bytes = self.file.bytes(limit).await;
        bytes.map_err(|fault| Error::from_fault(self.operation, fault))
    }
}

/// The pieces that [`chunk`](Download::chunk) gives. Ends after an error.
impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let operation = self.operation;
        let piece = Pin::new(&mut self.file).poll_next(context);
        piece.map(|piece| {
            piece.map(|piece| piece.map_err(|fault| Error::from_fault(operation, fault)))
        })
    }
}

#[cfg(feature = "blocking")]
impl crate::blocking::Client {
    /// Downloads an attachment: see [`Client::download`]. The file is an [`std::io::Read`]; to save it whole or not at all, see
    /// [`download_to`](Self::download_to) and [`download_into`](Self::download_into).
    ///
    /// # Errors
    /// Every kind of a read; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn download(&self, what: impl Into<DownloadSource>) -> Result<Download<Self>> {
        let what = what.into();
        let file = self.block_on(|client| async move { client.download(what).open().await })?;
        Ok(Download::new(file, DOWNLOAD, self.clone()))
    }
}

#[cfg(feature = "blocking")]
impl Download<crate::blocking::Client> {
    /// The next piece; `None` when the file is whole. Waits for it.
    ///
    /// # Errors
    /// As [`chunk`](Download::<Client>::chunk) of the asynchronous one;
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime: nothing is lost then.
    pub fn chunk(&mut self) -> Result<Option<Bytes>> {
        if !self.held.is_empty() {
            return Ok(Some(std::mem::take(&mut self.held)));
        }
        let (file, operation) = (&mut self.file, self.operation);
        self.caller.block_on(|_| async move {
            let chunk = file.chunk().await;
            chunk.map_err(|fault| Error::from_fault(operation, fault))
        })
    }

    /// The whole file, or what of it was not read yet, in memory.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk), or there are more than `limit` bytes.
    pub fn bytes(self, limit: usize) -> Result<Bytes> {
        let Self {
            file,
            operation,
            caller,
            held,
        } = self;
        caller.block_on(|_| async move {
            if held.len() > limit {
                let detail = format!("the file is larger than {limit} bytes");
                let fault = Fault::new(FaultKind::BodyTooLarge, Delivery::Unknown, detail);
                return Err(Error::from_fault(operation, fault));
            }
            let rest = file.bytes(limit - held.len()).await;
            rest.map(|rest| {
                let mut whole = held.to_vec();
                whole.extend_from_slice(&rest);
                Bytes::from(whole)
            })
            .map_err(|fault| Error::from_fault(operation, fault))
        })
    }
}

/// Reads to the proven end. An error of the file is the source of the [`std::io::Error`].
#[cfg(feature = "blocking")]
impl std::io::Read for Download<crate::blocking::Client> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.held.is_empty() {
            match self.chunk().map_err(std::io::Error::other)? {
                Some(piece) => self.held = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.held.len());
        let piece = self.held.split_to(count);
        if let Some(place) = buffer.get_mut(..count) {
            place.copy_from_slice(&piece);
        }
        Ok(count)
    }
}

/// Without the content.
impl<C> fmt::Debug for Download<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.file, f)
    }
}
