//! One submit against the ledger: what each fault comes to.

use crate::ledger::{
    Service, as_op,
    faults::{Fault, ReadFault, UNPROVEN},
    world::{Manner, OWN},
};
use futures_util::{StreamExt as _, stream};
use hwc_core::Clock as _;
use hwc_tickets::{
    AttachmentId, Client, Confirm, Delivery, Draft, Error, ErrorKind, GroupId, Outcome, Pending,
    SecretString, Sent, SubmitType, submit::MAX_TEXT_UNITS,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const TICKET: &str = "case-1";

fn submit(service: &Service, client: &Client, text: &str) -> Result<Sent, Error> {
    service.clock.run(as_op(1, async {
        client.ticket(TICKET)?.submit(text).await
    }))
}

/// How a submit ends, in short.
pub(crate) fn end(result: &Result<Sent, Error>) -> &'static str {
    match result {
        Ok(sent) if sent.is_confirmed() => "confirmed",
        Ok(_) => "accepted",
        Err(error) => match error.delivery() {
            Delivery::NotSent => "not sent",
            Delivery::Rejected => "rejected",
            Delivery::Absent => "absent",
            Delivery::Unknown => "unknown",
            _ => "new",
        },
    }
}

#[test]
fn every_fault_of_the_post_has_its_end() {
    let slow = Duration::from_secs(2);
    let table = [
        (vec![Fault::None], "accepted", 1),
        (vec![Fault::Yes("")], "accepted", 1),
        (vec![Fault::Yes("null")], "confirmed", 1),
        (
            vec![Fault::Yes("{\"error_code\":\"CBC.0000\"}")],
            "accepted",
            1,
        ),
        (vec![Fault::Slow(slow)], "accepted", 1),
        (vec![Fault::Refused], "accepted", 2),
        (vec![Fault::ClosedBefore, Fault::Refused], "accepted", 3),
        (
            vec![
                Fault::Refused,
                Fault::Refused,
                Fault::Refused,
                Fault::Refused,
            ],
            "not sent",
            4,
        ),
        (vec![Fault::Refused, Fault::Reset(true)], "confirmed", 2),
        (vec![Fault::Throttled(2)], "accepted", 2),
        (vec![Fault::Throttled(2), Fault::Hang(true)], "confirmed", 2),
        (vec![Fault::Throttled(600)], "rejected", 1),
        (vec![Fault::Gateway(401, "APIGW.0307")], "rejected", 1),
        (vec![Fault::Gateway(403, "APIGW.0302")], "rejected", 1),
        (vec![Fault::Code("OSM.01010001", false)], "rejected", 1),
        (vec![Fault::Code("OSM.01010014", false)], "absent", 1),
        (vec![Fault::Code("OSM.01010017", true)], "confirmed", 1),
        (vec![Fault::Reset(true)], "confirmed", 1),
        (vec![Fault::Reset(false)], "absent", 1),
        (vec![Fault::Hang(true)], "confirmed", 1),
        (vec![Fault::Hang(false)], "absent", 1),
        (vec![Fault::CutAnswer], "confirmed", 1),
        (vec![Fault::StalledAnswer], "confirmed", 1),
        (vec![Fault::Unproven(true)], "confirmed", 1),
        (vec![Fault::Unproven(false)], "absent", 1),
        (vec![Fault::Page(true)], "confirmed", 1),
        (vec![Fault::Page(false)], "absent", 1),
        (vec![Fault::Status(302, false)], "absent", 1),
        (vec![Fault::Status(408, true)], "confirmed", 1),
        (vec![Fault::Status(500, true)], "confirmed", 1),
        (vec![Fault::Status(503, false)], "absent", 1),
    ];
    for (faults, wanted, posts) in table {
        let service = Service::new();
        service.world().post(TICKET, 0, OWN, "an earlier one");
        service.world().faults = faults.clone().into();
        let result = submit(&service, &service.client(), "The disk is full again.");
        assert_eq!(end(&result), wanted, "{faults:?}: {result:?}");
        assert_eq!(service.requests("POST"), posts, "{faults:?}");
        let stored = usize::from(matches!(wanted, "accepted" | "confirmed"));
        assert_eq!(service.world().arrived(1), stored, "{faults:?}");
        assert!(
            service.clock.elapsed() <= Duration::from_millis(30_100),
            "{faults:?}"
        );
        assert_eq!(
            service.clock.sleepers(),
            0,
            "{faults:?}: something is left behind"
        );
    }
}

/// A no that is not proven, from a service that has stored the message, and from one that has not.
#[test]
fn whoever_stores_the_message_and_says_no_never_gets_it_twice() {
    let statuses = (400..500).chain([300, 302, 305, 500, 501, 502, 503, 504, 529]);
    let bare = statuses.map(|status| (status, ""));
    for (status, body) in bare.chain(UNPROVEN.iter().copied()) {
        for (acts, wanted) in [(true, "confirmed"), (false, "absent")] {
            let told = format!("{status} {body}, stored: {acts}");
            let service = Service::new();
            service.world().post(TICKET, 0, OWN, "an earlier one");
            service.world().faults = vec![Fault::Says(status, body, acts); 9].into();
            let result = submit(&service, &service.client(), "The disk is full again.");
            assert_eq!(end(&result), wanted, "{told}: {result:?}");
            assert_eq!(service.requests("POST"), 1, "{told}");
            assert_eq!(service.world().arrived(1), usize::from(acts), "{told}");
        }
        // Without anything to compare with, nothing is claimed.
        let service = Service::new();
        service.world().faults = vec![Fault::Says(status, body, true); 9].into();
        let client = service.client();
        let ticket = client.ticket(TICKET).unwrap();
        let result = service.clock.run(as_op(1, async {
            ticket
                .submit("x")
                .confirm(Confirm::Never)
                .skip_baseline()
                .await
        }));
        assert_eq!(end(&result), "unknown", "{status} {body}: {result:?}");
        assert_eq!(service.requests("POST"), 1, "{status} {body}");
    }
}

#[test]
fn a_wish_to_wait_is_granted_within_the_deadline() {
    // Matrix 40 to 42. The service shows 02:00:00 at the start.
    for (header, at_least, at_most, wanted) in [
        ("3", 3000, 4500, "accepted"),
        ("0", 0, 500, "accepted"),
        (" 2 ", 2000, 3500, "accepted"),
        ("Sun, 01 Mar 2026 02:00:05 GMT", 5000, 6500, "accepted"),
        ("Sunday, 01-Mar-26 02:00:05 GMT", 0, 6500, "accepted"),
        ("Sun, 01 Mar 2020 00:00:00 GMT", 0, 500, "accepted"),
        ("-1", 0, 500, "accepted"),
        ("1e9", 0, 100, "rejected"),
        ("soon", 0, 500, "accepted"),
        ("", 0, 500, "accepted"),
        ("3600", 0, 100, "rejected"),
        ("99999999999999999999", 0, 500, "either"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 0, 100, "rejected"),
    ] {
        let service = Service::new();
        service.world().faults = [Fault::RetryAfter(header)].into();
        let result = submit(&service, &service.client(), "x");
        assert!(
            wanted == "either" || end(&result) == wanted,
            "{header:?}: {result:?}"
        );
        let took = service.clock.elapsed();
        let range = Duration::from_millis(at_least)..=Duration::from_millis(at_most);
        assert!(range.contains(&took), "{header:?}: took {took:?}");
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::Throttled);
            assert!(
                error
                    .retry_after()
                    .is_some_and(|wait| wait > Duration::from_secs(30))
            );
        }
    }
}

#[test]
fn an_outage_does_not_multiply_posts() {
    // Matrix 44: a thousand callers, every answer an error of the service.
    let service = Service::new();
    service.world().faults = vec![Fault::Status(503, false); 10_000].into();
    let client = service.client();
    let calls = (0..1000).map(|n| {
        let ticket = client.ticket(format!("case-{n}")).unwrap();
        ticket
            .submit("x")
            .confirm(Confirm::Never)
            .skip_baseline()
            .into_future()
    });
    let ends = service.clock.run(futures_util::future::join_all(calls));
    assert!(ends.iter().all(|result| end(result) == "unknown"));
    assert_eq!(service.requests("POST"), 1000);
}

#[test]
fn a_baseline_that_cannot_be_read() {
    let table = [
        // Nothing goes out where the POST would fail too.
        (vec![ReadFault::Refused; 4], "not sent", 0),
        (vec![ReadFault::Code("OSM.01010015")], "not sent", 0),
        // Otherwise it goes out without a baseline: a doubt then never ends as absent.
        (vec![ReadFault::Code("OSM.01010002")], "unknown", 1),
        (vec![ReadFault::Page; 2], "unknown", 1),
        (vec![ReadFault::Hang], "unknown", 1),
        (vec![ReadFault::Status(503); 4], "unknown", 1),
    ];
    for (reads, wanted, posts) in table {
        let service = Service::new();
        service.world().faults = [Fault::Reset(false)].into();
        service.world().read_faults = reads.clone().into();
        let result = submit(&service, &service.client(), "Hello");
        assert_eq!(end(&result), wanted, "{reads:?}: {result:?}");
        assert_eq!(service.requests("POST"), posts, "{reads:?}");
    }
}

#[test]
fn reading_the_baseline_takes_a_quarter_of_the_deadline_at_most() {
    let service = Service::new();
    service.world().read_faults = vec![ReadFault::Hang; 4].into();
    let result = submit(&service, &service.client(), "Hello");
    assert_eq!(end(&result), "accepted");
    assert_eq!(service.clock.elapsed(), Duration::from_millis(7500));
}

#[test]
fn the_ways_a_service_may_show_a_text() {
    let long: String = "Grüße, 世界 😀. ".repeat(60);
    let texts = [
        "plain",
        "two\nlines\n",
        "  a & b <tag> \"quoted\"  ",
        "&amp; as typed",
        long.as_str(),
    ];
    let manners = [
        Manner::default(),
        Manner {
            oldest_first: true,
            ..Manner::default()
        },
        Manner {
            escape: true,
            ..Manner::default()
        },
        Manner {
            trim: true,
            crlf: true,
            ..Manner::default()
        },
        Manner {
            cut_at: Some(400),
            ..Manner::default()
        },
        Manner {
            cut_at: Some(400),
            trim: true,
            no_type: true,
            ..Manner::default()
        },
    ];
    for text in texts {
        for manner in manners {
            let service = Service::new();
            for number in 0..120 {
                service
                    .world()
                    .post(TICKET, 0, OWN, &format!("earlier {number}"));
                service.clock.advance(Duration::from_secs(2));
            }
            service.world().manner = manner;
            service.world().faults = [Fault::Hang(true)].into();
            let result = submit(&service, &service.client(), text);
            assert_eq!(end(&result), "confirmed", "{manner:?} {text:?}: {result:?}");
        }
    }
}

#[test]
fn a_text_that_comes_back_altered_is_never_called_absent() {
    let service = Service::new();
    service.world().manner = Manner {
        strip_tags: true,
        ..Manner::default()
    };
    service.world().faults = [Fault::Hang(true)].into();
    let result = submit(&service, &service.client(), "see <b>this</b>");
    assert_eq!(end(&result), "unknown");
    service.world().manner = Manner {
        three_bytes: true,
        ..Manner::default()
    };
    service.world().faults = [Fault::Hang(true)].into();
    let result = submit(&service, &service.client(), "thanks 😀");
    assert_eq!(end(&result), "unknown");
    // When nothing new is there at all, it is absent after all.
    service.world().faults = [Fault::Hang(false)].into();
    let result = submit(&service, &service.client(), "and <b>that</b>");
    assert_eq!(end(&result), "absent");
}

#[test]
fn the_same_text_twice_is_two_messages() {
    let service = Service::new();
    let client = service.client();
    for (fault, wanted, stored) in [
        (Fault::None, "accepted", 1),
        (Fault::Hang(true), "confirmed", 2),
        (Fault::Hang(false), "absent", 2),
        (Fault::CutAnswer, "confirmed", 3),
    ] {
        service.clock.advance(Duration::from_secs(60));
        service.world().faults = [fault].into();
        assert_eq!(end(&submit(&service, &client, "ping")), wanted);
        assert_eq!(service.world().texts(TICKET).len(), stored);
    }
}

#[test]
fn one_of_two_equal_submits_is_no_proof_for_the_other() {
    let service = Service::new();
    let client = service.client();
    // Both are under way at once: the first is stored and says so, the second gets lost.
    service.world().faults = [Fault::Slow(Duration::from_secs(1)), Fault::Reset(false)].into();
    let ticket = client.ticket(TICKET).unwrap();
    let (first, second) = service.clock.run(async {
        futures_util::future::join(
            as_op(1, ticket.submit("ping").into_future()),
            as_op(2, ticket.submit("ping").into_future()),
        )
        .await
    });
    assert_eq!(end(&first), "accepted");
    assert_eq!(end(&second), "unknown");
    // A tag makes each its own.
    service.clock.advance(Duration::from_secs(60));
    service.world().faults = [
        Fault::Slow(Duration::from_secs(1)),
        Fault::Reset(false),
        Fault::Hang(true),
    ]
    .into();
    let (first, second) = service.clock.run(async {
        futures_util::future::join(
            as_op(3, ticket.submit("ping").with_reference().into_future()),
            as_op(4, ticket.submit("ping").with_reference().into_future()),
        )
        .await
    });
    assert_eq!(end(&first), "accepted");
    assert_eq!(end(&second), "absent");
    let sent = service
        .clock
        .run(as_op(
            5,
            ticket.submit("ping").with_reference().into_future(),
        ))
        .unwrap();
    assert!(sent.is_confirmed());
    let tag = sent.reference.clone().unwrap();
    assert_eq!(tag.len(), "[ref 7F3K2Q]".len());
    assert!(
        sent.message()
            .unwrap()
            .content
            .ends_with(&format!(" {tag}"))
    );
}

#[test]
fn a_recall_in_the_same_second_does_not_hide_an_arrival() {
    // An equal message of this very second is recalled while ours arrives: one looks like the other.
    for (seconds_before, acts, wanted) in [
        (0, true, "unknown"),
        (0, false, "unknown"),
        // What went from sight may be shown otherwise now, and be what came.
        (30, true, "unknown"),
        // What went from sight might as well be a list from an older state.
        (30, false, "unknown"),
    ] {
        let service = Service::new();
        service.world().post(TICKET, 0, OWN, "ping");
        service.clock.advance(Duration::from_secs(seconds_before));
        service.world().faults = [Fault::Reset(acts)].into();
        let client = service.client();
        let ticket = client.ticket(TICKET).unwrap();
        let recall = async {
            service.clock.sleep(Duration::from_millis(100)).await;
            service.world().tickets.get_mut(TICKET).unwrap()[0].recalled = true;
        };
        let (result, ()) = service.clock.run(futures_util::future::join(
            as_op(1, ticket.submit("ping").into_future()),
            recall,
        ));
        assert_eq!(
            end(&result),
            wanted,
            "{seconds_before} s before, acts {acts}"
        );
    }
}

#[test]
fn a_message_that_shows_late_is_found_and_one_that_shows_never_is_not_invented() {
    let service = Service::new();
    service.world().lag = Duration::from_secs(9);
    service.world().faults = [Fault::Reset(true)].into();
    assert_eq!(
        end(&submit(&service, &service.client(), "late")),
        "confirmed"
    );
}

#[test]
fn an_unknown_end_can_be_settled_later_from_its_record() {
    for (acted, wanted) in [(true, "confirmed"), (false, "absent")] {
        let service = Service::new();
        service.world().faults = [Fault::Reset(acted)].into();
        let ticket = service.client().ticket(TICKET).unwrap();
        let error = service
            .clock
            .run(as_op(
                1,
                ticket
                    .submit("Please restart node 7")
                    .confirm(Confirm::Never)
                    .into_future(),
            ))
            .unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert!(error.help().contains("reconcile"));
        let written = serde_json::to_string(&error.into_pending().unwrap()).unwrap();
        assert!(!written.contains("restart"), "{written}");
        // Another process, another wall clock.
        let pending: Pending = serde_json::from_str(&written).unwrap();
        assert!(pending.is_of("Please restart node 7\r\n"));
        assert!(!pending.is_of("Please restart node 8"));
        service
            .clock
            .set_wall_time("1999-01-01T00:00:00Z".parse().unwrap());
        let outcome = service
            .clock
            .run(service.client().reconcile(&pending))
            .unwrap();
        let told = match outcome {
            Outcome::Confirmed(message) => {
                assert_eq!(message.content, "Please restart node 7");
                "confirmed"
            }
            Outcome::Absent => "absent",
            _ => "unknown",
        };
        assert_eq!(told, wanted);
    }
}

#[test]
fn a_record_that_cannot_be_looked_into_stays_good() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let client = service.client();
    let ticket = client.ticket(TICKET).unwrap();
    let error = service
        .clock
        .run(ticket.submit("x").confirm(Confirm::Never).into_future())
        .unwrap_err();
    let pending = error.into_pending().unwrap();
    service.clock.advance(Duration::from_secs(60));
    let began = service.clock.elapsed();
    service.world().read_faults = vec![ReadFault::Code("OSM.01010002")].into();
    let error = service.clock.run(client.reconcile(&pending)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(error.elapsed(), service.clock.elapsed() - began);
    assert_eq!(client.pending().len(), 1);
    assert!(matches!(
        service.clock.run(client.reconcile(&pending)),
        Ok(Outcome::Confirmed(_))
    ));
    assert!(client.pending().is_empty());
}

#[test]
fn records_of_another_version_are_refused() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(true)].into();
    let ticket = service.client().ticket(TICKET).unwrap();
    let error = service
        .clock
        .run(ticket.submit("x").confirm(Confirm::Never).into_future())
        .unwrap_err();
    let mut written = serde_json::to_value(error.pending().unwrap()).unwrap();
    assert_eq!(written["hwc_tickets_pending"], 2);
    written["hwc_tickets_pending"] = 4.into();
    let error = serde_json::from_value::<Pending>(written).unwrap_err();
    assert!(error.to_string().contains("version 4"), "{error}");
}

#[test]
fn a_damaged_record_is_an_error_and_never_a_panic() {
    let service = Service::new();
    service.world().post(TICKET, 0, OWN, "a <b>");
    service.world().faults = [Fault::Reset(true)].into();
    let ticket = service.client().ticket(TICKET).unwrap();
    let file = AttachmentId::new("f").unwrap();
    let submit = ticket
        .submit("a <b>")
        .attach(file)
        .with_reference()
        .confirm(Confirm::Never);
    let error = service.clock.run(submit.into_future()).unwrap_err();
    let written = serde_json::to_vec(error.pending().unwrap()).unwrap();
    for end in 0..written.len() {
        assert!(serde_json::from_slice::<Pending>(&written[..end]).is_err());
    }
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..20_000 {
        let mut damaged = written.clone();
        let at = rng.usize(..damaged.len());
        damaged[at] = rng.u8(..);
        if let Ok(pending) = serde_json::from_slice::<Pending>(&damaged) {
            // Whatever still reads is written and read the same again.
            let again = serde_json::to_vec(&pending).unwrap();
            let read: Pending = serde_json::from_slice(&again).unwrap();
            assert_eq!(serde_json::to_vec(&read).unwrap(), again);
        }
    }
}

#[test]
fn confirm_always_reads_back_what_was_accepted() {
    let service = Service::new();
    service.world().lag = Duration::from_secs(3);
    let ticket = service.client().ticket(TICKET).unwrap();
    let sent = service
        .clock
        .run(ticket.submit("x").confirm(Confirm::Always).into_future())
        .unwrap();
    assert_eq!(sent.message().unwrap().content, "x");
    // It was accepted, so it counts as sent even if it does not show in time.
    service.world().lag = Duration::from_secs(300);
    let sent = service
        .clock
        .run(ticket.submit("y").confirm(Confirm::Always).into_future())
        .unwrap();
    assert!(!sent.is_confirmed());
}

#[test]
fn resending_what_is_absent_is_asked_for() {
    let service = Service::new();
    service.world().faults = [Fault::Reset(false), Fault::None].into();
    let ticket = service.client().ticket(TICKET).unwrap();
    let sent = service.clock.run(as_op(
        1,
        ticket.submit("x").resend_if_absent().into_future(),
    ));
    assert_eq!(end(&sent), "accepted");
    assert_eq!(service.requests("POST"), 2);
    assert_eq!(service.world().arrived(1), 1);
}

#[test]
fn what_goes_out() {
    let service = Service::new();
    let client = service
        .builder()
        .group(GroupId::new("g-1").unwrap())
        .time_zone("GMT-03:30".parse().unwrap())
        .language("en-us")
        .build()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let note = SecretString::from("root-password");
    let file = AttachmentId::new("file-1").unwrap();
    service
        .clock
        .run(
            ticket
                .submit("See the log")
                .attach(file)
                .confidential(note)
                .into_future(),
        )
        .unwrap();
    let requests = service.line.requests();
    let [read, post] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(read.uri.query().unwrap(), "group_id=g-1&limit=100&offset=0");
    assert_eq!(post.uri.path(), "/v2/servicerequest/cases/case-1/message");
    for (name, value) in [
        ("x-time-zone", "GMT-03:30"),
        ("x-language", "en-us"),
        ("x-site", "0"),
    ] {
        assert_eq!(read.header(name), Some(value));
        assert_eq!(post.header(name), Some(value));
    }
    assert!(
        post.header("user-agent")
            .unwrap()
            .starts_with("hwc-tickets/")
    );
    assert_eq!(post.header("api-version"), None);
    let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "type": 0,
            "group_id": "g-1",
            "message": {
                "content": "See the log",
                "accessory_ids": ["file-1"],
                "authorization_content": "root-password",
                "is_authorized": 1,
            }
        })
    );
    // The field nobody explains can be left out, and a ticket can have a group of its own.
    let plain = service
        .builder()
        .submit_type(SubmitType::LeaveOut)
        .build()
        .unwrap();
    let ticket = plain
        .ticket(TICKET)
        .unwrap()
        .with_group(GroupId::new("g-2").unwrap());
    service
        .clock
        .run(ticket.submit("x").skip_baseline().into_future())
        .unwrap();
    let requests = service.line.requests();
    assert_eq!(requests.len(), 3);
    let body: serde_json::Value = serde_json::from_slice(&requests[2].body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"group_id": "g-2", "message": {"content": "x"}})
    );
}

#[test]
fn what_cannot_be_sent_is_refused_before_any_request() {
    let service = Service::new();
    let client = service.client();
    let ticket = client.ticket(TICKET).unwrap();
    let file = || AttachmentId::new("f").unwrap();
    let long = "x".repeat(MAX_TEXT_UNITS + 1);
    let eleven = (0..11).fold(ticket.submit("x"), |submit, _| submit.attach(file()));
    for (submit, named) in [
        (ticket.submit(""), "empty"),
        (ticket.submit(" \u{3000}\r\n"), "empty"),
        (ticket.submit("a\0b"), "NUL"),
        (
            ticket.submit(long),
            "2001 UTF-16 units (2001 characters), the limit is 2000",
        ),
        (ticket.submit("x".repeat(1990)).with_reference(), "2003"),
        (eleven, "11 attachments"),
        (
            ticket
                .submit("x")
                .confidential(SecretString::from("s".repeat(401))),
            "confidential",
        ),
    ] {
        let error = service.clock.run(submit.into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.delivery(), Delivery::NotSent);
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.to_string().contains("sss"), "{error}");
    }
    assert!(service.line.requests().is_empty());
    // With an attachment the text may be empty.
    assert!(
        service
            .clock
            .run(ticket.submit("").attach(file()).into_future())
            .is_ok()
    );
}

#[test]
fn long_texts_go_in_numbered_parts_and_stop_at_the_first_failure() {
    let service = Service::new();
    let client = service.builder().text_limit(40).build().unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let text =
        "First paragraph of the story.\n\nSecond one, which is longer. It has sentences.\n\nThird.";
    let parts = ticket.submit(text).split_long().preview().unwrap();
    assert!(
        parts.len() >= 3 && parts.iter().all(|part| part.encode_utf16().count() <= 40),
        "{parts:?}"
    );
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let observed = ticket.submit(text).split_long();
    let observed = observed.on_part(move |part| heard.lock().unwrap().push(part.number));
    let sent = service.clock.run(observed.into_future()).unwrap();
    assert_eq!(sent.len(), parts.len());
    let all: Vec<usize> = (1..=parts.len()).collect();
    assert_eq!(*told.lock().unwrap(), all);
    assert_eq!(service.world().texts(TICKET), parts);

    let service = Service::new();
    let client = service.builder().text_limit(40).build().unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    service.world().faults = [Fault::None, Fault::Reset(false)].into();
    let error = service
        .clock
        .run(ticket.submit(text).split_long().into_future())
        .unwrap_err();
    assert_eq!(
        error.part().map(|part| (part.number, part.total)),
        Some((2, parts.len()))
    );
    assert!(error.to_string().contains("part 2 of"), "{error}");
    let sent: Vec<usize> = error.sent_parts().iter().map(|part| part.number).collect();
    assert_eq!(sent, [1]);
    assert_eq!(service.world().texts(TICKET).len(), 1);
    service
        .clock
        .run(
            ticket
                .submit(text)
                .split_long()
                .starting_at(2)
                .into_future(),
        )
        .unwrap();
    assert_eq!(service.world().texts(TICKET), parts);
}

#[test]
fn many_messages_each_with_its_end() {
    let service = Service::new();
    let client = service.client();
    service.world().faults = [Fault::None, Fault::Code("OSM.01010001", false)].into();
    let drafts: Vec<Draft> = (0..50)
        .map(|n| {
            Draft::new(
                format!("case-{}", n % 7).parse().unwrap(),
                format!("text {n}"),
            )
        })
        .collect();
    let ends: Vec<(Draft, Result<Sent, Error>)> = service.clock.run(
        client
            .submit_all(stream::iter(drafts))
            .concurrency(5)
            .stream()
            .collect(),
    );
    assert_eq!(ends.len(), 50);
    assert_eq!(ends.iter().filter(|(_, end)| end.is_err()).count(), 1);
    for number in 0..7 {
        let texts = service.world().texts(&format!("case-{number}"));
        let order: Vec<u32> = texts
            .iter()
            .map(|text| text.strip_prefix("text ").unwrap().parse().unwrap())
            .collect();
        assert!(
            order.is_sorted(),
            "messages of one ticket keep their order: {order:?}"
        );
    }
}

#[test]
fn many_messages_of_one_ticket_go_in_their_order() {
    for concurrency in [1, 2, 4, 100] {
        let service = Service::new();
        service.world().faults = vec![Fault::Slow(Duration::from_secs(1)); 30].into();
        let drafts = (0..30).map(|n| Draft::new(TICKET.parse().unwrap(), format!("{n}")));
        let drafts: Vec<Draft> = drafts.collect();
        let bulk = service
            .client()
            .submit_all(stream::iter(drafts))
            .concurrency(concurrency);
        let ends: Vec<_> = service.clock.run(bulk.stream().collect());
        assert!(ends.iter().all(|(_, end)| end.is_ok()));
        let wanted: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        assert_eq!(
            service.world().texts(TICKET),
            wanted,
            "{concurrency} at once"
        );
    }
}

#[test]
fn a_bulk_stops_where_it_was_told_to() {
    let service = Service::new();
    let client = service.client();
    service.world().faults = [Fault::None, Fault::Gateway(401, "APIGW.0301")].into();
    let drafts = (0..50).map(|n| Draft::new(format!("case-{n}").parse().unwrap(), "x"));
    let drafts: Vec<Draft> = drafts.collect();
    let bulk = client
        .submit_all(stream::iter(drafts))
        .concurrency(1)
        .stop_on(ErrorKind::Unauthorized);
    let ends: Vec<_> = service.clock.run(bulk.stream().collect());
    assert_eq!(ends.len(), 2, "the rest was not taken");
    assert_eq!(service.requests("POST"), 2);
}

#[test]
fn errors_name_what_happened_and_no_text() {
    let service = Service::new();
    service.world().faults = [Fault::Code("OSM.01010001", false)].into();
    let error = submit(&service, &service.client(), "canary-text").unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.starts_with("submit message (ticket case-1): "),
        "{shown}"
    );
    assert!(
        shown.contains("OSM.01010001") && shown.contains("request id request-7"),
        "{shown}"
    );
    for text in [shown, format!("{error:#}"), format!("{error:?}")] {
        assert!(
            !text.contains("canary") && !text.contains("words of the service"),
            "{text}"
        );
    }
    assert_eq!(error.service_message(), Some("words of the service"));
    assert_eq!(
        (error.attempts(), error.code(), error.http_status()),
        (1, Some("OSM.01010001"), Some(200))
    );
    assert!(!error.is_retryable());
    let ticket = service.client().ticket(TICKET).unwrap();
    let submit = format!(
        "{:?}",
        ticket
            .submit("canary-text")
            .confidential(SecretString::from("canary-note"))
    );
    assert!(!submit.contains("canary"), "{submit}");
}

#[test]
fn an_endless_consistency_window_proves_no_absence_and_does_no_harm() {
    for fault in [Fault::None, Fault::Reset(false), Fault::Reset(true)] {
        let service = Service::new();
        service.world().post(TICKET, 0, OWN, "an earlier one");
        service.world().faults = vec![fault.clone()].into();
        let client = service
            .builder()
            .consistency_window(Duration::MAX)
            .build()
            .unwrap();
        let result = submit(&service, &client, "The disk is full again.");
        let wanted = match fault {
            Fault::None => "accepted",
            Fault::Reset(true) => "confirmed",
            _ => "unknown",
        };
        assert_eq!(end(&result), wanted, "{fault:?}: {result:?}");
    }
}

/// Undone layer by layer, as many readings of the whole text as it has layers would be needed.
#[test]
fn a_text_of_nothing_but_escapes_is_compared_at_once() {
    let service = Service::new();
    service.world().faults = vec![Fault::Reset(false)].into();
    let client = service.client();
    let result = service.clock.run(as_op(1, async {
        client
            .ticket(TICKET)?
            .submit("a & b")
            .confirm(Confirm::Never)
            .await
    }));
    let pending = result.unwrap_err().into_pending().unwrap();
    let escapes = "amp;".repeat(1_000_000);
    assert!(pending.is_of(&format!("a &{escapes} b")));
    assert!(!pending.is_of(&format!("a &{escapes}")));
}
