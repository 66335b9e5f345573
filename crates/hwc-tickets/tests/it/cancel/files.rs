//! Files that go up and come down.

use super::{Halting, each_await, names, nothing_is_left, poll_at_most};
use crate::{
    attachments::desk::Desk,
    folder::folder,
    office::{Office, Row},
};
use futures_util::FutureExt as _;
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
use hwc_tickets::{AttachmentId, Client, ClientBuilder, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

#[test]
fn a_file_goes_up_once_for_each_call() {
    each_await("upload", 3, |polls| {
        let folder = folder();
        let path = folder.path().join("disk.log");
        fs::write(&path, "x".repeat(100_000)).unwrap();
        let desk = Desk::new();
        let line = Halting::new(&desk.service.line, desk.clock());
        let client = desk.builder().transport(line).build().unwrap();
        let upload = client.upload(&path).into_future();
        let done = desk.clock().run(poll_at_most(upload, polls));
        nothing_is_left(desk.clock(), "upload", polls);
        let stored = desk.files().stored.len();
        assert!(stored <= 1, "{polls} polls: stored {stored} times");
        if let Some(result) = &done {
            assert_eq!((result.is_ok(), stored), (true, 1));
        }
        // The same client goes on: nothing in it waits for the one that is gone.
        let again = client.upload(&path).into_future();
        let uploaded = desk.clock().run(again).unwrap();
        assert_eq!(uploaded.bytes, 100_000);
        let files = desk.files();
        assert_eq!(files.stored.len(), stored + 1, "{polls} polls");
        assert!(files.stored[stored].body.contains(&"x".repeat(100_000)));
        drop(files);
        assert!(desk.attached().is_empty());
        assert_eq!(names(folder.path()), ["disk.log"]);
        done.is_some()
    });
}

/// A service that has a file to be saved.
struct Source {
    clock: FakeClock,
    line: ScriptedTransport,
    builder: Box<dyn Fn() -> ClientBuilder>,
}

/// Gives the length of what was saved.
type Saving = Pin<Box<dyn Future<Output = Result<u64>>>>;

/// Saves the file, in the place of another one or not.
type Save = fn(&Client, &Path, bool) -> Saving;

fn of_a_message(file: Step) -> Source {
    let desk = Desk::new();
    desk.files().download = Some(file);
    Source {
        clock: desk.clock().clone(),
        line: desk.service.line.clone(),
        builder: Box::new(move || desk.builder()),
    }
}

fn download(client: &Client, path: &Path, replaces: bool) -> Saving {
    let save = client.download(AttachmentId::new("file-1").unwrap());
    let save = save.to(path);
    let save = match replaces {
        true => save.overwrite(),
        false => save,
    };
    let saved = save.into_future();
    saved
        .map(|saved| saved.map(|saved| saved.bytes))
        .boxed_local()
}

fn of_a_ticket(file: Step) -> Source {
    let office = Office::new(vec![Row::new("TT1", 1, 0)]);
    office.after(move |asked| (asked.operation() == "export").then(|| file.clone()));
    Source {
        clock: office.clock.clone(),
        line: office.line.clone(),
        builder: Box::new(move || office.builder()),
    }
}

fn export(client: &Client, path: &Path, replaces: bool) -> Saving {
    let export = client.ticket("TT1").unwrap().export();
    let export = match replaces {
        true => export.overwrite(),
        false => export,
    };
    let saved = export.to(PathBuf::from(path));
    saved
        .map(|saved| saved.map(|saved| saved.bytes))
        .boxed_local()
}

#[test]
fn under_a_final_name_is_a_whole_file() {
    const LENGTH: usize = 40_000;
    type Served = fn(Step) -> Source;
    let verbs: [(&str, Served, Save); 2] = [
        ("download", of_a_message, download),
        ("export", of_a_ticket, export),
    ];
    for (verb, source, save) in verbs {
        each_await(verb, 6, |polls| {
            let told = format!("{verb}, {polls} polls");
            let folder = folder();
            let path = folder.path().join("disk.log");
            let file = Step::answer(200).header("content-type", "application/octet-stream");
            let file = file.body(vec![b'x'; LENGTH]);
            let source = source(file.drip(10_000, Duration::from_millis(1)));
            let line = Halting::new(&source.line, &source.clock);
            let client = (source.builder)().transport(line).build().unwrap();
            let saving = save(&client, &path, false);
            let done = source.clock.run(poll_at_most(saving, polls));
            nothing_is_left(&source.clock, verb, polls);
            drop(client);
            // What was being written under the name when it was dropped was all of it.
            let whole = vec![b'x'; LENGTH];
            if names(folder.path()) == ["disk.log"] {
                assert!(fs::read(&path).unwrap() == whole, "{told}: half a file");
            } else {
                assert!(done.is_none() && names(folder.path()).is_empty(), "{told}");
            }
            let client = (source.builder)().build().unwrap();
            let bytes = source.clock.run(save(&client, &path, true)).unwrap();
            assert_eq!(bytes, LENGTH as u64, "{told}");
            assert!(fs::read(&path).unwrap() == whole, "{told}");
            assert_eq!(names(folder.path()), ["disk.log"], "{told}");
            done.is_some()
        });
    }
}

async fn pieces(client: &Client) -> Result<Vec<u8>> {
    let mut file = client
        .download(AttachmentId::new("file-1").unwrap())
        .await?;
    let mut read = Vec::new();
    while let Some(piece) = file.chunk().await? {
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

/// A file that is let go in the middle gives its place on the line to the next request: there is one only.
#[test]
fn a_file_that_is_read_piece_by_piece_gives_its_place_back() {
    let whole = vec![b'x'; 40_000];
    each_await("download in pieces", 4, |polls| {
        let file = Step::answer(200).header("content-type", "application/octet-stream");
        let file = file.body(whole.clone());
        let source = of_a_message(file.drip(10_000, Duration::from_millis(1)));
        let line = Halting::new(&source.line, &source.clock);
        let builder = (source.builder)().transport(line).max_connections(1);
        let client = builder.build().unwrap();
        let done = source.clock.run(poll_at_most(pieces(&client), polls));
        nothing_is_left(&source.clock, "download in pieces", polls);
        if let Some(read) = &done {
            assert!(read.as_ref().unwrap() == &whole, "{polls} polls");
        }
        let again = source.clock.run(pieces(&client)).unwrap();
        assert!(again == whole, "{polls} polls");
        done.is_some()
    });
}
