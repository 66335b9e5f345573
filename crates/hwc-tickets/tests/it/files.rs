//! Cursor and outbox files: a mark at their begin is no content, and what is no plain file is named and not opened.

use hwc_tickets::{Cursor, CursorFile, ErrorKind, FileOutbox, Outbox as _};
use std::{fs, path::Path};
use tempfile::TempDir;

#[test]
fn a_byte_order_mark_is_no_content() {
    let directory = TempDir::new().unwrap();
    let marked = |name: &str, content: &str| {
        let path = directory.path().join(name);
        // Made by the crate, with the right mode.
        drop(FileOutbox::open(&path).unwrap());
        fs::write(&path, format!("\u{feff}{content}")).unwrap();
        path
    };
    let cursor = marked("cursor", "{\"hwc_tickets_cursor\":1,\"groups\":[]}");
    assert!(Cursor::load(&cursor).unwrap().is_some());
    let outbox = marked("outbox", "{\"hwc_tickets_outbox\":1}\n");
    assert!(
        FileOutbox::open(&outbox)
            .unwrap()
            .list()
            .unwrap()
            .is_empty()
    );
    let text = fs::read_to_string(&outbox).unwrap();
    assert!(text.starts_with('{'), "{text}");
}

/// Without looking first, opening a named pipe would wait for ever.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_named_and_not_opened() {
    let directory = TempDir::new().unwrap();
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [&pipe, Path::new("/dev/zero"), directory.path()] {
        for error in [
            Cursor::load(path).unwrap_err(),
            CursorFile::open(path).unwrap_err(),
            FileOutbox::open(path).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Storage);
            let told = error.to_string();
            assert!(told.contains(&path.display().to_string()), "{told}");
        }
    }
    let names = fs::read_dir(directory.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["pipe"], "no lock is made beside it");
    assert!(!Path::new("/dev/zero.lock").exists());
}

/// A lock goes with its holder, and one that a killed process left goes with the next holder.
#[cfg(unix)]
#[test]
fn no_lock_is_left_behind() {
    let directory = TempDir::new().unwrap();
    let names = || {
        let entries = fs::read_dir(directory.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let (outbox, cursor) = (
        directory.path().join("outbox"),
        directory.path().join("cursor"),
    );
    // As a killed process leaves them: there, and held by nobody.
    for path in [&outbox, &cursor] {
        let left = path.with_extension("lock");
        fs::write(&left, "").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&left, mode).unwrap();
    }
    let held = FileOutbox::open(&outbox).unwrap();
    let follower = CursorFile::open(&cursor).unwrap();
    for error in [
        FileOutbox::open(&outbox).unwrap_err(),
        CursorFile::open(&cursor).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Locked);
    }
    assert_eq!(names(), ["cursor.lock", "outbox", "outbox.lock"]);
    drop((held, follower));
    assert_eq!(names(), ["outbox"]);
}

/// Where a file that others have open can be removed, and a new one be made under its name before they close it, two
/// would hold a lock each.
#[cfg(not(unix))]
#[test]
fn a_lock_file_stays_where_nobody_can_tell_which_one_is_there() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("cursor");
    for _ in 0..2 {
        drop(CursorFile::open(&path).unwrap());
        assert!(directory.path().join("cursor.lock").exists());
    }
}

/// Many that want one lock at the same time: one at a time has it, whoever removes its file meanwhile.
#[test]
fn one_lock_has_one_holder() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("outbox");
    let (inside, had) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let Ok(held) = CursorFile::open(&path) else {
                        continue;
                    };
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    had.fetch_add(1, Ordering::SeqCst);
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(held);
                }
            });
        }
    });
    assert!(had.load(Ordering::SeqCst) > 0);
}
