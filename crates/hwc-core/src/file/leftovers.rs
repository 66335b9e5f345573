//! What a run that was killed leaves behind: files half written, and locks that nobody holds. The next run sweeps what is
//! provably such a file and not in use.
//!
//! No age proves that a file is left behind: a run may be stopped for hours. So whoever writes a file holds a lock on it,
//! which the system frees with the process, and only a file without such a holder is removed.

#[cfg(unix)]
use super::{lock::FileLock, shared_mode};
#[cfg(unix)]
use std::fs;
use std::{fs::File, path::Path};

/// Letters and digits in the name of a file half written, between its beginning and its end.
pub const DRAFT_LETTERS: usize = 16;
/// How the name of a file half written ends.
pub const DRAFT_END: &str = ".tmp";

/// The directory of a file.
#[must_use]
pub fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Takes the lock of a new file, for [`release`] to give back; the file is used on, so that it is no [`FileLock`]. Where files have no
/// locks, nothing is swept either.
#[cfg(unix)]
#[must_use]
pub fn hold(file: &File) -> bool {
    !matches!(
        fs4::FileExt::try_lock(file),
        Err(fs4::TryLockError::WouldBlock)
    )
}

/// Elsewhere a lock may keep its own holder from writing, and nothing is swept.
#[cfg(not(unix))]
#[must_use]
pub fn hold(_: &File) -> bool {
    true
}

/// Gives the lock of [`hold`] back while the file stays open: it has its own name by now, which no sweep knows.
#[cfg(unix)]
pub fn release(file: &File) {
    let _ = fs4::FileExt::unlock(file);
}

/// Elsewhere it has none.
#[cfg(not(unix))]
pub fn release(_: &File) {}

/// Removes the files of `directory` that a killed run was writing, whose names begin with `begin`.
pub fn sweep_drafts(directory: &Path, begin: &str) {
    sweep(directory, |path| is_draft(path, begin));
}

/// The same in the directory of the file at `path`, which stays, whatever it is called.
pub fn sweep_drafts_beside(path: &Path, begin: &str) {
    let own = path.file_name();
    sweep(directory_of(path), |file| {
        file.file_name() != own && is_draft(file, begin)
    });
}

/// Whether `path` is called like a file half written whose name begins with `begin`.
fn is_draft(path: &Path, begin: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(begin)?.strip_suffix(DRAFT_END))
        .is_some_and(|letters| {
            letters.len() == DRAFT_LETTERS
                && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Removes the files of `directory` that are meant, plain, the user's own, and that nobody holds. What cannot be told
/// stays, and so does what cannot be removed: it does no harm.
///
/// One run at a time sweeps a directory, which it locks for that. Then none removes what another has made anew meanwhile,
/// and it is enough to share the lock of each file.
#[cfg(unix)]
pub fn sweep(directory: &Path, is_meant: impl Fn(&Path) -> bool) {
    let Ok(Some(_turn)) = File::open(directory).and_then(FileLock::exclusive) else {
        return;
    };
    let Ok(listing) = fs::read_dir(directory) else {
        return;
    };
    for path in listing.flatten().map(|entry| entry.path()) {
        if is_meant(&path) {
            remove_unless_held(&path);
        }
    }
}

/// Elsewhere nothing is swept.
#[cfg(not(unix))]
pub fn sweep(_: &Path, _: impl Fn(&Path) -> bool) {}

/// Removes a plain file of the user's own that nobody holds the lock of. The lock is shared with those who only look
/// whether somebody holds it: to them, a sweep is no holder.
#[cfg(unix)]
fn remove_unless_held(path: &Path) {
    let is_private = |meta: &fs::Metadata| meta.is_file() && shared_mode(meta).is_none();
    if !fs::symlink_metadata(path).is_ok_and(|meta| is_private(&meta)) {
        return;
    }
    if let Ok(Some(held)) = File::open(path).and_then(FileLock::shared) {
        held.remove(path);
    }
}
