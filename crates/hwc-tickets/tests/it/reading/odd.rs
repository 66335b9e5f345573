//! Fields of another shape than documented: they cost themselves, never a text, and what is not known is not "none".

use super::desk::{Asked, Desk, Rules, State};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{ErrorKind, Event, Message, Ticket, TicketId, history::Conversation};
use std::time::Duration;

const TICKET: &str = "case-1";

/// What may stand in the place of a list of attachments without being one.
fn odd_shapes() -> Vec<String> {
    let mut shapes: Vec<String> = [
        r#""""#,
        r#""none""#,
        "0",
        "1.5",
        "true",
        "1e999",
        "{}",
        r#"{"accessory_id":"a","file_actual_name":"a.log"}"#,
        r#"["a.log"]"#,
        "[[]]",
        "[null]",
    ]
    .map(str::to_owned)
    .into();
    shapes.push(format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)));
    shapes.push(format!("{}1{}", "{\"a\":".repeat(1_000), "}".repeat(1_000)));
    shapes
}

/// A desk with two messages, in whose answers the text `from` is replaced.
fn desk(from: &'static str, to: String) -> Desk {
    let desk = Desk::new(Rules::default());
    desk.state().post(TICKET, 0, "the first");
    desk.clock.advance(Duration::from_secs(60));
    desk.state().post(TICKET, 1, "the second");
    desk.clock.advance(Duration::from_secs(60));
    desk.on_request(move |state: &mut State, asked: &Asked| {
        let body = state.answer(asked).to_string();
        Some(Step::json(200, body.replace(from, &to)))
    });
    desk
}

/// No attachments, as the desk writes them.
const ATTACHMENTS: &str = r#""accessory_list":[]"#;

/// The history, which has both texts.
async fn both(ticket: &Ticket, case: &str) -> Conversation {
    let history = ticket.history().collect().await.unwrap();
    let expected = ["the second", "the first"];
    assert_eq!(texts(&history.messages), expected, "{case}");
    history
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.content.as_str())
        .collect()
}

#[test]
fn an_odd_list_of_attachments_leaves_the_text_and_is_unknown() {
    for odd in odd_shapes() {
        let desk = desk(ATTACHMENTS, format!(r#""accessory_list":{odd}"#));
        let ticket = desk.client().ticket(TICKET).unwrap();
        desk.clock.run(async {
            let history = both(&ticket, &format!("{odd:.60}")).await;
            let detail = ticket.detail().await.unwrap();
            assert_eq!(
                texts(&detail.messages),
                ["the first", "the second"],
                "{odd:.60}"
            );
            assert!(detail.undecodable.is_empty());
            for message in history.messages.iter().chain(&detail.messages) {
                assert!(message.attachments_unknown, "{odd:.60}");
                assert!(message.extra.contains_key("~accessory_list"), "{odd:.60}");
                let json = serde_json::to_value(message).unwrap();
                assert_eq!(json["attachments_unknown"], true);
            }
            // The same message has the same key wherever it is read.
            let id = ticket.find_id(&history.messages[0]).await.unwrap();
            assert_eq!(id.unwrap().as_str(), "m-2");
        });
    }
}

#[test]
fn follow_delivers_a_text_with_an_odd_list_of_attachments() {
    for odd in odd_shapes() {
        let desk = desk(ATTACHMENTS, format!(r#""accessory_list":{odd}"#));
        desk.clock.run(async {
            let posting = desk.clone();
            let clock = desk.clock.clone();
            tokio::spawn(async move {
                clock.sleep(Duration::from_secs(5)).await;
                posting.state().post(TICKET, 1, "news");
            });
            let id: TicketId = TICKET.parse().unwrap();
            let mut events = desk.client().follow([id]).stream();
            let found = loop {
                match events.next().await.unwrap() {
                    Event::Message { message, .. } if message.content == "news" => break message,
                    Event::Undecodable(item) => panic!("{odd:.60}: {item:?}"),
                    _ => assert!(desk.clock.elapsed() < Duration::from_secs(600), "{odd:.60}"),
                }
            };
            assert!(found.attachments_unknown && found.attachments.is_empty());
        });
    }
}

#[test]
fn none_and_unknown_are_not_the_same() {
    for none in ["[]", "null"] {
        let desk = desk(ATTACHMENTS, format!(r#""accessory_list":{none}"#));
        let ticket = desk.client().ticket(TICKET).unwrap();
        desk.clock.run(async {
            for message in ticket.history().collect().await.unwrap().messages {
                assert!(!message.attachments_unknown);
                let json = serde_json::to_value(&message).unwrap();
                assert!(json.get("attachments_unknown").is_none());
            }
        });
    }
}

/// Any field around the text, at any depth.
#[test]
fn any_odd_field_of_a_message_leaves_its_text() {
    for field in [
        r#""replier_name":"Somebody""#,
        r#""iam_user_type":0"#,
        r#""is_first_message":0"#,
    ] {
        let name = field.split(':').next().unwrap();
        for odd in odd_shapes() {
            let desk = desk(field, format!("{name}:{odd}"));
            let ticket = desk.client().ticket(TICKET).unwrap();
            desk.clock.run(async {
                let history = both(&ticket, &format!("{name} {odd:.60}")).await;
                assert_eq!(history.report.undecodable, 0);
            });
        }
    }
}

#[test]
fn an_odd_total_does_not_cost_the_page() {
    for odd in odd_shapes() {
        let desk = desk(r#""count":2"#, format!(r#""count":{odd}"#));
        let ticket = desk.client().ticket(TICKET).unwrap();
        desk.clock.run(async {
            both(&ticket, &format!("{odd:.60}")).await;
        });
    }
}

/// A text that is none is announced, as before.
#[test]
fn an_odd_text_is_undecodable() {
    let desk = desk(
        r#""content":"the first""#,
        r#""content":{"a":"secret"}"#.to_owned(),
    );
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        let history = ticket.history().collect().await.unwrap();
        assert_eq!(texts(&history.messages), ["the second"]);
        assert_eq!(history.report.undecodable, 1);
        let detail = ticket.detail().await.unwrap();
        assert_eq!((detail.messages.len(), detail.undecodable.len()), (1, 1));
        let reason = &detail.undecodable[0].reason;
        assert!(
            reason.contains("content is an object") && !reason.contains("secret"),
            "{reason}"
        );
    });
}

/// Where the list itself is none, nothing is known: that is an error, and not an empty history.
#[test]
fn an_odd_list_of_messages_is_not_an_empty_one() {
    for odd in [r#""""#, "0", "{}", r#"{"content":"x"}"#] {
        let desk = Desk::new(Rules::default());
        desk.state().post(TICKET, 0, "the first");
        let body = format!(
            r#"{{"count":0,"message_list":{odd},"incident_detail_info":{odd},"imunread":{odd},"immsg":{odd},"status":{{}}}}"#
        );
        desk.on_request(move |_: &mut State, _: &Asked| Some(Step::json(200, body.clone())));
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        desk.clock.run(async {
            let error = ticket.history().collect().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{odd}");
            assert_eq!(
                ticket.status().await.unwrap_err().kind(),
                ErrorKind::Protocol
            );
            if !odd.starts_with('{') {
                assert_eq!(
                    ticket.detail().await.unwrap_err().kind(),
                    ErrorKind::Protocol
                );
            }
        });
    }
    // In the ticket as a whole the rest is shown, and that the messages are not known.
    let desk = Desk::new(Rules::default());
    desk.state().post(TICKET, 0, "the first");
    desk.on_request(|_: &mut State, _: &Asked| {
        let body = r#"{"incident_detail_info":{"status":1,"message_list":"","simple_description":"disk full"}}"#;
        Some(Step::json(200, body))
    });
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        let detail = ticket.detail().await.unwrap();
        assert_eq!(detail.description.as_deref(), Some("disk full"));
        assert_eq!((detail.messages.len(), detail.undecodable.len()), (0, 1));
    });
}
