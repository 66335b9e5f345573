//! IAM beside the service: a token for a name and a password. Not part of the description of the service.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, StatusCode, Uri};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::auth::Keyring;
use crate::domain::User;

/// What the token is made for.
#[derive(Debug)]
struct Login<'a> {
    name: &'a str,
    account: &'a str,
    password: &'a str,
    /// `domain` or `project`, and what was named.
    scope: Option<(&'static str, Map<String, Value>)>,
}

/// What making a token needs to know.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) keyring: &'a mut Keyring,
    pub(super) users: &'a [Arc<User>],
    pub(super) lifetime: Duration,
    pub(super) seed: u64,
    pub(super) now: Timestamp,
}

/// Makes a token, and says whose it is.
pub(super) fn create_token(
    desk: &mut Desk<'_>,
    uri: &Uri,
    body: &Bytes,
) -> (Answer, Option<String>) {
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let Some(login) = parsed.as_ref().and_then(login) else {
        return (
            refused(StatusCode::BAD_REQUEST, "Request body is invalid."),
            None,
        );
    };
    let known = desk
        .keyring
        .log_in(login.account, login.name, login.password)
        .map(str::to_owned);
    let Some(user) = known.and_then(|id| desk.users.iter().find(|user| user.id == id)) else {
        return (
            refused(
                StatusCode::UNAUTHORIZED,
                "The username or password is wrong.",
            ),
            None,
        );
    };
    let expires = desk.now.saturating_add(
        jiff::SignedDuration::try_from(desk.lifetime).unwrap_or(jiff::SignedDuration::ZERO),
    );
    let expires = expires.unwrap_or(desk.now);
    let token = desk.keyring.issue(desk.seed, &user.id, expires);
    let domain = json!({ "id": format!("domain-{}", user.account), "name": user.account });
    let mut answer = json!({
        "methods": ["password"],
        "issued_at": stamp(desk.now),
        "expires_at": stamp(expires),
        "user": { "id": user.id, "name": user.name, "domain": domain, "password_expires_at": "" },
        "roles": [{ "id": "0", "name": "te_admin" }],
    });
    if let Value::Object(fields) = &mut answer {
        match login.scope {
            Some(("project", mut project)) => {
                project.insert("domain".to_owned(), domain);
                fields.insert("project".to_owned(), Value::Object(project));
            }
            _ => {
                fields.insert("domain".to_owned(), domain);
            }
        }
        let wants_catalog = !form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .any(|(key, value)| key == "nocatalog" && !value.is_empty());
        if wants_catalog {
            fields.insert(
                "catalog".to_owned(),
                json!([{ "type": "osm", "name": "osm", "id": "osm", "endpoints": [] }]),
            );
        }
    }
    let answer = Answer::json(StatusCode::CREATED, &json!({ "token": answer }));
    (
        answer.header(HeaderName::from_static("x-subject-token"), &token),
        Some(user.id.clone()),
    )
}

/// Takes the body apart; `None` when something mandatory is missing.
fn login(body: &Value) -> Option<Login<'_>> {
    let auth = body.get("auth")?;
    let identity = auth.get("identity")?;
    identity
        .get("methods")?
        .as_array()?
        .iter()
        .find(|method| method.as_str() == Some("password"))?;
    let user = identity.get("password")?.get("user")?;
    let text = |value: &'static str| user.get(value)?.as_str();
    let scope = |kind: &'static str| {
        auth.get("scope")?
            .get(kind)?
            .as_object()
            .map(|named| (kind, named.clone()))
    };
    Some(Login {
        name: text("name")?,
        account: user.get("domain")?.get("name")?.as_str()?,
        password: text("password")?,
        scope: scope("domain").or_else(|| scope("project")),
    })
}

fn refused(status: StatusCode, message: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or_default();
    Answer::json(
        status,
        &json!({ "error": { "code": status.as_u16(), "message": message, "title": title } }),
    )
}

/// `2020-01-04T09:05:22.701000Z`.
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
