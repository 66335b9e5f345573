//! A ticket as a whole, its status, and where the ids of messages are found.

use crate::reading::desk::{Desk, ENGINEER, Rules};
use hwc_core::testing::Step;
use hwc_tickets::{ErrorKind, TicketStatus, UserType};
use std::time::Duration;

const TICKET: &str = "case-123";

fn desk() -> Desk {
    Desk::new(Rules::default())
}

/// Posts, one message after the other at some distance.
fn post(desk: &Desk, kind: i64, texts: &[&str], apart: Duration) {
    for text in texts {
        desk.state().post(TICKET, kind, text);
        desk.clock.advance(apart);
    }
}

#[test]
fn the_id_of_a_message_from_history_is_found() {
    let desk = desk();
    post(&desk, 0, &["same", "same"], Duration::ZERO);
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        let history = ticket.history().collect().await.unwrap();
        let answer = ticket.find_id(&history.messages[0]).await.unwrap();
        assert_eq!(answer.unwrap().as_str(), "m-3");
        let same = ticket.find_id(&history.messages[1]).await.unwrap();
        assert!(["m-1", "m-2"].contains(&same.unwrap().as_str()));
        desk.state().tickets.get_mut(TICKET).unwrap()[2].recalled = true;
        assert_eq!(ticket.find_id(&history.messages[0]).await.unwrap(), None);
        let with_ids = ticket.messages_with_ids().await.unwrap();
        assert!(with_ids.iter().all(|message| message.id.is_some()));
    });
}

#[test]
fn detail_and_status() {
    let desk = desk();
    post(&desk, 0, &["opened"], Duration::from_secs(5));
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    let client = desk
        .builder()
        .group("group-1".parse().unwrap())
        .build()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let table = [
        (0, TicketStatus::Pending),
        (1, TicketStatus::InProgress),
        (2, TicketStatus::AwaitingConfirmation),
        (3, TicketStatus::Completed),
        (4, TicketStatus::Canceled),
        (5, TicketStatus::Suspended),
        (12, TicketStatus::Invalid),
        (13, TicketStatus::Deleted),
        (17, TicketStatus::AwaitingFeedback),
        (6, TicketStatus::Other(6)),
    ];
    for (code, expected) in table {
        desk.state().status.insert(TICKET.to_owned(), code);
        desk.clock.run(async {
            assert_eq!(ticket.status().await.unwrap(), expected);
            assert_eq!(ticket.detail().await.unwrap().status, expected);
        });
    }
    let detail = desk
        .clock
        .run(
            ticket
                .detail()
                .group("group-2".parse().unwrap())
                .into_future(),
        )
        .unwrap();
    assert_eq!(detail.id.unwrap().as_str(), TICKET);
    assert_eq!(detail.description.as_deref(), Some("disk full"));
    let author = detail.messages[1].author.id.as_deref();
    assert_eq!(author, Some(ENGINEER));
    let state = desk.state();
    let last = state.asked.last().unwrap();
    assert_eq!(last.value("group_id"), Some("group-2"));
    // The status takes no group.
    assert!(
        state
            .asked
            .iter()
            .filter(|a| a.operation() == "status")
            .all(|a| a.query.is_empty())
    );
}

/// Lists tell what kind of user wrote a message; the detail does if the service adds it there.
#[test]
fn the_type_of_a_user_is_read_wherever_it_stands() {
    for (code, user_type) in [
        ("0", UserType::MainAccount),
        ("1", UserType::IamUser),
        ("3", UserType::Other(3)),
        ("null", UserType::Unknown),
    ] {
        let desk = desk();
        post(&desk, 0, &["opened"], Duration::from_secs(5));
        desk.on_request(move |state, asked| {
            let told = format!(r#""iam_user_type":{code}"#);
            let body = state.answer(asked).to_string();
            let body = body.replace(r#""iam_user_type":0"#, &told);
            // Only details have ids.
            let body = body.replace(r#""message_id":"#, &format!(r#"{told},"message_id":"#));
            Some(Step::json(200, body))
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        desk.clock.run(async {
            let history = ticket.history().collect().await.unwrap();
            let [listed] = history.messages.as_slice() else {
                panic!("{:?}", history.messages);
            };
            assert_eq!(listed.author.user_type, user_type);
            assert!(listed.extra.is_empty(), "a field that this version knows");
            let detail = ticket.detail().await.unwrap();
            assert_eq!(detail.messages[0].author.user_type, user_type);
            // Nobody tells messages apart by it.
            assert_eq!(listed.key(), detail.messages[0].key());
        });
    }
}

/// An answer without a status is no status, whatever else it holds.
#[test]
fn an_answer_without_a_status_is_a_fault() {
    for answer in [
        "{}",
        r#"{"x":1}"#,
        r#"{"status":null}"#,
        r#"{"data":{"error_code":"OSM.01010001","error_msg":"failed"}}"#,
    ] {
        let desk = desk();
        desk.on_request(move |_, asked| {
            (asked.operation() == "status").then(|| Step::json(200, answer))
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        let error = desk.clock.run(ticket.status().into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{answer}: {error}");
    }
}

#[test]
fn errors_of_reading_name_the_operation_and_what_to_do() {
    let desk = desk();
    let ticket = desk.client().ticket("case-9").unwrap();
    let errors = desk.clock.run(async {
        [
            ticket.detail().await.map(drop).unwrap_err(),
            ticket.status().await.map(drop).unwrap_err(),
            ticket.history().collect().await.map(drop).unwrap_err(),
        ]
    });
    let names = ["read ticket", "read ticket status", "read history"];
    for (error, name) in errors.iter().zip(names) {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.code(), Some("OSM.01010015"));
        assert!(error.to_string().starts_with(name), "{error}");
        assert!(!error.help().is_empty());
    }
}
