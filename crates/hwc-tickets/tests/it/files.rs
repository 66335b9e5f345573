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
