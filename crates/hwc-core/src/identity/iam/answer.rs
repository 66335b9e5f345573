//! What IAM's answer to a login means. Pure.
//!
//! Texts of the answer are not passed on: who answers may repeat what it was sent.

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::super::{
    Fetched, Identity, IdentityError, IdentityErrorKind, Token,
    exchange::{Answer, lifetime},
};
use crate::secret::SecretString;

/// The token stands in this header, not in the body.
const X_SUBJECT_TOKEN: &str = "x-subject-token";

#[derive(Deserialize)]
struct Body {
    token: About,
}

#[derive(Deserialize)]
struct About {
    expires_at: String,
}

/// The token of an answer, or why there is none.
pub(super) fn token(answer: &Answer) -> Result<Fetched, IdentityError> {
    match answer.status {
        StatusCode::CREATED | StatusCode::OK => accepted(answer),
        status => Err(refused(status, answer)),
    }
}

fn accepted(answer: &Answer) -> Result<Fetched, IdentityError> {
    let header = answer
        .headers
        .get(X_SUBJECT_TOKEN)
        .ok_or_else(|| malformed(answer, "it has no X-Subject-Token header"))?;
    let text = header
        .to_str()
        .map_err(|_| malformed(answer, "its X-Subject-Token header is not visible ASCII"))?;
    let token = Token::new(&SecretString::from(text))
        .map_err(|_| malformed(answer, "its X-Subject-Token header is empty or too long"))?;
    let body: Body = serde_json::from_slice(&answer.body).map_err(|_| {
        malformed(
            answer,
            "its body is not JSON with a readable token.expires_at",
        )
    })?;
    let (expires_at, lifetime) =
        lifetime(&body.token.expires_at, answer.came_at).map_err(|why| malformed(answer, why))?;
    Ok(Fetched::lasting(
        Identity::token(token.with_expires_at(expires_at)),
        lifetime,
    ))
}

fn malformed(answer: &Answer, why: &str) -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Protocol,
        format!("IAM's answer to the login cannot be used: {why}"),
        "check the IAM endpoint (HUAWEICLOUD_SDK_IAM_ENDPOINT) and the clock of this machine; a proxy or captive portal may be answering in IAM's place",
    )
    .with_answer(answer.status.as_u16(), None, answer.request_id())
}

fn refused(status: StatusCode, answer: &Answer) -> IdentityError {
    use IdentityErrorKind::{Protocol, Rejected, Throttled, Unavailable};
    let (kind, what, help) = match status.as_u16() {
        400 => (
            Rejected,
            "IAM rejected the login",
            "check the names of account, user and project, and that the scope belongs to the account",
        ),
        401 => (
            Rejected,
            "IAM refused the login",
            "check account, user and password before trying again: repeated failures lock the user; a HUAWEI ID account or a user with login protection (MFA) cannot log in with a password alone",
        ),
        403 => (
            Rejected,
            "IAM does not let this user log in",
            "let an administrator check that the user is enabled, may use the API, and is allowed from this address",
        ),
        404 => (
            Rejected,
            "IAM does not know the address or the project",
            "check the IAM endpoint (HUAWEICLOUD_SDK_IAM_ENDPOINT) and the project",
        ),
        429 => (
            Throttled,
            "IAM asks for fewer requests",
            "wait, and share one client per program",
        ),
        408 | 500..=599 => (Unavailable, "IAM failed", "try again later"),
        300..=399 => (
            Protocol,
            "IAM's address answered with a redirect, which is not followed",
            "check the IAM endpoint (HUAWEICLOUD_SDK_IAM_ENDPOINT); a captive portal may be answering in its place",
        ),
        _ => (
            Protocol,
            "IAM answered the login with an unexpected status",
            "check the IAM endpoint (HUAWEICLOUD_SDK_IAM_ENDPOINT)",
        ),
    };
    let error = IdentityError::new(kind, what, help).with_answer(
        status.as_u16(),
        error_code(&answer.body),
        answer.request_id(),
    );
    match answer.retry_after {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// The error code of the body, e.g. `IAM.0011`, wherever IAM and its gateway put it. Nothing that looks
/// otherwise: it may be foreign text.
fn error_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/error_code", "/error/code", "/error/error_code", "/code"];
    let code = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())?;
    let (service, number) = code.split_once('.')?;
    let is_code = (2..=10).contains(&service.len())
        && service.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=10).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.to_owned())
}
