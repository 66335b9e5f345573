//! Opening a ticket against the ledger: what each fault comes to, what proves an end and what does not.

mod schedule;

use crate::{
    ledger::{
        alter::Alteration,
        faults::{Fault, ReadFault},
        shelf::Shelf,
    },
    opening::{Service, as_op},
};
use hwc_core::Clock as _;
use hwc_tickets::{
    Client, Created, Delivery, Error, ErrorKind, FileOutbox, Outbox, Pending, PendingTicket,
    Removal, TicketDraft, TicketOutcome, TicketReceipt,
    submit::{PendingId, Resemblance},
};
use jiff::SignedDuration;
use std::{future::IntoFuture as _, io, time::Duration};

fn draft(text: &str) -> TicketDraft {
    TicketDraft::new("kind-1", text)
}

fn create(service: &Service, client: &Client, op: u64, text: &str) -> Result<Created, Error> {
    let create = client.create_ticket(draft(text)).unchecked();
    service.clock.run(as_op(op, create.into_future()))
}

/// A ticket that is in doubt from the start, and its record.
fn in_doubt(service: &Service, client: &Client, op: u64, text: &str) -> PendingTicket {
    let create = client.create_ticket(draft(text)).unchecked();
    let create = create.without_looking();
    let result = service.clock.run(as_op(op, create.into_future()));
    result.unwrap_err().into_pending_ticket().unwrap()
}

/// How it ends, in short.
fn end(result: &Result<Created, Error>) -> &'static str {
    match result {
        Ok(created) => match created.receipt {
            TicketReceipt::Told => "told",
            TicketReceipt::Found => "found",
            _ => "kept",
        },
        Err(error) => match error.delivery() {
            Delivery::NotSent => "not sent",
            Delivery::Rejected => "rejected",
            Delivery::Absent => "absent",
            _ => "unknown",
        },
    }
}

#[test]
fn every_fault_of_the_post_has_its_end() {
    let table = [
        (vec![Fault::None], "told"),
        (vec![Fault::Slow(Duration::from_secs(2))], "told"),
        (vec![Fault::Refused], "told"),
        (vec![Fault::ClosedBefore, Fault::Refused], "told"),
        (vec![Fault::Throttled(1)], "told"),
        // A yes without an id is none.
        (vec![Fault::Yes("{}")], "found"),
        (vec![Fault::Yes(r#"{"incident_id":null}"#)], "found"),
        (vec![Fault::Yes(r#"{"incident_id":"../.."}"#)], "found"),
        (vec![Fault::Reset(true)], "found"),
        (vec![Fault::Hang(true)], "found"),
        (vec![Fault::CutAnswer], "found"),
        (vec![Fault::StalledAnswer], "found"),
        (vec![Fault::Page(true)], "found"),
        (vec![Fault::Status(502, true)], "found"),
        (vec![Fault::Reset(false)], "absent"),
        (vec![Fault::Hang(false)], "absent"),
        (vec![Fault::Status(502, false)], "absent"),
        (vec![Fault::Code("OSM.01010001", false)], "rejected"),
    ];
    for (faults, expected) in table {
        let service = Service::new();
        service.world().open("an earlier one");
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = faults.clone().into();
        let result = create(&service, &service.client(), 1, "The disk is full.");
        assert_eq!(end(&result), expected, "{faults:?}: {result:?}");
        let made = service.world().made(1);
        match result {
            Ok(created) => assert_eq!(made, [created.ticket.to_string()], "{faults:?}"),
            Err(error) => {
                assert!(made.is_empty(), "{faults:?}");
                assert_eq!(error.operation(), Some("create ticket"));
                assert!(!format!("{error:?} {error}").contains("disk"), "{error:?}");
            }
        }
    }
}

#[test]
fn a_lost_answer_is_settled_whatever_the_list_looks_like() {
    for (tickets, page_cap, oldest_first, has_total, acts, expected) in [
        (0, usize::MAX, false, true, true, "found"),
        (0, usize::MAX, false, true, false, "absent"),
        // Nothing says that a list without rows and without a total is empty.
        (0, usize::MAX, false, false, false, "unknown"),
        (7, usize::MAX, false, true, false, "absent"),
        (7, usize::MAX, true, true, false, "absent"),
        (7, 3, false, true, true, "found"),
        (7, 3, true, true, true, "found"),
        (7, 6, false, false, false, "absent"),
        (250, usize::MAX, false, true, true, "found"),
        (250, usize::MAX, true, true, true, "found"),
        // More than a dozen pages reach: that it was opened is found, a loss is not.
        (1300, usize::MAX, false, true, true, "found"),
        (1300, usize::MAX, false, true, false, "unknown"),
    ] {
        let service = Service::new();
        {
            let mut world = service.world();
            world.page_cap = page_cap;
            world.oldest_first = oldest_first;
            world.has_total = has_total;
        }
        for number in 0..tickets {
            service.world().open(&format!("words {number}"));
            service.clock.advance(Duration::from_secs(30));
        }
        service.world().faults = [Fault::Reset(acts)].into();
        let result = create(&service, &service.client(), 1, "The disk is full.");
        let what = (tickets, page_cap, oldest_first, has_total, acts);
        assert_eq!(end(&result), expected, "{what:?}: {result:?}");
        assert_eq!(service.world().posts, 1, "{what:?}");
    }
}

/// Looking takes no longer than it has to: to the first look that finds the ticket, or to the end of the consistency window. Where
/// the look at that end fails, the next one comes after the usual pause.
#[test]
fn looking_ends_as_soon_as_it_is_known_what_became_of_it() {
    // Before the window ends there are five looks.
    let failing_at_its_end = [vec![ReadFault::None; 5], vec![ReadFault::Status(503)]].concat();
    for (acts, faults, seconds) in [
        (true, Vec::new(), 0..1),
        (false, Vec::new(), 10..11),
        (false, failing_at_its_end, 16..21),
    ] {
        let service = Service::new();
        // Dates have whole seconds, and the first look has to have a later one than the list before.
        service.clock.advance(Duration::from_millis(900));
        service.world().faults = [Fault::Reset(acts)].into();
        let client = service.client();
        let pending = in_doubt(&service, &client, 1, "The disk is full.");
        service.world().read_faults = faults.clone().into();
        let began = service.clock.elapsed();
        let outcome = service
            .clock
            .run(client.reconcile_ticket(&pending))
            .unwrap();
        let took = service.clock.elapsed() - began;
        match acts {
            true => assert!(matches!(outcome, TicketOutcome::Confirmed(_))),
            false => assert_eq!(outcome, TicketOutcome::Absent),
        }
        assert!(seconds.contains(&took.as_secs()), "{faults:?}: {took:?}");
    }
}

/// That no list could be read is an error. Where any could, what it shows is told, whatever became of the other reads.
#[test]
fn a_read_that_fails_is_an_error_only_where_none_succeeded() {
    for (failing, has_read) in [(1, true), (100, false)] {
        let service = Service::new();
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(false)].into();
        let client = service.client();
        let pending = in_doubt(&service, &client, 1, "The disk is full.");
        service.world().open("something else");
        service.world().read_faults = vec![ReadFault::Status(503); failing].into();
        let began = service.clock.elapsed();
        let outcome = service.clock.run(client.reconcile_ticket(&pending));
        let took = service.clock.elapsed() - began;
        match outcome {
            Ok(TicketOutcome::Unknown(candidates)) => {
                assert!(has_read);
                assert_eq!(candidates.len(), 1);
            }
            Ok(outcome) => panic!("{outcome:?}"),
            Err(error) => {
                assert!(!has_read, "{error}");
                assert_eq!(error.kind(), ErrorKind::Unavailable);
                assert_eq!(error.operation(), Some("reconcile ticket"));
                assert_eq!(error.elapsed(), took);
            }
        }
        assert_eq!(client.pending_tickets().len(), 1);
    }
}

/// Of a record that the caller alone kept it is not known what else was sent: a ticket with the same words is its own only if it was
/// opened at that time.
#[test]
fn a_record_that_the_caller_alone_kept_is_settled_by_the_time_too() {
    for acts in [true, false] {
        let service = Service::new();
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(acts)].into();
        let pending = in_doubt(&service, &service.client(), 1, "The disk is full.");
        if !acts {
            service.clock.advance(Duration::from_secs(3600));
            service.world().open("The disk is full.");
        }
        let outcome = service
            .clock
            .run(service.client().reconcile_ticket(&pending))
            .unwrap();
        match outcome {
            TicketOutcome::Confirmed(id) => {
                assert_eq!(service.world().made(1), [id.to_string()]);
            }
            TicketOutcome::Unknown(candidates) => {
                assert!(!acts, "{candidates:?}");
                assert_eq!(candidates.len(), 1);
                assert_eq!(candidates[0].resemblance, Resemblance::SameText);
                assert_eq!(candidates[0].in_time, Some(false));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_altered_description_is_found_or_stays_in_doubt() {
    let text = "The \u{201c}disk\u{201d}  is full,\nsince 12345 <b>noon</b>.";
    for altered in Alteration::ALL {
        for acts in [true, false] {
            let service = Service::new();
            service.world().altered = altered;
            service.world().open("an earlier one");
            service.clock.advance(Duration::from_secs(60));
            service.world().faults = [Fault::Reset(acts)].into();
            let result = create(&service, &service.client(), 1, text);
            let expected = match acts {
                true if altered.keeps_words() => "found",
                true => "unknown",
                false => "absent",
            };
            assert_eq!(end(&result), expected, "{altered:?}: {result:?}");
        }
    }
}

/// A ticket of another one that appears meanwhile proves nothing, and keeps a loss from being proven.
#[test]
fn a_colleagues_ticket_leaves_a_loss_in_doubt_and_is_shown() {
    let service = Service::new();
    service.world().open("an earlier one");
    service.clock.advance(Duration::from_secs(60));
    service.world().faults = [Fault::Reset(false)].into();
    let client = service.client();
    let pending = in_doubt(&service, &client, 1, "The disk is full.");
    service.world().open("something else");
    let outcome = service
        .clock
        .run(client.reconcile_ticket(&pending))
        .unwrap();
    let TicketOutcome::Unknown(candidates) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0].resemblance, Resemblance::OtherText);
    assert_eq!(client.pending_tickets().len(), 1);
    client.forget_ticket(pending.id()).unwrap();
    assert!(client.pending_tickets().is_empty());
}

/// Two of the same description look the same: neither is taken for the other.
#[test]
fn one_of_two_alike_is_never_proof_of_the_other() {
    for other_acts in [true, false] {
        let service = Service::new();
        let shelf = Shelf::default();
        let one = service.builder().outbox(shelf.clone()).build().unwrap();
        let two = service.builder().outbox(shelf).build().unwrap();
        service.world().faults = [Fault::Reset(false), Fault::Reset(other_acts)].into();
        let first = in_doubt(&service, &one, 1, "The disk is full.");
        let second = create(&service, &two, 2, "The disk is full.");
        let outcome = service.clock.run(one.reconcile_ticket(&first)).unwrap();
        match other_acts {
            true => {
                assert_eq!(end(&second), "unknown");
                let TicketOutcome::Unknown(candidates) = outcome else {
                    panic!("{outcome:?}");
                };
                assert_eq!(candidates[0].resemblance, Resemblance::SameText);
            }
            false => assert_eq!(outcome, TicketOutcome::Absent),
        }
    }
}

/// What the service said to be another's ticket is nobody else's, also in another process.
#[test]
fn a_ticket_that_the_service_named_for_another_is_not_in_question() {
    let service = Service::new();
    let shelf = Shelf::default();
    let one = service.builder().outbox(shelf.clone()).build().unwrap();
    let two = service.builder().outbox(shelf).build().unwrap();
    service.world().faults = [Fault::Reset(false), Fault::None].into();
    let first = in_doubt(&service, &one, 1, "The disk is full.");
    assert_eq!(end(&create(&service, &two, 2, "The disk is full.")), "told");
    let outcome = service.clock.run(one.reconcile_ticket(&first)).unwrap();
    assert_eq!(outcome, TicketOutcome::Absent);
}

/// An older state of the list, a copy on the way, a list that lacks what was there: none proves a loss.
#[test]
fn an_older_list_proves_no_loss() {
    for is_copy in [true, false] {
        let service = Service::new();
        service.world().open("an earlier one");
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(true)].into();
        let client = service.client();
        let pending = in_doubt(&service, &client, 1, "The disk is full.");
        match is_copy {
            true => service.world().copy_of = Some(Duration::ZERO),
            false => service
                .world()
                .tickets
                .iter_mut()
                .for_each(|it| it.deleted = true),
        }
        let outcome = service.clock.run(client.reconcile_ticket(&pending));
        let is_unknown = matches!(outcome, Ok(TicketOutcome::Unknown(_)));
        assert!(is_unknown, "{is_copy}: {outcome:?}");
    }
}

#[test]
fn clocks_that_are_off_prove_nothing() {
    for ahead in [-28_800, -3600, -70, -5, 0, 5, 70, 28_800] {
        for acts in [true, false] {
            let service = Service::new();
            service.world().stamps_ahead = SignedDuration::from_secs(ahead);
            service.world().open("an earlier one");
            service.clock.advance(Duration::from_secs(60));
            service.world().faults = [Fault::Reset(acts)].into();
            let result = create(&service, &service.client(), 1, "ping");
            let expected = if acts { "found" } else { "absent" };
            assert_eq!(end(&result), expected, "{ahead}: {result:?}");
        }
    }
}

/// Reading the list to its end took most of the time since: its first page tells what the clock of the service showed when that came,
/// and not afterwards. The other ticket is not in sight yet when this one's list is read, and is no proof of it later.
#[test]
fn a_list_that_is_read_slowly_puts_no_ticket_earlier() {
    let (service, shelf) = (Service::new(), Shelf::default());
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    {
        let mut world = service.world();
        world.stamps_ahead = SignedDuration::from_secs(4);
        world.open("an earlier one");
        world.lag = Duration::from_secs(9);
        world.faults = [Fault::Reset(true), Fault::Reset(false)].into();
        // Of the second page.
        let slow = ReadFault::Slow(Duration::from_secs(9));
        world.read_faults = [ReadFault::None, slow].into();
    }
    service.clock.advance(Duration::from_secs(60));
    in_doubt(&service, &client(), 1, "The disk is full.");
    service.clock.advance(Duration::from_secs(7));
    let result = create(&service, &client(), 2, "The disk is full.");
    assert_eq!(end(&result), "unknown", "{result:?}");
    let world = service.world();
    let made = (world.made(1).len(), world.made(2).len());
    assert_eq!((made, world.posts), ((1, 0), 2));
}

#[test]
fn a_read_that_fails_once_before_keeps_nothing_from_being_opened() {
    for fault in [
        ReadFault::Refused,
        ReadFault::Status(503),
        ReadFault::Page,
        ReadFault::Cut,
    ] {
        let service = Service::new();
        service.world().read_faults = vec![fault.clone()].into();
        let result = create(&service, &service.client(), 1, "ping");
        assert_eq!(end(&result), "told", "{fault:?}: {result:?}");
    }
}

/// A record survives the client, in its file, and says why it was removed.
#[test]
fn a_file_keeps_the_record_across_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let service = Service::new();
    let open = || {
        let outbox = FileOutbox::open(&path).unwrap();
        service.builder().outbox(outbox).build().unwrap()
    };
    service.world().faults = [Fault::Reset(false)].into();
    let pending = in_doubt(&service, &open(), 1, "The disk is full.");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("disk"), "{written}");
    let client = open();
    assert_eq!(client.pending_tickets()[0].id(), pending.id());
    let outcomes = service.clock.run(client.reconcile_tickets());
    assert!(matches!(outcomes[0].outcome, Ok(TicketOutcome::Absent)));
    assert!(client.pending_tickets().is_empty());
    drop(client);
    let removed = FileOutbox::open(&path).unwrap().removed();
    assert_eq!(removed.len(), 1);
    assert_eq!(
        (removed[0].id, removed[0].why),
        (pending.id(), Removal::Absent)
    );
}

/// An outbox that knows messages alone, as one for an earlier version does.
#[derive(Debug)]
struct MessagesAlone(Shelf);

impl Outbox for MessagesAlone {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        self.0.put(pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.0.remove(id)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        self.0.list()
    }
}

/// Nothing is sent that the outbox could not keep.
#[test]
fn an_outbox_that_keeps_no_tickets_is_an_error_before_anything_is_sent() {
    let service = Service::new();
    let outbox = MessagesAlone(Shelf::default());
    let client = service.builder().outbox(outbox).build().unwrap();
    let error = create(&service, &client, 1, "ping").unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Storage, Delivery::NotSent)
    );
    assert_eq!(service.world().posts, 0);
}

#[test]
fn an_outbox_that_cannot_be_read_keeps_the_doubt() {
    let service = Service::new();
    let shelf = Shelf::default();
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let pending = in_doubt(&service, &client, 1, "ping");
    shelf.damage(Some("it is damaged"));
    let error = service
        .clock
        .run(client.reconcile_ticket(&pending))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    shelf.damage(None);
    let outcome = service
        .clock
        .run(client.reconcile_ticket(&pending))
        .unwrap();
    let made = service.world().made(1);
    assert!(matches!(outcome, TicketOutcome::Confirmed(id) if made == [id.to_string()]));
}

/// A file that grew without an end could not be opened again.
#[test]
fn a_full_file_takes_no_new_record_and_can_be_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let service = Service::new();
    let open = || {
        let outbox = FileOutbox::open(&path).unwrap();
        service.builder().outbox(outbox).build().unwrap()
    };
    service.world().faults = [Fault::Reset(true)].into();
    let pending = in_doubt(&service, &open(), 1, "ping");
    let mut large = serde_json::to_value(&pending).unwrap();
    large["problem_type"] = "x".repeat(33 << 20).into();
    let written = std::fs::read_to_string(&path).unwrap();
    let first = written.lines().next().unwrap();
    let record = serde_json::json!({ "open_ticket": large });
    std::fs::write(&path, format!("{first}\n{record}\n")).unwrap();
    let client = open();
    let error = create(&service, &client, 2, "pong").unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Storage, Delivery::NotSent)
    );
    assert!(error.to_string().contains("acknowledge"), "{error}");
    assert_eq!(service.world().posts, 1);
    // What stands in it can be settled, and then there is room.
    client.forget_ticket(pending.id()).unwrap();
    create(&service, &client, 3, "pong").unwrap();
    drop(client);
    assert!(open().pending_tickets().is_empty());
}

/// One record that cannot be read keeps nobody from opening a ticket, and hides no other one.
#[test]
fn an_outbox_that_cannot_be_read_stops_no_ticket_and_hides_none() {
    let service = Service::new();
    let shelf = Shelf::default();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let pending = in_doubt(&service, &client(), 1, "ping");
    let other = client();
    assert_eq!(other.pending_tickets().len(), 1);
    shelf.damage(Some("it is damaged"));
    let [open] = &other.pending_tickets()[..] else {
        panic!("one is in doubt")
    };
    assert_eq!(open.id(), pending.id());
    let created = create(&service, &other, 2, "pong").unwrap();
    assert_eq!(created.receipt, TicketReceipt::Told);
    // With a key it matters what there is.
    let keyed = other.create_ticket(draft("pang")).unchecked().key("job-1");
    let error = service.clock.run(as_op(3, keyed.into_future()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Storage);
    assert_eq!(service.world().posts, 2);
}

/// The written form stays readable: of a later version it is refused, and it comes back as it was.
#[test]
fn a_record_comes_back() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let pending = in_doubt(&service, &service.client(), 1, "ping");
    let written = serde_json::to_value(&pending).unwrap();
    let again: PendingTicket = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written);
    assert!(again.is_of("ping ") && !again.is_of("pong"));
    let mut later = written;
    later["hwc_tickets_pending_ticket"] = 2.into();
    let error = serde_json::from_value::<PendingTicket>(later).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
}

/// Records that a program keeps itself are looked for together.
#[test]
fn any_number_of_records_is_settled_by_the_reads_of_one() {
    let reads = |records: u64| {
        let service = Service::new();
        let client = service.client();
        service.world().faults = (0..records).map(|_| Fault::Reset(true)).collect();
        let records: Vec<PendingTicket> = (0..records)
            .map(|op| in_doubt(&service, &client, op, &format!("disk {op} is full")))
            .collect();
        let before = service.line.requests().len();
        let found = service.clock.run(client.reconcile_all_tickets(records));
        for one in &found {
            let outcome = &one.outcome;
            assert!(
                matches!(outcome, Ok(TicketOutcome::Confirmed(_))),
                "{one:?}"
            );
        }
        service.line.requests().len() - before
    };
    let one = reads(1);
    assert!(one > 0 && reads(6) < 2 * one);
}

/// Another account knows nothing of a ticket: what that one shows judges no record of it.
#[test]
fn a_record_of_another_account_is_not_judged() {
    for acts in [true, false] {
        let service = Service::new();
        let elsewhere = Service::on(service.clock.clone());
        let shelf = Shelf::default();
        let own = || service.builder().outbox(shelf.clone()).build().unwrap();
        service.world().faults = [Fault::Reset(acts)].into();
        let pending = in_doubt(&service, &own(), 1, "The disk is full.");
        let stranger = elsewhere.builder().account("another");
        let stranger = stranger.outbox(shelf.clone()).build().unwrap();
        assert!(stranger.origin().is_another(pending.origin().unwrap()));
        let reconciled = service.clock.run(stranger.reconcile_tickets());
        let error = reconciled[0].outcome.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
        let told = error.to_string();
        for part in [
            "another account",
            "\"of the tests\"",
            "\"another\"",
            "nothing was read",
        ] {
            assert!(told.contains(part), "{told}");
        }
        assert!(error.help().contains("credentials"), "{error}");
        assert_eq!(elsewhere.line.requests().len(), 0);
        assert_eq!(stranger.pending_tickets().len(), 1);
        assert!(shelf.removed().is_empty());
        // The same account at another address is another one, too.
        let moved = service.builder().endpoint("https://osm.example");
        let moved = moved.outbox(shelf.clone()).build().unwrap();
        let error = service
            .clock
            .run(moved.reconcile_ticket(&pending))
            .unwrap_err();
        assert!(error.to_string().contains("osm.example"), "{error}");
        let outcome = service.clock.run(own().reconcile_ticket(&pending));
        match acts {
            true => assert!(matches!(outcome, Ok(TicketOutcome::Confirmed(_)))),
            false => assert_eq!(outcome.unwrap(), TicketOutcome::Absent),
        }
    }
}

/// Only a ticket that was there before ties two lists to one account, where nothing else says whose they are.
#[test]
fn a_token_proves_nothing_from_an_empty_list() {
    for (is_first, acts) in [(true, true), (true, false), (false, true), (false, false)] {
        let service = Service::new();
        if !is_first {
            service.world().open("an earlier one");
            service.clock.advance(Duration::from_secs(60));
        }
        let shelf = Shelf::default();
        let client = || {
            let builder = service.builder_with_token();
            builder.outbox(shelf.clone()).build().unwrap()
        };
        service.world().faults = [Fault::Reset(acts)].into();
        let pending = in_doubt(&service, &client(), 1, "The disk is full.");
        let outcome = service.clock.run(client().reconcile_ticket(&pending));
        match (is_first, acts) {
            (true, true) => {
                let Ok(TicketOutcome::Unknown(candidates)) = outcome else {
                    panic!("{outcome:?}");
                };
                assert_eq!(candidates[0].resemblance, Resemblance::SameText);
            }
            (true, false) => {
                let error = outcome.unwrap_err();
                assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
                assert!(error.help().contains("account"), "{error}");
            }
            (false, true) => assert!(matches!(outcome, Ok(TicketOutcome::Confirmed(_)))),
            (false, false) => assert_eq!(outcome.unwrap(), TicketOutcome::Absent),
        }
        assert_eq!(client().pending_tickets().is_empty(), !is_first);
    }
    // The client that sent it knows who it is.
    let service = Service::new();
    service.world().faults = [Fault::Reset(false)].into();
    let client = service.builder_with_token().build().unwrap();
    assert_eq!(end(&create(&service, &client, 1, "ping")), "absent");
}

/// A record of an earlier version does not say where it was sent.
#[test]
fn a_record_without_an_origin_is_read() {
    let service = Service::new();
    service.world().open("an earlier one");
    service.clock.advance(Duration::from_secs(60));
    service.world().faults = [Fault::Reset(false)].into();
    let pending = in_doubt(&service, &service.client(), 1, "The disk is full.");
    let mut written = serde_json::to_value(&pending).unwrap();
    assert_eq!(written["origin"]["account_name"], "of the tests");
    assert!(written.as_object_mut().unwrap().remove("origin").is_some());
    let pending: PendingTicket = serde_json::from_value(written).unwrap();
    assert!(pending.origin().is_none());
    let outcome = service
        .clock
        .run(service.client().reconcile_ticket(&pending));
    assert_eq!(outcome.unwrap(), TicketOutcome::Absent);
}
