//! Credentials that were found, and where.

use std::sync::Arc;

use super::ProvideIdentity;

/// The credentials that were found, and where.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Found {
    /// Gives the identity.
    pub provider: Arc<dyn ProvideIdentity>,
    /// Where it was found: names of variables, or path and section of a file. Never a value.
    pub source: String,
    /// The address of IAM, when a token is asked for there with user and password.
    pub issuer: Option<String>,
}
