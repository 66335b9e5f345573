//! The one room that writes files: private, whole or not at all, and locked where two could meet.

use crate::error::{Error, ErrorKind, Result};
use fs4::TryLockError;
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A lock file that is held as long as this value lives; the system frees it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

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
        let file = open_private(&beside(path, ".lock")).map_err(storage)?;
        // Named in full: from Rust 1.89 on the standard library has a method of the same name.
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::local(
                ErrorKind::Locked,
                format!("another program holds the lock of {}", path.display()),
            )),
            Err(TryLockError::Error(error)) => Err(storage(error)),
        }
    }
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
    if fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a symbolic link or not a plain file",
        ));
    }
    let file = private(OpenOptions::new().read(true).append(true).create(true)).open(path)?;
    refuse_shared(&file)?;
    Ok(file)
}

/// Puts `bytes` in the place of `path` at once: a reader sees the old content or the new, and so does
/// the next start after a crash. The new file has mode 0600; it is returned open for appending.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let new = beside(path, ".new");
    // Left by a process that died here: it was never put in place.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(OpenOptions::new().append(true).create_new(true)).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_directory(path)?;
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

/// Makes the new name durable.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
