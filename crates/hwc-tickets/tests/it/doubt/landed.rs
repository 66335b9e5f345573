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

/// A submit, and a second one of the same text some seconds later whose answer is lost.
#[derive(Debug, Clone, Copy)]
struct Twice {
    /// Whether the first is read back.
    confirm: Confirm,
    first_answer_is_lost: bool,
    /// The first message is recalled before the second submit.
    is_recalled: bool,
    /// Seconds between them.
    pause: u64,
    /// Another process sends the second.
    other_process: bool,
    /// How the second ends when its message is in the ticket, and when it is not.
    wanted: [&'static str; 2],
}

/// The same text again: whether the first message stood in the ticket before is seen, not guessed from the time.
#[test]
fn what_was_read_back_and_stood_there_before_is_no_rival() {
    let read_back = Twice {
        confirm: Confirm::Always,
        first_answer_is_lost: false,
        is_recalled: false,
        pause: 12,
        other_process: false,
        wanted: ["confirmed", "absent"],
    };
    let found = Twice {
        confirm: Confirm::OnDoubt,
        first_answer_is_lost: true,
        ..read_back
    };
    // Only the answer said so: nobody knows which message it made.
    let only_answered = Twice {
        first_answer_is_lost: false,
        pause: 4,
        wanted: ["unknown", "unknown"],
        ..found
    };
    // What is not in the ticket any more may come into sight yet. That nothing came is proven all the same.
    let recalled = Twice {
        is_recalled: true,
        pause: 4,
        wanted: ["unknown", "absent"],
        ..read_back
    };
    // Within five seconds what stood there before cannot be told from what comes: a loss is not proven.
    let soon = |twice: Twice, pause| Twice {
        pause,
        wanted: ["confirmed", "unknown"],
        ..twice
    };
    // Found after a doubt, it could be a colleague's, and the own one come into sight yet: until the window is over.
    let open_for = |twice: Twice, pause| Twice {
        pause,
        wanted: ["unknown", "unknown"],
        ..twice
    };
    let elsewhere = |twice: Twice| Twice {
        other_process: true,
        ..twice
    };
    let table = [
        soon(read_back, 1),
        elsewhere(soon(read_back, 4)),
        read_back,
        elsewhere(read_back),
        open_for(found, 4),
        elsewhere(open_for(found, 4)),
        found,
        elsewhere(Twice {
            wanted: ["unknown", "absent"],
            ..found
        }),
        elsewhere(Twice { pause: 20, ..found }),
        only_answered,
        elsewhere(only_answered),
        recalled,
        elsewhere(recalled),
    ];
    for case in table {
        for arrives in [true, false] {
            let service = Service::new();
            let shelf = Shelf::default();
            let client = || service.builder().outbox(shelf.clone()).build().unwrap();
            let first = client();
            if case.first_answer_is_lost {
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
            assert!(send(&first, 1, case.confirm).is_ok());
            service.clock.advance(Duration::from_secs(case.pause));
            if case.is_recalled {
                let mut world = service.world();
                world.tickets.get_mut(TICKET).unwrap()[0].recalled = true;
            }
            service.world().faults = [Fault::Reset(arrives)].into();
            let second = if case.other_process { client() } else { first };
            let ended = end(&send(&second, 2, Confirm::OnDoubt));
            let wanted = case.wanted[usize::from(!arrives)];
            assert_eq!(ended, wanted, "{case:?}, arrives: {arrives}");
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
