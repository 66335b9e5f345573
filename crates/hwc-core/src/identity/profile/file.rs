//! Reads a file that holds secrets, and refuses one that others may have read or put there.

use std::{
    fs::{File, Metadata},
    io::{ErrorKind, Read as _},
    path::Path,
};

use secrecy::zeroize::Zeroizing;

use super::super::{IdentityError, IdentityErrorKind};

/// Largest file that is read. A credentials file has a few hundred bytes.
const SIZE_LIMIT: u64 = 64 * 1024;

/// The text of the file, or `None` when there is none. The text is wiped when it is dropped.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, IdentityError> {
    // Looked at before opening: opening a named pipe would wait for its writer.
    let before = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(path, &error)),
    };
    if before.is_symlink() {
        return Err(refused(
            path,
            "it is a symbolic link, which somebody else may redirect",
            "name the file it points to in HUAWEICLOUD_SDK_CREDENTIALS_FILE",
        ));
    }
    if !before.is_file() {
        return Err(refused(
            path,
            "it is not a file",
            "put a credentials file there, or remove it",
        ));
    }
    refuse_if_others_can_read(path, &before)?;

    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let opened = file.metadata().map_err(|error| unreadable(path, &error))?;
    if !is_same_file(&before, &opened) {
        return Err(refused(
            path,
            "it was replaced while it was read",
            "try again",
        ));
    }
    // Room for the whole file at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(SIZE_LIMIT)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(SIZE_LIMIT.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() >= room {
        return Err(refused(
            path,
            "it is larger than 64 KiB",
            "check that the path names a credentials file",
        ));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Some(Zeroizing::new(text.to_owned()))),
        Err(_) => Err(refused(
            path,
            "it is not UTF-8 text",
            "write it anew as UTF-8",
        )),
    }
}

#[cfg(unix)]
fn refuse_if_others_can_read(path: &Path, metadata: &Metadata) -> Result<(), IdentityError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(refused(
        path,
        &format!("other users of this machine have access to it (mode {mode:03o})"),
        &format!("run: chmod 600 {}", shell_quoted(path)),
    ))
}

/// Elsewhere the permissions of a home directory are trusted: there is no simple mode to look at.
#[cfg(not(unix))]
fn refuse_if_others_can_read(_: &Path, _: &Metadata) -> Result<(), IdentityError> {
    Ok(())
}

/// Whether the opened file is the one that was looked at.
#[cfg(unix)]
fn is_same_file(before: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    before.dev() == opened.dev() && before.ino() == opened.ino() && before.mode() == opened.mode()
}

/// Elsewhere there is no number to compare.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

/// A path as it can be pasted into a shell.
#[cfg(unix)]
fn shell_quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// An error about this file.
pub(super) fn refused(path: &Path, why: &str, help: &str) -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Unreadable,
        format!("the credentials file {} is not used: {why}", path.display()),
        help,
    )
}

/// An error of the operating system. Its text names no content.
fn unreadable(path: &Path, error: &std::io::Error) -> IdentityError {
    refused(
        path,
        &error.to_string(),
        "check that the file and its directory can be read by you",
    )
}
