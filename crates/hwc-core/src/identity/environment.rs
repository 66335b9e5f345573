//! Credentials in environment variables: the official names for keys, own names for password login.

use std::sync::Arc;

use super::{
    CachedIdentity, Found, IamPassword, IamScope, IamUser, Identity, IdentityError,
    IdentityErrorKind, Keys, iam_endpoint,
};
use crate::{
    endpoint::Endpoint,
    secret::{ExposeSecret, SecretString},
    variables::{self, ReadVariable},
};

const AK: &str = "HUAWEICLOUD_SDK_AK";
const SK: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
const DOMAIN_ID: &str = "HUAWEICLOUD_SDK_DOMAIN_ID";
const PROJECT_ID: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
const USER: &str = "HWC_IAM_USER";
const PASSWORD: &str = "HWC_IAM_PASSWORD";
const ACCOUNT: &str = "HWC_IAM_ACCOUNT";
const PROJECT: &str = "HWC_IAM_PROJECT";

/// What is looked for, for the error when nothing is found anywhere.
pub(super) const LOOKED_FOR: &str = "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HWC_IAM_USER, HWC_IAM_PASSWORD and HWC_IAM_ACCOUNT";

/// The credentials of the environment and which variables they came from, if it has any.
///
/// Keys win over password login. Half-set credentials are an error, not "none": whoever set one
/// variable meant them.
pub(super) fn find(
    read: ReadVariable<'_>,
    service: Option<&Endpoint>,
) -> Result<Option<Found>, IdentityError> {
    let variables = Variables { read };
    if let Some(keys) = keys(&variables)? {
        let provider = Arc::new(Identity::from(keys));
        return Ok(Some(Found {
            provider,
            source: format!("environment: {AK}, {SK}"),
            issuer: None,
        }));
    }
    if let Some(login) = password(&variables)? {
        let login = login.for_service(service)?;
        let issuer = Some(login.address());
        let provider = Arc::new(CachedIdentity::new(login));
        let source = format!("environment: {USER}, {PASSWORD}, {ACCOUNT}");
        return Ok(Some(Found {
            provider,
            source,
            issuer,
        }));
    }
    Ok(None)
}

fn keys(variables: &Variables<'_>) -> Result<Option<Keys>, IdentityError> {
    let (access, secret) = match (variables.secret(AK)?, variables.secret(SK)?) {
        // Temporary keys are three parts.
        (None, None) => match variables.secret(SECURITY_TOKEN)? {
            None => return Ok(None),
            Some(_) => return Err(half_set(SECURITY_TOKEN, &[AK, SK])),
        },
        (Some(access), Some(secret)) => (access, secret),
        (Some(_), None) => return Err(half_set(AK, &[SK])),
        (None, Some(_)) => return Err(half_set(SK, &[AK])),
    };
    let mut keys = Keys::new(&access, secret)?;
    if let Some(token) = variables.secret(SECURITY_TOKEN)? {
        keys = keys.with_security_token(&token)?;
    }
    // Tickets are a global service: the account counts. The project id is for regional services.
    if let Some(id) = variables.text(DOMAIN_ID)? {
        keys = keys.with_domain_id(&id)?;
    } else if let Some(id) = variables.text(PROJECT_ID)? {
        keys = keys.with_project_id(&id)?;
    }
    Ok(Some(keys))
}

fn password(variables: &Variables<'_>) -> Result<Option<IamPassword>, IdentityError> {
    let found = (
        variables.text(USER)?,
        variables.secret(PASSWORD)?,
        variables.text(ACCOUNT)?,
    );
    let (name, password, account) = match found {
        (None, None, None) => match variables.text(PROJECT)? {
            None => return Ok(None),
            Some(_) => return Err(half_set(PROJECT, &[USER, PASSWORD, ACCOUNT])),
        },
        (Some(name), Some(password), Some(account)) => (name, password, account),
        (name, password, account) => {
            let parts = [
                (USER, name.is_some()),
                (PASSWORD, password.is_some()),
                (ACCOUNT, account.is_some()),
            ];
            let of = |set: bool| {
                parts
                    .iter()
                    .filter(move |part| part.1 == set)
                    .map(|part| part.0)
            };
            let missing: Vec<&str> = of(false).collect();
            return Err(half_set(of(true).next().unwrap_or(USER), &missing));
        }
    };
    let mut login = IamPassword::new(IamUser::new(account, name, password))?;
    if let Some(project) = variables.text(PROJECT)? {
        login = login.with_scope(IamScope::project(project))?;
    } else if let Some(id) = variables.text(DOMAIN_ID)? {
        login = login.with_scope(IamScope::DomainId(id))?;
    }
    if let Some(endpoint) = iam_endpoint(variables.read)? {
        login = login.with_endpoint(endpoint);
    }
    Ok(Some(login))
}

fn half_set(set: &str, missing: &[&str]) -> IdentityError {
    let missing = missing.join(" and ");
    IdentityError::new(
        IdentityErrorKind::Missing,
        format!("{set} is set in the environment, but not {missing}"),
        format!("set {missing} too, or unset {set}"),
    )
}

/// The environment.
pub(super) struct Variables<'a> {
    pub(super) read: ReadVariable<'a>,
}

impl Variables<'_> {
    /// A variable that is no secret.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, IdentityError> {
        Ok(self
            .secret(name)?
            .map(|value| value.expose_secret().to_owned()))
    }

    /// A variable that is a secret.
    fn secret(&self, name: &str) -> Result<Option<SecretString>, IdentityError> {
        let text = variables::text(self.read, name).map_err(IdentityError::from)?;
        Ok(text.map(SecretString::from))
    }
}
