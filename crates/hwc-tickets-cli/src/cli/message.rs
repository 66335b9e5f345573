//! `hwc-tickets message ...`

use super::{Moment, Span, StatusName};
use clap::{Args, Subcommand, ValueHint};
use std::{path::PathBuf, time::Duration};

/// What to do with messages.
#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    /// Send a message
    ///
    /// It is never sent twice: when it is not known whether it arrived, the ticket is read back. If that does not
    /// settle it either, the exit code is 6 and a pending file is named, for `message reconcile`.
    #[command(
        after_long_help = "Fields of -o plain: outcome, ticket, time, reference; with --verbose attempts and request id as well."
    )]
    Send(Send),
    /// Show the conversation of a ticket
    #[command(
        after_long_help = "Fields of -o plain: time, from, with --ids the id, text; then id and file name of each attachment."
    )]
    History(History),
    /// Show new messages as they arrive
    ///
    /// Ends with Ctrl-C or SIGTERM, with the time given by --for, with the status given by --until-status, or when nobody
    /// reads its output any more. With --cursor it goes on where it ended; tickets left out of a run keep their place in
    /// it. A ticket that does not exist is named, and the exit code is 3. The exit code is not 0 either when the service
    /// was never heard of, or when the place could not be saved.
    #[command(
        after_long_help = "Fields of -o plain: time, ticket, from, text; then id and file name of each attachment. A change of status has \
    the word `status` in place of from, and the status in place of the text."
    )]
    Follow(Follow),
    /// Count unread messages of the support, for any number of tickets
    #[command(
        after_long_help = "Fields of -o plain: number of unread messages, or ? when it is not known; ticket."
    )]
    Unread(Unread),
    /// Mark all messages of a ticket as read
    #[command(after_long_help = "Fields of -o plain: ticket, outcome.")]
    MarkRead(MarkRead),
    /// Recall a message
    ///
    /// Before it is taken back, its time, id and text are told. When the ticket shows no message with this id, the exit
    /// code is 3: it was recalled before, or the id is wrong.
    #[command(
        after_long_help = "Fields of -o plain: ticket, id of the message, outcome, time, text."
    )]
    Recall(Recall),
    /// Find out whether a message arrived whose sending ended unclear
    ///
    /// Without anything: lists what is pending. When the ticket does not tell for sure, it shows the messages that could
    /// be it: look, and end the doubt with --forget.
    #[command(
        after_long_help = "Fields of -o plain: in the list id, begun, ticket, length, state, file; of one record outcome, ticket, time, and \
    below them for each message that could be it time, from, how its text compares, whether it is in time, text; with \
    --all id, ticket, outcome, note."
    )]
    Reconcile(Reconcile),
}

/// `message send`.
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// Text of the message; `-` reads it from standard input
    #[arg(required_unless_present_any = ["file", "attachment"], conflicts_with = "file")]
    pub(crate) text: Option<String>,
    /// Read the text from a file; `-` reads it from standard input
    #[arg(long, value_name = "F")]
    pub(crate) file: Option<PathBuf>,
    /// Id of an uploaded attachment; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) attachment: Vec<String>,
    /// Add a short visible tag such as [ref 7F3K2Q], which makes the message recognisable for sure
    #[arg(long)]
    pub(crate) reference: bool,
    /// Read the message back even when the service said yes; a warning tells when that did not show it
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Send even when the record of the message cannot be written, as on a full disk
    #[arg(long)]
    pub(crate) without_record: bool,
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `message history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// Only messages since then: a time, or an age such as 2h
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Moment>,
    /// At most so many messages
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Oldest message first; the default is newest first
    #[arg(long)]
    pub(crate) oldest_first: bool,
    /// Show message ids, read through the ticket detail
    #[arg(long)]
    pub(crate) ids: bool,
}

/// `message follow`.
#[derive(Debug, Args)]
pub(crate) struct Follow {
    /// Ids of the tickets; `-` reads them from standard input, one per line
    #[arg(required = true)]
    pub(crate) ticket: Vec<String>,
    /// Begin with the messages since then: a time, or an age such as 2h
    #[arg(long, value_name = "WHEN", conflicts_with = "tail")]
    pub(crate) since: Option<Moment>,
    /// Begin with the newest N messages of each ticket
    #[arg(long, value_name = "N")]
    pub(crate) tail: Option<u64>,
    /// Go on where this file says, and keep the place there
    #[arg(long, value_name = "FILE")]
    pub(crate) cursor: Option<PathBuf>,
    /// Leave out the messages sent by you, from other shells too
    #[arg(long)]
    pub(crate) skip_own: bool,
    /// End when every ticket has this status, e.g. completed
    #[arg(long, value_name = "STATUS", value_parser = super::status::StatusParser, hide_possible_values = true)]
    pub(crate) until_status: Option<StatusName>,
    /// Shortest wait between two polls; while it is quiet, up to 20 times as long
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = interval)]
    pub(crate) interval: Span,
    /// End after this time
    #[arg(long = "for", value_name = "TIME")]
    pub(crate) duration: Option<Span>,
}

/// `message unread`.
#[derive(Debug, Args)]
pub(crate) struct Unread {
    /// Ids of the tickets; `-` reads them from standard input, one per line
    #[arg(required = true)]
    pub(crate) ticket: Vec<String>,
}

/// `message mark-read`.
#[derive(Debug, Args)]
pub(crate) struct MarkRead {
    /// Id of the ticket
    pub(crate) ticket: String,
}

/// `message recall`.
#[derive(Debug, Args)]
pub(crate) struct Recall {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// Id of the message; `message history --ids` shows it
    #[arg(required_unless_present = "last", conflicts_with = "last")]
    pub(crate) message_id: Option<String>,
    /// The newest message of your side; done again, that is the message before, so repeat by the id that was told
    #[arg(long)]
    pub(crate) last: bool,
}

/// `message reconcile`.
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Pending file, as `message send` named it, or the beginning of an id that the list shows
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) pending: Option<String>,
    /// Find out about all that is pending
    #[arg(long, conflicts_with = "pending")]
    pub(crate) all: bool,
    /// Ask nobody and remove the record: you have looked at the ticket yourself. One that cannot be read is named in full
    #[arg(long, requires = "pending", conflicts_with = "all")]
    pub(crate) forget: bool,
}

/// Faster than this would be no polling but a flood.
pub(super) fn interval(text: &str) -> Result<Span, String> {
    let span: Span = text
        .parse()
        .map_err(|error: super::InvalidSpan| error.to_string())?;
    if span.0 < Duration::from_millis(10) {
        return Err("too short: 10ms is the least".to_owned());
    }
    Ok(span)
}
