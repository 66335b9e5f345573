//! `hwc-tickets ticket create` and `ticket reconcile`.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `ticket create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Id of the problem type; `catalog problem-types` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) problem_type: Option<String>,
    /// What the ticket is about; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", conflicts_with = "description_file")]
    pub(crate) description: Option<String>,
    /// Read the description from a file; `-` reads it from standard input
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) description_file: Option<PathBuf>,
    /// Id of the category; `catalog categories` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) category: Option<String>,
    /// Id of the product; `catalog products` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<String>,
    /// Id of the severity; `catalog severities` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) severity: Option<String>,
    /// Id of the region; `catalog regions` lists them. The report of a fault needs one
    #[arg(long, value_name = "ID")]
    pub(crate) region: Option<String>,
    /// Id of the project
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// Value of an extra field; several for one key are a list. `catalog extra-fields` lists the keys
    ///
    /// A secret is refused: arguments can be seen by other users of this machine. --extra-file is for those.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) extra: Vec<String>,
    /// Value of an extra field from a file; `-` reads it from standard input
    #[arg(long, value_name = "KEY=F")]
    pub(crate) extra_file: Vec<String>,
    /// File to upload and attach; can be repeated
    ///
    /// All are checked against the limits of the service before anything is sent.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) attach: Vec<PathBuf>,
    /// Id of an uploaded attachment; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) attachment: Vec<String>,
    /// Phone number for notices
    #[arg(long, value_name = "NUMBER")]
    pub(crate) mobile: Option<String>,
    /// Country code of the phone number, e.g. 86; `catalog area-codes` lists them
    #[arg(long, value_name = "CODE")]
    pub(crate) area_code: Option<String>,
    /// Mail address for notices
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mail: Option<String>,
    /// When you want to be reached: 0 at any time, else e.g. 09:00-18:00
    #[arg(long, value_name = "HOURS")]
    pub(crate) contact_hours: Option<String>,
    /// Id under which the phone number was verified; `contact list` shows it
    #[arg(long, value_name = "ID")]
    pub(crate) verified_mobile: Option<String>,
    /// Id under which the mail address was verified; `contact list` shows it
    #[arg(long, value_name = "ID")]
    pub(crate) verified_mail: Option<String>,
    /// File with the code that a contact was verified with; `-` reads it from standard input
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) verify_code_file: Option<PathBuf>,
    /// Draft of the ticket in YAML or JSON; `-` reads it from standard input. Options win over it
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// Agree to the agreement of this id, which is signed if it is not yet; `agreement latest` shows it
    #[arg(long, value_name = "ID")]
    pub(crate) agree: Option<String>,
    /// Open at most one ticket under this key, across crashes and repeats
    ///
    /// The same command with the same key gives the ticket that was opened, or finds out first what became of it. A key is
    /// kept until `ticket reconcile --release KEY`.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Check the documented limits only, and do not ask the service for its rules
    #[arg(long, conflicts_with = "agree")]
    pub(crate) unchecked: bool,
    /// Open it even when its record cannot be written, as on a full disk
    #[arg(long, conflicts_with = "key")]
    pub(crate) without_record: bool,
    /// Show what would be sent, without secrets, and send nothing
    ///
    /// Values of extra fields that came from a file count as secrets. The service is not asked: what it says of extra fields,
    /// contacts, quota and agreement is checked when the ticket is opened.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `ticket reconcile`.
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Pending file, as `ticket create` named it, or the beginning of an id that the list shows
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) pending: Option<String>,
    /// Reconcile all pending tickets
    #[arg(long, conflicts_with = "pending")]
    pub(crate) all: bool,
    /// End the doubt without asking the service, once you have looked at your tickets yourself. The record is removed; one with
    /// a key stays and holds the key, until --release. A record that cannot be read must be named in full
    #[arg(long, requires = "pending", conflicts_with = "all")]
    pub(crate) forget: bool,
    /// Give a key of `ticket create` free: what became of its ticket is known, or was forgotten
    #[arg(long, value_name = "KEY", conflicts_with_all = ["pending", "all"])]
    pub(crate) release: Option<String>,
}
