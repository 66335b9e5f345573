//! Attachments: what goes up, what comes down, and what is known when an answer is lost.

pub mod desk;
mod downloads;
mod schedule;
#[cfg(feature = "sim")]
mod simulated;

use self::desk::{Desk, Lost, TICKET, limits};
use crate::ledger::{
    faults::{Fault, ReadFault},
    shelf::Shelf,
    world::OWN,
};
use bytes::Bytes;
use futures_util::{future::join, stream};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{
    Advice, AttachmentId, Client, Confirm, Delivery, Error, ErrorKind, Outcome, Pending, Receipt,
    api::Source,
    attachments::{AttachmentSource, UploadLimits, Uploaded},
    error::ErrorReport,
};
use std::{
    fs::OpenOptions,
    future::IntoFuture as _,
    io::{self, Write as _},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

fn log() -> Source {
    Source::bytes("disk full").named("disk.log")
}

fn fill(path: &Path, bytes: impl AsRef<[u8]>) {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path);
    file.unwrap().write_all(bytes.as_ref()).unwrap();
}

fn upload(desk: &Desk, source: Source) -> Result<Uploaded, Error> {
    let client = desk.client();
    desk.clock().run(client.upload(source).into_future())
}

fn ids(ids: &[AttachmentId]) -> Vec<&str> {
    ids.iter().map(AttachmentId::as_str).collect()
}

#[test]
fn a_file_goes_up_from_a_path_bytes_or_a_stream() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("磁盘.log");
    fill(&path, "from the disk");
    let stream = stream::iter([Ok(Bytes::from("from a stream"))]);
    let once = Source::once(13, stream).named("stream.log");
    let desk = Desk::new();
    let client = desk.client();
    desk.clock().run(async {
        let uploaded = client.upload(&path).await.unwrap();
        assert_eq!(uploaded.id.as_str(), "file-1");
        assert_eq!((uploaded.bytes, uploaded.attempts), (13, 1));
        client.upload(log()).await.unwrap();
        let named = client.upload(once).named("other.txt");
        let named = named.content_type("text/plain").for_new_ticket();
        named.await.unwrap();
    });
    let files = desk.files();
    let names: Vec<&str> = files.stored.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["磁盘.log", "disk.log", "other.txt"]);
    assert!(files.stored[0].body.contains("from the disk"));
    assert!(files.stored[0].body.contains(r#"{"accessFrom":"message"}"#));
    let last = &files.stored[2].body;
    assert!(last.contains("text/plain") && last.contains("from a stream"));
    assert!(last.contains(r#"{"accessFrom":"incident"}"#));
    assert_eq!(files.asked, 1, "the limits are asked for once");
}

/// It is never uploaded twice by itself, and what may have been stored is said.
#[test]
fn a_lost_answer_is_told_and_not_repeated() {
    let yes = || Step::json(200, r#"{"accessory_id":"file-1"}"#);
    let page = || {
        Step::answer(200)
            .header("content-type", "text/html")
            .body("<html>log in</html>")
    };
    for (name, step, delivery) in [
        ("reset", Step::reset(), Delivery::Unknown),
        ("hang", Step::hang(), Delivery::Unknown),
        ("bad gateway", Step::answer(502), Delivery::Unknown),
        ("cut", yes().cut(5), Delivery::Unknown),
        ("stalled", yes().stall(5), Delivery::Unknown),
        ("no id", Step::json(200, "{}"), Delivery::Unknown),
        (
            "an id that is none",
            Step::json(200, r#"{"accessory_id":"../x"}"#),
            Delivery::Unknown,
        ),
        ("page", page(), Delivery::Unknown),
        (
            "refused",
            Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"no"}"#),
            Delivery::Rejected,
        ),
    ] {
        for stores in [false, true] {
            let desk = Desk::new();
            let step = step.clone();
            desk.files().faults.push_back(Lost { step, stores });
            let error = upload(&desk, log()).unwrap_err();
            let case = format!("{name}: {error}");
            assert_eq!(error.delivery(), delivery, "{case}");
            assert_eq!(desk.posts(), 1, "{case}");
            assert_eq!(error.operation(), Some("upload attachment"), "{case}");
            assert!(error.is_write() && !error.help().is_empty(), "{case}");
            let is_orphan = delivery == Delivery::Unknown;
            assert_eq!(
                error.advice() == Advice::OrphanedUpload,
                is_orphan,
                "{case}"
            );
            let told = "it is not known whether the file was stored";
            assert_eq!(error.to_string().contains(told), is_orphan, "{case}");
            // Another process says the same.
            let report = serde_json::to_string(&error).unwrap();
            let again: Error = serde_json::from_str(&report).unwrap();
            assert_eq!(again.to_string(), error.to_string());
        }
    }
}

#[test]
fn what_breaks_a_limit_is_refused_before_a_byte_goes_out() {
    const MIB: usize = 1024 * 1024;
    let of = |name: &str, length: usize| Source::bytes(vec![0; length]).named(name);
    for (source, refusal) in [
        (of("disk.log", 0), None),
        (of("disk.LOG", MIB), None),
        (
            of("disk.log", MIB + 1),
            Some("the limit of the service is 1048576 bytes"),
        ),
        (
            of("disk.exe", 1),
            Some("of a kind that the service does not take: log, txt"),
        ),
        (of("disk", 1), Some("of a kind")),
        (of("a/disk.log", 1), Some("separator")),
        (of("a\\disk.log", 1), Some("separator")),
        (of("disk\n.log", 1), Some("control")),
        (of("caf\u{fffd}.log", 1), Some("not UTF-8 text")),
        (of(" ", 1), Some("no name")),
        (Source::bytes("x"), Some("no name")),
        (
            of(&format!("{}.log", "x".repeat(509)), 1),
            Some("512 characters"),
        ),
    ] {
        let desk = Desk::new();
        desk.files().limits = Some(limits("2", "1", "log,txt"));
        let name = source.name().unwrap_or_default().to_owned();
        let outcome = upload(&desk, source);
        match refusal {
            None => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            Some(words) => {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
                assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
                assert!(error.to_string().contains(words), "{error}");
                assert!(!error.help().is_empty());
                assert_eq!(desk.posts(), 0, "{name}");
            }
        }
    }
}

/// It would arrive as another name. One that is given goes out as it is.
#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_not_altered() {
    use hwc_tickets::{Submit, attachments::Upload};
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(OsStr::from_bytes(b"caf\xe9.log"));
    if std::fs::write(&path, "from the disk").is_err() {
        return; // This system has no such names.
    }
    let desk = Desk::new();
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    let source = || Source::file(&path).unwrap();
    let upload = |upload: Upload| desk.clock().run(upload.into_future());
    let submit = |submit: Submit| desk.clock().run(submit.into_future());
    for error in [
        upload(client.upload(&path)).unwrap_err(),
        upload(client.upload(source())).unwrap_err(),
        upload(client.upload(&path).skip_limits()).unwrap_err(),
        submit(ticket.submit("x").attach(&path)).unwrap_err(),
        submit(ticket.submit("x").attach(log()).attach(source())).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
        assert!(error.to_string().contains("not UTF-8 text"), "{error}");
        assert!(error.help().contains("`named`"), "{}", error.help());
    }
    assert!(desk.service.line.requests().is_empty());
    upload(client.upload(&path).named("café.log")).unwrap();
    submit(ticket.submit("x").attach(source().named("café.txt"))).unwrap();
    let files = desk.files();
    let names: Vec<&str> = files.stored.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["café.log", "café.txt"]);
}

/// The service checks what it does not tell; but what would keep the upload from being sent ends it.
#[test]
fn limits_that_are_not_told_limit_nothing() {
    let limits_of = |step: Step| {
        let desk = Desk::new();
        desk.files().limits = Some(step);
        desk
    };
    for step in [
        limits("", "much", ""),
        Step::json(200, r#"{"accessory_limit":{}}"#),
        Step::json(200, "{}"),
        Step::json(200, r#"{"accessory_limit":[1]}"#),
        Step::json(
            200,
            r#"{"error_code":"OSM.01010007","error_msg":"no role"}"#,
        ),
        Step::answer(404),
        Step::answer(503),
        Step::hang(),
    ] {
        let desk = limits_of(step.clone());
        let outcome = upload(&desk, Source::bytes("x").named("core"));
        assert!(outcome.is_ok(), "{step:?}: {outcome:?}");
    }
    for step in [
        Step::refused(),
        Step::json(401, r#"{"error_code":"APIGW.0307"}"#),
    ] {
        let desk = limits_of(step.clone());
        let error = upload(&desk, log()).unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{step:?}: {error}");
        assert_eq!(desk.posts(), 0, "{step:?}");
    }
    // Nobody asks for them.
    let desk = limits_of(Step::refused());
    let client = desk.client();
    let unchecked = client.upload(log().named("disk.exe")).skip_limits();
    assert!(desk.clock().run(unchecked.into_future()).is_ok());
    assert_eq!(desk.files().asked, 0);
}

#[test]
fn limits_are_known_for_five_minutes() {
    let desk = Desk::new();
    let client = desk.client();
    let upload = || desk.clock().run(client.upload(log()).into_future());
    let told = desk.clock().run(client.upload_limits()).unwrap();
    let wanted = UploadLimits::new()
        .count(5_u64)
        .bytes(4_u64 * 1024 * 1024)
        .kinds(["log", "txt", "zip"].map(str::to_owned).to_vec());
    assert_eq!(told, wanted);
    upload().unwrap();
    desk.clock().advance(Duration::from_secs(299));
    upload().unwrap();
    assert_eq!(desk.files().asked, 1);
    desk.files().limits = Some(limits("5", "4", "zip"));
    desk.clock().advance(Duration::from_secs(2));
    assert_eq!(upload().unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(desk.files().asked, 2);
    // Nothing is refused by what was only kept, unless the service does not tell it any more.
    desk.files().limits = Some(Step::answer(503));
    assert_eq!(upload().unwrap_err().kind(), ErrorKind::InvalidInput);
    desk.files().limits = None;
    upload().unwrap();
}

#[test]
fn sources_that_are_not_what_they_said_store_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    for (change, words) in [("1234567890", "from 5 to 10"), ("1", "from 5 to 1")] {
        fill(&path, "12345");
        let source = Source::file(&path).unwrap();
        fill(&path, change);
        let desk = Desk::new();
        let error = upload(&desk, source).unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(desk.posts(), 0);
    }
    let breaks = || io::Error::from(io::ErrorKind::ConnectionReset);
    for (length, pieces) in [
        (10, vec![Ok(Bytes::from("12345"))]),
        (7, vec![Ok(Bytes::from("12345")), Ok(Bytes::from("67890"))]),
        (10, vec![Ok(Bytes::from("12345")), Err(breaks())]),
    ] {
        let source = Source::once(length, stream::iter(pieces)).named("stream.log");
        let desk = Desk::new();
        let error = upload(&desk, source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains("stream.log"), "{error}");
        assert!(desk.files().stored.is_empty());
    }
    let desk = Desk::new();
    let client = desk.client();
    for missing in [
        directory.path().join("none.log"),
        directory.path().to_owned(),
    ] {
        let call = client.upload(&missing);
        let error = desk.clock().run(call.into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(error.delivery(), Delivery::NotSent);
    }
    assert!(desk.service.line.requests().is_empty());
}

#[test]
fn progress_counts_what_went_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    let bytes = vec![b'x'; 200_000];
    fill(&path, &bytes);
    for source in [
        Source::bytes(bytes.clone()).named("disk.log"),
        Source::file(&path).unwrap(),
        Source::once(200_000, stream::iter([Ok(Bytes::from(bytes.clone()))])).named("disk.log"),
    ] {
        let desk = Desk::new();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let client = desk.client();
        let told = Arc::clone(&seen);
        let call = client.upload(source).on_progress(move |progress| {
            assert_eq!(progress.total, Some(200_000));
            told.lock().unwrap().push(progress.moved);
        });
        desk.clock().run(call.into_future()).unwrap();
        let seen = seen.lock().unwrap().clone();
        assert_eq!((seen[0], seen[seen.len() - 1]), (0, 200_000));
        assert!(seen.is_sorted(), "{seen:?}");
    }
}

#[test]
fn a_message_takes_files_along() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    fill(&path, "from the disk");
    let desk = Desk::new();
    let client = desk.client();
    let before = AttachmentId::new("before").unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let submit = ticket.submit("Here are the logs.");
    let submit = submit
        .attach(&path)
        .attach(before)
        .attach(log().named("other.txt"));
    let sent = desk.clock().run(submit.into_future()).unwrap();
    assert_eq!(sent.attempts, 1);
    assert_eq!(desk.attached(), [["file-1", "before", "file-2"]]);
    let requests = desk.service.line.requests();
    let paths: Vec<String> = (requests.iter())
        .map(|request| format!("{} {}", request.method, request.uri.path()))
        .collect();
    let files = "/v2/servicerequest/accessorys";
    let case = format!("/v2/servicerequest/cases/{TICKET}");
    assert_eq!(
        paths,
        [
            format!("GET {files}/limits"),
            format!("POST {files}"),
            format!("POST {files}"),
            // The page, and the proof that nothing is behind it.
            format!("GET {case}/messages"),
            format!("GET {case}/messages"),
            format!("POST {case}/message"),
        ]
    );
    // An upload of its own, and a message without words.
    let uploaded = desk
        .clock()
        .run(client.upload(log()).into_future())
        .unwrap();
    let silent = ticket.submit("").attach(uploaded);
    desk.clock().run(silent.into_future()).unwrap();
    assert_eq!(desk.attached()[1], ["file-3"]);
}

#[test]
fn what_cannot_be_sent_uploads_nothing() {
    let desk = Desk::new();
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    let id = || AttachmentId::new("f").unwrap();
    let six = (0..6).fold(ticket.submit("x"), |submit, _| submit.attach(log()));
    for (submit, words) in [
        (
            ticket.submit("x".repeat(2001)).attach(log()),
            "2001 UTF-16 units",
        ),
        (ticket.submit("a\0b").attach(log()), "NUL"),
        (
            ticket.submit("x").attach(id()).attach(log()).attach(id()),
            "named twice",
        ),
        (
            ticket.submit("x").attach(log()).attach("none.log"),
            "none.log",
        ),
        (
            ticket
                .submit("x")
                .attach(log())
                .attach(log().named("a.exe")),
            "a.exe",
        ),
        (six, "6 attachments, the limit of the service is 5"),
    ] {
        let error = desk.clock().run(submit.into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.uploaded().is_empty() && error.ticket().is_some());
    }
    assert_eq!(desk.posts(), 0);
}

/// What was uploaded is told by id, and used by the next try.
#[test]
fn of_two_files_the_second_fails() {
    for stores in [false, true] {
        let desk = Desk::new();
        let yes = Lost {
            step: Step::json(200, r#"{"accessory_id":"file-1"}"#),
            stores: true,
        };
        let step = Step::reset();
        desk.files().faults = [yes, Lost { step, stores }].into();
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        let submit = ticket
            .submit("logs")
            .attach(log())
            .attach(log().named("2.log"));
        let error = desk.clock().run(submit.into_future()).unwrap_err();
        // The message was not sent, whatever became of the file.
        assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
        assert_eq!(error.operation(), Some("upload attachment"));
        assert_eq!(error.advice(), Advice::OrphanedUpload);
        assert_eq!(ids(error.uploaded()), ["file-1"]);
        assert!(
            error
                .to_string()
                .contains("uploaded for the message: file-1"),
            "{error}"
        );
        assert!(error.pending().is_none() && client.pending().is_empty());
        let report = ErrorReport::from(&error);
        assert_eq!(ids(&report.uploaded), ["file-1"]);
        assert_eq!(Error::from(report).uploaded(), error.uploaded());
        assert_eq!(desk.posts(), 2);

        let again =
            (error.uploaded().iter()).fold(ticket.submit("logs"), |submit, id| submit.attach(id));
        let again = again.attach(log().named("2.log"));
        desk.clock().run(again.into_future()).unwrap();
        let second = if stores { "file-3" } else { "file-2" };
        assert_eq!(desk.attached(), [["file-1", second]]);
    }
}

#[test]
fn a_message_that_is_not_made_tells_what_was_uploaded_for_it() {
    for (fault, delivery) in [
        (Fault::Reset(true), None),
        (Fault::CutAnswer, None),
        (Fault::Reset(false), Some(Delivery::Absent)),
        (Fault::Hang(false), Some(Delivery::Absent)),
        (Fault::Code("OSM.01010001", false), Some(Delivery::Rejected)),
    ] {
        let desk = Desk::new();
        desk.service.world().faults = [fault.clone()].into();
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        let submit = ticket.submit("logs").attach(log());
        let outcome = desk.clock().run(submit.into_future());
        let Some(delivery) = delivery else {
            assert!(outcome.unwrap().is_confirmed(), "{fault:?}");
            assert_eq!(desk.attached(), [["file-1"]]);
            continue;
        };
        let error = outcome.unwrap_err();
        assert_eq!(error.delivery(), delivery, "{fault:?}: {error}");
        assert_eq!(error.operation(), Some("submit message"));
        assert_eq!(ids(error.uploaded()), ["file-1"], "{fault:?}");
        let again = ticket.submit("logs").attach(&error.uploaded()[0]);
        desk.clock().run(again.into_future()).unwrap();
        assert_eq!(desk.attached(), [["file-1"]], "{fault:?}");
        assert_eq!(desk.files().stored.len(), 1, "{fault:?}");
    }
}

#[test]
fn a_record_of_a_doubt_keeps_the_ids() {
    for arrives in [false, true] {
        let desk = Desk::new();
        desk.service.world().faults = [Fault::Reset(arrives)].into();
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        let before = AttachmentId::new("before").unwrap();
        let submit = ticket.submit("logs").attach(before).attach(log());
        let submit = submit.confirm(Confirm::Never);
        let error = desk.clock().run(submit.into_future()).unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert_eq!(error.advice(), Advice::Reconcile);
        assert_eq!(ids(error.uploaded()), ["file-1"]);
        let written = serde_json::to_string(error.pending().unwrap()).unwrap();
        let pending: Pending = serde_json::from_str(&written).unwrap();
        assert_eq!(ids(pending.attachments()), ["before", "file-1"]);
        // An older version of the record has none.
        let mut older: serde_json::Value = serde_json::from_str(&written).unwrap();
        older
            .as_object_mut()
            .unwrap()
            .remove("attachment_ids")
            .unwrap();
        let older: Pending = serde_json::from_value(older).unwrap();
        assert!(older.attachments().is_empty());

        // Another process finds out, by text and files.
        let other = desk.client();
        let outcome = desk.clock().run(other.reconcile(&pending)).unwrap();
        match arrives {
            true => assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}"),
            false => {
                assert_eq!(outcome, Outcome::Absent);
                let again = (pending.attachments().iter())
                    .fold(ticket.submit("logs"), |submit, id| submit.attach(id));
                desk.clock().run(again.into_future()).unwrap();
            }
        }
        assert_eq!(desk.attached(), [["before", "file-1"]]);
        assert_eq!(desk.files().stored.len(), 1);
    }
}

/// Somebody's message with the same text and other files is not taken for it.
#[test]
fn another_message_with_other_files_is_no_proof() {
    let desk = Desk::new();
    desk.service.world().faults = [Fault::Reset(false)].into();
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    let submit = ticket.submit("logs").attach(log()).confirm(Confirm::Never);
    let error = desk.clock().run(submit.into_future()).unwrap_err();
    {
        let mut world = desk.service.world();
        world.post(TICKET, 0, OWN, "logs");
        let messages = world.tickets.get_mut(TICKET).unwrap();
        messages.last_mut().unwrap().attachments = vec!["theirs".to_owned()];
    }
    let pending = error.into_pending().unwrap();
    let outcome = desk.clock().run(client.reconcile(&pending)).unwrap();
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

/// A key is that of the attachments, too. What was uploaded for a message that never came goes with the next one.
#[test]
fn a_key_uploads_nothing_again() {
    for arrives in [false, true] {
        let (desk, shelf) = (Desk::new(), Shelf::default());
        // Each time as after a restart.
        let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
        let before = AttachmentId::new("before").unwrap();
        let submit = |client: &Client, before: &AttachmentId| {
            let submit = client.ticket(TICKET).unwrap().submit("logs");
            submit.attach(before).attach(log()).key("job-1")
        };
        desk.service.world().faults = [Fault::Reset(arrives)].into();
        let first = submit(&client(), &before).confirm(Confirm::Never);
        let error = desk.clock().run(first.into_future()).unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert_eq!(ids(error.uploaded()), ["file-1"]);

        let other = AttachmentId::new("other").unwrap();
        let without = || client().ticket(TICKET).unwrap().submit("logs").key("job-1");
        for another in [
            submit(&client(), &other),
            submit(&client(), &before).attach(log()),
            without(),
            without().attach(&before),
            without().attach(log()).attach(&before),
        ] {
            let error = desk.clock().run(another.into_future()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
        assert_eq!(desk.posts(), 2);

        let again = submit(&client(), &before).into_future();
        let sent = desk.clock().run(again).unwrap();
        assert_eq!(sent.is_confirmed(), arrives);
        // By its id it is the same file.
        let named = without().attach(&before).attach(&error.uploaded()[0]);
        let kept = desk.clock().run(named.into_future()).unwrap();
        assert_eq!(kept.receipt, Receipt::Kept);
        assert_eq!(desk.attached(), [["before", "file-1"]]);
        assert_eq!(desk.files().stored.len(), 1);
    }
}

/// What another process has sent under the key by the time that a file is up is the answer; as long as nobody knows what became of
/// it, nothing is. Either way the file is told.
#[test]
fn a_key_that_another_process_used_meanwhile_sends_nothing() {
    for (fault, is_known) in [
        (Fault::None, true),
        (Fault::Slow(Duration::from_secs(10)), false),
    ] {
        let (desk, shelf) = (Desk::new(), Shelf::default());
        let submit = || {
            let client = desk.builder().outbox(shelf.clone()).build().unwrap();
            let submit = client.ticket(TICKET).unwrap().submit("logs");
            submit.attach(log()).key("job-1").into_future()
        };
        desk.service.world().faults = [fault].into();
        // One reads the ticket for longer than the other one needs to begin.
        desk.service.world().read_faults = [ReadFault::Slow(Duration::from_secs(5))].into();
        let later = async {
            desk.clock().sleep(Duration::from_secs(1)).await;
            submit().await
        };
        let (first, second) = desk.clock().run(join(submit(), later));
        assert!(second.unwrap().unused.is_empty());
        match first {
            Ok(sent) => {
                assert!(is_known);
                assert_eq!(sent.receipt, Receipt::Kept);
                assert_eq!(ids(&sent.unused), ["file-1"]);
            }
            Err(error) => {
                assert!(!is_known, "{error}");
                let told = (error.kind(), error.delivery());
                assert_eq!(told, (ErrorKind::Locked, Delivery::NotSent));
                assert_eq!(ids(error.uploaded()), ["file-1"]);
            }
        }
        assert_eq!(desk.attached(), [["file-2"]]);
        // Two files and one message.
        assert_eq!(desk.posts(), 3);
    }
}

#[test]
fn parts_of_a_long_text_upload_once() {
    let desk = Desk::new();
    let client = desk.builder().text_limit(40).build().unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let text = "One sentence that is long. Another sentence that is long. A third one.";
    let parts = ticket.submit(text).attach(log()).split_long();
    let sent = desk.clock().run(parts.into_future()).unwrap();
    assert!(sent.len() > 1);
    assert_eq!(desk.files().stored.len(), 1);
    let attached = desk.attached();
    assert_eq!(attached[0], ["file-1"]);
    assert!(attached[1..].iter().all(Vec::is_empty));
}

#[test]
fn names_and_contents_stay_out_of_what_is_printed() {
    let client = Desk::new().client();
    let ticket = client.ticket(TICKET).unwrap();
    let secret = || Source::bytes("secret").named("secret.log");
    let submit = ticket.submit("x").attach("secret.log").attach(secret());
    let download = client.download(AttachmentId::new("f").unwrap());
    let save = download.to("secret.log").overwrite();
    for (text, wanted) in [
        (format!("{:?}", client.upload("secret.log")), "Upload {"),
        (format!("{:?}", client.upload(secret())), "Upload {"),
        (format!("{submit:?}"), "Submit {"),
        (
            format!("{:?}", AttachmentSource::from("secret.log")),
            "<file on the disk>",
        ),
        (format!("{save:?}"), "Save { download: Download {"),
    ] {
        assert!(text.starts_with(wanted), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
