//! Two submits at once, in every order, up to a depth, in which they may be polled and one of them dropped.
//!
//! No lock that blocks a thread is held over an await, so what one poll does is one step of the other's world; steps that run at the very same time are for
//! the tests with real threads and processes.

use crate::{
    cancel::Halting,
    ledger::{Service, as_op, faults::Fault, shelf::Shelf},
};
use futures_util::future::join_all;
use fuzzing::{Choices, every_order};
use hwc_tickets::{Client, Delivery, Outcome, Result, Sent};
use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

const DEPTH: usize = 6;
/// What happens to the first message that is sent.
const FATES: [Fault; 3] = [Fault::None, Fault::Reset(true), Fault::Reset(false)];
const TICKET: &str = "case-1";
const TEXT: &str = "only once";
const KEY: &str = "job-1";

type Told = (u64, Result<Sent>);
type Call = Pin<Box<dyn Future<Output = Told>>>;

fn call(client: &Client, op: u64, key: Option<&str>) -> Call {
    let submit = client.ticket(TICKET).unwrap().submit(TEXT);
    let submit = match key {
        Some(key) => submit.key(key),
        None => submit,
    };
    let submit = as_op(op, submit.into_future());
    Box::pin(async move { (op, submit.await) })
}

fn service(fault: &Fault) -> Service {
    // Waits by chance are the same ones in each order.
    fastrand::seed(7);
    let service = Service::new();
    service.world().faults = [fault.clone()].into();
    service
}

fn client(service: &Service, shelf: &Shelf) -> Client {
    let line = Halting::new(&service.line, &service.clock);
    let builder = service.builder().transport(line).outbox(shelf.clone());
    builder.build().unwrap()
}

/// Polls the calls in the order that is chosen, or drops one of them, once; then lets them come to their ends. Gives what they told,
/// and the order.
fn interleave(
    service: &Service,
    choices: &mut Choices,
    mut calls: Vec<Call>,
) -> (Vec<Told>, String) {
    let mut context = Context::from_waker(Waker::noop());
    let (mut ends, mut order, mut killed) = (Vec::new(), Vec::new(), false);
    loop {
        let ways = calls.len() * if killed { 1 } else { 2 };
        let Some(choice) = choices.choose(ways) else {
            break;
        };
        order.push(choice);
        let place = choice % calls.len();
        if choice >= calls.len() {
            killed = true;
            drop(calls.remove(place));
            continue;
        }
        match calls[place].as_mut().poll(&mut context) {
            Poll::Ready(end) => {
                drop(calls.remove(place));
                ends.push(end);
            }
            // Time goes on while one waits: the other may be late.
            Poll::Pending => {
                service.clock.advance_to_next();
            }
        }
    }
    ends.extend(service.clock.run(join_all(calls)));
    let order = format!("{order:?}");
    assert_eq!(service.clock.sleepers(), 0, "{order}");
    (ends, order)
}

/// Compares what was told of each call with the ledger.
fn check(service: &Service, ends: &[Told], told: &str) {
    for (op, end) in ends {
        let own = service.world().arrived(*op);
        let fits = match end.as_ref().map_err(|error| error.delivery()) {
            Ok(_) => own == 1,
            Err(Delivery::Unknown) => own <= 1,
            Err(_) => own == 0,
        };
        assert!(fits, "{told}: {op} stands {own} times: {end:?}");
    }
}

#[test]
fn two_clients_with_one_outbox_do_not_take_each_others_message_for_their_own() {
    for fault in FATES {
        let runs = every_order(DEPTH, |choices| {
            let (service, shelf) = (service(&fault), Shelf::default());
            let clients = [(); 2].map(|()| client(&service, &shelf));
            let calls = clients.iter().zip([1, 2]);
            let calls = calls.map(|(client, op)| call(client, op, None)).collect();
            let (ends, order) = interleave(&service, choices, calls);
            let told = format!("{fault:?}, {order}");
            check(&service, &ends, &told);
            drop(clients);
            // What one left behind: of two alike it may stay open which one is meant.
            let all = service.world().texts(TICKET).len();
            let last = service.builder().outbox(shelf).build().unwrap();
            let found = service.clock.run(last.reconcile_outbox());
            let confirmed = found
                .iter()
                .filter(|one| matches!(one.outcome, Ok(Outcome::Confirmed(_))))
                .count();
            let known = ends.iter().filter(|(_, end)| end.is_ok()).count();
            assert!(
                known + confirmed <= all,
                "{told}: {known} and {confirmed} of {all}"
            );
        });
        assert!(runs > 100, "{runs} orders");
    }
}

#[test]
fn a_key_sends_one_message() {
    for fault in FATES {
        let runs = every_order(DEPTH, |choices| {
            let (service, shelf) = (service(&fault), Shelf::default());
            let both = client(&service, &shelf);
            let calls = [1, 2].map(|op| call(&both, op, Some(KEY)));
            let (ends, order) = interleave(&service, choices, calls.into());
            let told = format!("{fault:?}, {order}");
            let all = || service.world().texts(TICKET).len();
            assert!(all() <= 1, "{told}: it stands {} times", all());
            for (op, end) in &ends {
                assert!(end.is_err() || all() == 1, "{told}: {op} is told {end:?}");
            }
            drop(both);
            let last = service.builder().outbox(shelf).build().unwrap();
            service.world().faults.clear();
            let (_, end) = service.clock.run(call(&last, 3, Some(KEY)));
            assert!(end.is_ok() && all() == 1, "{told}: {end:?}");
            last.acknowledge(KEY).unwrap();
            assert!(last.pending().is_empty(), "{told}");
        });
        assert!(runs > 100, "{runs} orders");
    }
}
