//! A token that was given: put into `X-Auth-Token` as it is.

use std::fmt::{self, Debug};

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::{IdentityError, X_AUTH_TOKEN};
use crate::{
    headers,
    secret::{self, ExposeSecret, SecretString},
};

/// Longest token the service documents, in characters.
const TOKEN_LIMIT: usize = 5000;

/// An IAM token: 1 to 5000 characters of visible ASCII. Its memory is wiped when it is dropped.
///
/// As a provider it gives itself and is never renewed. Tokens live 24 hours; to stay logged in, use
/// [`super::IamPassword`] or keys.
#[derive(Clone)]
pub struct Token {
    header: HeaderValue,
    expires_at: Option<Timestamp>,
}

impl Token {
    /// Takes a token that was fetched elsewhere.
    ///
    /// # Errors
    /// [`super::IdentityErrorKind::Invalid`] when it is empty, longer than 5000 characters, or has a character
    /// that is not visible ASCII (a line break at its end, most often).
    pub fn new(token: &SecretString) -> Result<Self, IdentityError> {
        let header = secret::secret_header(token.expose_secret(), TOKEN_LIMIT)
            .map_err(|reason| IdentityError::invalid("the token", reason))?;
        Ok(Self {
            header,
            expires_at: None,
        })
    }

    /// Says when the token ends. From then on asking for it is an error instead of a refused call.
    #[must_use]
    pub fn with_expires_at(self, expires_at: Timestamp) -> Self {
        Self {
            expires_at: Some(expires_at),
            ..self
        }
    }

    /// When it ends, if that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Puts it into its header.
    pub(super) fn put_on(&self, headers: &mut HeaderMap) {
        headers::put(headers, X_AUTH_TOKEN, self.header.clone());
    }
}

impl Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
