//! The unread counts: few requests, and no ticket without a word.

use super::desk::{Asked, Desk, Rules, State, refusal};
use hwc_core::testing::Step;
use hwc_tickets::{ErrorKind, TicketId, UnreadCounts};
use serde_json::json;
use std::collections::BTreeMap;

fn ids(number: usize) -> Vec<TicketId> {
    let ids = (0..number).map(|n| format!("TT{n:030}"));
    ids.map(|id| TicketId::new(id).unwrap()).collect()
}

/// A desk that knows the tickets; each has as many unread messages as its number modulo 3.
fn desk(ids: &[TicketId], rules: Rules) -> Desk {
    let desk = Desk::new(rules);
    for (place, id) in ids.iter().enumerate() {
        let mut state = desk.state();
        state.tickets.insert(id.to_string(), Vec::new());
        for n in 0..place % 3 {
            state.post(id.as_str(), 1, &format!("answer {n}"));
        }
    }
    desk
}

fn fetch(desk: &Desk, ids: &[TicketId]) -> UnreadCounts {
    let client = desk.client();
    desk.clock.run(client.unread(ids.iter().cloned()).fetch())
}

#[test]
fn a_thousand_tickets_make_ten_requests() {
    let ids = ids(1000);
    let desk = desk(&ids, Rules::default());
    let twice = [ids.clone(), ids.clone()].concat();
    let unread_counts = fetch(&desk, &twice);
    assert_eq!(desk.count("unread"), 10);
    assert!(
        desk.state()
            .asked
            .iter()
            .all(|asked| asked.uri_length <= 6 * 1024)
    );
    assert_eq!(unread_counts.unread.len(), 1000);
    assert_eq!(unread_counts.total(), 999);
    assert!(unread_counts.is_complete());
    let numbers: BTreeMap<TicketId, u64> = unread_counts.into_result().unwrap();
    assert_eq!(numbers[&ids[5]], 2);
    assert_eq!(numbers[&ids[6]], 0);
}

#[test]
fn no_ticket_no_request() {
    let desk = Desk::new(Rules::default());
    let unread_counts = fetch(&desk, &[]);
    assert!(unread_counts.is_complete() && unread_counts.total() == 0);
    assert_eq!(desk.count("unread"), 0);
}

#[test]
fn a_ticket_without_an_answer_is_named() {
    let ids = ids(150);
    let desk = desk(&ids, Rules::default());
    for place in [0, 120] {
        desk.state().tickets.remove(ids[place].as_str());
    }
    desk.on_request(|state, asked| {
        // One more is answered without a number.
        let mut answer = state.answer(asked);
        for row in answer["imunread"].as_array_mut().unwrap() {
            if row["incident_id"].as_str().unwrap().ends_with("077") {
                row.as_object_mut().unwrap().remove("unread_num");
            }
        }
        Some(Step::json(200, answer.to_string()))
    });
    let unread_counts = fetch(&desk, &ids);
    assert_eq!(
        unread_counts.unanswered,
        [&ids[0], &ids[77], &ids[120]].map(Clone::clone)
    );
    assert_eq!(unread_counts.unread.len(), 147);
    let error = unread_counts.into_result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

/// Rows that are lost count as well: a place is that in the answer.
#[test]
fn an_odd_id_is_named_by_its_place_in_the_answer() {
    let rows = [
        json!(5),
        json!({"incident_id": {"a": "secret"}, "unread_num": 1}),
        json!({"incident_id": "TT1", "unread_num": 2}),
        json!([]),
        json!({"incident_id": "TT3", "unread_num": 3}),
        json!({"incident_id": [], "unread_num": 4}),
        json!({"incident_id": null, "unread_num": 5}),
        json!({"incident_id": "", "unread_num": 6}),
        json!({"unread_num": 7}),
    ];
    let desk = Desk::new(Rules::default());
    let body = json!({ "imunread": rows }).to_string();
    desk.on_request(move |_: &mut State, _: &Asked| Some(Step::json(200, body.clone())));
    let ids = ["TT1", "TT2"].map(|id| TicketId::new(id).unwrap());
    let unread_counts = fetch(&desk, &ids);
    assert_eq!(unread_counts.unread, BTreeMap::from([(ids[0].clone(), 2)]));
    assert_eq!(unread_counts.unanswered, [ids[1].clone()]);
    let places: Vec<usize> = unread_counts
        .undecodable
        .iter()
        .map(|item| item.index)
        .collect();
    assert_eq!(
        places,
        [0, 1, 3, 5, 6, 7, 8],
        "{:?}",
        unread_counts.undecodable
    );
}

/// In whichever order they come, each number is that of its ticket, and of one that is named twice the larger.
#[test]
fn numbers_belong_to_tickets_in_any_order() {
    let ids = ids(3);
    let row = |place: usize, number: Option<u64>| json!({ "incident_id": ids[place].as_str(), "unread_num": number });
    for rows in [
        vec![row(0, Some(5)), row(1, Some(6)), row(2, None)],
        vec![row(2, None), row(1, Some(6)), row(0, Some(5))],
        vec![row(0, Some(5)), row(1, Some(6)), row(1, Some(2))],
        vec![
            row(0, Some(2)),
            row(0, Some(5)),
            row(1, Some(6)),
            row(2, None),
        ],
    ] {
        let desk = desk(&ids, Rules::default());
        let body = json!({ "imunread": rows }).to_string();
        desk.on_request(move |_: &mut State, _: &Asked| Some(Step::json(200, body.clone())));
        let found = fetch(&desk, &ids);
        let expected = BTreeMap::from([(ids[0].clone(), 5), (ids[1].clone(), 6)]);
        assert_eq!(found.unread, expected);
        assert_eq!(found.unanswered, [ids[2].clone()]);
    }
}

#[test]
fn numbers_beyond_reason_do_no_harm_to_the_total() {
    let ids = ids(3);
    let desk = desk(&ids, Rules::default());
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        for row in answer["imunread"].as_array_mut().unwrap() {
            row["unread_num"] = i64::MAX.into();
        }
        Some(Step::json(200, answer.to_string()))
    });
    assert_eq!(fetch(&desk, &ids).total(), u64::MAX);
}

#[test]
fn one_poisonous_id_costs_at_most_14_more_requests() {
    let ids = ids(300);
    for poison in [0, 1, 50, 99, 150, 237, 299] {
        for told in [false, true] {
            let desk = desk(&ids, Rules::default());
            let bad = ids[poison].to_string();
            desk.on_request(move |_: &mut State, asked: &Asked| {
                let named = if told {
                    format!("case {bad} is wrong")
                } else {
                    "wrong".to_owned()
                };
                let answer =
                    serde_json::json!({ "error_code": "OSM.01010001", "error_msg": named });
                let found = asked.values("case_ids").contains(&bad.as_str());
                found.then(|| Step::json(200, answer.to_string()))
            });
            let unread_counts = fetch(&desk, &ids);
            assert_eq!(unread_counts.unread.len(), 299);
            assert_eq!(unread_counts.failed.len(), 1);
            assert_eq!(unread_counts.failed[0].tickets, [ids[poison].clone()]);
            assert_eq!(unread_counts.failed[0].error.kind(), ErrorKind::Refused);
            let extra = desk.count("unread") - 3;
            assert!(
                extra <= if told { 2 } else { 14 },
                "{extra} more for {poison}"
            );
        }
    }
}

#[test]
fn too_large_requests_are_halved() {
    let ids = ids(200);
    for status in [413, 414, 431] {
        let desk = desk(&ids, Rules::default());
        desk.on_request(move |_, asked| {
            (asked.values("case_ids").len() > 30).then(|| Step::answer(status))
        });
        let unread_counts = fetch(&desk, &ids);
        assert!(unread_counts.is_complete(), "{status}: {unread_counts:?}");
        // Each hundred: 100, 2 x 50, 4 x 25.
        assert_eq!(desk.count("unread"), 14);
    }
}

#[test]
fn a_refusal_of_everything_stays_cheap() {
    let ids = ids(1000);
    // (answer, most requests, kind)
    let cases = [
        (
            Step::json(200, refusal("OSM.01010001").to_string()),
            160,
            ErrorKind::Refused,
        ),
        (
            Step::json(200, refusal("OSM.01010002").to_string()),
            160,
            ErrorKind::Forbidden,
        ),
        (
            Step::json(403, r#"{"error_code":"APIGW.0302"}"#),
            10,
            ErrorKind::Forbidden,
        ),
        (Step::answer(503), 10, ErrorKind::Unavailable),
        (
            Step::json(401, r#"{"error_code":"APIGW.0301"}"#),
            4,
            ErrorKind::Unauthorized,
        ),
    ];
    for (step, most, kind) in cases {
        let desk = desk(&ids, Rules::default());
        desk.on_request(move |_, _| Some(step.clone()));
        let unread_counts = fetch(&desk, &ids);
        let requests = desk.count("unread");
        assert!(requests <= most, "{kind:?}: {requests} requests");
        let failed: usize = unread_counts
            .failed
            .iter()
            .map(|failed| failed.tickets.len())
            .sum();
        assert_eq!(failed, 1000, "every ticket is named");
        assert!(
            unread_counts
                .failed
                .iter()
                .any(|failed| failed.error.kind() == kind),
            "{kind:?}"
        );
        assert!(unread_counts.into_result().is_err());
    }
}

#[test]
fn one_bad_batch_does_not_hide_the_rest() {
    let ids = ids(500);
    let desk = desk(&ids, Rules::default());
    let marked = ids[250].to_string();
    desk.on_request(move |_, asked| {
        asked
            .values("case_ids")
            .contains(&marked.as_str())
            .then(|| Step::answer(502))
    });
    let unread_counts = fetch(&desk, &ids);
    assert_eq!(unread_counts.unread.len(), 400);
    assert_eq!(unread_counts.failed[0].tickets, ids[200..300]);
    assert_eq!(unread_counts.failed[0].error.kind(), ErrorKind::Unavailable);
}

/// What a machine on the way had stored is how many were unread then: it counts nothing, and says why.
#[test]
fn a_stored_answer_counts_no_ticket() {
    let ids = ids(150);
    for (age, counted) in [("0", 150), ("60", 100)] {
        let desk = desk(&ids, Rules::default());
        let last = ids[149].to_string();
        desk.on_request(move |state, asked| {
            let answer = Step::json(200, state.answer(asked).to_string());
            let is_stored = asked.values("case_ids").contains(&last.as_str());
            Some(match is_stored {
                true => answer.header("age", age),
                false => answer,
            })
        });
        let unread_counts = fetch(&desk, &ids);
        assert_eq!(unread_counts.unread.len(), counted, "{age}");
        assert_eq!(unread_counts.is_complete(), age == "0", "{age}");
        let failed = unread_counts.failed.iter();
        let failed: Vec<_> = failed
            .map(|failed| (failed.tickets.len(), failed.error.kind()))
            .collect();
        match age {
            "0" => assert!(failed.is_empty(), "{failed:?}"),
            _ => assert_eq!(failed, [(50, ErrorKind::Protocol)]),
        }
        // Asking for each ticket by itself would bring no other answer.
        assert_eq!(desk.count("unread"), 2, "{age}");
    }
}

#[test]
fn requests_go_side_by_side_up_to_the_bound() {
    let ids = ids(1000);
    let desk = desk(&ids, Rules::default());
    desk.on_request(|state, asked| {
        let body = state.answer(asked).to_string();
        Some(Step::json(200, body).after(std::time::Duration::from_secs(1)))
    });
    let client = desk.client();
    for (concurrency, seconds) in [(1, 10), (4, 3), (100, 1)] {
        let before = hwc_core::Clock::elapsed(&desk.clock);
        let query = client.unread(ids.clone()).concurrency(concurrency);
        let group = "group-7".parse().unwrap();
        let unread_counts = desk.clock.run(query.group(group).fetch());
        assert!(unread_counts.is_complete());
        assert_eq!(
            (hwc_core::Clock::elapsed(&desk.clock) - before).as_secs(),
            seconds
        );
        assert_eq!(
            desk.state().asked.last().unwrap().value("group_id"),
            Some("group-7")
        );
    }
}
