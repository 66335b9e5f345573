//! What changes something at the service, or on the disk.

use super::{Halting, each_await, nothing_is_left, poll_at_most};
use crate::{
    attachments::desk::{Desk, TICKET},
    folder::folder,
    ledger::faults::Fault,
    office::{Office, Row},
    opening,
    reading::desk as conversation,
};
use futures_util::FutureExt as _;
use hwc_core::testing::Step;
use hwc_tickets::{
    AttachmentId, Client, Created, Error, FileOutbox, Message, Outcome, Rating, Result, Sent,
    Ticket, TicketDraft, TicketOutcome, api::Source,
};
use std::{collections::BTreeSet, fs, path::Path, pin::Pin, sync::Mutex, time::Duration};
use tempfile::TempDir;

const TEXT: &str = "only once";
const KEY: &str = "job-1";

fn outbox_in(folder: &TempDir) -> FileOutbox {
    FileOutbox::open(folder.path().join("outbox")).unwrap()
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

/// What becomes of a write, and whether the verb succeeds with it when it is not dropped.
fn fates() -> [(Fault, bool); 3] {
    [
        (Fault::None, true),
        (Fault::Reset(true), true),
        (Fault::Reset(false), false),
    ]
}

fn submit(client: &Client) -> impl Future<Output = Result<Sent>> + use<> {
    let submit = client.ticket(TICKET).unwrap().submit(TEXT);
    let file = Source::bytes("disk full").named("disk.log");
    submit.attach(file).key(KEY).into_future()
}

/// How often the message stands in the ticket.
fn stands(desk: &Desk) -> usize {
    let texts = desk.service.world().texts(TICKET);
    texts.iter().filter(|text| *text == TEXT).count()
}

#[test]
fn a_message_is_sent_once_with_its_file() {
    for (fault, succeeds) in fates() {
        each_await("submit", 6, |polls| {
            let told = format!("{fault:?}, {polls} polls");
            let folder = folder();
            let desk = Desk::new();
            desk.service.world().faults = [fault.clone()].into();
            let line = Halting::new(&desk.service.line, desk.clock());
            let client = desk.builder().transport(line).outbox(outbox_in(&folder));
            let client = client.build().unwrap();
            let done = desk.clock().run(poll_at_most(submit(&client), polls));
            nothing_is_left(desk.clock(), "submit", polls);
            drop(client);
            let stood = stands(&desk);
            if let Some(result) = &done {
                assert_eq!((result.is_ok(), stood), (succeeds, usize::from(succeeds)));
            }
            // As after a start: the lock of the file is free.
            let client = desk.builder().outbox(outbox_in(&folder)).build().unwrap();
            let recorded = client.pending().len();
            assert!(stood <= 1, "{told}: it stands {stood} times");
            assert!(
                stood == 0 || recorded == 1 || done.is_some(),
                "{told}: a message that went out is not recorded"
            );
            for found in desk.clock().run(client.reconcile_outbox()) {
                match found.outcome {
                    Ok(Outcome::Confirmed(_)) => assert_eq!(stood, 1, "{told}"),
                    Ok(Outcome::Absent) => assert_eq!(stood, 0, "{told}"),
                    other => panic!("{told}: {other:?}"),
                }
            }
            desk.service.world().faults.clear();
            desk.clock().run(submit(&client)).unwrap();
            assert_eq!(stands(&desk), 1, "{told}");
            let attached = desk.attached();
            assert_eq!(attached.len(), 1, "{told}: {attached:?}");
            assert_eq!(attached[0].len(), 1, "{told}: {attached:?}");
            client.acknowledge(KEY).unwrap();
            assert!(client.pending().is_empty(), "{told}");
            done.is_some()
        });
    }
}

fn create(client: &Client) -> impl Future<Output = Result<Created>> + use<> {
    let file = AttachmentId::new("file-1").unwrap();
    let draft = TicketDraft::new("kind-1", TEXT).attach(file);
    let create = client.create_ticket(draft).unchecked().key(KEY);
    opening::as_op(1, create.into_future())
}

#[test]
fn a_ticket_is_opened_once() {
    for (fault, succeeds) in fates() {
        each_await("create", 3, |polls| {
            let told = format!("{fault:?}, {polls} polls");
            let folder = folder();
            let service = opening::Service::new();
            service.world().faults = [fault.clone()].into();
            let line = Halting::new(&service.line, &service.clock);
            let client = service.builder().transport(line).outbox(outbox_in(&folder));
            let client = client.build().unwrap();
            let done = service.clock.run(poll_at_most(create(&client), polls));
            nothing_is_left(&service.clock, "create", polls);
            drop(client);
            let stood = service.world().made(1).len();
            if let Some(result) = &done {
                assert_eq!((result.is_ok(), stood), (succeeds, usize::from(succeeds)));
            }
            let client = service
                .builder()
                .outbox(outbox_in(&folder))
                .build()
                .unwrap();
            let recorded = client.pending_tickets().len();
            assert!(stood <= 1, "{told}: it stands {stood} times");
            assert!(
                stood == 0 || recorded == 1 || done.is_some(),
                "{told}: a ticket that may be open is not recorded"
            );
            for found in service.clock.run(client.reconcile_tickets()) {
                match found.outcome {
                    Ok(TicketOutcome::Confirmed(id)) => {
                        assert_eq!(service.world().made(1), [id.to_string()], "{told}");
                    }
                    Ok(TicketOutcome::Absent) => assert_eq!(stood, 0, "{told}"),
                    other => panic!("{told}: {other:?}"),
                }
            }
            service.world().faults.clear();
            let created = service.clock.run(create(&client)).unwrap();
            let made = service.world().made(1);
            assert_eq!(made, [created.ticket.to_string()], "{told}");
            let attached = service.world().tickets[0].attachments.clone();
            assert_eq!(attached, ["file-1"], "{told}");
            client.acknowledge(KEY).unwrap();
            assert!(client.pending_tickets().is_empty(), "{told}");
            done.is_some()
        });
    }
}

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

#[test]
fn under_a_final_name_is_a_whole_file() {
    const LENGTH: usize = 40_000;
    each_await("download", 6, |polls| {
        let told = format!("{polls} polls");
        let folder = folder();
        let path = folder.path().join("disk.log");
        let desk = Desk::new();
        let file = Step::answer(200).header("content-type", "application/octet-stream");
        let file = file.body(vec![b'x'; LENGTH]);
        desk.files().download = Some(file.drip(10_000, Duration::from_millis(1)));
        let line = Halting::new(&desk.service.line, desk.clock());
        let client = desk.builder().transport(line).build().unwrap();
        let id = || AttachmentId::new("file-1").unwrap();
        let save = client.download(id()).to(&path).into_future();
        let done = desk.clock().run(poll_at_most(save, polls));
        nothing_is_left(desk.clock(), "download", polls);
        drop(client);
        // What was being written under the name when it was dropped was all of it.
        let whole = vec![b'x'; LENGTH];
        if names(folder.path()) == ["disk.log"] {
            assert!(fs::read(&path).unwrap() == whole, "{told}: half a file");
        } else {
            assert!(done.is_none() && names(folder.path()).is_empty(), "{told}");
        }
        let save = desk.client().download(id()).to(&path).overwrite();
        let saved = desk.clock().run(save.into_future()).unwrap();
        assert_eq!(saved.bytes, LENGTH as u64, "{told}");
        assert!(fs::read(&path).unwrap() == whole, "{told}");
        assert_eq!(names(folder.path()), ["disk.log"], "{told}");
        done.is_some()
    });
}

type Verb = fn(&Ticket) -> Pin<Box<dyn Future<Output = bool>>>;

/// What the ledger has of the one ticket.
fn state(office: &Office) -> (i64, u32, Vec<(i64, i64)>, String) {
    let row = office.state().rows[0].clone();
    (row.status, row.urged, row.points, row.judgement)
}

#[test]
fn what_is_done_to_a_ticket_is_done_once_or_not() {
    const ID: &str = "TT1";
    let verbs: [(&str, i64, Verb); 6] = [
        ("close", 1, |it| {
            let rating = Rating::new("Quick.").points(1, 5);
            let close = it.close().rating(rating).into_future();
            close.map(|result| result.is_ok()).boxed_local()
        }),
        ("confirm", 2, |it| {
            let confirm = it.confirm().into_future();
            confirm.map(|result| result.is_ok()).boxed_local()
        }),
        ("cancel", 0, |it| {
            let cancel = it.cancel().into_future();
            cancel.map(|result| result.is_ok()).boxed_local()
        }),
        ("delete", 3, |it| {
            let delete = it.delete().into_future();
            delete.map(|result| result.is_ok()).boxed_local()
        }),
        ("urge", 1, |it| {
            let urge = it.urge().into_future();
            urge.map(|result| result.is_ok()).boxed_local()
        }),
        ("score", 3, |it| {
            let score = it.score(Rating::new("Quick.").points(1, 5));
            score
                .into_future()
                .map(|result| result.is_ok())
                .boxed_local()
        }),
    ];
    for (verb, status, run) in verbs {
        let office = || Office::new(vec![Row::new(ID, status, 0)]);
        let undisturbed = office();
        let before = state(&undisturbed);
        let ticket = undisturbed.client().ticket(ID).unwrap();
        assert!(undisturbed.clock.run(run(&ticket)), "{verb}");
        let after = state(&undisturbed);
        assert_ne!(before, after, "{verb}");
        each_await(verb, 1, |polls| {
            let told = format!("{verb}, {polls} polls");
            let office = office();
            let line = Halting::new(&office.line, &office.clock);
            let client = office.builder().transport(line).build().unwrap();
            let ticket = client.ticket(ID).unwrap();
            let done = office.clock.run(poll_at_most(run(&ticket), polls));
            nothing_is_left(&office.clock, verb, polls);
            drop((client, ticket));
            let now = state(&office);
            match done {
                Some(succeeded) => assert!(succeeded && now == after, "{told}: {now:?}"),
                None => assert!(now == before || now == after, "{told}: {now:?}"),
            }
            let ticket = office.client().ticket(ID).unwrap();
            assert!(office.clock.run(run(&ticket)), "{told}");
            // Urging counts each time: a second call is a second one.
            let mut expected = after.clone();
            expected.1 += if now == after { after.1 } else { 0 };
            assert_eq!(state(&office), expected, "{told}");
            done.is_some()
        });
    }
}

#[test]
fn messages_are_marked_and_taken_back_once_or_not() {
    const ID: &str = "case-123";
    let desk = || {
        let desk = conversation::Desk::new(conversation::Rules::default());
        for (kind, text) in [(0, "opened"), (1, "an answer"), (0, "wrong"), (0, "last")] {
            desk.state().post(ID, kind, text);
            desk.clock.advance(Duration::from_secs(5));
        }
        desk
    };
    // What stands in the ledger: the texts, and whether all is read.
    type Ledger = (Vec<String>, bool);
    let state = |desk: &conversation::Desk| -> Ledger {
        let state = desk.state();
        let is_read = state.tickets[ID].iter().all(|message| message.read);
        (state.texts(ID), is_read)
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let all: Vec<String> = texts(&["opened", "an answer", "wrong", "last"]);
    let verbs: [(&str, Verb, Ledger); 3] = [
        (
            "mark read",
            |it| {
                let mark = it.mark_read().into_future();
                mark.map(|result| result.is_ok()).boxed_local()
            },
            (all.clone(), true),
        ),
        (
            "recall",
            |it| {
                let recall = it.recall("m-3").into_future();
                recall.map(|result| result.is_ok()).boxed_local()
            },
            (texts(&["opened", "an answer", "last"]), false),
        ),
        (
            "recall last",
            |it| {
                let recall = it.recall_last().into_future();
                recall.map(|result| result.is_ok()).boxed_local()
            },
            (texts(&["opened", "an answer", "wrong"]), false),
        ),
    ];
    for (verb, run, after) in verbs {
        let before: Ledger = (all.clone(), false);
        each_await(verb, 1, |polls| {
            let told = format!("{verb}, {polls} polls");
            let desk = desk();
            let line = Halting::new(&desk.line, &desk.clock);
            let client = desk.builder().transport(line).build().unwrap();
            let ticket = client.ticket(ID).unwrap();
            let done = desk.clock.run(poll_at_most(run(&ticket), polls));
            nothing_is_left(&desk.clock, verb, polls);
            let now = state(&desk);
            match done {
                Some(succeeded) => assert!(succeeded && now == after, "{told}: {now:?}"),
                None => assert!(now == before || now == after, "{told}: {now:?}"),
            }
            // Once more, where that says the same; another last message would be taken back.
            if verb != "recall last" {
                let ticket = desk.client().ticket(ID).unwrap();
                assert!(desk.clock.run(run(&ticket)), "{told}");
                assert_eq!(state(&desk), after, "{told}");
            }
            done.is_some()
        });
    }
}

#[test]
fn what_is_marked_read_was_handled() {
    const ID: &str = "case-123";
    const TEXTS: [&str; 3] = ["one", "two", "three"];
    each_await("drain", 3, |polls| {
        let told = format!("drain, {polls} polls");
        let desk = conversation::Desk::new(conversation::Rules::default());
        for text in TEXTS {
            desk.state().post(ID, 1, text);
            desk.clock.advance(Duration::from_secs(20));
        }
        let handled = Mutex::new(BTreeSet::new());
        let drain = |ticket: Ticket| {
            let handled = &handled;
            async move {
                let handler = |message: Message| {
                    handled.lock().unwrap().insert(message.content);
                    async { Ok::<(), Error>(()) }
                };
                ticket.drain_unread(handler).await
            }
        };
        let line = Halting::new(&desk.line, &desk.clock);
        let client = desk.builder().transport(line).build().unwrap();
        let ticket = client.ticket(ID).unwrap();
        let done = desk.clock.run(poll_at_most(drain(ticket), polls));
        nothing_is_left(&desk.clock, "drain", polls);
        drop(client);
        for message in &desk.state().tickets[ID] {
            let is_handled = handled.lock().unwrap().contains(&message.text);
            assert!(is_handled || !message.read, "{told}: {}", message.text);
        }
        let ticket = desk.client().ticket(ID).unwrap();
        desk.clock.run(drain(ticket)).unwrap();
        let all: BTreeSet<String> = TEXTS.map(str::to_owned).into();
        assert_eq!(*handled.lock().unwrap(), all, "{told}");
        let is_read = desk.state().tickets[ID].iter().all(|message| message.read);
        assert!(is_read, "{told}");
        done.is_some()
    });
}
