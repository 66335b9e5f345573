//! One call from its first byte to its last: what the gateway checks, what the service does, what an injected fault makes of it.

use std::sync::{Arc, MutexGuard};

use axum::body::Body;
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::answer::Answer;
use super::asked::{Asked, Params, Parsed, code_of};
use super::auth::Denied;
use super::call::Call;
use super::form::{self, Payload};
use super::handler::{self, Handler};
use super::iam::{self, Desk};
use super::render::{self, Paint, Rendered};
use super::serve::Line;
use super::spoil;
use super::stub;
use super::validate::{self, Waived};
use crate::description::{Body as RequestBody, Row};
use crate::domain::Outcome;
use crate::fault::Fault;
use crate::operation::Operation;
use crate::state::{Shared, State};

/// Largest body: exactly this much is let through.
pub(crate) const LARGEST_BODY: usize = 12 * 1024 * 1024;
const LONGEST_URI: usize = 32 * 1024;
const LARGEST_HEADER: usize = 32 * 1024;
const LARGEST_HEADERS: usize = 128 * 1024;

/// A call that matched an operation.
pub(super) async fn call(
    shared: &Shared,
    row: &Row,
    params: Params,
    line: &Line,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if params.iter().any(|(_, value)| value.is_empty()) {
        // For a router an empty segment may be a value. For the service it is none.
        return unknown(shared, line, &parts);
    }
    let call = Call::begin(shared, Some(row.operation), &parts);
    let body = match receive(shared, row, &parts, body).await {
        Ok(body) => body,
        Err(status) => {
            let refusal = Answer::gateway(status, "APIGW.0201", &call.request_id);
            return call.end(refusal, None, line);
        }
    };
    let arrived = Arrived {
        row,
        params,
        parts,
        body,
    };
    match unless_struck(&call, &arrived) {
        Ok(rendered) => {
            let answer = call.made(rendered).await;
            call.end(answer, None, line)
        }
        // Few calls are, and the others need not be as large.
        Err((fault, acts)) => Box::pin(struck(call, &arrived, fault, acts, line)).await,
    }
}

/// A request that was read whole.
struct Arrived<'a> {
    row: &'a Row,
    params: Params,
    parts: Parts,
    body: Payload,
}

/// What the service does, or the fault that is injected and whether the service acts. The state is taken once for both.
fn unless_struck(call: &Call<'_>, arrived: &Arrived<'_>) -> Result<Rendered, (Fault, bool)> {
    let mut state = call.shared.lock();
    match state.fault_rules.take(arrived.row.operation) {
        Some(struck) => Err(struck),
        None => Ok(act(call, state, arrived, false)),
    }
}

/// The answer of a call that a fault strikes.
async fn struck(
    call: Call<'_>,
    arrived: &Arrived<'_>,
    fault: Fault,
    acts: bool,
    line: &Line,
) -> Response<Body> {
    let shared = call.shared;
    call.note_fault(&fault);
    let quirks = shared.lock().world.quirks().clone();
    let spoiled = spoil::instead(&fault, &call.request_id, &quirks);
    let silent = matches!(fault, Fault::Reset | Fault::Close | Fault::Hang);
    if !acts && (spoiled.is_some() || silent) {
        if fault == Fault::Hang {
            shared.clock.forever().await;
        }
        return call.end(spoiled.unwrap_or_else(nothing), Some(&fault), line);
    }
    if let (Fault::Delay { by }, false) = (&fault, acts) {
        shared.clock.sleep(*by).await;
    }
    let rendered = act(&call, shared.lock(), arrived, fault == Fault::Expire);
    let answer = call.made(rendered).await;
    match &fault {
        Fault::Delay { by } if acts => shared.clock.sleep(*by).await,
        Fault::Hang => shared.clock.forever().await,
        _ => {}
    }
    call.end(spoiled.unwrap_or(answer), Some(&fault), line)
}

/// Reads the body, or gives the status with which the gateway refuses the request for its size.
async fn receive(shared: &Shared, row: &Row, parts: &Parts, body: Body) -> Result<Payload, u16> {
    if let Some(refusal) = oversized(parts) {
        return Err(refusal);
    }
    let most = match row.uploads() {
        true => shared.max_upload,
        false => LARGEST_BODY,
    };
    let read = match &row.body {
        // By itself: every call would be as large as what takes a form apart, which few need.
        RequestBody::Form(schema) => Box::pin(form::form(&parts.headers, body, schema, most)).await,
        _ => form::whole(body, most).await,
    };
    match read {
        // The client went away, or sent less than it had announced.
        Err(_) => Err(400),
        Ok(body) if body.length > most && parts.method != http::Method::GET => Err(413),
        Ok(body) => Ok(body),
    }
}

/// A path the service does not have, or a method its path does not have.
pub(super) fn unknown(shared: &Shared, line: &Line, parts: &Parts) -> Response<Body> {
    let call = Call::begin(shared, None, parts);
    let answer = oversized(parts).map_or_else(
        || Answer::gateway(404, "APIGW.0101", &call.request_id),
        |status| Answer::gateway(status, "APIGW.0201", &call.request_id),
    );
    call.end(answer, None, line)
}

/// Authentication, then the command. Holds the world for the whole of it, so that calls happen one after the other. What came
/// of it is a value of its own: it is written while others go on, and what takes long is left to the caller.
fn act(
    call: &Call<'_>,
    mut locked: MutexGuard<'_, State>,
    arrived: &Arrived<'_>,
    expire: bool,
) -> Rendered {
    let Arrived {
        row,
        params,
        parts,
        body,
    } = arrived;
    let state = &mut *locked;
    let now = call.shared.clock.now();
    if row.operation == Operation::CreateToken {
        return give_token(call, state, parts, body, now).into();
    }
    let caller = match let_in(call, state, parts, body, expire, now) {
        Ok(caller) => caller,
        Err(turned_away) => return turned_away.answer(&call.request_id).into(),
    };
    let quirks = state.world.quirks().clone();
    let done = Asked::new(row, params, parts, body, caller, &quirks).and_then(|asked| {
        let done = carry_out(call, state, &asked, now)?;
        Ok((asked, done))
    });
    drop(locked);
    match done {
        Ok((asked, done)) => written(&asked, done),
        Err(malformed) => render::business(malformed.into(), &quirks).into(),
    }
}

/// A token for a name and a password.
fn give_token(
    call: &Call<'_>,
    state: &mut State,
    parts: &Parts,
    body: &Payload,
    now: Timestamp,
) -> Answer {
    let mut desk = Desk {
        keyring: &mut state.keyring,
        users: state.world.users(),
        lifetime: state.token_lifetime,
        seed: state.seed,
        now,
    };
    let (answer, user) = iam::create_token(&mut desk, &parts.uri, body.bytes());
    state.journal.amend(call.number, |entry| {
        entry.acted = user.is_some();
        entry.caller = user.map(Arc::from);
    });
    answer
}

/// Why the gateway turns a call away.
enum TurnedAway {
    Denied(Denied),
    TooOften,
}

impl TurnedAway {
    fn answer(self, request_id: &str) -> Answer {
        match self {
            TurnedAway::Denied(denied) => Answer::gateway(401, denied.code(), request_id),
            TurnedAway::TooOften => {
                Answer::gateway(429, "APIGW.0308", request_id).header(RETRY_AFTER, "1")
            }
        }
    }
}

/// The id of the calling customer, if the gateway lets the call in.
fn let_in(
    call: &Call<'_>,
    state: &mut State,
    parts: &Parts,
    body: &Payload,
    expire: bool,
    now: Timestamp,
) -> Result<Arc<str>, TurnedAway> {
    if expire {
        state.keyring.revoke_token_of(parts);
    }
    let caller = state.keyring.check(parts, body, now);
    let caller = caller.map_err(TurnedAway::Denied)?;
    if expire {
        return Err(TurnedAway::Denied(Denied::Expired));
    }
    state.journal.amend(call.number, |entry| {
        entry.caller = Some(Arc::clone(&caller));
    });
    match state.admit(&caller, now) {
        true => Ok(caller),
        false => Err(TurnedAway::TooOften),
    }
}

/// An outcome, and who shows it; `None` where the service has nothing but an example.
type Done = Option<(&'static Handler, Outcome)>;

/// What the service does: it checks the request, and changes or reads the world.
fn carry_out(
    call: &Call<'_>,
    state: &mut State,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Parsed<Done> {
    let handler = Handler::of(asked.row.operation);
    validate::request(asked, &handler.map_or(Waived::NOTHING, |it| it.waived))?;
    let handled = match handler {
        Some(it) => Some((it, (it.command)(asked)?)),
        None => {
            handler::check(asked)?;
            None
        }
    };
    state.journal.amend(call.number, |entry| entry.acted = true);
    let Some((handler, command)) = handled else {
        return Ok(None);
    };
    let due = state.world.next_due();
    let outcome = state.world.apply(command, now);
    match state.world.next_due() == due {
        true => call.shared.noted(),
        false => call.shared.changed(),
    }
    Ok(Some((handler, outcome)))
}

/// The answer, for which nothing of the state is needed.
fn written(asked: &Asked<'_>, done: Done) -> Rendered {
    match done {
        None => stub::answer(asked).into(),
        Some((_, Outcome::Refused(refusal))) => {
            render::business(code_of(refusal), asked.quirks).into()
        }
        Some((handler, outcome)) => (handler.answer)(&Paint { asked }, outcome),
    }
}

/// Stands for an answer that nobody will see.
fn nothing() -> Answer {
    Answer::new(StatusCode::OK, "text/plain", "")
}

/// The status for a request line or a head that is too large.
fn oversized(parts: &Parts) -> Option<u16> {
    if parts
        .uri
        .path_and_query()
        .map_or(0, |text| text.as_str().len())
        > LONGEST_URI
    {
        return Some(414);
    }
    let sizes = || {
        parts
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
    };
    (sizes().any(|size| size > LARGEST_HEADER) || sizes().sum::<usize>() > LARGEST_HEADERS)
        .then_some(494)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock, Time};
    use crate::domain::{Blob, Command, Rules};
    use crate::quirks::Quirks;
    use crate::state::Beginning;

    /// Whenever a piece of a file is read for an archive, the world is free, and so is the thread that serves calls.
    #[tokio::test]
    async fn other_calls_go_on_while_an_archive_is_made() {
        let clock = Clock::new(Time::Manual(Timestamp::UNIX_EPOCH));
        let beginning = Beginning {
            seed: 0,
            rules: Rules::default(),
            quirks: Quirks::default(),
            world: None,
            token_lifetime: Duration::from_secs(60),
            description: None,
        };
        let shared = Arc::new(Shared::new(beginning, clock, (false, false), 0, None));
        let serving = thread::current().id();
        let read = Arc::new(AtomicUsize::new(0));
        for id in ["one", "two"] {
            let (world, read) = (Arc::downgrade(&shared), Arc::clone(&read));
            let watch = move || {
                if world.upgrade().is_some_and(|shared| shared.is_free())
                    && thread::current().id() != serving
                {
                    read.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            };
            let attach = Command::Attach {
                id: id.to_owned(),
                name: id.to_owned(),
                content: Blob::watched(vec![0; 100_000], watch),
            };
            shared.lock().world.apply(attach, Timestamp::UNIX_EPOCH);
        }
        let request = Request::get("/v2/servicerequest/accessorys/one,two")
            .header("x-auth-token", "TOKENEXAMPLE")
            .body(Body::empty())
            .unwrap();
        let params = vec![("accessory_id", "one,two".to_owned())];
        let mut rows = shared.description.rows().iter();
        let download = |row: &&Row| row.operation == Operation::DownloadAccessories;
        let row = rows.find(download).expect("a row");
        let answer = call(&shared, row, params, &Line::default(), request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(read.load(Ordering::SeqCst), 4, "two pieces of each file");
    }
}
