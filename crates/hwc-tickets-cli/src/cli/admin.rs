//! `auth`, `sim`, `completions` and `man`: everything that is not about a ticket.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to do about credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Show which credentials are used and where they come from; no secret is shown
    #[command(
        after_long_help = "Fields of -o plain: profile, endpoint, kind, source, where a token is asked for with a password."
    )]
    Status,
    /// Store credentials in the configuration file
    ///
    /// Reads the secret from a prompt without echo, or from standard input when that is not a terminal: the token; or the
    /// access key and the secret key on two lines; or the password. A missing profile is created. Credentials that no
    /// call could use, such as a token with a space in it, are rejected before anything is stored.
    Login(Login),
    /// Remove the credentials of a profile from the configuration file
    ///
    /// The rest of the profile stays. The service is not told: a token stays valid there until it expires.
    Logout,
}

/// `auth login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Kind of credentials: token, keys or password
    #[arg(
        long,
        value_name = "KIND",
        default_value = "token",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) with: CredentialKind,
    /// Name of the IAM user, for --with password
    #[arg(long, value_name = "NAME", required_if_eq("with", "password"))]
    pub(crate) user: Option<String>,
    /// Name of the account, for --with password
    #[arg(long, value_name = "NAME", required_if_eq("with", "password"))]
    pub(crate) account: Option<String>,
    /// Name of the project, for --with password; without it the token is for the whole account
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,
}

/// Kind of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialKind {
    /// A token
    Token,
    /// Access key and secret key
    Keys,
    /// User name and password
    Password,
}

/// `sim`.
#[derive(Debug, Args)]
pub(crate) struct Sim {
    #[command(flatten)]
    pub(crate) options: hwc_tickets_sim::program::Options,
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Shell: bash, zsh, fish, powershell or elvish
    #[arg(hide_possible_values = true)]
    pub(crate) shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Directory to write the pages to; created if it does not exist
    pub(crate) dir: PathBuf,
}
