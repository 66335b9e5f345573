//! Links to files: they lead to this simulator, and work without a token. No source says what a link looks like (D-78).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, RawPathParams, State};
use http::header::CONTENT_SECURITY_POLICY;
use http::{Method, Request, Response, StatusCode};

use super::answer::Answer;
use super::asked::Asked;
use super::call::Call;
use super::files;
use super::gateway;
use super::serve::Line;
use crate::domain::FileLink;
use crate::state::Shared;

/// Where links lead.
pub(super) const PATH: &str = "/_files/{id}";

/// A link as text, to the host by which the caller reached this one.
pub(super) fn url(asked: &Asked<'_>, link: &FileLink) -> String {
    let host = asked.header("host").filter(|host| !host.is_empty());
    let base = host.map_or(String::new(), |host| format!("http://{host}"));
    let id = percent_encoding::utf8_percent_encode(&link.id, percent_encoding::NON_ALPHANUMERIC);
    // The proof stands in the query, which no log has.
    format!(
        "{base}/_files/{id}?until={}&key={:016x}",
        link.until, link.key
    )
}

/// Gives the file that a link leads to.
pub(super) async fn follow(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    params: RawPathParams,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    if parts.method != Method::GET {
        return gateway::unknown(&shared, &line, &parts);
    }
    let call = Call::begin(&shared, None, &parts);
    let id = params.iter().next().map_or("", |(_, id)| id);
    let query = parts.uri.query().unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
    };
    let until = value("until").and_then(|until| until.parse().ok());
    let key = value("key").and_then(|key| u64::from_str_radix(&key, 16).ok());
    let now = shared.clock.now();
    let (file, quirks) = {
        let state = shared.lock();
        let proof = until.zip(key);
        let file = proof.and_then(|(until, key)| state.world.linked(id, until, key, now));
        (file, state.world.quirks().clone())
    };
    let answer = match file {
        // What a browser shows of it must not reach the page beside it.
        Some(file) => files::answer(&[file], &quirks).header(CONTENT_SECURITY_POLICY, "sandbox"),
        None => Answer::new(
            StatusCode::FORBIDDEN,
            "text/plain",
            "This link does not work, or no longer.",
        ),
    };
    call.end(answer, None, &line)
}
