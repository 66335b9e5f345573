//! A caller's key: nothing is sent twice under it, across crashes and restarts, until the caller has taken note.

mod schedule;

use crate::{
    cancel::poll_at_most,
    ledger::{
        self,
        faults::{Fault, ReadFault},
        shelf::Shelf,
    },
    opening,
};
use futures_util::future::join;
use hwc_core::Clock as _;
use hwc_tickets::{
    AttachmentId, Client, Confirm, Created, Delivery, Error, ErrorKind, FileOutbox, Outbox,
    Outcome, Pending, Receipt, Removal, Sent, TicketDraft, TicketReceipt, submit::PendingId,
};
use std::{future::IntoFuture as _, io, time::Duration};

const TICKET: &str = "case-1";

fn create(service: &opening::Service, client: &Client, text: &str) -> Result<Created, Error> {
    let create = client.create_ticket(TicketDraft::new("kind-1", text));
    let create = create.unchecked().key("job-1").into_future();
    service.clock.run(opening::as_op(1, create))
}

fn submit(service: &ledger::Service, client: &Client, text: &str) -> Result<Sent, Error> {
    let submit = client.ticket(TICKET).unwrap().submit(text).key("job-1");
    service.clock.run(ledger::as_op(1, submit.into_future()))
}

#[test]
fn without_a_durable_outbox_a_key_is_an_error() {
    let service = opening::Service::new();
    let error = create(&service, &service.client(), "words").unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::InvalidInput, Delivery::NotSent)
    );
    assert_eq!(service.world().posts, 0);
    let service = ledger::Service::new();
    let error = submit(&service, &service.client(), "words").unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::InvalidInput, Delivery::NotSent)
    );
    assert_eq!(service.requests("POST"), 0);
}

#[test]
fn the_same_key_gives_the_kept_outcome_until_it_is_acknowledged() {
    let shelf = Shelf::default();
    let tickets = opening::Service::new();
    let messages = ledger::Service::new();
    let of_tickets = || tickets.builder().outbox(shelf.clone()).build().unwrap();
    let of_messages = || messages.builder().outbox(shelf.clone()).build().unwrap();
    let first = create(&tickets, &of_tickets(), "words").unwrap();
    let sent = submit(&messages, &of_messages(), "words").unwrap();
    assert_eq!(
        (first.receipt, sent.receipt),
        (TicketReceipt::Told, Receipt::Accepted)
    );
    // Within one client, and after a restart; also after so long that others are forgotten.
    for pause in [0, 1, 600, 100_000] {
        tickets.clock.advance(Duration::from_secs(pause));
        messages.clock.advance(Duration::from_secs(pause));
        let again = create(&tickets, &of_tickets(), "words").unwrap();
        assert_eq!((again.receipt, again.attempts), (TicketReceipt::Kept, 0));
        assert_eq!(again.ticket, first.ticket);
        let again = submit(&messages, &of_messages(), "words").unwrap();
        assert_eq!((again.receipt, again.attempts), (Receipt::Kept, 0));
    }
    let error = create(&tickets, &of_tickets(), "other words").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = submit(&messages, &of_messages(), "other words").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!((tickets.world().posts, messages.requests("POST")), (1, 1));
    of_tickets().acknowledge("job-1").unwrap();
    of_tickets().acknowledge("job-1").unwrap();
    let second = create(&tickets, &of_tickets(), "words").unwrap();
    assert_eq!(second.receipt, TicketReceipt::Told);
    assert_ne!(second.ticket, first.ticket);
    let sent = submit(&messages, &of_messages(), "words").unwrap();
    assert_eq!(sent.receipt, Receipt::Accepted);
}

/// A person ends a doubt that stays, and then gives its key free: what is submitted under it is another message.
#[test]
fn a_doubt_that_was_forgotten_gives_its_key_free() {
    for acts in [true, false] {
        let shelf = Shelf::default();
        let service = ledger::Service::new();
        let client = || service.builder().outbox(shelf.clone()).build().unwrap();
        service.world().faults = [Fault::Reset(acts)].into();
        let ticket = client().ticket(TICKET).unwrap();
        let first = ticket.submit("words").key("job-1").confirm(Confirm::Never);
        let first = ledger::as_op(1, first.into_future());
        let error = service.clock.run(first).unwrap_err();
        let locked = client().acknowledge("job-1").unwrap_err();
        assert_eq!(locked.kind(), ErrorKind::Locked);
        // What it advises is about keys, and not about other programs.
        assert!(locked.help().contains("same key"), "{}", locked.help());
        let pending = error.into_pending().unwrap();
        assert_eq!(pending.key(), Some("job-1"));
        client().forget(pending.id()).unwrap();
        client().acknowledge("job-1").unwrap();
        let again = submit(&service, &client(), "words").unwrap();
        assert_eq!(again.receipt, Receipt::Accepted);
        assert_eq!(service.requests("POST"), 2);
    }
}

/// A program that died, or whose answer was lost, goes on with the same key.
#[test]
fn a_doubt_is_settled_before_anything_is_sent_again() {
    for acts in [true, false] {
        let shelf = Shelf::default();
        let service = opening::Service::new();
        let client = || service.builder().outbox(shelf.clone()).build().unwrap();
        service.world().faults = [Fault::Reset(acts)].into();
        let first = client().create_ticket(TicketDraft::new("kind-1", "words"));
        let first = first.unchecked().key("job-1").without_looking();
        let first = opening::as_op(1, first.into_future());
        assert!(service.clock.run(first).is_err());
        let error = client().acknowledge("job-1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        let again = create(&service, &client(), "words").unwrap();
        let made = service.world().made(1);
        assert_eq!(made, [again.ticket.to_string()]);
        let (receipt, posts) = match acts {
            true => (TicketReceipt::Found, 1),
            false => (TicketReceipt::Told, 2),
        };
        assert_eq!((again.receipt, service.world().posts), (receipt, posts));
        let removed = shelf.removed();
        assert_eq!(removed.contains(&Removal::Absent), !acts, "{removed:?}");

        let shelf = Shelf::default();
        let service = ledger::Service::new();
        let client = || service.builder().outbox(shelf.clone()).build().unwrap();
        service.world().faults = [Fault::Reset(acts)].into();
        let first = client()
            .ticket(TICKET)
            .unwrap()
            .submit("words")
            .key("job-1");
        let first = first.confirm(Confirm::Never).into_future();
        assert!(service.clock.run(ledger::as_op(1, first)).is_err());
        let error = client().acknowledge("job-1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        let again = submit(&service, &client(), "words").unwrap();
        assert_eq!(again.is_confirmed(), acts);
        assert_eq!(service.world().arrived(1), 1);
        assert_eq!(service.requests("POST"), if acts { 1 } else { 2 });
    }
}

/// A person has ended the doubt, and what was sent may be there: its key sends nothing more until it is given free.
#[test]
fn what_is_forgotten_holds_its_key_until_that_is_given_free() {
    let check = |error: &Error| {
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("forgotten"), "{error}");
        let help = error.help();
        assert!(help.contains("acknowledge"), "{help}");
    };
    let shelf = Shelf::default();
    let service = ledger::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let (own, other) = (client(), client());
    let first = own.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    let error = service.clock.run(ledger::as_op(1, first)).unwrap_err();
    let pending = error.into_pending().unwrap();
    own.forget(pending.id()).unwrap();
    assert!(own.pending().is_empty() && other.pending().is_empty());
    for client in [&own, &other, &client()] {
        let error = submit(&service, client, "words").unwrap_err();
        check(&error);
        assert!(error.pending().is_some_and(Pending::is_forgotten));
    }
    assert_eq!(service.requests("POST"), 1);
    other.acknowledge("job-1").unwrap();
    assert!(shelf.list().unwrap().is_empty());
    assert_eq!(shelf.removed(), [Removal::Forgotten]);
    let sent = submit(&service, &own, "words").unwrap();
    assert_eq!(sent.receipt, Receipt::Accepted);

    let shelf = Shelf::default();
    let service = opening::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let (own, other) = (client(), client());
    let first = own.create_ticket(TicketDraft::new("kind-1", "words"));
    let first = first.unchecked().key("job-1").without_looking();
    let first = opening::as_op(1, first.into_future());
    let error = service.clock.run(first).unwrap_err();
    let pending = error.into_pending_ticket().unwrap();
    own.forget_ticket(pending.id()).unwrap();
    assert!(own.pending_tickets().is_empty() && other.pending_tickets().is_empty());
    for client in [&own, &other, &client()] {
        let error = create(&service, client, "words").unwrap_err();
        check(&error);
        let record = error.pending_ticket().unwrap();
        assert!(record.is_forgotten());
    }
    assert_eq!(service.world().posts, 1);
    other.acknowledge("job-1").unwrap();
    assert_eq!(shelf.removed(), [Removal::Forgotten]);
    let made = create(&service, &own, "words").unwrap();
    assert_eq!(made.receipt, TicketReceipt::Told);
}

/// A program that runs on sends nothing under a key whose doubt a person has ended elsewhere, also where nothing arrived.
#[test]
fn what_another_process_forgot_is_forgotten() {
    let shelf = Shelf::default();
    let service = ledger::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let (own, other) = (client(), client());
    let first = own.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    let error = service.clock.run(ledger::as_op(1, first)).unwrap_err();
    other.forget(error.pending().unwrap().id()).unwrap();
    assert!(own.pending().is_empty());
    service.clock.advance(Duration::from_secs(60));
    let error = submit(&service, &own, "words").unwrap_err();
    assert!(error.pending().is_some_and(Pending::is_forgotten));
    assert_eq!(service.requests("POST"), 1);
    other.acknowledge("job-1").unwrap();
    let sent = submit(&service, &own, "words").unwrap();
    assert_eq!(sent.receipt, Receipt::Accepted);

    let shelf = Shelf::default();
    let service = opening::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let (own, other) = (client(), client());
    let first = own.create_ticket(TicketDraft::new("kind-1", "words"));
    let first = first.unchecked().key("job-1").without_looking();
    let first = opening::as_op(1, first.into_future());
    let error = service.clock.run(first).unwrap_err();
    other
        .forget_ticket(error.pending_ticket().unwrap().id())
        .unwrap();
    assert!(own.pending_tickets().is_empty());
    service.clock.advance(Duration::from_secs(60));
    let error = create(&service, &own, "words").unwrap_err();
    assert!(error.pending_ticket().unwrap().is_forgotten());
    assert_eq!(service.world().posts, 1);
    other.acknowledge("job-1").unwrap();
    let made = create(&service, &own, "words").unwrap();
    assert_eq!(made.receipt, TicketReceipt::Told);
}

/// What another process has found out is in doubt no more for the one that sent it.
#[test]
fn what_another_process_settled_is_not_pending() {
    let shelf = Shelf::default();
    let service = ledger::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let own = client();
    let first = own.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    let error = service.clock.run(ledger::as_op(1, first)).unwrap_err();
    let pending = error.into_pending().unwrap();
    assert_eq!(own.pending().len(), 1);
    let found = service.clock.run(client().reconcile(&pending)).unwrap();
    assert!(matches!(found, Outcome::Confirmed(_)), "{found:?}");
    // Nor does who sent it make a doubt of it again, with a person who has not seen that yet.
    own.forget(pending.id()).unwrap();
    assert!(own.pending().is_empty());
    let again = submit(&service, &own, "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);

    let shelf = Shelf::default();
    let service = opening::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let own = client();
    let first = own.create_ticket(TicketDraft::new("kind-1", "words"));
    let first = first.unchecked().key("job-1").without_looking();
    let first = opening::as_op(1, first.into_future());
    assert!(service.clock.run(first).is_err());
    let pending = own.pending_tickets();
    assert_eq!(pending.len(), 1);
    let found = create(&service, &client(), "words").unwrap();
    assert_eq!(found.receipt, TicketReceipt::Found);
    own.forget_ticket(pending[0].id()).unwrap();
    assert!(own.pending_tickets().is_empty());
    let again = create(&service, &own, "words").unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);
}

/// Who has forgotten it can look once more, and a file keeps that it was forgotten.
#[test]
fn what_is_forgotten_can_still_be_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let service = ledger::Service::new();
    let open = || {
        let outbox = FileOutbox::open(&path).unwrap();
        service.builder().outbox(outbox).build().unwrap()
    };
    service.world().faults = [Fault::Reset(true)].into();
    let client = open();
    let first = client.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    let error = service.clock.run(ledger::as_op(1, first)).unwrap_err();
    client.forget(error.pending().unwrap().id()).unwrap();
    drop(client);
    let client = open();
    let error = submit(&service, &client, "words").unwrap_err();
    let pending = error.into_pending().unwrap();
    assert!(pending.is_forgotten());
    let found = service.clock.run(client.reconcile(&pending)).unwrap();
    assert!(matches!(found, Outcome::Confirmed(_)), "{found:?}");
    // To forget what is known changes nothing.
    client.forget(pending.id()).unwrap();
    let again = submit(&service, &client, "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(service.requests("POST"), 1);
}

/// A ticket and a message may have one key. While one of them is in doubt, the other keeps it as well.
#[test]
fn a_key_is_acknowledged_for_all_that_has_it_or_for_nothing() {
    let shelf = Shelf::default();
    let tickets = opening::Service::new();
    let messages = ledger::Service::new();
    let of_tickets = || tickets.builder().outbox(shelf.clone()).build().unwrap();
    let of_messages = || messages.builder().outbox(shelf.clone()).build().unwrap();
    submit(&messages, &of_messages(), "words").unwrap();
    tickets.world().faults = [Fault::Reset(true)].into();
    let create = of_tickets().create_ticket(TicketDraft::new("kind-1", "words"));
    let create = create.unchecked().key("job-1").without_looking();
    let create = opening::as_op(1, create.into_future());
    assert!(tickets.clock.run(create).is_err());
    let error = of_messages().acknowledge("job-1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    let again = submit(&messages, &of_messages(), "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(messages.requests("POST"), 1);
}

/// Where the outcome cannot be written down, this client still knows it, and still by its key.
#[test]
fn a_key_that_cannot_be_acknowledged_is_kept() {
    // The record before it is sent, and not the one afterwards.
    let full = || {
        let shelf = Shelf::default();
        shelf.room(Some(1));
        shelf
    };
    let service = opening::Service::new();
    let client = service.builder().outbox(full()).build().unwrap();
    create(&service, &client, "words").unwrap();
    let error = client.acknowledge("job-1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    let again = create(&service, &client, "words").unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);
    assert_eq!(service.world().posts, 1);

    let service = ledger::Service::new();
    let client = service.builder().outbox(full()).build().unwrap();
    submit(&service, &client, "words").unwrap();
    let error = client.acknowledge("job-1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    let again = submit(&service, &client, "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(service.requests("POST"), 1);
}

/// With a reference tag, which is another one each time, the key still names the same text.
#[test]
fn a_tag_does_not_hide_the_text() {
    let shelf = Shelf::default();
    let service = ledger::Service::new();
    let client = service.builder().outbox(shelf).build().unwrap();
    let submit = || {
        let submit = client.ticket(TICKET).unwrap().submit("words");
        let submit = submit.with_reference().key("job-1").into_future();
        service.clock.run(ledger::as_op(1, submit)).unwrap()
    };
    let (first, again) = (submit(), submit());
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(again.reference, first.reference);
    assert_eq!(service.requests("POST"), 1);
}

/// Services cut long texts, and a record knows a cut one again. A caller who gives half of it means another one.
#[test]
fn a_key_is_that_of_the_whole_text() {
    let long = "words ".repeat(100);
    let part: String = long.chars().take(400).collect();
    let service = opening::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    create(&service, &client, &long).unwrap();
    let error = create(&service, &client, &part).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let again = create(&service, &client, &long).unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);

    let service = ledger::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    submit(&service, &client, &long).unwrap();
    let error = submit(&service, &client, &part).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let again = submit(&service, &client, &long).unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
}

#[test]
fn a_key_of_a_ticket_is_that_of_its_attachments() {
    let service = opening::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    let create = |files: &[&str]| {
        let draft = TicketDraft::new("kind-1", "words");
        let draft = (files.iter()).fold(draft, |draft, id| {
            draft.attach(AttachmentId::new(*id).unwrap())
        });
        let create = client.create_ticket(draft).unchecked().key("job-1");
        let create = opening::as_op(1, create.into_future());
        service.clock.run(create)
    };
    assert_eq!(create(&["file-1"]).unwrap().receipt, TicketReceipt::Told);
    let others: [&[&str]; 3] = [&[], &["file-2"], &["file-1", "file-2"]];
    for other in others {
        let error = create(other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{other:?}: {error}");
    }
    assert_eq!(create(&["file-1"]).unwrap().receipt, TicketReceipt::Kept);
    assert_eq!(service.world().posts, 1);
}

#[test]
fn a_key_that_is_under_way_sends_nothing_beside_it() {
    let service = opening::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    service.world().faults = [Fault::Slow(Duration::from_secs(2))].into();
    let create = || {
        let create = client.create_ticket(TicketDraft::new("kind-1", "words"));
        create.unchecked().key("job-1").into_future()
    };
    let later = async {
        service.clock.sleep(Duration::from_secs(1)).await;
        create().await
    };
    let (first, second) = service.clock.run(join(create(), later));
    assert!(first.is_ok());
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Locked);
    assert_eq!(service.world().posts, 1);
}

#[test]
fn a_refusal_gives_the_key_free() {
    let shelf = Shelf::default();
    let service = opening::Service::new();
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Code("OSM.01010001", false)].into();
    let error = create(&service, &client, "words").unwrap_err();
    assert_eq!(error.delivery(), Delivery::Rejected);
    assert_eq!(shelf.removed(), [Removal::NotDone]);
    client.acknowledge("job-1").unwrap();
    assert!(create(&service, &client, "other words").is_ok());
}

/// The same call again finds out about the part in doubt, and sends those that are missing.
#[test]
fn a_text_in_parts_goes_on_under_its_key() {
    let text = "A sentence of the story. ".repeat(8);
    for acts in [true, false] {
        let shelf = Shelf::default();
        let service = ledger::Service::new();
        let client = || {
            let builder = service.builder().text_limit(60);
            builder.outbox(shelf.clone()).build().unwrap()
        };
        let parts = |confirm| {
            let long = client().ticket(TICKET).unwrap().submit(&text);
            long.key("job-1").confirm(confirm).split_long()
        };
        let texts = parts(Confirm::Never).preview().unwrap();
        assert!(texts.len() >= 4, "{texts:?}");
        service.world().faults = [Fault::None, Fault::Reset(acts)].into();
        let failed = service.clock.run(parts(Confirm::Never).into_future());
        let error = failed.unwrap_err();
        assert_eq!(error.part().map(|part| part.number), Some(2));
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert!(error.pending().unwrap().is_under("job-1"));
        let error = client().acknowledge("job-1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        for _ in 0..2 {
            let sent = service.clock.run(parts(Confirm::OnDoubt).into_future());
            assert_eq!(sent.unwrap().len(), texts.len());
            assert_eq!(service.world().texts(TICKET), texts, "{acts}");
        }
        // It is that of this text.
        let other = client().ticket(TICKET).unwrap();
        let other = other.submit(format!("Other words. {text}")).key("job-1");
        let refused = service.clock.run(other.split_long().into_future());
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
        client().acknowledge("job-1").unwrap();
        let sent = service.clock.run(parts(Confirm::OnDoubt).into_future());
        assert!(sent.is_ok());
        assert_eq!(service.world().texts(TICKET).len(), 2 * texts.len());
    }
}

/// A whole message and a text in parts are two things.
#[test]
fn a_key_of_a_whole_message_is_not_that_of_parts() {
    let service = ledger::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    submit(&service, &client, "words").unwrap();
    let long = client.ticket(TICKET).unwrap().submit("words. ".repeat(400));
    let error = service
        .clock
        .run(long.key("job-1").split_long().into_future());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(service.requests("POST"), 1);
}

/// What another process has found out is the outcome, also where this one began it.
#[test]
fn what_another_process_settled_is_the_answer() {
    let shelf = Shelf::default();
    let service = opening::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    let (one, other) = (client(), client());
    service.world().faults = [Fault::Reset(true)].into();
    let first = one.create_ticket(TicketDraft::new("kind-1", "words"));
    let first = first.unchecked().key("job-1").without_looking();
    let first = opening::as_op(1, first.into_future());
    assert!(service.clock.run(first).is_err());
    let found = create(&service, &other, "words").unwrap();
    assert_eq!(found.receipt, TicketReceipt::Found);
    let again = create(&service, &one, "words").unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);
    assert_eq!(again.ticket, found.ticket);

    let service = ledger::Service::new();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    let (one, other) = (client(), client());
    service.world().faults = [Fault::Reset(true)].into();
    let first = one.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    assert!(service.clock.run(ledger::as_op(1, first)).is_err());
    assert!(submit(&service, &other, "words").unwrap().is_confirmed());
    let again = submit(&service, &one, "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(service.requests("POST"), 1);
}

/// A key stands for one text, also where that has become so short that it is one message.
#[test]
fn a_key_of_parts_is_not_that_of_a_whole_message() {
    let (service, shelf) = (ledger::Service::new(), Shelf::default());
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    let long = client.ticket(TICKET).unwrap().submit("words. ".repeat(400));
    let sent = service
        .clock
        .run(long.key("job-1").split_long().into_future());
    let parts = sent.unwrap().len();
    for splits in [false, true] {
        let short = client.ticket(TICKET).unwrap().submit("words").key("job-1");
        let error = match splits {
            true => service.clock.run(short.split_long().into_future()).err(),
            false => service.clock.run(short.into_future()).err(),
        };
        assert_eq!(error.unwrap().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(service.requests("POST"), parts);
    assert!(parts > 1);
    let listings = shelf.listings();
    client.acknowledge("job-1").unwrap();
    // To know of all of them, to know which there are, and before each is written, that of the text among them.
    assert_eq!(shelf.listings() - listings, 2 + parts + 1);
    assert!(submit(&service, &client, "words").is_ok());
}

#[test]
fn a_record_is_under_its_key_and_under_that_of_its_text() {
    for (own, key, is_under) in [
        (Some("job-1"), "job-1", true),
        (Some("job-1 part 2"), "job-1", true),
        (Some("job-1 part 2"), "job-1 part 2", true),
        (Some("job-1 part 02"), "job-1", false),
        (Some("job-1 part 2 of 3"), "job-1", false),
        (Some("job-1 part 2 part 3"), "job-1", false),
        (Some("job-10"), "job-1", false),
        (Some("job-1"), "job-1 part 2", false),
        (None, "job-1", false),
    ] {
        let record = hwc_tickets::testing::pending(TICKET, own).unwrap();
        assert_eq!(record.is_under(key), is_under, "{own:?} under {key}");
    }
}

/// The keys of parts are made of that of the text. One that was given for something else is not taken for one of them.
#[test]
fn a_key_of_something_else_is_none_of_a_part() {
    let service = ledger::Service::new();
    let client = service.builder().outbox(Shelf::default()).build().unwrap();
    let send = |key: &str| {
        let submit = client.ticket(TICKET).unwrap().submit(format!("for {key}"));
        service.clock.run(submit.key(key).into_future())
    };
    for key in ["job-1 part 1", "job-1 part 27"] {
        let error = send(key).unwrap_err();
        let told = (error.kind(), error.delivery());
        assert_eq!(told, (ErrorKind::InvalidInput, Delivery::NotSent));
        let long = client.ticket(TICKET).unwrap().submit("words. ".repeat(400));
        let error = service.clock.run(long.key(key).split_long().into_future());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let others = [
        "job-1 part 02",
        "job-1 part +2",
        "job-1 part 0",
        "job-1 part ",
    ];
    for key in others {
        send(key).unwrap();
    }
    client.acknowledge("job-1").unwrap();
    for key in others {
        assert_eq!(send(key).unwrap().receipt, Receipt::Kept, "{key}");
    }
    assert_eq!(service.requests("POST"), others.len());
}

/// What would be too long for the key of a later part is told before the first one goes out.
#[test]
fn a_key_that_is_too_long_for_parts_sends_none() {
    let service = ledger::Service::new();
    let builder = service.builder().text_limit(60);
    let client = builder.outbox(Shelf::default()).build().unwrap();
    let long = "A sentence of the story. ".repeat(24);
    for (key, is_short_enough) in [
        ("k".repeat(249), false),
        (String::new(), false),
        ("k".repeat(248), true),
    ] {
        let parts = client.ticket(TICKET).unwrap().submit(&long);
        let parts = parts.key(key).split_long();
        let number = parts.preview().unwrap().len();
        assert!((10..100).contains(&number), "{number}");
        let sent = service.clock.run(parts.into_future());
        match is_short_enough {
            true => assert_eq!(sent.unwrap().len(), number),
            false => {
                assert_eq!(sent.unwrap_err().kind(), ErrorKind::InvalidInput);
                assert_eq!(service.requests("POST"), 0);
            }
        }
    }
}

/// The file keeps the key, and a record with one is of a later version than others.
#[test]
fn a_file_keeps_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let service = ledger::Service::new();
    let open = || {
        let outbox = FileOutbox::open(&path).unwrap();
        service.builder().outbox(outbox).build().unwrap()
    };
    submit(&service, &open(), "words").unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(r#""hwc_tickets_pending":3"#), "{written}");
    assert!(!written.contains("words"), "{written}");
    assert_eq!(
        submit(&service, &open(), "words").unwrap().receipt,
        Receipt::Kept
    );
    open().acknowledge("job-1").unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    let last = written.lines().last().unwrap();
    assert!(last.contains(r#""hwc_tickets_pending":2"#), "{last}");
}

/// What another account sent under a key is not an answer, and nothing is sent beside it.
#[test]
fn a_key_of_another_account_is_an_error() {
    let shelf = Shelf::default();
    let (one, two) = (opening::Service::new(), opening::Service::new());
    let own = one.builder().outbox(shelf.clone()).build().unwrap();
    create(&one, &own, "words").unwrap();
    let stranger = two.builder().account("another");
    let stranger = stranger.outbox(shelf.clone()).build().unwrap();
    let error = create(&two, &stranger, "words").unwrap_err();
    let told = (error.kind(), error.delivery());
    assert_eq!(told, (ErrorKind::InvalidInput, Delivery::NotSent));
    let told = error.to_string();
    for part in [
        "another account",
        "\"of the tests\"",
        "\"another\"",
        "nothing was sent",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(two.line.requests().len(), 0);
    let again = create(&one, &own, "words").unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);

    let service = ledger::Service::new();
    let client = |account: &str| {
        let builder = service.builder().account(account);
        builder.outbox(shelf.clone()).build().unwrap()
    };
    submit(&service, &client("one"), "words").unwrap();
    let error = submit(&service, &client("two"), "words").unwrap_err();
    let told = (error.kind(), error.delivery());
    assert_eq!(told, (ErrorKind::InvalidInput, Delivery::NotSent));
    assert!(error.to_string().contains("another account"), "{error}");
    assert_eq!(service.requests("POST"), 1);
    let again = submit(&service, &client("one"), "words").unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
}

/// A message that never came keeps its key and what was uploaded for it until the next one is written down, wherever the program is
/// killed.
#[test]
fn what_was_uploaded_is_kept_until_the_next_record_stands() {
    let mut polls = 0;
    loop {
        let shelf = Shelf::default();
        let service = ledger::Service::new();
        let client = service.builder().outbox(shelf.clone()).build().unwrap();
        let file = AttachmentId::new("file-1").unwrap();
        let submit = || {
            let submit = client.ticket(TICKET).unwrap().submit("words");
            submit.attach(&file).key("job-1")
        };
        service.world().faults = [Fault::Reset(false)].into();
        let first = submit().confirm(Confirm::Never).into_future();
        assert!(service.clock.run(ledger::as_op(1, first)).is_err());
        // Slow reads make every await a real one.
        service.world().read_faults = vec![ReadFault::Slow(Duration::from_millis(5)); 30].into();
        let again = poll_at_most(submit().into_future(), polls);
        let done = service.clock.run(ledger::as_op(1, again));
        let kept = shelf.list_all().unwrap();
        let kept: Vec<&Pending> = (kept.iter())
            .filter(|it| it.key() == Some("job-1"))
            .collect();
        assert_eq!(kept.len(), 1, "{polls} polls");
        if done.is_some() {
            assert!(kept[0].is_settled());
            assert_eq!(service.world().arrived(1), 1);
            assert!(shelf.removed().contains(&Removal::Absent));
            break;
        }
        assert_eq!(kept[0].attachments(), [file], "{polls} polls");
        polls += 1;
    }
    assert!(polls > 5, "{polls}");
}

/// An outbox in which another process settles a record just as it is about to be replaced.
#[derive(Debug)]
struct Meddling {
    shelf: Shelf,
    settled: Pending,
}

impl Outbox for Meddling {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        self.shelf.put(&self.settled)?;
        self.shelf.put(pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.shelf.remove(id)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        self.shelf.list()
    }
}

#[test]
fn a_message_that_is_there_after_all_is_not_sent_again() {
    let (service, shelf) = (ledger::Service::new(), Shelf::default());
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let first = client.ticket(TICKET).unwrap().submit("words").key("job-1");
    let first = first.confirm(Confirm::Never).into_future();
    let error = service.clock.run(ledger::as_op(1, first)).unwrap_err();
    let mut settled = serde_json::to_value(error.into_pending().unwrap()).unwrap();
    settled["settled"] = serde_json::json!({ "wall": "2026-03-01T02:00:01Z" });
    let settled = serde_json::from_value(settled).unwrap();
    let outbox = Meddling { shelf, settled };
    let again = service.builder().outbox(outbox).build().unwrap();
    let sent = submit(&service, &again, "words").unwrap();
    assert_eq!(sent.receipt, Receipt::Kept);
    assert_eq!(service.requests("POST"), 1);
}

/// Each has uploaded its own file for one and the same ticket.
#[test]
fn a_ticket_that_another_process_opened_meanwhile_is_the_answer() {
    let (service, shelf) = (opening::Service::new(), Shelf::default());
    let create = |file: &str| {
        let client = service.builder().outbox(shelf.clone()).build().unwrap();
        let draft = TicketDraft::new("kind-1", "words");
        let draft = draft.attach(AttachmentId::new(file).unwrap());
        let create = client.create_ticket(draft).unchecked();
        create.key("job-1").into_future()
    };
    // One reads the list for longer than the other one needs for everything.
    service.world().read_faults = [ReadFault::Slow(Duration::from_secs(5))].into();
    let later = async {
        service.clock.sleep(Duration::from_secs(1)).await;
        create("file-2").await
    };
    let (first, second) = service.clock.run(join(create("file-1"), later));
    let (first, second) = (first.unwrap(), second.unwrap());
    let receipts = (first.receipt, second.receipt);
    assert_eq!(receipts, (TicketReceipt::Kept, TicketReceipt::Told));
    assert_eq!(first.ticket, second.ticket);
    assert_eq!(first.unused, [AttachmentId::new("file-1").unwrap()]);
    assert!(second.unused.is_empty());
    assert_eq!(service.world().posts, 1);
}

/// A process that was killed as it found its key taken leaves a record beside the one that counts.
#[test]
fn of_two_tickets_under_a_key_the_one_that_is_known_counts() {
    let (service, shelf) = (opening::Service::new(), Shelf::default());
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let first = client().create_ticket(TicketDraft::new("kind-1", "words"));
    let first = first.unchecked().key("job-1").without_looking();
    let error = service.clock.run(first.into_future()).unwrap_err();
    let left = error.into_pending_ticket().unwrap();
    let found = create(&service, &client(), "words").unwrap();
    assert_eq!(found.receipt, TicketReceipt::Found);
    let mut left = serde_json::to_value(left).unwrap();
    left["id"] = "0".repeat(32).into();
    let left = serde_json::from_value(left).unwrap();
    shelf.put_ticket(&left).unwrap();
    let again = create(&service, &client(), "words").unwrap();
    assert_eq!(again.receipt, TicketReceipt::Kept);
    assert_eq!(again.ticket, found.ticket);
    assert_eq!(service.world().posts, 1);
}
