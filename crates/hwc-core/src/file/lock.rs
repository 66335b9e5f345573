//! The lock of a file, for everything that locks one.

use fs4::TryLockError;
use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// The lock of an open file, held as long as this value lives. The system frees it when the process ends.
///
/// It is given back by name, and not by closing the file alone. The system keeps it with the file as it was opened, and
/// closing gives it back only when nobody else has a copy of that. A program that is being started has one for a moment,
/// whichever thread starts it: until then, a lock that nobody uses any more would count as held by another program.
#[derive(Debug)]
pub struct FileLock(File);

impl FileLock {
    /// Takes the lock of `file` for this value alone; `None` when it is held, alone or shared.
    ///
    /// # Errors
    /// The system cannot lock the file.
    pub fn exclusive(file: File) -> io::Result<Option<Self>> {
        // Named in full: from Rust 1.89 on the standard library has a method of the same name.
        let tried = fs4::FileExt::try_lock(&file);
        Self::taken(file, tried)
    }

    /// Takes a share of the lock of `file`; `None` when it is held by one alone.
    ///
    /// # Errors
    /// The system cannot lock the file.
    pub fn shared(file: File) -> io::Result<Option<Self>> {
        let tried = fs4::FileExt::try_lock_shared(&file);
        Self::taken(file, tried)
    }

    fn taken(file: File, tried: Result<(), TryLockError>) -> io::Result<Option<Self>> {
        match tried {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The file that is locked.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.0
    }

    /// Removes the file at `path`, if it is the locked one still. While it is locked: whoever comes now finds that it is gone, and
    /// makes another; one that somebody made there before stays. What cannot be removed does no harm: nobody holds it.
    pub fn remove(&self, path: &Path) {
        if is_still_at(&self.0, path) {
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Where that fails, closing the file has to do.
        let _ = fs4::FileExt::unlock(&self.0);
    }
}

/// Whether `path` still leads to the open `file`.
#[cfg(unix)]
#[must_use]
pub fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => open.dev() == there.dev() && open.ino() == there.ino(),
        _ => false,
    }
}

/// Elsewhere nothing is swept and no lock file removed, so the file that was opened is the one that is there.
#[cfg(not(unix))]
#[must_use]
pub fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> File {
        let mut options = File::options();
        options.read(true).append(true).create(true);
        options.open(path).unwrap()
    }

    type Take = fn(File) -> io::Result<Option<FileLock>>;

    /// A program that is being started has a copy of each open file for a moment.
    #[test]
    fn a_lock_ends_with_its_value_whoever_has_a_copy_of_the_file() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lock");
        for take in [FileLock::exclusive as Take, FileLock::shared] {
            let file = open(&path);
            let copy = file.try_clone().unwrap();
            let held = take(file).unwrap().unwrap();
            assert!(FileLock::exclusive(open(&path)).unwrap().is_none());
            drop(held);
            assert!(FileLock::exclusive(open(&path)).unwrap().is_some());
            drop(copy);
        }
    }

    #[test]
    fn a_lock_is_of_one_alone_or_of_some_together() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lock");
        let (alone, together) = (FileLock::exclusive as Take, FileLock::shared as Take);
        for (first, second, goes) in [
            (alone, alone, false),
            (alone, together, false),
            (together, alone, false),
            (together, together, true),
        ] {
            let held = first(open(&path)).unwrap().unwrap();
            assert_eq!(second(open(&path)).unwrap().is_some(), goes);
            drop(held);
        }
    }
}
