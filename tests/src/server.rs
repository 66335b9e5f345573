//! A server on a free port of this machine that answers as told and remembers what it was asked.

use crate::{exchange, request::Asked};
use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// An answer to give.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer that says it is JSON.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                // The client is shown times of long ago, and must not take the real one for the service's.
                (
                    "Date".to_owned(),
                    "Thu, 01 Jan 1970 00:00:00 GMT".to_owned(),
                ),
            ],
            body: body.into(),
        }
    }

    /// A file.
    #[must_use]
    pub fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![(
                "Content-Type".to_owned(),
                "application/octet-stream".to_owned(),
            )],
            body: body.into(),
        }
    }
}

impl From<&exchange::Response> for Answer {
    fn from(recorded: &exchange::Response) -> Self {
        let mut answer = Self::json(recorded.status, recorded.bytes());
        for (name, value) in &recorded.headers {
            answer
                .headers
                .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            answer.headers.push((name.clone(), value.clone()));
        }
        answer
    }
}

type Responder = Box<dyn Fn(&Asked) -> Answer + Send>;

struct State {
    asked: Vec<Asked>,
    responder: Responder,
}

/// The server. It is free again when this goes away.
pub struct Server {
    mock: MockServer,
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", self.mock.address())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// A server that answers 500 until it is told otherwise.
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            asked: Vec::new(),
            responder: Box::new(|_| Answer::json(500, "no answer was set")),
        }));
        let mock = MockServer::start_async().await;
        let shared = Arc::clone(&state);
        mock.mock_async(|when, then| {
            when.any_request();
            then.respond_with(move |request| respond(&shared, request));
        })
        .await;
        Self { mock, state }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn url(&self) -> String {
        self.mock.base_url()
    }

    /// Gives `answer` from now on, and forgets what was asked.
    pub fn answer(&self, answer: impl Into<Answer>) {
        let answer = answer.into();
        self.respond(move |_| answer.clone());
    }

    /// Gives what `responder` says from now on, and forgets what was asked.
    pub fn respond(&self, responder: impl Fn(&Asked) -> Answer + Send + 'static) {
        let mut state = lock(&self.state);
        state.responder = Box::new(responder);
        state.asked.clear();
    }

    /// Gives what `responder` says from now on; it is told how often the same path was asked for before.
    pub fn respond_in_turn(&self, responder: impl Fn(usize, &Asked) -> Answer + Send + 'static) {
        let before: Mutex<Vec<String>> = Mutex::default();
        self.respond(move |asked| {
            let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = before.iter().filter(|path| **path == asked.path).count();
            before.push(asked.path.clone());
            responder(turn, asked)
        });
    }

    /// What was asked since the answer was set.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state).asked.clone()
    }
}

fn respond(state: &Mutex<State>, request: &HttpMockRequest) -> HttpMockResponse {
    // It is shown as an absolute address, whatever the request line had.
    let target = request.uri();
    let target = target.path_and_query().map_or("", |target| target.as_str());
    let asked = Asked::new(
        request.method_str(),
        target,
        request.headers_vec().clone(),
        request.body_vec(),
    );
    let mut state = lock(state);
    let answer = (state.responder)(&asked);
    state.asked.push(asked);
    HttpMockResponse {
        status: Some(answer.status),
        headers: Some(answer.headers),
        body: Some(answer.body.into()),
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
