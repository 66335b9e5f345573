//! Which credentials are used, and where they come from: environment, profile, credentials file, in this order. Those of a
//! profile that is named on the command line come first: its address and group are used, and another account is not meant. A group,
//! a site or an address of the side that does not sign in is refused where both sides have credentials.

mod accounts;

use self::accounts::SignsIn;
use crate::{
    exit::Exit,
    failure::Failure,
    settings::{
        self, Credentials, Lookup, Settings, Source, TOKEN, process_variable, set_in,
        set_or_named_in,
    },
};
use hwc_tickets::{
    Endpoint, SecretString,
    identity::{
        CachedIdentity, Found, IamPassword, IamScope, IamUser, IdentityChain, IdentityError,
        IdentityErrorKind, Keys, ProvideIdentity, Token, iam_endpoint,
    },
};
use std::sync::Arc;

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
    /// What the account is called here, where the credentials do not say whose they are: a token of a profile is of that profile.
    pub(crate) account: Option<String>,
}

/// Finds the credentials. Reads variables and small files; no network.
pub(crate) fn find(settings: &Settings) -> Result<Credential, Failure> {
    find_in(settings, &process_variable)
}

/// Variables that say who signs in, and that are not read in this run: a profile that is named has its own credentials.
pub(crate) fn ignored(settings: &Settings) -> Vec<&'static str> {
    match of_named_profile(settings) {
        None => Vec::new(),
        Some(_) => set_in(&process_variable),
    }
}

/// What is not used of variables or of the usual profile, in words.
pub(crate) fn not_used_in_words(settings: &Settings) -> Option<String> {
    let profile = &settings.profile_name.value;
    match settings.is_passed_over() {
        false => ignored_in_words(settings),
        true => Some(format!(
            "profile {profile} is not used to sign in: variables name another account, with its address"
        )),
    }
}

/// What [`ignored`] found, in words.
pub(crate) fn ignored_in_words(settings: &Settings) -> Option<String> {
    let (names, profile) = (ignored(settings), &settings.profile_name.value);
    let verb = match names.len() {
        0 => return None,
        1 => "is set and not used",
        _ => "are set and not used",
    };
    Some(format!(
        "{} {verb}: --profile {profile} has credentials of its own",
        names.join(", ")
    ))
}

/// The credentials of the profile, if that is named on the command line.
fn of_named_profile(settings: &Settings) -> Option<&Credentials> {
    let is_named = matches!(settings.profile_name.source, Source::Flag(_));
    settings.credentials.as_ref().filter(|_| is_named)
}

fn find_in(settings: &Settings, read: Lookup<'_>) -> Result<Credential, Failure> {
    // One that cannot be used is told where it is used.
    let service = settings.endpoint().ok().flatten();
    let service = service.as_ref();
    if let Some(credentials) = of_named_profile(settings) {
        accounts::refuse_two(settings, &set_or_named_in(read), SignsIn::Profile)?;
        return from_profile(credentials, &settings.profile_name.value, service, read);
    }
    if let Some(token) = settings::text(read, TOKEN)? {
        accounts::refuse_two(settings, &set_in(read), SignsIn::Variables)?;
        return token_of(
            SecretString::from(token),
            format!("environment: {TOKEN}"),
            None,
        );
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
        Ok(found) => {
            accounts::refuse_two(settings, &set_in(read), SignsIn::Variables)?;
            return Ok(known(found));
        }
        // Half set, or not usable: not to be passed over.
        Err(error) if error.tried().is_empty() => return Err(told(&error)),
        Err(_) => {}
    }
    if let Some(credentials) = &settings.credentials {
        accounts::refuse_two(settings, &set_or_named_in(read), SignsIn::Profile)?;
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
                match (&settings.unseen, not_used_in_words(settings)) {
                    (Some(unseen), _) => unseen.clone(),
                    (None, Some(not_used)) => not_used,
                    (None, None) => format!("profile {} has none", settings.profile_name.value),
                }
            ),
            "Run `hwc-tickets auth login`, or set one of them. `hwc-tickets sim` needs no account.",
        )),
    }
}

/// The credentials of a profile. An error of a value names the setting of the profile, never the value.
fn from_profile(
    credentials: &Credentials,
    profile: &str,
    service: Option<&Endpoint>,
    read: Lookup<'_>,
) -> Result<Credential, Failure> {
    let source = format!("profile {profile}");
    let of = |setting: &'static str| {
        let place = format!("{source}, credentials.{setting}");
        move |error: IdentityError| {
            Failure::own(exit_of(&error), format!("{error} ({place})"), error.help())
        }
    };
    match credentials {
        Credentials::Token(token) => token_of(token.clone(), source.clone(), Some(source)),
        Credentials::Keys {
            access_key,
            secret_key,
            security_token,
            domain_id,
            project_id,
        } => {
            // Which of the two it is, the error says.
            let mut keys = Keys::new(access_key, secret_key.clone())
                .map_err(of("access_key and secret_key"))?;
            if let Some(token) = security_token {
                keys = keys
                    .with_security_token(token)
                    .map_err(of("security_token"))?;
            }
            // Tickets are a global service: the account counts. The project id is for regional services.
            if let Some(id) = domain_id {
                keys = keys.with_domain_id(id).map_err(of("domain_id"))?;
            } else if let Some(id) = project_id {
                keys = keys.with_project_id(id).map_err(of("project_id"))?;
            }
            Ok(Credential {
                provider: Arc::new(keys),
                source,
                kind: "keys",
                issuer: None,
                account: None,
            })
        }
        Credentials::Password {
            user,
            password,
            account,
            project,
        } => {
            let user = IamUser::new(account, user, password.clone());
            let mut login = IamPassword::new(user).map_err(of("user, password and account"))?;
            if let Some(project) = project {
                login = login
                    .with_scope(IamScope::project(project.clone()))
                    .map_err(of("project"))?;
            }
            // The one thing that does not stand in the profile.
            if let Some(endpoint) = iam_endpoint(read).map_err(|error| told(&error))? {
                let (usual, named) = (login.address(), endpoint.to_string());
                accounts::refuse_issuer(&source, [&usual, &named], &set_in(read))?;
                login = login.with_endpoint(endpoint);
            }
            let login = login.for_service(service).map_err(|error| told(&error))?;
            Ok(Credential {
                issuer: Some(login.address()),
                provider: Arc::new(CachedIdentity::new(login)),
                source,
                kind: "password",
                account: None,
            })
        }
    }
}

fn token_of(
    token: SecretString,
    source: String,
    account: Option<String>,
) -> Result<Credential, Failure> {
    match Token::new(&token) {
        Ok(token) => Ok(Credential {
            provider: Arc::new(token),
            source,
            kind: "token",
            issuer: None,
            account,
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
        account: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::Global, private_file, settings::VARIABLES};
    use std::{
        collections::BTreeSet,
        ffi::OsString,
        sync::{Mutex, PoisonError},
    };

    /// Whatever the chain reads to sign in is known here: hooks must not have it, and a named profile wins over it.
    #[test]
    fn all_variables_of_the_chain_are_known() {
        let mut asked = BTreeSet::new();
        for set in [
            &["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"][..],
            &["HWC_IAM_USER", "HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"],
            &[],
        ] {
            let names = Mutex::new(Vec::new());
            let read = |name: &str| {
                let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
                names.push(name.to_owned());
                set.contains(&name).then(|| OsString::from("EXAMPLE"))
            };
            let _ = IdentityChain::new(&read).find();
            asked.extend(names.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        let of_others = [
            "HOME",
            "USERPROFILE",
            "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
            "HUAWEICLOUD_SDK_IAM_ENDPOINT",
        ];
        asked.retain(|name| !of_others.contains(&name.as_str()));
        for name in &asked {
            assert!(VARIABLES.contains(&name.as_str()), "{name}");
        }
        for name in VARIABLES.into_iter().filter(|name| *name != TOKEN) {
            assert!(asked.contains(name), "{name} is not read");
        }
    }

    /// Credentials of one account never go with the group, site or address of another. What a flag says is meant.
    #[test]
    fn two_accounts_never_mix() {
        const TOKENS: &str = "[profiles.default.credentials]\ntoken = \"of-profile\"\n";
        const LOGIN: &str =
            "[profiles.default.credentials]\nuser = \"u\"\npassword = \"p\"\naccount = \"a\"\n";
        const KEYS: [(&str, &str); 2] =
            [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "SK")];
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("hwc-tickets");
        private_file::make_directory(&directory).unwrap();
        let find =
            |setting: &str, credentials: &str, variables: &[(&str, &str)], flags: &Global| {
                let text = format!("[profiles.default]\n{setting}\n{credentials}");
                private_file::write(&directory.join("config.toml"), text.as_bytes()).unwrap();
                let read = |name: &str| match name {
                    "HOME" | "XDG_CONFIG_HOME" => Some(home.path().as_os_str().to_owned()),
                    name => (variables.iter().find(|(set, _)| *set == name))
                        .map(|(_, value)| OsString::from(value)),
                };
                let settings = Settings::resolve(flags, &read).unwrap();
                find_in(&settings, &read).map(|found| found.source)
            };
        let told = |failure: Failure| {
            let told = failure.told(false).unwrap();
            format!("{} {}", told.what, told.advice.unwrap_or_default())
        };
        let token = [(TOKEN, "of-environment")];
        let (none, named) = (
            Global::default(),
            Global {
                profile: Some("default".to_owned()),
                ..Global::default()
            },
        );
        for (key, value) in [
            ("group", "1"),
            ("site", "international"),
            ("endpoint", "http://127.0.0.1:9"),
        ] {
            let setting = format!("{key} = \"{value}\"");
            for variables in [&token[..], &KEYS] {
                let failure = find(&setting, TOKENS, variables, &none).unwrap_err();
                assert_eq!(failure.exit(), Exit::Usage);
                let told = told(failure);
                for part in [
                    variables[0].0,
                    &format!("key {key} of profile default"),
                    "--profile default",
                ] {
                    assert!(told.contains(part), "{part}: {told}");
                }
                // One side alone, or all of the profile.
                assert!(find(&setting, "", variables, &none).is_ok());
                assert_eq!(
                    find(&setting, TOKENS, variables, &named).unwrap(),
                    "profile default"
                );
            }
            assert_eq!(
                find(&setting, TOKENS, &[], &none).unwrap(),
                "profile default"
            );
        }
        let group = Global {
            group: Some("2".to_owned()),
            ..Global::default()
        };
        assert!(find("group = \"1\"", TOKENS, &token, &group).is_ok());
        assert!(find("timeout = \"5s\"", TOKENS, &token, &none).is_ok());
        // What is the standard all the same takes them nowhere else.
        for setting in [
            "site = \"china\"",
            "endpoint = \"https://osm.cn-south-1.myhuaweicloud.com/\"",
        ] {
            assert!(find(setting, TOKENS, &token, &none).is_ok(), "{setting}");
        }
        // With an address, the variables are an account of their own.
        let whole = [token[0], ("HWC_TICKETS_ENDPOINT", "http://127.0.0.1:9")];
        for setting in [
            "group = \"1\"",
            "site = \"international\"",
            "site = \"mars\"",
        ] {
            let source = find(setting, TOKENS, &whole, &none).unwrap();
            assert_eq!(source, "environment: HWC_TICKETS_TOKEN", "{setting}");
        }
        // No advice takes the credentials of the profile to an address that was named for others.
        let meant = [token[0], whole[1], ("HWC_TICKETS_PROFILE", "default")];
        let advice = told(find("group = \"1\"", TOKENS, &meant, &none).unwrap_err());
        for part in [
            "--profile default and without HWC_TICKETS_ENDPOINT",
            "unset HWC_TICKETS_TOKEN and HWC_TICKETS_ENDPOINT",
        ] {
            assert!(advice.contains(part), "{advice}");
        }
        let elsewhere = Global {
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            ..Global::default()
        };
        let advice = told(find("group = \"1\"", TOKENS, &token, &elsewhere).unwrap_err());
        assert!(
            advice.contains("--profile default and without --endpoint"),
            "{advice}"
        );
        let group_of_shell = [token[0], whole[1], ("HWC_TICKETS_GROUP", "2")];
        let advice = told(find("", TOKENS, &group_of_shell, &named).unwrap_err());
        assert!(
            advice.contains("Unset HWC_TICKETS_GROUP and HWC_TICKETS_ENDPOINT"),
            "{advice}"
        );
        assert!(find("group = \"2\"", TOKENS, &group_of_shell, &named).is_ok());
        // A file that a variable names is credentials as well: the address beside it is not for those of the profile.
        let file = home.path().join("keys");
        private_file::write(&file, b"[global]\nak = AK\nsk = SK\n").unwrap();
        let file = ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file.to_str().unwrap());
        let source = find("", TOKENS, &[file, whole[1]], &none).unwrap();
        assert!(source.contains("keys, section [global]"), "{source}");
        assert_eq!(find("", TOKENS, &[file], &none).unwrap(), "profile default");
        for flags in [&none, &named] {
            let of_file = [file, ("HWC_TICKETS_GROUP", "2")];
            let told = told(find("", TOKENS, &of_file, flags).unwrap_err());
            assert!(told.contains("HWC_TICKETS_GROUP"), "{told}");
        }
        // Nor is the address of IAM beside a login in variables for the password of the profile.
        let issuer = ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://127.0.0.1:9");
        let login = [
            ("HWC_IAM_USER", "v"),
            ("HWC_IAM_PASSWORD", "q"),
            ("HWC_IAM_ACCOUNT", "b"),
            issuer,
        ];
        let refused = told(find("", LOGIN, &login, &named).unwrap_err());
        assert!(refused.contains(issuer.0), "{refused}");
        assert!(find("", LOGIN, &login[..3], &named).is_ok());
        assert!(find("", LOGIN, &[issuer], &named).is_ok());
        // The other way round.
        let of_environment = [token[0], ("HWC_TICKETS_GROUP", "2")];
        let told = told(find("", TOKENS, &of_environment, &named).unwrap_err());
        assert!(told.contains("HWC_TICKETS_GROUP"), "{told}");
        assert!(find("", TOKENS, &of_environment[1..], &named).is_ok());
        // Of a shell that knows its project, and signs in nobody.
        let of_project = [of_environment[1], ("HUAWEICLOUD_SDK_PROJECT_ID", "p")];
        assert!(find("", TOKENS, &of_project, &named).is_ok());
    }
}
