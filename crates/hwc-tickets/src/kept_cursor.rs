//! A cursor in a file: read once, written at every checkpoint, and held by one follower at a time.

use crate::{
    error::{Error, ErrorKind, Result},
    files,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// What writing the file is called in errors.
const SAVE: &str = "save cursor";

/// What can be kept so.
pub(crate) trait Keepable: Clone + PartialEq + Serialize + DeserializeOwned {
    /// What a file holds, for errors: the end of "it is not ..".
    const WHAT: &'static str;
    /// Most MiB that are read or written.
    const MOST_MIB: u64;
    /// What to do about a file that cannot be used, and what comes of it.
    const START_ANEW: &'static str =
        "Remove the file to start anew: what happened since the last run is then not told.";
    /// What is said behind the words that it is too large.
    const WHEN_TOO_LARGE: &'static str = "";

    /// Reads what a file holds; or tells why it cannot be understood, in words that may be shown.
    fn read(text: &[u8]) -> Result<Self, String> {
        // The position of a mistake, never content: the parser's own words may quote a foreign file.
        serde_json::from_slice(text).map_err(|error| {
            let (what, line, column) = (Self::WHAT, error.line(), error.column());
            format!("it is not {what} (line {line}, column {column})")
        })
    }
}

/// The file of a cursor, locked as long as this value lives.
#[derive(Debug)]
pub(crate) struct KeptCursor<T> {
    path: PathBuf,
    loaded: Option<T>,
    _lock: files::Lock,
}

impl<T: Keepable> KeptCursor<T> {
    /// Locks the file at `path` and reads it, if there is one.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let lock = files::Lock::acquire(&path)?;
        Ok(Self {
            loaded: load(&path)?,
            path,
            _lock: lock,
        })
    }

    /// The cursor that was last read or written.
    pub(crate) fn cursor(&self) -> Option<&T> {
        self.loaded.as_ref()
    }

    /// Writes `cursor`, unless the file holds it already.
    pub(crate) fn save(&mut self, cursor: &T) -> Result<()> {
        if self.loaded.as_ref() != Some(cursor) {
            write(&self.path, cursor)?;
            self.loaded = Some(cursor.clone());
        }
        Ok(())
    }
}

/// Makes the public type of a file of a cursor, with what is said about it and the most MiB that it takes.
macro_rules! cursor_file {
    ($(#[$about:meta])* $name:ident of $cursor:ident, $most:literal MiB) => {
        /// A cursor in a file that no one else can follow with, as long as this value lives.
        ///
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name(pub(super) KeptCursor<$cursor>);

        impl $name {
            /// Locks the file at `path` and reads it, if there is one.
            ///
            /// # Errors
            /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) when another follower holds it;
            /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when it cannot be read, others may read or write it,
            #[doc = concat!("it is larger than ", $most, " MiB, or it is no [`", stringify!($cursor), "`].")]
            pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
                KeptCursor::open(path.into()).map(Self)
            }

            /// The cursor that was last read or written.
            #[must_use]
            pub fn cursor(&self) -> Option<&$cursor> {
                self.0.cursor()
            }

            /// Writes `cursor`, unless the file holds it already.
            ///
            /// # Errors
            /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when it cannot be written;
            #[doc = concat!("[`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) when it is larger than ", $most, " MiB.")]
            pub fn save(&mut self, cursor: &$cursor) -> Result<()> {
                self.0.save(cursor)
            }
        }
    };
}

pub(crate) use cursor_file;

/// Writes `cursor` into its file, if it has one, as everything that was handed out so far was handled. Gives the event to hand out,
/// and one to hand out right after it: a cursor that cannot be written is offered all the same, and the next checkpoint tries again.
pub(crate) fn checkpoint<T: Keepable, E>(
    file: Option<&mut KeptCursor<T>>,
    cursor: T,
    offer: impl FnOnce(T) -> E,
    degraded: impl FnOnce(Error, Duration) -> E,
) -> (E, Option<E>) {
    let saved = file.map_or(Ok(()), |file| file.save(&cursor));
    let offered = offer(cursor);
    match saved {
        Ok(()) => (offered, None),
        Err(error) => {
            let error = error.with_operation(SAVE).of_cursor();
            (degraded(error, Duration::ZERO), Some(offered))
        }
    }
}

/// Reads the cursor at `path`, held or not; `None` when there is no such file.
pub(crate) fn load<T: Keepable>(path: &Path) -> Result<Option<T>> {
    let read = files::read_private(path, T::MOST_MIB << 20);
    let Some(bytes) = read.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => storage("read", error).with_help(T::START_ANEW),
        _ => storage("read", error),
    })?
    else {
        return Ok(None);
    };
    let cursor = T::read(&bytes).map_err(|reason| {
        let path = path.display();
        let detail = format!("the cursor file {path} cannot be understood: {reason}");
        Error::local(ErrorKind::Storage, detail).with_help(T::START_ANEW)
    })?;
    Ok(Some(cursor))
}

/// Puts `cursor` in the place of the file at `path` at once, readable by its owner alone. Whoever calls holds the file.
pub(crate) fn write<T: Keepable>(path: &Path, cursor: &T) -> Result<()> {
    let text =
        serde_json::to_vec(cursor).map_err(|error| storage("written", io::Error::other(error)))?;
    if text.len() as u64 > T::MOST_MIB << 20 {
        let (path, most, remedy) = (path.display(), T::MOST_MIB, T::WHEN_TOO_LARGE);
        let detail = format!("the cursor for {path} is larger than {most} MiB{remedy}");
        return Err(Error::local(ErrorKind::LimitExceeded, detail));
    }
    files::replace_private(path, &text).map_err(|error| storage("written", error))?;
    Ok(())
}

/// The error names the file.
fn storage(done: &str, error: io::Error) -> Error {
    let detail = format!("the cursor file could not be {done}: {error}");
    Error::local(ErrorKind::Storage, detail).with_source(error)
}
