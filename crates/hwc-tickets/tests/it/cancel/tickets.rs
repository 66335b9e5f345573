//! Tickets: opened, in doubt, and what is done to them.

use super::{
    Halting, Verb, each_await, fates, is_ok, nothing_is_left, outbox_in, poll_at_most,
    rules::{Counter, draft},
};
use crate::{
    folder::folder,
    ledger::faults::Fault,
    office::{Office, Row},
    opening::{Service, as_op},
};
use futures_util::FutureExt as _;
use hwc_tickets::{
    AttachmentId, Client, CreateTicket, Created, Rating, Result, TicketDraft, TicketOutcome,
    TicketReceipt, choices::Agreement, tickets::create::ReconciledTicket,
};
use serde_json::Value;
use std::pin::Pin;

const TEXT: &str = "only once";
const KEY: &str = "job-1";

/// With an agreement, the service is asked for its rules before, and the agreement is signed.
fn create(
    client: &Client,
    agreement: Option<&Agreement>,
) -> impl Future<Output = Result<Created>> + use<> {
    let file = AttachmentId::new("file-1").unwrap();
    let create = client.create_ticket(draft(TEXT).attach(file)).key(KEY);
    let create = match agreement {
        Some(agreement) => create.agreed(agreement),
        None => create.unchecked(),
    };
    as_op(1, create.into_future())
}

#[test]
fn a_ticket_is_opened_once() {
    for (fault, succeeds) in fates() {
        each_await("create", 3, |polls| {
            opened_once(&fault, succeeds, false, polls)
        });
    }
}

/// Also the agreement: it is signed once, and before.
#[test]
fn a_ticket_is_opened_once_by_the_rules_of_the_service() {
    for (fault, succeeds) in fates() {
        each_await("create by the rules", 12, |polls| {
            opened_once(&fault, succeeds, true, polls)
        });
    }
}

/// Drops the opening of a ticket after so many polls, and opens it again. Gives whether it came to its end before.
fn opened_once(fault: &Fault, succeeds: bool, by_rules: bool, polls: usize) -> bool {
    let told = format!("{fault:?}, {polls} polls");
    let folder = folder();
    let counter = Counter::new();
    let service = &counter.service;
    let agreement = by_rules.then(|| counter.agreement());
    let agreement = agreement.as_ref();
    service.world().faults = [fault.clone()].into();
    let line = Halting::new(&service.line, &service.clock);
    let client = service.builder().transport(line).outbox(outbox_in(&folder));
    let client = client.build().unwrap();
    let creating = create(&client, agreement);
    let done = service.clock.run(poll_at_most(creating, polls));
    nothing_is_left(&service.clock, "create", polls);
    drop(client);
    let stood = service.world().made(1).len();
    if let Some(result) = &done {
        assert_eq!((result.is_ok(), stood), (succeeds, usize::from(succeeds)));
    }
    let signed = counter.signatures();
    assert!(
        signed <= usize::from(by_rules),
        "{told}: signed {signed} times"
    );
    assert!(
        stood == 0 || signed == usize::from(by_rules),
        "{told}: it is open and not signed"
    );
    let client = service.builder().outbox(outbox_in(&folder)).build();
    let client = client.unwrap();
    let recorded = client.pending_tickets().len();
    assert!(stood <= 1, "{told}: it stands {stood} times");
    assert!(
        stood == 0 || recorded == 1 || done.is_some(),
        "{told}: a ticket that may be open is not recorded"
    );
    find_out(service, &client, &told);
    service.world().faults.clear();
    let created = service.clock.run(create(&client, agreement)).unwrap();
    let made = service.world().made(1);
    assert_eq!(made, [created.ticket.to_string()], "{told}");
    let attached = service.world().tickets[0].attachments.clone();
    assert_eq!(attached, ["file-1"], "{told}");
    assert_eq!(counter.signatures(), usize::from(by_rules), "{told}");
    client.acknowledge(KEY).unwrap();
    assert!(client.pending_tickets().is_empty(), "{told}");
    done.is_some()
}

/// What is found out of each record is what the ledger says.
fn find_out(service: &Service, client: &Client, told: &str) {
    let found = service.clock.run(client.reconcile_tickets());
    is_true(service, found, told);
}

/// The same of what was found out already.
fn is_true(service: &Service, found: Vec<ReconciledTicket>, told: &str) {
    for found in found {
        let stands: Vec<String> = (service.world().tickets.iter())
            .filter(|ticket| found.pending.is_of(&ticket.text))
            .map(|ticket| ticket.id.clone())
            .collect();
        match found.outcome {
            Ok(TicketOutcome::Confirmed(id)) => assert_eq!(stands, [id.to_string()], "{told}"),
            Ok(TicketOutcome::Absent) => assert!(stands.is_empty(), "{told}: {stands:?}"),
            other => panic!("{told}: {other:?}"),
        }
    }
}

/// A description, which is its key as well, and whether its ticket was opened although the answer was lost.
type Doubt = (&'static str, bool);

fn doubted(client: &Client, text: &str) -> CreateTicket {
    let create = client.create_ticket(TicketDraft::new("kind-1", text));
    create.unchecked().key(text)
}

/// Finds out what became of all that is in doubt.
type Finding = fn(&Client) -> Pin<Box<dyn Future<Output = Vec<ReconciledTicket>>>>;

/// Every way to ask.
const WAYS: [(&str, Finding); 3] = [
    ("reconcile tickets", |client| {
        let client = client.clone();
        let finding = async move { client.reconcile_tickets().await };
        finding.boxed_local()
    }),
    ("reconcile all tickets", |client| {
        let client = client.clone();
        let finding = async move { client.reconcile_all_tickets(client.pending_tickets()).await };
        finding.boxed_local()
    }),
    ("reconcile ticket", |client| {
        let client = client.clone();
        let finding = async move {
            let mut found = Vec::new();
            for pending in client.pending_tickets() {
                let outcome = client.reconcile_ticket(&pending).await;
                found.push(ReconciledTicket::new(pending, outcome));
            }
            found
        };
        finding.boxed_local()
    }),
];

#[test]
fn tickets_in_doubt_are_found_out_by_the_next_one() {
    for (way, finding) in WAYS {
        in_doubt_until_the_next_one(way, finding);
    }
}

fn in_doubt_until_the_next_one(way: &str, finding: Finding) {
    let both: &[Doubt] = &[("The disk is full.", true), ("The fan is loud.", true)];
    let none: &[Doubt] = &[("The disk is full.", false)];
    for doubts in [both, none] {
        each_await(way, 3, |polls| {
            let told = format!("{way}, {doubts:?}, {polls} polls");
            let folder = folder();
            let service = Service::new();
            let open = || service.builder().outbox(outbox_in(&folder)).build();
            let client = open().unwrap();
            for ((text, acts), op) in doubts.iter().zip(1..) {
                service.world().faults = [Fault::Reset(*acts)].into();
                let create = doubted(&client, text).without_looking();
                let lost = service.clock.run(as_op(op, create.into_future()));
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
                assert_eq!(found.len(), doubts.len(), "{told}");
                is_true(&service, found, &told);
            }
            let client = open().unwrap();
            find_out(&service, &client, &told);
            assert!(client.pending_tickets().is_empty(), "{told}");
            for ((text, acts), op) in doubts.iter().zip(1..) {
                let create = doubted(&client, text).into_future();
                let created = service.clock.run(as_op(op, create)).unwrap();
                assert_eq!(created.receipt == TicketReceipt::Kept, *acts, "{told}");
                let made = service.world().made(op);
                assert_eq!(made, [created.ticket.to_string()], "{told}");
            }
            is_done
        });
    }
}

/// What the ledger has of the one ticket.
fn state(office: &Office) -> (i64, u32, Vec<(i64, i64)>, String, Value) {
    let row = office.state().rows[0].clone();
    let Row {
        status,
        urged,
        points,
        judgement,
        contact,
        ..
    } = row;
    (status, urged, points, judgement, contact)
}

#[test]
fn what_is_done_to_a_ticket_is_done_once_or_not() {
    const ID: &str = "TT1";
    let verbs: [(&str, i64, Verb); 7] = [
        ("close", 1, |it| {
            let rating = Rating::new("Quick.").points(1, 5);
            is_ok(it.close().rating(rating))
        }),
        ("confirm", 2, |it| is_ok(it.confirm())),
        ("cancel", 0, |it| is_ok(it.cancel())),
        ("delete", 3, |it| is_ok(it.delete())),
        ("urge", 1, |it| is_ok(it.urge())),
        ("set contact", 1, |it| {
            let change = it.set_contact().phone("86", "13800000000");
            is_ok(change.mail("me@example.com"))
        }),
        ("score", 3, |it| {
            is_ok(it.score(Rating::new("Quick.").points(1, 5)))
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
