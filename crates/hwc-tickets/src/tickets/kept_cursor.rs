//! A cursor in a file: read once, written at every checkpoint, and held by one follower at a time.

use crate::{
    error::{Error, ErrorKind, Result},
    files,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    io,
    path::{Path, PathBuf},
};

const START_ANEW: &str =
    "Remove the file to start anew: what happened since the last run is then not told.";

/// What can be kept so.
pub(super) trait Kept: Clone + PartialEq + Serialize + DeserializeOwned {
    /// What a file holds, for errors: the end of "it is not ..".
    const WHAT: &'static str;
    /// Most MiB that are read or written.
    const MOST_MIB: u64;
}

/// The file of a cursor, locked as long as this value lives.
#[derive(Debug)]
pub(super) struct KeptCursor<T> {
    path: PathBuf,
    loaded: Option<T>,
    _lock: files::Lock,
}

impl<T: Kept> KeptCursor<T> {
    /// Locks the file at `path` and reads it, if there is one.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let lock = files::Lock::acquire(&path)?;
        Ok(Self {
            loaded: load(&path)?,
            path,
            _lock: lock,
        })
    }

    /// The cursor that was last read or written.
    pub(super) fn cursor(&self) -> Option<&T> {
        self.loaded.as_ref()
    }

    /// Writes `cursor`, unless the file holds it already.
    pub(super) fn save(&mut self, cursor: &T) -> Result<()> {
        if self.loaded.as_ref() == Some(cursor) {
            return Ok(());
        }
        let text = serde_json::to_vec(cursor)
            .map_err(|error| storage("written", io::Error::other(error)))?;
        if text.len() as u64 > T::MOST_MIB << 20 {
            let path = self.path.display();
            let detail = format!("the cursor for {path} is larger than {} MiB", T::MOST_MIB);
            return Err(Error::local(ErrorKind::LimitExceeded, detail));
        }
        files::replace_private(&self.path, &text).map_err(|error| storage("written", error))?;
        self.loaded = Some(cursor.clone());
        Ok(())
    }
}

fn load<T: Kept>(path: &Path) -> Result<Option<T>> {
    let read = files::read_private(path, T::MOST_MIB << 20);
    let Some(bytes) = read.map_err(|error| storage("read", error))? else {
        return Ok(None);
    };
    // The position of a mistake, never content: the parser's own words may quote a foreign file.
    let cursor = serde_json::from_slice(&bytes).map_err(|error| {
        let (path, line, column) = (path.display(), error.line(), error.column());
        let detail = format!(
            "the cursor file {path} cannot be understood: it is not {} (line {line}, column {column})",
            T::WHAT
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
