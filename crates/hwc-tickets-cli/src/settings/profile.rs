//! The configuration file: profiles with settings and credentials.
//!
//! What is wrong with it is told by key, line and column, never with the text of the line: it may hold a secret.

use crate::{
    cli::{Key, RETRIES, nearest},
    failure::Failure,
    private_file::{self, Unreadable},
};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use toml_edit::{DocumentMut, Item, TableLike, Value};

const CREDENTIAL_KEYS: [&str; 10] = [
    "token",
    "access_key",
    "secret_key",
    "security_token",
    "domain_id",
    "project_id",
    "user",
    "password",
    "account",
    "project",
];

/// Credentials of a profile. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    Token(SecretString),
    Keys {
        access_key: SecretString,
        secret_key: SecretString,
        security_token: Option<SecretString>,
        domain_id: Option<String>,
        project_id: Option<String>,
    },
    Password {
        user: String,
        password: SecretString,
        account: String,
        project: Option<String>,
    },
}

/// One profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    texts: BTreeMap<Key, String>,
    pub(crate) credentials: Option<Credentials>,
}

impl Credentials {
    /// Which of the three it is.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Keys { .. } => "keys",
            Self::Password { .. } => "password",
        }
    }
}

impl Profile {
    pub(crate) fn text(&self, key: Key) -> Option<&str> {
        self.texts.get(&key).map(String::as_str)
    }
}

/// The configuration file.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    unseen: Option<String>,
    default_profile: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

impl ConfigFile {
    /// A file at `path` without anything in it.
    fn empty(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            unseen: None,
            default_profile: None,
            profiles: BTreeMap::new(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why nobody can tell whether there is a file.
    pub(crate) fn unseen(&self) -> Option<&str> {
        self.unseen.as_deref()
    }

    pub(crate) fn default_profile(&self) -> Option<&str> {
        self.default_profile.as_deref()
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// All of them, by name.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = (&str, &Profile)> {
        let profiles = self.profiles.iter();
        profiles.map(|(name, profile)| (name.as_str(), profile))
    }

    /// A profile that is not there. How it is made is told to who wants to use it, and not to who wants to be rid of it.
    pub(crate) fn unknown_profile(&self, name: &str, is_to_be_used: bool) -> Failure {
        let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        let nearest = match nearest(name, known.iter().copied()) {
            Some(nearest) => format!("Did you mean {nearest}? "),
            None => String::new(),
        };
        if let Some(unseen) = &self.unseen {
            return Failure::usage(
                format!("there is no profile {name}: {unseen}"),
                "Set HOME or XDG_CONFIG_HOME to the directory it is in, or leave the profile out.",
            );
        }
        let there = match known.as_slice() {
            [] => "The file has no profiles yet.".to_owned(),
            known => format!("{nearest}The file has: {}.", known.join(", ")),
        };
        let make = match is_to_be_used {
            true => format!(
                " Create this one with: hwc-tickets auth login --profile {}",
                hwc_core::file::shell_quoted(Path::new(name))
            ),
            false => String::new(),
        };
        Failure::usage(
            format!("there is no profile {name} in {}", self.path.display()),
            format!("{there}{make}"),
        )
    }
}

/// Reads the configuration file, if its place is known and may be looked at.
///
/// A home directory that belongs to somebody else must not keep people from commands for which everything stands in the
/// environment. A file that is there and cannot be read is an error.
pub(crate) fn find(
    path: Option<&Path>,
    read: fn(&Path) -> Result<ConfigFile, Failure>,
) -> Result<ConfigFile, Failure> {
    let Some(path) = path else {
        return Ok(ConfigFile {
            unseen: Some("no home directory is known".to_owned()),
            ..ConfigFile::empty(Path::new(""))
        });
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(ConfigFile::empty(path)),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(ConfigFile {
            unseen: Some(format!("cannot look for {}: {error}", path.display())),
            ..ConfigFile::empty(path)
        }),
        _ => read(path),
    }
}

/// The names of the profiles, with nothing in them: whatever else is wrong with the file, credentials can be taken out.
pub(crate) fn read_names(path: &Path) -> Result<ConfigFile, Failure> {
    let mut file = ConfigFile::empty(path);
    let Some(document) = document_at(path)? else {
        return Ok(file);
    };
    let default = document.get("profile").and_then(Item::as_str);
    file.default_profile = default.map(str::to_owned);
    let profiles = document.get("profiles").and_then(Item::as_table_like);
    for (name, _) in profiles.into_iter().flat_map(TableLike::iter) {
        file.profiles.insert(name.to_owned(), Profile::default());
    }
    Ok(file)
}

/// Reads the configuration file. Without one there are no profiles.
pub(crate) fn read(path: &Path) -> Result<ConfigFile, Failure> {
    let mut file = ConfigFile::empty(path);
    let Some(document) = document_at(path)? else {
        return Ok(file);
    };
    let bad = |what: String, advice: String| {
        Failure::usage(format!("{}: {what}", path.display()), advice)
    };
    for (key, item) in document.iter() {
        match key {
            "profile" => {
                let name = item.as_str().ok_or_else(|| {
                    bad("`profile` must be a name in quotes".to_owned(), correct())
                })?;
                file.default_profile = Some(name.to_owned());
            }
            "profiles" => {
                let profiles = item
                    .as_table_like()
                    .ok_or_else(|| bad("`profiles` must be a table".to_owned(), correct()))?;
                for (name, item) in profiles.iter() {
                    let table = item.as_table_like().ok_or_else(|| {
                        bad(format!("`profiles.{name}` must be a table"), correct())
                    })?;
                    let profile = read_profile(table).map_err(|(what, advice)| {
                        bad(format!("in [profiles.{name}]: {what}"), advice)
                    })?;
                    file.profiles.insert(name.to_owned(), profile);
                }
            }
            other => {
                return Err(bad(
                    format!("unknown key `{other}`"),
                    outside_of_profiles(other),
                ));
            }
        }
    }
    // A file without secrets may be shared.
    if file
        .profiles
        .values()
        .any(|profile| profile.credentials.is_some())
        && let Err(Unreadable::Shared { .. }) = private_file::read(path, true)
    {
        return Err(shared(path));
    }
    Ok(file)
}

/// What an unknown key outside of the profiles may have been meant for.
fn outside_of_profiles(key: &str) -> String {
    let all = "The file has the keys: profile, profiles.";
    match nearest(key, ["profile", "profiles"]) {
        Some(nearest) => format!("Did you mean `{nearest}`? {all}"),
        None if Key::of_profiles().any(|known| known.name() == key) => {
            format!("Put it below [profiles.default], or into another profile. {all}")
        }
        None => all.to_owned(),
    }
}

/// The document at `path`, if there is a file.
pub(super) fn document_at(path: &Path) -> Result<Option<DocumentMut>, Failure> {
    match private_file::read(path, false) {
        Ok(text) => parse(&text, path).map(Some),
        Err(Unreadable::Absent) => Ok(None),
        Err(why) => Err(private_file::unreadable(path, &why)),
    }
}

/// The document of a text; what is wrong is told without the line.
fn parse(text: &str, path: &Path) -> Result<DocumentMut, Failure> {
    text.parse::<DocumentMut>().map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        Failure::usage(
            format!(
                "{} is not valid TOML (line {line}, column {column})",
                path.display()
            ),
            correct(),
        )
    })
}

fn correct() -> String {
    "Correct the file. A profile looks like this: [profiles.default], then lines such as group = \"123\".".to_owned()
}

fn shared(path: &Path) -> Failure {
    Failure::usage(
        format!(
            "{} holds secrets, and others may read or write it",
            path.display()
        ),
        format!("Run: chmod 600 {}", hwc_core::file::shell_quoted(path)),
    )
}

fn read_profile(table: &dyn TableLike) -> Result<Profile, (String, String)> {
    let mut profile = Profile::default();
    for (name, item) in table.iter() {
        if name == "credentials" {
            let credentials = item
                .as_table_like()
                .ok_or_else(|| ("`credentials` must be a table".to_owned(), correct()))?;
            profile.credentials = Some(read_credentials(credentials)?);
            continue;
        }
        let Some(key) = Key::of_profiles().find(|key| key.name() == name) else {
            let known = Key::of_profiles().map(Key::name).chain(["credentials"]);
            return Err((
                format!("unknown key `{name}`"),
                known_keys(name, &known.collect::<Vec<_>>()),
            ));
        };
        let text = scalar(item).ok_or_else(|| {
            let wanted = match key {
                Key::Retries => RETRIES.to_string(),
                _ => "a text in quotes".to_owned(),
            };
            (format!("`{name}` must be {wanted}"), correct())
        })?;
        if text.trim().is_empty() {
            return Err((
                format!("`{name}` is empty"),
                "Give it a value, or remove the line.".to_owned(),
            ));
        }
        profile.texts.insert(key, text);
    }
    Ok(profile)
}

/// The key that was meant, if one is like it, and all that there are.
fn known_keys(typed: &str, known: &[&str]) -> String {
    let all = format!("Known keys: {}.", known.join(", "));
    match nearest(typed, known.iter().copied()) {
        Some(nearest) => format!("Did you mean `{nearest}`? {all}"),
        None => all,
    }
}

/// A text, or a number where one is meant (`retries = 3`).
fn scalar(item: &Item) -> Option<String> {
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        _ => None,
    }
}

fn read_credentials(table: &dyn TableLike) -> Result<Credentials, (String, String)> {
    let mut texts = BTreeMap::new();
    for (name, item) in table.iter() {
        if !CREDENTIAL_KEYS.contains(&name) {
            return Err((
                format!("unknown key `credentials.{name}`"),
                known_keys(name, &CREDENTIAL_KEYS),
            ));
        }
        let text = item.as_str().ok_or_else(|| {
            (
                format!("`credentials.{name}` must be a text in quotes"),
                correct(),
            )
        })?;
        if text.trim().is_empty() {
            return Err((
                format!("`credentials.{name}` is empty"),
                "Give it a value, or remove the line.".to_owned(),
            ));
        }
        texts.insert(name.to_owned(), SecretString::from(text));
    }
    let mut take = |name: &str| texts.remove(name);
    let plain = |secret: SecretString| secret.expose_secret().to_owned();
    let credentials = match (
        take("token"),
        take("access_key"),
        take("secret_key"),
        take("user"),
        take("password"),
    ) {
        (Some(token), None, None, None, None) => Credentials::Token(token),
        (None, Some(access_key), Some(secret_key), None, None) => Credentials::Keys {
            access_key,
            secret_key,
            security_token: take("security_token"),
            domain_id: take("domain_id").map(plain),
            project_id: take("project_id").map(plain),
        },
        (None, None, None, Some(user), Some(password)) => match take("account") {
            Some(account) => Credentials::Password {
                user: plain(user),
                password,
                account: plain(account),
                project: take("project").map(plain),
            },
            None => return Err(incomplete()),
        },
        _ => return Err(incomplete()),
    };
    match texts.keys().next() {
        None => Ok(credentials),
        Some(name) => Err((
            format!("`credentials.{name}` does not belong to these credentials"),
            format!("Known keys: {}.", CREDENTIAL_KEYS.join(", ")),
        )),
    }
}

fn incomplete() -> (String, String) {
    (
        "`credentials` must be exactly one kind: token; access_key and secret_key; or user, password and account".to_owned(),
        "Run `hwc-tickets auth login`, which writes it.".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<ConfigFile, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        private_file::write(&path, text.as_bytes()).unwrap();
        read(&path).map_err(|failure| {
            let told = failure.told(true).unwrap();
            format!("{} | {}", told.what, told.advice.unwrap())
        })
    }

    #[test]
    fn a_good_file() {
        let file = read_text(
            "profile = \"work\" # mine\n[profiles.work]\nsite = \"china\"\nretries = 3\n\
             [profiles.work.credentials]\naccess_key = \"a\"\nsecret_key = \"s\"\n[profiles.home]\n\
             credentials = { token = \"t\" }\n",
        )
        .unwrap();
        assert_eq!(file.default_profile(), Some("work"));
        let work = file.profile("work").unwrap();
        assert_eq!(
            (
                work.text(Key::Site),
                work.text(Key::Retries),
                work.text(Key::Group)
            ),
            (Some("china"), Some("3"), None)
        );
        assert!(matches!(work.credentials, Some(Credentials::Keys { .. })));
        assert!(matches!(
            file.profile("home").unwrap().credentials,
            Some(Credentials::Token(_))
        ));
        assert!(
            read(Path::new("/nonexistent/config.toml"))
                .unwrap()
                .profiles
                .is_empty()
        );
    }

    #[test]
    fn bad_files_are_told_by_place_and_never_by_content() {
        const CANARY: &str = "CANARY-9f2";
        for (text, expected) in [
            (
                format!("[profiles.a.credentials]\ntoken = \"{CANARY}\n"),
                "line 2",
            ),
            (
                format!("[profiles.a.credentials]\ntoken = {CANARY}\n"),
                "line 2",
            ),
            (
                format!("[profiles.a.credentials]\ntokne = \"{CANARY}\"\n"),
                "unknown key `credentials.tokne`",
            ),
            (
                format!("[profiles.a.credentials]\ntoken = [\"{CANARY}\"]\n"),
                "must be a text",
            ),
            (
                format!("[profiles.a.credentials]\naccess_key = \"{CANARY}\"\n"),
                "exactly one kind",
            ),
            (
                format!("[profiles.a.credentials]\ntoken = \"x\"\naccount = \"{CANARY}\"\n"),
                "does not belong",
            ),
            (
                format!("[profiles.a.credentials]\nuser = \"u\"\npassword = \"{CANARY}\"\n"),
                "exactly one kind",
            ),
            (
                format!("[profiles.a]\ngruop = \"{CANARY}\"\n"),
                "unknown key `gruop`",
            ),
            (format!("profiles = \"{CANARY}\"\n"), "must be a table"),
            (format!("[profile]\nx = \"{CANARY}\"\n"), "must be a name"),
            (format!("token = \"{CANARY}\"\n"), "unknown key `token`"),
        ] {
            let told = read_text(&text).expect_err(&text);
            assert!(told.contains(expected), "{text}: {told}");
            assert!(!told.contains(CANARY), "{told}");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let file = read_text("[profiles.a.credentials]\ntoken = \"CANARY\"\n").unwrap();
        assert!(!format!("{file:?}").contains("CANARY"));
    }

    #[cfg(unix)]
    #[test]
    fn a_shared_file_is_refused_only_with_secrets() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        for (text, refused) in [
            ("[profiles.a]\ngroup = \"1\"\n", false),
            ("[profiles.a.credentials]\ntoken = \"t\"\n", true),
        ] {
            private_file::write(&path, text.as_bytes()).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            match read(&path) {
                Ok(_) => assert!(!refused),
                Err(failure) => {
                    assert!(refused);
                    let advice = failure.told(false).unwrap().advice.unwrap();
                    assert_eq!(advice, format!("Run: chmod 600 {}", path.display()));
                }
            }
        }
    }
}
