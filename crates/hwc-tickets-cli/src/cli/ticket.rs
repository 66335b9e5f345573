//! `hwc-tickets ticket ...` and `hwc-tickets api`.

use clap::{Args, Subcommand, ValueHint};

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum Ticket {
    /// Show a ticket: status, severity, product, region, description, messages with their ids
    #[command(
        after_long_help = "Lines of -o plain: a name and its value; then the word `message`, time, from, id, text, and id and file name of \
    each attachment."
    )]
    Show(OneTicket),
    /// Show the status of a ticket
    #[command(after_long_help = "Field of -o plain: status.")]
    Status(OneTicket),
}

/// One ticket.
#[derive(Debug, Args)]
pub(crate) struct OneTicket {
    /// Id of the ticket
    pub(crate) ticket: String,
}

/// `api`.
#[derive(Debug, Args)]
pub(crate) struct Api {
    /// Method: GET, POST, PUT, PATCH or DELETE
    pub(crate) method: String,
    /// Path below the endpoint, e.g. /v2/servicerequest/cases/case-123/status; a query may follow after `?`
    pub(crate) path: String,
    /// Query parameter, not yet encoded; can be repeated
    #[arg(long, value_name = "K=V")]
    pub(crate) query: Vec<String>,
    /// File with the JSON body; `-` reads it from standard input
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) input: Option<String>,
}
