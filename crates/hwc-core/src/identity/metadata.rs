//! Keys of the agency of a cloud server, from the metadata service of that server.
//!
//! Asked only when a program names it: elsewhere the address may belong to anybody on the network. It is
//! plain http by nature, to one fixed link-local address, never through a proxy. Source: ECS,
//! "Obtaining Metadata".

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;

use super::{
    FetchIdentity, Fetched, Identity, IdentityContext, IdentityError, IdentityErrorKind,
    IdentityFuture, Keys, Principal,
    exchange::{Answer, Issuer, exchange, lifetime},
    principal::ACCOUNT_ID,
};
use crate::{
    deadline::Deadline,
    secret::{self, SecretString},
};

const SESSION_TOKEN: &str = "http://169.254.169.254/meta-data/latest/api/token";
const SECURITY_KEY: &str = "http://169.254.169.254/openstack/latest/securitykey";
/// The service stands on the same machine; who does not answer in this time is not there.
const LIMIT: Duration = Duration::from_secs(3);

const METADATA: Issuer = Issuer {
    name: "the metadata service",
    help: "it answers only on a server of this cloud that has an agency; elsewhere use keys or a password",
};

/// Fetches temporary keys of the agency of this cloud server. Put it into a [`super::CachedIdentity`].
///
/// ```
/// use hwc_core::identity::{CachedIdentity, MetadataKeys}; // the same as `hwc_tickets::identity`
/// let identity = CachedIdentity::new(MetadataKeys::new());
/// ```
#[derive(Debug, Clone, Default)]
pub struct MetadataKeys {
    domain_id: Option<HeaderValue>,
}

impl MetadataKeys {
    /// Keys without the id of an account.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the account (domain) the keys act for.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when it is empty, longer than 256 characters, or has a character
    /// that is not visible ASCII.
    pub fn with_domain_id(self, id: &str) -> Result<Self, IdentityError> {
        let id = secret::secret_header(id, 256)
            .map_err(|reason| IdentityError::invalid("the domain id", reason))?;
        Ok(Self {
            domain_id: Some(id),
        })
    }

    async fn ask(&self, context: &IdentityContext) -> Result<Fetched, IdentityError> {
        let deadline = Deadline::after(context.clock.elapsed(), LIMIT);
        let left = || deadline.remaining(&*context.clock);
        let request = request(Method::PUT, SESSION_TOKEN)?;
        let session = exchange(METADATA, context, request, left(), session).await?;
        let mut request = self::request(Method::GET, SECURITY_KEY)?;
        if let Some(session) = session {
            request.headers_mut().insert("x-metadata-token", session);
        }
        exchange(METADATA, context, request, left(), |answer| {
            self.keys(answer)
        })
        .await
    }

    fn keys(&self, answer: &Answer) -> Result<Fetched, IdentityError> {
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => {
                return Err(IdentityError::new(
                    IdentityErrorKind::Missing,
                    "this server has no agency, so the metadata service has no keys",
                    "assign an agency to the server, or use keys or a password",
                ));
            }
            _ => return Err(failed(answer)),
        }
        let Body { credential } = serde_json::from_slice(&answer.body)
            .map_err(|_| malformed(answer, "it is not JSON with complete keys"))?;
        let (expires_at, lifetime) = lifetime(&credential.expires_at, answer.came_at)
            .map_err(|why| malformed(answer, why))?;
        let mut keys = Keys::new(&credential.access, credential.secret)?
            .with_security_token(&credential.securitytoken)?
            .with_expires_at(expires_at);
        if let Some(id) = self.domain_id.as_ref().and_then(|id| id.to_str().ok()) {
            keys = keys.with_domain_id(id)?;
        }
        Ok(Fetched::lasting(Identity::keys(keys), lifetime))
    }
}

impl FetchIdentity for MetadataKeys {
    fn fetch<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(self.ask(context))
    }

    /// By the account alone: the keys change with each fetch.
    fn principal(&self) -> Principal {
        match self.domain_id.as_ref().and_then(|id| id.to_str().ok()) {
            Some(id) => Principal::unknown().with_account(ACCOUNT_ID, id),
            None => Principal::unknown(),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    credential: Credential,
}

#[derive(Deserialize)]
struct Credential {
    access: SecretString,
    secret: SecretString,
    securitytoken: SecretString,
    expires_at: String,
}

fn request(method: Method, address: &'static str) -> Result<http::Request<Bytes>, IdentityError> {
    let builder = http::Request::builder().method(method.clone()).uri(address);
    let builder = if method == Method::PUT {
        // Six hours, the most the service gives. One is fetched for each set of keys.
        builder.header("x-metadata-token-ttl-seconds", "21600")
    } else {
        builder
    };
    builder.body(Bytes::new()).map_err(|_| {
        IdentityError::new(
            IdentityErrorKind::Invalid,
            "the request to the metadata service cannot be written",
            METADATA.help,
        )
    })
}

/// The session token, or `None` from a service of the older version, which has none.
fn session(answer: &Answer) -> Result<Option<HeaderValue>, IdentityError> {
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
        _ => return Err(failed(answer)),
    }
    std::str::from_utf8(&answer.body)
        .ok()
        .and_then(|text| secret::secret_header(text.trim(), 4096).ok())
        .map(Some)
        .ok_or_else(|| malformed(answer, "its session token is not visible ASCII"))
}

fn failed(answer: &Answer) -> IdentityError {
    let kind = if answer.status.is_server_error() {
        IdentityErrorKind::Unavailable
    } else {
        IdentityErrorKind::Protocol
    };
    IdentityError::new(
        kind,
        "the metadata service did not give keys",
        METADATA.help,
    )
    .with_answer(answer.status.as_u16(), None, answer.request_id())
}

fn malformed(answer: &Answer, why: &str) -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Protocol,
        format!("the answer of the metadata service cannot be used: {why}"),
        METADATA.help,
    )
    .with_answer(answer.status.as_u16(), None, answer.request_id())
}
