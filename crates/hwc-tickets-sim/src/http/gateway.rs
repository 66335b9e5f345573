//! One call from its first byte to its last: what the gateway checks, what the service does, what the weather makes of it.

use axum::body::Body;
use http::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::answer::Answer;
use super::auth::Denied;
use super::form::{self, Payload};
use super::iam::{self, Desk};
use super::parse::{self, Params};
use super::render::{self, Rendered};
use super::serve::Line;
use super::spoil;
use crate::fault::Fault;
use crate::journal::Entry;
use crate::operation::Operation;
use crate::state::Shared;

/// Largest body: exactly this much is let through.
pub(crate) const LARGEST_BODY: usize = 12 * 1024 * 1024;
const LONGEST_URI: usize = 32 * 1024;
const LARGEST_HEADER: usize = 32 * 1024;
const LARGEST_HEADERS: usize = 128 * 1024;

/// A call that matched an operation.
pub(super) async fn call(
    shared: &Shared,
    operation: Operation,
    params: Params,
    line: &Line,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let empty = params.iter().any(|(_, value)| value.is_empty());
    if parts.method != operation.method() || empty {
        // The router hands HEAD to whoever answers GET, and takes an empty segment for a value. The service does neither.
        return unknown(shared, line, &parts);
    }
    let mut call = Call::begin(shared, Some(operation), &parts);
    if let Some(refusal) = oversized(&parts) {
        return call.end(
            Answer::gateway(refusal, "APIGW.0201", &call.request_id),
            None,
            line,
        );
    }
    let (most, read) = match operation {
        Operation::UploadAccessory => {
            let most = shared.max_upload;
            (most, form::form(&parts.headers, body, most).await)
        }
        _ => (LARGEST_BODY, form::whole(body, LARGEST_BODY).await),
    };
    let Ok(body) = read else {
        // The client went away, or sent less than it had announced.
        return call.end(
            Answer::gateway(400, "APIGW.0201", &call.request_id),
            None,
            line,
        );
    };
    if body.length > most && parts.method != http::Method::GET {
        return call.end(
            Answer::gateway(413, "APIGW.0201", &call.request_id),
            None,
            line,
        );
    }
    let ordered = shared.lock().orders.take(operation);
    let (fault, acts) = ordered.map_or((None, true), |(fault, acts)| (Some(fault), acts));
    call.note_fault(fault.as_ref());
    let spoiled = fault.as_ref().and_then(|fault| {
        spoil::instead(
            fault,
            &call.request_id,
            &shared.lock().world.quirks().clone(),
        )
    });
    let silent = matches!(fault, Some(Fault::Reset | Fault::Close | Fault::Hang));
    if !acts && (spoiled.is_some() || silent) {
        if fault == Some(Fault::Hang) {
            shared.clock.forever().await;
        }
        return call.end(spoiled.unwrap_or_else(nothing), fault.as_ref(), line);
    }
    if let (Some(Fault::Delay { by }), false) = (&fault, acts) {
        shared.clock.sleep(*by).await;
    }
    let expire = fault == Some(Fault::Expire);
    let answer = match act(&mut call, operation, &params, &parts, &body, expire) {
        Rendered::Answer(answer) => answer,
        Rendered::Files(files, quirks) => {
            // An archive is read, checked and written whole, and the world goes on meanwhile.
            let made = tokio::task::spawn_blocking(move || render::files(&files, &quirks)).await;
            made.unwrap_or_else(|_| Answer::gateway(500, "APIGW.0601", &call.request_id))
        }
    };
    match fault {
        Some(Fault::Delay { by }) if acts => shared.clock.sleep(by).await,
        Some(Fault::Hang) => shared.clock.forever().await,
        _ => {}
    }
    call.end(spoiled.unwrap_or(answer), fault.as_ref(), line)
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

/// Authentication, then the command. Holds the world for the whole of it, so that calls happen one after the other; what
/// takes time is left to the caller.
fn act(
    call: &mut Call<'_>,
    operation: Operation,
    params: &Params,
    parts: &Parts,
    body: &Payload,
    expire: bool,
) -> Rendered {
    let now = call.shared.clock.now();
    let mut state = call.shared.lock();
    let state = &mut *state;
    let quirks = state.world.quirks().clone();
    if operation == Operation::CreateToken {
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
            entry.caller = user;
        });
        return answer.into();
    }
    if expire {
        state.keyring.revoke_token_of(parts);
    }
    let caller = match state.keyring.check(parts, body, now) {
        Ok(_) if expire => {
            return Answer::gateway(401, Denied::Expired.code(), &call.request_id).into();
        }
        Ok(caller) => caller,
        Err(denied) => return Answer::gateway(401, denied.code(), &call.request_id).into(),
    };
    state
        .journal
        .amend(call.number, |entry| entry.caller = Some(caller.clone()));
    if !state.admit(&caller, now) {
        return Answer::gateway(429, "APIGW.0308", &call.request_id)
            .header(RETRY_AFTER, "1")
            .into();
    }
    let request = match parse::request(operation, params, parts, body, caller, &quirks) {
        Ok(request) => request,
        Err(malformed) => return render::business(malformed.into(), &quirks).into(),
    };
    let outcome = state.world.apply(request.command, now);
    state.journal.amend(call.number, |entry| entry.acted = true);
    call.shared.changed();
    render::answer(operation, outcome, &request.view, &quirks)
}

/// A call under way, with its line in the journal.
struct Call<'a> {
    shared: &'a Shared,
    number: u64,
    request_id: String,
}

impl<'a> Call<'a> {
    fn begin(shared: &'a Shared, operation: Option<Operation>, parts: &Parts) -> Self {
        let at = shared.clock.now();
        let mut state = shared.lock();
        let request_id = state.next_request_id();
        let number = state.journal.open(Entry {
            number: 0,
            at,
            request_id: request_id.clone(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            operation,
            caller: None,
            acted: false,
            status: None,
            error_code: None,
            fault: None,
        });
        Call {
            shared,
            number,
            request_id,
        }
    }

    fn note_fault(&self, fault: Option<&Fault>) {
        if let Some(fault) = fault {
            self.shared
                .lock()
                .journal
                .amend(self.number, |entry| entry.fault = Some(fault.clone()));
            self.shared.changed();
        }
    }

    /// Writes the end into the journal and puts the answer on the wire.
    fn end(&self, answer: Answer, fault: Option<&Fault>, line: &Line) -> Response<Body> {
        let answered = !matches!(fault, Some(Fault::Reset | Fault::Close | Fault::Hang));
        let finished = {
            let mut state = self.shared.lock();
            state.journal.amend(self.number, |entry| {
                entry.status = answered.then_some(answer.status.as_u16());
                entry.error_code.clone_from(&answer.error_code);
            });
            state.journal.get(self.number)
        };
        self.shared.changed();
        if let Some(finished) = finished {
            self.shared.observe(&finished);
        }
        let mut response = spoil::send(fault, answer, line, &self.shared.clock);
        dress(&mut response, &self.request_id, self.shared.clock.now());
        response
    }
}

/// The headers every answer has.
pub(crate) fn dress(response: &mut Response<Body>, request_id: &str, now: Timestamp) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    if let Ok(value) = HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    {
        headers.insert(DATE, value);
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
    use std::sync::Arc;
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
        let params = vec![("accessory_id".to_owned(), "one,two".to_owned())];
        let operation = Operation::DownloadAccessories;
        let answer = call(&shared, operation, params, &Line::default(), request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(read.load(Ordering::SeqCst), 4, "two pieces of each file");
    }
}
