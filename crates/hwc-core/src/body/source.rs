//! Where the bytes of an upload come from.

use std::{
    error::Error,
    fmt,
    fs::File,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_core::Stream;

use super::invalid;
use crate::{
    Clock, Fault,
    file::{self, Unreadable},
    offload::off_the_runtime,
};

/// A stream of an upload's bytes.
pub(super) type Flow = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Is told how many bytes of a source were taken.
pub(super) type Observer = Arc<dyn Fn(u64) + Send + Sync>;

/// Bytes to upload. Their number is known, and they can be read anew for each attempt of a call. Cheap to clone.
///
/// ```no_run
/// use hwc_core::Source; // the same as `hwc_tickets::api::Source`
/// let file = Source::file("/var/log/disk.log")?;
/// let made = Source::bytes(vec![1, 2, 3]).named("three.bin");
/// # Ok::<(), hwc_core::body::SourceError>(())
/// ```
#[derive(Clone)]
pub struct Source {
    pub(super) origin: Origin,
    length: u64,
    name: Option<Arc<str>>,
    pub(super) observer: Option<Observer>,
}

#[derive(Clone)]
pub(super) enum Origin {
    Bytes(Bytes),
    File(Arc<Mutex<File>>),
    Streams(Arc<dyn Fn() -> Flow + Send + Sync>),
    /// Taken out with the first byte that is asked for.
    Once(Arc<Mutex<Option<Flow>>>),
}

impl Source {
    /// Bytes in memory. They are not copied.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            length: bytes.len() as u64,
            origin: Origin::Bytes(bytes),
            name: None,
            observer: None,
        }
    }

    /// A plain file, or a symbolic link to one. It is opened here and stays open, so that every attempt sends the
    /// same file, also when another one takes its name. Named as the last part of `path`, with U+FFFD in place of what
    /// is not UTF-8: a form does not send it under such a name.
    ///
    /// A file whose length has changed when an attempt begins is not sent: the fault names it. What is
    /// appended while it is sent does not go out. Looks at the file at once, which may block for a moment.
    ///
    /// # Errors
    /// [`SourceError`] names the file: it does not exist, may not be read, is no plain file, or holds more than the system
    /// says, as what is in `/proc`.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let refuse = |reason| SourceError {
            path: path.to_owned(),
            reason,
        };
        let (file, length) = file::open_plain(path).map_err(refuse)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into());
        Ok(Self {
            origin: Origin::File(Arc::new(Mutex::new(file))),
            length,
            name,
            observer: None,
        })
    }

    /// Streams that `open` makes, one for each attempt. Each must give exactly `length` bytes and end: one that
    /// gives fewer or more breaks its attempt off before its end.
    pub fn streams<S>(length: u64, open: impl Fn() -> S + Send + Sync + 'static) -> Self
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        Self {
            origin: Origin::Streams(Arc::new(move || Box::pin(open()))),
            length,
            name: None,
            observer: None,
        }
    }

    /// One stream of exactly `length` bytes, for instance standard input. It cannot be read again: after its
    /// first byte was asked for, the call is not repeated, whatever comes of it, and no other call can send it.
    pub fn once<S>(length: u64, stream: S) -> Self
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let stream: Flow = Box::pin(stream);
        Self {
            origin: Origin::Once(Arc::new(Mutex::new(Some(stream)))),
            length,
            name: None,
            observer: None,
        }
    }

    /// With this name: faults call it so, and a form sends it as the name of the file.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into().into());
        self
    }

    /// Calls `observer` with the number of its bytes that went out, whenever more of them did: 0 when an attempt begins,
    /// and again from 0 when another attempt begins. What went out has not arrived yet. It is called where the body is sent,
    /// so it must not block. One observer replaces another.
    #[must_use]
    pub fn on_progress(mut self, observer: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Its name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether it can be read anew for each attempt.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self.origin, Origin::Once(_))
    }

    /// Whether its length is that of bytes that are there, and not only what somebody says.
    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self.origin, Origin::Bytes(_))
    }

    /// Whether it can be read (once more).
    pub(super) fn can_be_sent(&self) -> bool {
        match &self.origin {
            Origin::Once(slot) => lock(slot).is_some(),
            _ => true,
        }
    }

    /// What faults call it.
    pub(super) fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("`{}`", name.escape_debug()),
            None => "without a name".to_owned(),
        }
    }

    /// Looks whether an attempt can begin to read it.
    pub(super) async fn check(&self, clock: &Arc<dyn Clock>) -> Result<(), Fault> {
        match &self.origin {
            Origin::Bytes(_) | Origin::Streams(_) => Ok(()),
            Origin::Once(_) if self.can_be_sent() => Ok(()),
            Origin::Once(_) => Err(invalid(format!(
                "the stream {} was sent before and cannot be read again",
                self.called()
            ))
            .with_help(
                "give a source that can be read anew: a file, bytes, or a factory of streams",
            )),
            Origin::File(file) => {
                let file = Arc::clone(file);
                let length = move || Ok(lock(&file).metadata()?.len());
                let now = off_the_runtime(Arc::clone(clock), length).await;
                match now {
                    Ok(length) if length == self.length => Ok(()),
                    Ok(length) => Err(invalid(format!(
                        "the file {} has changed its length from {} to {length} bytes",
                        self.called(),
                        self.length
                    ))
                    .with_help(
                        "send a copy of the file, or wait until nothing writes to it any more",
                    )),
                    Err(error) => Err(invalid(format!(
                        "the file {} cannot be read: {}",
                        self.called(),
                        words(&error)
                    ))),
                }
            }
        }
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// Without the content.
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Source")
            .field("name", &self.name)
            .field("length", &self.length)
            .field("is_replayable", &self.is_replayable())
            .finish()
    }
}

/// Why a file cannot be uploaded.
#[derive(Debug)]
pub struct SourceError {
    path: PathBuf,
    reason: Unreadable,
}

impl SourceError {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn reason(&self) -> &Unreadable {
        &self.reason
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn help(&self) -> String {
        self.reason.help(&self.path)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the file `{}` cannot be uploaded: {}",
            self.path.to_string_lossy().escape_debug(),
            self.reason
        )
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.reason)
    }
}

/// Nothing was sent.
impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        invalid(error.to_string())
            .with_help(error.help())
            .caused_by(error)
    }
}

/// The words of an error without foreign text: a stream of the caller may put anything into it.
pub(super) fn words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    }
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
