//! `/_sim`: what tests and people do to a simulator from outside. Absent unless enabled.
//!
//! A web page somewhere could send requests to this machine from the reader's browser. So a caller that names another
//! host, or comes from a page of another origin, is refused.

mod events;

use std::io::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{DefaultBodyLimit, Json, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::{Blob, Command, DEMO, NewTicket, Outcome, Rules, Status, Subject, Text};
use crate::fault::{Fault, FaultRule};
use crate::http::answer::Answer;
use crate::http::handler;
use crate::quirks::Quirks;
use crate::state::Shared;

type Sim = State<Arc<Shared>>;
type Reply = Result<Json<Value>, Problem>;

/// The kind of problem of tickets that are opened here: how to use something. It asks for nothing else.
const USAGE: &str = "5efc9f47ace944bfafd054161409f15b";

/// Adds everything under `/_sim`.
pub(crate) fn add_routes(router: Router<Arc<Shared>>, shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let control = Router::new()
        .route("/_sim", get(overview))
        .route("/_sim/events", get(events::events))
        .route("/_sim/seed", post(seed))
        .route("/_sim/reset", post(reset))
        .route("/_sim/trigger", post(trigger))
        .route("/_sim/reply", post(reply))
        .route("/_sim/status", post(status))
        .route("/_sim/ticket", post(open_ticket))
        .route(
            "/_sim/file",
            get(file)
                .post(keep_file)
                .layer(DefaultBodyLimit::max(shared.max_upload)),
        )
        .route("/_sim/advance", post(advance))
        .route("/_sim/expire", post(expire))
        .route("/_sim/fault", get(faults).post(fault).delete(clear))
        .route("/_sim/operations", get(operations))
        .route("/_sim/journal", get(journal))
        .route("/_sim/ledger", get(ledger))
        .route("/_sim/code", get(code))
        .route("/_sim/quirks", get(quirks).put(set_quirks))
        .route("/_sim/rules", get(rules).put(set_rules))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), guard));
    router.merge(control)
}

/// Lets in only callers who mean this machine.
async fn guard(State(shared): Sim, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if is_foreign(headers, shared.control_from_anywhere) {
        let problem = "control answers only to this machine and its own pages";
        return Problem(StatusCode::FORBIDDEN, problem.to_owned()).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_foreign(headers: &HeaderMap, from_anywhere: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'))
        .map_or(host, |(name, _)| name);
    let address = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let here = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    let other_page =
        text("origin").is_some_and(|origin| origin.strip_prefix("http://") != Some(host));
    // A picture or a script of another page brings no origin, but browsers say where it comes from.
    let other_site =
        text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    other_page || other_site || !(here || from_anywhere)
}

/// A refusal of the control, with what to do about it.
#[derive(Debug)]
struct Problem(StatusCode, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        Problem(rejection.status(), rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Problem(StatusCode::BAD_REQUEST, rejection.body_text())
    }
}

async fn overview(State(shared): Sim) -> Json<Value> {
    let state = shared.lock();
    Json(json!({
        "seed": state.seed,
        "now": shared.clock.now().to_string(),
        "tickets": state.world.ticket_ids(),
        "messages": state.world.stored(),
        "answers_planned": state.world.planned(),
        "requests": state.journal.last(),
        "faults": state.fault_rules.open().len(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    seed: u64,
}

async fn seed(State(shared): Sim, body: Result<Json<Seed>, JsonRejection>) -> Reply {
    let Json(Seed { seed }) = body?;
    shared.reset(Some(seed));
    Ok(Json(json!({ "seed": seed })))
}

async fn reset(State(shared): Sim) -> Json<Value> {
    shared.reset(None);
    Json(json!({}))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    ticket: Option<String>,
}

async fn trigger(State(shared): Sim, body: Bytes) -> Reply {
    // Without a body any ticket is triggered.
    let Trigger { ticket } = match body.is_empty() {
        true => Trigger::default(),
        false => Json::from_bytes(&body)?.0,
    };
    match apply(&shared, Command::Trigger { ticket })? {
        Outcome::Answered(answered) => Ok(Json(json!({ "answered": answered }))),
        _ => Ok(Json(json!({ "answered": 0 }))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EngineerReply {
    ticket: String,
    content: String,
    #[serde(default)]
    attachments: Vec<String>,
}

async fn reply(State(shared): Sim, body: Result<Json<EngineerReply>, JsonRejection>) -> Reply {
    let Json(EngineerReply {
        ticket,
        content,
        attachments,
    }) = body?;
    match apply(
        &shared,
        Command::Reply {
            ticket,
            content: content.into(),
            attachments,
        },
    )? {
        Outcome::Stored { message } => Ok(Json(json!({ "message_id": message }))),
        _ => Ok(Json(json!({}))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    ticket: String,
    status: Status,
}

async fn status(State(shared): Sim, body: Result<Json<NewStatus>, JsonRejection>) -> Reply {
    let Json(NewStatus { ticket, status }) = body?;
    apply(&shared, Command::SetStatus { ticket, status })?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    content: Text,
    #[serde(default)]
    attachments: Vec<String>,
}

/// The customer `demo` opens a ticket. What keeps a program from it keeps this from it, too.
async fn open_ticket(State(shared): Sim, body: Result<Json<Opening>, JsonRejection>) -> Reply {
    let Json(Opening {
        content,
        attachments,
    }) = body?;
    let mut new = NewTicket::new(DEMO, Subject::new(USAGE), content);
    new.attachments = attachments;
    match apply(&shared, Command::Create(Box::new(new)))? {
        Outcome::Opened { ticket } => Ok(Json(json!({ "ticket": ticket }))),
        _ => Ok(Json(json!({}))),
    }
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Keeps a file, so that a message or a ticket can carry it.
async fn keep_file(
    State(shared): Sim,
    Query(Named { name }): Query<Named>,
    body: Result<Bytes, BytesRejection>,
) -> Reply {
    let no_room = |_| {
        let problem = "the disk does not take the file";
        Problem(StatusCode::INSUFFICIENT_STORAGE, problem.to_owned())
    };
    let mut written = Blob::writer();
    written.write_all(&body?).map_err(no_room)?;
    let content = written.into_blob();
    let now = shared.clock.now();
    let id = {
        // Nobody takes the id meanwhile.
        let mut state = shared.lock();
        let id = (1..u64::MAX)
            .map(|number| format!("att-{number:04}"))
            .find(|id| state.world.file(id).is_none())
            .unwrap_or_default();
        let attach = Command::Attach {
            id: id.clone(),
            name,
            content,
        };
        state.world.apply(attach, now);
        id
    };
    shared.changed();
    Ok(Json(json!({ "file": id })))
}

#[derive(Deserialize)]
struct Wanted {
    id: String,
}

/// A file, whoever may see it: to be saved and never shown, so that nothing in it runs beside the page.
async fn file(State(shared): Sim, Query(Wanted { id }): Query<Wanted>) -> Response {
    let found = shared.lock().world.file(&id);
    let Some(file) = found else {
        return Problem(StatusCode::NOT_FOUND, "there is no such file".to_owned()).into_response();
    };
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    Answer::new(StatusCode::OK, "application/octet-stream", file.content)
        .header(
            CONTENT_DISPOSITION,
            &format!("attachment; filename*=UTF-8''{name}"),
        )
        .header(CONTENT_SECURITY_POLICY, "sandbox")
        .into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    millis: u64,
}

async fn advance(State(shared): Sim, body: Result<Json<Advance>, JsonRejection>) -> Reply {
    let Json(Advance { millis }) = body?;
    shared.clock.advance(Duration::from_millis(millis));
    apply(&shared, Command::Tick)?;
    Ok(Json(json!({ "now": shared.clock.now().to_string() })))
}

async fn expire(State(shared): Sim) -> Json<Value> {
    shared.lock().keyring.revoke_tokens();
    shared.changed();
    Json(json!({}))
}

async fn faults(State(shared): Sim) -> Json<Value> {
    Json(json!({ "faults": shared.lock().fault_rules.open() }))
}

async fn fault(State(shared): Sim, body: Result<Json<FaultRule>, JsonRejection>) -> Reply {
    let Json(rule) = body?;
    shared.lock().fault_rules.add(rule);
    shared.changed();
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// Removes all fault rules, or those of one kind.
async fn clear(State(shared): Sim, Query(Kind { kind }): Query<Kind>) -> Reply {
    match kind.as_deref() {
        None => shared.lock().fault_rules.clear(),
        Some(kind) if Fault::KINDS.contains(&kind) => shared.lock().fault_rules.clear_kind(kind),
        Some(_) => {
            let problem = format!(
                "no such kind of fault; use one of {}",
                Fault::KINDS.join(", ")
            );
            return Err(Problem(StatusCode::BAD_REQUEST, problem));
        }
    }
    shared.changed();
    Ok(Json(json!({})))
}

/// Every operation, and whether its answers are examples.
async fn operations(State(shared): Sim) -> Json<Value> {
    let rows = shared.description.rows().iter().map(|row| {
        json!({
            "name": row.operation,
            "method": row.method.as_str(),
            "path": row.path,
            "summary": row.summary,
            "example": handler::is_stub(row.operation),
        })
    });
    Json(json!({ "operations": rows.collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn journal(State(shared): Sim, Query(After { after }): Query<After>) -> Json<Value> {
    Json(json!({ "entries": shared.lock().journal.after(after) }))
}

#[derive(Deserialize)]
struct Which {
    ticket: String,
    /// Only so many of the newest, and what does not show yet.
    newest: Option<usize>,
}

async fn ledger(State(shared): Sim, Query(which): Query<Which>) -> Json<Value> {
    let newest = which.newest.unwrap_or(usize::MAX);
    let arrivals = shared.lock().world.newest_arrivals(&which.ticket, newest);
    Json(json!({ "arrivals": arrivals }))
}

#[derive(Deserialize)]
struct Whose {
    contact: String,
}

/// The verification code that the owner of a contact would read there.
async fn code(State(shared): Sim, Query(Whose { contact }): Query<Whose>) -> Reply {
    apply(&shared, Command::Tick)?;
    let code = shared.lock().world.verification_code(&contact);
    let problem = || {
        let problem = "no code is on its way to this contact";
        Problem(StatusCode::NOT_FOUND, problem.to_owned())
    };
    let code = code.ok_or_else(problem)?;
    Ok(Json(json!({ "code": code })))
}

async fn quirks(State(shared): Sim) -> Json<Value> {
    Json(json!(shared.lock().world.quirks()))
}

async fn set_quirks(State(shared): Sim, body: Result<Json<Quirks>, JsonRejection>) -> Reply {
    let Json(quirks) = body?;
    shared.lock().world.set_quirks(quirks);
    shared.changed();
    Ok(Json(json!({})))
}

async fn rules(State(shared): Sim) -> Json<Value> {
    Json(json!(shared.lock().world.rules()))
}

async fn set_rules(State(shared): Sim, body: Result<Json<Rules>, JsonRejection>) -> Reply {
    let Json(rules) = body?;
    shared.lock().world.set_rules(rules);
    shared.changed();
    Ok(Json(json!({})))
}

fn apply(shared: &Shared, command: Command) -> Result<Outcome, Problem> {
    let now = shared.clock.now();
    let outcome = shared.lock().world.apply(command, now);
    shared.changed();
    match outcome {
        Outcome::Refused(refusal) => Err(Problem(
            StatusCode::BAD_REQUEST,
            format!("refused: {refusal:?}"),
        )),
        outcome => Ok(outcome),
    }
}
