//! Downloads into files: whole under their names, or not at all.

use super::{desk::Desk, fill};
use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{
    Attachment, AttachmentId, ErrorKind, Timeouts,
    attachments::{Progress, Save, Saved},
};
use std::{
    fs,
    future::IntoFuture as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

const LENGTH: usize = 300_000;

fn content() -> Vec<u8> {
    (0..LENGTH).map(|place| (place % 251) as u8).collect()
}

fn file() -> Step {
    Step::answer(200)
        .header("content-type", "application/octet-stream")
        .body(content())
}

fn id() -> AttachmentId {
    AttachmentId::new("file-1").unwrap()
}

fn desk(download: Step) -> Desk {
    let desk = Desk::new();
    desk.files().download = Some(download);
    desk
}

fn run(desk: &Desk, save: Save) -> hwc_tickets::Result<Saved> {
    desk.clock().run(save.into_future())
}

/// The names in a directory, hidden ones included.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_saved_whole_and_readable_for_the_user_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    let desk = desk(file());
    let client = desk.client();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let save = client
        .download(id())
        .to(&path)
        .on_progress(move |progress| {
            told.lock().unwrap().push(progress);
        });
    let saved = run(&desk, save).unwrap();
    assert_eq!(saved, Saved::new(&path, LENGTH as u64));
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(names(directory.path()), ["disk.log"]);
    let last = seen.lock().unwrap().last().copied();
    let whole = Progress::new(LENGTH as u64, Some(LENGTH as u64));
    assert_eq!(last, Some(whole));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // As a stream.
    let stream = desk.clock().run(client.download(id()).into_future());
    let bytes = desk.clock().run(stream.unwrap().bytes(LENGTH)).unwrap();
    assert_eq!(bytes, content());
}

/// A file of no bytes is a file.
#[test]
fn an_empty_file_is_saved() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("empty.log");
    let empty = Step::answer(200).header("content-type", "application/octet-stream");
    let desk = desk(empty.header("content-disposition", "attachment"));
    let saved = run(&desk, desk.client().download(id()).to(&path)).unwrap();
    assert_eq!(saved.bytes, 0);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn what_breaks_off_or_is_no_file_leaves_nothing() {
    let error = r#"{"error_code":"OSM.01010001","error_msg":"words of the service"}"#;
    let page = || {
        Step::answer(200)
            .header("content-type", "text/html")
            .body("<!doctype html><html>log in</html>")
    };
    for (name, step, kind) in [
        ("cut", file().cut(200_000), ErrorKind::Interrupted),
        ("stalled", file().stall(200_000), ErrorKind::Timeout),
        (
            "shorter than told",
            file().header("content-length", "400000"),
            ErrorKind::Interrupted,
        ),
        ("no end", file().until_close(), ErrorKind::Interrupted),
        ("error document", Step::json(200, error), ErrorKind::Refused),
        (
            "error document that is called a file",
            Step::answer(200)
                .header("content-type", "application/octet-stream")
                .header("content-disposition", "attachment; filename=disk.log")
                .body(error),
            ErrorKind::Refused,
        ),
        ("page", page(), ErrorKind::Protocol),
    ] {
        for overwrite in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("disk.log");
            if overwrite {
                fill(&path, "old");
            }
            let desk = desk(step.clone());
            let mut save = desk.client().download(id()).to(&path);
            if overwrite {
                save = save.overwrite();
            }
            let error = run(&desk, save).unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert_eq!(error.operation(), Some("download attachment"));
            assert!(!error.is_write());
            assert!(!error.to_string().contains("words of"), "{error}");
            match overwrite {
                true => assert_eq!(fs::read(&path).unwrap(), b"old", "{name}"),
                false => assert_eq!(names(directory.path()), [""; 0], "{name}"),
            }
            assert!(names(directory.path()).len() <= 1, "{name}");
            assert_eq!(desk.clock().sleepers(), 0, "{name}");
        }
    }
}

#[test]
fn silence_is_bounded_and_a_long_file_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let timeouts = Timeouts::default().idle_body(Duration::from_secs(3));
    for (pause, is_whole) in [(2, true), (4, false)] {
        let path = directory.path().join(format!("{pause}.log"));
        let desk = desk(file().drip(10_000, Duration::from_secs(pause)));
        let client = desk.builder().timeouts(timeouts).build().unwrap();
        let outcome = run(&desk, client.download(id()).to(&path));
        assert_eq!(outcome.is_ok(), is_whole, "{outcome:?}");
        assert_eq!(path.exists(), is_whole);
        if is_whole {
            assert!(desk.clock().elapsed() > Duration::from_secs(30));
        }
    }
    // A deadline of its own.
    let path = directory.path().join("late.log");
    let desk = desk(file().drip(10_000, Duration::from_secs(2)));
    let save = desk.client().download(id()).to(&path);
    let error = run(&desk, save.timeout(Duration::from_secs(20))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!path.exists());
}

#[test]
fn a_dropped_download_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let desk = desk(file().stall(200_000));
    let client = desk.client();
    let save = client.download(id()).to(directory.path().join("disk.log"));
    desk.clock().run(async {
        let second = desk.clock().sleep(Duration::from_secs(1));
        let ended = select(save.into_future(), second).await;
        assert!(matches!(ended, Either::Right(_)));
    });
    assert_eq!(names(directory.path()), [""; 0]);
    assert_eq!(desk.clock().sleepers(), 0);
}

#[test]
fn nothing_is_overwritten_unless_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    fill(&path, "mine");
    let desk = desk(file());
    let client = desk.client();
    let attachment = Attachment::new("file-1", "disk.log");
    for save in [
        client.download(id()).to(&path),
        client
            .download(&attachment)
            .into_directory(directory.path()),
    ] {
        let error = run(&desk, save).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
        assert!(error.to_string().contains("is there already"), "{error}");
    }
    assert!(desk.service.line.requests().is_empty(), "found out before");
    // The name is told by the answer alone.
    let named = file().header("content-disposition", "attachment; filename=disk.log");
    desk.files().download = Some(named);
    let save = client.download(id()).into_directory(directory.path());
    assert_eq!(run(&desk, save).unwrap_err().kind(), ErrorKind::Storage);
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(names(directory.path()), ["disk.log"]);
    run(&desk, client.download(id()).to(&path).overwrite()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(names(directory.path()), ["disk.log"]);
}

/// Whatever is overwritten, what was saved before stays: the name may be known before or told by the answer alone.
#[test]
fn files_of_one_name_stand_beside_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let named = file().header("content-disposition", "attachment; filename=disk.log");
    let desk = desk(named);
    let client = desk.client();
    let attachment = Attachment::new("file-1", "disk.log");
    let mut saved: Vec<PathBuf> = Vec::new();
    for download in [
        client.download(&attachment),
        client.download(id()),
        client.download(&attachment),
    ] {
        let save = download.into_directory(directory.path()).overwrite();
        saved.push(run(&desk, save.beside(&saved)).unwrap().path);
    }
    let wanted = ["disk.log", "file-1-1-disk.log", "file-1-disk.log"];
    assert_eq!(names(directory.path()), wanted);
}

/// A file that comes while the download is under way is not lost either.
#[test]
fn who_comes_first_keeps_the_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    let desk = desk(file().drip(10_000, Duration::from_secs(1)));
    let client = desk.client();
    let (mine, save) = (path.clone(), client.download(id()).to(&path));
    let save = save.on_progress(move |progress| {
        if !mine.exists() && progress.moved > 100_000 {
            fill(&mine, "mine");
        }
    });
    let error = run(&desk, save).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(names(directory.path()), ["disk.log"]);
}

#[test]
fn places_that_cannot_be_written_are_found_out_before() {
    let directory = tempfile::tempdir().unwrap();
    let desk = desk(file());
    let client = desk.client();
    let place = |name: &str| directory.path().join(name);
    fs::create_dir(place("folder")).unwrap();
    let (name, check) = ("Choose another name", "Check the directory");
    let mut places = vec![
        (place("none/disk.log"), "no such directory", check),
        (place("folder"), "it is a directory", name),
        (place(".."), "it is a directory", name),
        (place("disk\0.log"), "NUL", name),
        (place("no\0ne/disk.log"), "NUL", name),
    ];
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        fill(&place("mine"), "mine");
        symlink(place("mine"), place("link")).unwrap();
        places.push((place("link"), "it is a symbolic link", name));
        fs::create_dir(place("closed")).unwrap();
        let mode = fs::Permissions::from_mode(0o555);
        fs::set_permissions(place("closed"), mode).unwrap();
        // Whoever may do everything may write there, too.
        if fs::File::create_new(place("closed/probe")).is_err() {
            places.push((place("closed/disk.log"), "Permission denied", check));
        }
    }
    for (path, reason, help) in places {
        for overwrite in [false, true] {
            let mut save = client.download(id()).to(&path);
            if overwrite {
                save = save.overwrite();
            }
            let error = run(&desk, save).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
            let told = error.to_string();
            let named = told.matches(&*path.to_string_lossy()).count();
            assert!(named == 1 && told.contains(reason), "{told}");
            assert!(error.help().starts_with(help), "{told}: {}", error.help());
        }
    }
    assert!(desk.service.line.requests().is_empty());
    #[cfg(unix)]
    assert_eq!(fs::read(place("mine")).unwrap(), b"mine");
}

/// Whatever a name says, the file lies in the directory, under one plain name.
#[test]
fn names_lead_nowhere_else() {
    for (own, header, wanted) in [
        (Some("disk.log"), None, "disk.log"),
        (
            Some("磁盘.log"),
            Some("attachment; filename=other.log"),
            "磁盘.log",
        ),
        (Some("../../disk.log"), None, "disk.log"),
        (Some("/etc/passwd"), None, "passwd"),
        (Some("..\\boot.ini"), None, "boot.ini"),
        (Some("\u{202e}gol.exe\n\u{1b}[31m"), None, "gol.exe[31m"),
        (Some("CON"), None, "_CON"),
        (Some(".bashrc"), None, "bashrc"),
        (
            Some(".."),
            Some("attachment; filename=\"../told.log\""),
            "told.log",
        ),
        (
            None,
            Some("attachment; filename*=UTF-8''%2e%2e%2f%E7%9B%98.log"),
            "盘.log",
        ),
        (None, Some("attachment"), "file-1"),
        (None, None, "file-1"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let step = match header {
            Some(header) => file().header("content-disposition", header),
            None => file(),
        };
        let desk = desk(step);
        let client = desk.client();
        let download = match own {
            Some(name) => client.download(Attachment::new("file-1", name)),
            None => client.download(id()),
        };
        let saved = run(&desk, download.into_directory(&inner)).unwrap();
        assert_eq!(saved.path, inner.join(wanted), "{own:?} {header:?}");
        assert_eq!(names(&inner), [wanted]);
        assert_eq!(names(directory.path()), ["inner"]);
    }
}

#[test]
fn an_attachment_without_a_usable_id_is_refused() {
    let desk = desk(file());
    let client = desk.client();
    for raw in ["", "../x", "a/b"] {
        let attachment = Attachment::new(raw, "disk.log");
        let call = client.download(&attachment).into_future();
        let error = desk.clock().run(call).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{raw}: {error}");
    }
    assert!(desk.service.line.requests().is_empty());
}

/// What a killed run was writing goes with the next download.
#[cfg(unix)]
#[test]
fn leftovers_are_swept() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let left = directory
        .path()
        .join(".hwc-tickets-draft-0123456789abcdef.tmp");
    fill(&left, "half");
    fs::set_permissions(&left, fs::Permissions::from_mode(0o600)).unwrap();
    let desk = desk(file());
    let save = desk.client().download(id());
    run(&desk, save.to(directory.path().join("disk.log"))).unwrap();
    assert_eq!(names(directory.path()), ["disk.log"]);
}

#[cfg(feature = "blocking")]
#[test]
fn a_client_that_waits_does_the_same() {
    use super::log;
    use std::io::Read as _;
    let directory = tempfile::tempdir().unwrap();
    let desk = desk(file());
    let client = desk.builder().build_blocking().unwrap();
    assert_eq!(client.upload_limits().unwrap().count, Some(5));
    let uploaded = client.upload(log()).unwrap();
    assert_eq!(uploaded.id, id());
    let ticket = client.ticket(super::TICKET).unwrap();
    ticket
        .block_on(|ticket| ticket.submit("logs").attach(uploaded))
        .unwrap();
    assert_eq!(desk.attached(), [["file-1"]]);
    let path = directory.path().join("disk.log");
    assert_eq!(client.download_to(id(), &path).unwrap().path, path);
    let attachment = Attachment::new("file-1", "../other.log");
    let saved = client.download_into(&attachment, directory.path());
    assert_eq!(saved.unwrap().path, directory.path().join("other.log"));
    let mut bytes = Vec::new();
    client
        .download(id())
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    assert_eq!(bytes, content());
}
