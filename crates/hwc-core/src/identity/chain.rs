//! Looks for credentials where programs of this cloud usually have them: given explicitly, in the
//! environment, in the credentials file. The metadata service of a cloud server is not among them: it
//! is asked only by name ([`super::MetadataKeys`]).

use std::{
    fmt::{self, Debug},
    sync::Arc,
};

use super::{
    Identity, IdentityError, IdentityErrorKind, ProvideIdentity, Tried, environment,
    found::Found,
    profile::{self, Lookup, Place},
};
use crate::{endpoint::Endpoint, variables::ReadVariable};

/// Where to look for credentials, in this order: explicit ones, environment, credentials file.
///
/// The first source that has any wins. A source that is half filled or cannot be trusted is an error
/// and not passed over.
pub struct IdentityChain<'a> {
    explicit: Option<Found>,
    read: ReadVariable<'a>,
    service: Option<&'a Endpoint>,
}

impl<'a> IdentityChain<'a> {
    /// A chain whose variables come from `read`: [`super::process_environment`] in a program, any
    /// function in a test.
    #[must_use]
    pub fn new(read: ReadVariable<'a>) -> Self {
        Self {
            explicit: None,
            read,
            service: None,
        }
    }

    /// Looks for credentials for the service at this address. With a service on this machine, such as a simulator, a
    /// login with a password has to name its IAM: it would go to the real one otherwise.
    #[must_use]
    pub fn for_service(self, service: Option<&'a Endpoint>) -> Self {
        Self { service, ..self }
    }

    /// Puts credentials before all others; `source` tells people where they came from.
    #[must_use]
    pub fn with_explicit(
        self,
        source: impl Into<String>,
        provider: Arc<dyn ProvideIdentity>,
    ) -> Self {
        Self {
            explicit: Some(Found {
                provider,
                source: source.into(),
                issuer: None,
            }),
            ..self
        }
    }

    /// Looks. Reads variables and at most one small file; no network.
    ///
    /// Official variables: `HUAWEICLOUD_SDK_AK`, `_SK`, `_SECURITY_TOKEN`, `_DOMAIN_ID`, `_PROJECT_ID`,
    /// `_CREDENTIALS_FILE`. For password login: `HWC_IAM_USER`, `HWC_IAM_PASSWORD`, `HWC_IAM_ACCOUNT`,
    /// `HWC_IAM_PROJECT` (id or name; without it the account is the scope) and
    /// `HUAWEICLOUD_SDK_IAM_ENDPOINT`. A variable that is empty or blank counts as not set. The file is
    /// `~/.huaweicloud/credentials`, section `[global]`, else `[basic]`.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Missing`] when no source has credentials ([`IdentityError::tried`] names
    /// each) or one is half filled; [`IdentityErrorKind::Invalid`] for a value that cannot be used, and
    /// for a login with a password without an address of IAM when the service is on this machine;
    /// [`IdentityErrorKind::Unreadable`] for a file that others can read, is a symbolic link, larger
    /// than 64 KiB, or not in the format.
    pub fn find(self) -> Result<Found, IdentityError> {
        if let Some(found) = self.explicit {
            return Ok(found);
        }
        let mut tried = vec![looked(
            "explicit",
            "credentials",
            "the program",
            "none given",
        )];
        if let Some(found) = environment::find(self.read, self.service)? {
            return Ok(found);
        }
        tried.push(looked(
            "environment",
            environment::LOOKED_FOR,
            "the environment",
            "not set",
        ));
        match profile::locate(self.read) {
            Place::Nowhere { outcome } => tried.push(looked(
                "profile",
                "~/.huaweicloud/credentials",
                "the home directory",
                outcome,
            )),
            Place::At(location) => {
                let path = location.path.display().to_string();
                match profile::find(&location)? {
                    Lookup::Found { keys, section } => {
                        let source = format!("{path}, section [{section}]");
                        return Ok(Found {
                            provider: Arc::new(Identity::from(keys)),
                            source,
                            issuer: None,
                        });
                    }
                    Lookup::Nothing { outcome } => {
                        tried.push(looked("profile", "ak and sk", &path, &outcome));
                    }
                }
            }
        }
        Err(IdentityError::missing(tried))
    }
}

fn looked(source: &'static str, looked_for: &str, place: &str, outcome: &str) -> Tried {
    Tried {
        source,
        looked_for: looked_for.to_owned(),
        place: place.to_owned(),
        outcome: outcome.to_owned(),
    }
}

impl Debug for IdentityChain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IdentityChain")
            .field("explicit", &self.explicit)
            .finish_non_exhaustive()
    }
}

impl IdentityError {
    /// No source has credentials.
    fn missing(tried: Vec<Tried>) -> Self {
        Self::new(
            IdentityErrorKind::Missing,
            "no credentials found",
            "set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HWC_IAM_USER, HWC_IAM_PASSWORD and HWC_IAM_ACCOUNT, or write ak and sk into ~/.huaweicloud/credentials",
        )
        .with_tried(tried)
    }
}
