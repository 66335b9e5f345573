//! Drives the public SDK as the `sdk` part of an exchange says: which verb, with which arguments.
//!
//! Some calls of the service are no verb of their own. `older` is a page of the history, `poll` is what following does,
//! and `list` is the look at the conversation before a submit.

use crate::{
    exchange::{Exchange, SdkCall, Verdict},
    request::Asked,
    server::{Answer, Server},
    wire::TOKEN,
};
use hwc_core::{Clock, SystemClock, clock::Sleep};
use hwc_tickets::{
    AttachmentId, Client, Confirm, Delivery, Error, ErrorKind, Event, GroupId, Message,
    ProxyChoice, RetryPolicy, Site, SubmitType, Ticket, TicketId, TicketStatus,
};
use serde_json::{Value, json};
use std::time::Duration;

/// What came of a call.
#[derive(Debug)]
pub struct Seen {
    /// How it ended; `None` where the SDK does not tell.
    pub verdict: Option<Verdict>,
    /// What was in the answer, if it was a success.
    pub content: Content,
    /// What was asked, some of it perhaps besides.
    pub asked: Vec<Asked>,
}

/// The message that comes when the recorded answer to a poll was worked off.
const END: &str = "the end";

/// What the SDK made of a good answer, in a form that can be compared.
#[derive(Debug, PartialEq)]
pub enum Content {
    /// Nothing to compare.
    Nothing,
    /// The texts of messages, sorted.
    Texts(Vec<String>),
    /// So many messages that some are missing, which was announced.
    TooMany,
    /// Texts with the ids of messages, and the state of the ticket.
    Ticket(Vec<(String, String)>, TicketStatus),
    /// A state.
    Status(TicketStatus),
    /// Unread messages by ticket, sorted.
    Unread(Vec<(String, u64)>),
}

/// Arguments by name.
struct Given<'e>(&'e SdkCall);

impl Given<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.args.get(name).and_then(Value::as_str)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.args.get(name).and_then(Value::as_u64)
    }

    fn list(&self, name: &str) -> Vec<&str> {
        let list = self.0.args.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

/// Calls the SDK for `exchange` against `server`, which gives the recorded answer. `None`: there is no such call.
pub async fn call(server: &Server, exchange: &Exchange) -> Option<Seen> {
    let given = Given(exchange.sdk_call()?);
    let known = [
        "ticket",
        "tickets",
        "message",
        "text",
        "type",
        "confidential",
        "attachments",
        "before",
        "limit",
        "cursor",
        "group",
        "site",
        "language",
        "time_zone",
    ];
    for name in given.0.args.keys() {
        assert!(
            known.contains(&name.as_str()),
            "{}: no verb of the SDK takes `{name}`",
            exchange.name
        );
    }
    let verb = given.0.call.as_str();
    serve(server, exchange, verb);
    let client = client(server, &given);
    let ticket = || {
        client
            .ticket(given.text("ticket").expect("a ticket"))
            .expect("a ticket id")
    };
    let (verdict, content) = match verb {
        "submit" => submit(ticket(), &given).await,
        "list" => {
            let sent = ticket().submit("test").confirm(Confirm::Never).await;
            assert!(
                sent.is_ok_and(|sent| !sent.is_confirmed()) || exchange.verdict != Verdict::Success
            );
            (None, Content::Nothing)
        }
        "older" => older(ticket(), &given).await,
        "poll" => poll(&client, &given).await,
        "unread" => unread(&client, &given).await,
        "mark_read" => {
            let done = ticket().mark_read().await;
            (Some(verdict(true, done.as_ref().err())), Content::Nothing)
        }
        "recall" => {
            let done = ticket()
                .recall(given.text("message").expect("a message"))
                .await;
            (Some(verdict(true, done.as_ref().err())), Content::Nothing)
        }
        "detail" => {
            let detail = ticket().detail().await;
            let content = detail.as_ref().map_or(Content::Nothing, |detail| {
                let messages = detail.messages.iter();
                let mut messages: Vec<_> = messages
                    .map(|message| (id(message), message.content.clone()))
                    .collect();
                messages.sort();
                Content::Ticket(messages, detail.status)
            });
            (Some(verdict(false, detail.as_ref().err())), content)
        }
        "status" => {
            let status = ticket().status().await;
            let content = status
                .as_ref()
                .copied()
                .map_or(Content::Nothing, Content::Status);
            (Some(verdict(false, status.as_ref().err())), content)
        }
        other => panic!("{}: the SDK has no verb {other}", exchange.name),
    };
    Some(Seen {
        verdict,
        content,
        asked: server.asked(),
    })
}

/// Sets what `server` answers: the recorded answer to the recorded request, and something empty to what a verb asks
/// besides.
fn serve(server: &Server, exchange: &Exchange, verb: &str) {
    let recorded = exchange.request.clone();
    let answer = Answer::from(&exchange.response);
    let cursor = exchange
        .sdk_call()
        .and_then(|call| call.args.get("cursor").cloned());
    let args = exchange.sdk_call().map(|call| &call.args);
    let kind = args.and_then(|args| args.get("type")?.as_u64());
    let verb = verb.to_owned();
    let ticket = args.map(|args| args.get("tickets").map(|tickets| tickets[0].clone()));
    let end = json!({"immsg": [{
        "incident_id": ticket,
        "message_list": [{"content": END, "create_time": "2038-01-01 00:00:00"}],
    }]});
    let end = end.to_string();
    server.respond_in_turn(move |turn, asked| {
        let same = asked.method == recorded.method && asked.path == recorded.path;
        match (verb.as_str(), turn, &cursor) {
            _ if !same && asked.method == "POST" => Answer::json(200, "{}"),
            // Whether the message to be recalled is still there.
            _ if !same => Answer::json(
                200,
                json!({
                    "count": 0, "message_list": [], "imunread": [],
                    "incident_detail_info": {"message_list": [{"message_id": "message-123"}]},
                })
                .to_string(),
            ),
            ("poll", 0, Some(cursor)) => {
                Answer::json(200, json!({ "last_message_time_id": cursor }).to_string())
            }
            ("poll", 1, None) | ("poll", 2.., _) => Answer::json(200, end.clone()),
            // A page is asked from a message of the support if the page before ended with one.
            ("older", 0, _) if kind == Some(1) => Answer::json(
                200,
                json!({"count": 2, "message_list": [{"type": 1, "create_time": "2020-07-09 00:00:00"}]})
                    .to_string(),
            ),
            ("older", 1.., _) if kind != Some(1) => no_more(),
            ("older", 2.., _) => no_more(),
            _ => answer.clone(),
        }
    });
}

/// A page with nothing in it.
fn no_more() -> Answer {
    Answer::json(200, r#"{"count":0,"message_list":[]}"#)
}

fn client(server: &Server, given: &Given<'_>) -> Client {
    let mut builder = Client::builder()
        .endpoint(server.url())
        .token(TOKEN)
        .proxy(ProxyChoice::Direct)
        .retry(RetryPolicy::never());
    if let Some(site) = given.number("site") {
        builder = builder.site(if site == 0 {
            Site::China
        } else {
            Site::International
        });
    }
    if let Some(language) = given.text("language") {
        builder = builder.language(language);
    }
    if let Some(zone) = given.text("time_zone") {
        builder = builder.time_zone(zone.parse().expect("a time zone"));
    }
    if let Some(group) = given.text("group") {
        builder = builder.group(GroupId::lenient(group).expect("a group"));
    }
    match given.0.args.get("type") {
        Some(Value::Null) => builder = builder.submit_type(SubmitType::LeaveOut),
        Some(kind) => {
            let kind = kind.as_u64().and_then(|kind| u8::try_from(kind).ok());
            builder = builder.submit_type(SubmitType::Value(kind.expect("a type")));
        }
        None => {}
    }
    // History begins a day after now, so that no message is missed when clocks differ.
    let begin = given.text("before").unwrap_or("1999-12-31 00:00:00");
    let begin = format!("{begin}+08:00")
        .parse::<jiff::Timestamp>()
        .expect("a time");
    let day = jiff::SignedDuration::from_hours(24);
    builder = builder.clock(At {
        now: begin.checked_sub(day).expect("a time"),
        real: SystemClock::new(),
    });
    builder.build().expect("good settings")
}

async fn submit(ticket: Ticket, given: &Given<'_>) -> (Option<Verdict>, Content) {
    let mut submit = ticket
        .submit(given.text("text").expect("a text"))
        .confirm(Confirm::Never)
        .skip_baseline();
    for id in given.list("attachments") {
        submit = submit.attach(AttachmentId::lenient(id).expect("an attachment"));
    }
    if let Some(note) = given.text("confidential") {
        submit = submit.confidential(note.into());
    }
    let sent = submit.await;
    (Some(verdict(true, sent.as_ref().err())), Content::Nothing)
}

async fn older(ticket: Ticket, given: &Given<'_>) -> (Option<Verdict>, Content) {
    let limit = given.number("limit").expect("a limit");
    // A page that follows another one has room for the messages that come again.
    let again = given.number("type").expect("a type");
    let rows = u8::try_from(limit - again).expect("a page");
    let conversation = ticket.history().page_size(rows).collect().await;
    let content = conversation
        .as_ref()
        .map_or(Content::Nothing, |conversation| {
            let messages = conversation.messages.iter();
            texts(messages.filter(|message| again == 0 || !message.content.is_empty()))
        });
    (Some(verdict(false, conversation.as_ref().err())), content)
}

async fn poll(client: &Client, given: &Given<'_>) -> (Option<Verdict>, Content) {
    let tickets = ids(&given.list("tickets"));
    let shortest = Duration::from_millis(10);
    // What was there before the first poll is handed out too.
    let begin = jiff::Timestamp::UNIX_EPOCH;
    let events = client.follow(tickets).since(begin);
    let mut events = events.interval(shortest, shortest).stream();
    let mut messages = Vec::new();
    let mut is_announced = false;
    let error = loop {
        match events.next().await.expect("following does not end") {
            Event::Message { message, .. } if message.content == END => break None,
            Event::Message { message, .. } => messages.push(*message),
            Event::Degraded { error, .. }
            | Event::TicketLost { error, .. }
            | Event::Fatal(error) => break Some(error),
            Event::PossibleGap { .. } => is_announced = true,
            _ => {}
        }
    };
    let content = match error {
        Some(_) => Content::Nothing,
        None if is_announced => Content::TooMany,
        None => texts(messages.iter()),
    };
    (Some(verdict(false, error.as_ref())), content)
}

async fn unread(client: &Client, given: &Given<'_>) -> (Option<Verdict>, Content) {
    let unread_counts = client.unread(ids(&given.list("tickets"))).fetch().await;
    let error = unread_counts.failed.first().map(|failed| &failed.error);
    let content = match error {
        Some(_) => Content::Nothing,
        None => Content::Unread(
            unread_counts
                .unread
                .iter()
                .map(|(id, number)| (id.to_string(), *number))
                .collect(),
        ),
    };
    (Some(verdict(false, error)), content)
}

/// What the SDK makes of an answer, in the words of a recorded exchange.
#[must_use]
pub fn verdict(writes: bool, error: Option<&Error>) -> Verdict {
    let Some(error) = error else {
        return Verdict::Success;
    };
    match (error.kind(), error.delivery()) {
        (ErrorKind::Protocol, _) => Verdict::Protocol,
        (ErrorKind::Unavailable, _) => Verdict::Unavailable,
        (
            ErrorKind::Refused
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Unauthorized
            | ErrorKind::Throttled
            | ErrorKind::RequestTooLarge,
            delivery,
        ) => match delivery {
            Delivery::Unknown if writes => Verdict::Unavailable,
            _ => Verdict::Refused,
        },
        (kind, _) => panic!("an answer ended as {kind:?}: {error}"),
    }
}

fn texts<'m>(messages: impl Iterator<Item = &'m Message>) -> Content {
    let mut texts: Vec<String> = messages.map(|message| message.content.clone()).collect();
    texts.sort();
    Content::Texts(texts)
}

fn id(message: &Message) -> String {
    message
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn ids(texts: &[&str]) -> Vec<TicketId> {
    texts
        .iter()
        .map(|id| TicketId::new(id).expect("a ticket id"))
        .collect()
}

/// A clock that shows a day of the past, and otherwise runs like any other.
#[derive(Debug)]
struct At {
    now: jiff::Timestamp,
    real: SystemClock,
}

impl Clock for At {
    fn now(&self) -> jiff::Timestamp {
        self.now
    }

    fn elapsed(&self) -> Duration {
        self.real.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.real.sleep(duration)
    }
}
