//! A file that comes in pieces: it appears whole or not at all.

use super::{
    directory_of, leftovers, not_plain, refuse_unplain, sweep_drafts_beside, sync_directory,
};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A file that takes its name when it is whole, readable for the user only.
#[derive(Debug)]
pub(crate) struct Draft {
    file: tempfile::NamedTempFile,
    path: PathBuf,
    /// Whether it may take the place of a plain file.
    replaces: bool,
}

impl Draft {
    /// Begins the file at `path`, in a directory that is there. What is no plain file is never replaced, and a plain one
    /// only with `replaces`.
    pub(crate) fn begin(path: &Path, replaces: bool) -> io::Result<Self> {
        if path.file_name().is_none() {
            return Err(not_plain("the path names no file"));
        }
        refuse_unplain(path)?;
        if !replaces && fs::symlink_metadata(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        sweep_drafts_beside(path);
        Ok(Self {
            file: leftovers::draft_in(directory_of(path))?,
            path: path.to_owned(),
            replaces,
        })
    }

    /// The next piece.
    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)
    }

    /// It is whole.
    pub(crate) fn end(self) -> io::Result<()> {
        let Self {
            file,
            path,
            replaces,
        } = self;
        file.as_file().sync_all()?;
        let done = match replaces {
            true => {
                // Something else may stand there by now.
                refuse_unplain(&path)?;
                file.persist(&path)
            }
            false => file.persist_noclobber(&path),
        };
        done.map_err(|error| error.error)?;
        // It is whole and has its name, also in a directory that the user may not read.
        let _ = sync_directory(directory_of(&path));
        Ok(())
    }
}
