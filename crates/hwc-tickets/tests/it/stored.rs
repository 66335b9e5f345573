//! What users store and build in tests: a value becomes JSON and the same value again, and JSON of an earlier version
//! stays as it was.

use hwc_tickets::{
    Advice, AllCursor, AllEvent, Attachment, Author, CallAdvice, Client, Conversation, Cursor,
    Delivery, Ended, Error, ErrorKind, ErrorReport, Event, LastMessage, ListedTicket, LogEntry,
    Message, MessageId, MessageKind, MessageTime, Outcome, Pending, Rating, ReadReport, Recalled,
    Receipt, Role, Scored, SecretString, Sent, Site, StateRefusal, TicketAction, TicketDetail,
    TicketId, TicketLabel, TicketOutcome, TicketStatus, UnreadCounts, UserType, ZoneOffset,
    error::{Part, SentPart},
    follow_new::TicketsCursor,
    mark_read::Drained,
    message::Undecodable,
    submit::{Candidate, Reconciled, Resemblance, Unrecorded},
    testing::{FakeClock, ScriptedTransport, Step},
    unread::FailedTickets,
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    str::FromStr,
    time::Duration,
};

fn json_of<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The same value again, also when a later version has written more fields than this one knows.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = json_of(value);
    assert_eq!(&read::<T>(&text), value, "{text}");
    let mut more: Value = read(&text);
    // One field alone is the name of a variant.
    if let Some(object) = more.as_object_mut().filter(|object| object.len() > 1) {
        object.insert("of_a_later_version".to_owned(), json!([1, {"a": null}]));
        assert_eq!(&read::<T>(&more.to_string()), value, "{more}");
    }
}

/// The same for a value that cannot be compared: by all that it writes.
fn writes_the_same_again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = json_of(value);
    let again: T = read(&text);
    assert_eq!(json_of(&again), text);
    again
}

fn time() -> MessageTime {
    MessageTime::read("2026-01-31 12:00:00", ZoneOffset::CHINA)
}

fn message() -> Message {
    let mut extra = Map::new();
    // Earlier versions kept the type of user here.
    extra.insert("iam_user_type".to_owned(), 1.into());
    Message::new(MessageKind::Support, time(), "Please send \"the log\".\n")
        .author(Author::new(Role::Engineer).id("u-1").name("Li"))
        .attachments(vec![
            Attachment::new("f-1", "a.log"),
            Attachment::new("a/b", ""),
        ])
        .id(MessageId::new("m-1").unwrap())
        .is_first(true)
        .extra(extra)
}

fn ticket() -> TicketId {
    TicketId::new("case-123").unwrap()
}

fn unrecorded() -> Unrecorded {
    let id = "0123456789abcdef".repeat(2);
    Unrecorded::new(id.parse().unwrap(), "no space is left")
}

fn report() -> ErrorReport {
    ErrorReport::new(ErrorKind::Throttled, "too many requests")
        .delivery(Delivery::Rejected)
        .operation("submit message")
        .ticket(ticket())
        .part(Part::new(2, 3))
        .sent_parts(vec![
            SentPart::new(1)
                .request_id("r-0")
                .reference("[ref 7F3K2Q]")
                .unrecorded(unrecorded()),
        ])
        .unrecorded(unrecorded())
        .hindrance("the outbox cannot be read")
        .code("APIGW.0308")
        .http_status(429)
        .request_id("r-1")
        .host("osm.example")
        .attempts(3)
        .elapsed(Duration::from_millis(1_500))
        .retry_after(Duration::from_secs(7))
        .is_write(true)
}

/// Texts of what has been written before: by these very bytes it is found in files and logs.
#[test]
fn json_stays_as_it_was() {
    let text = r#"{"kind":"support","author":{"id":"u-1","name":"Li","role":"engineer"},"content":"Please send \"the log\".\n","created_at":{"instant":"2026-01-31T04:00:00Z","raw":"2026-01-31 12:00:00"},"attachments":[{"id":"f-1","raw_id":"f-1","file_name":"a.log"},{"id":null,"raw_id":"a/b","file_name":""}],"id":"m-1","is_first":true,"extra":{"iam_user_type":1},"lossy":false}"#;
    assert_eq!(json_of(&message()), text);
    let unread = message().attachments_unknown(true);
    assert!(json_of(&unread).contains(r#"],"attachments_unknown":true,"id""#));
    let bare = Message::new(
        MessageKind::Other(7),
        MessageTime::read("", ZoneOffset::UTC),
        "",
    );
    assert_eq!(
        json_of(&bare),
        r#"{"kind":{"other":7},"author":{"id":null,"name":null,"role":"unknown"},"content":"","created_at":{"instant":null,"raw":""},"attachments":[],"id":null,"is_first":false,"extra":{},"lossy":false}"#
    );
    let detail = TicketDetail::new(TicketStatus::AwaitingFeedback, time())
        .id(ticket())
        .description("the disk")
        .messages(vec![message()]);
    assert_eq!(
        json_of(&detail),
        format!(
            r#"{{"id":"case-123","status":"awaiting_feedback","description":"the disk","created_at":{{"instant":"2026-01-31T04:00:00Z","raw":"2026-01-31 12:00:00"}},"messages":[{text}],"extra":{{}}}}"#
        )
    );
    assert_eq!(
        json_of(&ReadReport::default().reported(3).yielded(3).complete(true)),
        r#"{"reported":3,"yielded":3,"duplicates_dropped":0,"undecodable":0,"pages":0,"possible_gap":false,"complete":true}"#
    );
    assert_eq!(json_of(&Drained::default().handled(3)), r#"{"handled":3}"#);
    assert_eq!(json_of(&TicketStatus::Other(99)), r#"{"other":99}"#);
}

/// What earlier versions stored has no type of user beside the role; what is stored now has one where it is known.
#[test]
fn the_type_of_a_user_is_an_addition() {
    let author = Author::new(Role::Customer);
    let text = r#"{"id":null,"name":null,"role":"customer"}"#;
    assert_eq!(json_of(&author), text);
    assert_eq!(read::<Author>(text).user_type, UserType::Unknown);
    for (user_type, name) in [
        (UserType::MainAccount, r#""main_account""#),
        (UserType::IamUser, r#""iam_user""#),
        (UserType::Other(3), r#"{"other":3}"#),
    ] {
        let author = author.clone().user_type(user_type);
        assert_eq!(
            json_of(&author),
            format!(r#"{{"id":null,"name":null,"role":"customer","user_type":{name}}}"#)
        );
        comes_back(&author);
    }
    // The key of a message is that of before.
    let told = message();
    let typed = told.author.clone().user_type(UserType::IamUser);
    let again = told.clone().author(typed).extra(Map::new());
    assert_eq!(again.key(), told.key());
}

/// New forms, held so that they stay.
#[test]
fn json_of_outcomes_and_events() {
    for (value, text) in [
        (json!(Receipt::Accepted), json!("accepted")),
        (
            json!(Sent::new(ticket(), Receipt::Accepted).request_id("r-1")),
            json!({"ticket": "case-123", "receipt": "accepted", "attempts": 1, "request_id": "r-1", "reference": null}),
        ),
        (json!(Outcome::Absent), json!("absent")),
        (
            json!(Outcome::Unknown(vec![
                Candidate::new(message(), Resemblance::SimilarText).in_time(true)
            ])),
            json!({"unknown": [{"message": message(), "resemblance": "similar_text", "in_time": true}]}),
        ),
        (json!(Recalled::Already), json!("already")),
        (
            json!(Event::PossibleGap { ticket: ticket() }),
            json!({"type": "possible_gap", "ticket": "case-123"}),
        ),
        (
            json!(AllEvent::PossibleGap { ticket: None }),
            json!({"type": "possible_gap", "ticket": null}),
        ),
        (
            json!(Event::Status {
                ticket: ticket(),
                status: TicketStatus::Completed,
                at: None,
            }),
            json!({"type": "status", "ticket": "case-123", "status": "completed", "at": null}),
        ),
        (
            json!(Event::Undecodable(Undecodable::new(2, "a number"))),
            json!({"type": "undecodable", "index": 2, "reason": "a number"}),
        ),
        (
            json!(ErrorReport::new(ErrorKind::Locked, "held")),
            json!({
                "kind": "locked", "delivery": "not_sent", "is_write": false, "operation": null, "ticket": null,
                "part": null, "what": "held", "advice": "end_other_program",
                "help": ErrorKind::Locked.advice(), "host": null, "code": null, "http_status": null,
                "request_id": null, "attempts": 0, "elapsed": {"secs": 0, "nanos": 0}, "retry_after": null,
                "pending": null, "is_of_cursor": false,
            }),
        ),
    ] {
        assert_eq!(value, text);
    }
    let event = Event::Message {
        ticket: ticket(),
        message: Box::new(message()),
    };
    assert_eq!(
        json!(event),
        json!({"type": "message", "ticket": "case-123", "message": message()})
    );
}

/// One name for each, in JSON, in print and where it is read again.
fn has_one_name<T>(values: impl IntoIterator<Item = T>, name: impl Fn(T) -> &'static str)
where
    T: Copy + Serialize + Display + FromStr<Err: Debug> + PartialEq + Debug,
{
    for value in values {
        assert_eq!(json!(value), json!(name(value)));
        assert_eq!(value.to_string(), name(value));
        assert_eq!(name(value).parse::<T>().unwrap(), value);
    }
}

#[test]
fn names_are_those_of_json() {
    let codes = || (0..20).map(Some).chain([None]);
    let is_known = |status: &TicketStatus| !matches!(status, TicketStatus::Other(_));
    let statuses = codes().map(TicketStatus::from_code).filter(is_known);
    has_one_name(statuses, TicketStatus::as_str);
    let kinds = [Some(0), Some(1), None].map(MessageKind::from_code);
    has_one_name(kinds, MessageKind::as_str);
    let roles = [Some(0), Some(1), Some(2), None].map(Role::from_code);
    has_one_name(roles, Role::as_str);
    let user_types = [Some(0), Some(1), None].map(UserType::from_code);
    has_one_name(user_types, UserType::as_str);
    has_one_name([Site::China, Site::International], Site::as_str);
    has_one_name(ErrorKind::ALL.iter().copied(), ErrorKind::as_str);
    // One without a name keeps its number; what is no name is none.
    for code in codes().flatten() {
        let status = TicketStatus::from_code(Some(code));
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    let other = TicketStatus::from_code(Some(99));
    assert_eq!(
        (other.as_str(), &*other.to_string()),
        ("other", "other (99)")
    );
    // Of a status that an earlier version had no name for.
    assert_eq!("other (2)".parse(), Ok(TicketStatus::AwaitingConfirmation));
    assert_eq!("other (1)".parse(), Ok(MessageKind::from_code(Some(1))));
    assert_eq!("other (1)".parse(), Ok(Role::from_code(Some(1))));
    assert_eq!("other (1)".parse(), Ok(UserType::IamUser));
    for text in ["", "other", "other (x)", "In_Progress", "secret"] {
        let error = text.parse::<TicketStatus>().unwrap_err().to_string();
        assert_eq!(error, "not the name of a ticket status");
    }
}

#[test]
fn values_come_back_from_json() {
    for kind in ErrorKind::ALL {
        comes_back(kind);
        assert_eq!(
            json!(kind),
            json!(kind.as_str()),
            "the name in logs and in JSON"
        );
    }
    Advice::all().iter().for_each(comes_back);
    CallAdvice::ALL.iter().for_each(comes_back);
    for delivery in [
        Delivery::NotSent,
        Delivery::Rejected,
        Delivery::Absent,
        Delivery::Unknown,
    ] {
        comes_back(&delivery);
    }
    for code in (-1..20).map(Some).chain([None]) {
        comes_back(&TicketStatus::from_code(code));
    }
    for recalled in [Recalled::Now, Recalled::Already, Recalled::Absent] {
        comes_back(&recalled);
    }
    for drained in [
        Drained::default().handled(3).local_clock(true),
        Drained::default(),
    ] {
        comes_back(&drained);
    }
    comes_back(&MessageTime::from(
        "2026-01-31T04:00:00.5Z".parse::<jiff::Timestamp>().unwrap(),
    ));
    let whole = TicketDetail::new(TicketStatus::InProgress, time()).messages(vec![message()]);
    comes_back(&whole);
    // What could not be read is not forgotten on the way.
    let undecodable = vec![Undecodable::new(4, "message_list: content: an object")];
    comes_back(&whole.undecodable(undecodable.clone()));
    let whole = ReadReport::default()
        .undecodable(1)
        .unreadable(undecodable)
        .pages(2)
        .duplicates_dropped(1)
        .possible_gap(true);
    comes_back(&whole);
    comes_back(&Conversation::new(vec![message()], whole));
    comes_back(&LastMessage::new(MessageId::new("m-1").unwrap(), message()));
    for outcome in [
        TicketOutcome::Absent,
        TicketOutcome::Confirmed(ticket()),
        TicketOutcome::Unknown(Vec::new()),
    ] {
        comes_back(&outcome);
    }
    for receipt in [
        Receipt::Accepted,
        Receipt::Kept,
        Receipt::Other,
        Receipt::Confirmed(Box::new(message())),
    ] {
        comes_back(&receipt);
        let sent = Sent::new(ticket(), receipt).attempts(2).reference("[ref]");
        comes_back(&sent);
        comes_back(&sent.unrecorded(unrecorded()));
    }
    for outcome in [
        Outcome::Absent,
        Outcome::Recalled(MessageId::new("m-1").unwrap()),
        Outcome::Confirmed(Box::new(message())),
        Outcome::Unknown(vec![Candidate::new(message(), Resemblance::OtherText)]),
    ] {
        comes_back(&outcome);
    }
    comes_back(&report());
    comes_back(&Cursor::default());
}

#[test]
fn what_holds_an_error_comes_back_from_json() {
    let unread_counts = UnreadCounts::new(BTreeMap::from([(ticket(), 3)]))
        .unanswered(vec![TicketId::new("case-2").unwrap()])
        .failed(vec![FailedTickets::new(vec![ticket()], report().into())])
        .undecodable(vec![Undecodable::new(0, "a text")]);
    let again = writes_the_same_again(&unread_counts);
    assert_eq!((again.total(), again.is_complete()), (3, false));
    assert_eq!(
        again.into_result().unwrap_err().to_string(),
        Error::from(report()).to_string()
    );
    for event in [
        Event::Message {
            ticket: ticket(),
            message: Box::new(message()),
        },
        Event::Checkpoint(Cursor::default()),
        Event::Degraded {
            error: report().is_of_cursor(true).into(),
            next_try: Duration::from_millis(2_500),
        },
        Event::TicketLost {
            ticket: ticket(),
            error: report().into(),
        },
        Event::Fatal(report().into()),
    ] {
        match writes_the_same_again(&event) {
            Event::Degraded { error, next_try } => {
                assert!(error.is_of_cursor());
                assert_eq!(next_try, Duration::from_millis(2_500));
            }
            Event::Fatal(error) | Event::TicketLost { error, .. } => {
                assert_eq!(ErrorReport::from(&error), report());
            }
            Event::Message { message: told, .. } => assert_eq!(*told, message()),
            Event::Checkpoint(cursor) => assert_eq!(cursor, Cursor::default()),
            other => panic!("{other:?}"),
        }
    }
}

/// Names and fields that this version does not have.
#[test]
fn what_a_later_version_wrote_is_read() {
    let names = [
        json!("of_later"),
        json!({"of_later": {"more": [1]}}),
        json!(7),
    ];
    for name in &names {
        let mut later = json!(report());
        for field in ["kind", "delivery", "advice"] {
            later[field] = name.clone();
        }
        later["of_later"] = json!({"a": 1});
        let told: ErrorReport = read(&later.to_string());
        let mut expected = report().delivery(Delivery::Unknown).advice(Advice::Given);
        expected.kind = ErrorKind::Other;
        assert_eq!(told, expected);
        let error = Error::from(told);
        assert!(!error.is_retryable() && error.delivery() == Delivery::Unknown);
        assert_eq!(error.help(), report().help);
        assert_eq!(error.request_id(), Some("r-1"));
        for outcome in &names {
            assert_eq!(
                read::<Outcome>(&outcome.to_string()),
                Outcome::Unknown(Vec::new())
            );
        }
    }
    let later = r#""of_later""#;
    assert_eq!(read::<ErrorKind>(later), ErrorKind::Other);
    assert_eq!(read::<Delivery>(later), Delivery::Unknown);
    assert_eq!(read::<Advice>(later), Advice::Given);
    assert_eq!(read::<CallAdvice>(later), CallAdvice::Given);
    assert_eq!(
        read::<Advice>(r#"{"call":"of_later"}"#),
        Advice::Call(CallAdvice::Given)
    );
    assert!(matches!(
        read::<CallAdvice>(r#"{"check_tls":"of_later"}"#),
        CallAdvice::CheckTls(Some(_))
    ));
    assert_eq!(read::<TicketStatus>(later), TicketStatus::Unknown);
    assert_eq!(read::<MessageKind>(later), MessageKind::Unknown);
    assert_eq!(read::<Role>(later), Role::Unknown);
    assert_eq!(read::<UserType>(later), UserType::Unknown);
    assert_eq!(read::<Resemblance>(later), Resemblance::OtherText);
    let event = r#"{"type":"of_later","ticket":"case-123","more":{"a":[1]}}"#;
    assert!(matches!(read::<Event>(event), Event::Other));
    let status = r#"{"type":"status","ticket":"case-123","status":"of_later","more":1}"#;
    match read::<Event>(status) {
        Event::Status { status, .. } => assert_eq!(status, TicketStatus::Unknown),
        other => panic!("{other:?}"),
    }
    // How something ended is not guessed.
    assert_eq!(read::<Recalled>(later), Recalled::Other);
    assert_eq!(read::<Ended>(later), Ended::Other);
    assert_eq!(read::<Scored>(later), Scored::Other);
    for name in &names {
        let text = name.to_string();
        assert_eq!(read::<Receipt>(&text), Receipt::Other);
        let unknown = TicketOutcome::Unknown(Vec::new());
        assert_eq!(read::<TicketOutcome>(&text), unknown);
    }
}

/// An error that a client gave, and the one that is read back from it, say the same.
#[test]
fn an_error_and_its_report_say_the_same() {
    let refusal = r#"{"error_code":"OSM.01010015","error_msg":"CANARY of the service"}"#;
    let empty = r#"{"count":0,"message_list":[]}"#;
    for (steps, delivery) in [
        (
            vec![Step::json(200, empty), Step::json(200, refusal)],
            Delivery::Rejected,
        ),
        (
            vec![Step::json(200, empty), Step::reset()],
            Delivery::Unknown,
        ),
        (
            vec![Step::json(200, empty), Step::answer(502)],
            Delivery::Unknown,
        ),
        (
            vec![Step::json(200, empty), Step::json(401, refusal)],
            Delivery::Rejected,
        ),
        (vec![], Delivery::NotSent),
    ] {
        let clock = FakeClock::new();
        let mut network = ScriptedTransport::new(&clock);
        for step in steps {
            network = network.then(step);
        }
        let client = Client::builder()
            .token(SecretString::from("CANARY-token"))
            .clock(clock.clone())
            .transport(network.otherwise(Step::refused()))
            .build()
            .unwrap();
        let ticket = client.ticket("case-123").unwrap();
        let error = clock.run(async { ticket.submit("CANARY text").await.unwrap_err() });
        assert_eq!(error.delivery(), delivery, "{error}");
        let text = json_of(&error);
        assert!(!text.contains("CANARY"), "{text}");
        let again: Error = read(&text);
        assert_eq!(json_of(&again), text);
        assert_eq!(again.to_string(), error.to_string());
        assert_eq!(ErrorReport::from(&error).to_string(), error.to_string());
        assert_eq!(again.summary(), error.summary());
        assert!(error.summary().ends_with(&error.reason()));
        assert_eq!(
            (again.kind(), again.delivery(), again.is_write()),
            (error.kind(), error.delivery(), error.is_write())
        );
        assert_eq!(
            (again.advice(), again.help(), again.is_retryable()),
            (error.advice(), error.help(), error.is_retryable())
        );
        assert_eq!(
            (again.operation(), again.ticket(), again.part()),
            (error.operation(), error.ticket(), error.part())
        );
        assert_eq!(
            (again.host(), again.code(), again.http_status()),
            (error.host(), error.code(), error.http_status())
        );
        assert_eq!(
            (again.request_id(), again.attempts(), again.elapsed()),
            (error.request_id(), error.attempts(), error.elapsed())
        );
        assert_eq!(again.retry_after(), error.retry_after());
        assert_eq!(again.is_safe_to_repeat(), error.is_safe_to_repeat());
        assert!(!(error.is_safe_to_repeat() && delivery == Delivery::Unknown));
        // It can be handed to several, with its causes.
        let event = Event::Fatal(error.clone());
        assert_eq!(json_of(&event.clone()), json_of(&event));
        assert_eq!(format!("{:#}", error.clone()), format!("{error:#}"));
        assert!(again.service_message().is_none() && again.pending().is_none());
        // The record is kept apart, and the report names it.
        let id = error.pending().map(Pending::id);
        assert_eq!(id.is_some(), delivery == Delivery::Unknown);
        assert_eq!(ErrorReport::from(&again).pending, id);
        if let Ok(pending) = error.into_pending() {
            let one = Reconciled::new(pending.clone(), Err(again));
            let again = writes_the_same_again(&one);
            assert_eq!(Some(again.pending.id()), id);
            assert!(again.outcome.is_err());
            let one = Reconciled::new(pending, Ok(Outcome::Absent));
            assert!(matches!(
                writes_the_same_again(&one).outcome,
                Ok(Outcome::Absent)
            ));
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{0,12}",
        proptest::collection::vec(any::<char>(), 0..12)
            .prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn any_time() -> impl Strategy<Value = MessageTime> {
    let second = -62_000_000_000_i64..250_000_000_000;
    prop_oneof![
        any_text().prop_map(|raw| MessageTime::read(raw, ZoneOffset::CHINA)),
        second.clone().prop_map(|second| {
            let instant = jiff::Timestamp::from_second(second).unwrap();
            MessageTime::read(ZoneOffset::CHINA.wall_time(instant), ZoneOffset::CHINA)
        }),
        (second, 0..1_000_000_000)
            .prop_map(|(second, nano)| jiff::Timestamp::new(second, nano).unwrap().into()),
    ]
}

fn any_author() -> impl Strategy<Value = Author> {
    let text = || proptest::option::of(any_text());
    let code = || proptest::option::of(-1_i64..5);
    (text(), text(), code(), code()).prop_map(|(id, name, role, user_type)| {
        let mut author =
            Author::new(Role::from_code(role)).user_type(UserType::from_code(user_type));
        author.id = id;
        author.name = name;
        author
    })
}

fn any_extra() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(any_text(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map(any_text(), value, 0..3)
        .prop_map(|map| map.into_iter().collect())
}

fn any_message() -> impl Strategy<Value = Message> {
    let files = proptest::collection::vec((any_text(), any_text()), 0..3);
    let id = proptest::option::of("[a-zA-Z0-9_-]{1,64}");
    (
        proptest::option::of(-1_i64..4),
        any_time(),
        any_text(),
        any_author(),
        files,
        id,
        any::<[bool; 3]>(),
        any_extra(),
    )
        .prop_map(|(kind, time, text, author, files, id, flags, extra)| {
            let files = files
                .into_iter()
                .map(|(id, name)| Attachment::new(id, name));
            let mut message = Message::new(MessageKind::from_code(kind), time, text)
                .author(author)
                .attachments(files.collect())
                .attachments_unknown(flags[0])
                .is_first(flags[1])
                .lossy(flags[2])
                .extra(extra);
            message.id = id.map(|id| MessageId::new(id).unwrap());
            message
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_message_comes_back_from_json_with_the_same_key(message in any_message()) {
        comes_back(&message);
        let again: Message = read(&json_of(&message));
        prop_assert_eq!(again.key(), message.key());
        let event = Event::Message { ticket: ticket(), message: Box::new(message.clone()) };
        let Event::Message { message: again, .. } = writes_the_same_again(&event) else {
            return Err(TestCaseError::fail("another event"));
        };
        prop_assert_eq!(*again, message);
    }
}

#[test]
fn what_is_listed_of_tickets_and_done_to_them_comes_back() {
    let id = TicketId::new("TT1").unwrap();
    let listed = ListedTicket::new(id, TicketStatus::Other(9), time())
        .title("disk full")
        .labels(vec![TicketLabel::new(7, "urgent").color("#ff0000")])
        .confirmed_at(time())
        .region("cn-north-4");
    comes_back(&listed);
    comes_back(&LogEntry::new(time()).act(3).words("closed"));
    comes_back(&Rating::new("good").points(1, 5));
    comes_back(&StateRefusal::new(
        TicketAction::Close,
        TicketStatus::Completed,
    ));
    for ended in [Ended::Now, Ended::Already, Ended::Found, Ended::Absent] {
        comes_back(&ended);
    }
    comes_back(&Scored::Found);
    comes_back(&TicketsCursor::default());
    comes_back(&AllCursor::default());
    assert_eq!(
        read::<TicketAction>("\"of_a_later_version\""),
        TicketAction::Other
    );
    assert_eq!(
        json_of(&TicketsCursor::default()),
        r#"{"hwc_tickets_list_cursor":1,"has_begun":false,"tickets":{}}"#
    );
    let all: Value = read(&json_of(&AllCursor::default()));
    assert_eq!(
        all,
        json!({
            "hwc_tickets_all_cursor": 1, "since": null, "local_clock": false, "newest": null,
            "tickets": TicketsCursor::default(), "messages": Cursor::default(), "ended": {},
        })
    );
}

#[test]
fn a_status_has_the_code_that_it_is_made_of() {
    for code in -1..40 {
        assert_eq!(TicketStatus::from_code(Some(code)).code(), Some(code));
    }
    assert_eq!(TicketStatus::Unknown.code(), None);
}
