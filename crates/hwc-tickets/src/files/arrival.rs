//! A file that comes from the service, written down where that holds up no other task.

use super::fresh::NewFile;
use crate::error::{Delivery, Error, ErrorKind, Result};
use bytes::Bytes;
use hwc_core::{Clock, offload::off_the_runtime};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// So many bytes are gathered before they are written.
const BATCH: usize = 512 * 1024;

/// A file on its way to a path: there it is whole, or not at all. Dropping it leaves nothing behind; but what is dropped while it
/// gets its name may come to stand there, whole.
pub(crate) struct Arrival {
    clock: Arc<dyn Clock>,
    file: NewFile,
    overwrite: bool,
    gathered: Vec<Bytes>,
    bytes: usize,
}

impl Arrival {
    /// Begins the file that is to become `path`. With `overwrite`, a plain file may be there.
    pub(crate) async fn begin(
        clock: &Arc<dyn Clock>,
        path: PathBuf,
        overwrite: bool,
    ) -> Result<Self> {
        let place = path.clone();
        let begun = off_the_runtime(Arc::clone(clock), move || NewFile::begin(place, overwrite));
        Ok(Self {
            file: begun.await.map_err(|error| unwritten(&path, error))?,
            clock: Arc::clone(clock),
            overwrite,
            gathered: Vec::new(),
            bytes: 0,
        })
    }

    /// Adds a piece at its end. It comes back; after an error it is gone.
    pub(crate) async fn add(mut self, piece: Bytes) -> Result<Self> {
        self.bytes = self.bytes.saturating_add(piece.len());
        self.gathered.push(piece);
        match self.bytes < BATCH {
            true => Ok(self),
            false => self.written().await,
        }
    }

    /// Gives it its name, and tells it.
    pub(crate) async fn finish(self) -> Result<PathBuf> {
        let Self {
            clock,
            file,
            overwrite,
            ..
        } = self.written().await?;
        let path = file.path().to_owned();
        let finished = off_the_runtime(clock, move || file.finish(overwrite)).await;
        match finished {
            Ok(()) => Ok(path),
            Err(error) => Err(unwritten(&path, error)),
        }
    }

    /// The same, with all that was gathered written down.
    async fn written(self) -> Result<Self> {
        let Self {
            clock,
            mut file,
            overwrite,
            gathered,
            ..
        } = self;
        let path = file.path().to_owned();
        let written = off_the_runtime(Arc::clone(&clock), move || {
            gathered.iter().try_for_each(|piece| file.write(piece))?;
            Ok(file)
        });
        Ok(Self {
            file: written.await.map_err(|error| unwritten(&path, error))?,
            clock,
            overwrite,
            gathered: Vec::new(),
            bytes: 0,
        })
    }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    let place = path.display();
    let (detail, help) = match error.kind() {
        io::ErrorKind::AlreadyExists => (
            format!("{place} is there already"),
            "Choose another name, or say that it is to be overwritten.",
        ),
        // It names the file itself.
        io::ErrorKind::InvalidInput => (
            format!("the file cannot be used: {error}"),
            "Choose another name.",
        ),
        _ => (
            format!("{place} cannot be written: {error}"),
            "Check the directory, the free space and the permissions.",
        ),
    };
    Error::local(ErrorKind::Storage, detail)
        .with_delivery(Delivery::NotSent)
        .with_source(error)
        .with_help(help)
}
