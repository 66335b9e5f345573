//! The public SDK makes every recorded request that it has a call for, and makes of the answer what the exchange says.

use contract_tests::{
    exchange::{Exchange, Verdict},
    sdk::{self, Content, Seen},
    server::Server,
    synthesis,
    wire::TOKEN,
};
use hwc_tickets::TicketStatus;
use serde_json::Value;

#[tokio::test]
async fn the_sdk_makes_the_recorded_requests_and_agrees_on_the_answers() {
    let server = Server::start().await;
    let mut wrong = Vec::new();
    for exchange in synthesis::all() {
        if let Some(seen) = sdk::call(&server, exchange).await {
            let flaws = flaws(exchange, &seen).into_iter();
            wrong.extend(flaws.map(|flaw| format!("{}: {flaw}", exchange.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn flaws(exchange: &Exchange, seen: &Seen) -> Vec<String> {
    let mut recorded = exchange.request.clone();
    if exchange.sdk_call().is_some_and(|call| call.call == "list") {
        // The SDK always says which rows it wants (D-21).
        for (name, value) in [("limit", "100"), ("offset", "0")] {
            if recorded.query.iter().all(|(known, _)| known != name) {
                recorded.query.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    let same_path = seen
        .asked
        .iter()
        .filter(|asked| asked.method == recorded.method && asked.path == recorded.path);
    let Some(asked) = same_path.min_by_key(|asked| asked.differences(&recorded).len()) else {
        return vec!["no such request was made".to_owned()];
    };
    let mut flaws = asked.differences(&recorded);
    if asked.header("x-auth-token") != Some(TOKEN) {
        flaws.push("the token is missing".to_owned());
    }
    if asked.header("x-time-zone").is_none() {
        flaws.push("the time zone is missing, so times could not be read (D-13)".to_owned());
    }
    let Some(verdict) = seen.verdict else {
        return flaws;
    };
    // On the wire that is an answer. To those who asked for it, the absence of a list is not an empty one.
    let wanted = match lacks_what_was_asked_for(exchange) {
        true => Verdict::Protocol,
        false => exchange.verdict,
    };
    if verdict != wanted {
        flaws.push(format!("judged {verdict:?}, recorded is {wanted:?}"));
    } else if verdict == Verdict::Success {
        let expected = expected(exchange);
        if seen.content != expected {
            flaws.push(format!("{:?} was made of {expected:?}", seen.content));
        }
    }
    flaws
}

/// Whether a good answer has neither what was asked for nor anything that says it is empty.
fn lacks_what_was_asked_for(exchange: &Exchange) -> bool {
    let fields: &[&str] = match exchange.sdk_call().map(|call| call.call.as_str()) {
        Some("list" | "older") => &["message_list", "count"],
        Some("poll") => &["immsg", "imstatus", "last_message_time_id"],
        Some("unread") => &["imunread"],
        Some("detail") => &["incident_detail_info"],
        Some("status") => &["status"],
        _ => return false,
    };
    let empty = Value::Null;
    let body = exchange.response.body.as_ref().unwrap_or(&empty);
    exchange.verdict == Verdict::Success && fields.iter().all(|field| body[*field].is_null())
}

/// What a user is to see of a good answer.
fn expected(exchange: &Exchange) -> Content {
    let call = exchange.sdk_call().expect("a call");
    let empty = Value::Null;
    let body = exchange.response.body.as_ref().unwrap_or(&empty);
    let texts = |lists: Vec<&Value>| {
        let mut texts: Vec<String> = lists
            .into_iter()
            .flat_map(readable)
            .map(|message| text(&message["content"]))
            .collect();
        texts.sort();
        Content::Texts(texts)
    };
    match call.call.as_str() {
        "older" => texts(vec![&body["message_list"]]),
        "poll" => {
            let tickets = call.args["tickets"].as_array().unwrap();
            let lists = body["immsg"].as_array().into_iter().flatten();
            let lists = lists.filter(|list| {
                tickets
                    .iter()
                    .any(|id| text(id) == text(&list["incident_id"]))
            });
            match texts(lists.map(|list| &list["message_list"]).collect()) {
                // More of one second than following keeps apart.
                Content::Texts(texts) if texts.len() > 10_000 => Content::TooMany,
                texts => texts,
            }
        }
        "unread" => {
            let tickets = call.args["tickets"].as_array().unwrap();
            let counts = body["imunread"].as_array().into_iter().flatten();
            let mut counts: Vec<_> = counts
                .filter(|count| tickets.contains(&count["incident_id"]))
                .filter_map(|count| {
                    Some((
                        text(&count["incident_id"]),
                        text(&count["unread_num"]).parse().ok()?,
                    ))
                })
                .collect();
            counts.sort();
            Content::Unread(counts)
        }
        "detail" => {
            let detail = &body["incident_detail_info"];
            let mut messages: Vec<_> = readable(&detail["message_list"])
                .map(|message| (text(&message["message_id"]), text(&message["content"])))
                .collect();
            messages.sort();
            Content::Ticket(messages, status(&detail["status"]))
        }
        "status" => Content::Status(status(&body["status"])),
        _ => Content::Nothing,
    }
}

/// The messages of a list whose text can be read.
fn readable(list: &Value) -> impl Iterator<Item = &Value> {
    let messages = list.as_array().into_iter().flatten();
    messages.filter(|message| !message["content"].is_object())
}

fn status(value: &Value) -> TicketStatus {
    TicketStatus::from_code(text(value).parse().ok())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
