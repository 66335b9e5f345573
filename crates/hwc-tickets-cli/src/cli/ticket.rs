//! `hwc-tickets ticket ...` and `hwc-tickets api`.

pub(crate) mod change;
mod create;
pub(crate) mod export;

pub(crate) use create::{Create, Reconcile};

use change::{Close, End, Score, Urge};
use clap::{Args, Subcommand, ValueHint};
use export::Export;

/// What to look at, and what to do to it.
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
    /// Close a ticket as solved
    ///
    /// Nothing opens it again, so it is asked first; --yes answers. Doing it again does no harm. If the ticket was closed
    /// before, or an answer was lost and the ticket shows that it is closed, the outcome says so, and the exit code is 0.
    /// If its state does not allow it, the exit code is 5.
    #[command(after_long_help = ENDED)]
    Close(Close),
    /// Confirm the result of a ticket, which closes it
    ///
    /// The status is read first: unless a result waits for your confirmation, nothing is sent. If the ticket is closed already,
    /// the outcome says so, and the exit code is 0; in any other state it is 5. Else as `ticket close`.
    #[command(after_long_help = ENDED)]
    Confirm(Close),
    /// Take a ticket back that nobody works on yet
    ///
    /// Else as `ticket close`, which is for a ticket that was solved.
    #[command(after_long_help = ENDED)]
    Cancel(End),
    /// Delete a ticket
    ///
    /// Nothing brings it back, so it is asked first; --yes answers. Else as `ticket close`.
    #[command(after_long_help = ENDED)]
    Delete(End),
    /// Ask support to hurry
    ///
    /// Each time counts, and the service refuses it when it comes too often: the exit code is then 7. It is not repeated by
    /// itself. `ticket log` may show later whether it was done.
    #[command(after_long_help = ENDED)]
    Urge(Urge),
    /// Rate how a ticket was handled
    ///
    /// In words, in points, or both. Which categories there are, and how many points each takes, tells
    /// `hwc-tickets catalog satisfaction`: the id stands in its first column. A rating whose answer was lost is looked for in
    /// the ticket, and never sent again by itself: what a second one does is not known.
    #[command(after_long_help = ENDED)]
    Score(Score),
    /// Save tickets as a file, as the service makes it
    ///
    /// Times in it are those of --time-zone. The format of the file is that of the service; no document tells it. A list of more
    /// than 100 tickets may be cut: ask for less at once.
    #[command(after_long_help = "Fields of -o plain, with --to FILE: file, bytes.")]
    Export(Export),
    /// Open a ticket
    ///
    /// On a terminal, what is not given is asked for step by step: each list can be filtered by typing, `<` goes back, and
    /// nothing is sent before the last question. Without a terminal all comes from options or a draft. The draft is checked
    /// first, also against what the service says; all that is missing or wrong is told at once.
    ///
    /// A ticket is never opened twice: if it is not known whether it was opened, the list of tickets is read. If that gives
    /// no answer either, the exit code is 6 and a pending file is named, for `ticket reconcile`. Until that has told or
    /// forgotten it, the same description and problem type are not sent again without a key. An agreement is shown, and signed
    /// only with --agree or when it is answered with yes.
    ///
    /// A draft has the fields problem_type, description, category, product, region, severity, project, mobile, area_code,
    /// mail, contact_hours, verified_mobile, verified_mail and verify_code, lists called attach (files) and attachments (ids),
    /// and extra and further with values by their keys.
    #[command(
        after_long_help = "Fields of -o plain: ticket, outcome (opened, found or kept); with --verbose attempts and request id as well."
    )]
    Create(Box<Create>),
    /// Find out whether a ticket with unknown outcome was opened
    ///
    /// Without arguments, lists the pending tickets. If the list of tickets gives no certain answer, shows the tickets that
    /// could be the one: check them yourself, then end the doubt with --forget.
    #[command(
        after_long_help = "Fields of -o plain: in the list id, begun, problem type, length, state, file; else id, outcome, ticket, \
    tickets that could be it, note."
    )]
    Reconcile(Reconcile),
}

/// What `plain` writes of what was done.
const ENDED: &str = "Fields of -o plain: ticket, outcome.";

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
