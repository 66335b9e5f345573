//! `man`: pages that appear whole or not at all, and nothing of anybody else's in their place.

use crate::stage::{DRAFT, Ran, Stage, names, private, until};
use std::{
    fs,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn directory(stage: &Stage) -> PathBuf {
    let place = stage.home().join("man");
    fs::create_dir_all(&place).unwrap();
    place
}

/// Ends by itself: it opens no pipe.
fn write_pages(stage: &Stage, place: &Path) -> Ran {
    let mut child = stage
        .command(&["man", place.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = std::time::Instant::now();
    until("the end of `man`", || {
        // A program that hangs is no reason for a process that stays.
        if started.elapsed().as_secs() > 30 {
            child.kill().unwrap();
        }
        child.try_wait().unwrap().is_some()
    });
    stage.ran(child.wait_with_output().unwrap())
}

/// A link, a pipe, a socket or a directory is refused by name, and then nothing is written.
#[test]
fn what_is_no_plain_file_is_refused() {
    for page in ["hwc-tickets.1", "hwc-tickets-api.1"] {
        for kind in ["link", "dangling", "device", "pipe", "socket", "directory"] {
            let stage = Stage::new();
            let place = directory(&stage);
            let path = place.join(page);
            let precious = private(&stage.home().join("precious"), b"mine");
            let elsewhere = stage.home().join("elsewhere");
            let link = |to: &Path| std::os::unix::fs::symlink(to, &path).unwrap();
            match kind {
                "link" => link(&precious),
                "dangling" => link(&elsewhere),
                "device" => link(Path::new("/dev/null")),
                "pipe" => assert!(
                    Command::new("mkfifo")
                        .arg(&path)
                        .status()
                        .unwrap()
                        .success()
                ),
                "socket" => drop(std::os::unix::net::UnixListener::bind(&path).unwrap()),
                _ => fs::create_dir(&path).unwrap(),
            }
            let before = fs::symlink_metadata(&path).unwrap().file_type();
            let ran = write_pages(&stage, &place);
            assert_eq!(ran.code, 2, "{kind}: {}", ran.golden());
            let named = format!("~/man/{page}");
            assert!(ran.stderr.contains(&named), "{kind}: {}", ran.stderr);
            let after = fs::symlink_metadata(&path).unwrap().file_type();
            assert_eq!(before, after, "{kind}");
            assert_eq!(after.is_fifo(), kind == "pipe");
            assert_eq!(names(&place), [page], "{kind}");
            assert_eq!(fs::read(&precious).unwrap(), b"mine", "{kind}");
            assert!(!elsewhere.exists(), "{kind}");
        }
    }
}

/// A file in the place of the directory, or above it, is a wrong value.
#[test]
fn what_is_no_directory_is_refused() {
    let stage = Stage::new();
    let file = private(&stage.home().join("notes.txt"), b"mine");
    for place in [file.clone(), file.join("man")] {
        let ran = write_pages(&stage, &place);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        for text in ["~/notes.txt is not a directory", "help: Name a directory"] {
            assert!(ran.stderr.contains(text), "{}", ran.stderr);
        }
        assert!(!ran.stderr.contains("os error"), "{}", ran.stderr);
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

/// A page takes the place of an earlier one, for everybody to read; another name of that stays what it was.
#[test]
fn earlier_pages_are_replaced() {
    let stage = Stage::new();
    let place = directory(&stage);
    let path = private(&place.join("hwc-tickets.1"), b"an earlier page");
    let kept = stage.home().join("kept");
    fs::hard_link(&path, &kept).unwrap();
    // As a run leaves it that was killed.
    private(&place.join(DRAFT), b"half a pa");
    let notes = private(&place.join("notes.txt"), b"mine");
    let limited = Command::new("sh")
        .args(["-c", "umask 077; exec \"$0\" man \"$1\""])
        .arg(crate::stage::program())
        .arg(&place)
        .env_clear()
        .env("HOME", stage.home())
        .output()
        .unwrap();
    let ran = stage.ran(limited);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(fs::read(&kept).unwrap(), b"an earlier page");
    assert_eq!(fs::read(&notes).unwrap(), b"mine");
    let names = names(&place);
    assert!(names.len() >= 20, "{names:?}");
    for name in names.iter().filter(|name| *name != "notes.txt") {
        assert!(
            name.starts_with("hwc-tickets") && name.ends_with(".1"),
            "{name}"
        );
        let meta = fs::metadata(place.join(name)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o644, "{name}");
        let text = fs::read_to_string(place.join(name)).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{name}");
    }
}

/// On a full disk the earlier pages stay whole.
#[test]
fn a_page_is_whole_or_not_there() {
    let stage = Stage::new();
    let place = directory(&stage);
    let path = private(&place.join("hwc-tickets-api.1"), b"an earlier page");
    let command = stage.command(&["man", place.to_str().unwrap()]);
    let ran = stage.on_a_full_disk(&command, b"");
    assert_eq!(ran.code, 1, "{}", ran.golden());
    assert!(ran.stderr.contains("~/man/hwc-tickets"), "{}", ran.stderr);
    assert_eq!(fs::read(&path).unwrap(), b"an earlier page");
    assert_eq!(names(&place), ["hwc-tickets-api.1"]);
}
