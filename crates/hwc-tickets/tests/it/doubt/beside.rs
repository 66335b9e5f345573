//! Submits of different texts beside each other, and messages that change their looks: what is shown as the text of one
//! may be that of the other.

use super::{TICKET, end, in_doubt, submit};
use crate::ledger::{
    Service, as_op,
    faults::Fault,
    shelf::Shelf,
    world::{OWN, Stored},
};
use futures_util::future::join;
use hwc_core::Clock as _;
use hwc_tickets::{AttachmentId, Client, Confirm, Error, Outcome, Sent};
use jiff::SignedDuration;
use serde_json::json;
use std::{future::IntoFuture as _, time::Duration};

/// What is sent, what the service shows of it.
const ALTERED: [(&str, &str); 4] = [
    ("pin 4711", "pin ****"),
    ("card 4111111111111111 is refused", "card **** is refused"),
    ("see http://x.example/a", "see [link]"),
    ("hello", "hello\n-- sent by ACME"),
];

/// Two clients that share an outbox, or one client twice.
fn pair(service: &Service, other_process: bool) -> [Client; 2] {
    let shelf = Shelf::default();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    let first = client();
    let second = if other_process {
        client()
    } else {
        first.clone()
    };
    [first, second]
}

/// Sends one text, and another so many milliseconds later.
fn both(
    service: &Service,
    clients: &[Client; 2],
    texts: [&str; 2],
    confirm: [Confirm; 2],
    gap: u64,
) -> [Result<Sent, Error>; 2] {
    let [first, second] = clients;
    let one = first.ticket(TICKET).unwrap().submit(texts[0]);
    let other = second.ticket(TICKET).unwrap().submit(texts[1]);
    let later = async {
        service.clock.sleep(Duration::from_millis(gap)).await;
        as_op(2, other.confirm(confirm[1]).into_future()).await
    };
    let first = as_op(1, one.confirm(confirm[0]).into_future());
    let (one, other) = service.clock.run(join(first, later));
    [one, other]
}

fn told(service: &Service, client: &Client, pending: &hwc_tickets::Pending) -> &'static str {
    match service.clock.run(client.reconcile(pending)).unwrap() {
        Outcome::Confirmed(_) => "confirmed",
        Outcome::Absent => "absent",
        _ => "unknown",
    }
}

/// One message arrives in the form of another text, which is lost: that one is not found, and the first is not absent.
#[test]
fn a_message_that_is_shown_as_another_text_is_no_proof_for_that_one() {
    let on_doubt = [Confirm::OnDoubt, Confirm::OnDoubt];
    for (sent, shown) in ALTERED {
        for lag in [0, 1500, 3000, 6000] {
            for gap in [0, 600, 2000] {
                for (first, other_process) in [
                    (Fault::Reset(true), false),
                    (Fault::Reset(true), true),
                    (Fault::Hang(true), true),
                    // Its answer says yes: then only the other is in doubt.
                    (Fault::None, false),
                    (Fault::None, true),
                ] {
                    let service = Service::new();
                    service.world().post(TICKET, 1, "engineer", "What is it?");
                    service.clock.advance(Duration::from_secs(60));
                    service.world().lag = Duration::from_millis(lag);
                    service.world().odd_fields = Some((sent, json!({"content": shown})));
                    service.world().faults = [first.clone(), Fault::Reset(false)].into();
                    let clients = pair(&service, other_process);
                    let ended = both(&service, &clients, [sent, shown], on_doubt, gap);
                    let case = (sent, lag, gap, &first, other_process);
                    assert_eq!(service.world().arrived(1), 1, "{case:?}");
                    assert_eq!(service.world().arrived(2), 0, "{case:?}");
                    let [one, other] = [&ended[0], &ended[1]].map(end);
                    assert!(matches!(one, "unknown" | "accepted"), "{case:?}: {one}");
                    // What stood there before the second was sent is no news to it.
                    assert!(matches!(other, "unknown" | "absent"), "{case:?}: {other}");
                    assert!(other == "unknown" || lag < gap, "{case:?}: {other}");
                    // Later looks, from wherever, tell nothing else.
                    service.clock.advance(Duration::from_secs(40));
                    for result in ended {
                        let Some(pending) = result.err().and_then(|e| e.into_pending().ok()) else {
                            continue;
                        };
                        for client in &clients {
                            let told = told(&service, client, &pending);
                            assert_eq!(told, "unknown", "{case:?}");
                        }
                    }
                }
            }
        }
    }
}

/// The same with messages of both in the ticket: `--confirm` of the second reads back as many as there are.
#[test]
fn both_in_one_form_are_told_when_both_are_there() {
    for other_process in [false, true] {
        let service = Service::new();
        service.world().lag = Duration::from_secs(2);
        service.world().odd_fields = Some(("pin 4711", json!({"content": "pin ****"})));
        service.world().faults = [Fault::Reset(true), Fault::Reset(true)].into();
        let clients = pair(&service, other_process);
        let confirm = [Confirm::OnDoubt, Confirm::OnDoubt];
        let [one, other] = both(&service, &clients, ["pin 4711", "pin ****"], confirm, 600);
        assert_eq!((end(&one), end(&other)), ("unknown", "confirmed"));
    }
}

/// Ordinary messages beside each other: each is found as soon as each has a message of its own.
#[test]
fn different_texts_are_found_when_each_has_its_own_message() {
    for other_process in [false, true] {
        for lag in [0, 3] {
            for gap in [0, 300, 2500] {
                for first in [
                    Fault::Reset(true),
                    Fault::None,
                    Fault::Slow(Duration::from_secs(3)),
                ] {
                    for confirm in [Confirm::OnDoubt, Confirm::Always] {
                        let service = Service::new();
                        service.world().lag = Duration::from_secs(lag);
                        service.world().faults = [first.clone(), Fault::Reset(true)].into();
                        let clients = pair(&service, other_process);
                        let confirm = [confirm, Confirm::OnDoubt];
                        let texts = ["disk  full", "node 7 is down"];
                        // Recognised after folding alone: good enough to be told from the other.
                        service.world().odd_fields =
                            Some(("disk  full", json!({"content": "disk full"})));
                        let ended = both(&service, &clients, texts, confirm, gap);
                        let case = (other_process, lag, gap, &first, confirm);
                        let [one, other] = [&ended[0], &ended[1]].map(end);
                        assert!(matches!(one, "confirmed" | "accepted"), "{case:?}: {one}");
                        assert_eq!(other, "confirmed", "{case:?}");
                    }
                }
            }
        }
    }
}

/// A loss keeps what is sent beside it open, until its message would stand there before the next is sent.
#[test]
fn a_lost_message_keeps_others_open_as_long_as_it_may_come_into_sight() {
    for other_process in [false, true] {
        for (pause, wanted) in [(0, "unknown"), (8, "unknown"), (20, "confirmed")] {
            let service = Service::new();
            let clients = pair(&service, other_process);
            service.world().faults = [Fault::Reset(false), Fault::Reset(true)].into();
            let pending = in_doubt(&service, &clients[0], 1, "lost one");
            service.clock.advance(Duration::from_secs(pause));
            let result = submit(&service, &clients[1], 2, "stored one");
            assert_eq!(end(&result), wanted, "{other_process} {pause}");
            // The loss is not proven beside it.
            assert_eq!(told(&service, &clients[1], &pending), "unknown");
            // A person has looked.
            clients[1].forget(pending.id()).unwrap();
            clients[0].forget(pending.id()).unwrap();
            if let Some(open) = result.err().and_then(|e| e.into_pending().ok()) {
                assert_eq!(told(&service, &clients[1], &open), "confirmed");
            }
        }
    }
}

/// What stood in the ticket before another one was sent is not the message of that one, whatever it looks like.
#[test]
fn a_message_is_not_that_of_one_which_was_sent_after_it_was_seen() {
    for other_process in [false, true] {
        let service = Service::new();
        let clients = pair(&service, other_process);
        service.world().faults = [Fault::Reset(true)].into();
        service.world().odd_fields =
            Some(("another text", json!({"content": "nobody foresaw this"})));
        let pending = in_doubt(&service, &clients[0], 1, "first text");
        // By its record alone it could be shown as the first one: its own words are never in sight.
        assert_eq!(
            end(&submit(&service, &clients[1], 2, "another text")),
            "accepted"
        );
        assert_eq!(told(&service, &clients[1], &pending), "confirmed");
    }
}

/// Two services may have a ticket of one id, as two simulators have, and their records one outbox. One service may as well have two
/// names, or an account two keys: then the ticket shows what it showed before.
#[test]
fn a_message_to_another_ticket_of_the_same_id_keeps_no_doubt_open() {
    for (before, wanted) in [
        (Some("Another talk."), "confirmed"),
        (Some("What is it?"), "unknown"),
        (None, "unknown"),
    ] {
        let (here, there) = (Service::new(), Service::new());
        let shelf = Shelf::default();
        let client = |service: &Service, account: &str| {
            let builder = service.builder().account(account);
            builder.outbox(shelf.clone()).build().unwrap()
        };
        here.world().post(TICKET, 1, "engineer", "What is it?");
        if let Some(words) = before {
            there.world().post(TICKET, 1, "engineer", words);
        }
        let elsewhere = submit(&there, &client(&there, "theirs"), 2, "elsewhere");
        assert_eq!(end(&elsewhere), "accepted");
        here.world().faults = [Fault::Reset(true)].into();
        let result = submit(&here, &client(&here, "ours"), 1, "Is it there?");
        assert_eq!(end(&result), wanted, "{before:?}");
    }
}

/// Only that nothing new stands on the own side proves a loss: also what was read back could be the lost one, altered.
#[test]
fn a_loss_is_not_proven_beside_messages_that_were_read_back() {
    for confirm in [Confirm::Always, Confirm::OnDoubt] {
        for (other_process, acts) in [(false, false), (true, false), (false, true), (true, true)] {
            let service = Service::new();
            let clients = pair(&service, other_process);
            service.world().faults = [Fault::Reset(acts)].into();
            service.world().odd_fields =
                Some(("<b>call</b> me", json!({"content": "nobody foresaw this"})));
            let pending = in_doubt(&service, &clients[0], 1, "<b>call</b> me");
            let later = clients[1].ticket(TICKET).unwrap().submit("another text");
            let later = later.confirm(confirm).into_future();
            assert!(service.clock.run(as_op(2, later)).is_ok());
            let case = (confirm, other_process, acts);
            assert_eq!(told(&service, &clients[1], &pending), "unknown", "{case:?}");
        }
    }
}

/// The first message stood in the ticket, and looks a little different now: it is not taken for the second.
#[test]
fn a_message_that_changes_its_looks_is_not_the_next_one_of_its_text() {
    type Change = (&'static str, fn(&mut Stored));
    let changes: [Change; 3] = [
        ("files", |row| row.attachments = vec!["acc-1".to_owned()]),
        ("replier", |row| row.replier = "own-user-in-full".to_owned()),
        ("time", |row| row.created += SignedDuration::from_secs(1)),
    ];
    for (what, change) in changes {
        for confirm in [Confirm::Always, Confirm::OnDoubt] {
            for pause in [0, 4, 25, 600] {
                for arrives in [false, true] {
                    for earlier in [0, 130] {
                        let service = super::after_talk(earlier, false);
                        let client = service.builder().outbox(Shelf::default()).build().unwrap();
                        let send = |op, confirm| {
                            let ticket = client.ticket(TICKET).unwrap();
                            let file: AttachmentId = "acc-1".parse().unwrap();
                            let submit = ticket.submit("same text").attach(file);
                            as_op(op, submit.confirm(confirm).into_future())
                        };
                        assert!(service.clock.run(send(1, confirm)).is_ok());
                        let first = |service: &Service, change: fn(&mut Stored)| {
                            let mut world = service.world();
                            let rows = world.tickets.get_mut(TICKET).unwrap();
                            change(rows.iter_mut().find(|row| row.op == Some(1)).unwrap());
                        };
                        if what == "files" {
                            first(&service, |row| row.attachments.clear());
                        }
                        service.clock.advance(Duration::from_secs(pause));
                        service.world().faults = [Fault::Reset(arrives)].into();
                        let changing = async {
                            service.clock.sleep(Duration::from_millis(300)).await;
                            first(&service, change);
                        };
                        let second = send(2, Confirm::OnDoubt);
                        let (result, ()) = service.clock.run(join(second, changing));
                        let case = (what, confirm, pause, arrives, earlier);
                        let ended = end(&result);
                        assert!(
                            ended == "unknown" || (arrives && ended == "confirmed"),
                            "{case:?}: {ended}"
                        );
                        // Both are in sight by then, one for one.
                        assert!(!arrives || pause < 20 || ended == "confirmed", "{case:?}");
                    }
                }
            }
        }
    }
}

/// An old message of the text that newer ones push out of sight has not changed.
#[test]
fn a_message_that_is_pushed_out_of_sight_stands_against_nothing() {
    for oldest_first in [false, true] {
        let service = Service::new();
        service.world().post(TICKET, 0, OWN, "ping");
        for number in 0..99 {
            service.clock.advance(Duration::from_secs(30));
            let words = format!("words {number}");
            service.world().post(TICKET, 1, "engineer", &words);
        }
        service.clock.advance(Duration::from_secs(60));
        service.world().manner.oldest_first = oldest_first;
        service.world().faults = [Fault::Reset(true)].into();
        let result = submit(&service, &service.client(), 1, "ping");
        assert_eq!(end(&result), "confirmed", "{oldest_first}: {result:?}");
    }
}

/// The first is found in a colleague's message of the same text; its own comes into sight while the second is looked for.
#[test]
fn what_was_found_after_a_doubt_is_not_known_to_be_its_message() {
    for other_process in [false, true] {
        let service = Service::new();
        service.world().lag = Duration::from_secs(6);
        service.world().faults = [Fault::Reset(true), Fault::Reset(false)].into();
        let clients = pair(&service, other_process);
        let colleague = async {
            service.clock.sleep(Duration::from_secs(1)).await;
            service.world().post(TICKET, 0, "colleague", "same text");
        };
        let first = clients[0].ticket(TICKET).unwrap().submit("same text");
        let first = as_op(1, first.into_future());
        let (first, ()) = service.clock.run(join(first, colleague));
        assert_eq!(end(&first), "confirmed");
        let second = submit(&service, &clients[1], 2, "same text");
        assert_eq!(service.world().arrived(2), 0);
        assert_eq!(end(&second), "unknown", "{other_process}");
    }
}

/// An older message of the lost one's text, farther back than was read before it was sent, is not its own.
#[test]
fn an_old_message_out_of_reach_is_not_that_of_the_other() {
    let service = Service::new();
    service.world().post(TICKET, 0, OWN, "pin 4711");
    service.clock.advance(Duration::from_secs(30));
    for number in 0..120 {
        let words = format!("words {number}");
        service.world().post(TICKET, 1, "engineer", &words);
    }
    // All in one second: a later look reaches farther back than the first.
    service.world().faults = [Fault::Reset(true), Fault::Reset(false)].into();
    service.world().lag = Duration::from_secs(3);
    let clients = pair(&service, false);
    let altered = async {
        service.clock.sleep(Duration::from_millis(1500)).await;
        let mut world = service.world();
        let rows = world.tickets.get_mut(TICKET).unwrap();
        rows.last_mut().unwrap().text = "pin ****".to_owned();
    };
    let [first, second] = &clients;
    let one = first.ticket(TICKET).unwrap().submit("pin 4711");
    let one = as_op(1, one.into_future());
    let other = second.ticket(TICKET).unwrap().submit("pin ****");
    let other = async {
        service.clock.sleep(Duration::from_millis(600)).await;
        as_op(2, other.into_future()).await
    };
    let (one, other, ()) = service
        .clock
        .run(futures_util::future::join3(one, other, altered));
    assert_eq!((end(&one), end(&other)), ("unknown", "unknown"));
}
