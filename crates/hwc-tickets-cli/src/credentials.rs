//! Which credentials are used, and where they come from: environment, profile, credentials file, in this order.

use crate::{
    exit::Exit,
    failure::Failure,
    settings::{self, Credentials, Lookup, Settings, process_variable},
};
use hwc_tickets::{
    Endpoint, SecretString,
    identity::{Found, IdentityChain, IdentityError, IdentityErrorKind, ProvideIdentity, Token},
};
use secrecy::ExposeSecret as _;
use std::{collections::BTreeMap, ffi::OsString, sync::Arc};

/// Variable with a token.
pub(crate) const TOKEN: &str = "HWC_TICKETS_TOKEN";

/// The credentials of this run.
#[derive(Debug)]
pub(crate) struct Credential {
    /// Gives the identity.
    pub(crate) provider: Arc<dyn ProvideIdentity>,
    /// Where they come from; never a value.
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    /// The address of IAM that is asked for a token with them.
    pub(crate) issuer: Option<String>,
}

/// Finds the credentials. Reads variables and small files; no network.
pub(crate) fn find(settings: &Settings) -> Result<Credential, Failure> {
    find_in(settings, &process_variable)
}

fn find_in(settings: &Settings, read: Lookup<'_>) -> Result<Credential, Failure> {
    // One that cannot be used is told where it is used.
    let service = settings.endpoint().ok().flatten();
    let service = service.as_ref();
    if let Some(token) = settings::text(read, TOKEN)? {
        return token_of(SecretString::from(token), format!("environment: {TOKEN}"));
    }
    // The environment alone: without a home directory the chain finds no file.
    let without_files = |name: &str| match name {
        "HOME" | "USERPROFILE" | "HUAWEICLOUD_SDK_CREDENTIALS_FILE" => None,
        name => read(name),
    };
    match IdentityChain::new(&without_files)
        .for_service(service)
        .find()
    {
        Ok(found) => return Ok(known(found)),
        // Half set, or not usable: not to be passed over.
        Err(error) if error.tried().is_empty() => return Err(told(&error)),
        Err(_) => {}
    }
    if let Some(credentials) = &settings.credentials {
        return from_profile(credentials, &settings.profile_name.value, service, read);
    }
    match IdentityChain::new(read).for_service(service).find() {
        Ok(found) => Ok(known(found)),
        Err(error) if error.tried().is_empty() => Err(told(&error)),
        Err(_) => Err(Failure::own(
            Exit::Authentication,
            format!(
                "no credentials: neither {TOKEN}, HUAWEICLOUD_SDK_AK and _SK nor HWC_IAM_USER and _PASSWORD are set, {}, \
                 and ~/.huaweicloud/credentials has none",
                match &settings.unseen {
                    None => format!("profile {} has none", settings.profile_name.value),
                    Some(unseen) => unseen.clone(),
                }
            ),
            "Run `hwc-tickets auth login`, or set one of them. `hwc-tickets sim` needs no account.",
        )),
    }
}

fn from_profile(
    credentials: &Credentials,
    profile: &str,
    service: Option<&Endpoint>,
    read: Lookup<'_>,
) -> Result<Credential, Failure> {
    let source = format!("profile {profile}");
    // The chain checks them and builds the provider, as if they stood in the environment.
    let mut variables: BTreeMap<&str, OsString> = BTreeMap::new();
    let plain = |secret: &SecretString| OsString::from(secret.expose_secret());
    match credentials {
        Credentials::Token(token) => return token_of(token.clone(), source),
        Credentials::Keys {
            access_key,
            secret_key,
            security_token,
            domain_id,
            project_id,
        } => {
            variables.insert("HUAWEICLOUD_SDK_AK", plain(access_key));
            variables.insert("HUAWEICLOUD_SDK_SK", plain(secret_key));
            if let Some(token) = security_token {
                variables.insert("HUAWEICLOUD_SDK_SECURITY_TOKEN", plain(token));
            }
            if let Some(id) = domain_id {
                variables.insert("HUAWEICLOUD_SDK_DOMAIN_ID", id.into());
            }
            if let Some(id) = project_id {
                variables.insert("HUAWEICLOUD_SDK_PROJECT_ID", id.into());
            }
        }
        Credentials::Password {
            user,
            password,
            account,
            project,
        } => {
            variables.insert("HWC_IAM_USER", user.into());
            variables.insert("HWC_IAM_PASSWORD", plain(password));
            variables.insert("HWC_IAM_ACCOUNT", account.into());
            if let Some(project) = project {
                variables.insert("HWC_IAM_PROJECT", project.into());
            }
            // As it is: whether it can be used, the chain decides.
            if let Some(endpoint) = read(IAM_ENDPOINT) {
                variables.insert(IAM_ENDPOINT, endpoint);
            }
        }
    }
    let found = IdentityChain::new(&move |name: &str| variables.get(name).cloned())
        .for_service(service)
        .find()
        .map_err(|error| match error.to_string().contains(IAM_ENDPOINT) {
            // The one thing that does not stand in the profile.
            true => told(&error),
            false => Failure::own(exit_of(&error), format!("{error} ({source})"), error.help()),
        })?;
    Ok(Credential {
        source,
        kind: kind_of(credentials),
        issuer: found.issuer,
        provider: found.provider,
    })
}

const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

fn kind_of(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::Token(_) => "token",
        Credentials::Keys { .. } => "keys",
        Credentials::Password { .. } => "password",
    }
}

fn token_of(token: SecretString, source: String) -> Result<Credential, Failure> {
    match Token::new(&token) {
        Ok(token) => Ok(Credential {
            provider: Arc::new(token),
            source,
            kind: "token",
            issuer: None,
        }),
        Err(error) => Err(Failure::usage(
            format!("{error} ({source})"),
            "Look for missing or extra characters, such as a line break or quotes, and set it again.",
        )),
    }
}

/// Only a login with a password has somebody to ask for a token; everything else the chain knows are keys.
fn known(found: Found) -> Credential {
    Credential {
        kind: match found.issuer.is_some() {
            true => "password",
            false => "keys",
        },
        issuer: found.issuer,
        provider: found.provider,
        source: found.source,
    }
}

fn told(error: &IdentityError) -> Failure {
    Failure::own(exit_of(error), error.to_string(), error.help())
}

/// A value that cannot be used is a wrong setting, as everywhere, and so are credentials of which a part is not set; that
/// there are none, or that they were refused, is not.
fn exit_of(error: &IdentityError) -> Exit {
    use IdentityErrorKind as K;
    match error.kind() {
        // Nowhere else was looked.
        K::Missing if error.tried().is_empty() => Exit::Usage,
        K::Invalid | K::Unreadable | K::Insecure => Exit::Usage,
        _ => Exit::Authentication,
    }
}
