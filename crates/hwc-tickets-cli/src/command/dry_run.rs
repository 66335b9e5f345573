//! `--dry-run`: the requests that would go out, caught before the network, without secrets.

use crate::{
    cli::Form,
    context::Context,
    failure::Failure,
    render::{Part, Show, fact, json},
};
use http::{Request, Response};
use hwc_tickets::{
    Client, Error, SecretString, Transport,
    api::Source,
    transport::{RequestBody, ResponseBody, Sending, TransportFault, TransportFaultKind},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

/// Takes requests and lets none through. Reads find an empty ticket whose result waits to be confirmed; the write is kept.
#[derive(Debug, Clone, Default)]
struct Catcher(Arc<Mutex<Option<Request<RequestBody>>>>);

impl Transport for Catcher {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let answer = if request.method() == http::Method::GET {
            Ok(Response::new(ResponseBody::full(found(
                request.uri().path(),
            ))))
        } else {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
            Err(TransportFault::new(
                TransportFaultKind::Unsendable,
                "a dry run sends nothing",
            ))
        };
        Box::pin(std::future::ready(answer))
    }
}

/// What a read finds.
fn found(path: &str) -> &'static [u8] {
    match path.ends_with("/status") {
        true => br#"{"status":2}"#,
        false => {
            br#"{"count":0,"message_list":[],"incident_detail_info":{"status":2,"message_list":[]}}"#
        }
    }
}

/// Stands in the place of a secret.
pub(super) const SECRET: &str = "<secret>";

/// Stands in the place of the id of a file that would be uploaded.
pub(super) fn file(file: &Source) -> String {
    let name = file.name().unwrap_or_default();
    format!("<file {name} of {} bytes>", file.length())
}

/// Shows the request of a write. Nothing is sent; credentials are looked up but not used. `inert` takes secrets out of the body;
/// `secrets` are the names of headers and parameters of the query that are some.
pub(super) async fn run<C>(
    context: &Context,
    write: impl FnOnce(Client) -> Result<C, Failure>,
    inert: impl FnOnce(Value) -> Value,
    secrets: &[&str],
) -> Result<(), Failure>
where
    C: Future<Output = Result<(), Error>>,
{
    let credential = crate::credentials::find(&context.settings)?;
    let catcher = Catcher::default();
    let builder = context
        .anonymous()?
        // A stand-in: fetching a real token would be a request.
        .token(SecretString::from("dry-run"))
        .transport(catcher.clone());
    let client = context.finish(builder)?;
    let outcome = write(client)?.await;
    let Some(request) = catcher
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
    else {
        return match outcome {
            Err(error) => Err(error.into()),
            Ok(()) => Ok(()),
        };
    };
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in request.headers() {
        if *name == hwc_tickets::identity::X_AUTH_TOKEN {
            continue;
        }
        let is_secret = |secret: &&str| secret.eq_ignore_ascii_case(name.as_str());
        let value = match secrets.iter().any(is_secret) {
            true => SECRET.to_owned(),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        // One that stands there twice is the same as one with both values.
        headers
            .entry(name.to_string())
            .and_modify(|first| *first = format!("{first}, {value}"))
            .or_insert(value);
    }
    let url = without_secrets(&request.uri().to_string(), secrets);
    let body: Value = request
        .body()
        .as_bytes()
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or(Value::Null);
    let body = inert(body);
    let signing = format!("{} ({})", credential.kind, credential.source);
    let screen = &context.screen;
    screen.show(&Caught {
        sent: false,
        method: request.method().as_str(),
        url,
        headers,
        credentials: signing,
        body,
    })?;
    if screen.is_for_people() {
        screen.note("Nothing was sent.");
    }
    Ok(())
}

/// A request that would have gone out.
#[derive(Serialize)]
struct Caught<'a> {
    sent: bool,
    method: &'a str,
    url: String,
    headers: BTreeMap<String, String>,
    credentials: String,
    body: Value,
}

impl Show for Caught<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        let mut facts = vec![fact("request", format!("{} {}", self.method, self.url))];
        let headers = self.headers.iter();
        facts.extend(headers.map(|(name, value)| fact("header", format!("{name}: {value}"))));
        facts.push(fact("credentials", self.credentials.clone()));
        facts.push(fact("body", json::document(&self.body).ok()));
        vec![Part::Facts(facts)]
    }
}

/// The address without the values of parameters that are secrets.
fn without_secrets(url: &str, secrets: &[&str]) -> String {
    let Some((place, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if secrets.contains(&name) => format!("{name}={SECRET}"),
        _ => pair.to_owned(),
    });
    format!("{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn the_query_shows_no_secret() {
        for (url, shown) in [
            ("https://h/v2/a", "https://h/v2/a"),
            (
                "https://h/v2/a?b=1&code=12&c=2",
                "https://h/v2/a?b=1&code=<secret>&c=2",
            ),
            (
                "https://h/v2/a?code=1&code=2",
                "https://h/v2/a?code=<secret>&code=<secret>",
            ),
            ("https://h/v2/a?code", "https://h/v2/a?code"),
        ] {
            assert_eq!(without_secrets(url, &["code"]), shown);
        }
    }
}
