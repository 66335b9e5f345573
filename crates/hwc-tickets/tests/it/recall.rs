//! Taking messages back: safe to repeat, and told by the ticket when the answer is not clear.

use crate::{
    ledger::shelf::Shelf,
    reading::desk::{Count, Desk, OWN, Rules, refusal},
};
use futures_util::future::join;
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{
    Advice, CallAdvice, Client, Confirm, Delivery, ErrorKind, MessageId, Outbox as _, Outcome,
    Pending, Recalled, Receipt, Removal, RetryPolicy,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const TICKET: &str = "case-123";

fn desk() -> Desk {
    Desk::new(Rules::default())
}

/// A ticket with its first message and a second one.
fn two() -> Desk {
    let desk = desk();
    post(&desk, 0, &["opened", "second"], Duration::from_secs(5));
    desk
}

/// Posts, one message after the other at some distance.
fn post(desk: &Desk, kind: i64, texts: &[&str], apart: Duration) {
    for text in texts {
        desk.state().post(TICKET, kind, text);
        desk.clock.advance(apart);
    }
}

fn id_of(desk: &Desk, text: &str) -> String {
    let state = desk.state();
    let found = state.tickets[TICKET]
        .iter()
        .find(|message| message.text == text);
    format!("m-{}", found.unwrap().number)
}

#[test]
fn an_id_that_never_existed_is_not_called_recalled() {
    let desk = two();
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        assert_eq!(ticket.recall("m-99").await.unwrap(), Recalled::Absent);
    });
    // Another client cannot know whether the message was there; it does not say so either.
    let id = id_of(&desk, "second");
    desk.clock.run(async {
        assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Now);
        let other = desk.client().ticket(TICKET).unwrap();
        assert_eq!(other.recall(&id).await.unwrap(), Recalled::Absent);
    });
}

/// What would be taken back can be looked at, and taken back by its id as often as it takes.
#[test]
fn the_last_message_is_found_and_taken_back_by_id() {
    let desk = desk();
    post(&desk, 0, &["opened", "one", "two"], Duration::from_secs(5));
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        let last = ticket.find_last().await.unwrap();
        assert_eq!(last.message.content, "two");
        assert_eq!(last.message.id.as_ref(), Some(&last.id));
        assert_eq!(desk.state().texts(TICKET), ["opened", "one", "two"]);
        assert_eq!(ticket.recall(&last.id).await.unwrap(), Recalled::Now);
        assert_eq!(ticket.recall(&last.id).await.unwrap(), Recalled::Already);
        assert_eq!(desk.state().texts(TICKET), ["opened", "one"]);
        assert_eq!(ticket.find_last().await.unwrap().message.content, "one");
    });
}

#[test]
fn recalling_twice_is_recalling_once() {
    let desk = desk();
    post(
        &desk,
        0,
        &["opened", "wrong ticket, sorry"],
        Duration::from_secs(5),
    );
    let ticket = desk.client().ticket(TICKET).unwrap();
    let id = id_of(&desk, "wrong ticket, sorry");
    desk.clock.run(async {
        assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Now);
        assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Already);
    });
    assert_eq!(desk.state().texts(TICKET), ["opened"]);
}

/// What the recall is answered with, and what comes of it when the message is gone and when it is there.
#[test]
fn every_answer_to_a_recall_has_its_end() {
    use ErrorKind as K;
    let code = |code: &str| Step::json(200, refusal(code).to_string());
    let gone = Ok(Recalled::Absent);
    // (answer, result if gone, result if there, delivery if there)
    type Row = (Step, Result<Recalled, K>, Result<Recalled, K>, Delivery);
    let yes = |step: Step| (step, Ok(Recalled::Now), Ok(Recalled::Now), Unknown);
    let refused = |step, kind, delivery| (step, gone, Err(kind), delivery);
    let firm = |step, kind, delivery| (step, Err(kind), Err(kind), delivery);
    use Delivery::{NotSent, Rejected, Unknown};
    let table: [Row; 26] = [
        yes(Step::answer(200)),
        yes(Step::json(200, "{}")),
        yes(Step::json(200, r#"{"error_code":"CBC.0000"}"#)),
        // No document names the code of a second recall, so each refusal of the service is looked into.
        refused(code("OSM.01010001"), K::Refused, Rejected),
        refused(code("OSM.01010002"), K::Forbidden, Rejected),
        refused(code("OSM.01010013"), K::Refused, Rejected),
        refused(code("OSM.01010015"), K::NotFound, Rejected),
        refused(code("OSM.01010099"), K::Refused, Unknown),
        refused(
            Step::json(400, refusal("OSM.0001").to_string()),
            K::Refused,
            Rejected,
        ),
        // A doubt.
        refused(code("OSM.01010014"), K::Unavailable, Unknown),
        refused(Step::reset(), K::Interrupted, Unknown),
        refused(Step::hang(), K::Timeout, Unknown),
        refused(Step::answer(500), K::Unavailable, Unknown),
        refused(Step::answer(408), K::Unavailable, Unknown),
        refused(Step::json(200, "{\"a\":").cut(3), K::Interrupted, Unknown),
        refused(Step::answer(200).body("<html>"), K::Protocol, Unknown),
        refused(
            Step::answer(307).header("location", "http://x.example"),
            K::Protocol,
            Unknown,
        ),
        refused(Step::json(200, "[]"), K::Protocol, Unknown),
        // Nothing to look into: it was not even looked at.
        firm(Step::refused(), K::Connect, NotSent),
        firm(Step::unresolved(), K::Connect, NotSent),
        firm(
            Step::json(401, refusal("APIGW.0301").to_string()),
            K::Unauthorized,
            Rejected,
        ),
        firm(
            Step::json(429, refusal("APIGW.0308").to_string()),
            K::Throttled,
            Rejected,
        ),
        // Whoever says so without a code proves nothing.
        refused(Step::answer(401), K::Unauthorized, Unknown),
        refused(Step::answer(429), K::Throttled, Unknown),
        refused(Step::answer(431), K::RequestTooLarge, Unknown),
        refused(
            Step::json(200, r#"{"error_msg":"no"}"#),
            K::Protocol,
            Unknown,
        ),
    ];
    for (step, if_gone, if_there, delivery) in table {
        for (is_gone, expected) in [(true, if_gone), (false, if_there)] {
            let desk = two();
            let id = id_of(&desk, "second");
            desk.state().tickets.get_mut(TICKET).unwrap()[1].recalled = is_gone;
            let told = format!("{step:?}, gone: {is_gone}");
            let step = step.clone();
            desk.on_request(move |_, asked| (asked.operation() == "recall").then(|| step.clone()));
            let ticket = desk.client().ticket(TICKET).unwrap();
            let began = desk.clock.elapsed();
            let result = desk.clock.run(ticket.recall(&id).into_future());
            let known = result.as_ref().err().map(|error| error.delivery());
            assert_eq!(result.map_err(|error| error.kind()), expected, "{told}");
            if expected.is_err() {
                assert_eq!(known, Some(delivery), "{told}");
            }
            assert_eq!(desk.count("recall"), 1, "{told}");
            assert!(
                desk.clock.elapsed() - began <= Duration::from_secs(30),
                "{told}"
            );
            assert_eq!(desk.clock.sleepers(), 0, "{told}");
        }
    }
}

/// What the detail looks like after a recall that was not answered, with the message gone.
#[test]
fn only_a_whole_list_with_ids_proves_that_a_message_is_gone() {
    use serde_json::{Value, json};
    type Change = fn(&mut Value);
    let table: [(&str, Change, bool); 7] = [
        ("as it should be", |_| {}, true),
        // The list of messages shows one.
        ("an empty list", |list| *list = json!([]), false),
        ("no list", |list| *list = Value::Null, false),
        ("no list of messages", |list| *list = json!("none"), false),
        (
            "a row that cannot be read",
            |list| list.as_array_mut().unwrap().push(json!(7)),
            false,
        ),
        (
            "a row without an id",
            |list| list[0]["message_id"] = Value::Null,
            false,
        ),
        (
            "an id that is none",
            |list| list[0]["message_id"] = json!("a/b"),
            false,
        ),
    ];
    for (told, change, proves) in table {
        let desk = two();
        let id = id_of(&desk, "second");
        desk.on_request(move |state, asked| match asked.operation() {
            "recall" => {
                state.answer(asked);
                Some(Step::reset())
            }
            _ => {
                let mut answer = state.answer(asked);
                change(&mut answer["incident_detail_info"]["message_list"]);
                Some(Step::json(200, answer.to_string()))
            }
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        let result = desk.clock.run(ticket.recall(&id).into_future());
        match proves {
            true => assert_eq!(result.unwrap(), Recalled::Absent, "{told}"),
            false => assert_eq!(result.unwrap_err().kind(), ErrorKind::Interrupted, "{told}"),
        }
    }
}

/// What a machine on the way gives once more is how the ticket was, and not how it is.
#[test]
fn a_stored_answer_proves_no_message_to_be_gone() {
    for stored in ["detail", "list"] {
        let desk = two();
        let id = id_of(&desk, "second");
        desk.on_request(move |state, asked| match asked.operation() {
            "recall" => {
                state.answer(asked);
                Some(Step::reset())
            }
            operation if operation == stored => {
                let answer = state.answer(asked).to_string();
                Some(Step::json(200, answer).header("age", "60"))
            }
            _ => None,
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        let result = desk.clock.run(ticket.recall(&id).into_future());
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{stored}");
    }
}

#[test]
fn when_the_ticket_cannot_be_read_the_first_error_stands() {
    let desk = two();
    let id = id_of(&desk, "second");
    desk.on_request(|_, asked| {
        Some(match asked.operation() {
            "recall" => Step::json(200, refusal("OSM.01010099").to_string()),
            _ => Step::answer(503),
        })
    });
    let ticket = desk.client().ticket(TICKET).unwrap();
    let error = desk
        .clock
        .run(ticket.recall(&id).into_future())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.code(), Some("OSM.01010099"));
    assert_eq!(error.operation(), Some("recall message"));
}

#[test]
fn a_recall_is_repeated_like_a_read_and_takes_no_group() {
    let desk = two();
    let id = id_of(&desk, "second");
    let mut failures = 2;
    desk.on_request(move |_, asked| {
        let fails = asked.operation() == "recall" && failures > 0;
        failures -= i32::from(fails);
        fails.then(Step::reset)
    });
    let retry = RetryPolicy::standard();
    let client = desk
        .builder()
        .retry(retry)
        .group("group-1".parse().unwrap());
    let ticket = client.build().unwrap().ticket(TICKET).unwrap();
    assert_eq!(
        desk.clock.run(ticket.recall(&id).into_future()).unwrap(),
        Recalled::Now
    );
    // Now gone: the detail that tells is read for the group (D-39).
    assert_eq!(
        desk.clock.run(ticket.recall(&id).into_future()).unwrap(),
        Recalled::Already
    );
    let state = desk.state();
    let operations: Vec<&str> = state.asked.iter().map(|asked| asked.operation()).collect();
    assert_eq!(
        operations,
        ["recall", "recall", "recall", "recall", "detail", "list"]
    );
    for asked in &state.asked {
        let group = (asked.operation() != "recall").then_some("group-1");
        assert_eq!(asked.value("group_id"), group);
        assert!(asked.body.is_null(), "a recall has no body (D-23)");
    }
}

/// Matrix 52 for a recall: cut off anywhere and asked again, it ends well, and nothing is left behind.
#[test]
fn a_recall_that_is_dropped_anywhere_can_be_repeated() {
    let step = Duration::from_millis(10);
    for cut in [0, 5, 10, 15, 25].map(Duration::from_millis) {
        let desk = two();
        let id = id_of(&desk, "second");
        desk.on_request(move |state, asked| {
            let answer = state.answer(asked).to_string();
            Some(Step::json(200, answer).after(step))
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        desk.clock.run(async {
            let recall = ticket.recall(&id).into_future();
            futures_util::future::select(recall, desk.clock.sleep(cut)).await;
        });
        assert_eq!(desk.clock.sleepers(), 0);
        desk.clock.run(ticket.recall(&id).into_future()).unwrap();
        assert_eq!(desk.state().texts(TICKET), ["opened"]);
    }
}

#[test]
fn a_recall_keeps_to_its_deadline_and_leaves_time_to_look() {
    let desk = desk();
    post(&desk, 0, &["opened", "second"], Duration::from_secs(5));
    desk.on_request(|state, asked| {
        (asked.operation() == "recall").then(|| {
            state.answer(asked);
            Step::hang()
        })
    });
    let ticket = desk.client().ticket(TICKET).unwrap();
    let recall = ticket
        .recall(id_of(&desk, "second"))
        .timeout(Duration::from_secs(8));
    let before = desk.clock.elapsed();
    assert_eq!(
        desk.clock.run(recall.into_future()).unwrap(),
        Recalled::Absent
    );
    assert!(desk.clock.elapsed() - before <= Duration::from_secs(8));
}

#[test]
fn a_recall_may_have_all_the_time_there_is() {
    let desk = two();
    let ticket = desk.client().ticket(TICKET).unwrap();
    let recall = ticket.recall(id_of(&desk, "second")).timeout(Duration::MAX);
    assert_eq!(desk.clock.run(recall.into_future()).unwrap(), Recalled::Now);
}

#[test]
fn ids_that_cannot_be_are_refused_before_anything_is_sent() {
    let desk = desk();
    let ticket = desk.client().ticket(TICKET).unwrap();
    for id in ["", "..", "a/b", "a\\..\\b", "%2e", "x\r\ny", "中"] {
        let error = desk.clock.run(ticket.recall(id).into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert!(desk.state().asked.is_empty());
}

#[test]
fn the_last_own_message_is_found_and_recalled() {
    let desk = desk();
    post(&desk, 0, &["opened", "mine"], Duration::from_secs(5));
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    post(&desk, 0, &["a colleague's"], Duration::from_secs(5));
    desk.state().tickets.get_mut(TICKET).unwrap()[3].replier = "colleague".to_owned();
    let known = desk.builder().author_id(OWN).build().unwrap();
    let id = desk
        .clock
        .run(known.ticket(TICKET).unwrap().recall_last().into_future())
        .unwrap();
    assert_eq!(id.as_str(), id_of(&desk, "mine"));

    // Without a known author: what this client submitted.
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    let id = desk.clock.run(async {
        ticket.submit("sent here").await.unwrap();
        desk.state().post(TICKET, 0, "and a colleague again");
        ticket.recall_last().await.unwrap()
    });
    assert_eq!(id.as_str(), id_of(&desk, "sent here"));

    // Without either, and with several authors, nothing is taken back by guess.
    let stranger = desk.client().ticket(TICKET).unwrap();
    let error = desk
        .clock
        .run(stranger.recall_last().into_future())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.help().contains("by id"));
    let left = ["opened", "answer", "a colleague's", "and a colleague again"];
    assert_eq!(desk.state().texts(TICKET), left);
}

#[test]
fn the_last_message_of_the_only_author_is_recalled_but_never_the_first_of_the_ticket() {
    let desk = two();
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    let ticket = desk.client().ticket(TICKET).unwrap();
    // It can be looked at first, and nothing is taken back by that.
    let found = desk.clock.run(ticket.find_last().into_future());
    let found = found.unwrap();
    assert_eq!(found.id.as_str(), "m-2");
    assert_eq!(found.message.content, desk.state().texts(TICKET)[1]);
    assert_eq!(desk.count("recall"), 0);
    let last = desk.clock.run(ticket.recall_last().into_future()).unwrap();
    assert_eq!(last.as_str(), "m-2");
    let error = desk
        .clock
        .run(ticket.recall_last().into_future())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(desk.state().texts(TICKET), ["opened", "answer"]);
    assert_eq!(desk.count("recall"), 1);
}

/// What may have gone is safe to take back again by its id, and only so: the last one is another message by then.
#[test]
fn a_recall_in_doubt_is_repeated_by_id() {
    let desk = two();
    desk.on_request(|_, asked| (asked.operation() == "recall").then(|| Step::json(503, "{}")));
    let ticket = desk.client().ticket(TICKET).unwrap();
    let id = id_of(&desk, "second");
    desk.clock.run(async {
        let by_id = ticket.recall(&id).await.unwrap_err();
        assert_eq!(by_id.advice(), Advice::Call(CallAdvice::RepeatSafely));
        assert!(by_id.help().contains("does no harm"), "{by_id}");
        let last = ticket.recall_last().await.unwrap_err();
        assert_eq!(last.advice(), Advice::NameMessage);
        assert!(!last.help().contains("does no harm"), "{last}");
    });
}

#[test]
fn of_one_second_the_order_of_the_list_tells_the_last() {
    // (whether the list is turned round, whether a third message gives the order away)
    for (turned, dated) in [(false, true), (true, true), (false, false)] {
        let desk = desk();
        post(
            &desk,
            0,
            &["opened"],
            Duration::from_secs(if dated { 5 } else { 0 }),
        );
        post(&desk, 0, &["one", "two"], Duration::ZERO);
        desk.on_request(move |state, asked| {
            (asked.operation() == "detail").then(|| {
                let mut answer = state.answer(asked);
                let list = &mut answer["incident_detail_info"]["message_list"];
                if turned {
                    list.as_array_mut().unwrap().reverse();
                }
                Step::json(200, answer.to_string())
            })
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        let last = desk.clock.run(ticket.recall_last().into_future());
        match dated {
            true => assert_eq!(last.unwrap().as_str(), id_of(&desk, "two")),
            false => assert_eq!(last.unwrap_err().kind(), ErrorKind::InvalidInput),
        }
    }
}

/// A short page without a total, or with one of its own rows alone, is not the whole ticket: what a detail that
/// is cut shows as the last message is not, and what it leaves out is not gone.
#[test]
fn a_part_of_a_ticket_is_never_taken_for_the_whole() {
    // (total stated, rows of a page, messages of the detail, whether they are all)
    let table = [
        (Count::Nothing, 80, 80, false),
        (Count::Page, 80, 80, false),
        (Count::Ticket, 80, 80, false),
        (Count::Nothing, 100, 249, false),
        (Count::Nothing, 80, 250, true),
        (Count::Page, 80, 250, true),
        (Count::Ticket, 80, 250, true),
    ];
    for (count, page_cap, shown, is_whole) in table {
        for names_first in [true, false] {
            let told = format!("{count:?}, {page_cap} rows, {shown} shown, first: {names_first}");
            let desk = Desk::new(Rules {
                count,
                page_cap,
                names_first,
                ..Rules::default()
            });
            for n in 0..250 {
                desk.state().post(TICKET, 0, &format!("text {n}"));
                desk.clock.advance(Duration::from_secs(60));
            }
            // The oldest ones only.
            desk.on_request(move |state, asked| match asked.operation() {
                "recall" if asked.path.contains("m-2000") || !is_whole => {
                    Some(Step::json(200, refusal("OSM.01010099").to_string()))
                }
                "detail" => {
                    let mut answer = state.answer(asked);
                    let list = &mut answer["incident_detail_info"]["message_list"];
                    list.as_array_mut().unwrap().truncate(shown);
                    Some(Step::json(200, answer.to_string()))
                }
                _ => None,
            });
            let ticket = desk.client().ticket(TICKET).unwrap();
            desk.clock.run(async {
                let gone = ticket
                    .recall(if is_whole { "m-2000" } else { "m-250" })
                    .await;
                let last = ticket.recall_last().await;
                match is_whole {
                    true => {
                        assert_eq!(gone.unwrap(), Recalled::Absent, "{told}");
                        assert_eq!(last.unwrap().as_str(), "m-250", "{told}");
                    }
                    false => {
                        assert_eq!(gone.unwrap_err().kind(), ErrorKind::Refused, "{told}");
                        assert_eq!(last.unwrap_err().kind(), ErrorKind::InvalidInput, "{told}");
                        assert_eq!(desk.count("recall"), 1, "{told}");
                    }
                }
            });
        }
    }
}

/// As many messages on both sides are not the same messages.
#[test]
fn the_last_message_is_not_taken_from_a_detail_that_is_behind_the_list() {
    let desk = desk();
    post(
        &desk,
        0,
        &["opened", "older", "mine", "newest"],
        Duration::from_secs(5),
    );
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        match asked.operation() {
            "detail" => {
                let list = &mut answer["incident_detail_info"]["message_list"];
                list.as_array_mut().unwrap().pop();
            }
            "list" => {
                let rows = answer["message_list"].as_array_mut().unwrap();
                rows.retain(|row| row["content"] != "opened");
                answer["count"] = serde_json::Value::Null;
            }
            _ => {}
        }
        Some(Step::json(200, answer.to_string()))
    });
    let ticket = desk.client().ticket(TICKET).unwrap();
    let last = desk.clock.run(ticket.recall_last().into_future());
    assert_eq!(last.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(desk.count("recall"), 0);
}

/// Every submit is stored, as `acts` says, and its answer is lost.
fn lose_answers(desk: &Desk, acts: impl Fn(&str) -> bool + Send + 'static) {
    desk.on_request(move |state, asked| {
        if asked.operation() != "submit" {
            return None;
        }
        let text = asked.body["message"]["content"].as_str();
        if acts(text.unwrap_or_default()) {
            state.answer(asked);
        }
        Some(Step::reset())
    });
}

fn in_doubt(desk: &Desk, client: &Client, text: &str) -> Pending {
    let submit = client.ticket(TICKET).unwrap().submit(text).key(text);
    let submit = submit.confirm(Confirm::Never).into_future();
    desk.clock.run(submit).unwrap_err().into_pending().unwrap()
}

fn take_back(desk: &Desk, client: &Client, text: &str) -> MessageId {
    let id = MessageId::new(id_of(desk, text)).unwrap();
    let recall = client.ticket(TICKET).unwrap().recall(id.clone());
    assert_eq!(desk.clock.run(recall.into_future()).unwrap(), Recalled::Now);
    id
}

/// Whoever takes a message back knows that it was there, also when the answer to it was lost.
#[test]
fn a_message_in_doubt_that_is_taken_back_is_never_called_absent() {
    let (desk, shelf) = (desk(), Shelf::default());
    let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    lose_answers(&desk, |_| true);
    let running = client();
    let pending = in_doubt(&desk, &client(), "wrong ticket");
    desk.clock.advance(Duration::from_secs(60));
    // As after a start.
    let id = take_back(&desk, &client(), "wrong ticket");
    assert!(client().pending().is_empty());
    let kept = shelf.list_all().unwrap();
    assert_eq!(kept[0].recalled(), Some(&id));
    // Also by a copy of the record as it was before, and in a process that has not looked at the outbox since.
    for client in [client(), running] {
        let outcome = desk.clock.run(client.reconcile(&pending));
        assert_eq!(outcome.unwrap(), Outcome::Recalled(id.clone()));
    }
    let again = client().ticket(TICKET).unwrap().submit("wrong ticket");
    let again = desk.clock.run(again.key("wrong ticket").into_future());
    assert_eq!(again.unwrap().receipt, Receipt::Kept);
    assert_eq!(desk.count("submit"), 1);
    assert!(!shelf.removed().contains(&Removal::Absent));
}

/// A recall whose answer was lost has taken the message back as well, once the ticket shows that: of the same run, or a later one.
#[test]
fn a_recall_without_an_answer_ends_the_doubt_once_the_ticket_shows_it() {
    for (shows_at_once, is_restarted) in [(true, true), (false, true), (false, false)] {
        let (desk, shelf) = (desk(), Shelf::default());
        let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
        post(&desk, 0, &["opened"], Duration::from_secs(60));
        lose_answers(&desk, |_| true);
        let running = client();
        let pending = in_doubt(&desk, &running, "wrong ticket");
        desk.clock.advance(Duration::from_secs(60));
        let id = MessageId::new(id_of(&desk, "wrong ticket")).unwrap();
        let mut recalls = 0;
        desk.on_request(move |state, asked| match asked.operation() {
            "recall" => {
                recalls += 1;
                state.answer(asked);
                Some(Step::reset())
            }
            "detail" if recalls == 1 && !shows_at_once => Some(Step::answer(503)),
            _ => None,
        });
        let recall = || {
            let client = match is_restarted {
                true => client(),
                false => running.clone(),
            };
            let ticket = client.ticket(TICKET).unwrap();
            desk.clock.run(ticket.recall(id.clone()).into_future())
        };
        if !shows_at_once {
            assert_eq!(recall().unwrap_err().kind(), ErrorKind::Interrupted);
            let kept = shelf.list_all().unwrap();
            // It was there, and that it is not is not proven.
            assert!(kept[0].is_settled() && kept[0].recalled().is_none());
            client().acknowledge("wrong ticket").unwrap();
        }
        assert_eq!(recall().unwrap(), Recalled::Absent, "{shows_at_once}");
        let kept = shelf.list_all().unwrap();
        assert_eq!(kept[0].recalled(), Some(&id));
        // What was given free meanwhile stays so.
        assert_eq!(kept[0].key().is_some(), shows_at_once, "{is_restarted}");
        let outcome = desk.clock.run(client().reconcile(&pending));
        assert_eq!(outcome.unwrap(), Outcome::Recalled(id.clone()));
    }
}

/// Where it is not certain whose message it was, it stays so.
#[test]
fn a_message_that_could_be_one_of_several_in_doubt_leaves_them_open() {
    let (desk, shelf) = (desk(), Shelf::default());
    let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    let sent = Arc::new(AtomicUsize::new(0));
    // The first of two alike never comes; the second comes after both have looked.
    lose_answers(&desk, move |_| sent.fetch_add(1, Ordering::Relaxed) == 1);
    let text = "wrong ticket";
    let ticket = client().ticket(TICKET).unwrap();
    for _ in 0..2 {
        let submit = ticket.submit(text).confirm(Confirm::Never).into_future();
        assert_eq!(
            desk.clock.run(submit).unwrap_err().delivery(),
            Delivery::Unknown
        );
    }
    desk.clock.advance(Duration::from_secs(60));
    take_back(&desk, &client(), text);
    assert_eq!(client().pending().len(), 2);
    for one in desk.clock.run(client().reconcile_outbox()) {
        assert!(matches!(one.outcome, Ok(Outcome::Unknown(_))), "{one:?}");
    }
}

/// What cannot be written down could be called absent by the next process.
#[test]
fn nothing_is_taken_back_that_could_be_called_absent_later() {
    let (desk, shelf) = (desk(), Shelf::default());
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    lose_answers(&desk, |_| true);
    let client = desk.builder().outbox(shelf.clone()).build().unwrap();
    in_doubt(&desk, &client, "words");
    shelf.room(Some(0));
    let id = id_of(&desk, "words");
    // Doing it again changes nothing.
    for _ in 0..2 {
        let recall = client.ticket(TICKET).unwrap().recall(&id).into_future();
        let error = desk.clock.run(recall).unwrap_err();
        let told = (error.kind(), error.delivery());
        assert_eq!(told, (ErrorKind::Storage, Delivery::NotSent), "{error}");
    }
    assert_eq!(desk.count("recall"), 0);
    // What stood there before is not in question.
    let first = client.ticket(TICKET).unwrap().recall("m-1").into_future();
    assert!(desk.clock.run(first).is_ok());
}

/// A message that arrived while its record cannot say so would be absent to the next process, and be sent again.
#[test]
fn nothing_is_taken_back_before_its_record_says_that_it_arrived() {
    let (desk, shelf) = (desk(), Shelf::default());
    let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    // The record before it is sent, and not the one afterwards.
    shelf.room(Some(1));
    let own = client();
    let submit = own.ticket(TICKET).unwrap().submit("words").key("job-1");
    let sent = desk.clock.run(submit.into_future()).unwrap();
    assert!(sent.unrecorded.is_some());
    let id = id_of(&desk, "words");
    let recall = || own.ticket(TICKET).unwrap().recall(&id).into_future();
    for _ in 0..2 {
        let error = desk.clock.run(recall()).unwrap_err();
        let told = (error.kind(), error.delivery());
        assert_eq!(told, (ErrorKind::Storage, Delivery::NotSent), "{error}");
    }
    assert_eq!(desk.count("recall"), 0);
    shelf.room(None);
    assert_eq!(desk.clock.run(recall()).unwrap(), Recalled::Now);
    let again = client()
        .ticket(TICKET)
        .unwrap()
        .submit("words")
        .key("job-1");
    let again = desk.clock.run(again.into_future()).unwrap();
    assert_eq!(again.receipt, Receipt::Kept);
    assert_eq!(desk.count("submit"), 1);
}

/// A message that was found and taken back is not in the ticket in another form.
#[test]
fn a_message_that_was_taken_back_keeps_no_other_in_doubt() {
    let (desk, shelf) = (desk(), Shelf::default());
    let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    lose_answers(&desk, |text| text == "first");
    in_doubt(&desk, &client(), "first");
    take_back(&desk, &client(), "first");
    // So shortly afterwards that the first could still come into sight; and it comes late.
    let second = in_doubt(&desk, &client(), "second");
    desk.state().post(TICKET, 0, "second");
    let outcome = desk.clock.run(client().reconcile(&second)).unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}");
}

/// Another process takes a message back while the one that has sent it still looks for it.
#[test]
fn what_another_process_takes_back_is_not_called_absent() {
    let (desk, shelf) = (desk(), Shelf::default());
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    desk.on_request(|state, asked| {
        let messages = &state.tickets[TICKET];
        let shows = messages.len() > 1 && messages.iter().all(|message| !message.recalled);
        match asked.operation() {
            "submit" => {
                state.answer(asked);
                Some(Step::reset())
            }
            // Who sends it sees nothing of it.
            "list" if shows && asked.value("group_id").is_none() => Some(Step::answer(503)),
            _ => None,
        }
    });
    let client = || desk.builder().outbox(shelf.clone());
    let sender = client().build().unwrap();
    let other = client().group("group-1".parse().unwrap()).build().unwrap();
    let submit = sender.ticket(TICKET).unwrap().submit("wrong ticket");
    let submit = submit.key("job-1").resend_if_absent().into_future();
    let recall = async {
        desk.clock.sleep(Duration::from_secs(1)).await;
        let ticket = other.ticket(TICKET).unwrap();
        ticket.recall(id_of(&desk, "wrong ticket")).await
    };
    let (sent, recalled) = desk.clock.run(join(submit, recall));
    assert_eq!(recalled.unwrap(), Recalled::Now);
    let error = sent.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(desk.count("submit"), 1);
    // What the sender learned is not written over it either.
    desk.clock.advance(Duration::from_secs(60));
    let pending = error.into_pending().unwrap();
    let later = client().build().unwrap();
    let outcome = desk.clock.run(later.reconcile(&pending)).unwrap();
    assert!(!matches!(outcome, Outcome::Absent), "{outcome:?}");
    assert!(!shelf.removed().contains(&Removal::Absent));
}

/// A record that another process has settled or removed while the ticket was read stays so.
#[test]
fn what_another_process_settled_meanwhile_is_not_written_over() {
    for is_removed in [false, true] {
        let (desk, shelf) = (desk(), Shelf::default());
        post(&desk, 0, &["opened"], Duration::from_secs(60));
        lose_answers(&desk, |_| true);
        let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
        let pending = in_doubt(&desk, &client(), "words");
        desk.clock.advance(Duration::from_secs(60));
        let mut settled = serde_json::to_value(&pending).unwrap();
        settled["settled"] = serde_json::json!({ "wall": "2026-03-01T02:00:01Z" });
        let settled: Pending = serde_json::from_value(settled).unwrap();
        let (meddled, id) = (shelf.clone(), pending.id());
        desk.on_request(move |_, asked| {
            if asked.operation() == "detail" {
                match is_removed {
                    true => meddled.remove(&id).unwrap(),
                    false => meddled.put(&settled).unwrap(),
                }
            }
            None
        });
        take_back(&desk, &client(), "words");
        let kept = shelf.list_all().unwrap();
        match is_removed {
            true => assert!(kept.is_empty(), "{kept:?}"),
            false => assert!(kept[0].is_settled(), "{kept:?}"),
        }
    }
}

/// One that saw the message before it was taken back writes down no less than what is known by then.
#[test]
fn what_another_process_took_back_meanwhile_is_not_written_over() {
    let (desk, shelf) = (desk(), Shelf::default());
    post(&desk, 0, &["opened"], Duration::from_secs(60));
    lose_answers(&desk, |_| true);
    let client = || desk.builder().outbox(shelf.clone()).build().unwrap();
    let pending = in_doubt(&desk, &client(), "words");
    desk.clock.advance(Duration::from_secs(60));
    let id = MessageId::new(id_of(&desk, "words")).unwrap();
    let mut recalled = serde_json::to_value(&pending).unwrap();
    recalled["settled"] = serde_json::json!({ "wall": "2026-03-01T02:00:01Z" });
    recalled["recalled"] = serde_json::json!(id.as_str());
    let recalled: Pending = serde_json::from_value(recalled).unwrap();
    let meddled = shelf.clone();
    desk.on_request(move |_, asked| {
        if asked.operation() == "list" {
            meddled.put(&recalled).unwrap();
        }
        None
    });
    let outcome = desk.clock.run(client().reconcile(&pending)).unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}");
    assert_eq!(shelf.list_all().unwrap()[0].recalled(), Some(&id));
}
