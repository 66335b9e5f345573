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
        io::ErrorKind::InvalidInput => (
            format!("{place} cannot be used: {error}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use hwc_core::testing::FakeClock;
    use std::fs;

    const KIB: usize = 1024;

    /// A piece that fills it up goes to the disk with all that waits, so that little is held and no small piece goes alone.
    #[test]
    fn pieces_are_gathered_up_to_half_a_mebibyte() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disk.log");
        // One file is there: at first under the name of a draft.
        let on_disk = || {
            let mut entries = fs::read_dir(directory.path()).unwrap();
            let there = entries.next().unwrap().unwrap().path();
            assert!(entries.next().is_none());
            usize::try_from(fs::metadata(there).unwrap().len()).unwrap()
        };
        let fake = FakeClock::new();
        let clock: Arc<dyn Clock> = Arc::new(fake.clone());
        fake.run(async {
            let mut file = Arrival::begin(&clock, path.clone(), false).await.unwrap();
            for (piece, wanted) in [
                (256 * KIB, 0),
                (256 * KIB - 1, 0),
                (1, 512 * KIB),
                (1, 512 * KIB),
                (512 * KIB, 1024 * KIB + 1),
                (1, 1024 * KIB + 1),
            ] {
                file = file.add(Bytes::from(vec![b'x'; piece])).await.unwrap();
                assert_eq!(on_disk(), wanted, "after a piece of {piece} bytes");
            }
            assert_eq!(file.finish().await.unwrap(), path);
        });
        assert_eq!(on_disk(), 1024 * KIB + 2);
    }
}
