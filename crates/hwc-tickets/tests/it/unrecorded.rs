//! Outcomes that are known while the outbox cannot take note of them: they are told as they are, and so is that.

use crate::{
    ledger::{self, faults::Fault, shelf::Shelf},
    opening,
};
use hwc_tickets::{
    Confirm, Delivery, Error, Outbox, Outcome, Pending, PendingTicket, Receipt, Removal, Sent,
    TicketDraft, TicketOutcome, TicketReceipt,
    submit::{PendingId, Unrecorded},
};
use std::{
    future::IntoFuture as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const TICKET: &str = "case-1";
const KEYS: [Option<&str>; 2] = [None, Some("job-1")];

/// An outbox on a disk that is full as soon as a record is begun: it can take note of no end.
#[derive(Debug, Clone, Default)]
struct Full {
    shelf: Shelf,
    has_room: Arc<AtomicBool>,
}

impl Full {
    fn make_room(&self) {
        self.has_room.store(true, Ordering::Relaxed);
    }

    fn room(&self) -> io::Result<()> {
        match self.has_room.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    /// Its only message.
    fn message(&self) -> Pending {
        let [record]: [Pending; 1] = self.list().unwrap().try_into().unwrap();
        record
    }

    /// Its only ticket.
    fn ticket(&self) -> PendingTicket {
        let [record]: [PendingTicket; 1] = self.list_tickets().unwrap().try_into().unwrap();
        record
    }
}

impl Outbox for Full {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        if pending.is_settled() {
            self.room()?;
        }
        self.shelf.put(pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.room()?;
        self.shelf.remove(id)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        self.shelf.list()
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        if pending.is_settled() {
            self.room()?;
        }
        self.shelf.put_ticket(pending)
    }

    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        self.room()?;
        self.shelf.remove_ticket(id, why)
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        self.shelf.list_tickets()
    }
}

/// What is told of the record `id`.
fn told(id: PendingId) -> Unrecorded {
    let full = io::Error::from(io::ErrorKind::StorageFull);
    Unrecorded::new(id, full.to_string())
}

fn submit(
    service: &ledger::Service,
    outbox: &Full,
    key: Option<&str>,
    confirm: Confirm,
) -> Result<Sent, Error> {
    let client = service.builder().outbox(outbox.clone()).build().unwrap();
    let mut submit = client.ticket(TICKET).unwrap().submit("words");
    submit = submit.confirm(confirm);
    if let Some(key) = key {
        submit = submit.key(key);
    }
    service.clock.run(ledger::as_op(1, submit.into_future()))
}

#[test]
fn a_message_in_the_ticket_is_told_so_and_found_again_after_a_restart() {
    for (fault, confirm, is_confirmed) in [
        (Fault::None, Confirm::OnDoubt, false),
        (Fault::None, Confirm::Always, true),
        // Its answer is lost, and it is read back.
        (Fault::Reset(true), Confirm::OnDoubt, true),
    ] {
        for key in KEYS {
            let (service, outbox) = (ledger::Service::new(), Full::default());
            service.world().faults = [fault.clone()].into();
            let sent = submit(&service, &outbox, key, confirm).unwrap();
            assert_eq!(sent.is_confirmed(), is_confirmed, "{fault:?} {key:?}");
            let record = outbox.message();
            assert!(!record.is_settled());
            assert_eq!(
                sent.unrecorded,
                Some(told(record.id())),
                "{fault:?} {key:?}"
            );

            outbox.make_room();
            let later = service.builder().outbox(outbox.clone()).build().unwrap();
            let found = service.clock.run(later.reconcile_outbox());
            assert!(
                matches!(&found[..], [one] if matches!(one.outcome, Ok(Outcome::Confirmed(_)))),
                "{fault:?} {key:?}: {found:?}"
            );
            assert_eq!(found[0].unrecorded, None);
            assert!(outbox.message().is_settled());
            assert_eq!(service.requests("POST"), 1);
        }
    }
}

/// The client that told the outcome knows it still, so nothing is read.
#[test]
fn what_could_not_be_written_is_written_by_the_same_client_later() {
    for is_key in [true, false] {
        let (service, outbox) = (ledger::Service::new(), Full::default());
        let client = service.builder().outbox(outbox.clone()).build().unwrap();
        let submit = || {
            let submit = client.ticket(TICKET).unwrap().submit("words");
            let submit = submit.key("job-1").into_future();
            service.clock.run(ledger::as_op(1, submit)).unwrap()
        };
        let first = submit();
        let again = submit();
        assert_eq!(again.receipt, Receipt::Kept);
        assert_eq!(again.unrecorded, first.unrecorded);
        assert!(again.unrecorded.is_some() && !outbox.message().is_settled());

        outbox.make_room();
        let requests = service.line.requests().len();
        match is_key {
            true => assert_eq!(submit().unrecorded, None),
            false => assert!(service.clock.run(client.reconcile_outbox()).is_empty()),
        }
        assert!(outbox.message().is_settled());
        assert_eq!(service.line.requests().len(), requests);
    }
}

/// Another process gave the key free meanwhile: its record does not come back.
#[test]
fn a_record_that_is_gone_is_not_written_again() {
    let (service, outbox) = (ledger::Service::new(), Full::default());
    let client = service.builder().outbox(outbox.clone()).build().unwrap();
    let sent = client.ticket(TICKET).unwrap().submit("words").key("job-1");
    let sent = service.clock.run(ledger::as_op(1, sent.into_future()));
    let id = sent.unwrap().unrecorded.unwrap().id;
    outbox.make_room();
    outbox.remove(&id).unwrap();
    assert!(service.clock.run(client.reconcile_outbox()).is_empty());
    assert!(outbox.list().unwrap().is_empty());
}

#[test]
fn each_part_of_a_text_tells_of_its_own_record() {
    let text = "A sentence of the story. ".repeat(8);
    for key in KEYS {
        for failing in [None, Some(3)] {
            let (service, outbox) = (ledger::Service::new(), Full::default());
            let builder = service.builder().text_limit(60).outbox(outbox.clone());
            let client = builder.build().unwrap();
            let mut long = client.ticket(TICKET).unwrap().submit(&text);
            if let Some(key) = key {
                long = long.key(key);
            }
            if failing.is_some() {
                let refused = Fault::Code("OSM.01010001", false);
                service.world().faults = [Fault::None, Fault::None, refused].into();
            }
            let sent = service.clock.run(long.split_long().into_future());
            let unrecorded: Vec<Option<Unrecorded>> = match sent {
                Ok(sent) => sent.into_iter().map(|part| part.unrecorded).collect(),
                Err(error) => {
                    assert_eq!(error.part().map(|part| part.number), failing);
                    let mut all: Vec<_> = (error.sent_parts().iter())
                        .map(|part| part.unrecorded.clone())
                        .collect();
                    assert_eq!(all.len(), 2);
                    all.push(error.unrecorded().cloned());
                    all
                }
            };
            assert!(unrecorded.len() > 2, "{unrecorded:?}");
            let mut ids: Vec<PendingId> = (unrecorded.into_iter())
                .map(|one| one.expect("each of them").id)
                .collect();
            ids.sort();
            let mut kept: Vec<PendingId> = outbox.list().unwrap().iter().map(Pending::id).collect();
            kept.sort();
            assert_eq!(ids, kept, "{key:?} {failing:?}");
        }
    }
}

/// What failed stays the failure that it is, and the next look finds the message absent.
#[test]
fn a_message_that_is_not_there_is_told_so_and_its_record_stays() {
    for (fault, delivery) in [
        (Fault::Code("OSM.01010001", false), Delivery::Rejected),
        (Fault::Reset(false), Delivery::Absent),
    ] {
        for key in KEYS {
            let (service, outbox) = (ledger::Service::new(), Full::default());
            service.world().faults = [fault.clone()].into();
            let error = submit(&service, &outbox, key, Confirm::OnDoubt).unwrap_err();
            assert_eq!(error.delivery(), delivery, "{error}");
            let expected = told(outbox.message().id());
            assert_eq!(error.unrecorded(), Some(&expected), "{error}");
            assert!(error.to_string().contains(&expected.to_string()), "{error}");
            let later = service.builder().outbox(outbox.clone()).build().unwrap();
            for unrecorded in [Some(expected), None] {
                if unrecorded.is_none() {
                    outbox.make_room();
                }
                let found = service.clock.run(later.reconcile_outbox());
                assert!(
                    matches!(&found[..], [one] if matches!(one.outcome, Ok(Outcome::Absent))),
                    "{fault:?} {key:?}: {found:?}"
                );
                assert_eq!(found[0].unrecorded, unrecorded);
            }
            assert!(outbox.list().unwrap().is_empty());
        }
    }
}

#[test]
fn a_ticket_that_is_open_is_told_so_and_its_record_is_settled_later() {
    for (fault, receipt) in [
        (Fault::None, TicketReceipt::Told),
        (Fault::Reset(true), TicketReceipt::Found),
    ] {
        for key in KEYS {
            for is_restarted in [true, false] {
                let (service, outbox) = (opening::Service::new(), Full::default());
                let client = || service.builder().outbox(outbox.clone()).build().unwrap();
                service.world().faults = [fault.clone()].into();
                let own = client();
                let draft = TicketDraft::new("kind-1", "words");
                let mut create = own.create_ticket(draft).unchecked();
                if let Some(key) = key {
                    create = create.key(key);
                }
                let created = opening::as_op(1, create.into_future());
                let created = service.clock.run(created).unwrap();
                let case = format!("{fault:?} {key:?} {is_restarted}");
                assert_eq!(created.receipt, receipt, "{case}");
                let record = outbox.ticket();
                assert!(!record.is_settled(), "{case}");
                assert_eq!(created.unrecorded, Some(told(record.id())), "{case}");

                outbox.make_room();
                let later = if is_restarted { client() } else { own };
                let found = service.clock.run(later.reconcile_tickets());
                match &found[..] {
                    [] => assert!(!is_restarted, "{case}"),
                    [one] => {
                        let outcome = one.outcome.as_ref().unwrap();
                        let TicketOutcome::Confirmed(ticket) = outcome else {
                            panic!("{case}: {outcome:?}");
                        };
                        assert_eq!((ticket, &one.unrecorded), (&created.ticket, &None));
                    }
                    _ => panic!("{case}: {found:?}"),
                }
                assert!(outbox.ticket().is_settled(), "{case}");
                assert_eq!(service.world().posts, 1, "{case}");
            }
        }
    }
}

#[test]
fn a_ticket_that_was_not_opened_is_told_so_and_its_record_stays() {
    for (fault, delivery) in [
        (Fault::Code("OSM.01010001", false), Delivery::Rejected),
        (Fault::Reset(false), Delivery::Absent),
    ] {
        let (service, outbox) = (opening::Service::new(), Full::default());
        let client = service.builder().outbox(outbox.clone()).build().unwrap();
        // The list shows that it is that of this account.
        service.world().open("another one");
        service.world().faults = [fault].into();
        let create = client.create_ticket(TicketDraft::new("kind-1", "words"));
        let create = opening::as_op(1, create.unchecked().into_future());
        let error = service.clock.run(create).unwrap_err();
        assert_eq!(error.delivery(), delivery, "{error}");
        assert_eq!(error.unrecorded(), Some(&told(outbox.ticket().id())));
    }
}
