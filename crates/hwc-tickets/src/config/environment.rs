//! Settings from environment variables, each named when it cannot be used.

use super::Site;
use crate::error::{Error, ErrorKind, Result};
use hwc_core::{
    Endpoint,
    endpoint::InvalidEndpoint,
    identity::{Identity, IdentityChain, ProvideIdentity, Token},
    variables,
};
use secrecy::SecretString;
use std::{ffi::OsString, fmt, sync::Arc};

const ENDPOINT: &str = "HWC_TICKETS_ENDPOINT";
const TOKEN: &str = "HWC_TICKETS_TOKEN";

/// Reads one variable.
type Read = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Where variables are looked up.
pub(super) struct Variables(Box<Read>);

impl Variables {
    pub(super) fn new(read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }

    /// The variable, unless it is absent or blank.
    fn get(&self, name: &str) -> Option<Result<String, String>> {
        match variables::text(&*self.0, name) {
            Ok(text) => text.map(|text| Ok(text.trim().to_owned())),
            Err(problem) => Some(Err(format!("{problem}; set it again, or unset it"))),
        }
    }

    /// The address that a variable names, if one does. The official variables may hold several, separated
    /// by commas: the first is taken.
    pub(super) fn endpoint(&self, site: Site) -> Option<Result<Endpoint, String>> {
        let (name, value) = [ENDPOINT, site.endpoint_variable()]
            .into_iter()
            .find_map(|name| self.get(name).map(|value| (name, value)))?;
        Some(value.and_then(|text| {
            let first = match name {
                ENDPOINT => text.as_str(),
                _ => text.split(',').next().unwrap_or_default(),
            };
            Endpoint::parse_from_environment(first).map_err(|error| match error {
                InvalidEndpoint::NotTrusted { .. } => {
                    format!("{name}: {error}; name another one with ClientBuilder::endpoint")
                }
                error => format!("{name}: {error}"),
            })
        }))
    }

    /// The credentials that variables or the credentials file hold, for the service at this address.
    pub(super) fn identity(&self, service: Option<&Endpoint>) -> Result<Arc<dyn ProvideIdentity>> {
        let credentials = |detail: String| {
            Error::local(ErrorKind::Credentials, detail).with_operation("build client")
        };
        if let Some(token) = self.get(TOKEN) {
            let token = SecretString::from(token.map_err(credentials)?);
            let token = Token::new(&token)
                .map_err(|error| credentials(format!("{TOKEN} cannot be used: {error}")))?;
            return Ok(Arc::new(Identity::from(token)));
        }
        let found = IdentityChain::new(&*self.0)
            .for_service(service)
            .find()
            .map_err(|error| {
                let tried: Vec<String> = error
                    .tried()
                    .iter()
                    .map(|tried| {
                        format!("{} in {}: {}", tried.looked_for, tried.place, tried.outcome)
                    })
                    .collect();
                let mut detail = error.to_string();
                if !tried.is_empty() {
                    detail = format!(
                        "{detail} ({TOKEN} in the environment: not set; {})",
                        tried.join("; ")
                    );
                }
                credentials(detail)
                    .with_help(format!("{}, or set {TOKEN}", error.help()))
                    .with_source(error)
            })?;
        Ok(found.provider)
    }
}

/// Values may be secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables")
    }
}
