//! Messages that are sent: alone, in parts, many at once; and those in doubt.

use super::{Halting, each_await, fates, nothing_is_left, outbox_in, poll_at_most};
use crate::{
    attachments::desk::{Desk, TICKET},
    folder::folder,
    ledger::{Service, faults::Fault},
};
use futures_util::{FutureExt as _, stream};
use hwc_tickets::{
    Client, Confirm, Draft, Outcome, Receipt, Result, Sent, Submit, TicketId,
    api::Source,
    submit::{Pending, Reconciled, SubmitParts},
};
use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const TEXT: &str = "only once";
const KEY: &str = "job-1";
/// Another ticket.
const OTHER: &str = "case-2";

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
            find_out(&desk.service, &client, &told);
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

/// What is found out of each record is what the ledger says. Gives those whose message is there.
fn find_out(service: &Service, client: &Client, told: &str) -> Vec<Pending> {
    let found = service.clock.run(client.reconcile_outbox());
    is_true(service, found, told)
}

/// The same of what was found out already.
fn is_true(service: &Service, found: Vec<Reconciled>, told: &str) -> Vec<Pending> {
    let mut there = Vec::new();
    for found in found {
        let texts = service.world().texts(found.pending.ticket().as_str());
        let is_it = |text: &&String| found.pending.is_of(text);
        let stands = texts.iter().filter(is_it).count();
        match found.outcome {
            Ok(Outcome::Confirmed(_)) => {
                assert_eq!(stands, 1, "{told}");
                there.push(found.pending);
            }
            Ok(Outcome::Absent) => assert_eq!(stands, 0, "{told}"),
            other => panic!("{told}: {other:?}"),
        }
    }
    there
}

/// Goes in two parts where a message may have 40 characters.
fn long(client: &Client) -> Submit {
    let text = "One sentence that is long. Another sentence that is long.";
    client.ticket(TICKET).unwrap().submit(text).key(KEY)
}

fn in_parts(client: &Client) -> SubmitParts {
    long(client).split_long()
}

#[test]
fn each_part_of_a_text_is_sent_once() {
    for (fault, succeeds) in fates() {
        each_await("submit in parts", 8, |polls| {
            let told = format!("{fault:?}, {polls} polls");
            let folder = folder();
            let service = Service::new();
            service.world().faults = [Fault::None, fault.clone()].into();
            let line = Halting::new(&service.line, &service.clock);
            let builder = service.builder().text_limit(40).transport(line);
            let client = builder.outbox(outbox_in(&folder)).build().unwrap();
            let texts = in_parts(&client).preview().unwrap();
            assert_eq!(texts.len(), 2);
            let known = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&known);
            let parts = in_parts(&client).on_part(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
            });
            let parts = poll_at_most(parts.into_future(), polls);
            let done = service.clock.run(parts);
            nothing_is_left(&service.clock, "submit in parts", polls);
            drop(client);
            let stood = service.world().texts(TICKET);
            let known = known.load(Ordering::Relaxed);
            assert!(texts.starts_with(&stood), "{told}: {stood:?}");
            assert!(known <= stood.len(), "{told}: {known} of {stood:?}");
            if let Some(result) = &done {
                assert_eq!(result.is_ok(), succeeds, "{told}");
                let number = if succeeds { 2 } else { 1 };
                assert_eq!((known, stood.len()), (number, number), "{told}");
            }
            let builder = service.builder().text_limit(40);
            let client = builder.outbox(outbox_in(&folder)).build().unwrap();
            find_out(&service, &client, &told);
            service.world().faults.clear();
            let sent = service.clock.run(in_parts(&client).into_future()).unwrap();
            assert_eq!(sent.len(), texts.len(), "{told}");
            assert_eq!(service.world().texts(TICKET), texts, "{told}");
            client.acknowledge(KEY).unwrap();
            assert!(client.pending().is_empty(), "{told}");
            done.is_some()
        });
    }
}

/// The file goes up before the first part, and only that one has it.
#[test]
fn a_text_in_parts_takes_its_file_along_once() {
    let with_file = |client: &Client| {
        let file = Source::bytes("disk full").named("disk.log");
        long(client).attach(file).split_long().into_future()
    };
    for (part, (fault, succeeds)) in [0, 1]
        .into_iter()
        .flat_map(|part| fates().map(|it| (part, it)))
    {
        each_await("submit in parts with a file", 10, |polls| {
            let told = format!("{fault:?} of part {part}, {polls} polls");
            let folder = folder();
            let desk = Desk::new();
            let before = desk.service.world().texts(TICKET).len();
            let mut faults = vec![Fault::None; part];
            faults.push(fault.clone());
            desk.service.world().faults = faults.into();
            let line = Halting::new(&desk.service.line, desk.clock());
            let builder = desk.builder().text_limit(40).transport(line);
            let client = builder.outbox(outbox_in(&folder)).build().unwrap();
            let done = desk.clock().run(poll_at_most(with_file(&client), polls));
            nothing_is_left(desk.clock(), "submit in parts with a file", polls);
            drop(client);
            let stood = desk.service.world().texts(TICKET).len() - before;
            assert!(stood <= 2, "{told}: {stood} stand");
            if let Some(result) = &done {
                let number = if succeeds { 2 } else { part };
                assert_eq!((result.is_ok(), stood), (succeeds, number), "{told}");
            }
            let builder = desk.builder().text_limit(40);
            let client = builder.outbox(outbox_in(&folder)).build().unwrap();
            find_out(&desk.service, &client, &told);
            desk.service.world().faults.clear();
            let sent = desk.clock().run(with_file(&client)).unwrap();
            assert_eq!(sent.len(), 2, "{told}");
            let attached: Vec<usize> = desk.attached().iter().map(Vec::len).collect();
            assert_eq!(attached, [1, 0], "{told}");
            client.acknowledge(KEY).unwrap();
            assert!(client.pending().is_empty(), "{told}");
            done.is_some()
        });
    }
}

/// In the order of the alphabet.
const MANY: [(&str, &str); 3] = [
    (TICKET, "At first the disk was full."),
    (OTHER, "Before that, nothing was wrong."),
    (TICKET, "Since then all is well."),
];

/// Sends those of the messages that are not known to be there, and notes which of them are.
async fn send_all(client: &Client, known: &Mutex<BTreeSet<String>>) {
    let is_left = |text: &str| !known.lock().unwrap().contains(text);
    let left = MANY.into_iter().filter(|(_, text)| is_left(text));
    let drafts: Vec<Draft> = left
        .map(|(ticket, text)| Draft::new(TicketId::new(ticket).unwrap(), text))
        .collect();
    let mut outcomes = client.submit_all(stream::iter(drafts)).stream();
    while let Some((draft, outcome)) = outcomes.next().await {
        if outcome.is_ok() {
            known.lock().unwrap().insert(draft.text);
        }
    }
}

/// All texts of the ledger, in the order of the alphabet.
fn ledger(service: &Service) -> Vec<String> {
    let world = service.world();
    let mut texts = [TICKET, OTHER].map(|ticket| world.texts(ticket)).concat();
    texts.sort();
    texts
}

#[test]
fn of_many_messages_each_is_sent_once() {
    for (fault, succeeds) in fates() {
        each_await("submit all", 8, |polls| {
            let told = format!("{fault:?}, {polls} polls");
            let folder = folder();
            let service = Service::new();
            service.world().faults = [fault.clone()].into();
            let line = Halting::new(&service.line, &service.clock);
            let client = service.builder().transport(line).outbox(outbox_in(&folder));
            let client = client.build().unwrap();
            let known = Mutex::new(BTreeSet::new());
            let sending = poll_at_most(send_all(&client, &known), polls);
            let done = service.clock.run(sending);
            nothing_is_left(&service.clock, "submit all", polls);
            drop(client);
            if done.is_some() {
                let number = if succeeds { 3 } else { 2 };
                assert_eq!(known.lock().unwrap().len(), number, "{told}");
            }
            // What was told to be there, and what is found, is all that is there.
            let client = service.builder().outbox(outbox_in(&folder)).build();
            let client = client.unwrap();
            for record in find_out(&service, &client, &told) {
                let texts = MANY.map(|(_, text)| text.to_owned());
                let found = texts.into_iter().filter(|text| record.is_of(text));
                known.lock().unwrap().extend(found);
            }
            let all: Vec<String> = known.lock().unwrap().iter().cloned().collect();
            assert_eq!(ledger(&service), all, "{told}");
            service.world().faults.clear();
            service.clock.run(send_all(&client, &known));
            let texts = MANY.map(|(_, text)| text);
            assert_eq!(ledger(&service), texts, "{told}");
            assert!(client.pending().is_empty(), "{told}");
            done.is_some()
        });
    }
}

/// Ticket and text, and whether the message came to stand there although the answer was lost.
const DOUBTS: [(&str, &str, bool); 3] = [
    (TICKET, "The disk is full.", true),
    (TICKET, "The log is long.", false),
    (OTHER, "The fan is loud.", true),
];

/// The text is its key as well.
fn doubted(client: &Client, ticket: &str, text: &str) -> Submit {
    client.ticket(ticket).unwrap().submit(text).key(text)
}

/// Finds out what became of all that is in doubt.
type Finding = fn(&Client) -> Pin<Box<dyn Future<Output = Vec<Reconciled>>>>;

/// Every way to ask.
const WAYS: [(&str, Finding); 4] = [
    ("reconcile outbox", |client| {
        let client = client.clone();
        let finding = async move { client.reconcile_outbox().await };
        finding.boxed_local()
    }),
    ("reconcile all", |client| {
        let client = client.clone();
        let finding = async move { client.reconcile_all(client.pending()).await };
        finding.boxed_local()
    }),
    ("reconcile", |client| {
        let client = client.clone();
        let finding = async move {
            let mut found = Vec::new();
            for pending in client.pending() {
                let outcome = client.reconcile(&pending).await;
                found.push(Reconciled::new(pending, outcome));
            }
            found
        };
        finding.boxed_local()
    }),
    ("reconcile within", |client| {
        let client = client.clone();
        let finding = async move {
            let mut found = Vec::new();
            for pending in client.pending() {
                let within = Duration::from_secs(60);
                let outcome = client.reconcile_within(&pending, within).await;
                found.push(Reconciled::new(pending, outcome));
            }
            found
        };
        finding.boxed_local()
    }),
];

#[test]
fn messages_in_doubt_are_found_out_by_the_next_one() {
    for (way, finding) in WAYS {
        in_doubt_until_the_next_one(way, finding);
    }
}

fn in_doubt_until_the_next_one(way: &str, finding: Finding) {
    each_await(way, 8, |polls| {
        let told = format!("{way}, {polls} polls");
        let folder = folder();
        let service = Service::new();
        let open = || service.builder().outbox(outbox_in(&folder)).build();
        let client = open().unwrap();
        for (ticket, text, acts) in DOUBTS {
            service.world().faults = [Fault::Reset(acts)].into();
            let submit = doubted(&client, ticket, text).confirm(Confirm::Never);
            let lost = service.clock.run(submit.into_future());
            assert!(lost.is_err(), "{told}");
        }
        drop(client);
        let line = Halting::new(&service.line, &service.clock);
        let client = service.builder().transport(line).outbox(outbox_in(&folder));
        let client = client.build().unwrap();
        let found = poll_at_most(finding(&client), polls);
        let found = service.clock.run(found);
        nothing_is_left(&service.clock, way, polls);
        drop(client);
        let is_done = found.is_some();
        if let Some(found) = found {
            assert_eq!(found.len(), DOUBTS.len(), "{told}");
            is_true(&service, found, &told);
        }
        let client = open().unwrap();
        find_out(&service, &client, &told);
        assert!(client.pending().is_empty(), "{told}");
        for (ticket, text, acts) in DOUBTS {
            let submit = doubted(&client, ticket, text).into_future();
            let sent = service.clock.run(submit).unwrap();
            assert_eq!(sent.receipt == Receipt::Kept, acts, "{told}: {text}");
            let texts = service.world().texts(ticket);
            let stands = texts.iter().filter(|other| *other == text).count();
            assert_eq!(stands, 1, "{told}: {text}");
        }
        is_done
    });
}
