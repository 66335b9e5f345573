//! What is answered: a recorded answer, or why there is none; and under `/_replay` which exchanges there are.

use std::sync::Arc;

use axum::Router;
use axum::body::{self, Body};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Observer;
use super::asked::{Asked, Difference};
use super::exchange::{self, Exchange};
use super::shelf::{Entry, Refusal, Shelf};

/// Largest body of a request in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// The header that asks for an exchange by name, and tells which one was given.
const HEADER: &str = "x-replay";

/// Most differences that are told.
const TOLD: usize = 20;

struct Desk {
    shelf: Arc<Shelf>,
    observer: Option<Observer>,
}

type Here = State<Arc<Desk>>;

pub(super) fn router(shelf: Arc<Shelf>, observer: Option<Observer>) -> Router {
    Router::new()
        .route("/_replay", get(list).delete(reset))
        .route("/_replay/{*name}", get(show).post(select))
        .fallback(answer)
        .with_state(Arc::new(Desk { shelf, observer }))
}

async fn answer(State(desk): Here, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body::to_bytes(body, LARGEST).await else {
        let problem = format!("the body breaks off, or has more than {LARGEST} bytes");
        return refused(StatusCode::BAD_REQUEST, "REPLAY.Body", &problem, json!({}));
    };
    let asked = Asked::of(&parts, body).await;
    let wanted = parts.headers.get(HEADER);
    let wanted = wanted.map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
    let (response, told) = match desk.shelf.choose(&asked, wanted) {
        Ok(entry) => (recorded(&entry.exchange), entry.exchange.name.clone()),
        Err(refusal) => (unlike(refusal), "no exchange".to_owned()),
    };
    if let Some(observer) = &desk.observer {
        let path = asked.path.escape_default();
        let status = response.status().as_u16();
        observer(&format!("{} {path} {status} {told}", asked.method));
    }
    response
}

/// The recorded answer, with the name of its exchange.
fn recorded(exchange: &Exchange) -> Response {
    let answer = &exchange.answer;
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    for (name, value) in &answer.headers {
        headers.append(name, value.clone());
    }
    if let Ok(name) = HeaderValue::from_str(&exchange.name) {
        headers.insert(HEADER, name);
    }
    response
}

/// Why there is no answer.
fn unlike(refusal: Refusal) -> Response {
    let (problem, name, differences) = match refusal {
        Refusal::Unknown(name) => return unknown(&name),
        Refusal::Other { name, differences } => {
            let problem = format!("this is not the request of {name}");
            (problem, name, differences)
        }
        Refusal::Nearest { name, differences } => {
            let problem = format!("no exchange has this request; the nearest is {name}");
            (problem, name, differences)
        }
    };
    let first = differences.first().map_or("", |first| first.place.as_str());
    let problem = format!("{problem}, which differs at {first}");
    let differences: Vec<Difference> = differences.into_iter().take(TOLD).collect();
    let more = json!({ "nearest": name, "differences": differences });
    refused(StatusCode::NOT_FOUND, "REPLAY.NotRecorded", &problem, more)
}

fn unknown(name: &str) -> Response {
    let problem = format!("there is no exchange {name}; GET /_replay lists them");
    refused(
        StatusCode::NOT_FOUND,
        "REPLAY.NoSuchExchange",
        &problem,
        json!({}),
    )
}

/// A refusal in the form of the service, so that any client shows it; no code of the service begins like that.
fn refused(status: StatusCode, code: &str, problem: &str, more: Value) -> Response {
    let mut body = more;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("error_code".to_owned(), json!(code));
        fields.insert("error_msg".to_owned(), json!(problem));
    }
    (status, Json(body)).into_response()
}

#[derive(Deserialize)]
struct Which {
    operation: Option<String>,
}

/// Every exchange, or those of an operation.
async fn list(State(desk): Here, Query(which): Query<Which>) -> Json<Value> {
    let entries = desk.shelf.entries().filter(|entry| match &which.operation {
        Some(operation) => entry.exchange.name.split('/').next() == Some(operation.as_str()),
        None => true,
    });
    Json(json!({
        "selected": desk.shelf.selected(),
        "unmatched": desk.shelf.unmatched(),
        "exchanges": entries.map(row).collect::<Vec<_>>(),
    }))
}

async fn reset(State(desk): Here) -> Json<Value> {
    desk.shelf.reset();
    Json(json!({}))
}

async fn show(State(desk): Here, Path(name): Path<String>) -> Response {
    match desk.shelf.entry(&name) {
        Some(entry) => whole(entry),
        None => unknown(&name),
    }
}

async fn select(State(desk): Here, Path(name): Path<String>) -> Response {
    let Some(entry) = desk.shelf.entry(&name) else {
        return unknown(&name);
    };
    desk.shelf.select(entry);
    whole(entry)
}

/// An exchange with its file, which is read again: most are never asked for.
fn whole(entry: &Entry) -> Response {
    let mut row = row(entry);
    match exchange::whole(&entry.exchange.file) {
        Ok(file) => {
            if let Some(fields) = row.as_object_mut() {
                fields.insert("exchange".to_owned(), file);
            }
            Json(row).into_response()
        }
        Err(error) => {
            let (status, problem) = (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
            refused(status, "REPLAY.Unreadable", &problem, json!({}))
        }
    }
}

/// What a client has to make of an exchange.
fn row(entry: &Entry) -> Value {
    let exchange = &entry.exchange;
    json!({
        "name": exchange.name,
        "verdict": exchange.verdict,
        "status": exchange.answer.status.as_u16(),
        "error_code": exchange.answer.error_code,
        "fields": exchange.answer.fields,
        "note": exchange.note,
        "given": entry.given(),
    })
}
