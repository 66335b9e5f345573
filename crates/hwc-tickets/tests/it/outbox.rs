//! Submits that survive the process.

mod shared;
mod threads;

use crate::{
    cancel::poll_at_most,
    ledger::{
        Service, as_op,
        faults::{Fault, ReadFault},
        shelf::Shelf,
    },
};
use futures_util::future::{Either, select};
use hwc_core::Clock as _;
use hwc_tickets::{Confirm, Delivery, ErrorKind, FileOutbox, Outbox as _, Outcome, Pending};
use std::{fs, io::Write as _, pin::pin, time::Duration};
use tempfile::TempDir;

fn outbox_in(directory: &TempDir) -> FileOutbox {
    FileOutbox::open(directory.path().join("outbox")).unwrap()
}

#[test]
fn a_submit_that_is_dropped_at_any_moment_is_found_again() {
    // The POST acts at 100 ms and answers at 300 ms; the future is dropped somewhere on the way.
    for drop_at in (0..400).step_by(20) {
        let directory = TempDir::new().unwrap();
        let service = Service::new();
        service.world().faults = [Fault::Slow(Duration::from_millis(300))].into();
        let client = service
            .builder()
            .outbox(outbox_in(&directory))
            .build()
            .unwrap();
        let ticket = client.ticket("case-1").unwrap();
        let done = service.clock.run(as_op(1, async {
            let submit = ticket.submit("only once").into_future();
            let timer = service.clock.sleep(Duration::from_millis(drop_at));
            matches!(
                select(pin!(submit), pin!(timer)).await,
                Either::Left((Ok(_), _))
            )
        }));
        assert_eq!(
            service.clock.sleepers(),
            0,
            "{drop_at} ms: something is left behind"
        );
        drop((client, ticket));
        let client = service
            .builder()
            .outbox(outbox_in(&directory))
            .build()
            .unwrap();
        let found = service.clock.run(client.reconcile_outbox());
        let arrived = service.world().arrived(1);
        if done {
            assert!(found.is_empty() && arrived == 1, "{drop_at} ms");
        } else if arrived == 1 {
            assert!(
                matches!(found[..], [ref one] if matches!(one.outcome, Ok(Outcome::Confirmed(_)))),
                "{drop_at} ms: {found:?}"
            );
        } else {
            assert!(
                found
                    .iter()
                    .all(|one| matches!(one.outcome, Ok(Outcome::Absent))),
                "{drop_at} ms: {found:?}"
            );
        }
        assert!(
            client.pending().is_empty(),
            "{drop_at} ms: what is known is not kept"
        );
    }
}

#[test]
fn a_submit_that_is_dropped_at_any_await_is_found_again() {
    for (fault, acts) in [
        (Fault::Slow(Duration::from_millis(5)), true),
        (Fault::Reset(true), true),
        (Fault::Hang(false), false),
    ] {
        let mut polls = 0;
        loop {
            let directory = TempDir::new().unwrap();
            let service = Service::new();
            service.world().faults = [fault.clone()].into();
            let client = service
                .builder()
                .outbox(outbox_in(&directory))
                .build()
                .unwrap();
            let ticket = client.ticket("case-1").unwrap();
            // Slow reads make every await a real one.
            service.world().read_faults =
                vec![ReadFault::Slow(Duration::from_millis(5)); 30].into();
            let done = service.clock.run(as_op(
                1,
                poll_at_most(ticket.submit("only once").into_future(), polls),
            ));
            assert_eq!(
                service.clock.sleepers(),
                0,
                "{polls} polls: something is left behind"
            );
            drop((client, ticket));
            service.world().read_faults.clear();
            let client = service
                .builder()
                .outbox(outbox_in(&directory))
                .build()
                .unwrap();
            let arrived = service.world().arrived(1);
            let pending = client.pending().len();
            for found in service.clock.run(client.reconcile_outbox()) {
                match found.outcome {
                    Ok(Outcome::Confirmed(_)) => assert_eq!(arrived, 1),
                    Ok(Outcome::Absent) => assert_eq!(arrived, 0),
                    other => panic!("{polls} polls: {other:?}"),
                }
            }
            if let Some(result) = done {
                assert_eq!(result.is_ok(), acts);
                assert_eq!(pending, 0, "what is known is not kept");
                break;
            }
            assert!(
                arrived == 0 || pending == 1,
                "{polls} polls: a message that may have gone out is not recorded"
            );
            polls += 1;
        }
        assert!(polls >= 3, "{fault:?}: only {polls} awaits");
    }
}

#[test]
fn what_was_in_doubt_at_the_end_of_a_process_is_settled_by_the_next() {
    for acted in [true, false] {
        let directory = TempDir::new().unwrap();
        let service = Service::new();
        service.world().faults = [Fault::Reset(acted)].into();
        let client = service
            .builder()
            .outbox(outbox_in(&directory))
            .build()
            .unwrap();
        let ticket = client.ticket("case-1").unwrap();
        let error = service
            .clock
            .run(as_op(
                1,
                ticket
                    .submit("secret text")
                    .confirm(Confirm::Never)
                    .into_future(),
            ))
            .unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        drop((client, ticket));
        let written = fs::read_to_string(directory.path().join("outbox")).unwrap();
        assert!(
            written.starts_with("{\"hwc_tickets_outbox\":2}\n") && !written.contains("secret"),
            "{written}"
        );
        let outbox = outbox_in(&directory);
        assert_eq!(outbox.list().unwrap().len(), 1);
        let client = service.builder().outbox(outbox).build().unwrap();
        let found = service.clock.run(client.reconcile_outbox());
        let [one] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            matches!(one.outcome, Ok(Outcome::Confirmed(_))),
            acted,
            "{found:?}"
        );
        assert_eq!(
            matches!(one.outcome, Ok(Outcome::Absent)),
            !acted,
            "{found:?}"
        );
        drop(client);
        let left = outbox_in(&directory).list().unwrap();
        // What arrived stays for a while, so that no other submit takes its message for its own.
        assert_eq!(left.len(), usize::from(acted));
        assert!(left.iter().all(Pending::is_settled));
    }
}

#[test]
fn the_same_text_sent_again_before_the_doubt_is_settled_proves_nothing() {
    let directory = TempDir::new().unwrap();
    let service = Service::new();
    service.world().faults = [Fault::Reset(false)].into();
    let send = |op| {
        let client = service
            .builder()
            .outbox(outbox_in(&directory))
            .build()
            .unwrap();
        let ticket = client.ticket("case-1").unwrap();
        service.clock.run(as_op(
            op,
            ticket.submit("ping").confirm(Confirm::Never).into_future(),
        ))
    };
    assert!(send(1).is_err());
    service.clock.advance(Duration::from_secs(60));
    assert!(send(2).is_ok());
    service.clock.advance(Duration::from_secs(60));
    // The first one is lost, and the second one looks just like it.
    let client = service
        .builder()
        .outbox(outbox_in(&directory))
        .build()
        .unwrap();
    let found = service.clock.run(client.reconcile_outbox());
    assert!(
        matches!(found[..], [ref one] if matches!(one.outcome, Ok(Outcome::Unknown(_)))),
        "{found:?}"
    );
}

#[test]
fn two_processes_do_not_share_a_file() {
    let directory = TempDir::new().unwrap();
    let held = outbox_in(&directory);
    let error = FileOutbox::open(directory.path().join("outbox")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    drop(held);
    outbox_in(&directory);
}

#[test]
fn a_line_that_was_being_written_at_the_end_is_left_out() {
    let directory = TempDir::new().unwrap();
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let client = service
        .builder()
        .outbox(outbox_in(&directory))
        .build()
        .unwrap();
    let ticket = client.ticket("case-1").unwrap();
    let _ = service
        .clock
        .run(ticket.submit("x").confirm(Confirm::Never).into_future());
    drop((client, ticket));
    let path = directory.path().join("outbox");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"open\":{\"hwc_tickets_pend").unwrap();
    assert_eq!(outbox_in(&directory).list().unwrap().len(), 1);
    assert!(
        fs::read_to_string(&path).unwrap().ends_with("}\n"),
        "the file was made whole again"
    );
}

/// Keys are in any language, so the end of the process may stand in the middle of a letter. A last line that lost nothing but
/// its end is a record all the same: left out, it would be sent once more.
#[test]
fn a_file_that_was_cut_anywhere_in_its_last_line_opens() {
    let directory = TempDir::new().unwrap();
    let service = Service::new();
    service.world().faults = [Fault::Reset(true), Fault::Reset(true)].into();
    let builder = service.builder().outbox(outbox_in(&directory));
    let client = builder.build().unwrap();
    let ticket = client.ticket("case-1").unwrap();
    for (op, key) in [(1, "plain"), (2, "Schlüssel 钥匙")] {
        let submit = (ticket.submit(format!("text {op}")).key(key)).confirm(Confirm::Never);
        assert!(service.clock.run(as_op(op, submit.into_future())).is_err());
    }
    drop((client, ticket));
    // One line for each of them.
    drop(outbox_in(&directory));
    let path = directory.path().join("outbox");
    let whole = fs::read(&path).unwrap();
    let (last_byte, before) = whole.split_last().unwrap();
    assert_eq!(*last_byte, b'\n');
    let begins = before.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let line = &whole[begins..];
    assert!(!line.is_ascii());
    let cuts =
        (0..=line.len()).filter(|cut| *cut < 3 || *cut + 3 > line.len() || !line[*cut].is_ascii());
    for cut in cuts {
        fs::write(&path, &whole[..begins + cut]).unwrap();
        let held = outbox_in(&directory).list().unwrap().len();
        let is_whole = cut + 1 >= line.len();
        assert_eq!(held, 1 + usize::from(is_whole), "cut after {cut} bytes");
    }
}

/// A directory whose path is so long that it holds files with short names alone: none can be written anew in it, by
/// nobody, also not by root.
#[cfg(target_os = "linux")]
fn where_only_short_names_fit(directory: &TempDir) -> std::path::PathBuf {
    // Linux takes paths of 4095 bytes.
    let mut path = directory.path().to_owned();
    while path.as_os_str().len() < 4070 {
        let missing = 4070 - path.as_os_str().len() - 1;
        path.push("d".repeat(missing.clamp(1, 200)));
    }
    fs::create_dir_all(&path).unwrap();
    path
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_what_is_there_is_settled_all_the_same() {
    for acted in [true, false] {
        let directory = TempDir::new().unwrap();
        let service = Service::new();
        service.world().faults = [Fault::Reset(acted)].into();
        let client = |service: &Service| {
            let builder = service.builder().outbox(outbox_in(&directory));
            builder.build().unwrap()
        };
        let first = client(&service);
        let ticket = first.ticket("case-1").unwrap();
        let submit = ticket.submit("only once").confirm(Confirm::Never);
        assert!(service.clock.run(as_op(1, submit.into_future())).is_err());
        drop((first, ticket));
        // The file cannot be replaced, as on a full disk.
        let place = where_only_short_names_fit(&directory).join("outbox");
        fs::rename(directory.path().join("outbox"), &place).unwrap();
        let outbox = FileOutbox::open(&place).unwrap();
        let second = service.builder().outbox(outbox).build().unwrap();
        let found = service.clock.run(second.reconcile_outbox());
        let [one] = &found[..] else {
            panic!("{found:?}")
        };
        let is_there = matches!(one.outcome, Ok(Outcome::Confirmed(_)));
        let is_absent = matches!(one.outcome, Ok(Outcome::Absent));
        assert_eq!((is_there, is_absent), (acted, !acted), "{found:?}");
        // A submit names the file that keeps it from going out.
        let ticket = second.ticket("case-1").unwrap();
        let error = service
            .clock
            .run(ticket.submit("x").into_future())
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Storage, Delivery::NotSent)
        );
        assert!(error.to_string().contains("/outbox: "), "{error}");
    }
}

/// The lock file of an outbox with records stays: where no file can be made (no inode is left, the quota is used up, the
/// directory became read-only), it could not be opened without one.
#[cfg(unix)]
#[test]
fn an_outbox_with_records_opens_where_no_file_can_be_made() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let directory = TempDir::new().unwrap();
    let file = |name: &str| directory.path().join(name);
    let inode = |name: &str| fs::metadata(file(name)).map(|there| there.ino()).ok();
    let set_mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let client = |outbox| service.builder().outbox(outbox).build().unwrap();
    let first = client(outbox_in(&directory));
    let lock = inode("outbox.lock");
    let ticket = first.ticket("case-1").unwrap();
    let submit = ticket.submit("only once").confirm(Confirm::Never);
    assert!(service.clock.run(as_op(1, submit.into_future())).is_err());
    drop((first, ticket));
    // Where permissions do not hold, as for root, the same file shows that none had to be made.
    assert!(lock.is_some() && inode("outbox.lock") == lock);

    // One that cannot be read leaves the lock as it was.
    set_mode(&file("outbox"), 0o640);
    let error = FileOutbox::open(file("outbox")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    set_mode(&file("outbox"), 0o600);
    assert_eq!(inode("outbox.lock"), lock);

    set_mode(directory.path(), 0o500);
    let outbox = outbox_in(&directory);
    let error = FileOutbox::open(file("outbox")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    let second = client(outbox);
    let found = service.clock.run(second.reconcile_outbox());
    assert!(
        matches!(&found[..], [one] if matches!(one.outcome, Ok(Outcome::Confirmed(_)))),
        "{found:?}"
    );
    drop(second);
    set_mode(directory.path(), 0o700);

    // With the last record goes the lock, and one that was not there does not stay beside what cannot be read.
    let outbox = outbox_in(&directory);
    for record in outbox.list().unwrap() {
        outbox.remove(&record.id()).unwrap();
    }
    drop(outbox);
    assert_eq!(inode("outbox.lock"), None);
    fs::write(file("outbox"), "not json\n").unwrap();
    FileOutbox::open(file("outbox")).unwrap_err();
    assert_eq!(inode("outbox.lock"), None);
}

#[test]
fn files_that_are_no_outbox_are_refused_and_left_alone() {
    for content in [
        "not json\n",
        "a line that nobody ended",
        "{\"closed\":\"00\"}",
        "{\"hwc_tickets_outbox\":3}",
        "{\"hwc_tickets_outbox\":2,\"more\":1}",
        "{\"hwc_tickets_outbox\":2}\n{\"hwc_tickets_outbox\":2}",
        "{}\n",
        "{\"hwc_tickets_outbox\":3}\n",
        "{\"closed\":\"00\"}\n",
        "{\"hwc_tickets_outbox\":1}\nx\n",
    ] {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("outbox");
        drop(outbox_in(&directory)); // made with the right mode
        fs::write(&path, content).unwrap();
        let error = FileOutbox::open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{content:?}");
        assert!(error.help().contains("Keep a copy"), "{error:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_private() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("outbox");
    let outbox = outbox_in(&directory);
    for name in ["outbox", "outbox.lock"] {
        assert_eq!(
            fs::metadata(directory.path().join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600,
            "{name}"
        );
    }
    drop(outbox);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = FileOutbox::open(&path).unwrap_err();
    assert!(
        error.kind() == ErrorKind::Storage && error.to_string().contains("chmod 600"),
        "{error}"
    );
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(
        FileOutbox::open(&link)
            .unwrap_err()
            .to_string()
            .contains("symbolic link")
    );
}

#[test]
fn an_outbox_that_cannot_write_keeps_the_message_from_going_out() {
    #[derive(Debug)]
    struct Full;
    impl hwc_tickets::Outbox for Full {
        fn put(&self, _: &Pending) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn remove(&self, _: &hwc_tickets::submit::PendingId) -> std::io::Result<()> {
            Ok(())
        }
        fn list(&self) -> std::io::Result<Vec<Pending>> {
            Ok(Vec::new())
        }
    }
    let service = Service::new();
    let client = service.builder().outbox(Full).build().unwrap();
    let ticket = client.ticket("case-1").unwrap();
    let error = service
        .clock
        .run(ticket.submit("x").into_future())
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Storage, Delivery::NotSent)
    );
    assert_eq!(service.requests("POST"), 0);
}

#[test]
fn many_submits_do_not_make_the_file_grow() {
    let directory = TempDir::new().unwrap();
    let outbox = outbox_in(&directory);
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let ticket = service.client().ticket("case-1").unwrap();
    let error = service
        .clock
        .run(ticket.submit("x").confirm(Confirm::Never).into_future())
        .unwrap_err();
    let pending = error.into_pending().unwrap();
    for _ in 0..400 {
        outbox.put(&pending).unwrap();
        outbox.remove(&pending.id()).unwrap();
    }
    let size = fs::metadata(directory.path().join("outbox")).unwrap().len();
    assert!(size < 200_000, "{size} bytes");
}

/// Leaves `texts` in doubt, all of them stored.
fn leave_in_doubt(service: &Service, shelf: &Shelf, texts: usize) {
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    let ticket = client.ticket("case-1").unwrap();
    for n in 0..texts {
        service.world().faults = [Fault::Reset(true)].into();
        let submit = ticket.submit(format!("text {n}")).confirm(Confirm::Never);
        let sent = service.clock.run(as_op(n as u64, submit.into_future()));
        assert!(sent.is_err());
    }
}

#[test]
fn an_outbox_is_read_once_per_look_however_many_records_it_holds() {
    let (service, shelf) = (Service::new(), Shelf::default());
    leave_in_doubt(&service, &shelf, 60);
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    let (listings, reads) = (shelf.listings(), service.requests("GET"));
    let found = service.clock.run(client.reconcile_outbox());
    assert_eq!(found.len(), 60);
    assert!(
        (found.iter()).all(|one| matches!(one.outcome, Ok(Outcome::Confirmed(_)))),
        "{found:?}"
    );
    let listings = shelf.listings() - listings;
    let reads = service.requests("GET") - reads;
    // Once for the records themselves.
    assert!(listings <= reads + 1, "{listings} for {reads} reads");
    assert!(client.pending().is_empty());
}

#[test]
fn an_outbox_that_cannot_be_read_is_named_where_it_keeps_a_message_from_being_confirmed() {
    let (service, shelf) = (Service::new(), Shelf::default());
    leave_in_doubt(&service, &shelf, 1);
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    let [record] = &client.pending()[..] else {
        panic!("one is pending")
    };
    shelf.damage(Some("pending/00.json: it is not a pending file"));
    let error = service.clock.run(client.reconcile(record)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(error.to_string().contains("pending/00.json"), "{error}");
    // Nothing in the ticket could be it: then it is not the outbox that hinders.
    let other = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let ticket = other.ticket("case-2").unwrap();
    let submit = ticket.submit("lost").confirm(Confirm::Never);
    let error = service.clock.run(as_op(9, submit.into_future()));
    let lost = error.unwrap_err().into_pending().unwrap();
    let outcome = service.clock.run(other.reconcile(&lost));
    assert!(matches!(outcome, Ok(Outcome::Absent)), "{outcome:?}");
    // Mended.
    shelf.damage(None);
    let outcome = service.clock.run(client.reconcile(record));
    assert!(matches!(outcome, Ok(Outcome::Confirmed(_))), "{outcome:?}");
}

/// While one submit waits for its disk, others go on; and one whose record cannot be stored leaves nothing behind.
#[test]
fn nobody_waits_for_the_disk_of_another() {
    use std::sync::{Arc, OnceLock, mpsc};
    #[derive(Debug, Clone, Default)]
    struct Slow(Arc<OnceLock<hwc_tickets::Client>>);
    impl hwc_tickets::Outbox for Slow {
        fn put(&self, _: &Pending) -> std::io::Result<()> {
            let client = self.0.get().unwrap().clone();
            let (tell, told) = mpsc::channel();
            std::thread::spawn(move || tell.send(client.pending().len()));
            let seen = told.recv_timeout(Duration::from_secs(20));
            assert_eq!(seen, Ok(1), "another caller was kept waiting");
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn remove(&self, _: &hwc_tickets::submit::PendingId) -> std::io::Result<()> {
            Ok(())
        }
        fn list(&self) -> std::io::Result<Vec<Pending>> {
            Ok(Vec::new())
        }
    }
    let service = Service::new();
    let outbox = Slow::default();
    let client = service.builder().outbox(outbox.clone()).build().unwrap();
    outbox.0.set(client.clone()).unwrap();
    let ticket = client.ticket("case-1").unwrap();
    let sent = service.clock.run(ticket.submit("x").into_future());
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::Storage);
    assert!(client.pending().is_empty());
}

/// A later version has kinds of lines that this one does not know: that is said, and not that the file is none.
#[test]
fn a_file_of_a_later_version_asks_for_a_newer_build() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("outbox");
    drop(outbox_in(&directory)); // made with the right mode
    let content = "{\"hwc_tickets_outbox\":3}\n{\"of_a_later_kind\":{\"more\":1}}\n";
    fs::write(&path, content).unwrap();
    let error = FileOutbox::open(&path).unwrap_err();
    assert!(error.to_string().contains("use a newer version"), "{error}");
    // The version before had no tickets; a build of it would not read this file.
    fs::write(&path, "{\"hwc_tickets_outbox\":1}\n").unwrap();
    drop(FileOutbox::open(&path).unwrap());
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, "{\"hwc_tickets_outbox\":2}\n");
}

#[test]
fn a_record_of_another_account_is_not_judged() {
    let shelf = Shelf::default();
    let service = Service::new();
    let client = |account: &str| {
        let builder = service.builder().account(account);
        builder.outbox(shelf.clone()).build().unwrap()
    };
    service.world().faults = [Fault::Reset(true)].into();
    let ticket = client("one").ticket("case-1").unwrap();
    let submit = ticket.submit("words").confirm(Confirm::Never);
    let error = service.clock.run(as_op(1, submit.into_future()));
    let pending = error.unwrap_err().into_pending().unwrap();
    let asked = service.line.requests().len();
    let stranger = client("two");
    let error = service.clock.run(stranger.reconcile(&pending)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
    let all = service.clock.run(stranger.reconcile_outbox());
    assert!(all[0].outcome.is_err(), "{all:?}");
    assert_eq!(service.line.requests().len(), asked);
    let found = service.clock.run(client("one").reconcile(&pending));
    assert!(matches!(found, Ok(Outcome::Confirmed(_))), "{found:?}");
}
