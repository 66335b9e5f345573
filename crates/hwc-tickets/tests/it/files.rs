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
            assert!(!told.contains("os error"), "{told}");
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

/// What somebody else keeps beside a cursor or an outbox, under the name that half-written files once had.
#[cfg(unix)]
#[test]
fn what_others_keep_beside_a_file_is_never_removed() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let directory = TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    let ran = |program: &str, args: &[&str]| {
        let status = std::process::Command::new(program).args(args).status();
        status.is_ok_and(|status| status.success())
    };
    fs::write(place("mine"), "mine").unwrap();
    let mut sorts = vec!["file", "link", "pipe", "socket"];
    // Only root can make one.
    let device = place("device");
    if ran("mknod", &[device.to_str().unwrap(), "c", "1", "3"]) {
        sorts.push("device");
    }
    for sort in sorts {
        for name in ["cursor", "outbox"] {
            let path = place(name);
            let foreign = place(&format!("{name}.new"));
            let foreign_text = foreign.to_str().unwrap();
            match sort {
                "file" => fs::write(&foreign, "somebody's").unwrap(),
                "link" => symlink(place("mine"), &foreign).unwrap(),
                "pipe" => assert!(ran("mkfifo", &[foreign_text])),
                "socket" => drop(std::os::unix::net::UnixListener::bind(&foreign).unwrap()),
                _ => assert!(ran("mknod", &[foreign_text, "c", "1", "3"])),
            }
            let before = fs::symlink_metadata(&foreign).unwrap();
            match name {
                "cursor" => {
                    let cursor: Cursor =
                        serde_json::from_str("{\"hwc_tickets_cursor\":1,\"groups\":[]}").unwrap();
                    cursor.save(&path).unwrap();
                    CursorFile::open(&path).unwrap().save(&cursor).unwrap();
                }
                _ => drop(FileOutbox::open(&path).unwrap()),
            }
            let after = fs::symlink_metadata(&foreign).unwrap();
            let case = format!("{sort} beside {name}");
            assert_eq!(
                (before.ino(), before.mode(), before.mtime_nsec()),
                (after.ino(), after.mode(), after.mtime_nsec()),
                "{case}"
            );
            assert_eq!(fs::read_to_string(place("mine")).unwrap(), "mine", "{case}");
            let written = fs::metadata(&path).unwrap();
            assert_eq!(written.permissions().mode() & 0o777, 0o600, "{case}");
            assert!(written.len() > 0, "{case}");
            fs::remove_file(&foreign).unwrap();
            fs::remove_file(&path).unwrap();
        }
    }
}

/// A file that looks like a lock, with something in it, is somebody's: it is named and left as it is.
#[cfg(unix)]
#[test]
fn a_lock_file_with_content_is_somebodys() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("file");
    let foreign = directory.path().join("file.lock");
    fs::write(&foreign, "somebody's").unwrap();
    fs::set_permissions(&foreign, fs::Permissions::from_mode(0o600)).unwrap();
    let cursor: Cursor = serde_json::from_str("{\"hwc_tickets_cursor\":1,\"groups\":[]}").unwrap();
    for error in [
        FileOutbox::open(&path).unwrap_err(),
        CursorFile::open(&path).unwrap_err(),
        cursor.save(&path).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Storage);
        let told = error.to_string();
        assert!(told.contains(&foreign.display().to_string()), "{told}");
        assert!(!error.help().is_empty(), "{told}");
        assert_eq!(fs::read_to_string(&foreign).unwrap(), "somebody's");
    }
    assert!(!path.exists());
    // What comes into it while it is held is not removed either.
    fs::write(&foreign, "").unwrap();
    let held = CursorFile::open(&path).unwrap();
    fs::write(&foreign, "somebody's").unwrap();
    drop(held);
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "somebody's");
}

/// What a killed run was writing goes with the next one; what only looks like it stays.
#[cfg(unix)]
#[test]
fn what_a_killed_run_was_writing_is_swept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = TempDir::new().unwrap();
    let file = |name: &str, mode| {
        let path = directory.path().join(name);
        fs::write(&path, "half").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let left = file(".hwc-tickets-draft-0123456789abcdef.tmp", 0o600);
    // Shared with others, of another name, in use, a link, and the file itself.
    let others = [
        file(".hwc-tickets-draft-1123456789abcdef.tmp", 0o644),
        file(".hwc-tickets-draft-notes.tmp", 0o600),
        file(".hwc-tickets-draft-0123456789abcde-.tmp", 0o600),
        file("cursor.new", 0o600),
    ];
    let link = directory
        .path()
        .join(".hwc-tickets-draft-2123456789abcdef.tmp");
    symlink(&others[1], &link).unwrap();
    let in_use = file(".hwc-tickets-draft-3123456789abcdef.tmp", 0o600);
    let held = fs::File::open(&in_use).unwrap();
    fs4::FileExt::try_lock(&held).unwrap();
    let own = file(".hwc-tickets-draft-4123456789abcdef.tmp", 0o600);
    fs::write(&own, "").unwrap();
    drop(FileOutbox::open(&own).unwrap());
    assert!(!left.exists());
    for other in others.iter().chain([&in_use, &link, &own]) {
        assert!(fs::symlink_metadata(other).is_ok(), "{}", other.display());
    }
    drop(CursorFile::open(directory.path().join("cursor")).unwrap());
    assert!(link.is_symlink() && in_use.exists());
}
