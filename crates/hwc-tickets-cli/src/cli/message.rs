//! `hwc-tickets message ...`

use super::{
    Moment, Span, StatusName, Words,
    number::{COUNT, PART},
};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::{path::PathBuf, time::Duration};

/// What to do with messages.
#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    /// Send a message
    ///
    /// The message is never sent twice: if it is not known whether it arrived, the ticket is read back. If that gives
    /// no answer either, the exit code is 6 and a pending file is named, for `message reconcile`.
    ///
    /// Without any text, on a terminal, an editor opens to write one: $VISUAL, else $EDITOR, else vi. What was written there
    /// and not sent is kept in a file for you only, which is named.
    ///
    /// With --split, a text that makes more than 100 messages is sent only after a question, which --yes answers. A failure in the
    /// middle leaves the parts before it in the ticket, and the parts after it are not sent. With --key, the same command again goes
    /// on. Without it, the text is kept in a file for you only; what became of the part that failed, and the command that goes on
    /// from there, is told here or by `message reconcile`.
    ///
    /// Files of --attach are checked before a byte goes out, uploaded one after the other, and then the message is sent. If it
    /// is not in the ticket in the end, their ids are told: give them to --attachment of the next try, and nothing is uploaded
    /// again.
    #[command(
        after_long_help = "Fields of -o plain: outcome, ticket, time, reference; with --verbose attempts and request id as well; with \
    --split a line for each part."
    )]
    Send(Send),
    /// Show the conversation of a ticket
    #[command(
        after_long_help = "Fields of -o plain: time, from, with --ids the id, text; then id and file name of each attachment."
    )]
    History(History),
    /// Show new messages and changes of status as they come
    ///
    /// The status of each ticket is asked for about every 20 times --interval, at most once a second in all, and at least
    /// every 30 seconds with --until-status, which also shows the status at the start.
    ///
    /// Stops on Ctrl-C or SIGTERM, after the time given with --for, at the status given with --until-status, or when
    /// its output is closed. With --cursor it resumes where it stopped, and a status that changed since then is shown;
    /// tickets left out of a run keep their position.
    /// A ticket that does not exist is reported, and the exit code is 3. The exit code is also not 0 if the service
    /// never answered, or if the position could not be saved.
    ///
    /// Following never waits for the commands of --exec and --notify: up to 64 events wait for each of them, and one run
    /// follows the other. A run that fails or takes too long, and events that are left out, are reported on standard error,
    /// where what the commands print goes as well. None is run a second time for the same event. At the end, 10 seconds are
    /// given to what is left, 2 after Ctrl-C.
    #[command(
        after_long_help = "Fields of -o plain: time, ticket, from, text; then id and file name of each attachment. A change of status has \
    the word `status` in place of from, and the status in place of the text.\n\nWith -o json and -o ndjson the field type says what \
    happened. message: ticket, message. status: ticket, status, and as `at` the time of the service, null if it tells none. \
    possible_gap: ticket. ticket_lost: ticket, error. local_clock: nothing more, the clock of this machine counted for what \
    is shown first, for the service told no time."
    )]
    Follow(Follow),
    /// Count unread messages from support, for any number of tickets
    #[command(
        after_long_help = "Fields of -o plain: number of unread messages, or ? when it is not known; ticket."
    )]
    Unread(Unread),
    /// Mark all messages of a ticket as read
    #[command(after_long_help = "Fields of -o plain: ticket, outcome.")]
    MarkRead(MarkRead),
    /// Recall a message
    ///
    /// Time, id and text of the message are shown before it is recalled. If the ticket shows no message with this id,
    /// the exit code is 3: it was recalled before, or the id is wrong.
    #[command(
        after_long_help = "Fields of -o plain: ticket, id of the message, outcome, time, text."
    )]
    Recall(Recall),
    /// Find out whether a message with unknown outcome arrived
    ///
    /// Without arguments, lists the pending messages. If the ticket gives no certain answer, shows the messages that
    /// could be the one: check them yourself, then end the doubt with --forget. Of a part of a text that was sent with
    /// --split, it tells which one it is, which were not sent, and how to go on.
    #[command(
        after_long_help = "Fields of -o plain: in the list id, begun, ticket, length, state, file; of one record outcome, ticket, time, of \
    a part its number, and below them for each message that could be it time, from, how its text compares, whether it is in time, text; with \
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
    #[arg(conflicts_with = "file")]
    pub(crate) text: Option<String>,
    /// Read the text from a file; `-` reads it from standard input
    #[arg(long, value_name = "F", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// Write the text in $VISUAL or $EDITOR; a text that is given stands there already
    #[arg(long)]
    pub(crate) editor: bool,
    /// File to upload and attach; can be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) attach: Vec<PathBuf>,
    /// Id of an uploaded attachment; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) attachment: Vec<String>,
    /// Send a text that is too long in numbered parts; more than 100 only with --yes
    #[arg(long)]
    pub(crate) split: bool,
    /// Do not ask whether more than 100 parts are to be sent
    #[arg(long, requires = "split")]
    pub(crate) yes: bool,
    /// Begin with this part, after an earlier try with the same text sent those before it
    #[arg(
        long,
        value_name = "N",
        requires = "split",
        conflicts_with_all = ["attach", "attachment"],
        value_parser = PART,
        allow_negative_numbers = true
    )]
    pub(crate) from_part: Option<usize>,
    /// Add a short visible tag such as [ref 7F3K2Q], which identifies the message with certainty
    #[arg(long)]
    pub(crate) reference: bool,
    /// Read the message back even if the service accepted it; warn if it does not show up
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Send at most one message under this key, across crashes and repeats
    ///
    /// The same command with the same key sends nothing again: it gives the outcome, or finds out first what became of the
    /// message. A key is that of one text in one ticket, with as many files, and is kept until `message reconcile --release KEY`,
    /// also when the doubt about the message is ended with `message reconcile --forget`.
    /// With --split it is that of all parts: those that are missing are sent.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Send even when the record of the message cannot be written, as on a full disk
    #[arg(long, conflicts_with = "key")]
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
    /// Only messages since this time or age, e.g. 2h
    ///
    /// An age is counted back from the clock of the service, not from that of this machine.
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Moment>,
    /// Maximum number of messages
    #[arg(long, value_name = "N", value_parser = COUNT, allow_negative_numbers = true)]
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
    /// Start with the messages since this time or age, e.g. 2h
    ///
    /// An age is counted back from the clock of the service, not from that of this machine.
    #[arg(long, value_name = "WHEN", conflicts_with = "tail")]
    pub(crate) since: Option<Moment>,
    /// Start with the newest N messages of each ticket
    #[arg(long, value_name = "N", value_parser = COUNT, allow_negative_numbers = true)]
    pub(crate) tail: Option<u64>,
    /// Resume from the position in this file, and keep it up to date
    #[arg(long, value_name = "FILE")]
    pub(crate) cursor: Option<PathBuf>,
    /// Skip messages sent by you, also from other shells
    #[arg(long)]
    pub(crate) skip_own: bool,
    /// Stop when every ticket has this status, e.g. completed
    #[arg(long, value_name = "STATUS", value_parser = super::status::StatusParser, hide_possible_values = true)]
    pub(crate) until_status: Option<StatusName>,
    /// Minimum time between polls; up to 20 times as long while it is quiet
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = interval)]
    pub(crate) interval: Span,
    /// Stop after this time
    #[arg(long = "for", value_name = "TIME")]
    pub(crate) duration: Option<Span>,
    /// Run a command for each event, with the event as JSON on its standard input
    ///
    /// The event is one line, the same as -o ndjson prints. The command is split into words as a shell does it, with
    /// quotes and backslashes; no shell runs, and nothing is expanded, neither variables nor `~` nor `*`. It gets no
    /// variable with credentials, such as HWC_TICKETS_TOKEN, or a proxy with a login: where it calls hwc-tickets, a profile
    /// signs in.
    #[arg(long, value_name = "CMD")]
    pub(crate) exec: Option<Words>,
    /// Run a command for each new event that calls for you, e.g. notify-send
    ///
    /// These are messages that are not from your side, changes of status, and tickets that cannot be followed any more;
    /// not those of before, which --tail and --since show. Two arguments are added: a title, and a line with the ticket and
    /// what happened, without any text of a message. The event is on standard input and credentials are not in the
    /// environment, as with --exec.
    #[arg(long, value_name = "CMD")]
    pub(crate) notify: Option<Words>,
    /// Time limit of each run of --exec and --notify
    #[arg(long, value_name = "TIME", default_value_t = Span(EXEC_TIMEOUT))]
    pub(crate) exec_timeout: Span,
    /// Ring the bell of the terminal for what --notify would run for; only if standard output is a terminal
    #[arg(long)]
    pub(crate) bell: bool,
    /// Let the terminal notify you, by the sequence that it knows: osc9 or osc777; only if standard output is a terminal
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub(crate) notify_terminal: Option<Sequence>,
}

/// How a terminal is asked for a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sequence {
    /// iTerm2, Windows Terminal, kitty, Ghostty
    #[value(name = "osc9")]
    Osc9,
    /// foot, Konsole, rxvt, WezTerm
    #[value(name = "osc777")]
    Osc777,
}

/// Time limit of a command that is run for an event.
pub(crate) const EXEC_TIMEOUT: Duration = Duration::from_secs(30);

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
    /// Recall your newest message; run again, this recalls the message before it, so retry with the id that was shown
    #[arg(long)]
    pub(crate) last: bool,
}

/// `message reconcile`.
#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// Pending file, as `message send` named it, or the beginning of an id that the list shows
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) pending: Option<String>,
    /// Reconcile all pending messages
    #[arg(long, conflicts_with = "pending")]
    pub(crate) all: bool,
    /// End the doubt without asking the service, once you have checked the ticket yourself. The record is removed; one with a
    /// key stays and holds the key, until --release. A record that cannot be read must be named in full
    #[arg(long, requires = "pending", conflicts_with = "all")]
    pub(crate) forget: bool,
    /// Give a key of `message send` free: what became of its message is known, or was forgotten
    #[arg(long, value_name = "KEY", conflicts_with_all = ["pending", "all"])]
    pub(crate) release: Option<String>,
}

/// Faster than this would be no polling but a flood.
pub(super) fn interval(text: &str) -> Result<Span, String> {
    let span: Span = text
        .parse()
        .map_err(|error: super::InvalidSpan| error.to_string())?;
    if span.0 < Duration::from_millis(10) {
        return Err("too short: the minimum is 10ms".to_owned());
    }
    Ok(span)
}
