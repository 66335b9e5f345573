//! The settings by name: as they stand in the configuration file, and as people type them.

use super::likeness::nearest;
use clap::builder::{PossibleValue, TypedValueParser};
use std::{ffi::OsStr, fmt, str::FromStr};

/// A setting that the configuration file can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The one that stands outside of the profiles.
    Profile,
    Endpoint,
    Site,
    Group,
    Language,
    TimeZone,
    Timeout,
    Retries,
    CaFile,
    Output,
}

/// Name and meaning of each.
const KEYS: [(Key, &str, &str); 10] = [
    (
        Key::Profile,
        "profile",
        "the profile that is used when none is named",
    ),
    (Key::Endpoint, "endpoint", "address of the service"),
    (
        Key::Site,
        "site",
        "which cloud the account belongs to: china or international",
    ),
    (
        Key::Group,
        "group",
        "group to act for; needed for a colleague's ticket",
    ),
    (
        Key::Language,
        "language",
        "language of the service's own texts, e.g. en_US or zh_CN",
    ),
    (
        Key::TimeZone,
        "time_zone",
        "zone of displayed and typed times: local, a name such as Europe/Berlin, or GMT+8",
    ),
    (
        Key::Timeout,
        "timeout",
        "total timeout of each call, e.g. 12s, 10m, 2h",
    ),
    (
        Key::Retries,
        "retries",
        "maximum number of retries per call",
    ),
    (
        Key::CaFile,
        "ca_file",
        "file with additional CA certificates to trust (PEM)",
    ),
    (
        Key::Output,
        "output",
        "output format: table, json, ndjson or plain",
    ),
];

/// Keys of credentials. They stand in the same file, and are neither typed as an argument nor shown.
const SECRETS: [&str; 11] = [
    "credentials",
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

impl Key {
    /// All of them, in the order in which they are shown.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        KEYS.iter().map(|(key, _, _)| *key)
    }

    /// Those that a profile may hold.
    pub(crate) fn of_profiles() -> impl Iterator<Item = Self> {
        Self::all().filter(|key| *key != Self::Profile)
    }

    /// As it stands in the file.
    pub(crate) fn name(self) -> &'static str {
        self.known().1
    }

    /// What it is for.
    pub(crate) fn meaning(self) -> &'static str {
        self.known().2
    }

    /// The variable that wins over it.
    pub(crate) fn variable(self) -> String {
        format!("HWC_TICKETS_{}", self.name().to_ascii_uppercase())
    }

    fn known(self) -> (Self, &'static str, &'static str) {
        let mut known = KEYS.iter().copied();
        known
            .find(|(key, _, _)| *key == self)
            .unwrap_or((self, "", ""))
    }
}

/// A text is not the name of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidKey {
    /// It is one of credentials.
    Secret,
    Unknown(Option<&'static str>),
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => {
                return f.write_str(
                    "credentials are stored by `hwc-tickets auth login`, never given as an argument and never shown",
                );
            }
            Self::Unknown(Some(nearest)) => write!(f, "not a setting; did you mean {nearest}? ")?,
            Self::Unknown(None) => f.write_str("not a setting; ")?,
        }
        let names: Vec<&str> = Key::all().map(Key::name).collect();
        write!(f, "Settings: {}", names.join(", "))
    }
}

impl std::error::Error for InvalidKey {}

impl FromStr for Key {
    type Err = InvalidKey;

    /// As it stands in the file; dashes and blanks count as underscores, as in the option of the same name.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let typed = text.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        if let Some(key) = Self::all().find(|key| key.name() == typed) {
            return Ok(key);
        }
        let first = typed.split('.').next().unwrap_or_default();
        match SECRETS.contains(&first) {
            true => Err(InvalidKey::Secret),
            false => Err(InvalidKey::Unknown(nearest(
                &typed,
                Self::all().map(Self::name),
            ))),
        }
    }
}

/// Reads a [`Key`] from the command line, and tells completions which there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyParser;

impl TypedValueParser for KeyParser {
    type Value = Key;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Key, clap::Error> {
        Key::from_str.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = Key::all().map(|key| PossibleValue::new(key.name()));
        Some(Box::new(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_others_are_told_the_nearest() {
        for key in Key::all() {
            assert_eq!(key.name().parse(), Ok(key));
            assert_eq!(key.name().replace('_', "-").to_uppercase().parse(), Ok(key));
            assert!(!key.meaning().is_empty(), "{key:?}");
        }
        for (text, nearest) in [
            ("gruop", Some("group")),
            ("time_zon", Some("time_zone")),
            ("timezone", Some("time_zone")),
            ("retry", Some("retries")),
            ("x", None),
            ("", None),
        ] {
            let expected = Err(InvalidKey::Unknown(nearest));
            assert_eq!(text.parse::<Key>(), expected, "{text:?}");
        }
        for text in ["token", "credentials.secret-key", "credentials", "Password"] {
            assert_eq!(text.parse::<Key>(), Err(InvalidKey::Secret), "{text:?}");
        }
    }
}
