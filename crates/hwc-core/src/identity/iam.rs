//! Password login: user, password and account become a token that lives for a day.
//!
//! Source: IAM, "Obtaining a User Token Through Password Authentication". What IAM's answer means is
//! decided in `answer`, what is asked in `login`.

mod answer;
mod issuer;
mod login;

pub use issuer::iam_endpoint;

use std::{
    fmt::{self, Debug},
    time::Duration,
};

use super::{
    FetchIdentity, Fetched, IdentityContext, IdentityError, IdentityErrorKind, IdentityFuture,
    Principal,
    exchange::{Issuer, exchange},
    principal::ACCOUNT_ID,
};
use crate::{
    deadline::Deadline,
    endpoint::Endpoint,
    secret::{ExposeSecret, SecretString},
};

/// What kind of name an account is known by here.
const ACCOUNT_NAME: &str = "account-name";
/// The endpoint of all regions.
const GLOBAL_ENDPOINT: &str = "https://iam.myhuaweicloud.com";
/// All attempts and waits of one login. Half of the default total deadline of a call.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(15);
/// One attempt.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(10);
/// Attempts of one login.
const ATTEMPTS: u32 = 3;
/// Longest wait before the second attempt; doubled before the third.
const FIRST_WAIT: Duration = Duration::from_millis(400);

const IAM: Issuer = Issuer {
    name: "IAM",
    help: "check the IAM endpoint (HUAWEICLOUD_SDK_IAM_ENDPOINT), the network and the proxy settings, then try again",
};

/// An IAM user. A HUAWEI ID account cannot log in this way; make an IAM user in it.
#[derive(Clone)]
#[non_exhaustive]
pub struct IamUser {
    /// Name of the account (domain) the user belongs to.
    pub account: String,
    /// Name of the user.
    pub name: String,
    /// Password of the user.
    pub password: SecretString,
}

impl IamUser {
    /// The user called `name`, of the account (domain) called `account`, with this password. [`IamPassword::new`] checks them.
    #[must_use]
    pub fn new(
        account: impl Into<String>,
        name: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> Self {
        Self {
            account: account.into(),
            name: name.into(),
            password: password.into(),
        }
    }
}

impl Debug for IamUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IamUser").finish_non_exhaustive()
    }
}

/// What a token is for. Tickets are a global service (account), but one document asks with a project.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IamScope {
    /// The user's own account, by its name. The default.
    Account,
    /// An account (domain), by its id.
    DomainId(String),
    /// An account (domain), by its name.
    DomainName(String),
    /// A project, by its id.
    ProjectId(String),
    /// A project, by its name: for a region's own project the name of the region, e.g. `cn-south-1`.
    ProjectName(String),
}

impl IamScope {
    /// A project by id (32 lower-case hexadecimal digits) or else by name.
    #[must_use]
    pub fn project(id_or_name: String) -> Self {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if id_or_name.len() == 32 && id_or_name.bytes().all(is_digit) {
            Self::ProjectId(id_or_name)
        } else {
            Self::ProjectName(id_or_name)
        }
    }
}

impl Debug for IamScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Account => "Account",
            Self::DomainId(_) => "DomainId(..)",
            Self::DomainName(_) => "DomainName(..)",
            Self::ProjectId(_) => "ProjectId(..)",
            Self::ProjectName(_) => "ProjectName(..)",
        })
    }
}

/// Fetches tokens with a password. Put it into a [`super::CachedIdentity`]: IAM asks callers to keep tokens.
///
/// A failure to connect, a broken line, a slow answer, 429 and 5xx are tried up to three times within the
/// deadline. A refused login is not: repeated wrong ones lock the user.
///
/// ```
/// // The same as `hwc_tickets::{SecretString, identity}`.
/// use hwc_core::{identity::{CachedIdentity, IamPassword, IamUser}, secret::SecretString};
/// # fn main() -> Result<(), hwc_core::identity::IdentityError> {
/// let password = SecretString::from("from a vault");
/// let login = IamPassword::new(IamUser::new("example-corp", "ticket-bridge", password))?;
/// let identity = CachedIdentity::new(login);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct IamPassword {
    user: IamUser,
    scope: IamScope,
    endpoint: Option<Endpoint>,
    deadline: Duration,
}

impl IamPassword {
    /// Login of this user at the global IAM endpoint, for the user's own account, within 15 s.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when account, name or password is empty or has a control character
    /// (a line break at its end, most often).
    pub fn new(user: IamUser) -> Result<Self, IdentityError> {
        check_text("the account name", &user.account)?;
        check_text("the user name", &user.name)?;
        check_text("the password", user.password.expose_secret())?;
        Ok(Self {
            user,
            scope: IamScope::Account,
            endpoint: None,
            deadline: DEFAULT_DEADLINE,
        })
    }

    /// Asks for a token of this scope.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when its id or name is empty or has a control character.
    pub fn with_scope(self, scope: IamScope) -> Result<Self, IdentityError> {
        match &scope {
            IamScope::Account => {}
            IamScope::DomainId(text) | IamScope::DomainName(text) => {
                check_text("the domain of the scope", text)?;
            }
            IamScope::ProjectId(text) | IamScope::ProjectName(text) => {
                check_text("the project of the scope", text)?;
            }
        }
        Ok(Self { scope, ..self })
    }

    /// Asks this IAM, e.g. the one of a region: `https://iam.cn-south-1.myhuaweicloud.com`.
    #[must_use]
    pub fn with_endpoint(self, endpoint: Endpoint) -> Self {
        Self {
            endpoint: Some(endpoint),
            ..self
        }
    }

    /// The same login for the service at this address. With a service on this machine, such as a simulator, it has to name
    /// its IAM: user and password would go to the real one otherwise.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Invalid`] when the service is on this machine and no IAM was named with
    /// [`IamPassword::with_endpoint`]. The error names the variable that [`iam_endpoint`] reads.
    pub fn for_service(self, service: Option<&Endpoint>) -> Result<Self, IdentityError> {
        match service.filter(|service| service.is_loopback()) {
            Some(service) if self.endpoint.is_none() => {
                Err(issuer::not_named(&self.address(), service))
            }
            _ => Ok(self),
        }
    }

    /// The address of the IAM it asks.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.to_string(),
            None => GLOBAL_ENDPOINT.to_owned(),
        }
    }

    /// Limits one login, all its attempts and waits together. Default 15 s.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Logs in, repeating what is worth repeating.
    async fn log_in(&self, context: &IdentityContext) -> Result<Fetched, IdentityError> {
        let deadline = Deadline::after(context.clock.elapsed(), self.deadline);
        let mut attempt = 1;
        loop {
            let limit = deadline.remaining(&*context.clock).min(ATTEMPT_LIMIT);
            let error = match self.log_in_once(context, limit).await {
                Err(error) if error.is_transient() && attempt < ATTEMPTS => error,
                result => return result,
            };
            // Between half and all of it: not all programs at once.
            let wait = FIRST_WAIT
                .saturating_mul(attempt)
                .mul_f64(0.5 + fastrand::f64() / 2.0);
            let wait = wait.max(error.retry_after().unwrap_or_default());
            if wait >= deadline.remaining(&*context.clock) {
                return Err(error);
            }
            context.clock.sleep(wait).await;
            attempt += 1;
        }
    }

    async fn log_in_once(
        &self,
        context: &IdentityContext,
        limit: Duration,
    ) -> Result<Fetched, IdentityError> {
        let request = login::request(&self.address(), &self.user, &self.scope)?;
        exchange(IAM, context, request, limit, answer::token).await
    }
}

impl FetchIdentity for IamPassword {
    fn fetch<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(self.log_in(context))
    }

    /// By account and name of the user, whatever project the token is for.
    fn principal(&self) -> Principal {
        let IamUser { account, name, .. } = &self.user;
        let (kind, of) = match &self.scope {
            IamScope::DomainId(id) => (ACCOUNT_ID, id),
            IamScope::DomainName(name) => (ACCOUNT_NAME, name),
            IamScope::Account | IamScope::ProjectId(_) | IamScope::ProjectName(_) => {
                (ACCOUNT_NAME, account)
            }
        };
        (Principal::unknown().with_account(kind, of))
            .with_credential("user", &[account.as_str(), name.as_str()])
    }
}

impl Debug for IamPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IamPassword")
            .field("scope", &self.scope)
            .field("endpoint", &self.endpoint)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Refuses what cannot be meant: an empty value, or one with a line break copied along.
fn check_text(what: &str, text: &str) -> Result<(), IdentityError> {
    let why = if text.is_empty() {
        "it is empty"
    } else if text.chars().any(char::is_control) {
        "there is a control character in it, such as a line break"
    } else {
        return Ok(());
    };
    Err(IdentityError::new(
        IdentityErrorKind::Invalid,
        format!("{what} cannot be used: {why}"),
        format!("check {what}"),
    ))
}
