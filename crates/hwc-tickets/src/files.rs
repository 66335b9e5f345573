//! The one module that reads and writes files: private, whole or not at all, and locked where two could meet.
//!
//! Every error of it names its file.

mod arrival;
mod draft;
mod fresh;

pub(crate) use arrival::Arrival;

use crate::error::{Error, ErrorKind, Result};
use draft::{draft_beside, sweep_drafts_beside};
use hwc_core::file::{self, FileLock, Rules, Unreadable};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A lock file that is held as long as this value lives. The system frees it when the process ends.
///
/// On Unix it goes with this value, and one that a killed process left goes with the next value that holds it, unless it
/// is to stay ([`Lock::keep`]). Elsewhere it stays: a file can be removed while others have it open, and nothing tells
/// them that what they lock is no longer what stands under the name.
#[derive(Debug)]
pub(crate) struct Lock {
    held: FileLock,
    path: PathBuf,
    was_there: bool,
    stays: bool,
}

/// So often a lock file may go while it is being locked. More than once hardly ever happens.
const MOST_TRIES: u32 = 100;

impl Lock {
    /// Locks `path` through a file beside it, named like it with `.lock` at the end.
    pub(crate) fn acquire(path: &Path) -> Result<Self> {
        let storage = |error: io::Error| {
            Error::local(
                ErrorKind::Storage,
                format!(
                    "the lock file of {} cannot be used: {error}",
                    path.display()
                ),
            )
            .with_source(error)
        };
        // No lock is made beside what can never be the file.
        look(path).map_err(|error| unusable(&error))?;
        if let Some(directory) = missing_directory(path) {
            let (file, directory) = (path.display(), directory.display());
            return Err(Error::local(
                ErrorKind::Storage,
                format!("{file} cannot be used: there is no directory {directory}"),
            )
            .with_help("Create the directory, or name another file."));
        }
        let place = beside(path, ".lock");
        for _ in 0..MOST_TRIES {
            let was_there = fs::symlink_metadata(&place).is_ok();
            let file = open_private(&place).map_err(storage)?;
            if !is_empty(&file) {
                return Err(somebodys(path, &place));
            }
            match FileLock::exclusive(file).map_err(storage)? {
                // Removed between opening and locking, by who held it before: the next one would lock another file.
                Some(held) if !file::is_still_at(held.file(), &place) => {}
                Some(held) => {
                    sweep_drafts_beside(path);
                    return Ok(Self {
                        held,
                        path: place,
                        was_there,
                        stays: false,
                    });
                }
                // Somebody has it: what is let go is free at once, also while programs are being started.
                None => break,
            }
        }
        Err(Error::local(
            ErrorKind::Locked,
            format!("another program holds the lock of {}", path.display()),
        ))
    }
}

impl Lock {
    /// Whether its file stays when this value goes. Where no file can be made, only one that stayed can be locked again.
    pub(crate) fn keep(&mut self, stays: bool) {
        self.stays = stays;
    }

    /// Whether its file was there before.
    pub(crate) fn was_there(&self) -> bool {
        self.was_there
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nothing is ever written into it, so one with content is somebody's by now.
        if cfg!(unix) && !self.stays && is_empty(self.held.file()) {
            self.held.remove(&self.path);
        }
    }
}

/// Whether nothing is in `file`, as in every lock file that this crate made.
fn is_empty(file: &File) -> bool {
    file.metadata().is_ok_and(|meta| meta.len() == 0)
}

/// What stands where the lock of `path` would be was not made for that.
fn somebodys(path: &Path, place: &Path) -> Error {
    let (path, place) = (path.display(), place.display());
    Error::local(
        ErrorKind::Storage,
        format!("{path} cannot be locked: {place} is not a lock file: it is not empty"),
    )
    .with_help("Name another file, or move that one away if nobody needs it.")
}

/// What can never be the file.
fn unusable(error: &io::Error) -> Error {
    let detail = format!("the file cannot be used: {error}");
    Error::local(ErrorKind::Storage, detail)
}

/// The directory of `path`, when it is not there.
fn missing_directory(path: &Path) -> Option<&Path> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())?;
    let is_missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    let looked = fs::metadata(directory);
    looked.is_err_and(is_missing).then_some(directory)
}

/// `path` with `end` added to its last part.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(end);
    path.with_file_name(name)
}

/// Opens `path` for reading and appending, or makes it with mode 0600. Refuses a symbolic link, and a
/// file that others may read or write.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    look(path)?;
    let file = private(OpenOptions::new().read(true).append(true).create(true))
        .open(path)
        .map_err(|error| named(path, error))?;
    refuse_shared(&file).map_err(|error| named(path, error))?;
    Ok(file)
}

/// The bytes of a file of at most `limit` bytes, without a byte order mark; `None` when there is none.
/// Refuses what [`open_private`] refuses.
pub(crate) fn read_private(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match file::read(path, Rules::up_to(limit).private().no_link()) {
        Ok(bytes) => Ok(Some(bytes.to_vec())),
        Err(Unreadable::Absent) => Ok(None),
        Err(Unreadable::System(error)) => Err(named(path, error)),
        Err(why) => {
            let text = format!("{}: {why}; {}", path.display(), why.help(path));
            let kind = match why {
                // The file is the right one and its content is not.
                Unreadable::TooLarge { .. } | Unreadable::Wide(_) => io::ErrorKind::InvalidData,
                _ => io::ErrorKind::InvalidInput,
            };
            Err(io::Error::new(kind, text))
        }
    }
}

/// Refuses, without opening it, what is no plain file. Opening a named pipe would wait for its other end.
fn look(path: &Path) -> io::Result<()> {
    look_unnamed(path).map_err(|error| named(path, error))
}

/// The same, where the error does not name the file.
fn look_unnamed(path: &Path) -> io::Result<()> {
    let reason = match fs::symlink_metadata(path) {
        // Never the name of a file, such as one with a NUL in it.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
        Ok(meta) if meta.is_dir() => "it is a directory",
        _ if path.file_name().is_none() => "the path names no file",
        Ok(meta) if meta.is_symlink() => "it is a symbolic link",
        Ok(meta) if !meta.is_file() => "it is not a plain file",
        _ => return Ok(()),
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

/// The same error with the path before its words.
pub(crate) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Puts `bytes` in the place of `path` at once: a reader sees the old content or the new, and so does
/// the next start after a crash. The new file has mode 0600; it is returned open for appending. What is no plain file is
/// never replaced: root could put a file in the place of a device.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<File> {
    look(path)?;
    write_new(path, bytes).map_err(|error| named(path, error))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let (draft, mut file) = draft_beside(path)?;
    let written = (file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path));
    if let Err(error) = written {
        // A full disk is not to be filled further.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    file::release(&file);
    file::sync_directory(file::directory_of(path))?;
    Ok(file)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn refuse_shared(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "others may read or write it; set its mode to 600 (chmod 600)",
    ))
}

#[cfg(not(unix))]
fn refuse_shared(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that is being started has a copy of each open file for a moment; the lock file is there or not.
    #[test]
    fn what_was_let_go_is_not_held() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox");
        for stays in [true, false] {
            let mut lock = Lock::acquire(&path).unwrap();
            lock.keep(stays);
            let copy = lock.held.file().try_clone().unwrap();
            let error = Lock::acquire(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Locked);
            drop(lock);
            drop(Lock::acquire(&path).unwrap());
            drop(copy);
        }
    }
}
