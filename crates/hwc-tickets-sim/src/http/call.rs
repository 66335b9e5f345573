//! A call from its first byte to its last, as the journal tells it.

use axum::body::Body;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response};

use super::answer::Answer;
use super::auth;
use super::date::Telling;
use super::render::Rendered;
use super::serve::Line;
use super::spoil;
use crate::fault::Fault;
use crate::journal::Entry;
use crate::operation::Operation;
use crate::state::Shared;

/// A call under way, with its line in the journal.
pub(super) struct Call<'a> {
    pub(super) shared: &'a Shared,
    /// Of its entry.
    pub(super) number: u64,
    pub(super) request_id: String,
    is_read: bool,
}

impl<'a> Call<'a> {
    /// Opens its entry.
    pub(super) fn begin(shared: &'a Shared, operation: Option<Operation>, parts: &Parts) -> Self {
        let mut entry = Entry {
            number: 0,
            at: shared.clock.now(),
            request_id: String::new(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            operation,
            credentials: auth::credentials(&parts.headers),
            caller: None,
            acted: false,
            example: None,
            status: None,
            error_code: None,
            fault: None,
        };
        // What others wait for is short: the entry is there, and what it drives out goes later.
        let mut state = shared.lock();
        let request_id = state.next_request_id();
        entry.request_id.clone_from(&request_id);
        let (number, forgotten) = state.journal.open(entry);
        drop(state);
        drop(forgotten);
        Call {
            shared,
            number,
            request_id,
            is_read: parts.method == Method::GET,
        }
    }

    /// Writes into the journal what strikes it.
    pub(super) fn note_fault(&self, fault: &Fault) {
        self.shared
            .lock()
            .journal
            .amend(self.number, |entry| entry.fault = Some(fault.clone()));
        self.shared.noted();
    }

    /// The answer, also where it takes time to make.
    pub(super) async fn made(&self, rendered: Rendered) -> Answer {
        match rendered {
            Rendered::Answer(answer) => answer,
            Rendered::Later(make) => {
                // An archive is read, checked and written whole, and the world goes on meanwhile.
                let made = tokio::task::spawn_blocking(make).await;
                made.unwrap_or_else(|_| Answer::gateway(500, "APIGW.0601", &self.request_id))
            }
        }
    }

    /// Writes the end into the journal and puts the answer on the wire.
    pub(super) fn end(self, answer: Answer, fault: Option<&Fault>, line: &Line) -> Response<Body> {
        let answered = !matches!(fault, Some(Fault::Reset | Fault::Close | Fault::Hang));
        let (finished, telling) = {
            let mut state = self.shared.lock();
            state.journal.amend(self.number, |entry| {
                entry.status = answered.then_some(answer.status.as_u16());
                entry.error_code.clone_from(&answer.error_code);
                entry.example = answer.example;
            });
            // A copy of the entry, if it is for somebody.
            let finished = match self.shared.is_observed() {
                true => state.journal.get(self.number),
                false => None,
            };
            let telling = Telling::by(state.world.rules(), self.is_read);
            (finished, telling)
        };
        self.shared.noted();
        if let Some(finished) = finished {
            self.shared.observe(&finished);
        }
        let mut response = spoil::send(fault, answer, line, &self.shared.clock);
        telling.write(&self.shared.clock, &mut response);
        dress(&mut response, self.request_id);
        response
    }
}

/// The header that every answer of the gateway has.
fn dress(response: &mut Response<Body>, request_id: String) {
    if let Ok(value) = HeaderValue::try_from(request_id) {
        (response.headers_mut()).insert(HeaderName::from_static("x-request-id"), value);
    }
}
