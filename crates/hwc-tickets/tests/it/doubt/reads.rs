//! The reads that settle a doubt: when they come, what they have to show, and what they leave to others.

use super::{TICKET, end, in_doubt, submit};
use crate::ledger::{
    Service, as_op,
    faults::{Fault, ReadFault},
    shelf::Shelf,
    world::{OWN, Total},
};
use futures_util::future::{Either, join, select};
use hwc_core::Clock as _;
use hwc_tickets::Outcome;
use serde_json::json;
use std::{
    future::{IntoFuture as _, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// The read that proves a loss comes when the window ends. A service that fails then is not asked again at once.
#[test]
fn a_loss_is_told_when_the_window_ends() {
    // Five reads come before.
    let fails_then = [vec![ReadFault::None; 5], vec![ReadFault::Status(503)]].concat();
    // The first read comes after 0.4 to 0.6 s, and the one after the failure 6.4 to 9.6 s later.
    for (reads, millis) in [(Vec::new(), 10_300..=10_700), (fails_then, 16_700..=20_300)] {
        let service = Service::new();
        let client = service.client();
        service.world().faults = [Fault::Reset(false)].into();
        let pending = in_doubt(&service, &client, 1, "ping");
        service.clock.advance(Duration::from_secs(60));
        service.world().read_faults = reads.clone().into();
        let began = service.clock.elapsed();
        let outcome = service.clock.run(client.reconcile(&pending)).unwrap();
        assert_eq!(outcome, Outcome::Absent, "{reads:?}");
        let took = (service.clock.elapsed() - began).as_millis();
        assert!(millis.contains(&took), "{reads:?}: {took} ms");
    }
}

/// However short the window is, one read alone proves nothing.
#[test]
fn a_loss_takes_two_reads() {
    let service = Service::new();
    let builder = service.builder().consistency_window(Duration::ZERO);
    let client = builder.build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let pending = in_doubt(&service, &client, 1, "ping");
    service.clock.advance(Duration::from_secs(60));
    let before = service.requests("GET");
    let outcome = service.clock.run(client.reconcile(&pending)).unwrap();
    assert_eq!(outcome, Outcome::Absent);
    assert_eq!(service.requests("GET") - before, 2);
}

/// What was out of reach before may be the message in doubt, stamped far back, unless it is from the support's side.
#[test]
fn older_messages_that_were_not_seen_before_leave_a_loss_open() {
    for (kind, replier, wanted) in [(0, "colleague", "unknown"), (1, "engineer", "absent")] {
        let service = Service::new();
        // The read before ends where enough is seen. Without a total, those that follow go on to the end of the list.
        service.world().manner.total = Total::LeftOut;
        for number in 0..130 {
            let words = format!("words {number}");
            service.world().post(TICKET, kind, replier, &words);
            service.clock.advance(Duration::from_secs(30));
        }
        service.world().faults = [Fault::Reset(false)].into();
        let result = submit(&service, &service.client(), 1, "ping");
        assert_eq!(end(&result), wanted, "{replier}: {result:?}");
    }
}

/// Where times are in no order, an older message of the same text, which the first page before did not show, is not the one that was
/// sent. What was seen as a whole leaves no doubt all the same.
#[test]
fn rows_in_no_order_of_time_make_no_older_message_the_sent_one() {
    let (old, ahead) = ("2020-01-01 00:00:00", "2030-01-01 00:00:00");
    let odd = |text, time| Some((text, json!({"create_time": time})));
    let says_first = json!({"create_time": ahead, "is_first_message": 1});
    let says_first = Some(("words 30", says_first));
    // How many messages were there, how many a page holds at most, and the total; which of them has the text that is sent, and which
    // has another time; whether what is sent arrives, and how it ends.
    let among = odd("words 125", old);
    let itself = odd("ping", ahead);
    let far = odd("words 295", old);
    let (told, left_out) = (Total::Messages, Total::LeftOut);
    for (earlier, page_cap, total, same, odd, acts, wanted) in [
        // In order.
        (130, None, left_out, 20, None, true, "confirmed"),
        // One of the newest.
        (130, None, left_out, 20, among.clone(), true, "confirmed"),
        (130, None, left_out, 20, among.clone(), false, "absent"),
        (130, None, told, 20, among, false, "absent"),
        // The very newest: the list is still one with the newest first.
        (130, None, told, 120, odd("words 129", old), false, "absent"),
        // Too many to be seen as a whole.
        (300, Some(20), left_out, 200, far, false, "unknown"),
        // The older one itself: what was seen before was in order.
        (130, None, left_out, 20, itself, false, "unknown"),
        // The first page ends with a message that says it is the first.
        (130, None, left_out, 20, says_first, false, "absent"),
    ] {
        let case = format!("{earlier} {total:?} {same} {odd:?} {acts}");
        let service = Service::new();
        for number in 0..earlier {
            let words = match number == same {
                true => "ping".to_owned(),
                false => format!("words {number}"),
            };
            service.world().post(TICKET, 0, OWN, &words);
            service.clock.advance(Duration::from_secs(30));
        }
        let mut world = service.world();
        world.manner.page_cap = page_cap;
        world.manner.total = total;
        world.odd_fields = odd;
        world.faults = [Fault::Reset(acts)].into();
        drop(world);
        // It moves all rows by one.
        let speak = async {
            service.clock.sleep(Duration::from_millis(100)).await;
            service.world().post(TICKET, 1, "engineer", "Hello.");
        };
        let ticket = service.client().ticket(TICKET).unwrap();
        let submit = as_op(1, ticket.submit("ping").into_future());
        let (result, ()) = service.clock.run(join(submit, speak));
        assert_eq!(end(&result), wanted, "{case}: {result:?}");
    }
}

/// Where nothing came, nobody has to be told from anybody: that the outbox cannot be read hinders nothing.
#[test]
fn an_outbox_that_nobody_needs_is_not_the_reason_of_a_doubt() {
    let service = Service::new();
    let shelf = Shelf::default();
    let client = service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let pending = in_doubt(&service, &client, 1, "ping");
    service.clock.advance(Duration::from_secs(60));
    shelf.damage(Some("a record is damaged"));
    // Less than the window: it stays in doubt.
    let short = Duration::from_secs(5);
    let outcome = (service.clock).run(client.reconcile_within(&pending, short));
    assert_eq!(outcome.unwrap(), Outcome::Unknown(Vec::new()));
}

/// To judge many records takes a while: between any two of them, what else runs on the thread has its turn.
#[test]
fn many_records_of_one_ticket_leave_others_their_turn() {
    const RECORDS: usize = 200;
    let service = Service::new();
    let client = service.client();
    service.world().faults = vec![Fault::Reset(true); RECORDS].into();
    for number in 0..RECORDS {
        in_doubt(&service, &client, number as u64, &format!("text {number}"));
        service.clock.advance(Duration::from_millis(10));
    }
    let mut turns = 0;
    let beside = poll_fn(|_| {
        turns += 1;
        Poll::<()>::Pending
    });
    let finding = pin!(client.reconcile_outbox());
    let Either::Left((found, _)) = service.clock.run(select(finding, beside)) else {
        panic!("the other one never ends");
    };
    assert_eq!(found.len(), RECORDS);
    // Once between two that are judged, and once after each that is settled.
    assert!(turns >= 2 * RECORDS - 1, "{turns} turns");
}
