//! What to do about an error of the SDK, in the words of this program: its options and commands, never a method.

use hwc_tickets::{
    Advice, CallAdvice, Error, api::Operation, time::HumanDuration, transport::TlsFlaw,
};
use std::{borrow::Cow, time::Duration};

/// Longer waits are no advice, and no wait is none either.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 3600);

/// It refuses a message for a missing permission, and one to a ticket that takes none any more.
const MAY_BE_THE_STATE: &str = "OSM.01010002";

/// What is sent once, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Once {
    /// What it is, which is also the noun of its commands.
    pub(crate) noun: &'static str,
    /// That it was done.
    pub(crate) done: &'static str,
    /// That it is being done, before the noun.
    pub(crate) doing: &'static str,
    /// Doing it.
    pub(crate) again: &'static str,
}

impl Once {
    pub(crate) const MESSAGE: Self = Self {
        noun: "message",
        done: "the message arrived",
        doing: "sending",
        again: "send",
    };
    pub(crate) const TICKET: Self = Self {
        noun: "ticket",
        done: "the ticket was opened",
        doing: "opening",
        again: "open",
    };

    /// What an error is about.
    pub(crate) fn of(error: &Error) -> Self {
        let is_ticket = error.pending_ticket().is_some()
            || matches!(
                error.operation(),
                Some("create ticket" | "reconcile ticket")
            );
        match is_ticket {
            true => Self::TICKET,
            false => Self::MESSAGE,
        }
    }
}

/// What to do about `error`.
pub(crate) fn of(error: &Error) -> Cow<'static, str> {
    if Once::of(error) == Once::TICKET
        && let Some(words) = ticket_words(error.advice())
    {
        return words.into();
    }
    match (error.advice(), error.retry_after()) {
        // Not by its kind: what may have been done is to be found out about, however long the wait.
        (Advice::Call(CallAdvice::SlowDown), Some(wait))
            if !wait.is_zero() && wait <= LONGEST_WAIT =>
        {
            format!("Wait {} and try again, less often.", HumanDuration(wait)).into()
        }
        (Advice::Call(CallAdvice::FindOut), _) => look(error),
        (advice @ Advice::Call(CallAdvice::CheckPermission), _) => {
            let words = words(advice).unwrap_or_default();
            match (error.operation(), error.code(), error.ticket()) {
                (Some("submit message"), Some(MAY_BE_THE_STATE), Some(ticket)) => format!(
                    "The ticket may be over: look with `hwc-tickets ticket status {ticket}`. Else: {words}"
                )
                .into(),
                _ => words.into(),
            }
        }
        (advice, _) => match words(advice) {
            Some(words) => words.into(),
            // Its words fit every program.
            None => error.help().to_owned().into(),
        },
    }
}

/// Where it shows whether something was done.
fn look(error: &Error) -> Cow<'static, str> {
    let operation = error.operation().and_then(Operation::named);
    let read = operation.and_then(Operation::shown_by);
    let place = match (read.and_then(|read| read.command), error.ticket()) {
        (Some(command), _) => format!("Check with `hwc-tickets {command}`"),
        // No state shows it.
        (None, Some(ticket)) if error.operation() == Some("urge ticket") => {
            format!("It may show in `hwc-tickets ticket log {ticket}`: look there")
        }
        (None, Some(_)) => "Look at the ticket".to_owned(),
        (None, None) => return words(error.advice()).unwrap_or_default().into(),
    };
    format!("It may have been done anyway. {place} before you do it again.").into()
}

/// An advice in this program's words; `None` when the error has the words itself.
fn words(advice: Advice) -> Option<&'static str> {
    Some(match advice {
        Advice::Call(call) => return call_words(call),
        Advice::Reconcile => {
            "Do not send it again yet. Find out later with: hwc-tickets message reconcile"
        }
        Advice::SendAgain => "The message is not in the ticket. It can be sent again.",
        Advice::ShortenText => {
            "Shorten the text, or send it as several messages with --split. Nothing was sent."
        }
        Advice::NameMessage => {
            "Take its id from `hwc-tickets message history --ids` and recall it by that."
        }
        Advice::TooLateToRecall => {
            "A message can be recalled only for a short time, and only by its author. Send a correction instead."
        }
        Advice::ReadThenMark => {
            "Read the messages with `hwc-tickets message history`, then use `hwc-tickets message mark-read`."
        }
        Advice::LookInConsole => "Look at the conversation in the console of the service.",
        Advice::CheckTickets => "Check the ids. A colleague's ticket needs --group.",
        Advice::ReadLess => "Read the newest first, or fewer messages with --since or --limit.",
        Advice::CheckFile => "Check the path, the free space and the permissions.",
        Advice::EndOtherProgram => "End the other program, or use another file.",
        Advice::RaiseLimit => "Ask for less at once.",
        Advice::FixFirst => "Fix the first failure, then retry the rest.",
        Advice::OrphanedUpload => {
            "If the file was stored, it stays in the service without use: no message has it. Upload it again."
        }
        // What a later SDK adds, and what has words that fit.
        _ => return None,
    })
}

/// The same where it is about opening a ticket and differs from what is said of a message.
fn ticket_words(advice: Advice) -> Option<&'static str> {
    Some(match advice {
        Advice::Reconcile => {
            "Do not open it again yet. Find out later with: hwc-tickets ticket reconcile"
        }
        Advice::SendAgain => "No ticket was opened. It can be opened again.",
        _ => return None,
    })
}

fn call_words(advice: CallAdvice) -> Option<&'static str> {
    Some(match advice {
        CallAdvice::CorrectValue => "Correct the value named above. Nothing was sent.",
        CallAdvice::GiveCredentials => {
            "Set HWC_TICKETS_TOKEN, or store credentials with `hwc-tickets auth login`."
        }
        CallAdvice::CheckConnection => {
            "Check the address (--endpoint), the network and the proxy (HTTPS_PROXY, NO_PROXY). `hwc-tickets doctor` tries each step."
        }
        CallAdvice::CheckTls(Some(TlsFlaw::UnknownAuthority)) => {
            "If your network inspects TLS, give the certificate of its authority with --ca-file; otherwise somebody else is answering."
        }
        CallAdvice::CheckTls(Some(TlsFlaw::NoAuthorities)) => {
            "Install the ca-certificates package of the operating system, set SSL_CERT_FILE, or name a file with --ca-file."
        }
        CallAdvice::AllowMoreTime => "Try again, or allow more time with --timeout.",
        CallAdvice::Repeat => "Try again. Nothing was changed.",
        CallAdvice::RepeatLater => {
            "Try again later. If it persists, give the request id to support."
        }
        CallAdvice::RepeatSafely => "It may have been done. Doing it again does no harm.",
        CallAdvice::FindOut => "It may have been done anyway. Check before you do it again.",
        CallAdvice::SlowDown => "Wait a while and try again, less often.",
        CallAdvice::RenewCredentials => {
            "Get a new token or check the keys; `hwc-tickets auth status` shows which are used. The clock of this machine must be right within 15 minutes."
        }
        CallAdvice::CheckPermission => {
            "Check the permissions of the user and the site (--site). A colleague's ticket needs --group."
        }
        CallAdvice::CheckId => {
            "Check the id, the site (--site) and the account. A colleague's ticket needs --group."
        }
        CallAdvice::CheckCall => {
            "The gateway at that address does not know this call. Check the address (--endpoint); for `api`, the method and the path as well."
        }
        CallAdvice::CheckAddress => {
            "Check the address (--endpoint). A proxy, captive portal or login page may be answering in its place."
        }
        CallAdvice::AskForLess => "Ask for less at once.",
        CallAdvice::Given => return None,
        // These name nothing of a program.
        other => other.words(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::tests::rust_words;
    use hwc_tickets::{ErrorKind, ErrorReport};

    /// What is in doubt is found out with the command of its noun.
    #[test]
    fn a_ticket_is_no_message() {
        for (operation, advice, says) in [
            (
                "submit message",
                Advice::Reconcile,
                "hwc-tickets message reconcile",
            ),
            (
                "create ticket",
                Advice::Reconcile,
                "hwc-tickets ticket reconcile",
            ),
            (
                "reconcile ticket",
                Advice::Reconcile,
                "hwc-tickets ticket reconcile",
            ),
            (
                "submit message",
                Advice::SendAgain,
                "The message is not in the ticket.",
            ),
            ("create ticket", Advice::SendAgain, "No ticket was opened."),
        ] {
            let report = ErrorReport::new(ErrorKind::Timeout, "no answer in time");
            let error = Error::from(report.operation(operation).advice(advice));
            let words = of(&error);
            assert!(words.contains(says), "{operation}: {words}");
        }
    }

    /// Each advice has words, and none is for programmers.
    #[test]
    fn no_word_of_a_language() {
        for advice in Advice::all() {
            match words(advice) {
                Some(words) => assert_eq!(rust_words(words), None, "{advice:?}: {words}"),
                None => assert!(
                    matches!(
                        advice,
                        // A command line has no runtime to be inside of.
                        Advice::Given | Advice::Call(CallAdvice::Given) | Advice::LeaveRuntime
                    ),
                    "{advice:?} has no words"
                ),
            }
        }
    }
}
