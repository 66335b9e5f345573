//! What a run that was killed leaves behind: files half written, and locks that nobody holds. The next run sweeps what is
//! provably such a file and not in use.
//!
//! The directory may be anybody's, such as a home directory. So files half written have a name that nobody gives to
//! another one.

use hwc_core::file::{self, DRAFT_END, DRAFT_LETTERS};
use std::{io, path::Path};
use tempfile::NamedTempFile;

/// How the names of files begin that are being written; random letters follow.
const DRAFT: &str = ".hwc-tickets-draft-";
/// A sweep may take a new file for one that was left behind, for an instant. More often it does not happen.
const MOST_TRIES: u32 = 100;

/// A new file in `directory` that no sweep takes as long as it is open: with mode 0600, under a random name, never
/// through a link that lies in wait.
pub(super) fn draft_in(directory: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..MOST_TRIES {
        let draft = tempfile::Builder::new()
            .prefix(DRAFT)
            .rand_bytes(DRAFT_LETTERS)
            .suffix(DRAFT_END)
            .tempfile_in(directory)?;
        if file::hold(draft.as_file()) && file::is_still_at(draft.as_file(), draft.path()) {
            return Ok(draft);
        }
    }
    Err(io::Error::other(
        "new files vanish as soon as they are made",
    ))
}

/// Removes the files of `directory` that a killed run was writing. What cannot be told stays, and so does what cannot
/// be removed: it does no harm.
pub(crate) fn sweep_drafts(directory: &Path) {
    file::sweep_drafts(directory, DRAFT);
}

/// The same in the directory of the file at `path`, which stays, whatever it is called.
pub(crate) fn sweep_drafts_beside(path: &Path) {
    file::sweep_drafts_beside(path, DRAFT);
}

/// Removes the locks of `directory` that nobody holds, of those that `is_own` names.
pub(crate) fn sweep_locks(directory: &Path, is_own: impl Fn(&Path) -> bool) {
    file::sweep(directory, |path| {
        path.extension().is_some_and(|end| end == "lock") && is_own(path)
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path();
        let names = || {
            let entries = fs::read_dir(place).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let held = draft_in(place).unwrap();
        let held_name = held.path().file_name().unwrap().to_owned();
        // As a process that was killed leaves it: closed, not removed.
        let left = draft_in(place).unwrap();
        // Whoever else starts a program now has no share in its lock.
        file::release(left.as_file());
        let left = left.into_temp_path().keep().unwrap();
        assert!(left.exists());
        super::super::write(&place.join("record.json"), b"x").unwrap();
        super::super::write(&place.join(".hwc-tickets-notes"), b"mine").unwrap();
        let link = ".hwc-tickets-draft-0123456789abcdef.tmp";
        std::os::unix::fs::symlink("record.json", place.join(link)).unwrap();
        sweep_drafts(place);
        let held_name = held_name.into_string().unwrap();
        let mut expected = [
            held_name.as_str(),
            link,
            ".hwc-tickets-notes",
            "record.json",
        ];
        expected.sort_unstable();
        assert_eq!(names(), expected);
        drop(held);

        let lock = super::super::lock(&place.join("a.lock")).unwrap().unwrap();
        drop(super::super::lock(&place.join("b.lock")).unwrap());
        drop(super::super::lock(&place.join("c.lock")).unwrap());
        sweep_locks(place, |path| !path.ends_with("c.lock"));
        assert!(place.join("a.lock").exists() && place.join("c.lock").exists());
        assert!(!place.join("b.lock").exists());
        drop(lock);
    }

    /// Writers and sweepers at the same time: no file is lost, and nothing is left.
    #[test]
    fn a_sweep_spoils_no_writing() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                scope.spawn(move || {
                    for number in 0..100 {
                        let name = place.join(format!("{writer}-{number}"));
                        super::super::write(&name, b"whole").unwrap();
                        let lock = name.with_extension("lock");
                        let lock = super::super::lock(&lock).unwrap();
                        assert!(lock.is_some());
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(move || {
                    for _ in 0..200 {
                        sweep_drafts(place);
                        sweep_locks(place, |_| true);
                    }
                });
            }
        });
        sweep_locks(place, |_| true);
        let files: Vec<_> = fs::read_dir(place).unwrap().collect();
        assert_eq!(files.len(), 400);
        for file in files {
            assert_eq!(fs::read(file.unwrap().path()).unwrap(), b"whole");
        }
    }
}
