//! What is unread over all tickets, without naming them, and what could not be asked.

use crate::office::{Office, Row, refusal};
use hwc_core::testing::Step;
use hwc_tickets::{AllUnread, ErrorKind};

fn rows(count: usize) -> Vec<Row> {
    let row = |n: usize| Row {
        unread: Some(n as u64 % 3),
        ..Row::new(&format!("TT{n}"), [1, 3, 17][n % 3], n as u32)
    };
    (0..count).map(row).collect()
}

fn ask(office: &Office) -> AllUnread {
    office.clock.run(office.client().unread_all().fetch())
}

#[test]
fn all_tickets_are_listed_and_asked_for_in_batches() {
    let office = Office::new(rows(250));
    let all = ask(&office);
    assert!(all.is_complete(), "{:?}", all.list);
    assert_eq!(all.tickets.len(), 250);
    assert_eq!(all.total(), 249);
    assert_eq!(all.waiting().count(), 166);
    assert!(all.waiting().all(|(ticket, number)| {
        let n: u64 = ticket.raw_id.get(2..).unwrap().parse().unwrap();
        number == n % 3
    }));
    assert_eq!(office.count("unread"), 3);
    assert_eq!(all.into_result().unwrap().len(), 250);
}

#[test]
fn those_that_have_ended_can_be_left_out() {
    let office = Office::new(rows(9));
    let client = office.client();
    let all = office
        .clock
        .run(client.unread_all().open_only().into_future());
    assert_eq!((all.tickets.len(), all.counts.unread.len()), (6, 6));
    assert!(all.is_complete());
}

#[test]
fn no_ticket_is_no_question() {
    let office = Office::new(Vec::new());
    let all = ask(&office);
    assert!(all.is_complete() && all.total() == 0);
    assert_eq!(office.count("unread"), 0);
}

/// (what goes wrong, tickets that were counted, whether there is a number at all)
#[test]
fn what_could_not_be_asked_is_told() {
    // The list breaks off at its second page.
    let office = Office::new(rows(150));
    let mut pages = 0;
    office.after(move |asked| {
        pages += usize::from(asked.operation() == "list");
        (asked.operation() == "list" && pages > 1).then(|| Step::answer(503))
    });
    let all = ask(&office);
    assert_eq!(all.counts.unread.len(), 100);
    assert!(!all.is_complete() && !all.list.complete);
    assert_eq!(
        all.unlisted.as_ref().unwrap().kind(),
        ErrorKind::Unavailable
    );
    assert_eq!(
        all.into_result().unwrap_err().kind(),
        ErrorKind::Unavailable
    );

    // One of the batches fails.
    let office = Office::new(rows(150));
    let mut asked_for = 0;
    office.after(move |asked| {
        asked_for += usize::from(asked.operation() == "unread");
        (asked.operation() == "unread" && asked_for == 1).then(Step::reset)
    });
    let all = ask(&office);
    assert_eq!(all.counts.failed.len(), 1);
    assert!(!all.is_complete() && all.unlisted.is_none());

    // A ticket is not counted, one has an id that is none, and the list ends before its total.
    let office = Office::new(rows(10));
    office.state().rows[4].unread = None;
    let all = ask(&office);
    assert_eq!(all.counts.unanswered.len(), 1);
    assert!(!all.is_complete());
    let office = Office::new([rows(3), vec![Row::new("a/b", 1, 9)]].concat());
    let all = ask(&office);
    assert!(!all.is_complete() && all.counts.is_complete());
    let office = Office::new(rows(10));
    office.state().total = Some(12);
    let all = ask(&office);
    assert!(!all.is_complete() && all.counts.is_complete());

    // The caller may not list.
    let office = Office::new(rows(10));
    office.after(|asked| {
        let answer = refusal("OSM.01010002").to_string();
        (asked.operation() == "list").then(|| Step::json(200, answer))
    });
    let all = ask(&office);
    assert_eq!(all.unlisted.as_ref().unwrap().kind(), ErrorKind::Forbidden);
    assert_eq!(office.count("unread"), 0);
}

/// Counts that a machine on the way had stored are none.
#[test]
fn stored_counts_are_not_told() {
    let office = Office::new(rows(2));
    office.after(|asked| {
        let counts = r#"{"imunread":[{"incident_id":"TT0","unread_num":0},{"incident_id":"TT1","unread_num":0}]}"#;
        (asked.operation() == "unread").then(|| Step::json(200, counts).header("age", "60"))
    });
    let all = ask(&office);
    assert!(!all.is_complete() && all.counts.unread.is_empty());
    assert_eq!(all.counts.failed[0].tickets.len(), 2);
    assert_eq!(all.into_result().unwrap_err().kind(), ErrorKind::Protocol);
}

/// A ticket that goes between the list and the counts is one without an answer.
#[test]
fn a_ticket_that_goes_meanwhile_is_named() {
    let office = Office::new(rows(5));
    office.before(|state, asked| {
        if asked.operation() == "unread" {
            state.rows.retain(|row| row.id != "TT2");
        }
    });
    let all = ask(&office);
    let unanswered: Vec<&str> = all.counts.unanswered.iter().map(|id| id.as_str()).collect();
    assert_eq!(unanswered, ["TT2"]);
    let text = serde_json::to_string(&all).unwrap();
    let again: AllUnread = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_without_async() {
    let office = Office::new(rows(5));
    let client = office.builder().build_blocking().unwrap();
    let all = client.unread_all(|query| query.concurrency(1)).unwrap();
    assert!(all.is_complete());
    assert_eq!(all.total(), 4);
}
