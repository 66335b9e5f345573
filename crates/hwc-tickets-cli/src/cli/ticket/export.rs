//! `hwc-tickets ticket export`.

use crate::cli::{Moment, StatusName, status::StatusParser};
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `ticket export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Ids of the tickets; without any, all that the options name
    #[arg(required_unless_present_any = ["status", "since", "until", "search"])]
    pub(crate) ticket: Vec<String>,
    /// Tickets with this status, e.g. completed
    #[arg(long, value_name = "STATUS", value_parser = StatusParser, hide_possible_values = true)]
    pub(crate) status: Option<StatusName>,
    /// Tickets opened at this time or later, or of this age, e.g. 30d
    ///
    /// An age is counted back from the clock of this machine; a warning tells if that differs.
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Moment>,
    /// Tickets opened at this time or earlier
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<Moment>,
    /// Tickets with these words
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Language of the file, e.g. zh-cn; the default is that of --language, else en-us
    #[arg(long, value_name = "TAG")]
    pub(crate) file_language: Option<String>,
    /// Write the file there; `-` is standard output
    ///
    /// Standard output is also meant without this option when it is no terminal. The file appears whole or not at all,
    /// readable for you only.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) to: Option<PathBuf>,
    /// Let it take the place of a file that is there
    #[arg(long, requires = "to")]
    pub(crate) force: bool,
}
