//! Doubts about a submit: what proves an end, what does not, and how those end that nothing proves.

mod beside;
mod landed;
mod reads;

use crate::{
    ledger::{
        Service,
        alter::Alteration,
        as_op,
        faults::{Fault, ReadFault},
        shelf::Shelf,
        world::{Copied, Manner, OWN, Total},
    },
    submit::end,
};
use futures_util::future::join;
use hwc_core::Clock as _;
use hwc_tickets::{
    Client, Confirm, Delivery, Error, ErrorKind, Outbox, Outcome, Pending, RateLimit, SecretString,
    Sent,
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityError, Token,
    },
    submit::{PendingId, Resemblance},
};
use jiff::SignedDuration;
use std::{
    future::IntoFuture as _,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const TICKET: &str = "case-1";

/// A service on whose ticket a colleague wrote so many messages, half a minute apart.
fn after_talk(earlier: usize, oldest_first: bool) -> Service {
    let service = Service::new();
    for number in 0..earlier {
        (service.world()).post(TICKET, 0, "colleague", &format!("words {number}"));
        service.clock.advance(Duration::from_secs(30));
    }
    service.world().manner.oldest_first = oldest_first;
    service
}

fn submit(service: &Service, client: &Client, op: u64, text: &str) -> Result<Sent, Error> {
    service.clock.run(as_op(op, async {
        client.ticket(TICKET)?.submit(text).await
    }))
}

/// A submit that is in doubt from the start, and its record.
fn in_doubt(service: &Service, client: &Client, op: u64, text: &str) -> Pending {
    let ticket = client.ticket(TICKET).unwrap();
    let submit = ticket.submit(text).confirm(Confirm::Never);
    let error = service
        .clock
        .run(as_op(op, submit.into_future()))
        .unwrap_err();
    error.into_pending().unwrap()
}

/// The read before the submit was answered from a state some seconds old, so an equal message looks new
/// afterwards. Its time may be wrong; it is not, because of that, the time of the submit. One that is no older than
/// the clocks may differ could be either.
#[test]
fn what_the_read_before_the_submit_may_have_missed_is_not_taken_for_it() {
    for age in [6, 7, 9] {
        for arrives in [false, true] {
            let service = Service::new();
            service.world().post(TICKET, 0, OWN, "an earlier one");
            service.clock.advance(Duration::from_secs(60));
            service.world().post(TICKET, 0, OWN, "ping");
            let until = service.clock.elapsed() + Duration::from_secs(age + 1);
            service.world().tickets.get_mut(TICKET).unwrap()[1].visible_at = until;
            service.clock.advance(Duration::from_secs(age));
            service.world().faults = [Fault::Reset(arrives)].into();
            let result = submit(&service, &service.client(), 1, "ping");
            let expected = if arrives { "confirmed" } else { "unknown" };
            assert_eq!(end(&result), expected, "{age} seconds old: {result:?}");
        }
    }
}

/// A service that stamps by another clock than it answers by: what came is still found.
#[test]
fn a_clock_that_stamps_hours_off_keeps_no_message_from_being_found() {
    for ahead in [
        -30_000, -28_800, -3600, -70, -16, -5, -4, -3, -2, -1, 0, 1, 5, 70, 28_800,
    ] {
        assert_eq!(end(&lost_answer(ahead)), "confirmed", "{ahead}");
    }
}

/// Between what clocks may differ and what a read may be old, such a stamp can also be that of an earlier message.
#[test]
fn a_clock_that_stamps_some_seconds_behind_leaves_a_doubt_open() {
    for ahead in [-15, -10, -6] {
        assert_eq!(end(&lost_answer(ahead)), "unknown", "{ahead}");
    }
}

/// A message that arrives while its answer is lost, at a service that stamps so many seconds ahead of its answers.
fn lost_answer(ahead: i64) -> Result<Sent, Error> {
    let service = Service::new();
    service.world().stamps_ahead = SignedDuration::from_secs(ahead);
    service.world().post(TICKET, 0, OWN, "an earlier one");
    service.clock.advance(Duration::from_secs(60));
    service.world().faults = [Fault::Reset(true)].into();
    submit(&service, &service.client(), 1, "ping")
}

/// Reading takes its time: the clock of the service showed the time of the first page when its head came.
#[test]
fn a_page_that_comes_late_puts_no_message_earlier() {
    let pause = Duration::from_secs(4);
    let second = [ReadFault::None, ReadFault::Slow(pause)];
    let body = [ReadFault::SlowBody(pause), ReadFault::None];
    for (slow, oldest_first) in [
        (&second, false),
        (&second, true),
        (&body, false),
        (&body, true),
    ] {
        let service = after_talk(2, oldest_first);
        service.world().faults = [Fault::Reset(true)].into();
        service.world().read_faults = slow.clone().into();
        let began = service.clock.elapsed();
        let pending = in_doubt(&service, &service.client(), 1, "ping");
        assert!(service.clock.elapsed() - began >= pause);
        let stored = serde_json::to_value(pending).unwrap();
        let world = service.world();
        let sent = world.tickets[TICKET].last().unwrap();
        assert_eq!(stored["span"]["from"], sent.created.to_string());
    }
}

/// A page that a machine on the way kept does not tell what the clock of the service shows now.
#[test]
fn a_stored_page_does_not_tell_when_a_message_was_sent() {
    let service = after_talk(2, false);
    let at = service.clock.elapsed();
    for is_stored in [false, true] {
        let mut world = service.world();
        world.faults = [Fault::Reset(true)].into();
        let copy = Copied {
            at,
            tells_age: true,
        };
        world.copy = is_stored.then_some(copy);
        drop(world);
        let pending = in_doubt(&service, &service.client(), 1, "ping");
        let stored = serde_json::to_value(pending).unwrap();
        assert_eq!(stored["span"].is_null(), is_stored, "{stored}");
        assert!(!stored["baseline"].is_null(), "{stored}");
    }
}

/// It came in the same second as an equal one, which is recalled then: the list is the same as before.
#[test]
fn a_message_that_takes_the_place_of_an_equal_one_is_not_absent() {
    for ahead in [-5, -4, -3, -2, 0, 1, 5] {
        let service = Service::new();
        service.world().stamps_ahead = SignedDuration::from_secs(ahead);
        service.world().post(TICKET, 0, OWN, "ping");
        service.world().faults = [Fault::Reset(true)].into();
        let recall = async {
            service.clock.sleep(Duration::from_millis(300)).await;
            service.world().tickets.get_mut(TICKET).unwrap()[0].recalled = true;
        };
        let ticket = service.client().ticket(TICKET).unwrap();
        let submit = as_op(1, ticket.submit("ping").into_future());
        let (result, ()) = service.clock.run(join(submit, recall));
        assert_eq!(service.world().arrived(1), 1);
        assert_eq!(end(&result), "unknown", "{ahead}: {result:?}");
    }
}

#[test]
fn no_alteration_makes_a_message_absent_or_doubles_it() {
    let texts = [
        "Café  \"zur Mühle\": 12 are full. \n\nIt's e.g. <b>bold</b>.",
        "Cafe\u{301} (Ａ１)\u{200b} 'x'",
        "one line",
    ];
    for altered in Alteration::ALL {
        for text in texts {
            for resend in [false, true] {
                let service = Service::new();
                service.world().post(TICKET, 0, OWN, "an earlier one");
                service.clock.advance(Duration::from_secs(60));
                service.world().manner.altered = altered;
                service.world().faults = [Fault::Reset(true)].into();
                let client = service.client();
                let mut submit = client.ticket(TICKET).unwrap().submit(text);
                if resend {
                    submit = submit.resend_if_absent();
                }
                let result = service.clock.run(as_op(1, submit.into_future()));
                let ends = end(&result);
                assert!(
                    ends == "confirmed" || (ends == "unknown" && !altered.keeps_words()),
                    "{altered:?} {text:?}: {ends}"
                );
                assert_eq!(service.world().arrived(1), 1, "{altered:?} {text:?}");
            }
        }
    }
}

#[test]
fn what_is_alike_only_after_folding_counts_when_it_is_the_only_candidate() {
    // Both go out at once; one is lost; the service joins the blanks of the other.
    for (first, second, wanted) in [
        (true, false, ["confirmed or unknown", "unknown"]),
        (false, true, ["unknown", "confirmed or unknown"]),
    ] {
        let service = Service::new();
        service.world().manner.altered = Alteration::NoBreakSpaces;
        service.world().faults = [Fault::Reset(first), Fault::Reset(second)].into();
        let client = service.client();
        let ticket = client.ticket(TICKET).unwrap();
        let (one, other) = service.clock.run(join(
            as_op(1, ticket.submit("a  b").into_future()),
            as_op(2, ticket.submit("a b").into_future()),
        ));
        for (result, wanted) in [one, other].iter().zip(wanted) {
            assert!(wanted.contains(end(result)), "{wanted}: {result:?}");
        }
    }
}

#[test]
fn a_message_that_the_service_stripped_is_no_proof_for_the_one_it_looks_like_now() {
    let service = Service::new();
    service.world().manner.altered = Alteration::TagsTakenOut;
    service.world().faults = [Fault::None, Fault::Reset(false)].into();
    let client = service.client();
    let ticket = client.ticket(TICKET).unwrap();
    let (first, second) = service.clock.run(join(
        as_op(1, ticket.submit("<b>bold</b> text").into_future()),
        as_op(2, ticket.submit("bold text").into_future()),
    ));
    assert_eq!((end(&first), end(&second)), ("accepted", "unknown"));
}

/// A service that tells the side wrongly must not make a message absent that stands there to be read.
#[test]
fn the_text_on_the_other_side_leaves_a_loss_open() {
    for reference in [false, true] {
        let service = Service::new();
        service.world().post(TICKET, 1, "engineer", "What is it?");
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(false)].into();
        let client = service.client();
        let ticket = client.ticket(TICKET).unwrap();
        let text = "The disk is full.";
        let speak = async {
            service.clock.sleep(Duration::from_secs(2)).await;
            service.world().post(TICKET, 1, "engineer", text);
        };
        let submit = ticket.submit(text);
        let submit = match reference {
            true => submit.with_reference(),
            false => submit,
        };
        let (result, ()) = service
            .clock
            .run(join(as_op(1, submit.into_future()), speak));
        // With a tag, a text without it is another one.
        let wanted = if reference { "absent" } else { "unknown" };
        assert_eq!(end(&result), wanted, "reference {reference}");
    }
}

#[test]
fn what_comes_from_the_own_side_meanwhile_leaves_a_loss_open() {
    // Side, role and whether a loss can still be proven.
    let table: [(&str, serde_json::Value, &str); 5] = [
        (
            "a colleague",
            serde_json::json!({"type": 0, "replier_type": 0}),
            "unknown",
        ),
        (
            "the support",
            serde_json::json!({"type": 1, "replier_type": 1}),
            "absent",
        ),
        (
            "nobody knows who",
            serde_json::json!({"type": null, "replier_type": null}),
            "unknown",
        ),
        (
            "a third party",
            serde_json::json!({"type": null, "replier_type": 2}),
            "unknown",
        ),
        (
            "both sides",
            serde_json::json!({"type": 1, "replier_type": 0}),
            "unknown",
        ),
    ];
    for (who, fields, wanted) in table {
        let service = Service::new();
        service.world().post(TICKET, 1, "engineer", "What is it?");
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(false)].into();
        service.world().odd_fields = Some(("other words", fields));
        let client = service.builder().author_id(OWN).build().unwrap();
        let ticket = client.ticket(TICKET).unwrap();
        let speak = async {
            service.clock.sleep(Duration::from_secs(2)).await;
            service.world().post(TICKET, 0, "somebody", "other words");
        };
        let submit = as_op(1, ticket.submit("The disk is full.").into_future());
        let (result, ()) = service.clock.run(join(submit, speak));
        assert_eq!(end(&result), wanted, "{who}");
    }
}

#[test]
fn an_own_message_with_a_tag_does_not_keep_a_loss_open() {
    // Without a tag, what came could be the lost one, altered beyond recognition.
    for (tagged, wanted) in [(true, "absent"), (false, "unknown")] {
        let service = Service::new();
        let client = service.client();
        service.world().faults = [Fault::Reset(false)].into();
        let pending = in_doubt(&service, &client, 1, "The disk is full.");
        let mut next = client.ticket(TICKET).unwrap().submit("Are you there?");
        if tagged {
            next = next.with_reference();
        }
        let next = service.clock.run(as_op(2, next.into_future()));
        assert_eq!(end(&next), "accepted");
        let told = match service.clock.run(client.reconcile(&pending)).unwrap() {
            Outcome::Absent => "absent",
            Outcome::Unknown(candidates) => {
                assert_eq!(candidates[0].message.content, "Are you there?");
                assert_eq!(candidates[0].resemblance, Resemblance::OtherText);
                "unknown"
            }
            _ => "confirmed",
        };
        assert_eq!(told, wanted);
    }
}

#[test]
fn pages_that_end_early_prove_no_absence() {
    for oldest_first in [true, false] {
        for total in [Total::Messages, Total::Rows, Total::LeftOut] {
            for earlier in [3, 30, 120] {
                for acts in [true, false] {
                    let service = after_talk(earlier, oldest_first);
                    service.world().manner = Manner {
                        oldest_first,
                        page_cap: Some(20),
                        total,
                        ..Manner::default()
                    };
                    service.world().faults = [Fault::Reset(acts)].into();
                    let result = submit(&service, &service.client(), 1, "ping");
                    let right = if acts { "confirmed" } else { "absent" };
                    let ends = end(&result);
                    assert!(
                        ends == right || ends == "unknown",
                        "{oldest_first} {total:?} {earlier} {acts}: {ends}"
                    );
                    assert!(
                        // What such pages do not show cannot be told from what came.
                        earlier > 20 || ends == right,
                        "{oldest_first} {total:?} {earlier} {acts}: {ends}"
                    );
                }
            }
        }
    }
}

/// A page that a machine on the way kept shows what was there when it was made.
#[test]
fn a_page_of_an_earlier_time_proves_no_absence() {
    // Of a ticket without messages one page is read, of the others a second one.
    for earlier in [0, 3] {
        for tells_age in [true, false] {
            for acts in [true, false] {
                for is_copied in [true, false] {
                    let service = after_talk(earlier, true);
                    {
                        let mut world = service.world();
                        world.faults = [Fault::Reset(acts)].into();
                        world.lag = Duration::from_secs(1);
                        let at = service.clock.elapsed();
                        world.copy = is_copied.then_some(Copied { at, tells_age });
                    }
                    let result = submit(&service, &service.client(), 1, "ping");
                    let right = match (is_copied, acts) {
                        (true, _) => "unknown",
                        (false, true) => "confirmed",
                        (false, false) => "absent",
                    };
                    let case = (earlier, tells_age, acts, is_copied);
                    assert_eq!(end(&result), right, "{case:?}");
                }
            }
        }
    }
}

#[test]
fn a_clock_of_the_service_that_steps_back_proves_no_absence() {
    for earlier in [3, 130] {
        for minutes in [2, 600] {
            for oldest_first in [true, false] {
                for acts in [true, false] {
                    let service = after_talk(earlier, oldest_first);
                    service.world().faults = [Fault::Hang(acts)].into();
                    let client = service.client();
                    let ticket = client.ticket(TICKET).unwrap();
                    // The baseline is read, and the message is stamped with another time.
                    service.world().stamps_ahead = SignedDuration::from_mins(-minutes);
                    let submit = as_op(1, ticket.submit("ping").into_future());
                    let result = service.clock.run(submit);
                    let ends = end(&result);
                    let right = if acts { "confirmed" } else { "absent" };
                    // Of the longer ticket not all was read before.
                    let may_be_open = acts || earlier > 100;
                    assert!(
                        ends == right || (may_be_open && ends == "unknown"),
                        "{earlier} {minutes} {oldest_first} {acts}: {ends}"
                    );
                }
            }
        }
    }
}

/// One row that is not of the ticket.
const FOREIGN_ROW: &str = r#"{"count":1,"message_list":[{"type":0,"replier":"x","replier_type":0,
    "content":"of another ticket","create_time":"2026-02-20 08:00:00"}]}"#;

#[test]
fn a_list_that_shows_less_than_before_proves_no_absence() {
    #[derive(Debug, Clone, Copy)]
    enum Later {
        Shows(&'static str),
        /// An older state with so many rows.
        Keeps(usize),
        /// All but this row, and the new one not in sight yet.
        Lacks(usize),
    }
    for earlier in [0, 3, 130] {
        for later in [
            Later::Shows(r#"{"count":0,"message_list":[]}"#),
            Later::Shows("{}"),
            Later::Shows(r#"{"count":null,"message_list":null}"#),
            Later::Shows(r#"{"message_list":[]}"#),
            Later::Shows(FOREIGN_ROW),
            Later::Keeps(1),
            Later::Keeps(2),
            Later::Lacks(2),
        ] {
            // An empty ticket that stays so is told as it is: that is what the window is for.
            if earlier == 0 && !matches!(later, Later::Shows("{}" | FOREIGN_ROW)) {
                continue;
            }
            for oldest_first in [true, false] {
                let service = after_talk(earlier, oldest_first);
                service.world().faults = [Fault::Reset(true)].into();
                let client = service.client();
                let ticket = client.ticket(TICKET).unwrap();
                let submit = ticket.submit("ping").resend_if_absent();
                let change = async {
                    service.clock.sleep(Duration::from_millis(100)).await;
                    let mut world = service.world();
                    match later {
                        Later::Shows(body) => world.every_read = ReadFault::Instead(body),
                        Later::Keeps(rows) => {
                            let rows = world.tickets.get_mut(TICKET).unwrap().iter_mut().skip(rows);
                            rows.for_each(|row| row.recalled = true);
                        }
                        Later::Lacks(row) => {
                            let rows = world.tickets.get_mut(TICKET).unwrap();
                            rows[row].recalled = true;
                            rows[earlier].visible_at = Duration::MAX;
                        }
                    }
                };
                let submit = as_op(1, submit.into_future());
                let (result, ()) = service.clock.run(join(submit, change));
                let case = format!("{earlier} {later:?} {oldest_first}");
                assert_eq!(service.world().arrived(1), 1, "{case}");
                assert_eq!(end(&result), "unknown", "{case}");
            }
        }
    }
}

#[test]
fn a_recall_does_not_hide_a_message_that_is_stamped_far_back() {
    // The total is the same again, and the new message is not among the newest.
    for (earlier, recalled) in [(130, 129), (130, 60), (3, 1)] {
        for oldest_first in [true, false] {
            let service = after_talk(earlier, oldest_first);
            service.world().faults = [Fault::Hang(true)].into();
            let client = service.client();
            let ticket = client.ticket(TICKET).unwrap();
            service.world().stamps_ahead = SignedDuration::from_hours(-10);
            let change = async {
                service.clock.sleep(Duration::from_millis(100)).await;
                service.world().tickets.get_mut(TICKET).unwrap()[recalled].recalled = true;
            };
            let submit = as_op(1, ticket.submit("ping").into_future());
            let (result, ()) = service.clock.run(join(submit, change));
            assert!(
                matches!(end(&result), "confirmed" | "unknown"),
                "{earlier} {recalled} {oldest_first}: {result:?}"
            );
        }
    }
}

#[test]
fn an_empty_page_in_the_middle_is_not_the_end_of_the_list() {
    for body in ["{}", r#"{"count":60,"message_list":[]}"#] {
        let service = Service::new();
        for number in 0..60 {
            let text = if number == 20 { "ping" } else { "words" };
            service.world().post(TICKET, 0, OWN, text);
            service.clock.advance(Duration::from_secs(1));
        }
        service.world().manner.page_cap = Some(20);
        service.world().read_faults = [ReadFault::None, ReadFault::Instead(body)].into();
        service.world().faults = [Fault::Reset(false)].into();
        // The one that was there before is not taken for the new one.
        let result = submit(&service, &service.client(), 1, "ping");
        assert_eq!(end(&result), "unknown", "{body}: {result:?}");
    }
}

#[test]
fn a_long_text_with_the_same_beginning_and_another_end_is_another() {
    let beginning = "word ".repeat(81);
    let text = format!("{beginning} and the end of it");
    for (colleague, wanted) in [
        (format!("{beginning} and another end"), "unknown"),
        (
            format!("{beginning} and the end of it, and more"),
            "unknown",
        ),
        (format!("{beginning} and the  end of"), "unknown"),
        (text.clone(), "confirmed"),
        // As the service shows a text that it cut.
        (text.chars().take(400).collect(), "confirmed"),
        (text.chars().take(404).collect(), "unknown"),
    ] {
        let service = Service::new();
        service.world().faults = [Fault::Reset(false)].into();
        let client = service.client();
        let ticket = client.ticket(TICKET).unwrap();
        let speak = async {
            service.clock.sleep(Duration::from_millis(100)).await;
            service.world().post(TICKET, 0, "colleague", &colleague);
        };
        let submit = as_op(1, ticket.submit(text.as_str()).into_future());
        let (result, ()) = service.clock.run(join(submit, speak));
        assert_eq!(end(&result), wanted, "{colleague:?}");
    }
}

#[test]
fn what_is_alike_only_after_folding_does_not_outnumber_other_submits() {
    // One is lost, the other stored, and a colleague writes the same words with other blanks.
    for colleague in ["a  b", "a\u{a0}b"] {
        let service = Service::new();
        service.world().faults = [Fault::Reset(false), Fault::None].into();
        let builder = service.builder().outbox(Shelf::default());
        let client = builder.build().unwrap();
        let ticket = client.ticket(TICKET).unwrap();
        let speak = async {
            service.clock.sleep(Duration::from_millis(100)).await;
            service.world().post(TICKET, 0, "colleague", colleague);
        };
        let ((lost, stored), ()) = service.clock.run(join(
            join(
                as_op(1, ticket.submit("a b").into_future()),
                as_op(2, ticket.submit("a b").into_future()),
            ),
            speak,
        ));
        assert_eq!(service.world().arrived(1), 0);
        assert_eq!((end(&lost), end(&stored)), ("unknown", "accepted"));
    }
}

#[test]
fn unreadable_attachments_do_not_make_folded_texts_the_same() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(false)].into();
    service.world().odd_fields = Some(("a b", serde_json::json!({"accessory_list": "?"})));
    let client = service.client();
    let ticket = client.ticket(TICKET).unwrap();
    let speak = async {
        for _ in 0..2 {
            service.clock.sleep(Duration::from_millis(100)).await;
            service.world().post(TICKET, 0, "colleague", "a b");
        }
    };
    let submit = as_op(1, ticket.submit("a  b").into_future());
    let (result, ()) = service.clock.run(join(submit, speak));
    assert_eq!(end(&result), "unknown", "{result:?}");
}

#[test]
fn without_a_baseline_the_candidates_are_shown() {
    // The same text stands there already; only one of the two posts arrives.
    for acts in [true, false] {
        let service = Service::new();
        service.world().post(TICKET, 0, OWN, "ping");
        service.world().post(TICKET, 0, "colleague", "pong");
        service.clock.advance(Duration::from_secs(60));
        service
            .clock
            .set_wall_time("2001-01-01T00:00:00Z".parse().unwrap());
        service.world().faults = [Fault::Hang(acts)].into();
        service.world().read_faults = [ReadFault::Page, ReadFault::Page].into();
        let client = service.client();
        let error = submit(&service, &client, 1, "ping").unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        let pending = error.into_pending().unwrap();
        let outcome = service.clock.run(client.reconcile(&pending)).unwrap();
        let Outcome::Unknown(candidates) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(
            (candidates.iter()).all(|candidate| candidate.message.content == "ping"
                && candidate.resemblance == Resemblance::SameText)
        );
        let in_time: Vec<_> = candidates.iter().map(|one| one.in_time).collect();
        let wanted = if acts {
            vec![Some(true), Some(false)]
        } else {
            vec![Some(false)]
        };
        assert_eq!(in_time, wanted);
        // A person has looked and decided.
        client.forget(pending.id()).unwrap();
        assert!(client.pending().is_empty());
    }
}

#[test]
fn a_tag_needs_no_baseline() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let ticket = service.client().ticket(TICKET).unwrap();
    let submit = ticket.submit("ping").with_reference().skip_baseline();
    let result = service.clock.run(as_op(1, submit.into_future()));
    assert_eq!(end(&result), "confirmed");
}

/// Gives a token after a while, and counts how often it was asked.
#[derive(Debug, Clone)]
struct Slow(Duration, Arc<AtomicUsize>);

impl FetchIdentity for Slow {
    fn fetch<'a>(
        &'a self,
        context: &'a IdentityContext,
    ) -> Pin<Box<dyn Future<Output = Result<Fetched, IdentityError>> + Send + 'a>> {
        Box::pin(async move {
            self.1.fetch_add(1, Ordering::Relaxed);
            context.clock.sleep(self.0).await;
            let token = Token::new(&SecretString::from("late")).unwrap();
            Ok(Fetched::unlimited(Identity::token(token)))
        })
    }
}

#[test]
fn slow_credentials_cost_time_and_nothing_else() {
    for (seconds, baseline, wanted, posts) in [
        (6, true, "accepted", 1),
        (8, true, "accepted", 1),
        (20, true, "accepted", 1),
        (20, false, "accepted", 1),
        (29, true, "accepted", 1),
        // Without credentials nothing can be sent.
        (31, true, "not sent", 0),
        (3600, false, "not sent", 0),
    ] {
        let service = Service::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let slow = Slow(Duration::from_secs(seconds), Arc::clone(&asked));
        let client = Client::builder()
            .identity(CachedIdentity::new(slow))
            .clock(service.clock.clone())
            .transport(service.line.clone())
            .build()
            .unwrap();
        let mut submit = client.ticket(TICKET).unwrap().submit("ping");
        if !baseline {
            submit = submit.skip_baseline();
        }
        let result = service.clock.run(as_op(1, submit.into_future()));
        assert_eq!(end(&result), wanted, "{seconds} s: {result:?}");
        assert_eq!(service.requests("POST"), posts, "{seconds} s");
        assert_eq!(service.world().arrived(1), posts, "{seconds} s");
        assert_eq!(
            asked.load(Ordering::Relaxed),
            1,
            "{seconds} s: fetched once"
        );
        assert!(service.clock.elapsed() <= Duration::from_millis(30_100));
        // The baseline was read all the same.
        let reads = usize::from(baseline && posts == 1);
        assert!(service.requests("GET") >= reads, "{seconds} s");
    }
}

#[test]
fn a_baseline_that_gets_no_turn_in_its_time_does_not_stop_the_submit() {
    let service = Service::new();
    // The service asks the read of the baseline to wait longer than a quarter of the deadline.
    service.world().read_faults = [ReadFault::Throttled(10)].into();
    assert_eq!(
        end(&submit(&service, &service.client(), 1, "ping")),
        "accepted"
    );
    // The own pace: the next turn comes after the time for the baseline, and before that of the POST ends.
    let service = Service::new();
    let client = service
        .builder()
        .rate_limit(RateLimit::per_second(0.1).burst(1))
        .build()
        .unwrap();
    let first = client.ticket(TICKET).unwrap().submit("first");
    let first = service.clock.run(first.skip_baseline().into_future());
    assert_eq!(end(&first), "accepted");
    assert_eq!(end(&submit(&service, &client, 1, "ping")), "accepted");
}

#[test]
fn one_process_does_not_take_the_message_of_another_for_its_own() {
    // The other one is stored: before the first reads, while it reads, or it has just been settled.
    for stored_after in [0, 700, 3000] {
        for fault in [
            Fault::Reset(false),
            Fault::Hang(false),
            Fault::Status(503, false),
        ] {
            let service = Service::new();
            let shelf = Shelf::default();
            let client = || service.builder().outbox(shelf.clone()).build().unwrap();
            let (first, second) = (client(), client());
            let tickets = [&first, &second].map(|client| client.ticket(TICKET).unwrap());
            service.world().faults = [fault.clone(), Fault::None].into();
            let later = async {
                let pause = Duration::from_millis(stored_after);
                service.clock.sleep(pause).await;
                as_op(2, tickets[1].submit("ping").into_future()).await
            };
            let (lost, stored) = service.clock.run(join(
                as_op(1, tickets[0].submit("ping").into_future()),
                later,
            ));
            let (lost, stored) = match service.world().arrived(1) {
                0 => (lost, stored),
                _ => (stored, lost),
            };
            assert!(matches!(end(&stored), "accepted" | "unknown"), "{stored:?}");
            assert_eq!(end(&lost), "unknown", "{stored_after} ms, {fault:?}");
        }
    }
}

#[test]
fn a_process_that_begins_when_another_has_just_ended_knows_of_it() {
    let service = Service::new();
    service.world().lag = Duration::from_secs(6);
    let shelf = Shelf::default();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    assert_eq!(end(&submit(&service, &client(), 1, "ping")), "accepted");
    // The clock of this machine is set meanwhile; the message is not in sight yet.
    let clock = &service.clock;
    clock.set_wall_time(clock.now() + SignedDuration::from_hours(20));
    service.world().faults = [Fault::Reset(false)].into();
    assert_eq!(end(&submit(&service, &client(), 2, "ping")), "unknown");
    // Long after, the record is of no more use, and goes.
    service.clock.advance(Duration::from_secs(3600));
    client().forget(client().pending()[0].id()).unwrap();
    assert_eq!(end(&submit(&service, &client(), 3, "another")), "accepted");
    assert_eq!(shelf.list().unwrap().len(), 1, "only the newest is left");
    service.world().faults = [Fault::Reset(true)].into();
    assert_eq!(end(&submit(&service, &client(), 4, "ping")), "confirmed");
}

#[test]
fn no_clock_that_is_set_back_makes_a_later_submit_an_earlier_one() {
    let service = Service::new();
    let shelf = Shelf::default();
    let client = || service.builder().outbox(shelf.clone()).build().unwrap();
    service.world().faults = [Fault::Reset(false)].into();
    let pending = in_doubt(&service, &client(), 1, "ping");
    // Both clocks go back, that of this machine and that of the service.
    let clock = &service.clock;
    clock.set_wall_time(clock.now() + SignedDuration::from_hours(-5));
    service.world().step(SignedDuration::from_hours(-2));
    assert_eq!(end(&submit(&service, &client(), 2, "ping")), "accepted");
    service.clock.advance(Duration::from_secs(60));
    let outcome = service.clock.run(client().reconcile(&pending)).unwrap();
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

#[test]
fn an_outbox_that_cannot_be_read_again_confirms_nothing() {
    #[derive(Debug)]
    struct Blind;
    impl Outbox for Blind {
        fn put(&self, _: &Pending) -> io::Result<()> {
            Ok(())
        }
        fn remove(&self, _: &PendingId) -> io::Result<()> {
            Ok(())
        }
        fn list(&self) -> io::Result<Vec<Pending>> {
            Ok(Vec::new())
        }
        fn list_all(&self) -> io::Result<Vec<Pending>> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    // Where nothing came at all, nobody has to be told from anybody.
    for (acts, wanted) in [(true, "unknown"), (false, "absent")] {
        let service = Service::new();
        service.world().faults = [Fault::Reset(acts)].into();
        let client = service.builder().outbox(Blind).build().unwrap();
        let result = submit(&service, &client, 1, "ping");
        assert_eq!(end(&result), wanted);
        // The doubt says why it stays: whoever reads only this mends the outbox.
        let error = result.unwrap_err();
        let shown = error.to_string();
        // Also where the error was stored.
        let report = hwc_tickets::ErrorReport::from(&error);
        assert_eq!(report.to_string(), shown);
        let stored = serde_json::to_string(&report).unwrap();
        let again: Error = serde_json::from_str(&stored).unwrap();
        assert_eq!(again.to_string(), shown);
        assert_eq!(serde_json::to_string(&again).unwrap(), stored);
        let says = shown.contains("the outbox cannot be read: permission denied");
        assert_eq!(says, acts, "{shown}");
    }
}

#[test]
fn two_outboxes_claim_that_such_a_message_stands_there() {
    let service = Service::new();
    let [first, second] = [(); 2].map(|()| {
        let builder = service.builder().outbox(Shelf::default());
        builder.build().unwrap().ticket(TICKET).unwrap()
    });
    service.world().faults = [Fault::Reset(false), Fault::None].into();
    let both = join(
        as_op(1, first.submit("ping").into_future()),
        as_op(2, second.submit("ping").into_future()),
    );
    let (one, other) = service.clock.run(both);
    assert!(matches!(
        (end(&one), end(&other)),
        ("confirmed", "accepted")
    ));
    assert_eq!(service.world().texts(TICKET), ["ping"]);
    // A tag is exact.
    service.clock.advance(Duration::from_secs(60));
    service.world().faults = [Fault::Reset(false), Fault::None].into();
    let both = join(
        as_op(3, first.submit("ping").with_reference().into_future()),
        as_op(4, second.submit("ping").with_reference().into_future()),
    );
    let (one, other) = service.clock.run(both);
    assert!(
        matches!((end(&one), end(&other)), ("unknown", "accepted")),
        "{one:?}"
    );
}

#[test]
fn records_of_the_first_version_stay_readable() {
    let service = Service::new();
    let client = service.client();
    for (acts, wanted) in [(true, "confirmed"), (false, "unknown")] {
        service.world().tickets.clear();
        service.world().post(TICKET, 0, OWN, "an earlier one");
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [Fault::Reset(acts)].into();
        let pending = in_doubt(&service, &client, 1, "ping");
        let mut written = serde_json::to_value(&pending).unwrap();
        written["hwc_tickets_pending"] = 1.into();
        for new in ["folded", "skeleton", "rival_ids", "settled"] {
            written.as_object_mut().unwrap().remove(new);
        }
        written["rivals"] = 0.into();
        let baseline = written["baseline"].as_object_mut().unwrap();
        for new in ["floor", "seen", "total", "date"] {
            baseline.remove(new);
        }
        baseline.insert("known".to_owned(), serde_json::json!([]));
        baseline.insert("unreadable".to_owned(), 0.into());
        let old: Pending = serde_json::from_value(written).unwrap();
        let outcome = service.clock.run(service.client().reconcile(&old)).unwrap();
        let told = match outcome {
            Outcome::Confirmed(_) => "confirmed",
            Outcome::Absent => "absent",
            _ => "unknown",
        };
        // That version wrote down only what looked alike: it cannot prove that nothing came.
        assert_eq!(told, wanted);
    }
}

#[test]
fn many_records_are_settled_together() {
    // All in one ticket or each in its own, and the most requests and seconds that may take.
    const RECORDS: u64 = 400;
    for (tickets, requests, seconds) in [(1, 32, 40), (RECORDS, 3_125, 47)] {
        let service = Service::new();
        let client = service.client();
        service.world().faults = (0..RECORDS).map(|n| Fault::Reset(n % 2 == 0)).collect();
        let mut arrived = 0;
        for number in 0..RECORDS {
            let ticket = client.ticket(format!("case-{}", number % tickets)).unwrap();
            let submit = ticket
                .submit(format!("text {number}"))
                .confirm(Confirm::Never);
            assert!(
                service
                    .clock
                    .run(as_op(number, submit.into_future()))
                    .is_err()
            );
            arrived += service.world().arrived(number);
            service.clock.advance(Duration::from_millis(10));
        }
        let (before, began) = (service.requests("GET"), service.clock.elapsed());
        let found = service.clock.run(client.reconcile_outbox());
        assert_eq!(found.len() as u64, RECORDS);
        let confirmed = (found.iter())
            .filter(|one| matches!(one.outcome, Ok(Outcome::Confirmed(_))))
            .count();
        let took = (service.clock.elapsed() - began).as_secs();
        let asked = service.requests("GET") - before;
        assert!(took <= seconds, "{tickets} tickets took {took} s");
        assert!(asked <= requests, "{tickets} tickets took {asked} reads");
        if tickets > 1 {
            assert_eq!(confirmed, arrived);
            assert!(client.pending().is_empty());
        }
    }
}

#[test]
fn what_is_still_being_sent_is_not_judged() {
    let service = Service::new();
    let client = service.client();
    service.world().faults = [Fault::Hang(false)].into();
    let ticket = client.ticket(TICKET).unwrap();
    let look = async {
        service.clock.sleep(Duration::from_secs(1)).await;
        client.reconcile_outbox().await
    };
    let submit = as_op(1, ticket.submit("ping").into_future());
    let (_, found) = service.clock.run(join(submit, look));
    assert!(
        matches!(&found[..], [one] if matches!(one.outcome, Ok(Outcome::Unknown(_)))),
        "{found:?}"
    );
}

#[test]
fn to_forget_what_the_outbox_keeps_is_an_error() {
    #[derive(Debug)]
    struct Stuck(Shelf);
    impl Outbox for Stuck {
        fn put(&self, pending: &Pending) -> io::Result<()> {
            self.0.put(pending)
        }
        fn remove(&self, _: &PendingId) -> io::Result<()> {
            Err(io::ErrorKind::ReadOnlyFilesystem.into())
        }
        fn list(&self) -> io::Result<Vec<Pending>> {
            self.0.list()
        }
    }
    let service = Service::new();
    let outbox = Stuck(Shelf::default());
    let client = service.builder().outbox(outbox).build().unwrap();
    service.world().faults = [Fault::Reset(true)].into();
    let pending = in_doubt(&service, &client, 1, "ping");
    let error = client.forget(pending.id()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
}
