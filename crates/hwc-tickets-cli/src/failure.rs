//! What can go wrong in the program, and how it is told.

pub(crate) mod advice;

use crate::{
    exit::Exit,
    signal::{self, LastWords},
};
use advice::Once;
use hwc_core::file::shell_quoted;
use hwc_tickets::{Delivery, Error, ErrorKind, TicketId, api::Operation, time::HumanDuration};
use serde_json::{Value, json};
use std::{error::Error as _, fmt, io, path::Path, path::PathBuf};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something of this program's own.
    Own {
        /// What failed, on one line.
        what: String,
        /// What to do.
        advice: Option<String>,
        /// How the program ends.
        exit: Exit,
    },
    /// A call of the SDK failed.
    Call(Box<Error>),
    /// A call of the SDK failed, and what to do about it depends on what it was about.
    Advised { error: Box<Error>, advice: String },
    /// A call failed that was given by method and path.
    Request { request: String, error: Box<Error> },
    /// Tickets that cannot be followed; the error speaks of the first.
    Lost {
        tickets: Vec<TicketId>,
        error: Box<Error>,
    },
    /// It is not known whether a message arrived, or a ticket was opened; its pending file.
    Unknown { error: Box<Error>, file: PathBuf },
    /// Ctrl-C or another signal; what is to be said about it.
    Interrupted { what: Option<String> },
    /// The reader of standard output is gone: nothing failed, and there is nobody to tell.
    ClosedPipe,
}

/// A failure in words.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) what: String,
    pub(crate) advice: Option<String>,
    /// Further lines: name and value.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Failure {
    /// The command line or a setting is wrong.
    pub(crate) fn usage(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::own(Exit::Usage, what, advice)
    }

    pub(crate) fn own(exit: Exit, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Own {
            what: what.into(),
            advice: Some(advice.into()),
            exit,
        }
    }

    /// A file could not be read or written.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::own(
            Exit::Failure,
            format!("cannot {doing} {}: {error}", path.display()),
            "Check the path, the permissions and the free space.",
        )
    }

    /// The output of what is done already could not be written: `what` says it in its place. Whatever the reason: another
    /// exit code would say that nothing was done.
    fn after(self, what: &str) -> Self {
        match self {
            Self::Own { what: reason, .. } => Self::untold(what, &reason),
            other => other,
        }
    }

    /// What was done, and why that was not told where the output goes.
    pub(crate) fn untold(what: &str, reason: &str) -> Self {
        Self::own(
            Exit::Unwritten,
            format!("{what}; {reason}"),
            "Do not repeat it: it was done. Check where the output goes.",
        )
    }

    /// The output that was to say more of `main` could not be written: what that says counts, and is told.
    pub(crate) fn beside(self, main: Self) -> Self {
        let Self::Own { what: reason, .. } = self else {
            return main;
        };
        match main {
            Self::Own { what, advice, exit } => Self::Own {
                what: format!("{what}; {reason}"),
                advice,
                exit,
            },
            main => main,
        }
    }

    pub(crate) fn unserialisable(error: serde_json::Error) -> Self {
        Self::own(
            Exit::Failure,
            format!("the result cannot be written as JSON: {error}"),
            "Use another form with --output.",
        )
    }

    /// The same facts as JSON, for a document that ends early because of it.
    pub(crate) fn json(&self) -> Value {
        let told = self.told(false).unwrap_or_default();
        let mut value = in_json(told, self.error(), self.exit());
        // A failure that stands for several tickets speaks of the first.
        if let (Self::Lost { tickets, .. }, Some(object)) = (self, value.as_object_mut()) {
            let ticket = tickets.first().map(TicketId::as_str);
            object.insert("ticket".to_owned(), ticket.into());
        }
        value
    }

    /// The call that failed, if one did.
    fn error(&self) -> Option<&Error> {
        match self {
            Self::Call(error)
            | Self::Advised { error, .. }
            | Self::Request { error, .. }
            | Self::Lost { error, .. }
            | Self::Unknown { error, .. } => Some(error),
            Self::Own { .. } | Self::Interrupted { .. } | Self::ClosedPipe => None,
        }
    }

    /// How the program ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Own { exit, .. } => *exit,
            Self::Call(error)
            | Self::Advised { error, .. }
            | Self::Request { error, .. }
            | Self::Lost { error, .. } => exit_of(error),
            Self::Unknown { .. } => Exit::Unknown,
            Self::Interrupted { .. } => signal::received().map_or(Exit::Interrupted, Exit::from),
            Self::ClosedPipe => Exit::Ok,
        }
    }

    /// In words; `None` when there is nothing to say.
    pub(crate) fn told(&self, verbose: bool) -> Option<Told> {
        match self {
            Self::Own { what, advice, .. } => Some(Told {
                what: what.clone(),
                advice: advice.clone(),
                facts: Vec::new(),
            }),
            Self::Call(error) => Some(tell(error, verbose)),
            Self::Advised { error, advice } => Some(Told {
                advice: Some(advice.clone()),
                ..tell(error, verbose)
            }),
            Self::Request { request, error } => {
                let mut told = tell(error, verbose);
                // It says more than the name of the operation, which is the same for every such call.
                told.what = format!("{request}: {}", error.reason());
                Some(told)
            }
            Self::Lost { tickets, error } => {
                let mut told = tell(error, verbose);
                let tickets: Vec<&str> = tickets.iter().map(TicketId::as_str).collect();
                told.what = format!("{} cannot be followed: {}", tickets.join(", "), told.what);
                Some(told)
            }
            Self::Unknown { error, file } => {
                let mut told = tell(error, verbose);
                let Once {
                    noun, done, again, ..
                } = Once::of(error);
                told.what = format!("it is not known whether {done}: {}", told.what);
                told.advice = Some(match in_parts(error) {
                    None => format!(
                        "Do not {again} it again yet. Find out later with: hwc-tickets {noun} reconcile {}",
                        shell_quoted(file)
                    ),
                    Some((unsent, true)) => format!(
                        "{unsent}Run the same command again, with the same key: it finds out what became of this part, and \
                         sends those that are missing"
                    ),
                    Some((unsent, false)) => format!(
                        "{unsent}Do not {again} it again yet. Find out what became of this part, and how to go on, with: \
                         hwc-tickets {noun} reconcile {}",
                        shell_quoted(file)
                    ),
                });
                told.facts
                    .insert(0, ("pending file", file.display().to_string()));
                Some(told)
            }
            Self::Interrupted { what } => what.as_ref().map(|what| Told {
                what: what.clone(),
                ..Told::default()
            }),
            Self::ClosedPipe => None,
        }
    }
}

/// Of a part of a text: which parts were not sent, as a sentence, and whether it has a key.
fn in_parts(error: &Error) -> Option<(String, bool)> {
    let part = error.part()?;
    let next = part.number.saturating_add(1);
    let unsent = match part.total.saturating_sub(part.number) {
        0 => String::new(),
        1 => format!("Part {next} was not sent. "),
        _ => format!("Parts {next} to {} were not sent. ", part.total),
    };
    let has_key = error
        .pending()
        .is_some_and(|pending| pending.key().is_some());
    Some((unsent, has_key))
}

/// Tells what is done by now. Where that cannot be written, or a signal ends it before its end, `what` says it instead.
pub(crate) fn telling<T>(
    what: impl fmt::Display,
    tell: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let what = what.to_string();
    let words = LastWords::done(what.clone());
    let told = tell();
    drop(words);
    told.map_err(|failure| failure.after(&what))
}

/// How a command ends that has come to `outcome`, which was `told`: a failure is not hidden by one of telling it.
pub(crate) fn ended(
    outcome: Result<(), Failure>,
    told: Result<(), Failure>,
) -> Result<(), Failure> {
    match (outcome, told) {
        (Err(failure), Err(untold)) => Err(untold.beside(failure)),
        (Err(failure), Ok(())) => Err(failure),
        (Ok(()), told) => told,
    }
}

/// A failed call as JSON, where it is one thing among others: as a failure that ends a command.
pub(crate) fn error_json(error: &Error) -> Value {
    in_json(tell(error, false), Some(error), exit_of(error))
}

/// Of a call it is the report of the SDK; the advice in words is that of this program. `summary` is the line that people
/// read.
fn in_json(told: Told, error: Option<&Error>, exit: Exit) -> Value {
    let mut value = match error {
        Some(error) => json!(error),
        None => json!({ "what": told.what }),
    };
    if let Some(object) = value.as_object_mut() {
        object.insert("summary".to_owned(), told.what.into());
        object.insert("help".to_owned(), told.advice.into());
        object.insert("exit_code".to_owned(), (exit as u8).into());
    }
    value
}

/// How a failed call ends the program.
pub(crate) fn exit_of(error: &Error) -> Exit {
    let has_record = error.pending().is_some() || error.pending_ticket().is_some();
    if error.delivery() == Delivery::Unknown && has_record {
        return Exit::Unknown;
    }
    match error.kind() {
        // A file became shorter while it was sent: that code says that nothing was.
        ErrorKind::InvalidInput if error.delivery() == Delivery::Unknown => Exit::Failure,
        ErrorKind::InvalidInput => Exit::Usage,
        ErrorKind::Credentials | ErrorKind::Unauthorized => Exit::Authentication,
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::Refused | ErrorKind::Forbidden => Exit::Refused,
        ErrorKind::Throttled => Exit::Throttled,
        ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Timeout | ErrorKind::Interrupted => {
            Exit::Network
        }
        _ => Exit::Failure,
    }
}

/// A failed call on one line. One that follows from the description is called as its command: its own name is for programs.
pub(crate) fn summary(error: &Error) -> String {
    let operation = error.operation().and_then(Operation::named);
    let Some(command) = operation.and_then(|operation| operation.command) else {
        return error.summary();
    };
    let ticket = error.ticket().map(|id| format!(" (ticket {id})"));
    format!(
        "{command}{}: {}",
        ticket.unwrap_or_default(),
        error.reason()
    )
}

fn tell(error: &Error, verbose: bool) -> Told {
    let mut facts = Vec::new();
    if let Some(id) = error.request_id() {
        // It has a line of its own.
        facts.push(("request id", id.to_owned()));
    }
    if verbose {
        let mut cause = error.source();
        while let Some(error) = cause {
            facts.push(("cause", error.to_string()));
            cause = error.source();
        }
        facts.push(("kind", error.kind().as_str().to_owned()));
        facts.push(("attempts", error.attempts().to_string()));
        facts.push(("time", HumanDuration(error.elapsed()).to_string()));
        // A read has none, and for what may be repeated freely it does not matter.
        if error.is_write() {
            facts.push(("effect", effect(error).to_owned()));
        }
    }
    Told {
        what: summary(error),
        advice: Some(advice::of(error).into_owned()),
        facts,
    }
}

/// What is known about the effect of a failed call.
fn effect(error: &Error) -> &'static str {
    match error.delivery() {
        Delivery::NotSent => "nothing can have been done",
        Delivery::Rejected => "the service did nothing",
        Delivery::Absent => "looked for and not there",
        _ => "it may have been done",
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(Box::new(error))
    }
}

/// Failures of standard output. Files have [`Failure::file`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::own(
                Exit::Failure,
                format!("cannot write the output: {error}"),
                "Check where the output goes.",
            ),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Exit, exit_of};
    use hwc_tickets::{Delivery, Error, ErrorKind, ErrorReport};

    /// The code of a wrong value says that nothing was sent. A file that became shorter on its way is told otherwise.
    #[test]
    fn what_was_sent_in_part_is_no_usage() {
        for (delivery, exit) in [
            (Delivery::NotSent, Exit::Usage),
            (Delivery::Rejected, Exit::Usage),
            (Delivery::Unknown, Exit::Failure),
        ] {
            let mut report = ErrorReport::new(ErrorKind::InvalidInput, "it ended too early");
            report.delivery = delivery;
            assert_eq!(exit_of(&Error::from(report)), exit, "{delivery:?}");
        }
    }

    /// What only a programmer understands, if `text` has it.
    pub(crate) fn rust_words(text: &str) -> Option<&'static str> {
        [
            "::",
            "()",
            "builder",
            "Builder",
            "Client",
            "retry_after",
            "spawn_",
            "runtime",
        ]
        .into_iter()
        .find(|word| text.contains(word))
    }
}
