//! Where a setting comes from.

use crate::failure::Failure;
use std::{fmt, path::PathBuf};

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An option of the command line.
    Flag(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// A key of a profile.
    Profile { profile: String, key: &'static str },
    /// Nobody: the key of a profile is not used, for the variables are of another account.
    PassedOver { profile: String, key: &'static str },
    /// The configuration file outside of any profile.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl Source {
    /// What stands there cannot be used.
    pub(crate) fn refused(&self, reason: &str) -> Failure {
        Failure::usage(
            format!("the value of {} cannot be used: {reason}", self.in_words()),
            match self {
                Self::Flag(_) => "Correct it.",
                _ => "Correct it there, or give another one with a flag.",
            },
        )
    }
}

impl Source {
    /// In the middle of a sentence.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Environment(name) => (*name).to_owned(),
            Self::Profile { profile, key } => format!("key {key} of profile {profile}"),
            other => other.to_string(),
        }
    }
}

/// As `doctor` shows it, in a column.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Environment(name) => write!(f, "environment, {name}"),
            Self::Profile { profile, key } => write!(f, "profile {profile}, key {key}"),
            Self::PassedOver { profile, key } => write!(
                f,
                "default; profile {profile}, key {key}: not used, variables name another account"
            ),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

impl<T> Setting<T> {
    pub(crate) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}

impl<T> Setting<Option<T>> {
    /// What a flag says.
    pub(crate) fn of_flag(&self) -> Option<&T> {
        let is_flag = matches!(self.source, Source::Flag(_));
        self.value.as_ref().filter(|_| is_flag)
    }

    /// Turns the value into another one.
    pub(crate) fn map<U>(self, turn: impl FnOnce(T) -> U) -> Setting<Option<U>> {
        Setting::new(self.value.map(turn), self.source)
    }

    /// Reads the value; a failure names its place.
    pub(crate) fn try_map<U>(
        self,
        read: impl FnOnce(&T) -> Result<U, String>,
    ) -> Result<Setting<Option<U>>, Failure> {
        match self.value.as_ref().map(read).transpose() {
            Ok(value) => Ok(Setting::new(value, self.source)),
            Err(reason) => Err(self.source.refused(&reason)),
        }
    }

    /// The value of another variable, unless a flag or a variable has said something.
    pub(crate) fn or_environment(
        self,
        name: &'static str,
        variable: super::Lookup<'_>,
    ) -> Result<Self, Failure>
    where
        T: From<String>,
    {
        if matches!(self.source, Source::Flag(_) | Source::Environment(_)) {
            return Ok(self);
        }
        Ok(match super::text(variable, name)? {
            None => self,
            Some(value) => Setting::new(Some(T::from(value)), Source::Environment(name)),
        })
    }

    /// The value, or its default.
    pub(crate) fn or_default(self) -> Setting<T>
    where
        T: Default,
    {
        self.or_else(T::default)
    }

    /// The value, or the one that takes its place.
    fn or_else(self, standard: impl FnOnce() -> T) -> Setting<T> {
        Setting::new(self.value.unwrap_or_else(standard), self.source)
    }

    /// The same where it may be that none can take its place.
    pub(crate) fn or_try_else(
        self,
        standard: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<Setting<T>, Failure> {
        let value = match self.value {
            Some(value) => value,
            None => standard()?,
        };
        Ok(Setting::new(value, self.source))
    }
}
