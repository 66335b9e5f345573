//! `hwc-tickets config ...`

use super::key::{Key, KeyParser};
use clap::{Args, Subcommand};

/// What to do with the configuration file.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show every setting with its value, its source and its meaning, and the profiles beside each other
    ///
    /// The value is the one that commands use in this shell: a flag wins over the environment, the environment over the
    /// profile. Of credentials only the kind is shown.
    #[command(
        after_long_help = "Fields of -o plain: setting, value, from, meaning; then profile, * if it is the one in use, kind of its \
    credentials, site, group."
    )]
    List,
    /// Show the value of one setting, as commands use it
    ///
    /// If it has no value, the exit code is 3.
    #[command(after_long_help = "Field of -o plain: value.")]
    Get(One),
    /// Store a setting in a profile of the configuration file
    ///
    /// The profile is the one in use, or the one named with --profile, which is created if it does not exist. The rest of
    /// the file stays as it is, comments included. A value that no command could use is rejected. `profile` is the
    /// profile that is used when none is named. Credentials are stored by `auth login`.
    Set(Set),
    /// Remove a setting from a profile of the configuration file
    Unset(One),
    /// Show where the configuration file is
    #[command(after_long_help = "Field of -o plain: path.")]
    Path,
}

/// One setting.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// Name of the setting; `config list` shows all of them
    #[arg(value_parser = KeyParser, hide_possible_values = true)]
    pub(crate) key: Key,
}

/// `config set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Name of the setting; `config list` shows all of them
    #[arg(value_parser = KeyParser, hide_possible_values = true)]
    pub(crate) key: Key,
    /// The value, as the option of the same name takes it
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: String,
}
