//! Files half written: they have names that nobody gives to another file, and a lock that the system frees with the process.
//!
//! The directory may be anybody's, such as a home directory. So nothing is removed but what is provably such a file and not
//! in use. No age proves that: a run may be stopped for hours.

#[cfg(unix)]
use super::directory_of;
use super::{MOST_TRIES, is_still_at, private};
use crate::hex;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// How the names of files begin that are being written; random digits follow. The program uses the same names, which nobody
/// gives to a file of another kind.
const DRAFT: &str = ".hwc-tickets-draft-";
/// So many of them.
const DRAFT_DIGITS: usize = 16;
/// How they end.
const DRAFT_END: &str = ".tmp";

/// A new file beside `path` that no sweep takes as long as it is open: it is locked.
pub(super) fn draft_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    for _ in 0..MOST_TRIES {
        let mut digits = [0; DRAFT_DIGITS / 2];
        (SystemRandom::new().fill(&mut digits))
            .map_err(|_| io::Error::other("the system gave no random numbers"))?;
        let draft = path.with_file_name(format!("{DRAFT}{}{DRAFT_END}", hex::encode(&digits)));
        // Never through a link that lies in wait, nor over a file of somebody else.
        let file = match private(OpenOptions::new().append(true).create_new(true)).open(&draft) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        // A sweep may take a new file for one that was left behind, for an instant.
        if hold(&file) && is_still_at(&file, &draft) {
            return Ok((draft, file));
        }
    }
    Err(io::Error::other(
        "new files vanish as soon as they are made",
    ))
}

/// Takes the lock of a new file. Where files have no locks, nothing is swept either.
#[cfg(unix)]
fn hold(file: &File) -> bool {
    !matches!(
        fs4::FileExt::try_lock(file),
        Err(fs4::TryLockError::WouldBlock)
    )
}

/// Elsewhere a lock may keep its own holder from writing, and nothing is swept.
#[cfg(not(unix))]
fn hold(_: &File) -> bool {
    true
}

/// It has its own name by now, which no sweep knows.
pub(super) fn release(file: &File) {
    if cfg!(unix) {
        let _ = fs4::FileExt::unlock(file);
    }
}

/// Removes what a killed run was writing beside `path`: plain files of the user's own, under a name of such files, that
/// nobody holds. What cannot be removed does no harm.
#[cfg(unix)]
pub(super) fn sweep_drafts_beside(path: &Path) {
    let directory = directory_of(path);
    // One run at a time sweeps a directory, so none removes what another has made anew meanwhile.
    let Ok(turn) = File::open(directory) else {
        return;
    };
    let (Ok(()), Ok(listing)) = (fs4::FileExt::try_lock(&turn), std::fs::read_dir(directory))
    else {
        return;
    };
    for entry in listing.flatten() {
        let name = entry.file_name();
        if is_draft(&name) && path.file_name() != Some(&name) {
            remove_unless_held(&entry.path());
        }
    }
}

#[cfg(not(unix))]
pub(super) fn sweep_drafts_beside(_: &Path) {}

#[cfg(unix)]
fn is_draft(name: &std::ffi::OsStr) -> bool {
    (name.to_str())
        .and_then(|name| name.strip_prefix(DRAFT)?.strip_suffix(DRAFT_END))
        .is_some_and(|digits| {
            digits.len() == DRAFT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(unix)]
fn remove_unless_held(path: &Path) {
    let is_private =
        |meta: &std::fs::Metadata| meta.is_file() && hwc_core::file::shared_mode(meta).is_none();
    if !std::fs::symlink_metadata(path).is_ok_and(|meta| is_private(&meta)) {
        return;
    }
    let Ok(file) = File::open(path) else { return };
    // Shared with those who only look whether somebody holds it.
    if fs4::FileExt::try_lock_shared(&file).is_ok() && is_still_at(&file, path) {
        let _ = std::fs::remove_file(path);
    }
}
