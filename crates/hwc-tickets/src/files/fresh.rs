//! A file that is written piece by piece, and gets its name when it is whole.

use super::{
    draft::{draft_beside, sweep_drafts_beside},
    look_unnamed, missing_directory,
};
use hwc_core::file;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A file on its way. Dropping it leaves nothing behind. Its errors do not name it.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
    /// `None`: it has its own name.
    draft: Option<PathBuf>,
}

impl NewFile {
    /// Begins the file that is to become `path`. With `overwrite`, a plain file may be there.
    pub(crate) fn begin(path: PathBuf, overwrite: bool) -> io::Result<Self> {
        refuse_taken(&path, overwrite)?;
        if missing_directory(&path).is_some() {
            let reason = "there is no such directory";
            return Err(io::Error::new(io::ErrorKind::NotFound, reason));
        }
        sweep_drafts_beside(&path);
        let (draft, file) = draft_beside(&path)?;
        Ok(Self {
            path,
            file,
            draft: Some(draft),
        })
    }

    /// What it is to become.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds bytes at its end.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Gives it its name, when all of it is on the disk. Without `overwrite`, never to the loss of another file, also of one
    /// that came meanwhile.
    pub(crate) fn finish(mut self, overwrite: bool) -> io::Result<()> {
        self.file.sync_all()?;
        refuse_taken(&self.path, overwrite)?;
        if let Some(draft) = &self.draft {
            match overwrite {
                true => fs::rename(draft, &self.path)?,
                false => name_anew(draft, &self.path)?,
            }
        }
        self.draft = None;
        file::release(&self.file);
        // It is whole and has its name: that not every system can make a name durable is no failure.
        let _ = file::sync_directory(file::directory_of(&self.path));
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(draft) = &self.draft {
            let _ = fs::remove_file(draft);
        }
    }
}

/// Refuses a name that is taken. What is no plain file is never replaced.
fn refuse_taken(path: &Path, overwrite: bool) -> io::Result<()> {
    look_unnamed(path)?;
    match overwrite || fs::symlink_metadata(path).is_err() {
        true => Ok(()),
        false => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

/// Gives a file another name that nobody has.
fn name_anew(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        // Left behind, it would be swept: it is the same file by now.
        Ok(()) => {
            let _ = fs::remove_file(draft);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Where one file cannot have two names, a look just before has to do.
        Err(_) => {
            refuse_taken(path, false)?;
            fs::rename(draft, path)
        }
    }
}
