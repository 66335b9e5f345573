//! Access key and secret key: requests are signed, nothing secret is sent.

use std::fmt::{self, Debug};

use http::{HeaderName, HeaderValue, Uri, uri::PathAndQuery};
use jiff::Timestamp;

use super::{
    IdentityError, IdentityErrorKind, Principal, X_DOMAIN_ID, X_PROJECT_ID, X_SECURITY_TOKEN,
};
use crate::{
    headers,
    secret::{self, ExposeSecret, SecretString, UnfitText},
    sign::{self, Payload, canonical_query, is_canonical},
    transport::RequestBody,
};

/// Longest key or id, in characters. None is documented; real ones have 20 to 64.
const KEY_LIMIT: usize = 256;
/// Longest security token, in characters. Real ones have about 1000.
const SECURITY_TOKEN_LIMIT: usize = 8192;

/// An access key (AK) with its secret key (SK), permanent or temporary.
///
/// Secrets are wiped when dropped, and `Debug` shows none of the values. As a provider they give themselves
/// and are never renewed.
#[derive(Clone)]
pub struct Keys {
    access: SecretString,
    secret: SecretString,
    security_token: Option<HeaderValue>,
    scope: Option<(HeaderName, HeaderValue)>,
    expires_at: Option<Timestamp>,
}

impl Keys {
    /// Keys of a user: `access` is public to the service and goes into each request, `secret` never leaves.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when one of them is empty, longer than 256 characters, or has a
    /// character that is not visible ASCII (a line break at its end, most often).
    pub fn new(access: &SecretString, secret: SecretString) -> Result<Self, IdentityError> {
        let invalid = |what| move |reason: UnfitText| IdentityError::invalid(what, reason);
        secret::check_visible_ascii(access.expose_secret(), KEY_LIMIT)
            .map_err(invalid("the access key (AK)"))?;
        if let Some(position) = access.expose_secret().find([',', ';', '=']) {
            // These separate the parts of the Authorization header.
            let sort = "a separator";
            return Err(invalid("the access key (AK)")(UnfitText::Character {
                position,
                sort,
            }));
        }
        secret::check_visible_ascii(secret.expose_secret(), KEY_LIMIT)
            .map_err(invalid("the secret key (SK)"))?;
        Ok(Self {
            access: access.clone(),
            secret,
            security_token: None,
            scope: None,
            expires_at: None,
        })
    }

    /// Adds the security token that belongs to temporary keys; it is sent and signed with each request.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when it is empty, longer than 8192 characters, or has a character
    /// that is not visible ASCII.
    pub fn with_security_token(self, token: &SecretString) -> Result<Self, IdentityError> {
        let token = secret::secret_header(token.expose_secret(), SECURITY_TOKEN_LIMIT)
            .map_err(|reason| IdentityError::invalid("the security token", reason))?;
        Ok(Self {
            security_token: Some(token),
            ..self
        })
    }

    /// Names the account (domain) the keys act for: global services such as tickets. Replaces a project id.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when it is empty, longer than 256 characters, or has a character
    /// that is not visible ASCII.
    pub fn with_domain_id(self, id: &str) -> Result<Self, IdentityError> {
        let id = secret::secret_header(id, KEY_LIMIT)
            .map_err(|reason| IdentityError::invalid("the domain id", reason))?;
        Ok(Self {
            scope: Some((X_DOMAIN_ID, id)),
            ..self
        })
    }

    /// Names the project the keys act for: services of one region. Replaces a domain id.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when it is empty, longer than 256 characters, or has a character
    /// that is not visible ASCII.
    pub fn with_project_id(self, id: &str) -> Result<Self, IdentityError> {
        let id = secret::secret_header(id, KEY_LIMIT)
            .map_err(|reason| IdentityError::invalid("the project id", reason))?;
        Ok(Self {
            scope: Some((X_PROJECT_ID, id)),
            ..self
        })
    }

    /// Says when temporary keys end. From then on asking for them is an error instead of a refused call.
    #[must_use]
    pub fn with_expires_at(self, expires_at: Timestamp) -> Self {
        Self {
            expires_at: Some(expires_at),
            ..self
        }
    }

    /// When they end, if that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whose they are: by the access key, which temporary ones change with each fetch, and by the account or project they act for.
    pub(super) fn whose(&self) -> Principal {
        let mut whose = Principal::unknown();
        if let Some((name, id)) = &self.scope
            && let Ok(id) = id.to_str()
        {
            whose = whose.with_account(name.as_str(), id);
        }
        match self.security_token {
            Some(_) => whose,
            None => whose.with_credential("access-key", &[self.access.expose_secret()]),
        }
    }

    /// Puts on the headers of identity, brings the query into canonical form, and signs the whole.
    pub(super) fn sign(
        &self,
        request: &mut http::Request<RequestBody>,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        send_canonical_query(request)?;
        let headers = request.headers_mut();
        if let Some(token) = &self.security_token {
            headers::put(headers, X_SECURITY_TOKEN, token.clone());
        }
        if let Some((name, id)) = &self.scope {
            headers::put(headers, name.clone(), id.clone());
        }
        let payload = match request.body().as_bytes() {
            Some(bytes) => Payload::Whole(bytes),
            None => Payload::Streamed,
        };
        let signature = sign::sign(
            request.method(),
            request.uri(),
            request.headers(),
            payload,
            self.access.expose_secret(),
            &self.secret,
            now,
        )
        .map_err(|error| {
            IdentityError::new(
                IdentityErrorKind::Invalid,
                format!("the request cannot be signed: {error}"),
                "fix the request as the message says",
            )
        })?;
        signature.put_on(request.headers_mut());
        Ok(())
    }
}

/// Replaces the query by its canonical form, if it has another one: what is signed is what is sent.
fn send_canonical_query(request: &mut http::Request<RequestBody>) -> Result<(), IdentityError> {
    let Some(query) = request.uri().query() else {
        return Ok(());
    };
    if is_canonical(query) {
        return Ok(());
    }
    let canonical = canonical_query(query);
    if canonical == query {
        return Ok(());
    }
    let path = request.uri().path();
    let target = if canonical.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{canonical}")
    };
    let unusable = || {
        IdentityError::new(
            IdentityErrorKind::Invalid,
            "the query of the request is too long to be sent in canonical form",
            "ask for less in one request",
        )
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| unusable())?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| unusable())?;
    Ok(())
}

impl Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("is_temporary", &self.security_token.is_some())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
