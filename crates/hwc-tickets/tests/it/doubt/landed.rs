//! Submits whose message is known: what follows from them for others, and what does not.

use super::{TICKET, end, submit};
use crate::ledger::{
    Service, as_op,
    faults::{Fault, ReadFault},
    shelf::Shelf,
};
use futures_util::future::join;
use hwc_core::Clock as _;
use hwc_tickets::{Client, Confirm, Outbox as _};
use std::{future::IntoFuture as _, time::Duration};

/// The same text again: whether the first message stood in the ticket before is seen, not guessed from the time.
#[test]
fn what_was_read_back_and_stood_there_before_is_no_rival() {
    // Whether the first is read back, whether its answer is lost, whether it is recalled in between, how much later the
    // second begins, whether another process sends it, and how that ends when its answer is lost and it is in the ticket,
    // and when it is not.
    let table = [
        (
            Confirm::Always,
            false,
            false,
            1,
            false,
            ["confirmed", "unknown"],
        ),
        (
            Confirm::Always,
            false,
            false,
            4,
            true,
            ["confirmed", "unknown"],
        ),
        (
            Confirm::Always,
            false,
            false,
            12,
            false,
            ["confirmed", "absent"],
        ),
        (
            Confirm::Always,
            false,
            false,
            12,
            true,
            ["confirmed", "absent"],
        ),
        // Found after a doubt, it could be a colleague's, and the own one come into sight yet: until the window is over.
        (
            Confirm::OnDoubt,
            true,
            false,
            4,
            false,
            ["unknown", "unknown"],
        ),
        (
            Confirm::OnDoubt,
            true,
            false,
            4,
            true,
            ["unknown", "unknown"],
        ),
        (
            Confirm::OnDoubt,
            true,
            false,
            12,
            true,
            ["unknown", "absent"],
        ),
        (
            Confirm::OnDoubt,
            true,
            false,
            12,
            false,
            ["confirmed", "absent"],
        ),
        (
            Confirm::OnDoubt,
            true,
            false,
            20,
            true,
            ["confirmed", "absent"],
        ),
        // Only the answer said so: nobody knows which message it made.
        (
            Confirm::OnDoubt,
            false,
            false,
            4,
            false,
            ["unknown", "unknown"],
        ),
        (
            Confirm::OnDoubt,
            false,
            false,
            4,
            true,
            ["unknown", "unknown"],
        ),
        // What is not in the ticket any more may come into sight yet. That nothing came is proven all the same.
        (
            Confirm::Always,
            false,
            true,
            4,
            false,
            ["unknown", "absent"],
        ),
        (Confirm::Always, false, true, 4, true, ["unknown", "absent"]),
    ];
    for (confirm, is_lost, is_recalled, pause, other_process, wanted) in table {
        for arrives in [true, false] {
            let service = Service::new();
            let shelf = Shelf::default();
            let client = || service.builder().outbox(shelf.clone()).build().unwrap();
            let first = client();
            if is_lost {
                service.world().faults = [Fault::Reset(true)].into();
            }
            let send = |client: &Client, op, confirm| {
                let submit = client
                    .ticket(TICKET)
                    .unwrap()
                    .submit("ping")
                    .confirm(confirm);
                service.clock.run(as_op(op, submit.into_future()))
            };
            assert!(send(&first, 1, confirm).is_ok());
            service.clock.advance(Duration::from_secs(pause));
            if is_recalled {
                let mut world = service.world();
                world.tickets.get_mut(TICKET).unwrap()[0].recalled = true;
            }
            service.world().faults = [Fault::Reset(arrives)].into();
            let second = if other_process { client() } else { first };
            let ended = end(&send(&second, 2, Confirm::OnDoubt));
            let wanted = wanted[usize::from(!arrives)];
            let case = (confirm, is_lost, is_recalled, pause, other_process, arrives);
            assert_eq!(ended, wanted, "{case:?}");
        }
    }
}

/// `send --confirm` twice within some seconds: each is read back as its own message.
#[test]
fn the_same_text_twice_is_read_back_twice() {
    for lag in [0, 3] {
        let service = Service::new();
        service.world().lag = Duration::from_secs(lag);
        let client = service.client();
        for op in 1..4 {
            let submit = client.ticket(TICKET).unwrap().submit("ping");
            let submit = submit.confirm(Confirm::Always).into_future();
            let sent = service.clock.run(as_op(op, submit)).unwrap();
            assert!(sent.is_confirmed(), "lag {lag} s, submit {op}");
            service.clock.advance(Duration::from_secs(4));
        }
    }
}

/// A read from a copy that lags behind does not show the first message: it may come into sight later, and is no proof.
#[test]
fn a_message_that_the_read_before_did_not_show_stays_a_rival() {
    for other_process in [false, true] {
        let service = Service::new();
        let shelf = Shelf::default();
        let client = || service.builder().outbox(shelf.clone()).build().unwrap();
        let first = client();
        let sent = first.ticket(TICKET).unwrap().submit("ping");
        let sent = sent.confirm(Confirm::Always).into_future();
        assert!(service.clock.run(as_op(1, sent)).unwrap().is_confirmed());
        service.clock.advance(Duration::from_secs(2));
        let second = if other_process { client() } else { first };
        // The baseline alone is answered from the older copy.
        service.world().read_faults =
            [ReadFault::Instead(r#"{"count":0,"message_list":[]}"#)].into();
        service.world().faults = [Fault::Reset(false)].into();
        assert_eq!(end(&submit(&service, &second, 2, "ping")), "unknown");
    }
}

/// What was found among several, or in another form, is not known to be that of one submit: nothing follows from it.
#[test]
fn a_message_that_could_be_that_of_another_is_no_landing() {
    let service = Service::new();
    let shelf = Shelf::default();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    // Shown in another form: recognised after folding alone.
    service.world().odd_fields = Some(("ping  pong", serde_json::json!({"content": "ping pong"})));
    service.world().faults = [Fault::Reset(true)].into();
    let result = submit(&service, &client(), 1, "ping  pong");
    assert_eq!(end(&result), "confirmed");
    let is_landed = || {
        let written = serde_json::to_value(&shelf.list().unwrap()[0]).unwrap();
        written.get("landed").is_some()
    };
    assert!(!is_landed());
    // A colleague's words of the same text stand beside it.
    let service = Service::new();
    let shelf = Shelf::default();
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let colleague = async {
        service.clock.sleep(Duration::from_millis(100)).await;
        service.world().post(TICKET, 0, "colleague", "ping");
    };
    let submit = client.ticket(TICKET).unwrap().submit("ping").into_future();
    let (sent, ()) = service.clock.run(join(as_op(1, submit), colleague));
    assert_eq!(end(&sent), "confirmed");
    let written = serde_json::to_value(&shelf.list().unwrap()[0]).unwrap();
    assert!(written.get("landed").is_none(), "{written}");
    assert!(written.get("settled").is_some(), "{written}");
}
