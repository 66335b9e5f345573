//! What is done to a ticket: in each state, after each way in which an answer can be lost, and without a false word.

use crate::office::{Office, Row, refusal};
use hwc_core::testing::Step;
use hwc_tickets::{
    Delivery, Ended, Error, ErrorKind, Rating, ReachTime, Result, RetryPolicy, Scored,
    StateRefusal, Ticket, TicketAction, TicketStatus,
};
use serde_json::json;
use std::time::Duration;
use tempfile::TempDir;

const TICKET: &str = "TT1";
const STATES: [i64; 10] = [0, 1, 2, 3, 4, 5, 12, 13, 17, 9];
const ACTIONS: [TicketAction; 4] = [
    TicketAction::Close,
    TicketAction::Confirm,
    TicketAction::Cancel,
    TicketAction::Delete,
];

fn office(status: i64) -> Office {
    Office::new(vec![Row::new(TICKET, status, 0)])
}

async fn end(ticket: &Ticket, action: TicketAction) -> Result<Ended> {
    match action {
        TicketAction::Close => ticket.close().await,
        TicketAction::Confirm => ticket.confirm().await,
        TicketAction::Cancel => ticket.cancel().await,
        TicketAction::Delete => ticket.delete().await,
        other => panic!("{other:?} ends nothing"),
    }
}

/// The states from which it is done, and the one it leads to.
fn course(action: TicketAction) -> (&'static [i64], i64) {
    match action {
        TicketAction::Close => (&[1, 2], 3),
        TicketAction::Confirm => (&[2], 3),
        TicketAction::Cancel => (&[0], 4),
        TicketAction::Delete => (&[3, 4, 12], 13),
        other => panic!("{other:?} ends nothing"),
    }
}

#[test]
fn every_ending_in_every_state() {
    for action in ACTIONS {
        for status in STATES {
            let office = office(status);
            let ticket = office.client().ticket(TICKET).unwrap();
            let told = format!("{action:?} in {status}");
            let result = office.clock.run(end(&ticket, action));
            let (from, to) = course(action);
            let now = office.state().rows[0].status;
            if from.contains(&status) {
                assert_eq!(result.unwrap(), Ended::Now, "{told}");
                assert_eq!(now, to, "{told}");
            } else if status == to {
                assert_eq!(result.unwrap(), Ended::Already, "{told}");
            } else {
                let error = result.unwrap_err();
                let state = TicketStatus::from_code(Some(status));
                let refusal = StateRefusal::new(action, state);
                assert_eq!(error.state_refusal(), Some(refusal), "{told}");
                assert!(error.to_string().contains(&refusal.to_string()), "{error}");
                assert_eq!(error.ticket().unwrap().as_str(), TICKET, "{told}");
                assert_ne!(error.delivery(), Delivery::Unknown, "{told}");
                assert_eq!(now, status, "{told}");
                if action == TicketAction::Confirm {
                    assert_eq!(office.count("action"), 0, "{told}");
                    assert_eq!(error.delivery(), Delivery::NotSent, "{told}");
                }
            }
        }
    }
}

/// Ways in which an answer gets lost.
fn losses() -> Vec<Step> {
    vec![
        Step::reset(),
        Step::hang(),
        Step::answer(500),
        Step::answer(200).body("<html>"),
        Step::json(200, "{\"a\":").cut(3),
        Step::json(200, "[]"),
    ]
}

/// Loses the answers to an operation. `done`: it took effect all the same.
fn lose(office: &Office, operation: &'static str, done: bool, step: Step) {
    let before = office.state().rows.clone();
    office.after(move |asked| (asked.operation() == operation).then(|| step.clone()));
    if !done {
        // As if the request had never come.
        let mut restore = false;
        office.before(move |state, asked| {
            if std::mem::take(&mut restore) {
                state.rows.clone_from(&before);
            }
            restore = asked.operation() == operation;
        });
    }
}

#[test]
fn a_lost_answer_to_an_ending_is_settled_by_the_state_or_stays_in_doubt() {
    for action in ACTIONS {
        let (from, to) = course(action);
        for step in losses() {
            for done in [true, false] {
                let office = office(from[0]);
                let told = format!("{action:?}, {step:?}, done: {done}");
                lose(&office, "action", done, step.clone());
                let ticket = office.client().ticket(TICKET).unwrap();
                let began = hwc_core::Clock::elapsed(&office.clock);
                let result = office.clock.run(end(&ticket, action));
                if done {
                    assert_eq!(result.unwrap(), Ended::Found, "{told}");
                    assert_eq!(office.state().rows[0].status, to, "{told}");
                } else {
                    let error = result.unwrap_err();
                    assert_eq!(error.delivery(), Delivery::Unknown, "{told}");
                    assert_eq!(error.state_refusal(), None, "{told}");
                }
                assert_eq!(office.count("action"), 1, "{told}");
                let took = hwc_core::Clock::elapsed(&office.clock) - began;
                assert!(took <= Duration::from_secs(30), "{told}: {took:?}");
                assert_eq!(office.clock.sleepers(), 0, "{told}");
            }
        }
    }
}

#[test]
fn a_confirmation_is_not_sent_when_the_state_cannot_be_read() {
    for step in losses() {
        let office = office(2);
        let told = format!("{step:?}");
        office.after(move |asked| (asked.operation() == "status").then(|| step.clone()));
        let ticket = office.client().ticket(TICKET).unwrap();
        let result = office.clock.run(end(&ticket, TicketAction::Confirm));
        assert_eq!(result.unwrap_err().delivery(), Delivery::NotSent, "{told}");
        assert_eq!(office.count("action"), 0, "{told}");
    }
}

/// The second attempt is refused because the first one was done.
#[test]
fn a_refusal_of_a_repetition_is_no_refusal() {
    for action in ACTIONS {
        let (from, _) = course(action);
        let office = office(from[0]);
        let mut lost = 0;
        office.after(move |asked| {
            let is_first = asked.operation() == "action" && lost == 0;
            lost += usize::from(asked.operation() == "action");
            is_first.then(Step::reset)
        });
        let client = office.builder().retry(RetryPolicy::standard());
        let ticket = client.build().unwrap().ticket(TICKET).unwrap();
        let result = office.clock.run(end(&ticket, action));
        assert_eq!(result.unwrap(), Ended::Found, "{action:?}");
        assert_eq!(office.count("action"), 2, "{action:?}");
    }
}

#[test]
fn a_ticket_that_is_gone_after_a_lost_delete_is_absent() {
    let office = office(3);
    office.after(|asked| (asked.operation() == "action").then(Step::reset));
    office.before(|state, asked| {
        if asked.operation() == "status" {
            state.rows.clear();
        }
    });
    let ticket = office.client().ticket(TICKET).unwrap();
    let deleted = office.clock.run(ticket.delete().into_future());
    assert_eq!(deleted.unwrap(), Ended::Absent);
    // Without a lost answer nothing says that it was ever there.
    office.after(|_| None);
    let error = office.clock.run(ticket.delete().into_future()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

/// A gateway that knows no such address says nothing of the ticket, and neither does a machine with a code of its own.
#[test]
fn only_the_service_says_that_a_ticket_is_gone() {
    for code in ["APIGW.0101", "APIG.0101", "XYZ.0001"] {
        let office = office(3);
        office.after(move |asked| match asked.operation() {
            "action" => Some(Step::reset()),
            "status" => Some(Step::json(404, format!(r#"{{"error_code":"{code}"}}"#))),
            _ => None,
        });
        let ticket = office.client().ticket(TICKET).unwrap();
        let error = office.clock.run(ticket.delete().into_future()).unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{code}");
    }
}

/// What a machine on the way had stored is how the ticket was: it settles no doubt, and no confirmation is sent by it.
#[test]
fn a_stored_state_proves_nothing() {
    for action in ACTIONS {
        for (age, is_proof) in [("0", true), ("60", false)] {
            for group in [None, Some("group-1")] {
                let (from, to) = course(action);
                let office = office(from[0]);
                let told = format!("{action:?}, age {age}, {group:?}");
                let mut acted = false;
                office.after(move |asked| {
                    let answer = match asked.operation() {
                        "action" => {
                            acted = true;
                            return Some(Step::reset());
                        }
                        "status" => json!({ "status": to }),
                        _ => {
                            json!({ "incident_detail_info": { "status": to, "message_list": [] } })
                        }
                    };
                    let answer = Step::json(200, answer.to_string());
                    acted.then(|| answer.header("age", age))
                });
                let ticket = office.client().ticket(TICKET).unwrap();
                let ticket = match group {
                    Some(group) => ticket.with_group(group.parse().unwrap()),
                    None => ticket,
                };
                let result = office.clock.run(end(&ticket, action));
                match is_proof {
                    true => assert_eq!(result.unwrap(), Ended::Found, "{told}"),
                    false => {
                        let error = result.unwrap_err();
                        assert_eq!(error.delivery(), Delivery::Unknown, "{told}");
                        assert_eq!(error.state_refusal(), None, "{told}");
                    }
                }
            }
        }
    }
    // Nor is a ticket confirmed, or called confirmed, by such a state.
    for status in [2, 3] {
        let office = office(status);
        office.after(move |asked| {
            let answer = json!({ "status": status }).to_string();
            (asked.operation() == "status").then(|| Step::json(200, answer).header("age", "60"))
        });
        let ticket = office.client().ticket(TICKET).unwrap();
        let error = office.clock.run(end(&ticket, TicketAction::Confirm));
        let error = error.unwrap_err();
        let told = (error.kind(), error.delivery());
        assert_eq!(told, (ErrorKind::Protocol, Delivery::NotSent), "{status}");
        assert_eq!(office.count("action"), 0, "{status}");
    }
}

/// A refusal that was given for another call does not say that a ticket is gone.
#[test]
fn a_stored_refusal_proves_no_ticket_to_be_gone() {
    for (age, is_proof) in [("0", true), ("60", false)] {
        let office = office(3);
        office.after(move |asked| match asked.operation() {
            "action" => Some(Step::reset()),
            _ => Some(Step::json(200, refusal("OSM.01010015").to_string()).header("age", age)),
        });
        let ticket = office.client().ticket(TICKET).unwrap();
        let deleted = office.clock.run(ticket.delete().into_future());
        match is_proof {
            true => assert_eq!(deleted.unwrap(), Ended::Absent),
            false => assert_eq!(deleted.unwrap_err().delivery(), Delivery::Unknown),
        }
    }
}

/// A rating that stood in a stored answer is not found.
#[test]
fn a_stored_detail_shows_no_rating() {
    let office = office(3);
    office.after(|asked| match asked.operation() {
        "score" => Some(Step::reset()),
        _ => {
            let detail = json!({ "status": 3, "judgement": "quick", "message_list": [] });
            let answer = json!({ "incident_detail_info": detail }).to_string();
            Some(Step::json(200, answer).header("age", "60"))
        }
    });
    let ticket = office.client().ticket(TICKET).unwrap();
    let scored = office
        .clock
        .run(ticket.score(Rating::new("quick")).into_future());
    assert_eq!(scored.unwrap_err().delivery(), Delivery::Unknown);
}

/// Where the state cannot be read, the error stays as it was.
#[test]
fn without_a_state_no_state_is_told() {
    for (lost, delivery) in [(false, Delivery::Rejected), (true, Delivery::Unknown)] {
        let office = office(17);
        office.after(move |asked| match asked.operation() {
            "action" if lost => Some(Step::reset()),
            "status" => Some(Step::answer(503)),
            _ => None,
        });
        let ticket = office.client().ticket(TICKET).unwrap();
        let error = office.clock.run(ticket.close().into_future()).unwrap_err();
        assert_eq!(error.delivery(), delivery);
        assert_eq!(error.state_refusal(), None);
    }
}

#[test]
fn urging_is_never_repeated_and_never_called_done_without_an_answer() {
    for step in losses() {
        for done in [true, false] {
            let office = office(1);
            lose(&office, "action", done, step.clone());
            let client = office.builder().retry(RetryPolicy::standard());
            let ticket = client.build().unwrap().ticket(TICKET).unwrap();
            let error = office.clock.run(ticket.urge().into_future()).unwrap_err();
            assert_eq!(error.delivery(), Delivery::Unknown, "{step:?}");
            assert!(error.is_write(), "{step:?}");
            assert_eq!(office.count("action"), 1, "{step:?}");
        }
    }
    for (status, allowed) in [(0, true), (1, true), (2, false), (3, false), (17, false)] {
        let office = office(status);
        let ticket = office.client().ticket(TICKET).unwrap();
        let result = office
            .clock
            .run(ticket.urge().words("please").into_future());
        assert_eq!(result.is_ok(), allowed, "{status}");
        let asked = office.state().asked[0].clone();
        assert_eq!(asked.value("action_id"), Some("press"));
        assert_eq!(asked.body, json!({ "operate_desc": "please" }));
        if let Err(error) = result {
            let refusal = error.state_refusal().unwrap();
            assert_eq!(refusal.action, TicketAction::Urge);
            assert_eq!(refusal.status, TicketStatus::from_code(Some(status)));
        }
    }
}

#[test]
fn a_rating_is_stored_found_or_in_doubt() {
    let rating = || Rating::new("quick").points(1, 5).points(3, 4);
    let office = office(3);
    let ticket = office.client().ticket(TICKET).unwrap();
    let scored = office.clock.run(ticket.score(rating()).into_future());
    assert_eq!(scored.unwrap(), Scored::Now);
    assert_eq!(office.state().rows[0].points, [(1, 5), (3, 4)]);
    for step in losses() {
        // (rating, took effect, outcome is known)
        let table = [
            (rating(), true, true),
            (rating(), false, false),
            // Nothing tells this one from no rating.
            (Rating::new(""), true, false),
        ];
        for (rating, done, is_found) in table {
            let office = self::office(3);
            lose(&office, "score", done, step.clone());
            let ticket = office.client().ticket(TICKET).unwrap();
            let result = office.clock.run(ticket.score(rating).into_future());
            match is_found {
                true => assert_eq!(result.unwrap(), Scored::Found, "{step:?}"),
                false => {
                    let error = result.unwrap_err();
                    assert_eq!(error.delivery(), Delivery::Unknown, "{step:?}");
                }
            }
            assert_eq!(office.count("score"), 1, "{step:?}");
        }
    }
    let office = self::office(1);
    let ticket = office.client().ticket(TICKET).unwrap();
    let error = office.clock.run(ticket.score(rating()).into_future());
    let refusal = error.unwrap_err().state_refusal().unwrap();
    assert_eq!(refusal.status, TicketStatus::InProgress);
}

#[test]
fn closing_says_and_rates_in_one_request() {
    let office = office(2);
    let ticket = office.client().ticket(TICKET).unwrap();
    let close = ticket
        .close()
        .words("bye")
        .rating(Rating::new("good").points(1, 5));
    let shown = format!("{close:?}");
    assert!(!shown.contains("bye") && !shown.contains("good"), "{shown}");
    assert_eq!(office.clock.run(close.into_future()).unwrap(), Ended::Now);
    let asked = office.state().asked[0].clone();
    assert_eq!(asked.value("action_id"), Some("close"));
    let expected = json!({
        "operate_desc": "bye",
        "judgement": "good",
        "incident_satisfaction_list": [{ "satisfaction_id": 1, "satisfaction_value": 5 }],
    });
    assert_eq!(asked.body, expected);
}

#[test]
fn what_is_beyond_a_limit_is_not_sent() {
    let office = office(3);
    let ticket = office.client().ticket(TICKET).unwrap();
    let long = || Rating::new("x".repeat(401));
    let errors: [Error; 2] = office.clock.run(async {
        [
            ticket.score(long()).await.unwrap_err(),
            ticket.close().rating(long()).await.unwrap_err(),
        ]
    });
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains("401"), "{error}");
    }
    assert!(office.state().asked.is_empty());
}

/// A group is needed for a colleague's ticket, and the read of the state alone takes none.
#[test]
fn the_state_of_a_colleagues_ticket_is_read_with_the_group() {
    let office = office(3);
    let ticket = office.client().ticket(TICKET).unwrap();
    let ticket = ticket.with_group("group-1".parse().unwrap());
    let closed = office.clock.run(ticket.close().into_future());
    assert_eq!(closed.unwrap(), Ended::Already);
    let state = office.state();
    assert_eq!(state.asked[0].body["group_id"], "group-1");
    assert_eq!(state.asked[1].operation(), "detail");
    assert_eq!(state.asked[1].value("group_id"), Some("group-1"));
}

#[test]
fn a_refusal_says_the_same_after_it_was_stored() {
    let office = office(3);
    let ticket = office.client().ticket(TICKET).unwrap();
    let error = office.clock.run(ticket.cancel().into_future()).unwrap_err();
    assert!(
        error.to_string().starts_with(
            "cancel ticket (ticket TT1): a ticket that is completed cannot be canceled"
        ),
        "{error}"
    );
    let text = serde_json::to_string(&error).unwrap();
    let again: Error = serde_json::from_str(&text).unwrap();
    assert_eq!(again.state_refusal(), error.state_refusal());
    assert_eq!(again.to_string(), error.to_string());
}

#[test]
fn a_contact_goes_where_it_belongs_and_is_never_shown() {
    let office = office(1);
    let ticket = office.client().ticket(TICKET).unwrap();
    let change = ticket
        .set_contact()
        .phone("86", "13800000000")
        .mail("me@example.com")
        .reach_at(ReachTime::WorkingHours)
        .copies(["a@example.com", "b@example.com"]);
    let shown = format!("{change:?}");
    assert!(
        !shown.contains("138") && !shown.contains("example"),
        "{shown}"
    );
    office.clock.run(change.into_future()).unwrap();
    let expected = json!({
        "area_code": "86",
        "remind_mobile": "13800000000",
        "remind_mail": "me@example.com",
        "remind_time": "1",
        "extension_map": { "cc_email": "a@example.com,b@example.com" },
    });
    assert_eq!(office.state().asked[0].body, expected);
}

#[test]
fn the_log_is_read_to_its_end() {
    let office = office(1);
    office.state().log = (0..25)
        .map(|n| {
            let time = if n == 3 { "" } else { "2026-02-28 08:00:00" };
            json!({
                "incident_log_id": format!("log-{n}"),
                "operate_type": 1,
                "operate_desc": "secret words",
                "operate_time": time,
                "timestamp_operate_time": "2026-02-28T00:00:00Z",
            })
        })
        .collect();
    let ticket = office.client().ticket(TICKET).unwrap();
    let list = office
        .clock
        .run(ticket.log().page_size(10).items().collect());
    let list = list.unwrap();
    assert_eq!(list.items.len(), 25);
    assert!(list.report.complete && !list.report.possible_gap);
    // One whose own time is missing has that of the stamp.
    let times = list.items.iter().map(|entry| entry.at.instant().unwrap());
    assert!(
        times
            .into_iter()
            .all(|at| at.to_string() == "2026-02-28T00:00:00Z")
    );
    assert!(!format!("{:?}", list.items[0]).contains("secret"));
    let page = office.clock.run(ticket.log().page_size(4).into_future());
    assert_eq!(page.unwrap().items.len(), 4);
}

#[test]
fn an_export_is_whole_or_not_there_and_takes_the_place_of_nothing() {
    let file = |step: Step| {
        let office = office(1);
        office.after(move |asked| (asked.operation() == "export").then(|| step.clone()));
        office
    };
    let whole = || {
        Step::answer(200)
            .header("content-type", "application/octet-stream")
            .body("the tickets")
    };
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("ticket.xlsx");
    let names = || std::fs::read_dir(directory.path()).unwrap().count();

    let office = file(whole().cut(4));
    let ticket = office.client().ticket(TICKET).unwrap();
    let error = office.clock.run(ticket.export().to(&path)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert_eq!(names(), 0);

    let office = file(whole());
    let ticket = office.client().ticket(TICKET).unwrap();
    let saved = office.clock.run(ticket.export().to(&path)).unwrap();
    assert_eq!((saved.path.as_path(), saved.bytes), (path.as_path(), 11));
    assert_eq!(names(), 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "the tickets");
    let asked = office.state().asked[0].clone();
    assert_eq!(asked.value("incident_id"), Some(TICKET));
    assert_eq!(asked.value("timezone"), Some("GMT+8"));

    let error = office.clock.run(ticket.export().to(&path)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    assert_eq!(office.count("export"), 1, "nothing was asked for");
    let replaced = ticket.export().overwrite().to(&path);
    assert_eq!(office.clock.run(replaced).unwrap().bytes, 11);
    assert_eq!(names(), 1);
}

/// Against the simulator, which has rules of its own.
#[tokio::test]
async fn a_day_of_a_ticket_in_the_simulator() {
    let service = hwc_tickets_sim::Simulator::start().await.unwrap();
    let client = hwc_tickets::Client::builder()
        .endpoint(service.endpoint())
        .token(service.credentials().token)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let ticket = client.ticket("case-123").unwrap();
    let status = |status| service.set_status("case-123", status).unwrap();
    status(hwc_tickets_sim::Status::InProgress);
    ticket.urge().await.unwrap();
    let again = ticket.urge().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Throttled, "{again}");
    status(hwc_tickets_sim::Status::ToConfirm);
    assert_eq!(ticket.confirm().await.unwrap(), Ended::Now);
    assert_eq!(ticket.close().await.unwrap(), Ended::Already);
    let rating = Rating::new("good").points(1, 5);
    assert_eq!(ticket.score(rating).await.unwrap(), Scored::Now);
    let refused = ticket.cancel().await.unwrap_err().state_refusal().unwrap();
    assert_eq!(refused.status, TicketStatus::Completed);
    assert!(!ticket.log().await.unwrap().items.is_empty());
    assert_eq!(ticket.delete().await.unwrap(), Ended::Now);
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_without_async() {
    let office = office(0);
    let directory = TempDir::new().unwrap();
    office.state().log = vec![json!({ "incident_log_id": "log-1" })];
    let whole = Step::answer(200)
        .header("content-type", "application/octet-stream")
        .body("the tickets");
    office.after(move |asked| (asked.operation() == "export").then(|| whole.clone()));
    let client = office.builder().build_blocking().unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    ticket.urge().unwrap();
    ticket
        .set_contact(|contact| contact.mail("me@example.com"))
        .unwrap();
    assert_eq!(ticket.log().unwrap().count(), 1);
    assert_eq!(
        ticket
            .export(directory.path().join("ticket"))
            .unwrap()
            .bytes,
        11
    );
    office.state().rows[0].status = 2;
    assert_eq!(ticket.confirm().unwrap(), Ended::Now);
    assert_eq!(ticket.close().unwrap(), Ended::Already);
    assert_eq!(ticket.score(Rating::new("good")).unwrap(), Scored::Now);
    let refused = ticket.cancel().unwrap_err().state_refusal().unwrap();
    assert_eq!(refused.status, TicketStatus::Completed);
    assert_eq!(ticket.delete().unwrap(), Ended::Now);
}
